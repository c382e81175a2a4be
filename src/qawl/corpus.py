"""corpus/articles.jsonl: the frozen articles, one a line, sorted by id."""

from collections.abc import Iterable, Iterator

from qawl import jsonl
from qawl.model import Article
from qawl.project import Project

ARTICLES = "articles.jsonl"


def articles(project: Project) -> Iterator[Article]:
    """The frozen articles, in the order of their ids."""
    return jsonl.read(project.corpus / ARTICLES, Article)


def write(project: Project, records: Iterable[Article]) -> int:
    """Replaces the corpus by these articles, sorted by id; returns how many there are."""
    return jsonl.write(project.corpus / ARTICLES, sorted(records, key=lambda article: article.id))
