"""Whose the tasks of a pool are: those of who submitted, which the journal knows, else the assigned."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from qawl.annotations import journal, users
from qawl.annotations.identity import Home, Identity
from qawl.annotations.journal_fields import ASSIGNED
from qawl.core.project import Project
from qawl.studio.client import ANNOTATED, Client
from qawl.studio.steps import Remote, RemoteTask
from qawl.studio.transport import Json

Doers = dict[tuple[Home, str | None, str], set[str]]
"""(project, task, article) → the annotators who submitted there. Servers on SQLite give the numbers of
deleted tasks to new ones, of other articles."""


def by_doers(
    project: Project, remotes: Iterable[Remote], held: Mapping[int, list[RemoteTask]]
) -> dict[int, list[RemoteTask]]:
    """The tasks of all projects; what somebody else did in place of the assigned is theirs."""
    shared = [each for each in remotes if each.slice is not None]
    known = _doers(project, shared)
    homes = {each.id: each.home for each in shared}
    return {
        number: [_done(task, known, homes[number]) for task in those] if number in homes else those
        for number, those in held.items()
    }


def done(project: Project, shared: Iterable[Remote]) -> dict[str, set[str]]:
    """Annotator → the articles that they submitted in these projects of a pool."""
    found: dict[str, set[str]] = {}
    for annotator, each in _living(project, list(shared)):
        found.setdefault(annotator, set()).add(each.article)
    return found


def submitted(
    client: Client,
    project: Project,
    shared: Iterable[Remote],
    people: Mapping[int, str],
    article: Callable[[Remote, Json], str],
) -> Iterator[tuple[Remote, str, str]]:
    """(project, annotator, article) of every annotation in these projects of a pool: its annotator is who
    the journal says, else who its user is, else who its task is assigned to; `article` tells that of the
    data of its task."""
    those = list(shared)
    known = {(each.place, each.id): name for name, each in _living(project, those)}
    fields = ("id", "data", "annotations", "completed_by")
    for remote in those:
        for task in client.tasks(remote.id, annotations=True, fields=fields, where=[ANNOTATED]):
            for each in task["annotations"]:
                user = people.get(users.user(each.get("completed_by")).id or 0)
                name = known.get((remote.home, str(each["id"])), user)
                said = task["data"].get(ASSIGNED) if name is None else name
                yield remote, str(said), article(remote, task["data"])


def _done(task: RemoteTask, known: Doers, home: Home) -> RemoteTask:
    place = home, str(task.id), task.article_id
    doers = known.get(place, set()) if task.annotated else set()
    if not doers or task.annotator in doers:
        return task
    return replace(task, annotator=min(doers))


def _doers(project: Project, shared: list[Remote]) -> Doers:
    found: Doers = {}
    for annotator, each in _living(project, shared):
        found.setdefault((each.place, each.task, each.article), set()).add(annotator)
    return found


def _living(project: Project, shared: list[Remote]) -> Iterable[tuple[str, Identity]]:
    """(annotator, annotation) of all that the journal has of these projects."""
    homes = {each.home for each in shared}
    living = journal.living(project, sorted({each.layer for each in shared}))
    return (each for each in living if each[1].place in homes)
