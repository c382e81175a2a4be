"""Texts → hashes of their runs of five words, many texts at a time.

A word is a run of letters and digits; case, diacritics, tatweel and invisible marks don't count, nor
does punctuation. Hashes have 64 bits, so that in practice equal hashes are equal words.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]

WORDS = 5
"""Words in a shingle."""

_SPACE = 32
_LONGEST_WORD = 256
_ODD = 0x9E3779B97F4A7C15


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
    words, owner = _words(texts)
    counts = np.bincount(owner, minlength=len(texts))
    last = np.repeat(np.cumsum(counts), counts)
    place = np.arange(len(words))
    first = place == last - np.repeat(counts, counts)
    padded = np.concatenate([words, np.zeros(WORDS - 1, np.uint64)])
    total = np.zeros(len(words), np.uint64)
    for ahead, factor in enumerate(_powers()[1 : WORDS + 1]):
        inside = place + ahead < last
        total += padded[ahead : ahead + len(words)] * factor * inside
    complete = (place + WORDS <= last) | first
    bounds = np.searchsorted(owner[complete], np.arange(len(texts) + 1))
    return Shingles(_mixed(total[complete]), bounds.astype(np.int64))


def similarity(one: Hashes, other: Hashes) -> tuple[float, float]:
    """Jaccard index of two sets of shingles, and how much of the smaller the larger contains."""
    if not len(one) or not len(other):
        return 0.0, 0.0
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared), shared / min(len(one), len(other))


def _words(texts: Sequence[str]) -> tuple[Hashes, Ints]:
    """The hash of every word, and the number of the text that it stands in."""
    encoded = [f"{text} ".encode("utf-16-le", "surrogatepass") for text in texts]
    codes = _letters()[np.frombuffer(b"".join(encoded), np.dtype("<u2"))]
    kept = codes != 0
    ends = np.cumsum(np.fromiter((len(each) // 2 for each in encoded), np.int64, len(encoded)))
    ends = np.cumsum(kept)[ends - 1]
    codes = codes[kept]
    inside = np.concatenate([[False], codes != _SPACE])
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    starts, stops = turns[::2], turns[1::2]
    if not len(starts):
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    lengths = stops - starts
    letters = codes[codes != _SPACE].astype(np.uint64)
    begins = np.cumsum(lengths) - lengths
    position = np.arange(len(letters)) - np.repeat(begins, lengths)
    values = letters * _powers()[np.minimum(position, _LONGEST_WORD - 1)]
    return _mixed(np.add.reduceat(values, begins)), np.searchsorted(ends, starts, side="right")


def _mixed(values: Hashes) -> Hashes:
    """Spreads 64 bits so that every bit of the result hangs on all (SplitMix64's finaliser)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _powers() -> Hashes:
    return np.cumprod(np.full(_LONGEST_WORD, _ODD, np.uint64))


@cache
def _letters() -> NDArray[Any]:
    """UTF-16 unit → the letter that it counts as, a space between words, or 0 for nothing."""
    return np.array([_letter(chr(code)) for code in range(0x10000)], np.uint16)


def _letter(character: str) -> int:
    category = unicodedata.category(character)
    if character == "ـ" or category[0] == "M" or category == "Cf":
        return 0
    if category[0] not in "LN" and category != "Cs":
        return _SPACE
    folded = character.casefold()
    return ord(folded if len(folded) == 1 else character)
