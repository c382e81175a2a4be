"""What a journal holds: of each annotation the version that counts, and which versions came."""

import sqlite3
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from qawl.annotations import identity, journal_index, segments
from qawl.annotations.identity import Home, Identity, Version
from qawl.core.records import to_json

_identity = msgspec.json.Decoder(Identity)  # numbers of any size: servers send what they like


def _decoded(content: bytes) -> Identity:
    return journal_index.decoded(_identity, content)


_PLACE = (
    "CASE WHEN segment THEN sealed.line END, start, length, annotation.line, segment "
    "FROM annotation LEFT JOIN sealed ON segment > 0 AND sealed.key = annotation.key"
)


_AT_A_TIME = 500
"""Articles that are asked for in one statement; SQLite takes 999 values in its older versions."""


class Spot(NamedTuple):
    """Where the entry of a version stands: offset and length of its line, and the number of that, in the
    open file or in the segment of that number, unpacked."""

    start: int
    length: int
    line: int
    segment: int = 0


_State = tuple[Identity | None, bool]
"""The version that counts of an annotation, and whether it is alive."""


class Back(NamedTuple):
    """The keys of what is gone, or came in an export alone, and stands again on a server; and of what
    stands in its place under another user, as `push --recover` puts it back, with the user whose work
    that is."""

    gone: set[str]
    stands: dict[str, int]


@dataclass(slots=True, weakref_slot=True)
class Holdings:
    """The annotations of a journal, by key, in its index (see `journal_index`).

    The version with the latest `updated_at` counts, in whatever order they came; one without a time
    that can be read only where none has one. Of those, and of equal times, it is the one that came last.
    An annotation is alive unless it is known to be deleted.
    """

    db: sqlite3.Connection = field(default_factory=journal_index.in_memory)
    _last: tuple[str, _State] | None = field(default=None, init=False)  # what was asked last

    def __post_init__(self) -> None:
        """Sees to it that the index is closed."""
        weakref.finalize(self, self.db.close)

    def clear(self) -> None:
        """Forgets all."""
        self._last = None
        journal_index.clear(self.db)

    @property
    def alive(self) -> dict[str, Identity]:
        """The version that counts of each annotation that is not known to be deleted, by key."""
        found = self.db.execute("SELECT key, identity FROM annotation WHERE alive ORDER BY rowid")
        return {key: _decoded(content) for key, content in found}

    def held(self, home: Home, shared: Collection[str] = ()) -> Iterator[tuple[str, str]]:
        """(key, number on the server) of those alive that stand in a project of a server, and of those
        that exports brought alone, if their number is among the shared."""
        where = "SELECT key, id FROM annotation WHERE alive = 1 AND project IS ? AND home IS ?"
        place = _integer(home[0]), home[1]
        for key, number in self.db.execute(where, place):
            yield key, str(number)
        if home[1] is not None and shared:
            where = "SELECT key, id FROM annotation WHERE alive = 1 AND home IS NULL"
            yield from ((key, number) for key, number in self.db.execute(where) if number in shared)

    def count(self, home: Home, shared: Collection[str] = ()) -> int:
        """How many numbers those have."""
        if shared:
            return len({number for _, number in self.held(home, shared)})
        where = "SELECT count(DISTINCT ifnull(id, '')) FROM annotation WHERE alive = 1"
        place = _integer(home[0]), home[1]
        found = self.db.execute(f"{where} AND project IS ? AND home IS ?", place).fetchone()
        return int(found[0])

    def pulled(self, article: str, number: str) -> bool:
        """Whether the annotation of an article with this number came from the server itself, which says
        when it made the project, and not from an export or another place's server."""
        found = self.db.execute(
            "SELECT identity FROM annotation WHERE article = ? AND id = ? AND home IS NOT NULL",
            (article, number),
        )
        return any(_decoded(content).origin == 1 for (content,) in found)

    def of_server(self) -> bool:
        """Whether anything came from a server, and not from exports alone."""
        found = self.db.execute("SELECT 1 FROM annotation WHERE home IS NOT NULL LIMIT 1")
        return found.fetchone() is not None

    def known(self, key: str) -> Identity | None:
        """The version that counts, also of what is gone."""
        return self._state(key)[0]

    def stands(self, key: str) -> bool:
        """Whether an annotation is known, and not to be gone."""
        return self._state(key)[1]

    def _state(self, key: str) -> _State:
        """The version that counts of an annotation, and whether it is alive."""
        if self._last is None or self._last[0] != key:
            self._last = key, self._state_of(key)
        return self._last[1]

    def _state_of(self, key: str) -> _State:
        found = self.db.execute("SELECT identity, alive FROM annotation WHERE key = ?", (key,))
        content, alive = found.fetchone() or (None, 0)
        return (_decoded(content) if content else None), bool(alive)

    def find(self, given: Version, *, sure: bool = False) -> str | None:
        """The key of an annotation that is known, by whatever road it came; None where it is new."""
        numbers = _numbers(given.identity)
        if numbers:  # unique ones first
            where = "SELECT key FROM number WHERE number IN (?, ?) ORDER BY number DESC, rowid"
            for (key,) in self.db.execute(where, (numbers[0], numbers[-1])).fetchall():
                there = self.known(key)
                if there and identity.same(there, given.identity, sure=sure):
                    return str(key)
        if numbers or self.known(given.key):
            return None if numbers else given.key
        return self._of_content(given)

    def reused(self, given: Version) -> list[str]:
        """The keys of others alive that had its number in its project of a server: they are gone there,
        as after a backup was restored, and the server gave the number again."""
        new = given.identity
        if new.id is None or new.home is None:
            return []
        where = "SELECT key FROM number WHERE number = ?"
        keys = [key for (key,) in self.db.execute(where, (_numbered(new.id),)).fetchall()]
        there = ((key, self.known(key)) for key in keys if self.stands(key))
        return [
            key
            for key, old in there
            if old and (old.id, old.place) == (new.id, new.place) and not identity.same(old, new)
        ]

    def _of_content(self, given: Version) -> str | None:
        """The key of an annotation without a number, whose key is a digest of results as written."""
        where = "SELECT key, identity FROM annotation WHERE article = ? AND id IS NULL"
        found = self.db.execute(where, (given.identity.article,)) if _is_digest(given.key) else ()
        for key, content in found:
            if _is_digest(key) and identity.same_without_number(_decoded(content), given.identity):
                return str(key)
        return None

    def key(
        self, given: Version, *, sure: bool = False, taken: Collection[str] = frozenset()
    ) -> str:
        """The key that an annotation has here: its own, unless it came by another before, or another
        annotation has it or one of the `taken`."""
        if found := self.find(given, sure=sure):
            return found
        key, count = given.key, 1
        while key in taken or self.known(key):
            count += 1
            key = f"{given.key}~{count}"
        return key

    def has(self, key: str, given: Version, *, live: bool) -> bool:
        """Whether a version adds nothing; what is deleted and on the server all the same is back.

        One without a time adds nothing where the one that counts says the same, with a time or without.
        Where that has none either, what was said before it is said anew, as is each deletion.
        """
        there, alive = self._state(key)
        if there is None:
            return False
        timeless = given.identity.changed is None
        if given.event == "version" and not alive:
            same = timeless and there.content == given.identity.content
            return not live and (same or self._seen(key, given))
        if not timeless:
            return self._seen(key, given)
        last = self.db.execute("SELECT said FROM annotation WHERE key = ?", (key,)).fetchone()
        anew = there.changed is None or given.event != "version"
        return bool(last == (given.said,)) or (not anew and self._seen(key, given))

    def _seen(self, key: str, given: Version) -> bool:
        found = self.db.execute("SELECT 1 FROM seen WHERE mark = ?", (_mark(key, given),))
        return found.fetchone() is not None

    def passed_over(self, given: Version, *, sure: bool = False) -> bool:
        """Whether a version does not count for want of a time, and says something else than what does."""
        key = self.find(given, sure=sure) if given.identity.changed is None else None
        there, alive = self._state(key) if key else (None, False)
        if there is None or there.changed is None:
            return False
        return alive and there.content != given.identity.content

    def outlived(self, key: str, given: Version) -> bool:
        """Whether a version is of a deleted annotation, and not known to be newer than all that was
        deleted."""
        there, alive = self._state(key)
        if there is None or alive:
            return False
        ended, changed = self._ended(key, there), given.identity.changed
        return ended is None or changed is None or changed <= ended

    def _ended(self, key: str, known: Identity) -> float | None:
        """The time of the newest version that was deleted, where that is known."""
        found = self.db.execute("SELECT ended FROM annotation WHERE key = ?", (key,)).fetchone()
        times = [each for each in (found and found[0], known.changed) if each is not None]
        return max(times, default=None)

    def note(self, given: Version, at: Spot) -> None:
        """Takes over what an entry says that stands there."""
        key = given.key
        self.db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (_mark(key, given),))
        known, alive = self._state(key)
        if given.event != "version":
            self._put(given, known or given.identity, at, alive=False)
            self._end(key, known or given.identity)
            return
        rows = [(number, key) for number in _numbers(given.identity)]
        self.db.executemany("INSERT OR IGNORE INTO number VALUES (?, ?)", rows)
        if known is None or not alive or identity.newer(given.identity, known):
            merged = identity.filled(given.identity, known) if known else given.identity
            self._put(given, merged, at, alive=True)

    def _end(self, key: str, known: Identity) -> None:
        """Keeps the time of what was deleted: a version that is older does not bring it back."""
        where = key, self._ended(key, known)
        self.db.execute("UPDATE annotation SET ended = ? WHERE key = ?", where[::-1])

    def _put(self, given: Version, counting: Identity, at: Spot, *, alive: bool) -> None:
        """Writes the version that counts, and where its entry stands, or that which deleted it."""
        self._last = None
        number, where, home = counting.id, counting.project, counting.home
        content = to_json(counting)
        row = (given.key, alive, number, _integer(where), home, content, given.said)
        self.db.execute(
            "INSERT INTO annotation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?) "
            "ON CONFLICT (key) DO UPDATE SET alive = excluded.alive, id = excluded.id, "
            "project = excluded.project, home = excluded.home, identity = excluded.identity, "
            "said = excluded.said, "
            "article = excluded.article, start = excluded.start, length = excluded.length, "
            "line = excluded.line, segment = excluded.segment",
            (*row, given.identity.article, *at, given.identity.content),
        )

    def move(self, cut: segments.Cut) -> None:
        """Notes that what stood in a stretch of the open file stands in a segment now."""
        self.db.execute(
            "UPDATE annotation SET segment = ?, start = start - ?, line = line - ? "
            "WHERE segment = 0 AND start >= ? AND start < ?",
            (cut.number, cut.start, cut.lines_before, cut.start, cut.start + cut.size),
        )

    def keep(self, journal: Path, beyond: int = 0) -> None:
        """Keeps the lines that count of the segments beyond a number: these are compressed, and to look a
        line up there would be slow."""
        self._keep(journal, f"annotation WHERE segment > {beyond:d}")

    def keep_lacking(self, journal: Path) -> None:
        """Keeps the lines that count of segments and are not kept."""
        lacking = (
            "annotation LEFT JOIN sealed USING (key) WHERE segment > 0 AND sealed.line IS NULL"
        )
        self._keep(journal, lacking)

    def _keep(self, journal: Path, those: str) -> None:
        where = f"SELECT segment, key, start, length FROM {those}"  # noqa: S608 - names of our own
        keeping = (
            "INSERT INTO sealed VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET line = excluded.line"
        )
        found = self.db.execute(f"{where} ORDER BY segment, start").fetchall()
        for number, rows in groupby(found, key=lambda row: int(row[0])):
            with segments.unpacked(segments.named(journal, number)) as file:
                lines = ((key, _at(file, start, length)) for _, key, start, length in rows)
                self.db.executemany(keeping, lines)

    def places(self) -> Iterator[tuple[str, Spot, bool, bytes | None]]:
        """(article, place, whether it is gone, the line itself where it stands in a segment) of each
        annotation, in the order of articles."""
        found = self.db.execute(
            f"SELECT article, alive, {_PLACE} ORDER BY article, annotation.rowid"
        )
        for article, alive, content, *at in found:
            yield article, Spot(*at), not alive, content

    def place(self, key: str) -> tuple[Spot, bytes | None]:
        """Where the entry stands that counts of an annotation; its line where that is in a segment."""
        found = self.db.execute(
            f"SELECT {_PLACE} WHERE annotation.key = ?",
            (key,),
        ).fetchone()
        if found is None:
            raise KeyError(key)
        content, *at = found
        return Spot(*at), content

    def all(self) -> Iterator[Identity]:
        """The version that counts of each annotation, also of what is gone."""
        found = self.db.execute("SELECT identity FROM annotation ORDER BY alive DESC, rowid")
        return (_decoded(content) for (content,) in found)

    def living(self) -> Iterator[Identity]:
        """The version that counts of each annotation that is not known to be deleted, by article."""
        where = "SELECT identity FROM annotation WHERE alive ORDER BY article, rowid"
        return (_decoded(content) for (content,) in self.db.execute(where))

    def gone(self) -> Iterator[Identity]:
        """The version that counted of each annotation that is known to be deleted."""
        where = "SELECT identity FROM annotation WHERE NOT alive ORDER BY rowid"
        return (_decoded(content) for (content,) in self.db.execute(where))

    def deleted(self, identities: Iterable[Identity]) -> set[tuple[str, str | None]]:
        """(article, number) of those of these annotations that are known to be deleted."""
        found = self.db.execute("SELECT identity FROM annotation WHERE alive = 0")
        gone = {(each.article, each.id) for (content,) in found if (each := _decoded(content))}
        if not gone:
            return set()
        return {place for each in identities if (place := (each.article, each.id)) in gone}

    def back(self) -> Back:
        """What is known to be deleted, or came in an export alone, and whose work stands again: another
        annotation of the same article says the same, or said it when it came, and was changed since. For
        work of an export, that is a newer one on a server: what is itself newer is work of its own."""
        found = self.db.execute(
            "SELECT key, alive, first, identity FROM annotation WHERE article IN "
            "(SELECT article FROM annotation WHERE alive = 0 UNION SELECT article FROM annotation "
            "WHERE alive = 1 GROUP BY article HAVING count(home) BETWEEN 1 AND count(*) - 1)"
        )
        rows = [(key, alive, first, _decoded(said)) for key, alive, first, said in found if said]
        living = [
            (key, e, (e.article, said))
            for key, alive, first, e in rows
            if alive
            for said in (first, e.content)
        ]
        stands = {said for _, _, said in living}
        served = dict[tuple[str, bytes], tuple[float, int]]()
        for _, e, said in living:
            if e.home is not None:
                served[said] = max(age(e), served.get(said, age(e)))
        again = {
            key: e
            for key, alive, _, e in rows
            for said in [(e.article, e.content)]
            if (alive and e.home is None and said in served and age(e) < served[said])
            or (not alive and said in stands)
        }
        users = {(e.article, e.content): e.user for e in again.values()}
        return Back(
            set(again),
            {
                key: own
                for key, e, said in living
                if key not in again and (own := users.get(said)) and own != e.user
            },
        )

    def several(self, articles: Iterable[str]) -> dict[str, list[Identity]]:
        """Those of these articles of which more than one annotation is there, the newest last; what was
        put back on a server counts once."""
        found = {}
        where = (
            "SELECT key, identity FROM annotation WHERE article = ? AND alive = 1 ORDER BY rowid"
        )
        crowded = list(self._crowded(articles))
        put_back = self.back().gone if crowded else set[str]()
        for article in crowded:
            rows = self.db.execute(where, (article,))
            there = [_decoded(content) for key, content in rows if key not in put_back]
            if len(there) > 1:
                found[article] = sorted(there, key=age)
        return found

    def _crowded(self, articles: Iterable[str]) -> Iterator[str]:
        """Those of these articles of which more than one annotation is there."""
        given = iter(articles)
        while some := tuple(islice(given, _AT_A_TIME)):
            marks = ", ".join("?" * len(some))
            where = f"SELECT article FROM annotation WHERE article IN ({marks}) AND alive = 1"  # noqa: S608
            found = self.db.execute(f"{where} GROUP BY article HAVING count(*) > 1", some)
            yield from (str(article) for (article,) in found.fetchall())


def _at(file: BinaryIO, start: int, length: int) -> bytes:
    """What stands at a place."""
    file.seek(start)
    return file.read(length)


def _is_digest(key: str) -> bool:
    """Whether a key is one of an article and of content (see `sorter.identity`)."""
    _, _, name = key.rpartition("/")
    return len(name) == 16 and not name.strip("0123456789abcdef")


def _integer(given: int | None) -> int | str | None:
    """A number that SQLite can hold; else as text, so that it is itself alone."""
    return given if given is None or abs(given) < 1 << 63 else str(given)


def doubles(layer: str, annotator: str, several: Mapping[str, list[Identity]]) -> Iterator[str]:
    """The annotations of articles that have a newer one of the same annotator, in words."""
    for article, those in sorted(several.items()):
        *older, newest = (f"annotation {each.id} (task {each.task})" for each in those)
        for each in older:
            yield (
                f"{layer} by {annotator}: article {article}: {each} does not count, "
                f"{'another ' * (each == newest)}{newest} of the same annotator does"
            )


def age(given: Identity) -> tuple[float, int]:
    """Sort key of annotations: by the time of the last change, then by number."""
    return identity.age(given.changed, given.id)


def _mark(key: str, given: Version) -> bytes:
    """What tells a version of an annotation from all others."""
    return sha256(key.encode() + given.digest).digest()[:16]


def _numbers(given: Identity) -> list[str]:
    """What an annotation is found by."""
    unique = [f"u {given.unique}"] if given.unique else []
    return [*unique, _numbered(given.id)] if given.id else unique


def _numbered(number: str) -> str:
    """What an annotation is found by that has this number on its server."""
    return f"i {number}"
