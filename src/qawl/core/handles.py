"""Many files that are written or read in turn: only some are open at a time, as systems allow few."""

from pathlib import Path
from typing import BinaryIO, Literal, Self

from qawl.core.files import TOGETHER

OPEN = 64
"""Files that are open at a time; macOS allows a process 256."""


class Handles:
    """Files by path; the one that was not asked for the longest is closed when there are too many."""

    def __init__(self, mode: Literal["rb", "ab"]) -> None:
        self._mode = mode
        self._open: dict[Path, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, path: Path) -> BinaryIO:
        """The file at a path, open until others are asked for."""
        file = self._open.pop(path, None)
        if file is None:
            if len(self._open) == OPEN:
                self._open.pop(next(iter(self._open))).close()
            file = path.open(self._mode, buffering=TOGETHER if self._mode == "ab" else -1)
        self._open[path] = file
        return file

    def close(self) -> None:
        """Closes all."""
        while self._open:
            self._open.popitem()[1].close()
