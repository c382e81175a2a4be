"""The table `sentences` of a release: each sentence, and whether it holds what a layer is of.

Of each layer: whether a span stands in the sentence or reaches into it (of the rows of its table, where
it has one), and the highest value of its ordered attributes there (the check-worthiness of claims). A
sentence in which nothing stands, but something is undecided, is null, not false.
"""

from collections.abc import Mapping, Sequence

from qawl.core.column_types import (
    BOOLEAN,
    INTEGER,
    STRING,
    Cell,
    Cells,
    ClassLabel,
    Columns,
    Type,
    by_column,
)
from qawl.core.records import Article, Gold, GoldSpan
from qawl.core.sentences import sentences
from qawl.release.tables.decided import decided_layers, open_stretches
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme
from qawl.scheme.names import ranked_in_sentences, sentence_columns

SENTENCES = "sentences"


def columns_of_sentences(schemes: Mapping[str, Scheme]) -> dict[str, Columns]:
    """The columns of the table; no table where no layer has labels."""
    found: dict[str, Type] = {
        "article_id": STRING,
        "text_sha256": STRING,
        "number": INTEGER,
        "start": INTEGER,
        "end": INTEGER,
        "text": STRING,
    }
    labelled = {layer: scheme for layer, scheme in schemes.items() if scheme.labels}
    for layer, scheme in labelled.items():
        has, undecided, *ranked = sentence_columns(layer, scheme)
        found |= {has: BOOLEAN, undecided: BOOLEAN}
        for name, each in zip(ranked, ranked_in_sentences(scheme), strict=True):
            found[name] = ClassLabel(each.categories)
    return {SENTENCES: found} if labelled else {}


def sentence_cells(
    article: Article, gold: Mapping[str, Gold], schemes: Mapping[str, Scheme]
) -> Cells:
    """The rows of an article by column; nothing where no layer has gold for it."""
    decided = decided_layers(gold)
    if not any(schemes[layer].labels for layer in decided):
        return {}
    text, found = article.text, list(sentences(article.text))
    cells: Cells = {
        "article_id": [article.id] * len(found),
        "text_sha256": [article.text_sha256] * len(found),
        "number": [*range(len(found))],
        **by_column(("start", "end"), found),
        "text": [text[start:end] if article.redistribute else None for start, end in found],
    }
    for layer, scheme in schemes.items():
        if scheme.labels:
            names = sentence_columns(layer, scheme)
            of = _Layer(scheme, decided.get(layer), len(text))
            cells |= by_column(names, [of.cells(start, end, len(names)) for start, end in found])
    return cells


class _Layer:
    """What a layer has of an article: spans and open stretches; no spans (None) where it has no gold."""

    def __init__(self, scheme: Scheme, gold: Gold | None, length: int) -> None:
        rows = scheme.table.rows if scheme.table else None
        self._ranked = ranked_in_sentences(scheme)
        self._spans: list[GoldSpan] | None = None
        self._open: list[tuple[int, int]] = []
        if gold is not None:
            self._spans = [span for span in gold.spans if rows in (None, span.label)]
            self._open = open_stretches(gold, length)

    def cells(self, start: int, end: int, count: int) -> tuple[Cell, ...]:
        """What is said of a sentence, in so many cells."""
        if self._spans is None:
            return (None,) * count
        here = [span for span in self._spans if span.start < end and start < span.end]
        opened = any(low < end and start < high for low, high in self._open)
        ranked = [_highest(here, each, opened=opened) for each in self._ranked]
        return (True if here else None if opened else False, opened, *ranked)


def _highest(spans: Sequence[GoldSpan], attribute: Attribute, *, opened: bool) -> str | None:
    """The highest value of spans; None where one may be higher whose value is undecided."""
    order = {name: at for at, name in enumerate(attribute.categories)}
    of = [span for span in spans if span.label in attribute.of]
    said = [span.attributes.get(attribute.name) for span in of]
    values = [attribute.same(each) for each in said if each is not None]
    known = [each for each in values if isinstance(each, str) and each in order]
    best = max(known, key=order.__getitem__, default=None)
    whole = len(known) == len(of) and not opened
    return best if whole or best == attribute.categories[-1] else None
