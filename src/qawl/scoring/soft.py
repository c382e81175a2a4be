"""`qawl score --soft`: how near a system comes to what annotators say, where they differ too.

The measures of Le-Wi-Di 2025 (arXiv:2510.08460). Soft: the distance between the distribution that a
system gives and that of the votes, Manhattan where values have no order, Wasserstein where they have one.
Perspectivist: the share of annotators whose vote a system gets wrong, and on a scale also by how much.
An item for which a system gives nothing counts as wrong as can be.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from qawl.agreement.coefficients import ratio
from qawl.agreement.figures import Figure
from qawl.agreement.intervals import Pool, plain
from qawl.core.column_types import Row
from qawl.core.records import AttributeValue, Place
from qawl.release.reading import ReleasedArticle
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme
from qawl.scoring.figures import OfAnnotator, Soft, SoftFigure
from qawl.scoring.predictions import LABEL, Given

Names = tuple[str, ...]
"""What a vote or an answer says, by names of the scheme; none where a span is not marked."""
Said = Mapping[str, Names]
"""annotator → vote."""
SoftAnswer = tuple[Mapping[str, float] | None, Mapping[str, AttributeValue | None] | None]
"""(distribution, answers by annotator) that a system gives for an item."""

_MEASURED = frozenset({"nominal", "ordinal", "set"})


class Votes:
    """What annotators say of each item of a layer: (article, gold span or None, attribute)."""

    def __init__(self) -> None:
        self._items: dict[str, dict[tuple[str, str | None], dict[str, Names]]] = defaultdict(dict)

    def add(self, row: Row) -> None:
        """Takes a row of the table `votes`. Who says nothing of an attribute has no vote on it."""
        names = tuple(row["values"] or ([row["value"]] if row["value"] else []))
        if names or (row["attribute"] == LABEL and row["id"] is not None):
            item = self._items[row["attribute"]]
            item.setdefault((row["article_id"], row["id"]), {})[row["annotator"]] = names

    def of(self, attribute: str) -> Mapping[tuple[str, str | None], Said]:
        """(article, gold span or None) → who says what of an attribute."""
        return self._items[attribute]


@dataclass(frozen=True, slots=True)
class Judged:
    """An article with the ids of its decided gold spans by place, and what a system gives of it."""

    article: ReleasedArticle
    gold: Mapping[str, Place]
    given: Given

    def answers(self, attribute: str) -> dict[str | None, SoftAnswer]:
        """Gold span, or None → what is given of it; a label also by a span of another label."""
        mine = {each.id: each.place for each in self.given.record.spans}
        exact = {place: name for name, place in reversed(mine.items())}
        bounds = {place[1:]: name for name, place in reversed(mine.items())}
        found: dict[str | None, SoftAnswer] = {None: self._of(None, attribute)}
        for span, place in self.gold.items():
            name = exact.get(place)
            if name is None and attribute == LABEL:
                name = bounds.get(place[1:])
            found[span] = (None, None) if name is None else self._of(name, attribute)
        return found

    def _of(self, span: str | None, attribute: str) -> SoftAnswer:
        distributions, answers = self.given.distributions, self.given.answers
        return (
            distributions.get(span, {}).get(attribute),
            answers.get(span, {}).get(attribute),
        )


@dataclass(frozen=True, slots=True)
class _Scale:
    """The values of an attribute, and how far apart they are; of a label, no value is one too."""

    attribute: Attribute | None
    names: Names

    @property
    def family(self) -> str:
        return self.attribute.family if self.attribute else "nominal"

    @property
    def distance(self) -> str:
        """What the soft measure is called."""
        return "wasserstein" if self.family == "ordinal" else "manhattan"

    @property
    def farthest(self) -> float:
        """The greatest distance that there can be."""
        return max(len(self.names) - 1, 1) if self.family == "ordinal" else 2

    def between(self, votes: Iterable[Names], given: Mapping[str, float]) -> float:
        """The distance of a distribution from that of the votes."""
        every = list(votes)
        counted = Counter(name for names in every for name in names)
        off = [given.get(name, 0) - counted[name] / len(every) for name in self.names]
        if self.family == "ordinal":
            return sum(map(abs, accumulate(off[:-1])))
        if self.family == "set":
            return 2 * sum(map(abs, off)) / len(self.names)
        none = -sum(off) if self.attribute is None else 0
        return sum(map(abs, off)) + abs(none)

    def answer(self, value: AttributeValue | None) -> Names:
        """What an answer says."""
        if value is None or value == []:
            return ()
        said = value if isinstance(value, list) else [value]
        if all(each in self.names for each in said) and (len(said) == 1 or self.family == "set"):
            return tuple(map(str, said))  # named as in the table `votes`
        same = self.attribute.same(value) if self.attribute else str(value)
        return (same,) if isinstance(same, str) else same

    def error(self, vote: Names, answer: Names | None) -> float:
        """How wrong an answer is, 0 to 1; of several choices the share of the names that differ."""
        if answer is None:
            return 1
        if self.family == "set":
            return len({*vote} ^ {*answer}) / len({*self.names, *answer})
        return float(vote != answer)

    def off(self, vote: Names, answer: Names | None) -> float:
        """How far an answer is from the vote, as a share of the scale."""
        if not answer or answer[0] not in self.names:
            return 1
        places = (self.names.index(vote[0]), self.names.index(answer[0]))
        return abs(places[0] - places[1]) / self.farthest


@dataclass(slots=True)
class _Sums:
    """Of each measure: rows of (place of the article, sum over its items, items), and what is missing."""

    rows: dict[str, list[tuple[int, float, int]]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    given: Counter[str] = field(default_factory=Counter)

    def soft(self, at: int, scale: _Scale, said: Said, given: Mapping[str, float] | None) -> None:
        """Adds an item's distance, as a share of the farthest."""
        self.given[scale.distance] += given is not None
        off = 1 if given is None else scale.between(said.values(), given) / scale.farthest
        self.rows[scale.distance].append((at, off, 1))

    def answers(
        self,
        at: int,
        scale: _Scale,
        said: Said,
        given: Mapping[str, AttributeValue | None] | None,
    ) -> None:
        """Adds an item's share of wrong answers."""
        answers = {who: scale.answer(value) for who, value in (given or {}).items()}
        errors = {who: scale.error(vote, answers.get(who)) for who, vote in said.items()}
        measures = {"error_rate": list(errors.values())}
        if scale.family == "ordinal":
            measures["absolute_distance"] = [
                scale.off(vote, answers.get(who)) for who, vote in said.items()
            ]
        for name, values in measures.items():
            self.given[name] += given is not None
            self.rows[name].append((at, sum(values) / len(values), 1))
        for who, error in errors.items():
            self.wrong[who].append(error)


def soft(judged: Sequence[Judged], votes: Votes, scheme: Scheme) -> dict[str, Soft]:
    """Attribute → its figures. A measure for which a system gives nothing at all is left out."""
    found: dict[str, Soft] = {}
    for name, scale in _scales(scheme):
        sums = _Sums()
        for at, each in enumerate(judged):
            of = votes.of(name)
            for span, told in each.answers(name).items():
                if said := of.get((each.article.id, span)):
                    sums.soft(at, scale, said, told[0])
                    sums.answers(at, scale, said, told[1])
        if figures := dict(_figures(sums, len(judged), scale)):
            found[name] = Soft(figures, _of_annotators(sums))
    return found


def _scales(scheme: Scheme) -> Iterator[tuple[str, _Scale]]:
    if scheme.labels:
        yield LABEL, _Scale(None, tuple(scheme.label))
    for each in scheme.attributes:
        if each.family in _MEASURED and each.categories:
            yield each.name, _Scale(each, each.categories)


def _figures(sums: _Sums, articles: int, scale: _Scale) -> Iterator[tuple[str, SoftFigure]]:
    for name, rows in sums.rows.items():
        if not sums.given[name]:
            continue
        found = np.zeros((articles, 2))
        at, values, items = (np.array(each) for each in zip(*rows, strict=True))
        np.add.at(found, at, np.stack([values, items], 1))
        figure = Figure(
            found,
            lambda total: ratio(total[..., 0], total[..., 1]),
            lambda total: total[..., 1],
            found[:, 1],
            0,
        )
        pool = Pool(articles)
        pool.add(0, {(name,): figure})
        (estimate,) = pool.estimates().values()
        unit = scale.farthest if name == scale.distance else 1
        value, low, high = (
            None if each is None else plain(each * unit)
            for each in (estimate.value, estimate.low, estimate.high)
        )
        yield name, SoftFigure(value, low, high, estimate.n, len(rows) - sums.given[name])


def _of_annotators(sums: _Sums) -> dict[str, OfAnnotator]:
    if not sums.given["error_rate"]:
        return {}
    return {
        annotator: OfAnnotator(plain(sum(errors) / len(errors)), len(errors))
        for annotator, errors in sorted(sums.wrong.items())
    }
