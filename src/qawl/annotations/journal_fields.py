"""What the journal keeps of what Label Studio sent: results whole, ids, times, the state of the task.

What is not named here stays out, so that no name, address or comment enters by a field that a later
edition adds. Addresses go from what is kept, but for the values of results: these are the annotation.
"""

import re
from collections.abc import Mapping
from typing import Any

from qawl.core.text import ADDRESS, may_have_address

ANNOTATION = (
    "id",
    "unique_id",
    "import_id",
    "project",
    "task",
    "result",
    "was_cancelled",
    "skipped",  # what early versions of Label Studio say for it
    "ground_truth",
    "created_at",
    "updated_at",
    "draft_created_at",
    "lead_time",
    "parent_annotation",
    "parent_prediction",
)
_NUMBERS = ("id", "project", "task")
USERS = ("completed_by", "updated_by")
TASK = ("id", "inner_id", "project", "created_at", "updated_at", "is_labeled")
ASSIGNED = "qawl_annotator"
"""The field of a task of a pool that says whose it is."""
DATA = ("article_id", "text_sha256", "layer", "basis", ASSIGNED)
"""The fields of a task's data that Qawl itself writes and reads again."""

_STRUCTURE = frozenset(
    {
        *("id", "type", "value", "from_name", "to_name", "from_id", "to_id"),
        *("labels", "direction", "origin", "parentID"),
    }
)
"""Fields of a result that say what it is; they are kept to the letter."""
GONE = "[address]"
_SHORT = re.compile("0|[1-9][0-9]{0,5}")


def annotation(sent: Mapping[str, object]) -> dict[str, object]:
    """An annotation as the journal keeps it; users are numbers, or None where they are none."""
    kept = {name: _kept(name, sent[name]) for name in ANNOTATION if name in sent}
    return kept | {name: user(sent[name]) for name in USERS if name in sent}


def task(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A task as the journal keeps it."""
    data = sent.get("data")
    given = data if isinstance(data, dict) else {}
    kept = {name: _kept(name, sent[name]) for name in TASK if name in sent}
    return kept | {"data": {name: without_addresses(given[name]) for name in DATA if name in given}}


def _kept(name: str, given: object) -> object:
    """A field of an annotation or a task as the journal keeps it."""
    if name == "result":
        return results(given)
    kept = without_addresses(given)
    return plain(kept) if name in _NUMBERS else kept


def results(given: object) -> object:
    """The results of an annotation, whole but for addresses in notes on regions."""
    if not isinstance(given, list):
        return without_addresses(given)
    return [_result(each) if isinstance(each, dict) else without_addresses(each) for each in given]


def _result(given: dict[str, object]) -> dict[str, object]:
    if given.keys() <= _STRUCTURE:
        return given
    return {
        name: value if name in _STRUCTURE else without_addresses(value)
        for name, value in given.items()
    }


def user(given: object) -> int | None:
    """The number of a user, also as scripts and spreadsheets write it ("7"); an address or a name is
    none, nor are digits that may be a telephone number."""
    given = plain(given)
    number = plain(given.get("id")) if isinstance(given, dict) else given
    if isinstance(number, str) and _SHORT.fullmatch(number):
        return int(number)
    return number if type(number) is int and abs(number) < 1 << 63 else None


def plain(given: object) -> object:
    """What names a user or a thing: scripts and tables may write a list of one, or a number as 7.0."""
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    return int(given) if isinstance(given, float) and given.is_integer() else given


def without_addresses(value: object) -> object:
    """A value of any kind with a mark in place of each e-mail address."""
    if isinstance(value, str):
        return ADDRESS.sub(GONE, value) if may_have_address(value) else value
    if isinstance(value, dict):
        return {
            str(without_addresses(name)): without_addresses(each) for name, each in value.items()
        }
    if isinstance(value, list):
        return [without_addresses(each) for each in value]
    return value
