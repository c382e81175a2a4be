"""`qawl release`."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("version", required=False)
@click.option("--bump", is_flag=True, help="Take the version that the changes call for.")
@click.option(
    "--draft", is_flag=True, help="Build in spite of open gates; such a release is not published."
)
def command(version: str | None, bump: bool, draft: bool) -> None:
    """Build a release of the dataset, offline and reproducible.

    Writes exports/releases/VERSION with parquet tables, the dataset card and a manifest. A gate that
    fails is named with what passes it.
    """
    from qawl.core import project
    from qawl.release import build, gates
    from qawl.validation import validate

    if bump == bool(version):
        raise click.UsageError("give a version, or --bump")
    if version:
        build.refuse_no_version(version)
    corpus = project.load(Path())
    with project.lock(corpus, "release"):
        checks = validate.counts(corpus, below=version)
        failing = list(gates.failing(corpus, checks))
        if failing and not draft:
            for each in failing:
                click.echo(f"gate: {each}", err=True)
            click.echo("no release was built; --draft builds one that lists these", err=True)
            sys.exit(1)
        wanted = version or build.bumped(corpus, checks)
        built = build.build(corpus, wanted, notes=failing, checks=checks)
    folder = built.folder.relative_to(corpus.root)
    for name, said in built.manifest["content"].items():
        click.echo(f"{name}: {said['rows']} rows")
    word = "built" if built.fresh else "is there already, with the same bytes"
    click.echo(f"{folder} {word}; content {built.manifest['content_sha256'][:16]}")
