"""The records that Qawl keeps and exchanges: frozen values, equal when their content is.

Offsets are Unicode code points, 0-based, half-open, into the frozen article text. The field order
is the key order in files. `to_json` and `from_json` are the only doors between values and lines.
"""

from typing import Literal, TypeVar

import msgspec
from msgspec import Struct, field

FORMAT = 1

JUDGE = "adjudication"
"""The pseudonym of who decides between annotators, and the last word of that project's title."""

AttributeValue = str | list[str]
Attributes = dict[str, AttributeValue]
Direction = Literal["right", "left", "bi"]
Status = Literal["submitted", "skipped"]
Severity = Literal["error", "warning"]
DecidedBy = Literal["single", "unanimous", "majority", "adjudicator"]


class Edit(Struct, frozen=True, gc=False):
    """One thing that cleaning removed or mapped: `was` stood where frozen text[start:end] stands.

    Undoing the edits of an article from the last to the first gives the received text back.
    """

    rule: str
    start: int
    end: int
    was: str


class Article(Struct, frozen=True, kw_only=True, gc=False):
    """One news article with its frozen text; a line of corpus/articles.jsonl.

    `published_read` is the date as it stood where it was read; absent where that is the ISO date.
    """

    format: int = FORMAT
    id: str
    text: str
    text_sha256: str
    title: str | None = None
    language: str
    source: str | None = None
    url: str | None = None
    published: str | None = None
    published_read: str | msgspec.UnsetType = msgspec.UNSET
    license: str | None = None
    redistribute: bool = False
    group: str
    source_id: str | None = None
    received: str
    edits: tuple[Edit, ...] = ()


class Span(Struct, frozen=True, gc=False):
    """A labelled stretch of text; `text` is the surface, `text[start:end]` of the article."""

    id: str
    label: str
    start: int
    end: int
    text: str
    attributes: Attributes = field(default_factory=dict)


class Relation(Struct, frozen=True, kw_only=True, gc=False):
    """An arrow between two spans of one annotation; `label` is None where it can't be named."""

    label: str | None
    from_: str = field(name="from")
    to: str
    direction: Direction | msgspec.UnsetType = msgspec.UNSET


def ends(relation: "Relation | GoldRelation") -> tuple[str, str]:
    """The ids of the spans at the start and at the head of an arrow.

    An arrow turned to the `left` leads from `to` to `from`. One in both directions (`bi`) has no
    start: its ends come as they stand.
    """
    if relation.direction == "left":
        return relation.to, relation.from_
    return relation.from_, relation.to


class Provenance(Struct, frozen=True, kw_only=True, gc=False):
    """Where in Label Studio an annotation stands. `lead_time` in seconds."""

    project: int | None = None
    task: int | None = None
    annotation: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None


class Annotation(Struct, frozen=True, kw_only=True, gc=False):
    """One annotator's work on one article in one layer; a line of exports/annotations."""

    format: int = FORMAT
    article_id: str
    layer: str
    annotator: str
    status: Status = "submitted"
    text_sha256: str
    scheme_version: str
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    attributes: Attributes = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)


class Disagreement(Struct, frozen=True, kw_only=True, gc=False):
    """One thing on which the annotators of an article don't agree.

    `kind` is span, attribute or relation; `readings` has what each annotator says, None where one
    says nothing. `start` and `end` are where to look in the text; `name` is that of the attribute or
    relation.
    """

    kind: Literal["span", "attribute", "relation"]
    start: int
    end: int
    label: str
    name: str | None = None
    readings: dict[str, AttributeValue | None]


class GoldSpan(Struct, frozen=True, kw_only=True, gc=False):
    """A decided span; `support` are the pseudonyms of those who marked it."""

    id: str
    label: str
    start: int
    end: int
    text: str
    attributes: Attributes = field(default_factory=dict)
    support: tuple[str, ...] = ()
    decided_by: DecidedBy = "unanimous"


class GoldRelation(Struct, frozen=True, kw_only=True, gc=False):
    """A decided relation with the pseudonyms of those who drew it."""

    label: str | None
    from_: str = field(name="from")
    to: str
    direction: Direction | msgspec.UnsetType = msgspec.UNSET
    support: tuple[str, ...] = ()
    decided_by: DecidedBy = "unanimous"


class Gold(Struct, frozen=True, kw_only=True, gc=False):
    """What was decided for one article in one layer; a line of exports/gold.

    `complete` is False while a disagreement of the article is open: what is missing then is
    undecided, not absent, and `open` says what it is. `decided_from` has the SHA-256 of each
    annotation that was used, by annotator.
    """

    format: int = FORMAT
    article_id: str
    layer: str
    status: Status = "submitted"
    text_sha256: str
    scheme_version: str
    decided_by: DecidedBy
    complete: bool
    spans: tuple[GoldSpan, ...] = ()
    relations: tuple[GoldRelation, ...] = ()
    attributes: Attributes = field(default_factory=dict)
    open: tuple[Disagreement, ...] = ()
    decided_from: dict[str, str] = field(default_factory=dict)


class Suggestion(Struct, frozen=True, kw_only=True, gc=False):
    """What a suggester offers for one article in one layer; a line of exports/suggestions.

    `model` and `model_version` name what made it. Annotators see it as a prediction of Label Studio.
    """

    format: int = FORMAT
    article_id: str
    layer: str
    model: str
    model_version: str
    text_sha256: str
    scheme_version: str
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    attributes: Attributes = field(default_factory=dict)


class SpanRef(Struct, frozen=True, gc=False):
    """The span that a finding is about."""

    id: str
    label: str
    start: int
    end: int


def span_ref(span: Span) -> SpanRef:
    """Where a span stands, without its text."""
    return SpanRef(span.id, span.label, span.start, span.end)


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """One thing wrong with the data. `level` is 1 to 5; `url` is the task in Label Studio."""

    check: str
    level: int
    severity: Severity
    article_id: str | None = None
    layer: str | None = None
    annotator: str | None = None
    span: SpanRef | None = None
    message: str
    url: str | None = None


T = TypeVar("T")

_encoder = msgspec.json.Encoder()


def to_json(record: object) -> bytes:
    """One compact UTF-8 JSON value, keys in field order, no line end."""
    return _encoder.encode(record)


def from_json(line: bytes | str, kind: type[T]) -> T:
    """The record of a line; raises `msgspec.ValidationError` or `msgspec.DecodeError`."""
    return msgspec.json.decode(line, type=kind)


def span_order(span: Span | GoldSpan) -> tuple[int, int, str, str]:
    """Sort key of spans: by start, the longer first, then label and id."""
    return (span.start, -span.end, span.label, span.id)


def relation_order(relation: Relation | GoldRelation) -> tuple[str, str, str]:
    """Sort key of relations: by label (unnamed first), then the ends."""
    return (relation.label or "", relation.from_, relation.to)
