"""The texts of a corpus as parquet files, each text once: what a dataflow reads."""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from qawl.core.arrow import arrow, strings
from qawl.core.lookup import Spilled
from qawl.core.records import Article

_ROWS = 8000
"""Rows in a file: a dataflow holds some files at a time."""
_TOGETHER = 1000
_LETTERS = 50_000_000
"""Letters in a file, where texts are long."""


class TextTable:
    """Writes articles as rows of `id` and `text`, and tells those whose text stands there already.

    Articles are numbers, their ids read as hexadecimal. `same` has (article, first with its text).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.same: dict[int, int] = {}
        self._first = Spilled()
        self._ids: list[int] = []
        self._texts: list[str] = []
        self._letters = 0

    def __enter__(self) -> Self:
        self.folder.mkdir()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._ids:
            self._flush()

    def __len__(self) -> int:
        return len(self._first)

    def add(self, article: Article) -> None:
        """Adds an article, unless its text is there."""
        number = int(article.id, 16)
        first = self._first.setdefault(int(article.text_sha256[:15], 16), number)
        if first != number:
            self.same[number] = first
            return
        self._ids.append(number)
        self._texts.append(article.text)
        self._letters += len(article.text)
        if len(self._ids) == _ROWS or self._letters > _LETTERS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - heavy
        import pyarrow.parquet as pq  # noqa: PLC0415

        columns = [arrow(np.array(self._ids, np.uint64)), strings(self._texts)]
        pq.write_table(
            pa.Table.from_arrays(columns, names=["id", "text"]),
            self.folder / f"{len(self._first):09d}.parquet",
            compression="none",
            use_dictionary=False,
            write_statistics=False,
            row_group_size=_TOGETHER,
        )
        self._ids.clear()
        self._texts.clear()
        self._letters = 0
