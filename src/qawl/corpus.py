"""corpus/articles.jsonl: the frozen articles, one a line, sorted by id."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from qawl import jsonl
from qawl.errors import InputError
from qawl.model import Article
from qawl.project import Project
from qawl.text import sha256

ARTICLES = "articles.jsonl"


class _Id(msgspec.Struct):
    id: str


def articles(project: Project) -> Iterator[Article]:
    """The frozen articles, in the order of their ids; a text that its hash does not fit is an error."""
    path = project.corpus / ARTICLES
    for article in jsonl.read(path, Article):
        if sha256(article.text) != article.text_sha256:
            raise InputError(
                f"{path}: the text of article {article.id} is not the one that was frozen: "
                "restore the file"
            )
        yield article


def write(project: Project, records: Iterable[Article]) -> int:
    """Replaces the corpus by these articles, sorted by id; returns how many there are."""
    ordered: list[Article] = sorted(records, key=lambda article: article.id)
    return jsonl.write(project.corpus / ARTICLES, ordered)


class Articles(Mapping[str, Article]):
    """The articles by id, read when asked for: only their places in the file are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, tuple[int, int]] = {}
        decoder = msgspec.json.Decoder(_Id)
        offset = 0
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    self._places[decoder.decode(line).id] = offset, len(line)
                    offset += len(line)

    def __getitem__(self, identity: str) -> Article:
        offset, length = self._places[identity]
        with self._path.open("rb") as file:
            file.seek(offset)
            return msgspec.json.decode(file.read(length), type=Article)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def by_id(project: Project) -> Articles:
    """The frozen articles by id, each read from disk when it is asked for."""
    return Articles(project.corpus / ARTICLES)
