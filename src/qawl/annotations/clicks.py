"""What a judge decides by clicks: each choice says itself what it changes, in JSON; nothing is looked up.

A choice that changes nothing leaves its point to what the judge marked in the text.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from qawl.annotations import reading as read
from qawl.annotations.reading import Raw
from qawl.core.records import (
    Annotation,
    AttributeValue,
    Place,
    Relation,
    Span,
    ends,
    relation_order,
    span_order,
    to_json,
)
from qawl.scheme.kinds.registry import value_of


class Put(Struct, frozen=True, array_like=True):
    """A span that is to stand, with its attributes."""

    label: str
    start: int
    end: int
    attributes: Mapping[str, AttributeValue] = {}

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.label, self.start, self.end


class Drawn(Struct, frozen=True, array_like=True):
    """A relation between two places; `both_ways` says that it leads both ways."""

    label: str | None
    start: Place
    end: Place
    both_ways: bool = False


class Click(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a choice changes.

    Spans in the places of `drop` go, those of `put` come. `along` are the relations that come with them,
    if both ends are there. Relations of `cut` go, those of `draw` come. The attribute `name` of the span
    `at` becomes `value` (None: it is not set); without `at` it is one of the article.
    """

    drop: tuple[Place, ...] = ()
    put: tuple[Put, ...] = ()
    along: tuple[Drawn, ...] = ()
    cut: tuple[Drawn, ...] = ()
    draw: tuple[Drawn, ...] = ()
    at: Place | None = None
    name: str | None = None
    value: AttributeValue | None = None


def written(click: Click) -> str:
    """A choice as Label Studio stores it.

    Examples
    --------
    >>> from qawl.annotations.clicks import Click, Put, written
    >>> written(Click(put=(Put("CUE", 0, 3),)))
    '{"put":[["CUE",0,3,{}]]}'
    """
    return to_json(click).decode()


def clicked(results: Iterable[Raw]) -> tuple[list[Click], list[object]]:
    """The choices among the results of points, and what can't be read as one."""
    found: list[Click] = []
    odd: list[object] = []
    for each in results:
        said = value_of(read.value(each))
        for one in said if isinstance(said, list) else [said]:
            click = _read(one)
            if click is None:
                odd.append(one)
            else:
                found.append(click)
    return found, odd


def _read(said: object) -> Click | None:
    if not isinstance(said, str):
        return None
    with suppress(msgspec.MsgspecError, UnicodeError):  # something else made it
        return msgspec.json.decode(said, type=Click)
    return None


def applied(record: Annotation, clicks: Sequence[Click], text: str) -> Annotation:
    """The record as its judge decided it by clicks: spans first, then their values, then relations."""
    if not clicks:
        return record
    spans = _spans(record, clicks, text)
    attributes = dict(record.attributes)
    for each in clicks:
        if each.name is not None:
            those = [attributes] if each.at is None else _at(spans, each.at)
            for one in those:
                _set(one, each.name, each.value)
    return replace(
        record,
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(sorted(_relations(record, clicks, spans), key=relation_order)),
        attributes=attributes,
    )


def _spans(record: Annotation, clicks: Sequence[Click], text: str) -> list[Span]:
    """The spans with those that were clicked; one that the judge marked as well stands once."""
    put = {one.place: one for each in clicks for one in each.put}
    gone = {place for each in clicks for place in each.drop} - put.keys()
    spans = [each for each in record.spans if each.place not in gone]
    there = {each.place for each in spans}
    ids = {each.id for each in record.spans}
    for place, one in put.items():
        if place not in there:
            spans.append(_span(one, text, ids))
    return spans


def _span(one: Put, text: str, taken: Collection[str]) -> Span:
    name = f"p{sha256(to_json(one.place)).hexdigest()[:9]}"
    while name in taken:
        name += "x"
    inside = 0 <= one.start <= one.end
    surface = text[one.start : one.end] if inside else ""
    return Span(name, one.label, one.start, one.end, surface, dict(one.attributes))


def _at(spans: Iterable[Span], place: Place) -> list[dict[str, AttributeValue]]:
    return [each.attributes for each in spans if each.place == place]


def _set(attributes: dict[str, AttributeValue], name: str, value: AttributeValue | None) -> None:
    if value is None:
        attributes.pop(name, None)
    else:
        attributes[name] = value


def _relations(
    record: Annotation, clicks: Sequence[Click], spans: Sequence[Span]
) -> list[Relation]:
    """The relations; those at spans that a click took away go with them."""
    ids = {each.id for each in spans}
    by_place = {each.place: each.id for each in reversed(spans)}
    before = {each.id: each.place for each in record.spans}
    gone = before.keys() - ids
    cut = {_key(one) for each in clicks for one in each.cut}
    kept = [
        each
        for each in record.relations
        if not gone & {each.from_, each.to} and _told(each, before) not in cut
    ]
    places = {each.id: each.place for each in spans}
    known = {_told(each, places) for each in kept}
    for each in clicks:
        for one in (*each.along, *each.draw):
            there = one.start in by_place and one.end in by_place
            if _key(one) not in known and (there or one in each.draw):
                known.add(_key(one))
                kept.append(_relation(one, by_place))
    return kept


def _relation(one: Drawn, by_place: Mapping[Place, str]) -> Relation:
    """A relation; an end that is not there is named by its place, which `qawl validate` then says."""
    start, end = (
        by_place.get(each, f"{each[0]} {each[1]}-{each[2]}") for each in (one.start, one.end)
    )
    return Relation(
        label=one.label, from_=start, to=end, direction="bi" if one.both_ways else UNSET
    )


def _key(one: Drawn) -> tuple[object, ...]:
    """What makes two relations the same one."""
    pair = sorted((one.start, one.end)) if one.both_ways else [one.start, one.end]
    return one.label, *pair, one.both_ways


def _told(each: Relation, places: Mapping[str, Place]) -> tuple[object, ...]:
    start, end = (places.get(one, ("", 0, 0)) for one in ends(each))
    return _key(Drawn(each.label, start, end, each.direction == "bi"))
