"""Free texts of annotators in an article that may not be redistributed: what may be shown of them.

A text is hidden that holds a run of what is withheld, alone or with its neighbours: those that come next
in a record or under one attribute, and all whose pieces cover a run of the article together: of its text,
its title or its context.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from qawl.core.records import Article
from qawl.release.rights import standoff
from qawl.release.rights.runs import RUN, Mask, folded, hashes
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

Texts = Sequence[tuple[str, str]]
"""(attribute, text) of one record, in the order in which they are shown."""


class FreeTexts:
    """The free texts of one article: each is shown, told by places, or neither."""

    def __init__(self, article: Article, records: Sequence[Texts], guard: Guard) -> None:
        self._article, self._records, self._guard = article, records, guard
        self._letters = _APART.join(map(folded, (article.text, *beside(article))))
        self._covers: dict[str, Mask] = {}
        self._told: dict[str, str] = {}
        values = dict.fromkeys(value for record in records for _, value in record)
        tries = {value: self._tries(value) for value in values}
        while bad := self._bad(values):
            for value in bad:
                self._told[value] = next(tries[value], standoff.NOTHING)

    def hides(self, value: str) -> bool:
        """Whether a text is not shown."""
        return value in self._told

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
        if self._guard.run_in(value):
            told = standoff.encode(value, text)
            if self._guard.run_in(standoff.words(told)):
                return
            yield told
        yield standoff.encode(value, text, _SHORT)

    def _shown(self, value: str) -> str:
        """The words that anybody can read of a text."""
        return standoff.words(self._told[value]) if value in self._told else value

    def _bad(self, values: Iterable[str]) -> set[str]:
        """The texts of which too much can be read; of several together the one that shows most."""
        shown = {value: text for value in values if (text := self._shown(value))}
        if bad := {value for value, text in shown.items() if self._guard.run_in(text)}:
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

    def _covering(self, letters: dict[str, str]) -> set[str]:
        """Those that cover most of the runs of the article that stand in pieces of several together."""
        covers = {value: self._cover(text) for value, text in letters.items()}
        if not covers or len(self._letters) < RUN:
            return set()
        covered = np.logical_or.reduce(list(covers.values()))
        whole = np.convolve(covered, np.ones(RUN, int), "valid") == RUN
        found = set()
        for start, end in _stretches(self._guard.known(self._letters) & whole):
            shown = {
                value: int(cover[start : end + RUN - 1].sum()) for value, cover in covers.items()
            }
            found.add(max(shown, key=lambda value: (shown[value], value)))
        return found

    def _cover(self, letters: str) -> Mask:
        """Which letters of the article stand in a text that is a piece of it, but for some letters."""
        if letters not in self._covers:
            cover = self._whole(letters)
            if not cover.any() and min(len(letters), len(self._letters)) >= PIECE:
                mine, its = hashes(letters, PIECE), hashes(self._letters, PIECE)
                if _spread(np.isin(mine, its)).sum() >= _MOST * len(letters):
                    cover = _spread(np.isin(its, mine))
            self._covers[letters] = cover
        return self._covers[letters]

    def _whole(self, letters: str) -> Mask:
        """The letters of each place where a text stands in the article as a whole."""
        cover = np.zeros(len(self._letters), bool)
        at = self._letters.find(letters) if len(letters) >= _WORD else -1
        while at >= 0:
            cover[at : at + len(letters)] = True
            at = self._letters.find(letters, at + 1)
        return cover


def _spread(starts: Mask) -> Mask:
    """Which letters stand in pieces that start there."""
    found: Mask = np.convolve(starts, np.ones(PIECE, int)) > 0
    return found


def _stretches(mask: Mask) -> Iterator[tuple[int, int]]:
    """The (start, end) of what is true in a row."""
    turns = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)
