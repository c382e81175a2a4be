"""Words, sentences and quoted stretches of a text: where suggestions look.

All offsets are code points into the text, half-open.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import msgspec
import regex
from msgspec.structs import replace

from qawl.core import words as core_words
from qawl.core.sentences import ends

_WORD = regex.compile(
    r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u0640\u200c]*(?:['’.\-](?=[\p{L}\p{N}])[\p{L}\p{M}\p{N}]+)*"
    r"(?:(?<=[א-ײ\p{M}])[\"״”][א-ײ](?![\p{L}\p{M}]))?"  # צה"ל
)
_SINGLE = "'"
_APOSTROPHE = regex.compile(_SINGLE)
_FAR = 100
"""White space at most between two paragraphs of one quote."""
_STRAIGHT = '"״'
"""Marks that open and close by turns; the second one is on keyboards for Hebrew."""
_GERSHAYIM = '"״“”'
_HEBREW = regex.compile(r"[א-ײ][א-ײ\p{M}]*")
_PREFIXED = regex.compile(r"(?<![\p{L}\p{M}])[משהוכלב]{1,3}$")
_SIGNS = regex.compile(r"[\p{M}\u0640]")
PAIRS = {"«": "»", "“": "”", "„": "“”", "‹": "›", "「": "」", "『": "』", "‘": "’"}
"""Opening quotation mark → what closes it."""
_TURNED = {"»": "«»", "›": "‹›", "”": "”“"}
"""Mark that closes elsewhere, and opens too: »…« in German and Danish, ”…” in Swedish, ”…“ in Arabic."""
_AHEAD = frozenset("([{—–-:/\u200e\u200f\u202a\u202b\u2066\u2067\u2068")
"""What may stand right before an opening mark."""
MARKS = frozenset("«»“”„‹›「」『』‘’\"״'")
_MARK = regex.compile(f"[{''.join(sorted(MARKS))}\n]")
"""Where a quoted stretch may begin or end."""


class Word(msgspec.Struct, frozen=True, gc=False):
    """A word; `form` is without vowel signs and in lower case, as lexicons have it.

    In a script that is written without spaces it is a run of words, about `count` of them.
    """

    start: int
    end: int
    form: str
    count: float = 1


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """A stretch of text."""

    start: int
    end: int

    def holds(self, position: int) -> bool:
        """Whether a position lies in it."""
        return self.start <= position < self.end


def data(name: str) -> bytes:
    """A file of words or names that suggestions look for."""
    return files("qawl.suggest").joinpath("data", name).read_bytes()


def behind(text: str, word: Word, letters: int) -> int:
    """Where a word goes on behind its first letters; vowel signs and tatweel are no letters."""
    at = word.start
    while letters and at < word.end:
        letters -= _SIGNS.match(text, at) is None
        at += 1
    while at > word.start and at < word.end and _SIGNS.match(text, at):
        at += 1
    return at


def plain(text: str) -> str:
    """A text without vowel signs and tatweel, in lower case."""
    bare: str = _SIGNS.sub("", text)
    return bare.lower()


_form = lru_cache(maxsize=1 << 15)(plain)  # news repeats its words


@lru_cache(maxsize=64)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order; those of the last texts are kept, since every rule asks for them."""
    found = tuple([Word(each.start(), each.end(), _form(each[0])) for each in _WORD.finditer(text)])
    if not core_words.unparted(text):
        return found
    sizes = (core_words.within(text[each.start : each.end]) for each in found)
    return tuple(replace(each, count=size) for each, size in zip(found, sizes, strict=True))


def within(some: Sequence[Word], start: int, end: int) -> Sequence[Word]:
    """Those of some words, which are in order, that begin in a stretch of their text."""
    low, high = (bisect_left(some, at, key=lambda each: each.start) for at in (start, end))
    return some[low:high]


def size(some: Sequence[Word], start: int, end: int) -> int:
    """How many of these words begin in a stretch of their text."""
    return int(sum(each.count for each in within(some, start, end)))


@lru_cache(maxsize=8)
def quoted(text: str) -> tuple[Stretch, ...]:
    """The quoted stretches of a text with their marks, in order; kept as its words are.

    Straight marks open and close by turns within a paragraph. A stretch that no mark closes reaches to
    the end of its paragraph where the next one begins with the same mark, else it is left out.
    """
    found: list[Stretch] = []
    opened: tuple[int, str] | None = None
    closers = [each.start() for each in _APOSTROPHE.finditer(text) if _closes(text, each.start())]
    for at, sign in ((each.start(), each[0]) for each in _MARK.finditer(text)):
        if opened is not None:
            start, closing = opened
            if sign in closing and not _inside_word(text, at) and _closes(text, at):
                found.append(Stretch(start, at + 1))
                opened = None
            elif sign == "\n" and not _goes_on(text, at, closing):
                following = text[at : at + _FAR].lstrip()[:1]
                if following == text[start] and following not in closing:
                    continue
                if following == text[start]:
                    found.append(Stretch(start, at))
                opened = None
        elif sign != "\n" and (closing := _closing(text, at, closers)):
            opened = at, closing
    return tuple(each for each in found if each.end - each.start > 2)


def _closing(text: str, at: int, closers: list[int]) -> str:
    """What closes the stretch that a mark opens; nothing where it opens none."""
    sign = text[at]
    if sign == _SINGLE:
        return sign if _opens(text, at, closers) else ""
    if _inside_word(text, at):
        return ""
    if sign in _STRAIGHT:
        return "" if _inches(text, at) else sign
    return PAIRS.get(sign) or (_TURNED.get(sign, "") if _begins(text, at) else "")


def _begins(text: str, at: int) -> bool:
    """Whether a mark that closes elsewhere opens here: something is behind it, nothing before it."""
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    apart = not before or before.isspace() or before in _AHEAD
    return apart and (after.isalnum() or after in PAIRS or after == "…")


def _opens(text: str, at: int, closers: list[int]) -> bool:
    """Whether a straight single mark, which is an apostrophe too, opens a stretch of its paragraph."""
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    if not after.isalpha() or before.strip(" \n\t\u00a0([—–:"):
        return False
    first = bisect_left(closers, at + 2)
    return first < len(closers) and "\n" not in text[at : closers[first]]


def _closes(text: str, at: int) -> bool:
    """Whether a mark closes; a straight single one may be an apostrophe: the players' union."""
    if text[at] != _SINGLE:
        return True
    before, after = text[at - 1], text[at + 1 : at + 2]
    if before.isspace() or after.isalnum():
        return False
    return before != "s" or after != " "


def _inside_word(text: str, at: int) -> bool:
    """Whether a mark is a letter of a word: gershayim, or a single mark that opens or closes none."""
    if text[at] in _GERSHAYIM:
        return _gershayim(text, at)
    if text[at] not in "‘’":
        return False
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (before.isalnum() and after.isalnum()) or (text[at] == "‘" and not after.isalpha())


def _inches(text: str, at: int) -> bool:
    """Whether a straight mark behind a number opens nothing: 6' 2" tall."""
    return text[max(at - 1, 0) : at].isdigit() and not text[at + 1 : at + 2].isalnum()


def _gershayim(text: str, at: int) -> bool:
    """Whether a double mark stands before the end of an acronym (צה"ל), and opens no quote behind a
    preposition (ב"הארץ")."""
    before, after = text[max(at - 1, 0) : at], _HEBREW.match(text, at + 1)
    if after is None or not (_HEBREW.match(before) or regex.match(r"\p{M}", before)):
        return False
    ends = len(_SIGNS.sub("", after.group())) == 1
    return ends or not _PREFIXED.search(text, max(at - 4, 0), at)


def _goes_on(text: str, at: int, closing: str) -> bool:
    """Whether a stretch that is open at a line's end is closed on the next line before another opens."""
    end = text.find("\n", at + 1)
    line = text[at + 1 : end if end >= 0 else len(text)]
    closes = min((place for each in closing if (place := line.find(each)) >= 0), default=-1)
    opens = min((place for each in PAIRS if (place := line.find(each)) >= 0), default=-1)
    return closes >= 0 and closing not in _STRAIGHT and (opens < 0 or closes < opens)


def sentences(text: str, inside: Sequence[Stretch]) -> Iterator[Stretch]:
    """The sentences of a text without the white space around them.

    A full stop inside a quoted stretch ends none, but the one before its closing mark does.
    """
    cuts = [0]
    for at, end in ends(text):
        before = bisect_left(inside, at, key=lambda one: one.start)
        if not before or end >= inside[before - 1].end:
            cuts.append(end)
    cuts.append(len(text))
    for start, end in pairwise(cuts):
        stretch = trimmed(text, start, end)
        if stretch.start < stretch.end:
            yield stretch


def trimmed(text: str, start: int, end: int, signs: str = "") -> Stretch:
    """A stretch without white space, and without these signs, at its edges."""
    while start < end and (text[start].isspace() or text[start] in signs):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in signs):
        end -= 1
    return Stretch(start, end)
