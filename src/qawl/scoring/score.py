"""`qawl score`: the figures of agreement with gold as one annotator and the system as the other.

Undecided stretches count for nobody: spans that touch one, of gold or of the system, are left out before
anything is counted, and so are the relations that lead to them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET

from qawl.agreement.report import measure
from qawl.agreement.spans_table import Text
from qawl.core.errors import InputError
from qawl.core.records import Annotation, Span
from qawl.release.reading import Article, Release
from qawl.scheme.attributes import Attribute
from qawl.scheme.scheme import Scheme
from qawl.scoring.counts import Counts, average_precision, paired, shares
from qawl.scoring.predictions import Predictions
from qawl.scoring.wholes import said, wholes

WORST = 10
"""Articles that a page and a table show, those where the system is furthest from gold."""

Pair = tuple[Article, Annotation, Annotation, Mapping[str, Mapping[str, float]]]
"""(article, gold, what the system says, its scores by span id)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is scored: a release, a file of predictions, a split (None: all), a second file to compare."""

    release: Path
    predictions: Path
    split: str | None = None
    against: Path | None = None


@dataclass(slots=True)
class _Layer:
    """What is gathered of one layer, an article at a time."""

    scheme: Scheme
    pairs: list[Pair] = field(default_factory=list)

    def records(self) -> Iterator[tuple[Annotation, Text]]:
        for article, gold, system, _ in self.pairs:
            text = Text(
                article.text if article.text is not None else " " * article.length, article.source
            )
            yield gold, text
            yield system, text


def score(request: Request) -> dict[str, Any]:
    """The figures by layer, in the shape of `qawl agreement --json`; raises InputError, ReleaseError."""
    release = Release(request.release)
    given = Predictions(request.predictions)
    layers = _gathered(release, given, request.split)
    found: dict[str, Any] = {"format": 1, "split": request.split, "layers": {}}
    for name, layer in layers.items():
        found["layers"][name] = _figures(layer)
    if request.against is not None:
        other = Predictions(request.against)
        rival = _gathered(release, other, request.split)
        for name in [each for each in layers if each in rival]:
            one, two = (_exact(each.pairs) for each in (layers[name], rival[name]))
            found["layers"][name]["paired"] = {"exact_f1": paired(one, two)}
    found["articles"] = len(
        {article.id for layer in layers.values() for article, *_ in layer.pairs}
    )
    found["without_predictions"] = [name for name in release.layers if name not in layers]
    return found


def _gathered(release: Release, given: Predictions, split: str | None) -> dict[str, _Layer]:
    """The layers that are predicted, with gold and predictions of each article of the split."""
    schemes = release.schemes
    layers = {name: _Layer(schemes[name]) for name in release.layers if name in given.layers}
    known: set[str] = set()
    for article in release.articles(None):
        known.add(article.id)
        if split is not None and article.split != split:
            continue
        for name, layer in layers.items():
            system, scores = given.of(article.id, article.length, layer.scheme)
            stretches = article.open[name]
            gold = _decided(_undirected(article.gold[name]), stretches)
            layer.pairs.append((article, gold, _decided(system, stretches), scores))
    if split is not None and split not in release.splits:
        raise InputError(f"no split {split}: the release has {', '.join(release.splits)}")
    given.check(schemes, frozenset(known))
    for layer in layers.values():
        layer.pairs.sort(key=lambda pair: pair[0].id)
    return layers


def _undirected(record: Annotation) -> Annotation:
    """Gold with its arrows as predictions give them: from one span to another."""
    arrows = tuple(msgspec.structs.replace(each, direction=UNSET) for each in record.relations)
    return msgspec.structs.replace(record, relations=arrows)


def _decided(record: Annotation, stretches: tuple[tuple[int, int], ...]) -> Annotation:
    """A record without the spans that touch an undecided stretch."""
    if not stretches:
        return record
    kept = tuple(
        span
        for span in record.spans
        if not any(span.start < end and start < span.end for start, end in stretches)
    )
    ids = {span.id for span in kept}
    arrows = tuple(each for each in record.relations if {each.from_, each.to} <= ids)
    return msgspec.structs.replace(record, spans=kept, relations=arrows)


def _figures(layer: _Layer) -> dict[str, Any]:
    found = measure(layer.records(), layer.scheme)
    for name in ("annotators", "pairs", "against_rest", "articles_compared"):
        found.pop(name, None)
    exact = _exact(layer.pairs)
    found["n_articles"] = len(layer.pairs)
    found["exact_precision"], found["exact_recall"], _ = shares(exact)
    for label, figures in found["labels"].items():
        mine = _exact(layer.pairs, label)
        figures["exact_precision"], figures["exact_recall"], _ = shares(mine)
    found |= _together(layer)
    found["ranking"] = {
        each.name: _ranked(layer, each)
        for each in layer.scheme.attributes
        if getattr(each, "ordered", False)
    }
    return found


def _exact(pairs: list[Pair], label: str | None = None) -> Counts:
    """Articles × (right, given, wanted) of spans with label, start and end."""

    def places(record: Annotation) -> set[tuple[str, int, int]]:
        return {
            (span.label, span.start, span.end)
            for span in record.spans
            if label is None or span.label == label
        }

    rows = [(len(g & s), len(s), len(g)) for g, s in ((places(p[1]), places(p[2])) for p in pairs)]
    return np.array(rows, np.int64).reshape(-1, 3)


def _together(layer: _Layer) -> dict[str, Any]:
    """F1 of whole quotes, and of who said what; absent where the layer has none."""
    scheme = layer.scheme
    if scheme.table is None or scheme.table.rows is None:
        return {}
    whole, who = [], []
    for article, gold, system, _ in layer.pairs:
        one, other = {*wholes(gold, scheme).values()}, {*wholes(system, scheme).values()}
        whole.append((len(one & other), len(other), len(one)))
        hidden = {
            (start, end)
            for start, end, name in article.hidden[scheme.layer]
            if name == scheme.table.speaker
        }
        named, told = (
            {each for each in said(record, scheme) if not hidden.intersection(each[0])}
            for record in (gold, system)
        )
        who.append((len(named & told), len(told), len(named)))
    found = {"whole": _share_figures(np.array(whole, np.int64).reshape(-1, 3))}
    if scheme.table.speaker:
        found["who_said_what"] = _share_figures(np.array(who, np.int64).reshape(-1, 3))
    return found


def _share_figures(counts: Counts) -> dict[str, Any]:
    precision, recall, value = shares(counts)
    return {"value": value, "precision": precision, "recall": recall, "n": int(counts[:, 2].sum())}


def _ranked(layer: _Layer, attribute: Attribute) -> dict[str, Any]:
    """Average precision of the system's ranking of its spans by an ordered attribute.

    A span is right where gold has it with a value of the upper half of the scale.
    """
    order = {value.name: at for at, value in enumerate(getattr(attribute, "values", ()))}
    upper = {name for name, at in order.items() if at >= len(order) / 2}
    ranking: list[tuple[float, str, int, bool]] = []
    wanted = 0
    for article, gold, system, scores in layer.pairs:
        right = {
            (span.label, span.start, span.end)
            for span in gold.spans
            if span.attributes.get(attribute.name) in upper
        }
        wanted += len(right)
        for span in system.spans:
            weight = _weight(span, scores, attribute.name, order)
            if weight is not None:
                ranking.append(
                    (-weight, article.id, span.start, (span.label, span.start, span.end) in right)
                )
    ranking.sort(key=lambda each: each[:3])
    return {
        "average_precision": average_precision([each[3] for each in ranking]),
        "ranked": len(ranking),
        "n": wanted,
    }


def _weight(
    span: Span, scores: Mapping[str, Mapping[str, float]], name: str, order: Mapping[str, int]
) -> float | None:
    given = scores.get(span.id, {}).get(name)
    if given is not None:
        return given
    value = span.attributes.get(name)
    return float(order[value]) if isinstance(value, str) and value in order else None
