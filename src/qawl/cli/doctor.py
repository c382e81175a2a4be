"""`qawl doctor`."""

import sys
from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
def command() -> None:
    """Say what is wrong with the set-up, and what to do about it.

    It checks generated files, disk, token, server and version, and what `push` would do. It sends one
    task to the server and reads it back. Exit 1 if there is a problem.
    """
    from qawl.core import project
    from qawl.setup import doctor

    ill = False
    for line in doctor.examine(project.load(Path())):
        ill = ill or not line.well
        advice = f": {line.advice}" if line.advice and not line.well else ""
        say(f"{'ok ' if line.well else 'BAD'} {line.what}: {line.said}{advice}")
    sys.exit(1 if ill else 0)
