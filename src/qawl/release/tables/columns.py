"""The types of a release's columns as an Arrow schema, and as the features of a dataset card."""

from functools import cache
from typing import Any

import pyarrow as pa

from qawl.core.column_types import Cell, ClassLabel, Columns, ListOf, Record, Row, Type, Value
from qawl.core.errors import ReleaseError


def unknown(table: str, name: object) -> ReleaseError:
    """That a row holds a name which is no class of its column."""
    return ReleaseError(
        f"table {table}: {name!r} is not in the scheme, so no table can hold it: "
        "`qawl validate` shows where; correct it in Label Studio, or add it to the scheme"
    )


def another_kind(table: str, what: object) -> ReleaseError:
    """That a value does not fit its column."""
    return ReleaseError(
        f"table {table}: a value is of another kind than its column ({what}): run `qawl validate`"
    )


def arrow_schema(columns: Columns) -> pa.Schema:
    """The Arrow schema of a table."""
    return pa.schema([pa.field(name, arrow_type(kind)) for name, kind in columns.items()])


@cache
def arrow_type(kind: Type) -> pa.DataType:
    """The Arrow type of a column."""
    if isinstance(kind, Value):
        return pa.bool_() if kind.dtype == "bool" else getattr(pa, kind.dtype)()
    if isinstance(kind, ClassLabel):
        return pa.int64()
    if isinstance(kind, ListOf):
        return pa.list_(arrow_type(kind.item))
    return pa.struct([pa.field(name, arrow_type(each)) for name, each in kind.fields])


def card_features(columns: Columns) -> list[dict[str, object]]:
    """The features as a dataset card's `dataset_info` writes them in YAML."""
    return [{"name": name, **_card(kind)} for name, kind in columns.items()]


def _card(kind: Type) -> dict[str, object]:
    if isinstance(kind, Value):
        return {"dtype": kind.dtype}
    if isinstance(kind, ClassLabel):
        names = {str(index): name for index, name in enumerate(kind.names)}
        return {"dtype": {"class_label": {"names": names}}}
    if isinstance(kind, ListOf):
        inner = _card(kind.item)
        if isinstance(kind.item, Record):
            return {"list": inner["struct"]}
        return {
            "list": inner["dtype"]
            if list(inner) == ["dtype"] and isinstance(inner["dtype"], str)
            else inner
        }
    return {"struct": card_features(dict(kind.fields))}


def stored_features(columns: Columns) -> dict[str, object]:
    """The features as `datasets` looks for them in a file's metadata, in the form of all its versions.

    A list is written as a list of one: `Sequence` and `List` are each unknown to some version, or change
    what they hold.
    """
    return {name: _stored(kind) for name, kind in columns.items()}


def _stored(kind: Type) -> object:
    if isinstance(kind, Value):
        return {"dtype": kind.dtype, "_type": "Value"}
    if isinstance(kind, ClassLabel):
        return {"names": list(kind.names), "_type": "ClassLabel"}
    if isinstance(kind, ListOf):
        return [_stored(kind.item)]
    return stored_features(dict(kind.fields))


def decoded(kinds: Columns, row: Row) -> Row:
    """A row, or some of its columns, with the names of its classes."""
    return {name: decode(kinds[name], cell) for name, cell in row.items()}


def decode(kind: Type, value: Cell) -> Cell:
    """A stored value with the names of its classes."""
    if value is None or isinstance(kind, Value):
        return value
    if isinstance(kind, ClassLabel):
        return kind.names[value]
    if isinstance(kind, ListOf):
        return [decode(kind.item, each) for each in value]
    return {name: decode(each, value.get(name)) for name, each in kind.fields}


def of_card(features: list[dict[str, Any]]) -> Columns:
    """The columns that a dataset card's `dataset_info` describes: `card_features` undone."""
    return {each["name"]: _of_card(each) for each in features}


def _of_card(given: Any) -> Type:
    if isinstance(given, str):
        return Value(given)
    if isinstance(given, list):
        return Record.of(of_card(given))
    if "list" in given:
        return ListOf(_of_card(given["list"]))
    if "struct" in given:
        return Record.of(of_card(given["struct"]))
    kind = given["dtype"]
    if isinstance(kind, dict):
        return ClassLabel(tuple(kind["class_label"]["names"].values()))
    return Value(kind)
