"""Attributes: what annotators say of a span or an article. One class an attribute kind.

A kind says all that Qawl has to know of it: how it stands in a Label Studio config, how it is read
from Label Studio's results and written to them, its JSON Schema, its column in a release, its check,
and how agreement measures it. A new kind is a class here and its line in KINDS.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, NamedTuple
from xml.sax.saxutils import quoteattr

from msgspec import Struct

from qawl.core.column_types import STRING, ClassLabel, ListOf, Type
from qawl.core.records import AttributeValue, to_json
from qawl.scheme.titles import Titles, title_in

TYPED = "_typed"

Family = Literal["nominal", "ordinal", "set", "text"]
"""How agreement measures an attribute: as one of several names, as a point on a scale of names, as
a set of names, or not at all but for whether two texts are equal."""

Json = dict[str, Any]


class Value(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One value that a choice can take."""

    name: str
    title: Titles
    definition: Titles = {}
    hotkey: str | None = None


class Result(NamedTuple):
    """A value as a result of Label Studio: the control, the result's type, and its value."""

    control: str
    type: str
    value: Json


class Problem(NamedTuple):
    """What is wrong with a value: the check that finds it, and a sentence."""

    check: str
    message: str


class Attribute(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What is said of a span of the labels `of`, or of the whole article where `of` is empty.

    The base of every kind. A kind must give `family`, `type`, `key` and the methods that raise
    NotImplementedError here; the others have a default that fits most kinds.
    """

    name: str
    title: Titles
    of: tuple[str, ...] = ()
    required: bool = False
    definition: Titles = {}

    type: ClassVar[str]
    """The type of the results that Label Studio sends of it."""
    key: ClassVar[str]
    """The key in a result's `value` under which it stands."""
    free: ClassVar[bool] = False
    """Whether people type it, so that it can hold pieces of the article's text."""
    several: ClassVar[bool] = False
    """Whether a value is a list."""

    @property
    def kind(self) -> str:
        """The kind's name in a scheme."""
        return str(self.__struct_config__.tag)

    @property
    def family(self) -> Family:
        """How agreement measures it."""
        raise NotImplementedError

    @property
    def categories(self) -> tuple[str, ...]:
        """The names that a value can have, in the scheme's order; none where it is open."""
        return ()

    @property
    def listed(self) -> tuple[Value, ...]:
        """The values that the scheme lists, with their titles and definitions."""
        return ()

    @property
    def offered(self) -> str | None:
        """The key of a task's data from which annotators choose; None where the config has it all."""
        return None

    @property
    def takes(self) -> str:
        """What a value is, in words for the guidelines."""
        raise NotImplementedError

    def contradictions(self) -> list[str]:
        """What contradicts itself in how the scheme states it, in words."""
        return []

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of its controls in a Label Studio config."""
        return (self.name,)

    @property
    def rows(self) -> int:
        """Rows of the bar above the text that it takes."""
        return 1

    def config(self, language: str) -> list[str]:
        """The lines of its controls in a Label Studio config, without indentation."""
        raise NotImplementedError

    def read(self, given: object) -> AttributeValue | None:
        """The value of what stands in a result; None where nothing is set."""
        return as_value(given)

    def write(self, value: AttributeValue) -> Result:
        """The result by which Label Studio shows a value."""
        return write(self.name, value, self.type, self.key)

    def json_schema(self) -> Json:
        """The JSON Schema of a value in a record."""
        raise NotImplementedError

    def column(self) -> Type:
        """The type of its column in a release."""
        raise NotImplementedError

    def problems(self, value: AttributeValue) -> Iterator[Problem]:
        """What is wrong with a value that a record holds."""
        if isinstance(value, list) and not self.several:
            message = f"{self.name} takes one value, it has {', '.join(value)}"
            yield Problem("value-several", message)
        elif self.categories:
            for each in [value] if isinstance(value, str) else value:
                if each not in self.categories:
                    yield Problem("value-unknown", f"{self.name} can't be {each!r}")

    def opened(self, tag: str, control: str, more: str) -> str:
        """The start of a control's tag, without its end."""
        region = ' perRegion="true"' if self.of else ""
        return f'<{tag} name="{control}" toName="text" {more}{region}'


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

    def contradictions(self) -> list[str]:
        return [] if self.values else [f"attribute {self.name} has no values"]

    def config(self, language: str) -> list[str]:
        more = f'choice="{self.choice}" layout="inline"'
        lines = [f"{self.opened('Choices', self.name, more)}>"]
        for value in self.values:
            hotkey = f" hotkey={quoteattr(value.hotkey)}" if value.hotkey else ""
            title = quoteattr(title_in(value.title, language, value.name))
            lines.append(f"  <Choice value={title} alias={quoteattr(value.name)}{hotkey}/>")
        return [*lines, "</Choices>"]


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

    several: ClassVar[bool] = True
    choice: ClassVar[str] = "multiple"

    @property
    def family(self) -> Family:
        return "set"

    @property
    def takes(self) -> str:
        return "any number of values"

    def read(self, given: object) -> AttributeValue | None:
        value = as_value(given)
        return [value] if isinstance(value, str) else value

    def json_schema(self) -> Json:
        one: Json = {"enum": list(self.categories)}
        return {"type": "array", "items": one, "uniqueItems": True, "minItems": 1}

    def column(self) -> Type:
        return ListOf(ClassLabel(self.categories))


class Text(Attribute, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="text"):
    """Any text, typed, or chosen from the names that the task brings under the key `suggest`."""

    suggest: str | None = None

    type: ClassVar[str] = "textarea"
    key: ClassVar[str] = "text"
    free: ClassVar[bool] = True

    @property
    def family(self) -> Family:
        return "text"

    @property
    def takes(self) -> str:
        return "text"

    @property
    def offered(self) -> str | None:
        return self.suggest

    @property
    def controls(self) -> tuple[str, ...]:
        return (self.name, self.name + TYPED) if self.suggest else (self.name,)

    @property
    def rows(self) -> int:
        return 3 if self.suggest else 1  # suggested names wrap

    def config(self, language: str) -> list[str]:
        """A text area; where names are suggested, they are chosen by a key or click, or typed beside."""
        typed = 'rows="1" maxSubmissions="1" editable="true"'
        area = f"{self.opened('TextArea', self.controls[-1], typed)}/>"
        if not self.suggest:
            return [area]
        choices = self.opened("Choices", self.name, 'choice="single-radio" layout="inline"')
        names = f'{choices} value="${self.suggest}"/>'
        return ['<View className="qawl-names">', names, "</View>", area]

    def write(self, value: AttributeValue) -> Result:
        return super().write(value)._replace(control=self.controls[-1])

    def json_schema(self) -> Json:
        return {"type": "string", "minLength": 1}

    def column(self) -> Type:
        return STRING


KINDS: dict[str, type[Attribute]] = {"choice": Choice, "choices": Choices, "text": Text}
"""The kinds by their name in a scheme."""

DEFAULT = "choice"
"""The kind of an attribute that names none."""


def as_value(given: object) -> AttributeValue | None:
    """A single value as a string, several as a list; None where nothing is set."""
    if isinstance(given, str):
        return given or None
    if not isinstance(given, list) or not given:
        return None
    words = [each if isinstance(each, str) else to_json(each).decode() for each in given]
    return words[0] if len(words) == 1 else words


def write(
    control: str, value: AttributeValue, kind: str = "choices", key: str = "choices"
) -> Result:
    """The result of a control that holds words."""
    words = [value] if isinstance(value, str) else list(value)
    return Result(control, kind, {key: words})


def result_types() -> frozenset[str]:
    """The types of Label Studio's results that some kind is read from."""
    return frozenset(each.type for each in KINDS.values())


def value_of(value: Mapping[str, Any]) -> object:
    """What a result's `value` holds of an attribute; `text` is also where a region's surface stands."""
    keys = sorted(dict.fromkeys(each.key for each in KINDS.values()), key=lambda key: key == "text")
    return next((value[key] for key in keys if key in value), None)
