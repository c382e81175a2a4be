"""How far the index of a journal still holds where its files were written anew, as git does.

Segments whose bytes are the same stay noted, and so do the lines of the open file that are the same; what
the index has beyond them is taken back.
"""

import sqlite3
from pathlib import Path
from typing import BinaryIO

from qawl.annotations import heads, journal_index, journal_lines, journal_undo, segments
from qawl.annotations.journal_index import Checked
from qawl.annotations.journal_lines import NOWHERE, Reached
from qawl.core import files
from qawl.core.errors import JournalError


def resume(db: sqlite3.Connection, path: Path) -> Reached:
    """Up to where a journal is as its index has it; the index holds that and no more afterwards."""
    known = journal_index.noted(db)
    try:
        reached = _reached(db, path, known)
    except JournalError:  # heads.json speaks of another journal: to be said once all lines are read
        reached = NOWHERE
    floor = journal_undo.reaches(db)
    if reached.versions == known.versions:
        return reached
    if reached.versions and floor is not None and reached.versions >= floor:
        journal_undo.take_back(db, reached.versions)
        return reached
    journal_index.clear(db)
    return NOWHERE


def _reached(db: sqlite3.Connection, path: Path, known: Checked) -> Reached:
    """Up to where the files are the same; NOWHERE where that can't be told."""
    same = journal_index.same_segments(db, path)
    ends = (journal_lines.START, *(each.sha256 for each in known.sealed[:same]))
    with journal_lines.opened(path) as file:
        follows = journal_lines.follows(file)
        count = ends.index(follows) if follows in ends else same
        versions = known.sealed[count - 1].versions if count else 0
        if not _agrees(path, known, versions):
            return NOWHERE
        reached = Reached(versions, ends[count], count)
        walked = count == len(known.sealed) and follows == ends[count]
        return _walk(db, path, file, reached) if walked else reached


def _agrees(path: Path, known: Checked, versions: int) -> bool:
    """Whether what heads.json says of the segments that are skipped can be told without reading them;
    raises JournalError where it is something else."""
    ends = {each.versions: each.sha256 for each in known.sealed}
    for number, allowed in heads.marks(heads.of(path)).items():
        if number > versions:
            continue
        if number not in ends:
            return number == 0
        part = 1 + [each.versions for each in known.sealed].index(number)
        before = known.sealed[part - 2].versions if part > 1 else 0
        heads.check(segments.named(path, part), number - before, ends[number], allowed)
    return True


def _walk(db: sqlite3.Connection, path: Path, file: BinaryIO, reached: Reached) -> Reached:
    """Follows the open file as long as its lines are those that were noted."""
    marks = heads.marks(heads.of(path))
    for number, content in enumerate(files.bounded(file.readline), start=1):
        line = journal_lines.following(reached.last, content)
        if line is None or content is None:
            break
        versions, size = reached.versions + 1, len(content)
        place = journal_undo.Line(journal_lines.short(line.sha256), reached.size, size)
        if not journal_undo.stands(db, versions, place):
            break
        if versions in marks:
            heads.check(path, number, line.sha256, marks[versions])
        reached = Reached(
            versions, line.sha256, reached.segments, reached.size + size, number, reached.size
        )
    return reached
