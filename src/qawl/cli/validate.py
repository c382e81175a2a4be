"""`qawl validate`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qawl.model import Finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: findings and summary.")
@click.option("--list", "listing", is_flag=True, help="The checks, with level and severity.")
@click.option("--check", "only", help="Findings of this check alone.")
@click.option("--level", type=click.IntRange(1, 5), help="Findings of this level alone.")
@click.option("--article", help="Findings of this article alone.")
@click.option("--annotator", help="Findings of this annotator alone.")
def command(
    as_json: bool,
    listing: bool,
    only: str | None,
    level: int | None,
    article: str | None,
    annotator: str | None,
) -> None:
    """Check everything collected, in five levels.

    Exit 1 if a finding is an error. Warnings are for a person to judge.
    """
    from qawl import project, validation
    from qawl.checks import CHECKS
    from qawl.model import to_json

    if listing:
        for check in CHECKS.values():
            click.echo(f"{check.level}  {check.severity:8} {check.id:20} {check.explanation}")
        return
    if only is not None and only not in CHECKS:
        raise click.BadParameter(f"{only}: no such check; see --list", param_hint="--check")
    corpus = project.load(Path())
    wanted = {"check": only, "level": level, "article_id": article, "annotator": annotator}
    found = [
        each
        for each in validation.validate(corpus)
        if all(value in (None, getattr(each, name)) for name, value in wanted.items())
    ]
    found.sort(key=lambda each: (each.severity, each.level))
    counts = validation.summary(found)
    if as_json:
        click.echo(to_json({"findings": found, "summary": counts}))
    else:
        for each in found:
            click.echo(line(each))
        click.echo(f"{counts['errors']} errors, {counts['warnings']} warnings")
    sys.exit(1 if counts["errors"] else 0)


def line(found: "Finding") -> str:
    """A finding on one line; what may be right to left is isolated from what is not."""
    where = " ".join(
        each for each in (found.layer, found.article_id, found.annotator) if each is not None
    )
    span = ""
    if found.span:
        span = f" {found.span.label} {found.span.start}-{found.span.end}"
    return f"{found.severity} {found.check} [{where}{span}] \u2068{found.message}\u2069"
