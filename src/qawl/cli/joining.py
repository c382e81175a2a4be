"""What `qawl ingest --merge` does: the articles of other places come into the corpus."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qawl.cli import places
from qawl.cli.terminal import say

if TYPE_CHECKING:
    from qawl.articles.joining import Side
    from qawl.core.project import Project

_PARTS = "corpus/articles.jsonl", "corpus/articles/", "corpus/heads.jsonl"
_SET_ASIDE, _WITHDRAWN = _LISTS = "corpus/set-aside.jsonl", "corpus/withdrawn.jsonl"


def merge(corpus: "Project", others: tuple[str, ...]) -> bool:
    """Joins the articles of other places to those of a corpus; whether nothing was left out."""
    from qawl.articles import joining
    from qawl.core.project import load

    left_out: list[str] = []
    for name in others:
        with ExitStack() as stack:
            side = _side(corpus, name, stack)
            outcome = joining.join(corpus, side)
            for line in joining.said(name, outcome):
                say(line)
            lists = _join_lists(corpus, name, side, stack)
        left_out += [*joining.left_out(name, outcome), *lists]
        corpus = load(corpus.root)
    left_out += _unsettled(corpus)
    for line in left_out:
        say(f"LEFT OUT: {line}")
    return not left_out


def _join_lists(corpus: "Project", name: str, side: "Side", stack: ExitStack) -> list[str]:
    """Joins the lists beside the articles; what was not taken over."""
    from qawl.articles import joined_lists

    came = joined_lists.set_aside(corpus, _ours(corpus, _SET_ASIDE, stack), side)
    out, differ = joined_lists.withdrawn(corpus, _ours(corpus, _WITHDRAWN, stack), side)
    for count, path in ((came, _SET_ASIDE), (out, _WITHDRAWN)):
        if count:
            say(f"lines of {name} added to {path}: {count}")
    return [
        f"article {each}: {name} has another reason why it is withdrawn: that of here stays"
        for each in differ
    ]


def _ours(corpus: "Project", path: str, stack: ExitStack) -> "Project":
    """Where this side's list stands: where git could not merge it, in the commit that is checked out."""
    from qawl.core import files

    if path in places.unmerged(corpus, path):
        at = places.laid_out(corpus, "HEAD", stack, path)
        lines = (
            (corpus.root / path).read_bytes().splitlines() if (corpus.root / path).is_file() else ()
        )
        if not (at / path).exists() or any(each.startswith(files.MARKS) for each in lines):
            return _at(corpus, at)
    return _at(corpus, corpus.root)


def _unsettled(corpus: "Project") -> list[str]:
    """The other files of the corpus that git could not merge: `git add` would keep what stands there."""
    return [
        f"{path}: git could not merge it: put it right before `git add`"
        for path in places.unmerged(corpus, "corpus")
        if not path.startswith(_PARTS) and path not in _LISTS
    ]


def _at(corpus: "Project", folder: Path) -> "Project":
    from qawl.core.disk import Disk

    return replace(corpus, root=folder.resolve(), disk=Disk())


def _side(corpus: "Project", name: str, stack: ExitStack) -> "Side":
    from qawl.articles.joining import Side
    from qawl.core.errors import InputError

    parts = *_PARTS, *_LISTS
    place = places.place(corpus, name, stack, *parts)
    if not any((place / each).exists() for each in _PARTS):
        raise InputError(f"{name}: no articles there (corpus/articles.jsonl)")
    if Path(name).exists() or (commit := places.commit(corpus, name)) is None:
        return Side(_at(corpus, place))
    base = places.parted(corpus, commit)
    before = _at(corpus, places.laid_out(corpus, base, stack, *parts)) if base else None
    return Side(_at(corpus, place), before)
