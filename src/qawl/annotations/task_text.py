"""What a task shows, as a text that spans can be of: pages without tags, dialogues as a line a turn."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qawl.annotations.foreign_values import whole
from qawl.annotations.reading import results
from qawl.articles import cleaning, markup
from qawl.articles.markup import Shown
from qawl.core.text import sha256, utf16_to_code_points
from qawl.scheme.from_config import Config

Task = dict[str, Any]

PAGES = "pages are kept as their text, without tags"
DIALOGUES = "dialogues are kept as one text, a line a turn; places in them were counted anew"
_PLACE = ("start", "end", "startOffset", "endOffset", "globalOffsets", "paragraphlabels", "text")


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a dialogue in the text of all: where its words start, and the words."""

    at: int
    words: str

    def place(self, offset: object, *, units: bool) -> int | None:
        """Where an offset in its words, in UTF-16 units or in code points, stands in the text of all."""
        points = utf16_to_code_points(self.words) if units else range(len(self.words) + 1)
        if type(offset) is not int or not 0 <= offset < len(points) or points[offset] is None:
            return None
        return self.at + int(points[offset] or 0)


def as_text(
    task: Task, config: Config | None, frozen: str | None = None
) -> tuple[Task, str | None]:
    """The task with its text as one string, and what was done for that; as it is where nothing was.

    `frozen` is the digest of its article's text, where it has one: early corpora glued lines.
    """
    data = task.get("data")
    if not isinstance(data, Mapping):
        return task, None
    if config and (more := _lifted(data, (config.text_field, *config.context))):
        data = {**data, **more}
        task = {**task, "data": data}
    field = config.text_field if config else _dialogue(data)
    given = data.get(field) if field else None
    keys = config.turns if config and config.turns else ("author", "text")
    if isinstance(given, list) and field and (turns := _turns(given, *keys)):
        text, places = _joined(turns)
        return _with_text(task, field, text, places), DIALOGUES
    if config and config.page and isinstance(given, str) and field and markup.is_page(given):
        page = _page(given, task)
        early = frozen is not None and sha256(cleaning.as_annotated(page.text)[0]) == frozen
        return _with_page(task, field, Shown(page.text, ()) if early else page), PAGES
    return task, None


def _lifted(data: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """What stands below the fields of a task, by its path: `$item.text`, `$items[0].text`."""
    found = {path: _below(data, path) for path in paths if path not in data}
    return {path: each for path, each in found.items() if each is not None}


def _below(given: Any, path: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(given, Mapping):
            given = given.get(step)
        elif isinstance(given, list) and step.isascii() and step.isdecimal() and len(step) < 9:
            given = given[int(step)] if int(step) < len(given) else None
        else:
            return None
    return given


def _page(page: str, task: Task) -> Shown:
    """The text of a page; versions of Label Studio differ in what a <br> is: the surfaces tell."""
    marked = [
        (start, end, value["text"])
        for annotation in annotations(task)
        for result in results(annotation)
        if isinstance(value := result.get("value"), Mapping)
        and isinstance(place := value.get("globalOffsets"), Mapping)
        and (start := whole(place.get("start"))) is not None
        and (end := whole(place.get("end"))) is not None
        and isinstance(value.get("text"), str)
    ]

    def fits(text: str) -> int:
        return sum(text[start:end] == said for start, end, said in marked)

    both = (markup.shown(page, breaks=each) for each in (True, False))
    return max(both, key=lambda each: fits(each.text))


def _with_page(task: Task, field: str, page: Shown) -> Task:
    """The task with the lines of a page; regions stand where they stood."""
    text = page.lined
    data = {**task["data"], field: text}
    if not page.breaks:
        return {**task, "data": data}
    return _with_results({**task, "data": data}, lambda each: _lined(each, page, text))


def _with_results(task: Task, placed: Callable[[Any], Any]) -> Task:
    """The task with each result of its annotations as it is placed now."""
    done = []
    for annotation in annotations(task):
        given = annotation.get("result")
        listed = given if isinstance(given, list) else []
        done.append({**annotation, "result": [placed(each) for each in listed]})
    kept = {name: each for name, each in task.items() if name != "completions"}
    return {**kept, "annotations": done}


def _lined(result: Any, page: Shown, text: str) -> Any:
    """A region of a page in its lines; as it came where its place can't be told."""
    value = result.get("value") if isinstance(result, Mapping) else None
    place = value.get("globalOffsets") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(place, Mapping):
        return result
    start, end = whole(place.get("start")), whole(place.get("end"))
    if start is None or end is None or not 0 <= start <= end <= len(page.text):
        return result
    first, last = page.lined_span(start, end)
    told, words = value.get("text"), "".join(page.text[start:end].split())
    said = {**value, "globalOffsets": {**place, "start": first, "end": last}}
    if isinstance(told, str) and "".join(told.replace("\\n", " ").split()) == words:
        said["text"] = text[first:last]
    return {**result, "value": said}


def _dialogue(data: Mapping[str, Any]) -> str | None:
    """The field that holds turns, where no config says so."""
    found = [
        name for name, each in data.items() if isinstance(each, list) and _turns(each, "", "text")
    ]
    return found[0] if len(found) == 1 else None


def _turns(given: list[Task], name: str, words: str) -> list[tuple[str, str]]:
    """(who, words) of each turn; none where they are no turns."""
    if not all(isinstance(each, Mapping) and isinstance(each.get(words), str) for each in given):
        return []
    return [(str(each.get(name) or ""), each[words]) for each in given]


def _joined(turns: list[tuple[str, str]]) -> tuple[str, list[Turn]]:
    pieces, places, at = [], [], 0
    for who, words in turns:
        head = f"{who}: " if who else ""
        places.append(Turn(at + len(head), words))
        pieces.append(f"{head}{words}")
        at += len(pieces[-1]) + 1
    return "\n".join(pieces), places


def _with_text(task: Task, field: str, text: str, turns: list[Turn]) -> Task:
    data = {**task["data"], field: text}
    return _with_results({**task, "data": data}, lambda each: _placed(each, text, turns))


def _placed(result: Any, text: str, turns: list[Turn]) -> Any:
    """A result whose place is one in the text of all; as it came where that can't be told."""
    value = result.get("value") if isinstance(result, Mapping) else None
    if not isinstance(value, Mapping) or "startOffset" not in value:
        return result
    places = [place for units in (True, False) if (place := _bounds(turns, value, units=units))]
    if not places:
        return result
    given = value.get("text")
    fitting = [each for each in places if not isinstance(given, str) or _says(turns, each, given)]
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
    return "".join("".join(words).split()) == "".join(surface.replace("\\n", " ").split())


def _at(turns: list[Turn], number: object, offset: object, *, units: bool) -> int | None:
    told = str(number)
    if not told.isascii() or not told.isdecimal() or int(told) >= len(turns):
        return None
    return turns[int(told)].place(offset, units=units)


def annotations(task: Task) -> Iterator[Mapping[str, Any]]:
    """The annotations of a task that are objects, skipped ones too."""
    given = task.get("annotations", task.get("completions"))
    listed: list[Any] = given if isinstance(given, list) else []
    return (each for each in listed if isinstance(each, Mapping))
