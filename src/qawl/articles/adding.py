"""Articles that are frozen already → the corpus: grouped with what is there, and written at once."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from qawl.articles import store as article_store
from qawl.articles.duplicates.grouping import Grouping, grouped
from qawl.articles.duplicates.text_table import TextTable
from qawl.core.lookup import Spilled
from qawl.core.project import Project
from qawl.core.records import Article, to_json


def add(project: Project, articles: Iterable[Article], folder: Path) -> int:
    """Adds articles whose ids the corpus does not have; how many. `folder` is for what is staged.

    Texts and ids stay; articles of one text, or nearly one, share a group.
    """
    there = article_store.by_id(project)
    fresh = folder / "fresh.jsonl"
    added = Spilled()
    with TextTable(folder / "texts") as table:
        for known in there.many(there):
            table.add(known)
        with fresh.open("wb") as file:
            for each in articles:
                number = int(each.id, 16)
                if each.id not in there and number not in added:
                    added.setdefault(number, 0)
                    table.add(each)
                    file.write(to_json(each) + b"\n")
    if not len(added):
        return 0
    every = article_store.with_fresh(project, fresh)
    groups = {int(each.id, 16): int(each.group, 16) for each in there.many(there)}
    found = grouped(every, table, groups, frozenset())
    article_store.replace(project, _lines(every, found))
    return len(added)


def _lines(every: article_store.Articles, found: Grouping) -> Iterator[bytes]:
    for identity in every:
        article = every[identity]
        group = found.groups.get(int(identity, 16))
        if group is not None:
            article = msgspec.structs.replace(article, group=f"{group:012x}")
        yield to_json(article) + b"\n"
