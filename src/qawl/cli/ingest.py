"""`qawl ingest`."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--map", "mapping", help="Names of fields: text=body,published=date.")
@click.option("--strict", is_flag=True, help="Exit 1 if anything was set aside.")
def command(paths: tuple[Path, ...], mapping: str | None, strict: bool) -> None:
    """Freeze articles into corpus/articles.jsonl: cleaned, grouped, rights recorded.

    PATHS are files and folders of .txt, .html, .jsonl (also .gz and .zst) and .parquet; - is JSON
    Lines on standard input. What can't be read is named in corpus/set-aside.jsonl with its reason.
    """
    from itertools import chain

    from qawl import ingest, project, readers
    from qawl.metadata import Metadata

    corpus = project.load(Path())
    names = _mapping(mapping)
    files = [path for path in paths if str(path) != "-"]
    found = readers.read(files, names, corpus.root)
    if len(files) < len(paths):
        found = chain(found, readers.read_lines(sys.stdin.buffer, "stdin", names, Metadata()))
    with project.lock(corpus, "ingest"):
        outcome = ingest.ingest(corpus, found)
    for line in _summary(outcome):
        click.echo(line)
    if (strict and outcome.set_aside) or (outcome.set_aside and not outcome.read):
        sys.exit(1)


def _summary(outcome) -> list[str]:  # type: ignore[no-untyped-def] # noqa: ANN001 - imported late
    lines = [
        f"{outcome.read} read: {len(outcome.frozen)} frozen, {outcome.known} already there, "
        f"{len(outcome.set_aside)} set aside"
    ]
    lines += [f"  {count} × {reason}" for reason, count in outcome.reasons.most_common()]
    if outcome.set_aside:
        lines.append("  each with its place in corpus/set-aside.jsonl")
    lines += [f"changed: {each}" for each in outcome.changed]
    if outcome.undecided:
        lines.append(
            "no licence is given for: "
            + ", ".join(sorted(outcome.undecided))
            + "; their texts are "
            "withheld from releases (give license and redistribute in _source.yaml)"
        )
    if not outcome.frozen and not outcome.set_aside:
        lines.append("nothing to do")
    return lines


def _mapping(given: str | None) -> dict[str, str]:
    """`text=body,published=date` → {"text": "body", …}."""
    from qawl.metadata import FIELDS

    pairs = [each.partition("=") for each in (given or "").split(",") if each]
    for ours, equals, theirs in pairs:
        if not equals or not theirs or ours not in (*FIELDS, "text"):
            fields = ", ".join(("text", *FIELDS))
            message = f"{ours}{equals}{theirs}: give FIELD=NAME with FIELD one of {fields}"
            raise click.BadParameter(message, param_hint="--map")
    return {ours: theirs for ours, _, theirs in pairs}
