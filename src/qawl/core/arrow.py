"""Arrow arrays and numpy arrays as views of each other; parquet files opened to be read.

pyarrow's own conversions import pandas where it is installed, which takes longer than they do.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from qawl.core.column_types import Row
from qawl.core.errors import ReleaseError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


N = TypeVar("N", bound=np.number)


def lengths(edges: NDArray[np.signedinteger]) -> NDArray[np.signedinteger]:
    """How far it is from each edge to the next: as numpy's `diff`, which takes longer to look at few
    numbers than to subtract them."""
    return edges[1:] - edges[:-1]


@contextmanager
def parquet(path: Path) -> Iterator["pq.ParquetFile"]:
    """A parquet file of a release, opened to be read; raises ReleaseError where it is damaged."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReleaseError(f"{path} is damaged ({why}): run `qawl verify`") from error


def rows(path: Path, names: Sequence[str] | None = None, *, together: int) -> Iterator[Row]:
    """The rows of a parquet file of a release, read so many together; of the columns that are named,
    those that it has. Raises ReleaseError where it is damaged."""
    with parquet(path) as file:
        for batch in file.iter_batches(together, columns=names):
            yield from batch.to_pylist()


def row_groups(path: Path) -> list[bytes]:
    """The SHA-256 of the bytes of each row group of a parquet file."""
    with parquet(path) as file, path.open("rb") as content:
        found = []
        for number in range(file.num_row_groups):
            start, end = _place(file.metadata.row_group(number))
            content.seek(start)
            found.append(sha256(content.read(end - start)).digest())
        return found


def _place(group: "pq.RowGroupMetaData") -> tuple[int, int]:
    """Where the bytes of a row group start and end."""
    columns = [group.column(number) for number in range(group.num_columns)]
    starts = [each.dictionary_page_offset or each.data_page_offset for each in columns]
    sizes = [each.total_compressed_size for each in columns]
    return min(starts), max(start + size for start, size in zip(starts, sizes, strict=True))


def arrow(values: NDArray[np.generic]) -> "pa.Array":
    """A numpy array of integers as an Arrow array without nulls."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def strings(texts: Sequence[str]) -> "pa.LargeStringArray":
    """Texts as an Arrow array."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    encoded = [text.encode() for text in texts]
    buffers = [pa.py_buffer(bounds(map(len, encoded))), pa.py_buffer(b"".join(encoded))]
    return pa.LargeStringArray.from_buffers(len(texts), *buffers)


def bounds(lengths: Iterable[int] | NDArray[np.generic]) -> NDArray[np.int64]:
    """Where each of several pieces that stand in a row starts, and where the last one ends."""
    known = lengths if isinstance(lengths, np.ndarray) else np.fromiter(lengths, np.int64)
    found = np.zeros(len(known) + 1, np.int64)
    np.cumsum(known, out=found[1:])
    return found


def dtype(kind: "pa.DataType") -> np.dtype[np.number]:
    """The numpy type of an Arrow type of numbers."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    whole = "i" if pa.types.is_signed_integer(kind) else "u"
    return np.dtype(f"{'f' if pa.types.is_floating(kind) else whole}{kind.bit_width // 8}")


def numbers(column: "pa.Array | pa.ChunkedArray", of: type[N]) -> NDArray[N]:
    """An Arrow array, or column of several, of integers without nulls as a numpy array of a type."""
    chunks = getattr(column, "chunks", [column])
    kind = dtype(column.type)
    views = [
        np.frombuffer(chunk.buffers()[1], kind)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in chunks
        if len(chunk)
    ]
    found: NDArray[N] = np.concatenate([np.zeros(0, kind), *views]).astype(of, copy=False)
    return found


def lists(column: "pa.ChunkedArray", of: type[N]) -> tuple[NDArray[N], NDArray[np.int64]]:
    """The values of a column of lists in a row, and the number of the list that each is in."""
    lengths = [numbers(chunk.value_lengths(), np.int64) for chunk in column.chunks]
    values = [numbers(chunk.flatten(), of) for chunk in column.chunks]
    counts = np.concatenate([np.zeros(0, np.int64), *lengths])
    return np.concatenate([np.zeros(0, of), *values]), np.repeat(np.arange(len(counts)), counts)
