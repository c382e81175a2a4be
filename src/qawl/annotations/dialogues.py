"""Dialogues as one text, a line a turn, and the regions in their turns as places in it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from qawl.annotations.reading import value as value_of
from qawl.annotations.task_results import Task, with_results, without_space
from qawl.core.text import is_basic, utf16_to_code_points

DIALOGUES = "dialogues are kept as one text, a line a turn; places in them were counted anew"
_PLACE = ("start", "end", "startOffset", "endOffset", "globalOffsets", "paragraphlabels", "text")
_KEYS = 6
"""Keys of a turn among which that of the words, and of who speaks, is looked for."""
_DIGITS = 9
"""Digits of the highest number of a turn, or of a place in a list."""


class Turn(Struct, frozen=True):
    """A turn of a dialogue in the text of all: where its words start, and the words."""

    at: int
    words: str

    def place(self, offset: object, *, units: bool) -> int | None:
        """Where an offset in its words, in UTF-16 units or in code points, stands in the text of all."""
        points = _units(self.words) if units else range(len(self.words) + 1)
        if type(offset) is not int or not 0 <= offset < len(points) or points[offset] is None:
            return None
        return self.at + int(points[offset] or 0)


@lru_cache(maxsize=64)
def _units(words: str) -> Sequence[int | None]:
    """The code point that each UTF-16 unit is; kept, as a long turn has many regions."""
    return range(len(words) + 1) if is_basic(words) else utf16_to_code_points(words)


def field_of(data: Mapping[str, Any]) -> str | None:
    """The field that holds turns, where no config says so."""
    found = [
        name for name, each in data.items() if isinstance(each, list) and turns_of(each, "", "text")
    ]
    return found[0] if len(found) == 1 else None


def turns_of(given: list[Task], name: str, words: str) -> list[tuple[str, str]]:
    """(who, words) of each turn; none where they are no turns."""
    if not all(isinstance(each, Mapping) and isinstance(each.get(words), str) for each in given):
        return []
    return [(str(each.get(name) or ""), each[words]) for each in given]


def possible(given: list[Task]) -> Iterator[list[tuple[str, str]]]:
    """The turns of a dialogue, the usual keys first."""
    keys = [each for each in given[0] if isinstance(given[0][each], str)][:_KEYS]
    pairs = [(name, words) for words in keys for name in (*keys, "") if name != words]
    for name, words in sorted(pairs, key=lambda each: each != ("author", "text")):
        if turns := turns_of(given, name, words):
            yield turns


def joined(turns: list[tuple[str, str]]) -> tuple[str, list[Turn]]:
    """The text of all turns, a line each, and where each stands in it."""
    pieces, places, at = [], [], 0
    for who, words in turns:
        head = f"{who}: " if who else ""
        places.append(Turn(at + len(head), words))
        pieces.append(f"{head}{words}")
        at += len(pieces[-1]) + 1
    return "\n".join(pieces), places


def with_text(task: Task, field: str, text: str, turns: list[Turn]) -> Task:
    """The task with the text of all turns in its field, and its regions in that text."""
    data = {**task["data"], field: text}
    return with_results({**task, "data": data}, lambda _: lambda each: _placed(each, text, turns))


def _placed(result: Any, text: str, turns: list[Turn]) -> Any:
    """A result whose place is one in the text of all; as it came where that can't be told."""
    value = value_of(result) if isinstance(result, Mapping) else {}
    if "startOffset" not in value:
        return result
    places = [place for units in (True, False) if (place := _bounds(turns, value, units=units))]
    if not places:
        return result
    given, marked = value.get("text"), _marked_turns(turns, value)
    fitting = [each for each in places if not isinstance(given, str) or _says(marked, each, given)]
    start, end = (fitting or places)[0]
    said = {name: each for name, each in value.items() if name not in _PLACE}
    said |= {"start": start, "end": end, "text": text[start:end] if fitting else given}
    if result.get("type") != "paragraphlabels":
        given = {name: value[name] for name in ("text",) if isinstance(value.get(name), list)}
        return {**result, "value": said | given}
    labels = value.get("paragraphlabels")
    return {**result, "type": "labels", "value": {**said, "labels": labels}}


def _bounds(turns: list[Turn], value: Mapping[str, Any], *, units: bool) -> tuple[int, int] | None:
    start = _at(turns, value.get("start"), value.get("startOffset"), units=units)
    end = _at(turns, value.get("end"), value.get("endOffset"), units=units)
    return None if start is None or end is None else (start, end)


def _says(turns: list[Turn], place: tuple[int, int], surface: str) -> bool:
    """Whether the words there, without who speaks, are a surface, but for white space."""
    start, end = place
    words = (each.words[max(start - each.at, 0) : max(end - each.at, 0)] for each in turns)
    return "".join("".join(words).split()) == without_space(surface)


def _marked_turns(turns: list[Turn], value: Mapping[str, Any]) -> list[Turn]:
    """The turns from that in which a region starts to that in which it ends."""
    first, last = (numbered(turns, value.get(each)) for each in ("start", "end"))
    return [] if first is None or last is None else turns[first : last + 1]


def _at(turns: list[Turn], number: object, offset: object, *, units: bool) -> int | None:
    at = numbered(turns, number)
    return None if at is None else turns[at].place(offset, units=units)


def numbered(listed: Sequence[object], number: object) -> int | None:
    """The place of this number in a list, such as of turns; None where there is none."""
    told = str(number)
    if (
        not told.isascii()
        or not told.isdecimal()
        or len(told) >= _DIGITS
        or int(told) >= len(listed)
    ):
        return None
    return int(told)
