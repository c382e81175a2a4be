"""Rows of a table in two releases, side by side: only those that may differ become values."""

from collections.abc import Callable, Container, Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qawl.core import shards
from qawl.core.arrow import parquet, row_groups
from qawl.core.column_types import Columns, Row
from qawl.release.tables import columns
from qawl.release.versions import manifest

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

TOGETHER = 64
"""Rows that become values together, once one of them differs."""


class _Rows:
    """Rows of a table that stand in a row, as values only when they are asked for."""

    def __init__(self, split: str, kinds: Columns, batch: "pa.RecordBatch") -> None:
        self.split, self.batch, self._kinds = split, batch, kinds

    @cached_property
    def rows(self) -> list[Row]:
        """The rows, with the names of their classes and their split."""
        rows = (columns.decoded(self._kinds, row) for row in self.batch.to_pylist())
        return [{**row, "split": self.split} for row in rows]

    def same(self, at: int, other: "_Rows", there: int) -> bool:
        """Whether a row is one of others, which have the same columns."""
        one = self.batch.slice(at, 1)
        return self.split == other.split and one.equals(other.batch.slice(there, 1))


At = tuple[_Rows, int]
"""A row: those that it is one of, and its number among them."""


def differing(
    old: Path, new: Path, config: str, gathered: Callable[[list[Row]], T]
) -> Iterator[tuple[str, T | None, T | None]]:
    """(article id, what each of two releases holds of it in a table), in the order of ids; articles of
    which both hold the same may be left out. `gathered` makes of the rows of an article what it holds."""
    columns_stay = manifest.features(old).get(config) == manifest.features(new).get(config)
    kept = _kept(old, new, config) if columns_stay else frozenset()
    sides = [_side(number, _rows(folder, config, kept)) for number, folder in enumerate((old, new))]
    for identity, group in groupby(merge(*sides, key=lambda each: each[:2]), key=itemgetter(0)):
        found: list[list[At]] = [[], []]
        for _, side, at in group:
            found[side].append(at)
        was, now = found
        if columns_stay and len(was) == len(now):
            pairs = zip(was, now, strict=True)
            if all(one.same(at, other, there) for (one, at), (other, there) in pairs):
                continue
        one, other = ([of.rows[at] for of, at in side] for side in found)
        yield identity, gathered(one) if one else None, gathered(other) if other else None


def _side(number: int, rows: Iterator[tuple[str, At]]) -> Iterator[tuple[str, int, At]]:
    """The rows of a release, with its number."""
    return ((identity, number, at) for identity, at in rows)


Groups = AbstractSet[tuple[str, bytes]]
"""Row groups of a table: the split and the digest of each."""


def _kept(old: Path, new: Path, config: str) -> Groups:
    """The row groups that stand in both releases, byte by byte, of a table with the same columns:
    nothing in them has changed, and they are not read."""
    one, other = (
        {
            (shards.split_of(path), each)
            for path in _tables(folder, config)
            for each in row_groups(path)
        }
        for folder in (old, new)
    )
    return one & other


def _tables(folder: Path, config: str) -> list[Path]:
    return [path for of in manifest.table_files(folder, config).values() for path in of]


def titles_of(folder: Path, wanted: Container[str]) -> dict[str, str | None]:
    """The titles of these articles."""
    if not wanted:
        return {}
    rows = _rows(folder, "articles", frozenset(), ("id", "title"))
    return {each: of.rows[at]["title"] for each, (of, at) in rows if each in wanted}


def _rows(
    folder: Path, config: str, kept: Groups, wanted: Container[str] | None = None
) -> Iterator[tuple[str, At]]:
    """(article id, row with the columns that are wanted) of a table over all splits, in the order of the
    ids; those in row groups that are kept are left out. No text is read, its hash says enough."""
    key, unread = ("id", "text") if config == "articles" else ("article_id", "")
    kinds = {
        name: kind
        for name, kind in manifest.features(folder).get(config, {}).items()
        if (name in wanted if wanted else name != unread)
    }
    parts = (_split(path, kinds, key, kept) for path in _tables(folder, config))
    return merge(*parts, key=itemgetter(0))


def _split(path: Path, kinds: Columns, key: str, kept: Groups) -> Iterator[tuple[str, At]]:
    split = shards.split_of(path)
    digests = enumerate(row_groups(path)) if kept else ()
    left_out = {number for number, digest in digests if (split, digest) in kept}
    with parquet(path) as file:
        names = [name for name in file.schema_arrow.names if name in kinds]
        groups = [number for number in range(file.num_row_groups) if number not in left_out]
        for batch in file.iter_batches(batch_size=TOGETHER, row_groups=groups, columns=names):
            rows = _Rows(split, kinds, batch)
            for at, identity in enumerate(batch.column(key).to_pylist()):
                yield identity, (rows, at)
