"""A journal of another place, to be joined to one here: the latest version of each annotation in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qawl.annotations import journal_entries
from qawl.annotations.identity import Identity, Version

JournalKey = tuple[str, str]
"""A layer and an annotator."""


@dataclass(slots=True)
class Other:
    """A journal of another place: the latest version of each annotation in it.

    `moved` are those of the `gone` that another's journal there has now. `origins` has the numbers of its
    servers as they are numbered here (see `attribution`).
    """

    source: str
    layer: str
    annotator: str
    path: Path
    latest: dict[str, Version] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    origins: dict[int, int] = field(default_factory=dict)

    @property
    def all(self) -> Iterator[Identity]:
        """What each of its annotations is."""
        return (each.identity for each in self.latest.values())

    @property
    def living(self) -> Iterator[Identity]:
        """The same of those that were not deleted."""
        return (each.identity for key, each in self.latest.items() if key not in self.gone)

    @property
    def own(self) -> Iterator[Identity]:
        """The same of all but those that are another's now."""
        return (each.identity for key, each in self.latest.items() if key not in self.moved)

    @property
    def lost(self) -> Iterator[Identity]:
        """The same of those that were deleted."""
        return (each.identity for key, each in self.latest.items() if key in self.gone)

    def look(self) -> None:
        """Reads it once, and checks its chain."""
        for each, _ in journal_entries.versions(self.path):
            if each.event == "version":
                self.latest[each.key] = each
                self.gone.discard(each.key)
            else:
                self.gone.add(each.key)
