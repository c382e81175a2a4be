"""`qawl adjudicate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli import judging
from qawl.cli.terminal import say
from qawl.core.excerpts import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qawl.gold.judge import Adjudicated


@click.command()
def command() -> None:
    """Make gold where annotators agree, and say what waits for a judge.

    It works offline and writes gold to exports/gold. `qawl push` makes the judge's tasks, in a project of
    their own; `qawl tasks --judge --layer LAYER` writes them to a file. After the judge has decided,
    `qawl pull` collects the verdicts, and `qawl adjudicate` makes gold of them.
    """
    from qawl.core import project
    from qawl.gold import judge

    corpus = project.load(Path())
    with project.lock(corpus, "adjudicate"):
        outcome = judge.adjudicate(corpus)
    for layer, count in outcome.decided.items():
        judged, waiting = outcome.incomplete[layer], outcome.waiting[layer]
        rest = [f"{many(judged, 'waits', 'wait')} for a judge"] if judged else []
        if waiting:
            rest.append(f"{many(waiting, 'waits', 'wait')} for further annotators")
        if reported := outcome.reported[layer]:
            what = many(reported, "correction of a reader waits", "corrections of readers wait")
            rest.append(f"{what} for a judge")
        said = "; ".join(rest) or ("all complete" if count else "nobody has annotated any yet")
        skipped = f" ({outcome.skipped[layer]} skipped by all)" if outcome.skipped[layer] else ""
        made = f"{many(count, 'article')}{skipped}, {outcome.changed[layer]} changed"
        say(f"{layer}: gold for {made}; {said}")
    for line in _next(outcome):
        say(line)
    for each in outcome.reopened:
        say(f"reopened: {each}")
    for each in outcome.stale:
        say(f"warning: {each}", err=True)


def _next(outcome: "Adjudicated") -> "Iterator[str]":
    """What to do about what waits, once for all layers."""
    judged = [
        name for name in outcome.decided if outcome.incomplete[name] or outcome.reported[name]
    ]
    alone = [name for name in outcome.decided if outcome.waiting[name]]
    if judged:
        yield f"for the judge: {judging.tasks(judged)}"
    if alone:
        yield (
            "for further annotators: one annotator alone did these articles; if one is enough, set "
            f"{', '.join(f'overlap.{name}' for name in alone)} to 1 in qawl.yaml"
        )
