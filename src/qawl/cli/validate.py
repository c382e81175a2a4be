"""`qawl validate`."""

import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.options import COMPOSED
from qawl.cli.paths import Written
from qawl.cli.terminal import say
from qawl.core.excerpts import many

AROUND = 30
"""Code points of text shown on either side of a span."""
SHOWN = 10
"""Findings of each check that are printed, unless --check asks for one check."""
AT_ONCE = 500
"""Lines that are printed at once: each print of its own takes longer than making the line."""

if TYPE_CHECKING:
    from qawl.core.project import Project
    from qawl.core.records import Finding, SpanRef
    from qawl.validation.validate import Findings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: findings and summary.")
@click.option("--html", type=Written(dir_okay=False), help="Write the findings as a page.")
@click.option(
    "--list", "listing", is_flag=True, help="The checks, with level and severity; also as --json."
)
@click.option("--check", "only", help="Findings of this check alone.")
@click.option("--level", type=click.IntRange(1, 5), help="Findings of this level alone.")
@click.option("--article", help="Findings of this article alone.")
@click.option("--annotator", type=COMPOSED, help="Findings of this annotator alone.")
@click.option("--fix", is_flag=True, help="Apply the safe, named repairs; each can be undone.")
@click.option("--undo", is_flag=True, help="Take back all repairs.")
def command(
    as_json: bool,
    html: Path | None,
    listing: bool,
    only: str | None,
    level: int | None,
    article: str | None,
    annotator: str | None,
    fix: bool,
    undo: bool,
) -> None:
    """Check everything collected, in five levels.

    It prints ten findings of each check. --check NAME prints all findings of one check; --json and --html
    have all. Exit 1 if a finding is an error. A person judges the warnings. --fix writes repairs to
    exports/repairs.jsonl; it changes neither the journal nor Label Studio.
    """
    from qawl.annotations.journal import annotators as annotated
    from qawl.cli import options
    from qawl.core import files, project
    from qawl.core.findings import CHECKS
    from qawl.core.records import to_json
    from qawl.validation import dispensations, validate

    options.alone("--list", "--json")
    if listing:
        _list(as_json=as_json)
        return
    for name in ("--fix", "--undo"):
        options.alone(name, "--json", "--html")
    if only is not None and only not in CHECKS:
        raise click.BadParameter(f"{only}: no such check; see --list", param_hint="--check")
    corpus = project.load(Path())
    if fix or undo:
        _repair(corpus, undo)
    wanted = {"check": only, "level": level, "article_id": article, "annotator": annotator}
    found, passed = validate.examine(corpus, wanted)
    if not (found or passed):
        _refuse_unknown(corpus, article, annotator)
    counts = validate.summary(found, passed)
    if html is not None:
        from qawl.validation import page as validation_page

        files.write_text(html, validation_page.page(corpus, found, counts))
        say(f"{html}: open it in a browser", err=True)
    if as_json:
        say(to_json({"findings": [*found], "summary": counts}))
    else:
        _print(corpus, found, None if only else SHOWN)
        for each, count in dispensations.counted(corpus.settings.dispensations, passed):
            say(f"let pass: {each.check}: {count} ({each.reason})")
        exempt = f", {len(passed)} let pass by qawl.yaml" if passed else ""
        say(f"{many(counts.errors, 'error')}, {many(counts.warnings, 'warning')}{exempt}")
        _say_held(len(found.held), wanted)
        if not (annotated(corpus) or counts.errors):
            say("nothing is annotated yet: `qawl pull` brings annotations", err=True)
    sys.exit(1 if counts.errors else 0)


def _say_held(count: int, wanted: Mapping[str, object]) -> None:
    """That errors hide findings of the levels above, unless some findings alone are asked for."""
    if count and not any(wanted.values()):
        say(
            f"{many(count, 'annotation')} with errors: the levels above are not checked there yet. "
            "Correct them in Label Studio and pull (`--fix` makes the safe repairs), then validate again",
            err=True,
        )


def _list(*, as_json: bool) -> None:
    """The checks that there are."""
    from msgspec import structs

    from qawl.core.findings import CHECKS
    from qawl.core.records import to_json

    if as_json:
        names = ("id", "level", "severity", "explanation")
        every = map(structs.asdict, CHECKS.values())
        say(to_json([{name: each[name] for name in names} for each in every]))
        return
    for check in CHECKS.values():
        say(f"{check.level}  {check.severity:8} {check.id:20} {check.explanation}")


def _refuse_unknown(corpus: "Project", article: str | None, annotator: str | None) -> None:
    """Refuses names that nothing can be found of: without this, a typing error reads as clean."""
    from qawl.annotations import journal
    from qawl.articles import store as article_store
    from qawl.core.records import JUDGE

    if article is not None and article not in article_store.by_id(corpus):
        raise click.BadParameter(article_store.unknown(corpus, article), param_hint="--article")
    known = dict.fromkeys((*corpus.annotators, *sorted(journal.annotators(corpus)), JUDGE))
    if annotator is not None and annotator not in known:
        raise click.BadParameter(
            f"{annotator}: not one of {', '.join(known)}", param_hint="--annotator"
        )


def _repair(corpus: "Project", undo: bool) -> None:
    """Applies or takes back repairs, and derives the annotations anew."""
    from qawl.annotations import repairs
    from qawl.annotations import store as annotation_store
    from qawl.core import project

    with project.lock(corpus, "validate --fix"):
        if undo:
            say(f"{many(repairs.undo(corpus), 'repair')} taken back", err=True)
        else:
            fixed = annotation_store.fix(corpus)
            for name, count in fixed.items():
                say(f"{name}: {many(count, 'annotation')}", err=True)
            if not any(fixed.values()):
                say("nothing is repaired: no finding has a safe repair", err=True)
        for layer in corpus.settings.layers:
            annotation_store.rebuild(corpus, layer)


def _print(corpus: "Project", found: "Findings", most: int | None) -> None:
    """Findings by check, worst first, each with the text around its span; so many of each at most."""
    lines = _lines(corpus, found, most)
    while some := "\n".join(islice(lines, AT_ONCE)):
        say(some)


def _lines(corpus: "Project", found: "Findings", most: int | None) -> Iterator[str]:
    from qawl.articles import store as article_store

    texts = article_store.by_id(corpus)
    for every in found.by_check():
        first = next(iter(every))
        yield f"{first.severity} {first.check}: {len(every)}"
        for each in islice(every, most):
            yield f"  {line(each)}"
            article = texts.get(each.article_id or "")
            if each.span and article:
                yield f"      {around(article.text, each.span)}"
        if most is not None and len(every) > most:
            yield f"  and {len(every) - most:,} more: `qawl validate --check {first.check}` shows all"


def line(found: "Finding") -> str:
    """A finding on one line; what may be right to left is isolated from what is not."""
    where = " ".join(
        each for each in (found.layer, found.article_id, found.annotator) if each is not None
    )
    span = f" {found.span.label} {found.span.start}-{found.span.end}" if found.span else ""
    link = f" {found.url}" if found.url else ""
    return f"[{where}{span}] \u2068{found.message}\u2069{link}"


def around(text: str, span: "SpanRef") -> str:
    """The text around a span, with the span in brackets, as one isolated line."""
    from qawl.core import excerpts

    pieces = excerpts.around(text, span.start, span.end, AROUND)
    before, inside, after = (" ".join(piece.split("\n")) for piece in pieces)
    return f"\u2068…{before}⟦{inside}⟧{after}…\u2069"
