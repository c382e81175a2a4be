"""One journal, opened: the annotations that it holds, and adding versions of them."""

import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from qawl.annotations import (
    heads,
    identity,
    journal_entries,
    journal_index,
    journal_lines,
    journal_undo,
    segments,
)
from qawl.annotations.heads import Head, Sealed
from qawl.annotations.holdings import Holdings, Spot
from qawl.annotations.identity import Identity, Version
from qawl.annotations.journal_entries import Entry
from qawl.annotations.journal_index import Checked
from qawl.annotations.journal_lines import chained
from qawl.core import files as core_files
from qawl.core.errors import JournalError
from qawl.core.records import to_json

SEALED = -1
"""Where the last line starts if it stands in a segment."""


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
            content = journal_entries.renamed(content, key)
            version = msgspec.structs.replace(version, key=key)
        yield version, content
        if stays:
            gone = journal_entries.deletion(content)
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
            journal_entries.deleted(last[key], "task-deleted" if key in gone else "deleted")
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
        return journal_entries.decoded(journal_lines.indexed(content))


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
