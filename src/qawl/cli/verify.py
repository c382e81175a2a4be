"""`qawl verify`."""

import sys
from pathlib import Path

import click

from qawl.cli.paths import ReleaseFolder
from qawl.cli.terminal import say
from qawl.core.excerpts import many


@click.command()
@click.argument("release", type=ReleaseFolder())
def command(release: Path) -> None:
    """Check a release against its manifest.

    It compares the hash of each file and the digest of the rows of each table. It needs no corpus and no
    network.
    """
    from qawl.release.versions import manifest

    problems = manifest.verify(release)
    for each in problems:
        say(each)
    if problems:
        sys.exit(1)
    said = manifest.as_it_stands(release)
    if not manifest.has_digest(release):
        say(
            "an earlier version of Qawl released this without a digest of the manifest: "
            "the manifest itself was not checked"
        )
    say(
        f"{said.name} {said.version}: {many(len(said.files), 'file')} and "
        f"{many(sum(each.rows for each in said.content.values()), 'row')}: all as the manifest says"
    )
