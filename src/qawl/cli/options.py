"""Options that go together, or don't, and layers that there are: what would have no effect is refused."""

from typing import TYPE_CHECKING
from unicodedata import normalize

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from qawl.core.project import Project


class Composed(click.types.StringParamType):
    """A name or value as files of the corpus have it, composed (NFC): some keyboards and shells write
    letters and their marks apart."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The text, composed."""
        return normalize("NFC", str(super().convert(value, param, ctx)))


COMPOSED = Composed()


def given() -> list[str]:
    """The options and arguments that the user gave, by the names that they are typed by."""
    context = click.get_current_context()
    return [
        max(each.opts, key=len) if isinstance(each, click.Option) else each.human_readable_name
        for each in context.command.params
        if each.name and context.get_parameter_source(each.name) is ParameterSource.COMMANDLINE
    ]


def alone(mode: str, *beside: str) -> None:
    """Refuses what was given with an option that changes what the command does, but these."""
    here = given()
    if mode in here and (odd := [each for each in here if each not in (mode, *beside)]):
        raise click.UsageError(f"{mode} does not go with {odd[0]}")


def needs(option: str, *modes: str) -> None:
    """Refuses an option without one of those that give it an effect."""
    here = given()
    if option in here and not {*modes} & {*here}:
        raise click.UsageError(f"{option} goes with {' or '.join(modes)}")


def known_layers(corpus: "Project", *layers: str | None) -> None:
    """Refuses a layer that the corpus does not have; None names none."""
    there = corpus.settings.layers
    for each in layers:
        if each is not None and each not in there:
            raise click.BadParameter(f"{each}: not one of {', '.join(there)}")
