"""`qawl release`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.paths import Place
from qawl.cli.terminal import say

if TYPE_CHECKING:
    from qawl.articles.remote import Remote


@click.command()
@click.argument("version", required=False)
@click.option("--bump", is_flag=True, help="Take the version number that the changes require.")
@click.option("--draft", is_flag=True, help="Build even if gates fail; a draft can't be published.")
@click.option(
    "--silver",
    type=Place(),
    metavar="PLACE",
    help="Add the suggestions of `qawl suggest --silver PLACE` as a table of their own. Nobody has "
    "checked them.",
)
def command(version: str | None, bump: bool, draft: bool, silver: "Path | Remote | None") -> None:
    """Build a release of the dataset, offline and reproducible.

    Writes exports/releases/VERSION with parquet tables, the dataset card and a manifest. First it
    checks conditions (gates). If one is not met, no release is built, and the message says what to
    do. With --draft: exit 1 if something fits into no table and was left out.
    """
    from qawl.cli import release_summary
    from qawl.core import project
    from qawl.core.errors import GatesFailed
    from qawl.release import build

    if bump == bool(version):
        raise click.UsageError("give a version, as in 0.1.0, or --bump: one of the two")
    corpus = project.load(Path())
    with project.lock(corpus, "release"):
        try:
            built = build.release(corpus, version, draft=draft, silver=silver)
        except GatesFailed as error:
            for each in error.gates:
                say(f"gate: {each}", err=True)
            say("no release was built; --draft builds one that lists these", err=True)
            sys.exit(1)
    for line in release_summary.told(built, corpus):
        say(line)
    for line in (
        *release_summary.left_out(built),
        *release_summary.dropped(built, corpus),
        *release_summary.back(built, corpus),
        *release_summary.waiting(corpus),
    ):
        say(line, err=True)
    if not built.whole:
        sys.exit(1)
