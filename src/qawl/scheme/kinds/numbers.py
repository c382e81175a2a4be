"""Kinds of attributes that are numbers: scale and number."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import ClassVar

from qawl.core.column_types import Type
from qawl.core.column_types import Value as Plain
from qawl.core.records import AttributeValue, in_words
from qawl.scheme.attributes import (
    LARGEST,
    Attribute,
    ControlPlace,
    Family,
    Json,
    Problem,
    Result,
    Value,
    as_number,
)

STARS = 10
"""The longest scale that is shown as stars."""
STEPS = 101
"""The most points that a scale has: a longer one is a number."""


class _Numeric(Attribute, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An attribute whose values are numbers."""

    type: ClassVar[str] = "number"
    key: ClassVar[str] = "number"

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        raise NotImplementedError

    def read(self, given: object) -> AttributeValue | None:
        return as_number(given)

    def column(self) -> Type:
        return Plain("int64") if self.whole else Plain("float64")

    def fits(self, value: AttributeValue) -> bool:
        return isinstance(value, int) or (isinstance(value, float) and not self.whole)

    def problems(self, value: AttributeValue) -> Iterator[Problem]:
        if not isinstance(value, str | int | float):
            yield self.one_wanted(value)
        elif isinstance(value, str) or not self.holds(value):
            yield self.unknown(value)

    def holds(self, value: float) -> bool:
        """Whether a number is one of its values."""
        raise NotImplementedError


def _exact(number: float) -> Decimal:
    """A number as it is written."""
    return Decimal(str(number))


class Scale(_Numeric, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="scale"):
    """A point on a scale of numbers, from `min` to `max` in steps of `step`.

    Scales of stars (from 1 by 1 to 10 or less) are rated, others chosen.
    """

    min: int | float = 1
    max: int | float
    step: int | float = 1

    @property
    def family(self) -> Family:
        return "ordinal"

    @property
    def points(self) -> tuple[int | float, ...]:
        """The numbers of the scale, in order."""
        low, high, step = map(_exact, (self.min, self.max, self.step))
        exact = [low + step * number for number in range(int((high - low) / step) + 1)]
        return tuple(int(each) if each == int(each) else float(each) for each in exact)

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(map(in_words, self.points))

    @property
    def shown(self) -> tuple[Value, ...]:
        return () if self._stars else tuple(Value(name=each) for each in self.categories)

    @property
    def decides(self) -> bool:
        return not self._stars

    @property
    def whole(self) -> bool:
        return all(isinstance(each, int) for each in self.points)

    @property
    def takes(self) -> str:
        by = "" if self.step == 1 else f" in steps of {in_words(self.step)}"
        return f"a number from {in_words(self.min)} to {in_words(self.max)}{by}, in order"

    @property
    def _stars(self) -> bool:
        return (self.min, self.step) == (1, 1) and self.max <= STARS

    def contradictions(self) -> list[str]:
        where = f"attribute {self.name}"
        if not all(
            abs(each) < LARGEST for each in (self.min, self.max, self.step)
        ):  # nan is not, too
            return [f"{where}: min, max and step must be numbers"]
        if self.step <= 0 or self.max <= self.min:
            return [f"{where}: a scale goes up: max must be more than min, and step more than 0"]
        if (self.max - self.min) / self.step >= STEPS:
            return [f"{where}: a scale has at most {STEPS} points: take the kind number"]
        if self.points[-1] != self.max:
            last = in_words(self.points[-1])
            return [f"{where}: steps of {in_words(self.step)} end at {last}, not at max"]
        return []

    def config(self, language: str, place: ControlPlace) -> list[str]:
        if self._stars:
            most = f'maxRating="{in_words(self.max)}"'
            return [f"{self.opened('Rating', self.controls[0], most, place)}/>"]
        more = 'choice="single-radio" layout="inline"'
        opened = self.opened("Choices", self.controls[0], more, place)
        options = [f'  <Choice value="{each}" alias="{each}"/>' for each in self.categories]
        return [f"{opened}>", *options, "</Choices>"]

    def write(self, value: AttributeValue) -> Result:
        if not isinstance(value, int | float):
            return super().write(value)
        if self._stars and isinstance(value, int):
            return Result(self.controls[0], "rating", {"rating": value})
        return Result(self.controls[0], "choices", {"choices": [in_words(value)]})

    def json_schema(self) -> Json:
        return {"enum": list(self.points)}

    def json_of(self, names: Sequence[str]) -> Json:
        return {"enum": [each for each in self.points if in_words(each) in names]}

    def holds(self, value: float) -> bool:
        return value in self.points


class Number(_Numeric, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="number"):
    """A number, from `min` to `max` where they are given. With a whole `step`, whole numbers."""

    min: int | float | None = None
    max: int | float | None = None
    step: int | float | None = None

    @property
    def family(self) -> Family:
        return "interval"

    @property
    def whole(self) -> bool:
        return self.step is not None and all(
            each == int(each) for each in (self.step, self.min or 0)
        )

    @property
    def _bounds(self) -> dict[str, int | float]:
        """min, max and step as far as they are given."""
        given = {"min": self.min, "max": self.max, "step": self.step}
        return {name: each for name, each in given.items() if each is not None}

    @property
    def takes(self) -> str:
        words = {"min": "from", "max": "to", "step": "in steps of"}
        said = [f" {words[name]} {in_words(each)}" for name, each in self._bounds.items()]
        return f"a number{''.join(said)}"

    def contradictions(self) -> list[str]:
        where = f"attribute {self.name}"
        if not all(abs(each) < LARGEST for each in self._bounds.values()):  # nan is not, too
            return [f"{where}: min, max and step must be numbers"]
        if self.step is not None and self.step <= 0:
            return [f"{where}: step must be more than 0"]
        if self.min is not None and self.max is not None and self.min >= self.max:
            return [f"{where}: max must be more than min"]
        return []

    def config(self, language: str, place: ControlPlace) -> list[str]:
        # No step where the scheme has none: Label Studio takes any other word for a number.
        more = " ".join(f'{name}="{in_words(each)}"' for name, each in self._bounds.items())
        return [f"{self.opened('Number', self.controls[0], more, place)}/>"]

    def json_schema(self) -> Json:
        found: Json = {"type": "integer" if self.whole else "number"}
        for name, each in (("minimum", self.min), ("maximum", self.max)):
            if each is not None:
                found[name] = each
        return found

    def holds(self, value: float) -> bool:
        if self.min is not None and value < self.min:
            return False
        if self.max is not None and value > self.max:
            return False
        if self.step is None:
            return True
        return (_exact(value) - _exact(self.min or 0)) % _exact(self.step) == 0
