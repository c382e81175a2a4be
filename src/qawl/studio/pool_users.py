"""The users of a server who work in a pool, and the annotators that they are here.

A user is who the corpus lead says; else who they were before, by the journal; else who has their e-mail
address in exports; else who their work is assigned to. Nobody else's work makes two users one. The map
stands in .qawl/pool-users.json, on this machine alone.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from qawl.annotations import journal, users
from qawl.annotations.identity import Identity
from qawl.annotations.journal_fields import ASSIGNED
from qawl.annotations.reading import fields as data_of
from qawl.core import files, names
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import FORMAT, JUDGE, Format
from qawl.studio.client import ANNOTATED, Client
from qawl.studio.steps import Remote

NOBODY = 0
"""Stands for the number of users whom the server does not name any more: they were deleted there."""

Votes = Counter[str]
"""Who the tasks are assigned to that a user did."""


class Account(Struct, frozen=True, omit_defaults=True):
    """A user of a server; `joined` tells a server from a later one at the same address.

    `moving`: the lead said who it is, and no pull has moved all their work there yet; `was` is who it was
    before.
    """

    id: int
    annotator: str
    joined: str | None = None
    moving: bool = False
    was: str | None = None


class _File(Struct, frozen=True):
    format: Format
    corpus: str
    servers: dict[str, tuple[Account, ...]]


class PoolUsers:
    """The users of one server; `there` are the corpus's projects on it."""

    def __init__(self, client: Client, project: Project, there: Iterable[Remote]) -> None:
        self._client, self._project = client, project
        self._there = [each for each in there if each.annotator != JUDGE]
        self._shared = [each for each in self._there if each.slice is not None]
        self._path = project.state / "pool-users.json"
        name = project.settings.name
        self._file = files.load_if_whole(self._path, _File) or _File(FORMAT, name, {})
        if self._file.corpus != name:  # copied from another corpus: its annotators are others
            self._file = _File(FORMAT, name, {})
        self._people = {int(each["id"]): each for each in client.accounts()}
        self.notes: list[str] = []
        stated = list(self._stated())
        self._known = {each.id: each.annotator for each in stated}
        self._moving = {each.id: each.was for each in stated if each.moving}

    def annotator(self, user: int | None) -> str:
        """Who a user is here."""
        number = NOBODY if user is None else user
        if number not in self._known:
            self._meet(number)
        return self._known[number]

    def stays(self, holder: str) -> bool:
        """Whether work of a user whom the server does not name stays with whose journal has it: the lead
        did not say otherwise of those who were deleted before their first pull."""
        return self._moving.get(NOBODY) != holder

    def known(self) -> dict[int, str]:
        """User → annotator, of those who are known."""
        return dict(self._known)

    def met(self) -> dict[int, str]:
        """User → annotator, of those who are known and those whom the journal knows."""
        self._remember()
        return self.known()

    def user(self, annotator: str) -> int | None:
        """The user of the server who is an annotator; None where nobody is known."""
        found = (user for user, name in sorted(self.met().items()) if name == annotator)
        return next((user for user in found if user in self._people), None)

    def state(self, given: Iterable[str]) -> None:
        """Takes over who users are, each as USER=NAME; raises InputError where it can't be so, or where
        the file contradicts the journal in others."""
        for each in given:
            who, _, said = each.rpartition("=")
            name = users.stated(f"--annotator {each}", said, self._names())
            user = self._found(each, users.user(who))
            self._moving.setdefault(user, self._known.get(user))
            self._known[user] = name
        self.refuse_contradiction()
        self.save()

    def moved(self) -> None:
        """Keeps that the journal has all work as that of whom the users are said to be."""
        self._moving.clear()
        self.save()

    def refuse_contradiction(self) -> None:
        """Raises InputError where the file says that users are people of whom none of their work in the
        pools is in the journal, while it is that of others there: all of it would move."""
        pools = {each.home for each in self._shared}
        there: dict[int, set[str]] = {}
        for annotator, each in self._living() if self._known else ():
            if each.user and each.user not in self._moving and each.place in pools:
                there.setdefault(each.user, set()).add(annotator)
        wrong = [
            f"user {user} is {self._known[user]} there, and {' and '.join(sorted(those))} in the journal"
            for user, those in sorted(there.items())
            if user in self._known and self._known[user] not in those
        ]
        if wrong:
            raise InputError(
                f"{self._path}: {'; '.join(wrong)}: the file was changed, or is that of another folder: "
                "say who they are (`qawl pull --annotator USER=NAME` for each), or remove the file (Qawl "
                "then tells the users by the journal); nobody's work was moved"
            )

    def save(self) -> None:
        """Keeps who is who."""
        told = tuple(
            Account(user, name, self._joined(user), user in self._moving, self._moving.get(user))
            for user, name in sorted(self._known.items())
        )
        servers = {**self._file.servers, self._client.url: told}
        if servers != self._file.servers:
            self._file = _File(FORMAT, self._project.settings.name, servers)
            said = json.dumps(msgspec.to_builtins(self._file), ensure_ascii=False, indent=1)
            self._project.make_state()
            files.write_text(self._path, said + "\n", private=True)

    def _found(self, given: str, user: users.User) -> int:
        """The number of a user who was named by number or address."""
        if (number := users.on_server(user, self._people.values())) is not None:
            return number
        if user.id is not None and user.name is None and self._has_worked(user.id):
            return user.id
        raise InputError(
            f"--annotator {given}: {self._client.url} has no such user: give USER=NAME, the user by "
            f"number or e-mail address; {NOBODY} is those who were deleted there before their first pull"
        )

    def _has_worked(self, user: int) -> bool:
        """Whether work is of a user whom the server does not list any more."""
        return user in self._known or user in self._votes()

    def _stated(self) -> Iterator[Account]:
        """The accounts of the file that are of this server as it is now."""
        for each in self._file.servers.get(self._client.url, ()):
            there = each.id in self._people
            same = not there or self._joined(each.id) == each.joined
            if same and self._fits(each.annotator):
                yield each

    def _fits(self, name: str) -> bool:
        """Whether a name is a pseudonym, and not taken for another that there is."""
        known = (*self._project.annotators, *journal.annotators(self._project))
        try:
            return names.apart(names.new_pseudonym(name, known), known) == name
        except ValueError:
            return False

    def _joined(self, user: int) -> str | None:
        return self._people.get(user, {}).get("date_joined")

    def _journalled(self) -> Iterator[tuple[int, str, bool]]:
        """(user, who did more than half of what they did, whether it was in a pool), by the journal: of
        what came from these projects, else of what exports of them brought."""
        pools = {each.home for each in self._shared}
        homes = {each.home for each in self._there}
        numbers = {each.id for each in self._shared}
        known, exported = dict[int, Counter[str]](), dict[int, Counter[str]]()
        in_pool: set[int] = set()
        for annotator, each in self._living():
            if not each.user:
                continue
            if each.place in homes:
                known.setdefault(each.user, Counter())[annotator] += 1
                in_pool |= {each.user} if each.place in pools else set()
            elif each.home is None and each.project in numbers:
                exported.setdefault(each.user, Counter())[annotator] += 1
        for user, counts in {**exported, **known}.items():
            name, most = max(counts.items(), key=lambda each: (each[1], each[0]))
            if 2 * most > counts.total():
                yield user, name, user in in_pool

    def _living(self) -> Iterator[tuple[str, Identity]]:
        """(annotator, annotation) of all that the journals have of the layers of these projects."""
        return journal.living(self._project, sorted({each.layer for each in self._there}))

    def _remember(self) -> None:
        """Says who those are whom the journal knows."""
        for user, name, in_pool in self._journalled():
            if user not in self._known and in_pool:
                self._known[user] = name
            elif user not in self._known:
                self._note(user, name, "whose work they did before the pool")

    def _meet(self, number: int) -> None:
        """Says who all those are who are not known yet, those with most work first."""
        self._remember()
        votes = self._votes()
        votes.setdefault(number, Counter())
        strangers = sorted(each for each in votes if each not in self._known)
        exported = self._exported()
        for user in strangers:
            name = exported.get(str(self._people.get(user, {}).get("email") or "").casefold())
            if name is not None:
                self._note(user, name, "by their e-mail address in exports")
        taken = set(self._known.values())
        left = {user: votes[user] for user in strangers if user not in self._known}
        open_ = [name for name in self._project.annotators if name not in taken]
        for user, name in users.by_assigned(left, open_).items():
            share = f"{votes[user][name]} of {many(votes[user].total(), 'task')} that they did"
            self._note(user, name, f"since {name} is assigned {share}")
        for user in strangers:
            if user not in self._known:
                self._note(user, next(self._free()), _strange(votes[user]))
        self.save()

    def _note(self, user: int, name: str, why: str) -> None:
        who = "a user without a number (deleted there)" if user == NOBODY else f"user {user}"
        self._known[user] = name
        self.notes.append(
            f"{who} is {name} here, {why} (not right? `qawl pull --annotator {user}=NAME`)"
        )

    def _votes(self) -> dict[int, Votes]:
        """User → who the tasks are assigned to that they did, over all pools."""
        found: dict[int, Votes] = {}
        fields = ("id", "data", "annotations", "completed_by")
        for remote in self._shared:
            for task in self._client.tasks(
                remote.id, annotations=True, fields=fields, where=[ANNOTATED]
            ):
                name = data_of(task).get(ASSIGNED)
                if not isinstance(name, str):
                    continue
                for each in task.get("annotations", ()):
                    user = users.user(each.get("completed_by")).id
                    found.setdefault(user or NOBODY, Counter())[name] += 1
        return found

    def _exported(self) -> dict[str, str]:
        """E-mail address → annotator, as exports told them."""
        accounts, _ = users.load(self._project, journal.annotators(self._project))
        return {each.name: each.annotator for each in accounts if each.name}

    def _free(self) -> Iterator[str]:
        """Pseudonyms beyond those of qawl.yaml that nobody has."""
        return users.free(self._project, {*self._names()})

    def _names(self) -> list[str]:
        there = journal.annotators(self._project) - {JUDGE}
        return [*self._project.annotators, *self._known.values(), *there]


def _strange(votes: Votes) -> str:
    """Why somebody is new."""
    if not votes:
        return "who did no task that is assigned"
    listed = ", ".join(f"{name} {count}" for name, count in votes.most_common())
    if len(votes) > 1:
        return (
            f"since their work is on tasks of several annotators ({listed}): where several people share "
            "an account, nobody can tell whose work is whose"
        )
    return f"since another user is {next(iter(votes))}, to whom their tasks are assigned"
