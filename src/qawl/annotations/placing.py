"""Which article a task belongs to: the one that it names, else the one whose text it holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qawl.articles import cleaning, freezing
from qawl.articles import store as article_store
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.core.text import received, sha256

_TELLING = (
    ("source", "article_source"),
    ("source_id", "id"),
    ("url",),
    ("title",),
    ("published", "date"),
)
"""Names under which a task's data may say which of several articles with one text is meant."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The article of a task, and the task's text unless it is the frozen one."""

    article: str
    text: str | None = None


class Placing:
    """The articles of a corpus by id and by text: as frozen, and as received."""

    def __init__(self, project: Project) -> None:
        self._articles = article_store.by_id(project)
        self._hashes: dict[str, str] = {}
        self._by_text: dict[str, list[str]] = {}
        self._recurring: set[str] = set()
        self._chrome = freezing.chrome(project.settings.ingest)
        for article in article_store.articles(project):
            self._add(article)

    def _add(self, article: Article) -> None:
        self._hashes[article.id] = article.text_sha256
        self._by_text.setdefault(article.text_sha256, []).append(article.id)
        if article.edits:
            digest = sha256(received(article.text, article.edits))
            self._by_text.setdefault(digest, []).append(article.id)
            self._recurring |= cleaning.removed_lines(article.edits)

    def place(self, data: Mapping[str, object], field: str = "text") -> Placed | None:
        """Where a task with this data belongs; None where no article fits. `field` holds its text."""
        identity, text = data.get("article_id"), data.get(field)
        known = identity if isinstance(identity, str) and identity in self._hashes else None
        given = text if isinstance(text, str) else None
        if known and data.get("text_sha256") == self._hashes[known]:
            return self._placed(known, given)
        for each in _texts(data, field):
            if found := self._with_text(each, data):
                return self._placed(found, each)
        return self._placed(known, given) if known else None

    def holds(self, text: str, placed: Placed) -> bool:
        """Whether a text is that by which a task was placed."""
        if placed.text is not None:
            return text == placed.text
        return sha256(text) == self._hashes[placed.article]

    def _placed(self, identity: str, text: str | None) -> Placed:
        frozen = text is None or sha256(text) == self._hashes[identity]
        return Placed(identity, None if frozen else text)

    def _with_text(self, text: str, data: Mapping[str, object]) -> str | None:
        """The article that has this text, or had it when it was received."""
        for digest in self._digests(text):
            if found := self._by_text.get(digest):
                return found[0] if len(found) == 1 else self._meant(found, data)
        return None

    def _digests(self, text: str) -> Iterator[str]:
        """Digests of a text as it is, and as it would be frozen here, the likeliest first."""
        yield sha256(text)
        for chrome in dict.fromkeys((self._chrome, cleaning.CHROME, ())):
            cleaned, edits = cleaning.clean(text, chrome=chrome)
            yield sha256(cleaned)
            yield sha256(cleaning.without_lines(cleaned, edits, self._recurring.__contains__)[0])

    def _meant(self, found: list[str], data: Mapping[str, object]) -> str:
        """Of several articles with one text the one that the data tells most of."""

        def told(identity: str) -> int:
            article = self._articles[identity]
            return sum(
                getattr(article, names[0]) in {data.get(name) for name in names if name in data}
                for names in _TELLING
            )

        return max(sorted(set(found)), key=told)


def _texts(data: Mapping[str, object], field: str) -> Iterator[str]:
    """What may be the text of a task: the field that should hold it, then all others, the longest first.

    A config may show any field: `<Text value="$Full_Text">`.
    """
    text = data.get(field)
    if isinstance(text, str):
        yield text
    others = (each for name, each in data.items() if name != field and isinstance(each, str))
    yield from sorted(filter(None, others), key=len, reverse=True)
