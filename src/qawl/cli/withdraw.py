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
    in the journal. If another article of the corpus is a near-duplicate of it, that one is annotated in
    its place, and the command names it. The reason may not hold text of the article or of another
    withdrawn one, or the name of an annotator. Run it again to change the reason: the next release then
    gives the new one, for earlier releases too. To take the article back in,
    remove its line from corpus/withdrawn.jsonl, or the file with its only line.
    """
    from qawl.articles import released, selection, withdrawal
    from qawl.core import project
    from qawl.release.rights import privacy

    corpus = project.load(Path())
    with project.lock(corpus, "withdraw"):
        privacy.refuse_unpublishable(corpus, article, reason)
        planned = {*selection.planned(corpus)}
        before = withdrawal.withdraw(corpus, article, reason)
    if before is None:
        say(f"{article} withdrawn: the next release leaves it out")
        for each in sorted({*selection.planned(corpus)} - planned):
            say(
                f"{each}, a near-duplicate, is annotated in its place; withdraw it too if it should go"
            )
        if there := released.having(corpus, article):
            say(f"earlier releases keep it: {', '.join(there)}", err=True)
    elif before == reason:
        say(f"{article} was withdrawn before, for this reason")
    else:
        say(f"{article} was withdrawn before: the next release gives the new reason")
