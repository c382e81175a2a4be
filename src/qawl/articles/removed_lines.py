"""What ingest removed from withheld articles, as hashes, and what a copy may be without it.

A release says the patterns of site chrome of its corpus, and hashes of the lines that were removed
from withheld articles, by source: from these nobody learns a text, but who has a copy with its menus
and notices gets the frozen text out of it.
"""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from qawl.articles import cleaning, recurring_lines
from qawl.articles.chrome import CHROME
from qawl.articles.cleaning_record import CleaningRecord
from qawl.core.records import Article
from qawl.core.settings import Ingest
from qawl.core.text import sha256


@dataclass(slots=True)
class Removed:
    """Gathers the lines that were removed from withheld articles, as hashes."""

    _lines: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, article: Article) -> None:
        """Adds one article."""
        if article.redistribute:
            return
        if lines := cleaning.removed_lines(article.edits):
            self._lines[recurring_lines.of(article)].update(map(_hash, lines))

    def record(self, settings: Ingest) -> CleaningRecord:
        """What the manifest says."""
        lines = (tuple(sorted(self._lines[source])) for source in sorted(self._lines))
        return CleaningRecord(tuple(cleaning.chrome(settings)), tuple(lines))


def _hash(line: str) -> str:
    return sha256(line)[:16]


def candidates(text: str, told: CleaningRecord) -> Iterator[str]:
    """What a copy may have been frozen as: as it is, cleaned, and without the lines of each source."""
    yield text
    for chrome in dict.fromkeys((told.chrome, CHROME, ())):
        cleaned, edits = cleaning.clean(text, chrome=chrome)
        yield cleaned
        if not told.lines:
            continue
        hashes = {_hash(bare) for line in cleaned.split("\n") if (bare := line.strip())}
        for known in told.lines:
            if drop := hashes & {*known}:
                yield cleaning.without_lines(cleaned, edits, _one_of(drop))[0]


def _one_of(hashes: AbstractSet[str]) -> cleaning.LineTest:
    return lambda line: _hash(line) in hashes
