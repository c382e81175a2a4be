"""What `qawl pull` does with journals that are there: derive from them, join, clean."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from qawl.cli.pull_summary import twice
from qawl.cli.terminal import say
from qawl.core.excerpts import many

if TYPE_CHECKING:
    from qawl.annotations.merging import Merged
    from qawl.core.project import Project


def rebuild(corpus: "Project") -> bool:
    """Derives exports/annotations from the journal; whether every annotation could be read."""
    from qawl.annotations import journal
    from qawl.annotations import store as annotation_store

    for name in corpus.settings.layers:
        for each in journal.mend(corpus, name):
            say(f"journal repaired: {each}")
        say(f"{name}: {many(annotation_store.rebuild(corpus, name), 'annotation')}")
        for each in journal.forget_copies(corpus, name):
            say(each)
        for each in annotation_store.migration_notes(annotation_store.findings(corpus, name)):
            say(f"{name}, converted to the current scheme: {each}")
    return _whole(corpus, corpus.settings.layers)


def _whole(corpus: "Project", layers: Iterable[str]) -> bool:
    """Says what the journals of layers have and their annotations have not; whether every annotation is
    there."""
    from qawl.annotations import store as annotation_store

    whole = True
    for name in layers:
        found = list(annotation_store.findings(corpus, name))
        for each in annotation_store.unread(found):
            say(f"kept in the journal, not in the annotations of {name}: {each}")
        whole = whole and annotation_store.whole(found)
    return whole


def clean(corpus: "Project") -> None:
    """Takes out of the journals what is no longer kept, and says what that was."""
    from qawl.annotations import journal_cleaning
    from qawl.annotations import store as annotation_store

    done = list(journal_cleaning.clean(corpus))
    for each in done:
        fields = ", ".join(f"{count} × {name}" for name, count in each.left_out.items())
        say(f"{each.journal}: {each.changed} of {many(each.versions, 'line')} cleaned: {fields}")
    if not done:
        say("nothing to clean")
        return
    say(f"logged in {corpus.journal / journal_cleaning.LOG}; versions in git keep what was there")
    for name in corpus.settings.layers:
        annotation_store.refresh(corpus, name)


def merge(corpus: "Project", others: tuple[str, ...]) -> bool:
    """Joins the journals of other places; whether every journal there has its place here."""
    from qawl.annotations import merging
    from qawl.annotations import store as annotation_store
    from qawl.cli import places

    with ExitStack() as stack:
        there = {name: places.place(corpus, name, stack, "exports/journal/") for name in others}
        outcome = merging.merge(corpus, there)
    for line in _said(outcome):
        say(line)
    layers = sorted({each.layer for each in outcome.joined})
    for name in layers:
        count = annotation_store.refresh(corpus, name)
        say(f"exports/annotations/{name}.jsonl: {many(count, 'record')}")
    for line in twice(outcome.doubled):
        say(line)
    for each in outcome.strange:
        say(f"LEFT OUT: {each}")
    return _whole(corpus, layers) and not outcome.strange and not outcome.doubled


def merge_file(ours: Path, theirs: Path) -> None:
    """Joins one journal file to another."""
    from qawl.annotations import merging

    joined = merging.merge_files(ours, theirs)
    say(f"{joined.added} of {many(joined.versions, 'line')} added", err=True)
    if joined.by_name:
        say(
            "the two journals are taken for those of one annotator by their name alone: no work is "
            "in both, and users have no numbers. If that is two people, undo the merge (docs/exports.md)",
            err=True,
        )


def _said(outcome: "Merged") -> Iterator[str]:
    """What was joined, a line a journal."""
    for each in outcome.joined:
        name = f"{each.layer}.{each.annotator}"
        other = "" if each.theirs == each.annotator else f" ({each.theirs} there)"
        yield f"{name}: {each.added} of {many(each.versions, 'version')} of {each.source}{other} added"
    for who in outcome.by_name:
        yield (
            f"{who} is taken for the annotator of that name here: no work is in both, and the users have "
            "no numbers. If that is another person, undo the merge, and rename the annotator there first "
            "(docs/exports.md)"
        )
    if outcome.cleanings:
        yield f"cleaned.jsonl: {many(outcome.cleanings, 'cleaning')} added"
