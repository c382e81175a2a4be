"""Level 3: does a record use what its scheme has, in the way the scheme allows?"""

from collections import Counter
from collections.abc import Iterator

from qawl.core.findings import finding
from qawl.core.records import Annotation, Attributes, Finding, Place, Relation, Span, ends
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme


def check(record: Annotation, scheme: Scheme) -> Iterator[Finding]:
    """What is wrong with labels, attributes and relations of a record."""
    yield from _check_labels(record, scheme)
    known, described = scheme.label, scheme.described
    for span in record.spans:
        if (span.attributes or span.label in described) and span.label in known:
            allowed = scheme.attributes_of(span.label)
            yield from _check_attributes(span.attributes, allowed, record, span)
    if record.status == "submitted":
        yield from _check_attributes(record.attributes, scheme.document_attributes, record, None)
    yield from _check_relations(record, scheme)


def _check_labels(record: Annotation, scheme: Scheme) -> Iterator[Finding]:
    places = {span.place for span in record.spans}
    if len(places) == len(record.spans) and scheme.label.keys() >= {place[0] for place in places}:
        return
    seen: set[Place] = set()
    for span in record.spans:
        if span.label not in scheme.label:
            known = (
                f"not one of {', '.join(scheme.label)}"
                if scheme.label
                else "no label: there are none"
            )
            message = f"{span.label!r} is {known}"
            yield finding("label-unknown", message, record, span)
        if span.place in seen:
            message = f"{span.label} is already at {span.start} to {span.end}"
            yield finding("span-duplicate", message, record, span)
        seen.add(span.place)


def _check_attributes(
    given: Attributes, allowed: tuple[Attribute, ...], record: Annotation, span: Span | None
) -> Iterator[Finding]:
    said = {**record.attributes, **given}
    for name, value in given.items():
        attribute = next((each for each in allowed if each.name == name), None)
        if attribute is None:
            where = span.label if span else "the article"
            yield finding("attribute-unknown", f"{where} has no attribute {name}", record, span)
            continue
        for problem in attribute.problems(value):
            yield finding(problem.check, problem.message, record, span)
        if not attribute.asked(said):
            message = f"{name} is set, and only asked for where {_conditions(attribute)}"
            yield finding("attribute-unasked", message, record, span)
    for attribute in allowed:
        if attribute.required and attribute.name not in given and attribute.asked(said):
            yield finding("attribute-missing", unset(attribute.name), record, span)


def unset(name: str) -> str:
    """That a required attribute is not set, in words."""
    return f"{name} is not set"


def _conditions(attribute: Attribute) -> str:
    """The values of other attributes for which it is asked, in words."""
    return " and ".join(f"{name} is {' or '.join(of)}" for name, of in attribute.when.items())


def _check_relations(record: Annotation, scheme: Scheme) -> Iterator[Finding]:
    if not record.relations:
        return
    spans = {span.id: span for span in record.spans}
    drawn: Counter[tuple[str | None, ...]] = Counter()
    for relation in record.relations:
        first, last = ends(relation)
        start, end = spans.get(first), spans.get(last)
        name = relation.label or "a relation"
        if start is None or end is None:
            lost = first if start is None else last
            message = f"{name} ends at {lost!r}, which is not a span of this annotation"
            yield finding("relation-dangling", message, record, start or end)
            continue
        if start is end:
            yield finding("relation-self", f"{name} leads to its own start", record, start)
            continue
        ordered = sorted((first, last)) if relation.direction == "bi" else (first, last)
        drawn[relation.label, *ordered] += 1
        if drawn[relation.label, *ordered] == 2:
            yield finding("relation-duplicate", f"{name} to {end.text!r} is twice", record, start)
        yield from _check_joined(relation, start, end, record, scheme)
    yield from _check_cycles(record, scheme, spans)


def _check_joined(
    relation: Relation, start: Span, end: Span, record: Annotation, scheme: Scheme
) -> Iterator[Finding]:
    if relation.label is not None and relation.label not in scheme.relation:
        names = ", ".join(scheme.relation)
        said = f"is not one of {names}" if names else "is none: the scheme has no relations"
        message = f"{relation.label!r} {said}"
        yield finding("relation-unknown", message, record, start)
        return
    if start.label not in scheme.label or end.label not in scheme.label:
        return  # that the label is unknown says it
    if relation.label is None:
        ends_ = f"from {start.label} to {end.label} ({end.text!r})"
        several = [each.name for each in scheme.relations if each.joins(start.label, end.label)]
        message = (
            f"the arrow {ends_} needs a name: {' or '.join(several)}"
            if several
            else f"no relation leads {ends_}"
        )
        yield finding("relation-unnamed", message, record, start)
        return
    known = scheme.relation[relation.label]
    if not known.joins(start.label, end.label, both_ways=relation.direction == "bi"):
        message = f"{relation.label} can't lead from {start.label} to {end.label} ({end.text!r})"
        yield finding("relation-ends", message, record, start)


def _check_cycles(record: Annotation, scheme: Scheme, spans: dict[str, Span]) -> Iterator[Finding]:
    """Follows the relations that join pieces, or lead from a mention to a fuller one."""
    table = scheme.table
    names = {table.joined_by, table.refers} - {None} if table else set()
    for name in sorted(each for each in names if each):
        follows = dict(
            ends(each) for each in record.relations if each.label == name and each.from_ != each.to
        )
        reported: set[str] = set()
        for first in follows:
            path = [first]
            while (following := follows.get(path[-1])) and following not in path:
                path.append(following)
            if following == first and first not in reported and first in spans:
                reported |= set(path)
                yield finding("relation-cycle", f"{name} leads back to it", record, spans[first])
