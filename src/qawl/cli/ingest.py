"""`qawl ingest`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.field_names import renamed
from qawl.cli.paths import Place, others
from qawl.cli.terminal import console, say
from qawl.core.errors import InputError

if TYPE_CHECKING:
    from qawl.articles.duplicates.engine import Engine
    from qawl.articles.ingested import Ingested
    from qawl.articles.received import Found
    from qawl.articles.remote import Remote
    from qawl.core.project import Project


@click.command()
@click.argument("paths", nargs=-1, type=Place())
@click.option("--map", "mapping", help="Rename fields: OURS=THEIRS,… (text=body,published=date).")
@click.option("--strict", is_flag=True, help="Exit 1 if anything was set aside or not taken.")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    help="Where to look for near-duplicates: here, or on the Ray cluster of RAY_ADDRESS.",
)
@others("Add the articles")
@click.option(
    "--explain", metavar="ID", help="Show what an article is, and why it is in its group."
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def command(
    paths: "tuple[Path | Remote, ...]",
    mapping: str | None,
    strict: bool,
    engine: "Engine",
    others: tuple[str, ...],
    explain: str | None,
    as_json: bool,
) -> None:
    """Freeze articles into corpus/articles.jsonl: cleaned, grouped, rights recorded.

    PATHS are files and folders of .txt, .html, .docx, .parquet, and .jsonl, .csv and .tsv (these
    three also as .gz and .zst); - is JSON Lines on standard input. A path may be a URL:
    s3://bucket/folder/, gs://, hf://datasets/…, https://…/file.jsonl. Input that can't be read
    is listed in corpus/set-aside.jsonl with the reason.
    """
    from qawl.articles import summary
    from qawl.cli import options
    from qawl.core import project

    options.alone("--explain")
    options.alone("--merge")
    corpus = project.load(Path())
    if explain is not None:
        for line in summary.explain(corpus, explain):
            say(line)
        return
    if others:
        _merge(corpus, others)
        return
    if not paths:
        raise click.UsageError("Name files or folders to ingest, or - for standard input.")
    outcome = _ingest(corpus, paths, renamed(mapping), engine)
    for line in summary.as_json(outcome) if as_json else summary.lines(outcome):
        say(line)
    left_out = outcome.set_aside or outcome.annotated or outcome.nowhere or outcome.left_out.times
    if (strict and left_out) or not (outcome.read or outcome.known):
        sys.exit(1)


def _merge(corpus: "Project", others: tuple[str, ...]) -> None:
    """Joins the articles of other places under the lock; exits 1 if anything was left out."""
    from qawl.cli import joining
    from qawl.core import project

    with project.lock(corpus, "ingest"):
        whole = joining.merge(corpus, others)
    if not whole:
        sys.exit(1)


def _ingest(
    corpus: "Project", paths: "tuple[Path | Remote, ...]", names: dict[str, str], engine: "Engine"
) -> "Ingested":
    """Runs the ingest under the lock, counting on stderr as it reads."""
    from qawl.articles import ingest, released, source_files, url_files
    from qawl.articles.metadata import Metadata
    from qawl.core import project

    def found() -> Iterator["Found"]:
        for path in paths:
            if not isinstance(path, Path):
                yield from url_files.read(path, names, corpus.state / "fetched")
            elif str(path) == "-":
                yield from source_files.read_lines(sys.stdin.buffer, "stdin", names, Metadata())
            else:
                yield from source_files.read([path], names, corpus.root)

    for path in paths:
        if isinstance(path, Path) and str(path) != "-" and not path.exists():
            hint = (
                "; put a --map with spaces in quotation marks: --map 'text=The text'"
                if names
                else ""
            )
            raise InputError(f"{path}: no such file or folder{hint}")
    with project.lock(corpus, "ingest"):
        there = frozenset(released.article_ids(corpus))
        return ingest.ingest(corpus, _counted(found()), released=there, on=engine)


def _counted(found: Iterator["Found"]) -> Iterator["Found"]:
    """Shows on a terminal how many articles have been read."""
    if not sys.stderr.isatty():
        yield from found
        return

    with console(err=True).status("reading") as status:
        for number, each in enumerate(found, start=1):
            if number % 500 == 0:
                status.update(f"{number} read")
            yield each
        status.update("looking for near-duplicates")
