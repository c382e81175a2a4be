"""Spans that one relation joins to one row of a layer's table: the pieces of a quote."""

from collections.abc import Mapping, Sequence

from qawl.core.records import Annotation, Gold, ends
from qawl.scheme.model import Table


def pieces(record: Gold | Annotation, table: Table) -> dict[str, list[str]]:
    """First piece → all pieces of a row, in the order of the text; one that continues several first
    pieces is in the row of each. What leads to a span of another label joins nothing."""
    mine = [span.id for span in record.spans if span.label == table.rows]
    order = {each: at for at, each in enumerate(mine)}
    follows: dict[str, list[str]] = {}
    for each in record.relations if table.joined_by else ():
        start, head = ends(each)
        if each.label == table.joined_by and {start, head} <= order.keys():
            follows.setdefault(start, []).append(head)
    found: dict[str, list[str]] = {}
    for identity in order:
        for first in _firsts(identity, follows, order):
            found.setdefault(first, []).append(identity)
    return found


def _firsts(
    identity: str, follows: Mapping[str, Sequence[str]], order: Mapping[str, int]
) -> list[str]:
    """The pieces that one leads to and that lead nowhere; round a circle, the first in the text."""
    reached = {identity: None}
    for each in (queue := [identity]):
        for following in follows.get(each, ()):
            if following not in reached:
                reached[following] = None
                queue.append(following)
    ends_at = [each for each in reached if each not in follows]
    return ends_at or [min(reached, key=order.__getitem__)]
