"""`qawl suggest`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.paths import Place, ReleaseFolder, Written
from qawl.cli.terminal import console, progress, say
from qawl.core.excerpts import listed, many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qawl.articles.duplicates.engine import Engine
    from qawl.articles.remote import Remote
    from qawl.core.project import Project
    from qawl.suggest.score import LayerScore, Share
    from qawl.suggest.store import Made


@click.command()
@click.option(
    "--layer", "layers", multiple=True, help="Only this layer (may be given several times)."
)
@click.option("--score", "scored", is_flag=True, help="Measure against gold; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --score: one JSON object.")
@click.option(
    "--release",
    type=ReleaseFolder(),
    help="With --to: predictions for the articles of this release, for `qawl score`.",
)
@click.option("--split", help="With --release: only this split.")
@click.option(
    "--silver",
    type=Place(written=True),
    metavar="PLACE",
    help="Label the articles that nobody annotated, into this folder or URL.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    help="With --silver: where articles are labelled: here, or on the Ray cluster of RAY_ADDRESS.",
)
@click.option(
    "--dry-run", is_flag=True, help="With --silver: show what would be written, and stop."
)
@click.option("--to", type=Written(dir_okay=False), help="File for the predictions.")
def command(
    layers: tuple[str, ...],
    scored: bool,
    as_json: bool,
    release: Path | None,
    split: str | None,
    to: Path | None,
    silver: "Path | Remote | None",
    engine: "Engine",
    dry_run: bool,
) -> None:
    """Suggest spans, relations and values, which `push` shows to annotators.

    Rules find quotes, entities and candidates of claims in Arabic and English; names that annotators
    marked are found again in other articles. Check-worthiness, stance and topic are never suggested.

    Suggestions are written to exports/suggestions. Those that `qawl validate` would report as errors are
    left out.

    --score compares suggestions with gold: precision, recall and F1 by label and of relations, and the
    share of gold spans that need no change. An article is never scored with names learned from
    its own gold. Exit 1 if there is no gold to compare with.

    --release DIR --to FILE writes predictions for a release, as a baseline for `qawl score`. Names are
    learned from the train split. Texts that the release withholds are taken from this corpus.

    --silver PLACE labels articles that nobody annotated, for `qawl release --silver PLACE`. Run it again
    if it was interrupted: it goes on where it was.
    """
    from qawl.cli import options
    from qawl.core import project
    from qawl.suggest import store

    options.needs("--engine", "--silver")
    options.needs("--json", "--score")
    options.needs("--dry-run", "--silver")
    options.alone("--silver", "--layer", "--engine", "--dry-run")
    options.alone("--score", "--layer", "--json")
    if (release is None) is not (to is None) or (split and not release):
        raise click.UsageError("--release DIR, --to FILE and --split go together")
    if release is not None and to is not None:
        _predict(release, layers, split, to)
        return
    corpus = project.load(Path())
    chosen = layers or corpus.settings.layers
    options.known_layers(corpus, *chosen)
    if scored:
        _score(corpus, chosen, as_json=as_json)
        return
    if silver is not None:
        _silver(corpus, chosen, silver, engine, dry_run=dry_run)
        return
    with project.lock(corpus, "suggest"):
        made = store.make(corpus, chosen, lambda those: progress(those, "suggest"))
    _tell(made, corpus.settings.suggestions.precision)
    for line in _without(corpus, made):
        say(line, err=True)


def _silver(
    corpus: "Project",
    layers: "Sequence[str]",
    place: "Path | Remote",
    engine: "Engine",
    *,
    dry_run: bool,
) -> None:
    """Labels what nobody annotated; says what was made, then what was left out and why."""
    from qawl.core import project
    from qawl.suggest import silver, silver_files

    with project.lock(corpus, "suggest"):
        folder = silver_files.folder(place)
        if dry_run:
            for each in silver.planned(corpus, dict.fromkeys(layers), folder):
                say(
                    f"{each.layer}: {many(each.make, 'shard')} to make, for "
                    f"{many(each.articles, 'article')}; "
                    f"{many(each.kept, 'is', 'are')} there, {each.remove} to remove"
                )
            say(f"dry run: nothing was written to {folder.shown}")
            return
        found = silver.make(corpus, dict.fromkeys(layers), folder, on=engine, watch=_far)
    for layer, said in found.layers.items():
        say(
            f"{layer}: {_made(said.spans, said.relations)} in {many(said.articles, 'article')} "
            f"({many(found.made[layer], 'shard')} made, {many(found.kept[layer], 'was', 'were')} there)"
        )
        if said.not_suggested:
            weak = ", ".join(said.not_suggested)
            say(f"{layer}: not suggested, since too few are right in gold: {weak}", err=True)
        if not said.gold_articles:
            say(f"{layer}: there is no complete gold to measure its precision with", err=True)
    for reason, count in found.left_out.most_common():
        say(f"left out: {count}, because `qawl validate` would report {reason}", err=True)


def _far(layer: str, done: int, total: int) -> None:
    """Says on a terminal how far it is."""
    if sys.stderr.isatty():
        say(f"{layer}: {done} of {many(total, 'article')}", err=True)


def _made(spans: int, relations: int) -> str:
    return f"{many(spans, 'span')} and {many(relations, 'relation')}"


def _without(corpus: "Project", made: "Made") -> "Iterator[str]":
    """Why the rules suggest nothing in a layer of one's own."""
    from qawl.scheme import scheme

    for layer in made.articles:
        if made.spans[layer] or made.relations[layer] or corpus.settings.suggestions.suggesters:
            continue
        current = scheme.load(corpus, layer)
        if current.labels and not current.found_by:
            yield (
                f"{layer}: nothing is suggested: no label in label_config/{layer}.yaml has the key "
                "`finds`, and no name of gold stands in another article (docs/suggestions.md)"
            )


def _tell(made: "Made", least: float) -> None:
    """What was made, then what was left out and why."""
    for layer, count in made.articles.items():
        spans, relations = made.spans[layer], made.relations[layer]
        say(f"{layer}: {_made(spans, relations)} suggested in {many(count, 'article')}")
    if made.unknown:
        counts = ", ".join(f"{name} ({count})" for name, count in made.unknown.most_common())
        say(
            f"few suggestions for articles in {counts}: there are rules for Arabic and English alone",
            err=True,
        )
    for layer, labels in made.weak.items():
        for label, (right, given) in labels.items():
            say(
                f"{layer}: no {label} is suggested: gold agrees with {right} of {given}, less than "
                f"suggestions.precision ({least})",
                err=True,
            )
    for reason, count in made.left_out.most_common():
        say(f"left out: {count}, because `qawl validate` would report {reason}", err=True)


def _predict(folder: Path, layers: tuple[str, ...], split: str | None, to: Path) -> None:
    from qawl.core import files, project
    from qawl.scoring.baseline import Baseline, texts_of

    corpus = project.load(Path()) if Path("qawl.yaml").is_file() else None
    baseline = Baseline.of(folder, split, texts_of(corpus) if corpus else {})
    files.write(to, baseline.predictions(layers))
    for layer, count in baseline.lines.items():
        say(f"{layer}: {many(count, 'article')} predicted in {to}")
    if baseline.without_text:
        some = listed(baseline.without_text, 5)
        say(
            many(len(baseline.without_text), "article has", "articles have")
            + f" no text here, and no prediction: {some}",
            err=True,
        )


def _score(corpus: "Project", layers: tuple[str, ...], *, as_json: bool) -> None:
    import msgspec

    from qawl.suggest import store

    found = store.score(corpus, layers)
    if as_json:
        say(msgspec.json.encode(found).decode())
    else:
        for layer, figures in found.layers.items():
            _show(layer, figures)
    if not found.layers:
        say(f"no complete gold to measure against: {_why_none(corpus, layers)}", err=True)
        sys.exit(1)


def _why_none(corpus: "Project", layers: "Sequence[str]") -> str:
    """Why no gold is complete, and what to do."""
    from qawl.core import gold_file

    there = (each for layer in layers for each in gold_file.read(corpus, layer))
    if open_ := sum(not each.complete for each in there):
        return (
            f"{many(open_, 'article waits', 'articles wait')} for a judge or further annotators (`qawl "
            "push` makes the judge's tasks; after "
            "`qawl pull`, `qawl adjudicate` makes gold of them)"
        )
    return "run `qawl adjudicate` first"


def _show(layer: str, figures: "LayerScore") -> None:
    from rich.table import Table

    untouched = figures.untouched
    share = (
        "no gold spans" if untouched is None else f"{untouched:.0%} of gold spans need no change"
    )
    table = Table(
        "", "precision", "recall", "F1", "overlap F1", "n",
        title=f"{layer}: {share}", title_justify="left",
    )  # fmt: skip
    for label, said in figures.labels.items():
        table.add_row(label, *_row(said.exact), _number(said.overlap.f1), str(said.n))
        for value, part in (said.by_type or {}).items():
            table.add_row(f"  {value}", *_row(part.exact), _number(part.overlap.f1), str(part.n))
    for name, arrows in {**figures.relations, **figures.types}.items():
        shares = (arrows.precision, arrows.recall, arrows.f1)
        table.add_row(name, *map(_number, shares), "", str(arrows.n))
    console().print(table)
    if figures.not_suggested:
        say(f"{layer}: not suggested, since too few are right: {', '.join(figures.not_suggested)}")


def _row(share: "Share") -> tuple[str, str, str]:
    return _number(share.precision), _number(share.recall), _number(share.f1)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
