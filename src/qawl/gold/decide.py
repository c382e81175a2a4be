"""Gold from annotations: by rule where annotators agree, by a judge where they don't.

Spans are decided first, then the attributes of decided spans, then relations between them. What would
make a record that does not validate is not decided but left to the judge.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

import msgspec

from qawl.agreement import disagreements
from qawl.agreement.disagreements import Arrow, Place, arrow_of, place
from qawl.annotations import derive, journal
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import (
    JUDGE,
    Annotation,
    Article,
    Attributes,
    AttributeValue,
    DecidedBy,
    Direction,
    Gold,
    GoldRelation,
    GoldSpan,
    Relation,
    Span,
    ends,
    relation_order,
    to_json,
)
from qawl.core.settings import Adjudication
from qawl.scheme import scheme
from qawl.scheme.scheme import Scheme
from qawl.validation import validate
from qawl.validation.dispensations import Passes, nothing_passes, passing


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's annotation and the digest of the annotations that it was made from."""

    annotation: Annotation
    basis: str | None


Decider = Callable[[Article, Sequence[Annotation]], Gold]


def gold(project: Project, layer: str) -> Iterator[Gold]:
    """The gold of a layer, derived from the annotations on disk, in the order of article ids."""
    decide_one = decider(project, layer)
    articles = article_store.by_id(project)
    records = derive.read(project, layer)
    for identity, group in groupby(records, key=lambda record: record.article_id):
        if identity in articles:
            yield decide_one(articles[identity], list(group))


def decider(project: Project, layer: str, *, below: str | None = None) -> Decider:
    """Decides an article of this layer by the corpus's rule, its judge and its dispensations.

    With `below`, dispensations that run out count as they did before that version was released.
    """
    current = scheme.load(project, layer)
    bases = _bases(project, layer)
    rule = project.settings.adjudication
    passes = passing(project, below=below)

    def decide_one(article: Article, records: Sequence[Annotation]) -> Gold:
        voices = [record for record in records if record.annotator != JUDGE]
        judged = [record for record in records if record.annotator == JUDGE]
        verdict = Verdict(judged[-1], bases.get(article.id)) if judged else None
        return decide(voices, article, current, rule, verdict, passes)

    return decide_one


def decide(
    records: Sequence[Annotation],
    article: Article,
    current: Scheme,
    rule: Adjudication = Adjudication(),  # noqa: B008 - a frozen value
    verdict: Verdict | None = None,
    passes: Passes = nothing_passes,
) -> Gold:
    """The gold of one article from everybody's annotations of it and, where there is one, a verdict.

    Who skipped the article is left out, unless everybody did. A verdict counts while the annotations
    are those that the judge saw.
    """
    voices = [record for record in records if record.status == "submitted"]
    judged = verdict is not None and verdict.annotation.status == "submitted"
    if verdict and judged and (not voices or verdict.basis == basis(records)):
        return _judged(verdict.annotation, voices)
    trusted = [record for record in voices if record.annotator == rule.trusted]
    if not voices:
        return _skipped(list(records))
    return _decided(trusted or voices, article, current, rule, passes)


def basis(records: Sequence[Annotation]) -> str:
    """A digest of the annotations that a verdict is about."""
    work = sorted(each for each in (_digest(record) for record in records))
    return sha256(" ".join(work).encode()).hexdigest()[:16]


def _digest(record: Annotation) -> str:
    return sha256(to_json(record)).hexdigest()


def _skipped(records: list[Annotation]) -> Gold:
    first = records[0]
    return Gold(
        article_id=first.article_id,
        layer=first.layer,
        status="skipped",
        text_sha256=first.text_sha256,
        scheme_version=first.scheme_version,
        decided_by="single" if len(records) == 1 else "unanimous",
        complete=True,
        decided_from={record.annotator: _digest(record) for record in records},
    )


def _judged(record: Annotation, voices: Sequence[Annotation]) -> Gold:
    """A verdict as gold; support are the annotators who had said so."""
    marked = disagreements.marks(voices)
    drawn = {voice.annotator: set(disagreements.arrows(voice)) for voice in voices}
    places = {span.id: place(span) for span in record.spans}
    ids = {span.id: f"s{number}" for number, span in enumerate(record.spans, start=1)}
    spans = tuple(
        GoldSpan(
            id=ids[span.id],
            label=span.label,
            start=span.start,
            end=span.end,
            text=span.text,
            attributes=span.attributes,
            support=_saying(marked, place(span)),
            decided_by="adjudicator",
        )
        for span in record.spans
    )
    relations = tuple(
        sorted(
            (
                GoldRelation(
                    label=each.label,
                    from_=ids[ends(each)[0]],
                    to=ids[ends(each)[1]],
                    direction=_direction(arrow),
                    support=_saying(drawn, arrow),
                    decided_by="adjudicator",
                )
                for each in record.relations
                if (arrow := arrow_of(each, places))
            ),
            key=relation_order,
        )
    )
    return Gold(
        article_id=record.article_id,
        layer=record.layer,
        text_sha256=record.text_sha256,
        scheme_version=record.scheme_version,
        decided_by="adjudicator",
        complete=True,
        spans=spans,
        relations=relations,
        attributes=record.attributes,
        decided_from={each.annotator: _digest(each) for each in (*voices, record)},
    )


def _saying(said: Mapping[str, set[Any]], what: Any) -> tuple[str, ...]:
    """The annotators who said it."""
    return tuple(sorted(name for name, each in said.items() if what in each))


def _decided(
    voices: Sequence[Annotation],
    article: Article,
    current: Scheme,
    rule: Adjudication,
    passes: Passes,
) -> Gold:
    """What the rule decides; spans that would not validate are taken out until none is left.

    What is taken out is open, whoever agreed on it: only a judge can say what should stand there.
    """
    majority = rule.rule == "majority"
    by_place: dict[Place, dict[str, Span]] = {}
    for voice in voices:
        for span in voice.spans:
            if marks := by_place.get(where := place(span)):
                marks[voice.annotator] = span
            else:
                by_place[where] = {voice.annotator: span}
    agreed = {
        where: marks
        for where, marks in by_place.items()
        if _carried(len(marks), len(voices), majority)
    }
    made = _record(voices, agreed, majority)
    if len(voices) > 1:
        made = _valid(made, voices, agreed, article, current, majority, passes)
    opened = disagreements.find(voices)
    if majority:
        opened = [each for each in opened if not _settled(each.readings.values())]
    if len(made.spans) < len(agreed):
        lost = set(agreed) - {(each.label, each.start, each.end) for each in made.spans}
        opened = disagreements.in_order(
            [*opened, *disagreements.at(disagreements.marks(voices), lost)]
        )
    return msgspec.structs.replace(made, open=tuple(opened), complete=not opened)


def _valid(
    made: Gold,
    voices: Sequence[Annotation],
    agreed: Mapping[Place, Mapping[str, Span]],
    article: Article,
    current: Scheme,
    majority: bool,
    passes: Passes,
) -> Gold:
    """The record that was made of agreed spans, or one of those of them that validate together."""
    left = dict(agreed)
    while True:
        found = validate.check_annotation(as_annotation(made), article, current, (), passes)
        errors = [each for each in found if each.severity == "error" and not passes(each)]
        at_fault = {each.span.id for each in errors if each.span}
        if not at_fault:
            return made
        for each in made.spans:
            if each.id in at_fault:
                del left[each.label, each.start, each.end]
        made = _record(voices, left, majority)


def _carried(count: int, of: int, majority: bool) -> bool:
    """Whether so many of so many carry a decision."""
    return count * 2 > of if majority else count == of


def _settled(readings: Any) -> bool:
    """Whether more than half say the same."""
    said = [tuple(each) if isinstance(each, list) else each for each in readings]
    return any(said.count(each) * 2 > len(said) for each in said)


def _record(
    voices: Sequence[Annotation], agreed: Mapping[Place, Mapping[str, Span]], majority: bool
) -> Gold:
    """The gold of these spans, with what is agreed of their attributes and relations."""
    first = voices[0]
    ordered = sorted(agreed, key=lambda each: (each[1], -each[2], each[0]))
    ids = {where: f"s{number}" for number, where in enumerate(ordered, start=1)}
    spans = tuple(_gold_span(ids[where], agreed[where], len(voices), majority) for where in ordered)
    return Gold(
        article_id=first.article_id,
        layer=first.layer,
        text_sha256=first.text_sha256,
        scheme_version=first.scheme_version,
        decided_by=_how(len(voices), len(voices)) if not majority else _how(0, len(voices)),
        complete=True,
        spans=spans,
        relations=_relations(voices, ids, majority),
        attributes=_shared([voice.attributes for voice in voices], majority),
        decided_from={voice.annotator: _digest(voice) for voice in voices},
    )


def _how(count: int, of: int) -> DecidedBy:
    if of == 1:
        return "single"
    return "unanimous" if count == of else "majority"


def _gold_span(identity: str, marks: Mapping[str, Span], of: int, majority: bool) -> GoldSpan:
    span = next(iter(marks.values()))
    return GoldSpan(
        id=identity,
        label=span.label,
        start=span.start,
        end=span.end,
        text=span.text,
        attributes=_shared([each.attributes for each in marks.values()], majority),
        support=tuple(sorted(marks)),
        decided_by=_how(len(marks), of),
    )


def _shared(given: Sequence[Attributes], majority: bool) -> Attributes:
    """The attributes that carry."""
    found: Attributes = {}
    if not any(given):
        return found
    for name in dict.fromkeys(name for each in given for name in each):
        said: list[AttributeValue | None] = [each.get(name) for each in given]
        best = max(said, key=said.count)
        if best is not None and _carried(said.count(best), len(said), majority):
            found[name] = best
    return found


def _relations(
    voices: Sequence[Annotation], ids: Mapping[Place, str], majority: bool
) -> tuple[GoldRelation, ...]:
    """The relations that carry between decided spans."""
    drawn: dict[Arrow, set[str]] = {}
    for voice in voices:
        places = {span.id: place(span) for span in voice.spans} if voice.relations else {}
        for relation in voice.relations:
            if arrow := arrow_of(relation, places):
                drawn.setdefault(arrow, set()).add(voice.annotator)
    found = (
        GoldRelation(
            label=arrow.label,
            from_=ids[arrow.start],
            to=ids[arrow.end],
            direction=_direction(arrow),
            support=tuple(sorted(by)),
            decided_by=_how(len(by), len(voices)),
        )
        for arrow, by in drawn.items()
        if arrow.start in ids and arrow.end in ids and _carried(len(by), len(voices), majority)
    )
    return tuple(sorted(found, key=relation_order))


def _direction(arrow: Arrow) -> Direction | msgspec.UnsetType:
    """Gold has no turned arrows: they stand as the arrow they mean."""
    return "bi" if arrow.both_ways else msgspec.UNSET


def as_annotation(record: Gold) -> Annotation:
    """Gold in the form that validation and Label Studio read."""
    return Annotation(
        article_id=record.article_id,
        layer=record.layer,
        annotator="gold",
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


def _bases(project: Project, layer: str) -> dict[str, str]:
    """Article id → what the judge's task said that it was made from."""
    path = project.journal_file(layer, JUDGE)
    return {
        entry.article_id: str(entry.task["data"].get("basis"))
        for entry in journal.entries(path)
        if entry.event == "version"
    }


def path(project: Project, layer: str) -> Any:
    """exports/gold/<layer>.jsonl."""
    return project.gold_file(layer)


def read(project: Project, layer: str) -> Iterator[Gold]:
    """The stored gold of a layer."""
    return files.read(path(project, layer), Gold)
