"""`qawl adopt`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.terminal import say

if TYPE_CHECKING:
    from qawl.setup.adoption.report import Report


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--into",
    default=Path(),
    type=click.Path(file_okay=False, path_type=Path),
    help="The corpus: a new folder, or one that gets another layer (default: this folder).",
)
@click.option("--layer", help="Name of the layer; by default the name of the control.")
@click.option("--format", "given", help="Format of the sources; by default found by their content.")
@click.option(
    "--language",
    help="Language of texts that say none (BCP 47); by default guessed from their letters.",
)
@click.option(
    "--license", "licence", help="Licence of articles that say none (SPDX, or LicenseRef-…)."
)
@click.option(
    "--redistribute",
    is_flag=True,
    help="Releases may show the texts of articles that have a licence and don't say otherwise.",
)
@click.option(
    "--map",
    "text",
    metavar="text=FIELD",
    help="The column of a table, or the field of tasks without a config, that holds the text.",
)
@click.option(
    "--annotator",
    "annotators",
    multiple=True,
    help="The pseudonym of all annotations; USER=NAME for a user's, by number, address or name.",
)
@click.option("--dry-run", is_flag=True, help="Print the report; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
def command(
    sources: tuple[str, ...],
    into: Path,
    layer: str | None,
    given: str | None,
    language: str | None,
    licence: str | None,
    redistribute: bool,
    text: str | None,
    annotators: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make a corpus from annotations that a team made in another tool.

    SOURCES are Label Studio exports (JSON) with their config (XML), the address of a project
    (https://HOST/projects/12, with the token in LABEL_STUDIO_API_KEY), or what doccano, Prodigy, Argilla,
    brat, spaCy or INCEpTION exported, CoNLL files and tables. Texts are kept as they were annotated.
    Rights, source and language of articles are read from their data (license, redistribute, source,
    language), else from a _source.yaml beside the export.
    The report compares the counts in the sources with those in the records, with a reason for each
    difference.
    """
    import json

    from qawl.setup.adoption.adopt import Request, adopt

    key, _, field = (text or "text=").partition("=")
    if key != "text" or (text and not field):
        raise click.BadParameter(f"{text}: say text=FIELD", param_hint="--map")
    request = Request(
        sources=sources,
        into=into,
        layer=layer,
        format=given,
        language=language,
        dry_run=dry_run,
        text=field or None,
        license=licence,
        redistribute=redistribute,
        annotators=annotators,
    )
    report = adopt(request)
    if as_json:
        say(json.dumps(report.as_json(), ensure_ascii=False))
        return
    _show(report, dry_run=dry_run)
    if not dry_run:
        _show_next(into)


def _show(report: "Report", *, dry_run: bool) -> None:
    """What came and what is in the records, then the notes and what was left out."""
    said = report.as_json()
    say(f"layer {report.layer}" + (" (dry run: nothing was written)" if dry_run else ""))
    for name, count in said["in"].items():
        there = f", {said['records'][name]} in the records"
        say(f"  {name}: {count} in{there}")
    for note in report.notes:
        say(note, err=True)
    for each in said["left_out"]:
        say(f"left out: {each['count']} × {each['reason']}", err=True)


def _show_next(corpus: Path) -> None:
    """Where the corpus is, and what to do there."""
    from qawl.core.project import load

    say(f"the corpus is in {corpus.resolve()}")
    say(
        f"releases put the annotations under {load(corpus).settings.release.license}: if that is not "
        "their licence, set release.license in qawl.yaml"
    )
    say(f"next: `{_inside(corpus)}qawl validate`, then `qawl agreement`")


def _inside(folder: Path) -> str:
    """What brings a shell into a folder, before a command there."""
    import shlex

    return "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
