"""`qawl guidelines`."""

import codecs
import sys
from pathlib import Path

import click

from qawl.cli.paths import Written
from qawl.cli.terminal import say


@click.command()
@click.option("--html", type=Written(dir_okay=False), help="Write the page to this file.")
def command(html: Path | None) -> None:
    """Write the annotators' guidelines as a page, from the schemes and gold.

    The page is in the corpus's language if the schemes have it, else in English. It has each label's
    definition, examples and counter-examples, the rules, and what changed since annotators last worked.
    `push` shows the same in Label Studio as the instructions of each project.
    """
    from qawl.core import files, project
    from qawl.guidelines import page

    made = page.page(project.load(Path()))
    if html is None:
        narrow = (
            codecs.lookup(sys.stdout.encoding).name != "utf-8"
        )  # the page says that it is UTF-8
        say(made.encode("ascii", "xmlcharrefreplace") if narrow else made)
    else:
        files.write_text(html, made)
        say(f"{html}: open it in a browser", err=True)
