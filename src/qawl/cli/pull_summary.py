"""What a pull did, in lines: what came, then what was left out."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from qawl.core.excerpts import listed, many
from qawl.core.records import JUDGE

if TYPE_CHECKING:
    from qawl.annotations.pulled import Pulled
    from qawl.core.project import Project

SHOWN = 10
"""Annotators that a line names, and annotations that don't count, each in a line."""


def summary(outcome: "Pulled", planned: Collection[str]) -> list[str]:
    """What a pull did, in lines; `planned` are the annotators of qawl.yaml."""
    lines = [*outcome.notes, *(f"journal repaired: {each}" for each in outcome.mended)]
    lines.append(
        f"read {many(outcome.tasks, 'task')} with {many(outcome.annotations, 'annotation')}: "
        f"{many(outcome.new.total(), 'new version')}"
    )
    lines += [
        f"  {layer} {name}: {count} new"
        for (layer, name), count in sorted(outcome.new.items())
        if count
    ]
    known = {*planned, JUDGE}
    if others := sorted({name for (_, name), n in outcome.new.items() if n and name not in known}):
        lines.append(
            "not among the annotators of qawl.yaml, so no work is planned for them: "
            f"{listed(others, SHOWN)}"
        )
    if outcome.agreed:
        projects = "project" if len(outcome.agreed) == 1 else "projects"
        lines.append(
            f"the journal has what the server counts: {many(sum(outcome.agreed), 'annotation')} in "
            f"{len(outcome.agreed)} {projects} that `push` made"
        )
    if outcome.drafts or outcome.predictions:
        lines.append(
            f"not pulled: {many(outcome.drafts, 'draft')} (not submitted), "
            f"{many(outcome.predictions, 'suggestion')}"
        )
    if gone := {each[1:] for each in outcome.gone}:
        were = many(len(gone), "annotation that came was", "annotations that came were")
        lines.append(
            f"{were} deleted in Label Studio later, and {'stays' if len(gone) == 1 else 'stay'} "
            "deleted (`qawl push --recover` puts back what was deleted)"
        )
    lines += [
        f"exports/annotations/{name}.jsonl: {many(n, 'record')}"
        for name, n in outcome.records.items()
    ]
    lines += [
        f"kept in the journal, not in the annotations of {layer}: {each}"
        for layer, causes in outcome.unread.items()
        for each in causes
    ]
    lines += [
        f"{layer}, converted to the current scheme: {each}"
        for layer, causes in outcome.brought.items()
        for each in causes
    ]
    lines += [f"ALARM: {each}" for each in outcome.alarms]
    return [*lines, *left_out(outcome)]


def once(doubled: Sequence[str]) -> list[str]:
    """Annotations that do not count, each begun with its layer; one of several layers stands once."""
    found: dict[str, list[list[str]]] = {}
    for each in doubled:
        layer, _, what = each.partition(" ")
        those = found.setdefault(what, [])
        lacking = next((layers for layers in those if layer not in layers), None)
        if lacking is None:
            those.append([layer])
        else:
            lacking.append(layer)
    return [f"{', '.join(each)} {what}" for what, those in found.items() for each in those]


def twice(doubled: Sequence[str]) -> list[str]:
    """The first annotations that do not count, in lines, and how many more there are."""
    every = once(doubled)
    lines = [f"twice: {each}" for each in every[:SHOWN]]
    if more := every[SHOWN:]:
        all_ = "`qawl validate --check annotation-duplicate` names all"
        lines.append(f"twice: {many(len(more), 'more annotation')} ({all_})")
    return lines


def not_read(corpus: "Project") -> list[str]:
    """Files beside journals, annotations and gold that nothing reads, in lines."""
    from qawl.annotations import foreign_files

    return [f"NOT READ: {each}" for each in foreign_files.found(corpus)]


def left_out(outcome: "Pulled") -> list[str]:
    """What a pull left out, in lines: the last and loudest of what it says."""
    lines: list[str] = []
    if outcome.unplaced:
        lines.append(
            "a task belongs to the article that has its text: ingest the texts of tasks of no article as "
            "they were annotated, and pull again"
        )
    lines += [f"set aside: {each}" for each in outcome.left_out()]
    lines += twice(outcome.doubled)
    lines += [
        f"WHOSE IS IT? {each} (--annotator USER=NAME says whose they are; --partial accepts that)"
        for each in outcome.doubts
    ]
    if outcome.lost or outcome.doubled:
        count = outcome.lost + len(once(outcome.doubled))
        lines.append(
            f"LEFT OUT: {many(count, 'annotation')}, as listed above (--partial accepts that)"
        )
    return [*lines, *(f"NOT READ: {each}" for each in outcome.not_read)]
