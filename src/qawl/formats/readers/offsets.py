"""Tables of tokens with offsets, as `qawl export iob2` writes them: `token`, `start`, `end`, then tags.

The text is put together again by the offsets; what stood between tokens is white space. Columns of one
layer (`ner`, `ner.1`, …) are levels of nesting.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from qawl.core.findings import reason
from qawl.formats.readers import own
from qawl.formats.readers.conll import Tagger
from qawl.formats.readers.document import Document, Found, Work, set_aside

HEAD = ("token", "start", "end")
_LEVEL = re.compile(r"(?P<layer>.+?)(\.\d+)?")


def fits(line: str) -> bool:
    """Whether the first line of a file is the head of such a table."""
    names = line.rstrip("\r\n").split("\t")
    return tuple(names[:3]) == HEAD and len(names) > 3


def read(path: Path) -> Iterator[Found]:
    """The document of a file: its layers are one work."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        yield set_aside(str(path), reason("not-utf-8"))
        return
    head, *rest = [line.rstrip("\r").split("\t") for line in lines if line.strip()]
    rows = [each for each in rest if len(each) == len(head) and each[1].isdecimal()]
    made = Document(str(path), path.stem, "")
    made.notes += ["row without offsets"] * (len(rest) - len(rows))
    made.text = _text(rows)
    folder = path.parent.name
    work = Work("" if folder == "gold" else folder)
    for column, name in enumerate(head[3:], start=3):
        _column(work, rows, column, _names(path, name))
    made.works = [work]
    yield made


def _text(rows: Sequence[Sequence[str]]) -> str:
    pieces, at = [], 0
    for token, start, *_ in rows:
        gap = max(int(start) - at, 0)
        pieces.append(" " * gap + token)
        at = int(start) + len(token)
    return "".join(pieces)


def _column(work: Work, rows: Sequence[Sequence[str]], column: int, names: dict[str, str]) -> None:
    tagger = Tagger(work, names)
    for row in rows:
        tagger.add(row[column], int(row[1]), int(row[2]))


def _names(path: Path, column: str) -> dict[str, str]:
    """What stands for labels of the layer of a column."""
    found = _LEVEL.fullmatch(column)
    layer = found["layer"] if found else column
    return own.named(path.parent.parent / f"{layer}.names.json")
