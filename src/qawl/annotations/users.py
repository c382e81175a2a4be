"""Users of Label Studio as exports name them, and the pseudonyms that they have here.

The map stands in .qawl/users.json, on this machine alone. Lost or damaged, it is found again from the
journals. Numbers of users are those of one server: `origin` numbers the servers that exports came from.
"""

import json
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from qawl.annotations.journal_fields import plain
from qawl.core import files, names
from qawl.core.errors import InputError
from qawl.core.project import Project

K = TypeVar("K", bound=Hashable)
NOTHING: tuple[object, ...] = (None, [], {})
"""What stands in place of a user where nobody is named."""


class User(Struct, frozen=True, order=True):
    """Who made an annotation: a number on a server, an e-mail address or a name, or neither.

    Not `clear` is who is named as several people, or by what names nobody, such as 1.5 or true.
    """

    id: int | None = None
    name: str | None = None
    clear: bool = True

    def __str__(self) -> str:
        known = [str(each) for each in (self.id, self.name) if each is not None]
        return f"user {', '.join(known)}" if known else "a user without a number"

    def fits(self, other: "User") -> bool:
        """Whether another user has this number and this name, as far as they are given."""
        return self.id in (None, other.id) and self.name in (None, other.name)

    @property
    def order(self) -> tuple[bool, int, str]:
        """Numbers first, by size; then names."""
        return self.id is None, self.id or 0, self.name or ""


def user(given: object) -> User:
    """The user that `completed_by` names, in any way that Label Studio and others write it."""
    given = plain(given)
    if isinstance(given, dict):
        name = next((given[key] for key in ("email", "username") if given.get(key)), None)
        found = User(_number(plain(given.get("id"))), _name(name))
    else:
        found = User(_number(given), None if _number(given) is not None else _name(given))
    said = given.values() if isinstance(given, dict) else (given,)
    nothing = all(each in NOTHING or (isinstance(each, str) and not each.strip()) for each in said)
    return found if found != User() or nothing else User(clear=False)


def maker(annotation: Mapping[str, object]) -> User:
    """Who made an annotation: `completed_by`, else `created_username`, which older exports and those of
    Annotation Lab have in its place."""
    found = user(annotation.get("completed_by"))
    return found if found != User() else signed(annotation.get("created_username"))


def signed(given: object) -> User:
    """The user of a `created_username`: a name, an address, or both with a number behind a comma."""
    if not isinstance(given, str):
        return User()
    before, _, last = given.rpartition(",")
    number = _number(last.strip()) if before.strip() else None
    return User(number, _name(given if number is None else before))


def _number(given: object) -> int | None:
    if type(given) is int:
        return given if abs(given) < 1 << 63 else None
    digits = isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 19
    return int(str(given)) if digits else None


def _name(given: object) -> str | None:
    """An e-mail address, also one behind a name, or a name; upper and lower case are no difference."""
    if not isinstance(given, str):
        return None
    addresses = (word.strip(" ,;<>()") for word in given.split() if "@" in word)
    return next(addresses, given.strip()).casefold() or None


class Account(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A user who has a pseudonym here."""

    annotator: str
    id: int | None = None
    name: str | None = None
    origin: int = 1


class _File(Struct, frozen=True):
    format: Literal[2]
    users: tuple[Account, ...]


def path(project: Project) -> Path:
    """Where the map stands."""
    return project.state / "users.json"


def load(project: Project, there: Iterable[str]) -> tuple[list[Account], bool]:
    """The accounts that are known, and whether the file was damaged and put aside.

    `there` are the pseudonyms that have a journal: none may look like one of them.
    """
    try:
        return listed(project, there), False
    except DAMAGED:
        file = path(project)
        file.replace(file.with_suffix(".json.damaged"))
        return [], True


DAMAGED = (ValueError, RecursionError, msgspec.DecodeError)
"""What a map raises that can't be read, or names somebody by what is no pseudonym."""


def listed(project: Project, there: Iterable[str]) -> list[Account]:
    """The same of a map that is whole; raises what a damaged one raises, and leaves it where it is."""
    file = path(project)
    return (
        _checked(_read(file.read_bytes()), {*there, *project.annotators}) if file.is_file() else []
    )


def _read(content: bytes) -> Iterable[Account]:
    """The accounts of a file; early ones map a number or an address to a pseudonym."""
    given: object = msgspec.json.decode(content)
    if isinstance(given, dict) and "users" in given:
        return msgspec.convert(given, _File).users
    early = msgspec.convert(given, dict[str, str])
    return [
        Account(annotator=name, id=one.id, name=one.name)
        for key, name in early.items()
        for one in (user(key),)
    ]


def _checked(accounts: Iterable[Account], there: set[str]) -> list[Account]:
    found = [
        msgspec.structs.replace(each, annotator=names.new_pseudonym(each.annotator, there))
        for each in accounts
    ]
    there |= {each.annotator for each in found}
    for each in found:
        names.apart(each.annotator, there)
    return found


def store(project: Project, accounts: Iterable[Account]) -> None:
    """Writes the map, for its owner alone."""
    listed = [msgspec.to_builtins(each) for each in accounts]
    said = json.dumps({"format": 2, "users": listed}, ensure_ascii=False, indent=1) + "\n"
    files.write_text(path(project), said, private=True)


def add(project: Project, accounts: Iterable[Account], there: Iterable[str]) -> None:
    """Adds accounts to the map, beside those that it has."""
    known, _ = load(project, there)
    fresh = [each for each in dict.fromkeys(accounts) if each not in known]
    if fresh:
        store(project, [*known, *fresh])


def free(project: Project, taken: set[str]) -> Iterator[str]:
    """Pseudonyms of qawl.yaml that nobody has, then further ones."""
    used = set(map(names.folded, taken))
    listed = [name for name in project.annotators if names.folded(name) not in used]
    yield from listed
    used |= set(map(names.folded, project.annotators))
    number = len(project.annotators)
    while True:
        number += 1
        if f"a{number}" not in used:
            yield f"a{number}"


def stated(option: str, given: str, known: Collection[str]) -> str:
    """A pseudonym that a user gave with an option; raises InputError where it is none, or too like one
    of those that are known."""
    try:
        return names.apart(names.new_pseudonym(given, known), known)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from error


def on_server(one: User, accounts: Iterable[Mapping[str, object]]) -> int | None:
    """The number of a user who is named by number or address, among the accounts of a server."""
    for each in accounts:
        there = user(each)
        if one != User() and one.fits(there):
            return there.id
    return None


def named(given: Iterable[str], known: Collection[str]) -> dict[User | None, str]:
    """The pseudonyms that are given as USER=NAME, or one for all users (None), beside those that are
    known; raises InputError."""
    found: dict[User | None, str] = {}
    for each in given:
        who, equals, name = each.rpartition("=")
        one = user(who) if equals else None
        alone = one is None or None in found
        if one == User() or one in found or (alone and found):
            raise InputError(f"--annotator {each}: give one NAME, or USER=NAME once a user")
        found[one] = stated("--annotator", name, {*known, *found.values()})
    return found


def by_assigned(votes: Mapping[K, Counter[str]], names: Iterable[str]) -> dict[K, str]:
    """Which of these names users have whose tasks say to whom they are assigned, as a pool's do.

    `votes` counts that by user. A user is who most of their tasks are assigned to; who did most is first.

    Examples
    --------
    >>> by_assigned({7: Counter(a1=1), 8: Counter(a1=3, a2=1), 9: Counter(a2=1, a3=1)}, ["a1", "a2"])
    {8: 'a1'}
    """
    left, found = set(names), dict[K, str]()
    ranked = [
        (-count, order, name, user)
        for order, (user, told) in enumerate(votes.items())
        for name, count in told.items()
        if 2 * count > told.total()
    ]
    for _, _, name, user in sorted(ranked, key=lambda each: each[:3]):
        if name in left:
            left.remove(name)
            found[user] = name
    return found
