"""The open points that a judge decides by one click each: what can be chosen, and what it changes."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct

from qawl.agreement.disagreements import (
    arrows_in,
    bare_arrows,
    marks_in,
    told_marks,
)
from qawl.agreement.readings import Arrow, Mark, Reading, comparable
from qawl.annotations.clicks import Click, Drawn, Put
from qawl.core.records import Attributes, AttributeValue, Disagreement, Gold, Place
from qawl.gold.vote import Vote


class Option(Struct, frozen=True):
    """One thing to choose: who says so (nobody for `none` and `all`), what they say, what it changes."""

    who: tuple[str, ...]
    said: AttributeValue | None
    click: Click
    whole: bool = False
    """Whether it is all that any of them marked."""


class Point(Struct, frozen=True):
    """An open point with what can be chosen."""

    of: Disagreement
    options: tuple[Option, ...]


class _Group(Struct, frozen=True):
    """Those who say the same of an open point, and the marks or relations that this names."""

    who: tuple[str, ...]
    said: AttributeValue | None
    marks: Sequence[Place] = ()
    arrows: Sequence[Arrow] = ()


_NOBODY = _Group((), None)


class Points:
    """The open points of a gold record, from the readings of what was submitted.

    Relations of open spans come with the spans if nobody differs on them. A span on which all agree comes
    with what is asked of its values and relations. These are no points of their own.
    """

    def __init__(self, gold: Gold, every: Sequence[Reading], *, majority: bool) -> None:
        self._every = every
        self._vote = Vote(self._every, majority)
        self._arrows_drawn = bare_arrows(self._every)
        self._every_arrow = frozenset(chain.from_iterable(side.arrows for side in self._every))
        self._sides = [(_places(side), {*map(_drawn, side.arrows)}) for side in self._every]
        marks = set(chain.from_iterable(side.spans for side in self._every))
        self._crowded = {mark[:3] for mark in marks if mark.copy}
        self._decided = {each.place for each in gold.spans}
        undecided = {mark[:3] for mark in marks} - (self._decided - self._crowded)
        self._told = told_marks(undecided)
        self._groups = {id(each): [*self._grouped(each)] for each in gold.open}
        self._touching = {id(each): self._places_in(each) for each in gold.open}
        self.by_hand = tuple(each for each in gold.open if self._needs_hands(each))
        """What no click decides: the article, and where there are several spans of a label in a place."""
        self._open = [each for each in gold.open if each not in self.by_hand]
        agreed = {
            place
            for each in self._open
            if each.kind == "span" and len(self._groups[id(each)]) == 1
            for place in self._touched(each)
        }
        self._brought = {
            place
            for each in self._open
            if each.kind == "attribute" or (each.kind == "relation" and not self._comes_along(each))
            for place in agreed & self._touched(each)
        }
        self.clickable = tuple(
            Point(each, tuple(self._options(each))) for each in self._open if self._is_asked(each)
        )
        """What a click decides, in the order of the text."""

    def _needs_hands(self, each: Disagreement) -> bool:
        return each.kind == "article" or bool(self._touched(each) & self._crowded)

    def _is_asked(self, each: Disagreement) -> bool:
        """Whether it is a point of its own."""
        if each.kind == "relation":
            return not self._comes_along(each)
        return each.kind == "attribute" or not self._touched(each) <= self._brought

    def _grouped(self, each: Disagreement) -> "Iterator[_Group]":
        """Who say the same, with what they say, and the marks or relations that it names."""
        for who, said in _alike(each.readings):
            marks = marks_in(each, said, self._told) if each.kind == "span" else []
            arrows = arrows_in(each, said, self._arrows_drawn) if each.kind == "relation" else []
            yield _Group(tuple(who), said, marks, arrows)

    def _arrows(self, each: Disagreement) -> Iterator[Arrow]:
        """The relations that a point is about, whoever drew them."""
        return chain.from_iterable(group.arrows for group in self._groups[id(each)])

    def _touched(self, each: Disagreement) -> set[Place]:
        """The marks, whoever made them, that a point is about, or whose values or relations."""
        return self._touching[id(each)]

    def _places_in(self, each: Disagreement) -> set[Place]:
        """The same, looked up."""
        if each.kind == "span":
            return set(chain.from_iterable(group.marks for group in self._groups[id(each)]))
        found = {(each.label, each.start, each.end)} if each.label else set()
        for arrow in self._arrows(each):
            found |= {_bare(arrow.start), _bare(arrow.end)}
        return found

    def _options(self, each: Disagreement) -> list[Option]:
        """What can be chosen."""
        if each.kind == "attribute":
            return [*self._values(each)]
        one = self._spans if each.kind == "span" else self._relations
        groups = self._groups[id(each)]
        found = [one(each, group) for group in groups]
        spoken = sum(group.said is not None for group in groups)
        if spoken == len(groups):
            found.append(one(each, _NOBODY))
        if spoken > 1:
            found.append(self._whole(found))
        return found

    def _comes_along(self, each: Disagreement) -> bool:
        """Whether a relation is decided with the spans at its ends: one is open, and all who could draw
        it drew it."""
        return all(self._unopposed(arrow) for arrow in set(self._arrows(each)))

    def _unopposed(self, arrow: Arrow) -> bool:
        ends = {arrow.start[:3], arrow.end[:3]}
        if ends <= self._decided:
            return False
        drawn = _drawn(arrow)
        return all(drawn in arrows for places, arrows in self._sides if ends <= places)

    def _spans(self, each: Disagreement, group: "_Group") -> Option:
        put, along = self._bringing(group.marks)
        drop = tuple(sorted(self._touched(each).difference(group.marks)))
        return Option(group.who, group.said, Click(drop=drop, put=put, along=along))

    def _bringing(self, places: Iterable[Place]) -> tuple[tuple[Put, ...], tuple[Drawn, ...]]:
        """These marks with their values, and the relations that come with them."""
        those = list(places)
        put = tuple(Put(*place, self._shared(place)) for place in those)
        return put, tuple(sorted(self._along(those), key=repr)) if self._every_arrow else ()

    def _shared(self, place: Place) -> Attributes:
        """The attributes on which those carry who made a mark."""
        given = self._given(place)
        if not any(given):
            return {}
        names = sorted({name for each in given for name in each})
        values = {name: self._vote.value([each.get(name) for each in given]) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    def _given(self, place: Place) -> list[Attributes]:
        """What each says of each of their marks in a place."""
        if place not in self._crowded:
            mark = Mark(*place)
            return [side.spans[mark].attributes for side in self._every if mark in side.spans]
        return [
            span.attributes
            for side in self._every
            for mark, span in side.spans.items()
            if mark[:3] == place
        ]

    def _along(self, put: Iterable[Place]) -> Iterator[Drawn]:
        """The relations at these marks on which nobody differs."""
        there = set(put)
        seen = set()
        for arrow in self._every_arrow:
            if there & {arrow.start[:3], arrow.end[:3]} and self._unopposed(arrow):
                seen.add(_drawn(arrow))
        yield from seen

    def _relations(self, each: Disagreement, group: "_Group") -> Option:
        draw = [_drawn(arrow) for arrow in group.arrows]
        every = {_drawn(arrow) for arrow in self._arrows(each)}
        cut = tuple(sorted(every - set(draw), key=repr))
        put, along = self._bringing(sorted(self._brought & self._touched(each)))
        click = Click(put=put, along=along, cut=cut, draw=tuple(draw))
        return Option(group.who, group.said, click)

    def _values(self, each: Disagreement) -> Iterator[Option]:
        at = (each.label, each.start, each.end) if each.label else None
        put, along = self._bringing(sorted(self._brought & self._touched(each)))
        for group in self._groups[id(each)]:
            click = Click(put=put, along=along, at=at, name=each.name, value=group.said)
            yield Option(group.who, group.said, click)

    def _whole(self, found: Sequence[Option]) -> Option:
        """All that any of them marked or drew."""
        put = {one.place: one for each in found for one in each.click.put}
        along = {one for each in found for one in each.click.along}
        draw = dict.fromkeys(one for each in found for one in each.click.draw)
        click = Click(
            put=tuple(put.values()), along=tuple(sorted(along, key=repr)), draw=tuple(draw)
        )
        return Option((), None, click, whole=True)


def _alike(
    told: Mapping[str, AttributeValue | None],
) -> Iterator[tuple[list[str], AttributeValue | None]]:
    """Who say the same, with what they say."""
    groups: dict[Hashable, tuple[list[str], AttributeValue | None]] = {}
    for who, said in told.items():
        groups.setdefault(comparable(said), ([], said))[0].append(who)
    yield from groups.values()


def _places(side: Reading) -> set[Place]:
    return {mark[:3] for mark in side.spans}


def _drawn(arrow: Arrow) -> Drawn:
    return Drawn(arrow.label, _bare(arrow.start), _bare(arrow.end), arrow.both_ways)


def _bare(mark: Mark) -> Place:
    return mark.label, mark.start, mark.end
