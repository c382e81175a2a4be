"""CSV and TSV → rows by the names of their columns; the head tells encoding, delimiter and quotes.

A row stands at the line that it starts in; quoted fields may go over several. A row with more or fewer
fields than there are columns is no row: nobody can tell which field is whose.
"""

import csv
import io
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from qawl.articles.decoding import Undecodable, encoding, known
from qawl.core import files
from qawl.core.findings import Reason, reason

if TYPE_CHECKING:
    import _csv

HEAD = 1 << 20
"""Bytes from which encoding, delimiter and quotes are told."""
LONGEST_FIELD = 16_000_000
LONGEST_LINE = 4 * LONGEST_FIELD
_ROWS = 200
_TEXTS = (
    "text",
    "body",
    "content",
    "article",
    "نص",
    "النص",
    "نص الخبر",
    "متن",
    "metin",
    "texte",
    "texto",
)
_EXCEL = re.compile('"?sep=(.)"?\\s*')
"""A line by which Excel is told the delimiter."""
_ESCAPED = re.compile("[\udc80-\udcff]")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is no row, and why."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How fields are parted and quoted."""

    delimiter: str
    quoted: bool = True
    escape: str | None = None

    def reader(self, lines: Iterable[str]) -> "_csv.Reader":
        """A csv.reader that refuses quotation marks which are neither of a field nor around one."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            doublequote=self.escape is None,
            escapechar=self.escape,
            strict=True,
        )


_QUOTED = tuple(_Dialect(each, escape=escape) for escape in (None, "\\") for each in ",;\t|")
_TABS = (_Dialect("\t"), _Dialect("\t", quoted=False), _Dialect("\t", escape="\\"))


def rows(
    head: bytes, stream: BinaryIO, wanted: str, *, tabs: bool, given: str | None = None
) -> Iterator[tuple[int | None, Row | Wrong]]:
    """(line, row) of each row, or what is wrong there; line is None where it is the file.

    `head` is the start of the `stream`, up to HEAD bytes; `wanted` is a column that must be
    there; `given` is the encoding where it is known.
    """
    try:
        name = encoding(head) if given is None else known(given)
    except Undecodable as error:
        yield None, Wrong(error.reason)
        return
    name = "utf-8-sig" if name == "utf-8" else name
    text = io.TextIOWrapper(stream, name, errors=_errors(name), newline="")
    csv.field_size_limit(LONGEST_FIELD)
    start = head.decode(name, "replace")
    skipped = 1 if _told(start) and next(text, None) else 0
    dialect = _dialect(start, wanted, tabs=tabs, cut=len(head) == HEAD)
    try:
        yield from _rows(_fields(dialect.reader(_lines(text)), skipped), wanted)
    finally:
        text.detach()  # the stream is its owner's to close


def _errors(name: str) -> str:
    """A row that is not in the encoding is told by half surrogates; UTF-16 allows no such thing."""
    return "strict" if name.startswith("utf-16") else "surrogateescape"


class _LongLineError(Exception):
    """A line is too long."""


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    for line in files.bounded(text.readline, LONGEST_LINE):
        if line is None:
            raise _LongLineError
        yield line


def _fields(reader: "_csv.Reader", skipped: int) -> Iterator[tuple[int, list[str] | Wrong]]:
    """(line, fields) of each row with something in it."""
    while True:
        line = skipped + reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            more = f" ({error}); the rest was not read"
            yield line, Wrong(reason("quotes-open", more))
            return
        except _LongLineError:
            yield line, Wrong(reason("text-long", "; the rest was not read"))
            return
        except UnicodeDecodeError as error:
            yield line, Wrong(reason("file-damaged", f": {error.reason}"))
            return
        if fields is None:
            return
        if any(fields):
            yield line, fields


def _rows(
    found: Iterator[tuple[int, list[str] | Wrong]], wanted: str
) -> Iterator[tuple[int | None, Row | Wrong]]:
    """The rows under the names of the first."""
    columns: list[str] = []
    for line, fields in found:
        if isinstance(fields, Wrong):
            yield line, fields
        elif columns:
            yield line, _row(columns, fields)
        else:
            columns = [each.strip() for each in fields]
            if why := _unfit(columns, wanted):
                yield None, Wrong(why)
                return


def _row(columns: Sequence[str], fields: Sequence[str]) -> Row | Wrong:
    if len(fields) != len(columns):
        return Wrong(reason("row-ragged", f": {len(fields)} and {len(columns)}"))
    if any(_ESCAPED.search(each) for each in fields):
        return Wrong(reason("encoding-mixed"))
    return {name: field for name, field in zip(columns, fields, strict=True) if name}


def _unfit(columns: Sequence[str], wanted: str) -> Reason | None:
    """Why this is no row of columns."""
    if twice := [each for each, times in Counter(columns).items() if each and times > 1]:
        return reason("columns-twice", f": {', '.join(twice)}")
    if wanted not in columns:
        named = ", ".join(columns)[:200]
        return reason("column-missing", f" `{wanted}`: the columns are {named}; {mapped(columns)}")
    return None


def mapped(names: Iterable[str]) -> str:
    """What to do where no field or column is called `text`."""
    likely = (each for each in names if each.strip().lower() in _TEXTS)
    pair = shlex.quote(f"text={next(likely, 'NAME OF THE FIELD')}")
    return f"say which of them holds the text, as in --map {pair}"


def _told(start: str) -> str | None:
    """The delimiter that a first line for Excel tells."""
    first = start.removeprefix("\ufeff").split("\n", 1)[0]
    found = _EXCEL.fullmatch(first)
    return found[1] if found else None


def _dialect(start: str, wanted: str, *, tabs: bool, cut: bool) -> _Dialect:
    """The way of reading under which the wanted column is there and rows have as many fields as it."""
    if told := _told(start):
        return _Dialect(told)
    found = [each for each in (_TABS if tabs else _QUOTED) if not each.escape or '\\"' in start]
    return max(found, key=lambda each: _fit(each, start, wanted, cut=cut))


def _fit(dialect: _Dialect, start: str, wanted: str, *, cut: bool) -> tuple[bool, float, int]:
    """How well it fits: is the column there, the share of rows that are whole, how many columns."""
    lines = io.StringIO(start, newline="")
    reader = filter(any, dialect.reader(lines))
    columns: list[str] = []
    rows: list[int] = []
    try:
        columns = [each.strip() for each in next(reader, [])]
        rows += (len(fields) for fields in islice(reader, _ROWS))
    except csv.Error:
        if not cut or lines.read(1):
            rows.append(0)
    if cut and len(rows) < _ROWS and not lines.read(1):
        del rows[-1:]  # where the head ends is no row's end
    whole = sum(each == len(columns) for each in rows)
    return wanted in columns, whole / len(rows) if rows else 1.0, len(columns)
