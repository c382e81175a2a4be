"""Opening a journal: every line is checked, now or as its index says."""

import os
import sqlite3
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from qawl.annotations import (
    heads,
    journal_index,
    journal_lines,
    journal_resume,
    journal_undo,
    segments,
)
from qawl.annotations.holdings import Holdings, Spot
from qawl.annotations.journal_index import Checked
from qawl.annotations.journal_lines import NOWHERE, Reached, chained
from qawl.annotations.open_journal import SEALED, Journal
from qawl.core import files as core_files
from qawl.core.errors import JournalError


def checked(path: Path, index: Path | None, *, mend: bool) -> tuple[Journal, bool]:
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
