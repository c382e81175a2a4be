"""Annotations of an older version of a scheme, converted by the steps that the scheme states.

The journal stays as it was: this happens each time annotations are derived from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec import structs

from qawl.annotations import repairs
from qawl.core.findings import finding
from qawl.core.records import (
    Annotation,
    Attributes,
    AttributeValue,
    Brought,
    Finding,
    Place,
    Relation,
    Span,
    in_words,
    relation_order,
    span_order,
)
from qawl.scheme.changes import Change, Name
from qawl.scheme.model import Scheme

T = TypeVar("T")


def forward(
    record: Annotation, changes: tuple[Change, ...], current: Scheme
) -> tuple[Annotation, list[Finding]]:
    """The record as the current scheme says it; what was changed, and what a person should look at."""
    bringing = _Bringing(record, current, changes)
    made = record
    for change in changes:
        made = bringing.over(made, change)
    made = structs.replace(
        made,
        scheme_version=current.version,
        spans=tuple(sorted(made.spans, key=span_order)),
        relations=tuple(sorted(bringing.named(made), key=relation_order)),
        brought=Brought(record.scheme_version, repairs.version(record)),
    )
    return made, list(bringing.findings(made))


@dataclass(slots=True)
class _Bringing:
    """One annotation on its way."""

    record: Annotation
    current: Scheme
    changes: tuple[Change, ...]
    steps: list[str] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def over(self, made: Annotation, change: Change) -> Annotation:
        """The record after one change."""
        spans, same = self._spans(made.spans, change)
        relations = self._relations(made.relations, {each.id for each in spans}, same, change)
        attributes = self._attributes(made.attributes, change, None)
        return structs.replace(made, spans=spans, relations=relations, attributes=attributes)

    def named(self, made: Annotation) -> Iterator[Relation]:
        """The relations; one without a name takes that which its ends tell now."""
        labels = {each.id: each.label for each in made.spans}
        for each in made.relations:
            ends = labels.get(each.from_, ""), labels.get(each.to, "")
            told = self.current.relation_between
            if each.label is not None or not (ends in told or ends[::-1] in told):
                yield each
            elif ends in told:
                yield structs.replace(each, label=told[ends])
            else:
                yield structs.replace(each, label=told[ends[::-1]], from_=each.to, to=each.from_)

    def findings(self, made: Annotation) -> Iterator[Finding]:
        """What was changed, a finding a step; then what a person should look at."""
        way = f"version {self.record.scheme_version} → {self.current.version}"
        yield finding("scheme-brought", f"{way}: read by the steps of the scheme", made)
        yield from (finding("scheme-step", f"{way}: {each}", made) for each in self.steps)
        spans = {each.id: each for each in made.spans}
        for message, span in self.asked:
            yield finding("scheme-split", message, made, spans.get(span or ""))

    def _fate(self, name: Name, change: Change, span: str | None = None) -> str | None:
        """What a name is after a change; notes the step."""
        fate = change.fate(name)
        if fate.to != name.name or fate.asked:
            self.steps.append(f"{name} {fate}")
        if len({*self._ends(name, change)}) > 1:
            self.asked.append((f"{name} is split: is it {' or '.join(fate.asked)}?", span))
        return fate.to

    def _spans(
        self, spans: tuple[Span, ...], change: Change
    ) -> tuple[tuple[Span, ...], dict[str, str]]:
        """The spans, and which other span stands for one that a merge made its double."""
        kept: list[Span] = []
        there: dict[Place, list[tuple[Span, str]]] = {}
        same: dict[str, str] = {}
        for span in spans:
            label = self._fate(Name("label", span.label), change, span.id)
            if label is None:
                continue
            attributes = self._attributes(span.attributes, change, span.id)
            new = structs.replace(span, label=label, attributes=attributes)
            here = there.setdefault(new.place, [])
            # Two that had one label before stay two.
            double = next(
                (one for one, was in here if was != span.label and _agrees(one, new)), None
            )
            if double is None:
                kept.append(new)
                here.append((new, span.label))
            else:
                same[span.id] = double.id
                double.attributes.update(new.attributes)
                self.steps.append(f"two spans of one place are one {label}")
        return tuple(kept), same

    def _relations(
        self, relations: tuple[Relation, ...], spans: set[str], same: dict[str, str], change: Change
    ) -> tuple[Relation, ...]:
        """The relations between spans that stay; those that a step made equal to another are one."""
        before = {each.id for each in self.record.spans}
        kept: list[Relation] = []
        from_: dict[Arrow, Arrow] = {}
        for each in relations:
            start, end = (same.get(one, one) for one in (each.from_, each.to))
            if {start, end} & (before - spans):
                self.steps.append("an arrow of a removed span is removed")
            elif start == end and each.from_ != each.to:
                self.steps.append("an arrow between two spans that are one is removed")
            elif (label := self._relation(each.label, change)) != "":
                made = structs.replace(each, label=label, from_=start, to=end)
                if from_.setdefault(_arrow(made), _arrow(each)) == _arrow(each):
                    kept.append(made)
                else:
                    self.steps.append("two arrows that say the same are one")
        return tuple(kept)

    def _relation(self, label: str | None, change: Change) -> str | None:
        """A relation's name after a change; empty where it is removed."""
        return None if label is None else self._fate(Name("relation", label), change) or ""

    def _attributes(self, given: Attributes, change: Change, span: str | None) -> Attributes:
        made: Attributes = {}
        for name, value in given.items():
            own = self._fate(Name("attribute", name), change, span)
            left = None if own is None else self._value(name, value, change, span)
            if own is None or left is None:
                continue
            if made.get(own, left) != left:
                left = self._both(own, made[own], left, span)
            made[own] = left
        return made

    def _both(
        self, name: str, one: AttributeValue, other: AttributeValue, span: str | None
    ) -> AttributeValue:
        """Two values of attributes that are one now: all of them, or the first where one is taken."""
        attribute = self.current.attribute.get(name)
        if attribute is not None and attribute.several:
            return _once([*_listed(one), *_listed(other)])
        self.asked.append(
            (f"{name}: {in_words(one)} and {in_words(other)} became one: which is it?", span)
        )
        return one

    def _value(
        self, name: str, value: AttributeValue, change: Change, span: str | None
    ) -> AttributeValue | None:
        """A value by the steps of its attribute; None where nothing is left of it."""
        if not any(each.of == name for each in change.fates):
            return value

        def one(each: str) -> str | None:
            return self._fate(Name("value", each, name), change, span)

        def along(path: list[str]) -> list[str] | None:
            parts = [one(each) for each in path]
            return None if None in parts else [each for each in parts if each is not None]

        if isinstance(value, str):
            return one(value)
        if isinstance(value, int | float):
            return value
        if self._is_path(name, change):
            return along([each for each in value if isinstance(each, str)])
        paths = [path for each in value if isinstance(each, list) if (path := along(each))]
        words = [said for each in value if isinstance(each, str) if (said := one(each)) is not None]
        left: list[str] | list[list[str]] = _once(paths) or _once(words)
        return left or None

    def _is_path(self, name: str, change: Change) -> bool:
        """Whether the values of an attribute are paths of a tree, one each."""
        ends = self._ends(Name("attribute", name), change)
        attribute = self.current.attribute.get(ends[0].name) if ends else None
        return attribute is not None and attribute.several and attribute.family == "nominal"

    def _ends(self, name: Name, change: Change) -> list[Name]:
        """The names of the current version that a name leads to, over a change and those after it."""
        ends = [name]
        for each in self.changes[self.changes.index(change) :]:
            ends = [further for end in ends for further in each.onward(end)]
        return ends


Arrow = tuple[str | None, str, str, object]


def _arrow(relation: Relation) -> Arrow:
    return relation.label, relation.from_, relation.to, relation.direction


def _agrees(one: Span, other: Span) -> bool:
    """Whether no attribute has two values."""
    return all(one.attributes.get(name, value) == value for name, value in other.attributes.items())


def _once(values: Sequence[T]) -> list[T]:
    """Values in their order, each once."""
    return [each for at, each in enumerate(values) if each not in values[:at]]


def _listed(value: AttributeValue) -> list[str | Sequence[str]]:
    if isinstance(value, list):
        return list(value)
    return [value if isinstance(value, str) else in_words(value)]
