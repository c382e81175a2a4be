"""The table `sentences` of a release: each sentence, and whether it holds what a layer is of.

Of each layer: whether a span stands in the sentence or reaches into it (of the rows of its table, where
it has one), and the highest value of its ordered attributes there (the check-worthiness of claims). A
sentence in which nothing stands, but something is undecided, is null, not false.
"""

from collections.abc import Iterator, Mapping, Sequence

from qawl.core.column_types import BOOLEAN, INTEGER, STRING, ClassLabel, Columns, Row, Type
from qawl.core.records import Article, Gold, GoldSpan
from qawl.core.sentences import sentences
from qawl.release.tables.stretches import open_stretches
from qawl.scheme.attributes import Attribute
from qawl.scheme.names import ranked_in_sentences, sentence_columns
from qawl.scheme.scheme import Scheme

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


def sentence_rows(
    article: Article, gold: Mapping[str, Gold], schemes: Mapping[str, Scheme]
) -> Iterator[Row]:
    """The rows of an article; none where no layer has gold for it."""
    decided = {layer: each for layer, each in gold.items() if each.status == "submitted"}
    if not any(schemes[layer].labels for layer in decided):
        return
    layers = [
        _Layer.of(layer, scheme, decided.get(layer))
        for layer, scheme in schemes.items()
        if scheme.labels
    ]
    for number, (start, end) in enumerate(sentences(article.text)):
        row: Row = {
            "article_id": article.id,
            "text_sha256": article.text_sha256,
            "number": number,
            "start": start,
            "end": end,
            "text": article.text[start:end] if article.redistribute else None,
        }
        for each in layers:
            row |= each.cells(start, end)
        yield row


class _Layer:
    """What a layer has of an article: spans and open stretches; no spans (None) where it has no gold."""

    def __init__(
        self,
        names: Sequence[str],
        ranked: Sequence[Attribute],
        spans: Sequence[GoldSpan] | None,
        opened: Sequence[tuple[int, int]],
    ) -> None:
        self._names, self._ranked, self._spans, self._open = names, ranked, spans, opened

    @classmethod
    def of(cls, layer: str, scheme: Scheme, gold: Gold | None) -> "_Layer":
        """The layer of an article, by its gold."""
        names, ranked = sentence_columns(layer, scheme), ranked_in_sentences(scheme)
        if gold is None:
            return cls(names, ranked, None, ())
        rows = scheme.table.rows if scheme.table else None
        spans = [span for span in gold.spans if rows in (None, span.label)]
        opened = [(each["start"], each["end"]) for each in open_stretches(gold)]
        return cls(names, ranked, spans, opened)

    def cells(self, start: int, end: int) -> Row:
        """What is said of a sentence."""
        has, undecided, *columns = self._names
        if self._spans is None:
            return dict.fromkeys(self._names)
        here = [span for span in self._spans if span.start < end and start < span.end]
        opened = any(low < end and start < high for low, high in self._open)
        row: Row = {has: True if here else None if opened else False, undecided: opened}
        for name, each in zip(columns, self._ranked, strict=True):
            row[name] = _highest(here, each, opened=opened)
        return row


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
