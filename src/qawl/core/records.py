"""The records that Qawl keeps and exchanges: frozen values, equal when their content is.

Offsets are Unicode code points, 0-based, half-open, into the frozen article text. The field order
is the key order in files. `to_json` and `from_json` are the only doors between values and lines.
"""

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

Format = Literal[1]
FORMAT: Format = 1
"""The format of every file that says one: a record of another number is refused."""

JUDGE = "adjudication"
"""The pseudonym of who decides between annotators, and the last word of that project's title."""
GOLD = "gold"
"""What stands in the place of a pseudonym for what is decided: in files, figures and findings."""
POOL = "pool"
"""What stands in the place of a pseudonym for the annotators who share a project."""

AttributeValue = str | int | float | Sequence[str | Sequence[str]]
"""A choice, text or date; a number; several choices or texts, or a path in a tree; several paths.
Lists are read as `list`."""
Attributes = dict[str, AttributeValue]
Place = tuple[str, int, int]
"""A label, and the code points where it stands, half-open."""
Direction = Literal["right", "left", "bi"]
Status = Literal["submitted", "skipped"]
Severity = Literal["error", "warning"]
DecidedBy = Literal["single", "unanimous", "majority", "adjudicator"]


class Edit(Struct, frozen=True, gc=False):
    r"""One thing that cleaning removed or mapped: `was` stood where frozen text[start:end] stands.

    Undoing the edits of an article from the last to the first gives the received text back.

    Attributes
    ----------
    rule : str
        The rule of cleaning, as docs/corpus.md names it.
    start, end : int
        Code points of the frozen text, 0-based, half-open.
    was : str
        What stood there.

    Examples
    --------
    >>> qawl.Edit("line_ends", 4, 5, "\r\n").was
    '\r\n'
    """

    rule: str
    start: int
    end: int
    was: str


class Article(Struct, frozen=True, kw_only=True, gc=False):
    """One news article with its frozen text; a line of corpus/articles.jsonl.

    Attributes
    ----------
    format : int
        The version of the record, 1.
    id : str
        12 hex digits, made from source and text.
    text, text_sha256 : str
        The frozen text, and the hex SHA-256 of it in UTF-8.
    title, source, url, source_id : str or None
        As they were given; `source_id` is the id that the source gave.
    language : str
        A BCP 47 tag.
    published : str or None
        The day, as an ISO 8601 date (2025-07-03).
    published_read : str or UNSET
        The date as it stood where it was read; absent where that is the ISO date.
    license : str or None
        An SPDX name, or LicenseRef-….
    redistribute : bool
        Whether the text may be passed on; if not, releases withhold it.
    group : str
        The group of near-duplicates: the id of its first member.
    received : str
        The file, and the place in it.
    edits : tuple of Edit
        What cleaning removed or mapped, by place.
    context : dict or UNSET
        Other fields of the task that annotators see with the text; absent where there are none.

    Examples
    --------
    >>> article = qawl.Corpus(".").articles["8a90ce3200c1"]
    >>> article.language, article.redistribute, len(article.text)
    ('en', True, 1024)
    """

    format: Format = FORMAT
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
    context: dict[str, object] | msgspec.UnsetType = msgspec.UNSET

    def context_text(self, field: str) -> str | None:
        """A field of the context as people see it, what is no text as JSON; None if absent."""
        value = None if isinstance(self.context, msgspec.UnsetType) else self.context.get(field)
        return value if value is None or isinstance(value, str) else to_json(value).decode()


Origin = Literal["kept", "changed", "made"]
"""What became of a suggestion in a span, or that it was made by hand."""


class Span(Struct, frozen=True, gc=False):
    """A labelled stretch of text.

    Attributes
    ----------
    id : str
        Label Studio's region id; unique in its annotation.
    label : str
        A label of the scheme.
    start, end : int
        Code points of the article's text, 0-based, half-open.
    text : str
        The surface: `text[start:end]` of the article.
    attributes : dict of str to str, int, float or list
        By name. A choice, a text or a date is a string, a number a number; several choices are a list of
        strings, and so is a path in a tree; several paths are a list of lists. What is not set is absent.
    origin : str or UNSET
        In an annotation that began with suggestions: `kept` (a suggestion as it was), `changed` (a
        suggestion whose edges were moved) or `made` (drawn by hand). Absent elsewhere, and in releases.
    unsure : str or UNSET
        The note to the lead of an annotator who is unsure of it, empty without a note. Absent elsewhere.

    Examples
    --------
    >>> span = next(qawl.Corpus(".").annotations("entity")).spans[0]
    >>> article = qawl.Corpus(".").articles["273fd3b431ad"]
    >>> article.text[span.start : span.end] == span.text
    True
    """

    id: str
    label: str
    start: int
    end: int
    text: str
    attributes: Attributes = field(default_factory=dict)
    origin: Origin | msgspec.UnsetType = msgspec.UNSET
    unsure: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def place(self) -> Place:
        """Its label and where it stands: two spans with one place are the same, whoever made them."""
        return self.label, self.start, self.end


class Relation(Struct, frozen=True, kw_only=True, gc=False):
    """An arrow between two spans of one annotation.

    Attributes
    ----------
    label : str or None
        A relation of the scheme; None where it can't be named.
    from_, to : str
        The ids of the spans (`from` in JSON).
    direction : str or UNSET
        left or bi; absent where it is right.

    Examples
    --------
    >>> qawl.Relation(label="has_source", from_="r1", to="r2").to
    'r2'
    """

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
    """Where in Label Studio an annotation stands.

    Attributes
    ----------
    project, task, annotation : int or None
        Label Studio's ids.
    created_at, updated_at : str or None
        Times of the server (ISO 8601).
    lead_time : float or None
        Seconds that the annotator took.

    Examples
    --------
    >>> next(qawl.Corpus(".").annotations("entity")).provenance.project
    1
    """

    project: int | None = None
    task: int | None = None
    annotation: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None


class Brought(Struct, frozen=True, gc=False):
    """The version of the scheme that an annotation was brought forward from.

    Attributes
    ----------
    version : str
        The version of the scheme that the annotation was made on.
    sha256 : str
        The digest of the record that it would be by that version, 64 hex digits.

    Examples
    --------
    >>> qawl.Brought("1", 64 * "0").version
    '1'
    """

    version: str
    sha256: str


class Annotation(Struct, frozen=True, kw_only=True, gc=False):
    """One annotator's work on one article in one layer; a line of exports/annotations.

    Attributes
    ----------
    format : int
        The version of the record, 1.
    article_id, layer, annotator : str
        Whose work on what; the annotator by pseudonym.
    status : str
        submitted or skipped.
    text_sha256 : str
        The hex SHA-256, in UTF-8, of the text that it was made on.
    scheme_version : str
        The version of the scheme that it was made on.
    spans : tuple of Span
        By start, the longer first, then label and id.
    relations : tuple of Relation
        By label, then the ids of their ends.
    attributes : dict of str to str, int, float or list
        Those of the whole article, as in `Span`.
    provenance : Provenance
        Where in Label Studio it stands.
    brought : Brought
        Only where it was made on an older version of the scheme and brought forward by its `changes`.
    unsure : str or UNSET
        The note to the lead of an annotator who is unsure of the article; see `Span`.

    Examples
    --------
    >>> annotation = next(qawl.Corpus(".").annotations("quote"))
    >>> annotation.annotator, annotation.status, len(annotation.spans), len(annotation.relations)
    ('a1', 'submitted', 58, 43)
    """

    format: Format = FORMAT
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
    brought: Brought | msgspec.UnsetType = msgspec.UNSET
    unsure: str | msgspec.UnsetType = msgspec.UNSET


class Disagreement(Struct, frozen=True, kw_only=True, gc=False):
    """One thing on which the annotators of an article don't agree.

    Attributes
    ----------
    kind : str
        span, attribute, relation, or article: too few annotated it (`name` is annotators), or its own
        attributes break the scheme (`name` is attributes).
    start, end : int
        Where to look in the text: code points, 0-based, half-open.
    label : str
        The label of the span; of marks that overlap and differ, their labels with " | " between them.
    name : str or None
        The attribute, or the relation.
    readings : dict of str to str, int, float, list or None
        What each annotator says; None where one says nothing. Of marks that overlap, the labels with
        their places.

    Examples
    --------
    >>> both = {"a1": "PER", "a2": None}
    >>> qawl.Disagreement(kind="span", start=0, end=4, label="PER", readings=both).readings["a2"]
    """

    kind: Literal["span", "attribute", "relation", "article"]
    start: int
    end: int
    label: str
    name: str | None = None
    readings: dict[str, AttributeValue | None]

    @property
    def of_spans(self) -> bool:
        """Whether it is open which spans stand there: what is missing there is not absent."""
        return self.kind == "span" or (self.kind, self.name) == ("article", "annotators")


class GoldSpan(Struct, frozen=True, kw_only=True, gc=False):
    """A decided span.

    Attributes
    ----------
    id : str
        Unique in its record.
    label, start, end, text, attributes
        As in `Span`.
    support : tuple of str
        The pseudonyms of those who marked it.
    decided_by : str
        single, unanimous, majority or adjudicator.

    Examples
    --------
    >>> gold = next(qawl.Corpus(".").gold("entity"))
    >>> {each.decided_by for each in gold.spans} <= {"unanimous", "adjudicator"}
    True
    """

    id: str
    label: str
    start: int
    end: int
    text: str
    attributes: Attributes = field(default_factory=dict)
    support: tuple[str, ...] = ()
    decided_by: DecidedBy = "unanimous"

    @property
    def place(self) -> Place:
        """As that of a `Span`."""
        return self.label, self.start, self.end


class GoldRelation(Struct, frozen=True, kw_only=True, gc=False):
    """A decided relation.

    Attributes
    ----------
    label, from_, to, direction
        As in `Relation`.
    support : tuple of str
        The pseudonyms of those who drew it.
    decided_by : str
        single, unanimous, majority or adjudicator.

    Examples
    --------
    >>> gold = next(qawl.Corpus(".").gold("quote"))
    >>> {gold.relations[0].from_, gold.relations[0].to} <= {span.id for span in gold.spans}
    True
    """

    label: str | None
    from_: str = field(name="from")
    to: str
    direction: Direction | msgspec.UnsetType = msgspec.UNSET
    support: tuple[str, ...] = ()
    decided_by: DecidedBy = "unanimous"


class Gold(Struct, frozen=True, kw_only=True, gc=False):
    """What was decided for one article in one layer; a line of exports/gold.

    Attributes
    ----------
    format : int
        The version of the record, 1.
    article_id, layer, status, text_sha256, scheme_version, attributes
        As in `Annotation`.
    decided_by : str
        single, unanimous, majority or adjudicator.
    complete : bool
        False while a disagreement of the article is open: what is missing then is undecided, not absent.
    spans, relations : tuple of GoldSpan, tuple of GoldRelation
        In the order of `Annotation`.
    open : tuple of Disagreement
        What is undecided.
    decided_from : dict of str to str
        The hex SHA-256 of each annotation that was used, by annotator.

    Examples
    --------
    >>> gold = next(qawl.Corpus(".").gold("claim"))
    >>> gold.article_id, gold.complete, len(gold.open)
    ('273fd3b431ad', True, 0)
    """

    format: Format = FORMAT
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

    format: Format = FORMAT
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
    """The span that a finding is about.

    Attributes
    ----------
    id, label : str
        As in `Span`.
    start, end : int
        Code points into the frozen text, half-open; what is wrong may be that they lie outside it.

    Examples
    --------
    >>> qawl.SpanRef("r1", "PER", 0, 4).label
    'PER'
    """

    id: str
    label: str
    start: int
    end: int


def span_ref(span: Span) -> SpanRef:
    """Where a span stands, without its text."""
    return SpanRef(span.id, span.label, span.start, span.end)


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """One thing wrong with the data.

    Attributes
    ----------
    check : str
        The name of the check; docs/checks.md has them all.
    level : int
        1 (format), 2 (anchoring), 3 (labels), 4 (guideline) or 5 (collection).
    severity : str
        error or warning.
    article_id, layer, annotator : str or None
        Where it is.
    span : SpanRef or None
        The span that it is about.
    message : str
        What is wrong, in words.
    url : str or None
        The task in Label Studio.

    Examples
    --------
    >>> findings = qawl.Corpus(".").validate()
    >>> sorted({each.severity for each in findings} - {"warning"})
    []
    """

    check: str
    level: int
    severity: Severity
    article_id: str | None = None
    layer: str | None = None
    annotator: str | None = None
    span: SpanRef | None = None
    message: str
    url: str | None = None


def in_words(value: AttributeValue) -> str:
    """A value as people read it: a number without needless digits, a list with commas, a path with
    slashes."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return ", ".join(each if isinstance(each, str) else " / ".join(each) for each in value)


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


def with_attributes(record: Annotation, told: Callable[[Attributes], Attributes]) -> Annotation:
    """The record with what is told of its attributes, and of those of each span, in their place."""
    spans = (
        span if (new := told(span.attributes)) is span.attributes else replace(span, attributes=new)
        for span in record.spans
    )
    return replace(record, spans=tuple(spans), attributes=told(record.attributes))


def as_annotation(record: Gold) -> Annotation:
    """Gold in the form of an annotation, as validation and Label Studio read it."""
    return Annotation(
        article_id=record.article_id,
        layer=record.layer,
        annotator=GOLD,
        status=record.status,
        text_sha256=record.text_sha256,
        scheme_version=record.scheme_version,
        spans=tuple(
            Span(each.id, each.label, each.start, each.end, each.text, each.attributes)
            for each in record.spans
        ),
        relations=tuple(
            Relation(label=each.label, from_=each.from_, to=each.to, direction=each.direction)
            for each in record.relations
        ),
        attributes=record.attributes,
    )


def as_work_of(annotator: str, made: Suggestion) -> Annotation:
    """A suggestion as the annotation that it would be, for what shows and checks those."""
    return Annotation(
        article_id=made.article_id,
        layer=made.layer,
        annotator=annotator,
        text_sha256=made.text_sha256,
        scheme_version=made.scheme_version,
        spans=made.spans,
        relations=made.relations,
        attributes=made.attributes,
    )
