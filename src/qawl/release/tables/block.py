"""A block: the articles whose rows in all tables are made together, and what is known of them unmade."""

from collections.abc import Callable, Mapping

import pyarrow as pa
from msgspec import Struct


class Head(Struct, frozen=True):
    """What is known of a block's rows once they were made.

    `sizes` are their bytes in memory by table, `ending` the tables that have rows of the last article,
    `unsaid` what the tags of the tokens don't say, `hidden` where free texts of articles whose text is
    shown are left out.
    """

    sizes: dict[str, int]
    ending: tuple[str, ...]
    unsaid: dict[str, dict[str, int]]
    hidden: tuple[str, ...] = ()


class Block:
    """A block of one build: its rows are made when a table first asks for them, if one does.

    `digest` is that of all that the rows are made from.
    """

    def __init__(
        self,
        digest: str,
        head: Head | None,
        make: Callable[[], tuple[Head, Mapping[str, pa.RecordBatch]]],
    ) -> None:
        self.digest = digest
        self._make: Callable[[], tuple[Head, Mapping[str, pa.RecordBatch]]] | None = make
        self._rows: dict[str, pa.RecordBatch] = {}
        if head is None:
            head, rows = make()
            self._rows, self._make = {**rows}, None
        self.head = head
        self._left = {*head.sizes}

    def take(self, config: str) -> pa.RecordBatch:
        """The rows of a table, which are asked for once."""
        self.settle()
        self._left.discard(config)
        return self._rows.pop(config)

    def leave(self, config: str) -> None:
        """Says that nobody will ask for the rows of this table."""
        self._left.discard(config)
        self._rows.pop(config, None)
        if not self._left:
            self._make = None

    def settle(self) -> None:
        """Makes the rows of the tables that may yet ask, and lets go of what they are made from."""
        if self._make is not None:
            _, rows = self._make()
            self._rows = {config: rows[config] for config in self._left}
            self._make = None
