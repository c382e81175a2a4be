"""A layer's scheme: labels, attributes, relations and rules, read from label_config/<layer>.yaml.

The YAML is the only place where a label is named; the Label Studio config (`labeling`), the JSON
Schema (`schemas`) and the guidelines are made from the value that stands here.
"""

from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field, structs

from qawl.core import strict_yaml
from qawl.core.disk import Disk
from qawl.core.errors import SchemeError
from qawl.core.project import Project
from qawl.scheme.attributes import DEFAULT, KINDS, Attribute
from qawl.scheme.rules import NoCrossing, RelationCount, Rule
from qawl.scheme.titles import Titles

QUOTES = ("content", "cue", "source", "addressee")
CLAIMS = ("claim", "claimer")
ENTITIES = ("person", "organisation", "place", "region", "facility", "nationality", "office", "event",
            "date", "time", "number", "ordinal", "percent", "quantity", "unit", "money", "currency",
            "website")  # fmt: skip
FINDS = frozenset((*QUOTES, *CLAIMS, *ENTITIES))
"""What `qawl suggest` can find; a label says by `finds` which of these it is for."""


class Label(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a span can be. `unit` says whether it is a mention or a clause of whole words.

    Surfaces of a label that `gives` a list are offered as names where an attribute suggests it.
    `finds` says what `qawl suggest` looks for to suggest this label: one of FINDS.
    """

    name: str
    title: Titles
    definition: Titles
    example: Titles
    color: str
    hotkey: str
    unit: Literal["mention", "clause"] = "mention"
    gives: str | None = None
    finds: str | UnsetType = UNSET


class RelationType(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A relation and the labels that it may join."""

    name: str
    title: Titles
    definition: Titles = {}
    from_: tuple[str, ...] = field(name="from")
    to: tuple[str, ...]


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a release shows the layer: a row a span, or a row a span of label `rows`.

    `columns` are named after the relation that leads from the row's span to theirs; pieces that
    the relation `joined_by` leads to are one row. `refers` leads from a mention to a fuller one,
    `speaker` is the attribute that names who stands behind the row.
    """

    name: str
    rows: str | None = None
    joined_by: str | None = None
    columns: dict[str, str] = {}
    refers: str | None = None
    speaker: str | None = None


class Projection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A published label set that this scheme's labels, or the values of an attribute, map to."""

    name: str
    of: str | None = None
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    outermost: bool = False


class Scheme(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """A layer's labels, attributes, relations and rules: what label_config/<layer>.yaml says.

    docs/rules.md has every key. `label`, `attribute` and `relation` are mappings by name.

    Examples
    --------
    >>> scheme = qawl.Corpus(".").schemes["quote"]
    >>> scheme.label["CUE"].unit, list(scheme.relation)[:2]
    ('mention', ['has_source', 'has_cue'])
    """

    format: Literal[1]
    layer: str
    version: str
    title: Titles
    instructions: Titles = {}
    granularity: Literal["symbol", "word"] = "symbol"
    labels: tuple[Label, ...]
    attributes: tuple[Attribute, ...] = ()
    relations: tuple[RelationType, ...] = ()
    rules: tuple[Rule, ...] = ()
    table: Table | None = None
    projections: tuple[Projection, ...] = ()

    @cached_property
    def label(self) -> dict[str, Label]:
        """Labels by name."""
        return {label.name: label for label in self.labels}

    @cached_property
    def found_by(self) -> dict[str, str]:
        """What `qawl suggest` finds → the label that it is suggested with."""
        return {label.finds: label.name for label in self.labels if label.finds}

    @cached_property
    def attribute(self) -> dict[str, Attribute]:
        """Attributes by name."""
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def control(self) -> dict[str, Attribute]:
        """Attributes by the names of their controls in Label Studio."""
        return {name: attribute for attribute in self.attributes for name in attribute.controls}

    @cached_property
    def relation(self) -> dict[str, RelationType]:
        """Relations by name."""
        return {relation.name: relation for relation in self.relations}

    def attributes_of(self, label: str) -> tuple[Attribute, ...]:
        """The attributes that a span of this label can have."""
        return self._attributes_of.get(label, ())

    @cached_property
    def _attributes_of(self) -> dict[str, tuple[Attribute, ...]]:
        return {
            label: tuple(each for each in self.attributes if label in each.of)
            for label in {label for each in self.attributes for label in each.of}
        }

    def labels_of(self, unit: Literal["mention", "clause"]) -> frozenset[str]:
        """The names of the labels whose spans are of this unit."""
        return self._labels_of.get(unit, frozenset())

    @cached_property
    def _labels_of(self) -> dict[str, frozenset[str]]:
        return {
            unit: frozenset(label.name for label in self.labels if label.unit == unit)
            for unit in {label.unit for label in self.labels}
        }

    @cached_property
    def document_attributes(self) -> tuple[Attribute, ...]:
        """The attributes of the whole article."""
        return tuple(attribute for attribute in self.attributes if not attribute.of)

    @cached_property
    def relation_between(self) -> dict[tuple[str, str], str]:
        """(label at the start, label at the end) → the one relation that joins them.

        Pairs that several relations join are not here: their arrows must be named by hand.
        """
        joined: dict[tuple[str, str], list[str]] = {}
        for relation in self.relations:
            for start in relation.from_:
                for end in relation.to:
                    joined.setdefault((start, end), []).append(relation.name)
        return {ends: names[0] for ends, names in joined.items() if len(names) == 1}

    @property
    def named_relations(self) -> tuple[RelationType, ...]:
        """The relations whose name does not follow from the labels at their ends."""
        told = set(self.relation_between.values())
        return tuple(relation for relation in self.relations if relation.name not in told)


def load(project: Project, layer: str) -> Scheme:
    """The scheme of a layer of this corpus; raises SchemeError."""
    path = project.scheme_file(layer)
    return project.disk.once(f"scheme {layer}", lambda: load_file(path, project.disk), path)


def load_all(project: Project) -> dict[str, Scheme]:
    """The schemes of all layers of this corpus, in the order of qawl.yaml."""
    return {layer: load(project, layer) for layer in project.settings.layers}


def load_file(path: Path, disk: Disk | None = None) -> Scheme:
    """The scheme of a YAML file named <layer>.yaml; raises SchemeError with the place."""
    if not path.is_file():
        raise SchemeError(f"{path}: no such scheme: add it, or take the layer out of qawl.yaml")
    scheme = parse((disk or Disk()).text(path), str(path))
    if scheme.layer != path.stem:
        raise SchemeError(f"{path}: layer is {scheme.layer!r}, but the file is named {path.stem!r}")
    return scheme


@cache
def parse(text: str, where: str) -> Scheme:
    """The scheme of a YAML text; `where` names the file in messages.

    The same text is parsed once: many steps of one command ask for the schemes.
    """
    stated = strict_yaml.read(text, where, SchemeError)
    given = stated.pop("attributes", ()) if isinstance(stated, dict) else ()
    scheme = strict_yaml.convert(stated, where, Scheme, SchemeError)
    scheme = structs.replace(scheme, attributes=_attributes(given, where))
    for problem in _problems(scheme):
        raise SchemeError(f"{where}: {problem}")
    return scheme


def _attributes(given: object, where: str) -> tuple[Attribute, ...]:
    """The attributes as a scheme states them, each of its kind."""
    each_of = strict_yaml.convert(given, f"{where}: attributes", list[dict[str, Any]], SchemeError)
    found = []
    for stated in each_of:
        at = f"{where}: attribute {stated.get('name')}"
        kind = KINDS.get(str(stated.get("kind", DEFAULT)))
        if kind is None:
            known = ", ".join(KINDS)
            raise SchemeError(f"{at}: kind {stated['kind']!r} is not one of {known}")
        found.append(strict_yaml.convert(stated, at, kind, SchemeError))
    return tuple(found)


def _problems(scheme: Scheme) -> list[str]:
    """What contradicts itself in a scheme, in words."""
    found = _repeated(scheme)
    labels = set(scheme.label)
    found += [
        f"label {each.name}: finds {each.finds!r} is none of {', '.join(sorted(FINDS))}"
        for each in scheme.labels
        if each.finds and each.finds not in FINDS
    ]
    for attribute in scheme.attributes:
        found += [
            f"attribute {attribute.name}: no label {of}" for of in attribute.of if of not in labels
        ]
        found += attribute.contradictions()
    for relation in scheme.relations:
        ends = (*relation.from_, *relation.to)
        found += [f"relation {relation.name}: no label {end}" for end in ends if end not in labels]
        if not relation.from_ or not relation.to:
            found.append(f"relation {relation.name} joins nothing: give from and to")
    return found + _rule_problems(scheme) + _table_problems(scheme)


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
        if projection.of:
            attribute = scheme.attribute.get(projection.of)
            known = attribute.categories if attribute else ()
            found += [
                f"{where}: no value {each}" for each in projection.values if each not in known
            ]
    return found


def _repeated(scheme: Scheme) -> list[str]:
    """Names and hotkeys that stand twice where one must be unique."""
    groups = {
        "label": [label.name for label in scheme.labels],
        "label hotkey": [label.hotkey for label in scheme.labels],
        "finds": [label.finds for label in scheme.labels if label.finds],
        "attribute": [attribute.name for attribute in scheme.attributes],
        "relation": [relation.name for relation in scheme.relations],
    }
    for attribute in scheme.attributes:
        groups[f"value of {attribute.name}"] = list(attribute.categories)
    names = [scheme.layer, "text", *scheme.attribute]
    groups["control name"] = names
    return [
        f"the {kind} {name!r} stands twice"
        for kind, values in groups.items()
        for name in dict.fromkeys(values)
        if values.count(name) > 1
    ]
