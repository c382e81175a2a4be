"""Annotations that are known already, found by numbers or by what they say; in a temporary file."""

import weakref
from collections.abc import Iterable, Iterator

import msgspec

from qawl.annotations.exported_work import Person
from qawl.annotations.identity import Identity
from qawl.core.lookup import temporary_database
from qawl.core.records import to_json

_identity = msgspec.json.Decoder(Identity)


class KnownWork:
    """The annotations of people that are known, each under all that it can be found by."""

    def __init__(self) -> None:
        self.any = False
        self._people: dict[int, Person] = {}
        self._db = temporary_database()
        weakref.finalize(self, self._db.close)
        self._db.execute("CREATE TABLE made (number, person, identity)")
        self._db.execute("CREATE INDEX by_number ON made (number)")
        self._db.execute("CREATE TABLE done (task, article, PRIMARY KEY (task, article))")

    def add(self, person: Person, identity: Identity) -> None:
        """Takes over an annotation."""
        self.any = True
        self._people[id(person)] = person
        content = to_json(identity)
        rows = [(number, id(person), content) for number in numbers(identity)]
        self._db.executemany("INSERT INTO made VALUES (?, ?, ?)", rows)
        if identity.task:
            row = _task(identity), identity.article
            self._db.execute("INSERT OR IGNORE INTO done VALUES (?, ?)", row)

    def under(self, numbers: Iterable[str]) -> Iterator[tuple[Person, Identity]]:
        """The annotations that have one of these numbers, with who made each."""
        where = "SELECT person, identity FROM made WHERE number = ? ORDER BY rowid"
        for number in numbers:
            for person, content in self._db.execute(where, (number,)):
                yield self._people[person], _identity.decode(content)

    def articles(self, identity: Identity) -> set[str]:
        """The articles of which there is work in the same task."""
        found = self._db.execute("SELECT article FROM done WHERE task = ?", (_task(identity),))
        return {article for (article,) in found}


def numbers(identity: Identity) -> Iterator[str]:
    """What an annotation can be found by."""
    if identity.unique:
        yield f"unique {identity.unique}"
    if identity.id:
        yield f"id {identity.id}"
    if not identity.unique and not identity.id:
        yield f"content {identity.article} {identity.content.hex()}"


def _task(identity: Identity) -> str:
    return f"{identity.project} {identity.task}"
