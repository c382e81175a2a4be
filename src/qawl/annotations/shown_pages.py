"""Pages of HTML as the text that they show, and the regions on them as places in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from qawl.annotations.foreign_values import whole
from qawl.annotations.reading import results
from qawl.annotations.reading import value as value_of
from qawl.annotations.regions import TYPES
from qawl.annotations.task_results import Task, annotations, with_results, without_space
from qawl.articles import cleaning, markup
from qawl.articles.markup import Shown
from qawl.articles.page_paths import Paths
from qawl.core.text import in_code_points, is_basic, sha256, utf16_to_code_points

PAGES = "pages are kept as their text, without tags"
COUNTED_ANEW = "places in pages that count UTF-16 units were counted anew"
_OF_PAGE = frozenset({"startOffset", "endOffset", "globalOffsets"})

Marked = tuple[int, int, str]
"""Start, end and surface of a region of a page, as it came."""


def of_page(task: Task, field: str, given: str, frozen: str | None) -> tuple[Task, str | None]:
    """The task of a page with its text, and what was done for that."""
    tagged = markup.is_page(given)
    page = _pages(given, task)[0] if tagged else Shown(given, ())
    task = _by_path(task, given, page)
    if tagged and frozen is not None and sha256(cleaning.as_annotated(page.text)[0]) == frozen:
        page = Shown(page.text, ())
    placed, anew = _with_page(task, field, page)
    return placed, "; ".join([PAGES] * tagged + [COUNTED_ANEW] * anew) or None


def possible(given: str, task: Task) -> Iterator[Shown]:
    """What a page shows, what fits the surfaces best first; early corpora glued lines."""
    pages = _pages(given, task)
    yield from pages
    yield from (Shown(page.text, ()) for page in pages)


def with_shown(task: Task, field: str, given: str, page: Shown) -> Task:
    """The task with what a page shows in its field, and its regions in that text."""
    return _with_page(_by_path(task, given, page), field, page)[0]


def _by_path(task: Task, given: str, page: Shown) -> Task:
    """The task with places in the page for regions that early exports tell by XPath alone."""
    if not any(_has_path_alone(each) for one in annotations(task) for each in results(one)):
        return task
    paths = Paths(given, page)
    return with_results(task, lambda _: lambda each: _found(each, paths, page.text))


def _has_path_alone(result: Mapping[str, Any]) -> bool:
    said = value_of(result)
    in_text = not isinstance(said.get("globalOffsets"), Mapping) and "startOffset" in said
    return result.get("type") in TYPES and in_text


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


def _mark(result: Mapping[str, Any]) -> Marked | None:
    bounds, said = _bounds(result), value_of(result).get("text")
    return (*bounds, said) if bounds and isinstance(said, str) else None


def _bounds(result: Mapping[str, Any]) -> tuple[int, int] | None:
    """Where a browser shows the start and the end of a region; None where it does not say both."""
    place = value_of(result).get("globalOffsets")
    if not isinstance(place, Mapping):
        return None
    start, end = whole(place.get("start")), whole(place.get("end"))
    return None if start is None or end is None else (start, end)


def _fitting(text: str, marked: Sequence[Marked]) -> tuple[int, int]:
    """How many surfaces stand where offsets in code points lead, and where those in UTF-16 units do."""
    units = utf16_to_code_points(text) if marked and not is_basic(text) else None
    in_points = sum(_is_at(text, *each) for each in marked)
    if units is None:
        return in_points, in_points
    return in_points, sum(_is_at(text, *_counted(each, units)) for each in marked)


def _counted(given: Marked, units: Sequence[int | None]) -> Marked:
    """A mark that counts UTF-16 units, in code points; one of no place where it has none."""
    start, end, said = given
    return (*(in_code_points(units, start, end) or (-1, -1)), said)


def _is_at(text: str, start: int, end: int, said: object) -> bool:
    """Whether a surface stands at a place, but for white space: selections differ in that."""
    if not isinstance(said, str) or not 0 <= start < end <= len(text):
        return False
    words = "".join(text[start:end].split())
    return words != "" and words == without_space(said)


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

    return with_results({**task, "data": data}, placed), anew[0]


def _is_on_page(result: Mapping[str, Any]) -> bool:
    """Whether a result is a region that is placed by what a browser shows."""
    return result.get("type") in TYPES and isinstance(
        value_of(result).get("globalOffsets"), Mapping
    )


def _standing(result: Any, page: Shown, text: str, counts: Sequence[int | None] | None) -> Any:
    """A region that has its surface at its place, with its offsets in the text; else as it came."""
    mark = _mark(result) if isinstance(result, Mapping) else None
    if mark is None:
        return result
    start, end, _ = mark = _counted(mark, counts) if counts else mark
    if not _is_at(page.text, *mark):
        return result
    first, last = page.lined_span(start, end)
    place = {"start": first, "end": last, "text": text[first:last]}
    said = {name: each for name, each in result["value"].items() if name not in _OF_PAGE}
    return {**result, "value": said | place}


def _lined(result: Any, page: Shown, text: str) -> Any:
    """A region of a page in its lines; as it came where its place can't be told."""
    bounds = _bounds(result) if isinstance(result, Mapping) else None
    if bounds is None or not 0 <= bounds[0] <= bounds[1] <= len(page.text):
        return result
    value, (first, last) = result["value"], page.lined_span(*bounds)
    told, words = value.get("text"), "".join(page.text[slice(*bounds)].split())
    place = {**value["globalOffsets"], "start": first, "end": last}
    said = {**value, "globalOffsets": place}
    if isinstance(told, str) and without_space(told) == words:
        said["text"] = text[first:last]
    return {**result, "value": said}
