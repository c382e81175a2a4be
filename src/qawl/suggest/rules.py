"""Qawl's own suggester: rules for quotes, entities and claims; names from gold for every other layer.

What a layer gets is told by what its labels are for (`finds` in the scheme): parts of quotes, claims,
entities. Any other layer gets the names that its gold holds, and arrows to the nearest end.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from qawl.core.records import Article, Attributes, Span, Suggestion
from qawl.scheme.contradictions import CLAIMS, QUOTES
from qawl.scheme.model import Scheme
from qawl.scheme.rules import RelationCount
from qawl.suggest.claims import claims
from qawl.suggest.draft import Draft
from qawl.suggest.entities import entities
from qawl.suggest.gazetteer import Gazetteer, Match
from qawl.suggest.quotes import quotes
from qawl.suggest.sentences import Quote
from qawl.suggest.words import plain, words

MODEL = "qawl-rules"
VERSION = "9"
_SPEAKER = "speaker"
"""The attribute of a quote that takes a full name."""


class Name(NamedTuple):
    """A name that an article gives, and whether a person has it."""

    text: str
    person: bool


Ranked = tuple[bool, int, int, str]
"""A name behind what makes it the better one: a person's, its length, that it stands first."""


def name_of(scheme: Scheme, span: Span) -> Name:
    """The name that a span of a layer gives."""
    return Name(span.text, scheme.label[span.label].finds == "person")


def suggest(
    article: Article, scheme: Scheme, known: Gazetteer, names: Callable[[], Sequence[Name]]
) -> Suggestion:
    """What the rules find in an article for a layer.

    Args:
        article: the frozen article.
        scheme: the layer's scheme.
        known: names that annotators marked in other articles of the layer.
        names: gives full names of persons and organisations of this article, for attributes such as
            `speaker`; asked where somebody is quoted.

    """
    draft = Draft(article, scheme)
    if not scheme.found_by.keys().isdisjoint(QUOTES):
        _quotes(draft, article, names if _SPEAKER in scheme.attribute else tuple)
    elif not scheme.found_by.keys().isdisjoint(CLAIMS):
        _claims(draft, article)
    else:
        _entities(draft, article, scheme, known)
    return draft.made(MODEL, VERSION)


def _quotes(draft: Draft, article: Article, names: Callable[[], Sequence[Name]]) -> None:
    found = quotes(article.text, article.language)
    best = _by_last_word(names() if any(each.source for each in found) else ())
    ids = [_content(draft, article, each, found, best) for each in found]
    for each, identity in zip(found, ids, strict=True):
        if each.follows is not None:
            draft.arrow(identity, ids[each.follows])
            continue
        for what, part in (
            ("cue", each.cue),
            ("source", each.source),
            ("addressee", each.addressee),
        ):
            if part is not None:
                draft.arrow(identity, draft.found(what, part.start, part.end))
        if each.source is not None and each.antecedent is not None:
            one, other = each.source, each.antecedent
            full = draft.found("source", other.start, other.end)
            draft.arrow(draft.found("source", one.start, one.end), full)


def _content(
    draft: Draft,
    article: Article,
    quote: Quote,
    found: Sequence[Quote],
    names: Mapping[str, Ranked],
) -> str | None:
    said = found[quote.follows] if quote.follows is not None else quote
    attributes: Attributes = {"quote_type": quote.kind}
    if said.status is not None:
        attributes["source_status"] = said.status
    whose = said.antecedent or said.source
    if whose is not None and said.status in {"named", "implicit", "pronoun"}:
        source = article.text[whose.start : whose.end]
        if speaker := _full_name(source, names):
            attributes[_SPEAKER] = speaker
    return draft.found("content", quote.content.start, quote.content.end, attributes)


def _full_name(source: str, names: Mapping[str, Ranked]) -> str | None:
    """The longest of these names that shares its last word with a source; None if there is none."""
    forms = {each.form for each in words(plain(source))}
    best = max((names[each] for each in forms if each in names), default=None)
    return best[-1] if best else None


def _by_last_word(names: Sequence[Name]) -> dict[str, Ranked]:
    """The longest name of each last word; a person's before a body's: Ann Lee of Acme Corporation."""
    best: dict[str, Ranked] = {}
    for at, each in enumerate(names):
        if inner := words(plain(each.text)):
            ranked = each.person, len(each.text), -at, each.text
            last = inner[-1].form
            best[last] = max(ranked, best.get(last, ranked))
    return best


def _claims(draft: Draft, article: Article) -> None:
    """Candidates of claims, with who makes them."""
    for bare, said in claims(article):
        status = "journalist" if said is None else said.status
        told = status not in {None, "none"}
        claim = draft.found(
            "claim", bare.start, bare.end, {"claimer_status": status} if told and status else None
        )
        if said is not None and said.source is not None:
            draft.arrow(claim, draft.found("claimer", said.source.start, said.source.end))


def _entities(draft: Draft, article: Article, scheme: Scheme, known: Gazetteer) -> None:
    """Entities by rule where the scheme has their labels, and names from gold; arrows by nearest end."""
    said = quotes(article.text, article.language)
    found = [
        msgspec.structs.replace(each, label=scheme.found_by.get(each.label, each.label))
        for each in entities(
            article.text, article.language, known, said, what=partial(_what, scheme)
        )
    ]
    kept = [each for each in found if each.label in scheme.label]
    ids = {each: draft.span(each.label, each.start, each.end) for each in kept}
    for rule in scheme.rules:
        if isinstance(rule, RelationCount) and rule.min and not rule.where:
            _nearest(draft, scheme, rule, kept, ids)


def _what(scheme: Scheme, label: str) -> str:
    """What a label is for, else the label itself."""
    return (scheme.label[label].finds if label in scheme.label else None) or label


def _nearest(
    draft: Draft,
    scheme: Scheme,
    rule: RelationCount,
    found: list[Match],
    ids: dict[Match, str | None],
) -> None:
    """An arrow from each span that a rule asks one of, to the nearest span that may be its end."""
    ends = [each for each in found if each.label in scheme.relation[rule.relation].to]
    for each in (one for one in found if one.label == rule.of):
        others = [end for end in ends if end != each]
        if others:
            near = min(
                others, key=lambda end: (max(end.start - each.end, each.start - end.end), end.start)
            )
            draft.arrow(ids[each], ids[near])
