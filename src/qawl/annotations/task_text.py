"""What a task shows, as a text that spans can be of: pages without tags, dialogues as a line a turn."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from msgspec import Struct

from qawl.annotations.foreign_values import whole
from qawl.annotations.reading import results
from qawl.annotations.regions import TYPES
from qawl.articles import cleaning, markup
from qawl.articles.markup import Shown
from qawl.articles.page_paths import Paths
from qawl.core.text import sha256, utf16_to_code_points
from qawl.scheme.attributes import MARKED
from qawl.scheme.from_config import Config

Task = dict[str, Any]

PAGES = "pages are kept as their text, without tags"
COUNTED_ANEW = "places in pages that count UTF-16 units were counted anew"
DIALOGUES = "dialogues are kept as one text, a line a turn; places in them were counted anew"
LABELLED = "regions that a taxonomy labels are spans of one label, with their path as an attribute"
_OF_PAGE = frozenset({"startOffset", "endOffset", "globalOffsets"})
_PLACE = ("start", "end", "startOffset", "endOffset", "globalOffsets", "paragraphlabels", "text")


_KEYS = 6
"""Keys of a turn among which that of the words, and of who speaks, is looked for."""
_DIGITS = 9
"""Digits of the highest number of a turn, or of a place in a list."""

Marked = tuple[int, int, str]
"""Start, end and surface of a region of a page, as it came."""


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
    return range(len(words) + 1) if _is_plain(words) else utf16_to_code_points(words)


def as_text(
    task: Task, config: Config | None, frozen: str | None = None
) -> tuple[Task, str | None]:
    """The task with its text as one string and its regions labelled, and what was done for that; as it is
    where nothing was.

    `frozen` is the digest of its article's text, where it has one: early corpora glued lines.
    """
    kind = "paragraphlabels" if config and config.turns else "labels"
    labelled = with_labels(task, config.marking_trees, kind) if config else task
    made, how = _as_text(labelled, config, frozen)
    return made, "; ".join(filter(None, (how, LABELLED * (labelled is not task)))) or None


def with_labels(task: Task, trees: frozenset[str], kind: str = "labels") -> Task:
    """The task with a label beside the path that one of these taxonomies gives a region."""
    if not trees or not any(_unlabelled(each, trees) for each in annotations(task)):
        return task

    def labelled(annotation: Mapping[str, Any], given: list[Any]) -> list[Any]:
        wanted = {id(each) for each in _unlabelled(annotation, trees)}
        pairs = ([_label_of(each, kind), each] if id(each) in wanted else [each] for each in given)
        return [*chain(*pairs)]

    return _with_lists(task, labelled)


def _unlabelled(annotation: Mapping[str, Any], trees: frozenset[str]) -> list[Mapping[str, object]]:
    """The results by which these taxonomies label regions that have no label yet, one a region."""
    every = list(results(annotation))
    known = {each.get("id") for each in every if each.get("type") in _MARKING}
    marking = [each for each in every if _marks(each, trees) and each["id"] not in known]
    return [*{each["id"]: each for each in reversed(marking)}.values()]


def _label_of(result: Task, kind: str) -> Task:
    """The label of a region that a taxonomy labels, as a result of its own."""
    name = result["from_name"]
    place = {key: said for key, said in result["value"].items() if key != "taxonomy"}
    value = {**place, kind: [name]}
    return {**result, "from_name": f"{name}{MARKED}", "type": kind, "value": value}


_MARKING = frozenset({*TYPES, "paragraphlabels"})


def _marks(result: Any, trees: frozenset[str]) -> bool:
    """Whether a result is a region that a taxonomy labels."""
    if not isinstance(result, Mapping) or result.get("type") != "taxonomy":
        return False
    value, control = result.get("value"), result.get("from_name")
    placed = isinstance(value, Mapping) and "start" in value
    return (
        placed
        and isinstance(result.get("id"), str)
        and isinstance(control, str)
        and control in trees
    )


def _as_text(task: Task, config: Config | None, frozen: str | None) -> tuple[Task, str | None]:
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
    if config and config.page and isinstance(given, str) and field:
        return _of_page(task, field, given, frozen)
    return task, None


def readings(task: Task) -> Iterator[tuple[str, str, Callable[[], Task]]]:
    """Each text that a field may show where no config says what it is: (field, text, the task with it).

    A field with tags may be a page, a list of objects the turns of a dialogue; which of their keys hold
    the words and who speaks, an export does not tell.
    """
    data = task.get("data")
    for field, given in data.items() if isinstance(data, Mapping) else ():
        if isinstance(given, list) and given and isinstance(given[0], Mapping):
            for turns in _possible_turns(given):
                text, places = _joined(turns)
                yield field, text, partial(_with_text, task, field, text, places)
        elif isinstance(given, str) and markup.is_page(given):
            for page in _possible_pages(given, task):
                yield field, page.lined, partial(_paged, task, field, given, page)


def _possible_turns(given: list[Task]) -> Iterator[list[tuple[str, str]]]:
    """The turns of a dialogue, the usual keys first."""
    keys = [each for each in given[0] if isinstance(given[0][each], str)][:_KEYS]
    pairs = [(name, words) for words in keys for name in (*keys, "") if name != words]
    for name, words in sorted(pairs, key=lambda each: each != ("author", "text")):
        if turns := _turns(given, name, words):
            yield turns


def _possible_pages(given: str, task: Task) -> Iterator[Shown]:
    """What a page shows, what fits the surfaces best first; early corpora glued lines."""
    pages = _pages(given, task)
    yield from pages
    yield from (Shown(page.text, ()) for page in pages)


def _paged(task: Task, field: str, given: str, page: Shown) -> Task:
    return _with_page(_by_path(task, given, page), field, page)[0]


def _lifted(data: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """What stands below the fields of a task, by its path: `$item.text`, `$items[0].text`."""
    found = {path: _below(data, path) for path in paths if path not in data}
    return {path: each for path, each in found.items() if each is not None}


def _below(given: Any, path: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(given, Mapping):
            given = given.get(step)
        elif isinstance(given, list) and (at := _numbered(given, step)) is not None:
            given = given[at]
        else:
            return None
    return given


def _of_page(task: Task, field: str, given: str, frozen: str | None) -> tuple[Task, str | None]:
    """The task of a page with its text, and what was done for that."""
    tagged = markup.is_page(given)
    page = _pages(given, task)[0] if tagged else Shown(given, ())
    task = _by_path(task, given, page)
    if tagged and frozen is not None and sha256(cleaning.as_annotated(page.text)[0]) == frozen:
        page = Shown(page.text, ())
    placed, anew = _with_page(task, field, page)
    return placed, "; ".join([PAGES] * tagged + [COUNTED_ANEW] * anew) or None


def _by_path(task: Task, given: str, page: Shown) -> Task:
    """The task with places in the page for regions that early exports tell by XPath alone."""
    if not any(_has_path_alone(each) for one in annotations(task) for each in results(one)):
        return task
    paths = Paths(given, page)
    return _with_results(task, lambda _: lambda each: _found(each, paths, page.text))


def _has_path_alone(result: Mapping[str, Any]) -> bool:
    value = result.get("value")
    return (
        result.get("type") in TYPES
        and isinstance(value, Mapping)
        and not isinstance(value.get("globalOffsets"), Mapping)
        and "startOffset" in value
    )


def _found(result: Any, paths: Paths, text: str) -> Any:
    """A region with the place to which its XPaths lead, if its surface stands there; else as it came."""
    if not isinstance(result, Mapping) or not _has_path_alone(result):
        return result
    value = result["value"]
    start = paths.place(value.get("start"), value.get("startOffset"))
    end = paths.place(value.get("end"), value.get("endOffset"))
    if start is None or end is None:
        return result
    said = text[start:end] if value.get("text") is None else value["text"]
    if not _is_at(text, start, end, said):
        return result
    place = {"globalOffsets": {"start": start, "end": end}, "text": said}
    return {**result, "value": {**value, **place}}


def _pages(page: str, task: Task) -> list[Shown]:
    """What a page may show; versions of Label Studio differ in what a <br> is: that which the surfaces
    tell first."""
    marked = [each for annotation in annotations(task) for each in _marked(annotation)]
    both = (markup.shown(page, breaks=each) for each in (True, False))
    return sorted(both, key=lambda each: -max(_fitting(each.text, marked)))


def _marked(annotation: Mapping[str, Any]) -> list[Marked]:
    """(start, end, surface) of each region of a page that says all three."""
    every = (_mark(each) for each in results(annotation) if each.get("type") in TYPES)
    return [each for each in every if each is not None]


def _mark(result: Any) -> Marked | None:
    value = result.get("value") if isinstance(result, Mapping) else None
    place = value.get("globalOffsets") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(place, Mapping):
        return None
    start, end, said = whole(place.get("start")), whole(place.get("end")), value.get("text")
    if start is None or end is None or not isinstance(said, str):
        return None
    return start, end, said


def _fitting(text: str, marked: Sequence[Marked]) -> tuple[int, int]:
    """How many surfaces stand where offsets in code points lead, and where those in UTF-16 units do."""
    units = utf16_to_code_points(text) if marked and not _is_plain(text) else None
    in_points = sum(_is_at(text, *each) for each in marked)
    if units is None:
        return in_points, in_points
    return in_points, sum(_is_at(text, *_counted(each, units)) for each in marked)


def _is_plain(text: str) -> bool:
    """Whether its code points and its UTF-16 units are the same in number."""
    return text.isascii() or all(each <= "\uffff" for each in text)


def _counted(given: Marked, units: Sequence[int | None]) -> Marked:
    """A mark that counts UTF-16 units, in code points; one of no place where it has none."""
    start, end, said = given
    inside = 0 <= start <= end < len(units)
    first, last = (units[start], units[end]) if inside else (None, None)
    return (-1, -1, said) if first is None or last is None else (first, last, said)


def _is_at(text: str, start: int, end: int, said: object) -> bool:
    """Whether a surface stands at a place, but for white space: selections differ in that."""
    if not isinstance(said, str) or not 0 <= start < end <= len(text):
        return False
    words = "".join(text[start:end].split())
    return words != "" and words == "".join(said.replace("\\n", " ").split())


def _with_page(task: Task, field: str, page: Shown) -> tuple[Task, bool]:
    """The task with the lines of a page, and whether places were counted anew.

    Regions stand where they stood. What each annotation counts, code points or UTF-16 units, its
    surfaces tell; where one of them stands at neither place, the others get theirs in the text.
    """
    text = page.lined
    data = {**task["data"], field: text}
    anew = [False]

    def placed(annotation: Mapping[str, Any]) -> Callable[[Any], Any]:
        marked = _marked(annotation)
        points, units = _fitting(page.text, marked)
        if max(points, units) == 0 or points == len(list(filter(_is_on_page, results(annotation)))):
            return lambda each: _lined(each, page, text)
        counts = utf16_to_code_points(page.text) if units > points else None
        anew[0] = anew[0] or counts is not None
        return lambda each: _standing(each, page, text, counts)

    return _with_results({**task, "data": data}, placed), anew[0]


def _is_on_page(result: Mapping[str, Any]) -> bool:
    """Whether a result is a region that is placed by what a browser shows."""
    value = result.get("value")
    return (
        result.get("type") in TYPES
        and isinstance(value, Mapping)
        and isinstance(value.get("globalOffsets"), Mapping)
    )


def _standing(result: Any, page: Shown, text: str, counts: Sequence[int | None] | None) -> Any:
    """A region that has its surface at its place, with its offsets in the text; else as it came."""
    mark = _mark(result)
    if mark is None:
        return result
    start, end, _ = mark = _counted(mark, counts) if counts else mark
    if not _is_at(page.text, *mark):
        return result
    first, last = page.lined_span(start, end)
    place = {"start": first, "end": last, "text": text[first:last]}
    said = {name: each for name, each in result["value"].items() if name not in _OF_PAGE}
    return {**result, "value": said | place}


def _with_results(task: Task, placed: Callable[[Mapping[str, Any]], Callable[[Any], Any]]) -> Task:
    """The task with the results of each annotation as they are placed now."""
    return _with_lists(task, lambda annotation, given: [*map(placed(annotation), given)])


def _with_lists(task: Task, made: Callable[[Mapping[str, Any], list[Any]], list[Any]]) -> Task:
    """The task with another list of results in each annotation; what is none stays to be counted."""

    def anew(annotation: Any) -> Any:
        given = annotation.get("result") if isinstance(annotation, Mapping) else None
        if not isinstance(given, list):
            return annotation
        return {**annotation, "result": made(annotation, given)}

    listed = given_annotations(task)
    if not isinstance(listed, list):
        return task
    kept = {name: each for name, each in task.items() if name != "completions"}
    return {**kept, "annotations": [*map(anew, listed)]}


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
    return _with_results({**task, "data": data}, lambda _: lambda each: _placed(each, text, turns))


def _placed(result: Any, text: str, turns: list[Turn]) -> Any:
    """A result whose place is one in the text of all; as it came where that can't be told."""
    value = result.get("value") if isinstance(result, Mapping) else None
    if not isinstance(value, Mapping) or "startOffset" not in value:
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
    return "".join("".join(words).split()) == "".join(surface.replace("\\n", " ").split())


def _marked_turns(turns: list[Turn], value: Mapping[str, Any]) -> list[Turn]:
    """The turns from that in which a region starts to that in which it ends."""
    first, last = (_numbered(turns, value.get(each)) for each in ("start", "end"))
    return [] if first is None or last is None else turns[first : last + 1]


def _at(turns: list[Turn], number: object, offset: object, *, units: bool) -> int | None:
    at = _numbered(turns, number)
    return None if at is None else turns[at].place(offset, units=units)


def _numbered(listed: Sequence[object], number: object) -> int | None:
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


def annotations(task: Task) -> Iterator[Mapping[str, Any]]:
    """The annotations of a task that are objects, skipped ones too."""
    listed = given_annotations(task)
    read = listed if isinstance(listed, list) else []
    return (each for each in read if isinstance(each, Mapping))


def given_annotations(task: Task) -> object:
    """What a task has as annotations, which early versions of Label Studio call completions.

    Of both, all; what is no list comes as it stands, or beside a list as an annotation that is no object.
    None where there is nothing.
    """
    both = [task[name] for name in ("annotations", "completions") if task.get(name) is not None]
    lists = [each for each in both if isinstance(each, list)]
    odd = [each for each in both if not isinstance(each, list)]
    if not lists:
        return odd[0] if odd else None
    return [*chain(*lists), *([each] for each in odd)]
