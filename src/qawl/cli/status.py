"""`qawl status`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.paths import Written
from qawl.cli.terminal import say, table, warn_missing

if TYPE_CHECKING:
    from qawl.core.project import Project
    from qawl.studio.status import Standing


@click.command()
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="A JSON list with one object for each project; in a pool, for each tab.",
)
@click.option("--html", type=Written(dir_okay=False), help="Write a page for the team.")
def command(as_json: bool, html: Path | None) -> None:
    """Show per layer and annotator what is assigned, done, skipped and left.

    It also shows the median minutes per task, and for each annotator the address of their open tasks.
    The page is in the corpus's language. If training articles have gold, it shows how far each annotator
    agrees with it.

    If Label Studio can't be reached, it shows what is planned and what was pulled, and exits 1.
    --json and --html give the same.
    """
    from qawl.core import project
    from qawl.core.errors import QawlError
    from qawl.studio import client as studio_client
    from qawl.studio import known_work, status

    corpus = project.load(Path())
    try:
        with studio_client.connect(corpus) as client:
            found = status.standings(client, corpus)
    except QawlError:
        _write(corpus, known := known_work.known(corpus), html, as_json=as_json)
        if not as_json:
            _show_known(known)
        warn_missing(corpus)
        raise
    _write(corpus, found, html, as_json=as_json)
    warn_missing(corpus)
    if as_json:
        return
    if not found:
        say(f"no project of this corpus at {corpus.settings.label_studio.url}: run `qawl push`")
        return
    _show(found)
    if lacking := _lacking(corpus, found):
        say(f"not in Label Studio yet: {', '.join(lacking)} (run `qawl push`)")


def _show(found: "list[Standing]") -> None:
    """How far everybody is, as a table, then where the open tasks are."""
    pooled = any(each.slice for each in found)
    head = ["layer", "annotator", *(["pool"] if pooled else [])]
    rows = []
    for each in found:
        numbers = (
            each.assigned,
            each.done,
            each.skipped,
            each.drafts,
            each.left,
            each.minutes or "",
        )
        pool = [str(each.slice or "")] if pooled else []
        rows.append([each.layer, each.annotator, *pool, *map(str, numbers)])
    head += ["assigned", "done", "skipped", "drafts", "left", "minutes"]
    table("in Label Studio:", head, rows)
    say("open tasks:")
    for each in found:
        where = each.next or f"{each.url} (nothing is left)"
        say(f"  {each.layer} {each.annotator}: {where}")


def _lacking(corpus: "Project", found: "list[Standing]") -> list[str]:
    """Layers and annotators of the corpus that have no project."""
    from qawl.studio import assignment

    there = {(each.layer, each.annotator) for each in found}
    return [
        f"{layer} {name}"
        for layer in corpus.settings.layers
        if layer not in corpus.settings.label_studio.adopted
        for name in assignment.working(corpus)
        if (layer, name) not in there
    ]


def _write(corpus: "Project", found: "list[Standing]", html: Path | None, *, as_json: bool) -> None:
    """Writes the page and prints the JSON, whichever is asked for."""
    from qawl.core import files
    from qawl.core.records import to_json
    from qawl.studio import team

    if html is not None:
        files.write_text(html, team.page(corpus, found))
        say(f"{html}: open it in a browser", err=True)
    if as_json:
        say(to_json(found))


def _show_known(found: "list[Standing]") -> None:
    """What is planned and was pulled, as this machine knows it."""
    rows = [
        [each.layer, each.annotator, *map(str, (each.assigned, each.done, each.skipped))]
        for each in found
    ]
    if rows:
        head = ("layer", "annotator", "planned", "done", "skipped")
        table("without Label Studio: planned here, and pulled so far", head, rows)
