"""Label Studio's JSON export files into the journal: read whole, then sorted by annotator."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from qawl.annotations import (
    export_files,
    heads,
    identity,
    journal,
    labelling_trees,
    users,
)
from qawl.annotations import store as annotation_store
from qawl.annotations.attribution import Attribution
from qawl.annotations.exported_work import Person
from qawl.annotations.holdings import doubles
from qawl.annotations.import_spool import Named, Part, Spool, entries
from qawl.annotations.open_journal import Journal
from qawl.annotations.pulled import Pulled
from qawl.annotations.sorter import Incoming, Sorter
from qawl.annotations.users import Account
from qawl.core import files, temporary
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.findings import reason
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.scheme import scheme


def pull_files(
    project: Project,
    paths: Iterable[Path],
    *,
    layer: str | None,
    annotator: str | Iterable[str] | None = None,
    judge: bool = False,
    outcome: Pulled | None = None,
    keep: bool = True,
) -> Pulled:
    """Journals what Label Studio's JSON exports hold, and derives the annotations.

    All is the work of `annotator`, or of the judge; or of those users who are named as USER=NAME. `keep`
    says whether users without numbers are known by these names from now on.
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
        spool = Spool(folder, named, keep=keep)
        with closing(spool):
            _read(project, paths, layer, spool, outcome)
        _refuse_strange(outcome)
        spool.refuse_unknown()
        touched = _append(project, spool, outcome)
    for name in sorted(touched):
        annotation_store.refresh_after_pull(project, name, outcome)
    return outcome


def _read(
    project: Project, paths: Iterable[Path], layer: str | None, spool: Spool, outcome: Pulled
) -> None:
    """Sorts all tasks of the exports into a spool."""
    sorter, controls = Sorter(project, outcome, layer), export_files.controls(project)
    known = scheme.load_all(project).values()
    trees = frozenset(name for each in known for name in each.marking_trees)
    for path in export_files.named(paths, outcome):
        spool.begin(path)
        before = outcome.tasks, outcome.unplaced
        for task in export_files.tasks(path, controls, outcome):
            labelled = labelling_trees.with_labels(task, trees)
            for each in sorter.entries(Incoming(labelled, source=path.name)):
                spool.write(each)
        _note_strange(path, outcome, *before)


def _named(project: Project, given: str | Iterable[str] | None) -> Named:
    """The pseudonyms that were given, checked; raises InputError."""
    listed = () if given is None else (given,) if isinstance(given, str) else tuple(given)
    there = journal.annotators(project) if listed else set()
    return users.named(listed, {*there, *project.annotators})


def _note_strange(path: Path, outcome: Pulled, tasks: int, unplaced: int) -> None:
    """Notes an export that has no task, or none of this corpus, where so many came before it."""
    tasks, unplaced = outcome.tasks - tasks, outcome.unplaced - unplaced
    if not tasks:
        outcome.not_read.append(f"{path.name}: there is no task in it")
    elif unplaced == tasks:
        outcome.foreign += 1
        count = many(tasks, "task")
        outcome.not_read.append(f"{path.name}: no task in it belongs to this corpus ({count})")


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
            f"no task belongs to this corpus ({outcome.tasks} read): corpus/articles.jsonl has none of "
            f"the texts (fields of tasks: {listed}); ingest them first, or run in the right folder"
        )


def _append(project: Project, spool: Spool, outcome: Pulled) -> set[str]:
    """Tells whose every entry is and appends it to their journal; the layers touched."""
    accounts = _attribute(project, spool, outcome)
    work: dict[tuple[str, str], list[tuple[Part, Person]]] = {}
    for part in spool.parts:
        for person in {id(each): each for each in part.share.people()}.values():
            if person.user.clear:
                work.setdefault((part.layer, str(person.name)), []).append((part, person))
            else:
                _leave_unclear(part, person, outcome)
    for place, parts in work.items():
        _refuse_others(project, place, parts)
    if accounts is not None:
        users.store(project, accounts)
    with heads.together(project.journal):
        for place, parts in work.items():
            _append_to(project, place, parts, outcome)
    return {part.layer for part in spool.parts}


def _leave_unclear(part: Part, person: Person, outcome: Pulled) -> None:
    """Counts what is left out of a part since nobody can tell who made it."""
    alike: Counter[identity.Identity] = Counter()
    for whose, each in zip(part.share.people(part.start), part.identities(), strict=False):
        if whose is person:
            alike[each] += 1
            told = f"task {each.task} of {part.export.name}"
            mark = id(part.export), each, alike[each]
            outcome.leave_once(reason("annotation-unattributed"), told, mark)


def _refuse_others(
    project: Project, place: tuple[str, str], parts: Iterable[tuple[Part, Person]]
) -> None:
    """Refuses work that is said to be an annotator's, and is another's in the journal: it would count
    as that of two people."""
    layer, annotator = place
    given = [
        (part.export.name, version)
        for part, person in parts
        if part.share.given is not None
        for version, _ in entries(part, person)
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
    parts: Iterable[tuple[Part, Person]],
    outcome: Pulled,
) -> None:
    """Appends what parts of exports have of one annotator in one layer to their journal."""
    layer, annotator = place
    opened = journal.opened_at(project, project.journal_file(*place))
    for part, person in parts:
        sure = part.share.given is not None
        outcome.new[place] += len(opened.append_versions(entries(part, person), sure=sure))
        gone = opened.holds.deleted(part.identities())
        outcome.gone |= {(*place, article, number) for article, number in gone}
        for version in part.versions():
            if opened.holds.passed_over(version, sure=sure):
                told = f"annotation {version.identity.id} of {part.export.name}"
                mark = id(part.export), version.identity
                outcome.leave_once(reason("annotation-timeless"), told, mark)
    articles = (each.article for part, _ in parts for each in part.identities())
    if annotator == JUDGE:
        outcome.judged |= {(layer, article) for article in articles}
    else:
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
    spool: Spool,
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
