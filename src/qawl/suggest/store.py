"""exports/suggestions: made for the articles that are annotated, checked before they are shown."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

import msgspec

from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.articles.selection import to_annotate
from qawl.core import files, git_files, gold_file
from qawl.core.project import Project
from qawl.core.records import (
    Annotation,
    Article,
    Finding,
    Gold,
    Relation,
    Span,
    Suggestion,
    as_work_of,
)
from qawl.scheme import scheme as schemes
from qawl.scheme.model import Scheme
from qawl.suggest import rules, suggesters
from qawl.suggest.cues import lexicon
from qawl.suggest.gazetteer import Learned, learned
from qawl.suggest.score import LayerScore, Pair, Score, layer_score
from qawl.validation import level2_anchoring, level3_labels, level4_guideline

SHOWN_TO = "suggestion"
"""Who a suggestion is checked as: the checks are those of an annotator's record."""

INCOMPLETE = frozenset({"attribute-missing", "relation-missing", "final-stop"})
"""Findings that the annotator is asked to mend anyway: they don't make a suggestion wrong."""


ENOUGH = 20
"""So many suggestions of a label must stand in gold before its precision counts."""


Weak = dict[str, tuple[int, int]]


@dataclass(slots=True)
class Made:
    """What `qawl suggest` did: spans and arrows by layer, and what was left out by reason.

    `weak` has for each layer the labels that are not suggested: label → (right, suggested) in gold.
    `unknown` counts the articles in each language that there are no rules for.
    """

    articles: dict[str, int] = field(default_factory=dict)
    spans: dict[str, int] = field(default_factory=dict)
    relations: dict[str, int] = field(default_factory=dict)
    weak: dict[str, Weak] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)


def read(project: Project, layer: str) -> Iterator[Suggestion]:
    """The suggestions of a layer by article; none where none were made."""
    path = project.suggestions_file(layer)
    return files.by_article(path, Suggestion, layer, "run `qawl suggest`")


def make(
    project: Project, layers: Iterable[str], watch: Callable[[Sequence[Article]], Iterable[Article]]
) -> Made:
    """Writes exports/suggestions for the articles to annotate; `watch` may show how far it is."""
    outcome = Made()
    articles = list(to_annotate(project))
    outcome.unknown.update(each.language for each in articles if lexicon(each.language) is None)
    makers = Makers(project)
    for layer in layers:
        golds = {each.article_id: each for each in gold_file.read(project, layer) if each.complete}
        made = list(makers.of(layer, watch(articles), outcome.left_out))
        pairs = [(golds[each.article_id], each) for each in made if each.article_id in golds]
        outcome.weak[layer] = weak(pairs, project.settings.suggestions.precision)
        made = [without(each, outcome.weak[layer]) for each in made]
        path = project.suggestions_file(layer)
        files.write(path, made)
        git_files.leave_out_large(project, path)
        outcome.articles[layer] = len(made)
        outcome.spans[layer] = sum(len(each.spans) for each in made)
        outcome.relations[layer] = sum(len(each.relations) for each in made)
    return outcome


def score(project: Project, layers: Iterable[str]) -> Score:
    """Suggestions measured against gold; names learned from gold are those of other articles."""
    scores: dict[str, LayerScore] = {}
    digest = sha256()
    makers = Makers(project)
    for layer in layers:
        pairs = makers.beside_gold(layer)
        for gold, _ in pairs:
            digest.update(msgspec.json.encode(gold))
        if pairs:
            current = makers.schemes[layer]
            typed = "quote_type" if "quote_type" in current.attribute else None
            left = weak(pairs, project.settings.suggestions.precision)
            scores[layer] = msgspec.structs.replace(
                layer_score(pairs, typed), not_suggested=sorted(left)
            )
    return Score(scores, digest.hexdigest())


def weak(pairs: Iterable[Pair], least: float) -> Weak:
    """The labels of which too few suggestions are right in gold: label → (right, suggested)."""
    return {
        label: (right, count)
        for label, (right, count) in hits(pairs).items()
        if count >= ENOUGH and right < least * count
    }


def hits(pairs: Iterable[Pair]) -> Weak:
    """Label → (suggestions that stand in gold, all suggestions), of the labels that are suggested."""
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for gold, made in pairs:
        there = {(span.label, span.start, span.end) for span in gold.spans}
        for span in made.spans:
            given[span.label] += 1
            right[span.label] += (span.label, span.start, span.end) in there
    return {label: (right[label], count) for label, count in sorted(given.items())}


def without(made: Suggestion, labels: Collection[str]) -> Suggestion:
    """A suggestion without the spans of these labels and their arrows."""
    spans = tuple(each for each in made.spans if each.label not in labels)
    left = {each.id for each in spans}
    kept = tuple(each for each in made.relations if each.from_ in left and each.to in left)
    return msgspec.structs.replace(made, spans=spans, relations=kept)


class Makers:
    """Makes suggestions of one layer after another; names of an article serve all of them."""

    def __init__(self, project: Project) -> None:
        git_files.need_left_out(project, ["gold"])
        self._project = project
        self._named = _names(project)
        self._known: dict[str, Learned] = {}
        self.schemes = schemes.load_all(project)

    def beside_gold(self, layer: str) -> list[Pair]:
        """Complete gold of a layer, each with what is suggested for its article."""
        known = self._examples(layer)
        made = self.of(layer, [article for article, _ in known], Counter())
        return [(gold, each) for (_, gold), each in zip(known, made, strict=True)]

    def of(
        self, layer: str, articles: Iterable[Article], left_out: Counter[str]
    ) -> Iterator[Suggestion]:
        """The checked suggestions of these articles in their order, by whom qawl.yaml names."""
        current = self.schemes[layer]
        suggester = suggesters.chosen(self._project, layer)
        if suggester is None:
            if layer not in self._known:
                self._known[layer] = Learned(_mentions(self._project, layer))
            known = self._known[layer]
            for article in articles:
                named = partial(self._named, article)
                draft = rules.suggest(article, current, known.beside(article.id), named)
                yield checked(draft, article, current, left_out)
            return
        listed = list(articles)
        given = suggesters.run(suggester, listed, current, self._examples(layer), left_out)
        for article, each in zip(listed, given, strict=True):
            yield checked(each, article, current, left_out)

    def _examples(self, layer: str) -> list[suggesters.Example]:
        """The articles with complete gold in a layer; a suggester passes over the one that it is at."""
        golds = {
            each.article_id: each for each in gold_file.read(self._project, layer) if each.complete
        }
        articles = article_store.articles(self._project) if golds else ()
        return [(each, golds[each.id]) for each in articles if each.id in golds]


def checked(
    made: Suggestion, article: Article, current: Scheme, left_out: Counter[str]
) -> Suggestion:
    """A suggestion without the spans and arrows in which a check of levels 2 to 4 finds an error."""
    record = as_work_of(SHOWN_TO, made)
    wrong: dict[str, str] = {}
    whole = ""
    for found in _errors(record, article, current):
        if found.span is None:
            whole = found.check
        else:
            wrong.setdefault(found.span.id, found.check)
    left_out.update(wrong.values())
    if whole:
        # What is wrong is no single span: nothing of it is shown.
        left_out[whole] += len(made.spans) - len(wrong)
        wrong |= dict.fromkeys((each.id for each in made.spans), whole)
    spans: tuple[Span, ...] = tuple(each for each in made.spans if each.id not in wrong)
    kept: tuple[Relation, ...] = tuple(
        each for each in made.relations if each.from_ not in wrong and each.to not in wrong
    )
    attributes = {} if whole else made.attributes
    return msgspec.structs.replace(made, spans=spans, relations=kept, attributes=attributes)


def _errors(record: Annotation, article: Article, current: Scheme) -> Iterator[Finding]:
    for found in (
        *level2_anchoring.check(record, article, current),
        *level3_labels.check(record, current),
        *level4_guideline.check(record, article, current),
    ):
        if found.severity == "error" and found.check not in INCOMPLETE:
            yield found


def _mentions(project: Project, layer: str) -> Mapping[str, list[tuple[str, str]]]:
    """Article → (label, surface) of what gold holds there, else of what annotators marked."""
    current = schemes.load(project, layer)
    found = {record.article_id: _marked(record, current) for record in derive.read(project, layer)}
    found |= {gold.article_id: _marked(gold, current) for gold in gold_file.read(project, layer)}
    return found


def _marked(record: Annotation | Gold, current: Scheme) -> list[tuple[str, str]]:
    mentions = current.labels_of("mention")
    return [(span.label, span.text) for span in record.spans if span.label in mentions]


def _names(project: Project) -> Callable[[Article], Sequence[rules.Name]]:
    """The names of an article: what annotators marked as one in another layer, else what rules find."""
    marked: dict[str, list[rules.Name]] = {}
    giving: list[Scheme] = []
    for layer, current in schemes.load_all(project).items():
        gives = {label.name for label in current.labels if label.gives}
        if not gives:
            continue
        giving.append(current)
        for record in derive.read(project, layer):
            marked.setdefault(record.article_id, []).extend(
                rules.name_of(current, span) for span in record.spans if span.label in gives
            )

    def of(article: Article) -> Sequence[rules.Name]:
        if article.id in marked:
            return marked[article.id]
        return [
            rules.name_of(current, span)
            for current in giving
            for span in rules.suggest(article, current, learned(()), tuple).spans
            if current.label[span.label].gives
        ]

    return of
