"""Which annotator a user of several exports is: by address, else by server and number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class People:
    """The users of all sources → a key of their own, and a pseudonym by it.

    Two exports are of one server unless an annotation of one number has two unique ids, or a user of one
    number two addresses.
    """

    servers: list[dict[str, str]] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def server(self, said: Mapping[str, str]) -> int:
        """The number of the server that an export is of, by its annotations (see `identifiers`)."""
        for number, known in enumerate(self.servers):
            if all(known.get(key, value) == value for key, value in said.items()):
                known.update(said)
                return number
        self.servers.append(dict(said))
        return len(self.servers) - 1

    def user(self, annotation: Mapping[str, object], nobody: str) -> tuple[str | None, str]:
        """(address, number) of who made an annotation; `nobody` stands for who has neither."""
        return address(annotation), user(annotation) or nobody

    def name(self, server: int, address: str | None, user: str) -> str:
        """The pseudonym of a user: a1, a2, … in the order of first work.

        Who is a number alone has the address that the server's other annotations give for it.
        """
        known = address or self.servers[server].get(_number(user)) or f"{server} {user}"
        return self._names.setdefault(known, f"a{len(self._names) + 1}")

    def pseudonym(self, server: int, annotation: Mapping[str, object], nobody: str) -> str:
        """The pseudonym of who made an annotation."""
        return self.name(server, *self.user(annotation, nobody))

    @property
    def names(self) -> list[str]:
        """All pseudonyms."""
        return list(self._names.values())


def identifiers(annotation: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What must not contradict itself within one server."""
    number, unique = annotation.get("id"), annotation.get("unique_id")
    if number is not None and unique:
        yield f"annotation {number}", str(unique)
    yield from addresses(annotation)


def addresses(annotation: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The address that an annotation gives for its user's number."""
    who, said = user(annotation), address(annotation)
    if who and said and "@" not in who:
        yield _number(who), said


def _number(user: str) -> str:
    return f"user {user}"


def user(annotation: Mapping[str, object]) -> str:
    """The number of who made an annotation, or what stands in its place."""
    given = annotation.get("completed_by")
    if isinstance(given, Mapping):
        given = given.get("id") or given.get("email")
    return str(given) if isinstance(given, (str, int)) else ""


def address(annotation: Mapping[str, object]) -> str | None:
    """The address of who made an annotation, in lower case; None where none is given."""
    given = annotation.get("completed_by")
    said = given.get("email") if isinstance(given, Mapping) else given
    for each in (said, annotation.get("created_username")):
        if isinstance(each, str) and each.strip():
            words = [word.strip(" ,;<>()") for word in each.split()]
            found = next((word for word in words if "@" in word), None)
            if found or each is said:
                return (found or each).lower()
    return None
