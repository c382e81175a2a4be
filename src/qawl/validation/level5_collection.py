"""Level 5: what only the whole collection of a layer shows."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations

from qawl.agreement.shares import share
from qawl.core.excerpts import many
from qawl.core.findings import finding
from qawl.core.records import JUDGE, Annotation, Finding, Span
from qawl.scheme.model import Scheme

OUTLIER = 0.5
"""An annotator whose F1 with the others is below this share of theirs among themselves stands out."""
HURRY = 0.25
"""An annotator whose median time is below this share of the others' is looked at."""
ENOUGH = 5
"""Tasks or marks from which on a comparison means something."""


@dataclass(slots=True)
class Collection:
    """What is gathered of a layer while its records pass by.

    `submitted` and `skipped` count the annotations of an article. `surfaces` counts by (surface, label),
    `first` has where each was first: article, annotator, span.
    """

    scheme: Scheme
    submitted: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    labels: set[str] = field(default_factory=set)
    surfaces: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: dict[tuple[str, str], tuple[str, str, Span]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    shared: dict[str, list[int]] = field(default_factory=dict)
    _group: list[Annotation] = field(default_factory=list)

    def add(self, record: Annotation) -> None:
        """Takes the next record, in the order of articles."""
        if record.annotator == JUDGE:
            return
        counted = self.submitted if record.status == "submitted" else self.skipped
        counted[record.article_id] += 1
        if record.provenance.lead_time:
            self.times.setdefault(record.annotator, []).append(record.provenance.lead_time)
        if self._group and self._group[0].article_id != record.article_id:
            self._compare()
        self._group.append(record)
        self.labels |= {span.label for span in record.spans}
        named = self.scheme.labels_of("mention")
        self.surfaces.update([(s.text, s.label) for s in record.spans if s.label in named])
        if len(self.surfaces) > len(self.first):
            for span in record.spans:
                if span.label in named:
                    place = record.article_id, record.annotator, span
                    self.first.setdefault((span.text, span.label), place)

    def _compare(self) -> None:
        """Counts what the annotators of an article have in common."""
        marked = {
            record.annotator: {span.place for span in record.spans}
            for record in self._group
            if record.status == "submitted"
        }
        self._group.clear()
        for (name, mine), (_, theirs) in permutations(marked.items(), 2):
            sums = self.shared.setdefault(name, [0, 0])
            sums[0] += 2 * len(mine & theirs)
            sums[1] += len(mine) + len(theirs)

    def findings(self, planned: Iterable[str], asked: Callable[[str], int]) -> Iterator[Finding]:
        """What the collection shows; `planned` are the articles that are to be annotated, each by as many
        as are `asked`."""
        self._compare()
        if not self.submitted and not self.skipped:
            return
        layer = self.scheme.layer
        for identity in planned:
            if not self.submitted[identity] and not self.skipped[identity]:
                message = "not annotated yet"
                yield finding("article-unannotated", message, layer=layer, article_id=identity)
            elif missing := self._missing(identity, asked(identity)):
                yield finding("annotator-missing", missing, layer=layer, article_id=identity)
        if unused := [label for label in self.scheme.label if label not in self.labels]:
            yield finding("label-unused", f"never used: {', '.join(unused)}", layer=layer)
        yield from self._outliers()
        yield from self._hurried()
        yield from self._labelled_otherwise()

    def _missing(self, identity: str, asked: int) -> str | None:
        """That annotations of an article are missing. Who skipped it has not done it, unless all did."""
        submitted, skipped = self.submitted[identity], self.skipped[identity]
        if (submitted or skipped) >= asked:
            return None
        also = f", {skipped} skipped it" if submitted and skipped else ""
        return f"{submitted or skipped} of {asked} planned annotations are there{also}"

    def _outliers(self) -> Iterator[Finding]:
        every = [sum(each) // 2 for each in zip(*self.shared.values(), strict=True)]
        for name, sums in sorted(self.shared.items()) if len(self.shared) > 2 else ():
            mine = share(*sums)
            rest = share(*(whole - each for whole, each in zip(every, sums, strict=True)))
            if mine is not None and rest and mine < OUTLIER * rest:
                message = f"F1 with the others is {mine:.2f}, theirs is {rest:.2f}"
                yield finding("annotator-outlier", message, layer=self.scheme.layer, annotator=name)

    def _hurried(self) -> Iterator[Finding]:
        usable = {name: times for name, times in self.times.items() if len(times) >= ENOUGH}
        every = sorted(time for times in usable.values() for time in times)
        for name, times in sorted(usable.items()) if len(usable) > 1 else ():
            others = _median_without(every, sorted(times))
            if (own := _median_without(sorted(times), [])) < HURRY * others:
                message = f"median {own:.0f} s a task, the others' {others:.0f} s"
                yield finding("annotator-hurried", message, layer=self.scheme.layer, annotator=name)

    def _labelled_otherwise(self) -> Iterator[Finding]:
        """Surfaces with several labels: one against many is a slip, else the guideline is unclear."""
        by_surface: dict[str, Counter[str]] = {}
        for (surface, label), count in self.surfaces.items():
            by_surface.setdefault(surface, Counter())[label] = count
        for surface, labels in sorted(by_surface.items()):
            if len(labels) < 2:
                continue
            (usual, most), *others = labels.most_common()
            for label, count in others:
                if count == 1 and most >= ENOUGH:
                    article_id, annotator, span = self.first[surface, label]
                    yield finding(
                        "label-slip",
                        f"{surface!r} is {usual} {most} times; {label} may be a slip of the key",
                        span=span,
                        layer=self.scheme.layer,
                        article_id=article_id,
                        annotator=annotator,
                    )
                elif count > 1 and not self.scheme.relations:  # roles differ from place to place
                    rarely = f"{label} {many(count, 'time')}"
                    message = f"{surface!r} is {usual} {many(most, 'time')} and {rarely}"
                    yield finding("surface-mixed", message, layer=self.scheme.layer)


def _median_without(every: list[float], mine: list[float]) -> float:
    """The median of the numbers of a sorted list without those of another, which are in it."""
    left = len(every) - len(mine)
    middle = (left - 1) // 2, left // 2
    return sum(_nth_without(every, mine, each) for each in middle) / 2


def _nth_without(every: list[float], mine: list[float], number: int) -> float:
    low, high = number, len(every) - 1
    while low < high:
        at = (low + high) // 2
        value = every[at]
        if bisect_right(every, value) - bisect_right(mine, value) > number:
            high = at
        else:
            low = at + 1
    return every[low]
