"""Who annotates what: the overlap plan, deterministic, balanced and stable."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256

from qawl.core.project import Project

Assigned = dict[str, set[str]]
"""Annotator → ids of the articles that are theirs."""


def working(project: Project) -> list[str]:
    """The annotators who take new work."""
    return [name for name, each in project.annotators.items() if not each.away]


def planned(
    project: Project,
    layer: str,
    articles: Iterable[str],
    annotators: Sequence[str],
    there: Mapping[str, AbstractSet[str]] | None = None,
) -> Assigned:
    """The plan of a layer by what qawl.yaml says of it; see `plan`."""
    return plan(
        articles,
        annotators,
        project.overlap(layer),
        there=there,
        shares={name: each.share for name, each in project.annotators.items()},
        training=project.settings.training,
        seed=project.settings.seed,
    )


def plan(
    articles: Iterable[str],
    annotators: Sequence[str],
    overlap: int,
    *,
    there: Mapping[str, AbstractSet[str]] | None = None,
    shares: Mapping[str, float] | None = None,
    training: Iterable[str] = (),
    seed: int = 0,
) -> Assigned:
    """Gives every article to `overlap` annotators, and those in `training` to all.

    What is `there` already stays where it is and counts; everything new goes to those who have least
    for their share, so loads differ by one task at most where all is new. `annotators` are those
    who can take new work. Articles are taken in the order of a seeded hash, not of their arrival.
    """
    known = there or {}
    assigned = {name: set(known.get(name, ())) for name in (*known, *annotators)}
    wanted = set(articles)
    common = set(training) & wanted
    for identity in sorted(common):
        for name in annotators:
            assigned[name].add(identity)
    for identity in sorted(wanted - common, key=lambda each: _hash(seed, each)):
        holders = sum(identity in each for each in assigned.values())
        free = [name for name in annotators if identity not in assigned[name]]
        free.sort(key=lambda name: _load(name, assigned, shares or {}, seed, identity))
        for name in free[: max(overlap - holders, 0)]:
            assigned[name].add(identity)
    return assigned


def _load(
    name: str, assigned: Assigned, shares: Mapping[str, float], seed: int, identity: str
) -> tuple[float, str]:
    """How much an annotator has for their share; ties are broken by a hash, not by name."""
    return len(assigned[name]) / shares.get(name, 1.0), _hash(seed, f"{identity} {name}")


def _hash(seed: int, text: str) -> str:
    return sha256(f"{seed} {text}".encode()).hexdigest()
