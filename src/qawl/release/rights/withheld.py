"""Text that may not be redistributed: no run of it, of its title or context may stand in what is shipped.

A run is told as it stands, and as it is spelt otherwise: without diacritics, tatweel, case, punctuation
and white space, in any compatible form of its letters, with letters and digits that are typed for each
other, and in the escapes of HTML, URLs and JSON. What is not looked for: text that is turned round, put
into other words or letters, or encoded otherwise.
"""

import html
import json
import re
import sys
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core import project as projects
from qawl.core.project import Project
from qawl.core.records import Article, to_json
from qawl.release.rights.own_words import own_words
from qawl.scheme import scheme

RUN = 20
"""Code points from which on a run of withheld text, of a title or of context counts as text of it."""

NAME = 15
"""Code points of a run that stand in a name which a release publishes, so that it is no passage."""
LONGEST_NAME = 100
"""Code points of the longest name; what is longer is a text in the wrong field."""

CHUNK = 1 << 18
"""Code points that are hashed at a time."""

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


class _Runs:
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

    def drop(self) -> None:
        """Takes out what was noted as free."""
        self._mark()
        self.hashes = self.hashes[~self._free]
        self._free = self._free[~self._free]

    def _mark(self) -> None:
        """Marks what is free of those that wait: many in order are found fast."""
        wanted = np.sort(np.concatenate([*self._waiting, self.hashes[:0]]))
        self._waiting, self._count = [], 0
        if len(self.hashes):
            places = self._places(wanted)
            self._free[places[self.hashes[places] == wanted]] = True

    def known(self, wanted: Hashes) -> Mask:
        """Which of these hashes are of withheld runs."""
        if not len(self.hashes):
            return np.zeros(len(wanted), bool)
        known: Mask = self.hashes[self._places(wanted)] == wanted
        return known

    def _places(self, wanted: Hashes) -> NDArray[np.intp]:
        places = np.searchsorted(self.hashes, wanted)
        places[places == len(self.hashes)] = 0
        return places


class Guard:
    """Knows the runs of all that is withheld, that stand in nothing that may be redistributed.

    A run is free that stands in the text, title or context of an article that may be redistributed, and
    what is a name that a release publishes, but for some code points: texts name their paper, and what
    schemes call values. Addresses free nothing: many spell the headline.
    """

    def __init__(
        self,
        articles: Callable[[], Iterable[Article]],
        out: Container[str] = frozenset(),
        names: Iterable[str] = (),
        public: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """`articles` gives all of them anew each time it is called; those `out` are withheld too. `names`
        are published, as those of sources are; what is `public` frees its runs."""
        self._articles, self._out, self._names = articles, out, {*names}
        self._public = public
        self._named: dict[Spelt, str] = {}
        self._texts: dict[Spelt, _Runs] = {each: _Runs(each) for each in (str, folded)}
        self._beside: dict[Spelt, _Runs] = {each: _Runs(each) for each in (str, folded)}
        self._hold()
        self._freed = not self.watches

    @property
    def watches(self) -> bool:
        """Whether there is anything withheld at all."""
        return any(len(each.hashes) for each in self._all())

    def run_in(self, text: str, *, exact: bool = False) -> str | None:
        """The first run of what is withheld that stands in this text; `exact`: of a text, spelt as it is
        there."""
        if not self.watches or len(unicodedata.normalize("NFKC", text)) < RUN:
            return None
        if exact:
            return self._first(text, str, [self._texts[str]])
        found = self._first(text, str) or self._first(text, folded)
        if found is None and (plain := decoded(text)) != text:
            found = self._first(plain, str) or self._first(plain, folded)
        return found

    def run_as_it_stands(self, text: str) -> str | None:
        """The first run of what is withheld, spelt as it is there."""
        return self._first(text, str) if self.watches else None

    def known(self, letters: str) -> Mask:
        """For each run of a folded text whether it is withheld."""
        return self._known(hashes(letters), [self._texts[folded], self._beside[folded]])

    def run_in_bytes(self, content: bytes) -> str | None:
        """The same for a file that is not known to be text."""
        return self.run_in(content.decode("utf-8", "replace"))

    def _all(self) -> Iterator[_Runs]:
        yield from (*self._texts.values(), *self._beside.values())

    def _shows(self, article: Article) -> bool:
        return article.redistribute and article.id not in self._out

    def _hold(self) -> None:
        """Takes the runs of all that is withheld."""
        held: dict[_Runs, list[Hashes]] = {each: [] for each in self._all()}
        for article in self._articles():
            if not self._shows(article):
                for runs in self._texts.values():
                    held[runs].append(hashes(runs.spelt(article.text)))
                for runs in self._beside.values():
                    held[runs] += [hashes(runs.spelt(each)) for each in beside(article)]
        for runs, found in held.items():
            runs.hold(found)

    def _free(self) -> None:
        """Leaves out the runs that are free: found once one of those that are held is met."""
        self._freed = True
        for article in self._articles():
            self._names.add(article.source or "")
            for text in (article.text, *beside(article)) if self._shows(article) else ():
                self._free_runs(text)
        names = [each for each in self._names if len(each) <= LONGEST_NAME]
        for text in (*names, *self._public()):
            self._free_runs(text)
        self._named = {each: "\0".join(map(each, names)) for each in self._texts}
        for each in self._all():
            each.drop()

    def _free_runs(self, text: str) -> None:
        """Notes the runs of a text as free."""
        for spelt, runs in self._texts.items():
            found = hashes(spelt(text))
            runs.free(found)
            self._beside[spelt].free(found)

    def _is_name(self, run: str, spelt: Spelt) -> bool:
        """Whether a run is a name that is published, but for some code points around it."""
        return any(run[at : at + NAME] in self._named[spelt] for at in range(RUN - NAME + 1))

    def _known(self, wanted: Hashes, runs: Sequence[_Runs]) -> Mask:
        """Which of these hashes are withheld in one of these spellings."""
        known = np.zeros(len(wanted), bool)
        for each in runs:
            known |= each.known(wanted)
        if known.any() and not self._freed:
            self._free()
            return self._known(wanted, runs)
        return known

    def _first(
        self,
        text: str,
        spelt: Spelt,
        runs: Sequence[_Runs] | None = None,
    ) -> str | None:
        """The first run in a text."""
        runs = runs or [self._texts[spelt], self._beside[spelt]]
        letters = spelt(text)
        for start in range(0, max(len(letters) - RUN + 1, 0), CHUNK):
            piece = letters[start : start + CHUNK + RUN - 1]
            for at in np.flatnonzero(self._known(hashes(piece), runs)):
                if not self._is_name(run := piece[at : at + RUN], spelt):
                    return run
        return None


def of_release(project: Project) -> Guard:
    """Knows what a release of a corpus withholds; free withdrawn articles are not in it."""
    if not article_store.withholds(project):
        return Guard(tuple)
    out = withdrawal.ids(project)
    return Guard(
        lambda: (
            each
            for each in article_store.articles(project)
            if not each.redistribute or each.id not in out
        ),
        names=names(project),
        public=own_words,
    )


def of_withdrawn(project: Project, *more: str) -> Guard | None:
    """Knows what stands in withdrawn articles, and in those that are to be; None where there are none."""
    out = withdrawal.ids(project) | {*more}
    if not out:
        return None
    return Guard(
        lambda: (
            each for each in article_store.articles(project) if each.redistribute or each.id in out
        ),
        out,
        names=names(project),
        public=own_words,
    )


def names(project: Project) -> list[str]:
    """The names that a release publishes beside those of sources: who is cited, and what schemes call
    their labels, attributes, values and relations."""
    called = (_called(json.loads(to_json(each))) for each in scheme.load_all(project).values())
    return [
        *(each.shown for each in project.settings.release.authors),
        *chain.from_iterable(called),
    ]


def _called(value: object) -> Iterator[str]:
    """The names and titles in a scheme."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from strings(each) if key in ("name", "title") else _called(each)
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_called, value))


def beside(article: Article) -> Iterator[str]:
    """What is withheld with the text of an article: its title and its context."""
    if article.title:
        yield article.title
    if not isinstance(article.context, UnsetType):
        yield from _leaves(article.context)


def _leaves(value: object) -> Iterator[str]:
    """The strings in a value of context, without the names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)


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
    corpus = projects.load(Path())
    guard = Guard(lambda: article_store.articles(corpus))
    for name, content in archives(Path(each) for each in sys.argv[1:]):
        if guard.run_in_bytes(content):
            sys.exit(f"{name} holds text that may not be redistributed")


if __name__ == "__main__":
    main()
