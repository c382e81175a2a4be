"""Tables of tokens with offsets, as `qawl export iob2` writes them: `token`, `start`, `end`, then tags.

The text is put together again by the offsets; what stood between tokens is white space. Columns of one
layer (`ner`, `ner.1`, …) are levels of nesting.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qawl.annotations.foreign_values import whole
from qawl.articles.received import LONGEST
from qawl.formats.readers import conll, encodings, own
from qawl.formats.readers.conll import NOBODY, Tagger
from qawl.formats.readers.document import Document, Found, SetAside, Work

HEAD = ("token", "start", "end")
Row = tuple[int, int, list[str]]
"""Where a token starts and ends, and the columns of its row."""
_LEVEL = re.compile(r"(?P<layer>.+?)(\.\d+)?")


def fits(line: str) -> bool:
    """Whether the first line of a file is the head of such a table."""
    names = line.split("\t")
    return tuple(names[:3]) == HEAD and len(names) > 3


def read(path: Path) -> Iterator[Found]:
    """The document of a file: its layers are one work. Tags without offsets are read by `conll`."""
    text = encodings.text_of(path)
    if isinstance(text, SetAside):
        yield text
        return
    lines = [line for line in encodings.lines(text) if line.strip()]
    if not lines or not fits(lines[0]):
        yield from conll.read(path)
        return
    head, *rest = [line.split("\t") for line in lines]
    rows = list(_placed(each for each in rest if len(each) == len(head)))
    made = Document(str(path), path.stem, "")
    made.notes += ["row without offsets"] * (len(rest) - len(rows))
    made.text = _text(rows)
    folder = path.parent.name
    work = Work("" if folder == "gold" else folder)
    for column, name in enumerate(head[3:], start=3):
        _column(work, rows, column, _names(path, name))
    done = any(tag != NOBODY for _, _, each in rows for tag in each[3:])
    made.works = [work] if done or not rows else []
    yield made


def _placed(rows: Iterable[list[str]]) -> Iterator[Row]:
    """The rows whose tokens stand behind those before, where their offsets say."""
    at = 0
    for each in rows:
        start, end = whole(each[1]), whole(each[2])
        if start is not None and at <= start < LONGEST and end == start + len(each[0]):
            yield start, end, each
            at = end


def _text(rows: Sequence[Row]) -> str:
    pieces, at = [], 0
    for start, end, (token, *_) in rows:
        pieces.append(" " * (start - at) + token)
        at = end
    return "".join(pieces)


def _column(work: Work, rows: Sequence[Row], column: int, names: dict[str, str]) -> None:
    tagger = Tagger(work, names)
    for start, end, row in rows:
        tagger.add(row[column], start, end)


def _names(path: Path, column: str) -> dict[str, str]:
    """What stands for labels of the layer of a column."""
    found = _LEVEL.fullmatch(column)
    layer = found["layer"] if found else column
    return own.named(path.parent.parent / f"{layer}.names.json")
