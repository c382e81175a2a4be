"""Named rules that turn a received text into a frozen one; each leaves edits that undo it.

Diacritics, tatweel, quotation marks, digits, bidi marks and the publisher's typing errors stay.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial

from qawl.articles.chrome import CHROME, EARLY
from qawl.core.records import Article, Edit
from qawl.core.settings import Ingest
from qawl.core.text import NFC, Replacement, received, substitute

LONGEST_CHROME = 200
"""Code points of the longest line that may be site chrome; what is longer is a paragraph."""

_BOM = re.compile("\ufeff+")
_LINE_ENDS = re.compile("\r\n|\r|\x85")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]+")
_CONTROL_BYTES = bytes([*range(9), *range(11, 32), 127])
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")

CHROME_LINES, RECURRING = "chrome", "recurring"
WHOLE_LINES = frozenset({CHROME_LINES, RECURRING})
"""Rules whose edits are whole lines."""

_GIVES = {"line_ends": "\n", "blank_lines": "\n\n"}
_REMOVES = {"bom", "control", "edges", *WHOLE_LINES}

_OURS = frozenset((*CHROME, *EARLY))

LineTest = Callable[[str], object]
Rule = tuple[str, Callable[[str], list[Replacement]]]


def chrome(settings: Ingest) -> Sequence[str]:
    """The patterns of whole lines that are site chrome in this corpus."""
    return (*(CHROME if settings.default_chrome else ()), *settings.chrome)


def clean(text: str, *, chrome: Sequence[str] = CHROME) -> tuple[str, tuple[Edit, ...]]:
    """The frozen text and the edits of all passes; `chrome` are patterns of whole lines."""
    passes: list[Rule] = []
    if _has_controls(text):
        passes += [("bom", _bom), ("line_ends", _line_ends), ("control", _control)]
    drop = _chrome_test(tuple(chrome))
    passes += [(NFC, _nfc), (CHROME_LINES, partial(_lines, drop=drop)), *_SPACE]
    return _run(text, passes)


def as_annotated(text: str) -> tuple[str, tuple[Edit, ...]]:
    """A text that was annotated elsewhere with line feeds alone at its line ends, and composed (NFC)."""
    return _run(text, [("line_ends", _line_ends), (NFC, _nfc)])


def without_lines(text: str, edits: Sequence[Edit], drop: LineTest) -> tuple[str, tuple[Edit, ...]]:
    """A frozen text without the lines that `drop` says recur, and its edits with those of that."""
    text, made = _run(text, [(RECURRING, partial(_lines, drop=drop)), *_SPACE])
    return text, (*edits, *made)


def removed_lines(edits: Iterable[Edit]) -> set[str]:
    """The lines that cleaning removed, without white space around them."""
    removed = (edit.was.split("\n") for edit in edits if edit.rule in WHOLE_LINES)
    return {line.strip() for lines in removed for line in lines} - {""}


def fits(edit: Edit, now: str) -> bool:
    """Whether the rule of an edit puts this in the place of what stood there; True of other rules."""
    if edit.rule == NFC:
        return now == unicodedata.normalize("NFC", edit.was)
    return edit.rule not in {*_GIVES, *_REMOVES} or now == _GIVES.get(edit.rule, "")


def edits_into(article: Article, text: str) -> Sequence[Edit] | None:
    """The edits that make a text the frozen one of an article; None where cleaning does not.

    The text as it was received has those of the article. A copy of it, with other white space or line
    ends, loses the lines that the article lost.
    """
    if received(article.text, article.edits) == text:
        return article.edits
    bare, edits = clean(text, chrome=())
    frozen, edits = without_lines(bare, edits, removed_lines(article.edits).__contains__)
    if frozen != article.text:
        frozen, edits = clean(text)
    return edits if frozen == article.text else None


def _run(text: str, passes: Iterable[Rule]) -> tuple[str, tuple[Edit, ...]]:
    edits: list[Edit] = []
    for rule, find in passes:
        if pieces := find(text):
            text, made = substitute(text, rule, pieces)
            edits += made
    return text, tuple(edits)


def _has_controls(text: str) -> bool:
    """Whether one of the first three rules may apply; most texts are spared their searches."""
    encoded = text.encode("utf-8", "surrogatepass")
    return (
        len(encoded.translate(None, _CONTROL_BYTES)) < len(encoded)
        or "\ufeff" in text
        or b"\xc2" in encoded
    )


@cache
def _chrome_test(chrome: tuple[str, ...]) -> LineTest:
    """Qawl's own patterns are one, which is quick; those of a corpus may have flags and groups of their
    own, which fit into no other."""
    ours = "|".join(f"(?:{each})" for each in chrome if each in _OURS)
    patterns = [ours] * bool(ours) + [each for each in chrome if each not in _OURS]
    whole = [re.compile(each, re.IGNORECASE) for each in patterns]
    return lambda line: len(line) <= LONGEST_CHROME and any(each.fullmatch(line) for each in whole)


def _bom(text: str) -> list[Replacement]:
    """Byte order marks, wherever joining files left them."""
    return [(*match.span(), "") for match in _BOM.finditer(text)]


def _line_ends(text: str) -> list[Replacement]:
    return [(*match.span(), "\n") for match in _LINE_ENDS.finditer(text)]


def _control(text: str) -> list[Replacement]:
    return [(*match.span(), "") for match in _CONTROL.finditer(text)]


def _nfc(text: str) -> list[Replacement]:
    """Replaces what NFC changes, one stretch from starter to starter at a time."""
    return [] if unicodedata.is_normalized("NFC", text) else list(_composed(text))


def _composed(text: str) -> Iterator[Replacement]:
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and not _apart(text[start:end], text[end]):
            end += 1
        composed = unicodedata.normalize("NFC", text[start:end])
        if composed != text[start:end]:
            yield start, end, composed
        start = end


def _apart(before: str, character: str) -> bool:
    """Whether this character neither composes with what stands before nor is reordered past it."""
    if character < "\u0300":
        return True
    first = unicodedata.normalize("NFD", character)[0]
    joined = unicodedata.normalize("NFC", before) + unicodedata.normalize("NFC", character)
    return not unicodedata.combining(first) and joined == unicodedata.normalize(
        "NFC", before + character
    )


def _lines(text: str, drop: LineTest) -> list[Replacement]:
    """Drops whole lines with one line end each; neighbours that go are one piece."""
    pieces: list[Replacement] = []
    start = 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare and drop(bare):
            end = min(start + len(line) + 1, len(text))
            first = pieces.pop()[0] if pieces and pieces[-1][1] == start else start
            pieces.append((first, end, ""))
        start += len(line) + 1
    if pieces and pieces[-1][1] == len(text):
        # The last lines go with the line end before them.
        pieces[-1] = (max(pieces[-1][0] - 1, 0), len(text), "")
    return pieces


def _blank_lines(text: str) -> list[Replacement]:
    """Two and more blank lines become one."""
    return [(*match.span(), "\n\n") for match in _BLANK_LINES.finditer(text)]


def _edges(text: str) -> list[Replacement]:
    """White space at the start and the end."""
    start = len(text) - len(text.lstrip())
    end = max(len(text.rstrip()), start)
    around = [(0, start, ""), (end, len(text), "")]
    return [piece for piece in around if piece[0] < piece[1]]


_SPACE: tuple[Rule, ...] = (("blank_lines", _blank_lines), ("edges", _edges))
