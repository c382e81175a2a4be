"""Text as Qawl counts it: Unicode code points, edits that can be undone, and UTF-16 of older tools.

Cleaning runs in passes. An edit's offsets are those of the text after its own pass; within a pass
edits are sorted and apart, so undoing all from the last to the first rebuilds what was received.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from qawl.core.records import Edit

AT_SIGNS = ("@", "\uff20", "\ufe6b", "%40", "&#", "&commat;")
"""What an e-mail address has one of: as it is typed, full-width, small, and as addresses of pages and
HTML have it."""
_UNSEEN = r"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Characters without a width: marks of direction stand beside addresses in Arabic."""
_UNSEEN_ONE = re.compile(f"[{_UNSEEN}]")
ADDRESS = re.compile(
    rf"[\w.+-](?:[\w.+{_UNSEEN}-]|%(?!40)){{0,253}}"
    r"(?:[@\uff20\ufe6b]|%40|&#0*64;|&#[xX]0*40;|&commat;)"
    rf"[{_UNSEEN}]*([\w-][\w{_UNSEEN}-]*(?:[.\uff0e\ufe52][\w{_UNSEEN}-]+)+)"
)
"""An e-mail address; the group is its domain. They have 254 letters at most, so a long run is no trap.

No possessive quantifier: that of Python 3.11.2, as Debian has it, passes over addresses with %40.
"""

_RESERVED = re.compile(r"(^|\.)(example\.(com|net|org)|example|invalid|test|localhost)$")
"""Domains that nobody can have (RFC 2606): guidelines may show them."""

OPENING = frozenset("\"«“‟„'‘‹「『״”»›’")
CLOSING = frozenset("\"»”“'’›」』״«‹‘")
"""Quotation marks of all languages: in some the one that opens is what closes in others."""
PROCLITICS = frozenset("وفبلكس")
"""Arabic proclitics of one letter."""

NFC = "nfc"
"""The rule of edits that compose, take apart or reorder characters without a change of meaning."""

Replacement = tuple[int, int, str]
"""(start, end, what stands there instead), half-open, sorted and apart."""


def sha256(text: str) -> str:
    """Hex SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def printable(text: str) -> str:
    """The text with half surrogate pairs escaped, which names of files have that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that show nothing."""
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"))
"""Controls, marks and white space. Code points for private use, and those that this Python does not know
yet, are letters to the people who write with them."""


def blank(text: str) -> bool:
    """Whether a text shows nothing: it has white space, marks and characters of width zero alone.

    >>> blank(" \u200b"), blank("لا")
    (True, False)
    """
    return all(each in _FILLERS or unicodedata.category(each) in _INVISIBLE for each in text)


_BREAK = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_GAP = re.compile(r"(?<=\S)[^\S\n\u3000]+")
_OTHER_SPACE = re.compile(r"[^\S\n\t \u3000]")
_EDGES = "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_EDGE = re.compile(
    rf"\A[\s{_EDGES}]+|(?<![\s{_EDGES}])[\s{_EDGES}]+\Z"
    rf"|(?<![^\S\n])(?<![{_EDGES}])(?:[^\S\n]|[{_EDGES}])+(?=\n)"
)
"""White space and marks at edges, looked for where they begin: a long run is no trap."""


def typed(text: str) -> str:
    r"""A text as people see what they typed: composed (NFC), without white space and marks of direction
    at its edges and at the ends of lines, one space for several or a no-break space, and line feeds as
    line ends.

    An indented line stays indented, and the wide space between Japanese names stays wide.

    >>> typed(" Ana\u00a0 Lee\u200f\r\nof  Rome ")
    'Ana Lee\nof Rome'
    """
    if text.isascii() and text.isalnum():
        return text
    lines = _BREAK.sub("\n", unicodedata.normalize("NFC", text))
    return _EDGE.sub("", _GAP.sub(" ", _OTHER_SPACE.sub(" ", lines)))


def told_apart(shown: str, others: Iterable[str]) -> str:
    r"""A text as it is, or with its invisible characters named where one of the others looks the same.

    >>> told_apart("An\u200ea", ["Ana"]), told_apart("An\u200ea", ["Bo"]) == "An\u200ea"
    ('An[U+200E]a', True)
    """
    seen = _seen(shown)
    if any(each != shown and _seen(each) == seen for each in others):
        return _UNSEEN_ONE.sub(lambda found: f"[U+{ord(found[0]):04X}]", shown)
    return shown


def _seen(text: str) -> str:
    """A text without the characters that have no width."""
    return _UNSEEN_ONE.sub("", text)


def has_address(text: str, *, but_reserved: bool = False) -> bool:
    """Whether an e-mail address stands in a text; `but_reserved`: one that somebody can have.

    >>> has_address("asked by l.haddad＠paper.jo"), has_address("as name@example.org")
    (True, True)
    >>> has_address("as name@example.org", but_reserved=True)
    False
    """
    found = ADDRESS.finditer(text) if may_have_address(text) else ()
    return any(not (but_reserved and _RESERVED.search(_plain(each[1]))) for each in found)


_FIRST_OF_SIGNS = re.compile(f"[{''.join(sorted({each[0] for each in AT_SIGNS}))}]")


def may_have_address(text: str) -> bool:
    """Whether a text has anything that stands in the middle of an e-mail address."""
    return _FIRST_OF_SIGNS.search(text) is not None


_SIGNS = tuple(each.encode() for each in AT_SIGNS)
_FIRST = sorted({each[:1] for each in _SIGNS})  # single bytes are found much faster


def bytes_may_have_address(content: bytes) -> bool:
    """The same of a text in UTF-8."""
    for first in _FIRST:
        if first in content:
            return any(sign in content for sign in _SIGNS)
    return False


def _plain(domain: str) -> str:
    """A domain without characters that have no width, in small letters of one form."""
    return unicodedata.normalize("NFKC", _seen(domain)).lower()


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def substitute(text: str, rule: str, pieces: Iterable[Replacement]) -> tuple[str, list[Edit]]:
    """One pass: the text with these pieces replaced, and the edits that undo it."""
    out: list[str] = []
    edits: list[Edit] = []
    done = length = 0
    for start, end, new in pieces:
        out += [text[done:start], new]
        length += start - done
        edits.append(Edit(rule, length, length + len(new), text[start:end]))
        length += len(new)
        done = end
    if not edits:
        return text, []
    out.append(text[done:])
    return "".join(out), edits


def received(text: str, edits: Sequence[Edit]) -> str:
    """The text as it was received, rebuilt from the frozen text and its edits."""
    for _, of_pass in groupby(reversed(edits), attrgetter("rule")):
        pieces, end = [], len(text)
        for edit in of_pass:
            pieces += [text[edit.end : end], edit.was]
            end = edit.start
        text = "".join([text[:end], *reversed(pieces)])
    return text


@dataclass(frozen=True, slots=True)
class _Pass:
    """The edits of one pass with their bounds before it."""

    before: list[tuple[int, int]]
    edits: list[Edit]

    def map(self, offset: int) -> int | None:
        at = bisect_right(self.before, (offset, -1)) - 1
        if at < 0:
            return offset
        start, end = self.before[at]
        edit = self.edits[at]
        return _inside(edit, offset - start) if offset < end else offset + edit.end - end


def _inside(edit: Edit, at: int) -> int | None:
    """Where an offset inside a changed piece stands; None inside a character or a removed line.

    White space and control characters are no place of their own: what began or ended among those that
    went stands beside them.
    """
    if edit.rule == NFC:
        parts = [unicodedata.normalize("NFC", each) for each in (edit.was[:at], edit.was[at:])]
        apart = "".join(parts) == unicodedata.normalize("NFC", edit.was)
        return edit.start + len(parts[0]) if apart else None
    if all(each.isspace() or unicodedata.category(each) in ("Cc", "Cf") for each in edit.was):
        return min(edit.start + at, edit.end)
    return None


def offset_map(edits: Sequence[Edit]) -> "OffsetMap":
    """Where each offset of the received text stands in the frozen one."""
    passes: list[_Pass] = []
    rule = None
    shift = 0
    for edit in edits:
        if edit.rule != rule:
            rule, shift = edit.rule, 0
            passes.append(_Pass([], []))
        start = edit.start - shift
        passes[-1].before.append((start, start + len(edit.was)))
        passes[-1].edits.append(edit)
        shift += edit.end - edit.start - len(edit.was)
    return OffsetMap(tuple(passes))


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Offsets of a received text → offsets of the frozen text."""

    passes: tuple[_Pass, ...]

    def __call__(self, offset: int) -> int | None:
        """The frozen offset; None inside a character that NFC composed, or a line that was removed."""
        at: int | None = offset
        for each in self.passes:
            if at is None:
                return None
            at = each.map(at)
        return at


def is_basic(text: str) -> bool:
    """Whether its code points and its UTF-16 units are the same in number."""
    return text.isascii() or all(each <= "\uffff" for each in text)


def utf16_to_code_points(text: str) -> list[int | None]:
    """For each UTF-16 offset, 0 to the length, the code point offset; None inside a pair."""
    offsets: list[int | None] = []
    for index, character in enumerate(text):
        offsets.append(index)
        if character > "\uffff":
            offsets.append(None)
    return [*offsets, len(text)]


def in_code_points(units: Sequence[int | None], start: int, end: int) -> tuple[int, int] | None:
    """A place that is counted in UTF-16 units; None where the text has no such place."""
    if not 0 <= start <= end < len(units):
        return None
    first, last = units[start], units[end]
    return None if first is None or last is None else (first, last)
