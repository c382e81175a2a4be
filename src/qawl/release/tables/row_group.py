"""A row group of a table as it goes into any release: its parquet, and the bytes of its content digest.

It is kept under the digest of the blocks that its rows are of, so that the next build copies it without
making, reading or writing one of its rows.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from qawl.core import result_cache
from qawl.core.column_types import Columns
from qawl.core.project import Project
from qawl.release.tables import columns, content_digest, parquet_parts
from qawl.release.tables.loaded_size import Streams, loaded_bytes

KEPT = "tables"
_PACKED = "lz4"


class RowGroup(Struct, frozen=True, array_like=True):
    """A row group; `loaded` is its size in memory as `datasets` counts it where `at_once` rows are read
    at a time.

    `lengths` are the bytes of each stream of its content digest, which stand one after another in
    `streams`, packed.
    """

    part: parquet_parts.Part
    at_once: int
    loaded: int
    lengths: dict[str, int]
    streams: bytes

    def content(self) -> dict[str, memoryview]:
        """Stream → bytes of what the content digest is made from."""
        size = sum(self.lengths.values())
        return _parted(
            pa.decompress(self.streams, size, codec=_PACKED) if size else b"", self.lengths
        )


def _parted(whole: bytes | pa.Buffer, lengths: Mapping[str, int]) -> dict[str, memoryview]:
    """The streams that stand one after another."""
    ends = accumulate(lengths.values())
    return {
        name: memoryview(whole)[end - length : end]
        for (name, length), end in zip(lengths.items(), ends, strict=True)
    }


def made(kinds: Columns, batches: Sequence[pa.RecordBatch], first: int) -> tuple[RowGroup, Streams]:
    """These rows as a row group, and the streams of its content digest.

    `first` are the rows of the first row group of its file, 0 if that is this: `datasets` reads as many
    at a time.
    """
    table = pa.Table.from_batches(batches).combine_chunks()
    pieces: dict[str, list[bytes | memoryview]] = {}
    for batch in table.to_batches():
        for name, content in content_digest.streams(batch):
            pieces.setdefault(name, []).append(content)
    lengths = {name: sum(map(_size, each)) for name, each in pieces.items()}
    whole = b"".join(chain.from_iterable(pieces.values()))
    streams = _parted(whole, lengths)
    at_once = first or max(len(table), 1)
    group = RowGroup(
        part=parquet_parts.part(_parquet(kinds, table)),
        at_once=at_once,
        loaded=loaded_bytes(kinds, streams, len(table), at_once),
        lengths=lengths,
        streams=pa.compress(whole, codec=_PACKED, asbytes=True),
    )
    return group, streams


def _size(content: bytes | memoryview) -> int:
    """Its bytes: a view of numbers has fewer items."""
    return memoryview(content).nbytes


def _parquet(kinds: Columns, table: pa.Table) -> bytes:
    """A file of one row group."""
    out = pa.BufferOutputStream()
    # No statistics and no Arrow schema: neither helps a loader, both would ship values twice. The
    # features come at the end, for who loads the file alone, without the card.
    with pq.ParquetWriter(
        out,
        columns.arrow_schema(kinds),
        compression="zstd",
        write_statistics=False,
        store_schema=False,
        use_content_defined_chunking=True,
    ) as file:
        file.write_table(table, row_group_size=max(len(table), 1))
        features = {"info": {"features": columns.stored_features(kinds)}}
        file.add_key_value_metadata({"huggingface": json.dumps(features, ensure_ascii=False)})
    content: bytes = out.getvalue().to_pybytes()
    return content


class RowGroups:
    """The row groups of one build, those that an earlier build kept among them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._used: set[str] = set()

    def kept(self, made_from: str) -> RowGroup | None:
        """The row group that was made from these inputs, if it is kept."""
        self._used.add(made_from)
        content = result_cache.content(self._project, KEPT, made_from)
        return None if content is None else msgspec.msgpack.decode(content, type=RowGroup)

    def keep(self, made_from: str, made: RowGroup) -> None:
        """Keeps a row group that was made from these inputs."""
        result_cache.keep_content(self._project, KEPT, made_from, msgspec.msgpack.encode(made))

    def forget_others(self) -> None:
        """Removes what was kept of earlier builds and is in none of this one's tables."""
        result_cache.forget_content(self._project, KEPT, self._used)
