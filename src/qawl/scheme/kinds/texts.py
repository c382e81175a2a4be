"""Kinds of attributes that are typed: text and texts."""

from typing import ClassVar

from qawl.core.column_types import STRING, ListOf, Type
from qawl.core.records import AttributeValue
from qawl.core.text import typed
from qawl.scheme.attributes import (
    Attribute,
    ControlPlace,
    Family,
    Json,
    Result,
    Same,
    alike,
    as_words,
)

TYPED = "_typed"


def _typed(given: object) -> list[str]:
    """Typed texts without what nobody sees, those that show nothing left out, each once: who types a
    space too many says nothing else."""
    words = as_words(given)
    texts = [words] if isinstance(words, str) else words or []
    return list(dict.fromkeys(filter(None, map(typed, texts))))


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
        (name,) = super().controls
        return (name, name + TYPED) if self.suggest else (name,)

    @property
    def enforced(self) -> bool:
        return super().enforced and not self.suggest  # either of two controls will do

    @property
    def rows(self) -> int:
        return 2 if self.suggest else 1  # suggested names wrap

    def config(self, language: str, place: ControlPlace) -> list[str]:
        """A text area; where names are suggested, they are chosen by a key or click, or typed beside."""
        typed = 'rows="1" maxSubmissions="1" editable="true"'
        area = f"{self.opened('TextArea', self.controls[-1], typed, place)}/>"
        if not self.suggest:
            return [area]
        more = 'choice="single-radio" layout="inline"'
        choices = self.opened("Choices", self.controls[0], more, place)
        names = f'{choices} value="${self.suggest}"/>'
        return ['<View className="qawl-names">', names, "</View>", area]

    def read(self, given: object) -> AttributeValue | None:
        texts = _typed(given)
        return texts[0] if len(texts) == 1 else texts or None

    def same(self, value: AttributeValue) -> Same:
        read = self.read(value)
        return alike(value if read is None else read)

    def write(self, value: AttributeValue) -> Result:
        return super().write(value)._replace(control=self.controls[-1])

    def json_schema(self) -> Json:
        return {"type": "string", "minLength": 1}

    def column(self) -> Type:
        return STRING


class Texts(Attribute, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="texts"):
    """Any number of texts, each typed."""

    type: ClassVar[str] = "textarea"
    key: ClassVar[str] = "text"
    free: ClassVar[bool] = True

    @property
    def several(self) -> bool:
        return True

    @property
    def family(self) -> Family:
        return "set"

    @property
    def takes(self) -> str:
        return "any number of texts"

    @property
    def rows(self) -> int:
        return 3

    def config(self, language: str, place: ControlPlace) -> list[str]:
        return [self.opened("TextArea", self.controls[0], 'editable="true"', place) + "/>"]

    def read(self, given: object) -> AttributeValue | None:
        return _typed(given) or None

    def same(self, value: AttributeValue) -> Same:
        return alike(_typed(value) or value)

    def json_schema(self) -> Json:
        one: Json = {"type": "string", "minLength": 1}
        return {"type": "array", "items": one, "minItems": 1}

    def column(self) -> Type:
        return ListOf(STRING)
