"""Articles that are frozen already → the corpus: grouped with what is there, and written at once."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

import msgspec

from qawl.articles import shards
from qawl.articles import store as article_store
from qawl.articles.by_id import Articles
from qawl.articles.duplicates.grouping import Grouping, grouped
from qawl.articles.duplicates.text_table import TextTable
from qawl.core.lookup import Spilled
from qawl.core.project import Project
from qawl.core.records import Article, to_json

Pairs = Iterable[tuple[int, int]]
"""Articles that stand in one group, as numbers."""


class Added(NamedTuple):
    """How many articles came, and the ids of those that did not: they would join two released groups."""

    added: int
    refused: tuple[str, ...] = ()


def add(
    project: Project,
    articles: Iterable[Article],
    folder: Path,
    *,
    updates: Mapping[str, Article] | None = None,
    together: Pairs = (),
    released: AbstractSet[str] = frozenset(),
) -> Added:
    """Adds articles whose ids the corpus does not have. `folder` is for what is staged.

    Texts and ids stay; articles of one text, or nearly one, share a group, and so do those that are said
    to. `updates` come in the place of what is there.
    """
    there, updates = article_store.by_id(project), updates or {}
    fresh, pairs = folder / "fresh.jsonl", [*together]
    with TextTable(folder / "texts") as table:
        for known in there.many(there):
            table.add(known)
        added = _stage(articles, there, fresh, table)
    every = article_store.with_fresh(project, fresh)
    if not added and not updates and not pairs:
        return Added(0)
    groups = {int(each.id, 16): int(each.group, 16) for each in there.many(there)}
    found = grouped(every, table, groups, released, together=pairs)
    if added or updates or any(found.groups.get(each, each) != groups[each] for each in groups):
        shards.replace(project, _lines(every, found, updates))
    return Added(added - len(found.refused), tuple(f"{each:012x}" for each in found.refused))


def _stage(articles: Iterable[Article], there: Articles, fresh: Path, table: TextTable) -> int:
    """Writes the articles that are new to a file; how many."""
    added = Spilled()
    with fresh.open("wb") as file:
        for each in articles:
            number = int(each.id, 16)
            if each.id not in there and number not in added:
                added.setdefault(number, 0)
                table.add(each)
                file.write(to_json(each) + b"\n")
    return len(added)


def _lines(every: Articles, found: Grouping, updates: Mapping[str, Article]) -> Iterator[bytes]:
    for identity in every:
        number = int(identity, 16)
        if number in found.refused:
            continue
        article = updates.get(identity) or every[identity]
        if (group := found.groups.get(number)) is not None:
            article = msgspec.structs.replace(article, group=f"{group:012x}")
        yield to_json(article) + b"\n"
