"""Tasks of a JSON list, or of objects one after the other, read one by one: an export stays on disk.

An element that can't be read gives way to a note that says why (see `note`); the others are read.
"""

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from qawl.core import files, odd_json, packings
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.odd_json import HALF

CHUNK = 1 << 16
"""Bytes that are read at a time: for twice as many, memory is asked of the system each time."""
DEEPEST = 100
"""Levels of nesting that are read: far more than Label Studio writes, far fewer than Python bears."""
UNREADABLE = "qawl:unreadable"
"""The key of what stands in for an element that can't be read; its value says why."""
NAMED = "qawl:named"
"""The key beside it; its value names the element for people."""
_START = re.compile(rb'\{\s*("[^"\\]*")\s*:[^,{}\[\]]*,\s*("[^"\\]*")\s*:')
"""The first two keys of an element, where the first value is a plain one."""
_ID = re.compile(rb'\{\s*"id"\s*:\s*(\d{1,18})\b')
_GAP = re.compile(rb"[ \t\r\n,]*")
_BETWEEN = re.compile(rb"\}[ \t\r\n]*[,\]]")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}\[\]]', re.DOTALL)
"""A string, with its end in the group where it has one, or a bracket outside strings."""
_DEEPEST = b"\n" + b" " * DEEPEST
_TOO_DEEP = re.compile(rb'\n {%d}(?:"[^"\\]*(?:\\.[^"\\]*)*": )?[\[{]' % DEEPEST)
"""A list or object below so many others, in JSON that is indented by one space a level."""
_HALVES = "surrogatepass"
"""Halves of characters are found where JSON is decoded, element by element."""
_CLOSED_BY = {b"{": b"}", b"[": b"]"}
_PLAIN = re.compile(rb"[^,\]\s][^,\]]*")

_OF_TASKS = {"data", "annotations", "completions", "result", "annotation_id", UNREADABLE}
"""Keys of tasks, of annotations and of rows of JSON_MIN, by which objects without a list are known."""
_NOT_TASKS = "not tasks of Label Studio in JSON; export as JSON from Label Studio"

Element = dict[str, Any]
Nested = dict[str, object] | list[object]


def note(why: str, named: str = "") -> Element:
    """What stands in for an element that can't be read."""
    return {UNREADABLE: why, NAMED: named}


def elements(path: Path) -> Iterator[Element]:
    """The tasks of a file, in UTF-8 or UTF-16, also packed by gzip; a note for what is no object.

    They are a JSON list, or objects one after the other (JSON Lines, or one task). Annotations with
    their task inside, as target storage has them, come as that task.
    Raises InputError where the file is neither, is cut off, or holds more than one list.
    """
    with packings.unpacked(path) as opened:
        file = utf8(opened)
        buffer = bytearray(file.read(CHUNK)).lstrip(b"\xef\xbb\xbf \t\r\n")
        lines = buffer.startswith(b"{")
        if not (lines or buffer.startswith(b"[")):
            raise InputError(f"{path}: {_NOT_TASKS}")
        found = _one_by_one(buffer, file) if lines else _listed(buffer, file, path)
        for count, each in enumerate(found, start=1):
            if each is None:
                raise InputError(
                    f"{path}: cut off or damaged after {many(count - 1, 'task')}, or the next is longer "
                    f"than {files.LONGEST >> 20} MiB; export it again"
                )
            if lines and count == 1 and each.keys().isdisjoint(_OF_TASKS):
                raise InputError(f"{path}: {_NOT_TASKS}")
            if UNREADABLE in each:
                each[NAMED] = _name(buffer, f"element {count}", path) + each[NAMED]
            yield _as_task(each)


def first_of_lines(path: Path) -> Element | None:
    """The first object that can be read of a file of objects one after the other, else why none can.

    None where the first is neither a task nor a row of JSON_MIN.
    """
    unread = None
    with suppress(InputError):
        for each in elements(path):
            if UNREADABLE not in each:
                return each
            unread = unread or each
    return unread


def _as_task(element: Element) -> Element:
    """An annotation with its task inside, as the task with that annotation; else what was given."""
    task = element.get("task")
    if not isinstance(task, dict) or "result" not in element or "data" in element:
        return element
    own = {name: each for name, each in element.items() if name != "task"}
    return {**task, "annotations": [own]}


def _one_by_one(buffer: bytearray, file: BinaryIO) -> Iterator[Element | None]:
    """Objects one after the other: a line each, else as far as the brackets go; None where the file ends
    in one."""
    while True:
        _skip(buffer, file)
        if not buffer:
            return
        found = _line(buffer, file) or _next(buffer, file)
        yield found and found[0]
        if found:
            del buffer[: found[1]]


def _line(buffer: bytearray, file: BinaryIO) -> tuple[Element, int] | None:
    """The object of a line, or why it is none; None where the object may go on in the next line."""
    start = 0
    while (end := buffer.find(b"\n", start)) < 0:
        start = len(buffer)
        if not _more(buffer, file):
            end = len(buffer)
            break
    line = bytes(buffer[:end]).strip()
    element = decode(line)
    whole = UNREADABLE not in element or line.endswith(b"}") or not line.startswith(b"{")
    return (element, end) if whole else None


def _listed(buffer: bytearray, file: BinaryIO, path: Path) -> Iterator[Element | None]:
    """The elements of a list; None where the file ends in one.

    Boundaries are guessed and proved by decoding: the next element most likely starts with the same two
    keys; else braces are counted; and where braces stand in strings, tokens are scanned one by one.
    """
    del buffer[:1]
    alike = True  # until an element is not like the one before; then no more time is lost on it
    while True:
        _skip(buffer, file)
        if buffer.startswith(b"]"):
            _refuse_more(buffer, file, path)
            return
        found = (_like_this(buffer, file) if alike else None) or _next(buffer, file)
        if found is None:
            yield None
            return
        alike = alike and (UNREADABLE in found[0] or _START.match(buffer) is not None)
        yield found[0]
        del buffer[: found[1]]


def _refuse_more(buffer: bytearray, file: BinaryIO, path: Path) -> None:
    """Raises InputError where something stands after the list, as where two exports were joined."""
    del buffer[:1]
    _skip(buffer, file)
    if buffer:
        raise InputError(
            f"{path}: more stands after the list of tasks, as where two exports were joined: give each "
            "in a file of its own"
        )


def utf8(file: BinaryIO) -> BinaryIO:
    """A file of JSON as UTF-8; what some shells and programs write is UTF-16 or UTF-32."""
    wide = odd_json.wide(file.read(4))
    file.seek(0)
    return cast("BinaryIO", codecs.EncodedFile(file, "utf-8", wide, _HALVES)) if wide else file


def _name(buffer: bytearray, element: str, path: Path) -> str:
    """What people find an element by: the task's id where that comes first, else its number."""
    found = _ID.match(buffer)
    return f"{f'task {found[1].decode()}' if found else element} of {path.name}"


def _skip(buffer: bytearray, file: BinaryIO) -> None:
    """Drops what stands between elements, reading on where the buffer holds nothing else."""
    while match := _GAP.match(buffer):
        del buffer[: match.end()]
        if buffer or not _more(buffer, file):
            return


def _more(buffer: bytearray, file: BinaryIO, size: int = 0) -> bool:
    """Reads on by `size` bytes, at least a chunk; False at the end of the file, or of what is read at
    once."""
    if len(buffer) > files.LONGEST:
        return False
    chunk = file.read(max(size, CHUNK))
    buffer += chunk
    return bool(chunk)


def _next(buffer: bytearray, file: BinaryIO) -> tuple[Element, int] | None:
    """The element at the start of the buffer and its length; None where the file ends in it."""
    if found := _guess(buffer, file):
        return found
    if (end := _end(buffer, file)) is None:
        return None
    return decode(bytes(buffer[:end])), end


@cache
def _boundary(first: bytes, second: bytes) -> re.Pattern[bytes]:
    """The end of an element before one that starts with these keys."""
    keys = re.escape(first) + rb"\s*:[^,{}\[\]]*,\s*" + re.escape(second) + rb"\s*:"
    return re.compile(rb"\}(?=\s*,\s*\{\s*" + keys + rb")")


def _like_this(buffer: bytearray, file: BinaryIO) -> tuple[Element, int] | None:
    """Ends the object before the next one with the same first keys, if what stands before decodes."""
    start = _START.match(buffer)
    if start is None:
        return None
    boundary = _boundary(*map(bytes, start.groups()))
    while (match := boundary.search(buffer, start.end())) is None:
        if len(buffer) > 64 * CHUNK or not _more(buffer, file):
            return None
    return _sound(buffer, match.end())


def _guess(buffer: bytearray, file: BinaryIO) -> tuple[Element, int] | None:
    """Ends the object where its braces are balanced, if what stands before decodes."""
    if not buffer.startswith(b"{"):
        return None
    depth = at = 0
    while True:
        match = _BETWEEN.search(buffer, at)
        if match is None:
            # A lone brace in a text may never be balanced: leave the rest of the file alone.
            if len(buffer) > 64 * CHUNK or not _more(buffer, file):
                return None
            continue
        end = match.start() + 1
        depth += buffer.count(b"{", at, end) - buffer.count(b"}", at, end)
        at = end
        if depth <= 0:
            return _sound(buffer, end)


def _end(buffer: bytearray, file: BinaryIO) -> int | None:
    """Where the value at the start of the buffer ends; None where the file ends before."""
    while True:
        if (end := _balanced(buffer)) is not None:
            return end
        if not _more(buffer, file, len(buffer)):
            return None


def _balanced(buffer: bytearray) -> int | None:
    """Where the brackets outside strings are balanced, or a value without brackets ends."""
    if not buffer.startswith((b"{", b"[", b'"')):
        plain = _PLAIN.match(buffer)
        return plain.end() if plain and plain.end() < len(buffer) else None
    opened: list[bytes] = []
    for match in _TOKEN.finditer(buffer):
        token = match.group()[:1]
        if token == b'"' and not match.group(1):
            return None  # the buffer ends inside the string
        if token in _CLOSED_BY:
            opened.append(_CLOSED_BY[token])
        elif token != b'"' and token != opened.pop():
            return None  # closed by another bracket: nobody can tell where this ends
        if not opened:
            return match.end()
    return None


def _sound(buffer: bytearray, end: int) -> tuple[Element, int] | None:
    """The object that ends there with its length; None where none does that can be read."""
    element = decode(memoryview(buffer)[:end].tobytes())
    return None if UNREADABLE in element else (element, end)


def decode(content: bytes) -> Element:
    """The object of a piece of JSON; a note where it is none, or can't be kept as it is."""
    try:
        value, deep = _decoded(content)
        if not isinstance(value, dict):
            return note("that is not an object")
        if deep:
            return note("nested too deeply")
        if repeated := odd_json.repeated_key(content, value):
            return note("with a key twice in one object", f" ({repeated})")
    except RecursionError:
        return note("nested too deeply")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _damage(content, error)
    return value


def _decoded(content: bytes) -> tuple[object, bool]:
    """The value of a piece of JSON, and whether it is nested too deeply: most are so little nested that
    to decode them tells it."""
    try:
        return _shallow.decode(content), False
    except msgspec.DecodeError:  # nested more than most, no object, or damaged
        value = msgspec.json.decode(content)
        return value, isinstance(value, dict) and _deep(content, value)


def _object_of(levels: int) -> Any:
    """The type of objects that are nested by so many levels at most."""
    kind: Any = str | int | float | bool | None
    for _ in range(levels - 1):
        kind = str | int | float | bool | None | list[kind] | dict[str, kind]
    return dict[str, kind]


_shallow = msgspec.json.Decoder(_object_of(8))


def _deep(content: bytes, value: Element) -> bool:
    """Whether values are nested deeper than is read, told by how far each would be indented; of much
    content, which indented may be a hundred times as long, by going down."""
    if len(content) <= 16 * CHUNK:
        indented = msgspec.json.format(content, indent=1)
        return _DEEPEST in indented and _TOO_DEEP.search(indented) is not None
    level: list[Nested] = [value]
    for _ in range(DEEPEST):
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for values in inner for each in values if isinstance(each, (dict, list))]
    return bool(level)


def _damage(content: bytes, error: Exception) -> Element:
    """A note of why a piece of JSON can't be kept."""
    if isinstance(error, UnicodeDecodeError):
        return note("that is not in UTF-8")
    if odd_json.half_a_character(content):
        return note(f"with {HALF}")
    try:
        json.dumps(json.loads(content), ensure_ascii=False, allow_nan=False)
    except RecursionError:
        return note("nested too deeply")
    except json.JSONDecodeError as other:
        return note("that is damaged JSON", f" ({other.msg}, character {other.pos + 1})")
    except ValueError:
        return note("with a number that can't be stored")
    return note("that is damaged JSON", f" ({error})")
