"""Spans that one relation joins to one row of a layer's table: the pieces of a quote."""

from qawl.core.records import Gold
from qawl.scheme.scheme import Table


def pieces(gold: Gold, table: Table) -> dict[str, list[str]]:
    """First piece → all pieces of a row, in the order of the text."""
    follows = {
        each.from_: each.to
        for each in gold.relations
        if table.joined_by and each.label == table.joined_by
    }
    found: dict[str, list[str]] = {}
    for span in gold.spans:
        if span.label != table.rows:
            continue
        first, seen = span.id, {span.id}
        while follows.get(first) and follows[first] not in seen:
            first = follows[first]
            seen.add(first)
        found.setdefault(first, []).append(span.id)
    return found
