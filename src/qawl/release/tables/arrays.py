"""Cells by column → Arrow arrays, classes by their index.

What is nested is flattened first, and buffers are filled by numpy: pyarrow's own conversion of Python
values loads pandas, which takes longer than a small release.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qawl.core.arrow import bounds
from qawl.core.column_types import (
    Cell,
    ClassLabel,
    Columns,
    ListOf,
    Record,
    Records,
    Type,
    Value,
)
from qawl.core.errors import ReleaseError
from qawl.core.excerpts import many
from qawl.release.tables.columns import arrow_schema, arrow_type

NUMBERS = {"int32": np.int32, "int64": np.int64, "float64": np.float64}


SHORT = 64
"""Bytes of a text, on average, up to which parting all by a character is quicker than to encode each."""


def batch(columns: Columns, cells: Mapping[str, Sequence[Cell]]) -> pa.RecordBatch:
    """The cells of a table as a batch of arrays; raises KeyError naming an unknown class or column.

    Many values in one cell may come as an array: of Arrow, or of numpy, then with the indices of classes.
    """
    arrays = [_array(kind, cells[name]) for name, kind in columns.items()]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(columns))


def _array(kind: Type, values: Sequence[Cell]) -> pa.Array:
    if values and all(each is None for each in values):  # no count: arrays of numpy equal nothing
        return pa.nulls(len(values), arrow_type(kind))
    if isinstance(kind, Record):
        fields = [_array(part, [each[name] for each in values]) for name, part in kind.fields]
        return _filled(kind, len(values), None, children=fields)
    if isinstance(kind, ListOf):
        lists = [each for each in values if each is not None]
        there = None if len(lists) == len(values) else [each is not None for each in values]
        lengths = (
            [0 if each is None else len(each) for each in values] if there else map(len, lists)
        )
        edges = _bounds(lengths, len(values))
        return _filled(kind, len(values), there, edges, children=[_items(kind.item, lists)])
    index = _numbers(kind.names) if isinstance(kind, ClassLabel) else {}
    try:  # most columns have no null, and looking for one takes as long as the rest
        return _filled(kind, len(values), None, *_content(kind, index, values))
    except (KeyError, TypeError):
        there = [each is not None for each in values]
        none = (
            _NULLS.get(kind.dtype, 0)
            if isinstance(kind, Value)
            else kind.names[:1] and kind.names[0]
        )
        known = [none if each is None else each for each in values]
        return _filled(kind, len(values), there, *_content(kind, index, known))


_NULLS: Mapping[str, Cell] = {"string": "", "bool": False}
"""What stands in the buffers where a value is null: a text takes no place, a number is 0."""


@cache
def _numbers(names: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _items(kind: Type, lists: Sequence[Cell]) -> pa.Array:
    """What is in all the lists."""
    if lists and isinstance(lists[0], Records) and isinstance(kind, Record):
        fields = {
            name: list(chain.from_iterable(each.fields[name] for each in lists))
            for name, _ in kind.fields
        }
        parts = [_array(part, fields[name]) for name, part in kind.fields]
        return _filled(kind, sum(map(len, lists)), None, children=parts)
    if lists and isinstance(lists[0], pa.Array):
        return pa.concat_arrays(lists)
    if lists and isinstance(lists[0], np.ndarray):
        numbers = np.concatenate(
            lists,
            dtype=NUMBERS[kind.dtype if isinstance(kind, Value) else "int64"],
            casting="same_kind",
        )
        return _filled(kind, len(numbers), None, numbers)
    return _array(kind, list(chain.from_iterable(lists)))


def _content(
    kind: Value | ClassLabel, index: Mapping[str, int], values: Sequence[Cell]
) -> list[bytes | NDArray[np.generic]]:
    """The buffers of values that are all there; `index` numbers classes. Raises KeyError or TypeError
    where one is not there, or of another kind."""
    if isinstance(kind, ClassLabel):
        return [np.fromiter(map(index.__getitem__, values), np.int64, len(values))]
    if kind.dtype == "string":
        return _texts(values)
    if kind.dtype in {"bool", "float64"} and None in values:  # numpy would take it for a value
        raise TypeError(None)
    if kind.dtype == "bool":
        return [_bits(values)]
    return [np.array(values, NUMBERS[kind.dtype])]


def _texts(values: Sequence[str]) -> list[bytes | NDArray[np.generic]]:
    """Where each text starts, and the bytes of all."""
    content, count = "".join(values).encode(), len(values)
    if content.isascii():  # ids, labels and digests: a byte is a code point
        return [_bounds(map(len, values), count), content]
    if len(content) < SHORT * count:
        parted = np.frombuffer("\0".join(values).encode(), np.uint8)
        ends = np.flatnonzero(parted == 0)
        if len(ends) == count - 1:  # no text has such a character itself
            lengths = np.diff(ends, prepend=-1, append=len(parted)) - 1
            return [_bounds(lengths, count), content]
    return [_bounds((len(each.encode()) for each in values), count), content]


def pieces(text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.StringArray:
    """text[start:end] of each start and end, which are in order and apart, as an array."""
    content = np.frombuffer(text.encode(), np.uint8)
    at = np.append(np.flatnonzero(content & 0xC0 != 0x80), len(content))  # where code points start
    first, last = at[starts], at[ends]
    steps = np.zeros(len(content) + 1, np.int8)
    steps[first] += 1
    steps[last] -= 1
    edges = bounds(last - first).astype(np.int32)
    inside = np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)
    return pa.StringArray.from_buffers(
        len(first), pa.py_buffer(edges), pa.py_buffer(content[inside])
    )


def _filled(
    kind: Type,
    length: int,
    there: list[bool] | None,
    *content: bytes | NDArray[np.generic],
    children: Iterable[pa.Array] | None = None,
) -> pa.Array:
    """An array of these buffers; `there` says which values are not null, None that all are there."""
    valid = None if there is None else pa.py_buffer(_bits(there))
    parts = [valid, *map(pa.py_buffer, content)]
    return pa.Array.from_buffers(arrow_type(kind), length, parts, children=children)


def _bits(truths: Sequence[object]) -> NDArray[np.uint8]:
    return np.packbits(np.array(truths, np.bool_), bitorder="little")


def _bounds(lengths: Iterable[int] | NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """Where each of so many texts or lists starts, and where the last one ends; 2 GiB are too much for a
    batch."""
    found = bounds(lengths)
    if found[-1] > np.iinfo(np.int32).max:
        raise ReleaseError(f"{found[-1]} bytes or items are too much for {many(count, 'row')}")
    return found.astype(np.int32)
