"""The journals that the work of a server's project goes into.

The project of one annotator has one journal. In a pool each annotation goes into that of who submitted.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from qawl.annotations import heads, identity, journal
from qawl.annotations.identity import Version
from qawl.annotations.journal_entries import Entry
from qawl.annotations.journal_fields import ASSIGNED
from qawl.annotations.open_journal import Journal
from qawl.annotations.pulled import Pulled
from qawl.annotations.sorter import Sorted
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import JUDGE, to_json
from qawl.studio.pool_users import PoolUsers
from qawl.studio.pull_marks import Mark
from qawl.studio.steps import Remote

if TYPE_CHECKING:
    from pathlib import Path


class Journals:
    """The journals of a corpus, each loaded and checked once."""

    def __init__(self, project: Project, outcome: Pulled) -> None:
        self._project, self._outcome = project, outcome
        self._opened: dict[Path, Journal] = {}

    def of(self, layer: str, annotator: str) -> Journal:
        """The journal of a layer and annotator."""
        path = self._project.journal_file(layer, annotator)
        if path not in self._opened:
            self._opened[path] = journal.opened_at(self._project, path)
            if self._opened[path].mended:
                self._outcome.mended.append(journal.said_mended(layer, annotator))
        return self._opened[path]

    def of_layer(self, layer: str) -> dict[str, Journal]:
        """Annotator → their journal, of all but the judge who have one."""
        those = [name for name, _ in journal.files(self._project, layer) if name != JUDGE]
        return {name: self.of(layer, name) for name in those}

    def of_mark(self, mark: Mark) -> dict[str, Journal]:
        """The journals that a project's work went into, which may be gone from the server."""
        if mark.slice is None:
            return {mark.annotator: self.of(mark.layer, mark.annotator)}
        return self.of_layer(mark.layer)

    def look_at_all(self) -> None:
        """Opens those that heads.json does not know, so that it does."""
        known = heads.load(self._project.journal)
        for layer in self._project.settings.layers:
            for annotator, path in list(journal.files(self._project, layer)):
                if path.stem not in known:
                    self.of(layer, annotator)


class Opened:
    """The journals of a project, by annotator: here the one of its annotator."""

    twice = False
    """Whether annotations stand in the journals of two annotators, as a merge leaves them."""

    def __init__(self, remote: Remote, those: dict[str, Journal]) -> None:
        self.remote, self.those = remote, those

    def whose(self, _: Sorted) -> str:
        """Whose an annotation is."""
        return self.remote.annotator

    def fits(self, mark: Mark) -> bool:
        """Whether these are the journals that a mark knew."""
        return all(each.knows(mark.head) for each in self.those.values())

    def changed(self, _: Mark) -> bool:
        """Whether all is to be read again, since work is somebody else's now."""
        return False

    def tell(self, mark: Mark) -> None:
        """Notes in a mark how far they are."""
        mark.head = self.those[self.remote.annotator].last

    def append(self, name: str, entries: list[Entry]) -> list[str]:
        """Adds what is new to somebody's journal; the articles of that."""
        return self.those[name].append(entries, live=True)

    def reused(self, name: str, version: Version) -> Iterator[tuple[str, str]]:
        """(annotator, key) of what is gone from the server, which gave its number to this one."""
        yield from ((name, key) for key in self.those[name].holds.reused(version))

    def shared(self, _: str, number: str) -> str:
        """How a mark notes that an annotation of somebody's came by an export too."""
        return number

    def numbers(self, _: str, shared: Collection[str]) -> Collection[str]:
        """The numbers of those of somebody's that a mark notes."""
        return shared

    def held(self, shared: Collection[str]) -> Iterator[tuple[str, str, str]]:
        """(annotator, key, number on the server) of what the journals have of the project."""
        for name, opened in self.those.items():
            mine = self.numbers(name, shared)
            for key, number in opened.holds.held(self.remote.home, mine):
                yield name, key, number

    def count(self, shared: Collection[str]) -> int:
        """How many annotations the journals have of the project."""
        return sum(
            each.holds.count(self.remote.home, self.numbers(name, shared))
            for name, each in self.those.items()
        )

    def said(self) -> Iterator[str]:
        """What is to be said of a reading, in lines."""
        return iter(())


class SharedOpened(Opened):
    """The journals of all who work in a project of a pool: whose an annotation is, its user tells."""

    def __init__(self, remote: Remote, journals: Journals, people: PoolUsers) -> None:
        super().__init__(remote, journals.of_layer(remote.layer))
        self._journals, self._people = journals, people
        self._moved: Counter[tuple[str, str]] = Counter()
        self._others: Counter[tuple[str, str]] = Counter()

    def whose(self, sent: Sorted) -> str:
        """Who submitted; of a user whom the server does not name any more, who it was."""
        nameless = sent.user.id is None
        held = (name for name, _ in self._holders(sent.version) if self._people.stays(name))
        before = next(held, None) if nameless else None
        name = self._people.annotator(sent.user.id) if before is None else before
        if name not in self.those:
            self.those[name] = self._journals.of(self.remote.layer, name)
        return name

    def fits(self, mark: Mark) -> bool:
        """Whether these are the journals that a mark knew."""
        return all(
            name in self.those and self.those[name].knows(head) for name, head in mark.heads.items()
        )

    def changed(self, mark: Mark) -> bool:
        """Whether a user is another annotator now than at the last reading."""
        known = self._people.known()
        return any(known.get(user) != name for user, name in mark.users.items())

    def tell(self, mark: Mark) -> None:
        """Notes in a mark how far they are."""
        mark.heads = {name: each.last for name, each in self.those.items() if each.count}
        mark.users = self._people.known()

    def reused(self, name: str, version: Version) -> Iterator[tuple[str, str]]:
        """The same in all journals, where this one is new."""
        new = self._key(name, version) is None
        for other in self.those if new else ():
            yield from ((other, key) for key in self.those[other].holds.reused(version))

    def shared(self, name: str, number: str) -> str:
        """How a mark notes it: other servers' numbers in other journals are the same."""
        return f"{name}/{number}"

    def numbers(self, name: str, shared: Collection[str]) -> Collection[str]:
        """The numbers of those of somebody's that a mark notes."""
        start = f"{name}/"
        return {each.removeprefix(start) for each in shared if each.startswith(start)}

    def append(self, name: str, entries: list[Entry]) -> list[str]:
        """Adds what is new to somebody's journal, and notes in another's that it is not theirs."""
        for entry in entries:
            version = _version(entry)
            known = not self.twice and self._key(name, version) is not None
            for other, key in () if known else list(self._holders(version)):
                if other != name:
                    self.those[other].delete([key], [entry.task["id"]])
                    self._moved[other, name] += 1
        added = super().append(name, entries)
        for entry in entries:
            given = entry.task["data"].get(ASSIGNED)
            if entry.article_id in added and given not in (None, name):
                self._others[name, str(given)] += 1
        return added

    def said(self) -> Iterator[str]:
        """What moved from one annotator to another, and who did tasks of others."""
        layer = self.remote.layer
        for (old, new), count in sorted(self._moved.items()):
            counted = f"that counted as {old}'s"
            moved = many(count, f"annotation {counted} is", f"annotations {counted} are")
            yield (
                f"{layer}: {moved} {new}'s, who submitted {'it' if count == 1 else 'them'}; "
                f"the journal of {old} keeps what it had"
            )
        for (name, given), count in sorted(self._others.items()):
            yield (
                f"{layer}: {name} did {many(count, 'task that is', 'tasks that are')} assigned to "
                f"{given}; the work counts as {name}'s (`qawl validate`: annotator-other)"
            )

    def _holders(self, version: Version) -> Iterator[tuple[str, str]]:
        """(annotator, key) of each in whose journal an annotation stands."""
        for name in self.those:
            if (key := self._key(name, version)) is not None:
                yield name, key

    def _key(self, name: str, version: Version) -> str | None:
        """The key of an annotation in somebody's journal; None where it does not stand there."""
        holds = self.those[name].holds
        key = holds.find(version)
        return key if key is not None and holds.stands(key) else None


def _version(entry: Entry) -> Version:
    return identity.read(to_json(entry))


def opened(remote: Remote, journals: Journals, people: PoolUsers | None) -> Opened:
    """The journals that a project's work goes into."""
    if remote.slice is None or people is None:
        return Opened(remote, {remote.annotator: journals.of(remote.layer, remote.annotator)})
    return SharedOpened(remote, journals, people)
