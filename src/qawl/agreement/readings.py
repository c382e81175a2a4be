"""What each annotator says of an article, in a form that can be compared: marks, arrows, values."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import is_
from typing import NamedTuple

from msgspec import Struct

from qawl.core.records import (
    Annotation,
    Attributes,
    AttributeValue,
    Relation,
    Span,
    ends,
    to_json,
    with_attributes,
)
from qawl.scheme.attributes import Attribute, Same

Value = AttributeValue | None
"""What an annotator says of an attribute; None where they say nothing."""


class Mark(NamedTuple):
    """What makes two annotators' spans the same span: label and half-open extent.

    `copy` is empty, but for spans of which some annotator has several in one place: those are the same
    where they say the same, so `copy` has their attributes and arrows, and which of equal ones it is.
    """

    label: str
    start: int
    end: int
    copy: str = ""


class Arrow(NamedTuple):
    """What makes two annotators' relations the same relation.

    One that leads `both_ways` starts at the end that comes first in the text.
    """

    label: str | None
    start: Mark
    end: Mark
    both_ways: bool = False


class Reading(Struct, frozen=True):
    """One annotator's work on an article.

    Relations that lack an end are left out.
    """

    annotator: str
    spans: dict[Mark, Span]
    arrows: frozenset[Arrow]
    attributes: Attributes


def readings(
    records: Sequence[Annotation], known: Mapping[str, Attribute] | None = None
) -> list[Reading]:
    """What these annotations of one article say, in their order; of the attributes that are `known`, what
    is the same is written in one way."""
    records = _in_one_way(records, known or {})
    made = tuple.__new__  # many are made: Mark(…) takes twice as long
    placed = [
        [made(Mark, (span.label, span.start, span.end, "")) for span in record.spans]
        for record in records
    ]
    crowded = {
        place
        for marks in placed
        if len(set(marks)) < len(marks)
        for place, count in Counter(marks).items()
        if count > 1
    }
    return [_reading(record, marks, crowded) for record, marks in zip(records, placed, strict=True)]


class Reader:
    """`readings`; those that are asked for again before others are made once."""

    def __init__(self, known: Mapping[str, Attribute]) -> None:
        self._known = known
        self._of: Sequence[Annotation] = ()
        self._made: list[Reading] = []

    def __call__(self, records: Sequence[Annotation]) -> list[Reading]:
        """The readings of these annotations."""
        if len(records) != len(self._of) or not all(map(is_, records, self._of)):
            self._of, self._made = records, readings(records, self._known)
        return self._made


def _in_one_way(
    records: Sequence[Annotation], known: Mapping[str, Attribute]
) -> Sequence[Annotation]:
    """The records with each value that some wrote otherwise as most did, whoever did; as the scheme has
    it, where somebody did so."""
    loose = {name: each for name, each in known.items() if each.rewritable}
    if not loose:
        return records
    said: dict[tuple[str, Same], Counter[str]] = {}
    for record in records:
        for given in (record.attributes, *(span.attributes for span in record.spans)):
            for name in loose.keys() & given.keys():
                if isinstance(value := given[name], str):
                    said.setdefault((name, loose[name].same(value)), Counter())[value] += 1
    chosen = {
        (key[0], form): min(forms, key=lambda each: (any(of.problems(each)), -forms[each], each))
        for key, forms in said.items()
        for of in (loose[key[0]],)
        if len(forms) > 1
        for form in forms
    }
    return [_rewritten(each, chosen) for each in records] if chosen else records


def _rewritten(record: Annotation, chosen: Mapping[tuple[str, str], str]) -> Annotation:
    def told(given: Attributes) -> Attributes:
        return {
            name: chosen.get((name, value), value) if isinstance(value, str) else value
            for name, value in given.items()
        }

    return with_attributes(record, told)


def comparable(value: Value) -> Hashable:
    """The same for values that say the same: the order of several choices says nothing.

    Nor does that of a path, since a tree has no two values with the same names (`kinds.trees`).
    """
    return value if value is None or isinstance(value, str) else as_json(value)


def as_json(value: Value) -> str:
    """The same as JSON, but that a list has no end."""
    if isinstance(value, list):
        return "[" + ",".join(sorted([to_json(each).decode() for each in value]))
    return to_json(value).decode()


def text_order(mark: Mark) -> tuple[int, int, str, str]:
    """Sort key of marks: by start, the longer first, then label and copy."""
    return mark.start, -mark.end, mark.label, mark.copy


def _reading(record: Annotation, marks: list[Mark], crowded: Iterable[Mark]) -> Reading:
    if crowded:
        marks = _told_apart(record, marks, set(crowded))
    arrows: frozenset[Arrow] = frozenset()
    if record.relations:
        by_id = {span.id: mark for span, mark in zip(record.spans, marks, strict=True)}
        found = (_arrow(relation, by_id) for relation in record.relations)
        arrows = frozenset(arrow for arrow in found if arrow)
    spans = dict(zip(marks, record.spans, strict=True))
    return Reading(record.annotator, spans, arrows, record.attributes)


def _arrow(relation: Relation, by_id: Mapping[str, Mark]) -> Arrow | None:
    start, end = (by_id.get(each) for each in ends(relation))
    if start is None or end is None:
        return None
    both_ways = relation.direction == "bi"
    if both_ways:
        start, end = sorted((start, end), key=text_order)
    return Arrow(relation.label, start, end, both_ways)


def _told_apart(record: Annotation, marks: list[Mark], crowded: set[Mark]) -> list[Mark]:
    """The marks of a record, those in crowded places with what is said of them."""
    places = {span.id: mark for span, mark in zip(record.spans, marks, strict=True)}
    seen: Counter[tuple[Mark, str]] = Counter()
    found = []
    for span, mark in zip(record.spans, marks, strict=True):
        if mark in crowded:
            said = _said_of(span, record.relations, places)
            seen[mark, said] += 1
            found.append(mark._replace(copy=f"{said} {seen[mark, said]}"))
        else:
            found.append(mark)
    return found


def _said_of(span: Span, relations: Iterable[Relation], places: Mapping[str, Mark]) -> str:
    """The attributes of a span and the arrows at it, as JSON."""
    values = sorted((name, as_json(value)) for name, value in span.attributes.items())
    arrows = []
    for relation in relations:
        start, end = ends(relation)
        other = end if start == span.id else start
        if span.id in (start, end) and other in places:
            way = "both" if relation.direction == "bi" else "from" if start == span.id else "to"
            arrows.append((relation.label or "", way, *places[other][:3]))
    return to_json([values, sorted(arrows)]).decode()
