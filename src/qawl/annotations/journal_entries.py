"""The entries of journals: versions of annotations as Label Studio sent them, read from first to last."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from qawl.annotations import identity, journal_lines
from qawl.annotations.identity import Event, Identity, Version
from qawl.core.records import to_json


class Entry(Struct, frozen=True, kw_only=True):
    """One version of one annotation, or that it is gone, alone or with its task.

    `text` is the task's own text, kept only where it is not the frozen text of the article. `was` has the
    hashes that the line had before it was cleaned (see `cleaned`).
    """

    event: Event = "version"
    key: str
    article_id: str
    scheme_version: str
    text: str | None = None
    task: dict[str, Any] = {}
    annotation: msgspec.Raw = msgspec.Raw(b"{}")
    was: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


_decoder = msgspec.json.Decoder(Entry)


def entries(path: Path) -> Iterator[Entry]:
    """All entries of a journal file, in the order in which they came."""
    for _, entry in versions(path):
        yield decoded(entry)


def versions(path: Path) -> Iterator[tuple[Version, bytes]]:
    """All versions in a journal file with their entries' bytes, in the order in which they came."""
    for line, version in _checked(path):
        yield version, bytes(line.entry)


def hashes(path: Path) -> Iterator[tuple[str, bytes]]:
    """The hash of each line with its entry's bytes."""
    for line, _ in _checked(path):
        yield line.sha256, bytes(line.entry)


def counting(path: Path) -> list[tuple[Identity, Entry]]:
    """The version that counts of each annotation, also of those that are gone, in the order in which
    these came."""
    found: dict[str, tuple[msgspec.Raw, Identity]] = {}
    for line, version in _checked(path):
        key, given = version.key, version.identity
        if version.event == "version" and (
            key not in found or identity.newer(given, found[key][1])
        ):
            found.pop(key, None)
            found[key] = line.entry, given
    return [(given, decoded(entry)) for entry, given in found.values()]


def check(path: Path) -> int:
    """Checks a journal from its first line to its last; how many versions it holds."""
    return sum(1 for _ in _checked(path))


def _checked(path: Path) -> Iterator[tuple[journal_lines.Line, Version]]:
    """Each line with its version; raises JournalError at one that was changed or is torn."""
    for spot, read in journal_lines.lines(path):
        if read is None:
            raise journal_lines.torn(path, spot.line)
        yield read


def decoded(content: bytes | msgspec.Raw) -> Entry:
    """The entry that this JSON is."""
    return _decoder.decode(content)


def renamed(content: bytes, key: str, *, origins: Mapping[int, int] | None = None) -> bytes:
    """An entry under another key, from a server as it is numbered here."""
    entry = decoded(content)
    said = entry.task.get("origin")
    theirs = said if type(said) is int else 1
    ours = (origins or {}).get(theirs, theirs)
    task = entry.task if ours == theirs else {**entry.task, "origin": ours}
    return to_json(msgspec.structs.replace(entry, key=key, task=task, was=msgspec.UNSET))


def deleted(entry: Entry, event: Literal["deleted", "task-deleted"]) -> Entry:
    """The entry that says that an annotation is gone."""
    nothing = msgspec.Raw(b"{}")
    return msgspec.structs.replace(entry, event=event, annotation=nothing, was=msgspec.UNSET)


def deletion(content: bytes) -> bytes:
    """The entry that says that an annotation is gone, from one of its versions."""
    return to_json(deleted(decoded(content), "deleted"))
