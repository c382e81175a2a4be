"""The corpus with what is new → its groups of duplicates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from qawl.articles.by_id import Articles
from qawl.articles.duplicates import near
from qawl.articles.duplicates.engine import Engine
from qawl.articles.duplicates.groups import Groups
from qawl.articles.duplicates.text_table import TextTable


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
    table: TextTable,
    known: Mapping[int, int],
    released: AbstractSet[str],
    *,
    on: Engine = "local",
    together: Iterable[tuple[int, int]] = (),
) -> Grouping:
    """The groups of all articles; `known` are those of the frozen ones, `together` stand in one anyway.

    On a cluster the table of the texts must stand where all its workers see it.
    """
    numbers = (int(each, 16) for each in released)
    groups = Groups(known, {known[each] for each in numbers if each in known})
    for one, other in (*table.same.items(), *together):
        groups.join(other, one)

    def texts(some: Sequence[int]) -> Iterator[str]:
        return (article.text for article in every.many(f"{each:012x}" for each in some))

    def order(number: int) -> tuple[str, int, int]:
        article = every[f"{number:012x}"]
        return article.published or "9", -len(article.text), number

    if len(table) > 1:
        near.join(table.folder, groups, texts, on=on)
    articles = (int(each, 16) for each in every)
    kept = (each for each in articles if each not in groups.refused)
    return Grouping(dict(groups.named(kept, order)), groups.refused, table.same.keys())
