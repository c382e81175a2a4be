"""`qawl withdraw`."""

from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
@click.argument("article")
@click.option("--reason", required=True, help="Why; the next release says it.")
def command(article: str, reason: str) -> None:
    """Withdraw an article from annotation and from the next release.

    ARTICLE is its id. `push` removes its tasks where nobody has worked on them; its annotations stay
    in the journal.
    """
    from qawl.articles import withdrawal
    from qawl.core import project

    corpus = project.load(Path())
    with project.lock(corpus, "withdraw"):
        fresh = withdrawal.withdraw(corpus, article, reason)
    say(f"{article} withdrawn" if fresh else f"{article} was withdrawn before")
