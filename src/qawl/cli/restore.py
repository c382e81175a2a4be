"""`qawl restore`."""

import sys
from pathlib import Path

import click

from qawl.cli.field_names import renamed
from qawl.cli.paths import Given, ReleaseFolder
from qawl.cli.terminal import say
from qawl.core.excerpts import many


@click.command()
@click.argument("release", type=ReleaseFolder())
@click.option(
    "--articles",
    required=True,
    multiple=True,
    type=Given(exists=True, path_type=Path),
    help="Your copies: files and folders, as for `qawl ingest`; may be given again.",
)
@click.option(
    "--map", "mapping", help="Rename fields of records, as for `qawl ingest`: text=body,…."
)
@click.option(
    "--to", "target", required=True, type=click.Path(path_type=Path), help="A new folder."
)
def command(release: Path, articles: tuple[Path, ...], mapping: str | None, target: Path) -> None:
    """Put withheld text back from your own copy, checked by hash.

    A copy may differ in what ingest cleans (line ends, Unicode form, lines that sites add), and in white
    space and invisible marks: blank lines, trailing spaces, all in one line. Exit 1 if a withheld article
    was not found.
    """
    from qawl.release import restore

    outcome = restore.restore_release(release, articles, target, renamed(mapping))
    nothing = "" if outcome.restored or outcome.missing else ": the release withholds no text"
    if outcome.missing and not outcome.restored:
        say(f"{target} is not made: no text was found")
    else:
        say(f"{target}: {many(len(outcome.restored), 'article')} restored{nothing}")
    for each in outcome.missing:
        say(f"not found: {each}" + f" ({restore.OTHER_SPACES})" * (each in outcome.near))
    if set(outcome.missing) - set(outcome.near):
        say(
            "no file under --articles has the text of these: name the files or folders that do; if a "
            "record has the text in another field, --map names it",
            err=True,
        )
    for each in outcome.untitled:
        say(f"title not found: {each}")
    for each in outcome.unread:
        say(f"not read: {each}", err=True)
    sys.exit(1 if outcome.missing else 0)
