"""A layer's scheme as a value: labels, attributes, relations and rules."""

import unicodedata
from functools import cached_property
from itertools import product
from typing import Literal

from msgspec import Struct, field

from qawl.core.records import FORMAT, Format
from qawl.scheme import changes
from qawl.scheme.attributes import MARKED, Attribute
from qawl.scheme.changes import Change
from qawl.scheme.rules import Rule
from qawl.scheme.titles import Titles, title_in


class Label(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a span can be. `unit` says whether it is a mention or a clause of whole words.

    `counter_example` shows in brackets what looks like it and is not.

    A scheme that gives no color and no hotkey gets free ones (`defaults`).

    Surfaces of a label that `gives` a list are offered as names where an attribute suggests it.
    `finds` says what `qawl suggest` looks for to suggest this label: one of FINDS.
    """

    name: str
    title: Titles = {}
    definition: Titles = {}
    example: Titles = {}
    counter_example: Titles = {}
    color: str
    hotkey: str | None = None
    unit: Literal["mention", "clause"] = "mention"
    gives: str | None = None
    finds: str | None = None


class LabelSet(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Labels that stand in one control of Label Studio. With `multiple`, a region can have several.

    `labels` are their names; a YAML file describes them here, one by one.
    """

    control: str
    labels: tuple[str, ...]
    multiple: bool = False


class ContextField(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A field of the task that annotators see with the text, and that an article keeps as context."""

    field: str
    title: Titles = {}
    show: Literal["above", "beside"] = "above"


class RelationType(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A relation and the labels that it may join."""

    name: str
    title: Titles = {}
    definition: Titles = {}
    from_: tuple[str, ...] = field(name="from")
    to: tuple[str, ...]

    def joins(self, start: str, end: str, *, both_ways: bool = False) -> bool:
        """Whether it may lead from a span of the one label to a span of the other; an arrow in both
        directions, one way or the other."""
        leads = start in self.from_ and end in self.to
        return leads or (both_ways and self.joins(end, start))


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


CONLL = "conll"
"""The projection of labels that `qawl export conll2003` writes."""


class Projection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A published label set that this scheme's labels, or the values of the attribute `of`, map to.

    `values` become a column of the release, named after the projection. `labels` are those of
    `qawl export conll2003` where the name is `conll`; with `outermost`, it has the outermost spans alone.
    """

    name: str
    of: str | None = None
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    outermost: bool = False


class Scheme(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """A layer's labels, attributes, relations and rules: what label_config/<layer>.yaml says.

    docs/rules.md has every key. A layer without labels is of document attributes only.

    Attributes
    ----------
    format : int
        The version of the record, 1.
    layer, version : str
        The name of the layer, and the version of its scheme.
    title, instructions : dict of str to str
        What annotators read, by language.
    instructions_for : dict of str to dict of str to str
        More instructions, for articles of one language alone: by that language, then by that of the
        words.
    granularity : str
        symbol or word: what a click in Label Studio selects.
    labels, attributes, relations : tuple of Label, Attribute and RelationType
        In the order of the file. `label`, `attribute` and `relation` have them by name.
    label_sets : tuple of LabelSet
        The controls that the labels are spread over, where there are several.
    control, text_field, text_control : str
        The names of the control of labels, of the field of a task that has the text, and of its control.
    multiple : bool
        Whether a region may have several labels.
    context : tuple of ContextField
        Other fields of a task that annotators see.
    rules : tuple of Rule
        What `qawl validate` checks.
    table : Table or None
        How a release shows the layer.
    projections : tuple of Projection
        Published label sets that the labels or values map to.
    changes : tuple of Change
        The steps that bring annotations of older versions forward.

    Examples
    --------
    >>> scheme = qawl.Corpus(".").schemes["quote"]
    >>> scheme.label["CUE"].unit, list(scheme.relation)[:2]
    ('mention', ['has_source', 'has_cue'])
    """

    format: Format = FORMAT
    layer: str
    version: str = "1"
    title: Titles = {}
    instructions: Titles = {}
    instructions_for: dict[str, Titles] = {}
    granularity: Literal["symbol", "word"] = "symbol"
    labels: tuple[Label, ...] = ()
    label_sets: tuple[LabelSet, ...] = ()
    control: str | None = None
    multiple: bool = False
    text_field: str = "text"
    text_control: str = "text"
    context: tuple[ContextField, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    relations: tuple[RelationType, ...] = ()
    rules: tuple[Rule, ...] = ()
    table: Table | None = None
    projections: tuple[Projection, ...] = ()
    changes: tuple[Change, ...] = ()

    def called(self, name: str, language: str) -> str:
        """A label, attribute, relation or value by its title; what the scheme lacks by its name."""
        return title_in(self._titles.get(name, {}), language, name)

    @cached_property
    def _titles(self) -> dict[str, Titles]:
        found = {value.name: value.title for each in self.attributes for value in each.listed}
        for named in (self.relations, self.attributes, self.labels):
            found |= {each.name: each.title for each in named}
        return found

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
    def of_control(self) -> dict[str, Attribute]:
        """Attributes by the names of their controls in Label Studio."""
        return {name: attribute for attribute in self.attributes for name in attribute.controls}

    @cached_property
    def sets(self) -> tuple[LabelSet, ...]:
        """The controls of labels in Label Studio: one, unless the scheme has several label sets."""
        if self.label_sets or not self.labels:
            return self.label_sets
        control = self.layer if self.control is None else self.control
        return (LabelSet(control=control, labels=tuple(self.label), multiple=self.multiple),)

    @cached_property
    def marking(self) -> frozenset[str]:
        """The names of the controls that make spans in Label Studio."""
        return frozenset(each.control for each in self.sets)

    @cached_property
    def marking_trees(self) -> frozenset[str]:
        """The taxonomies that label regions in the project that the layer was adopted from."""
        trees = (name for name, each in self.of_control.items() if each.type == "taxonomy")
        return frozenset(each for each in trees if f"{each}{MARKED}" in self.marking)

    @cached_property
    def set_of(self) -> dict[str, LabelSet]:
        """The set of each label, by the label's name."""
        return {label: each for each in self.sets for label in each.labels}

    @cached_property
    def control_of(self) -> dict[str, str]:
        """The name of the control of each label, by the label's name."""
        return {label: each.control for label, each in self.set_of.items()}

    @cached_property
    def decomposed(self) -> dict[str, str]:
        """The composed form (NFC) of each name that the scheme writes decomposed → that name."""
        named = [*self.label, *self.relation, *self.attribute]
        named += [name for each in self.attributes for name in each.categories]
        return {
            plain: name
            for name in named
            if not name.isascii() and (plain := unicodedata.normalize("NFC", name)) != name
        }

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
            for label in self.described
        }

    @cached_property
    def described(self) -> frozenset[str]:
        """The labels whose spans can have attributes."""
        return frozenset(label for each in self.attributes for label in each.of)

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
    def span_attributes(self) -> tuple[Attribute, ...]:
        """The attributes of spans."""
        return tuple(attribute for attribute in self.attributes if attribute.of)

    @cached_property
    def document_attributes(self) -> tuple[Attribute, ...]:
        """The attributes of the whole article."""
        return tuple(attribute for attribute in self.attributes if not attribute.of)

    @cached_property
    def relation_between(self) -> dict[tuple[str, str], str]:
        """(label at the start, label at the end) → the one relation that joins them.

        Pairs that several relations join are not here: their arrows must be named by hand.
        """
        return {ends: names[0] for ends, names in self.relations_between.items() if len(names) == 1}

    @cached_property
    def relations_between(self) -> dict[tuple[str, str], list[str]]:
        """(label at the start, label at the end) → all relations that can join them."""
        joined: dict[tuple[str, str], list[str]] = {}
        for relation in self.relations:
            for ends in product(relation.from_, relation.to):
                joined.setdefault(ends, []).append(relation.name)
        return joined

    def steps_since(self, version: str) -> list[str]:
        """The steps that lead here from an older version, in words; none where no change does."""
        return list(changes.lines(changes.path(self.changes, version, self.version)))

    @property
    def named_relations(self) -> tuple[RelationType, ...]:
        """The relations whose name does not follow from the labels at their ends, wherever they lead."""
        rivals = {
            name for names in self.relations_between.values() if len(names) > 1 for name in names
        }
        return tuple(relation for relation in self.relations if relation.name in rivals)
