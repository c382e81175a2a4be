"""Label Studio JSON → Annotation, without loss: what a record can't express becomes a finding.

With `reading`, `regions` and `to_label_studio` the only place where Label Studio's words (result, region,
from_name) are read or written. Any JSON is read: a value of another type than expected is a finding.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import msgspec
from msgspec import Struct

from qawl.annotations import clicks, doubts, regions
from qawl.annotations import reading as read
from qawl.annotations.composed import composed
from qawl.annotations.foreign_values import brief, moment, name, seconds, whole
from qawl.annotations.reading import Raw, Reading
from qawl.annotations.to_label_studio import SENT
from qawl.core.excerpts import many
from qawl.core.records import (
    Annotation,
    Article,
    Attributes,
    AttributeValue,
    Direction,
    Finding,
    Origin,
    Provenance,
    Relation,
    Span,
    relation_order,
    span_order,
    with_attributes,
)
from qawl.core.text import sha256, typed
from qawl.scheme import points
from qawl.scheme.attributes import as_value
from qawl.scheme.kinds import registry as attribute_kinds
from qawl.scheme.model import Scheme

ORIGINS: Mapping[str, Origin] = {SENT["kept"]: "kept", SENT["changed"]: "changed"}
"""What Label Studio says of a region that was a suggestion → what a span says."""
_SUGGESTED: tuple[object, ...] = tuple(ORIGINS)
"""The same, to be compared with what may be of any type."""


class Converted(Struct, frozen=True):
    """An annotation with what was found wrong on the way."""

    annotation: Annotation
    findings: tuple[Finding, ...]


def read_annotation(
    task: Raw,
    annotation: Raw,
    *,
    article: Article,
    scheme: Scheme,
    annotator: str,
    schemes: Mapping[str, Scheme] | None = None,
) -> Converted:
    """The record of one annotation as Label Studio sent it.

    `task` needs `id`, `project` and, under `data`, the text field of the scheme; one without a text is
    taken to hold the frozen one.
    Where it names `layers` that share its annotations, `schemes` says what belongs to the others.
    """
    reading = read.start(
        task, article=article, scheme=scheme, annotator=annotator, schemes=schemes or {}
    )
    results = _sorted(reading, annotation)
    regions.read_regions(reading, task, results["region"])
    document = _read_attributes(reading, results["attribute"])
    drawn = [each for result in results["relation"] for each in _read_relation(reading, result)]
    spans = doubts.of_spans(_with_origins(reading, results["region"]), results["doubt"])
    record = Annotation(
        article_id=article.id,
        layer=scheme.layer,
        annotator=annotator,
        status="skipped" if _skipped(annotation) else "submitted",
        text_sha256=article.text_sha256 if reading.fits else sha256(reading.task_text),
        scheme_version=scheme.version,
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(sorted(drawn, key=relation_order)),
        attributes=document,
        provenance=_checked_provenance(reading, task, annotation),
        unsure=doubts.of_task(results["doubt"]),
    )
    decided, odd = clicks.clicked(results["click"])
    for each in odd:
        reading.found("result-unreadable", f"the task offers no choice {brief(each)} to the judge")
    if decided:
        record = _reread(clicks.applied(record, decided, article.text), scheme)
    return Converted(composed(record, scheme), tuple(reading.findings))


def _reread(record: Annotation, scheme: Scheme) -> Annotation:
    """A judge's record with typed texts as they are read: a choice may hold them as they were typed."""
    free = {each.name: each for each in scheme.attributes if each.free}

    def of(given: Attributes) -> Attributes:
        told = {
            name: free[name].read(each) if name in free else each for name, each in given.items()
        }
        return {name: each for name, each in told.items() if each is not None}

    return with_attributes(record, of)


def _with_origins(reading: Reading, results: Sequence[Raw]) -> list[Span]:
    """The spans of all regions; where one was a suggestion, each says what became of it."""
    spans = [span for region in reading.regions.values() for span in region]
    if not any(each.get("origin") in _SUGGESTED for each in results):
        return spans
    said = {name(each.get("id")): each.get("origin") for each in results}
    if not any(each in _SUGGESTED for each in said.values()):
        return spans
    return [
        msgspec.structs.replace(span, origin=_origin(said, identity))
        for identity, region in reading.regions.items()
        for span in region
    ]


def _origin(said: Mapping[str | None, object], identity: str) -> Origin:
    given = said.get(identity, said.get(identity.rpartition("@")[0]))
    return ORIGINS.get(given, "made") if isinstance(given, str) else "made"


class Named(NamedTuple):
    """What an annotation's results name: controls that made regions, all others, and texts."""

    marking: set[str]
    others: set[str]
    texts: set[str]


def named(annotation: Raw) -> Named:
    """The names of the controls that made an annotation's results, and of the texts that these are of."""
    found = Named(set(), set(), set())
    for each in read.results(annotation):
        control, text = each.get("from_name"), each.get("to_name")
        if isinstance(control, str):
            (found.marking if each.get("type") in regions.TYPES else found.others).add(control)
        if isinstance(text, str):
            found.texts.add(text)
    return found


def _sorted(reading: Reading, annotation: Raw) -> dict[str, list[Raw]]:
    """The results of an annotation, sorted by what they say; others become findings."""
    given = annotation.get("result")
    found: dict[str, list[Raw]] = {
        name: [] for name in ("region", "attribute", "relation", "doubt", "click")
    }
    for each in read.results(annotation):
        if kind := _kind(each):
            found[kind].append(each)
        else:
            reading.found("result-unsupported", f"a result of the type {brief(each.get('type'))}")
    if not isinstance(given, list):
        if given is not None or not _skipped(annotation):
            reading.found("result-unreadable", f"the results are no list but {brief(given)}")
    elif odd := [each for each in given if not isinstance(each, dict)]:
        are = many(len(odd), "result is no object", "results are no objects")
        message = f"{are}; the first is {brief(odd[0])}"
        reading.found("result-unreadable", message)
    return found


_KINDS = {
    **dict.fromkeys(attribute_kinds.result_types(), "attribute"),
    **dict.fromkeys(regions.TYPES, "region"),
    "relation": "relation",
}
"""What a result of a type says."""


def _kind(result: Raw) -> str | None:
    """What a result says; None where that is nothing that is read."""
    control, kind = result.get("from_name"), result.get("type")
    return _kind_of(
        control if isinstance(control, str) else "", kind if isinstance(kind, str) else ""
    )


@lru_cache
def _kind_of(control: str, kind: str) -> str | None:
    """What a result of this type says that was made with this control."""
    if points.is_own(control):
        return "click" if points.is_point(control) else "doubt"
    return _KINDS.get(kind)


def _read_attributes(reading: Reading, results: Sequence[Raw]) -> Attributes:
    """Puts per-region attributes on their spans; returns those of the whole article."""
    document: Attributes = {}
    for result in results:
        control = result.get("from_name")
        if not isinstance(control, str) or not control:
            reading.found("result-unreadable", f"a choice or text of the control {brief(control)}")
            continue
        attribute = reading.scheme.of_control.get(control)
        if attribute is None and any(
            control in each.of_control for each in reading.others.values()
        ):
            continue  # it is read with the other layer
        stated = attribute_kinds.value_of(read.value(result))
        given = attribute.read(stated) if attribute else as_value(stated)
        if given is not None:
            _place(reading, document, result, control, given)
        elif not _says_nothing(stated):
            message = f"the value of {brief(control)} is {brief(stated)}"
            reading.found("result-unreadable", message)
    return document


def _says_nothing(stated: object) -> bool:
    """Whether there is no value, or only white space in a box."""
    texts = stated if isinstance(stated, list) else [stated]
    return all(isinstance(each, str) and not typed(each) for each in texts)


def _place(
    reading: Reading, document: Attributes, result: Raw, control: str, given: AttributeValue
) -> None:
    """Puts one attribute where it belongs: on the spans of its region, or on the article."""
    identity = name(result.get("id"))
    spans = _region(reading, result)
    if spans:
        _set(reading, spans, control, given)
    elif spans is None and identity in reading.away:
        if reading.away[identity]:
            reading.found("result-elsewhere", "an attribute of a region of another text")
    elif spans is not None or "start" in read.value(result):
        message = f"{brief(control)}={brief(given)} belongs to region {brief(identity)}"
        reading.found("attribute-orphan", message)
    else:
        attribute = reading.scheme.of_control.get(control)
        own = attribute.name if attribute else control
        if document.get(own, given) != given:
            reading.found("attribute-twice", f"{own} is given twice")
        document[own] = given


def _region(reading: Reading, result: Raw) -> list[Span] | None:
    """The spans of the region that an attribute is of, by its id, else by its place."""
    identity = name(result.get("id"))
    if identity is not None and identity in reading.regions:
        return reading.regions[identity]
    place = regions.bounds(reading, read.value(result))
    return None if place is None else reading.regions.get(regions.at_place(place, identity))


def _set(reading: Reading, spans: list[Span], control: str, given: AttributeValue) -> None:
    """Sets an attribute on those spans of a region whose label can have it, else on the first.

    Of a name that was chosen and typed the typed one counts.
    """
    attribute = reading.scheme.of_control.get(control)
    name = attribute.name if attribute else control
    there = [span for span in spans if name in span.attributes]
    both = attribute is not None and len(attribute.controls) > 1
    for span in there if both else ():
        if span.attributes[name] != given:
            reading.found("attribute-twice", f"{name} was chosen and typed", span)
    if there and not both:
        reading.found("attribute-twice", f"{name} is given twice", spans[0])
    if there and control == name:
        return
    wanted = [span for span in spans if attribute and span.label in attribute.of] or spans[:1]
    for span in wanted:
        span.attributes[name] = given


def _read_relation(reading: Reading, result: Raw) -> list[Relation]:
    """One arrow → a relation for each of its labels, or one named by the labels at its ends.

    One that its ends name stands in the sense of its arrow, or in the only sense that has a name.
    """
    start, end = name(result.get("from_id")), name(result.get("to_id"))
    if start is None or end is None:
        reading.found("result-unreadable", "an arrow without two ends")
        return []
    if away := [
        each for each in (start, end) if each not in reading.regions and each in reading.away
    ]:
        if len(away) == 1 or any(reading.away[each] for each in away):
            reading.found("result-elsewhere", "an arrow to a region of another text or layer")
        return []
    given = result.get("direction")
    if given not in (None, "left", "right", "bi"):
        reading.found("field-unreadable", "the direction of an arrow can't be read")
    direction: Direction | msgspec.UnsetType = given if given in ("left", "bi") else msgspec.UNSET
    labels = regions.names(reading, result.get("labels"), "an arrow")
    if labels:
        return [Relation(label=label, from_=start, to=end, direction=direction) for label in labels]
    senses = [(end, start), (start, end)] if direction == "left" else [(start, end), (end, start)]
    for first, last in senses:
        if told := _named(reading, first, last):
            both = direction if direction == "bi" else msgspec.UNSET
            return [Relation(label=told, from_=first, to=last, direction=both)]
        if _several(reading, first, last):
            break  # which one nobody says; the other sense would be another arrow
    return [Relation(label=None, from_=start, to=end, direction=direction)]


def _named(reading: Reading, start: str, end: str) -> str | None:
    """The relation that the labels at the ends tell; None where they tell none."""
    for first in reading.regions.get(start, ()):
        for last in reading.regions.get(end, ()):
            told = reading.scheme.relation_between.get((first.label, last.label))
            if told:
                return told
    return None


def _several(reading: Reading, start: str, end: str) -> bool:
    """Whether several relations join the labels at the ends."""
    pairs = product(reading.regions.get(start, ()), reading.regions.get(end, ()))
    between = reading.scheme.relations_between
    return any(len(between.get((one.label, other.label), ())) > 1 for one, other in pairs)


def _skipped(annotation: Raw) -> bool:
    """Whether the annotator skipped the task; `skipped` is what early versions say."""
    return True in (annotation.get("was_cancelled"), annotation.get("skipped"))


def provenance(task: Raw, annotation: Raw) -> Provenance:
    """Where an annotation stands in Label Studio, and when it was made, as far as that can be read."""
    return Provenance(
        project=whole(annotation.get("project", task.get("project"))),
        task=whole(task.get("id", annotation.get("task"))),
        annotation=whole(annotation.get("id")),
        created_at=moment(annotation.get("created_at")),
        updated_at=moment(annotation.get("updated_at")),
        lead_time=seconds(annotation.get("lead_time")),
    )


def _checked_provenance(reading: Reading, task: Raw, annotation: Raw) -> Provenance:
    """The same, with a finding for each time or state that can't be read."""
    made = provenance(task, annotation)
    times = ("created_at", "updated_at", "lead_time")
    odd = [
        each for each in times if annotation.get(each) is not None and getattr(made, each) is None
    ]
    flags = ("was_cancelled", "skipped")
    odd += [each for each in flags if annotation.get(each) not in (None, True, False)]
    for each in odd:
        reading.found("field-unreadable", f"{each} can't be read")
    return made
