"""Whose the journals of another place are here: told by work that both have, else by users' numbers."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from qawl.annotations import users as pseudonyms
from qawl.annotations.identity import Identity, Version, copied
from qawl.annotations.open_journal import Journal
from qawl.annotations.other_journals import JournalKey, Other
from qawl.annotations.servers import Numbers
from qawl.core import names
from qawl.core.errors import JournalError
from qawl.core.project import Project
from qawl.core.records import JUDGE

User = tuple[int, int]
"""The number of a server, and that of a user on it."""


Place = tuple[int, int | None, str | None]
"""The number of a server, that of a project on it, and when the project was made."""


def users_of(
    identities: Iterable[Identity],
    origins: Mapping[int, int],
    own: AbstractSet[Place] = frozenset(),
) -> set[User]:
    """Those who made annotations, on the servers as they are numbered here.

    In a project of a server that is one annotator's `own`, the pseudonym is the project's, whoever
    worked there.
    """
    return {
        (origins.get(each.origin, each.origin), each.user)
        for each in identities
        if each.user is not None and (each.home is None or _place(each, origins) not in own)
    }


def _place(identity: Identity, origins: Mapping[int, int]) -> Place:
    """The project of a server in which an annotation was made."""
    return origins.get(identity.origin, identity.origin), identity.project, identity.home


def _own(
    here: Mapping[JournalKey, Journal], there: Iterable[Other], origins: Mapping[int, int]
) -> frozenset[Place]:
    """The projects of servers that are one annotator's: not those of a pool, whose tasks say so, also
    where each side knows one annotator of it."""
    seen: dict[Place, set[str]] = {}
    pools: set[Place] = set()

    def know(annotator: str, identity: Identity, place: Place) -> None:
        seen.setdefault(place, set()).add(annotator)
        if identity.pooled:
            pools.add(place)

    for (_, annotator), opened in here.items():
        for each in opened.holds.all():
            know(annotator, each, _place(each, {}))
    for other in there:
        for each in other.all:
            know(other.annotator, each, _place(each, origins))
    return frozenset(p for p, those in seen.items() if p not in pools and len(those - {JUDGE}) < 2)


def with_several_names(here: Mapping[JournalKey, Journal]) -> list[str]:
    """The users of exports who are two annotators in work of one project, in words. A merge in git that
    sees one journal at a time leaves that behind."""
    own = _own(here, (), {})
    known: dict[tuple[int, int, int], set[str]] = {}
    for (_, annotator), opened in here.items():
        for each in opened.holds.living():
            mine = annotator != JUDGE and (each.home is None or _place(each, {}) not in own)
            if mine and each.user is not None and each.project is not None:
                known.setdefault((each.user, each.project, each.origin), set()).add(annotator)
    return [
        f"user {user} of project {project} is {' and '.join(sorted(those))}"
        for (user, project, _), those in sorted(known.items())
        if len(those) > 1
    ]


class Told(NamedTuple):
    """Whose each of the other annotators is here, and those of them who have work here and whom the name
    alone tells."""

    names: dict[str, str]
    by_name: list[str]


def annotators(project: Project, here: Mapping[JournalKey, Journal], there: list[Other]) -> Told:
    """Whose each of the other annotators is here: told by work that both have, else by users' numbers,
    else by the name, where that is nobody else's."""
    users: dict[str, set[User]] = {}
    origins = origins_of(here.values(), there)
    own = _own(here, there, origins)
    for each in there:
        each.origins = origins
    for (_, annotator), opened in here.items():
        users.setdefault(annotator, set()).update(users_of(opened.holds.all(), {}, own))
    theirs: dict[str, list[Other]] = {}
    for each in there:
        theirs.setdefault(each.annotator, []).append(each)
    numbers = {
        name: {user for each in mine for user in users_of(each.own, origins, own)}
        for name, mine in theirs.items()
    }
    found = {
        name: owner
        for name, mine in theirs.items()
        if (owner := _owner(here, mine, numbers[name], users)) is not None
    }
    free = pseudonyms.free(project, {*users, *theirs})
    by_name = []
    for name in [each for each in theirs if each not in found]:
        taken = {*found.values()}
        known = name in users if renumbered(origins) else numbers[name] and users.get(name)
        may_be = _may_be(name, {*users, *project.annotators, *taken})
        found[name] = next(free) if known or name in taken or not may_be else name
        by_name += [name] if found[name] in users else []
    return Told(found, by_name)


def _owner(
    here: Mapping[JournalKey, Journal],
    mine: Sequence[Other],
    numbers: AbstractSet[User],
    users: Mapping[str, set[User]],
) -> str | None:
    """Who here has the work of these journals, else the numbers of their users; None where nobody has."""
    owners: dict[str, set[int | None]] = {}
    for each in mine:
        for who, theirs in _owners(here, each).items():
            owners.setdefault(who, set()).update(theirs)
    if len(owners) > 1:
        owners = _at_work(here, owners, numbers)
    name = mine[0].annotator
    told = f"the work of {name} there is that of" if owners else f"the users of {name} there are"
    owners = owners or _with_numbers(name, numbers, users) or _who_gave(here, mine)
    if len(owners) > 1:
        raise _unclear(f"{mine[0].source}: {told}", owners)
    return next(iter(owners), None)


def _at_work(
    here: Mapping[JournalKey, Journal],
    owners: dict[str, set[int | None]],
    numbers: AbstractSet[User],
) -> dict[str, set[int | None]]:
    """The one of these who has work of these users that was not deleted; all where that is not one."""
    found = {
        who
        for (_, who), opened in here.items()
        if who in owners and not numbers.isdisjoint(users_of(opened.holds.living(), {}))
    }
    return {who: owners[who] for who in found} if len(found) == 1 else owners


def _may_be(name: str, there: AbstractSet[str]) -> bool:
    """Whether a pseudonym of another place can be one here, beside those that are there."""
    try:
        return bool(names.apart(names.new_pseudonym(name, there), there))
    except ValueError:
        return name == JUDGE


def origins_of(here: Iterable[Journal], there: Iterable[Other]) -> dict[int, int]:
    """The numbers here of the servers that journals of another place are of."""
    told = Numbers.of(each.identity for other in there for each in other.latest.values())
    return told.origins(each for opened in here for each in opened.holds.all())


def renumbered(origins: Mapping[int, int]) -> bool:
    """Whether servers have other numbers here: then pseudonyms there may be those of other people."""
    return any(theirs != ours for theirs, ours in origins.items())


def _unclear(told: str, owners: Mapping[str, set[int | None]]) -> JournalError:
    """That one annotator there is several here, who they are, and what to run."""
    known = sorted(
        (user, who) for who, those in owners.items() for user in those if user is not None
    )
    numbers = {
        who: ", ".join(f"user {user}" for user, other in known if other == who)
        or "users without a number"
        for who in sorted(owners)
    }
    whose = " and ".join(f"{who} ({those})" for who, those in numbers.items())
    several = len({user for user, _ in known}) < len(known)
    run = " ".join(f"--annotator {user}={who}" for user, who in known if not several)
    return JournalError(
        f"{told} {whose} here: it is not clear whose the rest is. If git has put files of the branch "
        "into exports/journal, run `git restore -SW --source HEAD exports/journal` first; else give the "
        f"work one name on both sides with `qawl pull {run or '--annotator USER=NAME'}`"
    )


def _owners(here: Mapping[JournalKey, Journal], other: Other) -> dict[str, set[int | None]]:
    """Those who have some of another journal's annotations here, with the numbers of the users of
    these."""
    if other.annotator == JUDGE:
        return {JUDGE: set()}
    owners: dict[bool, dict[str, set[int | None]]] = {True: {}, False: {}}
    for (layer, annotator), opened in here.items():
        if layer == other.layer:
            for key, each in other.latest.items():
                if key not in other.moved and (found := _found(opened, each)) is not None:
                    # What was given to somebody else is gone here and lives there.
                    same = opened.holds.stands(found) == (key not in other.gone)
                    owners[same].setdefault(annotator, set()).add(each.identity.user)
    return owners[True] or owners[False]


def _who_gave(
    here: Mapping[JournalKey, Journal], mine: Sequence[Other]
) -> dict[str, set[int | None]]:
    """The one here whose work was given away, of journals of which all was given away."""
    found = {
        annotator
        for (layer, annotator), opened in here.items()
        for other in mine
        if layer == other.layer and other.latest.keys() == other.moved
        for each in other.latest.values()
        if (key := _found(opened, each)) is not None and not opened.holds.stands(key)
    }
    return {who: set() for who in found} if len(found) == 1 else {}


def _found(opened: Journal, given: Version) -> str | None:
    """The key of an annotation in a journal; None if it has it not, or another's with its unique id."""
    key = opened.holds.find(given)
    there = opened.holds.known(key) if key else None
    return None if there is None or copied(there, given.identity) else key


def _with_numbers(
    name: str, numbers: AbstractSet[User], users: Mapping[str, set[User]]
) -> dict[str, set[int | None]]:
    """Who has these users' numbers, with those that each has: the one of this name alone where they have
    one; never the judge, who may be one of the annotators too."""
    found: dict[str, set[int | None]] = {
        who: {number for _, number in shared}
        for who, theirs in users.items()
        if who != JUDGE and (shared := numbers & theirs)
    }
    return {name: found[name]} if name in found else found
