"""The size of a table in memory as `datasets` counts it: what its parquet reader would hold.

It is told from the streams of the content digest, so that no file is read again to be measured. The
reader takes some rows at a time, and has a bit a value for whether it is there: always beside numbers,
elsewhere where one of these rows is null.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qawl.core.arrow import bounds, lengths
from qawl.core.column_types import Columns
from qawl.release.tables.columns import arrow_schema

OFFSET = 4
"""Bytes of an offset of a text or list."""

Edges = NDArray[np.int64]
"""Where the rows that are read at a time start, and where the last of them end, in values of a column."""
Streams = Mapping[str, bytes | memoryview]


def loaded_bytes(kinds: Columns, streams: Streams, rows: int, at_once: int) -> int:
    """Bytes of so many rows once they are read from parquet, some at a time."""
    edges = np.append(np.arange(0, rows, at_once), rows)
    return sum(_bytes(each.name, each.type, streams, edges) for each in arrow_schema(kinds))


def _bytes(name: str, kind: pa.DataType, streams: Streams, edges: Edges) -> int:
    size, bits = int(edges[-1]), -(-lengths(edges) // 8)
    there = _of_nulls(streams[f"{name} there"], bits, edges)
    if pa.types.is_struct(kind):
        return there + sum(
            _bytes(f"{name}.{each.name}", each.type, streams, edges) for each in kind
        )
    if pa.types.is_list(kind):
        ends = bounds(np.frombuffer(streams[f"{name} length"], "<i8"))
        items = _bytes(f"{name}[]", kind.value_type, streams, ends[edges])
        return there + OFFSET * size + items
    if pa.types.is_string(kind):
        return there + OFFSET * size + len(streams[f"{name} text"])
    if pa.types.is_boolean(kind):
        return there + int(bits.sum())
    width: int = kind.bit_width
    return int(bits.sum()) + size * width // 8


def _of_nulls(there: bytes | memoryview, bits: Edges, edges: Edges) -> int:
    """Bytes of the bits that say which values are there, where one is not."""
    known = np.frombuffer(there, np.uint8)
    if known.all():
        return 0
    missing = lengths(bounds(known == 0)[edges])
    return int(bits[missing > 0].sum())
