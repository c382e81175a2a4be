"""Work that was given to another annotator (`qawl pull --annotator`) on one of two sides that join."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from qawl.annotations.identity import Identity
from qawl.annotations.journal import Journal
from qawl.annotations.other_journals import JournalKey, Other
from qawl.core.errors import JournalError

_Work = tuple[str, str, tuple[int | None, str | None, str] | None]


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


def refuse_moved(name: str, here: Mapping[JournalKey, Journal], there: Iterable[Other]) -> None:
    """Refuses where work was given to another annotator and both sides don't agree to whom: what is
    joined would stand under the name that was wrong, or count as that of two."""
    ours, theirs = _Side("here"), _Side(f"in {name}")
    for (layer, annotator), opened in here.items():
        ours.ended(layer, annotator, opened.holds.gone())
    there = list(there)
    for each in there:
        theirs.ended(each.layer, each.annotator, each.lost)
    ended = ours.gone.keys() | theirs.gone.keys()
    if not ended:
        return
    for (layer, annotator), opened in here.items():
        ours.has(layer, annotator, opened.holds.living(), ended)
    for each in there:
        theirs.has(each.layer, each.annotator, each.living, ended)
    for mover, other in ((theirs, ours), (ours, theirs)):
        if said := mover.against(other):
            raise JournalError(f"{name}: {said}, then merge")


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
    """Who had each piece of work that was ended on either side, and who has it now; `where` that is."""

    where: str
    gone: dict[_Work, set[str]] = field(default_factory=dict)
    alive: dict[_Work, _Holder] = field(default_factory=dict)
    users: set[tuple[str, int | None]] = field(default_factory=set)

    def ended(self, layer: str, annotator: str, those: Iterable[Identity]) -> None:
        """Takes over what was deleted from a journal."""
        for each in those:
            self.gone.setdefault(_work(layer, each), set()).add(annotator)

    def has(
        self, layer: str, annotator: str, living: Iterable[Identity], ended: AbstractSet[_Work]
    ) -> None:
        """Takes over what of the work that was ended a journal has, and whose other work it has."""
        for each in living:
            self.users.add((annotator, each.user))
            if (work := _work(layer, each)) in ended:
                self.alive[work] = _Holder(annotator, each)

    def against(self, other: "_Side") -> str | None:
        """The first work that was moved here and that the other side does not have as that of the same
        annotator: what happened, and what to run."""
        for work, before in self.gone.items():
            now, theirs = self.alive.get(work), other.alive.get(work)
            if not now or (theirs and theirs.annotator == now.annotator):
                continue
            was = " and ".join(sorted(before))
            told = f"work of {was} became {now.annotator}'s {self.where}, and "
            run = f"run `qawl pull --annotator {now.user}={now.annotator}` {other.where} too{now.told}"
            if theirs and work in other.gone:
                told += f"{theirs.annotator}'s {other.where}"
                return f"{told}: {run}, or name {theirs.annotator} on both sides"
            if theirs:
                return f"{told}{other.where} it is {theirs.annotator}'s still: {run}"
            if still := other.has_still(work, now):
                return f"{told}{other.where} its user is {still} still: {run}"
        return None

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
