"""CSV and TSV: a row a text, with the other columns as context. Read as `qawl ingest` reads tables."""

import re
from collections.abc import Iterator
from pathlib import Path

from qawl.articles import csv_files
from qawl.formats.readers.document import Document, Found, set_aside

TEXT = ("text", "body", "content", "article", "full_text", "sentence", "النص", "نص")
"""Column names that hold the text, the likeliest first, in any case."""
_BETWEEN = r"[,;\t|\"]"


def read(path: Path, text: str | None = None) -> Iterator[Found]:
    """The documents of a file; `text` names the column of the text."""
    with path.open("rb") as file:
        head = file.read(csv_files.HEAD)
        file.seek(0)
        column = text or _column(head)
        tabs = path.suffix.lower() in {".tsv", ".tab"}
        for line, row in csv_files.rows(head, file, column, tabs=tabs):
            if isinstance(row, csv_files.Wrong):
                yield set_aside(str(path), row.reason, line)
                continue
            others = {name: value for name, value in row.items() if value and name != column}
            yield Document(str(path), str(line), row[column], [], others)


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
