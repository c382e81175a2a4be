"""Annotations that a server lost, put back on it from the journal."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from qawl.annotations import journal
from qawl.annotations.journal_fields import ASSIGNED
from qawl.core.errors import ServerError
from qawl.core.project import Project
from qawl.studio import plan, pool_work
from qawl.studio.client import Client
from qawl.studio.pool_users import PoolUsers
from qawl.studio.pull import Watch
from qawl.studio.steps import Remote, RemoteTask

KEPT = ("result", "was_cancelled", "lead_time")
"""What is sent again of an annotation; the server gives it a new id."""

Place = tuple[str, object]
"""The article of a task, and the basis of a judge's."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The latest annotation of an article by an annotator; of a pool's who the task was assigned to."""

    annotator: str
    place: Place
    assigned: str | None
    annotation: dict[str, object] = field(repr=False)


def lost(client: Client, project: Project) -> int:
    """How many journalled annotations have none on the server."""
    there = plan.remotes(client, project)
    stands = _stands(there, _held(client, project, there))
    return sum(
        len({each.place for each in known} - stands.get((layer, name), set()))
        for layer in project.settings.layers
        if layer not in project.settings.label_studio.adopted
        for name, known in _journalled(project, layer).items()
    )


def recover(client: Client, project: Project, *, watch: Watch = list) -> int:
    """Submits the latest version of every journalled annotation whose task has none; how many.

    Also of those that were deleted on purpose: who asks for this wants them back. A judge's verdict
    goes back only to a task that was made from the same annotations. In a pool, work goes back as that
    of the user who is its annotator; raises ServerError where nobody is.
    """
    count = 0
    there = plan.remotes(client, project)
    held = _held(client, project, there)
    stands = _stands(there, held)
    users = _Users(client, project, there)
    known = {layer: _journalled(project, layer) for layer in {each.layer for each in there}}
    for remote in watch(there):
        open_ = [task for task in held[remote.id] if not task.annotated]
        for task, each in _back(remote, open_, known[remote.layer]):
            mine = stands.setdefault((remote.layer, each.annotator), set())
            if each.place not in mine:
                mine.add(each.place)
                sent = {name: each.annotation.get(name) for name in KEPT}
                sent = {name: value for name, value in sent.items() if value is not None}
                client.submit(task.id, sent | users.of(remote, each.annotator))
                count += 1
    return count


def _back(
    remote: Remote, open_: list[RemoteTask], known: dict[str, list[_Known]]
) -> Iterator[tuple[RemoteTask, _Known]]:
    """The open tasks of a project with what goes back there: their annotator's own work; in a pool also
    what another did of them."""
    own = {(each.annotator, each.place): each for those in known.values() for each in those}
    others = {
        (each.assigned, each.place): each
        for each in own.values()
        if remote.slice is not None and each.assigned not in (None, each.annotator)
    }
    for task in open_:
        place = task.annotator, (task.article_id, task.basis)
        if found := own.get(place) or others.get(place):
            yield task, found


class _Users:
    """Who work goes back as."""

    def __init__(self, client: Client, project: Project, there: list[Remote]) -> None:
        shared = any(each.slice is not None for each in there)
        self._people = PoolUsers(client, project, there) if shared else None
        if self._people:
            self._people.refuse_contradiction()
        self._url = client.url

    def of(self, remote: Remote, annotator: str) -> dict[str, int]:
        """What an annotation says of its user; in a project of one annotator nothing, for the project
        does."""
        if remote.slice is None or self._people is None:
            return {}
        user = self._people.user(annotator)
        if user is None:
            raise ServerError(
                f"nobody at {self._url} is known as {annotator}, whose work goes back into a pool: say "
                f"who it is (`qawl pull --annotator USER={annotator}`), and run it again"
            )
        return {"completed_by": user}


def _held(client: Client, project: Project, there: list[Remote]) -> dict[int, list[RemoteTask]]:
    """The tasks of each project."""
    held = {each.id: list(plan.remote_tasks(client, each)) for each in there}
    return pool_work.by_doers(project, there, held)


def _stands(
    there: list[Remote], held: dict[int, list[RemoteTask]]
) -> dict[tuple[str, str], set[Place]]:
    """(layer, annotator) → where they have annotations on the server."""
    found: dict[tuple[str, str], set[Place]] = {}
    for remote in there:
        for task in held[remote.id]:
            if task.annotated:
                mine = found.setdefault((remote.layer, task.annotator), set())
                mine.add((task.article_id, task.basis))
    return found


def _journalled(project: Project, layer: str) -> dict[str, list[_Known]]:
    """Annotator → the latest of their annotations; not what stands in another's journal now."""
    paths = dict(journal.files(project, layer))
    owners = {
        key: name
        for name, path in paths.items()
        for key in journal.reading(project, path).holds.alive
    }
    found: dict[str, list[_Known]] = {}
    for name, path in paths.items():
        latest = {
            place: _Known(name, place, data.get(ASSIGNED), msgspec.json.decode(entry.annotation))
            for entry in journal.counting(path)
            if owners.get(entry.key, name) == name
            for data in (entry.task["data"],)
            for place in ((entry.article_id, data.get("basis")),)
        }
        found[name] = list(latest.values())
    return found
