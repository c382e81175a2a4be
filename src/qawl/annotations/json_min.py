"""Label Studio's JSON_MIN as tasks again, without what it has lost: relations, what belongs to regions.

A row is an annotation: the fields of its task, and what each control gave, under the control's name.
Source: `prettify_result` of label-studio-sdk's converter.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from qawl.scheme.kinds.registry import result_keys

LOST = "JSON_MIN has lost relations and what belongs to a region; export as JSON to have them"


class Given(NamedTuple):
    """What a control gives: the type of its results, and the text that they are of.

    What is said of a region without the region (`lost`) is of nothing any more.
    """

    type: str
    text: str = "text"
    lost: bool = False


Row = Mapping[str, object]
Controls = Mapping[str, Given]
"""The controls of a config or scheme by name."""
LOSING = "values of regions that JSON_MIN does not name: "
"""How the reason begins why a value is left out."""
OWN = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")
LONGEST_CHOICE = 80
"""Code points of the longest text that is taken for a choice."""
_LOOSE = ("textarea", "choices", "number")
"""Types of results whose values stand alone: what one value tells holds for all of its field."""
SPANS = ("labels", "hypertextlabels", "paragraphlabels")
"""Types of results that mark a stretch of text; their labels stand under the same name."""
_KEYS = {
    **{each: each for each in SPANS},
    **result_keys(),
    "pairwise": "selected",
    "ranker": "ranker",
}
"""The type of a result → the key of its value."""


def fits(row: Row) -> bool:
    """Whether an object looks like a row of JSON_MIN."""
    told = "annotation_id" in row or "annotator" in row
    return told and not isinstance(row.get("annotations"), list)


def tasks(
    rows: Iterable[Row], controls: Controls, lost: Counter[str]
) -> Iterator[dict[str, object]]:
    """The tasks of rows, those of one task together.

    What is no row of JSON_MIN is passed on. `lost` counts what belongs to a region that nobody can tell.
    """

    def text(row: Row) -> str:
        words = (each for each in _data(row, controls).values() if isinstance(each, str))
        return max(words, key=len, default="")

    for members in _by_task(rows, text):
        yield _task(members, controls, lost) if fits(members[0]) else dict(members[0])


def told(rows: Iterable[Row], texts: Collection[str]) -> tuple[Controls, list[str]]:
    """The controls that the values of all rows together tell, and the other fields that a control may
    have filled: a single choice and a number look like a field of the task.

    Rows of one task have the task's fields alike: what differs is an annotator's. They may stand apart.
    The first of `texts` that a row has is its text.
    """

    def text(row: Row) -> object:
        return next((row[name] for name in texts if isinstance(row.get(name), str)), None)

    found: dict[str, Given] = {}
    others: dict[str, None] = {}
    differing: dict[str, set[str]] = {}
    objects = set[str]()
    first: dict[int, _Fields] = {}
    for row in filter(fits, rows):
        for name, given in _controls(row).items():
            found.setdefault(name, given)
        others.update((name, None) for name in row if name not in OWN and _may_be(row[name]))
        if row.get("id") is not None:
            known = first.setdefault(hash((repr(row["id"]), text(row))), fields := _fields(row))
            objects |= {name for name, (_, kind) in fields.items() if kind is None}
            for name, kinds in _differing(known, fields):
                differing.setdefault(name, set()).update(kinds)
    for name, kinds in differing.items():
        if name in objects:  # an annotator's value is none in any row, so it is the task's
            continue
        found.setdefault(name, Given(next(each for each in _LOOSE if each in kinds)))
    return found, [name for name in others if name not in found]


_Fields = dict[str, tuple[int, str | None]]
"""The fields of a row that say something: by name a digest of the value, and its kind if it is loose."""


def _fields(row: Row) -> _Fields:
    given = ((name, each) for name, each in row.items() if name not in OWN and each)
    return {name: (hash(repr(each)), _loose_kind(each)) for name, each in given}


def _differing(one: _Fields, other: _Fields) -> Iterator[tuple[str, set[str]]]:
    """The fields in which two rows of one task differ, and of which kinds their values may be."""
    for name in {} if one is other else {**one, **other}:
        values = one.get(name), other.get(name)
        kinds = {each[1] for each in values if each is not None}
        if values[0] != values[1] and None not in kinds:
            yield name, {str(each) for each in kinds}


def _loose_kind(value: object) -> str | None:
    """The type of the results that a loose value may be of: no choice is as long as what people type."""
    words = [value] if isinstance(value, str) else value
    if isinstance(words, list) and words and all(isinstance(each, str) for each in words):
        typed = any(len(each) > LONGEST_CHOICE or "\n" in each for each in words)
        return "textarea" if typed else "choices"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else None


def _may_be(value: object) -> bool:
    """Whether a value is one that controls give, and that task data has as well: no long text."""
    kind = _loose_kind(value)
    return kind is not None and value != "" and (kind != "textarea" or isinstance(value, list))


def _by_task(rows: Iterable[Row], text: Callable[[Row], object]) -> Iterator[list[Row]]:
    """Rows that follow each other and are of one task: they have its id and its text. Where exports of
    several projects were put together, several tasks have one id."""

    def place(numbered: tuple[int, Row]) -> tuple[object, ...]:
        number, row = numbered
        identity = row.get("id")
        return (identity, text(row)) if fits(row) and identity is not None else (number,)

    for _, group in groupby(enumerate(rows), key=place):
        yield [row for _, row in group]


def _data(row: Row, controls: Controls) -> dict[str, object]:
    return {name: each for name, each in row.items() if name not in OWN and name not in controls}


def _task(rows: list[Row], controls: Controls, lost: Counter[str]) -> dict[str, object]:
    first = rows[0]
    every = [_annotation(each, controls, lost) for each in rows]
    made: dict[str, object] = {
        "data": _data(first, controls),
        "annotations": [*filter(_made, every)],
    }
    return {"id": first["id"], **made} if first.get("id") is not None else made


def _made(annotation: Mapping[str, object]) -> bool:
    """Whether anybody made it: an export of all tasks has a row for each that nobody has annotated."""
    said = ("id", "completed_by", "created_at", "updated_at", "lead_time", "result")
    return any(annotation.get(name) not in (None, "", [], {}) for name in said)


def _annotation(row: Row, controls: Controls, lost: Counter[str]) -> dict[str, object]:
    times = {name: row[name] for name in ("created_at", "updated_at", "lead_time") if name in row}
    results = []
    for name, given in controls.items():
        if row.get(name) in (None, "", []):
            continue
        for result in _results(name, given, row[name]):
            if given.lost:
                lost[f"{LOSING}{name}"] += 1
            else:
                results.append(result)
    return {
        "id": row.get("annotation_id"),
        "completed_by": row.get("annotator"),
        "was_cancelled": False,
        "result": results,
        **times,
    }


def _results(name: str, control: Given, given: object) -> Iterator[dict[str, object]]:
    """What a control gave: a value alone, or a list of regions and values; loose words are one value."""
    listed = given if isinstance(given, list) else [given]
    words = [each for each in listed if not isinstance(each, Mapping)]
    values = [dict(each) for each in listed if isinstance(each, Mapping)]
    if words:
        values.append({_KEYS[control.type]: words})
    for number, value in enumerate(values):
        place = f"{value['start']}-{value['end']}" if {"start", "end"} <= value.keys() else number
        yield {
            "id": f"{name}-{place}",
            "from_name": name,
            "to_name": control.text,
            "type": _kind(value) or control.type,  # a scheme does not know a rating from a number
            "value": value,
        }


def _controls(row: Row) -> dict[str, Given]:
    """The controls that the values of a row tell; a single choice looks like a field of the task."""
    found = {}
    for name, given in row.items():
        values = given if isinstance(given, list) else [given]
        first = values[0] if values else None
        if isinstance(first, Mapping) and name not in OWN and (kind := _kind(first)):
            found[name] = Given(kind)
    return found


def _kind(value: Mapping[str, object]) -> str | None:
    if "start" in value and value.keys().isdisjoint(SPANS):
        return None
    return next((kind for kind, key in _KEYS.items() if key in value), None)
