"""`qawl scheme`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.terminal import say

if TYPE_CHECKING:
    from qawl.core.project import Project


@click.command()
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 if a generated file is out of date."
)
def command(check: bool) -> None:
    """Make the Label Studio configs and the schemas from the YAML schemes.

    Edit label_config/<layer>.yaml; <layer>.xml and schemas/annotation.<layer>.json are made from it.
    """
    from qawl.core import project
    from qawl.scheme import generated

    corpus = project.load(Path())
    if check:
        stale = generated.stale(corpus)
        for path in stale:
            say(f"stale: {path.relative_to(corpus.root)} (run `qawl scheme`)")
        _warn(corpus)
        sys.exit(1 if stale else 0)
    with project.lock(corpus, "scheme"):
        made = generated.make(corpus)
        for path in made:
            say(f"made {path.relative_to(corpus.root)}")
        if not made:
            say("nothing to do: what is made from the schemes is up to date")
    _warn(corpus)


def _warn(corpus: "Project") -> None:
    """Names columns that differ in case alone, and the schemes of layers that qawl.yaml does not name:
    nothing is made of them."""
    from qawl.scheme import names, scheme

    for line in dict.fromkeys(names.differing_in_case(scheme.load_all(corpus))):
        say(f"warning: {line}", err=True)
    for path in sorted(corpus.label_config.glob("*.yaml")):
        if path.stem not in corpus.settings.layers:
            where = path.relative_to(corpus.root)
            say(f"not read: {where} (to use it, add {path.stem} to layers in qawl.yaml)", err=True)
