"""The texts of a corpus as one parquet file, each text once: what a dataflow reads."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from qawl.buffers import arrow, strings
from qawl.model import Article

_ROWS = 1000


class TextTable:
    """Writes articles as rows of `id` and `text`, and tells those whose text stands there already.

    Articles are numbers, their ids read as hexadecimal. `same` has (article, first with its text).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.same: dict[int, int] = {}
        self._first: dict[int, int] = {}
        self._rows: tuple[list[int], list[str]] = ([], [])
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._flush()
        if self._writer:
            self._writer.close()

    def __len__(self) -> int:
        return len(self._first)

    def add(self, article: Article) -> None:
        """Adds an article, unless its text is there."""
        number = int(article.id, 16)
        first = self._first.setdefault(int(article.text_sha256[:15], 16), number)
        if first != number:
            self.same[number] = first
            return
        ids, texts = self._rows
        ids.append(number)
        texts.append(article.text)
        if len(ids) == _ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - heavy
        import pyarrow.parquet as pq  # noqa: PLC0415

        schema = pa.schema([("id", pa.uint64()), ("text", pa.large_string())])
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.path,
                schema,
                compression="none",
                use_dictionary=False,
                write_statistics=False,
            )
        ids, texts = self._rows
        columns = [arrow(np.array(ids, np.uint64)), strings(texts)]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=schema))
        for column in self._rows:
            column.clear()
