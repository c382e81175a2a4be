"""Spans, arrows and attributes that are gathered for one article in one layer."""

import msgspec

from qawl.core.records import (
    Article,
    Attributes,
    Relation,
    Span,
    Suggestion,
    relation_order,
    span_order,
)
from qawl.scheme.model import Scheme


class Draft:
    """A suggestion in the making: what the scheme lacks is not taken."""

    def __init__(self, article: Article, scheme: Scheme) -> None:
        self._article, self._scheme = article, scheme
        self._spans: dict[tuple[str, int, int], Span] = {}
        self._arrows: dict[tuple[str, str], None] = {}

    def found(
        self, what: str, start: int, end: int, attributes: Attributes | None = None
    ) -> str | None:
        """The id of a span of the label that is for this; None where the scheme has no such label."""
        label = self._scheme.found_by.get(what)
        return self.span(label, start, end, attributes) if label else None

    def span(
        self, label: str, start: int, end: int, attributes: Attributes | None = None
    ) -> str | None:
        """The id of a span of this label and extent, made if it is not there; None for unknown labels."""
        if label not in self._scheme.label or not 0 <= start < end <= len(self._article.text):
            return None
        place = label, start, end
        if place not in self._spans:
            identity = f"q{len(self._spans) + 1}"
            surface = self._article.text[start:end]
            self._spans[place] = Span(identity, label, start, end, surface, {})
        if attributes:
            known = {n: v for n, v in attributes.items() if self._takes(label, n, v)}
            old = self._spans[place]
            merged = {**known, **old.attributes}
            self._spans[place] = msgspec.structs.replace(old, attributes=merged)
        return self._spans[place].id

    def _takes(self, label: str, name: str, value: object) -> bool:
        attribute = self._scheme.attribute.get(name)
        if attribute is None or label not in attribute.of:
            return False
        return not attribute.categories or value in attribute.categories

    def arrow(self, start: str | None, end: str | None) -> None:
        """An arrow whose name follows from the labels at its ends."""
        if start and end and start != end:
            self._arrows.setdefault((start, end))

    def made(self, model: str, version: str) -> Suggestion:
        """The suggestion with its spans and relations in the order of records."""
        spans = tuple(sorted(self._spans.values(), key=span_order))
        label = {each.id: each.label for each in spans}
        relations = [
            Relation(label=name, from_=start, to=end)
            for start, end in self._arrows
            if (name := self._scheme.relation_between.get((label[start], label[end])))
        ]
        return Suggestion(
            article_id=self._article.id,
            layer=self._scheme.layer,
            model=model,
            model_version=version,
            text_sha256=self._article.text_sha256,
            scheme_version=self._scheme.version,
            spans=spans,
            relations=tuple(sorted(relations, key=relation_order)),
        )
