"""What annotators marked in one layer, as parallel arrays: how agreement counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    who = {name: index for index, name in enumerate(annotators)}
    where = {name: index for index, name in enumerate(articles)}
    ordered = [chosen[key] for key in sorted(chosen)]
    every = [span for record in ordered for span in record.spans]
    seen = dict.fromkeys(span.label for span in every)
    known = tuple(dict.fromkeys(labels))
    names = (*known, *sorted(set(seen) - set(known)))
    label_index = {name: index for index, name in enumerate(names)}
    counts = [len(record.spans) for record in ordered]
    columns: Ints = np.array(
        [
            np.repeat([who[record.annotator] for record in ordered], counts),
            np.repeat([where[record.article_id] for record in ordered], counts),
            [label_index[span.label] for span in every],
            [span.start for span in every],
            [span.end for span in every],
        ],
        np.int64,
    ).reshape(5, -1)
    order = np.lexsort(columns[::-1])
    columns = columns[:, order]
    first = np.ones(len(order), bool)
    first[1:] = (columns[:, 1:] != columns[:, :-1]).any(0)
    row_of = np.empty(len(order), np.int64)
    row_of[order] = np.cumsum(first) - 1
    done = np.zeros((len(annotators), len(articles)), bool)
    for record in ordered:
        done[who[record.annotator], where[record.article_id]] = True
    annotator, article, label, start, end = columns[:, first]
    values, codes = _coded([every[index].attributes for index in order[first].tolist()])
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
        relations=tuple(_relations(ordered, counts, row_of, who, where)),
        documents=_documents(ordered, who, where),
    )


def _relations(
    ordered: Sequence[Annotation],
    counts: Sequence[int],
    row_of: Ints,
    who: Mapping[str, int],
    where: Mapping[str, int],
) -> Iterator[tuple[int, int, str, int, int]]:
    """The relations with the rows of their ends; those that lack an end are left out."""
    begin = 0
    for record, count in zip(ordered, counts, strict=True):
        if record.relations:
            rows = row_of[begin : begin + count].tolist()
            places = {span.id: row for span, row in zip(record.spans, rows, strict=True)}
            for each in record.relations:
                if each.from_ in places and each.to in places:
                    yield (
                        who[record.annotator],
                        where[record.article_id],
                        each.label or "",
                        places[each.from_],
                        places[each.to],
                    )
        begin += count


def _documents(
    ordered: Sequence[Annotation], who: Mapping[str, int], where: Mapping[str, int]
) -> dict[str, dict[tuple[int, int], str]]:
    """Attributes of whole articles."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    for record in ordered:
        for name, value in record.attributes.items():
            place = who[record.annotator], where[record.article_id]
            found.setdefault(name, {})[place] = _as_text(value)
    return found


def _as_text(value: str | list[str]) -> str:
    """One comparable value: several choices count as the set that they are."""
    return value if isinstance(value, str) else " | ".join(sorted(value))


def _coded(attributes: list[Attributes]) -> tuple[dict[str, tuple[str, ...]], dict[str, Codes]]:
    """Attribute values as indices into their sorted names."""
    given: dict[str, dict[int, str]] = {}
    for row, each in enumerate(attributes):
        for name, value in each.items():
            given.setdefault(name, {})[row] = _as_text(value)
    values = {name: tuple(sorted(set(given[name].values()))) for name in sorted(given)}
    codes: dict[str, Codes] = {}
    for name, known in values.items():
        index = {value: number for number, value in enumerate(known)}
        codes[name] = np.full(len(attributes), -1, np.int64)
        codes[name][list(given[name])] = [index[value] for value in given[name].values()]
    return values, codes
