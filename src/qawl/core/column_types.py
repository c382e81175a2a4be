"""The types of a table's columns as plain values, from which Arrow's and a card's are made."""

from collections.abc import Mapping, Sequence
from typing import Any, Union

from msgspec import Struct


class Value(Struct, frozen=True):
    """A plain value: string, int32, int64, float64 or bool."""

    dtype: str = "string"


class ClassLabel(Struct, frozen=True):
    """One of these names, stored as its index; null where there is none."""

    names: tuple[str, ...]


class ListOf(Struct, frozen=True):
    """Any number of values of one type."""

    item: "Type"


class Record(Struct, frozen=True):
    """Named values."""

    fields: tuple[tuple[str, "Type"], ...]

    @staticmethod
    def of(fields: Mapping[str, "Type"]) -> "Record":
        """A record of these fields, in their order."""
        return Record(tuple(fields.items()))


Type = Union[Value, ClassLabel, ListOf, Record]  # noqa: UP007 - refers to classes that refer to it
Columns = Mapping[str, Type]

Cell = Any
"""A value of the type of its column, which is known at run time alone, or None."""
Row = dict[str, Cell]
"""A row of a table: its cells by column."""
Cells = dict[str, list[Cell]]
"""Rows of a table by column: the cells of a column stand in one list."""


class Records(Struct, frozen=True):
    """Records that stand in one cell, by field: each field has a value of every record."""

    fields: Mapping[str, Sequence[Cell]]

    def __len__(self) -> int:
        """How many records there are."""
        return len(next(iter(self.fields.values())))


STRING = Value("string")
INTEGER = Value("int32")
BOOLEAN = Value("bool")


def by_column(names: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> Cells:
    """Rows whose cells stand in the order of these columns, by column."""
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return {name: list(cells) for name, cells in zip(names, columns, strict=True)}
