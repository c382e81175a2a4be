"""exports/gold: the decided records, and the tasks in which a judge decides the rest."""

from collections.abc import Generator, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain

from msgspec import UNSET, Struct

from qawl.agreement.readings import Reading
from qawl.annotations import corrections, derive, tasks, verdicts
from qawl.annotations import store as annotation_store
from qawl.annotations.corrections import Correction
from qawl.annotations.tasks import Prediction, Task
from qawl.annotations.to_label_studio import write_results
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.articles.by_id import Articles
from qawl.core import files, gold_file
from qawl.core.errors import InputError, JournalError
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Gold, as_annotation, to_json
from qawl.gold import decide
from qawl.gold.points import Points
from qawl.gold.questions import Questions
from qawl.scheme import scheme
from qawl.scheme.points import FIELD
from qawl.scheme.scheme import Scheme

START = "agreed"
"""The name of the suggestion that a judge's project opens with, in all tasks."""


@dataclass(slots=True)
class Adjudicated:
    """What an adjudication did, by layer.

    `incomplete` counts the articles that wait for the judge, `waiting` those for further annotators,
    `reported` the corrections that wait for the judge. `stale` says which annotations are not those that
    the journal gives.
    """

    decided: dict[str, int] = field(default_factory=dict)
    incomplete: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    reported: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    reopened: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)


def adjudicate(project: Project) -> Adjudicated:
    """Writes exports/gold and the judge's tasks; the same annotations again change nothing.

    Both are streamed: memory holds the records of one article at a time. Raises JournalError where there
    are annotations that no journal gives, or gold whose article or journal is gone.
    """
    outcome = Adjudicated()
    offered = tasks.names(project)
    for layer, current in scheme.load_all(project).items():
        outcome.stale += annotation_store.require(project, layer)
        path, decider = project.gold_file(layer), decide.Decider(project, layer)
        with closing(_gold_before(project, layer)) as before:
            counted = _Counted(project, layer, outcome, before)
            made = _golds(project, current, decider, counted, offered)
            first = next(made, None)
            if first is not None or path.exists():
                _write(project, layer, chain([first] if first else [], made))
                decider.keep()
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


def _write(project: Project, layer: str, made: Iterable[tuple[Gold, Task | None]]) -> None:
    """Writes the gold of a layer, and the judge's tasks for it."""
    with (
        files.replacing(project.judge_file(layer)) as waiting,
        files.replacing(project.gold_file(layer)) as decided,
    ):
        for gold, task in made:
            decided.write(to_json(gold) + b"\n")
            if task is not None:
                waiting.write(to_json(task) + b"\n")


def _golds(
    project: Project,
    current: Scheme,
    decider: decide.Decider,
    counted: "_Counted",
    offered: tasks.Names,
) -> Iterator[tuple[Gold, Task | None]]:
    """The gold of a layer, each with the judge's task if there is one."""
    articles = article_store.by_id(project)
    known = corrections.by_article(project)
    questions = Questions(current, project.settings.language)
    for each in _with_annotations(project, current.layer, articles, decider, known):
        counted.count(each)
        asked = counted.is_for_the_judge(each)
        yield each.gold, _task(each, current, offered, questions, project) if asked else None
    counted.finish()


class _Counted:
    """One layer's gold, counted beside that of the adjudication before, which is in the same order."""

    def __init__(
        self, project: Project, layer: str, outcome: Adjudicated, before: Iterator[Gold]
    ) -> None:
        self._project, self._layer, self._outcome = project, layer, outcome
        self._out = withdrawal.ids(project)
        self._before = decide.Stored((each.article_id, each) for each in before)
        for counts in (
            outcome.decided,
            outcome.incomplete,
            outcome.waiting,
            outcome.changed,
            outcome.reported,
        ):
            counts[layer] = 0

    def count(self, each: "_Decided") -> None:
        """Counts one article."""
        gold, old = each.gold, self._before.take(each.gold.article_id)
        self._outcome.decided[self._layer] += 1
        self._outcome.changed[self._layer] += old != gold
        judged = gold.decided_by == "adjudicator"
        undone = (each.verdict and not gold.complete) or (old and old.decided_by == "adjudicator")
        if undone and not judged and gold.article_id not in self._out:
            why = "its annotations changed after the judge decided"
            if each.verdict is None:
                why = "what the judge decided was deleted, or skipped since"
            elif not each.based:
                why = (
                    "the judge decided in a task that Qawl did not make, and nobody knows of which "
                    "annotations; the judge's next task starts from it"
                )
            self._outcome.reopened.append(f"{self._layer} {gold.article_id}: {why}")

    def is_for_the_judge(self, each: "_Decided") -> bool:
        """Whether the judge is to decide on it, now that others have done their part; counts it, unless
        it is withdrawn: its task is kept, and nobody gets it."""
        if each.article.id in self._out:
            return not each.gold.complete or bool(each.pending)
        if waits(each.gold, each.records, self._project):
            self._outcome.waiting[self._layer] += 1
            return False
        self._outcome.incomplete[self._layer] += not each.gold.complete
        self._outcome.reported[self._layer] += len(each.pending)
        return not each.gold.complete or bool(each.pending)

    def finish(self) -> None:
        """Reads the rest of the gold before, so that nothing wrong in it goes without a word."""
        self._before.finish()


def waits(gold: Gold, records: Iterable[Annotation], project: Project) -> bool:
    """Whether too few annotated an article and others of the plan are still to do it."""
    count = sum(each.annotator != JUDGE for each in records)
    return one_alone(gold) and count < project.asked(gold.layer, gold.article_id)


def one_alone(gold: Gold) -> bool:
    """Whether one annotator alone worked on an article that several are to do."""
    return any(each.kind == "article" and each.name == "annotators" for each in gold.open)


def judge_tasks(project: Project, layer: str) -> Iterator[Task]:
    """The stored tasks of a layer's judge, by article; those of withdrawn articles are left out.

    Raises InputError, with the line, where one is out of order, twice, or not of its article, and where
    gold waits for one that is not there.
    """
    path, out = project.judge_file(layer), withdrawal.ids(project)
    articles, field_ = article_store.by_id(project), scheme.load(project, layer).text_field
    stored = files.ordered(
        path,
        Task,
        lambda task: (task.article_id,),
        lambda task: _not_of_article(task, layer, articles.get(task.article_id), field_),
        "run `qawl adjudicate`",
        project.disk.open,
    )
    if not path.exists() and project.gold_file(layer).exists():
        raise InputError(f"{path} is gone: run `qawl adjudicate`")
    return _with_all(stored, project, layer, out)


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


def _with_all(
    stored: Iterator[Task], project: Project, layer: str, out: AbstractSet[str]
) -> Iterator[Task]:
    """The tasks but for those of withdrawn articles; raises InputError where the file was cut short."""
    golds = gold_file.read(project, layer)
    wanted = {each.article_id for each in golds if not (each.complete or one_alone(each))} - out
    for each in stored:
        wanted.discard(each.article_id)
        if each.article_id not in out:
            yield each
    if wanted:
        raise InputError(
            f"{project.judge_file(layer)} lacks {len(wanted)} of the judge's tasks, first that of "
            f"article {min(wanted)}: run `qawl adjudicate`"
        )


def _not_of_article(task: Task, layer: str, article: Article | None, text: str) -> str | None:
    """What is wrong with a judge's task that was stored, in words."""
    if article is None:
        return f"{task.article_id} is no article of this corpus"
    if (task.data.get("text_sha256"), task.data.get(text)) != (article.text_sha256, article.text):
        return f"the text is not that of article {article.id}"
    if not task.basis:
        return "it does not say from which annotations it was made"
    return files.of_layer(str(task.data.get("layer")), layer)


class _Decided(Struct, frozen=True):
    """Gold with the annotations that it was decided from, and the judge's verdict, even if it is void.

    `readings` are those of what was submitted. `based` says whether the verdict, if there is one, came in
    a task that Qawl made, which says of which annotations it is. `known` are the corrections of the
    article, `pending` those that the judge has not decided on.
    """

    article: Article
    gold: Gold
    records: list[Annotation]
    readings: list[Reading]
    verdict: Annotation | None
    based: bool
    known: list[Correction]
    pending: list[Correction]


def _with_annotations(
    project: Project,
    layer: str,
    articles: Articles,
    decider: decide.Decider,
    reported: corrections.Known,
) -> Iterator[_Decided]:
    bases = verdicts.bases(project, layer)
    for article, records in derive.beside(project, layer, articles):
        judged = (
            each
            for each in records
            if (each.annotator, each.status) == (JUDGE, "submitted")
            and each.text_sha256 == article.text_sha256
        )
        gold, verdict = decider(article, records), next(judged, None)
        of = [each for each in records if each.annotator != JUDGE]
        known = reported.get((layer, article.id), [])
        basis = bases.get((article.id, verdict.provenance)) if verdict else None
        counts = verdict is not None and gold.decided_by == "adjudicator"
        yield _Decided(
            article,
            gold,
            of,
            decider.read([each for each in of if each.status == "submitted"]),
            verdict,
            verdict is None or basis is not None,
            known,
            corrections.pending(known, basis if counts else None, gold),
        )


def _task(
    decided: _Decided,
    current: Scheme,
    offered: tasks.Names,
    questions: Questions,
    project: Project,
) -> Task:
    """The judge's task. Its first suggestion is what the judge starts from: what they decided before,
    else what all agree on. Then each side follows as an anonymous suggestion."""
    article = decided.article
    task = tasks.task(article, current, offered)
    lettered = _lettered(decided.records)
    letters = {record.annotator: letter for letter, record in lettered}
    made_of = verdicts.basis(decided.records, decided.gold.decided_from)
    majority = project.settings.adjudication.rule == "majority"
    open_points = Points(decided.gold, decided.readings, majority=majority)
    data: dict[str, tasks.Shown] = {
        **task.data,
        "basis": verdicts.with_corrections(made_of, (each.id for each in decided.known)),
        "disagreements": questions.reported(decided.pending, article)
        + questions.listed(
            open_points,
            article,
            letters,
            decided.records,
            again=_again(decided),
        ),
        FIELD: questions.clickable(open_points, article, letters),
    }
    agreed = decided.gold
    first: tuple[tuple[str, Annotation | Gold], ...] = (
        ((START, decided.verdict), ("agreed now", agreed))
        if decided.verdict and not decided.gold.complete
        else ((START, agreed),)
    )
    reported = [
        (f"reported {number}", corrections.applied(each, as_annotation(agreed), article, current))
        for number, each in enumerate(decided.pending, start=1)
    ]
    sides = (*first, *reported, *lettered)
    return Task(data, tuple(Prediction(name, write_results(each, current)) for name, each in sides))


def _again(decided: _Decided) -> str | None:
    """What a judge is told who decided before and starts from that."""
    if decided.verdict is None or decided.gold.complete:
        return None
    return "judge.again" if decided.based else "judge.elsewhere"


def _lettered(records: list[Annotation]) -> list[tuple[str, Annotation]]:
    """A letter for each side, in another order for each article: a letter is nobody's."""
    submitted = [record for record in records if record.status == "submitted"]
    shuffled = sorted(
        submitted,
        key=lambda each: sha256(
            f"{each.article_id} {each.layer} {each.annotator}".encode()
        ).digest(),
    )
    return [(_letter(number), record) for number, record in enumerate(shuffled)]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"A{number}"
