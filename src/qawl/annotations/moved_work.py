"""Work that was given to another annotator (`qawl pull --annotator`) on one of two sides that join."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from qawl.annotations.identity import Identity
from qawl.annotations.open_journal import Journal
from qawl.annotations.other_journals import JournalKey, Other
from qawl.core.errors import JournalError

_Work = tuple[str, str, tuple[int | None, str | None, str] | None]

_STRANGER = " (another)"
"""Stands behind a name of the other side that is somebody else's here."""


def note_moved(journals: Sequence[Other]) -> None:
    """Finds what was ended in a journal of a place because it is another's there now."""
    ended: dict[_Work, list[tuple[Other, str]]] = {}
    for each in journals:
        for key in each.gone & each.latest.keys():
            work = _work(each.layer, each.latest[key].identity)
            ended.setdefault(work, []).append((each, key))
    for each in journals if ended else ():
        for identity in each.living:
            for was, key in ended.get(_work(each.layer, identity), ()):
                was.moved.add(key)


class _Given(NamedTuple):
    """A journal of one side: what was deleted from it, and what lives in it."""

    layer: str
    annotator: str
    lost: list[Identity]
    living: list[Identity]


def refuse_moved(name: str, here: Mapping[JournalKey, Journal], there: Iterable[Other]) -> None:
    """Refuses where work was given to another annotator and both sides don't agree to whom: what is
    joined would stand under the name that was wrong, or count as that of two."""
    mine = [_Given(*key, [*j.holds.gone()], [*j.holds.living()]) for key, j in here.items()]
    other = [_Given(each.layer, each.annotator, [*each.lost], [*each.living]) for each in there]
    ended = {_work(each.layer, lost) for each in (*mine, *other) for lost in each.lost}
    if not ended:
        return
    names = _same_people(mine, other, ended)
    ours = _Side("here", {each: each for each in names.values()})
    theirs = _Side(f"in {name}", names)
    for side, journals in ((ours, mine), (theirs, other)):
        for each in journals:
            side.has(each, ended)
    for mover, against in ((theirs, ours), (ours, theirs)):
        if said := mover.against(against):
            raise JournalError(f"{name}: {said}, then merge")


def _same_people(
    here: Iterable[_Given], there: Iterable[_Given], ended: AbstractSet[_Work]
) -> dict[str, str]:
    """Who of the other side is whom here: told by work that both have and that nobody gave away, where it
    is that of one person on either side."""
    whose = {_work(e.layer, one): e.annotator for e in here for one in e.living}
    works = ((each.annotator, _work(each.layer, one)) for each in there for one in each.living)
    pairs = {(who, whose[work]) for who, work in works if work in whose and work not in ended}
    theirs, ours = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    return {one: other for one, other in pairs if theirs[one] == ours[other] == 1}


@dataclass(slots=True)
class _Holder:
    """Who has a piece of work: the annotator, and what the annotation is."""

    annotator: str
    identity: Identity

    @property
    def user(self) -> str:
        """Its user, as `qawl pull --annotator` takes one."""
        return "USER" if self.identity.user is None else str(self.identity.user)

    @property
    def told(self) -> str:
        """Who USER is, in words."""
        where = f"annotation {self.identity.id} of task {self.identity.task}"
        return f" (USER: the e-mail address of who made {where})" if self.user == "USER" else ""


@dataclass(slots=True)
class _Side:
    """Who had each piece of work that was ended on either side, and who has it now; `where` that is.

    Annotators are called as here: `names` has the names here of those whom both sides know.
    """

    where: str
    names: dict[str, str] = field(default_factory=dict)
    gone: dict[_Work, set[str]] = field(default_factory=dict)
    alive: dict[_Work, _Holder] = field(default_factory=dict)
    users: set[tuple[str, int | None]] = field(default_factory=set)

    def has(self, journal: _Given, ended: AbstractSet[_Work]) -> None:
        """Takes over what was deleted from a journal, what it has of the work that was ended on either
        side, and whose other work it has."""
        who = self.here(journal.annotator)
        for each in journal.lost:
            self.gone.setdefault(_work(journal.layer, each), set()).add(who)
        for each in journal.living:
            self.users.add((who, each.user))
            if (work := _work(journal.layer, each)) in ended:
                self.alive[work] = _Holder(who, each)

    def here(self, annotator: str) -> str:
        """What an annotator of this side is called here: a stranger, if their name is another's here."""
        if annotator in self.names:
            return self.names[annotator]
        return annotator + _STRANGER if annotator in self.names.values() else annotator

    def own(self, called: str) -> str | None:
        """What this side calls an annotator; None where that would be somebody else's name."""
        own = next((one for one, other in self.names.items() if other == called), None)
        plain = called.removesuffix(_STRANGER)
        return own or (None if plain in self.names else plain)

    def against(self, other: "_Side") -> str | None:
        """The first work that was moved here and that the other side does not have as that of the same
        annotator: what happened, and what to run."""
        for work, before in self.gone.items():
            now, theirs = self.alive.get(work), other.alive.get(work)
            if not now or (theirs and theirs.annotator == now.annotator):
                continue
            was = " and ".join(sorted(filter(None, map(self.own, before))))
            told = f"work of {was} became {self.own(now.annotator)}'s {self.where}, and "
            run = self._run(other, now)
            if theirs and work in other.gone:
                told += f"{other.own(theirs.annotator)}'s {other.where}"
                return f"{told}: {run}{self._or(other, theirs.annotator)}"
            if theirs:
                return f"{told}{other.where} it is {other.own(theirs.annotator)}'s still: {run}"
            if still := other.has_still(work, now):
                return f"{told}{other.where} its user is {other.own(still)} still: {run}"
        return None

    def _run(self, other: "_Side", now: _Holder) -> str:
        """What to run so that the other side has this work as here."""
        if name := other.own(now.annotator):
            return f"run `qawl pull --annotator {now.user}={name}` {other.where} too{now.told}"
        run = f"run `qawl pull --annotator {now.user}=NAME` on both sides"
        return f"{run} with a NAME that neither has{now.told}"

    def _or(self, other: "_Side", annotator: str) -> str:
        """The other way round: this side names who has the work there."""
        own = self.own(annotator)
        where = "on both sides" if own == other.own(annotator) else self.where
        return f", or name {own} {where}" if own else ""

    def has_still(self, work: _Work, now: _Holder) -> str | None:
        """Who a user is here whose work was deleted here and is another's on the other side, if they have
        more: that would stand under two names."""
        before = self.gone.get(work, set())
        user = now.identity.user
        if user is None or now.annotator in before:
            return None
        return next((each for each in sorted(before) if (each, user) in self.users), None)


def _work(layer: str, identity: Identity) -> _Work:
    """What an annotation is known by in whichever journal it stands."""
    if identity.unique:
        return layer, identity.unique, None
    return layer, identity.id or "", (identity.project, identity.home, identity.article)


def refuse_parted(opened: Journal, other: Other, both: str) -> None:
    """Refuses where one file ends an annotation and the other goes on with it, or with other work of its
    user: it may be another annotator's now, whose file would need what is new."""
    here = {_work("", each) for each in opened.holds.all()}
    there = {_work("", each) for each in other.all}
    fresh = {
        True: {each.user for each in opened.holds.living() if _work("", each) not in there},
        False: {each.user for each in other.living if _work("", each) not in here},
    }
    for key, version in other.latest.items():
        found = opened.holds.find(version)
        known = opened.holds.known(found) if found else None
        if found is None or known is None or opened.holds.stands(found) == (key not in other.gone):
            continue
        changed = (known.content, known.changed) != (
            version.identity.content,
            version.identity.changed,
        )
        if changed or known.user in fresh[key in other.gone]:
            raise JournalError(
                f"{both}: one of them ends annotation {version.identity.id}, and the other goes on with "
                "it or has new work of its user: run `qawl pull --merge` with the branch"
            )
