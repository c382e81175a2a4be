"""A parquet file put together from files of one row group each, byte by byte as if written at once.

Row groups are copied as they are; only the footer is made anew, in which each says where its bytes
stand. The footer is a Thrift struct in the compact protocol: read here as far as to find the numbers that
change with the place of a row group.
"""

from typing import NamedTuple

from msgspec import Struct

MAGIC = b"PAR1"
_ROWS, _GROUPS = (3,), (4,)
"""Places in the footer, by field: how many rows a file has, and its row groups."""
_ORDINAL = (7,)
"""Place in a row group: its number in the file."""
_MOVING = {(5,), _ORDINAL, (1, 3, 9), (1, 3, 10), (1, 3, 11)}
"""Places in a row group: where it starts, its number, and where the pages, the index and the dictionary
of a column start."""
_BOOLEANS, _BYTE, _WHOLE, _DOUBLE, _BINARY, _LISTS, _STRUCT = (
    {1, 2},
    3,
    {4, 5, 6},
    7,
    8,
    {9, 10},
    12,
)


class Whole(NamedTuple):
    """A whole number in a struct: the fields that lead to it, its value, where its bytes are."""

    path: tuple[int, ...]
    value: int
    start: int
    end: int


class Part(Struct, frozen=True, array_like=True):
    """A parquet file of one row group, as a part of another: its bytes, and what its footer says.

    `head`, `middle` and `tail` of the footer stand around the number of rows and the row group. That is
    `texts` with a number behind each but the last: what says where something stands in this file, or
    None for the number of the row group.
    """

    rows: int
    body: bytes
    head: bytes
    middle: bytes
    tail: bytes
    texts: list[bytes]
    numbers: list[int | None]

    def group(self, start: int, number: int) -> bytes:
        """What the footer says of the row group, once it starts there and is the file's nth, from 0."""
        moved = start - len(MAGIC)
        out = [self.texts[0]]
        for each, text in zip(self.numbers, self.texts[1:], strict=True):
            out += _whole(number if each is None else each + moved), text
        return b"".join(out)


def part(content: bytes) -> Part:
    """A parquet file of one row group as a part."""
    size = int.from_bytes(content[-8:-4], "little")
    footer = content[-8 - size : -8]
    fields = _Reader(footer)
    (rows,) = (each for each in fields.struct(stop=_GROUPS) if each.path == _ROWS)
    before = fields.at
    fields.at += 1  # the list has one struct
    first = fields.at
    places = [each for each in fields.struct() if each.path in _MOVING]
    edges = [first, *(at for each in places for at in (each.start, each.end)), fields.at]
    return Part(
        rows=rows.value,
        body=content[len(MAGIC) : -8 - size],
        head=footer[: rows.start],
        middle=footer[rows.end : before],
        tail=footer[fields.at :],
        texts=[footer[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)],
        numbers=[None if each.path == _ORDINAL else each.value for each in places],
    )


class Footer:
    """The footer of the file that parts are copied to."""

    def __init__(self) -> None:
        self._groups: list[bytes] = []
        self._rows = 0
        self._last: Part | None = None

    def add(self, part: Part, start: int) -> None:
        """Takes the next part, whose body starts there."""
        self._groups.append(part.group(start, len(self._groups)))
        self._rows += part.rows
        self._last = part

    def content(self) -> bytes:
        """The end of the file; there must be a part."""
        if self._last is None:
            raise ValueError("a parquet file is put together from one part at least")
        count = len(self._groups)
        size = bytes([count << 4 | _STRUCT]) if count < 15 else b"\xfc" + _varint(count)
        last = self._last
        parts = last.head, _whole(self._rows), last.middle, size, *self._groups, last.tail
        footer = b"".join(parts)
        return footer + len(footer).to_bytes(4, "little") + MAGIC


class _Reader:
    """A place in a struct of Thrift's compact protocol, which moves on as values are read."""

    def __init__(self, content: bytes) -> None:
        self._content, self.at = content, 0
        self._found: list[Whole] = []

    def struct(self, stop: tuple[int, ...] | None = None) -> list[Whole]:
        """The whole numbers in the struct that starts here; with `stop`, up to that field."""
        self._found = []
        self._struct((), stop)
        return self._found

    def _struct(self, path: tuple[int, ...], stop: tuple[int, ...] | None = None) -> None:
        content, last = self._content, 0
        while head := content[self.at]:
            self.at += 1
            last = last + (head >> 4) if head >> 4 else _signed(self._varint())
            place = (*path, last)
            if place == stop:
                return
            self._value(head & 15, place)
        self.at += 1

    def _value(self, kind: int, path: tuple[int, ...]) -> None:
        """Moves over a value."""
        if kind in _WHOLE:
            start = self.at
            value = _signed(self._varint())
            self._found.append(Whole(path, value, start, self.at))
        elif kind == _BINARY:
            size = self._varint()
            self.at += size
        elif kind == _STRUCT:
            self._struct(path)
        elif kind in _LISTS:
            self._list(path)
        elif kind == _DOUBLE:
            self.at += 8
        elif kind == _BYTE:
            self.at += 1
        elif kind not in _BOOLEANS:
            raise ValueError(f"the footer of a parquet file has a value of type {kind}")

    def _list(self, path: tuple[int, ...]) -> None:
        head = self._content[self.at]
        self.at += 1
        count, kind = head >> 4, head & 15
        count = self._varint() if count == 15 else count
        if kind in _BOOLEANS:
            self.at += count
            return
        for _ in range(count):
            self._value(kind, path)

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._content[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7


def _signed(value: int) -> int:
    return value >> 1 ^ -(value & 1)


def _whole(value: int) -> bytes:
    """A number that is not negative, as a struct has it."""
    return _varint(value << 1)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
