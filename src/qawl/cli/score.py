"""`qawl score`."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.paths import ReleaseFolder, Written
from qawl.cli.terminal import say, table
from qawl.core.excerpts import many

if TYPE_CHECKING:
    from qawl.scoring.figures import Head, LayerScores

WORST = 5
"""Articles that are named, those where the system is furthest from gold."""


@click.command()
@click.argument("release", type=ReleaseFolder())
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option("--split", help="Score only this split; by default all.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Predictions of a second system, for a paired test.",
)
@click.option(
    "--soft",
    is_flag=True,
    help="Also compare distributions and answers with the votes of annotators.",
)
@click.option(
    "--html",
    type=Written(dir_okay=False),
    help="Write the figures and the worst articles as a page.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    release: Path,
    predictions: Path,
    split: str | None,
    against: Path | None,
    soft: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Score predictions against the gold of a release.

    PREDICTIONS is a JSON Lines file with one line for each article and layer: article_id, layer, spans
    (label, start, end, attributes), relations (label, from, to), attributes; or, in place of spans,
    tags: one for each token of the table tokens. The figures are those of `qawl agreement`, with gold
    as one annotator and the system as the other. Undecided stretches are not scored. Layers without
    predictions are left out. An article without a line counts as an empty prediction. docs/scoring.md
    explains each figure.
    """
    import json

    from qawl.core import files
    from qawl.scoring import score

    if html is not None:
        _refuse_to_replace(html, release, predictions, against)
    request = score.Request(release, predictions, split, against, soft)
    layers, head = score.gathered(request)
    found = score.figures(request, layers, head)
    if html is not None:
        from qawl.scoring import page

        files.write_text(html, page.page(found, layers))
        say(f"{html}: open it in a browser", err=True)
    if as_json:
        say(json.dumps(found.plain(), ensure_ascii=False))
    else:
        for name, figures in found.layers.items():
            _show(name, figures)
    _warn(found.head)


def _refuse_to_replace(html: Path, release: Path, *read: Path | None) -> None:
    """Raises InputError where a page would stand in the release, or in place of what is scored."""
    from qawl.core.errors import InputError

    place = html.resolve()
    if place.is_relative_to(release.resolve()):
        raise InputError(f"{html} is inside the release: write the page to another folder")
    if place in {each.resolve() for each in read if each is not None}:
        raise InputError(f"{html} is a file of predictions: give the page another name")


def _warn(head: "Head") -> None:
    """What was not scored or not as it should be, last."""
    if head.without_predictions:
        say(f"no predictions for: {', '.join(head.without_predictions)}", err=True)
    for each in head.warnings:
        say(each, err=True)


def _show(layer: str, figures: "LayerScores") -> None:
    from qawl.scoring.page import rows

    title = f"{layer}: {many(figures.n_articles, 'article')}"
    every = list(rows(figures))
    shown = [each for each in every if each[-1] != "0"]
    table(title, ("", "precision", "recall", "F1", "95 %", "n"), shown)
    if left := len(every) - len(shown):
        say(f"  not shown: {many(left, 'figure')} without anything to compare (--json has them)")
    if figures.spans is None:
        return
    for each in figures.spans.confusion.most[:WORST]:
        gold, system = (name or "no span" for name in each.labels)
        say(f"  {each.n:4} × {gold} in gold is {system} in the system")
    lowest = islice(figures.spans.of_articles, WORST if figures.spans.labels else 0)
    worst = [each for each in lowest if each[1] != 1]
    if worst:
        say("  the articles with the least agreement with gold:")
    for article, value in worst:
        say(f"  {article}: exact F1 {'–' if value is None else f'{value:.3f}'}")
    for name, test in (figures.paired or {}).items():
        if test.p is not None:
            say(f"  against the second system: {test.difference:+.3f} {name}, p = {test.p:.4f}")
