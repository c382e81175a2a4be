"""Groups of articles that belong together: they only grow, and a released one keeps its own name.

Articles stand here as numbers: their ids read as hexadecimal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison


class Groups:
    """A disjoint-set forest over the articles that stand in a group with another.

    `known` are the groups of frozen articles, `released` the groups that are frozen because one of
    their articles was released. `refused` are fresh articles that would have joined two such groups.
    """

    def __init__(
        self, known: Mapping[int, int] | None = None, released: AbstractSet[int] = frozenset()
    ) -> None:
        self._above: dict[int, int] = {}
        self._known = dict(known or {})
        self.refused: dict[int, tuple[int, int]] = {}
        for article, group in self._known.items():
            if article != group:
                self._hang(self._top(article), self._top(group))
        self._frozen = {self._top(group): group for group in released}

    def together(self, one: int, other: int) -> bool:
        """Whether two articles stand in one group."""
        return self._top(one) == self._top(other)

    def join(self, one: int, other: int) -> None:
        """Makes one group of two, unless both were released: then the fresh article is refused."""
        top, under = self._top(one), self._top(other)
        if top == under:
            return
        if top in self._frozen and under in self._frozen:
            fresh = [each for each in (one, other) if each not in self._known]
            if fresh:
                self.refused[max(fresh)] = self._frozen[top], self._frozen[under]
            return
        self._hang(under, top)
        if under in self._frozen:
            self._frozen[top] = self._frozen.pop(under)

    def named(
        self, articles: Iterable[int], order: Callable[[int], "SupportsRichComparison"]
    ) -> Iterator[tuple[int, int]]:
        """(article, group) of those that stand in a group with another.

        A group has the name that it was frozen with, else one that it had, else the id of its first
        member; `order` says which of several is first.
        """
        members: dict[int, list[int]] = {}
        for article in articles:
            if article in self._above:
                members.setdefault(self._top(article), []).append(article)
        for top, group in members.items():
            name = self._frozen.get(top)
            if name is None:
                had = {self._known[each] for each in group if each in self._known}
                name = min(had or group, key=order)
            yield from ((article, name) for article in group)

    def _hang(self, under: int, top: int) -> None:
        self._above[under] = self._above[top] = top

    def _top(self, article: int) -> int:
        """The representative of an article's group; paths are halved on the way."""
        above = self._above
        while (up := above.get(article, article)) != article:
            above[article] = article = above.get(up, up)
        return article
