"""The digest of a table's content: of its values, whatever wrote the file and however rows are grouped.

Values are hashed a column at a time, without going through rows of Python objects: a release is
digested when it is written and again when it is verified. A column is a name and the stream of its
values: for each whether it is there (a byte); whole numbers as int64, fractions as float64, truth as a
byte, little-endian, 0 where null; texts as their length in UTF-8 (int64) and their bytes; lists as their
length (int64) with the column `NAME[]` of what is in them; records as the columns `NAME.FIELD`. The
digest is the SHA-256 over lines of name and SHA-256 of each stream, sorted.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
from msgspec import UNSET, Struct, UnsetType
from numpy.typing import NDArray

from qawl.core.arrow import dtype, lengths
from qawl.core.errors import ReleaseError

if TYPE_CHECKING:
    from hashlib import _Hash


N = TypeVar("N", bound=np.generic)
Bounds = NDArray[np.signedinteger]


class TableDigest(Struct, frozen=True):
    """What a manifest says of a table's file, or of all its shards, whose names the path then fits.

    `sha256` is the digest of the content, not of the bytes. `loaded_bytes` is its size in memory as
    `datasets` counts it; early releases don't say.
    """

    path: str
    rows: int
    bytes: int
    sha256: str
    loaded_bytes: int | UnsetType = UNSET


class Digest:
    """What was hashed so far of a table's streams, and how many rows that were."""

    def __init__(self) -> None:
        self.rows = 0
        self._streams: dict[str, _Hash] = {}

    def take(self, rows: int, content: Iterable[tuple[str, bytes | memoryview]]) -> None:
        """Takes the next rows: how many, and their streams."""
        self.rows += rows
        for stream, piece in content:
            self._streams.setdefault(stream, sha256()).update(piece)

    def add(self, batch: pa.RecordBatch) -> None:
        """Takes the next rows."""
        self.take(len(batch), streams(batch))

    def hexdigest(self) -> str:
        """The digest of all rows so far."""
        total = sha256()
        for name, stream in sorted(self._streams.items()):
            total.update(f"{name} {stream.hexdigest()}\n".encode())
        return total.hexdigest()


def streams(batch: pa.RecordBatch) -> Iterator[tuple[str, bytes | memoryview]]:
    """(stream, bytes) of some rows."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        yield from _streams(name, column)


def _streams(name: str, column: pa.Array) -> Iterator[tuple[str, bytes | memoryview]]:
    """(stream, bytes) of a column and of what it holds."""
    kind, there = column.type, _there(column)
    yield f"{name} there", there.data
    if pa.types.is_struct(kind):
        for field, part in zip(kind, column.flatten(), strict=True):
            yield from _streams(f"{name}.{field.name}", part)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        bounds = _bounds(column)
        yield f"{name} length", _bytes(column, lengths(bounds), there, "<i8")
        yield from _streams(f"{name}[]", _items(column, bounds, there))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        bounds = _bounds(column)
        yield f"{name} length", _bytes(column, lengths(bounds), there, "<i8")
        yield f"{name} text", _joined(column, bounds, there)
    elif pa.types.is_integer(kind):
        yield name, _bytes(column, _values(column, dtype(kind)), there, "<i8")
    elif pa.types.is_floating(kind):
        yield name, _bytes(column, _values(column, dtype(kind)), there, "<f8")
    elif pa.types.is_boolean(kind):
        yield name, (_bits(column, 1) & there).data
    else:
        raise ReleaseError(f"column {name} is of type {kind}, which no table of a release has")


# Buffers are read as they stand: each function of pyarrow.compute would load pandas, which takes longer
# than verifying most releases.


def _bytes(
    column: pa.Array, values: NDArray[np.number], there: NDArray[np.uint8], kind: str
) -> memoryview:
    """The bytes of numbers, 0 where one is null."""
    known = np.where(there, values, 0) if column.null_count else values
    return known.astype(kind, copy=False).data


def _there(column: pa.Array) -> NDArray[np.uint8]:
    """1 where a value is there, 0 where it is null."""
    return _bits(column, 0) if column.null_count else np.ones(len(column), np.uint8)


def _bits(column: pa.Array, buffer: int) -> NDArray[np.uint8]:
    """One of the buffers that have a bit a value, as a byte a value."""
    first, skipped = divmod(column.offset, 8)
    packed = np.frombuffer(column.buffers()[buffer] or b"", np.uint8, offset=first)
    return np.unpackbits(packed, count=skipped + len(column), bitorder="little")[skipped:]


def _values(column: pa.Array, kind: np.dtype[N], more: int = 0) -> NDArray[N]:
    """The values of the second buffer, whatever stands where they are null, and some after them."""
    buffer = column.buffers()[1] or bytes(kind.itemsize)
    return np.frombuffer(buffer, kind, len(column) + more, column.offset * kind.itemsize)


def _bounds(column: pa.Array) -> Bounds:
    """Where each list or text starts, and where the last one ends."""
    large = pa.types.is_large_list(column.type) or pa.types.is_large_string(column.type)
    return _values(column, np.dtype("i8" if large else "i4"), more=1)


def _hidden(column: pa.Array, bounds: Bounds, there: NDArray[np.uint8]) -> bool:
    """Whether something stands in a list or a text that is null, as Arrow allows."""
    return bool(column.null_count) and bool(lengths(bounds)[there == 0].any())


def _items(column: pa.Array, bounds: Bounds, there: NDArray[np.uint8]) -> pa.Array:
    """What is in all lists."""
    if _hidden(column, bounds, there):
        return column.flatten()
    return column.values.slice(int(bounds[0]), int(bounds[-1] - bounds[0]))


def _joined(column: pa.Array, bounds: Bounds, there: NDArray[np.uint8]) -> bytes | memoryview:
    """The bytes of all texts, one after another."""
    data = column.buffers()[2]
    if data is None:
        return b""
    if _hidden(column, bounds, there):
        return "".join(filter(None, column.to_pylist())).encode()
    return memoryview(data)[bounds[0] : bounds[-1]]
