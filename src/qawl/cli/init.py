"""`qawl init`."""

from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--name", help="The corpus's name, one line; by default the folder's.")
@click.option(
    "--language",
    default="ar",
    show_default=True,
    help="Language of most articles, as a code: ar, en, fr, pt-BR.",
)
def command(folder: Path, name: str | None, language: str) -> None:
    """Make a new corpus: the folders, the three schemes, qawl.yaml."""
    from qawl.setup import init

    made = init.init(folder, name=name, language=language)
    say(f"{folder}: corpus {made.settings.name}, language {language}")
    say(
        f"releases put the annotations under {made.settings.release.license}: for another licence, "
        "change release.license in qawl.yaml"
    )
    say(
        "next: put articles into corpus/sources, with a file _source.yaml that says who published them "
        "(corpus/README.md has its keys), and run `qawl ingest corpus/sources`"
    )
