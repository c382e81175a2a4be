"""Attributes: what annotators say of a span or an article. The base of every attribute kind.

A kind says all that Qawl has to know of it: how it stands in a Label Studio config, how it is read
from Label Studio's results and written to them, its JSON Schema, its column in a release, its check,
and how agreement measures it. The kinds stand in `kinds`: a new one is a class, and a line in its
`registry`.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, NamedTuple

from msgspec import Struct

from qawl.core.column_types import Type
from qawl.core.records import Attributes, AttributeValue, in_words, to_json
from qawl.core.xml import quoteattr
from qawl.scheme.rules import Condition, applies
from qawl.scheme.titles import Titles

Family = Literal["nominal", "ordinal", "interval", "set", "text"]
"""How agreement measures an attribute: as one of several names, as a point on a scale of names, as a
number, as a set of names, or only by whether two values are equal."""

Same = str | tuple[str, ...]

Json = dict[str, object]

MARKED = "_span"
"""What the control of the label is called after the name of a taxonomy that labels regions."""


class Value(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One value that a choice can take."""

    name: str
    title: Titles = {}
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


class ControlPlace(NamedTuple):
    """Where in a config a control stands: the text that it is of, and the XML attributes that say of
    which regions."""

    text: str
    regions: str = ""


class Attribute(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What is said of a span of the labels `of`, or of the whole article where `of` is empty.

    The base of every kind. A kind must give `family`, `type`, `key` and the methods that raise
    NotImplementedError here; the others have a default that fits most kinds. `when` says which values
    of other attributes it is asked for. `control` is the name of its control in Label Studio where
    that is not the attribute's.
    """

    name: str
    title: Titles = {}
    of: tuple[str, ...] = ()
    required: bool = False
    definition: Titles = {}
    when: Condition = {}
    control: str | None = None

    type: ClassVar[str]
    """The type of the results that Label Studio sends of it."""
    key: ClassVar[str]
    """The key in a result's `value` under which it stands."""
    free: ClassVar[bool] = False
    """Whether people type it, so that it can hold pieces of the article's text."""

    @property
    def kind(self) -> str:
        """The kind's name in a scheme."""
        return str(self.__struct_config__.tag)

    @property
    def phrase(self) -> str:
        """The key of what the guidelines say that it takes (`guidelines.kind`)."""
        return self.kind

    @property
    def family(self) -> Family:
        """How agreement measures it."""
        raise NotImplementedError

    @property
    def several(self) -> bool:
        """Whether a value is a list of what is set."""
        return False

    @property
    def rewritable(self) -> bool:
        """Whether what is said in one way can be written in several, which `same` tells."""
        return False

    @property
    def categories(self) -> tuple[str, ...]:
        """The names that a value can have, in the scheme's order; none where it is open."""
        return ()

    @property
    def listed(self) -> tuple[Value, ...]:
        """The values that the scheme lists, with their titles and definitions."""
        return ()

    @property
    def shown(self) -> tuple[Value, ...]:
        """The values that stand in the bar side by side; none that are typed, or in a list that opens."""
        return self.listed

    @property
    def nameable(self) -> tuple[str, ...]:
        """The names that values consist of, which steps can be of; numbers and texts have none."""
        return ()

    @property
    def decides(self) -> bool:
        """Whether Label Studio can show other attributes by its value (`when`)."""
        return False

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

    def asked(self, given: Attributes) -> bool:
        """Whether it is asked for, beside these values of the others."""
        return not self.when or applies(given, self.when, {})

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of its controls in a Label Studio config."""
        return (self.name if self.control is None else self.control,)

    @property
    def enforced(self) -> bool:
        """Whether Label Studio itself can ask for it: of regions it can't by the value of another."""
        return self.required and not (self.of and self.when)

    @property
    def rows(self) -> int:
        """Rows of the bar above the text that it takes."""
        return 1

    def config(self, language: str, place: ControlPlace) -> list[str]:
        """The lines of its controls in a Label Studio config, without indentation."""
        raise NotImplementedError

    def opened(self, tag: str, control: str, more: str, place: ControlPlace) -> str:
        """The start of a control's tag, without its end."""
        region = ' perRegion="true"' if self.of else ""
        asked = f' required="true"{place.regions}' if self.enforced else ""
        more = f" {more}" if more else ""
        return (
            f"<{tag} name={quoteattr(control)} toName={quoteattr(place.text)}{more}{region}{asked}"
        )

    def read(self, given: object) -> AttributeValue | None:
        """The value of what stands in a result; None where nothing is set, or nothing of this kind."""
        return as_words(given)

    def write(self, value: AttributeValue) -> Result:
        """The result by which Label Studio shows a value."""
        return write(self.controls[0], value, self.type, self.key)

    def same(self, value: AttributeValue) -> Same:
        """What two values have in common where they say the same: a name of `categories`, or several."""
        return alike(value)

    def in_order(self, value: AttributeValue) -> AttributeValue:
        """A value with several choices in the scheme's order, each once."""
        return value

    def json_schema(self) -> Json:
        """The JSON Schema of a value in a record."""
        raise NotImplementedError

    def json_of(self, names: Sequence[str]) -> Json:
        """The JSON Schema of a value that is, or has, one of these names."""
        one: Json = {"enum": list(names)}
        return {"type": "array", "contains": one} if self.several else one

    def column(self) -> Type:
        """The type of its column in a release."""
        raise NotImplementedError

    def fits(self, value: AttributeValue) -> bool:
        """Whether its column can hold a value."""
        return isinstance(value, list if self.several else str)

    def problems(self, value: AttributeValue) -> Iterator[Problem]:
        """What is wrong with a value that a record holds."""
        if isinstance(value, int | float):
            yield self.unknown(value)
        elif not isinstance(value, str) and not self.several:
            yield self.one_wanted(value)
        elif known := self.categories:
            each_of = [value] if isinstance(value, str) else value
            for each in each_of:
                if each not in known:
                    yield self.unknown(each)
            if len({*map(str, each_of)}) < len(each_of):
                yield Problem("value-twice", f"{self.name} has a value twice: {in_words(value)}")

    def one_wanted(self, value: AttributeValue) -> Problem:
        """That one value is wanted."""
        return Problem("value-several", f"{self.name} takes one value, it has {in_words(value)}")

    def unknown(self, value: object) -> Problem:
        """That it can't have a value; where values have no names, what it takes."""
        takes = "" if self.nameable else f": it takes {self.takes}"
        return Problem("value-unknown", f"{self.name} can't be {value!r}{takes}")


def alike(value: AttributeValue) -> Same:
    """What two values have in common where they say the same: several choices are a set."""
    if isinstance(value, str | int | float):
        return in_words(value)
    return tuple(sorted({in_words(each) for each in value}))


def as_value(given: object) -> AttributeValue | None:
    """A value of no known kind: a number, or as `as_words` says."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return as_number(given)
    return as_words(given)


def as_words(given: object) -> str | list[str] | None:
    """A single text as it is, several as a list; None where nothing is set."""
    if isinstance(given, str):
        return given or None
    if not isinstance(given, list) or not given:
        return None
    words = [each if isinstance(each, str) else to_json(each).decode() for each in given]
    return words[0] if len(words) == 1 else words


LARGEST = 10**15
"""Numbers beyond this are no ratings, and not all of them are numbers to every reader of JSON."""


def as_number(given: object) -> AttributeValue | None:
    """A number, also one that is written as a text or alone in a list; what is none as it came."""
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if isinstance(given, str):
        try:
            number = float(given)
        except ValueError:
            return as_words(given)
    elif isinstance(given, int | float) and not isinstance(given, bool):
        if not abs(given) < LARGEST:
            return f"{given:.15g}" if isinstance(given, float) else f"a number above {LARGEST:g}"
        number = float(given)
    else:
        return as_words(given)
    if not abs(number) < LARGEST:
        return str(given)
    return int(number) if number.is_integer() else number


def write(
    control: str, value: AttributeValue, kind: str = "choices", key: str = "choices"
) -> Result:
    """The result of a control that holds words; numbers stand in those of the kind `number`."""
    if isinstance(value, int | float):
        return Result(control, "number", {"number": value})
    words = [value] if isinstance(value, str) else [in_words(each) for each in value]
    return Result(control, kind, {key: words})
