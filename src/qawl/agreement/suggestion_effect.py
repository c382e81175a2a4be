"""What suggestions change: agreement where annotators began with them, and where they had none.

The arm without is drawn (`suggestions.without` in qawl.yaml). The arm with is what began with
suggestions; other articles stand in neither.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from math import hypot

import numpy as np

from qawl.agreement.estimates import Arm, Estimate, Fate, Suggested
from qawl.agreement.figures import Figure
from qawl.agreement.intervals import Pool, Where
from qawl.agreement.spans_table import Text
from qawl.core.records import JUDGE, Annotation

ARMS = ("with", "without")
COMPARED = ("exact_f1", "overlap_f1", "relation_f1")

Drawn = Callable[[str], bool]
"""Whether an article was drawn to have no suggestions."""


class Arms:
    """The figures of both arms; `seen` notes which article stands in which as records stream by."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._begun: set[str] = set()
        self._pools: dict[str, Pool] = {}
        self._fate: dict[str, Counter[str]] = {}

    def seen(self, records: Iterable[tuple[Annotation, Text]]) -> Iterator[tuple[Annotation, Text]]:
        """The same records, noted."""
        for record, text in records:
            if record.annotator != JUDGE and any(span.origin for span in record.spans):
                self._begun.add(record.article_id)
                for span in record.spans:
                    self._fate.setdefault(span.label, Counter())[str(span.origin)] += 1
            yield record, text

    def add(
        self, first: int, articles: tuple[str, ...], all_articles: int, whole: Mapping[str, Figure]
    ) -> None:
        """Takes the figures of a block of articles, each for its arm."""
        if not self._begun:
            return
        for arm in ARMS:
            member = np.array([self._arm(each) == arm for each in articles], bool)
            pool = self._pools.setdefault(arm, Pool(all_articles))
            figures: dict[Where, Figure] = {
                (name,): replace(
                    whole[name],
                    sums=whole[name].sums * member[:, None],
                    chances=whole[name].chances * member,
                )
                for name in COMPARED
                if name in whole
            }
            pool.add(first, figures)

    def _arm(self, article: str) -> str | None:
        if article in self._begun:
            return "with"
        return "without" if self._drawn(article) else None

    def values(self) -> Suggested | None:
        """Each arm's figures and their differences; None where no annotation began with suggestions."""
        if not self._pools:
            return None
        arms = {
            arm: {where[0]: each for where, each in pool.estimates().items()}
            for arm, pool in self._pools.items()
        }
        names = [name for name in COMPARED if name in arms["with"]]
        return Suggested(
            with_=arms["with"],
            without=arms["without"],
            fate=by_label(self._fate),
            difference={
                name: difference(arms["with"][name], arms["without"][name]) for name in names
            },
        )


def difference(one: Estimate, other: Estimate) -> Estimate:
    """The difference of two figures of different articles, with its interval.

    It is put together from the intervals of both (Newcombe 1998, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I).
    """
    n = one.n + other.n
    if one.value is None or other.value is None:
        return Estimate(None, None, None, n)
    value = one.value - other.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Estimate(value, None, None, n)
    low = value - hypot(one.value - one.low, other.high - other.value)
    high = value + hypot(one.high - one.value, other.value - other.low)
    return Estimate(value, max(low, -1.0), min(high, 1.0), n)


FATES = ("kept", "changed", "deleted", "made")


def by_label(counts: Mapping[str, Counter[str]]) -> Fate:
    """What became of suggestions as a table: label → kept, changed, deleted, made.

    Records alone don't tell what was deleted: it is None where it was not counted.
    """
    known = any("deleted" in each for each in counts.values())
    return {
        label: {what: each[what] if known or what != "deleted" else None for what in FATES}
        for label, each in sorted(counts.items())
    }


def rows(said: Suggested) -> list[Arm]:
    """The figures of both arms and their difference, a row a figure that both have, for a table."""
    return [
        Arm(name, said.with_[name], said.without[name], apart)
        for name, apart in said.difference.items()
        if said.with_[name].n and said.without[name].n
    ]
