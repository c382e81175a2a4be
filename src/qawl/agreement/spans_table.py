"""What annotators marked in one layer, as parallel arrays: how agreement counts.

Records stream by and leave only numbers; the figures are counted over blocks of articles, so that
neither texts nor records nor what is counted between is ever in memory for a whole corpus.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.matching import Ints, Spans
from qawl.agreement.pairs import bound as pairs_bound
from qawl.core.records import Annotation, AttributeValue, Relation, ends
from qawl.core.text import PROCLITICS
from qawl.scheme.attributes import Attribute, Same, alike, as_number

CELLS = 1_000_000
"""Articles × labels × pairs of annotators that are counted at a time, as far as several articles are."""

TABLE = 10_000_000
"""Annotators × spans that are counted at a time, as far as several articles are."""

BLOCK = 50_000
"""Spans that are counted at a time, or those of one article where it has more."""

BOTH_WAYS = 1
"""What an odd kind of a relation says: it is drawn in both directions."""

Category = Same
"""What values of an attribute that say the same have in common."""


@dataclass(frozen=True, slots=True)
class Text:
    """What agreement needs of an article: its text and its source."""

    text: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Units:
    """The spans and relations of some articles; names are replaced by their index in the tuples.

    Rows of spans are sorted by (annotator, article, label, start, end). One that an annotator gave
    twice with the same attributes is there once; `twin` tells apart those that differ in attributes
    alone, and is 0 where nobody has such. `word` is the start, moved over proclitics to the start of
    the word. `done[annotator, article]` says which annotator did which article (a skipped task is
    missing, not empty). `attributes[name]` holds for each row the index of its value in the `values`
    of `Marks`, -1 where unset. `lengths` are those of the texts in code points. `relations` has a row
    an arrow: annotator, article, kind (twice the number of its label, and BOTH_WAYS), and the rows of
    the spans at its start and its head.
    """

    articles: tuple[str, ...]
    sources: tuple[str, ...]
    lengths: Ints
    annotators: tuple[str, ...]
    labels: tuple[str, ...]
    done: NDArray[np.bool_]
    annotator: Ints
    article: Ints
    label: Ints
    start: Ints
    end: Ints
    twin: Ints
    word: Ints
    attributes: dict[str, Ints]
    relations: Ints

    def rows(self, annotator: int, shared: NDArray[np.bool_]) -> Ints:
        """The rows of one annotator in the articles where `shared` holds."""
        low, high = np.searchsorted(self.annotator, [annotator, annotator + 1])
        found: Ints = low + np.flatnonzero(shared[self.article[low:high]])
        return found

    def spans(self, rows: Ints, *, by_label: bool = True, start: Ints | None = None) -> Spans:
        """These rows for matching: within an article and label, or within an article."""
        starts = self.start[rows] if start is None else start[rows]
        group, kind = self.article[rows], self.twin[rows]
        if by_label:
            group = group * len(self.labels) + self.label[rows]
        else:
            kind = self.label[rows]
        return Spans(group, starts, self.end[rows], kind)


class Marks:
    """What was marked in a whole layer: `done[annotator, article]` and names as in `Units`.

    `values[name]` are the values of an attribute of spans. `said[name]` (annotators × articles) has
    those of an attribute of the whole article, by their index in `sayings[name]`, -1 where unset.
    """

    def __init__(self, seen: "_Seen", known: tuple[str, ...]) -> None:
        self.annotators, annotator = _sorted(seen.annotators)
        self.articles, where = _sorted(seen.articles)
        self._seen = seen
        self._annotator, self._where = (
            annotator[np.asarray(seen.annotator)],
            where[np.asarray(seen.where)],
        )
        self._counts = np.asarray(seen.counts).astype(np.int64)
        self._first = np.cumsum(self._counts) - self._counts
        # The last record of each article and annotator, in their order.
        place = self._where * len(self.annotators) + self._annotator
        self._order = len(place) - 1 - np.unique(place[::-1], return_index=True)[1]
        self.done = np.zeros((len(self.annotators), len(self.articles)), bool)
        self.done[self._annotator, self._where] = True
        counting = np.zeros(len(place), bool)
        counting[self._order] = True
        rows = np.repeat(counting, self._counts)
        self.labels, self._recode = _named(seen.labels, known, np.asarray(seen.label)[rows])
        coded = {
            name: each.coded(len(rows), seen.known.get(name))
            for name, each in sorted(seen.attributes.items())
        }
        self.values = {name: values for name, (values, _) in coded.items()}
        self._attributes = {name: codes for name, (_, codes) in coded.items()}
        self.sayings: dict[str, tuple[Category, ...]] = {}
        self.said: dict[str, Ints] = {}
        for name, each in sorted(seen.documents.items()):
            self.sayings[name], codes = each.coded(len(place), seen.known.get(name))
            self.said[name] = np.full(self.done.shape, -1, np.int64)
            self.said[name][self._annotator[self._order], self._where[self._order]] = codes[
                self._order
            ]

    def blocks(self) -> Iterator[tuple[int, Units]]:
        """(index of its first article, units) of each block of articles; at least one."""
        counts = np.bincount(
            self._where[self._order],
            weights=self._counts[self._order],
            minlength=len(self.articles),
        )
        upto = np.concatenate([[0], np.cumsum(counts)])
        pairs = np.concatenate([[0], np.cumsum(pairs_bound(self.done))])
        low, block = 0, min(BLOCK, TABLE // max(len(self.annotators), 1))
        while True:
            high = int(np.searchsorted(upto, upto[low] + block, side="right")) - 1
            high = min(high, low + self._together(pairs[low:] - pairs[low]))
            high = min(max(high, low + 1), len(self.articles))
            yield low, self._block(low, high)
            low = high
            if low == len(self.articles):
                return

    def _together(self, pairs: Ints) -> int:
        """How many articles can be counted at a time, from how many pairs the first 0, 1, … have."""
        most = len(self.annotators) * (len(self.annotators) - 1) // 2
        cells = np.arange(len(pairs)) * np.minimum(pairs, most) * len(self.labels)
        return int(np.searchsorted(cells, CELLS, side="right")) - 1

    def _block(self, low: int, high: int) -> Units:
        first, last = np.searchsorted(self._where[self._order], [low, high])
        records = self._order[first:last]
        counts = self._counts[records]
        begin = np.cumsum(counts) - counts
        rows = np.repeat(self._first[records] - begin, counts) + np.arange(counts.sum())
        places = [
            np.repeat(self._annotator[records], counts),
            np.repeat(self._where[records] - low, counts),
            self._recode[np.asarray(self._seen.label)[rows]],
            np.asarray(self._seen.start)[rows].astype(np.int64),
            np.asarray(self._seen.end)[rows].astype(np.int64),
        ]
        said = [codes[rows] for codes in self._attributes.values()]
        order, fresh = distinct([*places, *said])
        row_of = np.empty(len(order), np.int64)
        row_of[order] = np.cumsum(fresh) - 1
        kept = order[fresh]
        annotator, article, label, start, end = (each[kept] for each in places)
        texts = [self._seen.texts[self._seen.articles[each]] for each in self.articles[low:high]]
        return Units(
            articles=self.articles[low:high],
            sources=tuple(source for _, source in texts),
            lengths=np.array([length for length, _ in texts], np.int64),
            annotators=self.annotators,
            labels=self.labels,
            done=self.done[:, low:high],
            annotator=annotator,
            article=article,
            label=label,
            start=start,
            end=end,
            twin=_twins([annotator, article, label, start, end], [each[kept] for each in said]),
            word=np.asarray(self._seen.word)[rows[kept]].astype(np.int64),
            attributes={name: codes[rows[kept]] for name, codes in self._attributes.items()},
            relations=self._relations(records, low, begin, row_of),
        )

    def _relations(self, records: Ints, low: int, begin: Ints, row_of: Ints) -> Ints:
        """The arrows of these records, whose spans begin where `begin` says, as `Units` has them."""
        drawn = [
            (
                self._annotator[record],
                self._where[record] - low,
                kind,
                row_of[at + one],
                row_of[at + other],
            )
            for record, at in zip(records.tolist(), begin.tolist(), strict=True)
            for kind, one, other in self._seen.relations.get(record, ())
        ]
        return np.array(drawn, np.int64).reshape(-1, 5)


def distinct(columns: list[Ints]) -> tuple[Ints, NDArray[np.bool_]]:
    """The order of rows by their columns, the first of them first; and which of the rows, in that
    order, differ from the one before."""
    order = np.lexsort(columns[::-1])
    fresh = np.ones(len(order), bool)
    fresh[1:] = np.any([each[order[1:]] != each[order[:-1]] for each in columns], 0)
    return order, fresh


def _twins(places: list[Ints], said: list[Ints]) -> Ints:
    """For each row a number of what its attributes say, where some annotator has several spans in its
    place; else 0. It follows from what is said, not from who says it. Rows are sorted by `places`:
    annotator, then where the span stands."""
    found = np.zeros(len(places[0]), np.int64)
    again = np.ones(len(found), bool)
    again[:1] = False
    again[1:] = np.all([each[1:] == each[:-1] for each in places], 0)
    if again.any():
        place = np.unique(np.stack(places[1:], 1), axis=0, return_inverse=True)[1].reshape(-1)
        rows = np.isin(place, place[again])
        values = np.stack([each[rows] for each in said], 1)
        found[rows] = 1 + np.unique(values, axis=0, return_inverse=True)[1].reshape(-1)
    return found


def collect(
    records: Iterable[tuple[Annotation, Text]],
    labels: Iterable[str],
    attributes: Iterable[Attribute] = (),
) -> Marks:
    """What these annotations mark, whatever their order.

    `labels` come first in the scheme's order, others that occur after them. `attributes` say which of
    their values are the same. A span given twice
    counts once; of two records of one annotator for one article the later one counts.
    """
    seen = _Seen({each.name: each for each in attributes})
    for record, text in records:
        if record.status == "submitted":
            seen.add(record, text)
    return Marks(seen, tuple(dict.fromkeys(labels)))


FARTHEST = 2**31 - 1
"""Offsets beyond this, outside every text, count as this one: four bytes an offset are enough."""


def _integers() -> "array[int]":
    return array("i")


def _offsets(values: list[int]) -> "array[int]":
    try:
        return array("i", values)
    except OverflowError:
        return array("i", [max(-FARTHEST, min(FARTHEST, each)) for each in values])


@dataclass(slots=True)
class _Seen:
    """The records as they came, each span a row of numbers, each name a code.

    Of relations and attributes of the article, by record: rows are counted within the record.
    """

    known: Mapping[str, Attribute]
    articles: dict[str, int] = field(default_factory=dict)
    texts: list[tuple[int, str]] = field(default_factory=list)
    annotators: dict[str, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    where: "array[int]" = field(default_factory=_integers)
    annotator: "array[int]" = field(default_factory=_integers)
    counts: "array[int]" = field(default_factory=_integers)
    label: "array[int]" = field(default_factory=_integers)
    start: "array[int]" = field(default_factory=_integers)
    end: "array[int]" = field(default_factory=_integers)
    word: "array[int]" = field(default_factory=_integers)
    attributes: dict[str, "_Values"] = field(default_factory=dict)
    kinds: dict[str | None, int] = field(default_factory=dict)
    relations: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    documents: dict[str, "_Values"] = field(default_factory=dict)

    def add(self, record: Annotation, text: Text) -> None:
        number, first, spans = len(self.counts), len(self.label), record.spans
        if record.article_id not in self.articles:
            self.texts.append((len(text.text), text.source or ""))
        self.where.append(self.articles.setdefault(record.article_id, len(self.articles)))
        self.annotator.append(self.annotators.setdefault(record.annotator, len(self.annotators)))
        self.counts.append(len(spans))
        codes = self.labels
        self.label.extend([codes.setdefault(span.label, len(codes)) for span in spans])
        starts, said = [span.start for span in spans], text.text
        self.start.extend(_offsets(starts))
        self.end.extend(_offsets([span.end for span in spans]))
        words = [_word(said, at) if said[at - 1 : at] in PROCLITICS else at for at in starts]
        self.word.extend(_offsets(words))
        for row, span in enumerate(spans, start=first):
            for name, value in span.attributes.items():
                self.attributes.setdefault(name, _Values()).add(row, self._same(name, value))
        if record.relations:
            row_of = {span.id: row for row, span in enumerate(spans)}
            self.relations[number] = list(self._arrows(record.relations, row_of))
        for name, value in record.attributes.items():
            self.documents.setdefault(name, _Values()).add(number, self._same(name, value))

    def _same(self, name: str, value: AttributeValue) -> Category:
        known = self.known.get(name)
        return known.same(value) if known else alike(value)

    def _arrows(
        self, drawn: Iterable[Relation], row_of: Mapping[str, int]
    ) -> Iterator[tuple[int, int, int]]:
        """(kind, row at the start, row at the head) of each arrow that has both ends."""
        for each in drawn:
            start, head = (row_of.get(end) for end in ends(each))
            if start is not None and head is not None:
                kind = 2 * self.kinds.setdefault(each.label, len(self.kinds))
                yield kind + BOTH_WAYS * (each.direction == "bi"), start, head


def _sorted(codes: Mapping[str, int]) -> tuple[tuple[str, ...], Ints]:
    """The names in their order, and for each code the index of its name there."""
    names = tuple(sorted(codes))
    index = np.empty(len(names), np.int64)
    index[[codes[name] for name in names]] = np.arange(len(names))
    return names, index


def _named(
    codes: Mapping[str, int], known: tuple[str, ...], used: Ints
) -> tuple[tuple[str, ...], Ints]:
    """The names of the labels that are known or used, and the index of its name for each code."""
    found = list(codes)
    names = (*known, *sorted({found[code] for code in np.unique(used).tolist()} - set(known)))
    index = {name: number for number, name in enumerate(names)}
    return names, np.array([index.get(name, -1) for name in found], np.int64)


@dataclass(slots=True)
class _Values:
    """The values of one attribute: rows, and a code for each."""

    codes: dict[Category, int] = field(default_factory=dict)
    row: "array[int]" = field(default_factory=_integers)
    code: "array[int]" = field(default_factory=_integers)

    def add(self, row: int, value: Category) -> None:
        self.row.append(row)
        self.code.append(self.codes.setdefault(value, len(self.codes)))

    def coded(self, rows: int, attribute: Attribute | None) -> tuple[tuple[Category, ...], Ints]:
        """The values in their order, and for each of so many rows the index of its value there, -1 if
        unset. By their order several spans in one place are paired, so it is not that of the records."""
        values = sorted(self.codes, key=_order_of(attribute))
        index = np.empty(len(values), np.int64)
        index[[self.codes[each] for each in values]] = np.arange(len(values))
        every = np.full(rows, -1, np.int64)
        every[np.asarray(self.row)] = index[np.asarray(self.code)]
        return tuple(values), every


def _order_of(attribute: Attribute | None) -> Callable[[Category], tuple[object, ...]]:
    """A key by which values sort: the scheme's in its order, numbers as such, others as texts."""
    rank = {name: at for at, name in enumerate(attribute.categories if attribute else ())}
    counted = attribute is not None and attribute.family == "interval"

    def one(name: str) -> tuple[int, float, str]:
        number = as_number(name) if counted else None
        return (
            rank.get(name, len(rank)),
            number if isinstance(number, int | float) else math.inf,
            name,
        )

    def key(value: Category) -> tuple[object, ...]:
        names = [value] if isinstance(value, str) else value
        return [one(each) for each in names], isinstance(value, str)

    return key


def _word(text: str, start: int) -> int:
    """A start moved over proclitics, which `clitic_f1` does not count, to the start of its word."""
    at = start
    while 0 < at <= len(text) and text[at - 1] in PROCLITICS:
        at -= 1
    return at if at in (0, start) or not text[at - 1].isalnum() else start
