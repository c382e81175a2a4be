"""What contradicts itself in a scheme, in words: names that it uses and lacks, names that collide."""

from collections import Counter
from collections.abc import Iterator

from qawl.scheme import change_problems, names
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import CONLL, Projection, Scheme
from qawl.scheme.rules import NoCrossing, RelationCount

QUOTES = ("content", "cue", "source", "addressee")
CLAIMS = ("claim", "claimer")
ENTITIES = ("person", "organisation", "place", "region", "facility", "nationality", "office", "event",
            "date", "time", "number", "ordinal", "percent", "quantity", "unit", "money", "currency",
            "website", "law", "language")  # fmt: skip
FINDS = frozenset((*QUOTES, *CLAIMS, *ENTITIES))
"""What `qawl suggest` can find; a label says by `finds` which of these it is for."""


def problems(scheme: Scheme) -> list[str]:
    """What contradicts itself in a scheme, in words."""
    if wrong := [each for attribute in scheme.attributes for each in attribute.contradictions()]:
        return wrong
    found = [*_empty(scheme), *names.problems(scheme), *_repeated(scheme)]
    found += [
        f"label {each.name}: finds {each.finds!r} is none of {', '.join(sorted(FINDS))}"
        for each in scheme.labels
        if each.finds and each.finds not in FINDS
    ]
    for attribute in scheme.attributes:
        found += _attribute_problems(attribute, scheme)
    for relation in scheme.relations:
        ends = (*relation.from_, *relation.to)
        found += [
            f"relation {relation.name}: no label {end}" for end in ends if end not in scheme.label
        ]
        if not relation.from_ or not relation.to:
            found.append(f"relation {relation.name} joins nothing: give from and to")
    found += [*_rule_problems(scheme), *_table_problems(scheme)]
    return found or list(change_problems.problems(scheme))


def _empty(scheme: Scheme) -> Iterator[str]:
    """What a scheme lacks, and what it says to no effect."""
    if not scheme.labels and not scheme.attributes:
        yield "there is nothing to mark: give labels, or attributes of the whole article"
    in_sets = {name for each in scheme.label_sets for name in each.labels}
    if scheme.label_sets:
        if loose := [name for name in scheme.label if name not in in_sets]:
            yield f"label {loose[0]} is in no label set: give labels, or label_sets, not both"
        if scheme.control or scheme.multiple:
            key = "control" if scheme.control else "multiple"
            yield f"{key}: with label_sets, each set has its own"
        if empty := [each.control for each in scheme.label_sets if not each.labels]:
            yield f"label set {empty[0]} has no labels"
    elif not scheme.labels and (scheme.control or scheme.multiple):
        yield f"{'control' if scheme.control else 'multiple'}: there are no labels"


def _attribute_problems(attribute: Attribute, scheme: Scheme) -> Iterator[str]:
    where = f"attribute {attribute.name}"
    yield from (f"{where}: no label {of}" for of in attribute.of if of not in scheme.label)
    for name, values in attribute.when.items():
        other = scheme.attribute.get(name)
        if other is None or other is attribute:
            yield f"{where}: when: no other attribute {name}"
        elif not other.decides:
            yield f"{where}: when: Label Studio can't tell by {name}, a {other.kind}: take a choice"
        elif wrong := [each for each in values if each not in other.categories]:
            yield f"{where}: when: no value {name}={wrong[0]}"
        elif not values:
            yield f"{where}: when: give values of {name}"
        elif other.of and not (attribute.of and set(attribute.of) <= set(other.of)):
            yield f"{where}: when: {name} is of {', '.join(other.of)} alone: {attribute.name} must be too"
        elif comma := [each for each in values if "," in each]:
            yield (
                f"{where}: when: Label Studio takes the comma in {comma[0]!r} for the end of a value: "
                "give the value a name without one, and a title with it"
            )
    if attribute.name in _behind(attribute, scheme):
        yield f"{where}: when: the conditions go in a circle"


def _behind(attribute: Attribute, scheme: Scheme) -> set[str]:
    """The attributes by which it is asked for, and those by which these are."""
    found: set[str] = set()
    waiting = list(attribute.when)
    while waiting:
        name = waiting.pop()
        if name not in found and name in scheme.attribute:
            found.add(name)
            waiting += scheme.attribute[name].when
    return found


def _rule_problems(scheme: Scheme) -> list[str]:
    """Names that rules use and the scheme lacks, and rules that nothing can obey."""
    found = []
    for rule in scheme.rules:
        labels = rule.labels if isinstance(rule, NoCrossing) else (rule.of,)
        found += [f"rules: no label {each}" for each in labels if each not in scheme.label]
        if isinstance(rule, NoCrossing):
            continue
        conditions = dict(rule.where)
        if isinstance(rule, RelationCount):
            conditions |= rule.unless
            if rule.relation not in scheme.relation:
                found.append(f"rules: no relation {rule.relation}")
            if rule.max is not None and rule.min > rule.max:
                found.append(f"rules: {rule.relation}: min {rule.min} is more than max {rule.max}")
        for name, values in conditions.items():
            attribute = scheme.attribute.get(name)
            known = attribute.categories if attribute else ()
            found += [f"rules: no value {name}={each}" for each in values if each not in known]
    return found + _contradictions(scheme)


def _contradictions(scheme: Scheme) -> list[str]:
    """Two rules on the same spans of which one asks for more relations than the other allows."""
    counts = [rule for rule in scheme.rules if isinstance(rule, RelationCount)]
    return [
        f"rules: {one.relation} of {one.of}: one rule asks for {one.min}, another allows {other.max}"
        for one in counts
        for other in counts
        if (one.relation, one.of, one.where, one.unless)
        == (other.relation, other.of, other.where, other.unless)
        and one is not other
        and other.max is not None
        and one.min > other.max
    ]


def _table_problems(scheme: Scheme) -> list[str]:
    """Names that the table or a projection uses and the scheme lacks."""
    found = []
    if table := scheme.table:
        labels = [table.rows] if table.rows else []
        relations = [*table.columns.values(), *filter(None, (table.joined_by, table.refers))]
        found += [f"table: no label {each}" for each in labels if each not in scheme.label]
        found += [f"table: no relation {each}" for each in relations if each not in scheme.relation]
        if table.speaker and table.speaker not in scheme.attribute:
            found.append(f"table: no attribute {table.speaker}")
    for projection in scheme.projections:
        where = f"projection {projection.name}"
        found += [
            f"{where}: no label {each}" for each in projection.labels if each not in scheme.label
        ]
        found += [f"{where}: {problem}" for problem in _without_effect(projection)]
        if projection.of:
            attribute = scheme.attribute.get(projection.of)
            if attribute is None:
                found.append(f"{where}: no attribute {projection.of}")
                continue
            known = attribute.categories
            found += [
                f"{where}: no value {each}" for each in projection.values if each not in known
            ]
    return found


def _without_effect(projection: Projection) -> Iterator[str]:
    """Keys of a projection that nothing reads."""
    if projection.of is None:
        if projection.name != CONLL:
            yield f"give `of`, an attribute; labels are projected under the name {CONLL} alone"
        elif not projection.labels:
            yield "give labels"
        if projection.values:
            yield "values: give `of`, the attribute that they are of"
        return
    if projection.labels or projection.outermost:
        key = "labels" if projection.labels else "outermost"
        yield f"{key}: a projection of an attribute has values"
    elif not projection.values:
        yield "give values"


def _repeated(scheme: Scheme) -> list[str]:
    """Names and hotkeys that stand twice where one must be unique."""
    groups = {
        "label": [label.name for label in scheme.labels],
        "label hotkey": [label.hotkey for label in scheme.labels if label.hotkey],
        "finds": [label.finds for label in scheme.labels if label.finds],
        "attribute": [attribute.name for attribute in scheme.attributes],
        "relation": [relation.name for relation in scheme.relations],
        "context field": [each.field for each in scheme.context],
    }
    for attribute in scheme.attributes:
        values = [each.name for each in attribute.listed] or [*attribute.categories]
        groups[f"value of {attribute.name}"] = values
    groups["control name"] = list(names.controls(scheme))
    return [
        f"the {kind} {name!r} is there twice"
        for kind, values in groups.items()
        for name, count in Counter(values).items()
        if count > 1
    ]
