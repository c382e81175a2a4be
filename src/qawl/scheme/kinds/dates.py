"""The kind of attributes that are days, or minutes of a day: date."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import ClassVar

from qawl.core.column_types import STRING, Type
from qawl.core.records import AttributeValue
from qawl.scheme.attributes import (
    Attribute,
    ControlPlace,
    Family,
    Json,
    Problem,
    Result,
    Same,
    alike,
)


class Date(Attribute, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="date"):
    """A day as YYYY-MM-DD, from `min` to `max` where they are given; with `time` also the minute."""

    min: str | None = None
    max: str | None = None
    time: bool = False

    type: ClassVar[str] = "datetime"
    key: ClassVar[str] = "datetime"

    @property
    def family(self) -> Family:
        return "text"

    @property
    def rewritable(self) -> bool:
        return self.time

    @property
    def takes(self) -> str:
        return f"a date ({self._form})"

    @property
    def _form(self) -> str:
        return "YYYY-MM-DDThh:mm" if self.time else "YYYY-MM-DD"

    def contradictions(self) -> list[str]:
        given = [each for each in (self.min, self.max) if each]
        if wrong := [each for each in given if not _is_day(each)]:
            return [f"attribute {self.name}: {wrong[0]!r} is not a date: write YYYY-MM-DD"]
        if given != sorted(given):
            return [f"attribute {self.name}: max must not be before min"]
        return []

    def config(self, language: str, place: ControlPlace) -> list[str]:
        parts = [] if self.time else ['only="date"']
        parts += [f'{name}="{day}"' for name, day in (("min", self.min), ("max", self.max)) if day]
        return [f"{self.opened('DateTime', self.controls[0], ' '.join(parts), place)}/>"]

    def same(self, value: AttributeValue) -> Same:
        """A moment is the same with seconds that are none, and however a time zone is written."""
        moment = _moment(value) if self.time and isinstance(value, str) else None
        if moment is None:
            return alike(value)
        return moment.isoformat(
            timespec="auto" if moment.second or moment.microsecond else "minutes"
        )

    def write(self, value: AttributeValue) -> Result:
        return Result(self.controls[0], self.type, {self.key: value})

    def json_schema(self) -> Json:
        time = r"T\d{2}:\d{2}" if self.time else ""
        return {"type": "string", "pattern": rf"^\d{{4}}-\d{{2}}-\d{{2}}{time}$"}

    def column(self) -> Type:
        return STRING

    def problems(self, value: AttributeValue) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield from super().problems(value)
            return
        day, mark, time = value.partition("T")
        timed = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time) if self.time else not mark
        if not _is_day(day) or not timed:
            yield self.unknown(value)
        elif not (self.min or day) <= day <= (self.max or day):
            bounds = " and ".join(
                f"{word} {each}"
                for word, each in (("not before", self.min), ("not after", self.max))
                if each
            )
            yield Problem("value-unknown", f"{self.name} can't be {value!r}: {bounds}")


def _moment(text: str) -> datetime | None:
    """The moment that a text tells, in UTC where it tells a time zone; None where it tells none."""
    try:
        found = datetime.fromisoformat(text) if "T" in text else None
        return found.astimezone(UTC) if found and found.tzinfo else found
    except (ValueError, OverflowError):
        return None


def _is_day(text: str) -> bool:
    """Whether a text is a day as YYYY-MM-DD."""
    try:
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and bool(
            date.fromisoformat(text)
        )
    except ValueError:
        return False
