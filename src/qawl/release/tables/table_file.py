"""One table of a release on disk: parquet files in row groups, with the digest of its content."""

from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from qawl.core import shards
from qawl.core.column_types import Columns
from qawl.core.records import to_json
from qawl.release.tables import parquet_parts, row_group
from qawl.release.tables.block import Block
from qawl.release.tables.content_digest import Digest, TableDigest
from qawl.release.tables.loaded_size import Streams, loaded_bytes
from qawl.release.tables.row_group import RowGroup, RowGroups

LARGEST = 1 << 26
"""Bytes in memory at which a row group ends in any case."""
SHARD = 500_000_000
"""Bytes at which a file ends and the next shard of its split begins."""
WAITING = 16
"""Blocks that wait for the end of a row group before the rows of the first of them are made, so that
few articles wait in memory."""


class TableFile:
    """The table of a split: takes the rows of block after block; nothing is whole before `close`."""

    def __init__(self, folder: Path, split: str, kinds: Columns, groups: RowGroups) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.split = folder, split
        self._kinds, self._groups = kinds, groups
        self._shards: list[Path] = []
        self._out = self._opened()
        self._blocks: list[Block] = []
        self._waiting = 0
        self._digest = Digest()
        self._loaded = 0

    def _opened(self) -> pa.OSFile:
        """The next shard, under a name that it loses once it is known how many there are."""
        path = self.folder / f".{self.split}-{len(self._shards):05}"
        self._shards.append(path)
        self._first = 0  # rows of the first row group
        self._footer = parquet_parts.Footer()
        out = pa.OSFile(str(path), "wb")
        out.write(parquet_parts.MAGIC)
        return out

    def add(self, block: Block) -> None:
        """Takes a block that has rows of this table; a row group ends with one whose last article has."""
        config = self.folder.name
        self._blocks.append(block)
        self._waiting += block.head.sizes[config]
        if config in block.head.ending or self._waiting > LARGEST:
            self._flush()
        elif len(self._blocks) > WAITING:
            self._blocks[-WAITING].settle()

    def _flush(self) -> None:
        """Ends the row group, and the file where it is large enough."""
        if not self._blocks:
            return
        if self._out.tell() > SHARD:
            self._end()
            self._out = self._opened()
        group, content = self._group(self.folder.name)
        self._blocks.clear()
        self._waiting = 0
        rows = group.part.rows
        self._first = self._first or rows
        self._loaded += (
            group.loaded
            if group.at_once == self._first
            else loaded_bytes(self._kinds, content, rows, self._first)
        )
        self._digest.take(rows, content.items())
        self._footer.add(group.part, self._out.tell())
        self._out.write(group.part.body)

    def _group(self, config: str) -> tuple[RowGroup, Streams]:
        """The row group of the blocks that wait, and the streams of its content digest."""
        said = config, [block.digest for block in self._blocks]
        made_from = sha256(to_json(said)).hexdigest()
        kept = self._groups.kept(made_from)
        if kept is not None:
            for block in self._blocks:
                block.leave(config)
            return kept, kept.content()
        batches = [block.take(config) for block in self._blocks]
        group, content = row_group.made(self._kinds, batches, self._first)
        self._groups.keep(made_from, group)
        return group, content

    def _end(self) -> None:
        self._out.write(self._footer.content())
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
