"""JSON Lines on disk: streamed in, written whole or not at all. A line feed alone ends a line."""

import os
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from qawl.core.errors import InputError
from qawl.core.records import to_json

T = TypeVar("T")


Opener = Callable[[Path], BinaryIO]
"""How a file is opened for reading: from disk, or from what was read before (see `disk`)."""


def from_disk(path: Path) -> BinaryIO:
    """A file, opened for reading."""
    return path.open("rb")


def lines(path: Path, opened: Opener = from_disk) -> Iterator[tuple[int, bytes]]:
    """(line number from 1, line without its end) of each non-empty line; nothing if no file."""
    if not path.exists():
        return
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if stripped := line.rstrip(b"\n"):
                yield number, stripped


def read(path: Path, kind: type[T], opened: Opener = from_disk) -> Generator[T, None, None]:
    """The records of a file; a line that is none raises InputError with its number."""
    decoder = msgspec.json.Decoder(kind)
    for number, line in lines(path, opened):
        try:
            yield decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}, line {number}: {error}") from error


def write(path: Path, records: Iterable[object]) -> int:
    """Replaces the file by these records, atomically; returns how many there are."""
    count = 0

    def encoded() -> Iterator[bytes]:
        nonlocal count
        for record in records:
            count += 1
            yield to_json(record) + b"\n"

    write_bytes(path, encoded())
    return count


def write_bytes(path: Path, chunks: Iterable[bytes], *, private: bool = False) -> None:
    """Replaces the file by these bytes; killed at any moment, the old or the new file stands.

    A private file can be read by its owner alone, at every moment.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o600 if private else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Replaces the file by this text in UTF-8, atomically and with its line ends as they are."""
    write_bytes(path, [text.encode()], private=private)
