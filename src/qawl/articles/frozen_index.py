"""What a corpus holds already, by what was received: numbers of 48 bits, not texts, are kept."""

from collections import Counter
from dataclasses import dataclass, field

from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.articles.by_id import Articles
from qawl.articles.metadata import one_source
from qawl.articles.recurring_lines import Lines
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.core.text import received, sha256

UNNAMED = "(no source)"


@dataclass(frozen=True, slots=True)
class Known:
    """The frozen articles: by the text that was received, and by the place or the source's id.

    `groups` has the group of every article, `undecided` how many of a source have no licence,
    `withheld` how many have one and may not be redistributed; `out` are the withdrawn ones, which neither
    counts.
    """

    articles: Articles
    texts: dict[int, int] = field(default_factory=dict)
    claims: dict[int, int] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    undecided: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    out: frozenset[str] = frozenset()

    def count(self, article: Article, by: int = 1) -> None:
        """Counts an article (or, by -1, no longer) where its rights keep its text out of releases."""
        if article.id not in self.out:
            self.undecided.update(dict.fromkeys(undecided(article), by))
            self.withheld.update(dict.fromkeys(withheld(article), by))


def read(project: Project, lines: Lines) -> Known:
    """Reads the corpus once; `lines` learns what recurred in it."""
    known = Known(article_store.by_id(project), out=withdrawal.ids(project))
    for article in article_store.articles(project):
        number = int(article.id, 16)
        text = received(article.text, article.edits)
        known.texts[text_number(article.source, text)] = number
        known.claims[claim(article.source, article.source_id, article.received)] = number
        known.groups[number] = int(article.group, 16)
        known.count(article)
        lines.know(article)
    return known


def undecided(article: Article) -> list[str]:
    """The source of an article whose licence nobody has given."""
    return [] if article.license else [article.source or UNNAMED]


def withheld(article: Article) -> list[str]:
    """The source of an article that has a licence and that releases may not show."""
    kept_back = article.license and not article.redistribute
    return [article.source or UNNAMED] if kept_back else []


def text_number(source: str | None, text: str) -> int:
    """A number of a received text of a source, also of one that was frozen with white space around it."""
    return _number(f"{one_source(source or '')}\x00{text}")


def claim(source: str | None, source_id: str | None, place: str) -> int:
    """A number of what an article says it is: the source's own id, else the place it came from."""
    if source_id is not None:
        return _number(f"id\x00{one_source(source or '')}\x00{source_id}")
    return _number(f"place\x00{place}")


def _number(text: str) -> int:
    return int(sha256(text)[:12], 16)
