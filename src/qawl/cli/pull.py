"""`qawl pull`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli import options
from qawl.cli.paths import Given, others
from qawl.cli.terminal import at_work, progress, say

if TYPE_CHECKING:
    from qawl.annotations.pulled import Pulled
    from qawl.core.project import Project
    from qawl.studio.webhooks import Hooks


_GO_WITH = {
    "--webhook": ("--watch",),
    "--dry-run": ("--webhook",),
    "--every": ("--watch",),
    "--layer": ("--from",),
}
"""Options of one way to pull → the options that choose it."""


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
    help="Who made all annotations in the exports, by pseudonym. USER=NAME: who a user is, by number or "
    "e-mail address; also for a pool or an adopted project.",
)
@click.option("--partial", is_flag=True, help="Exit 0 even if annotations were left out.")
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
@click.option(
    "--webhook",
    "hooks",
    is_flag=False,
    flag_value="127.0.0.1:0",
    metavar="[HOST:]PORT",
    help="With --watch: Label Studio calls here when work is submitted, and it is pulled at once.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="With --webhook: show which webhooks would be made on the server, and stop.",
)
@click.option("--rebuild", is_flag=True, help="Derive exports/annotations from the journal alone.")
@others("Join the journals")
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
    hooks: str | None,
    dry_run: bool,
    others: tuple[str, ...],
    two: tuple[Path, Path] | None,
    clean: bool,
) -> None:
    """Collect every new annotation version into the journal.

    Without --from, it asks the Label Studio that qawl.yaml names. With --from you can give several files
    (MORE). The journal (exports/journal) keeps every version ever pulled; exports/annotations holds the
    latest of each.
    """
    from qawl.cli import journals, pull_summary
    from qawl.cli import watch as watching
    from qawl.core import project

    given = {
        "--from": files,
        "--watch": watch,
        "--rebuild": rebuild,
        "--merge": others,
        "--merge-file": two,
        "--clean-journal": clean,
    }
    modes = [name for name, value in given.items() if value]
    _check_usage(modes, more)
    _check_names(modes, annotators, judge=judge)
    if two:
        journals.merge_file(*two)
        return
    corpus = project.load(Path())
    options.known_layers(corpus, layer)
    if watch:
        calls = _hooks(corpus, hooks)
        if calls and dry_run:
            watching.tried(corpus, calls)
        else:
            watching.watch(corpus, every, calls)
        return
    with project.lock(corpus, "pull"):
        if rebuild:
            whole = journals.rebuild(corpus)
        elif clean:
            journals.clean(corpus)
        elif others:
            whole = journals.merge(corpus, (*others, *map(str, more)))
        else:
            exports = (*files, *more)
            whole = _pull(corpus, exports, layer=layer, annotators=annotators, judge=judge)
        for line in pull_summary.not_read(corpus):
            say(line)
    if not (clean or whole or partial):
        sys.exit(1)


def _check_usage(modes: list[str], more: tuple[Path, ...]) -> None:
    """Refuses options that don't go together."""
    for name, those in _GO_WITH.items():
        options.needs(name, *those)
    if len(modes) > 1:
        raise click.UsageError(f"{' and '.join(modes)} don't go together: give one")
    if more and not {"--from", "--merge"} & {*modes}:
        raise click.UsageError("give files after --from")
    for name in ("--watch", "--clean-journal", "--merge-file"):
        options.alone(name, *_GO_WITH)


def _check_names(modes: list[str], annotators: tuple[str, ...], *, judge: bool) -> None:
    """Refuses names where nothing would take them."""
    exports = "--from" in modes
    if judge and not exports:
        raise click.UsageError("--judge is for exports: give --from")
    if annotators and modes not in ([], ["--from"]):
        raise click.UsageError(f"--annotator does not go with {modes[0]}")
    if not exports and (odd := [each for each in annotators if not all(each.rpartition("=")[::2])]):
        raise click.UsageError(
            f"--annotator {odd[0]}: without --from, give USER=NAME: who a user of a pool is"
        )
    if annotators and judge:
        raise click.UsageError("give --annotator or --judge: the judge has a pseudonym already")


def _hooks(corpus: "Project", given: str | None) -> "Hooks | None":
    from qawl.studio import webhook_listener, webhooks

    if given is None:
        return None
    try:
        where = webhook_listener.address(given)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--webhook") from error
    return webhooks.Hooks(corpus, where)


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
    from qawl.cli.pull_summary import summary

    if exports:
        with at_work(click.get_current_context()):
            outcome = import_files.pull_files(
                corpus, exports, layer=layer, annotator=annotators, judge=judge
            )
    else:
        outcome = _from_server(corpus, annotators)
    for line in summary(outcome, corpus.annotators):
        say(line)
    return outcome.whole


def _from_server(corpus: "Project", users: tuple[str, ...]) -> "Pulled":
    from qawl.studio import client as studio_client
    from qawl.studio import pull

    with studio_client.connect(corpus) as client:
        return pull.pull(client, corpus, watch=partial(progress, what="pull"), users=users)
