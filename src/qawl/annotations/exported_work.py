"""What an export holds, by the users who made it, and whose it is here."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from qawl.annotations.identity import Identity
from qawl.annotations.users import User


@dataclass(slots=True, eq=False)
class Person:
    """An annotator; who has no name yet is new here. Who is not a clear user is nobody.

    `assigned` counts, of a new one's tasks in a pool, to whom they are assigned.
    """

    name: str | None = None
    user: User = field(default_factory=User)
    assigned: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Share:
    """What one user made in one export: `identities` reads them, in one order; whose each of them is.

    `person` made all but those at the places in `others`. `assigned` counts to whom a pool's tasks are
    assigned. `said`: it was `given` for this user, not for whoever is in the export; `keep`: for the
    next pull, too.
    """

    user: User
    given: str | None = None
    said: bool = False
    keep: bool = True
    count: int = 0
    identities: Callable[[], Iterator[Identity]] = field(default=lambda: iter(()))
    person: Person | None = None
    others: dict[int, Person] = field(default_factory=dict)
    assigned: Counter[str] = field(default_factory=Counter)

    def people(self, start: int = 0) -> Iterator[Person]:
        """Whose each annotation is, from a place on."""
        for place in range(start, self.count):
            yield self.others.get(place) or self.person or Person()


@dataclass(slots=True)
class Export:
    """An export with its name for people, and the number of the server that it came from.

    `shares` has what each user made as an annotator, or in a judge's tasks.
    """

    name: str
    shares: dict[tuple[User, bool], Share] = field(default_factory=dict)
    origin: int = 1
