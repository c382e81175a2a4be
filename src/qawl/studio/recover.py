"""Annotations that a server lost, put back on it from the journal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from qawl.annotations import derive, identity, journal, journal_entries, older_names
from qawl.annotations import store as annotation_store
from qawl.annotations.identity import Identity
from qawl.annotations.journal_entries import Entry
from qawl.annotations.journal_fields import ASSIGNED
from qawl.annotations.to_label_studio import write_again
from qawl.articles import selection, withdrawal
from qawl.core.errors import ServerError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation
from qawl.gold import judge_tasks
from qawl.scheme import scheme
from qawl.scheme.model import Scheme
from qawl.studio import older_projects, plan, pool_work, push
from qawl.studio.client import Client
from qawl.studio.pool_users import PoolUsers
from qawl.studio.pull import Watch
from qawl.studio.steps import Remote, RemoteTask, Step

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
    version: str
    annotation: dict[str, object] = field(repr=False)


Lost = list[tuple[str, _Known]]
"""Layers with an annotation each that the server has not."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """How much went back, and what did not: why, with how many of whose."""

    count: int
    left: list[str]


def lost(client: Client, project: Project) -> int:
    """How many journalled annotations have none on the server; not of articles that are withdrawn."""
    return len(_lost(client, project, plan.remotes(client, project)))


def done_before(project: Project, steps: Iterable[Step]) -> int:
    """How many of the tasks that steps add are of work that their annotators have done: the journal has
    it, and the server does not."""
    added = {
        (
            step.wanted.layer,
            task.data.get(ASSIGNED, step.wanted.annotator),
            (task.data["article_id"], task.data.get("basis")),
        )
        for step in steps
        for task in step.add
        if task.annotations is msgspec.UNSET
    }
    done: set[tuple[str, object, Place]] = {
        (layer, each.annotator, (each.article_id, None))
        for layer in {layer for layer, _, _ in added}
        for each in derive.read(project, layer)
        if each.brought is msgspec.UNSET  # else a new version of the scheme asks again
    }
    judged: set[tuple[str, object, Place]] = {
        (layer, JUDGE, each.place)
        for layer in {layer for layer, who, _ in added if who == JUDGE}
        for each in _journalled(project, layer, {})
        if each.annotator == JUDGE  # of another basis, the task is another question
    }
    return len(added & (done | judged))


def recover(client: Client, project: Project, *, watch: Watch = list) -> Recovered:
    """Submits the latest version of every journalled annotation that the server does not have.

    Also of those that were deleted on purpose: who asks for this wants them back; not of withdrawn
    articles. Each goes to a task of its annotator, which is made where there is none, also for those who
    work no more; a judge's verdict only to a task that was made from the same annotations. In a pool,
    work goes back as that of the user who is its annotator; raises ServerError where nobody is.
    """
    count = 0
    for others in (False, True):  # others' tasks first take what was done on them
        gone = _lost(client, project, plan.remotes(client, project))
        if others and not gone:
            break
        owed = [each for each in gone if others or each[1].assigned in (None, each[1].annotator)]
        push.bring(client, project, owed=_articles(owed))
        count += _filled(client, project, watch)
    left = _lost(client, project, plan.remotes(client, project))
    return Recovered(count, list(_why(project, left)))


def _filled(client: Client, project: Project, watch: Watch) -> int:
    """Puts what is lost on the open tasks that there are; how many."""
    there = plan.remotes(client, project)
    gone = _lost(client, project, there)
    if not gone:
        return 0
    held = plan.held(client, project, there)
    users = _Users(client, project, there)
    forms = _Forms(project)
    back: set[tuple[str, str, Place]] = set()
    for remote in watch(there):
        open_ = [task for task in held[remote.id] if not task.annotated]
        for task, each in _back(remote, open_, [e for layer, e in gone if layer == remote.layer]):
            mine = remote.layer, each.annotator, each.place
            sent = forms.of(remote, each)
            if sent is not None and mine not in back:
                back.add(mine)
                client.submit(task.id, sent | users.of(remote, each.annotator))
    return len(back)


def _lost(client: Client, project: Project, there: list[Remote]) -> Lost:
    """What journals have and the server has not; of the judge's work what is to be decided still: for
    the rest nobody gets a task."""
    pooled = project.settings.label_studio.pool or any(each.slice is not None for each in there)
    people = PoolUsers(client, project, there).met() if pooled else {}
    stands = _stands(client, project, there, people)
    out = withdrawal.ids(project)
    return [
        (layer, each)
        for layer in project.settings.layers
        if layer not in project.settings.label_studio.adopted
        for waiting in [judge_tasks.waiting(project, layer)]
        for each in _journalled(project, layer, people)
        if each.annotator != JUDGE or each.place[0] in waiting
        if (layer, each.annotator, each.place) not in stands and each.place[0] not in out
    ]


def _articles(those: Lost) -> dict[str, dict[str, set[str]]]:
    """Layer → annotator → the articles of which their work is lost."""
    found: dict[str, dict[str, set[str]]] = {}
    for layer, each in those:
        if each.annotator != JUDGE:
            mine = found.setdefault(layer, {}).setdefault(each.annotator, set())
            mine.add(each.place[0])
    return found


def _why(project: Project, left: Lost) -> Iterator[str]:
    """Why work did not go back, in words."""
    known = {article.id for article in selection.to_annotate(project)} if left else set()
    schemes = scheme.load_all(project)
    reasons: Counter[tuple[str, str, str]] = Counter()
    for layer, each in left:
        why = "no task of theirs could be made: run `qawl pull`, then this again"
        if each.place[0] not in known:
            why = "their articles are not to be annotated here"
        elif layer in schemes and _older(each, schemes[layer]):
            why = (
                "a step of the scheme since then asks a person; what they made stays in the journal"
            )
        elif each.annotator == JUDGE:
            why = "no task was made from the same annotations"
        reasons[layer, each.annotator, why] += 1
    for (layer, name, why), count in sorted(reasons.items()):
        yield f"{many(count, 'annotation')} of {layer} by {name}: {why}"


def _back(
    remote: Remote, open_: list[RemoteTask], gone: list[_Known]
) -> Iterator[tuple[RemoteTask, _Known]]:
    """The open tasks of a project with what goes back there: their annotator's own work; in a pool also
    what another did of them."""
    own = {(each.annotator, each.place): each for each in gone}
    others = {
        (each.assigned, each.place): each
        for each in gone
        if remote.slice is not None and each.assigned not in (None, each.annotator)
    }
    for task in open_:
        place = task.annotator, (task.article_id, task.basis)
        if found := own.get(place) or others.get(place):
            yield task, found


class _Forms:
    """How work is sent: as it was, else in the names of the current version of its scheme."""

    def __init__(self, project: Project) -> None:
        self._project, self._schemes = project, scheme.load_all(project)
        self._settled: dict[str, dict[str, dict[str, Annotation]]] = {}

    def of(self, remote: Remote, each: _Known) -> dict[str, object] | None:
        """What is sent; None where its names are older ones, and a step since then asks a person."""
        sent = {name: each.annotation.get(name) for name in KEPT}
        sent = {name: value for name, value in sent.items() if value is not None}
        current = self._schemes[remote.layer]
        if remote.scheme_version != current.version or not _older(each, current):
            return sent
        if remote.layer not in self._settled:
            annotation_store.refresh(self._project, remote.layer)
            self._settled[remote.layer] = older_projects.settled(self._project, current)
        record = self._settled[remote.layer].get(each.annotator, {}).get(each.place[0])
        return None if record is None else {**sent, "result": write_again(record, current)}


def _older(each: _Known, current: Scheme) -> bool:
    """Whether work uses names that steps of its scheme have changed since."""
    version = older_names.version(each.annotation, each.version, current)
    return any(older_projects.changed(each.annotation, version, current))


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


def _stands(
    client: Client, project: Project, there: list[Remote], people: Mapping[int, str]
) -> set[tuple[str, str, Place]]:
    """(layer, annotator, place) of the annotations on the server, whoever's task they are on."""
    alone = [each for each in there if each.slice is None]
    held = plan.held(client, project, alone)
    found: set[tuple[str, str, Place]] = {
        (each.layer, task.annotator, (task.article_id, task.basis))
        for each in alone
        for task in held[each.id]
        if task.annotated
    }
    shared = [each for each in there if each.slice is not None]
    done = pool_work.submitted(client, project, shared, people, plan.articles_of(project))
    for remote, annotator, article in done:
        found.add((remote.layer, annotator, (article, None)))
    return found


def _journalled(project: Project, layer: str, people: Mapping[int, str]) -> list[_Known]:
    """The latest annotation of each annotator and place; not what is another's now, or was in the end.
    `people` says who the users are."""
    paths = dict(journal.files(project, layer))
    owners = {
        key: name
        for name, path in paths.items()
        for key in journal.reading(project, path).holds.alive
    }
    entries = [
        (name, *each) for name, path in paths.items() for each in journal_entries.counting(path)
    ]
    gone = _owners(entries, people)
    latest = {
        (name, place): _Known(
            name,
            place,
            data.get(ASSIGNED),
            entry.scheme_version,
            msgspec.json.decode(entry.annotation),
        )
        for name, given, entry in entries
        if owners.get(entry.key, gone.get(_where(given, entry), name)) == name
        for data in (entry.task["data"],)
        for place in ((entry.article_id, data.get("basis")),)
    }
    return list(latest.values())


def _owners(
    entries: Iterable[tuple[str, Identity, Entry]], people: Mapping[int, str]
) -> dict[object, str]:
    """Whose the annotations of a server were in the end. What moved from one journal to another stands in
    both, and once the server lost it, both know it as gone."""
    found: dict[object, tuple[tuple[float, int], bool, bool, str]] = {}
    for name, given, entry in entries:
        if (at := _where(given, entry)) is not None:
            theirs = given.user is not None and people.get(given.user) == name
            assigned = entry.task["data"].get(ASSIGNED) == name
            this = identity.age(given.changed, given.id), theirs, assigned, name
            found[at] = max(found.get(at, this), this)
    return {at: name for at, (*_, name) in found.items()}


def _where(given: Identity, entry: Entry) -> object:
    """What an annotation is on its server; None where it did not come from a server itself."""
    return (entry.key, given.place) if given.home else None
