"""`qawl export`."""

from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
@click.argument("name", metavar="FORMAT")
@click.option(
    "--to", "target", required=True, type=click.Path(path_type=Path), help="A new folder."
)
@click.option("--layer", "layers", multiple=True, help="Only this layer; may be given again.")
@click.option(
    "--annotator",
    "annotators",
    multiple=True,
    help="The annotations of this annotator in place of gold; may be given again.",
)
@click.option(
    "--with-withheld",
    is_flag=True,
    help="With articles whose text may not be passed on: for use at home.",
)
def command(
    name: str,
    target: Path,
    layers: tuple[str, ...],
    annotators: tuple[str, ...],
    with_withheld: bool,
) -> None:
    """Write gold or annotations in other formats, and say what these can't carry.

    FORMAT is conll2003, iob2, brat or label-studio. What is lost is counted on stderr and listed in
    report.json, by article and span. The same export again replaces its folder.
    """
    from qawl.core import project
    from qawl.formats import export

    corpus = project.load(Path())
    chosen = tuple(dict.fromkeys(layers)), tuple(dict.fromkeys(annotators))
    request = export.Request(name, *chosen, with_withheld)
    with project.lock(corpus, "export"):
        done = export.export(corpus, request, target)
    say(f"{target}: {done.files} files and {export.REPORT}")
    for line in export.kinds(done.losses, done.never):
        say(line, err=True)
    if with_withheld:
        say("this holds text that may not be passed on: keep it at home", err=True)
