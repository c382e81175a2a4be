"""Which annotator a user of several exports is: by address, else by server and number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

import msgspec

from qawl.annotations import identity, journal, users
from qawl.annotations.identity import Identity
from qawl.annotations.users import User
from qawl.articles import store as article_store
from qawl.core import names
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.setup.adoption.sources import JSON_MIN, LABEL_STUDIO

JOURNAL = "journal"
"""The format of what a corpus has already."""
OF_SERVERS = frozenset({LABEL_STUDIO, JSON_MIN, "csv", JOURNAL})
"""Formats whose numbers are those of a Label Studio server."""
_DECISIONS = frozenset(
    ("gold", "judge", "adjudication", "adjudicated", "adjudicator", "consensus", "curation_user")
)
"""Names under which teams keep what they decided."""


@dataclass(slots=True)
class Evidence:
    """What an export says of its server: the addresses of users, and what its numbers stand for.

    A server gives a number to one annotation. Another tool that counts anew in each task is `restarting`:
    then the number tells something within its task alone.
    """

    format: str
    users: dict[str, str] = field(default_factory=dict)
    works: dict[str, Identity] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    restarting: bool = False

    def add(self, task: Mapping[str, object], annotation: Mapping[str, object]) -> None:
        """Takes an annotation as evidence."""
        self.users.update(addresses(annotation))
        text = _digest(task.get("data"))
        if task.get("id") is not None:
            self.tasks[str(task["id"])] = text
        if annotation.get("id") is None:
            return
        self.know(identity.sent("", text, None, dict(annotation), dict(task)).identity)

    def know(self, said: Identity) -> None:
        """Takes what tells an annotation from others as evidence; its article is the digest of a text."""
        if said.task is not None:
            self.tasks[said.task] = said.article
        there = self.works.setdefault(str(said.id), said)
        places = {(each.task, each.article) for each in (there, said)}
        self.restarting = self.restarting or len(places) > 1
        self.works[f"{said.task}/{said.id}"] = said

    def contradicts(self, other: "Evidence") -> bool:
        """Whether both can't be of one server."""
        if (self.format in OF_SERVERS) != (other.format in OF_SERVERS):
            return True
        if any(other.users.get(key, value) != value for key, value in self.users.items()):
            return True
        tasks = [self.tasks[key] == other.tasks[key] for key in self.tasks.keys() & other.tasks]
        if tasks and not any(tasks) and not self._unique(other):
            return True
        sure = self.format != other.format  # each format leaves out other things: contents differ
        loose = self.restarting or other.restarting
        return any(
            not identity.same(there, each, sure=sure)
            for key, each in self.works.items()
            if (there := other.works.get(key)) and ("/" in key or not loose)
        )

    def _unique(self, other: "Evidence") -> bool:
        """Whether both have an annotation of one unique id: texts of tasks may have been edited."""
        both = ((each, other.works.get(key)) for key, each in self.works.items())
        return any(there and each.unique and each.unique == there.unique for each, there in both)

    def join(self, other: "Evidence") -> None:
        """Takes what another export of this server says."""
        self.users |= other.users
        self.works |= other.works
        self.tasks |= other.tasks
        self.restarting = self.restarting or other.restarting


def _digest(data: object) -> str:
    """A digest of the longest text of a task, which is the one that was annotated."""
    texts = (
        (each for each in data.values() if isinstance(each, str)) if isinstance(data, dict) else ()
    )
    return sha256(max(texts, key=len, default="").encode("utf-8", "replace")).hexdigest()


@dataclass(slots=True)
class People:
    """The users of all sources → a key of their own, and a pseudonym by it.

    Two exports are of one server unless an annotation of one number is two annotations (see
    `identity.same`), or a user of one number has two addresses.
    """

    servers: list[Evidence] = field(default_factory=list)
    free: Iterator[str] = field(default_factory=lambda: (f"a{number}" for number in count(1)))
    given: Mapping[User | None, str] = field(default_factory=dict)
    there: Collection[str] = ()
    _known: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _met: dict[User | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    _numbered: dict[str, str] = field(default_factory=dict)
    _spelt: dict[str, dict[str, None]] = field(default_factory=dict)

    def learn(self, server: int, number: int, name: str) -> None:
        """Says whose a number on a server is."""
        self._known[f"{server} {number}"] = name

    def server(self, said: Evidence) -> int:
        """The number of the server that an export is of."""
        for number, known in enumerate(self.servers):
            if not said.contradicts(known):
                known.join(said)
                return number
        self.servers.append(said)
        return len(self.servers) - 1

    def user(self, annotation: Mapping[str, object], nobody: str) -> tuple[str | None, str]:
        """(address, number) of who made an annotation; `nobody` stands for who has neither."""
        found = address(annotation)
        if found and "@" not in found:
            self._spelt.setdefault(found, {}).update(dict.fromkeys(_as_written(annotation)))
        return found, user(annotation) or nobody

    def name(self, server: int, address: str | None, user: str) -> str:
        """The pseudonym of a user: the one that is given or known, else the next that is free, in the
        order of first work.

        Who is a number alone has the address that the server's other annotations give for it.
        """
        own = f"{server} {user}"
        address = address or self.servers[server].users.get(_number(user))
        key = address or own
        if key not in self._names:
            number = users.user(user).id
            if number is None:
                number = users.user(address).id  # a name that another tool gives may be one
            given = self._given(User(number, address), key)
            if given is None and own in self._known:
                self._numbered[user] = self._known[own]
            self._names[key] = given or self._known.get(own) or next(self.free)
        return self._names[key]

    def _given(self, who: User, key: str) -> str | None:
        found = next((each for each in self.given if each is None or each.fits(who)), who)
        self._met[found].add(key)
        return self.given.get(found)

    def pseudonym(self, server: int, annotation: Mapping[str, object], nobody: str) -> str:
        """The pseudonym of who made an annotation."""
        return self.name(server, *self.user(annotation, nobody))

    @property
    def names(self) -> list[str]:
        """The pseudonyms of all who worked here."""
        return list(dict.fromkeys(self._names.values()))

    def refuse_unknown(self) -> None:
        """Raises InputError where it is given who a user is of whom there is no work."""
        for each in self.given:
            if each not in self._met:
                raise InputError(f"--annotator: {each} made nothing in these sources")

    def note(self) -> Iterator[str]:
        """Who is somebody whom the corpus has, and who gets a new pseudonym beside those."""
        how = "`--annotator USER=NAME` says who is whom"
        if self._numbered:
            said = ", ".join(f"user {user} is {name}" for user, name in self._numbered.items())
            yield (
                f"{said}, as in what was adopted or pulled before: if these exports come from another "
                f"server, {how}"
            )
        for each, name in self.given.items():
            if each is not None and len(self._met.get(each, ())) > 1:
                yield (
                    f"several servers have a {each}: --annotator makes each of them {name}; if they are "
                    "several people, leave that out, and each gets a pseudonym"
                )
        yield from self._of_spellings()
        told = {*self.there, *self.given.values()}
        if self.there and (fresh := [each for each in self.names if each not in told]):
            there = ", ".join(sorted(self.there))
            yield (
                f"{', '.join(fresh)}: new annotators: nothing tells whether they are some of {there}; "
                f"{how}"
            )

    def _of_spellings(self) -> Iterator[str]:
        """Whose names are one but for their case, and who is called as what was decided is."""
        for name, written in self._spelt.items():
            if len(written) > 1:
                yield (
                    f"{', '.join(written)}: one annotator, since the names differ only in upper and "
                    "lower case. If they are several people, rename one in the sources"
                )
            if name in _DECISIONS and User(name=name) not in self.given:
                yield (
                    f"{next(iter(written))} is taken for an annotator, and counts as one more person in "
                    "agreement and gold. If this work is what the team decided, leave it out of the "
                    "sources"
                )


def _as_written(annotation: Mapping[str, object]) -> Iterator[str]:
    """The name of who made an annotation, as it stands there."""
    given = annotation.get("completed_by")
    if isinstance(given, dict):
        given = next((given[key] for key in ("email", "username") if given.get(key)), None)
    yield str(given or annotation.get("created_username")).strip()


def addresses(annotation: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The address that an annotation gives for its user's number."""
    who, said = user(annotation), address(annotation)
    if who and said:
        yield _number(who), said


def _number(user: str) -> str:
    return f"user {user}"


def user(annotation: Mapping[str, object]) -> str:
    """The number of who made an annotation; empty where none is given."""
    number = users.maker(annotation).id
    return "" if number is None else str(number)


def address(annotation: Mapping[str, object]) -> str | None:
    """The address or name of who made an annotation; beside a number, an address alone counts."""
    made = users.maker(annotation)
    named = (made.name, users.signed(annotation.get("created_username")).name)
    return next((each for each in named if each and ("@" in each or made.id is None)), None)


def known(corpus: Project | None, given: Iterable[str]) -> People:
    """The annotators of a corpus that gets another layer, if it is one; who users are is `given` too.

    Raises InputError where that is no USER=NAME.
    """
    there = journal.annotators(corpus) if corpus else set[str]()
    listed = set(corpus.annotators) if corpus else set[str]()
    named = users.named(given, there | listed)
    # Before anybody has worked, the names in qawl.yaml are those that `qawl init` writes there.
    taken = {*map(names.folded, [*there, *named.values(), *(listed if there else ())])}
    free = (name for number in count(1) if (name := f"a{number}") not in taken)
    found = People(free=free, given=named, there=there - {JUDGE})
    if corpus:
        _learn(corpus, found)
    return found


def _learn(corpus: Project, found: People) -> None:
    """Takes over the servers that exports came from, and whose the numbers there are."""
    texts = {each.id: each.text_sha256 for each in article_store.heads(corpus)}
    servers: dict[int, Evidence] = {}
    numbers: dict[tuple[int, int], set[str]] = {}
    for annotator, each in _exported(corpus):
        said = msgspec.structs.replace(each, article=texts.get(each.article, ""))
        servers.setdefault(each.origin, Evidence(JOURNAL)).know(said)
        if each.user is not None and annotator != JUDGE:
            numbers.setdefault((each.origin, each.user), set()).add(annotator)
    order = sorted(servers)
    found.servers += [servers[each] for each in order]
    for (origin, user), people in numbers.items():
        if len(people) == 1:
            found.learn(order.index(origin), user, *people)


def _exported(corpus: Project) -> Iterator[tuple[str, Identity]]:
    """(annotator, annotation) of all that exports of Label Studio brought: of the rest the project says
    whose it is, or the number is of another tool."""
    for layer in corpus.settings.layers:
        for annotator, path in journal.files(corpus, layer):
            opened = journal.reading(corpus, path)  # held here: its index closes with it
            for each in opened.holds.all():
                if each.home is None and each.id and each.id.isdecimal():
                    yield annotator, each
