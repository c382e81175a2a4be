"""exports/journal: every version of every annotation as Label Studio sent it, append-only, chained.

A line is `{"format", "prev", "sha256", "entry"}`; `sha256` is that of `prev` and the entry's bytes, so
a changed, missing or moved line is found. One journal a layer and annotator:
<layer>.<annotator>.jsonl, and the segments that were sealed before it (see `segments`).
"""

import os
import sqlite3
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
from msgspec import Struct

from qawl.annotations import (
    heads,
    identity,
    journal_index,
    journal_lines,
    journal_resume,
    journal_undo,
    segments,
)
from qawl.annotations.heads import Head, Sealed
from qawl.annotations.holdings import Holdings, Spot
from qawl.annotations.identity import Event, Identity, Version
from qawl.annotations.journal_index import Checked
from qawl.annotations.journal_lines import NOWHERE, Reached, chained
from qawl.core import files as core_files
from qawl.core import names
from qawl.core.errors import JournalError
from qawl.core.project import Project
from qawl.core.records import JUDGE, to_json

SEALED = -1
"""Where the last line starts if it stands in a segment."""


class Entry(Struct, frozen=True, kw_only=True):
    """One version of one annotation, or that it is gone, alone or with its task.

    `text` is the task's own text, kept only where it is not the frozen text of the article. `was` has the
    hashes that the line had before it was cleaned (see `cleaned`).
    """

    event: Event = "version"
    key: str
    article_id: str
    scheme_version: str
    text: str | None = None
    task: dict[str, Any] = {}
    annotation: msgspec.Raw = msgspec.Raw(b"{}")
    was: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


_entry = msgspec.json.Decoder(Entry)


def files(project: Project, layer: str) -> Iterator[tuple[str, Path]]:
    """(annotator, file) of a layer's journals, in the order of the annotators.

    Raises JournalError where one is gone, or the names of two are taken for one.
    """
    paths = segments.journals(project.journal)
    _removed_copies(project, layer, paths)
    _refuse_alike(paths)
    for path in paths:
        if path.stem.startswith(f"{layer}."):
            yield path.stem.removeprefix(f"{layer}."), path


def _removed_copies(project: Project, layer: str, paths: Iterable[Path]) -> list[str]:
    """The journals that are gone and of which another holds every line, as of a copy that was removed;
    raises JournalError where one is gone that held more, or that has another name now."""
    mine = [path for path in paths if path.stem.startswith(f"{layer}.")]
    gone = heads.gone(project.journal, layer, {path.stem for path in mine})
    for name, head in gone.items():
        # The chain makes one hash stand for all lines before it.
        same = [path for path in mine if reading(project, path).knows(head.sha256)]
        if same and not any(heads.of(path) for path in same):
            raise heads.renamed(project.journal / f"{name}.jsonl", same[0])
        if not same:
            raise heads.lost(project.journal / f"{name}.jsonl", head, 0)
    return list(gone)


def _refuse_alike(paths: Iterable[Path]) -> None:
    """Raises JournalError where two journals are named alike, as a merge of two leads' branches leaves
    them: one person would count as two."""
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(names.folded(path.stem), path)
        if other != path:
            raise JournalError(
                f"{other} and {path.name} are named alike, in another case or form of letters: move the "
                "wrong one out of the corpus and out of heads.json, and run `qawl pull --merge` on it"
            )


def annotators(project: Project) -> set[str]:
    """The pseudonyms of all who have a journal."""
    return {name for layer in project.settings.layers for name, _ in files(project, layer)}


@dataclass(slots=True)
class Journal:
    """One journal, checked, and the annotations that it holds.

    `path` is its open file, `sealed` where each segment ends. `count` is how many lines it has, `last`
    the hash of the last, which starts at `start` of the open file, `SEALED` where that has none.
    `mended` counts the bytes of a torn last line that a crash left and opening dropped. `index` is
    where what it holds is kept, None where it is not.
    """

    path: Path
    index: Path | None = None
    holds: Holdings = field(default_factory=Holdings)
    last: str = journal_lines.START
    count: int = 0
    start: int = 0
    mended: int = 0
    sealed: tuple[Sealed, ...] = ()
    followed: bool = False

    @property
    def alive(self) -> dict[str, Identity]:
        """The version that counts of each annotation that is not known to be deleted, by key."""
        return self.holds.alive

    def append(self, entries: Iterable[Entry], *, live: bool = False) -> list[str]:
        """Adds those entries that are new versions of their annotations; the articles of these.

        `live`: they are what the server has now, so what was deleted and stands there again is back.
        """
        return self.append_versions(_read(map(to_json, entries)), live=live)

    def append_versions(
        self, given: Iterable[tuple[Version, bytes]], *, live: bool = False, sure: bool = False
    ) -> list[str]:
        """The same for entries that are JSON already, with their versions: their bytes are what the
        journal holds.

        `sure`: an annotation with a known number is the one that has it, whatever is different.
        """
        return self._write(
            fresh for each in given for fresh in self._fresh(*each, live=live, sure=sure)
        )

    def add(self, contents: Iterable[bytes]) -> list[str]:
        """Adds entries as they are, whatever the journal has; the articles of those versions."""
        return self._write(_read(contents))

    def _write(self, fresh: Iterable[tuple[Version, bytes]]) -> list[str]:
        """Adds entries; where the open file is full it is sealed first. Nothing is added where that
        fails, but for what was sealed."""
        added: list[str] = []
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with core_files.naming(self.path), ExitStack() as stack:
            file = self._room(stack, 0)
            for version, content in fresh:
                digest, made = journal_lines.line(self.last, content)
                file = self._room(stack, len(made), file)
                self.note(digest, version, self._spot(file.tell(), len(made)))
                file.write(made)
                if version.event == "version":
                    added.append(version.identity.article)
        self.follow()
        self.settle()
        return added

    def _room(self, stack: ExitStack, more: int, file: BinaryIO | None = None) -> BinaryIO:
        """The open file, to be added to, with room for so many bytes: a full one is sealed."""
        file = file or stack.enter_context(_appending(self.path))
        size = file.tell()
        if size == 0 or size + more <= segments.SEAL or not segments.is_open(self.path):
            return file
        stack.close()
        self.seal()
        return stack.enter_context(_appending(self.path))

    def _spot(self, start: int, length: int) -> Spot:
        """The place in the open file of the line that is written next."""
        before = self.sealed[-1].versions if self.sealed else 0
        return Spot(start, length, self.count + 1 - before)

    def seal(self) -> None:
        """Makes segments of the open file, which is empty then."""
        before = len(self.sealed)
        self.make_room()
        self.follow()
        for cut in segments.seal(self.path, before):
            versions = cut.lines + (self.sealed[-1].versions if self.sealed else 0)
            self.sealed = (*self.sealed, Sealed(versions, journal_lines.decoded(cut.last).sha256))
            self.holds.move(cut)
        self.holds.keep(self.path, before)
        self._forget(before)
        segments.empty(self.path)
        self.start = SEALED

    def follow(self) -> None:
        """From here on the index can be taken back to where it stands (see `journal_undo`)."""
        if self.index is not None:
            journal_undo.follow(self.holds.db, self.count)
            self.followed = True

    def _forget(self, before: int) -> None:
        """Lets the index be taken back to before the last segment, or to its end if others came too."""
        ends = [0, *(each.versions for each in self.sealed)]
        alone = len(self.sealed) == before + 1
        journal_undo.forget(self.holds.db, ends[-2] if alone else ends[-1])

    def make_room(self) -> None:
        """Removes the segments that hold nothing but what this journal has, as a killed run leaves them;
        others that are none of it, as a merge leaves them, get another name."""
        for number, segment in segments.sealed(self.path).items():
            if number > len(self.sealed):
                end = _end(segment)
                if end and self.knows(end):
                    segment.unlink()
                else:
                    segments.put_aside(segment)

    def settle(self) -> None:
        """Says in heads.json and in the index where the journal stands now."""
        if self.count:
            heads.move(self.path, Head(self.count, self.last, sealed=self.sealed))
        self.keep()

    def keep(self) -> None:
        """Says in the index where the journal stands now."""
        now = Checked(self.count, self.last, self.start, self.sealed)
        with suppress(*journal_index.FAULTS):  # then it is made again
            journal_index.settle(self.holds.db, self.path, now)

    def knows(self, head: str) -> bool:
        """Whether this is the hash of one of its lines, or of none."""
        found = self.holds.db.execute(
            "SELECT 1 FROM line WHERE head = ?", (journal_lines.short(head),)
        )
        return head == journal_lines.START or found.fetchone() is not None

    def _fresh(
        self, version: Version, content: bytes, *, live: bool, sure: bool
    ) -> Iterator[tuple[Version, bytes]]:
        """What an entry adds: nothing, itself, or an old version of what is deleted and stays so."""
        key = self.holds.key(version, sure=sure)
        if self.holds.has(key, version, live=live):
            return
        stays = not live and self.holds.outlived(key, version)
        if key != version.key:
            content = renamed(content, key)
            version = msgspec.structs.replace(version, key=key)
        yield version, content
        if stays:
            gone = deletion(content)
            yield identity.read(gone), gone

    def note(self, digest: str, version: Version, at: Spot) -> None:
        """Keeps in mind what a line says that stands there."""
        self.last, self.start = digest, SEALED if at.segment else at.start
        self.count += 1
        if at.segment:
            self.sealed = (*self.sealed[: at.segment - 1], Sealed(self.count, digest))
        head = journal_lines.short(digest)
        if self.followed:
            line = journal_undo.Line(head, at.start, at.length)
            journal_undo.step(self.holds.db, self.count, line)
        self.holds.db.execute("INSERT OR IGNORE INTO line VALUES (?)", (head,))
        self.holds.note(version, at)

    def delete(self, keys: Collection[str], tasks: Collection[int] = ()) -> int:
        """Journals that these annotations are gone from Label Studio; what they held stays.

        `tasks` are those that still stand there; how many annotations went with their task.
        """
        wanted = set(keys)
        last = {key: self._entry(key) for key in wanted}
        gone = {key for key in wanted if last[key].task.get("id") not in tasks}
        self.append(
            _deletion(last[key], "task-deleted" if key in gone else "deleted")
            for key in sorted(wanted)
        )
        return len(gone)

    def _entry(self, key: str) -> Entry:
        """The entry that counts of an annotation."""
        place, content = self.holds.place(key)
        if content is None:
            with self.path.open("rb") as file:
                file.seek(place.start)
                content = file.read(place.length)
        return _entry.decode(journal_lines.indexed(content))


def _read(contents: Iterable[bytes]) -> Iterator[tuple[Version, bytes]]:
    """Entries with the versions that they are."""
    return ((identity.read(content), content) for content in contents)


@contextmanager
def _appending(path: Path) -> Iterator[BinaryIO]:
    """The open file, to be added to; what was added goes where the block fails."""
    with path.open("ab", buffering=core_files.TOGETHER) as file:
        size = file.tell()
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            file.truncate(size)
            raise


def _end(segment: Path) -> str | None:
    """The hash of the last line of a segment; None where it can't be read."""
    with (
        suppress(JournalError, IndexError, *core_files.UNREADABLE),
        segments.unpacked(segment) as lines,
    ):
        _, content = deque(core_files.numbered(lines, segment, JournalError), 1).pop()
        last = journal_lines.decoded(content)
        return chained(last.prev, bytes(last.entry))
    return None


def _deletion(entry: Entry, event: Literal["deleted", "task-deleted"]) -> Entry:
    """The entry that says that an annotation is gone."""
    nothing = msgspec.Raw(b"{}")
    return msgspec.structs.replace(entry, event=event, annotation=nothing, was=msgspec.UNSET)


def mend(project: Project, layer: str) -> Iterator[str]:
    """Checks a layer's journals from their first lines; drops the torn last lines that a crash left, and
    says so."""
    for annotator, path in files(project, layer):
        journal_index.remove(index(project, path))
        if opened_at(project, path).mended:
            yield said_mended(layer, annotator)


def removed_copies(project: Project, layer: str) -> set[str]:
    """The annotators whose journal is gone and was a copy: another holds every line of it."""
    names = _removed_copies(project, layer, segments.journals(project.journal))
    return {name.removeprefix(f"{layer}.") for name in names}


def forget_copies(project: Project, layer: str) -> Iterator[str]:
    """Takes the copies that were removed out of heads.json, and says so."""
    names = [f"{layer}.{each}" for each in sorted(removed_copies(project, layer))]
    heads.forget(project.journal, names)
    for each in names:
        yield f"{each}: a copy that was removed; all of it stands in another journal"


def unseal(project: Project, path: Path) -> None:
    """Puts the lines of all segments of a journal back into its open file, however large that is then."""
    opened = opened_at(project, path)
    if opened.sealed:
        core_files.write_bytes(path, segments.whole(path, len(opened.sealed)))
        opened.sealed = ()
    opened.make_room()


def check(path: Path) -> int:
    """Checks a journal from its first line to its last; how many versions it holds."""
    return sum(1 for _ in _checked(path))


def said_mended(layer: str, annotator: str) -> str:
    """That a journal was mended, in words."""
    return f"{layer}.{annotator}: a torn last line was dropped"


def load(path: Path, index: Path | None = None) -> Journal:
    """A journal file with its chain checked; a torn last line is dropped, a changed one refused.

    Where it holds more than heads.json says, that is moved forward. With an index that is of the files as
    they stand, only the last line is checked; of files that were written anew, what has changed.
    """
    opened, _ = _checked_whole(path, index, mend=True)
    opened.settle()
    return opened


def index(project: Project, path: Path) -> Path:
    """Where the index of a journal stands."""
    return project.state / "journal" / f"{path.stem}.sqlite"


def opened_at(project: Project, path: Path) -> Journal:
    """A journal of a corpus, opened to be added to, with its index."""
    project.make_state()
    return load(path, index(project, path))


def reading(project: Project, path: Path) -> Journal:
    """A journal of a corpus, opened to be read; nothing but its index is written.

    Raises JournalError at a line that was changed or is torn.
    """
    with suppress(OSError):  # a corpus that may only be read
        project.make_state()
    opened, read = _checked_whole(path, index(project, path), mend=False)
    if read:
        opened.keep()
    return opened


def living(project: Project, layers: Iterable[str]) -> Iterator[tuple[str, Identity]]:
    """(annotator, annotation) of all that the journals of these layers have and nobody deleted; the
    judge's are left out."""
    for layer in layers:
        for annotator, path in files(project, layer):
            if annotator != JUDGE:
                opened = reading(project, path)  # held here: its index closes with it
                yield from ((annotator, each) for each in opened.holds.living())


def _checked_whole(path: Path, index: Path | None, *, mend: bool) -> tuple[Journal, bool]:
    """A journal of which every line is checked, now or as its index says, and whether lines were read.

    What an index has and the files contradict is read again from the first line: so what is said of the
    journal is true of it, and not of a damaged index.
    """
    opened, since = _indexed(path, index)
    if since is None:
        return opened, False
    try:
        _read_on(opened, since, mend=mend)
    except JournalError:
        if not since.versions:
            raise
        opened.holds.clear()
        opened = Journal(path, index, opened.holds)
        _read_on(opened, NOWHERE, mend=mend)
    return opened, True


def _indexed(path: Path, index: Path | None) -> tuple[Journal, Reached | None]:
    """A journal with what its index has of it, and from where it has to be read; None if it has not."""
    if index is not None:
        with suppress(*journal_index.FAULTS):
            try:
                return _resumed(path, index)
            except sqlite3.OperationalError:  # it is another's, or may only be read
                raise
            except sqlite3.DatabaseError:  # it is damaged
                journal_index.remove(index)
                return _resumed(path, index)
    return Journal(path), NOWHERE


def _resumed(path: Path, index: Path) -> tuple[Journal, Reached | None]:
    opened = Journal(path, index, Holdings(journal_index.opened(index)))
    db = opened.holds.db
    known = journal_index.checked(db, path)
    if known and known.versions and _ends_so(path, known):
        opened.count, opened.last, opened.start, opened.sealed = known
        reached = None
    else:
        sealed = journal_index.noted(db).sealed
        reached = journal_resume.resume(db, path)
        opened.count, opened.last, opened.start = reached.versions, reached.last, reached.start
        opened.sealed = sealed[: reached.segments]
        try:
            opened.holds.keep_lacking(path)
        except (
            JournalError
        ) as error:  # if the journal lacks it indeed, making the index anew says so
            raise sqlite3.DatabaseError("a place in it is damaged") from error
    opened.followed = journal_undo.reaches(db) is not None
    return opened, reached


def _ends_so(path: Path, known: Checked) -> bool:
    """Whether a journal ends with the line that its index has as the last; raises JournalError where
    heads.json says otherwise."""
    if _last(path, known) != known.last:
        return False
    head = heads.of(path)
    if head and known.versions < head.versions:
        raise heads.lost(path, head, known.versions)
    if head and known.versions > head.versions:
        return False  # the chain up to what heads.json says is looked at
    if allowed := heads.marks(head).get(known.versions):
        number = known.versions - (known.sealed[-1].versions if known.sealed else 0)
        heads.check(path, number, known.last, allowed)
    return True


def _last(path: Path, known: Checked) -> str | None:
    """The hash of the line with which a journal ends, if it stands where it should."""
    with path.open("rb") as file:
        if known.start == SEALED:
            return None if file.read(1) else known.last
        file.seek(known.start)
        content = file.read(core_files.LONGEST + 1)
    try:
        last = journal_lines.decoded(content)
    except core_files.UNREADABLE:
        return None
    return last.sha256 if last.sha256 == chained(last.prev, bytes(last.entry)) else None


def _read_on(opened: Journal, since: Reached, *, mend: bool) -> None:
    """Checks a journal from a place on, and notes all that it holds from there."""
    newest, kept = max(segments.sealed(opened.path), default=0), since.segments
    reads = journal_lines.lines(opened.path, since)
    for segment, group in groupby(reads, key=lambda read: read[0].segment):
        if segment in (0, newest):
            opened.holds.keep(opened.path, kept)
            opened.follow()
            kept = len(opened.sealed)
        for spot, read in group:
            _note(opened, spot, read, mend=mend)
    opened.holds.keep(opened.path, kept)
    if opened.count:  # back to nothing it is made anew sooner
        opened.follow()


def _note(opened: Journal, spot: Spot, read: journal_lines.Found | None, *, mend: bool) -> None:
    """Notes what stands at a place; what a crash left there is removed, or raises JournalError."""
    if read is not None:
        line, version = read
        opened.note(line.sha256, version, spot)
    elif mend:
        os.truncate(opened.path, spot.start)
        opened.mended = spot.length
    else:
        raise journal_lines.torn(opened.path, spot.line)


def stood(project: Project, path: Path) -> tuple[int, str]:
    """How many versions a journal of a corpus holds, and the hash of the last: its content is checked."""

    def found() -> tuple[int, str]:
        opened = reading(project, path)
        return opened.count, opened.last

    made_of = (*segments.parts(path), path.parent / heads.NAME)
    return project.disk.once(f"end of {path}", found, *made_of)


def entries(path: Path) -> Iterator[Entry]:
    """All entries of a journal file, in the order in which they came."""
    for _, entry in versions(path):
        yield _entry.decode(entry)


def versions(path: Path) -> Iterator[tuple[Version, bytes]]:
    """All versions in a journal file with their entries' bytes, in the order in which they came."""
    for line, version in _checked(path):
        yield version, bytes(line.entry)


def hashes(path: Path) -> Iterator[tuple[str, bytes]]:
    """The hash of each line with its entry's bytes."""
    for line, _ in _checked(path):
        yield line.sha256, bytes(line.entry)


def deletion(content: bytes) -> bytes:
    """The entry that says that an annotation is gone, from one of its versions."""
    return to_json(_deletion(_entry.decode(content), "deleted"))


def renamed(content: bytes, key: str, *, origins: Mapping[int, int] | None = None) -> bytes:
    """An entry under another key, from a server as it is numbered here."""
    entry = _entry.decode(content)
    said = entry.task.get("origin")
    theirs = said if type(said) is int else 1
    ours = (origins or {}).get(theirs, theirs)
    task = entry.task if ours == theirs else {**entry.task, "origin": ours}
    return to_json(msgspec.structs.replace(entry, key=key, task=task, was=msgspec.UNSET))


def counting(path: Path) -> list[Entry]:
    """The version that counts of each annotation, also of those that are gone, in the order in which
    these came."""
    found: dict[str, tuple[msgspec.Raw, Identity]] = {}
    for line, version in _checked(path):
        key, given = version.key, version.identity
        if version.event == "version" and (
            key not in found or identity.newer(given, found[key][1])
        ):
            found.pop(key, None)
            found[key] = line.entry, given
    return [_entry.decode(entry) for entry, _ in found.values()]


def _checked(path: Path) -> Iterator[tuple[journal_lines.Line, Version]]:
    """Each line with its version; raises JournalError at one that was changed or is torn."""
    for spot, read in journal_lines.lines(path):
        if read is None:
            raise journal_lines.torn(path, spot.line)
        yield read
