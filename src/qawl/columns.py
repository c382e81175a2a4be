"""The types of a release's tables, once: as an Arrow schema, and as the features of a dataset card."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from itertools import chain
from typing import Any, Union

import numpy as np
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Value:
    """A plain value: string, int32, int64, float64 or bool."""

    dtype: str = "string"


@dataclass(frozen=True, slots=True)
class ClassLabel:
    """One of these names, stored as its index; null where there is none."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Any number of values of one type."""

    item: "Type"


@dataclass(frozen=True, slots=True)
class Record:
    """Named values."""

    fields: tuple[tuple[str, "Type"], ...]

    @staticmethod
    def of(fields: Mapping[str, "Type"]) -> "Record":
        """A record of these fields, in their order."""
        return Record(tuple(fields.items()))


Type = Union[Value, ClassLabel, Sequence, Record]  # noqa: UP007 - refers to classes that refer to it
Columns = Mapping[str, Type]

STRING = Value("string")
INTEGER = Value("int32")
BOOLEAN = Value("bool")


def arrow_schema(columns: Columns) -> pa.Schema:
    """The Arrow schema of a table."""
    return pa.schema([pa.field(name, _arrow(kind)) for name, kind in columns.items()])


def _arrow(kind: Type) -> pa.DataType:
    if isinstance(kind, Value):
        return pa.bool_() if kind.dtype == "bool" else getattr(pa, kind.dtype)()
    if isinstance(kind, ClassLabel):
        return pa.int64()
    if isinstance(kind, Sequence):
        return pa.list_(_arrow(kind.item))
    return pa.struct([pa.field(name, _arrow(each)) for name, each in kind.fields])


def card_features(columns: Columns) -> list[dict[str, Any]]:
    """The features as a dataset card's `dataset_info` writes them in YAML."""
    return [{"name": name, **_card(kind)} for name, kind in columns.items()]


def _card(kind: Type) -> dict[str, Any]:
    if isinstance(kind, Value):
        return {"dtype": kind.dtype}
    if isinstance(kind, ClassLabel):
        names = {str(index): name for index, name in enumerate(kind.names)}
        return {"dtype": {"class_label": {"names": names}}}
    if isinstance(kind, Sequence):
        inner = _card(kind.item)
        if isinstance(kind.item, Record):
            return {"list": inner["struct"]}
        return {
            "list": inner["dtype"]
            if list(inner) == ["dtype"] and isinstance(inner["dtype"], str)
            else inner
        }
    return {"struct": card_features(dict(kind.fields))}


def batch(columns: Columns, rows: Collection[Mapping[str, Any]]) -> pa.RecordBatch:
    """Rows as Arrow arrays, classes by their index; raises KeyError naming an unknown class or column.

    Many classes in one cell may come as a numpy array of indices. It goes column by column, and what is
    nested flattened first: Arrow takes plain lists of one type several times faster than records.
    """
    arrays = [_array(kind, [row[name] for row in rows]) for name, kind in columns.items()]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(columns))


def _array(kind: Type, values: list[Any]) -> pa.Array:
    if isinstance(kind, Value):
        return pa.array(values, _arrow(kind))
    if isinstance(kind, ClassLabel):
        index: dict[str | None, int | None] = {name: n for n, name in enumerate(kind.names)}
        index[None] = None
        return pa.array([*map(index.__getitem__, values)], _arrow(kind))
    if isinstance(kind, Sequence):
        items = _items(kind.item, [each for each in values if each is not None])
        return pa.ListArray.from_arrays(pa.array(_offsets(values), pa.int32()), items)
    fields = [_array(part, [each[name] for each in values]) for name, part in kind.fields]
    return pa.StructArray.from_arrays(fields, fields=list(_arrow(kind)))


def _items(kind: Type, lists: list[Any]) -> pa.Array:
    """What is in all the lists; arrays hold classes by their index."""
    if lists and isinstance(lists[0], np.ndarray):
        return pa.array(np.concatenate(lists), _arrow(kind))
    return _array(kind, list(chain.from_iterable(lists)))


def _offsets(values: Iterable[Sized | None]) -> Iterator[int | None]:
    """Where each list starts among all items, None where there is no list, and where the last ends."""
    at = 0
    for each in values:
        yield None if each is None else at
        at += 0 if each is None else len(each)
    yield at


def decode(kind: Type, value: Any) -> Any:
    """A stored value with the names of its classes."""
    if value is None or isinstance(kind, Value):
        return value
    if isinstance(kind, ClassLabel):
        return kind.names[value]
    if isinstance(kind, Sequence):
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
        return Sequence(_of_card(given["list"]))
    if "struct" in given:
        return Record.of(of_card(given["struct"]))
    kind = given["dtype"]
    if isinstance(kind, dict):
        return ClassLabel(tuple(kind["class_label"]["names"].values()))
    return Value(kind)
