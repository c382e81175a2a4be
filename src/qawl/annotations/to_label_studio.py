"""Annotation → Label Studio `result` JSON, as its editor would send it."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from qawl.annotations import doubts
from qawl.core.records import (
    Annotation,
    Attributes,
    AttributeValue,
    Gold,
    GoldRelation,
    GoldSpan,
    Relation,
    Span,
    Suggestion,
)
from qawl.scheme import attributes
from qawl.scheme.model import Scheme

SUGGESTED = "prediction"
"""What Label Studio calls the origin of a region that was suggested."""
SENT: Mapping[object, str] = {"kept": SUGGESTED, "changed": f"{SUGGESTED}-changed"}
"""What a span says of its origin → what Label Studio says of its region."""
MADE = "manual"
"""The same of all others."""


def write_results(
    record: Annotation | Gold | Suggestion, scheme: Scheme, *, named: bool = False
) -> list[dict[str, object]]:
    """The results of a record: regions with their attributes, the article's attributes, relations.

    Spans `x`, `x#2`, … of one place become one region with several labels again. An arrow that the
    scheme names by its ends is written without a label, as annotators draw it; `named` writes the
    labels of all, for who has no scheme.
    """
    origin = SUGGESTED if isinstance(record, Suggestion) else MADE
    region_of: dict[str, str] = {}
    ids = [span.id for span in record.spans]
    if len({*ids}) == len(ids) and "#" not in "".join(ids):
        results = _apart(record.spans, scheme, origin)
    else:
        region_of = _regions(record.spans)
        results = [
            result
            for identity, spans in _grouped(record.spans, region_of).items()
            for result in _write_region(identity, spans, scheme, origin)
        ]
    for name, value in record.attributes.items():
        results.append(_attribute(scheme, f"{name}-{record.article_id}", name, value, {}))
    results += doubts.written(record, scheme.text_control)
    if record.relations:
        labels = {span.id: span.label for span in record.spans}
        told = {} if named else scheme.relation_between
        results += [_write_relation(each, labels, region_of, told) for each in record.relations]
    return results


def write_again(record: Annotation, scheme: Scheme) -> list[dict[str, object]]:
    """The results of an annotation that goes back to its annotator: its regions say, as they did, which
    were suggestions."""
    said = {span.id: SENT.get(span.origin, MADE) for span in record.spans}
    return [
        {**each, "origin": said[str(each["id"])]} if each["type"] == "labels" else each
        for each in write_results(record, scheme)
    ]


def _apart(
    spans: Sequence[Span | GoldSpan], scheme: Scheme, origin: str
) -> list[dict[str, object]]:
    """The results of spans that are each a region of their own, as most are."""
    control_of, text = scheme.control_of, scheme.text_control
    results: list[dict[str, object]] = []
    for span in spans:
        label = span.label
        results.append(
            {
                "id": span.id,
                "from_name": control_of.get(label) or _control(label, scheme),
                "to_name": text,
                "type": "labels",
                "origin": origin,
                "value": {
                    "start": span.start,
                    "end": span.end,
                    "text": span.text,
                    "labels": [label],
                },
            }
        )
        if span.attributes:
            results += _said(span.id, span, span.attributes, scheme)
    return results


def _grouped(
    spans: Sequence[Span | GoldSpan], region_of: dict[str, str]
) -> dict[str, list[Span | GoldSpan]]:
    """Region id → its spans, in the order of their numbers."""
    regions: dict[str, list[Span | GoldSpan]] = {}
    for span in sorted(spans, key=lambda each: _number(each.id, region_of[each.id])):
        regions.setdefault(region_of[span.id], []).append(span)
    return regions


def _regions(spans: Sequence[Span | GoldSpan]) -> dict[str, str]:
    """Span id → region id: `x` for `x#2`, if that is another label of the region `x`."""
    places = {span.id: (span.start, span.end) for span in spans}
    found = {}
    for identity, place in places.items():
        base, mark, number = identity.rpartition("#")
        same = mark and number.isdecimal() and places.get(base) == place
        found[identity] = base if same else identity
    return found


def _number(identity: str, region: str) -> int:
    """Which label of its region a span is, from 1."""
    return 1 if identity == region else int(identity.rpartition("#")[2])


def _write_region(
    identity: str, spans: Sequence[Span | GoldSpan], scheme: Scheme, origin: str
) -> Iterator[dict[str, object]]:
    first = spans[0]
    place = {"start": first.start, "end": first.end, "text": first.text}
    by_control: dict[str, list[str]] = {}
    for span in spans:
        by_control.setdefault(_control(span.label, scheme), []).append(span.label)
    for control, labels in by_control.items():
        yield {
            "id": identity,
            "from_name": control,
            "to_name": scheme.text_control,
            "type": "labels",
            "origin": origin,
            "value": {**place, "labels": labels},
        }
    said: Attributes = {}
    for span in spans:
        said.update(span.attributes)
    yield from _said(identity, first, said, scheme)


def _said(
    identity: str, span: Span | GoldSpan, said: Attributes, scheme: Scheme
) -> Iterator[dict[str, object]]:
    """The results of attributes at the region of a span."""
    place = {"start": span.start, "end": span.end, "text": span.text}
    for name, value in said.items():
        yield _attribute(scheme, identity, name, value, place)


def _control(label: str, scheme: Scheme) -> str:
    """The control of a label; for one that the scheme lacks the first."""
    first = scheme.sets[0].control if scheme.sets else scheme.layer
    return scheme.control_of.get(label, first)


def _attribute(
    scheme: Scheme, identity: str, name: str, value: AttributeValue, place: dict[str, object]
) -> dict[str, object]:
    attribute = scheme.attribute.get(name)
    control, kind, written = attribute.write(value) if attribute else attributes.write(name, value)
    return {
        "id": identity,
        "from_name": control,
        "to_name": scheme.text_control,
        "type": kind,
        "origin": MADE,
        "value": {**place, **written},
    }


def _write_relation(
    relation: Relation | GoldRelation,
    labels: dict[str, str],
    region_of: dict[str, str],
    told: Mapping[tuple[str, str], str | None],
) -> dict[str, object]:
    """An arrow; `told` are the labels that the labels at its ends tell."""
    ends = labels.get(relation.from_, ""), labels.get(relation.to, "")
    given = relation.direction
    written: dict[str, object] = {
        "type": "relation",
        "from_id": region_of.get(relation.from_, relation.from_),
        "to_id": region_of.get(relation.to, relation.to),
        "direction": "right" if given is msgspec.UNSET else given,
    }
    if relation.label is not None and relation.label != told.get(ends):
        written["labels"] = [relation.label]
    return written
