"""Columns of tokens and tags: CoNLL-2003, and any other file of IOB2, IOB1 or IOBES tags.

Tokens are joined by one space, sentences by a line break; -DOCSTART- and an empty file begin a document.
The tag is the last column. A tag that goes on with what nothing began, as IOB1 writes it, begins a span.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from qawl.core.findings import reason
from qawl.formats.readers import own
from qawl.formats.readers.document import Document, Found, Mark, Work, set_aside

_TAG = re.compile(r"(?:[BIESLU]-\S+|O)")
_START = "-DOCSTART-"


def fits(lines: list[str]) -> bool:
    """Whether the first lines of a file look like tokens with tags."""
    columns = [
        each.split() for each in lines if each.strip() and not each.startswith(("#", _START))
    ]
    tagged = [each for each in columns if len(each) > 1 and _TAG.fullmatch(each[-1])]
    return len(columns) > 1 and len(tagged) == len(columns)


def read(path: Path) -> Iterator[Found]:
    """The documents of a file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        yield set_aside(str(path), reason("not-utf-8"))
        return
    names = own.named(path.with_name(f"{path.name.split('.')[0]}.names.json"))
    for number, (start, sentences) in enumerate(_documents(text), start=1):
        yield _document(path, number, start, sentences, names)


Sentence = list[list[str]]
"""The columns of each token."""


def _documents(text: str) -> Iterator[tuple[list[str], list[Sentence]]]:
    """Documents as (columns of their -DOCSTART- line, sentences)."""
    start: list[str] = []
    sentences: list[Sentence] = [[]]
    for line in text.split("\n"):
        columns = line.split()
        if columns and columns[0] == _START:
            if any(sentences):
                yield start, [each for each in sentences if each]
            start, sentences = columns, [[]]
        elif not columns:
            sentences.append([])
        elif not (columns[0] == "#" or line.startswith("# ")):
            sentences[-1].append(columns if len(columns) > 1 else [*columns, "O"])
    if any(sentences):
        yield start, [each for each in sentences if each]


def _document(
    path: Path, number: int, start: list[str], sentences: list[Sentence], names: dict[str, str]
) -> Document:
    pieces: list[str] = []
    work = Work()
    at, levels = 0, _levels(start)
    for sentence in sentences:
        taggers = [Tagger(work, names) for _ in range(levels)]
        for first, (token, *columns) in enumerate(sentence):
            if pieces:
                pieces.append(" " if first else "\n")
                at += 1
            for tagger, tag in zip(taggers, columns[-levels:], strict=False):
                tagger.add(tag, at, at + len(token))
            pieces.append(token)
            at += len(token)
    own_id = start[1] if len(start) > 2 and start[1] != "-X-" else str(number)
    return Document(str(path), own_id, "".join(pieces), [work])


def _levels(start: list[str]) -> int:
    """How many columns of tags there are: one, unless a -DOCSTART- line with an id has more."""
    if len(start) < 3 or start[1] == "-X-":
        return 1
    return max(1, sum(each == "O" for each in start))


class Tagger:
    """The tags of one column, token by token, as marks of a work; `names` say what labels stand for."""

    def __init__(self, work: Work, names: dict[str, str]) -> None:
        self._work, self._names = work, names
        self._open: Mark | None = None

    def add(self, tag: str, start: int, end: int) -> None:
        """Takes the tag of a token."""
        prefix, _, written = tag.partition("-")
        label = self._names.get(written, written)
        if not label:
            self._open = None
            return
        if prefix in {"I", "E", "L"} and self._open is not None and self._open.label == label:
            self._open.end = end
        else:
            self._open = Mark(f"s{len(self._work.marks) + 1}", label, start, end)
            self._work.marks.append(self._open)
        if prefix in {"E", "L", "U", "S"}:
            self._open = None
