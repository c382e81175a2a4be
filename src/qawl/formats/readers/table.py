"""CSV and TSV: a row a text, with the other columns as context."""

import csv
from collections.abc import Iterator
from pathlib import Path

from qawl.core.findings import reason
from qawl.formats.readers.document import Document, Found, set_aside

TEXT = ("text", "body", "content", "article", "full_text", "sentence", "النص", "نص")
"""Column names that hold the text, in this order, in any case."""
_LONGEST = 10_000_000


def read(path: Path, text: str | None = None) -> Iterator[Found]:
    """The documents of a file; `text` names the column of the text."""
    csv.field_size_limit(_LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.read(65536)
            file.seek(0)
            reader = csv.reader(file, delimiter=_delimiter(path, sample))
            yield from _rows(path, reader, text)
    except UnicodeDecodeError:
        yield set_aside(str(path), reason("not-utf-8"))
    except csv.Error as error:
        yield set_aside(str(path), reason("not-table", f": {error}"))


def _delimiter(path: Path, sample: str) -> str:
    if path.suffix.lower() in {".tsv", ".tab"}:
        return "\t"
    head = sample.split("\n", 1)[0]
    return max(",;\t|", key=head.count)


def _rows(path: Path, reader: Iterator[list[str]], text: str | None) -> Iterator[Found]:
    header = [each.strip() for each in next(reader, [])]
    column = _column(header, text)
    if column is None:
        wanted = text or "text"
        named = ", ".join(header) or "none"
        yield set_aside(str(path), reason("column-missing", f" {wanted}: its columns are {named}"))
        return
    for number, row in enumerate(reader, start=2):
        if not any(row):
            continue
        if len(row) != len(header):
            yield set_aside(
                str(path), reason("row-ragged", f": {len(row)} and {len(header)}"), number
            )
        elif not row[column].strip():
            yield set_aside(str(path), reason("text-empty"), number)
        else:
            others = {n: v for n, v in zip(header, row, strict=True) if v and n != header[column]}
            yield Document(str(path), str(number), row[column], [], others)


def _column(header: list[str], text: str | None) -> int | None:
    lower = [each.lower() for each in header]
    for name in (text.lower(),) if text else TEXT:
        if name in lower:
            return lower.index(name)
    return 0 if len(header) == 1 and not text else None
