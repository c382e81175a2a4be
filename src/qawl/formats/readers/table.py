"""CSV and TSV: a row a text, with the other columns as context. Read as `qawl ingest` reads tables."""

import re
from collections.abc import Iterator
from pathlib import Path

from qawl.articles import csv_files
from qawl.articles.csv_files import Row
from qawl.formats.readers.document import Document, Found, SetAside, set_aside

TEXT = ("text", "body", "content", "article", "full_text", "sentence", "النص", "نص")
"""Column names that hold the text, the likeliest first, in any case."""
_BETWEEN = r"[,;\t|\"]"


def read(path: Path, text: str | None = None) -> Iterator[Found]:
    """The documents of a file; `text` names the column of the text."""
    for line, row, column in rows(path, text):
        if isinstance(row, SetAside):
            yield row
            continue
        others = {name: value for name, value in row.items() if value and name != column}
        yield Document(str(path), str(line), row[column], [], others)


def rows(path: Path, text: str | None = None) -> Iterator[tuple[int | None, Row | SetAside, str]]:
    """(line, row, column of the text) of each row of a file, or what is wrong there."""
    with path.open("rb") as file:
        head = file.read(csv_files.HEAD)
        file.seek(0)
        column = text or _column(head)
        for line, row in csv_files.rows(head, file, column, tabs=_tabs(path)):
            if isinstance(row, csv_files.Wrong):
                yield line, set_aside(str(path), row.reason, line), column
            else:
                yield line, row, column


def columns(path: Path, text: str | None = None) -> Row:
    """The first row of a file by its columns; empty where none can be read."""
    return next((row for _, row, _ in rows(path, text) if not isinstance(row, SetAside)), {})


def _tabs(path: Path) -> bool:
    return path.suffix.lower() in {".tsv", ".tab"}


def _column(head: bytes) -> str:
    """The column of the text: one of TEXT, as it is written, or the only one."""
    first = head[:4].startswith((b"\xff\xfe", b"\xfe\xff"))
    start = head.decode("utf-16" if first else "utf-8-sig", "replace").lstrip("\ufeff")
    line = next((each for each in start.splitlines() if not each.startswith("sep=")), "")
    for name in TEXT:
        around = rf"(?:^|{_BETWEEN})\s*({re.escape(name)})\s*(?:$|{_BETWEEN})"
        if found := re.search(around, line, re.IGNORECASE):
            return found[1]
    return TEXT[0] if re.search(_BETWEEN, line) else line.strip()
