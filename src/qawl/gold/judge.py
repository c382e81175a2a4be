"""exports/gold: the decided records, and the tasks in which a judge decides the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from qawl.agreement.disagreements import differ
from qawl.annotations import derive, tasks
from qawl.annotations.to_label_studio import write_results
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Disagreement, Gold
from qawl.gold import decide
from qawl.gold.decide import as_annotation
from qawl.scheme import scheme
from qawl.scheme.scheme import Scheme
from qawl.scheme.titles import title_in

WORDS = {
    "ar": {
        "span": "مقطع",
        "attribute": "سمة",
        "relation": "علاقة",
        "none": "لا شيء",
        "breaks": "متفق عليه لكنه يخالف قواعد المخطط",
        "open": "مواضع الخلاف",
    },
    "en": {
        "span": "span",
        "attribute": "attribute",
        "relation": "relation",
        "none": "nothing",
        "breaks": "all agree, but it breaks a rule of the scheme",
        "open": "Open",
    },
}


@dataclass(slots=True)
class Outcome:
    """What an adjudication did, by layer."""

    decided: dict[str, int] = field(default_factory=dict)
    incomplete: dict[str, int] = field(default_factory=dict)
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
        for gold, voices in _with_voices(project, layer, articles):
            golds.append(gold)
            old = before.get(gold.article_id)
            if old and old.decided_by == "adjudicator" and gold.decided_by != "adjudicator":
                outcome.reopened.append(
                    f"{layer} {gold.article_id}: its annotations changed after the judge decided"
                )
            if not gold.complete:
                article = articles[gold.article_id]
                made.append(_task(gold, voices, article, current, offered, project))
        outcome.decided[layer] = len(golds)
        outcome.incomplete[layer] = len(made)
        outcome.changed[layer] = sum(before.get(each.article_id) != each for each in golds)
        if golds or before:
            files.write(decide.path(project, layer), golds)
            files.write(tasks_path(project, layer), made)
    return outcome


def tasks_path(project: Project, layer: str) -> Path:
    """exports/gold/<layer>.tasks.jsonl: what the judge of a layer is to decide."""
    return project.judge_file(layer)


def judge_tasks(project: Project, layer: str) -> Iterator[dict[str, Any]]:
    """The stored tasks of a layer's judge."""
    for _, line in files.lines(tasks_path(project, layer)):
        yield msgspec.json.decode(line)


def _with_voices(
    project: Project, layer: str, articles: article_store.Articles
) -> Iterator[tuple[Gold, list[Annotation]]]:
    """Each gold with the annotations that it was decided from."""
    decide_one = decide.decider(project, layer)
    records = derive.read(project, layer)
    for identity, group in groupby(records, key=lambda record: record.article_id):
        if identity in articles:
            every = list(group)
            voices = [record for record in every if record.annotator != JUDGE]
            yield decide_one(articles[identity], every), voices


def _task(
    gold: Gold,
    voices: list[Annotation],
    article: Article,
    current: Scheme,
    offered: tasks.Names,
    project: Project,
) -> dict[str, Any]:
    """The judge's task: what all agree on first, then each side as an anonymous suggestion."""
    task = tasks.task(article, current, offered)
    named = _named(voices)
    letters = {voice.annotator: letter for letter, voice in named}
    task["data"]["basis"] = decide.basis(voices)
    task["data"]["disagreements"] = _listed(
        gold, article, current, project.settings.language, letters
    )
    sides = [("agreed", as_annotation(gold)), *named]
    task["predictions"] = [
        {"model_version": name, "result": write_results(record, current)} for name, record in sides
    ]
    return task


def _named(voices: list[Annotation]) -> list[tuple[str, Annotation]]:
    """A letter for each side, in another order for each article: a letter is nobody's."""
    submitted = [voice for voice in voices if voice.status == "submitted"]
    shuffled = sorted(
        submitted,
        key=lambda each: sha256(
            f"{each.article_id} {each.layer} {each.annotator}".encode()
        ).digest(),
    )
    return [(_letter(number), voice) for number, voice in enumerate(shuffled)]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"A{number}"


def _listed(
    gold: Gold, article: Article, current: Scheme, language: str, letters: Mapping[str, str]
) -> str:
    """The disagreements as an HTML list in the annotators' language, each side by its letter."""
    words = _words(language)
    items = "".join(
        f"<li>{_line(each, article, current, language, letters)}</li>" for each in gold.open
    )
    return f"<p>{words['open']}: {len(gold.open)}</p><ol>{items}</ol>"


def _line(
    each: Disagreement,
    article: Article,
    current: Scheme,
    language: str,
    letters: Mapping[str, str],
) -> str:
    words = _words(language)
    label = current.label.get(each.label)
    shown = title_in(label.title, language, each.label) if label else each.label
    surface = " ".join(article.text[each.start : each.end].split())
    surface = surface if len(surface) <= 60 else surface[:57] + "…"
    name = f" {each.name}" if each.name else ""
    sides = " · ".join(
        f"{letter}: {escape(_said(value, words))}"
        for letter, value in sorted(
            (letters[who], value) for who, value in each.readings.items() if who in letters
        )
    )
    if not differ(each.readings.values()):
        sides = words["breaks"]
    return f"{words[each.kind]}{escape(name)} «{escape(surface)}» ({escape(shown)}) {sides}"


def _words(language: str) -> dict[str, str]:
    return WORDS.get(language.split("-", maxsplit=1)[0], WORDS["en"])


def _said(value: str | list[str] | None, words: dict[str, str]) -> str:
    if value is None:
        return words["none"]
    return value if isinstance(value, str) else ", ".join(value)
