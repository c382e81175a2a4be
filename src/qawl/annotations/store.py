"""exports/annotations on disk, and what was found in deriving it from the journal.

To derive reads the whole journal. So that who validates or releases after a pull need not do it again,
the findings are kept in .qawl/, under a digest of all that derivation reads and writes.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from pathlib import Path

import msgspec

from qawl.annotations import derive, identity, journal, repairs
from qawl.annotations.from_label_studio import Converted
from qawl.annotations.pulled import Pulled
from qawl.annotations.repairs import Repair
from qawl.articles import released
from qawl.articles import store as article_store
from qawl.core import files, git_files, result_cache
from qawl.core.errors import JournalError
from qawl.core.excerpts import many
from qawl.core.findings import CHECKS, finding
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Finding, Provenance, to_json


class _Kept(msgspec.Struct, frozen=True):
    """What one derivation found, and how many annotations it gave."""

    annotations: int
    findings: tuple[Finding, ...]


_kept_decoder = msgspec.json.Decoder(_Kept)
_FOLDER = "annotations/{}"


def refresh(project: Project, layer: str) -> int:
    """Derives the file of a layer from the journal, unless nothing that goes into it has changed; how
    many annotations it holds."""
    inputs = _inputs(project, layer)
    kept = _kept(project, layer, inputs)
    return _rebuild(project, layer, inputs) if kept is None else kept.annotations


def refresh_after_pull(project: Project, layer: str, outcome: Pulled) -> None:
    """Derives the file of a layer, and notes what it holds then, what of the journal is not in it, what
    of it was brought forward from older versions of the scheme, and which verdicts that came don't count.
    """
    outcome.records[layer] = refresh(project, layer)
    found = list(findings(project, layer))
    outcome.unread[layer] = list(unread(found))
    outcome.brought[layer] = list(migration_notes(found))
    outcome.doubled += [
        f"{layer} by {JUDGE}: article {each.article_id}: {each.message}"
        for each in found
        if (each.check, each.annotator) == ("annotation-duplicate", JUDGE)
        and (layer, each.article_id) in outcome.judged
    ]


def rebuild(project: Project, layer: str) -> int:
    """Derives the file of a layer from the journal in any case; how many annotations it holds."""
    return _rebuild(project, layer, _inputs(project, layer))


def _rebuild(project: Project, layer: str, inputs: str) -> int:
    made = _Made(project, layer)
    path = project.annotations_file(layer)
    count = files.write(path, made.complete())
    git_files.leave_out_large(project, path)
    folder, name = _FOLDER.format(layer), _name(project, layer, inputs)
    kept = to_json(_Kept(count, tuple(made.found)))
    result_cache.keep_content(project, folder, name, kept)
    result_cache.forget_content(project, folder, {name})
    return count


def findings(project: Project, layer: str) -> Iterator[Finding]:
    """What reading the journal found, and whether exports/annotations is what it gives."""
    on_disk = (line for _, line in project.disk.lines(project.annotations_file(layer)))
    first = next(on_disk, None)
    if first is None and not any(journal.files(project, layer)):
        if lost := without_source(project, layer):
            yield finding("journal-missing", lost, layer=layer)
        return
    if kept := _kept(project, layer, _inputs(project, layer)):
        yield from kept.findings
        return
    made, stale = _Made(project, layer), False
    given = chain((first,) if first is not None else (), on_disk)
    for record, line in zip_longest(made.records(), given):
        yield from made.found
        made.found.clear()
        same = record is not None and line is not None and to_json(record) == line.rstrip(b"\r")
        stale = stale or not same
    yield from made.found
    if lost := made.lost():
        yield finding("journal-missing", lost, layer=layer)
    elif stale:
        message = (
            f"exports/annotations/{layer}.jsonl is not what the journal and the scheme give now: run "
            "`qawl pull --rebuild`"
        )
        yield finding("annotations-stale", message, layer=layer)


def without_source(project: Project, layer: str) -> str | None:
    """What shows that a layer without a journal had one, in words: its gold, or the last release."""
    if any(journal.files(project, layer)):
        return None
    gold = project.gold_file(layer)
    if gold.is_file() and gold.stat().st_size:
        name = f"exports/gold/{gold.name}"
        has, otherwise = f"{name} has gold", f"to give the gold up for good, remove {name}"
    elif layer in released.annotated_layers(project):
        has = f"release {released.last_version(project)} has annotations of {layer}"
        otherwise = (
            "to give them up for good, pull others first, or take the layer out of qawl.yaml"
        )
    else:
        return None
    return (
        f"{has}, and exports/journal has no file of {layer}: bring exports/journal back from version "
        f"control or a backup; {otherwise}"
    )


def require(project: Project, layer: str) -> list[str]:
    """Raises JournalError where there are annotations of a layer that no journal gives, or none though
    the journal gives some; returns what else is wrong with them, in words."""
    refuse_lacking(project, [layer])
    found = stale(project, layer)
    for each in found:
        if each.check == "journal-missing":
            raise JournalError(each.message)
    return [each.message for each in found]


def refuse_lacking(project: Project, layers: Iterable[str]) -> None:
    """Raises JournalError where a layer has no annotations here though the journal gives some, or gold or
    a release shows that there were: it looks as if nobody had annotated it."""
    for layer in layers:
        path = project.annotations_file(layer)
        if not path.is_file() or not path.stat().st_size:
            for each in stale(project, layer):
                raise JournalError(each.message)


def stale(project: Project, layer: str) -> list[Finding]:
    """What finds annotations other than those that the journal gives."""
    checks = {"journal-missing", "annotations-stale"}
    return [each for each in findings(project, layer) if each.check in checks]


UNREAD = (
    "article-unknown",
    "annotation-unreadable",
    "annotation-copied",
    "result-unreadable",
    "result-unsupported",
    "result-elsewhere",
    "offset-unreadable",
    "attribute-orphan",
)
"""The checks that find what the journal has and the annotations have not."""


def unread(found: Iterable[Finding]) -> Iterator[str]:
    """What the journal of a layer has and its annotations have not, in words, a line a cause."""
    listed = list(found)
    for check in UNREAD:
        every = [each for each in listed if each.check == check]
        if CHECKS[check].gathered or len(every) == 1:
            yield from (f"{check}: {each.message}" for each in every)
        elif every:
            yield f"{check}: {CHECKS[check].explanation} ({len(every)} times)"


def whole(found: Iterable[Finding]) -> bool:
    """Whether every annotation of the journal is there, if not all that stands in it."""
    lacking = {"article-unknown", "annotation-unreadable", "annotation-copied"}
    return not any(each.check in lacking for each in found)


def migration_notes(found: Iterable[Finding]) -> Iterator[str]:
    """What was brought forward from older versions of the scheme, in words, a line a step."""
    asked = 0
    for each in found:
        asked += each.check == "scheme-split"
        if each.check in {"scheme-brought", "scheme-step"}:
            yield each.message
    if asked:
        took = many(asked, "place took a default and needs", "places took a default and need")
        yield f"{took} a person: `qawl validate --check scheme-split`"


_Place = tuple[str | None, str | None]
"""An article and an annotator."""
_UNREADABLE = ("?", "?")
"""In the place of a record that can't be read: deriving anew mends it where there is a journal."""
_NOTHING = Provenance()


def _version(provenance: Provenance) -> tuple[int, float]:
    """A number for an annotation of Label Studio, and when it was changed."""
    numbers = (provenance.project, provenance.task, provenance.annotation)
    changed = None if provenance.annotation is None else identity.instant(provenance.updated_at)
    return hash(numbers), identity.age(changed, None)[0]


class _Stored(msgspec.Struct):
    """What tells one record on disk from others."""

    article_id: str
    annotator: str
    provenance: Provenance = _NOTHING

    @property
    def place(self) -> _Place:
        return self.article_id, self.annotator

    @property
    def version(self) -> tuple[int, float]:
        return _version(self.provenance)


def _stored(project: Project, path: Path) -> Iterator[_Stored]:
    """The records of a file."""
    decoder = msgspec.json.Decoder(_Stored)
    for _, line in project.disk.lines(path):
        try:
            yield decoder.decode(line)
        except files.UNREADABLE:
            yield _Stored(*_UNREADABLE)


class _Made:
    """The annotations that the journal of a layer gives, and what is found on the way."""

    def __init__(self, project: Project, layer: str) -> None:
        self._project, self._layer = project, layer
        self._path = project.annotations_file(layer)
        self._compared = self._path.exists()
        # Hashes of 64 bits: there may be millions, and none of two is the same by chance.
        self._known = array("q")
        self._numbers, self._changed = array("q"), array("d")
        self._homeless: set[_Place] = set()
        self.found: list[Finding] = []

    def records(self) -> Iterator[Annotation]:
        """The records; findings on the way go to `found`."""
        for each in derive.derive(self._project, self._layer):
            if isinstance(each, Finding):
                self.found.append(each)
                if each.check == "article-unknown":
                    self._homeless.add((each.article_id, each.annotator))
                else:
                    self._know((each.article_id, each.annotator), _NOTHING)
                continue
            self.found += each.findings
            made = each.annotation
            self._know((made.article_id, made.annotator), made.provenance)
            yield made

    def _know(self, place: _Place, provenance: Provenance) -> None:
        if not self._compared:
            return
        numbers, changed = _version(provenance)
        self._known.append(hash(place))
        self._numbers.append(numbers)
        self._changed.append(changed)

    def complete(self) -> Iterator[Annotation]:
        """The same; raises JournalError in the end where records on disk would be lost."""
        yield from self.records()
        if lost := self.lost():
            raise JournalError(lost)

    def lost(self) -> str | None:
        """What stands in exports/annotations and is not derived, in words; None if nothing: the journal
        has nothing of it, or an older version, or the corpus has lost its article."""
        if not self._compared:
            return None
        known = {*self._known, hash(_UNREADABLE)} if self._known else set()
        same = set(map(hash, zip(self._numbers, self._changed, strict=True)))
        gone, other, articles = list[_Place](), dict[int, _Stored](), set[str | None]()
        copies = journal.removed_copies(self._project, self._layer)
        for each in _stored(self._project, self._path):
            if each.place in self._homeless:
                articles.add(each.article_id)
            elif each.annotator in copies:
                continue
            elif hash(each.place) not in known:
                gone.append(each.place)
            elif hash(each.version) not in same:
                other[hash(each.place)] = each
        if articles:
            return self._without(articles)
        if gone:
            end = ", or remove the lines of annotations that no `qawl pull` brought"
            return self._lacking("nothing", gone, end)
        older = self._older(other)
        end = (
            ", or pull the newer versions again. To give them up for good, remove "
            f"exports/annotations/{self._path.name}"
        )
        return self._lacking("only older versions", older, end) if older else None

    def _older(self, stored: dict[int, _Stored]) -> list[_Place]:
        """Which of these records are later versions of what is derived."""
        versions = zip(self._known, self._numbers, self._changed, strict=True)
        return [
            stored[place].place
            for place, numbers, changed in versions
            if place in stored
            and stored[place].version[0] == numbers
            and stored[place].version[1] > changed
        ]

    def _lacking(self, has: str, places: list[_Place], end: str) -> str:
        """What the journal has of records on disk, in words."""
        article, annotator = places[0]
        return (
            f"exports/annotations/{self._layer}.jsonl: the journal has {has} of "
            f"{many(len(places), 'annotation')} in it, first of {article} by {annotator}: bring "
            f"exports/journal back from version control or a backup{end}"
        )

    def _without(self, articles: set[str | None]) -> str:
        """That the corpus has lost articles, in words."""
        some = len(articles)
        return (
            f"exports/annotations/{self._layer}.jsonl has work on {some} article{'s' * (some != 1)} that "
            f"corpus/articles.jsonl does not have, as {min(map(str, articles))}: bring the articles back "
            "from version control or a backup; until then nothing is changed"
        )


def _kept(project: Project, layer: str, inputs: str) -> _Kept | None:
    """What is kept of these inputs and the annotations on disk; None where that is nothing, or can't be
    read."""
    content = result_cache.content(project, _FOLDER.format(layer), _name(project, layer, inputs))
    return None if content is None else _kept_decoder.decode(content)


def _name(project: Project, layer: str, inputs: str) -> str:
    """What is kept is known by: its inputs, and the annotations on disk."""
    made = result_cache.digest(project, [project.annotations_file(layer)])
    return f"{inputs[:32]}-{made[:32]}"


def _inputs(project: Project, layer: str) -> str:
    """The digest of all that derivation reads, and of Python and Qawl themselves."""
    paths = [*map(project.scheme_file, project.settings.layers), *project.articles_files]
    stood = [(name, journal.stood(project, path)) for name, path in journal.files(project, layer)]
    return result_cache.inputs(project, [*paths, project.repairs_file], stood)


def fix(project: Project) -> Counter[str]:
    """Adds every safe repair of annotations that have none yet; how many of each name."""
    repairs.undo(project)
    articles = article_store.by_id(project)
    added = []
    for layer in project.settings.layers:
        for each in derive.derive(project, layer):
            if not isinstance(each, Converted):
                continue
            record = each.annotation
            added += [
                Repair(
                    repair=name,
                    layer=layer,
                    article_id=record.article_id,
                    annotator=record.annotator,
                    version=repairs.version(record),
                )
                for name in repairs.propose(record, articles[record.article_id].text)
            ]
    if added:
        files.write(project.repairs_file, added)
    return Counter(each.repair for each in added)
