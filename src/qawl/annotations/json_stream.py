"""A top-level JSON array read element by element, so that an export of any size stays on disk."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

import msgspec

from qawl.core.errors import InputError

CHUNK = 1 << 20
UNREADABLE = "qawl:unreadable"
"""The only key of what stands in for an element that can't be read; its value says why."""
_START = re.compile(rb'\{\s*("[^"\\]*")\s*:[^,{}\[\]]*,\s*("[^"\\]*")\s*:')
"""The first two keys of an element, where the first value is a plain one."""
_GAP = re.compile(rb"[ \t\r\n,]*")
_BETWEEN = re.compile(rb"\}[ \t\r\n]*[,\]]")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)


def elements(path: Path) -> Iterator[dict[str, object]]:
    """The objects of a JSON array in a file; raises InputError where it is none or is cut off.

    Boundaries are guessed and proved by decoding: the next element most likely starts with the same two
    keys; else braces are counted; and where braces stand in strings, tokens are scanned one by one.
    """
    with path.open("rb") as file:
        buffer = bytearray(file.read(CHUNK)).lstrip(b"\xef\xbb\xbf \t\r\n")
        if not buffer.startswith(b"["):
            raise InputError(f"{path}: not a JSON list of tasks; export as JSON from Label Studio")
        del buffer[:1]
        count = 0
        alike = True  # until an element is not like the one before; then no more time is lost on it
        while True:
            _skip(buffer, file)
            if buffer.startswith(b"]"):
                return
            if not buffer:
                raise InputError(f"{path}: cut off after {count} tasks; export it again")
            found = _like_this(buffer, file) if alike else None
            alike = found is not None
            element, length = found or _next(buffer, file, path, count)
            yield element
            del buffer[:length]
            count += 1


def _skip(buffer: bytearray, file: BinaryIO) -> None:
    """Drops what stands between elements, reading on where the buffer holds nothing else."""
    while match := _GAP.match(buffer):
        del buffer[: match.end()]
        if buffer or not _more(buffer, file):
            return


def _more(buffer: bytearray, file: BinaryIO, size: int = 0) -> bool:
    """Reads on by `size` bytes, at least a chunk; False at the end of the file."""
    chunk = file.read(max(size, CHUNK))
    buffer += chunk
    return bool(chunk)


def _next(
    buffer: bytearray, file: BinaryIO, path: Path, count: int
) -> tuple[dict[str, object], int]:
    """The object at the start of the buffer and its length."""
    if not buffer.startswith(b"{"):
        raise InputError(
            f"{path}: element {count + 1} is no task; export as JSON from Label Studio"
        )
    found = _guess(buffer, file) or _scan(buffer, file)
    if found is None:
        raise InputError(f"{path}: cut off or damaged after {count} tasks; export it again")
    return found


@cache
def _boundary(first: bytes, second: bytes) -> re.Pattern[bytes]:
    """The end of an element before one that starts with these keys."""
    keys = re.escape(first) + rb"\s*:[^,{}\[\]]*,\s*" + re.escape(second) + rb"\s*:"
    return re.compile(rb"\}(?=\s*,\s*\{\s*" + keys + rb")")


def _like_this(buffer: bytearray, file: BinaryIO) -> tuple[dict[str, object], int] | None:
    """Ends the object before the next one with the same first keys, if what stands before decodes."""
    start = _START.match(buffer)
    if start is None:
        return None
    boundary = _boundary(*map(bytes, start.groups()))
    while (match := boundary.search(buffer, start.end())) is None:
        if len(buffer) > 4 * CHUNK or not _more(buffer, file):
            return None
    element = _decoded(buffer, match.end())
    return None if element is None or UNREADABLE in element else (element, match.end())


def _guess(buffer: bytearray, file: BinaryIO) -> tuple[dict[str, object], int] | None:
    """Ends the object where its braces are balanced, if what stands before decodes."""
    depth = at = 0
    while True:
        match = _BETWEEN.search(buffer, at)
        if match is None:
            # A lone brace in a text may never be balanced: leave the rest of the file alone.
            if len(buffer) > 4 * CHUNK or not _more(buffer, file):
                return None
            continue
        end = match.start() + 1
        depth += buffer.count(b"{", at, end) - buffer.count(b"}", at, end)
        at = end
        if depth <= 0:
            element = _decoded(buffer, end)
            return None if element is None else (element, end)


def _scan(buffer: bytearray, file: BinaryIO) -> tuple[dict[str, object], int] | None:
    """Ends the object where its brackets outside strings are balanced."""
    while True:
        depth = 0
        for match in _TOKEN.finditer(buffer):
            token = match.group()[:1]
            depth += (token in b"{[") - (token in b"}]")
            if depth == 0:
                element = _decoded(buffer, match.end())
                if element is not None:
                    return element, match.end()
                break  # the buffer ends inside a string, and the rest was misread
        if not _more(buffer, file, len(buffer)):
            return None


def _decoded(buffer: bytearray, end: int) -> dict[str, object] | None:
    """The object that ends there; None where none does, a note in its place where it is too deep."""
    try:
        element: dict[str, object] = msgspec.json.decode(memoryview(buffer)[:end].tobytes())
    except RecursionError:
        return {UNREADABLE: "nested too deeply"}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return element
