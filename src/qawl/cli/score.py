"""`qawl score`."""

from pathlib import Path
from typing import Any

import click

from qawl.cli.terminal import say


@click.command()
@click.argument("release", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option("--split", help="Score this split alone; by default all.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Predictions of a second system, for a paired test.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    release: Path, predictions: Path, split: str | None, against: Path | None, as_json: bool
) -> None:
    """Score predictions against the gold of a release.

    PREDICTIONS is a JSON Lines file, a line an article and layer: article_id, layer, spans (label, start,
    end, attributes), relations (label, from, to), attributes. The figures are those of `qawl agreement`,
    with gold as one annotator and the system as the other. Undecided stretches count for nobody. Layers
    without predictions are left out; an article without a line counts as predicted empty.
    """
    import json

    from qawl.scoring.score import Request, score

    found = score(Request(release, predictions, split, against))
    if as_json:
        say(json.dumps(found, ensure_ascii=False))
        return
    for name, figures in found["layers"].items():
        _show(name, figures)
    if found["without_predictions"]:
        say(f"no predictions for: {', '.join(found['without_predictions'])}", err=True)


def _show(layer: str, figures: dict[str, Any]) -> None:
    from rich.table import Table

    from qawl.cli.terminal import console

    table = Table(
        "",
        "precision",
        "recall",
        "F1",
        "95 %",
        "n",
        title=f"{layer}: {figures['n_articles']} articles",
        title_justify="left",
    )
    _row(table, "exact", figures, figures["exact_f1"])
    for name in ("overlap_f1", "boundary_f1", "relation_f1"):
        if name in figures:
            _row(table, name, {}, figures[name])
    for name in ("whole", "who_said_what"):
        if name in figures:
            said = figures[name]
            table.add_row(
                name,
                *map(_number, (said["precision"], said["recall"], said["value"])),
                "",
                str(said["n"]),
            )
    for label, said in figures["labels"].items():
        _row(table, label, said, said["exact_f1"])
    for name, said in figures["ranking"].items():
        table.add_row(
            f"{name}, average precision",
            "",
            "",
            _number(said["average_precision"]),
            "",
            str(said["n"]),
        )
    console().print(table)
    if "paired" in figures:
        test = figures["paired"]["exact_f1"]
        say(f"against the second system: {test['difference']:+.3f} exact F1, p = {test['p']:.4f}")


def _row(table: Any, name: str, shares: dict[str, Any], figure: dict[str, Any]) -> None:
    interval = "" if figure["low"] is None else f"{figure['low']:.2f} to {figure['high']:.2f}"
    table.add_row(
        name,
        _number(shares.get("exact_precision")),
        _number(shares.get("exact_recall")),
        _number(figure["value"]),
        interval,
        str(figure["n"]),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
