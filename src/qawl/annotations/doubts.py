"""What annotators say to be unsure of, with a note to the lead: read from results and written to them."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from qawl.annotations import reading as read
from qawl.annotations.foreign_values import name
from qawl.annotations.reading import Raw
from qawl.core.records import Annotation, Gold, Span, Suggestion
from qawl.scheme import attributes
from qawl.scheme.doubts import OF_SPAN, OF_TASK, UNSURE
from qawl.scheme.kinds.registry import value_of

Doubt = str | UnsetType
"""The note of who is unsure, empty where there is none; absent where nobody is."""


def of_task(doubts: Iterable[Raw]) -> Doubt:
    """The doubt about a whole task."""
    return _noted(each for each in doubts if each.get("from_name") in OF_TASK)


def of_spans(spans: Iterable[Span], doubts: Sequence[Raw]) -> Iterator[Span]:
    """The spans, each with the doubt about its region."""
    if not doubts:
        yield from spans
        return
    said: dict[str | None, list[Raw]] = {}
    for each in doubts:
        if each.get("from_name") in OF_SPAN:
            said.setdefault(name(each.get("id")), []).append(each)
    for span in spans:
        base, _, number = span.id.rpartition("#")
        own = said.get(span.id) or said.get(base if number.isdecimal() else span.id.split("@")[0])
        yield msgspec.structs.replace(span, unsure=_noted(own)) if own else span


def _noted(doubts: Iterable[Raw]) -> Doubt:
    """A note alone says a doubt as well."""
    notes, unsure = [], False
    for each in doubts:
        given = attributes.as_words(value_of(read.value(each)))
        if given is None:
            continue
        unsure = True
        if each.get("from_name") not in (OF_SPAN[0], OF_TASK[0]):
            notes += [given] if isinstance(given, str) else given
    return " ".join(notes) if unsure else UNSET


def written(record: Annotation | Gold | Suggestion, text: str) -> Iterator[dict[str, object]]:
    """The results by which Label Studio shows the doubts of a record."""
    if isinstance(record, Annotation) and record.unsure is not UNSET:
        yield from _results(record.unsure, OF_TASK, f"unsure-{record.article_id}", text, {})
    if isinstance(record, Gold):
        return
    for span in record.spans:
        if span.unsure is not UNSET and "#" not in span.id:
            place = {"start": span.start, "end": span.end, "text": span.text}
            yield from _results(span.unsure, OF_SPAN, span.id, text, place)


def _results(
    note: str, of: Sequence[str], identity: str, text: str, place: dict[str, object]
) -> Iterator[dict[str, object]]:
    given = [(of[0], "choices", {"choices": [UNSURE]})]
    given += [(of[1], "textarea", {"text": [note]})] if note else []
    for control, kind, value in given:
        yield {
            "id": identity,
            "from_name": control,
            "to_name": text,
            "type": kind,
            "origin": "manual",
            "value": {**place, **value},
        }
