"""Spans that one relation joins to one row of a layer's table: the pieces of a quote."""

from collections.abc import Mapping, Sequence

from qawl.core.records import Annotation, Gold
from qawl.scheme.scheme import Table


def pieces(record: Gold | Annotation, table: Table) -> dict[str, list[str]]:
    """First piece → all pieces of a row, in the order of the text; one that continues several first
    pieces is in the row of each."""
    follows: dict[str, list[str]] = {}
    for each in record.relations if table.joined_by else ():
        if each.label == table.joined_by:
            follows.setdefault(each.from_, []).append(each.to)
    found: dict[str, list[str]] = {}
    for span in record.spans:
        if span.label == table.rows:
            for first in _firsts(span.id, follows):
                found.setdefault(first, []).append(span.id)
    return found


def _firsts(identity: str, follows: Mapping[str, Sequence[str]]) -> list[str]:
    """The pieces that one leads to and that lead nowhere; round a circle, the last before it closes."""
    reached = {identity: None}
    for each in (queue := [identity]):
        for following in follows.get(each, ()):
            if following not in reached:
                reached[following] = None
                queue.append(following)
    return [each for each in reached if each not in follows] or queue[-1:]
