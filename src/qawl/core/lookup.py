"""Many numbers of 64 bits, found again: in sorted arrays, or on disk; memory holds some bytes of each."""

import sqlite3
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator


class Lookup:
    """Numbers in the order in which they come, found again by what they are.

    >>> list(Lookup([7, 3, 7]).places(7))
    [0, 2]
    """

    def __init__(self, numbers: Iterable[int]) -> None:
        given = array("Q", numbers)
        order = sorted(range(len(given)), key=given.__getitem__)
        self._places = array("Q", order)
        self._numbers = array("Q", map(given.__getitem__, order))

    def __contains__(self, number: int) -> bool:
        return next(self.places(number), None) is not None

    def places(self, number: int) -> Iterator[int]:
        """Where a number stood, from 0, in ascending order; nothing where it did not."""
        at = bisect_left(self._numbers, number)
        while at < len(self._numbers) and self._numbers[at] == number:
            yield self._places[at]
            at += 1


class Spilled:
    """Numbers below 2**63 with a number each, in a temporary file that goes with the process.

    >>> seen = Spilled()
    >>> seen.setdefault(7, 1), seen.setdefault(7, 2), 7 in seen, len(seen)
    (1, 1, True, 1)
    """

    def __init__(self) -> None:
        self._db = temporary_database()
        weakref.finalize(self, self._db.close)
        self._db.execute("CREATE TABLE number (key INTEGER PRIMARY KEY, value INTEGER)")
        self._count = 0

    def __contains__(self, key: int) -> bool:
        return self._get(key) is not None

    def __len__(self) -> int:
        return self._count

    def setdefault(self, key: int, value: int) -> int:
        """The number that a key has; it gets this one where it has none."""
        there = self._get(key)
        if there is not None:
            return there
        self._db.execute("INSERT INTO number VALUES (?, ?)", (key, value))
        self._count += 1
        return value

    def _get(self, key: int) -> int | None:
        found = self._db.execute("SELECT value FROM number WHERE key = ?", (key,)).fetchone()
        return int(found[0]) if found else None


def temporary_database() -> sqlite3.Connection:
    """A database in a file of SQLite's own that nobody else sees; it goes when it is closed."""
    made = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # any may collect it
    made.execute("PRAGMA journal_mode = OFF")
    made.execute("PRAGMA cache_size = -8000")
    return made
