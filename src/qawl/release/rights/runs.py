"""Runs of a text, as they stand and as they are spelt otherwise, told by their hashes.

Spelt otherwise is: without diacritics, tatweel, case, punctuation and white space, in any compatible form
of its letters, with letters and digits that are typed for each other, and in the escapes of HTML, URLs
and JSON. What is not looked for: text that is turned round, put into other words or letters, or encoded
otherwise.
"""

import html
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

RUN = 20
"""Code points from which on a run of withheld text, of a title or of context counts as text of it."""

TOGETHER = 1 << 21
"""Hashes of free runs that are looked up together."""

Spelt = Callable[[str], str]
"""Gives a text in one spelling."""
Hashes = NDArray[np.uint64]
Mask = NDArray[np.bool_]


def hashes(text: str, run: int = RUN) -> Hashes:
    """A hash of each run of so many code points of a text (polynomial, modulo 2**64)."""
    encoded = text.encode("utf-32-le", "surrogatepass")
    points: Hashes = np.frombuffer(encoded, np.uint32).astype(np.uint64)
    count = len(points) - run + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    rolled: Hashes = np.zeros(count, np.uint64)
    for offset in range(run):
        rolled *= np.uint64(0x9E3779B97F4A7C15)
        rolled += points[offset : offset + count]
    return rolled


TWINS = {
    "ي": "یىېے",
    "ك": "کڪگ",
    "ه": "ةەہھۃ",
    "ا": "ٱ",
    "i": "ı",
    "l": "ł",
    "o": "ø",
    "d": "đ",
}
"""Letters that stand for others: those of another keyboard, or of a quick hand. Letters with hamza and
other marks are bare already."""
_NONE = "ـء"
"""Letters that come and go: tatweel, and the hamza that stands alone or on another letter."""


def folded(text: str) -> str:
    """The letters and digits of a text, however they are spelt: compatible forms, bare, in lower case,
    one letter for all that are typed for it."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), "<u4")
    told = _letters()[codes]
    letters = told[told > 0].astype("<u4").tobytes().decode("utf-32-le")
    return unicodedata.normalize("NFC", letters)  # Hangul alone is composed of letters


@cache
def _letters() -> NDArray[np.uint32]:
    """Code point → the letter or ASCII digit that it is taken for; 0 where it is neither."""
    found = np.zeros(sys.maxunicode + 1, np.uint32)
    for code in range(sys.maxunicode + 1):
        if (letter := chr(code)).isalnum():
            digit = unicodedata.decimal(letter, None)
            found[code] = code if digit is None else ord("0") + digit
    for letter, those in TWINS.items():
        found[[ord(each) for each in those]] = ord(letter)
    found[[ord(each) for each in _NONE]] = 0
    return found


_CODED = re.compile(r"\\u|%[0-9A-Fa-f]{2}|&#?\w+;|<[^<>]+>")
_TAG = re.compile(r"<[^<>]+>")


def decoded(text: str) -> str:
    """A text without tags, with the escapes of JSON, URLs and HTML read."""
    return _TAG.sub("", html.unescape(unquote(_unescaped(text)))) if _CODED.search(text) else text


def _unescaped(text: str) -> str:
    """A text with its JSON escapes of UTF-16 units read."""
    parts = text.split("\\u")
    out = [parts[0]]
    for part in parts[1:]:
        try:
            out += [chr(int(part[:4], 16)), part[4:]]
        except ValueError:
            out.append(part)
    return "".join(out)


class Runs:
    """The hashes of the runs that are withheld, spelt one way: first all that are held, then but for
    those that stand in what is free."""

    def __init__(self, spelt: Spelt) -> None:
        self.spelt = spelt
        self.hashes: Hashes = np.zeros(0, np.uint64)
        self._free: Mask = np.zeros(0, bool)
        self._waiting: list[Hashes] = []
        self._count = 0

    def hold(self, held: Sequence[Hashes]) -> None:
        """Takes the hashes of what is held."""
        self.hashes = np.unique(np.concatenate([self.hashes, *held]))
        self._free = np.zeros(len(self.hashes), bool)

    def free(self, free: Hashes) -> None:
        """Notes what is free; `drop` takes it out."""
        self._waiting.append(free)
        self._count += len(free)
        if self._count > TOGETHER:
            self._mark()

    def drop(self, *, free: bool = True) -> None:
        """Takes out what was noted as free, or all but that."""
        self._mark()
        left = self._free != free
        self.hashes, self._free = self.hashes[left], self._free[left]

    def _mark(self) -> None:
        """Marks what is free of those that wait: many in order are found fast."""
        wanted = np.sort(np.concatenate([*self._waiting, self.hashes[:0]]))
        self._waiting, self._count = [], 0
        if len(self.hashes):
            places = self._places(wanted)
            self._free[places[self.hashes[places] == wanted]] = True

    def known(self, wanted: Hashes) -> Mask:
        """Which of these hashes are of withheld runs: many in order are found fast, and few are."""
        if not len(self.hashes):
            return np.zeros(len(wanted), bool)
        ordered = np.sort(wanted)
        known: Mask = np.isin(wanted, ordered[self.hashes[self._places(ordered)] == ordered])
        return known

    def _places(self, wanted: Hashes) -> NDArray[np.intp]:
        places = np.searchsorted(self.hashes, wanted)
        places[places == len(self.hashes)] = 0
        return places
