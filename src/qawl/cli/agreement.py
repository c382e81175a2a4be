"""`qawl agreement`."""

from pathlib import Path
from typing import Any

import click

from qawl.cli.terminal import say

WORST = 5
"""Articles that are named, those on which annotators agree least."""

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

    F1 of spans (exact, overlapping, boundaries off by a little, without proclitics) and of relations,
    alpha on code points, and alpha, kappa and AC1 of attributes, for any number of annotators. Figures
    are pooled over articles; their 95 % intervals say how far other articles might take them. Stored in
    exports/agreement.json. docs/agreement.md explains each figure.
    """
    import json

    from qawl.agreement import report
    from qawl.core import files, project
    from qawl.suggest.fate import fate

    corpus = project.load(Path())
    if layer is not None and layer not in corpus.settings.layers:
        raise click.BadParameter(f"{layer}: not one of {', '.join(corpus.settings.layers)}")
    with project.lock(corpus, "agreement"):
        found = report.report(corpus)
        for name, each in found["layers"].items():
            if "suggestions" in each:
                each["suggestions"]["fate"] = fate(corpus, name)
        report.store(corpus, found)
    layers = {name: each for name, each in found["layers"].items() if layer in (None, name)}
    if html is not None:
        from qawl.agreement import page as agreement_page

        files.write_text(html, agreement_page.page(corpus, layers))
        say(f"{html}: open it in a browser", err=True)
    if as_json:
        say(json.dumps({**found, "layers": layers}, ensure_ascii=False))
        return
    _show_all(found["people"], layers, label)
    for name, figures in layers.items():
        if "suggestions" in figures:
            _show_suggested(name, figures["suggestions"])
    for name, figures in layers.items():
        for warning in figures["warnings"]:
            say(f"{name}: {warning}", err=True)


def _show_all(people: dict[str, bool], layers: dict[str, Any], label: str | None) -> None:
    known = sorted({each for figures in layers.values() for each in figures["labels"]})
    if label is not None and label not in known:
        raise click.BadParameter(f"{label}: not one of {', '.join(known)}")
    if not any(people.values()):
        say("no annotator is a person (see annotators in qawl.yaml)")
    for name, figures in layers.items():
        _show(name, figures, label)


def _show(layer: str, figures: dict[str, Any], label: str | None) -> None:
    """One layer: its figures, those of labels and pairs, and where annotators differ most."""
    from rich.table import Table

    from qawl.cli.terminal import console

    shown = console()
    if not figures["articles_compared"]:
        shown.print(f"{layer}: no article has two annotators, so there is nothing to compare")
        return
    table = Table(
        "", "value", "95 %", "n", title=f"{layer}: {figures['articles_compared']} articles"
    )
    for name, said in _rows(figures, label):
        table.add_row(name, _number(said["value"]), _interval(said), str(said["n"]))
    shown.print(table)
    shown.print(_matrix(figures["confusion"]))
    for each in figures["confusion"]["most"][:8]:
        one, other = (name or "no span" for name in each["labels"])
        shown.print(f"  {each['n']:4} × {one} against {other}")
    for article, said in list(figures["articles"].items())[:WORST]:
        shown.print(f"  {article}: exact F1 {_number(said['exact_f1']['value'])}")


def _show_suggested(layer: str, said: dict[str, Any]) -> None:
    """What suggestions change: both arms with the interval of their difference, and their fate."""
    from rich.table import Table

    from qawl.agreement import arms
    from qawl.cli.terminal import console

    table = Table(
        "", "with", "n", "without", "n", "difference", "95 %", title=f"{layer}: suggestions",
    )  # fmt: skip
    for each in arms.rows(said):
        one, other, apart = each["with"], each["without"], each["difference"]
        table.add_row(
            each["name"], _number(one["value"]), str(one["n"]), _number(other["value"]), str(other["n"]),
            _number(apart["value"]), _interval(apart),
        )  # fmt: skip
    console().print(table)
    table = Table("", *arms.FATES, title=f"{layer}: what became of suggestions")
    for label, counts in said["fate"].items():
        table.add_row(label, *("–" if each is None else str(each) for each in counts.values()))
    console().print(table)


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


Row = tuple[str, dict[str, Any]]


def _rows(figures: dict[str, Any], label: str | None) -> list[Row]:
    """The rows of the table: a name and a figure each; with a label, those of that label alone."""
    if label:
        return _named(figures["labels"][label], f"{label} ") if label in figures["labels"] else []
    several = len(figures["annotators"]) > 2
    rows = _named(figures)
    for name, found in figures["attributes"].items():
        rows += _named(found, f"{name} ")
        if several:
            for pair, each in found["pairs"].items():
                rows += _named(each, f"{name} {pair} ")
    parts = [*figures["pairs"].items()]
    if several:
        rest = figures["against_rest"].items()
        parts += [(f"{name} against the rest", each) for name, each in rest]
    parts += [(name, each) for name, each in figures["labels"].items() if each["exact_f1"]["n"]]
    return rows + [(f"{name} exact_f1", each["exact_f1"]) for name, each in parts]


def _named(found: dict[str, Any], prefix: str = "") -> list[Row]:
    """The figures that stand here by name; other parts of the report are passed over."""
    return [
        (prefix + name, said)
        for name, said in found.items()
        if isinstance(said, dict) and "value" in said
    ]


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _interval(said: dict[str, Any]) -> str:
    return "" if said["low"] is None else f"{said['low']:.3f} to {said['high']:.3f}"
