"""The latest entry of each annotation of a layer: where it stands in the journals, and what it says."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from heapq import merge
from pathlib import Path

import msgspec
from msgspec import Struct

from qawl.annotations import journal, journal_lines, open_journal
from qawl.annotations.holdings import Spot
from qawl.core.handles import Handles
from qawl.core.lookup import temporary_database
from qawl.core.project import Project

TOGETHER = 32
"""Journals of a layer that are open at a time."""


class EntryAt(Struct, frozen=True, gc=False):
    """Where the latest entry of an annotation stands; its line itself, where that is in a segment."""

    path: Path
    spot: Spot
    annotator: str
    article_id: str
    deleted: bool
    content: bytes | None


class Latest(Struct, frozen=True, kw_only=True):
    """What counts of the latest version of an annotation, read from its line."""

    key: str = ""
    article_id: str
    scheme_version: str
    text: str | None = None
    task: dict[str, object] = {}
    annotation: dict[str, object] = {}


_decoder = msgspec.json.Decoder(Latest)


def places(project: Project, layer: str) -> Iterator[EntryAt]:
    """Where the latest entry of each annotation of a layer stands, by article, then annotator."""
    paths = list(journal.files(project, layer))
    if len(paths) > TOGETHER:
        return _sorted(project, paths)
    journals = [_places(annotator, journal.reading(project, path)) for annotator, path in paths]
    return merge(*journals, key=lambda place: (place.article_id, place.annotator))


def _sorted(project: Project, paths: Sequence[tuple[str, Path]]) -> Iterator[EntryAt]:
    """The same of many journals, opened one after the other."""
    with closing(temporary_database()) as db:
        db.execute(
            "CREATE TABLE place (journal, article, gone, content, start, length, line, segment)"
        )
        for number, (annotator, path) in enumerate(paths):
            rows = (
                (number, each.article_id, each.deleted, each.content, *each.spot)
                for each in _places(annotator, journal.reading(project, path))
            )
            db.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        found = db.execute("SELECT * FROM place ORDER BY article, journal, rowid")
        for number, article, gone, content, *at in found:
            annotator, path = paths[number]
            yield EntryAt(path, Spot(*at), annotator, article, bool(gone), content)


def _places(annotator: str, opened: open_journal.Journal) -> Iterator[EntryAt]:
    for article, spot, gone, content in opened.holds.places():
        yield EntryAt(opened.path, spot, annotator, article, gone, content)


@contextmanager
def opened() -> Iterator[Callable[[EntryAt], Latest]]:
    """Reads what stands at a place; the files are closed in the end."""
    with Handles("rb") as handles:

        def at(place: EntryAt) -> Latest:
            content = place.content
            if content is None:
                file = handles.of(place.path)
                file.seek(place.spot.start)
                content = file.read(place.spot.length)
            found = _decoder.decode(journal_lines.indexed(content))
            if found.article_id != place.article_id:
                raise sqlite3.DatabaseError("a place in it is damaged")
            return found

        yield at
