"""The tables `votes` and `soft_labels` of a release: what each annotator says of what is in gold.

An item is a gold span, or the article where a layer has attributes of it. `votes` has a row an item,
annotator and attribute, with the same span id for all: that of gold. The attribute `label` says as what
an annotator marked the span. Everybody who did the article has a row for every item: who did not mark
the span has one that says so. Who skipped the article has none, and a judge is no annotator.
`soft_labels` has the shares of an item's votes over the values that the scheme lists.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from qawl.agreement.matching import Spans, best_pairs
from qawl.agreement.readings import comparable
from qawl.core.column_types import INTEGER, STRING, ClassLabel, Columns, ListOf, Row, Type, Value
from qawl.core.records import (
    JUDGE,
    Annotation,
    Article,
    Attributes,
    AttributeValue,
    Gold,
    GoldSpan,
    Span,
    in_words,
    to_json,
)
from qawl.release.rights.standoff import SUFFIX
from qawl.release.rights.withheld import strings
from qawl.release.tables.redaction import Redaction
from qawl.scheme.attributes import Attribute
from qawl.scheme.scheme import Scheme

VOTES, SOFT = "votes", "soft_labels"
WORDS_TOLD = f"words{SUFFIX}"
LABEL = "label"
"""The attribute that stands for what a span is marked as; no attribute of spans can have this name."""
MARKED = ("exact", "overlap", "other_label", "no")
"""How an annotator marked a gold span: as it is; with the same label elsewhere on the same text; in the
same place with another label; not at all."""

MOST = 100
"""Where the scheme lists more values than this, only those with votes stand in `names`."""
_FAMILIES = frozenset({"nominal", "ordinal", "set"})
"""Families of attributes whose values have shares."""


def vote_columns(schemes: Mapping[str, Scheme]) -> dict[str, Columns]:
    """The columns of both tables; none where no layer has anything to say."""
    attributes = [each for scheme in schemes.values() for each in scheme.attributes]
    labels = _names(name for scheme in schemes.values() for name in scheme.label)
    said = _names([*labels, *(name for each in attributes for name in each.categories)])
    names = _names([*([LABEL] if labels else []), *(each.name for each in attributes)])
    if not names:
        return {}
    value = ClassLabel(said) if said else STRING
    item: dict[str, Type] = {
        "article_id": STRING,
        "text_sha256": STRING,
        "layer": ClassLabel(tuple(schemes)),
        "id": STRING,
        "label": ClassLabel(labels) if labels else STRING,
        "start": INTEGER,
        "end": INTEGER,
        "attribute": ClassLabel(names),
    }
    vote: dict[str, Type] = {
        "annotator": STRING,
        "marked": ClassLabel(MARKED),
        "value": value,
        "values": ListOf(value),
        "number": Value("float64"),
        "words": ListOf(STRING),
        WORDS_TOLD: ListOf(STRING),
    }
    soft: dict[str, Type] = {
        "names": ListOf(value),
        "shares": ListOf(Value("float64")),
        "n": INTEGER,
    }
    return {VOTES: {**item, **vote}, SOFT: {**item, **soft}}


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given))


def vote_rows(
    gold: Gold, annotations: Sequence[Annotation], article: Article, scheme: Scheme
) -> dict[str, list[Row]]:
    """The rows of one article and layer in both tables; `words` are as they were typed."""
    every = [
        each
        for each in annotations
        if each.layer == gold.layer
        and each.annotator != JUDGE
        and each.status == "submitted"
        and each.text_sha256 == article.text_sha256
    ]
    votes: list[Row] = []
    soft: list[Row] = []
    cells = _Cells(scheme)
    for item, attribute, given in _items(gold, every, article, scheme):
        votes += [
            {**item, "annotator": who, "marked": how, **cells.vote(value, attribute)}
            for who, how, value in given
        ]
        if (shares := cells.shares([each.value for each in given], attribute)) is not None:
            soft.append({**item, **shares})
    return {VOTES: votes, SOFT: soft}


def typed(votes: Sequence[Row]) -> list[tuple[str, str]]:
    """(attribute, text) of what annotators typed, in the order of the rows."""
    return [(row["attribute"], text) for row in votes for text in row["words"] or ()]


def hidden(votes: Sequence[Row], shown: Redaction) -> list[Row]:
    """The rows of `votes` without what may not be shown of the words."""
    return [
        {**row, "words": shown.value(words), WORDS_TOLD: shown.standoff(words)}
        if (words := row["words"])
        else row
        for row in votes
    ]


AnySpan = GoldSpan | Span


class Said(NamedTuple):
    """What an annotator says of an item: how they marked it, and the value; None where there is none."""

    annotator: str
    marked: str | None
    value: AttributeValue | None


def _items(
    gold: Gold, every: Sequence[Annotation], article: Article, scheme: Scheme
) -> Iterator[tuple[Row, Attribute | None, list[Said]]]:
    """Each item with each of its attributes and what everybody says; None stands for its label."""
    of_article = {"article_id": article.id, "text_sha256": article.text_sha256}
    head = {**of_article, "layer": scheme.layer}
    found = [(each.annotator, stands_for(gold.spans, _standing(each, article))) for each in every]
    for at, span in enumerate(gold.spans):
        of = {"id": span.id, "label": span.label, "start": span.start, "end": span.end}
        marked = [(who, *of_span[at]) for who, of_span in found]
        said = [Said(who, how, one.label if one else None) for who, how, one in marked]
        yield {**head, **of, "attribute": LABEL}, None, said
        for each in scheme.attributes_of(span.label):
            values = [Said(who, how, _value(how, one, each)) for who, how, one in marked]
            yield {**head, **of, "attribute": each.name}, each, values
    nothing: Row = dict.fromkeys(("id", "label", "start", "end"))
    for each in scheme.document_attributes:
        values = [Said(record.annotator, None, _of(record.attributes, each)) for record in every]
        yield {**head, **nothing, "attribute": each.name}, each, values


def _value(how: str, span: Span | None, attribute: Attribute) -> AttributeValue | None:
    """What a span says of an attribute; one of another label says nothing."""
    return None if span is None or how == "other_label" else _of(span.attributes, attribute)


def _of(given: Attributes, attribute: Attribute) -> AttributeValue | None:
    return given.get(attribute.name)


def _standing(record: Annotation, article: Article) -> list[Span]:
    """The spans of a record that stand in the text."""
    length = len(article.text)
    return [each for each in record.spans if 0 <= each.start < each.end <= length]


def stands_for(gold: Sequence[GoldSpan], spans: Sequence[Span]) -> list[tuple[str, Span | None]]:
    """For each gold span how an annotator marked it, and their span; one to one.

    Spans of the same label and place come first, of several alike those with the same attributes; then
    those of one label that overlap most, all in all; then those of the same place with another label.
    """
    found: list[tuple[str, Span | None]] = [("no", None)] * len(gold)
    free = dict(enumerate(spans))
    for at, mine in _paired(gold, spans):
        one, other = gold[at], spans[mine]
        same = (one.start, one.end) == (other.start, other.end)
        found[at] = ("exact" if same else "overlap"), other
        del free[mine]
    places: dict[tuple[int, int], list[Span]] = {}
    for each in free.values():
        places.setdefault((each.start, each.end), []).append(each)
    for at, span in enumerate(gold):
        if found[at][1] is None and (here := places.get((span.start, span.end))):
            found[at] = "other_label", here.pop(0)
    return found


def _paired(gold: Sequence[GoldSpan], spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """(index in gold, index in spans) of spans of one label that stand for one another."""
    ours, theirs = _by_place(gold), _by_place(spans)
    plain = {
        place
        for place in ours.keys() & theirs.keys()
        if len(ours[place]) == len(theirs[place]) == 1
    }
    yield from ((ours[place][0], theirs[place][0]) for place in plain)
    left, right = (
        [at for place in sorted(side.keys() - plain) for at in side[place]]
        for side in (ours, theirs)
    )
    if left and right:
        codes: dict[object, int] = {}
        one, other = _side(gold, left, codes), _side(spans, right, codes)
        for a, b in zip(*best_pairs(one[0], other[0]), strict=True):
            yield one[1][a], other[1][b]


def _by_place(spans: Sequence[AnySpan]) -> dict[tuple[str, int, int], list[int]]:
    found: dict[tuple[str, int, int], list[int]] = {}
    for at, span in enumerate(spans):
        found.setdefault((span.label, span.start, span.end), []).append(at)
    return found


def _side(
    spans: Sequence[AnySpan], rows: Sequence[int], codes: dict[object, int]
) -> tuple[Spans, list[int]]:
    """These spans for matching within a label, and the index of each; `codes` number what is equal."""
    keyed = []
    for at in rows:
        span = spans[at]
        label, said = span.label, _said(span.attributes)
        group, kind = (codes.setdefault(each, len(codes)) for each in (label, said))
        keyed.append((group, span.start, span.end, kind, at))
    keyed.sort()
    groups, start, end, kinds, order = (
        np.array(each, np.int64) for each in zip(*keyed, strict=True)
    )
    return Spans(groups, start, end, kinds), order.tolist()


def _said(given: Attributes) -> bytes:
    """The same for attributes that say the same."""
    return to_json([[name, comparable(given[name]).decode()] for name in sorted(given)])


Parts = tuple[list[str], float | None, list[str]]
"""(names that the scheme lists, a number, other words) of a value."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one article and layer, those of the same values made once."""

    scheme: Scheme
    votes: dict[object, Row] = field(default_factory=dict)
    soft: dict[object, Row | None] = field(default_factory=dict)

    def vote(self, value: AttributeValue | None, attribute: Attribute | None) -> Row:
        """The cells of a value: names of the scheme, numbers, and in words what is neither."""
        key = _key(attribute, value)
        if key not in self.votes:
            self.votes[key] = self._vote(value, attribute)
        return self.votes[key]

    def _vote(self, value: AttributeValue | None, attribute: Attribute | None) -> Row:
        known, number, words = self._parts(value, attribute)
        several = attribute is not None and attribute.family == "set"
        return {
            "value": known[0] if known and not several else None,
            "values": known if known and several else None,
            "number": number,
            "words": words or None,
            WORDS_TOLD: None,
        }

    def _parts(self, value: AttributeValue | None, attribute: Attribute | None) -> Parts:
        if value is None:
            return [], None, []
        number = float(value) if isinstance(value, int | float) else None
        names = self.scheme.label if attribute is None else attribute.categories
        same = in_words(value) if attribute is None else attribute.same(value)
        told = {same} if isinstance(same, str) else {*same}
        known = [each for each in names if each in told]
        if number is not None or (known and told <= {*known}):
            return known, number, []
        return known, None, [each for each in strings(value) if each not in known]

    def shares(
        self, given: Sequence[AttributeValue | None], attribute: Attribute | None
    ) -> Row | None:
        """The share of votes that each value has; None where nobody gave one that is listed.

        Of a label it is the share of all who did the article, so that what is missing to 1 did not mark
        the span; of several choices, the share of those who chose each.
        """
        key = _key(attribute, *given)
        if key not in self.soft:
            self.soft[key] = self._shares(given, attribute)
        return self.soft[key]

    def _shares(
        self, given: Sequence[AttributeValue | None], attribute: Attribute | None
    ) -> Row | None:
        if attribute is not None and attribute.family not in _FAMILIES:
            return None
        names = list(self.scheme.label if attribute is None else attribute.categories)
        told = [known for each in given if (known := self._parts(each, attribute)[0])]
        n = len(given) if attribute is None else len(told)
        if not told:
            return None
        votes = Counter(name for each in told for name in each)
        if len(names) > MOST:
            names = [name for name in names if votes[name]]
        return {"names": names, "shares": [votes[name] / n for name in names], "n": n}


def _key(attribute: Attribute | None, *values: AttributeValue | None) -> object:
    """The same for values of an attribute that are the same, also in kind: 1 is not 1.0 or true."""
    said = [to_json(each) if isinstance(each, list) else (each.__class__, each) for each in values]
    return (attribute and attribute.name, *said)
