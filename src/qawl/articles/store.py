"""corpus/articles.jsonl: the frozen articles, one a line, sorted by id; of many with shards before it.

Once a command all is checked: each article is what was frozen, none stands twice. A file that is out of
order, as a merge by git leaves it, is sorted on disk, and that is said.
"""

import logging
import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from heapq import merge
from itertools import chain, groupby, pairwise
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from qawl.articles import cleaning, shards
from qawl.core import files as core_files
from qawl.core import result_cache
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.project import Project, held, lock
from qawl.core.records import Article, Edit
from qawl.core.text import sha256

T = TypeVar("T")
R = TypeVar("R", "Head", Article)
_NUMBER = re.compile(r"[0-9a-f]{12}")
_log = logging.getLogger("qawl")


class Head(msgspec.Struct, frozen=True, gc=False):
    """What of an article decides where it goes: the line without its text."""

    id: str
    group: str
    language: str = "und"
    source: str | None = None
    published: str | None = None
    license: str | None = None
    redistribute: bool = False
    text_sha256: str = ""


def article_id(source: str | None, text: str, source_id: str | None = None) -> str:
    """12 hex digits from source and frozen text: the same wherever and whenever it is made.

    `source_id` tells adopted articles of one text apart.
    """
    adopted = "" if source_id is None else f"\x00{source_id}"
    return sha256(f"{source or ''}\x00{text}{adopted}")[:12]


def articles(project: Project) -> Iterator[Article]:
    """The frozen articles, in the order of their ids."""
    return _merged(project, Article)


def heads(project: Project) -> Iterator[Head]:
    """The heads of the frozen articles, in the order of their ids."""
    return _merged(project, Head)


def unknown(project: Project, given: str) -> str:
    """That something is the id of no article, in words: with the id, where it is a file that one came
    from, or its title."""
    ids = [
        each.id
        for each in articles(project)
        if given == each.title or f"/{each.received}".endswith(f"/{given.removeprefix('./')}")
    ]
    if len(ids) == 1:
        return f"{given} is not the id of an article: that article is {ids[0]}"
    return f"{given} is not an article of this corpus: the ids are in corpus/articles.jsonl"


def withholds(project: Project) -> bool:
    """Whether there is an article that may not be redistributed."""

    def made() -> bool:
        return any(not each.redistribute for each in heads(project))

    return project.disk.once("an article is withheld", made, *project.articles_files)


def _merged(project: Project, kind: type[R]) -> Iterator[R]:
    """The articles of all files in the order of ids."""
    paths = _check(project)
    if len(paths) <= 1:
        return project.disk.read(project.articles_file, kind)
    return merge(*(project.disk.read(path, kind) for path in paths), key=attrgetter("id"))


def _check(project: Project) -> list[Path]:
    """The files of the articles; raises InputError, with the line, where one is not what was frozen.

    Sorts the open one if need be.
    """
    paths, disk = shards.paths(project), project.disk
    state = project.articles_files
    count = 0
    if paths:
        sound, count = disk.once("articles are sound", lambda: _known(project, paths), *state)
        if not sound:
            with lock(project, "sort articles"):
                _sort(project.articles_file)
    shards.refuse_less(project, count)
    return paths


_SOUND = "articles"
"""Where is kept how many articles there are of files that are sound."""


def _known(project: Project, paths: Iterable[Path]) -> tuple[bool, int]:
    """What `_sound` says of files of these bytes, by an earlier command or now."""
    inputs = result_cache.inputs(project, paths)
    if (kept := result_cache.content(project, _SOUND, inputs)) is not None:
        return True, int(kept)
    sound, count = _sound(paths, project.disk.open)
    if sound and held(project):
        result_cache.keep_content(project, _SOUND, inputs, str(count).encode())
        result_cache.forget_content(project, _SOUND, {inputs})
    return sound, count


def _sound(paths: Iterable[Path], opened: core_files.Opener) -> tuple[bool, int]:
    """Whether every line is a frozen article, ended, after those with lower ids; how many articles."""
    last, sound, count = _At("", "", "", True), True, 0
    members: dict[str, _At] = {}
    for each in merge(*(_frozen(path, opened) for path in paths), key=attrgetter("id")):
        if each.group != each.id:
            members[each.id] = each
        if each.id == last.id and each.path != last.path:
            raise InputError(
                f"{each.where}: article {each.id} stands in {last.where} too: bring "
                "corpus/articles and corpus/articles.jsonl back from version control together, or take "
                "it out of the file that is no shard"
            )
        sound = sound and each.id > last.id and each.ended
        count += each.id != last.id
        last = each
    for each in members.values():
        if each.group in members:
            raise InputError(
                f"{each.where}: its group {each.group} is an article of another group: bring the "
                "line back from version control"
            )
    return sound, count


class _At(msgspec.Struct, frozen=True, gc=False):
    """An article in a file: its group, where it stands, and whether its line has an end."""

    id: str
    group: str
    where: str
    ended: bool
    path: str = ""


def _frozen(path: Path, opened: core_files.Opener) -> Iterator[_At]:
    """The articles of a file, each as it was frozen."""
    decoder = msgspec.json.Decoder(Article)
    for number, _, line in _lines(path, opened):
        article = core_files.decoded(decoder, line, path, number)
        where = f"{path}, line {number}"
        if problem := _contradiction(article):
            raise InputError(f"{where}: {problem}: bring the line back from version control")
        yield _At(article.id, article.group, where, line.endswith(b"\n"), str(path))


def _contradiction(article: Article) -> str | None:
    """What of an article can't be as it was frozen, in words."""
    if not all(map(_NUMBER.fullmatch, (article.id, article.group))):
        return _odd(article.id)
    if sha256(article.text) != article.text_sha256:
        return f"the text of article {article.id} is not the one that was frozen"
    made = (article_id(article.source, article.text, each) for each in (None, article.source_id))
    if article.id not in made:
        return f"article {article.id} is not the one that has this source and text"
    if edit := _not_made(article):
        where = f"the edit of {edit.start} to {edit.end} by the rule {edit.rule}"
        return f"article {article.id}: {where} is none that cleaning made"
    return None


def _odd(identity: str) -> str:
    return f"article {identity}: ids have 12 digits of 0 to 9 and a to f"


def _not_made(article: Article) -> Edit | None:
    """An edit that cleaning can't have made: out of the text, over another of its pass, or with another
    outcome than its rule has."""
    text = article.text
    passes = [list(each) for _, each in groupby(article.edits, key=lambda edit: edit.rule)]
    for edits in reversed(passes):
        before: list[str] = []
        at = 0
        for edit in edits:
            inside = at <= edit.start <= edit.end <= len(text)
            if not inside or not cleaning.fits(edit, text[edit.start : edit.end]):
                return edit
            before += text[at : edit.start], edit.was
            at = edit.end
        text = "".join([*before, text[at:]])
    return None


def _sort(path: Path) -> None:
    """Sorts the lines of the articles on disk and ends each; of lines that are the same, one stays."""
    places: dict[str, tuple[int, int, int]] = {}
    twice = 0
    with path.open("rb") as file:
        for number, offset, line in _lines(path, core_files.from_disk):
            identity = shards.ID.decode(line).id
            first, at, length = places.setdefault(identity, (number, offset, len(line)))
            file.seek(at)
            if file.read(length).rstrip() != line.rstrip():
                raise InputError(
                    f"{path}, line {number}: article {identity} is in line {first} too, with "
                    "other content: remove one of the two lines"
                )
            twice += first != number

        def ordered() -> Iterator[bytes]:
            for identity in sorted(places):
                _, at, length = places[identity]
                file.seek(at)
                yield file.read(length).rstrip(b"\n") + b"\n"

        core_files.write_bytes(path, ordered())
    said = []
    if list(places) != sorted(places):
        said.append("was not in the order of ids, as a merge leaves it: it is sorted")
    if twice:
        said.append(f"had {many(twice, 'line')} that stood twice: one of each is dropped")
    _log.warning("%s %s", path, "; ".join(said) or "had no end of its last line: it has one now")


def _lines(path: Path, opened: core_files.Opener) -> Iterator[tuple[int, int, bytes]]:
    """(number from 1, offset, line with its end) of each line that is not empty."""
    offset = 0
    with opened(path) as file, core_files.naming(path):
        for number, line in core_files.numbered(file, path):
            if line.strip():
                yield number, offset, line
            offset += len(line)


class Articles(Mapping[str, Article]):
    """The articles of some files by id, read when asked for: only their places are kept, as numbers."""

    def __init__(self, *paths: Path, opened: core_files.Opener = core_files.from_disk) -> None:
        self._paths, self._open = paths, opened
        self._ids, self._files = array("Q"), array("H")
        self._offsets, self._lengths = array("Q"), array("Q")
        for number, path in enumerate(paths):
            for identity, offset, length in _places(path, opened):
                self._ids.append(int(identity, 16))
                self._files.append(number)
                self._offsets.append(offset)
                self._lengths.append(length)
        self._sort()

    def _sort(self) -> None:
        """Puts the places in the order of ids; of one id the last stays."""
        ids = self._ids
        if all(one < other for one, other in pairwise(ids)):
            return
        order = sorted(range(len(ids)), key=ids.__getitem__)
        after = chain((ids[each] for each in order[1:]), (None,))
        last = [each for each, other in zip(order, after, strict=True) if ids[each] != other]
        for name in ("_ids", "_files", "_offsets", "_lengths"):
            there = getattr(self, name)
            setattr(self, name, array(there.typecode, map(there.__getitem__, last)))

    def number(self, identity: object) -> int | None:
        """The number of an article in the order of ids, from 0; None where there is none."""
        if not isinstance(identity, str) or not _NUMBER.fullmatch(identity):
            return None
        wanted = int(identity, 16)
        at = bisect_left(self._ids, wanted)
        return at if at < len(self._ids) and self._ids[at] == wanted else None

    def at(self, number: int) -> str:
        """The id of the article of this number."""
        return f"{self._ids[number]:012x}"

    def __getitem__(self, identity: str) -> Article:
        (article,) = self.many([identity])
        return article

    def __contains__(self, identity: object) -> bool:
        return self.number(identity) is not None

    def __iter__(self) -> Iterator[str]:
        return (f"{each:012x}" for each in self._ids)

    def __len__(self) -> int:
        return len(self._ids)

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
                    if wanted is not None and wanted in self:
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
        except core_files.UNREADABLE as error:
            path = self._paths[self._files[self._known(identity)]]
            raise InputError(
                f"{path}, article {identity}: {core_files.problem(line, error)}"
            ) from error

    def _known(self, identity: str) -> int:
        """The number of an article; raises KeyError where there is none."""
        at = self.number(identity)
        if at is None:
            raise KeyError(identity)
        return at

    @contextmanager
    def _opened(self) -> Iterator[Callable[[str], bytes]]:
        """Reads the line of an article; files are opened once and closed in the end."""
        files: dict[int, BinaryIO] = {}
        with ExitStack() as stack:

            def line(identity: str) -> bytes:
                at = self._known(identity)
                number = self._files[at]
                if number not in files:
                    files[number] = stack.enter_context(self._open(self._paths[number]))
                files[number].seek(self._offsets[at])
                return files[number].read(self._lengths[at])

            yield line


def _places(path: Path, opened: core_files.Opener) -> Iterator[tuple[str, int, int]]:
    """(id, offset, length of the line) of each article of a file; nothing if no file."""
    if path.exists():
        for number, offset, line in _lines(path, opened):
            identity = core_files.decoded(shards.ID, line, path, number).id
            if not _NUMBER.fullmatch(identity):
                raise InputError(f"{path}, line {number}: {_odd(identity)}")
            yield identity, offset, len(line)


def by_id(project: Project) -> Articles:
    """The frozen articles by id, each read from disk when it is asked for."""
    paths, disk = _check(project), project.disk
    state = project.articles_files
    return disk.once("articles by id", lambda: Articles(*paths, opened=disk.open), *state)


def with_fresh(project: Project, fresh: Path) -> Articles:
    """The frozen articles, and those of another file."""
    return Articles(*_check(project), fresh)
