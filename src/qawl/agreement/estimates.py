"""What a report of agreement says: each figure with its interval and n, by layer and what it is of."""

from collections.abc import Iterator

from msgspec import UNSET, Struct, UnsetType, field

from qawl.core.records import FORMAT, Format


class Estimate(Struct, frozen=True, gc=False):
    """A figure with the bounds of its 95 % interval and its n.

    `value` is None where the figure is undefined; `low` and `high` also where it rests on one article.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


class Value(Struct, frozen=True, gc=False):
    """A figure without an interval: that of one article, or of one source."""

    value: float | None
    n: int


class Distanced(Struct, frozen=True, gc=False):
    """Alpha with the distance between values that it takes: nominal, ordinal, interval or MASI."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    distance: str


class OfPair(Struct, frozen=True):
    """What two annotators have of an attribute."""

    cohen_kappa: Estimate


class AttributeAgreement(Struct, frozen=True):
    """The figures of an attribute; `pairs` are by the names of two annotators."""

    percent: Estimate
    cohen_kappa: Estimate
    fleiss_kappa: Estimate
    ac1: Estimate
    alpha: Distanced
    pairs: dict[str, OfPair]

    def named(self) -> Iterator[tuple[str, Estimate | Distanced]]:
        """(name, figure) in the order of the report."""
        yield "percent", self.percent
        yield "cohen_kappa", self.cohen_kappa
        yield "fleiss_kappa", self.fleiss_kappa
        yield "ac1", self.ac1
        yield "alpha", self.alpha


class Confused(Struct, frozen=True):
    """Two labels that stand against each other, and how often."""

    labels: tuple[str, str]
    n: int


class Confusion(Struct, frozen=True):
    """Labels against labels where places match; the label "" is no span. `most` has the most frequent."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    most: tuple[Confused, ...]


Estimates = dict[str, Estimate]
"""Figures by name."""

Fate = dict[str, dict[str, int | None]]
"""Label → what became of suggestions: kept, changed, deleted (None where it was not counted), made."""


class Suggested(Struct, frozen=True):
    """What suggestions change: the figures of both arms, what became of them, and the differences."""

    with_: Estimates = field(name="with")
    without: Estimates
    fate: Fate
    difference: Estimates


class Arm(Struct, frozen=True):
    """A figure of both arms and its difference, for a table."""

    name: str
    with_: Estimate
    without: Estimate
    difference: Estimate


FIGURES = ("exact_f1", "overlap_f1", "boundary_f1", "clitic_f1", "relation_f1", "alpha", "alpha_u")
"""The figures of a whole layer, in the order of the report; a layer has not all of them."""


class LayerAgreement(Struct, frozen=True, kw_only=True):
    """The agreement of one layer, as exports/agreement.json has it.

    `articles` has the figures of each article, those with least agreement first; it is left out where a
    stored report is read back.
    """

    annotators: tuple[str, ...]
    articles_compared: int
    warnings: tuple[str, ...]
    exact_f1: Estimate | UnsetType = UNSET
    overlap_f1: Estimate | UnsetType = UNSET
    boundary_f1: Estimate | UnsetType = UNSET
    clitic_f1: Estimate | UnsetType = UNSET
    relation_f1: Estimate | UnsetType = UNSET
    alpha: Estimate | UnsetType = UNSET
    alpha_u: Estimate | UnsetType = UNSET
    attributes: dict[str, AttributeAgreement]
    labels: dict[str, Estimates]
    pairs: dict[str, Estimates]
    against_rest: dict[str, Estimates]
    sources: dict[str, dict[str, Value]]
    suggestions: Suggested | UnsetType = UNSET
    articles: dict[str, dict[str, Value]] | UnsetType = UNSET
    confusion: Confusion

    @property
    def figures(self) -> Estimates:
        """The figures of the whole layer by name."""
        found = ((name, getattr(self, name)) for name in FIGURES)
        return {name: each for name, each in found if each is not UNSET}

    @property
    def marked(self) -> bool:
        """Whether spans of two annotators are compared: without any, only attributes say something."""
        return any(each.n for name, each in self.figures.items() if name.endswith("_f1"))

    @property
    def nothing(self) -> str:
        """Why no figure can be given, in words."""
        if not self.articles_compared:
            return "no article has two annotators"
        return "two annotators have articles in common, but no figure of them is defined"

    @property
    def suggested(self) -> Suggested | None:
        """What suggestions change; None where no annotation began with them."""
        return None if self.suggestions is UNSET else self.suggestions

    @property
    def of_articles(self) -> dict[str, dict[str, Value]]:
        """The figures of each article; none where they are left out."""
        return {} if self.articles is UNSET else self.articles


class Agreement(Struct, frozen=True, kw_only=True):
    """A report of agreement; `people` says of each annotator whether it is a person. By the digest of
    `layers`, figures that somebody changed are told."""

    format: Format = FORMAT
    annotations_sha256: str
    people: dict[str, bool]
    figures: int
    intervals: str
    layers_sha256: str = ""
    layers: dict[str, LayerAgreement]
