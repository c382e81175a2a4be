"""One table of a release on disk: parquet files in row groups, with the digest of its content."""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import UNSET, Struct, UnsetType

from qawl.core import shards
from qawl.core.column_types import Columns, ListOf, Record, Row
from qawl.release.tables import arrays, columns
from qawl.release.tables.content_digest import Digest
from qawl.release.tables.loaded_size import loaded_bytes

GROUP = 128
"""Articles in a row group, on average: it ends behind an article whose id says so, so that a change in
one article leaves all other row groups as they were, and uploads little."""
LARGEST = 1 << 26
"""Bytes in memory at which a row group ends in any case."""
SHARD = 500_000_000
"""Bytes at which a file ends and the next shard of its split begins."""
BATCH, FLAT_BATCH = 50, 500
"""Rows that wait as Python objects, where they hold records and where not: few, since the garbage
collector goes over what waits again and again."""


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
    """The table of a split: takes the rows of article after article; nothing is whole before `close`."""

    def __init__(self, folder: Path, split: str, kinds: Columns, config: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.split, self.config = folder, split, config
        self._kinds = kinds
        self._shards: list[Path] = []
        self._out, self._file = self._opened()
        nested = any(
            isinstance(kind, ListOf) and isinstance(kind.item, Record) for kind in kinds.values()
        )
        self._batch = BATCH if nested else FLAT_BATCH
        self._rows: list[Row] = []
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

    def add(self, article_id: str, rows: Iterable[Row]) -> None:
        """The rows of the next article, with the names of their classes."""
        for row in rows:
            self._rows.append(row)
            if len(self._rows) == self._batch:
                self._convert()
        if _ends(article_id) or self._waiting > LARGEST:
            self._flush()

    def _convert(self) -> None:
        try:
            batch = arrays.batch(self._kinds, self._rows)
        except KeyError as error:
            raise columns.unknown(self.config, error.args[0]) from error
        except (AttributeError, TypeError) as error:
            raise columns.another_kind(f"{self.config}, article {self._odd()}", error) from error
        self._batches.append(batch)
        self._waiting += batch.nbytes
        self._rows.clear()

    def _odd(self) -> str:
        """The article of the first row that its columns can't hold."""
        for row in self._rows:
            try:
                arrays.batch(self._kinds, [row])
            except (AttributeError, TypeError):
                return str(row.get("article_id") or row.get("id"))
        return "unknown"

    def _flush(self) -> None:
        """Ends the row group, and the file where it is large enough."""
        if self._rows:
            self._convert()
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


def _ends(article_id: str) -> bool:
    """Whether a row group ends behind this article."""
    return int.from_bytes(sha256(article_id.encode()).digest()[:4], "big") % GROUP == 0
