"""The files of the frozen articles: articles.jsonl, and past `SEAL` bytes sealed shards beside it.

A shard is corpus/articles/NUMBER-HASH.jsonl, sorted by id; corpus/articles/shards.json names those that
count. It says too what a replacement of several files is about to do, so that one that was killed is
undone or finished by the next command. A shard is written anew only where an article in it changed.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Struct

from qawl.articles import heads
from qawl.core import files, git_files, temporary
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.project import ARTICLES_HEAD, SHARDS, Project, lock
from qawl.core.records import FORMAT, Format

SEAL = git_files.LARGEST
"""Bytes that articles.jsonl and a shard hold at most, but for one line that is longer."""

NAME = "shards.json"
_SHARD, _OPEN = r"[0-9]{4,9}-[0-9a-f]{8}\.jsonl", r"open-[0-9a-f]{8}\.jsonl"
_PIECE = 1 << 20
_ShardName = Annotated[str, msgspec.Meta(pattern=rf"\A{_SHARD}\Z")]
_OpenName = Annotated[str, msgspec.Meta(pattern=rf"\A{_OPEN}\Z")]
_AnyName = Annotated[str, msgspec.Meta(pattern=rf"\A({_SHARD}|{_OPEN})\Z")]


class Shard(Struct, frozen=True):
    """A sealed file of articles: its name, how many it has, and the SHA-256 of its bytes."""

    name: _ShardName
    articles: int
    sha256: str

    @property
    def number(self) -> int:
        """Its number; a shard that is written anew keeps it."""
        return int(self.name.partition("-")[0])


class Shards(Struct, frozen=True, omit_defaults=True):
    """The shards that count.

    `coming` are files of a replacement that is not decided: they go. `open` will be articles.jsonl and
    `gone` will go, as a replacement that is decided wants it.
    """

    format: Format = FORMAT
    shards: tuple[Shard, ...] = ()
    coming: tuple[_AnyName, ...] = ()
    open: _OpenName | None = None
    gone: tuple[_ShardName, ...] = ()


class _Id(Struct):
    id: str


ID = msgspec.json.Decoder(_Id)
"""Reads the id of an article's line, and nothing else of it."""


def is_own(path: Path, root: Path) -> bool:
    """Whether Qawl wrote this file as a shard of the corpus of that folder, or of the shards, by its
    name."""
    if path.parent != root / SHARDS:
        return path == root / ARTICLES_HEAD
    return path.name == NAME or re.fullmatch(f"{_SHARD}|{_OPEN}", path.name) is not None


def paths(project: Project) -> list[Path]:
    """The files of the articles that are there, each sorted by id: the sealed ones, then the open one.

    Raises InputError where a shard is gone or is not what was sealed, or one stands there that nobody
    named.
    """
    known = _settled(project)
    for each in known.shards:
        path = project.shards / each.name
        if not path.is_file():
            stand = many(each.articles, "article stands", "articles stand")
            raise InputError(f"{path} is gone: {stand} in it: {heads.ADVICE}")
        if project.disk.sha256(path) != each.sha256:
            raise InputError(
                f"{path} is not what was sealed, {NAME} has another hash: {heads.ADVICE}"
            )
    if known.shards and not project.articles_file.is_file():
        raise InputError(
            f"{project.articles_file} is gone, and shards stand beside it: {heads.ADVICE}"
        )
    named = {each.name for each in known.shards}
    for path in files.listed(project.shards) if project.shards.is_dir() else ():
        if re.fullmatch(_SHARD, path.name) and path.name not in named:
            raise InputError(
                f"{path} is not named in {NAME}, as a merge leaves it: {heads.ADVICE}; or move the file "
                "out of the corpus and run `qawl ingest` on it"
            )
    there = [*(project.shards / each.name for each in known.shards), project.articles_file]
    return [each for each in there if each.exists()]


def refuse_less(project: Project, articles: int) -> None:
    """Raises InputError where there are fewer articles than there were, or other shards."""
    if project.articles_head.is_file():
        heads.refuse_less(project, _head(_settled(project), articles))


def note(project: Project) -> None:
    """Says in heads.jsonl what articles are there."""
    _note(project, _settled(project))


def _note(project: Project, known: Shards) -> None:
    sealed = sum(each.articles for each in known.shards)
    opened = sum(1 for _ in files.lines(project.articles_file))
    heads.note(project, _head(known, sealed + opened) if known.shards else None)


def _head(known: Shards, articles: int) -> heads.Head:
    shards = heads.digest((each.name, each.sha256) for each in known.shards)
    return heads.Head(articles=articles, shards_sha256=shards)


def drop_others(project: Project, other: Project) -> None:
    """Removes the shards of another place that git put beside ours, whole or mixed with ours: they stand
    there as they were."""
    if project.root.resolve() == other.root.resolve():
        return
    heads.drop_others(project, other)
    ours, theirs = _settled(project).shards, _settled(other).shards
    if ours == theirs and _twice(project, ours):  # this side had no shards
        (project.shards / NAME).unlink()
        ours = ()
    for each in theirs:
        if each not in ours:
            (project.shards / each.name).unlink(missing_ok=True)


def _twice(project: Project, known: Iterable[Shard]) -> bool:
    """Whether an article of articles.jsonl stands in a shard too."""
    paths = [project.shards / each.name for each in known]
    opened = {ID.decode(line).id for _, line in files.lines(project.articles_file)} if paths else ()
    return any(ID.decode(line).id in opened for path in paths for _, line in files.lines(path))


def replace(project: Project, lines: Iterable[bytes]) -> None:
    """Replaces the articles by these lines, which are in the order of ids.

    An article stays in the shard in which it stands. Killed at any moment, the old or the new articles
    stand.
    """
    known = _settled(project)
    if not known.shards:
        project.shards.parent.mkdir(parents=True, exist_ok=True)
    with temporary.folder(project.shards) as folder:
        sealed = [_Sealed(folder, project.shards, each) for each in known.shards]
        opened = _Opened(folder, max((each.number for each in known.shards), default=0))
        for line in lines:
            identity = ID.decode(line).id
            taker = next((each for each in sealed if each.has(identity)), opened)
            taker.take(line)
        shards = [each for one in sealed for each in one.finish()] + opened.sealed
        _commit(project, known, tuple(shards), folder, opened.finish())
    note(project)


def _commit(
    project: Project, known: Shards, shards: tuple[Shard, ...], folder: Path, opened: "_Writer"
) -> None:
    """Puts what stands in a folder into the place of what is there."""
    if shards == known.shards:
        files.write_bytes(project.articles_file, _pieces(opened.path))
        return
    before, after = ({each.name for each in those} for those in (known.shards, shards))
    rest = f"open-{opened.digest()[:8]}.jsonl"
    coming = {each.name: folder / each.name for each in shards if each.name not in before}
    coming[rest] = opened.path
    _write(project, Shards(shards=known.shards, coming=tuple(coming)))
    for name, path in coming.items():
        files.write_bytes(project.shards / name, _pieces(path))
    _write(project, Shards(shards=shards, open=rest, gone=tuple(sorted(before - after))))
    _settled(project)


def _settled(project: Project) -> Shards:
    """What shards.json says, once what a killed run left is undone or finished."""
    known = _load(project)
    if not known.coming and known.open is None:
        return known
    with lock(project, "put the shards of the articles right"):
        known = _load(project)
        if known.open is not None and (project.shards / known.open).exists():
            files.write_bytes(project.articles_file, _pieces(project.shards / known.open))
        named = {each.name for each in known.shards}
        for name in (*known.coming, *known.gone, *filter(None, [known.open])):
            if name not in named:
                (project.shards / name).unlink(missing_ok=True)
        decided, known = known.open is not None, Shards(shards=known.shards)
        if decided:
            _note(project, known)
        _write(project, known)
    return known


def _load(project: Project) -> Shards:
    path = project.shards / NAME
    return files.load(path, Shards, advice=heads.ADVICE) if path.is_file() else Shards()


def _write(project: Project, told: Shards) -> None:
    content = msgspec.json.format(msgspec.json.encode(told), indent=1)
    files.write_bytes(project.shards / NAME, [content, b"\n"])


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


class _Writer:
    """A file of lines that is being written, with its digest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("xb")
        self._digest = sha256()
        self.size = self.lines = 0

    def take(self, line: bytes) -> None:
        """Adds a line with its end."""
        self._file.write(line)
        self._digest.update(line)
        self.size, self.lines = self.size + len(line), self.lines + 1

    def digest(self) -> str:
        """Hex SHA-256 of what was written."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Ends the file."""
        self._file.close()

    def sealed(self, number: int) -> Shard:
        """The file as the shard of that number."""
        self.close()
        made = Shard(f"{number:04}-{self.digest()[:8]}.jsonl", self.lines, self.digest())
        self.path = self.path.replace(self.path.with_name(made.name))
        return made


class _Opened:
    """The articles that are in no shard yet: what is too much for one file becomes shards."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._writer = _Writer(folder / f"new-{number}")
        self.sealed: list[Shard] = []

    def take(self, line: bytes) -> None:
        """Adds a line; the file before it is sealed where both are too much."""
        if self._writer.lines and self._writer.size + len(line) > SEAL:
            self._number += 1
            self.sealed.append(self._writer.sealed(self._number))
            self._writer = _Writer(self._folder / f"new-{self._number}")
        self._writer.take(line)

    def finish(self) -> _Writer:
        """What stays open."""
        self._writer.close()
        return self._writer


class _Sealed:
    """A shard beside the new lines of its articles: written anew from the first that is another."""

    def __init__(self, folder: Path, place: Path, shard: Shard) -> None:
        self._folder, self._path, self._shard = folder, place / shard.name, shard
        self._lines = _lines(self._path)
        self._writer: _Writer | None = None
        self._same = 0
        self._advance()

    def _advance(self) -> None:
        self._line = next(self._lines, None)
        self._id = ID.decode(self._line).id if self._line else None

    def has(self, identity: str) -> bool:
        """Whether an article stands here; those before it that did not come are left out."""
        while self._id is not None and self._id < identity:
            self._anew()
            self._advance()
        return self._id == identity

    def take(self, line: bytes) -> None:
        """The line that the next article has now."""
        if self._writer is None and line == self._line:
            self._same += 1
        else:
            self._anew().take(line)
        self._advance()

    def _anew(self) -> _Writer:
        """The file that comes, with the lines that stayed."""
        if self._writer is None:
            self._writer = _Writer(self._folder / f"anew-{self._shard.number}")
            for _, line in zip(range(self._same), _lines(self._path), strict=False):
                self._writer.take(line)
        return self._writer

    def finish(self) -> list[Shard]:
        """The shard as it is now; none where nothing is left in it."""
        if self._id is not None:
            self._anew()
        if self._writer is None:
            return [self._shard]
        if self._writer.lines:
            return [self._writer.sealed(self._shard.number)]
        self._writer.close()
        return []


def _lines(path: Path) -> Iterator[bytes]:
    file: BinaryIO
    with path.open("rb") as file:
        yield from (line for _, line in files.numbered(file, path))
