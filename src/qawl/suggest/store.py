"""exports/suggestions: made for the articles that are annotated, checked before they are shown."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.articles.selection import to_annotate
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import Annotation, Article, Gold, Relation, Span, Suggestion
from qawl.gold import decide
from qawl.scheme import scheme as schemes
from qawl.scheme.scheme import Scheme
from qawl.suggest import rules
from qawl.suggest.gazetteer import learned
from qawl.suggest.score import LayerScore, Score, layer_score
from qawl.validation import level2_anchoring, level3_labels, level4_guideline

SHOWN_TO = "suggestion"
"""Who a suggestion is checked as: the checks are those of an annotator's record."""

INCOMPLETE = frozenset({"attribute-missing", "relation-missing", "final-stop"})
"""Findings that the annotator is asked to mend anyway: they don't make a suggestion wrong."""


@dataclass(slots=True)
class Made:
    """What `qawl suggest` did: spans and arrows by layer, and what was left out by reason."""

    articles: dict[str, int] = field(default_factory=dict)
    spans: dict[str, int] = field(default_factory=dict)
    relations: dict[str, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def read(project: Project, layer: str) -> Iterator[Suggestion]:
    """The suggestions of a layer by article; none where none were made."""
    path = project.suggestions_file(layer)
    return files.read(path, Suggestion) if path.is_file() else iter(())


def make(
    project: Project, layers: Iterable[str], watch: Callable[[Sequence[Article]], Iterable[Article]]
) -> Made:
    """Writes exports/suggestions for the articles to annotate; `watch` may show how far it is."""
    outcome = Made()
    articles = list(to_annotate(project))
    named = _names(project)
    for layer in layers:
        current = schemes.load(project, layer)
        mentions = _mentions(project, layer)
        made = []
        for article in watch(articles):
            known = learned(
                each for other, marked in mentions.items() if other != article.id for each in marked
            )
            draft = rules.suggest(article, current, known, named(article))
            made.append(checked(draft, article, current, outcome.left_out))
        files.write(project.suggestions_file(layer), made)
        outcome.articles[layer] = len(made)
        outcome.spans[layer] = sum(len(each.spans) for each in made)
        outcome.relations[layer] = sum(len(each.relations) for each in made)
    return outcome


def score(project: Project, layers: Iterable[str]) -> Score:
    """The rules measured against gold; names learned from gold are those of other articles."""
    scores: dict[str, LayerScore] = {}
    digest = sha256()
    articles = article_store.by_id(project)
    named = _names(project)
    for layer in layers:
        current = schemes.load(project, layer)
        golds = [
            each
            for each in decide.read(project, layer)
            if each.complete and each.article_id in articles
        ]
        mentions = {each.article_id: _marked(each, current) for each in golds}
        pairs: list[tuple[Gold, Suggestion]] = []
        for gold in golds:
            digest.update(msgspec.json.encode(gold))
            article = articles[gold.article_id]
            known = learned(
                each for other, marked in mentions.items() if other != article.id for each in marked
            )
            draft = rules.suggest(article, current, known, named(article))
            pairs.append((gold, checked(draft, article, current, Counter())))
        if pairs:
            typed = "quote_type" if "quote_type" in current.attribute else None
            scores[layer] = layer_score(pairs, typed)
    return Score(scores, digest.hexdigest())


def checked(
    made: Suggestion, article: Article, current: Scheme, left_out: Counter[str]
) -> Suggestion:
    """A suggestion without the spans and arrows in which a check of levels 2 to 4 finds an error."""
    record = Annotation(
        article_id=made.article_id,
        layer=made.layer,
        annotator=SHOWN_TO,
        text_sha256=made.text_sha256,
        scheme_version=made.scheme_version,
        spans=made.spans,
        relations=made.relations,
    )
    wrong: dict[str, str] = {}
    for found in (
        *level2_anchoring.check(record, article, current),
        *level3_labels.check(record, current),
        *level4_guideline.check(record, article, current),
    ):
        if found.span is not None and found.severity == "error" and found.check not in INCOMPLETE:
            wrong.setdefault(found.span.id, found.check)
    left_out.update(wrong.values())
    spans: tuple[Span, ...] = tuple(each for each in made.spans if each.id not in wrong)
    kept: tuple[Relation, ...] = tuple(
        each for each in made.relations if each.from_ not in wrong and each.to not in wrong
    )
    return msgspec.structs.replace(made, spans=spans, relations=kept)


def _mentions(project: Project, layer: str) -> Mapping[str, list[tuple[str, str]]]:
    """Article → (label, surface) of what gold holds there, else of what annotators marked."""
    current = schemes.load(project, layer)
    found = {record.article_id: _marked(record, current) for record in derive.read(project, layer)}
    found |= {gold.article_id: _marked(gold, current) for gold in decide.read(project, layer)}
    return found


def _marked(record: Annotation | Gold, current: Scheme) -> list[tuple[str, str]]:
    mentions = current.labels_of("mention")
    return [(span.label, span.text) for span in record.spans if span.label in mentions]


def _names(project: Project) -> Callable[[Article], Sequence[str]]:
    """The names of an article: what annotators marked as one in another layer, else what rules find."""
    marked: dict[str, list[str]] = {}
    giving: list[Scheme] = []
    for layer, current in schemes.load_all(project).items():
        gives = {label.name for label in current.labels if label.gives}
        if not gives:
            continue
        giving.append(current)
        for record in derive.read(project, layer):
            marked.setdefault(record.article_id, []).extend(
                span.text for span in record.spans if span.label in gives
            )

    def of(article: Article) -> Sequence[str]:
        if article.id in marked:
            return marked[article.id]
        return [
            span.text
            for current in giving
            for span in rules.suggest(article, current, learned(()), ()).spans
            if current.label[span.label].gives
        ]

    return of
