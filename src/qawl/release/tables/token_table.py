"""The table `tokens` of a release: its columns, an article's row, and what its tags don't say.

A row is an article, not a sentence or a paragraph: no span is cut at the edge of a row, a row joins
its article by id and hash, and `paragraphs` tells where to cut it for a model with a short window.
Every layer whose scheme has labels has its columns; articles that nobody annotated have no row.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qawl.core.arrow import bounds
from qawl.core.column_types import (
    BOOLEAN,
    INTEGER,
    STRING,
    Cells,
    ClassLabel,
    Columns,
    ListOf,
    Record,
    Records,
    Row,
    Type,
)
from qawl.core.records import Article, Gold
from qawl.release.tables import columns
from qawl.release.tables.arrays import pieces
from qawl.release.tables.decided import decided_layers
from qawl.release.tables.tokens import KINDS, Edges, edges, iob2, tagged_at
from qawl.scheme.model import Scheme

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


def token_cells(
    items: Sequence[tuple[Article, Mapping[str, Gold]]], schemes: Mapping[str, Scheme]
) -> Cells:
    """The rows of articles by column; one where no layer has gold has none.

    All texts are cut into tokens at once, as one text: no token goes over a line.
    """
    decided = [(article, each) for article, gold in items if (each := decided_layers(gold))]
    rows: list[Row] = []
    texts = [article.text for article, _ in decided]
    for (article, gold), (at, words, lines) in zip(decided, _cut(texts), strict=True):
        row: Row = {
            "article_id": article.id,
            "text_sha256": article.text_sha256,
            "withheld": not article.redistribute,
            "tokens": words if article.redistribute else None,
            "starts": at[0],
            "ends": at[1],
            "paragraphs": lines,
        }
        for layer, scheme in _tagged_layers(schemes):
            row |= _layer(layer, gold.get(layer), at, scheme)
        rows.append(row)
    return {name: [row[name] for row in rows] for name in token_columns(schemes)}


def _cut(texts: Sequence[str]) -> Iterator[tuple[Edges, pa.Array, NDArray[np.int64]]]:
    """(where its tokens are, the tokens, the first token of each line that has one) of each text."""
    whole = "\n".join(texts)
    starts, ends = edges(whole)
    words = pieces(whole, starts, ends)
    lines = _lines(whole, starts)
    offsets = bounds([len(text) + 1 for text in texts])
    places = np.searchsorted(starts, offsets)
    of_lines = np.searchsorted(lines, places).tolist()
    for offset, (first, last), (line, after) in zip(
        offsets.tolist(), pairwise(places.tolist()), pairwise(of_lines), strict=False
    ):
        here = slice(first, last)
        at = starts[here] - offset, ends[here] - offset
        yield at, words[here], lines[line:after] - first


def _lines(text: str, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The index of the first token of each line that has one."""
    first = np.searchsorted(starts, bounds([len(line) + 1 for line in text.split("\n")]))
    return first[:-1][first[:-1] < first[1:]]


def _layer(layer: str, gold: Gold | None, at: Edges, scheme: Scheme) -> Row:
    """The cells of one layer."""
    names = [f"{layer}_{each}" for each in ("complete", "undecided", *LEVELS, "lost")]
    if gold is None:
        return dict.fromkeys(names)
    try:
        found = tagged_at(gold.spans, at, len(LEVELS), scheme.label)
    except KeyError as error:
        where = f"{TABLE}, article {gold.article_id}"
        raise columns.unknown(where, error.args[0]) from error
    lost = Records(
        {
            "kind": [each.kind for each in found.losses],
            "id": [each.span.id for each in found.losses],
        }
    )
    cells = (gold.complete, _undecided(gold, at), *found.classes, lost)
    return dict(zip(names, cells, strict=True))


def _undecided(gold: Gold, at: Edges) -> list[int]:
    """The indices of the tokens of which it is open whether a span has them."""
    starts, ends = at
    opened = [each for each in gold.open if each.of_spans]
    if not opened:
        return []
    firsts = np.searchsorted(ends, [each.start for each in opened], "right").tolist()
    lasts = np.searchsorted(starts, [each.end for each in opened], "left").tolist()
    return sorted({index for each in zip(firsts, lasts, strict=True) for index in range(*each)})


@dataclass(slots=True)
class Unsaid:
    """Counts, per layer, what the tags of a release say and don't say."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, gold: Iterable[Mapping[str, Gold]], cells: Cells) -> None:
        """Adds the articles that have rows in the table, with their rows."""
        decided = filter(None, map(decided_layers, gold))
        for at, by_layer in enumerate(decided):
            for layer, said in by_layer.items():
                lost = cells.get(f"{layer}_lost")
                if lost is None:
                    continue
                counts = self.counts.setdefault(layer, Counter())
                counts.update(lost[at].fields["kind"])
                counts["spans"] += len(said.spans)
                counts["attributes"] += sum(bool(each.attributes) for each in said.spans)
                counts["relations"] += len(said.relations)
                counts["undecided"] += len(cells[f"{layer}_undecided"][at])

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
