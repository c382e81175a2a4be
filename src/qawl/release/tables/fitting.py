"""Gold and annotations as tables can hold them: what no column can take is left out and counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from qawl.core.column_types import ClassLabel, ListOf
from qawl.core.records import (
    Annotation,
    Attributes,
    AttributeValue,
    Disagreement,
    Gold,
    GoldRelation,
    GoldSpan,
)
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme

Kind = Literal["span", "attribute", "relation"]


@dataclass(slots=True)
class Fitting:
    """Makes gold fit the tables of these schemes; `left_out` has the articles of each reason, in words,
    one for each thing that is left out."""

    schemes: Mapping[str, Scheme]
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def fitted(self, gold: Gold) -> Gold:
        """The gold without labels, relations, attributes and values that the scheme does not have, and
        values of another kind than their column; it is incomplete without them."""
        scheme = self.schemes[gold.layer]
        lost = [*_lost(gold, scheme)]
        if not lost:
            return gold
        for reason, _ in lost:
            self.left_out.setdefault(f"{gold.layer}: {reason}", []).append(gold.article_id)
        spans = [each for each in gold.spans if each.label in scheme.label]
        ids = {each.id for each in spans}
        return replace(
            gold,
            complete=False,
            spans=tuple(
                replace(each, attributes=_held(each.attributes, scheme.attributes_of(each.label)))
                for each in spans
            ),
            relations=tuple(
                each
                for each in gold.relations
                if {each.from_, each.to} <= ids and _is_known(each, scheme)
            ),
            attributes=_held(gold.attributes, scheme.document_attributes),
            open=(*gold.open, *(each for _, each in lost)),
        )

    def placed(self, record: Annotation) -> Annotation:
        """The annotation without spans at places that are no numbers of a table, far out of any text, and
        without their relations."""
        spans = [each for each in record.spans if _is_near(each.start, each.end)]
        if len(spans) == len(record.spans):
            return record
        gone = {each.id for each in record.spans} - {each.id for each in spans}
        arrows = [each for each in record.relations if not {each.from_, each.to} & gone]
        where = f"{record.layer}, table annotations:"
        for what, count in (
            (f"a span beyond {FARTHEST}", len(record.spans) - len(spans)),
            (f"a relation of a span beyond {FARTHEST}", len(record.relations) - len(arrows)),
        ):
            if count:
                said = self.left_out.setdefault(f"{where} {what}", [])
                said.extend([record.article_id] * count)
        return replace(record, spans=tuple(spans), relations=tuple(arrows))

    def numbered(self, record: Annotation) -> Annotation:
        """The annotation without numbers of Label Studio that are larger than those of a table."""
        where = record.provenance
        odd = [name for name in _NUMBERS if not _is_near(getattr(where, name) or 0)]
        if not odd:
            return record
        for name in odd:
            reason = f"table annotations: the number of {name}, beyond {FARTHEST}"
            self.left_out.setdefault(reason, []).append(record.article_id)
        return replace(record, provenance=replace(where, **dict.fromkeys(odd)))


FARTHEST = 2**31 - 1
"""The largest number that a table holds (int32)."""
_NUMBERS = ("project", "task", "annotation")


def _is_near(*numbers: int) -> bool:
    """Whether a table can hold these numbers."""
    return all(abs(each) <= FARTHEST for each in numbers)


Lost = tuple[str, Disagreement]
"""Why something is left out, in words, and that it is undecided."""


def _lost(gold: Gold, scheme: Scheme) -> Iterator[Lost]:
    """What of gold no table can hold."""
    spans = {each.id: each for each in gold.spans}
    for span in gold.spans:
        if span.label not in scheme.label:
            reason = f"the label {span.label!r} is not in the scheme"
            yield reason, _open("span", span, None, span.support)
            continue
        for name, why in _misfits(span.attributes, scheme.attributes_of(span.label)):
            yield why, _open("attribute", span, name, span.support)
    for relation in gold.relations:
        span = spans[relation.from_]
        if not _is_known(relation, scheme):
            reason = f"the relation {relation.label!r} is not in the scheme"
            yield reason, _open("relation", span, relation.label, relation.support)
        elif any(spans[each].label not in scheme.label for each in (relation.from_, relation.to)):
            reason = f"the relation {relation.label!r} has an end whose label is not in the scheme"
            yield reason, _open("relation", span, relation.label, relation.support)
    for name, why in _misfits(gold.attributes, scheme.document_attributes):
        yield why, _open("attribute", None, name, tuple(gold.decided_from))


def _is_known(relation: GoldRelation, scheme: Scheme) -> bool:
    """Whether the column of relations can hold one; it holds any where the scheme has none."""
    return not scheme.relations or relation.label is None or relation.label in scheme.relation


def _misfits(given: Attributes, known: Sequence[Attribute]) -> Iterator[tuple[str, str]]:
    """(name, why in words) of each attribute whose value no column can hold."""
    columns = {each.name: each for each in known}
    for name, value in given.items():
        if name not in columns:
            yield name, f"the attribute {name!r} is not in the scheme, or not of this label"
        elif not _holds(columns[name], value):
            yield name, f"a value of {name} that its column can't hold"


def _held(given: Attributes, known: Sequence[Attribute]) -> Attributes:
    """The attributes that have a column which can hold them."""
    lost = {name for name, _ in _misfits(given, known)}
    return {name: value for name, value in given.items() if name not in lost} if lost else given


def _holds(attribute: Attribute, value: AttributeValue) -> bool:
    """Whether the column of an attribute can hold a value."""
    if not attribute.fits(value):
        return False
    kind = attribute.column()
    item = kind.item if isinstance(kind, ListOf) else kind
    several = value if isinstance(value, list) else [value]
    return not isinstance(item, ClassLabel) or all(each in item.names for each in several)


def _open(
    kind: Kind, span: GoldSpan | None, name: str | None, support: Sequence[str]
) -> Disagreement:
    """That it is undecided what annotators said of a span, or of the article."""
    label, start, end = (span.label, span.start, span.end) if span else ("", 0, 0)
    said: dict[str, AttributeValue | None] = dict.fromkeys(support, label or None)
    return Disagreement(kind=kind, start=start, end=end, label=label, name=name, readings=said)
