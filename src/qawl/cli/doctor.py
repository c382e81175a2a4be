"""`qawl doctor`."""

import sys
from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
@click.option("--dry-run", is_flag=True, help="Send nothing to the server.")
def command(dry_run: bool) -> None:
    """Say what is wrong with the set-up, and what to do about it.

    It checks generated files, disk, journals, gold, token, server and version, and what `push` would do.
    It sends one task to the server, reads it back and deletes it. Exit 1 if there is a problem.
    """
    from qawl.core import project
    from qawl.setup import doctor

    ill = False
    for line in doctor.examine(project.load(Path()), dry_run=dry_run):
        ill = ill or not line.well
        advice = f": {line.advice}" if line.advice and not line.well else ""
        say(f"{'ok ' if line.well else 'BAD'} {line.what}: {line.said}{advice}")
    sys.exit(1 if ill else 0)
