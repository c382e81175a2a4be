"""Label Studio JSON → Annotation, without loss: what a record can't express becomes a finding.

The only place, with `results`, where Label Studio's words (result, region, from_name) are read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from qawl.articles import cleaning
from qawl.core.findings import CHECKS, finding
from qawl.core.records import (
    Annotation,
    Article,
    Attributes,
    AttributeValue,
    Direction,
    Finding,
    Provenance,
    Relation,
    Span,
    relation_order,
    span_order,
)
from qawl.core.text import OffsetMap, offset_map, sha256
from qawl.scheme import attributes as attribute_kinds
from qawl.scheme.scheme import Scheme

Raw = Mapping[str, Any]

DIGITS = 15
"""Digits of the largest whole number that is read."""
LONGEST = 10**11
"""Seconds since 1970, or of work, that are no mistake."""


@dataclass(frozen=True, slots=True)
class Converted:
    """An annotation with what was found wrong on the way."""

    annotation: Annotation
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Reading:
    """What is gathered while the results of one annotation are read."""

    article: Article
    scheme: Scheme
    annotator: str
    task_text: str
    moved: OffsetMap | None
    others: frozenset[str]
    regions: dict[str, list[Span]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def found(self, check: str, message: str, span: Span | None = None) -> None:
        self.findings.append(
            finding(
                check,
                message,
                span=span,
                layer=self.scheme.layer,
                article_id=self.article.id,
                annotator=self.annotator,
            )
        )


def read_annotation(
    task: Raw, annotation: Raw, *, article: Article, scheme: Scheme, annotator: str
) -> Converted:
    """The record of one annotation as Label Studio sent it.

    `task` needs `id`, `project` and `data.text`; one without a text is taken to hold the frozen one.
    """
    reading = _start(task, article=article, scheme=scheme, annotator=annotator)
    results = _results(annotation)
    attributes: list[Raw] = []
    relations: list[Raw] = []
    kinds = attribute_kinds.result_types()
    for result in results:
        kind = result.get("type")
        if kind == "labels" and result.get("from_name") in (*reading.others,):
            continue
        if kind == "labels":
            _read_region(reading, result)
        elif kind in kinds:
            attributes.append(result)
        elif kind == "relation":
            relations.append(result)
        else:
            reading.found(
                "result-unsupported", f"a result of type {kind!r} was left in the journal"
            )
    document = _read_attributes(reading, attributes)
    drawn = [each for result in relations for each in _read_relation(reading, result)]
    spans = (span for region in reading.regions.values() for span in region)
    mapped = reading.task_text == article.text or reading.moved is not None
    record = Annotation(
        article_id=article.id,
        layer=scheme.layer,
        annotator=annotator,
        status="skipped" if annotation.get("was_cancelled") else "submitted",
        text_sha256=article.text_sha256 if mapped else sha256(reading.task_text),
        scheme_version=scheme.version,
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(sorted(drawn, key=relation_order)),
        attributes=document,
        provenance=provenance(task, annotation),
    )
    return Converted(record, tuple(reading.findings))


def controls(annotation: Raw) -> tuple[set[str], set[str]]:
    """The names of the controls that made an annotation's regions, and of all others."""
    regions: set[str] = set()
    others: set[str] = set()
    for each in _results(annotation):
        name, kind = each.get("from_name"), each.get("type")
        if isinstance(name, str):
            (regions if isinstance(kind, str) and kind.endswith("labels") else others).add(name)
    return regions, others


def _results(annotation: Raw) -> list[Raw]:
    """The results of an annotation that are objects."""
    given = annotation.get("result")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _start(task: Raw, *, article: Article, scheme: Scheme, annotator: str) -> _Reading:
    """Compares the task's text with the frozen one and says how its offsets are to be read."""
    data = task.get("data")
    given = data.get("text") if isinstance(data, Mapping) else None
    text = given if isinstance(given, str) else article.text
    shared = task.get("layers")
    others = frozenset(shared if isinstance(shared, list) else ()) - {scheme.layer}
    reading = _Reading(article, scheme, annotator, text, None, others)
    if text == article.text:
        return reading
    edits = cleaning.edits_into(article, text)
    if edits is not None:
        reading.moved = offset_map(edits)
        reading.found("task-text-mapped", CHECKS["task-text-mapped"].explanation)
    else:
        reading.found(
            "task-text-differs",
            "the task's text is not the frozen text of its article; offsets stand as they came",
        )
    return reading


def _read_region(reading: _Reading, result: Raw) -> None:
    """One region with its labels → a span for each label."""
    value = _value(result)
    identity = str(result.get("id") or "")
    bounds = _bounds(reading, value)
    labels = [str(label) for label in value.get("labels") or ()]
    if bounds is None:
        reading.found(
            "offset-unreadable",
            f"region {identity} ({', '.join(labels)}) has start {value.get('start')!r} and end "
            f"{value.get('end')!r}; it was left in the journal",
        )
        return
    start, end = bounds
    region = reading.regions.setdefault(identity, [])
    if not labels:
        reading.found("region-unlabelled", f"region {identity} at {start} to {end} has no label")
    surface = _surface(reading, value.get("text"), start, end)
    for label in labels:
        number = len(region) + 1
        name = identity if number == 1 else f"{identity}#{number}"
        region.append(Span(name, label, start, end, surface))
    if region and result.get("from_name") != reading.scheme.layer:
        reading.found(
            "foreign-control",
            f"region {identity} was made with the control {result.get('from_name')!r}",
            region[-1],
        )


def _value(result: Raw) -> Raw:
    value = result.get("value")
    return value if isinstance(value, dict) else {}


def _bounds(reading: _Reading, value: Raw) -> tuple[int, int] | None:
    """Start and end in code points of the frozen text; None where they can't be read or mapped."""
    start, end = _whole(value.get("start")), _whole(value.get("end"))
    if start is None or end is None:
        return None
    if reading.moved is None:
        return start, end
    first, last = reading.moved(start), reading.moved(end)
    return None if first is None or last is None else (first, last)


def _whole(value: object) -> int | None:
    """A whole number, also one written as 5.0 or "5"; None for anything else (True is no int here)."""
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) <= DIGITS else None
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    return number if type(number) is int and abs(number) < 10**DIGITS else None


def _surface(reading: _Reading, given: object, start: int, end: int) -> str:
    """The slice, unless the surface that came contradicts it; then the one that came."""
    text = reading.article.text
    piece = text[start:end] if 0 <= start <= end <= len(text) else ""
    if given == piece or not isinstance(given, str):
        return piece
    return piece if _plain(given) == _plain(piece) else given


def _plain(surface: str) -> str:
    """A surface as cleaning leaves texts, without what Label Studio does to it: escaped line breaks,
    collapsed white space."""
    spaced = surface.replace("\\r", " ").replace("\\n", " ")
    return " ".join(cleaning.clean(spaced, chrome=())[0].split())


def _read_attributes(reading: _Reading, results: Iterable[Raw]) -> Attributes:
    """Puts per-region attributes on their spans; returns those of the whole article."""
    document: Attributes = {}
    for result in results:
        value = _value(result)
        control = str(result.get("from_name") or "")
        stated = attribute_kinds.value_of(value)
        attribute = reading.scheme.control.get(control)
        given = attribute.read(stated) if attribute else attribute_kinds.as_value(stated)
        if given is None:
            continue
        identity = str(result.get("id") or "")
        spans = reading.regions.get(identity)
        if spans:
            _set(reading, spans, control, given)
        elif "start" in value or spans is not None:
            reading.found("attribute-orphan", f"{control}={given!r} belongs to region {identity}")
        else:
            document[attribute.name if attribute else control] = given
    return document


def _set(reading: _Reading, spans: list[Span], control: str, given: AttributeValue) -> None:
    """Sets an attribute on those spans of a region whose label can have it, else on the first.

    Of a name that was chosen and typed the typed one counts.
    """
    attribute = reading.scheme.control.get(control)
    name = attribute.name if attribute else control
    there = [span for span in spans if name in span.attributes]
    if control != name:
        for span in there:
            if span.attributes[name] != given:
                reading.found("attribute-twice", f"{name} was chosen and typed", span)
    elif there:
        reading.found("attribute-twice", f"{name} was chosen and typed", spans[0])
        return
    wanted = [span for span in spans if attribute and span.label in attribute.of] or spans[:1]
    for span in wanted:
        span.attributes[name] = given


def _read_relation(reading: _Reading, result: Raw) -> list[Relation]:
    """One arrow → a relation for each of its labels, or one named by the labels at its ends.

    One that its ends name stands in the sense of its arrow, or in the only sense that has a name.
    """
    start, end = str(result.get("from_id") or ""), str(result.get("to_id") or "")
    given = result.get("direction")
    direction: Direction | msgspec.UnsetType = given if given in ("left", "bi") else msgspec.UNSET
    labels = [str(label) for label in result.get("labels") or ()]
    if labels:
        return [Relation(label=label, from_=start, to=end, direction=direction) for label in labels]
    senses = [(end, start), (start, end)] if direction == "left" else [(start, end), (end, start)]
    for first, last in senses:
        if name := _named(reading, first, last):
            both = direction if direction == "bi" else msgspec.UNSET
            return [Relation(label=name, from_=first, to=last, direction=both)]
    return [Relation(label=None, from_=start, to=end, direction=direction)]


def _named(reading: _Reading, start: str, end: str) -> str | None:
    """The relation that the labels at the ends tell; None where they tell none."""
    for first in reading.regions.get(start, ()):
        for last in reading.regions.get(end, ()):
            name = reading.scheme.relation_between.get((first.label, last.label))
            if name:
                return name
    return None


def provenance(task: Raw, annotation: Raw) -> Provenance:
    """Where an annotation stands in Label Studio."""
    return Provenance(
        project=_whole(annotation.get("project", task.get("project"))),
        task=_whole(task.get("id", annotation.get("task"))),
        annotation=_whole(annotation.get("id")),
        created_at=_time(annotation.get("created_at")),
        updated_at=_time(annotation.get("updated_at")),
        lead_time=_seconds(annotation.get("lead_time")),
    )


def _seconds(given: object) -> float | None:
    """Seconds as they came; None for anything that can't be a length of time."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return given if 0 <= given < LONGEST else None


def _time(given: object) -> str | None:
    """A time as it came; early versions of Label Studio count seconds since 1970."""
    if isinstance(given, str):
        return given
    seconds = _seconds(given)
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
