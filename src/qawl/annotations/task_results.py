"""The annotations of a task with their results, of whatever type they came; and others in their place."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

Task = dict[str, Any]


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


def with_results(task: Task, placed: Callable[[Mapping[str, Any]], Callable[[Any], Any]]) -> Task:
    """The task with the results of each annotation as they are placed now."""
    return with_lists(task, lambda annotation, given: [*map(placed(annotation), given)])


def with_lists(task: Task, made: Callable[[Mapping[str, Any], list[Any]], list[Any]]) -> Task:
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


def without_space(surface: str) -> str:
    """A surface without white space, in which selections differ: some exports escape line ends."""
    return "".join(surface.replace("\\n", " ").split())
