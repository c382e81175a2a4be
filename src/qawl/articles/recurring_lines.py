"""Lines that recur over many articles of one source, such as menus and notices."""

from array import array
from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np

from qawl.articles.cleaning import LONGEST_CHROME, RECURRING
from qawl.articles.freezing import without_lines
from qawl.core.records import Article
from qawl.core.settings import Ingest

Recurring = Mapping[str, AbstractSet[int]]
"""Source → the hashes of its recurring lines."""


class Lines:
    """Counts in how many articles of a source each short line stands, as hashes of 8 bytes.

    The longest line of an article never counts, nor does one without a letter or digit, and articles
    with the same longest one count once: versions of one story are no sign of chrome. The
    hashes hold for one process.
    """

    def __init__(self) -> None:
        self._lines: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self._longest: dict[str, set[int]] = defaultdict(set)
        self._known: dict[str, set[int]] = defaultdict(set)

    def know(self, article: Article) -> None:
        """Takes over what was found to recur when this article was frozen."""
        for edit in article.edits:
            if edit.rule == RECURRING:
                lines = (line.strip() for line in edit.was.split("\n"))
                self._known[of(article)].update(hash(line) for line in lines if _says(line))

    def add(self, article: Article) -> None:
        """Counts the lines of an article."""
        source = of(article)
        lines = article.text.split("\n")
        longest = max(lines, key=len)
        if (body := hash(longest)) in self._longest[source]:
            return
        self._longest[source].add(body)
        short = {each.strip() for each in lines if len(each) <= LONGEST_CHROME} - {longest}
        self._lines[source].extend(hash(each) for each in short if _says(each))

    def found(self, settings: Ingest) -> Recurring:
        """The lines that recur, now or when articles of the source were frozen before."""
        recurring = dict(self._known)
        for source, hashes in self._lines.items():
            if not settings.recurring_articles or not hashes:
                continue
            share = settings.recurring_share * len(self._longest[source])
            values, counts = np.unique(np.frombuffer(hashes, np.int64), return_counts=True)
            often = values[counts >= max(settings.recurring_articles, share)].tolist()
            if often:
                recurring[source] = recurring.get(source, set()) | set(often)
        return recurring


def _says(line: str) -> bool:
    """Whether a line has a letter or digit: a mark alone belongs to the text, as in a word a line."""
    return any(map(str.isalnum, line))


def without(article: Article, recurring: Recurring) -> Article:
    """An article that is not frozen yet, without the lines that recur in its source."""
    hashes = recurring.get(of(article))
    if not hashes:
        return article
    return without_lines(article, lambda line: hash(line) in hashes)


def of(article: Article) -> str:
    """What the source of an article is called here: its name, or the folder that it came from."""
    return article.source or article.received.rpartition("/")[0]
