"""Two journals of one corpus joined: what two people pulled in branches, copies or folders of it.

What stands here stays, line by line; what the other journal has besides comes after it, chained anew. So
no version is lost or doubled, whoever joins. A deletion that either knows stays one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import msgspec

from qawl.annotations import (
    heads,
    journal,
    journal_cleaning,
    journal_entries,
    journal_lines,
    moved_work,
    segments,
    whose_journals,
)
from qawl.annotations.holdings import doubles
from qawl.annotations.identity import Version
from qawl.annotations.journal_cleaning import Cleaning
from qawl.annotations.open_journal import Journal
from qawl.annotations.other_journals import Other
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.errors import InputError, JournalError
from qawl.core.excerpts import many
from qawl.core.project import JOURNAL, Project
from qawl.core.records import JUDGE


@dataclass(slots=True)
class Joined:
    """What one journal of another place brought, and under whose name it stands here; `by_name` is
    whether its name alone tells that."""

    source: str
    layer: str
    theirs: str
    annotator: str
    versions: int = 0
    added: int = 0
    articles: set[str] = field(default_factory=set)
    by_name: bool = False


@dataclass(slots=True)
class Merged:
    """What was joined, the journals that have no place here, and the annotations that do not count;
    `cleanings` is how many were added to the log of those, `by_name` whom the name alone tells."""

    joined: list[Joined] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    cleanings: int = 0
    by_name: list[str] = field(default_factory=list)


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
    cleanings = {
        name: list(files.read(log, Cleaning))
        for name, place in others.items()
        if (log := _folder(place) / journal_cleaning.LOG).is_file()
    }
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
        moved_work.note_moved(mine)
        moved_work.refuse_moved(name, here, mine)
        names, by_name = whose_journals.annotators(project, here, mine)
        outcome.by_name += [f"{each} of {name}" for each in by_name]
        for each in mine:
            place = each.layer, names[each.annotator]
            opened = here.get(place) or journal.opened_at(project, project.journal_file(*place))
            joined = _join(opened, each, names[each.annotator])
            outcome.joined.append(joined)
            if joined.annotator != JUDGE:
                several = opened.holds.several(joined.articles)
                outcome.doubled += doubles(each.layer, joined.annotator, several)
        _join_log(project, mine, names, cleanings.get(name, ()), outcome)
    return outcome


def _join_log(
    project: Project,
    journals: Iterable[Other],
    names: Mapping[str, str],
    those: Iterable[Cleaning],
    outcome: Merged,
) -> None:
    """Joins the log of another place's cleanings, under the names that its journals have here."""
    ours = {f"{e.layer}.{e.annotator}": f"{e.layer}.{names[e.annotator]}" for e in journals}
    renamed = [
        msgspec.structs.replace(each, journal=ours[each.journal])
        for each in those
        if each.journal in ours
    ]
    outcome.cleanings += journal_cleaning.join(project.journal / journal_cleaning.LOG, renamed)


def _refuse_foreign(project: Project, name: str, journals: Sequence[Other]) -> None:
    """Refuses journals of a corpus that has no article and no annotation in common with this one."""
    articles = {each.identity.article for other in journals for each in other.latest.values()}
    here = article_store.by_id(project)
    if articles and not any(each in here for each in articles) and not _shared(project, journals):
        raise JournalError(
            f"{name}: its journals are of another corpus: corpus/articles.jsonl has none of the "
            f"{many(len(articles), 'article')} that they are of (`qawl ingest --merge` joins the "
            "articles of a branch)"
        )


def _shared(project: Project, journals: Sequence[Other]) -> bool:
    """Whether a journal here knows an annotation of these, as those of a branch do."""
    for layer in project.settings.layers:
        keys = [key for other in journals if other.layer == layer for key in other.latest]
        for _, path in journal.files(project, layer) if keys else ():
            opened = journal.opened_at(project, path)
            if any(map(opened.holds.known, keys)):
                return True
    return False


def merge_files(ours: Path, theirs: Path) -> Joined:
    """Joins one journal file to another of the same layer and annotator, as git asks for it; or a log of
    cleanings to another."""
    if journal_cleaning.is_log(ours) or journal_cleaning.is_log(theirs):
        cleanings = list(files.read(theirs, Cleaning))
        added = journal_cleaning.join(ours, cleanings)
        return Joined(str(theirs), "", "", "", len(cleanings), added)
    if (one := journal_lines.begun(ours)) != (other_ := journal_lines.begun(theirs)):
        empty = next((path for path, line in ((ours, one), (theirs, other_)) if line is None), None)
        why = (
            f"{empty} is empty or begins with no line of a journal, and the other is not: one branch "
            "sealed a segment, or has lost lines"
            if empty
            else f"{ours} and {theirs} do not follow the same line, as where one branch sealed a segment"
        )
        raise JournalError(
            f"{why}: run `git restore -SW --source HEAD exports/journal`, then "
            "`qawl pull --merge MERGE_HEAD`"
        )
    opened, other = journal.load(ours), Other(str(theirs), "", "", theirs)
    other.look()
    users, theirs_ = (
        whose_journals.users_of(opened.holds.all(), {}),
        whose_journals.users_of(other.all, {}),
    )
    apart = users and theirs_ and users.isdisjoint(theirs_)
    if apart or whose_journals.renumbered(whose_journals.origins_of([opened], [other])):
        raise JournalError(
            f"{ours} and {theirs} are of different users or servers: run `qawl pull --merge` with the "
            "branch"
        )
    moved_work.refuse_parted(opened, other, f"{ours} and {theirs}")
    told = bool(users and theirs_) or not any(True for _ in opened.holds.all())
    told = told or any(opened.holds.find(each) for each in other.latest.values())
    joined = _join(opened, other, "")
    joined.by_name = not told and joined.added > 0
    return joined


def _folder(place: Path) -> Path:
    """The folder of journals of another place; a file is its own."""
    folders = (place / JOURNAL, place / "journal", place)
    return next(each for each in folders if each.is_dir() or each == place)


def _journals(
    project: Project, name: str, place: Path, outcome: Merged
) -> Iterator[tuple[str, str, Path]]:
    """(layer, annotator, file) of the journals in another place; strange ones are named."""
    folder = _folder(place)
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


Course = list[tuple[Version, bytes]]
"""The versions of one annotation with their entries, in the order in which they came."""


def _join(opened: Journal, other: Other, annotator: str) -> Joined:
    """Adds to a journal what another has besides."""
    joined = Joined(other.source, other.layer, other.annotator, annotator)
    ours: dict[str, Course] = {}
    for version, content in journal_entries.versions(opened.path):
        # Of what has a time the content is not needed again.
        kept = content if version.identity.changed is None else b""
        ours.setdefault(version.key, []).append((version, kept))
    theirs: dict[str, Course] = {}
    for version, content in journal_entries.versions(other.path):
        joined.versions += version.event == "version"
        theirs.setdefault(version.key, []).append((version, content))
    fresh: list[bytes] = []
    taken: set[str] = set()
    for given, course in theirs.items():
        first = next((each for each, _ in course if each.event == "version"), course[0][0])
        key = opened.holds.key(first, taken=taken)
        taken.add(key)
        not_ended = given in other.moved and opened.holds.stands(key)
        told = [each for each in course if not (not_ended and each[0].event != "version")]
        fresh += [
            journal_entries.renamed(journal_cleaning.entry(content), key, origins=other.origins)
            for content in _besides(ours.get(key, []), told)
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
        yield journal_entries.deletion(fresh[-1][1])
    elif fresh and content and last.digest in known:
        yield content
