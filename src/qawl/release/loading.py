"""What loads from a release by the files that its card names, against what its manifest counts."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from qawl.core import files, names
from qawl.core.errors import ReleaseError
from qawl.core.excerpts import many
from qawl.release.versions.manifest import CardHead, Manifest, card_head

_NAMED = 5


def check(folder: Path, counted: Manifest) -> None:
    """Raises ReleaseError where other rows would load than the manifest counts.

    Only the footers of the tables are read. A loader finds a table by the `data_files` of the card alone.
    """
    if found := list(_differences(folder, counted)):
        more = f" (and {len(found) - _NAMED} more)" if len(found) > _NAMED else ""
        raise ReleaseError(
            f"the release would not load as its manifest counts: {'; '.join(found[:_NAMED])}{more}"
        )


def _differences(folder: Path, counted: Manifest) -> Iterator[str]:
    """The tables by config and split, then the articles by split, then files that no config names."""
    head = _head(folder)
    default = [each.config_name for each in head.configs if each.default]
    default += [each.config_name for each in head.configs if each.config_name == "default"]
    if len({*default}) > 1:
        yield f"the card has several default configs ({', '.join(default)}), so `datasets` loads none"
    loaded, named = _loaded(folder, head)
    tables = {name: said.rows for name, said in counted.content.items()}
    stated = {
        f"{each.config_name}/{split.name}": split.num_examples
        for each in head.dataset_info
        for split in each.splits
    }
    for name in sorted({*tables, *loaded, *stated}):
        counts = tables.get(name, 0), loaded.get(name, 0), stated.get(name, 0)
        if len(set(counts)) > 1:
            yield (
                f"{name}: the manifest counts {many(counts[0], 'row')}, {counts[1]} load, "
                f"the card says {counts[2]}"
            )
    splits = +Counter(counted.articles.splits)
    articles = {
        name.partition("/")[2]: rows
        for name, rows in loaded.items()
        if name.startswith("articles/")
    }
    for split in sorted({*splits, *articles}):
        if splits[split] != articles.get(split, 0):
            yield (
                f"split {split}: the manifest counts {many(splits[split], 'article')}, "
                f"{articles.get(split, 0)} load"
            )
    if splits.total() != counted.articles.count:
        yield f"{many(counted.articles.count, 'article')}, of which {splits.total()} in a split"
    for path in files.below(folder):
        if path.suffix == ".parquet" and path not in named:
            yield f"{path.relative_to(folder).as_posix()} is in no config of the card"


def _head(folder: Path) -> CardHead:
    """The YAML at the head of the card."""
    head = card_head(folder)
    if head is None:
        raise ReleaseError("README.md has no YAML at its head: a loader finds no table")
    return head


def _loaded(folder: Path, head: CardHead) -> tuple[dict[str, int], set[Path]]:
    """(config/split → rows, the files that they stand in), by the patterns of the card."""
    rows: Counter[str] = Counter()
    named: set[Path] = set()
    for config in head.configs:
        for each in config.data_files:
            if not names.is_split(each.split):
                continue  # `datasets` refuses it, so nothing loads
            for path in _fitting(folder, each.path):
                named.add(path)
                rows[f"{config.config_name}/{each.split}"] += pq.read_metadata(path).num_rows
    return dict(rows), named


def _fitting(folder: Path, pattern: str) -> list[Path]:
    """The files that a pattern of the card names; raises ReleaseError where it is none."""
    try:
        return list(folder.glob(pattern))
    except (ValueError, NotImplementedError) as error:  # empty, or absolute
        raise ReleaseError(f"README.md: {pattern!r} is no pattern of files: {error}") from error
