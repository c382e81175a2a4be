"""Numbers of annotations that stand twice in an export: other tools count so, or it is of two servers."""

import sqlite3
from array import array
from collections.abc import Iterable
from contextlib import closing
from itertools import pairwise
from operator import attrgetter
from typing import TypeVar

import msgspec

from qawl.annotations.exported_work import Export, Share
from qawl.annotations.identity import Identity, same
from qawl.core.errors import InputError
from qawl.core.lookup import temporary_database
from qawl.core.records import to_json

T = TypeVar("T", str, bytes)

_identity = msgspec.json.Decoder(Identity)


def restarting(export: Export) -> bool:
    """Whether the numbers of annotations begin anew with each task, as other tools have it."""
    with closing(_firsts()) as db:
        return any(
            _first(db, str(each.id), place) != place
            for share in export.shares.values()
            for each in share.identities()
            if each.id
            for place in [f"{each.task} {each.article}"]
        )


def refuse_two_in_one(export: Export, share: Share) -> None:
    """Refuses an export of two servers in one file, where one number of one user stands for two works."""
    if not _may_repeat(map(_work, filter(attrgetter("id"), share.identities()))):
        return
    with closing(_firsts()) as db:
        for each in share.identities():
            if each.id and not same(_identity.decode(_first(db, _work(each), to_json(each))), each):
                raise InputError(
                    f"{export.name}: annotation {each.id} of task {each.task} is there twice, with "
                    f"other work of {share.user}: it is not clear whose it is; pull the exports one by "
                    "one, each with --annotator NAME; nothing was written"
                )


def _work(identity: Identity) -> str:
    """What one number of one user stands for, in words."""
    return f"{identity.id} {identity.task} {identity.article}"


def _may_repeat(names: Iterable[str]) -> bool:
    """Whether a name may be there twice: hashes of 64 bits are compared, as there may be millions."""
    return any(one == other for one, other in pairwise(sorted(array("q", map(hash, names)))))


def _firsts() -> sqlite3.Connection:
    """A temporary file that keeps what came first of each name."""
    db = temporary_database()
    db.execute("CREATE TABLE first (name PRIMARY KEY, value) WITHOUT ROWID")
    return db


def _first(db: sqlite3.Connection, name: str, value: T) -> T:
    """What came first under a name."""
    db.execute("INSERT OR IGNORE INTO first VALUES (?, ?)", (name, value))
    found: T = db.execute("SELECT value FROM first WHERE name = ?", (name,)).fetchone()[0]
    return found
