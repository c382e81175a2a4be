"""`qawl adjudicate`."""

from pathlib import Path

import click

from qawl.cli.terminal import say
from qawl.core.excerpts import many


@click.command()
def command() -> None:
    """Make gold where annotators agree, and a judge's tasks for the rest.

    It works offline and writes gold to exports/gold. `qawl push` sends the judge's tasks to a project of
    their own. After the judge has decided, `qawl pull` collects the verdicts, and `qawl adjudicate` makes
    gold of them.
    """
    from qawl.core import project
    from qawl.gold import judge

    corpus = project.load(Path())
    with project.lock(corpus, "adjudicate"):
        outcome = judge.adjudicate(corpus)
    for layer, count in outcome.decided.items():
        judged, waiting = outcome.incomplete[layer], outcome.waiting[layer]
        sent = f"`qawl push` sends them, or `qawl tasks --layer {layer} --judge` writes them"
        rest = [f"{many(judged, 'waits', 'wait')} for a judge ({sent})"] if judged else []
        if waiting:
            rest.append(
                f"{many(waiting, 'waits', 'wait')} for further annotators, one alone did "
                f"{'it' if waiting == 1 else 'them'} (set overlap.{layer} to 1 in qawl.yaml if one is "
                "enough)"
            )
        if reported := outcome.reported[layer]:
            what = many(reported, "correction of a reader waits", "corrections of readers wait")
            rest.append(f"{what} for a judge ({sent})")
        said = "; ".join(rest) or ("all complete" if count else "nobody has annotated any yet")
        say(f"{layer}: gold for {many(count, 'article')}, {outcome.changed[layer]} changed; {said}")
    for each in outcome.reopened:
        say(f"reopened: {each}")
    for each in outcome.stale:
        say(f"warning: {each}", err=True)
