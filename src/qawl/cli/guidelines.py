"""`qawl guidelines`."""

import codecs
import sys
from pathlib import Path

import click

from qawl.cli.paths import Written
from qawl.cli.terminal import say, warn_missing


@click.command()
@click.option("--html", type=Written(dir_okay=False), help="Write the page to this file.")
def command(html: Path | None) -> None:
    """Write the annotators' guidelines as a page, from the schemes and gold.

    The page is in the corpus's language if the schemes have it, else in English. It has each label's
    definition, examples and counter-examples, the rules, and what changed since annotators last worked.
    `push` shows the same in Label Studio as the instructions of each project. The page is HTML: give
    --html, or send what is printed to a file or another program.
    """
    from qawl.core import files, project
    from qawl.guidelines import page

    if html is None and sys.stdout.isatty():
        raise click.UsageError("the page is HTML, for a browser: give --html FILE, or write > FILE")
    corpus = project.load(Path())
    made = page.page(corpus)
    if html is None:
        narrow = (
            codecs.lookup(sys.stdout.encoding).name != "utf-8"
        )  # the page says that it is UTF-8
        say(made.encode("ascii", "xmlcharrefreplace") if narrow else made)
    else:
        files.write_text(html, made)
        say(f"{html}: open it in a browser", err=True)
    warn_missing(corpus)
