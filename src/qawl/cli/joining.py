"""What `qawl ingest --merge` does: the articles of other places come into the corpus."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from qawl.cli import places
from qawl.cli.terminal import say

if TYPE_CHECKING:
    from qawl.articles.joining import Side
    from qawl.core.project import Project

_PARTS = "corpus/articles.jsonl", "corpus/articles/", "corpus/heads.jsonl"


def merge(corpus: "Project", others: tuple[str, ...]) -> bool:
    """Joins the articles of other places to those of a corpus; whether nothing was left out."""
    from qawl.articles import joining
    from qawl.core.project import load

    left_out: list[str] = []
    for name in others:
        with ExitStack() as stack:
            outcome = joining.join(corpus, _side(corpus, name, stack))
        for line in joining.said(name, outcome):
            say(line)
        left_out += joining.left_out(name, outcome)
        corpus = load(corpus.root)
    for line in left_out:
        say(f"LEFT OUT: {line}")
    return not left_out


def _side(corpus: "Project", name: str, stack: ExitStack) -> "Side":
    from qawl.articles.joining import Side
    from qawl.core.disk import Disk
    from qawl.core.errors import InputError

    def at(folder: Path) -> "Project":
        return type(corpus)(root=folder.resolve(), settings=corpus.settings, disk=Disk())

    place = places.place(corpus, name, stack, *_PARTS)
    if not any((place / each).exists() for each in _PARTS):
        raise InputError(f"{name}: no articles there (corpus/articles.jsonl)")
    if Path(name).exists() or (commit := places.commit(corpus, name)) is None:
        return Side(at(place))
    base = places.parted(corpus, commit)
    return Side(at(place), at(places.laid_out(corpus, base, stack, *_PARTS)) if base else None)
