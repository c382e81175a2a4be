"""Who suggests in a layer: Qawl's rules, or a suggester that qawl.yaml names, from another package too.

A suggester has `name`, `version` and `suggest(articles, scheme)`, which gives for each article
`{"article_id", "spans": [{"id", "label", "start", "end", "attributes"}], "relations": [{"from", "to"}]}`.
One with `learn(examples)` is given the articles with gold before. Packages offer theirs as entry points
of the group `qawl.suggesters`: a class that takes the options as keywords.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

import msgspec

from qawl.core.errors import ProjectError, QawlError
from qawl.core.project import Project
from qawl.core.records import (
    Article,
    Attributes,
    Gold,
    Relation,
    Span,
    Suggestion,
    relation_order,
    span_order,
)
from qawl.core.settings import Suggester as Named
from qawl.scheme.model import Scheme

GROUP = "qawl.suggesters"
OWN = {
    "transformers": "qawl.suggest.models.token_classification:TokenClassification",
    "openai": "qawl.suggest.models.endpoint:Endpoint",
}
"""The suggesters that come with Qawl beside its rules."""

UNREADABLE = "suggestion-unreadable"
STRANGE = "suggestion-of-no-article"
TWICE = "suggestion-twice"
LOOSE = "relation-without-ends"
"""Why something that a suggester gave is left out, beside the checks of `qawl validate`."""

Example = tuple[Article, Gold]


@runtime_checkable
class Suggester(Protocol):
    """What a suggester offers."""

    name: str
    version: str

    def suggest(self, articles: Iterable[Article], scheme: Scheme) -> Iterable[object]:
        """Annotations of articles in a layer."""


class _Span(msgspec.Struct):
    label: str
    start: int
    end: int
    id: str | None = None
    text: str | None = None
    attributes: Attributes = {}


class _Relation(msgspec.Struct, rename={"from_": "from"}):
    from_: str
    to: str
    label: str | None = None


class _Given(msgspec.Struct):
    article_id: str
    spans: list[_Span] = []
    relations: list[_Relation] = []
    attributes: Attributes = {}


def chosen(project: Project, layer: str) -> Suggester | None:
    """The suggester that qawl.yaml names for a layer; None for Qawl's rules."""
    found = named(project, layer)
    return _made(found) if found else None


def named(project: Project, layer: str) -> Named | None:
    """What qawl.yaml says of the suggester of a layer."""
    given = project.settings.suggestions.suggesters
    return next((each for each in given if layer in (each.layers or (layer,))), None)


def _made(given: Named) -> Suggester:
    where = f"qawl.yaml: suggestions.suggesters: {given.use}"
    try:
        made = _factory(given.use, where)(**given.options)
    except QawlError:
        raise
    except msgspec.ValidationError as error:
        raise ProjectError(f"{where}: options: {error}") from error
    except Exception as error:
        raise ProjectError(f"{where}: {type(error).__name__}: {error}") from error
    if not isinstance(made, Suggester):
        lacking = [each for each in ("name", "version", "suggest") if not hasattr(made, each)]
        raise ProjectError(f"{where}: it is no suggester: it has no {', '.join(lacking)}")
    return made


def _factory(name: str, where: str) -> Callable[..., object]:
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        made: Callable[..., object] = getattr(import_module(module), attribute)
        return made
    offered = {each.name: each for each in entry_points(group=GROUP)}
    if name not in offered:
        known = ", ".join(sorted({*OWN, *offered}))
        raise ProjectError(f"{where}: no such suggester is installed; there are {known}")
    loaded: Callable[..., object] = offered[name].load()
    return loaded


def run(
    suggester: Suggester,
    articles: Sequence[Article],
    scheme: Scheme,
    examples: Sequence[Example],
    left_out: Counter[str],
) -> Iterator[Suggestion]:
    """What a suggester gives, one suggestion an article in their order; the unreadable is counted."""
    wanted = {each.id: each for each in articles}
    found: dict[str, _Given] = {}
    for each in _answers(suggester, articles, scheme, examples):
        given = _read(each)
        if given is None:
            left_out[UNREADABLE] += 1
        elif given.article_id not in wanted:
            left_out[STRANGE] += 1
        elif given.article_id in found:
            left_out[TWICE] += 1
        else:
            found[given.article_id] = given
    for article in articles:
        given = found.get(article.id, _Given(article.id))
        yield _suggestion(given, article, scheme, suggester, left_out)


def _answers(
    suggester: Suggester,
    articles: Sequence[Article],
    scheme: Scheme,
    examples: Sequence[Example],
) -> Iterator[object]:
    """A suggester's answers; what it raises is a message with its name."""
    try:
        if hasattr(suggester, "learn"):
            suggester.learn(examples)
        yield from suggester.suggest(articles, scheme)
    except QawlError:
        raise
    except (Exception, SystemExit) as error:
        raise ProjectError(
            f"the suggester {suggester.name} failed: {type(error).__name__}: {error}"
        ) from error


def _read(answer: object) -> _Given | None:
    try:
        return msgspec.convert(msgspec.to_builtins(answer), _Given)
    except (msgspec.ValidationError, TypeError, RecursionError):
        return None


def _suggestion(
    given: _Given, article: Article, scheme: Scheme, suggester: Suggester, left_out: Counter[str]
) -> Suggestion:
    """A suggestion record; ids that lack or come twice are made, arrows without ends are counted."""
    spans: dict[str, Span] = {}
    for number, each in enumerate(given.spans, start=1):
        identity = each.id if each.id and each.id not in spans else f"q{number}"
        fits = 0 <= each.start < each.end <= len(article.text)
        surface = article.text[each.start : each.end] if fits else ""
        spans[identity] = Span(
            identity, each.label, each.start, each.end, each.text or surface, each.attributes
        )
    relations = []
    for arrow in given.relations:
        start, end = spans.get(arrow.from_), spans.get(arrow.to)
        if start is None or end is None:
            left_out[LOOSE] += 1
            continue
        label = arrow.label or scheme.relation_between.get((start.label, end.label))
        relations.append(Relation(label=label, from_=arrow.from_, to=arrow.to))
    return Suggestion(
        article_id=article.id,
        layer=scheme.layer,
        model=str(suggester.name),
        model_version=str(suggester.version),
        text_sha256=article.text_sha256,
        scheme_version=scheme.version,
        spans=tuple(sorted(spans.values(), key=span_order)),
        relations=tuple(sorted(relations, key=relation_order)),
        attributes=given.attributes,
    )
