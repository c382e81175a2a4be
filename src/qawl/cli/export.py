"""`qawl export`."""

from pathlib import Path

import click

from qawl.cli.options import COMPOSED
from qawl.cli.paths import ReleaseFolder, Written
from qawl.cli.terminal import say
from qawl.core.excerpts import many


@click.command()
@click.argument("name", metavar="FORMAT")
@click.option("--to", "target", required=True, type=Written(), help="A new folder.")
@click.option(
    "--from",
    "folder",
    type=ReleaseFolder(),
    help="A release, or a copy with restored texts; by default the corpus or release of this folder.",
)
@click.option("--layer", "layers", multiple=True, help="Only this layer; may be given again.")
@click.option(
    "--annotator",
    "annotators",
    multiple=True,
    type=COMPOSED,
    help="The annotations of this annotator in place of gold; may be given again.",
)
@click.option(
    "--with-withheld",
    is_flag=True,
    help="Include articles whose text may not be redistributed, for your own use.",
)
def command(
    name: str,
    target: Path,
    folder: Path | None,
    layers: tuple[str, ...],
    annotators: tuple[str, ...],
    with_withheld: bool,
) -> None:
    """Write gold or annotations in other formats, and count what is lost.

    It takes the corpus or the release of this folder, or the release that --from names.

    FORMAT is jsonl, spacy, gliner, chat, conll2003, iob2, uima, web-annotation, tei, brat, doccano,
    prodigy or label-studio. Losses are counted on stderr and listed in report.json, by article and
    span. The same export again replaces its folder.
    """
    from qawl.core import project
    from qawl.formats import export, from_release
    from qawl.release.versions.manifest import is_release

    if folder is not None or (not Path("qawl.yaml").is_file() and is_release(Path())):
        done = from_release.export(
            folder or Path(),
            name,
            target,
            layers=layers,
            annotators=annotators,
            with_withheld=with_withheld,
        )
    else:
        from qawl.formats import from_corpus  # needs more libraries than a receiver of releases has

        chosen = export.several(layers), export.several(annotators)
        request = export.Request(name, *chosen, with_withheld)
        done = from_corpus.export(project.load(Path()), request, target)
    say(f"{target}: {many(done.files, 'file')} and {export.REPORT}")
    for line in export.kinds(done.losses, done.never):
        say(line, err=True)
    for message in done.warnings:
        say(f"warning: {message}", err=True)
    if with_withheld:
        say("this folder holds text that may not be redistributed: do not share it", err=True)
