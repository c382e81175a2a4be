"""What several spans say together: discontinuous quotes as wholes, and who said what, end to end."""

from collections.abc import Iterator

from qawl.core.records import Annotation
from qawl.release.tables.pieces import pieces
from qawl.scheme.model import Scheme

Whole = tuple[tuple[int, int], ...]
"""The pieces (start, end) of one row of a layer's table, in order."""


def wholes(record: Annotation, scheme: Scheme) -> dict[str, Whole]:
    """Id of the first piece → the pieces that `joined_by` makes one; empty for a layer without rows."""
    table = scheme.table
    if table is None or table.rows is None:
        return {}
    spans = {span.id: (span.start, span.end) for span in record.spans}
    return {
        head: tuple(sorted(spans[each] for each in those))
        for head, those in pieces(record, table).items()
    }


def attributed(record: Annotation, scheme: Scheme) -> Iterator[tuple[Whole, str | None]]:
    """(pieces, name of the speaker) of each quote: names are compared without case and spaces, None where
    it names nobody."""
    table = scheme.table
    if table is None or table.speaker is None:
        return
    spans = {span.id: span for span in record.spans}
    for head, those in wholes(record, scheme).items():
        name = spans[head].attributes.get(table.speaker)
        yield those, " ".join(name.casefold().split()) if isinstance(name, str) else None
