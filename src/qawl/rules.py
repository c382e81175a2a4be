"""The vocabulary in which a scheme states what its annotations must obey beyond label and value.

Each rule names the check that its findings carry; `qawl validate` runs it (level 4).
"""

from typing import Literal

from msgspec import Struct

Condition = dict[str, tuple[str, ...]]
"""Attribute name → values: holds where the span has one of the values of each attribute."""


class NoCrossing(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="no_crossing"
):
    """Two spans of these labels (all, where none is named) may nest or touch, not cross."""

    labels: tuple[str, ...] = ()


class RelationCount(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="relation_count"
):
    """A span of label `of` starts at least `min` and at most `max` relations of this name."""

    relation: str
    of: str
    min: int = 0
    max: int | None = None
    where: Condition = {}
    unless: Condition = {}


class Marks(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="marks"):
    """A span of label `of`, where the condition holds, starts and ends with quotation marks."""

    of: str
    where: Condition = {}


Rule = NoCrossing | RelationCount | Marks

Severity = Literal["error", "warning"]
