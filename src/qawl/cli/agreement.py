"""`qawl agreement`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.paths import Written
from qawl.cli.terminal import boxed, console, say
from qawl.core.excerpts import many

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qawl.agreement.estimates import (
        AttributeAgreement,
        Confusion,
        Distanced,
        Estimate,
        LayerAgreement,
        Suggested,
    )

WORST = 5
"""Articles that are named, those on which annotators agree least."""

MOST = 8
"""Pairs of labels that are named, those in which annotators differ most often."""

MATRIX = 9
"""Labels that a confusion matrix shows in a terminal, those that differ most; JSON and page have all."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as it is stored.")
@click.option(
    "--html",
    type=Written(dir_okay=False),
    help="Write the figures and every disagreement as a page.",
)
@click.option("--layer", help="Show this layer alone.")
@click.option(
    "--label", help="Show the figures of this label alone; as --json beside those of its layer."
)
def command(as_json: bool, html: Path | None, layer: str | None, label: str | None) -> None:
    """Measure how far annotators agree, with intervals.

    It computes F1 of spans (exact, overlapping, boundaries off by a little, without proclitics) and of
    relations, alpha on code points, and alpha, kappa and AC1 of attributes, for any number of annotators.
    Figures are pooled over articles; their 95 % intervals show how much they might change with other
    articles. They are stored in exports/agreement.json. docs/agreement.md explains each figure.
    """
    import json

    from msgspec import structs, to_builtins

    from qawl.agreement import report
    from qawl.annotations import store as annotation_store
    from qawl.cli import options
    from qawl.core import files, project
    from qawl.suggest.fate import fate

    if html is not None and label is not None:
        raise click.UsageError("--label does not go with --html: the page has every label")
    corpus = project.load(Path())
    options.known_layers(corpus, layer)
    with project.lock(corpus, "agreement"):
        names = corpus.settings.layers
        stale = [each for name in names for each in annotation_store.require(corpus, name)]
        found = report.report(corpus)
        for name, each in found.layers.items():
            if each.suggested:
                told = structs.replace(each.suggested, fate=fate(corpus, name))
                found.layers[name] = structs.replace(each, suggestions=told)
        report.store(corpus, found)
    layers = {name: each for name, each in found.layers.items() if layer in (None, name)}
    if label is not None:
        layers = _of_label(layers, label)
    if html is not None:
        from qawl.agreement import page as agreement_page

        files.write_text(html, agreement_page.page(corpus, layers))
        say(f"{html}: open it in a browser", err=True)
    if as_json:
        said = to_builtins(structs.replace(found, layers=layers))
        say(json.dumps(said, ensure_ascii=False))
    else:
        _show_all(found.people, layers, label)
    for message in stale:
        say(f"warning: {message}", err=True)


def _of_label(layers: "dict[str, LayerAgreement]", label: str) -> "dict[str, LayerAgreement]":
    """The layers that have a label, each with the figures of that label alone."""
    from msgspec import structs

    known = sorted({each for figures in layers.values() for each in figures.labels})
    if label not in known:
        raise click.BadParameter(f"{label}: not one of {', '.join(known)}", param_hint="--label")
    return {
        name: structs.replace(each, labels={label: each.labels[label]})
        for name, each in layers.items()
        if label in each.labels
    }


def _show_all(
    people: dict[str, bool], layers: dict[str, "LayerAgreement"], label: str | None
) -> None:
    """All that is printed of these layers."""
    if not any(people.values()):
        say("no annotator is a person (see annotators in qawl.yaml)")
    for name, figures in layers.items():
        _show(name, figures, label)
    for name, figures in layers.items():
        if figures.suggested:
            _show_suggested(name, figures.suggested)
    for name, figures in layers.items():
        for warning in figures.warnings:
            say(f"{name}: {warning}", err=True)


def _show(layer: str, figures: "LayerAgreement", label: str | None) -> None:
    """One layer: its figures, those of labels and pairs, and where annotators differ most."""
    if not figures.articles_compared:
        say(f"{layer}: {figures.nothing}, so there is nothing to compare")
        return
    _show_figures(layer, figures, label)
    if empty := [name for name, found in figures.attributes.items() if not _set_by_two(found)]:
        say(f"  no item has a value of two annotators: {', '.join(empty)}")
    if figures.marked:
        _show_matrix(figures.confusion)
    most = figures.confusion.most
    for each in most[:MOST]:
        one, other = (name or "no span" for name in each.labels)
        say(f"  {each.n:4} × {one} against {other}")
    if len(most) > MOST:
        say(f"  and {len(most) - MOST} more pairs of labels in --json")
    worst = list(figures.of_articles.items())[:WORST]
    values = [(article, of["exact_f1"].value) for article, of in worst]
    told = [(article, value) for article, value in values if value is not None and value < 1]
    if told:
        say("  the articles with the least agreement:")
    for article, value in told:
        say(f"  {article}: exact F1 {_number(value)}")


def _show_figures(layer: str, figures: "LayerAgreement", label: str | None) -> None:
    """The figures of a layer as a table; those of nothing are counted."""
    rows = _rows(figures, label)
    shown = rows if label else [each for each in rows if each[1].n]
    if shown:
        cells = [(name, _number(f.value), _interval(f), str(f.n)) for name, f in shown]
        title = f"{layer}: {many(figures.articles_compared, 'article')}"
        boxed(title, ("", "value", "95 %", "n"), cells)
    else:
        say(f"{layer}: {figures.nothing}")
    if figures.labels and not figures.marked:
        say("  no annotator marked a span, so there are no figures of spans")
    if left := len(rows) - len(shown):
        say(f"  not shown: {many(left, 'figure')} without anything to compare (--json has them)")


def _show_suggested(layer: str, said: "Suggested") -> None:
    """What suggestions change: both arms with the interval of their difference, and their fate."""
    from qawl.agreement import suggestion_effect

    rows = []
    for each in suggestion_effect.rows(said):
        arms = [
            cell for of in (each.with_, each.without) for cell in (_number(of.value), str(of.n))
        ]
        rows.append([each.name, *arms, _number(each.difference.value), _interval(each.difference)])
    if rows:
        head = ("", "with", "n", "without", "n", "difference", "95 %")
        boxed(f"{layer}: suggestions", head, rows)
    fates = [
        [label, *("–" if each is None else str(each) for each in counts.values())]
        for label, counts in said.fate.items()
    ]
    boxed(f"{layer}: what became of suggestions", ("", *suggestion_effect.FATES), fates)


def _show_matrix(confusion: "Confusion") -> None:
    """Label against label where two annotators marked the same place; those that differ most."""
    from rich.table import Table

    counts = confusion.counts
    differing = sorted(
        range(len(counts)), key=lambda at: (counts[at][at] - sum(counts[at]), -sum(counts[at]))
    )
    kept = sorted(at for at in differing[:MATRIX] if sum(counts[at]))
    left = sum(1 for row in counts if sum(row)) - len(kept)
    title = "label against label, counted from both sides"
    say(f"{title}; {left} more in --json" if left else title)
    table = Table()
    table.add_column("")
    for at in kept:
        table.add_column(confusion.labels[at] or "no span", justify="right", overflow="fold")
    for at in kept:
        row = (str(counts[at][other] or "·") for other in kept)
        table.add_row(confusion.labels[at] or "no span", *row)
    console().print(table)


Row = tuple[str, "Estimate | Distanced"]


def _rows(figures: "LayerAgreement", label: str | None) -> list[Row]:
    """The rows of the table: a name and a figure each; with a label, those of that label alone."""
    if label:
        return _named(figures.labels.get(label, {}).items(), f"{label} ")
    several = len(figures.annotators) > 2
    rows = _named(figures.figures.items()) if figures.marked else []
    for name, found in figures.attributes.items():
        if not _set_by_two(found):
            continue
        rows += _named(found.named(), f"{name} ")
        if several:
            for pair, each in found.pairs.items():
                rows.append((f"{name} {pair} cohen_kappa", each.cohen_kappa))
    if not figures.marked:
        return rows
    parts = [*figures.pairs.items()]
    if several:
        rest = figures.against_rest.items()
        parts += [(f"{name} against the rest", of) for name, of in rest]
    parts += [(name, of) for name, of in figures.labels.items() if of["exact_f1"].n]
    return rows + [(f"{name} exact_f1", of["exact_f1"]) for name, of in parts]


def _set_by_two(found: "AttributeAgreement") -> bool:
    """Whether two annotators set the attribute of one item, so that there is something to compare."""
    return any(said.n for _, said in found.named())


def _named(found: "Iterable[Row]", prefix: str = "") -> list[Row]:
    """The figures under their names with a prefix."""
    return [(prefix + name, said) for name, said in found]


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _interval(said: "Estimate | Distanced") -> str:
    return "" if said.low is None else f"{said.low:.3f} to {said.high:.3f}"
