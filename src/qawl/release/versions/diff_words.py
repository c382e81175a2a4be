"""What changed between two releases, in words: lines, and Markdown for a changelog."""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from qawl.core.excerpts import many
from qawl.core.markdown import escaped
from qawl.release.versions.diff import Difference

NAMED = 100
"""Articles that a changelog names; `qawl diff --json` has all."""
NAMED_WITH_TITLE = re.compile(r"(?P<before>- `(?P<id>[0-9a-f]{12})`) “.*”(?P<after>: .*)")
"""A line of a changelog that names an article by its title."""
LONGEST_TITLE = 80
"""Code points of a title that a changelog shows."""

_DOCUMENTS = ("README.md", "CITATION.cff", "GUIDELINES.md")
"""What people read beside the changelog, the card first."""
_FIGURES = re.compile(r"[0-9a-f]{8,}|\d+")


def markdown(found: Difference) -> str:
    """The changes as Markdown, for a changelog."""
    lines = [
        f"Changes from {found.old} to {found.new}:",
        "",
        "| layer | label | change | n |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {escaped(each.layer)} | {escaped(each.label)} | {each.kind} | {each.count} |"
        for each in found.changes
    ]
    lines += ["", *(f"- {escaped(each)}" for each in steps(found))] if found.steps else []
    lines += ["", *named(found, markdown=True)] if found.articles else []
    return "\n".join(lines) + "\n"


def named(found: Difference, *, markdown: bool = False) -> Iterator[str]:
    """The articles that changed, a line each; after NAMED of them how many more there are."""
    bullet, shown, code = ("- ", escaped, "`") if markdown else ("", str, "")
    for each in found.articles[:NAMED]:
        title = " ".join((each.title or "").split())
        title = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
        called = f" “{shown(title)}”" if title else ""
        yield f"{bullet}{code}{each.id}{code}{called}: {shown(', '.join(each.changes))}"
    if (more := len(found.articles) - NAMED) > 0:
        yield f"{bullet}and {many(more, 'more article')}"


def with_documents(found: Difference, old: Path, new: Path) -> Difference:
    """The changes with the documents of the two releases that were reworded, if some were."""
    reworded = any(each.kind == "reworded" for each in found.changes)
    return replace(found, documents=(*_documents(old, new),)) if reworded else found


def _documents(old: Path, new: Path) -> list[str]:
    """The documents of two releases that say something else, in more than figures: what a version or a
    date changes is no other wording. The card where none does."""
    names = [*_DOCUMENTS, *sorted(f"schemes/{each.name}" for each in (new / "schemes").glob("*"))]
    return [each for each in names if _worded(old / each) != _worded(new / each)] or [_DOCUMENTS[0]]


def _worded(path: Path) -> str | None:
    """The text of a document without figures and digests; None where there is none."""
    return _FIGURES.sub("", path.read_text("utf-8")) if path.is_file() else None


def steps(found: Difference) -> Iterator[str]:
    """The steps of the schemes in words."""
    for layer, stated in sorted((found.steps or {}).items()):
        yield from (f"scheme of {layer}: {each}" for each in stated)
