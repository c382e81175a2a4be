"""The files of a journal: sealed segments, compressed, and the open one that is added to.

<layer>.<annotator>.jsonl is the open one. Before it would grow past `SEAL` bytes it becomes
<layer>.<annotator>.0001.jsonl.gz and starts empty; the chain of hashes goes on. No layer or annotator has
a dot in its name. Which segments belong to a journal its open file says: its first line follows from the
last line of the last of them. So sealing is done at the moment in which an empty file takes its place.
"""

import glob
import gzip
import hashlib
import io
import logging
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from qawl.core import files, git_files
from qawl.core.errors import JournalError

SEAL = git_files.LARGEST
"""Bytes that an open file holds at most, but for one line that is longer."""

_log = logging.getLogger("qawl")
_PART = re.compile(r"(?P<stem>[^.]+\.[^.]+)(\.(?P<number>[0-9]{4,}))?\.jsonl(?P<sealed>\.gz)?")


class Cut(NamedTuple):
    """What became of a stretch of an open file: the segment, the bytes and lines before it and in it, and
    its last line."""

    number: int
    start: int
    lines_before: int
    size: int
    lines: int
    last: bytes


def journals(folder: Path) -> list[Path]:
    """The open file of every journal in a folder, also where segments alone are there, sorted."""
    found = (_PART.fullmatch(path.name) for path in files.listed(folder))
    stems = {
        each["stem"] for each in found if each and bool(each["number"]) == bool(each["sealed"])
    }
    return sorted(folder / f"{stem}.jsonl" for stem in stems)


def sealed(path: Path) -> dict[int, Path]:
    """The segments that stand beside an open file, by number."""
    found = {}
    own = f"{glob.escape(path.stem)}.*"  # of thousands of annotators' files, those of this journal
    for each in files.listed(path.parent, own) if is_open(path) else ():
        part = _PART.fullmatch(each.name)
        number = int(part["number"] or 0) if part else 0
        if number and each == named(path, number):
            found[number] = each
    return dict(sorted(found.items()))


def parts(path: Path) -> list[Path]:
    """All files of a journal, the open one last."""
    return [*sealed(path).values(), path]


def is_open(path: Path) -> bool:
    """Whether this is an open file by its name, and not a copy that git makes for a merge."""
    return path.suffix == ".jsonl"


def named(path: Path, number: int) -> Path:
    """The segment of that number; for 0 the open file."""
    return path.with_name(f"{path.stem}.{number:04}.jsonl.gz") if number else path


@contextmanager
def unpacked(segment: Path) -> Iterator[BinaryIO]:
    """A segment to read from its start; raises JournalError where it is damaged or gone."""
    try:
        with segment.open("rb") as raw, gzip.GzipFile(fileobj=raw) as file:
            yield io.BufferedReader(file, 1 << 18)
    except FileNotFoundError as error:
        raise gone(segment) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise JournalError(
            f"{segment} is damaged ({error}): bring it back from version control or a backup"
        ) from error


def gone(segment: Path) -> JournalError:
    """That a segment is not there, in words."""
    return JournalError(
        f"{segment} is gone: a part of the journal stands in it: bring it back from version control or "
        "a backup"
    )


def seal(path: Path, after: int) -> list[Cut]:
    """Writes the lines of an open file as the segments that come after that number.

    The open file stays as it is: `empty` makes them count.
    """
    made: list[Cut] = []
    with path.open("rb") as file:
        while begun := file.readline():
            number, start = after + len(made) + 1, file.tell() - len(begun)
            before = sum(each.lines for each in made)
            made.append(Cut(number, start, before, *_packed(named(path, number), begun, file)))
    return made


def _packed(segment: Path, last: bytes, file: BinaryIO) -> tuple[int, int, bytes]:
    """Writes a line and those after it that fit into a segment; its bytes and lines, unpacked, and the
    last of these."""
    size, lines = len(last), 1
    with (
        files.replacing(segment) as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,  # the same bytes at any time, anywhere
    ):
        packed.write(last)
        while line := file.readline():
            if size + len(line) > SEAL:
                file.seek(-len(line), os.SEEK_CUR)
                break
            packed.write(line)
            size, lines, last = size + len(line), lines + 1, line
    return size, lines, last


def whole(path: Path, count: int) -> Iterator[bytes]:
    """The lines of so many segments, then those of the open file."""
    for number in range(1, count + 1):
        with unpacked(named(path, number)) as lines:
            yield from lines
    with path.open("rb") as lines:
        yield from lines


def empty(path: Path) -> None:
    """Puts an empty file in the place of the open one, after all that was written beside it."""
    _settle(path.parent)
    files.write_bytes(path, [])


def put_aside(segment: Path) -> None:
    """Gives a segment that is of another journal than the open file another name, and says so."""
    name = hashlib.sha256(segment.read_bytes()).hexdigest()[:8]
    aside = segment.with_name(f"{segment.name}.{name}.aside")
    segment.replace(aside)
    _log.warning(
        "%s is no part of the journal beside it, as a merge leaves it; it is put aside as %s: remove it "
        "once `qawl pull --merge` has joined the branch that it came from",
        segment,
        aside.name,
    )


def _settle(folder: Path) -> None:
    """Sees to it that the names in a folder are on the disk."""
    with suppress(OSError):  # a file system that can't
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
