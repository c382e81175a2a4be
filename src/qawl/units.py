"""What annotators marked in one layer, as parallel arrays: how agreement counts."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qawl.matching import Ints, Spans
from qawl.model import Annotation, Attributes

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Units:
    """The spans and relations of a layer; names are replaced by their index in the sorted tuples.

    Rows of spans are sorted by (annotator, article, label, start, end), each there once.
    `done[annotator, article]` says who annotated what (a skipped task is missing, not empty).
    `attributes[name]` holds for each row the index of its value in `values[name]`, -1 where unset.
    """

    articles: tuple[str, ...]
    annotators: tuple[str, ...]
    labels: tuple[str, ...]
    done: NDArray[np.bool_]
    annotator: Ints
    article: Ints
    label: Ints
    start: Ints
    end: Ints
    attributes: dict[str, Codes]
    values: dict[str, tuple[str, ...]]
    relations: tuple[tuple[int, int, str, int, int], ...]
    """(annotator, article, label, row at the start, row at the end)"""
    documents: dict[str, dict[tuple[int, int], str]]
    """attribute of the whole article → (annotator, article) → value"""

    def rows(self, annotator: int, shared: NDArray[np.bool_]) -> Ints:
        """The rows of one annotator in the articles where `shared` holds."""
        return np.flatnonzero((self.annotator == annotator) & shared[self.article])

    def spans(self, rows: Ints, *, by_label: bool = True, start: Ints | None = None) -> Spans:
        """These rows for matching: within an article and label, or within an article."""
        group = self.article[rows]
        if by_label:
            group = group * len(self.labels) + self.label[rows]
        starts = self.start[rows] if start is None else start[rows]
        return Spans(group, starts, self.end[rows])


def collect(records: Iterable[Annotation], labels: Iterable[str]) -> Units:
    """The arrays of these annotations, whatever their order.

    `labels` come first in the scheme's order, others that occur after them. A span given twice
    counts once; of two records of one annotator for one article the later one counts.
    """
    chosen = {
        (record.annotator, record.article_id): record
        for record in records
        if record.status == "submitted"
    }
    annotators = tuple(sorted({annotator for annotator, _ in chosen}))
    articles = tuple(sorted({article for _, article in chosen}))
    seen = {span.label for record in chosen.values() for span in record.spans}
    known = tuple(dict.fromkeys(labels))
    names = (*known, *sorted(seen - set(known)))
    label_index = {name: index for index, name in enumerate(names)}
    done = np.zeros((len(annotators), len(articles)), bool)
    rows: list[tuple[int, int, int, int, int]] = []
    attributes: list[Attributes] = []
    relations = []
    documents: dict[str, dict[tuple[int, int], str]] = {}
    for who, name in enumerate(annotators):
        for where, identity in enumerate(articles):
            record = chosen.get((name, identity))
            if record is None:
                continue
            done[who, where] = True
            for key, value in record.attributes.items():
                documents.setdefault(key, {})[who, where] = _as_text(value)
            places = {}
            ordered = sorted(
                record.spans, key=lambda span: (label_index[span.label], span.start, span.end)
            )
            for span in ordered:
                place = (who, where, label_index[span.label], span.start, span.end)
                if not rows or rows[-1] != place:
                    rows.append(place)
                    attributes.append(span.attributes)
                places[span.id] = len(rows) - 1
            relations += [
                (who, where, relation.label or "", places[relation.from_], places[relation.to])
                for relation in record.relations
                if relation.from_ in places and relation.to in places
            ]
    columns = np.array(rows, np.int64).reshape(-1, 5).T
    values, codes = _coded(attributes)
    annotator, article, label, start, end = columns
    return Units(
        articles=articles,
        annotators=annotators,
        labels=names,
        done=done,
        annotator=annotator,
        article=article,
        label=label,
        start=start,
        end=end,
        attributes=codes,
        values=values,
        relations=tuple(relations),
        documents=documents,
    )


def _as_text(value: str | list[str]) -> str:
    """One comparable value: several choices count as the set that they are."""
    return value if isinstance(value, str) else " | ".join(sorted(value))


def _coded(attributes: list[Attributes]) -> tuple[dict[str, tuple[str, ...]], dict[str, Codes]]:
    """Attribute values as indices into their sorted names."""
    found: dict[str, set[str]] = {}
    for each in attributes:
        for name, value in each.items():
            found.setdefault(name, set()).add(_as_text(value))
    values = {name: tuple(sorted(found[name])) for name in sorted(found)}
    codes = {}
    for name, known in values.items():
        index = {value: number for number, value in enumerate(known)}
        codes[name] = np.array(
            [index.get(_as_text(each.get(name, "")), -1) for each in attributes], np.int64
        )
    return values, codes
