"""The table `candidates` of a release: pairs of spans that a relation could join, right or not.

A pair is a span that the relation can start from and one in reach that it can lead to, such as the
content of a quote and each source near it. Pieces of one row are one: the pair has the first, the
distance is that of the nearest. A pair that nobody has decided on is null, not false.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from qawl.core.column_types import BOOLEAN, INTEGER, STRING, ClassLabel, Columns, Record, Row, Type
from qawl.core.records import Gold, GoldSpan, ends
from qawl.release.tables.pieces import pieces
from qawl.release.tables.redaction import Redaction
from qawl.scheme.model import RelationType, Scheme

CANDIDATES = "candidates"
REACH = 300
"""Code points between two spans up to which they are a pair."""
_END = Record.of({"id": STRING, "label": STRING, "start": INTEGER, "end": INTEGER, "text": STRING})


def candidate_columns(schemes: Mapping[str, Scheme]) -> dict[str, Columns]:
    """The columns of the table; no table where no layer has relations."""
    layers = [layer for layer, scheme in schemes.items() if _asked(scheme)]
    names = dict.fromkeys(each.name for layer in layers for each in _asked(schemes[layer]))
    if not names:
        return {}
    found: dict[str, Type] = {
        "article_id": STRING,
        "text_sha256": STRING,
        "layer": ClassLabel(tuple(layers)),
        "relation": ClassLabel(tuple(names)),
        "from": _END,
        "to": _END,
        "distance": INTEGER,
        "right": BOOLEAN,
    }
    return {CANDIDATES: found}


def _asked(scheme: Scheme) -> list[RelationType]:
    """The relations that have candidates: those of a table's columns, else all."""
    if scheme.table is None or scheme.table.rows is None:
        return list(scheme.relations)
    return [each for each in scheme.relations if each.name in scheme.table.columns.values()]


def candidate_rows(gold: Gold, shown: Redaction) -> Iterator[Row]:
    """The rows of one article and layer."""
    scheme, article = shown.scheme, shown.article
    if gold.status != "submitted" or not scheme.relations:
        return
    spans = {span.id: span for span in gold.spans}
    whole = pieces(gold, scheme.table) if scheme.table and scheme.table.rows else {}
    later = {each for first, joined in whole.items() for each in joined if each != first}
    drawn = {(each.label, *ends(each)) for each in gold.relations}
    drawn |= {
        (each.label, each.to, each.from_) for each in gold.relations if each.direction == "bi"
    }
    open_ = _Open(gold)
    for relation in _asked(scheme):
        ends_at = _Ends([span for span in gold.spans if span.label in relation.to])
        for start in (span for span in gold.spans if span.label in relation.from_):
            if start.id in later:
                continue
            parts = [spans[each] for each in whole.get(start.id, [start.id])]
            for other in ends_at.near(parts):
                distance = min(_apart(part, other) for part in parts)
                if other in parts or distance > REACH:
                    continue
                right = any((relation.name, part.id, other.id) in drawn for part in parts)
                yield {
                    "article_id": article.id,
                    "text_sha256": article.text_sha256,
                    "layer": scheme.layer,
                    "relation": relation.name,
                    "from": _end(start, shown),
                    "to": _end(other, shown),
                    "distance": distance,
                    "right": True if right else None if open_.at(*parts, other) else False,
                }


class _Ends:
    """The spans that a relation can lead to, found by place: a long article has many, few in reach."""

    def __init__(self, spans: Sequence[GoldSpan]) -> None:
        self._spans = sorted(spans, key=lambda each: each.start)
        self._starts = [each.start for each in self._spans]
        self._longest = max((each.end - each.start for each in spans), default=0)

    def near(self, parts: Sequence[GoldSpan]) -> Sequence[GoldSpan]:
        """Those that may be in reach of one of these, in the order of the text."""
        first = min(each.start for each in parts) - REACH - self._longest
        last = max(each.end for each in parts) + REACH
        return self._spans[bisect_left(self._starts, first) : bisect_right(self._starts, last)]


def _apart(one: GoldSpan, other: GoldSpan) -> int:
    """Code points between two spans; 0 where they meet or overlap."""
    return max(0, max(one.start, other.start) - min(one.end, other.end))


def _end(span: GoldSpan, shown: Redaction) -> Row:
    return {"label": span.label, **shown.mention(span)}


class _Open:
    """Where arrows of an article are undecided."""

    def __init__(self, gold: Gold) -> None:
        """By the open points of gold: one of a relation stands at one of its ends."""
        self._places = {
            (each.label, each.start, each.end) for each in gold.open if each.kind == "relation"
        }
        self._everywhere = any(each.kind == "article" and each.of_spans for each in gold.open)

    def at(self, *spans: GoldSpan) -> bool:
        """Whether it may still be decided that an arrow joins these spans."""
        return self._everywhere or any(span.place in self._places for span in spans)
