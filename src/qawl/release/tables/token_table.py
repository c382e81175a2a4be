"""The table `tokens` of a release: its columns, an article's row, and what its tags don't say.

A row is an article, not a sentence or a paragraph: no span is cut at the edge of a row, a row joins
its article by id and hash, and `paragraphs` tells where to cut it for a model with a short window.
Every layer whose scheme has labels has its columns; articles that nobody annotated have no row.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qawl.core.column_types import (
    BOOLEAN,
    INTEGER,
    STRING,
    ClassLabel,
    Columns,
    ListOf,
    Record,
    Row,
    Type,
)
from qawl.core.records import Article, Gold
from qawl.release.tables import columns
from qawl.release.tables.arrays import pieces
from qawl.release.tables.tokens import KINDS, Edges, edges, iob2, tagged_at
from qawl.scheme.scheme import Scheme

TABLE = "tokens"
LEVELS = ("tags", "tags_2", "tags_3")
"""A layer's columns of tags: the outermost spans, then those one and two levels below."""

_LOST = Record.of({"kind": ClassLabel(KINDS), "id": STRING})


def token_columns(schemes: Mapping[str, Scheme]) -> Columns:
    """The columns of the table.

    Of each layer: whether its gold is complete, the indices of the tokens on which it is not, the
    tags, and the spans that the tags don't give as they are, by their ids. All null where the layer
    has no gold.
    """
    found: dict[str, Type] = {
        "article_id": STRING,
        "text_sha256": STRING,
        "withheld": BOOLEAN,
        "tokens": ListOf(STRING),
        "starts": ListOf(INTEGER),
        "ends": ListOf(INTEGER),
        "paragraphs": ListOf(INTEGER),
    }
    for layer, scheme in _tagged_layers(schemes):
        tags = ListOf(ClassLabel(iob2(scheme.label)))
        found[f"{layer}_complete"] = BOOLEAN
        found[f"{layer}_undecided"] = ListOf(INTEGER)
        found |= {f"{layer}_{name}": tags for name in LEVELS}
        found[f"{layer}_lost"] = ListOf(_LOST)
    return found


def _tagged_layers(schemes: Mapping[str, Scheme]) -> Iterator[tuple[str, Scheme]]:
    return ((layer, scheme) for layer, scheme in schemes.items() if scheme.labels)


def token_rows(
    article: Article, gold: Mapping[str, Gold], schemes: Mapping[str, Scheme]
) -> list[Row]:
    """The row of an article; none where no layer has gold for it."""
    decided = {layer: each for layer, each in gold.items() if each.status == "submitted"}
    if not decided:
        return []
    text = article.text
    starts, ends = at = edges(text)
    row: Row = {
        "article_id": article.id,
        "text_sha256": article.text_sha256,
        "withheld": not article.redistribute,
        "tokens": pieces(text, starts, ends) if article.redistribute else None,
        "starts": starts,
        "ends": ends,
        "paragraphs": _paragraphs(text, starts),
    }
    for layer, scheme in _tagged_layers(schemes):
        said = decided.get(layer)
        cells = [None] * (len(LEVELS) + 3) if said is None else _layer(said, at, scheme)
        names = ("complete", "undecided", *LEVELS, "lost")
        row.update({f"{layer}_{name}": cell for name, cell in zip(names, cells, strict=True)})
    return [row]


def _layer(gold: Gold, at: Edges, scheme: Scheme) -> list[object]:
    """The cells of one layer."""
    starts, ends = at
    try:
        found = tagged_at(gold.spans, at, len(LEVELS), scheme.label)
    except KeyError as error:
        raise columns.unknown(TABLE, error.args[0]) from error
    undecided = {
        index
        for each in gold.open
        if each.of_spans
        for index in range(
            np.searchsorted(ends, each.start, "right"), np.searchsorted(starts, each.end, "left")
        )
    }
    lost = [{"kind": each.kind, "id": each.span.id} for each in found.losses]
    return [gold.complete, sorted(undecided), *found.classes, lost]


def _paragraphs(text: str, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The index of the first token of each line that has one."""
    lengths = [len(line) + 1 for line in text.split("\n")]
    first = np.searchsorted(starts, np.cumsum([0, *lengths]))
    return first[:-1][first[:-1] < first[1:]]


@dataclass(slots=True)
class Unsaid:
    """Counts, per layer, what the tags of a release say and don't say."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, gold: Mapping[str, Gold], rows: Sequence[Row]) -> None:
        """Adds one article with its rows of the table."""
        for row in rows:
            for layer, said in gold.items():
                lost = row.get(f"{layer}_lost")
                if lost is None:
                    continue
                counts = self.counts.setdefault(layer, Counter())
                counts.update(each["kind"] for each in lost)
                counts["spans"] += len(said.spans)
                counts["attributes"] += sum(bool(each.attributes) for each in said.spans)
                counts["relations"] += len(said.relations)
                counts["undecided"] += len(row[f"{layer}_undecided"])

    @classmethod
    def of(cls, counts: Mapping[str, Mapping[str, int]]) -> "Unsaid":
        """What was counted before."""
        return cls({layer: Counter(each) for layer, each in counts.items()})

    def add(self, other: "Unsaid") -> None:
        """Adds what was counted of other articles."""
        for layer, counts in other.counts.items():
            self.counts.setdefault(layer, Counter()).update(counts)

    def figures(self) -> dict[str, dict[str, int]]:
        """Per layer: spans; those that a tag can't give as they are, by kind; spans with attributes
        and relations, of which no tag says anything; and tokens that are undecided."""
        names = ("spans", *KINDS, "attributes", "relations", "undecided")
        return {
            layer: {name: counts[name] for name in names}
            for layer, counts in sorted(self.counts.items())
        }
