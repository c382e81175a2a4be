"""Tables with annotations: columns that are called like controls, as Label Studio's CSV export has them.

A row is one of JSON_MIN, whose values are written as text: regions and several choices as JSON.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from qawl.annotations import json_min
from qawl.annotations.json_min import Controls

OWN = frozenset({"annotator", "annotation_id", "created_at", "updated_at", "lead_time"})
"""Columns that Label Studio adds to those of the task and of the controls, but for the task's `id`."""
LOST = "CSV has lost relations and what belongs to a region; export as JSON to have them"
_NUMBERS = frozenset({"number", "rating"})


def fits(row: Mapping[str, str], controls: Controls | None) -> bool:
    """Whether a row has columns for annotations: those of controls, else Label Studio's own."""
    if controls is not None:
        return not row.keys().isdisjoint({*controls, "annotation_id"})
    return {"annotator", "annotation_id"} <= row.keys()


def tasks(
    rows: Iterable[Mapping[str, str]], controls: Controls, lost: Counter[str]
) -> Iterator[dict[str, object]]:
    """The tasks of rows, adjacent rows of one task together; `lost` counts values that can't be read."""
    yield from json_min.tasks((_row(each, controls, lost) for each in rows), controls, lost)


def unread(row: Mapping[str, str], controls: Controls, fields: Iterable[str]) -> list[str]:
    """The columns that are neither of a control nor of Label Studio nor of the given fields."""
    return [each for each in row if each not in {*OWN, "id", *controls, *fields}]


def told(rows: Iterable[Mapping[str, str]], texts: Collection[str]) -> Controls:
    """The controls that the values of all rows together tell; `texts` are fields that hold texts."""
    found, _ = json_min.told((_row(each, None, Counter()) for each in rows), texts)
    return found


def _row(
    row: Mapping[str, str], controls: Controls | None, lost: Counter[str]
) -> dict[str, object]:
    found: dict[str, object] = {name: each for name, each in row.items() if each}
    columns = controls if controls is not None else dict.fromkeys(row)
    for name in columns:
        if (given := row.get(name, "").strip()) and name not in OWN:
            kind = controls[name].type if controls is not None else None
            value = _value(given, kind)
            if kind in json_min.SPANS and not _regions(value):
                lost[f"value of the column {name} that is no JSON list of regions"] += 1
                value = None
            found[name] = value
    if controls is not None and not any(row.get(each) for each in (*controls, *OWN)):
        return {"data": {name: each for name, each in found.items() if name != "id"}}
    if not {"annotator", "annotation_id"} & row.keys():  # its id is no number of a task
        found |= {"source_id": found.get("source_id") or row.get("id"), "id": None}
    if taken := row.get("lead_time"):
        found["lead_time"] = _value(taken, "number")
    return {"annotator": None, **found}


def _value(given: str, kind: str | None) -> object:
    """A value as JSON_MIN has it: JSON where it is a list, an object or a number of a control for one."""
    if given[:1] not in "[{" and kind not in _NUMBERS:
        return given
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        return given
    return given if isinstance(found, bool) or found is None else found


def _regions(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict) and {"start", "end"} <= each.keys() for each in value
    )
