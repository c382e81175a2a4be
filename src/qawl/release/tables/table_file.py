"""One table of a release on disk: parquet files in row groups, with the digest of its content."""

import json
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import UNSET, Struct, UnsetType

from qawl.core import shards
from qawl.core.column_types import Columns
from qawl.release.tables import columns
from qawl.release.tables.content_digest import Digest
from qawl.release.tables.loaded_size import loaded_bytes

GROUP = 128
"""Articles in a row group, on average: it ends behind an article whose id says so, so that a change in
one article leaves all other row groups as they were, and uploads little."""
LARGEST = 1 << 26
"""Bytes in memory at which a row group ends in any case."""
SHARD = 500_000_000
"""Bytes at which a file ends and the next shard of its split begins."""


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


class TableFile:
    """The table of a split: takes the rows of block after block; nothing is whole before `close`."""

    def __init__(self, folder: Path, split: str, kinds: Columns) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.split = folder, split
        self._kinds = kinds
        self._shards: list[Path] = []
        self._out, self._file = self._opened()
        self._batches: list[pa.RecordBatch] = []
        self._waiting = 0
        self._digest = Digest()
        self._loaded = 0

    def _opened(self) -> tuple[pa.OSFile, pq.ParquetWriter]:
        """The next shard, under a name that it loses once it is known how many there are."""
        path = self.folder / f".{self.split}-{len(self._shards):05}"
        self._shards.append(path)
        out = pa.OSFile(str(path), "wb")
        # No statistics and no Arrow schema: neither helps a loader, both would ship values twice. The
        # features come at the end, for who loads the file alone, without the card.
        self._first = 0  # rows of the first row group: `datasets` reads that many at a time
        return out, pq.ParquetWriter(
            out,
            columns.arrow_schema(self._kinds),
            compression="zstd",
            write_statistics=False,
            store_schema=False,
            use_content_defined_chunking=True,
        )

    def add(self, batch: pa.RecordBatch, last: str | None) -> None:
        """The next rows; `last` is the article that they end with, if it may end a row group."""
        self._batches.append(batch)
        self._waiting += batch.nbytes
        if (last is not None and ends(last)) or self._waiting > LARGEST:
            self._flush()

    def _flush(self) -> None:
        """Ends the row group, and the file where it is large enough."""
        if not self._batches:
            return
        if self._out.tell() > SHARD:
            self._end()
            self._out, self._file = self._opened()
        table = pa.Table.from_batches(self._batches).combine_chunks()
        self._batches.clear()
        self._waiting = 0
        for batch in table.to_batches():
            self._digest.add(batch)
        self._first = self._first or max(len(table), 1)
        self._loaded += sum(map(loaded_bytes, table.to_batches(self._first)))
        self._file.write_table(table, row_group_size=max(len(table), 1))

    def _end(self) -> None:
        features = {"info": {"features": columns.stored_features(self._kinds)}}
        self._file.add_key_value_metadata({"huggingface": json.dumps(features, ensure_ascii=False)})
        self._file.close()
        self._out.close()

    def close(self) -> None:
        """Writes what is waiting, and the end of the file; its shards get their names."""
        self._flush()
        self._end()
        for number, path in enumerate(self._shards):
            made = path.with_name(shards.name(self.split, number, len(self._shards)))
            self._shards[number] = path.rename(made)

    def summary(self, folder: Path) -> TableDigest:
        """What the manifest says of this table."""
        return TableDigest(
            path=(
                (self.folder / shards.pattern(self.split, len(self._shards)))
                .relative_to(folder)
                .as_posix()
            ),
            rows=self._digest.rows,
            bytes=sum(path.stat().st_size for path in self._shards),
            sha256=self._digest.hexdigest(),
            loaded_bytes=self._loaded,
        )


def ends(article_id: str, one_of: int | None = None) -> bool:
    """Whether an article is one of so many by its id: behind one of GROUP a row group ends."""
    number = int.from_bytes(sha256(article_id.encode()).digest()[:4], "big")
    return number % (one_of or GROUP) == 0
