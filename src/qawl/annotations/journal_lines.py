"""The lines of a journal, each chained to the one before, in order: of its segments and its open file."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec import Struct

from qawl.annotations import heads, identity, segments
from qawl.annotations.heads import Head
from qawl.annotations.holdings import Spot
from qawl.annotations.identity import Version
from qawl.core import files as core_files
from qawl.core.errors import JournalError, other_format
from qawl.core.records import FORMAT, Format, to_json

START = "0" * 64
"""What the first line of a journal follows."""


class Line(Struct, frozen=True, kw_only=True):
    """A journal line."""

    format: Format = FORMAT
    prev: str
    sha256: str
    entry: msgspec.Raw


class Reached(NamedTuple):
    """How far a journal was read: how many versions, the hash of the last, how many segments, how many
    bytes and lines of the open file, and where the last of these starts."""

    versions: int = 0
    last: str = START
    segments: int = 0
    size: int = 0
    lines: int = 0
    start: int = -1


NOWHERE = Reached()

decoded = msgspec.json.Decoder(Line).decode


def chained(prev: str, content: bytes) -> str:
    """The hash of a line: that of the hash before it and the entry's bytes."""
    return sha256(prev.encode() + content).hexdigest()


def line(prev: str, content: bytes) -> tuple[str, bytes]:
    """The hash of a line after another, and the line with its end."""
    digest = chained(prev, content)
    made = Line(prev=prev, sha256=digest, entry=msgspec.Raw(content))
    return digest, to_json(made) + b"\n"


def torn(path: Path, number: int) -> JournalError:
    """That the last line is torn, in words."""
    return JournalError(
        f"{path}, line {number}: the last line is torn, as a crash leaves it: `qawl pull`, or "
        "`qawl pull --rebuild`, removes it"
    )


Found = tuple[Line, Version]

Read = tuple[Spot, Found | None]
"""A place in a journal, and what stands there: nothing where a crash tore the last line."""


def lines(path: Path, since: Reached = NOWHERE) -> Iterator[Read]:
    """All lines of a journal, of its segments first, or those after a place that was reached before.

    Raises JournalError where a line was changed, or the journal lost what it held.
    """
    chain = _Chain.after(path, since)
    with opened(path) as file:
        before = follows(file)
        if not segments.is_open(path):  # git shows the open file alone
            chain.last = before or START
        if not since.size:
            yield from chain.segments(before)
        with core_files.naming(path):
            yield from chain.lines(file, 0, since.size, since.lines)
    chain.close()


def begun(path: Path) -> str | None:
    """The hash of the line that the first of a file follows; None where it has none."""
    with opened(path) as file:
        return follows(file)


def follows(file: BinaryIO) -> str | None:
    """The hash of the line that the first of a file follows; None where it has none."""
    content = file.readline(core_files.LONGEST)
    file.seek(0)
    try:
        return decoded(content).prev
    except core_files.UNREADABLE:
        return None


def following(prev: str, content: bytes | None) -> Line | None:
    """The line that these bytes are; None where they are none that follows that hash."""
    try:
        line = decoded(content or b"")
    except core_files.UNREADABLE:
        return None
    whole = content is not None and content.endswith(b"\n") and line.prev == prev
    return line if whole and line.sha256 == chained(prev, bytes(line.entry)) else None


def short(head: str) -> int:
    """The start of a hash, as a number that SQLite can hold."""
    return int(head[:16], 16) - (1 << 63)


@dataclass(slots=True)
class _Chain:
    """A journal on the way from its first line to its last: how many there were, the hash of the last."""

    path: Path
    head: Head | None
    since: Reached
    count: int
    last: str

    @classmethod
    def after(cls, path: Path, since: Reached) -> "_Chain":
        """The journal at a place that was reached before."""
        return cls(path, heads.of(path), since, since.versions, since.last)

    def segments(self, follows: str | None) -> Iterator[Read]:
        """The lines of the segments, up to that which the open file follows."""
        there = segments.sealed(self.path)
        said = len(self.head.sealed) if self.head else 0
        for number in range(self.since.segments + 1, max(said, *there, 0) + 1):
            if self.last == follows:
                break
            if number not in there:
                raise segments.gone(segments.named(self.path, number))
            with segments.unpacked(there[number]) as file:
                yield from self.lines(file, number)

    def lines(
        self, file: BinaryIO, segment: int, offset: int = 0, before: int = 0
    ) -> Iterator[Read]:
        """The lines of a segment, or of the open file; without so many bytes and lines that were read."""
        file.seek(offset)
        place, marks = segments.named(self.path, segment), heads.marks(self.head)
        for number, content in core_files.numbered(file, place, JournalError, before + 1):
            spot = Spot(offset, len(content), number, segment)
            if not content.endswith(b"\n"):
                if segment or not self._is_torn(content):
                    raise _changed(place, number, content)
                yield spot, None
                return
            line, version = _read(place, number, content, self.last)
            self.count += 1
            if self.count in marks:
                heads.check(place, number, line.sha256, marks[self.count])
            self.last = line.sha256
            yield spot, (line, version)
            offset += len(content)

    def _is_torn(self, content: bytes) -> bool:
        """Whether what stands last is the beginning of the line that comes; raises JournalError where the
        journal held more.

        A machine that lost its power may leave null bytes in its place.
        """
        self.close()
        begun = line(self.last, b"{}")[1].partition(b'"sha256"')[0]
        return begun.startswith(content[: len(begun)]) or not content.strip(b"\x00")

    def close(self) -> None:
        """Raises JournalError where the journal held more."""
        if self.head and self.count < self.head.versions:
            raise heads.lost(self.path, self.head, self.count)


def _read(path: Path, number: int, content: bytes, prev: str) -> tuple[Line, Version]:
    """A line and its version; raises JournalError where it does not follow from the one before, or says
    nothing that a journal says."""
    try:
        line = decoded(content)
    except core_files.UNREADABLE as error:
        if other := other_format(error):
            raise JournalError(f"{path}, line {number}: {other}") from error
        raise _changed(path, number, content) from error
    if line.prev != prev or line.sha256 != chained(prev, bytes(line.entry)):
        raise _changed(path, number)
    try:
        content.decode()  # texts that nothing looks at here too
        return line, identity.read(line.entry)
    except core_files.UNREADABLE as error:
        raise JournalError(
            f"{path}, line {number}: {core_files.problem(content, error)}: Qawl did not write this "
            "entry: bring the file back from version control"
        ) from error


def opened(path: Path) -> BinaryIO:
    """A journal to read; an empty one where there is no file."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        return BytesIO()


def _changed(path: Path, number: int, content: bytes = b"") -> JournalError:
    if content.startswith(b"<<<<<<<"):
        return JournalError(
            f"{path}, line {number}: git left an unfinished merge here: run `git restore -SW "
            "--source HEAD exports/journal`, then `qawl pull --merge MERGE_HEAD`"
        )
    return JournalError(
        f"{path}, line {number}: the journal was changed: bring the file back from version control"
    )


def indexed(content: bytes) -> msgspec.Raw:
    """The entry of a line that an index has, or has the place of; raises what a damaged index raises."""
    try:
        line = decoded(content)
    except core_files.UNREADABLE as error:
        raise sqlite3.DatabaseError("a line in it is damaged") from error
    if line.sha256 != chained(line.prev, bytes(line.entry)):
        raise sqlite3.DatabaseError("a line in it is damaged")
    return line.entry
