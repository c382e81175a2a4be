"""Other places of a corpus, as users name them: a folder, or a commit of git laid out as files."""

import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from qawl.core import temporary
from qawl.core.errors import InputError
from qawl.core.project import only_files

if TYPE_CHECKING:
    from qawl.core.project import Project


def place(corpus: "Project", name: str, stack: ExitStack, *parts: str) -> Path:
    """Where another place stands: a folder or file, else these parts of a branch laid out as files."""
    if name and (other := Path(name)).exists():
        for each in (other, *(other / part for part in parts)):
            only_files(each)
        return other
    at = commit(corpus, name)
    if at is None:
        raise InputError(f"{name!r}: no such folder, and no branch or commit of git")
    return laid_out(corpus, at, stack, *parts)


def commit(corpus: "Project", name: str) -> str | None:
    """The commit of a branch; None where there is none."""
    words = "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
    found = _git(corpus, *words)
    return found.decode().strip() if found is not None else None


def parted(corpus: "Project", at: str) -> str | None:
    """The commit from which a commit and what is checked out both come; None where there is none."""
    found = _git(corpus, "merge-base", "HEAD", at)
    return found.decode().strip() if found is not None else None


def unmerged(corpus: "Project", part: str) -> list[str]:
    """The files of a part of the corpus that git could not merge."""
    words = "diff", "--name-only", "--relative", "--diff-filter=U", "-z", "--", part
    found = (_git(corpus, *words) or b"").decode("utf-8", "surrogateescape")
    return sorted({*filter(None, found.split("\0"))})


def laid_out(corpus: "Project", at: str, stack: ExitStack, *parts: str) -> Path:
    """A folder with these parts of the corpus as they are in a commit."""
    corpus.make_state()
    folder = stack.enter_context(temporary.folder(corpus.state / "commit"))
    listed = _git(corpus, "ls-tree", "-r", "-z", "--name-only", at, *parts) or b""
    for path in filter(None, listed.decode().split("\0")):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_git(corpus, "show", f"{at}:./{path}") or b"")
    return folder


def _git(corpus: "Project", *words: str) -> bytes | None:
    """What git says in the corpus; None where it can't do it, or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(corpus.root), *words], check=False, capture_output=True
        )
    except FileNotFoundError:
        return None
    return None if done.returncode else done.stdout
