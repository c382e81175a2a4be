"""`qawl agreement`."""

from pathlib import Path
from typing import Any

import click

MATRIX = 9
"""Labels that a confusion matrix shows in a terminal, those that differ most; JSON and page have all."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as it is stored.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to read."
)
@click.option("--layer", help="Show this layer alone.")
@click.option("--label", help="Show this label alone.")
def command(as_json: bool, html: Path | None, layer: str | None, label: str | None) -> None:
    """Measure how far annotators agree, with intervals.

    F1 of spans (exact, overlapping, boundaries off by a little, without proclitics), alpha on code
    points, kappa and AC1 of attributes, F1 of relations; pooled over articles, with bootstrap intervals
    over articles. Stored in exports/agreement.json.
    """
    import json

    from qawl.agreement import report
    from qawl.core import files, project

    corpus = project.load(Path())
    if layer is not None and layer not in corpus.settings.layers:
        raise click.BadParameter(f"{layer}: not one of {', '.join(corpus.settings.layers)}")
    with project.lock(corpus, "agreement"):
        found = report.report(corpus)
        report.store(corpus, found)
    layers = {name: each for name, each in found["layers"].items() if layer in (None, name)}
    if html is not None:
        from qawl.agreement import page as agreement_page

        files.write_text(html, agreement_page.page(corpus, layers))
        click.echo(f"{html}: open it in a browser", err=True)
    if as_json:
        click.echo(json.dumps({**found, "layers": layers}, ensure_ascii=False))
        return
    people = [name for name, person in found["people"].items() if person]
    if not people:
        click.echo("the annotators are recorded hands, not people")
    for name, figures in layers.items():
        _show(name, figures, label)


def _show(layer: str, figures: dict[str, Any], label: str | None) -> None:
    """One layer: its figures, those of labels and pairs, and where annotators differ most."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not figures["articles_compared"]:
        console.print(f"{layer}: no article has two annotators, so there is nothing to compare")
        return
    table = Table(
        "", "value", "95 %", "n", title=f"{layer}: {figures['articles_compared']} articles"
    )
    for name, said in _rows(figures, label):
        table.add_row(name, _number(said["value"]), _interval(said), str(said["n"]))
    console.print(table)
    console.print(_matrix(figures["confusion"]))
    for each in figures["confusion"]["most"][:8]:
        one, other = (name or "no span" for name in each["labels"])
        console.print(f"  {each['n']:4} × {one} against {other}", highlight=False)
    for article, said in list(figures["articles"].items())[:5]:
        console.print(
            f"  {article}: exact F1 {_number(said['exact_f1']['value'])}", highlight=False
        )


def _matrix(confusion: dict[str, Any]) -> Any:
    """Label against label where two annotators marked the same place; those that differ most."""
    from rich.table import Table

    counts = confusion["counts"]
    differing = sorted(
        range(len(counts)), key=lambda at: (counts[at][at] - sum(counts[at]), -sum(counts[at]))
    )
    shown = sorted(at for at in differing[:MATRIX] if sum(counts[at]))
    left = sum(1 for row in counts if sum(row)) - len(shown)
    title = "label against label, counted from both sides"
    table = Table(title=f"{title}; {left} more in --json" if left else title, title_justify="left")
    table.add_column("")
    for at in shown:
        table.add_column(confusion["labels"][at] or "no span", justify="right", overflow="fold")
    for at in shown:
        row = (str(counts[at][other] or "·") for other in shown)
        table.add_row(confusion["labels"][at] or "no span", *row)
    return table


def _rows(figures: dict[str, Any], label: str | None) -> list[tuple[str, dict[str, Any]]]:
    def plain(found: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
        return [
            (prefix + name, said)
            for name, said in found.items()
            if isinstance(said, dict) and "value" in said
        ]

    rows = [] if label else plain(figures)
    if not label:
        for name, found in figures["attributes"].items():
            rows += plain(found, f"{name} ")
        for name, found in figures["pairs"].items():
            rows += plain({"exact_f1": found["exact_f1"]}, f"{name} ")
        if len(figures["annotators"]) > 2:
            for name, found in figures["against_rest"].items():
                rows += plain({"exact_f1": found["exact_f1"]}, f"{name} against the rest ")
    for name, found in figures["labels"].items():
        if label in (None, name) and found["exact_f1"]["n"]:
            rows += plain(found if label else {"exact_f1": found["exact_f1"]}, f"{name} ")
    return rows


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _interval(said: dict[str, Any]) -> str:
    return "" if said["low"] is None else f"{said['low']:.3f} to {said['high']:.3f}"
