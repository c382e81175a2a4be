"""Label Studio's JSON export files into the journal: read whole, then sorted by annotator."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from qawl.annotations import (
    foreign_files,
    heads,
    identity,
    journal,
    json_min,
    json_stream,
    labelling_trees,
    users,
)
from qawl.annotations import store as annotation_store
from qawl.annotations.attribution import Attribution
from qawl.annotations.exported_work import Export, Person, Share
from qawl.annotations.holdings import doubles
from qawl.annotations.identity import Identity, Version
from qawl.annotations.journal import Entry, Journal
from qawl.annotations.journal_fields import ASSIGNED
from qawl.annotations.sorter import Incoming, Pulled, Sorted, Sorter
from qawl.annotations.users import Account, User
from qawl.core import files, temporary
from qawl.core.errors import InputError
from qawl.core.excerpts import listed, many
from qawl.core.findings import reason
from qawl.core.handles import Handles
from qawl.core.project import Project
from qawl.core.records import JUDGE, to_json
from qawl.scheme import scheme

_ENDINGS = (".json", ".json.gz")
"""Of the files in a folder those that are read."""
_SHOWN = 20
"""Files that are named."""
Named = Mapping[User | None, str]
"""User → the pseudonym that was given for them; None: all users."""


def pull_files(
    project: Project,
    paths: Iterable[Path],
    *,
    layer: str | None,
    annotator: str | Iterable[str] | None = None,
    judge: bool = False,
    outcome: Pulled | None = None,
) -> Pulled:
    """Journals what Label Studio's JSON exports hold, and derives the annotations.

    All is the work of `annotator`, or of the judge; or of those users who are named as USER=NAME.
    Everything is read to a temporary folder first, so that a fault in the middle leaves no trace. Where
    an `outcome` is given, what was done is added to it.
    Raises InputError where a file is no such export, none of its tasks belongs to this corpus, or nobody
    can tell who a user is.
    """
    outcome = outcome or Pulled()
    named: Named = {None: JUDGE} if judge else _named(project, annotator)
    project.make_state()
    target = project.state / "pull"
    with files.naming(target), temporary.folder(target) as folder:
        spool = _Spool(folder, named)
        with closing(spool):
            _read(project, paths, layer, spool, outcome)
        _refuse_strange(outcome)
        spool.refuse_unknown()
        touched = _append(project, spool, outcome)
    for name in sorted(touched):
        annotation_store.refresh_after_pull(project, name, outcome)
    return outcome


def _read(
    project: Project, paths: Iterable[Path], layer: str | None, spool: "_Spool", outcome: Pulled
) -> None:
    """Sorts all tasks of the exports into a spool."""
    sorter, controls = Sorter(project, outcome, layer), _controls(project)
    known = scheme.load_all(project).values()
    trees = frozenset(name for each in known for name in each.marking_trees)
    for path in _exports(paths, outcome):
        spool.begin(path)
        before = outcome.tasks, outcome.unplaced
        for task in _tasks(path, controls, outcome):
            labelled = labelling_trees.with_labels(task, trees)
            for each in sorter.entries(Incoming(labelled, source=path.name)):
                spool.write(each)
        _note_strange(path, outcome, *before)


def _named(project: Project, given: str | Iterable[str] | None) -> Named:
    """The pseudonyms that were given, checked; raises InputError."""
    listed = () if given is None else (given,) if isinstance(given, str) else tuple(given)
    there = journal.annotators(project) if listed else set()
    return users.named(listed, {*there, *project.annotators})


def _exports(paths: Iterable[Path], outcome: Pulled) -> Iterator[Path]:
    """The files that were named, and the JSON files in folders that were named; each once. The other
    files of a folder are noted as not read."""
    seen: set[Path] = set()
    for path in paths:
        for each in _inside(path, outcome) if path.is_dir() else (path,):
            if not each.is_file():
                raise InputError(f"{each}: no such file or folder")
            if each.resolve() not in seen:
                seen.add(each.resolve())
                yield each


def _inside(folder: Path, outcome: Pulled) -> list[Path]:
    """The JSON files below a folder."""
    found, others = [], []
    for each in sorted(files.below(folder)):
        name = each.relative_to(folder)
        if any(map(foreign_files.quiet, name.parts)) or not each.is_file():
            continue
        if each.name.lower().endswith(_ENDINGS):
            found.append(each)
        else:
            others.append(name.as_posix())
    if not found:
        raise InputError(
            f"{folder}: no .json file in this folder: export as JSON from Label Studio"
        )
    if others:
        outcome.not_read.append(
            f"{listed(others, _SHOWN)}: only .json files of a folder are read (unpack or rename them, or "
            "name each after --from)"
        )
    return found


def _tasks(path: Path, controls: json_min.Controls, outcome: Pulled) -> Iterator[dict[str, object]]:
    """The tasks of an export; rows of JSON_MIN as tasks, with a word on what it has lost."""
    minimal: list[str] = []

    def rows() -> Iterator[dict[str, object]]:
        for row in json_stream.elements(path):
            if not minimal and json_min.fits(row):
                minimal.append(f"{path.name}: {json_min.LOST}")
            yield row

    lost: Counter[str] = Counter()
    yield from json_min.tasks(rows(), controls, lost)
    outcome.notes += minimal
    outcome.notes += [f"{path.name}: {count} {why}" for why, count in lost.items()]


def _controls(project: Project) -> json_min.Controls:
    """The controls of all layers, as JSON_MIN is read by them."""
    found: dict[str, json_min.Given] = {}
    for each in scheme.load_all(project).values():
        found |= {name: json_min.Given("labels", each.text_control) for name in each.marking}
        found |= {
            name: json_min.Given(attribute.type, each.text_control, lost=bool(attribute.of))
            for name, attribute in each.of_control.items()
        }
    return found


def _note_strange(path: Path, outcome: Pulled, tasks: int, unplaced: int) -> None:
    """Notes an export that has no task, or none of this corpus, where so many came before it."""
    tasks, unplaced = outcome.tasks - tasks, outcome.unplaced - unplaced
    if not tasks:
        outcome.not_read.append(f"{path.name}: there is no task in it")
    elif unplaced == tasks:
        outcome.foreign += 1
        outcome.not_read.append(
            f"{path.name}: none of its {many(tasks, 'task')} belongs to this corpus"
        )


def _refuse_strange(outcome: Pulled) -> None:
    """Refuses exports of which nothing is of this corpus."""
    if not outcome.tasks:
        raise InputError(
            f"{'; '.join(outcome.not_read)} (what Label Studio exports has the tasks that are "
            "annotated; see whether it is the right project)"
        )
    if outcome.tasks and outcome.unreadable == outcome.tasks:
        raise InputError(f"no task can be read: {'; '.join(outcome.left_out())}")
    if outcome.tasks and outcome.unplaced == outcome.tasks:
        listed = ", ".join(sorted(outcome.fields)) or "none"
        raise InputError(
            f"none of the {many(outcome.tasks, 'task')} belongs to this corpus: their texts (fields of "
            "the "
            f"tasks: {listed}) are not in corpus/articles.jsonl (ingest them first, or run in the "
            "right folder)"
        )


@dataclass(slots=True)
class _Part:
    """Entries of one user in one layer of one export, on disk; where they begin in the user's share.

    What version each entry is stands beside them, so that no entry is read but to be journalled.
    """

    export: Export
    layer: str
    share: Share
    path: Path
    versions_path: Path
    count: int = 0
    start: int = 0

    def versions(self) -> Iterator[Version]:
        """What version each entry is."""
        return files.read(self.versions_path, Version)

    def identities(self) -> Iterator[Identity]:
        """What each entry is of."""
        return (each.identity for each in self.versions())


class _Spool:
    """Entries on disk, by export, layer and user, until the users have their pseudonyms."""

    def __init__(self, folder: Path, named: Named) -> None:
        self._folder, self._named = folder, named
        self.exports: list[Export] = []
        self.parts: list[_Part] = []
        self._open: dict[tuple[str, User, bool], _Part] = {}
        self._files = Handles("ab")

    def begin(self, path: Path) -> None:
        """Goes on to another export."""
        self.close()
        self.exports.append(Export(path.name))

    def close(self) -> None:
        """Ends the export; the parts of a share stand in it one after the other."""
        self._files.close()
        self._open.clear()
        for each in self.parts if self.exports else ():
            if each.export is self.exports[-1]:
                each.start = each.share.count
                each.share.count += each.count

    def write(self, each: Sorted) -> None:
        """Keeps an entry."""
        place = each.layer, each.user, each.judge
        if place not in self._open:
            self._open[place] = self._part(each)
        part = self._open[place]
        part.count += 1
        if isinstance(assigned := each.entry.task["data"].get(ASSIGNED), str):
            part.share.assigned[assigned] += 1
        self._files.of(part.path).write(to_json(each.entry) + b"\n")
        self._files.of(part.versions_path).write(to_json(each.version) + b"\n")

    def refuse_unknown(self) -> None:
        """Refuses a user who was named and is in no export."""
        there = {user for export in self.exports for user, _ in export.shares}
        for user in self._named:
            if user is not None and not any(map(user.fits, there)):
                raise InputError(f"--annotator: {user} made nothing in these exports")

    def _part(self, each: Sorted) -> _Part:
        export = self.exports[-1]
        share = export.shares.get((each.user, each.judge))
        if share is None:
            given = self._given(each, export)
            share = export.shares[each.user, each.judge] = Share(each.user, given)
            share.identities = partial(_identities, self.parts, share)
        path = self._folder / f"{len(self.parts)}.jsonl"
        part = _Part(export, each.layer, share, path, path.with_suffix(".versions"))
        self.parts.append(part)
        return part

    def _given(self, each: Sorted, export: Export) -> str | None:
        """The pseudonym of a user, where it was given or the task is a judge's."""
        fitting = (name for user, name in self._named.items() if user and user.fits(each.user))
        given = next(fitting, self._named.get(None))
        if each.judge and given not in (None, JUDGE):
            raise InputError(f"{export.name}: it holds a judge's tasks: leave out --annotator")
        return JUDGE if each.judge else given


def _identities(parts: list[_Part], share: Share) -> Iterator[Identity]:
    """What each entry of a share is of, and what it says, part by part."""
    return (found for each in parts if each.share is share for found in each.identities())


def _append(project: Project, spool: _Spool, outcome: Pulled) -> set[str]:
    """Tells whose every entry is and appends it to their journal; the layers touched."""
    accounts = _attribute(project, spool, outcome)
    work: dict[tuple[str, str], list[tuple[_Part, Person]]] = {}
    for part in spool.parts:
        for person in {id(each): each for each in part.share.people()}.values():
            work.setdefault((part.layer, str(person.name)), []).append((part, person))
    for place, parts in work.items():
        _refuse_others(project, place, parts)
    if accounts is not None:
        users.store(project, accounts)
    with heads.together(project.journal):
        for place, parts in work.items():
            _append_to(project, place, parts, outcome)
    return {part.layer for part in spool.parts}


def _refuse_others(
    project: Project, place: tuple[str, str], parts: Iterable[tuple[_Part, Person]]
) -> None:
    """Refuses work that is said to be an annotator's, and is another's in the journal: it would count
    as that of two people."""
    layer, annotator = place
    given = [
        (part.export.name, version)
        for part, person in parts
        if part.share.given is not None
        for version, _ in _entries(part, person)
    ]
    for other, path in journal.files(project, layer) if given else ():
        holds = journal.opened_at(project, path).holds
        for export, version in given if other != annotator else ():
            key = holds.find(version)
            known = holds.known(key) if key and holds.stands(key) else None
            if known and identity.surely_same(known, version.identity):
                raise InputError(
                    f"{export}: annotation {version.identity.id} of task {version.identity.task} is work "
                    f"of {other} in {path.name}, not of {annotator}: leave out --annotator, or give the "
                    "name in the journal"
                )


def _append_to(
    project: Project,
    place: tuple[str, str],
    parts: Iterable[tuple[_Part, Person]],
    outcome: Pulled,
) -> None:
    """Appends what parts of exports have of one annotator in one layer to their journal."""
    layer, annotator = place
    opened = journal.opened_at(project, project.journal_file(*place))
    for part, person in parts:
        sure = part.share.given is not None
        outcome.new[place] += len(opened.append_versions(_entries(part, person), sure=sure))
        gone = opened.holds.deleted(part.identities())
        outcome.gone |= {(*place, article, number) for article, number in gone}
        for version in part.versions():
            if opened.holds.passed_over(version, sure=sure):
                told = f"annotation {version.identity.id} of {part.export.name}"
                outcome.leave(reason("annotation-timeless"), told)
    if annotator != JUDGE:
        articles = (each.article for part, _ in parts for each in part.identities())
        outcome.doubled += doubles(layer, annotator, opened.holds.several(articles))


def check_map(project: Project) -> None:
    """Raises InputError where the map of users can't be read, or contradicts the journal."""
    if not users.path(project).is_file():
        return
    try:
        accounts = users.listed(project, journal.annotators(project))
    except users.DAMAGED as error:
        raise InputError(
            f"{users.path(project)} is damaged: the next `qawl pull --from` puts it aside, and finds the "
            "users again from the journal"
        ) from error
    _knowing(project, accounts, lambda _, __, path: journal.reading(project, path))


def _knowing(
    project: Project, accounts: Iterable[Account], opened: Callable[[str, str, Path], Journal]
) -> Attribution:
    """What these accounts and the journals tell of users; raises InputError where they contradict."""
    attribution = Attribution(accounts, users.path(project))
    for layer in project.settings.layers:
        for annotator, path in journal.files(project, layer):
            found = opened(layer, annotator, path)
            for each in found.holds.all():
                attribution.know(attribution.named(annotator), each)
    attribution.refuse_contradiction()
    return attribution


def _attribute(
    project: Project,
    spool: _Spool,
    outcome: Pulled,
) -> list[Account] | None:
    """Tells the users of exports apart; who they are now, where that is not what is kept."""
    there = journal.annotators(project)
    accounts, damaged = users.load(project, there)
    if damaged:
        outcome.notes.append(
            f"{users.path(project)} was damaged: it is put aside, and the users in it are found again "
            "from the journal"
        )

    def opened(layer: str, annotator: str, path: Path) -> Journal:
        found = journal.opened_at(project, path)
        if found.mended:
            outcome.mended.append(journal.said_mended(layer, annotator))
        return found

    attribution = _knowing(project, accounts, opened)
    for export in spool.exports:
        attribution.attribute(export, last=export is spool.exports[-1])
    outcome.notes += attribution.notes
    outcome.doubts += attribution.doubts
    taken = {each.annotator for each in accounts} | there
    taken |= {each.share.given for each in spool.parts if each.share.given}
    names = [name for name in project.annotators if name not in taken]
    further = users.free(project, {*project.annotators, *taken})
    taken |= attribution.tell_by_tasks(names, further)
    settled = attribution.settle(users.free(project, taken))
    return settled if settled != accounts or damaged else None


def _entries(part: _Part, person: Person) -> Iterator[tuple[Version, bytes]]:
    """The entries of a part that are a person's with their versions, and the number of the server they
    came from."""
    origin = part.export.origin
    entries = zip(part.versions(), files.lines(part.path), strict=True)
    for each, (version, (_, line)) in zip(part.share.people(part.start), entries, strict=False):
        if each is not person:
            continue
        if origin == 1:
            yield version, line
            continue
        entry = msgspec.json.decode(line, type=Entry)
        content = to_json(msgspec.structs.replace(entry, task={**entry.task, "origin": origin}))
        yield identity.read(content), content
