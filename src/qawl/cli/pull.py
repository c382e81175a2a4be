"""`qawl pull`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.paths import Given
from qawl.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qawl.annotations.sorter import Pulled
    from qawl.core.project import Project


@click.command()
@click.option(
    "--from",
    "files",
    multiple=True,
    type=Given(path_type=Path),
    help="A JSON export of Label Studio, or a folder of them, in place of its server; repeatable.",
)
@click.argument("more", nargs=-1, type=Given(path_type=Path))
@click.option("--layer", help="The layer of exports that do not name one.")
@click.option(
    "--annotator",
    "annotators",
    multiple=True,
    help="The pseudonym of all annotations in the exports; USER=NAME for a user's, by number or address.",
)
@click.option("--partial", is_flag=True, help="Exit 0 although annotations were left out.")
@click.option("--judge", is_flag=True, help="The exports are the judge's own work.")
@click.option(
    "--watch",
    is_flag=True,
    help="Keep pulling, and report problems in new annotations as they arrive.",
)
@click.option(
    "--every",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="Seconds between two pulls of --watch.",
)
@click.option("--rebuild", is_flag=True, help="Derive exports/annotations from the journal alone.")
@click.option(
    "--merge",
    "others",
    multiple=True,
    type=Given(),
    metavar="OTHER",
    help="Join the journals of a branch of git, or of another folder of this corpus; repeatable.",
)
@click.option(
    "--merge-file",
    "two",
    nargs=2,
    metavar="OURS THEIRS",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Join one journal file to another, as git's merge driver.",
)
@click.option(
    "--clean-journal",
    "clean",
    is_flag=True,
    help="Remove from the journal what Qawl no longer keeps.",
)
def command(
    files: tuple[Path, ...],
    more: tuple[Path, ...],
    layer: str | None,
    annotators: tuple[str, ...],
    partial: bool,
    judge: bool,
    rebuild: bool,
    watch: bool,
    every: int,
    others: tuple[str, ...],
    two: tuple[Path, Path] | None,
    clean: bool,
) -> None:
    """Collect every new annotation version into the journal.

    Without --from, from the Label Studio that qawl.yaml names. The journal (exports/journal) keeps
    every version ever pulled; exports/annotations holds the latest of each.
    """
    from qawl.cli import journals
    from qawl.core import project

    modes = {
        "--from": files,
        "--watch": watch,
        "--rebuild": rebuild,
        "--merge": others,
        "--merge-file": two,
        "--clean-journal": clean,
    }
    _check_usage([name for name, given in modes.items() if given], more)
    if (annotators or judge) and not files:
        raise click.UsageError("--annotator and --judge are for exports: give --from")
    if two:
        journals.merge_file(*two)
        return
    corpus = project.load(Path())
    if layer is not None and layer not in corpus.settings.layers:
        raise click.BadParameter(f"{layer}: not one of {', '.join(corpus.settings.layers)}")
    if watch:
        _watch(corpus, every)
        return
    with project.lock(corpus, "pull"):
        if rebuild:
            journals.rebuild(corpus)
        elif clean:
            journals.clean(corpus)
        elif others:
            whole = journals.merge(corpus, (*others, *map(str, more)))
        else:
            exports = (*files, *more)
            whole = _pull(corpus, exports, layer=layer, annotators=annotators, judge=judge)
    if not (rebuild or clean or whole or partial):
        sys.exit(1)


def _check_usage(modes: list[str], more: tuple[Path, ...]) -> None:
    """Refuses options that don't go together."""
    if len(modes) > 1:
        raise click.UsageError(f"{' and '.join(modes)} don't go together: give one")
    if more and not {"--from", "--merge"} & {*modes}:
        raise click.UsageError("give files after --from")


def _pull(
    corpus: "Project",
    exports: tuple[Path, ...],
    *,
    layer: str | None,
    annotators: tuple[str, ...],
    judge: bool,
) -> bool:
    """Pulls from exports, or else from the server; whether nothing was left out."""
    from qawl.annotations import import_files

    if annotators and judge:
        raise click.UsageError("give --annotator or --judge: the judge has a pseudonym already")
    if exports:
        outcome = import_files.pull_files(
            corpus, exports, layer=layer, annotator=annotators, judge=judge
        )
    else:
        outcome = _from_server(corpus)
    for line in summary(outcome):
        say(line)
    return outcome.whole


def _watch(corpus: "Project", every: int) -> None:
    """Pulls until Ctrl-C; each new annotation that has findings is named with its task.

    The corpus is held only while it pulls, so that other commands run beside it. What goes wrong in
    the first pull ends it; later, a server that is away or a corpus in use is waited for.
    """
    import time

    from qawl.core import project
    from qawl.core.errors import CorpusLocked, ServerError

    say(f"pulling every {every} s; Ctrl-C ends it", err=True)
    first = True
    try:
        while True:
            try:
                with project.lock(corpus, "pull --watch"):
                    for each in _news(corpus):
                        say(each)
                first = False
            except (ServerError, CorpusLocked) as error:
                if first:
                    raise
                say(f"waiting {every} s: {error}", err=True)
            time.sleep(every)
    except KeyboardInterrupt:
        say("stopped", err=True)


def _news(corpus: "Project") -> "Iterator[str]":
    """Pulls; in lines, what came and what is wrong with it."""
    from qawl.cli.validate import line
    from qawl.validation import validate

    outcome = _from_server(corpus)
    yield from (f"ALARM: {alarm}" for alarm in outcome.alarms)
    if not outcome.changed:
        return
    # What is of a whole collection names no article: it is said to whom it is about.
    people = {(layer, None, annotator) for layer, _, annotator in outcome.changed}
    found = [
        each
        for each in validate.validate(corpus)
        if (each.layer, each.article_id, each.annotator) in outcome.changed | people
    ]
    ill = len({(each.layer, each.article_id, each.annotator) for each in found} - people)
    yield f"{len(outcome.changed)} new or changed annotations, {ill} with findings"
    yield from (f"{each.severity} {each.check} {line(each)}" for each in found)
    yield from _empty(corpus, outcome)
    yield from _left_out(outcome)


def _empty(corpus: "Project", outcome: "Pulled") -> "Iterator[str]":
    """New submissions in which nothing is marked and nothing said."""
    from qawl.annotations import derive
    from qawl.validation.validate import address

    for layer in sorted({layer for layer, *_ in outcome.changed}):
        for record in derive.read(corpus, layer):
            new = (layer, record.article_id, record.annotator) in outcome.changed
            if new and record.status == "submitted" and not (record.spans or record.attributes):
                where = f"{layer} {record.article_id} {record.annotator}"
                yield f"empty [{where}] submitted without a mark {address(record, corpus) or ''}"


def _from_server(corpus: "Project") -> "Pulled":
    from qawl.cli.terminal import progress
    from qawl.studio import client as studio_client
    from qawl.studio import pull

    with studio_client.connect(corpus) as client:
        return pull.pull(client, corpus, watch=lambda remotes: progress(remotes, "pull"))


def summary(outcome: "Pulled") -> list[str]:
    """What a pull did, in lines."""
    lines = [*outcome.notes, *(f"journal repaired: {each}" for each in outcome.mended)]
    lines.append(
        f"read {outcome.tasks} tasks with {outcome.annotations} annotations: "
        f"{outcome.new.total()} new versions"
    )
    lines += [
        f"  {layer} {name}: {count} new"
        for (layer, name), count in sorted(outcome.new.items())
        if count
    ]
    if outcome.agreed:
        lines.append(
            f"the journal has what the server counts: {sum(outcome.agreed)} annotations in "
            f"{len(outcome.agreed)} projects"
        )
    if outcome.drafts or outcome.predictions:
        lines.append(
            f"not pulled: {outcome.drafts} drafts (not submitted), "
            f"{outcome.predictions} suggestions"
        )
    if outcome.gone:
        lines.append(
            f"{len(outcome.gone)} annotations that came were deleted in Label Studio later: they stay "
            "deleted (`qawl push --recover` puts them back)"
        )
    lines += [
        f"exports/annotations/{name}.jsonl: {n} records" for name, n in outcome.records.items()
    ]
    lines += [
        f"kept in the journal, not in the annotations of {layer}: {each}"
        for layer, causes in outcome.unread.items()
        for each in causes
    ]
    lines += [
        f"{layer}, brought forward: {each}"
        for layer, causes in outcome.brought.items()
        for each in causes
    ]
    lines += [f"ALARM: {each}" for each in outcome.alarms]
    return [*lines, *_left_out(outcome)]


def _left_out(outcome: "Pulled") -> list[str]:
    """What a pull left out, in lines: the last and loudest of what it says."""
    lines = [f"set aside: {each}" for each in outcome.left_out()]
    lines += [f"twice: {each}" for each in outcome.doubled]
    if not outcome.whole:
        count = outcome.lost + len(outcome.doubled)
        lines.append(f"LEFT OUT: {count} annotations, as said above (--partial accepts that)")
    return lines
