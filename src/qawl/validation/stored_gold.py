"""Whether the gold in exports/gold fits the articles and schemes as they are now.

A release decides gold anew from the annotations. Suggestions, `qawl.Corpus` and people read this.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.articles.by_id import Articles
from qawl.core import files, gold_file
from qawl.core.errors import InputError
from qawl.core.findings import finding
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Finding, Gold, as_annotation
from qawl.scheme import scheme
from qawl.scheme.model import Scheme
from qawl.validation import level3_labels

_Some = TypeVar("_Some")

CHECKS = ("gold-unreadable", "gold-stale", "gold-orphan", "gold-missing")
"""The checks that find something here."""
_NAMES = frozenset({"label-unknown", "attribute-unknown", "value-unknown", "relation-unknown"})
"""What the scheme had when gold was decided. Gold that waits for a judge may lack things."""
_ALONE = ("single", "adjudicator")
"""Who decides alone: what they say is gold as it is."""
_ADVICE = "run `qawl adjudicate`"
_GONE = (
    "bring the articles back from version control or a backup; to give them up for good, remove their "
    "lines from exports/gold"
)


def findings(project: Project) -> Iterator[Finding]:
    """One finding for each way in which the gold of a layer does not fit; each file is read once."""
    articles, out = article_store.by_id(project), withdrawal.ids(project)
    for layer, current in scheme.load_all(project).items():
        try:
            seen, as_they_are = _seen(project, current, articles, out)
        except InputError as error:
            yield finding("gold-unreadable", str(error), layer=layer)
            continue
        for why, article_id in _outdated(project, current, as_they_are):
            seen.setdefault(("gold-stale", why), []).append(article_id)
        undecided = [each for each in _undecided(project, layer) if each in articles]
        if missing := [each for each in undecided if each not in out]:
            seen["gold-missing", "all who were asked annotated an article that has none"] = missing
        for (check, why), those in seen.items():
            more = f"; the same in {len(those) - 1} more" if len(those) > 1 else ""
            message = f"gold: {why}{more}: {_GONE if check == 'gold-orphan' else _ADVICE}"
            yield finding(check, message, layer=layer, article_id=those[0])


def _seen(
    project: Project, current: Scheme, articles: Articles, out: Collection[str]
) -> tuple[dict[tuple[str, str], list[str]], dict[str, list[str]]]:
    """((check, what does not fit) → articles, article → what the scheme lacks of what one decided alone)
    in the gold of a layer; raises InputError."""
    seen: dict[tuple[str, str], list[str]] = {}
    as_they_are: dict[str, list[str]] = {}
    golds = gold_file.read(project, current.layer)
    for gold, article in articles.beside(golds, lambda each: each.article_id):
        orphan = article is None and gold.article_id not in out
        check = "gold-orphan" if orphan else "gold-stale"
        unknown = [*_unknown(as_annotation(gold), current)] if article else []
        if unknown and gold.decided_by in _ALONE:
            as_they_are[gold.article_id] = unknown
            unknown = []
        for why in (*_misfits(gold, article), *unknown):
            seen.setdefault((check, why), []).append(gold.article_id)
    return seen, as_they_are


class _Of(Struct):
    article_id: str


class _Work(_Of):
    annotator: str
    status: str


def _undecided(project: Project, layer: str) -> Iterator[str]:
    """The articles without gold, in a layer that has some, that as many annotated as were asked."""
    golds = (each.article_id for each in _records(project, project.gold_file(layer), _Of))
    if (gold := next(golds, None)) is None:
        return
    work = _records(project, project.annotations_file(layer), _Work)
    for identity, group in groupby(work, key=lambda each: each.article_id):
        while gold is not None and gold < identity:  # both are in the order of articles
            gold = next(golds, None)
        if gold != identity and _done(group, project.asked(layer, identity)):
            yield identity


def _done(group: Iterable[_Work], asked: int) -> bool:
    """Whether as many annotated an article as were asked; who skipped it has not, unless all did."""
    there = Counter(each.status for each in group if each.annotator != JUDGE)
    return (there["submitted"] or there["skipped"]) >= max(asked, 1)


def _records(project: Project, path: Path, kind: type[_Some]) -> Iterator[_Some]:
    """The records of a file that can be read: other checks name the rest."""
    decoder = msgspec.json.Decoder(kind)
    for _, line in project.disk.lines(path):
        with suppress(*files.UNREADABLE):
            yield decoder.decode(line)


def _misfits(gold: Gold, article: Article | None) -> Iterator[str]:
    """In what a record does not fit its article, in words."""
    if article is None:
        yield "its article is not in the corpus"
    elif gold.text_sha256 != article.text_sha256:
        yield "it was decided on another text of the article"
    elif any(article.text[each.start : each.end] != each.text for each in gold.spans):
        yield "a span has other words than the text has there"


def _unknown(record: Annotation, current: Scheme) -> Iterator[str]:
    """The names in a record that the scheme does not have, in words, each once."""
    found = level3_labels.check(record, current)
    yield from dict.fromkeys(each.message for each in found if each.check in _NAMES)


def _outdated(
    project: Project, current: Scheme, unknown: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """(what is unknown, article) of names that gold has and its annotations have no more. What they have
    still is found in them, and to adjudicate again would not change it."""
    if not unknown:
        return
    still = {
        (each.article_id, name)
        for each in _records(project, project.annotations_file(current.layer), Annotation)
        if each.article_id in unknown
        for name in _unknown(each, current)
    }
    for article_id, names in unknown.items():
        yield from ((name, article_id) for name in names if (article_id, name) not in still)
