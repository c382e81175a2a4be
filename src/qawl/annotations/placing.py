"""Which article a task belongs to: the one that it names, else the one whose text it holds."""

import re
from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain

from msgspec import Struct

from qawl.annotations.foreign_values import name, texts
from qawl.articles import cleaning
from qawl.articles import store as article_store
from qawl.articles.chrome import CHROME
from qawl.core.lookup import Lookup
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.core.text import received, sha256

_DIGEST = re.compile("[0-9a-f]{64}")
_TELLING = (
    ("source", "article_source"),
    ("source_id", "id"),
    ("url",),
    ("title",),
    ("published", "date"),
)
"""Names under which a task's data may say which of several articles with one text is meant."""


class Placed(Struct, frozen=True):
    """The article of a task, and the task's text unless it is the frozen one."""

    article: str
    text: str | None = None


class Placing:
    """The articles of a corpus by id and by text: as frozen, and as received.

    Of each some numbers are kept: its place on disk, and the starts of the digests of its two texts.
    """

    def __init__(self, project: Project) -> None:
        self._articles = article_store.by_id(project)
        self._frozen, self._received = array("Q"), array("Q")
        self._recurring: set[str] = set()
        self._sha256 = lru_cache(maxsize=2)(sha256)  # a text is asked for again while it is placed
        self._chrome = cleaning.chrome(project.settings.ingest)
        for article in article_store.articles(project):
            self._add(article)
        self._by_text = Lookup(chain(self._frozen, self._received))

    def _add(self, article: Article) -> None:
        frozen = received_ = _number(article.text_sha256)
        if article.edits:
            received_ = _number(sha256(received(article.text, article.edits)))
            self._recurring |= cleaning.removed_lines(article.edits)
        self._frozen.append(frozen)
        self._received.append(received_)

    def place(self, data: Mapping[str, object], field: str = "text") -> Placed | None:
        """Where a task with this data belongs; None where no article fits. `field` holds its text."""
        identity, text = data.get("article_id"), data.get(field)
        known = identity if isinstance(identity, str) and identity in self._articles else None
        given = text if isinstance(text, str) else None
        if known and self._is(known, str(data.get("text_sha256"))):
            return self._placed(known, given)
        for each in _texts(data, field):
            if found := self._with_text(each, data):
                return self._placed(found, each)
        return self._placed(known, given) if known else None

    def holds(self, text: str, placed: Placed) -> bool:
        """Whether a text is that by which a task was placed."""
        if placed.text is not None:
            return text == placed.text
        return self._is(placed.article, self._sha256(text))

    def _is(self, identity: str, digest: str) -> bool:
        """Whether the text of an article has this digest."""
        at = self._articles.number(identity)
        return at is not None and self._frozen[at] == _number(digest)

    def _placed(self, identity: str, text: str | None) -> Placed:
        frozen = text is None or self._is(identity, self._sha256(text))
        return Placed(identity, None if frozen else text)

    def _with_text(self, text: str, data: Mapping[str, object]) -> str | None:
        """The article that has this text, or had it when it was received."""
        for digest in self._digests(text):
            places = self._by_text.places(_number(digest))
            if found := sorted({self._articles.at(each % len(self._frozen)) for each in places}):
                return found[0] if len(found) == 1 else self._meant(found, data)
        return None

    def _digests(self, text: str) -> Iterator[str]:
        """Digests of a text as it is, and as it would be frozen here, the likeliest first."""
        yield self._sha256(text)
        for chrome in dict.fromkeys((self._chrome, CHROME, ())):
            cleaned, edits = cleaning.clean(text, chrome=chrome)
            yield sha256(cleaned)
            yield sha256(cleaning.without_lines(cleaned, edits, self._recurring.__contains__)[0])

    def _meant(self, found: list[str], data: Mapping[str, object]) -> str:
        """Of several articles with one text the one that the data tells most of."""

        def told(identity: str) -> int:
            article = self._articles[identity]
            return sum(
                getattr(article, names[0]) in {name(data.get(each)) for each in names} - {None}
                for names in _TELLING
            )

        return max(found, key=told)


def _number(digest: str) -> int:
    """The start of a digest as a number; -1 where it is none."""
    return int(digest[:16], 16) if _DIGEST.fullmatch(digest) else -1


def _texts(data: Mapping[str, object], field: str) -> Iterator[str]:
    """What may be the text of a task: the field that should hold it, then all others, the longest first.

    A config may show any field: `<Text value="$Full_Text">`, also one below another: `$item.text`.
    """
    text = data.get(field)
    if isinstance(text, str):
        yield text
    others = (each for path, each in texts(data) if path != field)
    yield from sorted(filter(None, others), key=len, reverse=True)
