"""Files as one command reads them: a small one once, and kept; a large one streamed each time."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from qawl.core import files
from qawl.core.errors import InputError, QawlError

T = TypeVar("T")

SMALL = 1 << 24
"""Bytes up to which the content of a file is kept."""
_PIECE = 1 << 18
"""Bytes of a file that are hashed at a time."""


class Disk:
    """What was read, with the state that its files had then; a file that changed is read again."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[object, object]] = {}

    def once(self, key: str, make: Callable[[], T], *paths: Path) -> T:
        """What `make` returns: called when the key is first asked for, and again once one of the files
        that it is made from has changed on disk."""
        state = tuple(map(_state, paths))
        if key not in self._made or self._made[key][0] != state:
            self._made[key] = state, make()
        return cast("T", self._made[key][1])  # what `make` of this key returned

    def open(self, path: Path) -> BinaryIO:
        """A file to read from its start; a small one stands in memory after the first time."""
        if path.stat().st_size > SMALL:
            return path.open("rb")
        return BytesIO(self.once(f"bytes of {path}", path.read_bytes, path))

    def text(self, path: Path, error: type[QawlError] = InputError) -> str:
        """The text of a file, as `files.text` gives it."""
        return files.text(path, error, self.open)

    def lines(self, path: Path) -> Iterator[tuple[int, bytes]]:
        """The lines of a file, as `files.lines` gives them."""
        return files.lines(path, self.open)

    def read(self, path: Path, kind: type[T]) -> Iterator[T]:
        """The records of a file, as `files.read` gives them."""
        return files.read(path, kind, self.open)

    def sha256(self, path: Path) -> str:
        """Hex SHA-256 of a file."""
        return self.once(f"sha256 of {path}", lambda: self._sha256(path), path)

    def _sha256(self, path: Path) -> str:
        total = sha256()
        with self.open(path) as file:
            while piece := file.read(_PIECE):
                total.update(piece)
        return total.hexdigest()


def _state(path: Path) -> tuple[int, int, int, int] | None:
    """What changes when a file is written or replaced; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
