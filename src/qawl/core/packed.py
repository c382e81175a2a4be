"""Records that wait in memory as compressed JSON lines: a tenth of what they take as Python objects."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from qawl.core.records import to_json

T = TypeVar("T")

_TOGETHER = 1 << 14
"""Bytes of records that are compressed at a time."""
_GZIP = 16 + zlib.MAX_WBITS
"""How zlib is told to write the format of gzip."""


class Packed(Generic[T]):
    """Records of one type: some are added, then all are read, as often as one likes."""

    def __init__(self, kind: type[T]) -> None:
        self._decode = msgspec.json.Decoder(kind).decode
        self._out = bytearray()
        # No GzipFile: one that is not closed, after an error, writes a traceback from Python 3.13 on.
        self._compressed = zlib.compressobj(level=1, wbits=_GZIP)
        self._whole = False
        self._waiting = bytearray()
        self._count = 0

    def add(self, record: T) -> None:
        """Takes a record; none after the first was read."""
        self._waiting += to_json(record) + b"\n"
        self._count += 1
        if len(self._waiting) > _TOGETHER:
            self._pack()

    def _pack(self) -> None:
        self._out += self._compressed.compress(self._waiting)
        self._waiting.clear()

    def content(self) -> bytes:
        """All records, as a file has them."""
        if not self._whole:
            self._pack()
            self._out += self._compressed.flush()
            self._whole = True
        return bytes(self._out)

    def __len__(self) -> int:
        """How many records there are."""
        return self._count

    def __iter__(self) -> Iterator[T]:
        """The records in the order in which they came."""
        return map(self._decode, lines(self.content()))


def lines(packed: bytes) -> Iterator[bytes]:
    """The lines of what was packed; raises EOFError where bytes are missing, also all of them."""
    if not packed:
        raise EOFError("it is empty")
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        yield from file
