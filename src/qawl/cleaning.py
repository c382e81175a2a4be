"""Named rules that turn a received text into a frozen one; each leaves edits that undo it.

Diacritics, tatweel, quotation marks, digits, bidi marks and the publisher's typing errors stay.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from qawl.model import Edit
from qawl.text import Replacement, substitute

CHROME = (
    # Arabic news sites
    r"كن أول من يعلق على الخبر",
    r"تحليل التعليقات\s*:?",
    r"(اقرأ|إقرأ|أقرأ|شاهد|تابع) (أيضا|أيضاً|أيضًا|ايضا|ايضاً|المزيد)\b.*",
    r"(شارك|مشاركة) (الخبر|المقال|على|عبر)\b.*",
    r"(مواضيع|أخبار|مقالات) (ذات صلة|متعلقة|مشابهة)\s*:?",
    r"(اشترك|سجّل|سجل) (في|الآن)\b.*(النشرة|القائمة البريدية|قناة).*",
    r"جميع الحقوق محفوظة.*",
    r"(اضغط|انقر) هنا\b.*",
    r"(طباعة|إرسال إلى صديق|نسخ الرابط|تم النسخ|إعلان|الرئيسية)",
    # English news sites
    r"(read|see|watch) (also|more|next)\b\s*:?.*",
    r"(share|follow us|tweet)( (this|on|via)\b.*)?",
    r"(related|recommended) (articles?|stories|topics|news)\s*:?",
    r"(subscribe|sign up) (to|for|now)\b.*(newsletter|channel|updates|alerts).*",
    r"(©|\(c\)|copyright)\s.*all rights reserved.*",
    r"(advertisement|print|copy link|most read|most popular)",
    r"(leave a|be the first to) comment",
)
"""Whole lines, case ignored, that sites put into the text of their articles."""

_BOM = re.compile("\ufeff+")
_LINE_ENDS = re.compile("\r\n|\r|\x85")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]+")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")

LineTest = Callable[[str], bool]


def clean(
    text: str, *, chrome: Sequence[str] = CHROME, recurring: frozenset[str] = frozenset()
) -> tuple[str, tuple[Edit, ...]]:
    """The frozen text and the edits of all passes; `recurring` are whole lines to be dropped."""
    edits: list[Edit] = []
    pattern = _line_pattern(tuple(chrome))
    for rule, find in (
        ("bom", _bom),
        ("line_ends", _line_ends),
        ("control", _control),
        ("nfc", _nfc),
        ("chrome", lambda given: _lines(given, lambda line: bool(pattern.fullmatch(line)))),
        ("recurring", lambda given: _lines(given, recurring.__contains__)),
        ("blank_lines", _blank_lines),
        ("edges", _edges),
    ):
        text, made = substitute(text, rule, find(text))
        edits += made
    return text, tuple(edits)


@cache
def _line_pattern(chrome: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in chrome) or r"(?!)", re.IGNORECASE)


def _bom(text: str) -> Iterator[Replacement]:
    """Byte order marks, wherever joining files left them."""
    for match in _BOM.finditer(text):
        yield match.start(), match.end(), ""


def _line_ends(text: str) -> Iterator[Replacement]:
    for match in _LINE_ENDS.finditer(text):
        yield match.start(), match.end(), "\n"


def _control(text: str) -> Iterator[Replacement]:
    for match in _CONTROL.finditer(text):
        yield match.start(), match.end(), ""


def _nfc(text: str) -> Iterator[Replacement]:
    """Replaces what NFC changes, one stretch from starter to starter at a time."""
    if unicodedata.is_normalized("NFC", text):
        return
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and not _starts(text[end]):
            end += 1
        composed = unicodedata.normalize("NFC", text[start:end])
        if composed != text[start:end]:
            yield start, end, composed
        start = end


def _starts(character: str) -> bool:
    """Whether nothing before this character can compose with it or be reordered past it."""
    return (
        unicodedata.combining(character) == 0
        and unicodedata.is_normalized("NFC", character)
        and not _joins_left(character)
    )


def _joins_left(character: str) -> bool:
    """Starters that compose with what stands before: Hangul vowels and finals, vowel signs."""
    return unicodedata.category(character) in {"Mc", "Mn"} or "\u1160" <= character <= "\u11ff"


def _lines(text: str, drop: LineTest) -> Iterator[Replacement]:
    """Drops whole lines with one line end each; neighbours that go are one piece."""
    start = 0
    piece: list[int] | None = None
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip()
        if line and drop(line):
            piece = [piece[0] if piece else start, min(end + 1, len(text))]
        elif piece:
            yield piece[0], piece[1], ""
            piece = None
        start = end + 1
    if piece:
        # The last lines go with the line end before them.
        yield max(piece[0] - 1, 0), piece[1], ""


def _blank_lines(text: str) -> Iterator[Replacement]:
    """Two and more blank lines become one."""
    for match in _BLANK_LINES.finditer(text):
        yield match.start(), match.end(), "\n\n"


def _edges(text: str) -> Iterator[Replacement]:
    stripped = text.strip()
    if not stripped:
        if text:
            yield 0, len(text), ""
        return
    start = text.index(stripped[0])
    if start:
        yield 0, start, ""
    if start + len(stripped) < len(text):
        yield start + len(stripped), len(text), ""
