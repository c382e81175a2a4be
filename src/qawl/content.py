"""The digest of a table's content: of its values, whatever wrote the file and however rows are grouped.

Values are hashed a column at a time, without going through rows of Python objects: a release is
digested when it is written and again when it is verified. A column is a name and the stream of its
values: for each whether it is there (a byte); whole numbers as int64, fractions as float64, truth as a
byte, little-endian, 0 where null; texts as their length in UTF-8 (int64) and their bytes; lists as their
length (int64) with the column `NAME[]` of what is in them; records as the columns `NAME.FIELD`. The
digest is the SHA-256 over lines of name and SHA-256 of each stream, sorted.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qawl.errors import ReleaseError


class Digest:
    """What was hashed so far of a table's streams, and how many rows that were."""

    def __init__(self) -> None:
        self.rows = 0
        self._streams: dict[str, Any] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        """Takes the next rows."""
        self.rows += len(batch)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            for stream, content in _streams(name, column):
                self._streams.setdefault(stream, sha256()).update(content)

    def hexdigest(self) -> str:
        """The digest of all rows so far."""
        total = sha256()
        for name, stream in sorted(self._streams.items()):
            total.update(f"{name} {stream.hexdigest()}\n".encode())
        return total.hexdigest()


def _streams(name: str, column: pa.Array) -> Iterator[tuple[str, Any]]:
    """(stream, bytes) of a column and of what it holds."""
    kind = column.type
    yield f"{name} there", _numbers(column.is_valid(), np.uint8)
    if pa.types.is_struct(kind):
        for field, part in zip(kind, column.flatten(), strict=True):
            yield from _streams(f"{name}.{field.name}", part)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield f"{name} length", _numbers(pc.list_value_length(column), np.int64)
        yield from _streams(f"{name}[]", column.flatten())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield f"{name} length", _numbers(pc.binary_length(column), np.int64)
        yield f"{name} text", _joined(column)
    elif pa.types.is_integer(kind):
        yield name, _numbers(column, np.int64)
    elif pa.types.is_floating(kind):
        yield name, _numbers(column, np.float64)
    elif pa.types.is_boolean(kind):
        yield name, _numbers(column, np.uint8)
    else:
        raise ReleaseError(f"column {name} is of type {kind}, which no table of a release has")


def _numbers(column: pa.Array, kind: type[np.generic]) -> Any:
    """The values as little-endian numbers of one width, 0 where null."""
    if column.null_count:
        column = pc.fill_null(column, False if pa.types.is_boolean(column.type) else 0)
    return np.ascontiguousarray(
        column.to_numpy(zero_copy_only=False), np.dtype(kind).newbyteorder("<")
    )


def _joined(column: pa.Array) -> Any:
    """The bytes of all texts, one after another."""
    there = column.drop_null()
    rows = pa.LargeListArray.from_arrays([0, len(there)], there)
    return pc.binary_join(rows, pa.scalar("", there.type))[0].as_buffer()
