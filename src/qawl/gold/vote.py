"""What a rule decides of what annotators say, and what stays open.

Unanimous: what all say. Majority: what more than half of those say who can say it; where that is
nobody, a question is settled only if more than half say nothing of it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Generic, TypeVar

from msgspec import Struct

from qawl.agreement.disagreements import clusters
from qawl.agreement.readings import Arrow, Mark, Reading, Value, comparable
from qawl.core.records import to_json

T = TypeVar("T")


class Decision(Struct, Generic[T], frozen=True):
    """What is decided, and what is open; all else was voted out."""

    decided: frozenset[T]
    open: frozenset[T]


class Vote(Struct, frozen=True):
    """The readings of an article, put to the vote: unanimous, or by majority."""

    every: Sequence[Reading]
    majority: bool

    def marks(self) -> Decision[Mark]:
        """The marks that carry. What overlaps without carrying is one question."""
        of = len(self.every)
        sides = [each.spans.keys() for each in self.every]
        decided = set(sides[0]).intersection(*sides[1:])
        rest = set().union(*sides) - decided
        if not self.majority:
            return Decision(frozenset(decided), frozenset(rest))
        decided |= {mark for mark in rest if self._carries(sum(mark in side for side in sides), of)}
        opened: set[Mark] = set()
        for cluster in clusters(rest - decided):
            speaking = sum(any(mark in each.spans for mark in cluster) for each in self.every)
            if not self._carries(of - speaking, of):
                opened.update(cluster)
        return Decision(frozenset(decided), frozenset(opened))

    def arrows(self, marks: Decision[Mark]) -> Decision[Arrow]:
        """The arrows between decided marks that carry among those who made both marks.

        Nobody decides alone where several annotate: an arrow of the only one who can draw it is open.
        """
        if not any(each.arrows for each in self.every):
            return Decision(frozenset(), frozenset())
        counts = Counter(chain.from_iterable(each.arrows for each in self.every))
        voters = {
            arrow: [each for each in self.every if _can_draw(each, arrow)] for arrow in counts
        }
        decided = {
            arrow
            for arrow, count in counts.items()
            if {arrow.start, arrow.end} <= marks.decided
            and self._carries(count, len(voters[arrow]))
            and (count > 1 or len(self.every) == 1)
        }
        rest = counts.keys() - decided
        standing = marks.decided | marks.open
        opened = {
            arrow
            for arrow in rest
            if {arrow.start, arrow.end} <= standing
            and self._undecided(arrow, voters[arrow], rest, marks)
        }
        return Decision(frozenset(decided), frozenset(opened))

    def _undecided(
        self,
        arrow: Arrow,
        voters: Sequence[Reading],
        rest: Collection[Arrow],
        marks: Decision[Mark],
    ) -> bool:
        """Whether an arrow that does not carry is not voted out: too many drew it or a rival."""
        if not {arrow.start, arrow.end} <= marks.decided:
            return True
        rivals = [each for each in rest if _rivals(each, arrow)]
        speaking = sum(any(rival in each.arrows for rival in rivals) for each in voters)
        return not self._carries(len(voters) - speaking, len(voters))

    def value(self, said: Sequence[Value]) -> Value:
        """The value that carries; None where that is none."""
        told = [comparable(each) for each in said]
        for alike in told:
            if self._carries(told.count(alike), len(told)):
                return _form([each for each, of in zip(said, told, strict=True) if of == alike])
        return None

    def settles(self, said: Iterable[Value]) -> bool:
        """Whether one value, or that there is none, carries."""
        told = [comparable(each) for each in said]
        return any(self._carries(told.count(each), len(told)) for each in set(told))

    def _carries(self, count: int, of: int) -> bool:
        """Whether so many of so many decide."""
        return 2 * count > of if self.majority else count == of


def _form(alike: Sequence[Value]) -> Value:
    """How a value is written that several gave alike, if in another order: as most did, whoever did."""
    first = alike[0]
    if all(each.__class__ is first.__class__ and each == first for each in alike):
        return first
    written = {to_json(each): each for each in alike}
    counts = Counter(map(to_json, alike))
    return written[min(counts, key=lambda each: (-counts[each], each))]


def _can_draw(each: Reading, arrow: Arrow) -> bool:
    return arrow.start in each.spans and arrow.end in each.spans


def _rivals(one: Arrow, other: Arrow) -> bool:
    """Whether two arrows answer one question: they join the same two marks, or are of one label and share
    an end on the same side."""
    ends, others = {one.start, one.end}, {other.start, other.end}
    if ends == others or one.both_ways or other.both_ways:
        return ends == others or (one.label == other.label and bool(ends & others))
    return one.label == other.label and (one.start == other.start or one.end == other.end)
