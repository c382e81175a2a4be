"""The vocabulary in which a scheme states what its annotations must obey beyond label and value.

docs/rules.md describes it for people. `qawl validate` checks each rule at level 4.
"""

from msgspec import Struct

from qawl.core.records import Attributes

Condition = dict[str, tuple[str, ...]]
"""Attribute name → values that meet the condition."""


class NoCrossing(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="no_crossing"
):
    """Two spans of these labels (all, where none is named) may nest or touch, not cross."""

    labels: tuple[str, ...] = ()


class RelationCount(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="relation_count"
):
    """A span of label `of` starts at least `min` and at most `max` relations of this name.

    Only spans that meet every condition in `where` and none in `unless` are held to it.
    """

    relation: str
    of: str
    min: int = 0
    max: int | None = None
    where: Condition = {}
    unless: Condition = {}


class Marks(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="marks"):
    """A span of label `of` that meets `where` starts and ends with a quotation mark."""

    of: str
    where: Condition = {}


Rule = NoCrossing | RelationCount | Marks


def applies(attributes: Attributes, where: Condition, unless: Condition) -> bool:
    """Whether a span with these attributes meets all of `where` and none of `unless`."""
    return all(attributes.get(name) in values for name, values in where.items()) and not any(
        attributes.get(name) in values for name, values in unless.items()
    )
