"""What is in the order of ids, handed out as the ids come by."""

from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Values with their ids, handed out as the ids come by; both in the order of ids."""

    def __init__(self, given: Iterable[tuple[str, T]]) -> None:
        self._given = iter(given)
        self._next = next(self._given, None)
        self._passed = 0

    def take(self, identity: str) -> T | None:
        """The value of this id, once; None where there is none. Those before it are passed over."""
        while self._next is not None and self._next[0] < identity:
            self._passed += 1
            self._next = next(self._given, None)
        if self._next is None or self._next[0] != identity:
            return None
        _, found = self._next
        self._next = next(self._given, None)
        return found

    def finish(self) -> int:
        """Reads the rest, so that what is wrong there is said; how many nobody took."""
        self._passed += (self._next is not None) + sum(1 for _ in self._given)
        self._next = None
        return self._passed
