"""Regions that a taxonomy labels: a label beside the path, so that they are spans as others are."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from qawl.annotations.foreign_values import name as name_in
from qawl.annotations.reading import results
from qawl.annotations.reading import value as value_of
from qawl.annotations.regions import TYPES
from qawl.annotations.task_results import Task, annotations, with_lists
from qawl.scheme.attributes import MARKED

LABELLED = "regions that a taxonomy labels are spans of one label, with their path as an attribute"

_MARKING = frozenset({*TYPES, "paragraphlabels"})
_PLACE = ("start", "startOffset", "end", "endOffset")


def with_labels(task: Task, trees: frozenset[str], kind: str = "labels") -> Task:
    """The task with a label beside the path that one of these taxonomies gives a region."""
    if not trees or not any(_unlabelled(each, trees) for each in annotations(task)):
        return task

    def labelled(annotation: Mapping[str, Any], given: list[Any]) -> list[Any]:
        wanted = {id(each) for each in _unlabelled(annotation, trees)}
        pairs = ([_label_of(each, kind), each] if id(each) in wanted else [each] for each in given)
        return [*chain(*pairs)]

    return with_lists(task, labelled)


def _unlabelled(annotation: Mapping[str, Any], trees: frozenset[str]) -> list[Mapping[str, object]]:
    """The results by which these taxonomies label regions that have no label yet, one a region;
    where one id stands at two places, one for each, which is a finding."""
    every = list(results(annotation))
    known = {_region(each) for each in every if each.get("type") in _MARKING}
    marking = [each for each in every if _marks(each, trees) and _region(each) not in known]
    return [*{(_region(each), _place(each)): each for each in reversed(marking)}.values()]


def _region(result: Mapping[str, Any]) -> str:
    """What tells a region: its id, which scripts write as a number, or leave out; then its place."""
    return name_in(result.get("id")) or _place(result)


def _place(result: Mapping[str, Any]) -> str:
    place = value_of(result)
    return str([place.get(each) for each in _PLACE])


def _label_of(result: Task, kind: str) -> Task:
    """The label of a region that a taxonomy labels, as a result of its own."""
    name = result["from_name"]
    place = {key: said for key, said in result["value"].items() if key != "taxonomy"}
    value = {**place, kind: [name]}
    return {**result, "from_name": f"{name}{MARKED}", "type": kind, "value": value}


def _marks(result: Any, trees: frozenset[str]) -> bool:
    """Whether a result is a region that a taxonomy labels."""
    if not isinstance(result, Mapping) or result.get("type") != "taxonomy":
        return False
    control = result.get("from_name")
    return "start" in value_of(result) and isinstance(control, str) and control in trees
