"""What annotators marked in one layer, as parallel arrays: how agreement counts.

Records stream by and leave only numbers; the figures are counted over blocks of articles, so that
neither texts nor records nor what is counted between is ever in memory for a whole corpus.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qawl.matching import Ints, Spans
from qawl.model import Annotation

BLOCK = 50_000
"""Spans that are counted at a time, or those of one article where it has more."""

PROCLITICS = frozenset("وفبلكس")
"""Arabic one-letter proclitics, which `clitic_f1` does not count as a difference."""

Relations = tuple[tuple[int, int, str, int, int], ...]
"""(article, annotator, label, row at the start, row at the end) of each."""
Documents = dict[str, dict[tuple[int, int], str]]
"""attribute of the whole article → (annotator, article) → value"""


@dataclass(frozen=True, slots=True)
class Text:
    """What agreement needs of an article: its text and its source."""

    text: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Units:
    """The spans and relations of some articles; names are replaced by their index in the tuples.

    Rows of spans are sorted by (annotator, article, label, start, end), each there once; `word` is the
    start, moved over proclitics to the start of the word. `done[annotator, article]` says who annotated
    what (a skipped task is missing, not empty). `attributes[name]` holds for each row the index of its
    value in `values[name]`, -1 where unset. `lengths` are those of the texts in code points.
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
    word: Ints
    attributes: dict[str, Ints]
    values: dict[str, tuple[str, ...]]
    relations: Relations
    documents: Documents

    def rows(self, annotator: int, shared: NDArray[np.bool_]) -> Ints:
        """The rows of one annotator in the articles where `shared` holds."""
        low, high = np.searchsorted(self.annotator, [annotator, annotator + 1])
        found: Ints = low + np.flatnonzero(shared[self.article[low:high]])
        return found

    def spans(self, rows: Ints, *, by_label: bool = True, start: Ints | None = None) -> Spans:
        """These rows for matching: within an article and label, or within an article."""
        group = self.article[rows]
        if by_label:
            group = group * len(self.labels) + self.label[rows]
        starts = self.start[rows] if start is None else start[rows]
        return Spans(group, starts, self.end[rows])

    def block(self, low: int, high: int) -> "Units":
        """Those of the articles from `low` to `high` alone, of units whose rows are by article first."""
        first, last = np.searchsorted(self.article, [low, high]).tolist()
        order = first + np.argsort(self.annotator[first:last], kind="stable")
        row_of = np.empty(last - first, np.int64)
        row_of[order - first] = np.arange(last - first)
        a, b = (bisect_left(self.relations, (each,)) for each in (low, high))
        return Units(
            articles=self.articles[low:high],
            sources=self.sources[low:high],
            lengths=self.lengths[low:high],
            annotators=self.annotators,
            labels=self.labels,
            done=self.done[:, low:high],
            annotator=self.annotator[order],
            article=self.article[order] - low,
            label=self.label[order],
            start=self.start[order],
            end=self.end[order],
            word=self.word[order],
            attributes={name: codes[order] for name, codes in self.attributes.items()},
            values=self.values,
            relations=tuple(
                (article - low, who, label, int(row_of[one - first]), int(row_of[other - first]))
                for article, who, label, one, other in self.relations[a:b]
            ),
            documents={
                name: {
                    (who, article - low): given[who, article]
                    for article in range(low, high)
                    for who in range(len(self.annotators))
                    if (who, article) in given
                }
                for name, given in self.documents.items()
            },
        )


@dataclass(frozen=True, slots=True)
class Marks:
    """What was marked in a whole layer: units whose rows are sorted by article first."""

    every: Units

    def blocks(self) -> Iterator[tuple[int, Units]]:
        """(index of its first article, units) of each block of articles; at least one."""
        bounds = np.searchsorted(self.every.article, np.arange(len(self.every.articles) + 1))
        low = 0
        while True:
            high = int(np.searchsorted(bounds, bounds[low] + BLOCK, side="right")) - 1
            high = min(max(high, low + 1), len(self.every.articles))
            yield low, self.every.block(low, high)
            low = high
            if low == len(self.every.articles):
                return


def collect(records: Iterable[tuple[Annotation, Text]], labels: Iterable[str]) -> Marks:
    """What these annotations mark, whatever their order.

    `labels` come first in the scheme's order, others that occur after them. A span given twice
    counts once; of two records of one annotator for one article the later one counts.
    """
    seen = _Seen()
    for record, text in records:
        if record.status == "submitted":
            seen.add(record, text)
    return Marks(seen.units(tuple(dict.fromkeys(labels))))


def _integers() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class _Seen:
    """What of the records was seen so far, each span a row of numbers, each name a code."""

    latest: dict[tuple[str, str], int] = field(default_factory=dict)
    texts: dict[str, tuple[int, str]] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    label: "array[int]" = field(default_factory=_integers)
    start: "array[int]" = field(default_factory=_integers)
    end: "array[int]" = field(default_factory=_integers)
    word: "array[int]" = field(default_factory=_integers)
    attributes: dict[str, "_Values"] = field(default_factory=dict)
    relations: list[tuple[int, str, int, int]] = field(default_factory=list)
    documents: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, record: Annotation, text: Text) -> None:
        number, first, spans = len(self.counts), len(self.label), record.spans
        self.latest[record.annotator, record.article_id] = number
        self.texts[record.article_id] = len(text.text), text.source or ""
        self.counts.append(len(spans))
        codes = self.labels
        self.label.extend([codes.setdefault(span.label, len(codes)) for span in spans])
        self.start.extend([span.start for span in spans])
        self.end.extend([span.end for span in spans])
        self.word.extend([_word(text.text, span.start) for span in spans])
        for row, span in enumerate(spans, start=first):
            for name, value in span.attributes.items():
                self.attributes.setdefault(name, _Values()).add(row, _as_text(value))
        if record.relations:
            row_of = {span.id: row for row, span in enumerate(spans, start=first)}
            self.relations += [
                (number, each.label or "", row_of[each.from_], row_of[each.to])
                for each in record.relations
                if each.from_ in row_of and each.to in row_of
            ]
        for name, value in record.attributes.items():
            self.documents.append((number, name, _as_text(value)))

    def units(self, known: tuple[str, ...]) -> Units:
        """The units of the records that count, their rows sorted by article first."""
        annotators = tuple(sorted({annotator for annotator, _ in self.latest}))
        articles = tuple(sorted({article for _, article in self.latest}))
        who, where = self._homes(annotators, articles)
        of = np.repeat(np.arange(len(self.counts)), self.counts)
        counts = who[of] >= 0
        names, label = self._named(known, counts)
        columns = (label, np.asarray(self.start), np.asarray(self.end))
        home = where[of] * max(len(annotators), 1) + who[of]
        order = np.lexsort((*columns[::-1], home))
        order = order[counts[order]]
        first = np.ones(len(order), bool)
        sorted_columns = np.stack([each[order] for each in (home, *columns)])
        first[1:] = (sorted_columns[:, 1:] != sorted_columns[:, :-1]).any(0)
        row_of = np.full(len(of), -1)
        row_of[order] = np.cumsum(first) - 1
        rows = order[first]
        done = np.zeros((len(annotators), len(articles)), bool)
        done[who[who >= 0], where[who >= 0]] = True
        coded = {name: each.coded(rows, len(of)) for name, each in sorted(self.attributes.items())}
        return Units(
            articles=articles,
            sources=tuple(self.texts[each][1] for each in articles),
            lengths=np.array([self.texts[each][0] for each in articles], np.int64),
            annotators=annotators,
            labels=names,
            done=done,
            annotator=who[of[rows]],
            article=where[of[rows]],
            label=label[rows],
            start=columns[1][rows],
            end=columns[2][rows],
            word=np.asarray(self.word)[rows],
            attributes={name: codes for name, (values, codes) in coded.items() if values},
            values={name: values for name, (values, _) in coded.items() if values},
            relations=tuple(sorted(self._drawn(who, where, row_of))),
            documents=self._documents(who, where),
        )

    def _homes(self, annotators: Sequence[str], articles: Sequence[str]) -> tuple[Ints, Ints]:
        """(annotator, article) of each record as their indices, -1 where a later record counts."""
        annotator_of = {name: index for index, name in enumerate(annotators)}
        article_of = {name: index for index, name in enumerate(articles)}
        who, where = np.full((2, len(self.counts)), -1)
        for (annotator, article), number in self.latest.items():
            who[number], where[number] = annotator_of[annotator], article_of[article]
        return who, where

    def _named(
        self, known: tuple[str, ...], counts: NDArray[np.bool_]
    ) -> tuple[tuple[str, ...], Ints]:
        """The names of the labels, and the index of its name for each row."""
        codes = np.asarray(self.label)
        found = list(self.labels)
        used = {found[code] for code in np.unique(codes[counts]).tolist()}
        names = (*known, *sorted(used - set(known)))
        index = {name: number for number, name in enumerate(names)}
        return names, np.array([index.get(name, -1) for name in found], np.int64)[codes]

    def _drawn(
        self, who: Ints, where: Ints, row_of: Ints
    ) -> Iterator[tuple[int, int, str, int, int]]:
        for number, label, start, end in self.relations:
            if who[number] >= 0:
                ends = int(row_of[start]), int(row_of[end])
                yield int(where[number]), int(who[number]), label, *ends

    def _documents(self, who: Ints, where: Ints) -> Documents:
        found: Documents = {}
        for number, name, value in self.documents:
            if who[number] >= 0:
                found.setdefault(name, {})[int(who[number]), int(where[number])] = value
        return found


@dataclass(slots=True)
class _Values:
    """The values of one attribute: rows, and a code for each."""

    codes: dict[str, int] = field(default_factory=dict)
    row: "array[int]" = field(default_factory=_integers)
    code: "array[int]" = field(default_factory=_integers)

    def add(self, row: int, value: str) -> None:
        self.row.append(row)
        self.code.append(self.codes.setdefault(value, len(self.codes)))

    def coded(self, rows: Ints, count: int) -> tuple[tuple[str, ...], Ints]:
        """The sorted values of these rows of `count`, and for each its index there, -1 where unset."""
        every = np.full(count, -1)
        every[np.asarray(self.row)] = np.asarray(self.code)
        chosen = every[rows]
        names = list(self.codes)
        used = sorted(names[code] for code in np.unique(chosen[chosen >= 0]).tolist())
        index = dict(zip(used, range(len(used)), strict=True))
        recode = np.array([*map(index.get, names, repeat(-1)), -1], np.int64)
        return tuple(used), recode[chosen]


def _as_text(value: Any) -> str:
    """One comparable value: several choices count as the set that they are."""
    return value if isinstance(value, str) else " | ".join(sorted(value))


def _word(text: str, start: int) -> int:
    """A start moved over proclitics to the start of the word that it stands in."""
    at = start
    while 0 < at <= len(text) and text[at - 1] in PROCLITICS:
        at -= 1
    return at if at in (0, start) or not text[at - 1].isalnum() else start
