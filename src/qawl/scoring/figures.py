"""What `qawl score` says: figures with their intervals and n, by layer; and the same as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec import UNSET, Struct, structs, to_builtins

from qawl.agreement.estimates import (
    Confusion,
    Distanced,
    Estimate,
    Estimates,
    LayerAgreement,
    Value,
)
from qawl.core.records import FORMAT, Format

_OF_PEOPLE = ("annotators", "pairs", "against_rest", "articles_compared")
"""Parts of a report of agreement that say nothing of a system."""


class Scored(Struct, frozen=True):
    """F1 with its interval and n (spans of both sides), precision and recall."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    precision: float | None
    recall: float | None


class Ranked(Struct, frozen=True):
    """Average precision with its interval; n of what is wanted, and how many are ranked."""

    average_precision: float | None
    value: float | None
    low: float | None
    high: float | None
    n: int
    ranked: int


class Compared(Struct, frozen=True):
    """The difference of two systems' F1, how often chance gives as much, and n articles."""

    difference: float | None
    p: float | None
    n: int


class SoftFigure(Struct, frozen=True):
    """A figure of `--soft`; n items, of which `missing` have nothing from the system."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    missing: int


Bounded = Estimate | Distanced | Scored | Ranked | SoftFigure
"""A figure with the bounds of its interval and its n."""


class OfAnnotator(Struct, frozen=True):
    """How often a system gets the votes of one annotator wrong."""

    error_rate: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Soft:
    """The figures of `--soft` of one attribute, and the error rate by annotator."""

    figures: Mapping[str, SoftFigure]
    annotators: Mapping[str, OfAnnotator]

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        of_annotators = {"annotators": self.annotators} if self.annotators else {}
        return {**self.figures, **of_annotators}


class Shares(Struct, frozen=True):
    """Precision and recall of exact places; None where nothing is there."""

    exact_precision: float | None
    exact_recall: float | None


@dataclass(frozen=True, slots=True)
class SpanScores:
    """Gold and system as two annotators, with what is asked of a system beside.

    `labels` has the shares of each label, `wholes` the scores of what several spans say together, and
    `ranking` those of attributes whose values have an order.
    """

    agreement: LayerAgreement
    exact: Shares
    labels: Mapping[str, Shares]
    confusion: Confusion
    wholes: Mapping[str, Scored]
    ranking: Mapping[str, Ranked]

    @property
    def of_labels(self) -> Iterator[tuple[str, Estimates, Shares]]:
        """(label, its figures of agreement, its shares)."""
        for label, shares in self.labels.items():
            yield label, self.agreement.labels[label], shares

    @property
    def of_articles(self) -> Iterator[tuple[str, float | None]]:
        """(article, its exact F1), those with least agreement first."""
        for article, figures in self.agreement.of_articles.items():
            yield article, figures.get("exact_f1", _NO_VALUE).value

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        said = structs.asdict(structs.replace(self.agreement, confusion=self.confusion))
        labels = {
            label: {**figures, **structs.asdict(shares)}
            for label, figures, shares in self.of_labels
        }
        return {
            **{
                name: each
                for name, each in said.items()
                if name not in _OF_PEOPLE and each is not UNSET
            },
            "labels": labels,
            **structs.asdict(self.exact),
            **self.wholes,
            "ranking": self.ranking,
        }


_NO_VALUE = Value(None, 0)
NO_ESTIMATE = Estimate(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class LayerScores:
    """The scores of a layer; None where a part is not asked for, or the system gives none of it."""

    n_articles: int
    spans: SpanScores | None = None
    sentences: Mapping[str, Scored | Ranked] | None = None
    soft: Mapping[str, Soft] | None = None
    paired: Mapping[str, Compared] | None = None

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        found: dict[str, object] = {"n_articles": self.n_articles}
        if self.spans is not None:
            found |= self.spans.plain()
        if self.sentences is not None:
            found["sentences"] = self.sentences
        if self.soft is not None:
            found["soft"] = {name: each.plain() for name, each in self.soft.items()}
        if self.paired is not None:
            found["paired"] = self.paired
        return found


class Head(Struct, frozen=True, kw_only=True):
    """What was scored: the release, the split (None: all), and what is to be said of the file."""

    format: Format = FORMAT
    release: str
    content_sha256: str
    split: str | None
    warnings: list[str]
    without_predictions: list[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """What `qawl score` says of a system: the scores of each layer, over so many articles."""

    head: Head
    layers: Mapping[str, LayerScores]
    articles: int

    def plain(self) -> dict[str, object]:
        """As `qawl score --json` prints it."""
        found: dict[str, object] = to_builtins(
            {
                **structs.asdict(self.head),
                "layers": {name: each.plain() for name, each in self.layers.items()},
                "articles": self.articles,
            }
        )
        return found
