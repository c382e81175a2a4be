"""exports/journal: every version of every annotation as Label Studio sent it, append-only, chained.

A line is `{"format", "prev", "sha256", "entry"}`; `sha256` is that of `prev` and the entry's bytes, so
a changed, missing or moved line is found. One file a layer and annotator: <layer>.<annotator>.jsonl.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
from msgspec import Struct

from qawl.annotations import heads, identity
from qawl.annotations.heads import Head
from qawl.annotations.holdings import Holdings
from qawl.annotations.identity import Identity, Version
from qawl.core import files as core_files
from qawl.core.errors import JournalError
from qawl.core.project import Project
from qawl.core.records import FORMAT, to_json

START = "0" * 64


class Entry(Struct, frozen=True, kw_only=True):
    """One version of one annotation, or that it is gone, alone or with its task.

    `text` is the task's own text, kept only where it is not the frozen text of the article. `was` has the
    hashes that the line had before it was cleaned (see `cleaned`).
    """

    event: Literal["version", "deleted", "task-deleted"] = "version"
    key: str
    article_id: str
    scheme_version: str
    text: str | None = None
    task: dict[str, Any] = {}
    annotation: msgspec.Raw = msgspec.Raw(b"{}")
    was: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


class Line(Struct, frozen=True, kw_only=True):
    """A journal line."""

    format: int = FORMAT
    prev: str
    sha256: str
    entry: msgspec.Raw


class EntryAt(Struct, frozen=True, gc=False):
    """Where the latest entry of an annotation stands."""

    path: Path
    offset: int
    length: int
    annotator: str
    article_id: str
    deleted: bool
    line: int


class Latest(Struct, frozen=True, kw_only=True):
    """What counts of the latest version of an annotation that is not deleted, read from its line."""

    scheme_version: str
    text: str | None = None
    task: dict[str, Any] = {}
    annotation: dict[str, Any] = {}


class _LatestLine(Struct):
    entry: Latest


_line = msgspec.json.Decoder(Line)
_latest = msgspec.json.Decoder(_LatestLine)
_entry = msgspec.json.Decoder(Entry)


def files(project: Project, layer: str) -> Iterator[tuple[str, Path]]:
    """(annotator, file) of a layer's journals, in the order of the annotators."""
    paths = core_files.listed(project.journal, f"{layer}.*.jsonl")
    heads.refuse_gone(project.journal, layer, {path.stem for path in paths})
    for path in paths:
        yield path.name.removeprefix(f"{layer}.").removesuffix(".jsonl"), path


def annotators(project: Project) -> set[str]:
    """The pseudonyms of all who have a journal."""
    return {name for layer in project.settings.layers for name, _ in files(project, layer)}


@dataclass(slots=True)
class Journal:
    """One journal file, checked, and the annotations that it holds.

    `heads` are the hashes of all lines, `last` that of the last. `mended` counts the bytes of a torn
    last line that a crash left and opening dropped.
    """

    path: Path
    last: str = START
    holds: Holdings = field(default_factory=Holdings)
    heads: set[bytes] = field(default_factory=lambda: {bytes.fromhex(START)})
    mended: int = 0

    @property
    def alive(self) -> dict[str, Identity]:
        """The version that counts of each annotation that is not known to be deleted, by key."""
        return self.holds.alive

    def append(self, entries: Iterable[Entry], *, live: bool = False) -> list[str]:
        """Adds those entries that are new versions of their annotations; the articles of these.

        `live`: they are what the server has now, so what was deleted and stands there again is back.
        """
        return self.append_encoded(map(to_json, entries), live=live)

    def append_encoded(
        self, contents: Iterable[bytes], *, live: bool = False, sure: bool = False
    ) -> list[str]:
        """The same for entries that are JSON already: their bytes are what the journal holds.

        `sure`: an annotation with a known number is the one that has it, whatever is different.
        """
        return self._write(
            fresh for content in contents for fresh in self._fresh(content, live=live, sure=sure)
        )

    def add(self, contents: Iterable[bytes]) -> list[str]:
        """Adds entries as they are, whatever the journal has; the articles of those versions."""
        return self._write((identity.read(content), content) for content in contents)

    def _write(self, fresh: Iterable[tuple[Version, bytes]]) -> list[str]:
        added: list[str] = []
        self.path.parent.mkdir(parents=True, exist_ok=True)
        size = self.path.stat().st_size if self.path.exists() else 0
        with core_files.naming(self.path), self.path.open("ab") as file:
            try:
                for version, content in fresh:
                    file.write(self._line(version, content))
                    if version.event == "version":
                        added.append(version.identity.article)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(size)
                raise
        self.settle()
        return added

    def settle(self) -> None:
        """Says in heads.json where the journal stands now."""
        if versions := len(self.heads) - 1:
            heads.move(self.path, Head(versions, self.last))

    def _fresh(self, content: bytes, *, live: bool, sure: bool) -> Iterator[tuple[Version, bytes]]:
        """What an entry adds: nothing, itself, or an old version of what is deleted and stays so."""
        version = identity.read(content)
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

    def _line(self, version: Version, content: bytes) -> bytes:
        """The line of an entry, which is to be written next."""
        digest, made = line(self.last, content)
        self.note(digest, version)
        return made

    def note(self, digest: str, version: Version) -> None:
        """Keeps in mind what a line says."""
        self.last = digest
        self.heads.add(bytes.fromhex(digest))
        self.holds.note(version)

    def delete(self, keys: Collection[str], tasks: Collection[int] = ()) -> int:
        """Journals that these annotations are gone from Label Studio; what they held stays.

        `tasks` are those that still stand there; how many annotations went with their task.
        """
        wanted = set(keys)
        last = {entry.key: entry for entry in entries(self.path) if entry.key in wanted}
        gone = {key for key in wanted if last[key].task.get("id") not in tasks}
        self.append(
            _deletion(last[key], "task-deleted" if key in gone else "deleted")
            for key in sorted(wanted)
        )
        return len(gone)


def _deletion(entry: Entry, event: Literal["deleted", "task-deleted"]) -> Entry:
    """The entry that says that an annotation is gone."""
    nothing = msgspec.Raw(b"{}")
    return msgspec.structs.replace(entry, event=event, annotation=nothing, was=msgspec.UNSET)


def mend(project: Project, layer: str) -> Iterator[str]:
    """Drops the torn last lines that a crash left in a layer's journals, and says so."""
    for annotator, path in files(project, layer):
        if load(path).mended:
            yield said_mended(layer, annotator)


def said_mended(layer: str, annotator: str) -> str:
    """That a journal was mended, in words."""
    return f"{layer}.{annotator}: a torn last line was dropped"


def load(path: Path) -> Journal:
    """A journal file with its chain checked; a torn last line is dropped, a changed one refused.

    Where it holds more than heads.json says, that is moved forward.
    """
    journal = Journal(path)
    for offset, length, read in _lines(path):
        if read is None:
            os.truncate(path, offset)
            journal.mended = length
        else:
            line, version = read
            journal.note(line.sha256, version)
    journal.settle()
    return journal


def latest(project: Project, layer: str) -> list[EntryAt]:
    """Where the latest entry of each annotation of a layer stands, by article, then annotator."""
    found: list[EntryAt] = []
    for annotator, path in files(project, layer):
        places: dict[str, tuple[EntryAt, Identity]] = {}
        for number, (offset, length, _, version) in enumerate(_checked(path), start=1):
            given, deleted = version.identity, version.event != "version"
            before, there = places.get(version.key, (None, given))
            alive = before is not None and not before.deleted
            if not (alive and not deleted and not identity.newer(given, there)):
                article = given.article
                place = EntryAt(path, offset, length, annotator, article, deleted, number)
                places[version.key] = place, given
        found += (place for place, _ in places.values())
    return sorted(found, key=lambda place: (place.article_id, place.annotator))


@contextmanager
def opened() -> Iterator[Callable[[EntryAt], Latest]]:
    """Reads what stands at a place; each file is opened once and closed in the end."""
    files: dict[Path, BinaryIO] = {}
    with ExitStack() as stack:

        def at(place: EntryAt) -> Latest:
            if place.path not in files:
                files[place.path] = stack.enter_context(place.path.open("rb"))
            files[place.path].seek(place.offset)
            return _latest.decode(files[place.path].read(place.length)).entry

        yield at


def entries(path: Path) -> Iterator[Entry]:
    """All entries of a journal file, in the order in which they came."""
    for _, entry in versions(path):
        yield _entry.decode(entry)


def versions(path: Path) -> Iterator[tuple[Version, bytes]]:
    """All versions in a journal file with their entries' bytes, in the order in which they came."""
    for _, _, line, version in _checked(path):
        yield version, bytes(line.entry)


def hashes(path: Path) -> Iterator[tuple[str, bytes]]:
    """The hash of each line with its entry's bytes."""
    for _, _, line, _ in _checked(path):
        yield line.sha256, bytes(line.entry)


def chained(prev: str, content: bytes) -> str:
    """The hash of a line: that of the hash before it and the entry's bytes."""
    return sha256(prev.encode() + content).hexdigest()


def line(prev: str, content: bytes) -> tuple[str, bytes]:
    """The hash of a line after another, and the line with its end."""
    digest = chained(prev, content)
    made = Line(prev=prev, sha256=digest, entry=msgspec.Raw(content))
    return digest, to_json(made) + b"\n"


def deletion(content: bytes) -> bytes:
    """The entry that says that an annotation is gone, from one of its versions."""
    return to_json(_deletion(_entry.decode(content), "deleted"))


def renamed(content: bytes, key: str) -> bytes:
    """An entry under another key."""
    return to_json(msgspec.structs.replace(_entry.decode(content), key=key, was=msgspec.UNSET))


def counting(path: Path) -> list[Entry]:
    """The version that counts of each annotation, also of those that are gone, in the order in which
    these came."""
    found: dict[str, tuple[msgspec.Raw, Identity]] = {}
    for _, _, line, version in _checked(path):
        key, given = version.key, version.identity
        if version.event == "version" and (
            key not in found or identity.newer(given, found[key][1])
        ):
            found.pop(key, None)
            found[key] = line.entry, given
    return [_entry.decode(entry) for entry, _ in found.values()]


def _checked(path: Path) -> Iterator[tuple[int, int, Line, Version]]:
    """(offset, length, line, version) of each; raises JournalError at one that was changed or is torn."""
    for number, (offset, length, read) in enumerate(_lines(path), start=1):
        if read is None:
            raise JournalError(
                f"{path}, line {number}: the last line is torn, as a crash leaves it: `qawl pull`, or "
                "`qawl pull --rebuild`, removes it"
            )
        line, version = read
        yield offset, length, line, version


def _lines(path: Path) -> Iterator[tuple[int, int, tuple[Line, Version] | None]]:
    """(offset, length, (line, version)) of each, None for a torn last line; raises JournalError where one
    was changed, or the journal lost what it held."""
    head, number, offset, prev = heads.of(path), 0, 0, START
    with _opened(path) as file, core_files.naming(path):
        for content in file:
            if not content.endswith(b"\n"):
                break
            number += 1
            line, version = _read(path, number, content, prev)
            heads.check(path, head, number, line.sha256)
            yield offset, len(content), (line, version)
            offset, prev = offset + len(content), line.sha256
        else:
            content = b""
    if head and number < head.versions:
        raise heads.lost(path, head, number)
    if content:
        _refuse_rubbish(path, number + 1, content, prev)
        yield offset, len(content), None


def _read(path: Path, number: int, content: bytes, prev: str) -> tuple[Line, Version]:
    """A line and its version; raises JournalError where it does not follow from the one before."""
    try:
        line = _line.decode(content)
        version = identity.read(line.entry)
    except core_files.UNREADABLE as error:
        raise _changed(path, number, content) from error
    if line.prev != prev or line.sha256 != chained(prev, bytes(line.entry)):
        raise _changed(path, number)
    return line, version


def _opened(path: Path) -> BinaryIO:
    """A journal to read; an empty one where there is no file."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        return BytesIO()


def _refuse_rubbish(path: Path, number: int, content: bytes, prev: str) -> None:
    """Raises JournalError where what stands last is not the beginning of the line that comes.

    A machine that lost its power may leave null bytes in its place.
    """
    begun = line(prev, b"{}")[1].partition(b'"sha256"')[0]
    if not begun.startswith(content[: len(begun)]) and content.strip(b"\x00"):
        raise _changed(path, number, content)


def _changed(path: Path, number: int, content: bytes = b"") -> JournalError:
    if content.startswith(b"<<<<<<<"):
        return JournalError(
            f"{path}, line {number}: git left an unfinished merge here: run `git checkout --ours "
            "exports/journal`, then `qawl pull --merge MERGE_HEAD`"
        )
    return JournalError(
        f"{path}, line {number}: the journal was changed: bring the file back from version control"
    )
