"""Whose work exports hold: the users in each, and the annotators that they are here.

A user is told by annotations that are journalled already, by an e-mail address or a name, by a number on
one server. Servers count alike from 1: a number that stands for two things shows that an export came from
another server, and then numbers of users tell nothing. Where nobody can tell, the user is asked.

The journal is believed over .qawl/users.json, which git does not keep: a file that contradicts it is
refused, and what the file alone says is named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from qawl.annotations import repeated_numbers
from qawl.annotations.exported_work import Export, Person, Share
from qawl.annotations.identity import Identity, copied, others, same, same_without_number
from qawl.annotations.known_numbers import KnownWork, numbers
from qawl.annotations.users import Account, User, by_assigned
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.records import JUDGE

_REMOVE = (
    "the file was changed, or is that of another corpus: remove it and pull again (Qawl then tells the "
    "users by the journal)"
)


@dataclass(slots=True)
class _Evidence:
    """What is known of a user's annotations: whose each is, the first of each of these people, and the
    servers.

    `clashing` is the first whose number stands for two things; `taken` are who has it already. `strange`
    counts those that have the unique id of work of a user of another number, by whose that is and by
    whether they say the same; `alike` those without a number that say what work of a person says.
    """

    matches: list[Person | None] = field(default_factory=list)
    matched: dict[Person, Identity] = field(default_factory=dict)
    origins: Counter[int] = field(default_factory=Counter)
    clashing: Identity | None = None
    taken: set[Person] = field(default_factory=set)
    foreign: bool = False
    strange: Counter[tuple[Person, bool]] = field(default_factory=Counter)
    alike: Counter[Person] = field(default_factory=Counter)

    @property
    def mostly(self) -> list[Person]:
        """Those whose work says what most annotations of this user say."""
        return [each for each, count in self.alike.items() if 2 * count > len(self.matches)]


class Attribution:
    """The annotators of a corpus, with what is known of their users and annotations.

    `accounts` are those of the file `said`. `notes` say what of it was used and stands in no journal, and
    what of it the journal overruled. `doubts` say what has unique ids of another user's work.
    """

    def __init__(self, accounts: Iterable[Account], said: Path) -> None:
        self.notes: list[str] = []
        self.doubts: list[str] = []
        self._said = said
        self._people: dict[str, Person] = {}
        self._links: dict[tuple[User, int, Person], None] = {}
        self._by_name: dict[str, set[Person]] = {}
        self._by_number: dict[tuple[int, int | None], set[Person]] = {}
        self._journalled: dict[tuple[int, int], set[Person]] = {}
        self._known = KnownWork()
        self._origins = {1}
        self._working: set[Person] = set()
        self._accounts = list(accounts)
        for each in self._accounts:
            self._link(self.named(each.annotator), User(each.id, each.name), each.origin)

    def named(self, name: str) -> Person:
        """The annotator of this pseudonym."""
        return self._people.setdefault(name, Person(name))

    def know(self, person: Person, identity: Identity) -> None:
        """Takes over an annotation of an annotator.

        What came from a server itself does not tell who its users are in exports: there the project has
        the pseudonym.
        """
        self._known.add(person, identity)
        self._working.add(person)
        if identity.user is not None and identity.home is None:
            self._by_number.setdefault((identity.origin, identity.user), set()).add(person)
            self._journalled.setdefault((identity.origin, identity.user), set()).add(person)
        self._origins.add(identity.origin)

    def refuse_contradiction(self) -> None:
        """Raises InputError where users.json gives a user to people of whom none has that user's work in
        the journal, while others have it."""
        given: dict[tuple[int, int], set[Person]] = {}
        for user, origin, person in self._links:
            if user.id is not None:
                given.setdefault((origin, user.id), set()).add(person)
        for place, people in sorted(given.items(), key=lambda each: each[0]):
            there = self._journalled.get(place)
            if there and not there & people:
                raise InputError(
                    f"{self._said}: user {place[1]} is {_listed(people)} there, but the journal has the "
                    f"work of this user as that of {_listed(there)}: {_REMOVE}; nothing was written"
                )

    def attribute(self, export: Export, *, last: bool = False) -> None:
        """Says whose each annotation of an export is; raises InputError where nobody can tell.

        What the `last` export holds need not be known: nothing comes after it.
        """
        restarting = self._known.any and repeated_numbers.restarting(export)
        shares = sorted(export.shares.values(), key=lambda share: share.user.order)
        told = [(share, self._look(share, restarting=restarting)) for share in shares]
        origins = sum((each.origins for _, each in told), Counter[int]())
        foreign = any(each.foreign for _, each in told)
        alone = not foreign and self._origins == {1}
        if origins:
            export.origin = origins.most_common(1)[0][0]
        elif not alone:
            export.origin = max(self._origins) + 1
        for share, evidence in told:
            if not share.given:
                repeated_numbers.refuse_two_in_one(export, share)
            self._share(export, share, evidence, sure=bool(origins) or alone)
        for share in () if last else shares:
            for person, identity in zip(share.people(), share.identities(), strict=True):
                if person.user.clear:
                    self.know(person, msgspec.structs.replace(identity, origin=export.origin))

    def tell_by_tasks(self, names: Iterable[str], further: Iterator[str]) -> set[str]:
        """Names new people who worked in a pool: by whom their tasks are assigned to, if that is one of
        these names; else by further ones, so that nobody is taken for another. The names given."""
        in_order = sorted(self._links, key=lambda each: each[0].order)
        votes = {p: p.assigned for *_, p in in_order if p.name is None and p.assigned}
        found = by_assigned(votes, names)
        for person in votes:
            person.name = found.get(person) or next(further)
        return {str(person.name) for person in votes}

    def settle(self, free: Iterator[str]) -> list[Account]:
        """Gives the next free pseudonyms to those who are new, by number; all accounts."""
        for *_, person in sorted(self._links, key=lambda each: each[0].order):
            person.name = person.name or next(free)
        return [
            Account(annotator=str(person.name), id=user.id, name=user.name, origin=origin)
            for user, origin, person in self._links
        ]

    def _link(self, person: Person, user: User, origin: int) -> None:
        self._links[user, origin, person] = None
        if user.id is not None or not user.name:
            self._by_number.setdefault((origin, user.id), set()).add(person)
        if user.name:
            self._by_name.setdefault(user.name, set()).add(person)

    def _look(self, share: Share, *, restarting: bool) -> _Evidence:
        """Which of a user's annotations are known, and which numbers stand for other things."""
        found = _Evidence()
        if not self._known.any:
            return found
        for identity in share.identities():
            known = list(self._known.under(numbers(identity)))
            found.alike.update({who for who, each in known if same_without_number(each, identity)})
            match = self._match(share.user, identity, known, found)
            found.matches.append(match and match[0])
            if match:
                found.matched.setdefault(match[0], identity)
                found.origins[match[1].origin] += 1
            elif any(_clash(each, identity, restarting=restarting) for _, each in known):
                found.clashing = found.clashing or identity
                found.foreign = True
                found.taken |= {p for p, there in known if there.id == identity.id}
            elif not restarting and identity.task:
                articles = self._known.articles(identity)
                found.foreign |= bool(articles) and identity.article not in articles
        return found

    def _match(
        self,
        user: User,
        identity: Identity,
        known: list[tuple[Person, Identity]],
        found: _Evidence,
    ) -> tuple[Person, Identity] | None:
        """The annotation that is known of those with the same numbers; what is strange is counted."""
        known.sort(key=lambda each: self._doubtful(user, identity, *each))
        match = next((each for each in known if self._is(user, identity, *each)), None)
        match = match or next((each for each in known if _surely(each[1], identity)), None)
        if match and _elsewhere(match[1], identity):
            found.strange[match[0], False] += 1
            return match
        if match is None or not self._is_strange(user, identity, *match):
            return match
        same_content = not copied(match[1], identity)
        found.strange[match[0], same_content] += 1
        return match if same_content else None

    def _doubtful(
        self, user: User, identity: Identity, person: Person, there: Identity
    ) -> tuple[bool, bool]:
        """Sort key of who may have made an annotation: those of its user's number first, of these the one
        who is known as the user: another may have a copy of their journal."""
        return others(there, identity), (user, there.origin, person) not in self._links

    def _is_strange(self, user: User, identity: Identity, person: Person, there: Identity) -> bool:
        """Whether work is known as that of a user of another number, who is not known to be this one."""
        numbered = self._by_number.get((there.origin, user.id), ())
        return others(there, identity) and person not in {*numbered, *self._with_name(user)}

    def _is(self, user: User, identity: Identity, person: Person, there: Identity) -> bool:
        """Whether an annotation is one of a person that is known."""
        if there.unique and there.unique == identity.unique:
            return True
        return not self._has_other_name(user, person) and same(there, identity)

    def _has_other_name(self, user: User, person: Person) -> bool:
        """Whether names are known of both, and none of the user's is the person's."""
        return bool(user.name) and self._has_name(person) and person not in self._with_name(user)

    def _has_name(self, person: Person) -> bool:
        return any(person in people for people in self._by_name.values())

    def _with_name(self, user: User) -> set[Person]:
        return self._by_name.get(user.name, set()) if user.name else set()

    def _share(self, export: Export, share: Share, evidence: _Evidence, *, sure: bool) -> None:
        """Says whose the annotations of one user are."""
        if share.given:
            share.person = self.named(share.given)
            self._keep(export, share, share.person)
            return
        matches = evidence.matches
        if not share.user.clear:
            share.person = Person(user=share.user)
        elif not matches or None in matches:
            share.person = self._told(share.user, evidence, export, sure=sure)
            if share.person is None:
                said = self._with_name(share.user) or self._numbered(export, share.user)
                kept = bool(share.user.name) or self._alone(export)
                raise InputError(_question(export, share.user, evidence, said, kept=kept))
            self._link(share.person, share.user, export.origin)
            share.person.assigned += share.assigned
        share.person = share.person or matches[0]
        self._doubt(export, share, evidence)
        share.others = {
            n: each for n, each in enumerate(matches) if each not in (None, share.person)
        }

    def _keep(self, export: Export, share: Share, person: Person) -> None:
        """Keeps who a user without a number was said to be, since no journal tells it later. Who was said
        to be several is asked again."""
        user, known = share.user, self._with_name(share.user) or self._numbered(export, share.user)
        said = share.keep and (share.said or len(export.shares) == 1)
        if said and user.clear and user.id is None and person not in known and person.name != JUDGE:
            self._link(person, user, export.origin)

    def _told(
        self, user: User, evidence: _Evidence, export: Export, *, sure: bool
    ) -> Person | None:
        """Who a user is, perhaps somebody new; None where it can't be told."""
        matched = set(evidence.matched)
        numbered = self._numbered(export, user) if sure else set()
        if user.name:
            named = self._with_name(user)
            if named and matched and not named & matched:
                raise InputError(self._contradicts(export, user, named, evidence))
            unnamed = {each for each in numbered if not self._has_name(each)}
            found = named & (matched or numbered) or named or matched or unnamed
        else:
            if numbered and any(evidence.strange[each, True] for each in matched - numbered):
                return None
            found = matched or numbered
            elsewhere = any(number == user.id for _, number in self._by_number)
            if found & evidence.taken or (not sure and not found and elsewhere):
                return None
        if len(found) > 1 or (found != matched and self._people.get(JUDGE) in found):
            return None
        person = next(iter(found), None)
        if person is None and any(not self._has_other_name(user, each) for each in evidence.mostly):
            return None
        self._note(export, user, person, evidence)
        return person or Person(user=user)

    def _doubt(self, export: Export, share: Share, evidence: _Evidence) -> None:
        """Says what has the unique ids of another user's work, and as whose it counts."""
        for (person, same_content), count in evidence.strange.items():
            what = f"{export.name}: {share.user}: {_have(count)} of work of {_listed({person})}"
            if same_content:
                self.doubts.append(
                    f"{what}, which is another's, and say the same: they count as that work"
                )
            elif share.person is person:
                self.doubts.append(
                    f"{what}, which is another's, and say something else: they count as new versions"
                )
            else:
                self.notes.append(f"{what} and say something else: they count as other work")

    def _alone(self, export: Export) -> bool:
        """Whether all work is of one server: what is said of who has no name holds for that alone."""
        return {*self._origins, export.origin} == {1}

    def _numbered(self, export: Export, user: User) -> set[Person]:
        """Who has the number of a user on a server; the judge only where nobody else has it. Of those
        without a number, nobody's are one person's, and a name tells no number."""
        if user.id is None and user.name:
            return set()
        found = self._by_number.get((export.origin, user.id), set())
        return found - {self._people.get(JUDGE)} or found

    def _contradicts(
        self, export: Export, user: User, named: set[Person], evidence: _Evidence
    ) -> str:
        """That a name is another's than an annotation, in words."""
        person, one = next(iter(evidence.matched.items()))
        return (
            f"{export.name}: {self._said} has {user} as {_listed(named)}, but the journal has annotation "
            f"{one.id} of this user (task {one.task}) as that of {_listed({person})}: {_REMOVE}; or give "
            "--annotator USER=NAME; nothing was written"
        )

    def _note(self, export: Export, user: User, person: Person | None, evidence: _Evidence) -> None:
        """Says where users.json alone tells who a user is, and where it does not fit."""
        who = f"{export.name}: {user} is"
        if person is None:
            others = self._others(export, user)
            if others:
                self.notes.append(
                    f"{who} taken for somebody new: {self._said} has another name for "
                    f"{_listed(others)}, who has this number"
                )
        elif person in evidence.matched:
            if self._has_other_name(user, person):
                self.notes.append(
                    f"{who} {person.name}, as the journal has it: {self._said} has another name for them"
                )
        elif self._unproved(export, user, person):
            self.notes.append(
                f"{who} {person.name} because {self._said} says so: the journal has no such work yet"
            )

    def _others(self, export: Export, user: User) -> set[Person]:
        """Who has the number of a user, and by users.json another name."""
        if not user.name or user.id is None:
            return set()
        return {each for each in self._numbered(export, user) if self._has_name(each)}

    def _unproved(self, export: Export, user: User, person: Person) -> bool:
        """Whether only accounts of users.json say who a user is, of which the journal has no work."""
        told = [
            each
            for each in self._accounts
            if each.annotator == person.name
            and (
                (user.name and each.name == user.name)
                or (each.id == user.id is not None and each.origin == export.origin)
            )
        ]
        return bool(told) and not any(
            person in self._working
            if each.id is None
            else person in self._journalled.get((each.origin, each.id), ())
            for each in told
        )


def _surely(there: Identity, identity: Identity) -> bool:
    """Whether both are of one annotation whatever names say: both were made at one instant."""
    return None not in (there.made, identity.made) and same(there, identity)


def _listed(people: Iterable[Person]) -> str:
    return ", ".join(sorted(str(each.name or "somebody new") for each in people))


def _clash(there: Identity, identity: Identity, *, restarting: bool) -> bool:
    """Whether a number stands for two things, though a server gives each but once."""
    if not there.id or there.id != identity.id or _moved(there, identity):
        return False
    if there.article == identity.article or (there.task and there.task == identity.task):
        return True
    return not restarting


def _elsewhere(there: Identity, identity: Identity) -> bool:
    """Whether a unique id is also that of something else, of a task elsewhere, by nobody knows whom."""
    places = {each.project for each in (there, identity)}, {each.task for each in (there, identity)}
    apart = all(len(each) == 2 and None not in each for each in places)
    return apart and None in (there.user, identity.user) and there.content != identity.content


def _moved(there: Identity, identity: Identity) -> bool:
    """Whether both may be of one annotation whose user has another number since a server moved."""
    places = ((each.unique, each.project, each.task, each.made) for each in (there, identity))
    return bool(there.unique) and len({*places}) == 1


def _have(count: int) -> str:
    return many(count, "annotation has the unique id", "annotations have unique ids")


def _question(
    export: Export, user: User, evidence: _Evidence, said: set[Person], *, kept: bool
) -> str:
    """What nobody can tell, and how to say it; `kept`: the answer holds for later exports, too."""
    why = (
        "the journal or another of these exports has this number from elsewhere, or as the judge's"
    )
    if one := evidence.clashing:
        why = (
            f"annotation {one.id} of task {one.task} here is other work than the one that the "
            "journal has under this number, so the export may come from another server"
        )
    elif evidence.strange:
        people = {person for person, _ in evidence.strange}
        why = f"{_have(evidence.strange.total())} of work of {_listed(people)}, who has another number"
    elif alike := evidence.mostly:
        count = many(evidence.alike[alike[0]], "annotation says", "annotations say")
        why = f"{count} what work of {_listed(alike)} says, and neither has a number"
    elif user.id is None and len(said) > 1:
        why = f"--annotator has named {_listed(said)} for such work"
    once = kept and user.id is None and len(said) < 2
    stays = ": say it once, it is kept in .qawl/users.json" if once else ""
    return (
        f"{export.name}: it is not clear who {user} is: {why}; give --annotator NAME "
        f"(or --annotator USER=NAME for each user), or --judge{stays}; nothing was written"
    )
