"""Kinds of attributes with a list of values: choice and choices."""

from typing import ClassVar

from qawl.core.column_types import ClassLabel, ListOf, Type
from qawl.core.records import AttributeValue, in_words
from qawl.core.xml import quoteattr
from qawl.scheme.attributes import (
    Attribute,
    ControlPlace,
    Family,
    Json,
    Value,
    as_words,
)
from qawl.scheme.titles import xml_title


class _OfValues(Attribute, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An attribute whose values the scheme lists."""

    values: tuple[Value, ...] = ()

    type: ClassVar[str] = "choices"
    key: ClassVar[str] = "choices"
    choice: ClassVar[str]
    """Label Studio's word for how many may be chosen."""

    @property
    def listed(self) -> tuple[Value, ...]:
        return self.values

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(value.name for value in self.values)

    @property
    def nameable(self) -> tuple[str, ...]:
        return self.categories

    def read(self, given: object) -> AttributeValue | None:
        return stripped(as_words(given))

    @property
    def decides(self) -> bool:
        return True

    def contradictions(self) -> list[str]:
        return [] if self.values else [f"attribute {self.name} has no values"]

    def config(self, language: str, place: ControlPlace) -> list[str]:
        more = f'choice="{self.choice}" layout="inline"'
        opened = self.opened("Choices", self.controls[0], more, place)
        options = [f"  <Choice {_option(each, language)}/>" for each in self.values]
        return [f"{opened}>", *options, "</Choices>"]


def stripped(given: str | list[str] | None) -> str | list[str] | None:
    """Names without the white space at their edges that other teams' configs have."""
    if isinstance(given, list):
        return [each.strip() for each in given]
    return given and (given.strip() or None)


def _option(value: Value, language: str) -> str:
    """The XML attributes of one choice."""
    hotkey = f" hotkey={quoteattr(value.hotkey)}" if value.hotkey else ""
    title = xml_title(value.title, language, value.name)
    return f"value={title} alias={quoteattr(value.name)}{hotkey}"


class Choice(_OfValues, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="choice"):
    """One of the values; `ordered` ones form a scale."""

    ordered: bool = False

    choice: ClassVar[str] = "single-radio"

    @property
    def family(self) -> Family:
        return "ordinal" if self.ordered else "nominal"

    @property
    def takes(self) -> str:
        return "one value, in order" if self.ordered else "one value"

    def json_schema(self) -> Json:
        return {"enum": list(self.categories)}

    def column(self) -> Type:
        return ClassLabel(self.categories)


class Choices(_OfValues, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="choices"):
    """Any number of the values."""

    choice: ClassVar[str] = "multiple"

    @property
    def several(self) -> bool:
        return True

    @property
    def family(self) -> Family:
        return "set"

    @property
    def takes(self) -> str:
        return "any number of values"

    def read(self, given: object) -> AttributeValue | None:
        value = stripped(as_words(given))
        return [value] if isinstance(value, str) else value

    def in_order(self, value: AttributeValue) -> AttributeValue:
        if isinstance(value, str | int | float):
            return value
        known = {name: number for number, name in enumerate(self.categories)}
        names = {in_words(each) for each in value}
        return sorted(names, key=lambda each: (known.get(each, len(known)), each))

    def json_schema(self) -> Json:
        one: Json = {"enum": list(self.categories)}
        return {"type": "array", "items": one, "uniqueItems": True, "minItems": 1}

    def column(self) -> Type:
        return ListOf(ClassLabel(self.categories))
