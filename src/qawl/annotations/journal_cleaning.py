"""Journals of earlier versions without what is no longer kept of annotations and tasks.

A cleaned entry has in `was` the hash that its line had, by the number of the cleaning. So the chain of
before can be followed in the cleaned file: the hash of a line then is its `was`, or that of the hash of
the line before and the entry's bytes. It ends with `before` in exports/journal/cleaned.jsonl.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from qawl.annotations import (
    heads,
    journal,
    journal_entries,
    journal_fields,
    journal_index,
    journal_lines,
)
from qawl.annotations.heads import Head
from qawl.annotations.journal_entries import Entry
from qawl.annotations.journal_lines import START
from qawl.core import files
from qawl.core.errors import JournalError
from qawl.core.project import Project
from qawl.core.records import FORMAT, Format, to_json

LOG = "cleaned.jsonl"
_OURS = ("project_created_at", "layers", "other_texts", "origin")
"""What Qawl itself adds to a task."""


class Cleaning(Struct, frozen=True, kw_only=True):
    """One cleaning of one journal: its number, and the last hash before and after.

    `left_out` counts the fields that went, by name.
    """

    format: Format = FORMAT
    journal: str
    number: int
    versions: int
    changed: int
    before: str
    after: str
    left_out: dict[str, int]


def clean(project: Project) -> Iterator[Cleaning]:
    """Cleans the journals of a corpus, logs it, and yields what was done to each that changed.

    The log is written first: a record whose `after` is no hash of the journal says nothing of it.
    """
    log = project.journal / LOG
    known = list(files.read(log, Cleaning))
    for layer in project.settings.layers:
        for _, path in journal.files(project, layer):
            check(path, known)
            numbers = [each.number for each in known if each.journal == path.stem]
            done = _Cleaner(path, numbers)
            for _ in done.lines():
                pass
            if done.changed:
                journal.unseal(project, path)
                made = done.record()
                known.append(made)
                files.write(log, known)
                heads.move(path, Head(made.versions, made.before, cleaned=made.after))
                files.write_bytes(path, _Cleaner(path, numbers).lines())
                heads.move(path, Head(made.versions, made.after))
                journal_index.remove(journal.index(project, path))  # it holds what was cleaned away
                journal.opened_at(project, path).append(())
                yield made


def is_log(path: Path) -> bool:
    """Whether a file is such a log, whatever its name, as git calls what it joins."""
    with path.open("rb") as file:
        line = file.readline(files.LONGEST)
    try:
        msgspec.json.decode(line, type=Cleaning)
    except files.UNREADABLE:
        return False
    return True


def join(log: Path, others: Iterable[Cleaning]) -> int:
    """Adds to a log what it lacks of others; how many cleanings that were. Those of a chain that is not
    here say nothing of what is here, and stay known."""
    known = list(files.read(log, Cleaning))
    there = {*map(to_json, known)}
    fresh = [each for each in dict.fromkeys(map(to_json, others)) if each not in there]
    if fresh:
        files.write(log, [*known, *(msgspec.json.decode(each, type=Cleaning) for each in fresh)])
    return len(fresh)


def check(path: Path, known: Iterable[Cleaning]) -> None:
    """Follows the chains of before; raises JournalError where one does not end as it was logged."""
    for each in known:
        if each.journal != path.stem:
            continue
        last = START
        lines = enumerate(journal_entries.hashes(path), start=1)
        for number, (digest, content) in lines:
            last = _before(last, content, each.number)
            if number == each.versions:
                if digest == each.after and last != each.before:
                    raise JournalError(
                        f"{path} is not what cleaning {each.number} made of it: bring the file back "
                        "from version control"
                    )
                break


def entry(content: bytes) -> bytes:
    """An entry as it would be kept today."""
    return to_json(_kept(journal_entries.decoded(content)))


def _kept(given: Entry) -> Entry:
    annotation: dict[str, object] = msgspec.json.decode(given.annotation)
    ours = {name: given.task[name] for name in _OURS if name in given.task}
    return msgspec.structs.replace(
        given,
        task={**journal_fields.task(given.task), **ours},
        annotation=msgspec.Raw(to_json(journal_fields.annotation(annotation))),
    )


def _before(last: str, content: bytes, number: int) -> str:
    """The hash that a line had before a cleaning."""
    was = msgspec.json.decode(content, type=_Was).was
    return was.get(str(number)) or journal_lines.chained(last, content)


class _Was(Struct):
    was: dict[str, str] = {}


class _Cleaner:
    """A journal on its way through a cleaning, and what was done to it."""

    def __init__(self, path: Path, earlier: list[int]) -> None:
        self._path, self._earlier = path, earlier
        self._number = max(earlier, default=0) + 1
        self._before = self._after = START
        self._count = self.changed = 0
        self._left_out: Counter[str] = Counter()

    def lines(self) -> Iterator[bytes]:
        """The lines of the cleaned journal."""
        lasts = dict.fromkeys(self._earlier, START)
        for digest, content in journal_entries.hashes(self._path):
            self._before = digest
            lasts = {number: _before(last, content, number) for number, last in lasts.items()}
            hashes = {**lasts, self._number: self._before}
            was = {str(number): last for number, last in hashes.items()}
            self._after, line = journal_lines.line(self._after, self._cleaned(content, was))
            self._count += 1
            yield line

    def record(self) -> Cleaning:
        """What was done, when all lines have gone through."""
        return Cleaning(
            journal=self._path.stem,
            number=self._number,
            versions=self._count,
            changed=self.changed,
            before=self._before,
            after=self._after,
            left_out=dict(sorted(self._left_out.items())),
        )

    def _cleaned(self, content: bytes, was: dict[str, str]) -> bytes:
        given = journal_entries.decoded(content)
        fresh = _kept(given)
        if to_json(fresh) == content:
            return content
        self.changed += 1
        self._left_out.update(_gone(given, fresh))
        return to_json(msgspec.structs.replace(fresh, was=was))


def _gone(given: Entry, fresh: Entry) -> Iterator[str]:
    """The names of the fields that a cleaning left out or changed."""
    parts: tuple[tuple[str, Mapping[str, object], Mapping[str, object]], ...] = (
        (
            "annotation",
            msgspec.json.decode(given.annotation),
            msgspec.json.decode(fresh.annotation),
        ),
        ("task", given.task, fresh.task),
        ("data", given.task.get("data", {}), fresh.task.get("data", {})),
    )
    for part, old, new in parts:
        for name in old:
            if part == "task" and name == "data":
                continue
            if name not in new or to_json(old[name]) != to_json(new[name]):
                yield str(journal_fields.without_addresses(f"{part}.{name}"))
