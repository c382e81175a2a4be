"""Texts → hashes of their runs of five words, many texts at a time.

A word is a run of letters and digits; case, diacritics, tatweel and invisible marks don't count, nor
does punctuation. Letters and digits that keyboards and encodings write in several ways count as one:
ی and ي, ß and SS, İ and ı, ۱ and 1, full and half width. Of a script that is written without spaces each
character is a word. Hashes have 64 bits, so that in practice equal hashes are equal words.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import numpy as np
import regex
from numpy.typing import NDArray

from qawl.core.words import UNSPACED

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]

WORDS = 5
"""Words in a shingle."""

_SPACE = 32
_SEVERAL = 1
"""Stands for a character that counts as several letters."""
_ALIKE = {
    **dict.fromkeys("یى", "ي"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ہەھ", "ه"),
    **dict.fromkeys("ٱ", "ا"),
    **dict.fromkeys("ı", "i"),
}
"""Letters that other keyboards write as others."""
_APOSTROPHES = range(0x2B9, 0x2C0)
"""Letters of Ukrainian and Uzbek that most keyboards write as punctuation."""
_FIRST_UNSPACED = 0x0E00
"""Letters below this are of scripts that part words by spaces."""
_ALONE = regex.compile(
    rf"{UNSPACED}|(?!\p{{Script=Hangul}})"
    r"[\p{Line_Break=ID}\p{Line_Break=CJ}\p{Line_Break=AK}\p{Line_Break=AS}]"
)
"""Letters behind each of which a line may end: also those of Yi, Javanese and katakana."""
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Shingles:
    """The shingles of several texts in a row; those of text i are hashes[bounds[i]:bounds[i + 1]]."""

    hashes: Hashes
    bounds: Ints

    def of(self, number: int) -> Hashes:
        """The set of shingles of one text, sorted."""
        return np.unique(self.hashes[self.bounds[number] : self.bounds[number + 1]])


def shingles(texts: Sequence[str]) -> Shingles:
    """The shingles of each text; one of fewer than five words has a single one, of all its words."""
    words, ends = _words(texts)
    counts = np.diff(ends, prepend=0)
    factors = _powers(WORDS)
    total = np.zeros(len(words), np.uint64)
    whole = max(len(words) - WORDS + 1, 0)
    for ahead in range(WORDS):
        total[:whole] += words[ahead : ahead + whole] * factors[ahead]
    left = np.repeat(ends, counts) - np.arange(len(words))
    complete = left >= WORDS
    for short in np.flatnonzero((counts > 0) & (counts < WORDS)):
        start, end = ends[short] - counts[short], ends[short]
        total[start] = (words[start:end] * factors[: end - start]).sum()
        complete[start] = True
    bounds = np.concatenate([[0], np.cumsum(complete)])[np.concatenate([[0], ends])]
    return Shingles(_mixed(total[complete]), bounds)


def similarity(one: Hashes, other: Hashes) -> tuple[float, float]:
    """Jaccard index of two sets of shingles, and how much of the smaller the larger contains."""
    if not len(one) or not len(other):
        return 0.0, 0.0
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared), shared / min(len(one), len(other))


def _words(texts: Sequence[str]) -> tuple[Hashes, Ints]:
    """The hash of every word, and for each text the number of words up to its end."""
    encoded, codes = _coded(texts)
    if (codes == _SEVERAL).any():
        encoded, codes = _coded([*map(_expanded(), texts)])
    kept = codes != 0
    ends = np.cumsum(np.fromiter((len(each) // 2 for each in encoded), np.int64, len(encoded)))
    if not kept.all():
        ends = np.cumsum(kept)[ends - 1]
        codes = codes[kept]
    starts, stops = _bounds(codes)
    # A word is a polynomial in the place of its letters; dividing by the power of its start makes
    # it the same wherever it stands.
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * _powers(len(codes)))])
    words = (sums[stops] - sums[starts]) * _powers(len(codes), _INVERSE)[starts]
    return _mixed(words), np.searchsorted(stops, ends, side="right")


def _coded(texts: Sequence[str]) -> tuple[list[bytes], NDArray[np.uint16]]:
    """Each text in UTF-16, and what their units in a row count as."""
    encoded = [f"{text} ".encode("utf-16-le", "surrogatepass") for text in texts]
    return encoded, _letters()[np.frombuffer(b"".join(encoded), np.dtype("<u2"))]


def _bounds(codes: NDArray[np.uint16]) -> tuple[Ints, Ints]:
    """Where words start and where they stop in letters that end with a space."""
    inside = np.concatenate([[False], codes != _SPACE])
    turns = inside[1:] != inside[:-1]
    if codes.max(initial=0) < _FIRST_UNSPACED:
        both = np.flatnonzero(turns)
        return both[::2], both[1::2]
    alone = np.concatenate([[False], _alone()[codes]])
    turns |= alone[1:] | alone[:-1]
    return np.flatnonzero(turns & inside[1:]), np.flatnonzero(turns & inside[:-1])


def _mixed(values: Hashes) -> Hashes:
    """Spreads 64 bits so that every bit of the result hangs on all (SplitMix64's finaliser)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _powers(count: int, base: int = _BASE) -> Hashes:
    return _table(base, 1 << count.bit_length())[:count]


@lru_cache(8)
def _table(base: int, count: int) -> Hashes:
    return np.cumprod(np.full(count, base, np.uint64), dtype=np.uint64)


@cache
def _alone() -> NDArray[np.bool_]:
    """UTF-16 unit → whether it counts as a word of its own."""
    return np.array([_ALONE.match(chr(code)) is not None for code in range(0x10000)])


@cache
def _letters() -> NDArray[np.uint16]:
    """UTF-16 unit → the letter that it counts as, a space between words, or 0 for nothing."""
    return np.array([_letter(chr(code)) for code in range(0x10000)], np.uint16)


@cache
def _expanded() -> Callable[[str], str]:
    """Writes the letters of characters that count as several, as ß does."""
    several = {
        chr(code): _folded(chr(code)) for code in np.flatnonzero(_letters() == _SEVERAL).tolist()
    }
    pattern = re.compile(f"[{re.escape(''.join(several))}]")
    return partial(pattern.sub, lambda found: several[found[0]])


def _letter(character: str) -> int:
    category = unicodedata.category(character)
    if character == "ـ" or category[0] == "M" or category == "Cf":
        return 0
    if (category[0] not in "LN" and category != "Cs") or ord(character) in _APOSTROPHES:
        return _SPACE
    if category == "Nd":
        return ord("0") + unicodedata.digit(character)
    folded = _folded(character)
    return _SEVERAL if len(folded) > 1 else ord(folded) if folded else 0


def _folded(character: str) -> str:
    """The plain letters of a character: without case, width, form and diacritics."""
    hangul = "\uac00" <= character <= "\ud7a3"  # it would be taken apart
    if hangul or not (unicodedata.decomposition(character) or character != character.casefold()):
        return _ALIKE.get(character, character)
    apart = unicodedata.normalize("NFKD", character)
    folded = unicodedata.normalize("NFKD", apart.casefold())
    plain = (each for each in folded if unicodedata.category(each)[0] in "LNC")
    letters = "".join(_ALIKE.get(each, each) for each in plain)
    return letters if letters <= "\uffff" else character
