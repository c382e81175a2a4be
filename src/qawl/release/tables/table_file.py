"""One table of a release on disk: a parquet file in row groups, with the digest of its content."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from qawl.core.column_types import Columns, ListOf, Record, Row
from qawl.release.tables import arrays, columns
from qawl.release.tables.content_digest import Digest
from qawl.release.tables.token_table import TABLE

ROW_GROUP = 2000
TOKEN_GROUP = 200
"""Rows of the table `tokens` in a row group: each holds thousands of values."""
BATCH, FLAT_BATCH = 50, 500
"""Rows that wait as Python objects, where they hold records and where not: few, since the garbage
collector goes over what waits again and again."""


class TableDigest(Struct, frozen=True):
    """What a manifest says of a table's file; `sha256` is the digest of its content, not of its bytes."""

    path: str
    rows: int
    bytes: int
    sha256: str


class TableFile:
    """A table that takes rows one by one; nothing is whole before `close`."""

    def __init__(self, path: Path, kinds: Columns, config: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.config = path, config
        self._kinds = kinds
        self._group = TOKEN_GROUP if config == TABLE else ROW_GROUP
        # No statistics and no Arrow schema: neither helps a loader, both would ship values twice.
        self._file = pq.ParquetWriter(
            path,
            columns.arrow_schema(kinds),
            compression="zstd",
            write_statistics=False,
            store_schema=False,
        )
        nested = any(
            isinstance(kind, ListOf) and isinstance(kind.item, Record) for kind in kinds.values()
        )
        self._batch = BATCH if nested else FLAT_BATCH
        self._rows: list[Row] = []
        self._batches: list[pa.RecordBatch] = []
        self._digest = Digest()

    def add(self, row: Row) -> None:
        """The next row, with the names of its classes."""
        self._rows.append(row)
        if len(self._rows) == self._batch:
            self._convert()
            if sum(map(len, self._batches)) >= self._group:
                self._flush()

    def _convert(self) -> None:
        try:
            batch = arrays.batch(self._kinds, self._rows)
        except KeyError as error:
            raise columns.unknown(self.config, error.args[0]) from error
        except (AttributeError, TypeError) as error:
            raise columns.another_kind(f"{self.config}, article {self._odd()}", error) from error
        self._batches.append(batch)
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
        table = pa.Table.from_batches(self._batches).combine_chunks()
        self._batches.clear()
        for batch in table.to_batches():
            self._digest.add(batch)
        self._file.write_table(table)

    def close(self) -> None:
        """Writes what is waiting, and the end of the file."""
        if self._rows:
            self._convert()
        if self._batches:
            self._flush()
        self._file.close()

    def summary(self, folder: Path) -> TableDigest:
        """What the manifest says of this table."""
        return TableDigest(
            path=self.path.relative_to(folder).as_posix(),
            rows=self._digest.rows,
            bytes=self.path.stat().st_size,
            sha256=self._digest.hexdigest(),
        )
