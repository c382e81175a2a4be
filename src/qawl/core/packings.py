"""Packed files, told by how they begin: those of gzip are unpacked as they are read, others are named."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from qawl.core.errors import InputError

GZIP = "gzip"
_KINDS = {
    b"\x1f\x8b": GZIP,
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"PAR1": "parquet",
}
"""How files begin that are no text → what they are."""
_LONGEST = max(map(len, _KINDS))


def kind(start: bytes) -> str | None:
    """What a file is that begins so, where that is no text."""
    return next((name for begin, name in _KINDS.items() if start.startswith(begin)), None)


def packed(path: Path, found: str | None) -> InputError:
    """That a file is packed in a way that is not read here."""
    return InputError(f"{path}: a {found} file: unpack it, and give what is in it")


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """A file that is open for reading, unpacked where gzip packed it; raises InputError where another
    program did, or where it is damaged."""
    with path.open("rb") as file:
        found = kind(file.read(_LONGEST))
        file.seek(0)
        if found not in (None, GZIP):
            raise packed(path, found)
        try:
            yield cast("BinaryIO", gzip.GzipFile(fileobj=file)) if found else file
        except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeError) as error:
            raise InputError(f"{path}: cut off or damaged: {error}") from error
