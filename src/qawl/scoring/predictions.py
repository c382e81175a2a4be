"""Predictions of a system: JSON Lines, one article and layer a line, checked against the release.

A line is `{"article_id", "layer", "spans": [{"id", "label", "start", "end", "attributes", "scores"}],
"relations": [{"label", "from", "to"}], "attributes"}`. Offsets are code points into the article's text,
half-open. `scores` (attribute → number) rank spans by an attribute. What names an article, a label or a
place that the release lacks is an error with its line.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.records import (
    Annotation,
    Attributes,
    AttributeValue,
    Relation,
    Span,
    relation_order,
    span_order,
)
from qawl.scheme.scheme import Scheme

SYSTEM = "system"
"""Who stands for the system where figures tell annotators apart."""


class PredictedSpan(Struct, frozen=True):
    """A span as a system gives it; `id` may be left out where no relation names it."""

    label: str
    start: int
    end: int
    id: str | None = None
    attributes: dict[str, AttributeValue | None] = {}
    scores: dict[str, float] = {}


class PredictedRelation(Struct, frozen=True):
    """A relation as a system gives it."""

    from_: str = msgspec.field(name="from")
    to: str
    label: str | None = None


class Prediction(Struct, frozen=True):
    """A line of a file of predictions."""

    article_id: str
    layer: str
    spans: tuple[PredictedSpan, ...] = ()
    relations: tuple[PredictedRelation, ...] = ()
    attributes: dict[str, AttributeValue | None] = {}


class Predictions:
    """The predictions of a file by article and layer."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InputError(f"{path}: no such file")
        self.path = path
        self._by_place: dict[tuple[str, str], tuple[int, Prediction]] = {}
        decoder = msgspec.json.Decoder(Prediction)
        for number, line in files.lines(path):
            try:
                made = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InputError(f"{path}, line {number}: no prediction: {error}") from error
            place = made.article_id, made.layer
            if place in self._by_place:
                raise InputError(
                    f"{path}, line {number}: {made.layer} of article {made.article_id} is there twice"
                )
            self._by_place[place] = number, made

    @property
    def layers(self) -> frozenset[str]:
        """The layers that are predicted."""
        return frozenset(layer for _, layer in self._by_place)

    def check(self, known: Mapping[str, Scheme], articles: frozenset[str]) -> None:
        """Raises InputError where a line names a layer or an article that the release lacks."""
        for (article, layer), (number, _) in self._by_place.items():
            if layer not in known:
                raise InputError(
                    f"{self.path}, line {number}: no layer {layer}: the release has {', '.join(known)}"
                )
            if article not in articles:
                raise InputError(
                    f"{self.path}, line {number}: the release has no article {article}"
                )

    def of(
        self, article_id: str, length: int, scheme: Scheme
    ) -> tuple[Annotation, dict[str, dict[str, float]]]:
        """(the record, scores by span id) of an article in a layer; empty where nothing is given."""
        number, made = self._by_place.get(
            (article_id, scheme.layer), (0, Prediction(article_id, scheme.layer))
        )
        try:
            spans = list(_spans(made, length, scheme))
            record = _record(made, [span for span, _ in spans], scheme)
        except ValueError as error:
            raise InputError(f"{self.path}, line {number}: {error}") from error
        return record, {span.id: scores for span, scores in spans if scores}

    def outside(self, articles: frozenset[str]) -> int:
        """How many lines are of other articles than these."""
        return sum(article not in articles for article, _ in self._by_place)


def _spans(
    made: Prediction, length: int, scheme: Scheme
) -> Iterator[tuple[Span, dict[str, float]]]:
    for at, each in enumerate(made.spans, start=1):
        if each.label not in scheme.label:
            raise ValueError(f"no label {each.label}: {scheme.layer} has {', '.join(scheme.label)}")
        if not 0 <= each.start < each.end <= length:
            raise ValueError(
                f"span {each.start} to {each.end} lies outside the text of {length} code points"
            )
        identity = each.id if each.id is not None else f"#{at}"
        yield (
            Span(identity, each.label, each.start, each.end, "", _set(each.attributes)),
            dict(each.scores),
        )


def _record(made: Prediction, spans: list[Span], scheme: Scheme) -> Annotation:
    ids = {span.id for span in spans}
    if len(ids) < len(spans):
        raise ValueError("two spans have one id")
    labels = {span.id: span.label for span in spans}
    relations = []
    for each in made.relations:
        if {each.from_, each.to} - ids:
            raise ValueError(
                f"a relation joins {each.from_} and {each.to}, one of which is not a span"
            )
        ends = labels[each.from_], labels[each.to]
        name = each.label if each.label is not None else scheme.relation_between.get(ends)
        if name not in scheme.relation:
            raise ValueError(f"no relation {name}: {scheme.layer} has {', '.join(scheme.relation)}")
        relations.append(Relation(label=name, from_=each.from_, to=each.to))
    return Annotation(
        article_id=made.article_id,
        layer=made.layer,
        annotator=SYSTEM,
        text_sha256="",
        scheme_version="",
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(sorted(relations, key=relation_order)),
        attributes=_set(made.attributes),
    )


def _set(given: Mapping[str, AttributeValue | None]) -> Attributes:
    return {name: value for name, value in given.items() if value not in (None, "", [])}
