"""From which server the numbers of another place's journals are: told by what both have.

Servers count alike from 1. Work that both have shows the server; a number that stands for two things
shows that it is another. Where nothing is shown, it is the first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from qawl.annotations.identity import Identity, copied, same


@dataclass(slots=True)
class Numbers:
    """What the numbers of a server stand for in some journals: annotations, tasks, projects.

    `restarting` says that annotations are counted anew in each task, as other tools do.
    """

    made: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))
    articles: dict[tuple[int, int | None, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    homes: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    restarting: bool = False
    servers: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, identities: Iterable[Identity]) -> "Numbers":
        """The numbers of these annotations."""
        found = cls()
        for each in identities:
            found.restarting = found.restarting or any(
                (one.task, one.article) != (each.task, each.article)
                for one in found.made.get(f"i {each.id}", ())
            )
            for name in _names(each):
                found.made[name].append(each)
            found.servers.add(each.origin)
            if each.task:
                found.articles[each.origin, each.project, each.task].add(each.article)
            if each.project is not None and each.home:
                found.homes[each.project].add(each.home)
        return found

    def origins(self, identities: Iterable[Identity]) -> dict[int, int]:
        """The number that each of their servers has among those of these annotations, or gets."""
        clashing, newest = set[int](), 1
        shared: dict[int, Counter[int]] = defaultdict(Counter)
        for each in identities:
            there = [one for name in _names(each) for one in self.made.get(name, ())]
            known = next((one for one in there if same(one, each) and not copied(one, each)), None)
            if known:
                shared[known.origin][each.origin] += 1
            elif self._clash(each, there):
                clashing.add(each.origin)
            newest = max(newest, each.origin)
        found = {theirs: ours.most_common(1)[0][0] for theirs, ours in shared.items()}
        taken = clashing.union(found.values())
        for theirs in sorted(self.servers - found.keys()):
            newest += theirs in taken
            found[theirs] = newest if theirs in taken else theirs
            taken.add(found[theirs])
        return found

    def _clash(self, given: Identity, there: Iterable[Identity]) -> bool:
        """Whether a number stands for another thing here, though a server gives each but once."""
        there = [one for one in there if one.origin == given.origin]
        articles = self.articles.get((given.origin, given.project, given.task or ""))
        homes = self.homes.get(given.project) if given.project is not None else None
        return bool(
            (not self.restarting and any(one.id == given.id for one in there if one.id))
            or (not self.restarting and articles and given.article not in articles)
            or (homes and given.home and given.home not in homes)
        )


def _names(given: Identity) -> Iterable[str]:
    """What an annotation can be found by."""
    if given.unique:
        yield f"u {given.unique}"
    if given.id:
        yield f"i {given.id}"
