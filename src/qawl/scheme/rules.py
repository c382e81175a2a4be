"""The vocabulary in which a scheme states what its annotations must obey beyond label and value.

docs/rules.md describes it for people. `qawl validate` checks each rule at level 4.
"""

from collections.abc import Sequence

from msgspec import Struct

from qawl.core.records import Attributes, AttributeValue, in_words

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
    """Whether a span with these attributes meets all of `where` and none of `unless`.

    Of several values one is enough.
    """
    return all(_has(attributes.get(name), values) for name, values in where.items()) and not any(
        _has(attributes.get(name), values) for name, values in unless.items()
    )


def _has(given: AttributeValue | None, values: Sequence[str]) -> bool:
    if given is None or isinstance(given, str):
        return given in values
    several = [given] if isinstance(given, int | float) else given
    return any(in_words(each) in values for each in several)
