"""`qawl release`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.paths import Place
from qawl.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qawl.articles.remote import Remote
    from qawl.core.project import Project
    from qawl.release.build import Built


@click.command()
@click.argument("version", required=False)
@click.option("--bump", is_flag=True, help="Take the version number that the changes require.")
@click.option("--draft", is_flag=True, help="Build even if gates fail; a draft can't be published.")
@click.option(
    "--silver",
    type=Place(),
    metavar="PLACE",
    help="Add what `qawl suggest --silver PLACE` made, as a table of its own that nobody checked.",
)
def command(version: str | None, bump: bool, draft: bool, silver: "Path | Remote | None") -> None:
    """Build a release of the dataset, offline and reproducible.

    Writes exports/releases/VERSION with parquet tables, the dataset card and a manifest. If a
    gate fails, no release is built, and the message says what to do.
    """
    # Arrow's own allocator keeps what is free, up to a third of what a release takes.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from qawl.core import project
    from qawl.core.errors import GatesFailed
    from qawl.release import build

    if bump == bool(version):
        raise click.UsageError("give a version, or --bump")
    corpus = project.load(Path())
    with project.lock(corpus, "release"):
        try:
            built = build.release(corpus, version, draft=draft, silver=silver)
        except GatesFailed as error:
            for each in error.gates:
                say(f"gate: {each}", err=True)
            say("no release was built; --draft builds one that lists these", err=True)
            sys.exit(1)
    _show(built, corpus)


def _show(built: "Built", corpus: "Project") -> None:
    """What is in the release, then what is wrong with it and what was left out."""
    from qawl.core.excerpts import listed
    from qawl.release.build import AS_DRAFT
    from qawl.release.gates import NAMED

    folder = built.folder.relative_to(corpus.root)
    for name, said in built.manifest.content.items():
        say(f"{name}: {said.rows} rows")
    word = "built" if built.fresh else "is there already, with the same bytes"
    say(f"{folder} {word}; content {built.manifest.content_sha256[:16]}")
    if built.manifest.draft:
        for each in built.manifest.open_gates:
            if each != AS_DRAFT:
                say(f"gate: {each}", err=True)
        say("this is a draft: it can't be published", err=True)
    for name in built.stale_scores:
        say(
            f"exports/scores/{name} is of other content: score again to have it in the card",
            err=True,
        )
    for reason, count in built.silver_left_out.most_common():
        say(f"left out of silver: {count}, because {reason}", err=True)
    for layer, ids in built.unannotated.items():
        if ids:
            what = "1 article" if len(ids) == 1 else f"{len(ids)} articles"
            say(
                f"left out of {layer}: {what} that nobody has annotated yet ({listed(ids, NAMED)}), "
                "released without annotations"
            )
    for each in _not_held(built):
        say(each, err=True)


def _not_held(built: "Built") -> "Iterator[str]":
    """What of gold no table can hold, by reason."""
    from qawl.core.excerpts import listed
    from qawl.release.gates import NAMED

    if built.not_held:
        yield (
            "LEFT OUT, since no table can hold it (`qawl validate` shows where; what gold lacks is "
            "undecided there, and stands in the table annotations):"
        )
    for reason, ids in built.not_held.items():
        yield f"            {len(ids)} × {reason} ({listed([*dict.fromkeys(ids)], NAMED)})"
