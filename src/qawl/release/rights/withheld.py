"""Text that may not be redistributed: no run of it may stand in anything that is shipped.

A run is told as it stands, and as it is spelt otherwise: without diacritics, tatweel, case, punctuation
and white space, in any compatible form of its letters, with letters and digits that are typed for each
other, and in the escapes of HTML, URLs and JSON. What is not looked for: text that is turned round, put
into other words or letters, or encoded otherwise.
"""

import html
import re
import sys
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from qawl.articles import store as article_store
from qawl.core import project
from qawl.core.records import Article

RUN = 20
"""Code points from which on a run of withheld text counts as text of it."""

CHUNK = 1 << 18
"""Code points that are hashed at a time."""

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


class _Runs:
    """The hashes of runs that stand in withheld texts and in no other."""

    def __init__(
        self, articles: Callable[[], Iterable[Article]], spelt: Callable[[str], str]
    ) -> None:
        self._spelt = spelt
        held = [hashes(spelt(each.text)) for each in articles() if not each.redistribute]
        none = np.zeros(0, np.uint64)
        self.hashes = np.unique(np.concatenate([none, *held]))
        if len(self.hashes):
            free = (hashes(spelt(each.text)) for each in articles() if each.redistribute)
            self.hashes = np.setdiff1d(
                self.hashes, np.concatenate([none, *free]), assume_unique=False
            )

    def known(self, spelt: str) -> Mask:
        """For each run of a text that is spelt so, whether it is withheld."""
        wanted = hashes(spelt)
        if not len(self.hashes):
            return np.zeros(len(wanted), bool)
        places = np.searchsorted(self.hashes, wanted)
        places[places == len(self.hashes)] = 0
        known: Mask = self.hashes[places] == wanted
        return known

    def first(self, text: str) -> str | None:
        """The first run in a text."""
        spelt = self._spelt(text)
        for start in range(0, max(len(spelt) - RUN + 1, 0), CHUNK):
            piece = spelt[start : start + CHUNK + RUN - 1]
            found = np.flatnonzero(self.known(piece))
            if len(found):
                return piece[found[0] : found[0] + RUN]
        return None


class Guard:
    """Knows the runs of all withheld texts that stand in no text that may be redistributed."""

    def __init__(self, articles: Callable[[], Iterable[Article]]) -> None:
        """`articles` gives all of them anew each time it is called."""
        self._exact = _Runs(articles, str)
        self._folded = _Runs(articles, folded)

    @property
    def watches(self) -> bool:
        """Whether there is withheld text at all."""
        return len(self._exact.hashes) > 0 or len(self._folded.hashes) > 0

    def run_in(self, text: str, *, exact: bool = False) -> str | None:
        """The first run of withheld text that stands in this text; `exact`: spelt as it is there."""
        if not self.watches or len(unicodedata.normalize("NFKC", text)) < RUN:
            return None
        found = self._exact.first(text)
        if found or exact:
            return found
        found = self._folded.first(text)
        if found is None and (plain := decoded(text)) != text:
            found = self._exact.first(plain) or self._folded.first(plain)
        return found

    def known(self, letters: str) -> Mask:
        """For each run of a folded text whether it is withheld."""
        return self._folded.known(letters)

    def run_in_bytes(self, content: bytes) -> str | None:
        """The same for a file that is not known to be text."""
        return self.run_in(content.decode("utf-8", "replace"))


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


def archives(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every file in these wheels and source archives."""
    for path in paths:
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                for name in wheel.namelist():
                    yield f"{path.name}: {name}", wheel.read(name)
        else:
            with tarfile.open(path) as archive:
                for member in archive.getmembers():
                    file = archive.extractfile(member)
                    if file is not None:
                        yield f"{path.name}: {member.name}", file.read()


def strings(values: object) -> Iterator[str]:
    """All strings in nested lists and mappings."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        for key, each in values.items():
            yield from strings(key)
            yield from strings(each)
    elif isinstance(values, list):
        for each in values:
            yield from strings(each)


def main() -> None:
    """`python -m qawl.release.rights.withheld ARCHIVE…`: exit 1 if one holds withheld text."""
    corpus = project.load(Path())
    guard = Guard(lambda: article_store.articles(corpus))
    for name, content in archives(Path(each) for each in sys.argv[1:]):
        if guard.run_in_bytes(content):
            sys.exit(f"{name} holds text that may not be redistributed")


if __name__ == "__main__":
    main()
