"""Lines that recur over many articles of one source: menus and notices that nobody had to list."""

from array import array
from collections import defaultdict
from collections.abc import Callable

import numpy as np

from qawl.cleaning import LONGEST_CHROME
from qawl.model import Article
from qawl.project import Ingest

RULE = "recurring"

Test = Callable[[str], Callable[[str], bool]]
"""Source → line → whether it recurs there."""


class Lines:
    """Counts in how many articles of a source each short line stands, as hashes of 8 bytes.

    The longest line of an article never counts, and articles with the same one count once: versions
    of one story are no sign of chrome. The hashes hold for one process.
    """

    def __init__(self) -> None:
        self._lines: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self._longest: dict[str, set[int]] = defaultdict(set)
        self._known: set[int] = set()

    def know(self, article: Article) -> None:
        """Takes over what was found to recur when this article was frozen."""
        for edit in article.edits:
            if edit.rule == RULE:
                source = of(article.source, article.received)
                self._known |= {hash((source, line.strip())) for line in edit.was.split("\n")}

    def add(self, source: str, text: str) -> None:
        """Counts the lines of an article."""
        lines = text.split("\n")
        longest = max(lines, key=len)
        if (body := hash(longest)) in self._longest[source]:
            return
        self._longest[source].add(body)
        short = {each.strip() for each in lines if len(each) <= LONGEST_CHROME} - {"", longest}
        self._lines[source].extend(hash((source, each)) for each in short)

    def found(self, settings: Ingest) -> Test | None:
        """Which lines recur; None if none does."""
        recurring = set(self._known)
        if settings.recurring_articles:
            for source, hashes in self._lines.items():
                share = settings.recurring_share * len(self._longest[source])
                values, counts = np.unique(np.frombuffer(hashes, np.int64), return_counts=True)
                often = values[counts >= max(settings.recurring_articles, share)]
                recurring.update(often.tolist())
        if not recurring:
            return None
        return lambda source: lambda line: hash((source, line)) in recurring


def of(source: str | None, received: str) -> str:
    """What a source is called here: its name, or the folder of an article without one."""
    return source or received.rpartition("/")[0]
