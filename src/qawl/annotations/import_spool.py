"""Entries of exports on disk, by export, layer and user, until the users have their pseudonyms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from qawl.annotations import identity, journal_entries
from qawl.annotations.exported_work import Export, Person, Share
from qawl.annotations.identity import Identity, Version
from qawl.annotations.journal_fields import ASSIGNED
from qawl.annotations.sorter import Sorted
from qawl.annotations.users import User
from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.handles import Handles
from qawl.core.records import JUDGE, to_json

Named = Mapping[User | None, str]
"""User → the pseudonym that was given for them; None: all users."""


@dataclass(slots=True)
class Part:
    """Entries of one user in one layer of one export, on disk; where they begin in the user's share.

    What version each entry is stands beside them, so that no entry is read but to be journalled.
    """

    export: Export
    layer: str
    share: Share
    path: Path
    versions_path: Path
    count: int = 0
    start: int = 0

    def versions(self) -> Iterator[Version]:
        """What version each entry is."""
        return files.read(self.versions_path, Version)

    def identities(self) -> Iterator[Identity]:
        """What each entry is of."""
        return (each.identity for each in self.versions())


class Spool:
    """Entries on disk, by export, layer and user, until the users have their pseudonyms."""

    def __init__(self, folder: Path, named: Named, *, keep: bool = True) -> None:
        self._folder, self._named, self._keep = folder, named, keep
        self.exports: list[Export] = []
        self.parts: list[Part] = []
        self._open: dict[tuple[str, User, bool], Part] = {}
        self._files = Handles("ab")

    def begin(self, path: Path) -> None:
        """Goes on to another export."""
        self.close()
        self.exports.append(Export(path.name))

    def close(self) -> None:
        """Ends the export; the parts of a share stand in it one after the other."""
        self._files.close()
        self._open.clear()
        for each in self.parts if self.exports else ():
            if each.export is self.exports[-1]:
                each.start = each.share.count
                each.share.count += each.count

    def write(self, each: Sorted) -> None:
        """Keeps an entry."""
        place = each.layer, each.user, each.judge
        if place not in self._open:
            self._open[place] = self._part(each)
        part = self._open[place]
        part.count += 1
        if isinstance(assigned := each.entry.task["data"].get(ASSIGNED), str):
            part.share.assigned[assigned] += 1
        self._files.of(part.path).write(to_json(each.entry) + b"\n")
        self._files.of(part.versions_path).write(to_json(each.version) + b"\n")

    def refuse_unknown(self) -> None:
        """Refuses a user who was named and is in no export."""
        there = {user for export in self.exports for user, _ in export.shares}
        for user in self._named:
            if user is not None and not any(map(user.fits, there)):
                raise InputError(f"--annotator: {user} made nothing in these exports")

    def _part(self, each: Sorted) -> Part:
        export = self.exports[-1]
        share = export.shares.get((each.user, each.judge))
        if share is None:
            share = Share(each.user, *self._given(each, export), keep=self._keep)
            export.shares[each.user, each.judge] = share
            share.identities = partial(_identities, self.parts, share)
        path = self._folder / f"{len(self.parts)}.jsonl"
        part = Part(export, each.layer, share, path, path.with_suffix(".versions"))
        self.parts.append(part)
        return part

    def _given(self, each: Sorted, export: Export) -> tuple[str | None, bool]:
        """The pseudonym of a user, where it was given or the task is a judge's; whether for the user."""
        fitting = (name for user, name in self._named.items() if user and user.fits(each.user))
        said = next(fitting, None)
        given = said or self._named.get(None)
        if each.judge and given not in (None, JUDGE):
            raise InputError(f"{export.name}: it holds a judge's tasks: leave out --annotator")
        return JUDGE if each.judge else given, said is not None


def _identities(parts: list[Part], share: Share) -> Iterator[Identity]:
    """What each entry of a share is of, and what it says, part by part."""
    return (found for each in parts if each.share is share for found in each.identities())


def entries(part: Part, person: Person) -> Iterator[tuple[Version, bytes]]:
    """The entries of a part that are a person's with their versions, and the number of the server they
    came from."""
    origin = part.export.origin
    entries = zip(part.versions(), files.lines(part.path), strict=True)
    for each, (version, (_, line)) in zip(part.share.people(part.start), entries, strict=False):
        if each is not person:
            continue
        if origin == 1:
            yield version, line
            continue
        content = journal_entries.renamed(line, version.key, origins={1: origin})
        yield identity.read(content), content
