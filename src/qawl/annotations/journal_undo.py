"""What the latest versions of a journal changed in its index, so that they can be taken back.

Git may put another open file in the place of one: what both have stays noted, the rest is taken back.
What is kept reaches back to before the last segment that was sealed.
"""

import sqlite3
from typing import NamedTuple

TABLES = """
CREATE TABLE step (at INTEGER PRIMARY KEY, head INTEGER, start INTEGER, length INTEGER);
CREATE TABLE added (at INTEGER, place TEXT, row);
CREATE TABLE before AS SELECT 0 AS at, rowid AS row, * FROM annotation WHERE 0;
"""

_ANNOTATION = (
    "key, alive, id, project, home, identity, said, article, start, length, line, segment, ended, "
    "first"
)
_OLD = ", ".join(f"old.{each}" for each in _ANNOTATION.split(", "))
_ADDED = {"line": "head", "seen": "mark", "number": "rowid", "annotation": "rowid"}
"""What the versions add rows to, and what a row there is known by."""


def _trigger(name: str, when: str, into: str, what: str) -> tuple[str, str]:
    """The name of a trigger, and the statement that makes it."""
    keep = f"INSERT INTO {into} SELECT max(at), {what} FROM step"  # noqa: S608 - names of our own
    return name, f"CREATE TRIGGER {name} AFTER {when} BEGIN {keep}; END"


_TRIGGERS = dict(
    [
        _trigger(f"added_{table}", f"INSERT ON {table}", "added", f"'{table}', new.{row}")
        for table, row in _ADDED.items()
    ]
    + [
        _trigger(
            "changed_annotation",
            "UPDATE OF alive ON annotation",
            "before",
            f"old.rowid, {_OLD}",
        ),
    ]
)
_KEPT = ("added", "before", "step")


class Line(NamedTuple):
    """A line of a journal: the start of its hash, its offset in its file, its length."""

    head: int
    start: int
    length: int


def reaches(db: sqlite3.Connection) -> int | None:
    """To how many versions the index can be taken back; None where nothing is kept."""
    (floor,) = db.execute("SELECT floor FROM state").fetchone()
    return None if floor is None else int(floor)


def follow(db: sqlite3.Connection, versions: int) -> None:
    """From so many versions on, keeps what each further one changes."""
    if reaches(db) is None:
        db.execute("UPDATE state SET floor = ?", (versions,))
        _listen(db)


def _listen(db: sqlite3.Connection) -> None:
    for trigger in _TRIGGERS.values():
        db.execute(trigger)


def _stop(db: sqlite3.Connection) -> None:
    for name in _TRIGGERS:
        db.execute(f"DROP TRIGGER IF EXISTS {name}")


def step(db: sqlite3.Connection, versions: int, line: Line) -> None:
    """What is changed from here on belongs to the version of that number, which stands in that line."""
    db.execute("INSERT INTO step VALUES (?, ?, ?, ?)", (versions, *line))


def stands(db: sqlite3.Connection, versions: int, line: Line) -> bool:
    """Whether the version of that number was noted, from a line like that."""
    found = db.execute("SELECT head, start, length FROM step WHERE at = ?", (versions,)).fetchone()
    return bool(found == line)


def forget(db: sqlite3.Connection, versions: int) -> None:
    """Nothing is taken back any more to before so many versions."""
    for table in _KEPT:
        db.execute(f"DELETE FROM {table} WHERE at <= ?", (versions,))  # noqa: S608 - names of our own
    db.execute("UPDATE state SET floor = max(floor, ?)", (versions,))


def take_back(db: sqlite3.Connection, versions: int) -> None:
    """Takes back what all versions after so many have changed; of sealed lines, they are to be looked up
    again."""
    since = (versions,)
    _stop(db)
    db.execute(
        f"INSERT OR REPLACE INTO annotation (rowid, {_ANNOTATION}) SELECT row, {_ANNOTATION} FROM "  # noqa: S608
        "before WHERE rowid IN (SELECT min(rowid) FROM before WHERE at > ? GROUP BY row)",
        since,
    )
    # A line of a segment is kept when that is sealed, which may be after the version that it is of.
    db.execute("DELETE FROM sealed")
    for table, row in _ADDED.items():
        db.execute(
            f"DELETE FROM {table} WHERE {row} IN "  # noqa: S608
            f"(SELECT row FROM added WHERE at > ? AND place = '{table}')",
            since,
        )
    for table in _KEPT:
        db.execute(f"DELETE FROM {table} WHERE at > ?", since)  # noqa: S608
    _listen(db)


def clear(db: sqlite3.Connection) -> None:
    """Keeps nothing, and follows no more."""
    _stop(db)
    for table in _KEPT:
        db.execute(f"DELETE FROM {table}")  # noqa: S608
    db.execute("UPDATE state SET floor = NULL")
