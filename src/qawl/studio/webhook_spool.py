"""`.qawl/webhooks.jsonl`: the projects that webhooks named and that are not read yet."""

import threading

import msgspec
from msgspec import Struct

from qawl.core import files
from qawl.core.project import Project

FULL = 1 << 20
"""Bytes of the spool beyond which nothing more is added: all projects are read then."""


class _Called(Struct):
    """A call, as the spool keeps it."""

    project: int
    action: str


class Spool:
    """The projects that calls named and that are not read yet, on disk; many threads add to it."""

    def __init__(self, project: Project) -> None:
        self._path = project.state / "webhooks.jsonl"
        self._guard = threading.Lock()
        self._waiting = threading.Event()

    def add(self, project: int, action: str) -> None:
        """Keeps a call in mind."""
        with self._guard, self._path.open("ab") as file:
            if file.tell() < FULL:
                file.write(msgspec.json.encode(_Called(project, action)) + b"\n")
        self._waiting.set()

    def take(self) -> frozenset[int] | None:
        """The projects that were named, which the spool then forgets; None, for all, where it is full of
        them or has a line that can't be read."""
        with self._guard:
            self._waiting.clear()
            if not self._path.exists():
                return frozenset()
            size = self._path.stat().st_size
            lines = self._path.read_bytes().splitlines()
            self._path.unlink()
        if size >= FULL:
            return None
        try:
            return frozenset(msgspec.json.decode(line, type=_Called).project for line in lines)
        except files.UNREADABLE:  # a killed run left a torn line, or the disk damaged one
            return None

    def wait(self, seconds: float) -> bool:
        """Waits for a call; whether one came."""
        return self._waiting.wait(seconds)
