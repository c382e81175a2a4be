"""The size of a table in memory as `datasets` counts it: what its parquet reader would hold.

It is told from what is written, so that no file is read again to be measured. The reader has a bit a
value for whether it is there: always beside numbers, elsewhere where one is null.
"""

import numpy as np
import pyarrow as pa

OFFSET = 4
"""Bytes of an offset of a text or list."""


def loaded_bytes(batch: pa.RecordBatch) -> int:
    """Bytes of a batch once it is read from parquet."""
    return sum(map(_bytes, batch.columns))


def _bytes(column: pa.Array) -> int:
    kind, size = column.type, len(column)
    bits = -(-size // 8)
    there = bits if column.null_count else 0
    if pa.types.is_struct(kind):
        return there + sum(map(_bytes, column.flatten()))
    if pa.types.is_list(kind):
        return there + OFFSET * size + _bytes(column.flatten())
    if pa.types.is_string(kind):
        bounds = np.frombuffer(column.buffers()[1], np.int32)
        content = bounds[column.offset + size] - bounds[column.offset]
        return there + OFFSET * size + int(content)
    if pa.types.is_boolean(kind):
        return there + bits
    width: int = kind.bit_width
    return bits + size * width // 8
