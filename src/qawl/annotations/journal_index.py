"""The index of a journal, in .qawl/: what the journal holds and where, as far as it was checked.

It can be thrown away. One that is missing, damaged, or of another state of the journal than stands there
is made again from the journal, which is then checked from its first line.
"""

import sqlite3
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from qawl.annotations import journal_undo, segments
from qawl.annotations.heads import Sealed
from qawl.core import files, text
from qawl.core.records import to_json

T = TypeVar("T")

FAULTS = (sqlite3.Error, OSError)
"""What an index raises that can't be read or written."""

_TABLES = """
CREATE TABLE state (
    made_by TEXT, file TEXT, versions INTEGER, last TEXT, start INTEGER, sealed BLOB, floor INTEGER
);
CREATE TABLE segment (number INTEGER PRIMARY KEY, state TEXT, sha256 TEXT);
CREATE TABLE line (head INTEGER PRIMARY KEY);
CREATE TABLE seen (mark BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE number (number TEXT, key TEXT, UNIQUE (number, key));
CREATE TABLE annotation (
    key TEXT PRIMARY KEY, alive INTEGER, id TEXT, project INTEGER, home TEXT, identity BLOB,
    said BLOB, article TEXT, start INTEGER, length INTEGER, line INTEGER, segment INTEGER, ended REAL,
    first BLOB
);
CREATE TABLE sealed (key TEXT PRIMARY KEY, line BLOB) WITHOUT ROWID;
CREATE INDEX by_article ON annotation (article);
CREATE INDEX by_home ON annotation (alive, project, home, id);
"""


class Checked(NamedTuple):
    """How far a journal was checked: how many versions, the hash of the last, where its line starts, and
    where each segment ends."""

    versions: int
    last: str
    start: int
    sealed: tuple[Sealed, ...]


def in_memory() -> sqlite3.Connection:
    """An index that is not kept."""
    return _made("")  # SQLite puts what is large on the disk


def opened(index: Path) -> sqlite3.Connection:
    """The index at a path, in a transaction; an empty one where there is none or another made it."""
    index.parent.mkdir(parents=True, exist_ok=True)
    try:
        if index.exists():
            made = _connected(str(index))
            with suppress(sqlite3.DatabaseError):
                if made.execute("SELECT made_by FROM state").fetchone() == (_made_by(),):
                    return made
            made.close()
    except sqlite3.OperationalError:  # it is another's, or may only be read
        raise
    except sqlite3.DatabaseError:  # it is none
        pass
    remove(index)
    return _made(str(index))


def remove(index: Path) -> None:
    """Throws an index away."""
    for each in (index, *(index.with_name(f"{index.name}-{part}") for part in ("wal", "shm"))):
        each.unlink(missing_ok=True)


def _connected(place: str) -> sqlite3.Connection:
    # Any thread may collect it: that of a pull from a server, where an error left it behind.
    made = sqlite3.connect(place, timeout=10, isolation_level=None, check_same_thread=False)
    try:
        made.execute(
            "PRAGMA journal_mode = WAL"
        )  # who reads and who writes don't wait for each other
        made.execute("PRAGMA cache_size = -8000")
        made.execute("PRAGMA synchronous = NORMAL")
        made.execute("BEGIN")
    except sqlite3.Error:
        made.close()
        raise
    return made


def _made(place: str) -> sqlite3.Connection:
    made = _connected(place)
    for statement in filter(str.strip, (_TABLES + journal_undo.TABLES).split(";")):
        made.execute(statement)
    made.execute("INSERT INTO state (made_by, versions, sealed) VALUES (?, 0, '[]')", (_made_by(),))
    return made


@cache
def _made_by() -> str:
    """What tells versions of an annotation apart, and this index: their code."""
    here = Path(__file__)
    total = sha256()
    for name in (
        "identity",
        "journal_fields",
        "holdings",
        "foreign_values",
        "journal_undo",
        here.stem,
    ):
        total.update((here.parent / f"{name}.py").read_bytes())
    total.update(Path(text.__file__).read_bytes())  # what an address is
    return total.hexdigest()


def checked(db: sqlite3.Connection, journal: Path) -> Checked | None:
    """How far a journal was checked; None where the file is not as it was then."""
    (file,) = db.execute("SELECT file FROM state").fetchone()
    return noted(db) if file is not None and file == _state(journal) else None


def noted(db: sqlite3.Connection) -> Checked:
    """How far a journal was checked, whatever became of its files since."""
    versions, last, start, sealed = db.execute(
        "SELECT versions, last, start, sealed FROM state"
    ).fetchone()
    return Checked(versions, last, start, decoded(_sealed, sealed))


_sealed = msgspec.json.Decoder(tuple[Sealed, ...])


def decoded(decoder: "msgspec.json.Decoder[T]", content: bytes) -> T:
    """A value that the index keeps; raises what a damaged index raises where it is none."""
    try:
        return decoder.decode(content)
    except (*files.UNREADABLE, TypeError) as error:
        raise sqlite3.DatabaseError("a value in it is damaged") from error


def clear(db: sqlite3.Connection) -> None:
    """Empties the index."""
    journal_undo.clear(db)
    for table in ("line", "seen", "number", "annotation", "sealed", "segment"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own


def settle(db: sqlite3.Connection, journal: Path, now: Checked) -> None:
    """Keeps what was noted, of the journal as it stands now."""
    *said, sealed = now
    _keep_segments(db, journal, len(sealed))
    db.execute(
        "UPDATE state SET file = ?, versions = ?, last = ?, start = ?, sealed = ?",
        (_state(journal), *said, to_json(sealed)),
    )
    db.execute("COMMIT")
    db.execute("BEGIN")


def _state(journal: Path) -> str | None:
    """What changes when a file of a journal is written or replaced; None if one is not there."""
    try:
        return " ".join(map(_state_of, segments.parts(journal)))
    except OSError:
        return None


def _state_of(file: Path) -> str:
    """What changes when a file is written or replaced."""
    at = file.stat()
    return f"{file.name} {at.st_ino} {at.st_size} {at.st_mtime_ns} {at.st_ctime_ns}"


def _keep_segments(db: sqlite3.Connection, journal: Path, count: int) -> None:
    """Keeps the digests of so many segments."""
    db.execute("DELETE FROM segment WHERE number > ?", (count,))
    for number in range(1, count + 1):
        if not _is_same(db, number, segments.named(journal, number), by_digest=False):
            file = segments.named(journal, number)
            row = number, _state_of(file), text.file_sha256(file)
            db.execute("INSERT OR REPLACE INTO segment VALUES (?, ?, ?)", row)


def same_segments(db: sqlite3.Connection, journal: Path) -> int:
    """How many of the first segments have the bytes that they had when they were checked."""
    count = 0
    while _is_same(db, count + 1, segments.named(journal, count + 1), by_digest=True):
        count += 1
    return count


def _is_same(db: sqlite3.Connection, number: int, file: Path, *, by_digest: bool) -> bool:
    """Whether a segment is as it was: not written since, or of the same digest."""
    found = db.execute("SELECT state, sha256 FROM segment WHERE number = ?", (number,)).fetchone()
    if found is None or not file.exists():
        return False
    return found[0] == _state_of(file) or (by_digest and found[1] == text.file_sha256(file))
