"""Columns of tokens and tags: CoNLL-2003, and any other file of IOB2, IOB1, IOBES or BMES tags.

Tokens are joined by one space, sentences by a line break; -DOCSTART- and an empty file begin a document.
The token is the first column that is not of numbers, the tag the last one; columns of tags before it
are further levels, but for chunks. Where tokens have as many tags as spans are around them, as in Wojood,
the outermost comes first. A tag that goes on with what nothing began, as IOB1 writes it, begins a span.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from qawl.formats.readers import encodings, own
from qawl.formats.readers.document import Document, Found, Mark, SetAside, Work

_GOES_ON, _ENDS, _WHOLE = frozenset("IMEL"), frozenset("ELUSW"), frozenset("BUSW")
"""Prefixes of tags: of what goes on, of what ends with its token, of what begins."""
_TAG = re.compile(r"(?:[BIMELUSW]-\S+|O)")
_START = "-DOCSTART-"
NOBODY = "_"
"""What `qawl export` writes for a tag where nobody annotated the text."""
_NONE = ""
"""Stands for the tag of a token that has none."""
_CHUNKS = frozenset(
    "NP VP PP ADVP ADJP SBAR PRT CONJP INTJ LST UCP NC VC PC".split()  # noqa: SIM905 - a list of names
)
"""What a column of chunks has, as in CoNLL-2003."""
_NO_TAG = "token whose tag is missing, or none of IOB, IOBES or BMES: taken as outside"
_LABEL_STUDIO = ["-X-", "_"]
"""The second and third column of Label Studio's CONLL2003."""
_MORE = "token with more columns than most: what stands between its first and its tag is left out"
_AGAIN = "column of tags that says of most spans what the last column says"


def fits(lines: list[str]) -> bool:
    """Whether the first lines of a file look like tokens with tags."""
    columns = [
        _columns(each) for each in lines if each.strip() and not each.startswith(("#", _START))
    ]
    tags = [each[-1] for each in columns if len(each) > 1]
    tagged = sum(_TAG.fullmatch(each) is not None for each in tags)
    return len(columns) > 1 and tagged > 0 and tagged + tags.count(NOBODY) == len(columns)


def read(path: Path) -> Iterator[Found]:
    """The documents of a file."""
    text = encodings.text_of(path)
    if isinstance(text, SetAside):
        yield text
        return
    names = own.named(path.with_name(f"{path.name.split('.')[0]}.names.json"))
    documents = list(_documents(text))
    shape = _shape([token for _, sentences in documents for each in sentences for token in each])
    told = [_told_id(start) for start, _ in documents]
    apart = len(set(told)) == len(told)  # one word for all is the name of none
    for number, (start, sentences) in enumerate(documents, start=1):
        found = _document(path, number, start, sentences, shape, names)
        if apart and told[number - 1]:
            found.source_id = str(told[number - 1])
        for work in found.works:
            work.annotator = own.whose(path) or ""
        yield found
        shape = shape._replace(notes=())


Sentence = list[list[str]]
"""The columns of each token."""


def _documents(text: str) -> Iterator[tuple[list[str], list[Sentence]]]:
    """Documents as (columns of their -DOCSTART- line, sentences).

    Label Studio writes one such line, and a blank line after each text alone.
    """
    start: list[str] = []
    sentences: list[Sentence] = [[]]
    rows = [(line, _columns(line)) for line in encodings.lines(text)]
    widths = Counter(len(columns) for line, columns in rows if columns and line[:1] != "#")
    width = max(widths, key=lambda each: widths[each], default=0)
    tokens = (each for _, each in rows if len(each) > 1 and each[0] != _START)
    apart = all(each[1:3] == _LABEL_STUDIO for each in tokens)
    for line, columns in rows:
        if (columns and columns[0] == _START) or (apart and not columns):
            if any(sentences):
                yield start, [each for each in sentences if each]
            start, sentences = columns or start, [[]]
        elif not columns:
            sentences.append([])
        elif not _is_comment(line, columns, width):
            sentences[-1].append(columns if len(columns) > 1 else [*columns, _NONE])
    if any(sentences):
        yield start, [each for each in sentences if each]


def _is_comment(line: str, columns: list[str], width: int) -> bool:
    """Whether a line is a comment: it begins with #, and is no token with as many columns as others."""
    if not (columns[0] == "#" or line.startswith("# ")):
        return False
    tag = columns[-1]
    return len(columns) != width or not (tag == NOBODY or _TAG.fullmatch(tag))


def _columns(line: str) -> list[str]:
    """The columns of a line: tabs part them where it has some, so that a token may hold spaces."""
    parts = line.split("\t") if "\t" in line else re.split(" +", line)
    return [each for part in parts if (each := part.strip())]


class Shape(NamedTuple):
    """Which columns of a file are what: that of the token, and how many levels of tags end a line."""

    token: int = 0
    levels: int = 1
    notes: tuple[str, ...] = ()


def _shape(rows: Sentence) -> Shape:
    """What the lines of a whole file tell of its columns: numbers of tokens or sentences come first."""
    narrow, widest = min(map(len, rows), default=0), max(map(len, rows), default=0)
    if narrow < widest and all(map(_tags_alone, rows)) and not _lacking(rows, widest):
        _widen(rows, widest)
        return Shape(levels=widest - 1)
    token = 0
    while token < narrow - 2 and all(row[token].isdecimal() for row in rows):
        token += 1
    usual = max(widths := Counter(map(len, rows)), key=lambda each: widths[each], default=0)
    notes = (_MORE,) * sum(len(row) > usual for row in rows)
    levels = 1
    while levels < narrow - token - 1:
        column = [row[-levels - 1] for row in rows]
        if not all(map(_TAG.fullmatch, column)) or _of_chunks(column):
            break
        if _says_again(column, [row[-1] for row in rows]):
            return Shape(token, levels, (*notes, _AGAIN))
        levels += 1
    return Shape(token, levels, notes)


def _tags_alone(row: list[str]) -> bool:
    """Whether nothing but tags stands behind the token."""
    return all(each == _NONE or _TAG.fullmatch(each) for each in row[1:])


def _lacking(rows: Sentence, width: int) -> bool:
    """Whether narrower rows lack a column that is no level: most rows are whole, and the first tag is of
    chunks or says what the last one does."""
    whole = [row for row in rows if len(row) == width]
    first, last = [row[1] for row in whole], [row[-1] for row in whole]
    return 2 * len(whole) > len(rows) and (_of_chunks(first) or _says_again(first, last))


def _of_chunks(column: list[str]) -> bool:
    """Whether all that a column of tags marks is chunks."""
    labels = {each.partition("-")[2] for each in column} - {""}
    return bool(labels) and labels <= _CHUNKS


def _widen(rows: Sentence, width: int) -> None:
    """Gives rows a tag for each level: what they don't say is outside."""
    for row in rows:
        row.extend(["O"] * (width - len(row)))


def _says_again(column: list[str], last: list[str]) -> bool:
    """Whether two columns are of one level, such as what was foretold beside what is right."""
    marked = [(a, b) for a, b in zip(column, last, strict=True) if a != "O" != b]
    return 2 * sum(a == b for a, b in marked) > len(marked)


def _document(
    path: Path,
    number: int,
    start: list[str],
    sentences: list[Sentence],
    shape: Shape,
    names: dict[str, str],
) -> Document:
    pieces: list[str] = []
    work = Work()
    own_id = _own_id(start)
    at, levels = 0, _levels(start) if own_id else shape.levels
    for sentence in sentences:
        taggers = [Tagger(work, names) for _ in range(levels)]
        for first, columns in enumerate(sentence):
            token = columns[min(shape.token, len(columns) - 1)]
            if pieces:
                pieces.append(" " if first else "\n")
                at += 1
            for tagger, tag in zip(taggers, columns[-levels:], strict=False):
                tagger.add(tag, at, at + len(token))
            pieces.append(token)
            at += len(token)
    tags = [tag for each in sentences for row in each for tag in row[-levels:] if tag != NOBODY]
    odd = [_NO_TAG for tag in tags if not _TAG.fullmatch(tag)]
    works = [work] if tags else []
    notes = [*shape.notes, *odd]
    return Document(str(path), own_id or str(number), "".join(pieces), works, notes=notes)


def _own_id(start: list[str]) -> str | None:
    """The id that a -DOCSTART- line gives its document, as `qawl export` writes it."""
    return start[1] if start[2:3] == ["-X-"] != start[1:2] else None


def _told_id(start: list[str]) -> str | None:
    """The id that a -DOCSTART- line of any program gives: its second column, where that is no filler."""
    word = start[1] if len(start) > 1 else _START
    return None if word in (_START, "-X-", NOBODY, "-") or _TAG.fullmatch(word) else word


def _levels(start: list[str]) -> int:
    """How many columns of tags the -DOCSTART- line of a document with an id has."""
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
        if not label or prefix not in _GOES_ON | _WHOLE:
            self._open = None
            return
        if prefix in _GOES_ON and self._open is not None and self._open.label == label:
            self._open.end = end
        else:
            self._open = Mark(f"s{len(self._work.marks) + 1}", label, start, end)
            self._work.marks.append(self._open)
        if prefix in _ENDS:
            self._open = None
