"""`qawl correct`."""

from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
@click.argument("address", required=False)
@click.option("--label", help="The correct label.")
@click.option("--start", type=int, help="The correct start, in code points.")
@click.option("--end", type=int, help="The correct end: the code point after the last.")
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="The correct value of an attribute; repeat it for several values.",
)
@click.option(
    "--unset", multiple=True, metavar="NAME", help="An attribute that should have no value."
)
@click.option("--delete", is_flag=True, help="The span should not be there.")
@click.option(
    "--reason", default="", help="Why (needed). The judge reads it; it is never in a release."
)
@click.option(
    "--by",
    "reporter",
    default="",
    help="The reader's name (needed); kept in exports/corrections.jsonl.",
)
@click.option("--credit", is_flag=True, help="Name the reader in the next release.")
def command(
    address: str | None,
    label: str | None,
    start: int | None,
    end: int | None,
    values: tuple[str, ...],
    unset: tuple[str, ...],
    delete: bool,
    reason: str,
    reporter: str,
    credit: bool,
) -> None:
    """Pass a reader's correction of a released span to the judge.

    ADDRESS is DATASET@VERSION#ARTICLE:SPAN, with the ids in the release's tables. Gold stays as it is
    until the judge has decided: run `qawl adjudicate`, then `qawl push` makes a task for the judge. The
    next release lists the correction. Without ADDRESS the command lists all corrections and their state.
    """
    from qawl.annotations import store as annotation_store
    from qawl.cli import judging, options
    from qawl.core import project
    from qawl.release import corrections

    if address is None and (without := options.given()):
        raise click.UsageError(f"{without[0]}: give the ADDRESS of the span, too")
    for name in ("--label", "--start", "--end", "--set", "--unset"):
        options.alone(name, *_OF_A_SPAN)
    corpus = project.load(Path())
    annotation_store.refuse_lacking(corpus, corpus.settings.layers)
    if address is None:
        every = [*corrections.states(corpus)]
        for each, state in every:
            say(f"{each.id} {state}: {each.address} ({each.reporter})")
        if not every:
            say("no corrections have been reported", err=True)
        return
    given = _given(values, unset)
    asked = corrections.Asked(address, reason, reporter, label, start, end, given, delete, credit)
    with project.lock(corpus, "correct"):
        made = corrections.correct(corpus, asked)
    if made is None:
        say("this was reported before; `qawl correct` lists what became of it")
        return
    say(f"{made.id}: kept for the judge; run `qawl adjudicate`, then {judging.tasks([made.layer])}")


_OF_A_SPAN = (
    *("ADDRESS", "--label", "--start", "--end", "--set", "--unset"),
    *("--reason", "--by", "--credit"),
)
"""What goes with a correction of a span that stays: all but --delete."""


def _given(values: tuple[str, ...], unset: tuple[str, ...]) -> dict[str, list[str]]:
    """Attribute → its words, in the order given; none where it is to have no value."""
    from qawl.core.errors import InputError

    found: dict[str, list[str]] = {name: [] for name in unset}
    for each in values:
        name, parted, value = each.partition("=")
        if not parted or not value:
            raise InputError(f"--set {each}: write NAME=VALUE, or --unset NAME")
        if name in unset:
            raise InputError(f"--set and --unset both name {name}")
        found.setdefault(name, []).append(value)
    return found
