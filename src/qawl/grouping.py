"""The corpus with what is new → its groups of duplicates."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qawl import duplicates
from qawl.corpus import Articles
from qawl.engine import Engine
from qawl.groups import Groups
from qawl.model import Article

_ROWS = 500


@dataclass(frozen=True, slots=True)
class Grouping:
    """Article → group of those that stand in one with another; articles are numbers.

    `refused` would have joined two released groups; `same_text` have the text of an article before.
    """

    groups: Mapping[int, int] = field(default_factory=dict)
    refused: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    same_text: AbstractSet[int] = frozenset()


def grouped(
    every: Articles,
    folder: Path,
    known: Mapping[int, int],
    released: AbstractSet[str],
    *,
    on: Engine = "local",
) -> Grouping:
    """The groups of all articles; `known` are those of the frozen ones.

    `folder` takes a table of the texts; with a cluster it must be one that all its workers see.
    """
    numbers = (int(each, 16) for each in released)
    groups = Groups(known, {known[each] for each in numbers if each in known})
    table = folder / "texts.parquet"
    same_text = _join_same_text(every, groups, table)

    def texts(some: Sequence[int]) -> list[str]:
        return [article.text for article in every.many(f"{each:012x}" for each in some)]

    def order(number: int) -> tuple[str, int, int]:
        article = every[f"{number:012x}"]
        return article.published or "9", -len(article.text), number

    if len(every) > 1:
        duplicates.join(table, groups, texts, on=on)
    articles = (int(each, 16) for each in every)
    kept = (each for each in articles if each not in groups.refused)
    return Grouping(dict(groups.named(kept, order)), groups.refused, same_text)


def _join_same_text(every: Articles, groups: Groups, path: Path) -> set[int]:
    """Joins articles of one text and writes each text once; returns those whose text was there."""
    first: dict[int, int] = {}
    same = set()
    with _table(path) as write:
        for article in every.many(every):
            number = int(article.id, 16)
            there = first.setdefault(int(article.text_sha256[:15], 16), number)
            if there == number:
                write(article)
            else:
                groups.join(there, number)
                same.add(number)
    return same


@contextmanager
def _table(path: Path) -> Iterator[Any]:
    """Writes articles to a parquet file of `id` and `text`, some hundred at a time."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pa.schema([("id", pa.uint64()), ("text", pa.large_string())])
    rows: list[Article] = []

    def flush() -> None:
        columns = [[int(each.id, 16) for each in rows], [each.text for each in rows]]
        writer.write_table(pa.table(columns, schema=schema))
        rows.clear()

    def write(article: Article) -> None:
        rows.append(article)
        if len(rows) == _ROWS:
            flush()

    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        yield write
        flush()
