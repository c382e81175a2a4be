"""`qawl scheme`."""

import sys
from pathlib import Path

import click

from qawl.cli.terminal import say


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
        sys.exit(1 if stale else 0)
    with project.lock(corpus, "scheme"):
        for path in generated.make(corpus):
            say(f"made {path.relative_to(corpus.root)}")
