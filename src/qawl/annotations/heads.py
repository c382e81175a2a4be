"""exports/journal/heads.json: how many versions each journal holds, and its last hash.

It stands in version control beside the journals. A journal may hold more than it says (a run that was
killed before it said so), never less: what a journal lost is found, also where the whole file is gone.
"""

from collections.abc import Collection, Container, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Struct

from qawl.annotations import segments
from qawl.core import files, names
from qawl.core.errors import JournalError
from qawl.core.excerpts import many
from qawl.core.records import FORMAT, Format

NAME = "heads.json"
_ADVICE = (
    "in a merge run `git restore -SW --source HEAD exports/journal`, then `qawl pull --merge "
    "MERGE_HEAD`; else bring it back from version control, or remove it where every journal is whole: "
    "the next `qawl pull` makes it"
)


_Count = Annotated[int, msgspec.Meta(ge=0)]
_Hash = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")]


class Sealed(Struct, frozen=True):
    """Where a segment of a journal ends: how many versions there were by then, the hash of the last."""

    versions: _Count
    sha256: _Hash


class Head(Struct, frozen=True, omit_defaults=True):
    """Where a journal stood: how many versions it held, and the hash of the last of them.

    `cleaned` is the hash that the same line gets by a cleaning that is going on; `sealed` are the ends of
    its segments, in their order.
    """

    versions: _Count
    sha256: _Hash
    cleaned: str | None = None
    sealed: tuple[Sealed, ...] = ()


class _Heads(Struct, frozen=True):
    format: Format = FORMAT
    journals: dict[str, Head] = {}

    def __post_init__(self) -> None:
        """Raises ValueError at a name that no journal can have."""
        for each in self.journals:
            names.journal(each)


_waiting: dict[Path, dict[str, Head]] = {}
"""Heads that are to be written, by the folder of their journals."""


def load(folder: Path) -> dict[str, Head]:
    """The heads of the journals in a folder, by layer and annotator as their files are named."""
    if folder in _waiting:
        return _waiting[folder]
    path = folder / NAME
    try:
        there = path.stat()
    except OSError:
        return _load(path)
    return _loaded(path, there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns)


@lru_cache(4)
def _loaded(path: Path, *_: int) -> dict[str, Head]:
    """The same for a file that was in a state: whoever has a thousand journals asks a thousand times."""
    return _load(path)


def _load(path: Path) -> dict[str, Head]:
    try:
        return files.load(path, _Heads, JournalError, _ADVICE).journals
    except FileNotFoundError:
        return {}


@contextmanager
def together(folder: Path) -> Iterator[None]:
    """Writes the heads once, when the block ends, for all journals that are appended to in it."""
    known = dict(load(folder))
    _waiting[folder] = dict(known)
    try:
        yield
    finally:
        moved = _waiting.pop(folder)
        if moved != known:
            _write(folder, moved)


def of(journal: Path) -> Head | None:
    """Where a journal stood when it was last appended to; None where nobody said."""
    return load(journal.parent).get(journal.stem) if segments.is_open(journal) else None


def move(journal: Path, head: Head) -> None:
    """Says where a journal stands now."""
    if not segments.is_open(journal):
        return
    known = load(journal.parent)
    if known.get(journal.stem) == head:
        return
    if journal.parent in _waiting:
        _waiting[journal.parent][journal.stem] = head
    else:
        _write(journal.parent, {**known, journal.stem: head})


def _write(folder: Path, heads: dict[str, Head]) -> None:
    told = _Heads(journals=dict(sorted(heads.items())))
    content = msgspec.json.format(msgspec.json.encode(told), indent=1)
    files.write_bytes(folder / NAME, [content, b"\n"])


def gone(folder: Path, layer: str, there: Collection[str]) -> dict[str, Head]:
    """The heads of a layer's journals that held versions and are not among those there, by name."""
    return {
        name: head
        for name, head in sorted(load(folder).items())
        if name.startswith(f"{layer}.") and name not in there and head.versions
    }


def refuse_gone(folder: Path, layer: str, there: Collection[str]) -> None:
    """Raises JournalError where a journal of a layer held versions and is not among those there."""
    for name, head in gone(folder, layer, there).items():
        raise lost(folder / f"{name}.jsonl", head, 0)


def forget(folder: Path, names: Collection[str]) -> None:
    """Speaks no more of these journals."""
    if names:
        _write(folder, {name: each for name, each in load(folder).items() if name not in names})


def marks(head: Head | None) -> dict[int, set[str | None]]:
    """Number of a line → the hashes that it may have, of the lines of which something is said."""
    if head is None:
        return {}
    ends: dict[int, set[str | None]] = {each.versions: {each.sha256} for each in head.sealed}
    return {**ends, head.versions: {head.sha256, head.cleaned}}


def check(file: Path, number: int, digest: str, allowed: Container[str | None]) -> None:
    """Raises JournalError where another line stands in the place of one of which something is said."""
    if digest not in allowed:
        raise JournalError(
            f"{file}, line {number}: this is not the journal that {NAME} speaks of: bring both "
            "back from version control (`qawl pull --merge` joins the journals of two branches)"
        )


def lost(journal: Path, head: Head, versions: int) -> JournalError:
    """That a journal holds less than it did."""
    said = f"it holds {versions}" if journal.exists() else "it is gone"
    return JournalError(
        f"{journal}: {NAME} says that it held {many(head.versions, 'version')}, and {said}: bring the "
        "file back from version control or a backup"
    )


def renamed(journal: Path, now: Path) -> JournalError:
    """That a journal has another name, which says that its work is of somebody else."""
    return JournalError(
        f"{journal} is {now.name} now, which would give its work to another annotator: name it as "
        f"before, or, to rename the annotator, its entry in {NAME} too (docs/exports.md has all steps)"
    )
