"""The commands in the order of work, and what they share: `-C` and `--version`."""

import importlib
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from qawl import __version__
from qawl.cli import COMMANDS
from qawl.core.errors import ProjectError

LONG = {
    *("adopt", "guidelines", "tasks", "validate", "agreement", "adjudicate", "release"),
    *("diff", "score", "restore", "verify", "export"),
}
"""Commands that may work for long without a word; the others show a bar, or what they do."""


class Commands(click.Group):
    """Commands in the order of work, each imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None if there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"qawl.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; refuses an option that has one value twice, or none."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in LONG:
            from qawl.cli.terminal import at_work

            ctx.with_resource(at_work(ctx))
        if command is not None:
            _refuse_options(click.Context(command, info_name=name, parent=ctx), rest)
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`, made from the table so that nothing is imported for it."""
        del ctx
        with formatter.section("Commands, in the order of work"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qawl")
@click.option(
    "-C",
    "folder",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Run in this folder; if given again, each is a path from the one before.",
)
@click.pass_context
def group(ctx: click.Context, folder: tuple[Path, ...]) -> None:
    """From news articles to a citable dataset of entities, quotes and claims."""
    ctx.obj = _here()
    for each in folder:
        _enter(each)


def _here() -> Path:
    """The current folder; a shell may still be in one that is removed."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise ProjectError("the current folder is removed: go to another one (cd)") from error


def _refuse_options(context: click.Context, words: list[str]) -> None:
    """Raises UsageError where an option stands twice of which only the last would count, or is empty.

    An empty value comes of a variable that is not set, and would count as no option at all.
    """
    try:
        values, _, given = context.command.make_parser(context).parse_args([*words])
    except click.UsageError:
        return  # the command says it
    for each, count in Counter(given).items():
        one = isinstance(each, click.Option) and not (each.multiple or each.is_flag or each.count)
        if one and count > 1:
            raise click.UsageError(
                f"{each.opts[-1]} is given {count} times: it takes one value", context
            )
        if isinstance(each, click.Option) and "" in _each(values[each.name]):
            raise click.UsageError(f"{each.opts[-1]} is given without a value", context)


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else (value,)


COMPLETION = "_QAWL_COMPLETE"
"""What a shell sets that asks how a command line may go on."""


def called(words: list[str]) -> object:
    """Runs the command of a command line; its exit code, if it has one.

    As `group.main` does, which is left to answer shells; it would say an interrupt by an empty line.
    """
    if COMPLETION in os.environ:
        return group.main(words, prog_name="qawl")
    try:
        with group.make_context("qawl", words) as context:
            return group.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code


def _enter(folder: Path) -> None:
    """Goes into a folder that the user names; no name is this one, as git has it."""
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "does not exist"
        raise click.BadParameter(f"Directory {str(folder)!r} {what}.", param_hint="-C")
    os.chdir(folder)
