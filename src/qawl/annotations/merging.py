"""Two journals of one corpus joined: what two people pulled in branches, copies or folders of it.

What stands here stays, line by line; what the other journal has besides comes after it, chained anew. So
no version is lost or doubled, whoever joins. A deletion that either knows stays one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from qawl.annotations import heads, journal, journal_cleaning, journal_lines, segments
from qawl.annotations import users as pseudonyms
from qawl.annotations.holdings import doubles
from qawl.annotations.identity import Identity, Version, copied
from qawl.annotations.journal import Journal
from qawl.annotations.servers import Numbers
from qawl.articles import store as article_store
from qawl.core import names
from qawl.core.errors import InputError, JournalError
from qawl.core.project import JOURNAL, Project
from qawl.core.records import JUDGE

JournalKey = tuple[str, str]
"""A layer and an annotator."""

User = tuple[int, int]
"""The number of a server, and that of a user on it."""

_Work = tuple[str, str, tuple[int | None, str | None, str] | None]

Place = tuple[int, int | None, str | None]
"""The number of a server, that of a project on it, and when the project was made."""


@dataclass(slots=True)
class Other:
    """A journal of another place: the latest version of each annotation in it.

    `origins` has the numbers of its servers as they are numbered here (see `attribution`).
    """

    source: str
    layer: str
    annotator: str
    path: Path
    latest: dict[str, Version] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    origins: dict[int, int] = field(default_factory=dict)

    @property
    def all(self) -> Iterator[Identity]:
        """What each of its annotations is."""
        return (each.identity for each in self.latest.values())

    @property
    def living(self) -> Iterator[Identity]:
        """The same of those that were not deleted."""
        return (each.identity for key, each in self.latest.items() if key not in self.gone)

    @property
    def lost(self) -> Iterator[Identity]:
        """The same of those that were deleted."""
        return (each.identity for key, each in self.latest.items() if key in self.gone)

    def look(self) -> None:
        """Reads it once, and checks its chain."""
        for each, _ in journal.versions(self.path):
            if each.event == "version":
                self.latest[each.key] = each
                self.gone.discard(each.key)
            else:
                self.gone.add(each.key)


@dataclass(slots=True)
class Joined:
    """What one journal of another place brought, and under whose name it stands here."""

    source: str
    layer: str
    theirs: str
    annotator: str
    versions: int = 0
    added: int = 0
    articles: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Merged:
    """What was joined, the journals that have no place here, and the annotations that do not count."""

    joined: list[Joined] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def merge(project: Project, others: Mapping[str, Path]) -> Merged:
    """Joins the journals of other places, by their name, to those of a corpus.

    All are read and checked before the first is written. Raises JournalError where a journal was changed,
    or nobody can tell whose it is here.
    """
    outcome = Merged()
    there = [
        Other(name, layer, annotator, path)
        for name, place in others.items()
        for layer, annotator, path in _journals(project, name, place, outcome)
    ]
    for each in there:
        each.look()
    for name in others:
        _refuse_foreign(project, name, [each for each in there if each.source == name])
    for name in others:
        here = {
            (layer, annotator): journal.opened_at(project, path)
            for layer in project.settings.layers
            for annotator, path in journal.files(project, layer)
        }
        mine = [each for each in there if each.source == name]
        _refuse_moved(name, here, mine)
        names = _names(project, here, mine)
        for each in mine:
            place = each.layer, names[each.annotator]
            opened = here.get(place) or journal.opened_at(project, project.journal_file(*place))
            joined = _join(opened, each, names[each.annotator])
            outcome.joined.append(joined)
            if joined.annotator != JUDGE:
                several = opened.holds.several(joined.articles)
                outcome.doubled += doubles(each.layer, joined.annotator, several)
    return outcome


def _refuse_foreign(project: Project, name: str, journals: Sequence[Other]) -> None:
    """Refuses journals of a corpus that has no article and no annotation in common with this one."""
    articles = {each.identity.article for other in journals for each in other.latest.values()}
    here = article_store.by_id(project)
    if articles and not any(each in here for each in articles) and not _shared(project, journals):
        raise JournalError(
            f"{name}: its journals are of another corpus: corpus/articles.jsonl has none of the "
            f"{len(articles)} articles that they are of (`qawl ingest --merge` joins the articles of a "
            "branch)"
        )


def _refuse_moved(name: str, here: Mapping[JournalKey, Journal], there: Iterable[Other]) -> None:
    """Refuses where one side gave work to another annotator, and the other side does not know that yet:
    what it has of that work besides would be under the name that was wrong."""
    ours, theirs = _Side(), _Side()
    for (layer, annotator), opened in here.items():
        ours.add(layer, annotator, opened.holds.living(), opened.holds.gone())
    for each in there:
        theirs.add(each.layer, each.annotator, each.living, each.lost)
    for mover, other, at, where in ((theirs, ours, name, "here"), (ours, theirs, "here", name)):
        if found := mover.moved_without(other):
            work, was = found
            now, user = mover.alive[work]
            raise JournalError(
                f"{name}: work of {was} became {now}'s {_in(at)}, and {_in(where)} it is "
                f"{other.alive[work][0]}'s still: run `qawl pull --annotator {user}={now}` "
                f"{_in(where)} too, then merge"
            )


def _in(place: str) -> str:
    """Where, in words."""
    return place if place == "here" else f"in {place}"


@dataclass(slots=True)
class _Side:
    """Who has each piece of work, with the number of its user, and who had it and no longer does."""

    alive: dict[_Work, tuple[str, int | None]] = field(default_factory=dict)
    gone: dict[_Work, str] = field(default_factory=dict)

    def add(
        self, layer: str, annotator: str, living: Iterable[Identity], gone: Iterable[Identity]
    ) -> None:
        """Adds the annotations of a journal, and those that were deleted from it."""
        self.alive.update((_work(layer, each), (annotator, each.user)) for each in living)
        self.gone.update((_work(layer, each), annotator) for each in gone)

    def moved_without(self, other: "_Side") -> tuple[_Work, str] | None:
        """The first work that was moved here alone, and who had it."""
        for work, was in self.gone.items():
            moved = work in self.alive and self.alive[work][0] != was
            if moved and work in other.alive and work not in other.gone:
                return work, was
        return None


def _work(layer: str, identity: Identity) -> _Work:
    """What an annotation is known by in whichever journal it stands."""
    if identity.unique:
        return layer, identity.unique, None
    return layer, identity.id or "", (identity.project, identity.home, identity.article)


def _shared(project: Project, journals: Sequence[Other]) -> bool:
    """Whether a journal here knows an annotation of these, as those of a branch do."""
    return any(
        journal.opened_at(project, path).holds.known(key)
        for layer in project.settings.layers
        for _, path in journal.files(project, layer)
        for other in journals
        if other.layer == layer
        for key in other.latest
    )


def merge_files(ours: Path, theirs: Path) -> Joined:
    """Joins one journal file to another of the same layer and annotator, as git asks for it."""
    if journal_lines.begun(ours) != journal_lines.begun(theirs):
        raise JournalError(
            f"{ours} and {theirs} do not follow the same line, as where one branch sealed a segment: run "
            "`git restore -SW --source HEAD exports/journal`, then `qawl pull --merge MERGE_HEAD`"
        )
    opened, other = journal.load(ours), Other(str(theirs), "", "", theirs)
    other.look()
    users, theirs_ = _users(opened.holds.all(), {}), _users(other.all, {})
    apart = users and theirs_ and users.isdisjoint(theirs_)
    if apart or _renumbered(_origins([opened], [other])):
        raise JournalError(
            f"{ours} and {theirs} are of different users or servers: run `qawl pull --merge` with the "
            "branch"
        )
    _refuse_parted(opened, other, f"{ours} and {theirs}")
    return _join(opened, other, "")


def _refuse_parted(opened: Journal, other: Other, both: str) -> None:
    """Refuses where one file ends an annotation and the other goes on with it, or with other work of its
    user: it may be another annotator's now, whose file would need what is new."""
    here = {_work("", each) for each in opened.holds.all()}
    there = {_work("", each) for each in other.all}
    fresh = {
        True: {each.user for each in opened.holds.living() if _work("", each) not in there},
        False: {each.user for each in other.living if _work("", each) not in here},
    }
    for key, version in other.latest.items():
        found = opened.holds.find(version)
        known = opened.holds.known(found) if found else None
        if found is None or known is None or opened.holds.stands(found) == (key not in other.gone):
            continue
        changed = (known.content, known.changed) != (
            version.identity.content,
            version.identity.changed,
        )
        if changed or known.user in fresh[key in other.gone]:
            raise JournalError(
                f"{both}: one of them ends annotation {version.identity.id}, and the other goes on with "
                "it or has new work of its user: run `qawl pull --merge` with the branch"
            )


def _journals(
    project: Project, name: str, place: Path, outcome: Merged
) -> Iterator[tuple[str, str, Path]]:
    """(layer, annotator, file) of the journals in another place; strange ones are named."""
    folders = (place / JOURNAL, place / "journal", place)
    folder = next(each for each in folders if each.is_dir() or each == place)
    listed = segments.journals(folder) if folder.is_dir() else [folder]
    for each in project.settings.layers if folder.is_dir() else ():
        heads.refuse_gone(folder, each, {path.stem for path in listed})
    found = 0
    for path in listed:
        layer, _, annotator = path.stem.partition(".")
        if not segments.is_open(path) or not annotator:
            continue
        found += 1
        if layer in project.settings.layers:
            project.journal_file(layer, annotator)  # refuses what is no pseudonym
            yield layer, annotator, path
        else:
            outcome.strange.append(f"{path.name} of {name}: {layer} is not a layer of this corpus")
    if not found:
        raise InputError(f"{name}: no journal there (LAYER.ANNOTATOR.jsonl in exports/journal)")


def _users(
    identities: Iterable[Identity],
    origins: Mapping[int, int],
    own: AbstractSet[Place] = frozenset(),
) -> set[User]:
    """Those who made annotations, on the servers as they are numbered here.

    In a project of a server that is one annotator's `own`, the pseudonym is the project's, whoever
    worked there.
    """
    return {
        (origins.get(each.origin, each.origin), each.user)
        for each in identities
        if each.user is not None and (each.home is None or _place(each, origins) not in own)
    }


def _place(identity: Identity, origins: Mapping[int, int]) -> Place:
    """The project of a server in which an annotation was made."""
    return origins.get(identity.origin, identity.origin), identity.project, identity.home


def _own(
    here: Mapping[JournalKey, Journal], there: Iterable[Other], origins: Mapping[int, int]
) -> frozenset[Place]:
    """The projects of servers in which one annotator alone works: not those of a pool."""
    seen: dict[Place, set[str]] = {}
    for (_, annotator), opened in here.items():
        for each in opened.holds.all():
            seen.setdefault(_place(each, {}), set()).add(annotator)
    for other in there:
        for each in other.all:
            seen.setdefault(_place(each, origins), set()).add(other.annotator)
    return frozenset(place for place, names_ in seen.items() if len(names_ - {JUDGE}) < 2)


def _names(
    project: Project, here: Mapping[JournalKey, Journal], there: list[Other]
) -> dict[str, str]:
    """Whose each of the other annotators is here: told by work that both have, else by users' numbers."""
    users: dict[str, set[User]] = {}
    origins = _origins(here.values(), there)
    own = _own(here, there, origins)
    for each in there:
        each.origins = origins
    for (_, annotator), opened in here.items():
        users.setdefault(annotator, set()).update(_users(opened.holds.all(), {}, own))
    taken = {*users, *(each.annotator for each in there)}
    free = pseudonyms.free(project, taken)
    found: dict[str, str] = {}
    for name in dict.fromkeys(each.annotator for each in there):
        mine = [each for each in there if each.annotator == name]
        owners = {who for each in mine for who in _owners(here, each)}
        if len(owners) > 1:
            raise JournalError(
                f"{mine[0].source}: the work of {name} there is that of {', '.join(sorted(owners))} "
                "here: it is not clear whose the rest is. If git has put files of the branch into "
                "exports/journal, run `git restore -SW --source HEAD exports/journal` first; else give "
                "the work one name on both sides with `qawl pull --annotator`"
            )
        numbers = {user for each in mine for user in _users(each.all, origins, own)}
        same = _by_number(name, numbers, users, foreign=_renumbered(origins))
        if same and names.confused(same, {*users, *project.annotators, *found.values()}):
            same = None
        found[name] = next(iter(owners), None) or same or next(free)
    return found


def _origins(here: Iterable[Journal], there: Iterable[Other]) -> dict[int, int]:
    """The numbers here of the servers that journals of another place are of."""
    told = Numbers.of(each.identity for other in there for each in other.latest.values())
    return told.origins(each for opened in here for each in opened.holds.all())


def _renumbered(origins: Mapping[int, int]) -> bool:
    """Whether servers have other numbers here: then pseudonyms there may be those of other people."""
    return any(theirs != ours for theirs, ours in origins.items())


def _owners(here: Mapping[JournalKey, Journal], other: Other) -> set[str]:
    """Those who have some of another journal's annotations here."""
    if other.annotator == JUDGE:
        return {JUDGE}
    owners: dict[bool, set[str]] = {True: set(), False: set()}
    for (layer, annotator), opened in here.items():
        if layer == other.layer:
            for key, each in other.latest.items():
                if (found := _found(opened, each)) is not None:
                    # What was given to somebody else is gone here and lives there.
                    owners[opened.holds.stands(found) == (key not in other.gone)].add(annotator)
    return owners[True] or owners[False]


def _found(opened: Journal, given: Version) -> str | None:
    """The key of an annotation in a journal; None if it has it not, or another's with its unique id."""
    key = opened.holds.find(given)
    there = opened.holds.known(key) if key else None
    return None if there is None or copied(there, given.identity) else key


def _by_number(
    name: str, numbers: set[User], users: Mapping[str, set[User]], *, foreign: bool
) -> str | None:
    """The annotator who has these users' numbers, else the same name; None where it is another's, as a
    name that is known is on a foreign server."""
    same = next((who for who, theirs in users.items() if numbers & theirs), None)
    if foreign and name in users:
        return same
    if same or not numbers or not users.get(name):
        return same or name
    return None


Course = list[tuple[Version, bytes]]
"""The versions of one annotation with their entries, in the order in which they came."""


def _join(opened: Journal, other: Other, annotator: str) -> Joined:
    """Adds to a journal what another has besides."""
    joined = Joined(other.source, other.layer, other.annotator, annotator)
    ours: dict[str, Course] = {}
    for version, content in journal.versions(opened.path):
        # Of what has a time the content is not needed again.
        kept = content if version.identity.changed is None else b""
        ours.setdefault(version.key, []).append((version, kept))
    theirs: dict[str, Course] = {}
    for version, content in journal.versions(other.path):
        joined.versions += version.event == "version"
        theirs.setdefault(version.key, []).append((version, content))
    fresh = []
    for course in theirs.values():
        key = next((opened.holds.key(each) for each, _ in course if each.event == "version"), None)
        fresh += [
            journal.renamed(
                journal_cleaning.entry(content), key or course[0][0].key, origins=other.origins
            )
            for content in _besides(ours.get(key or "", []), course)
        ]
    added = opened.add(fresh) if fresh else []
    joined.added, joined.articles = len(added), {*added}
    return joined


def _besides(ours: Course, theirs: Course) -> Iterator[bytes]:
    """What another course of an annotation adds to ours."""
    pairs = zip(ours, theirs, strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0][0].digest == pair[1][0].digest, pairs))
    if common == len(ours):
        yield from (content for _, content in theirs[common:])
    elif common < len(theirs):
        yield from _parted(ours, theirs)


def _parted(ours: Course, theirs: Course) -> Iterator[bytes]:
    """The same where both went on: new versions, then what says that it is gone, where either knows it.

    Versions without a time count by their order: where theirs ended with one of ours, ours still counts.
    """
    known = {digest for version, _ in ours for digest in (version.digest, version.said)}
    fresh = [each for each in theirs if each[0].event == "version" and each[0].digest not in known]
    yield from (content for _, content in fresh)
    (mine, content), (last, gone) = ours[-1], theirs[-1]
    if last.event != "version" and mine.event == "version":
        yield gone
    elif mine.event != "version" and fresh:
        yield journal.deletion(fresh[-1][1])
    elif fresh and content and last.digest in known:
        yield content
