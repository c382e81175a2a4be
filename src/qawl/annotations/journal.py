"""exports/journal: every version of every annotation as Label Studio sent it, append-only, chained.

A line is `{"format", "prev", "sha256", "entry"}`; `sha256` is that of `prev` and the entry's bytes, so
a changed, missing or moved line is found. One file a layer and annotator: <layer>.<annotator>.jsonl.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
from msgspec import Struct

from qawl.core.errors import JournalError
from qawl.core.project import Project
from qawl.core.records import FORMAT, to_json

START = "0" * 64
VOLATILE = frozenset({"created_ago", "created_username", "drafts", "draft", "prediction"})
"""Fields of an annotation that change by themselves or name people."""


Home = tuple[int | None, str | None]
"""A project of a server: its id, and when the server made it."""


class Entry(Struct, frozen=True, kw_only=True):
    """One version of one annotation, or that it is gone, alone or with its task.

    `text` is the task's own text, kept only where it is not the frozen text of the article.
    """

    event: Literal["version", "deleted", "task-deleted"] = "version"
    key: str
    article_id: str
    scheme_version: str
    text: str | None = None
    task: dict[str, Any] = {}
    annotation: msgspec.Raw = msgspec.Raw(b"{}")


class Line(Struct, frozen=True, kw_only=True):
    """A journal line."""

    format: int = FORMAT
    prev: str
    sha256: str
    entry: msgspec.Raw


class Place(Struct, frozen=True, gc=False):
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


class _Task(Struct):
    """What tells where an annotation stands, of whatever type it came."""

    project: Any = None
    project_created_at: Any = None
    layers: Any = None


class _Head(Struct):
    event: str
    key: str
    article_id: str
    text: str | None
    annotation: msgspec.Raw
    task: _Task


_line = msgspec.json.Decoder(Line)
_head = msgspec.json.Decoder(_Head)
_latest = msgspec.json.Decoder(_LatestLine)


def folder(project: Project) -> Path:
    """Where the journal stands."""
    return project.journal


def files(project: Project, layer: str) -> Iterator[tuple[str, Path]]:
    """(annotator, file) of a layer's journals, in the order of the annotators."""
    for path in sorted(project.journal.glob(f"{layer}.*.jsonl")):
        yield path.name.removeprefix(f"{layer}.").removesuffix(".jsonl"), path


def annotators(project: Project) -> set[str]:
    """The pseudonyms of all who have a journal."""
    return {name for layer in project.settings.layers for name, _ in files(project, layer)}


@dataclass(slots=True)
class Journal:
    """One journal file, checked: the last hash, and each annotation's latest version.

    `alive` has the server's project of each annotation that is not known to be deleted, with when
    that project was made. `heads` are the hashes of all lines, `last` that of the last. `mended` counts
    the bytes of a torn last line that a crash left and opening dropped.
    """

    path: Path
    last: str = START
    versions: dict[str, bytes] = field(default_factory=dict)
    alive: dict[str, Home] = field(default_factory=dict)
    heads: set[bytes] = field(default_factory=lambda: {bytes.fromhex(START)})
    mended: int = 0

    def append(self, entries: Iterable[Entry]) -> list[str]:
        """Adds those entries that are not the latest version of their annotation; their articles."""
        return self.append_encoded(map(to_json, entries))

    def append_encoded(self, contents: Iterable[bytes]) -> list[str]:
        """The same for entries that are JSON already: their bytes are what the journal holds."""
        added: list[str] = []
        self.path.parent.mkdir(parents=True, exist_ok=True)
        size = self.path.stat().st_size if self.path.exists() else 0
        with self.path.open("ab") as file:
            try:
                for content in contents:
                    head = _head.decode(content)
                    version = _version(head)
                    if self.versions.get(head.key) == version:
                        continue
                    digest = _chained(self.last, content)
                    line = Line(prev=self.last, sha256=digest, entry=msgspec.Raw(content))
                    file.write(to_json(line) + b"\n")
                    self.note(digest, head.key, version, _home(head))
                    added.append(head.article_id)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(size)
                raise
        return added

    def note(self, digest: str, key: str, version: bytes, home: Home | None) -> None:
        """Keeps in mind what a line says; no home where it says that the annotation is gone."""
        self.last = digest
        self.heads.add(bytes.fromhex(digest))
        self.versions[key] = version
        if home is None:
            self.alive.pop(key, None)
        else:
            self.alive[key] = home

    def delete(self, keys: Collection[str], tasks: Collection[int] = ()) -> int:
        """Journals that these annotations are gone from Label Studio; what they held stays.

        `tasks` are those that still stand there; how many annotations went with their task.
        """
        wanted = set(keys)
        last = {entry.key: entry for entry in entries(self.path) if entry.key in wanted}
        gone = {key for key in wanted if last[key].task.get("id") not in tasks}
        self.append(
            msgspec.structs.replace(
                last[key],
                event="task-deleted" if key in gone else "deleted",
                annotation=msgspec.Raw(b"{}"),
            )
            for key in sorted(wanted)
        )
        return len(gone)


def mend(project: Project, layer: str) -> Iterator[str]:
    """Drops the torn last lines that a crash left in a layer's journals, and says so."""
    for annotator, path in files(project, layer):
        if load(path).mended:
            yield said_mended(layer, annotator)


def said_mended(layer: str, annotator: str) -> str:
    """That a journal was mended, in words."""
    return f"{layer}.{annotator}: a torn last line was dropped"


def load(path: Path) -> Journal:
    """A journal file with its chain checked; a torn last line is dropped, a changed one refused."""
    journal = Journal(path)
    if path.exists():
        journal.mended = _mend(path)
    for _, _, line, head in _checked(path):
        journal.note(line.sha256, head.key, _version(head), _home(head))
    return journal


def _home(head: _Head) -> Home | None:
    if head.event != "version":
        return None
    number, created = head.task.project, head.task.project_created_at
    return number if type(number) is int else None, created if isinstance(created, str) else None


def latest(project: Project, layer: str) -> list[Place]:
    """Where the latest entry of each annotation of a layer stands, by article, then annotator."""
    found: list[Place] = []
    for annotator, path in files(project, layer):
        places = {}
        for number, (offset, length, _, head) in enumerate(_checked(path), start=1):
            deleted = head.event != "version"
            article = head.article_id
            places[head.key] = Place(path, offset, length, annotator, article, deleted, number)
        found += places.values()
    return sorted(found, key=lambda place: (place.article_id, place.annotator))


@contextmanager
def opened() -> Iterator[Callable[[Place], Latest]]:
    """Reads what stands at a place; each file is opened once and closed in the end."""
    files: dict[Path, BinaryIO] = {}
    with ExitStack() as stack:

        def at(place: Place) -> Latest:
            if place.path not in files:
                files[place.path] = stack.enter_context(place.path.open("rb"))
            files[place.path].seek(place.offset)
            return _latest.decode(files[place.path].read(place.length)).entry

        yield at


def entries(path: Path) -> Iterator[Entry]:
    """All entries of a journal file, in the order in which they came."""
    for _, _, line, _ in _checked(path):
        yield msgspec.json.decode(line.entry, type=Entry)


def _checked(path: Path) -> Iterator[tuple[int, int, Line, _Head]]:
    """(offset, length, line, head of its entry) of each; raises JournalError at one that was changed."""
    if not path.exists():
        return
    offset, prev = 0, START
    with path.open("rb") as file:
        for number, content in enumerate(file, start=1):
            if not content.endswith(b"\n"):
                raise JournalError(
                    f"{path}, line {number}: the last line is torn, as a crash leaves it: "
                    "`qawl pull`, or `qawl pull --rebuild`, mends it"
                )
            try:
                line = _line.decode(content)
                head = _head.decode(line.entry)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise _changed(path, number) from error
            if line.prev != prev or line.sha256 != _chained(prev, bytes(line.entry)):
                raise _changed(path, number)
            yield offset, len(content), line, head
            offset, prev = offset + len(content), line.sha256


def _changed(path: Path, number: int) -> JournalError:
    return JournalError(
        f"{path}, line {number}: the journal was changed: bring the file back from version control"
    )


def _mend(path: Path) -> int:
    """Drops a last line without its end; how many bytes that were."""
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        at = size
        while at:
            step = min(at, 1 << 16)
            file.seek(at - step)
            tail = file.read(step)
            if (found := tail.rfind(b"\n")) >= 0:
                at += found + 1 - step
                break
            at -= step
        if at < size:
            file.truncate(at)
    return size - at


def _chained(prev: str, content: bytes) -> str:
    return sha256(prev.encode() + content).hexdigest()


def _version(head: _Head) -> bytes:
    """What makes two entries of an annotation the same version."""
    shared = f"{head.task.layers} " if head.task.layers else ""
    said = f"{head.event} {head.text} {shared}"
    return sha256(said.encode() + bytes(head.annotation)).digest()


def stripped(annotation: dict[str, Any]) -> dict[str, Any]:
    """An annotation without names, addresses and what changes by itself; users are ids."""
    kept = {name: value for name, value in annotation.items() if name not in VOLATILE}
    for name in ("completed_by", "updated_by", "last_created_by"):
        user = kept.get(name)
        user = user.get("id") if isinstance(user, dict) else user
        if name in kept:
            kept[name] = user if type(user) is int else None
    return kept
