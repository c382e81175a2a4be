"""The files of a release's tables: <table>/<split>.parquet, or shards <split>-00000-of-00003.parquet."""

import re
from collections.abc import Sequence
from pathlib import Path

from qawl.core import files

_SHARD = re.compile(r"(?P<split>.+)-\d{5}-of-(?P<of>\d{5})")


def name(split: str, number: int, of: int) -> str:
    """The name of a file of a split: a shard of so many, or the one that there is."""
    return f"{split}.parquet" if of == 1 else f"{split}-{number:05}-of-{of:05}.parquet"


def pattern(split: str, of: int) -> str:
    """What the names of all files of a split fit."""
    return f"{split}.parquet" if of == 1 else f"{split}-*-of-{of:05}.parquet"


def split_of(path: Path) -> str:
    """The split that a file of a table is of."""
    found = _SHARD.fullmatch(path.stem)
    return found["split"] if found else path.stem


def splits(table: Path) -> dict[str, list[Path]]:
    """Split → its files in their order, of a table's folder; none where there is no folder."""
    found: dict[str, list[Path]] = {}
    for path in files.listed(table, "*.parquet"):
        found.setdefault(split_of(path), []).append(path)
    return found


def is_whole(files_of_split: Sequence[Path]) -> bool:
    """Whether all files of a split are there, as their names count them."""
    found = [_SHARD.fullmatch(path.stem) for path in files_of_split]
    counts = [int(each["of"]) if each else 1 for each in found]
    return bool(counts) and set(counts) == {len(counts)}
