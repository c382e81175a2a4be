"""corpus/articles.jsonl: the frozen articles, one a line, sorted by id; of many with shards before it.

Once a command all is checked: each article is what was frozen, none stands twice. A file that is out of
order, as a merge by git leaves it, is sorted on disk, and that is said.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import msgspec

from qawl.articles import frozen, shards
from qawl.articles.by_id import Articles
from qawl.core import result_cache
from qawl.core.project import Project, held, lock
from qawl.core.records import Article

R = TypeVar("R", "Head", Article)


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
                frozen.sort(project.articles_file)
    shards.refuse_less(project, count)
    return paths


_SOUND = "articles"
"""Where is kept how many articles there are of files that are sound."""


def _known(project: Project, paths: Iterable[Path]) -> tuple[bool, int]:
    """What `frozen.sound` says of files of these bytes, by an earlier command or now."""
    inputs = result_cache.inputs(project, paths)
    if (kept := result_cache.content(project, _SOUND, inputs)) is not None:
        return True, int(kept)
    sound, count = frozen.sound(paths, project.disk.open)
    if sound and held(project):
        result_cache.keep_content(project, _SOUND, inputs, str(count).encode())
        result_cache.forget_content(project, _SOUND, {inputs})
    return sound, count


def by_id(project: Project) -> Articles:
    """The frozen articles by id, each read from disk when it is asked for."""
    paths, disk = _check(project), project.disk
    state = project.articles_files
    return disk.once("articles by id", lambda: Articles(*paths, opened=disk.open), *state)


def with_fresh(project: Project, fresh: Path) -> Articles:
    """The frozen articles, and those of another file."""
    return Articles(*_check(project), fresh)
