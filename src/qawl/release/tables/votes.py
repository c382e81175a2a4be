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

import numpy as np
from numpy.typing import NDArray

from qawl.agreement.matching import Spans, best_pairs
from qawl.agreement.readings import as_json
from qawl.core.column_types import (
    INTEGER,
    STRING,
    Cell,
    Cells,
    ClassLabel,
    Columns,
    ListOf,
    Type,
    Value,
    by_column,
)
from qawl.core.records import (
    JUDGE,
    Annotation,
    Article,
    Attributes,
    AttributeValue,
    Gold,
    GoldSpan,
    Place,
    Span,
    in_words,
    to_json,
)
from qawl.release.rights.standoff import SUFFIX
from qawl.release.rights.withheld import strings
from qawl.release.tables.redaction import Redaction
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme

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
    said = _said_names(schemes)
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


def _said_names(schemes: Mapping[str, Scheme]) -> tuple[str, ...]:
    """All names that a vote can be for: labels, and values of attributes."""
    labels = [name for scheme in schemes.values() for name in scheme.label]
    attributes = [each for scheme in schemes.values() for each in scheme.attributes]
    return _names([*labels, *(name for each in attributes for name in each.categories)])


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given))


@dataclass(frozen=True, slots=True)
class Given:
    """What annotators say of one article in a layer: its rows in both tables, by column.

    In `votes`, `words` are as they were typed.
    """

    votes: Cells
    soft: Cells

    def typed(self) -> list[tuple[str, str]]:
        """(attribute, text) of what annotators typed, in the order of the rows."""
        both = zip(self.votes["attribute"], self.votes["words"], strict=True)
        return [(name, text) for name, words in both for text in words or ()]

    def shown(self, by: Redaction) -> Cells:
        """The rows of `votes` without what may not be shown of the words."""
        words = self.votes["words"]
        if not any(words):
            return self.votes
        told = [by.standoff(each) if each else None for each in words]
        return {**self.votes, "words": [by.value(each) for each in words], WORDS_TOLD: told}


class Votes:
    """The rows of both tables, article by article; the cells of the same values are made once."""

    def __init__(self, schemes: Mapping[str, Scheme]) -> None:
        said = _said_names(schemes)
        self._cells = {layer: _Cells(scheme, said) for layer, scheme in schemes.items()}

    def of(self, gold: Gold, annotations: Sequence[Annotation], article: Article) -> Given:
        """The rows of one article and layer."""
        every = [
            each
            for each in annotations
            if each.layer == gold.layer
            and each.annotator != JUDGE
            and each.status == "submitted"
            and each.text_sha256 == article.text_sha256
        ]
        made = _Article(self._cells[gold.layer], len(every))
        length = len(article.text)
        marked = zip(*_marked(gold.spans, every, length), strict=True) if every else ()
        for span, of in zip(gold.spans, marked or [()] * len(gold.spans), strict=True):
            made.add_span(span, of)
        for each in made.cells.scheme.document_attributes:
            made.add(
                (None,) * 4, each, [None] * len(every), [r.attributes.get(each.name) for r in every]
            )
        return made.given(article, [each.annotator for each in every])


@dataclass(slots=True)
class _Article:
    """The rows of one article and layer, gathered by column: `items` has an entry an attribute of an
    item, of which each of so many annotators has a vote."""

    cells: "_Cells"
    annotators: int
    items: list[tuple[Cell, ...]] = field(default_factory=list)
    marked: list[str | None] = field(default_factory=list)
    votes: list["_Vote"] = field(default_factory=list)
    soft_items: list[tuple[Cell, ...]] = field(default_factory=list)
    soft: list["_Shares"] = field(default_factory=list)

    def add_span(self, span: GoldSpan, of: Sequence["Marked"]) -> None:
        """Takes a gold span, and how everybody marked it."""
        item, marked = (span.id, *span.place), [how for how, _ in of]
        self.add(item, None, marked, [None if one is None else one.label for _, one in of])
        for each in self.cells.scheme.attributes_of(span.label):
            self.add(item, each, marked, [_value(how, one, each) for how, one in of])

    def add(
        self,
        item: tuple[Cell, ...],
        attribute: Attribute | None,
        marked: Sequence[str | None],
        values: Sequence[AttributeValue | None],
    ) -> None:
        """Takes what everybody says of an attribute of an item; of None it is its label."""
        of = (*item, attribute.name if attribute else LABEL)
        votes, shares = self.cells.of(attribute, values)
        self.items.append(of)
        self.marked += marked
        self.votes += votes
        if shares is not None:
            self.soft_items.append(of)
            self.soft.append(shares)

    def given(self, article: Article, names: list[str]) -> Given:
        """All rows by column."""
        head = article.id, article.text_sha256, self.cells.scheme.layer
        own = by_column(_VOTE, self.votes) | {"annotator": names * len(self.items)}
        repeated = [each for each in self.items for _ in range(self.annotators)]
        return Given(
            {
                **_heads(head, repeated),
                **own,
                "marked": self.marked,
                WORDS_TOLD: [None] * len(self.votes),
            },
            {**_heads(head, self.soft_items), **by_column(_SHARES, self.soft)},
        )


_HEAD = ("article_id", "text_sha256", "layer")
_ITEM = ("id", "label", "start", "end", "attribute")


def _heads(head: Sequence[str], items: Sequence[tuple[Cell, ...]]) -> Cells:
    """What both tables have of each item."""
    same = {name: [each] * len(items) for name, each in zip(_HEAD, head, strict=True)}
    return {**same, **by_column(_ITEM, items)}


AnySpan = GoldSpan | Span


Marked = tuple[str, Span | None]
"""How an annotator marked a gold span, and their span."""


def _value(how: str, span: Span | None, attribute: Attribute) -> AttributeValue | None:
    """What a span says of an attribute; one of another label says nothing."""
    if span is None or how == "other_label":
        return None
    return span.attributes.get(attribute.name)


def _marked(
    gold: Sequence[GoldSpan], every: Iterable[Annotation], length: int
) -> Iterator[list[Marked]]:
    """How each annotator marked each gold span; only their spans that stand in the text count."""
    places = [span.place for span in gold]
    apart = len({*places}) == len(places)
    for record in every:
        spans = [each for each in record.spans if 0 <= each.start < each.end <= length]
        mine = {each.place: each for each in spans}
        if not apart or len(mine) < len(spans):
            yield stands_for(gold, spans)
            continue
        found: list[Marked] = [
            ("exact", mine.pop(place)) if place in mine else ("no", None) for place in places
        ]
        left = [at for at, (how, _) in enumerate(found) if how == "no"]
        if mine and left:
            marked = stands_for([gold[at] for at in left], [*mine.values()])
            for at, how in zip(left, marked, strict=True):
                found[at] = how
        yield found


def stands_for(gold: Sequence[GoldSpan], spans: Sequence[Span]) -> list[Marked]:
    """For each gold span how an annotator marked it, and their span; one to one.

    Spans of the same label and place come first, of several alike those with the same attributes; then
    those of one label that overlap most, all in all; then those of the same place with another label.
    """
    found: list[Marked] = [("no", None)] * len(gold)
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


def _by_place(spans: Sequence[AnySpan]) -> dict[Place, list[int]]:
    found: dict[Place, list[int]] = {}
    for at, span in enumerate(spans):
        found.setdefault(span.place, []).append(at)
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
    return to_json([[name, as_json(given[name])] for name in sorted(given)])


Parts = tuple[list[str], float | None, list[str]]
"""(names that the scheme lists, a number, other words) of a value."""

_VOTE = ("value", "values", "number", "words")
_Vote = tuple[str | None, list[str] | None, float | None, list[str] | None]
"""The cells of a value: a name of the scheme or several, a number, and in words what is neither."""

_SHARES = ("names", "shares", "n")
_Shares = tuple[NDArray[np.int64], NDArray[np.float64], int]
"""The names that have shares, by index, their shares, and of how many."""

_KEPT = 1 << 14
"""Values of which the cells are kept in memory at most."""


class _Cells:
    """The cells of one layer, those of the same values made once; `said` numbers all names."""

    def __init__(self, scheme: Scheme, said: Sequence[str]) -> None:
        self.scheme = scheme
        self._index = {name: number for number, name in enumerate(said)}
        self._made: dict[object, tuple[list[_Vote], _Shares | None]] = {}

    def of(
        self, attribute: Attribute | None, values: Sequence[AttributeValue | None]
    ) -> tuple[list[_Vote], _Shares | None]:
        """What everybody says of an attribute of an item: the cells of each vote, and the shares; None
        where nobody gave a value that is listed."""
        key = tuple(values) if attribute is None else _key(attribute, *values)
        if key not in self._made:
            if len(self._made) == _KEPT:
                self._made.clear()
            parts = [self._parts(each, attribute) for each in values]
            several = attribute is not None and attribute.family == "set"
            votes = [_vote(each, several=several) for each in parts]
            self._made[key] = votes, self._shares([known for known, _, _ in parts], attribute)
        return self._made[key]

    def _parts(self, value: AttributeValue | None, attribute: Attribute | None) -> Parts:
        if value is None:
            return [], None, []
        number = float(value) if isinstance(value, int | float) else None
        names = self._names(attribute)
        same = in_words(value) if attribute is None else attribute.same(value)
        told = {same} if isinstance(same, str) else {*same}
        known = [each for each in names if each in told]
        if number is not None or (known and told <= {*known}):
            return known, number, []
        return known, None, [each for each in strings(value) if each not in known]

    def _names(self, attribute: Attribute | None) -> Sequence[str]:
        """The names that the scheme lists."""
        return tuple(self.scheme.label) if attribute is None else attribute.categories

    def _shares(
        self, given: Sequence[Sequence[str]], attribute: Attribute | None
    ) -> _Shares | None:
        """The share of votes that each value has.

        Of a label it is the share of all who did the article, so that what is missing to 1 did not mark
        the span; of several choices, the share of those who chose each.
        """
        told = [known for known in given if known]
        if not told or (attribute is not None and attribute.family not in _FAMILIES):
            return None
        n = len(given) if attribute is None else len(told)
        votes = Counter(name for each in told for name in each)
        names = self._names(attribute)
        if len(names) > MOST:
            names = [name for name in names if votes[name]]
        numbers = np.array([self._index[name] for name in names], np.int64)
        return numbers, np.array([votes[name] / n for name in names]), n


def _vote(parts: Parts, *, several: bool) -> _Vote:
    known, number, words = parts
    one = known[0] if known and not several else None
    return one, known if known and several else None, number, words or None


def _key(attribute: Attribute, *values: AttributeValue | None) -> object:
    """The same for values of an attribute that are the same, also in kind: 1 is not 1.0 or true."""
    said = [to_json(each) if isinstance(each, list) else (each.__class__, each) for each in values]
    return (attribute.name, *said)
