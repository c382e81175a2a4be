"""Free texts of annotators where texts may not be redistributed: what may be shown of them.

In an article whose text is shown, a text is hidden that holds a run of what is withheld elsewhere, and
nothing is told of it. In one whose text is withheld, a text is hidden that holds a run of what is
withheld, alone or with its neighbours: those that come next in a record or under one attribute, and all
whose pieces cover a run of the article together: of its text, its title or its context.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from qawl.core.records import Article
from qawl.release.rights import standoff
from qawl.release.rights.runs import RUN, Hashes, Mask, folded, hashes
from qawl.release.rights.withheld import Guard, beside

PIECE = RUN // 2
"""Letters of a piece of the article's text in a text that has other words too."""
_MOST = 0.8
"""The share of such a text that its pieces must be: what else holds some phrases is told in own words."""
_WORD = 5
"""Letters of the shortest text that is a piece as a whole: shorter ones stand everywhere."""
_SHORT = 4
"""Code points of the runs of a text that are told by places where it shows too much with others."""

_APART = "\n"
"""What stands between the letters of text, title and context: no letter, so that no piece crosses it."""

Places = NDArray[np.intp]
"""Rows of (start, end), apart and in order."""
Texts = Sequence[tuple[str, str]]
"""(attribute, text) of one record, in the order in which they are shown."""


class FreeTexts:
    """The free texts of one article: each is shown, told by places, or neither."""

    def __init__(self, article: Article, records: Sequence[Texts], guard: Guard) -> None:
        self._article, self._records, self._guard = article, records, guard
        self._covers: dict[str, Places] = {}
        self._holds = cache(guard.run_in)
        self._told: dict[str, str] = {}
        values = dict.fromkeys(value for record in records for _, value in record)
        if article.redistribute:
            self._told = dict.fromkeys(filter(self._holds, values), standoff.NOTHING)
            return
        self._letters = _APART.join(map(folded, (article.text, *beside(article))))
        tries = {value: self._tries(value) for value in values}
        while bad := self._bad(values):
            for value in bad:
                self._told[value] = next(tries[value], standoff.NOTHING)

    def hides(self, value: str) -> bool:
        """Whether a text is not shown."""
        return value in self._told

    @property
    def hides_some(self) -> bool:
        """Whether any text is not shown."""
        return bool(self._told)

    def is_withheld(self, name: str) -> bool:
        """Whether a name of the article holds what is withheld, spelt as it is there."""
        return self._guard.run_as_it_stands(name) is not None

    def standoff(self, value: str) -> str | None:
        """What stands in place of a text that is not shown."""
        return self._told.get(value)

    def _tries(self, value: str) -> Iterator[str]:
        """What may be told of a text, if nobody reads too much in it: the places of its runs, then of
        short ones too; nothing of one that holds a run of another withheld text."""
        text = self._article.text
        if self._holds(value):
            told = standoff.encode(value, text)
            if self._holds(standoff.words(told)):
                return
            yield told
        yield standoff.encode(value, text, _SHORT)

    def _shown(self, value: str) -> str:
        """The words that anybody can read of a text."""
        return standoff.words(self._told[value]) if value in self._told else value

    def _bad(self, values: Iterable[str]) -> set[str]:
        """The texts of which too much can be read; of several together the one that shows most."""
        shown = {value: text for value in values if (text := self._shown(value))}
        if bad := {value for value, text in shown.items() if self._holds(text)}:
            return bad
        letters = {value: folded(text) for value, text in shown.items()}
        for row in self._rows():
            bad |= self._joined([value for value in row if value in letters], letters)
        return bad or self._covering(letters)

    def _rows(self) -> Iterator[list[str]]:
        """The texts as they stand one after the other: of a record, and of an attribute in it."""
        for record in self._records:
            yield [value for _, value in record]
            for name in dict.fromkeys(name for name, _ in record):
                yield [value for each, value in record if each == name]

    def _joined(self, row: Sequence[str], letters: dict[str, str]) -> set[str]:
        """The longest of those that make a run of withheld text with what stands beside them."""
        known = self._guard.known("".join(letters[value] for value in row))
        ends = np.cumsum([len(letters[value]) for value in row])
        found = set()
        for start, end in _stretches(known):
            first, last = np.searchsorted(ends, [start, end + RUN - 2], "right")
            found.add(max(row[first : last + 1], key=lambda value: (len(letters[value]), value)))
        return found

    def _covering(self, letters: Mapping[str, str]) -> set[str]:
        """Those that cover most of the runs of the article that stand in pieces of several together."""
        names = sorted(letters)
        covers = [self._cover(letters[value]) for value in names]
        if not names or len(self._letters) < RUN:
            return set()
        starts, ends = np.concatenate(covers).T
        of = np.repeat(np.arange(len(names)), [len(each) for each in covers])
        turns = np.bincount(starts, minlength=len(self._letters) + 1)
        turns -= np.bincount(ends, minlength=len(self._letters) + 1)
        covered = np.cumsum(turns[:-1]) > 0
        whole = np.convolve(covered, np.ones(RUN, int), "valid") == RUN
        found = set()
        for start, end in _stretches(self._known & whole):
            shown = np.minimum(ends, end + RUN - 1) - np.maximum(starts, start)
            counts = np.bincount(of, np.maximum(shown, 0), len(names))
            found.add(names[np.flatnonzero(counts == counts.max())[-1]])
        return found

    def _cover(self, letters: str) -> Places:
        """Where letters of the article stand in a text that is a piece of it, but for some letters."""
        if letters not in self._covers:
            cover = self._whole(letters)
            if not len(cover) and len(letters) >= PIECE:
                first, last = (
                    np.searchsorted(self._pieces[0], hashes(letters, PIECE), side)
                    for side in ("left", "right")
                )
                if _length(_places(np.flatnonzero(first < last), PIECE)) >= _MOST * len(letters):
                    at = [self._pieces[1][one:end] for one, end in zip(first, last, strict=True)]
                    cover = _places(np.concatenate(at), PIECE)
            self._covers[letters] = cover
        return self._covers[letters]

    def _whole(self, letters: str) -> Places:
        """Each place where a text stands in the article as a whole."""
        starts = []
        at = self._letters.find(letters) if len(letters) >= _WORD else -1
        while at >= 0:
            starts.append(at)
            at = self._letters.find(letters, at + 1)
        return _places(np.array(starts, int), len(letters))

    @cached_property
    def _pieces(self) -> tuple[Hashes, NDArray[np.intp]]:
        """The hashes of the article's pieces, in order, and where each piece starts."""
        found = hashes(self._letters, PIECE)
        order = np.argsort(found, kind="stable")
        return found[order], order

    @cached_property
    def _known(self) -> Mask:
        """For each run of the article whether it is withheld."""
        return self._guard.known(self._letters)


def _places(starts: NDArray[np.intp], length: int) -> Places:
    """The places of so many letters that start there, joined where they meet."""
    if not len(starts):
        return np.zeros((0, 2), int)
    starts = np.unique(starts)
    cut = np.flatnonzero(np.diff(starts) > length)
    first, last = starts[np.append(0, cut + 1)], starts[np.append(cut, -1)]
    return np.stack([first, last + length], 1)


def _length(places: Places) -> int:
    """How many letters these places have."""
    return int((places[:, 1] - places[:, 0]).sum())


def _stretches(mask: Mask) -> Iterator[tuple[int, int]]:
    """The (start, end) of what is true in a row."""
    turns = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)
