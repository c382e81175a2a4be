"""The tasks in which a judge decides what gold leaves open, of annotations and gold as they stand."""

from collections.abc import Callable, Iterator
from hashlib import sha256

from msgspec import UNSET

from qawl.annotations import corrections, derive, tasks, verdicts
from qawl.annotations import store as annotation_store
from qawl.annotations.tasks import Prediction, Task
from qawl.annotations.to_label_studio import write_results
from qawl.articles import released, withdrawal
from qawl.articles import store as article_store
from qawl.core import gold_file
from qawl.core.ahead import Ahead
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Gold, as_annotation
from qawl.gold.decide import Decider
from qawl.gold.decided import Decided, decided, waited
from qawl.gold.points import Points
from qawl.gold.questions import Questions
from qawl.scheme import scheme
from qawl.scheme.model import Scheme
from qawl.scheme.points import FIELD

START = "agreed"
"""The name of the suggestion that a judge's project opens with, in all tasks."""


def need_gold(project: Project, layer: str) -> None:
    """Raises InputError where a layer has no gold: nobody knows what its judge is to decide."""
    if not project.gold_file(layer).exists():
        raise InputError(_without_gold(layer))


def _without_gold(layer: str) -> str:
    return f"{layer} has no gold here: run `qawl adjudicate`, which finds what a judge is to decide"


Say = Callable[[str], object]
"""What is told, in a line, of what makes the judge's tasks other than one may expect."""


def unsaid(_: str) -> None:
    """Tells nobody."""


def judge_tasks(project: Project, layer: str, say: Say = unsaid) -> Iterator[Task]:
    """The tasks of a layer's judge, by article, but those of withdrawn articles.

    Raises JournalError where there are annotations that no journal gives, or none though it gives some.
    """
    current, decider = scheme.load(project, layer), Decider(project, layer)
    made = _Maker(project, current, decider)
    return map(made.task, _asked(project, layer, decider, say))


def waiting(project: Project, layer: str) -> set[str]:
    """The ids of the articles that wait for a layer's judge; raises as `judge_tasks`."""
    return {each.article.id for each in _asked(project, layer, Decider(project, layer))}


def _asked(project: Project, layer: str, decider: Decider, say: Say = unsaid) -> Iterator[Decided]:
    """What waits for a layer's judge since `adjudicate` left it open: what has come since then is no
    disagreement yet, before the lead says so."""
    if not project.gold_file(layer).exists():
        if layer in released.annotated_layers(project):
            say(_without_gold(layer))
        return
    for stale in annotation_store.require(project, layer):
        say(f"warning: {stale}")
    out, newer = withdrawal.ids(project), 0
    stored = Ahead((each.article_id, each) for each in gold_file.read(project, layer))
    for each in decided(project, layer, decider):
        before = stored.take(each.article.id)
        if not each.for_the_judge or each.article.id in out:
            continue
        left = before is not None and not before.complete and not waited(before, project)
        if before and (left or each.pending):
            yield each
        else:
            newer += 1
    stored.finish()
    if newer:
        say(
            f"{layer}: gold lacks what is open in {many(newer, 'article')}: run `qawl adjudicate`, and a "
            "judge gets what waits there"
        )


def brought(
    project: Project, current: Scheme, offered: tasks.Names
) -> Iterator[tuple[Annotation, Task]]:
    """The judge's verdicts that were brought forward from an older version of the scheme and count, each
    with a task that is made from the annotations in the names of the current version."""
    bases = verdicts.bases(project, current.layer)
    articles = article_store.by_id(project)
    for article, records in derive.beside(project, current.layer, articles):
        now = verdicts.basis(each for each in records if each.annotator != JUDGE)
        for verdict in records:
            old = bases.get((article.id, verdict.provenance))
            counts = verdict.status == "submitted" and verdicts.fits(old, now)
            if old and counts and verdict.annotator == JUDGE and verdict.brought is not UNSET:
                task = tasks.task(article, current, offered)
                task.data.update(basis=verdicts.anew(old, now), disagreements="")
                task.data[FIELD] = []
                yield verdict, task


class _Maker:
    """Makes the judge's tasks of a layer; `decider` has decided each article last."""

    def __init__(self, project: Project, current: Scheme, decider: Decider) -> None:
        self._current, self._read = current, decider.read
        self._offered = tasks.names(project)
        self._questions = Questions(current, project.settings.language)
        self._majority = project.settings.adjudication.rule == "majority"

    def task(self, each: Decided) -> Task:
        """The judge's task. Its first suggestion is what the judge starts from: what they decided
        before, else what all agree on. Then each side follows as an anonymous suggestion."""
        article, gold = each.article, each.gold
        task = tasks.task(article, self._current, self._offered)
        submitted = [record for record in each.records if record.status == "submitted"]
        lettered = _lettered(submitted)
        letters = {record.annotator: letter for letter, record in lettered}
        open_points = Points(gold, self._read(submitted), majority=self._majority)
        made_of = verdicts.basis(each.records, gold.decided_from)
        data: dict[str, tasks.Shown] = {
            **task.data,
            "basis": verdicts.with_corrections(made_of, (known.id for known in each.known)),
            "disagreements": self._questions.reported(each.pending, article)
            + self._questions.listed(
                open_points, article, letters, each.records, again=_again(each)
            ),
            FIELD: self._questions.clickable(open_points, article, letters),
        }
        sides = (*_first(each), *self._reported(each), *lettered)
        shown = (Prediction(name, write_results(side, self._current)) for name, side in sides)
        return Task(data, tuple(shown))

    def _reported(self, each: Decided) -> Iterator[tuple[str, Annotation]]:
        """The gold as readers corrected it, for each correction."""
        agreed = as_annotation(each.gold)
        for number, pending in enumerate(each.pending, start=1):
            yield (
                f"reported {number}",
                corrections.applied(pending, agreed, each.article, self._current),
            )


def _first(each: Decided) -> tuple[tuple[str, Annotation | Gold], ...]:
    """What the judge starts from."""
    if each.verdict and not each.gold.complete:
        return (START, each.verdict), ("agreed now", each.gold)
    return ((START, each.gold),)


def _again(each: Decided) -> str | None:
    """What a judge is told who decided before and starts from that."""
    if each.verdict is None or each.gold.complete:
        return None
    return "judge.again" if each.based else "judge.elsewhere"


def _lettered(submitted: list[Annotation]) -> list[tuple[str, Annotation]]:
    """A letter for each side, in another order for each article: a letter is nobody's."""
    shuffled = sorted(
        submitted,
        key=lambda each: sha256(
            f"{each.article_id} {each.layer} {each.annotator}".encode()
        ).digest(),
    )
    return [(_letter(number), record) for number, record in enumerate(shuffled)]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"A{number}"
