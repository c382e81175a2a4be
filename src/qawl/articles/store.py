"""corpus/articles.jsonl: the frozen articles, one a line, sorted by id."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import msgspec

from qawl.core import files as core_files
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.core.text import sha256

T = TypeVar("T")


class Head(msgspec.Struct, frozen=True, gc=False):
    """What of an article decides where it goes: the line without its text."""

    id: str
    group: str
    language: str = "und"
    source: str | None = None
    published: str | None = None
    license: str | None = None
    redistribute: bool = False


class _Id(msgspec.Struct):
    id: str


def articles(project: Project) -> Iterator[Article]:
    """The frozen articles, in the order of their ids; a text that its hash does not fit is an error."""
    return _ascending(map(frozen, project.disk.read(project.articles_file, Article)))


def heads(project: Project) -> Iterator[Head]:
    """The heads of the frozen articles, in the order of their ids; their texts are not looked at."""
    return _ascending(project.disk.read(project.articles_file, Head))


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def _ascending(records: Iterable[N]) -> Iterator[N]:
    """The records, as long as each id is above the one before; else InputError: what reads them in step
    with annotations would pass over the others."""
    before = ""
    for each in records:
        if each.id <= before:
            raise _disordered(each.id, before)
        before = each.id
        yield each


def _disordered(identity: str, before: str) -> InputError:
    if identity == before:
        return InputError(
            f"corpus/articles.jsonl: article {identity} is there twice: remove one of its two lines"
        )
    return InputError(
        f"corpus/articles.jsonl: article {identity} stands after {before}, but lines are sorted by id: "
        "run `LC_ALL=C sort -o corpus/articles.jsonl corpus/articles.jsonl`, or restore the file"
    )


def frozen(article: Article) -> Article:
    """The article, if its text is the one that its hash fits; else InputError."""
    if sha256(article.text) != article.text_sha256:
        raise InputError(
            f"corpus/articles.jsonl: the text of article {article.id} is not the one that was frozen: "
            "restore the file"
        )
    return article


def replace(project: Project, lines: Iterable[bytes]) -> None:
    """Replaces the corpus by these lines of articles, which are in the order of ids."""
    core_files.write_bytes(project.articles_file, lines)


def write(project: Project, records: Iterable[Article]) -> int:
    """Replaces the corpus by these articles, sorted by id; returns how many there are."""
    ordered: list[Article] = sorted(records, key=lambda article: article.id)
    return core_files.write(project.articles_file, ordered)


class Articles(Mapping[str, Article]):
    """The articles of some files by id, read when asked for: only their places are kept."""

    def __init__(self, *paths: Path, opened: core_files.Opener = core_files.from_disk) -> None:
        self._paths, self._open = paths, opened
        self._places: dict[str, tuple[int, int, int]] = {}
        for number, path in enumerate(paths):
            for identity, offset, length in _places(path, opened):
                self._places[identity] = number, offset, length

    def __getitem__(self, identity: str) -> Article:
        (article,) = self.many([identity])
        return article

    def __contains__(self, identity: object) -> bool:
        return identity in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def beside(
        self, items: Iterable[T], identity: Callable[[T], str | None]
    ) -> Iterator[tuple[T, Article | None]]:
        """Each item with its article as it stands on disk, None where there is none.

        The files stay open meanwhile, and an article that the next item has too is read once.
        """
        decoder = msgspec.json.Decoder(Article)
        found: Article | None = None
        with self._opened() as line:
            for item in items:
                wanted = identity(item)
                if found is None or found.id != wanted:
                    found = None
                    if wanted is not None and wanted in self._places:
                        found = self._article(decoder, line(wanted), wanted)
                yield item, found

    def many(self, identities: Iterable[str]) -> Iterator[Article]:
        """These articles, in this order."""
        decoder = msgspec.json.Decoder(Article)
        with self._opened() as line:
            for identity in identities:
                yield self._article(decoder, line(identity), identity)

    def lines(self, identities: Iterable[str]) -> Iterator[bytes]:
        """The lines of these articles, each with its end, in this order."""
        with self._opened() as line:
            yield from map(line, identities)

    def _article(
        self, decoder: "msgspec.json.Decoder[Article]", line: bytes, identity: str
    ) -> Article:
        try:
            return decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            path = self._paths[self._places[identity][0]]
            raise InputError(f"{path}, article {identity}: {error}") from error

    @contextmanager
    def _opened(self) -> Iterator[Callable[[str], bytes]]:
        """Reads the line of an article; files are opened once and closed in the end."""
        files: dict[int, BinaryIO] = {}
        with ExitStack() as stack:

            def line(identity: str) -> bytes:
                number, offset, length = self._places[identity]
                if number not in files:
                    files[number] = stack.enter_context(self._open(self._paths[number]))
                files[number].seek(offset)
                return files[number].read(length)

            yield line


def _places(path: Path, opened: core_files.Opener) -> Iterator[tuple[str, int, int]]:
    """(id, offset, length of the line) of each article of a file; nothing if no file."""
    if not path.exists():
        return
    decoder = msgspec.json.Decoder(_Id)
    offset = 0
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line != b"\n":
                try:
                    yield decoder.decode(line).id, offset, len(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise InputError(f"{path}, line {number}: {error}") from error
            offset += len(line)


def by_id(project: Project) -> Articles:
    """The frozen articles by id, each read from disk when it is asked for."""
    disk, path = project.disk, project.articles_file
    return disk.once("articles by id", lambda: Articles(path, opened=disk.open), path)
