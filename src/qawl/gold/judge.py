"""exports/gold: the decided records, and the tasks in which a judge decides the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any

import msgspec

from qawl.annotations import derive, tasks
from qawl.annotations.to_label_studio import write_results
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Gold
from qawl.gold import decide
from qawl.gold.questions import Questions
from qawl.gold.record import as_annotation
from qawl.scheme import scheme
from qawl.scheme.scheme import Scheme


@dataclass(slots=True)
class Outcome:
    """What an adjudication did, by layer.

    `incomplete` counts the articles that wait for the judge, `waiting` those for further annotators.
    """

    decided: dict[str, int] = field(default_factory=dict)
    incomplete: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    reopened: list[str] = field(default_factory=list)


def adjudicate(project: Project) -> Outcome:
    """Writes exports/gold and the judge's tasks; the same annotations again change nothing."""
    outcome = Outcome()
    articles = article_store.by_id(project)
    offered = tasks.names(project)
    for layer, current in scheme.load_all(project).items():
        before = {each.article_id: each for each in decide.read(project, layer)}
        made: list[dict[str, Any]] = []
        golds = []
        outcome.waiting[layer] = 0
        for gold, records in _with_annotations(project, layer, articles):
            golds.append(gold)
            old = before.get(gold.article_id)
            if old and old.decided_by == "adjudicator" and gold.decided_by != "adjudicator":
                outcome.reopened.append(
                    f"{layer} {gold.article_id}: its annotations changed after the judge decided"
                )
            if _waits(gold, records, project):
                outcome.waiting[layer] += 1
            elif not gold.complete:
                article = articles[gold.article_id]
                made.append(_task(gold, records, article, current, offered, project))
        outcome.decided[layer] = len(golds)
        outcome.incomplete[layer] = len(made)
        outcome.changed[layer] = sum(before.get(each.article_id) != each for each in golds)
        if golds or before:
            files.write(project.gold_file(layer), golds)
            files.write(project.judge_file(layer), made)
    return outcome


def _waits(gold: Gold, records: list[Annotation], project: Project) -> bool:
    """Whether too few annotated an article and others of the plan are still to do it."""
    alone = any(each.kind == "article" and each.name == "annotators" for each in gold.open)
    return alone and len(records) < project.asked(gold.layer, gold.article_id)


def judge_tasks(project: Project, layer: str) -> Iterator[dict[str, Any]]:
    """The stored tasks of a layer's judge."""
    for _, line in files.lines(project.judge_file(layer)):
        yield msgspec.json.decode(line)


def _with_annotations(
    project: Project, layer: str, articles: article_store.Articles
) -> Iterator[tuple[Gold, list[Annotation]]]:
    """Each gold with the annotations that it was decided from."""
    decide_one = decide.decider(project, layer)
    records = derive.read(project, layer)
    for identity, group in groupby(records, key=lambda record: record.article_id):
        if identity in articles:
            every = list(group)
            annotations = [record for record in every if record.annotator != JUDGE]
            yield decide_one(articles[identity], every), annotations


def _task(
    gold: Gold,
    records: list[Annotation],
    article: Article,
    current: Scheme,
    offered: tasks.Names,
    project: Project,
) -> dict[str, Any]:
    """The judge's task: what all agree on first, then each side as an anonymous suggestion."""
    task = tasks.task(article, current, offered)
    lettered = _lettered(records)
    letters = {record.annotator: letter for letter, record in lettered}
    questions = Questions(current, project.settings.language)
    task["data"]["basis"] = decide.basis(records)
    task["data"]["disagreements"] = questions.listed(gold, article, letters)
    sides = [("agreed", as_annotation(gold)), *lettered]
    task["predictions"] = [
        {"model_version": name, "result": write_results(record, current)} for name, record in sides
    ]
    return task


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
