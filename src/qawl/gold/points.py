"""The open points that a judge decides by one click each: what can be chosen, and what it changes."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from qawl.agreement.disagreements import (
    arrows_in,
    bare_arrows,
    differ,
    marks_in,
    told_marks,
)
from qawl.agreement.readings import Arrow, Mark, Reading, comparable
from qawl.annotations.clicks import Click, Drawn, Place, Put
from qawl.core.records import Attributes, AttributeValue, Disagreement, Gold
from qawl.gold.vote import Vote


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: who says so (nobody for `none` and `all`), what they say, what it changes."""

    who: tuple[str, ...]
    said: AttributeValue | None
    click: Click
    whole: bool = False
    """Whether it is all that any of them marked."""


@dataclass(frozen=True, slots=True)
class Point:
    """An open point with what can be chosen."""

    of: Disagreement
    options: tuple[Option, ...]


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
        marks = set(chain.from_iterable(side.spans for side in self._every))
        self._crowded = {mark[:3] for mark in marks if mark.copy}
        self._decided = {(each.label, each.start, each.end) for each in gold.spans}
        undecided = {mark[:3] for mark in marks} - (self._decided - self._crowded)
        self._told = told_marks(undecided)
        self._touching = {id(each): self._places_in(each) for each in gold.open}
        self.by_hand = tuple(each for each in gold.open if self._needs_hands(each))
        """What no click decides: the article, and where there are several spans of a label in a place."""
        self._open = [each for each in gold.open if each not in self.by_hand]
        agreed = {
            place
            for each in self._open
            if each.kind == "span" and not differ(each.readings.values())
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

    def _marks(self, each: Disagreement, said: AttributeValue | None) -> list[Place]:
        return marks_in(each, said, self._told)

    def _arrows(self, each: Disagreement, said: AttributeValue | None) -> list[Arrow]:
        return arrows_in(each, said, self._arrows_drawn)

    def _touched(self, each: Disagreement) -> set[Place]:
        """The marks, whoever made them, that a point is about, or whose values or relations."""
        return self._touching[id(each)]

    def _places_in(self, each: Disagreement) -> set[Place]:
        """The same, looked up."""
        if each.kind == "span":
            return {place for said in each.readings.values() for place in self._marks(each, said)}
        found = {(each.label, each.start, each.end)} if each.label else set()
        if each.kind == "relation":
            for said in each.readings.values():
                for arrow in self._arrows(each, said):
                    found |= {_bare(arrow.start), _bare(arrow.end)}
        return found

    def _options(self, each: Disagreement) -> list[Option]:
        """What can be chosen."""
        if each.kind == "attribute":
            return [*self._values(each)]
        one = self._spans if each.kind == "span" else self._relations
        groups = [*_alike(each.readings)]
        found = [one(each, who, said) for who, said in groups]
        if all(said is not None for _, said in groups):
            found.append(one(each, (), None))
        spoken = [said for _, said in groups if said is not None]
        if len(spoken) > 1:
            found.append(self._whole(found))
        return found

    def _comes_along(self, each: Disagreement) -> bool:
        """Whether a relation is decided with the spans at its ends: one is open, and all who could draw
        it drew it."""
        arrows = {arrow for said in each.readings.values() for arrow in self._arrows(each, said)}
        return all(self._unopposed(arrow) for arrow in arrows)

    def _unopposed(self, arrow: Arrow) -> bool:
        if {arrow.start[:3], arrow.end[:3]} <= self._decided:
            return False
        able = [side for side in self._every if {arrow.start[:3], arrow.end[:3]} <= _places(side)]
        return all(_drawn(arrow) in map(_drawn, side.arrows) for side in able)

    def _spans(self, each: Disagreement, who: Sequence[str], said: AttributeValue | None) -> Option:
        places = self._marks(each, said)
        put, along = self._bringing(places)
        drop = tuple(sorted(self._touched(each) - set(places)))
        return Option(tuple(who), said, Click(drop=drop, put=put, along=along))

    def _bringing(self, places: Iterable[Place]) -> tuple[tuple[Put, ...], tuple[Drawn, ...]]:
        """These marks with their values, and the relations that come with them."""
        those = list(places)
        put = tuple(Put(*place, self._shared(place)) for place in those)
        return put, tuple(sorted(self._along(those), key=repr)) if self._every_arrow else ()

    def _shared(self, place: Place) -> Attributes:
        """The attributes on which those carry who made a mark."""
        given = list(self._given(place))
        if not any(given):
            return {}
        names = sorted({name for each in given for name in each})
        values = {name: self._vote.value([each.get(name) for each in given]) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    def _given(self, place: Place) -> Iterator[Attributes]:
        """What each says of each of their marks in a place."""
        for side in self._every:
            if place in self._crowded:
                yield from (span.attributes for mark, span in side.spans.items() if mark[:3] == place)
            elif span := side.spans.get(Mark(*place)):
                yield span.attributes

    def _along(self, put: Iterable[Place]) -> Iterator[Drawn]:
        """The relations at these marks on which nobody differs."""
        there = set(put)
        seen = set()
        for arrow in self._every_arrow:
            if there & {arrow.start[:3], arrow.end[:3]} and self._unopposed(arrow):
                seen.add(_drawn(arrow))
        yield from seen

    def _relations(
        self, each: Disagreement, who: Sequence[str], said: AttributeValue | None
    ) -> Option:
        draw = [_drawn(arrow) for arrow in self._arrows(each, said)]
        every = {
            _drawn(arrow) for one in each.readings.values() for arrow in self._arrows(each, one)
        }
        cut = tuple(sorted(every - set(draw), key=repr))
        put, along = self._bringing(sorted(self._brought & self._touched(each)))
        click = Click(put=put, along=along, cut=cut, draw=tuple(draw))
        return Option(tuple(who), said, click)

    def _values(self, each: Disagreement) -> Iterator[Option]:
        at = (each.label, each.start, each.end) if each.label else None
        put, along = self._bringing(sorted(self._brought & self._touched(each)))
        for who, said in _alike(each.readings):
            click = Click(put=put, along=along, at=at, name=each.name, value=said)
            yield Option(tuple(who), said, click)

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
