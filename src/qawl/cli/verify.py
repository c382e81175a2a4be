"""`qawl verify`."""

import sys
from pathlib import Path

import click

from qawl.cli.paths import ReleaseFolder
from qawl.cli.terminal import say
from qawl.core.excerpts import many


@click.command()
@click.argument("folder", type=ReleaseFolder())
def command(folder: Path) -> None:
    """Check a release against its manifest.

    Works offline and anywhere: files by their hashes, tables by the digest of their rows.
    """
    from qawl.release.versions import manifest

    problems = manifest.verify(folder)
    for each in problems:
        say(each)
    if problems:
        sys.exit(1)
    said = manifest.as_it_stands(folder)
    if not manifest.has_digest(folder):
        say(
            "an earlier version of Qawl released this without a digest of the manifest: "
            "the manifest itself was not checked"
        )
    say(
        f"{said.name} {said.version}: {many(len(said.files), 'file')} and "
        f"{many(sum(each.rows for each in said.content.values()), 'row')}: all as the manifest says"
    )
