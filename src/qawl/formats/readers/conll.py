"""Columns of tokens and tags: CoNLL-2003, and any other file of IOB2, IOB1 or IOBES tags.

Tokens are joined by one space, sentences by a line break; -DOCSTART- and an empty file begin a document.
The tag is the last column. A tag that goes on with what nothing began, as IOB1 writes it, begins a span.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from qawl.core.findings import reason
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
    for number, sentences in enumerate(_documents(text), start=1):
        yield _document(path, number, sentences)


def _documents(text: str) -> Iterator[list[list[tuple[str, str]]]]:
    """Documents as sentences of (token, tag)."""
    sentences: list[list[tuple[str, str]]] = [[]]
    for line in text.split("\n"):
        columns = line.split()
        if columns and columns[0] == _START:
            if any(sentences):
                yield [each for each in sentences if each]
            sentences = [[]]
        elif not columns:
            sentences.append([])
        elif not (columns[0] == "#" or line.startswith("# ")):
            sentences[-1].append((columns[0], columns[-1] if len(columns) > 1 else "O"))
    if any(sentences):
        yield [each for each in sentences if each]


def _document(path: Path, number: int, sentences: list[list[tuple[str, str]]]) -> Document:
    pieces: list[str] = []
    work = Work()
    at = 0
    for sentence in sentences:
        opened: Mark | None = None
        for first, (token, tag) in zip((True, *[False] * len(sentence)), sentence, strict=False):
            if pieces:
                pieces.append("\n" if first else " ")
                at += 1
            opened = _tagged(work, opened, tag, at, at + len(token))
            pieces.append(token)
            at += len(token)
    return Document(str(path), str(number), "".join(pieces), [work])


def _tagged(work: Work, opened: Mark | None, tag: str, start: int, end: int) -> Mark | None:
    """The span that is open after a token with this tag."""
    prefix, _, label = tag.partition("-")
    if not label:
        return None
    goes_on = prefix in {"I", "E", "L"} and opened is not None and opened.label == label
    if goes_on and opened is not None:
        opened.end = end
        return None if prefix in {"E", "L"} else opened
    work.marks.append(Mark(f"s{len(work.marks) + 1}", label, start, end))
    return None if prefix in {"U", "S"} else work.marks[-1]
