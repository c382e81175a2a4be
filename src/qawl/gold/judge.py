"""`qawl adjudicate`: exports/gold, the decided records."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain

from qawl.annotations import store as annotation_store
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core import files, git_files, gold_file
from qawl.core.ahead import Ahead
from qawl.core.errors import JournalError
from qawl.core.project import Project
from qawl.core.records import Gold, to_json
from qawl.gold.decide import Decider
from qawl.gold.decided import Decided, decided


@dataclass(slots=True)
class Adjudicated:
    """What an adjudication did, by layer.

    `skipped` counts the decided articles that all skipped, `incomplete` those that wait for the judge,
    `waiting` those for further annotators, `reported` the corrections that wait for the judge. `stale`
    says which annotations are not those that the journal gives.
    """

    decided: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    incomplete: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    reported: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    reopened: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)


def adjudicate(project: Project) -> Adjudicated:
    """Writes exports/gold; the same annotations again change nothing.

    It is streamed: memory holds the records of one article at a time. Raises JournalError where there are
    annotations that no journal gives, or gold whose article or journal is gone.
    """
    outcome = Adjudicated()
    for layer in project.settings.layers:
        outcome.stale += annotation_store.require(project, layer)
        path, decider = project.gold_file(layer), Decider(project, layer)
        with closing(_gold_before(project, layer)) as before:
            counted = _Counted(project, layer, outcome, before)
            made = counted.golds(decided(project, layer, decider))
            first = next(made, None)
            if first is not None or path.exists():
                with files.replacing(path) as file:
                    for gold in chain([first] if first else [], made):
                        file.write(to_json(gold) + b"\n")
                decider.keep()
                git_files.leave_out_large(project, path)
        if (older := project.judge_file(layer)).is_file():
            older.unlink()
    return outcome


def _gold_before(project: Project, layer: str) -> Generator[Gold, None, None]:
    """The gold on disk; raises JournalError where it would be lost, since what it was made from is."""
    articles, out = article_store.by_id(project), withdrawal.ids(project)
    name = f"exports/gold/{project.gold_file(layer).name}"
    for each in gold_file.read(project, layer):
        if each.article_id not in articles and each.article_id not in out:
            raise JournalError(
                f"{name} has gold of article {each.article_id}, which corpus/articles.jsonl does not "
                "have: bring the articles back from version control or a backup; if the article is to go "
                f"for good, remove its line from {name}. Nothing is changed"
            )
        yield each


class _Counted:
    """One layer's gold, counted beside that of the adjudication before, which is in the same order."""

    def __init__(
        self, project: Project, layer: str, outcome: Adjudicated, before: Iterator[Gold]
    ) -> None:
        self._layer, self._outcome = layer, outcome
        self._out = withdrawal.ids(project)
        self._before = Ahead((each.article_id, each) for each in before)
        for counts in (
            outcome.decided,
            outcome.skipped,
            outcome.incomplete,
            outcome.waiting,
            outcome.changed,
            outcome.reported,
        ):
            counts[layer] = 0

    def golds(self, made: Iterator[Decided]) -> Iterator[Gold]:
        """The gold of each article, counted."""
        for each in made:
            old = self._before.take(each.article.id)
            self._outcome.decided[self._layer] += 1
            self._outcome.skipped[self._layer] += each.gold.status == "skipped"
            self._outcome.changed[self._layer] += old != each.gold
            if each.article.id not in self._out:
                self._count(each, old)
            yield each.gold
        self._before.finish()

    def _count(self, each: Decided, old: Gold | None) -> None:
        """Counts what waits, and says what waits again; of withdrawn articles nothing does."""
        if why := _reopened(each, old):
            self._outcome.reopened.append(f"{self._layer} {each.article.id}: {why}")
        self._outcome.waiting[self._layer] += each.early
        if not each.early:
            self._outcome.incomplete[self._layer] += not each.gold.complete
            self._outcome.reported[self._layer] += len(each.pending)


def _reopened(each: Decided, old: Gold | None) -> str | None:
    """Why a judge is to decide again; None where they need not."""
    undone = (each.verdict and not each.gold.complete) or (old and old.decided_by == "adjudicator")
    if not undone or each.gold.decided_by == "adjudicator":
        return None
    if each.verdict is None:
        return "what the judge decided was deleted, or skipped since"
    if each.based:
        return "its annotations changed after the judge decided"
    return (
        "the judge decided in a task that Qawl did not make, and nobody knows of which annotations; the "
        "judge's next task starts from it"
    )
