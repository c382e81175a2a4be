"""Where annotators of one article differ: spans, attributes and relations, side by side."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from qawl.agreement.readings import Arrow, Mark, Reading, Value, comparable, text_order
from qawl.core.records import Attributes, AttributeValue, Disagreement, Place
from qawl.core.text import CLOSING, OPENING

T = TypeVar("T")

BETWEEN = " | "
"""Stands between the names of a disagreement that is about several labels or relations."""

LONGEST = 60
"""Code points of a surface that are shown."""

_MARK = re.compile(r"(?P<way>(?:.* )?[→←↔] )?(?P<label>.*) (?P<start>\d+)-(?P<end>\d+)", re.DOTALL)
"""What is written of a mark: its label and its place, behind the arrow that leads there."""


def readable(said: str, called: Callable[[str], str], text: str) -> str:
    """A reading for people: names as they are `called`, the words of the text in place of offsets."""
    found = _MARK.fullmatch(said)
    if not found:
        return called(said)
    way = "".join(f"{called(each)} " for each in (found["way"] or "").split())
    surface = quoted(text[int(found["start"]) : int(found["end"])])
    return f"{way}{called(found['label'])} {surface}"


def told_marks(places: Iterable[Place]) -> dict[str, Place]:
    """Marks by what is written of each."""
    return {f"{label} {start}-{end}": (label, start, end) for label, start, end in places}


def marks_in(point: Disagreement, said: Value, known: Mapping[str, Place]) -> list[Place]:
    """The marks in a reading of spans, of those that are known."""
    if said is None:
        return []
    if said == point.label:
        alone = known.get(f"{point.label} {point.start}-{point.end}")
        if alone is not None:
            return [alone]
    return [known[each] for each in _listed(said) if each in known]


def bare_arrows(every: Iterable[Reading]) -> list[Arrow]:
    """The arrows of these annotators, whichever copies of marks they join, in order."""
    return sorted({_bare(arrow) for each in every for arrow in each.arrows}, key=_arrow_order)


def arrows_in(point: Disagreement, said: Value, arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows in a reading of relations, of those that are given."""
    at = Mark(point.label, point.start, point.end)
    known = {}
    for arrow in arrows:
        if at in (arrow.start, arrow.end):
            for named in [True, False] if (arrow.label or "?") == point.name else [True]:
                known[_way(arrow, at, named)] = arrow
    return [known[each] for each in _listed(said) if each in known]


def _bare(arrow: Arrow) -> Arrow:
    return arrow._replace(start=Mark(*arrow.start[:3]), end=Mark(*arrow.end[:3]))


def _listed(said: Value) -> list[str]:
    return [each for each in (said if isinstance(said, list) else [said]) if isinstance(each, str)]


def shortened(text: str) -> str:
    """A surface on one line, cut short."""
    shown = " ".join(text.split())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}…"


def quoted(text: str) -> str:
    """A surface on one line, cut short, in quotation marks: its own, if it stands in a pair."""
    shown, (first, last) = shortened(text), (text[:1], text[-1:])
    if first in OPENING and last in CLOSING and text.find(last, 1) == len(text) - 1:
        return shown if shown.endswith(last) else shown + last
    return f"«{shown}»"


def find(every: Sequence[Reading]) -> list[Disagreement]:
    """What the annotations of an article don't agree on, in the order of the text."""
    return in_order(
        [
            *spans(every, not_common([each.spans for each in every])),
            *attributes(every, {mark for each in every for mark in each.spans}),
            *relations(every, not_common([each.arrows for each in every])),
            *document(every),
        ]
    )


def not_common(sides: Sequence[Collection[T]]) -> set[T]:
    """What some sides have and not all."""
    every = [set(each) for each in sides]
    return {each for side in every for each in side if not all(each in other for other in every)}


def in_order(found: Iterable[Disagreement]) -> list[Disagreement]:
    """Disagreements in the order of the text, each place once."""
    ordered = sorted(
        found, key=lambda each: (each.start, -each.end, each.kind, each.label, each.name or "")
    )
    return [each for each, _ in groupby(ordered)]


def clusters(marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """Marks in groups that a chain of overlaps joins, in the order of the text."""
    cluster: list[Mark] = []
    reach = 0
    for mark in sorted(marks, key=text_order):
        if cluster and mark.start >= reach:
            yield cluster
            cluster = []
        cluster.append(mark)
        end = max(mark.end, mark.start + 1)
        reach = max(reach, end) if len(cluster) > 1 else end
    if cluster:
        yield cluster


def spans(every: Sequence[Reading], marks: Iterable[Mark]) -> Iterator[Disagreement]:
    """One for each cluster of these marks: what each annotator marked there.

    A reading is the label where the cluster is one place, else the labels with their places.
    """
    for cluster in clusters(marks):
        first = cluster[0]
        alone = len(cluster) == 1
        said: dict[str, list[str]] = {
            each.annotator: [
                mark.label if alone else _told(mark) for mark in cluster if mark in each.spans
            ]
            for each in every
        }
        yield Disagreement(
            kind="span",
            start=first.start,
            end=max(mark.end for mark in cluster),
            label=BETWEEN.join(sorted({mark.label for mark in cluster})),
            readings={who: _value(marked) for who, marked in said.items()},
        )


def _told(mark: Mark) -> str:
    return f"{mark.label} {mark.start}-{mark.end}"


def _value(said: list[str]) -> Value:
    """One thing as itself, several as a list, nothing as None."""
    return said if len(said) > 1 else next(iter(said), None)


def attributes(every: Sequence[Reading], marks: Iterable[Mark]) -> Iterator[Disagreement]:
    """The attributes on which those differ who made these marks."""
    for mark in marks:
        given = {
            each.annotator: each.spans[mark].attributes for each in every if mark in each.spans
        }
        for name, said in _differing(given):
            yield Disagreement(
                kind="attribute",
                start=mark.start,
                end=mark.end,
                label=mark.label,
                name=name,
                readings=said,
            )


def document(every: Sequence[Reading]) -> Iterator[Disagreement]:
    """The attributes of the article on which annotators differ."""
    for name, said in _differing({each.annotator: each.attributes for each in every}):
        yield Disagreement(kind="attribute", start=0, end=0, label="", name=name, readings=said)


def _differing(given: dict[str, Attributes]) -> Iterator[tuple[str, dict[str, Value]]]:
    """(attribute, what each says) of those that not all set alike."""
    for name in sorted({name for each in given.values() for name in each}):
        said: dict[str, Value] = {who: each.get(name) for who, each in given.items()}
        if differ(said.values()):
            yield name, said


def relations(every: Sequence[Reading], arrows: Iterable[Arrow]) -> Iterator[Disagreement]:
    """One for each two marks that these arrows join: which of them each annotator drew.

    It stands at the start of the arrows; where they lead both ways or back, at what comes first in the
    text. A reading tells the way and the other end, where several relations are meant also which.
    """
    by_ends: dict[frozenset[Mark], list[Arrow]] = {}
    for arrow in sorted(arrows, key=_arrow_order):
        by_ends.setdefault(frozenset((arrow.start, arrow.end)), []).append(arrow)
    for group in by_ends.values():
        at = _stands_at(group)
        names = sorted({arrow.label or "?" for arrow in group})
        yield Disagreement(
            kind="relation",
            start=at.start,
            end=at.end,
            label=at.label,
            name=BETWEEN.join(names),
            readings={
                each.annotator: _value(
                    [_way(arrow, at, len(names) > 1) for arrow in group if arrow in each.arrows]
                )
                for each in every
            },
        )


def _arrow_order(arrow: Arrow) -> tuple[object, ...]:
    return text_order(arrow.start), text_order(arrow.end), arrow.label or "", arrow.both_ways


def _stands_at(arrows: Sequence[Arrow]) -> Mark:
    starts = {arrow.start for arrow in arrows}
    return min(starts, key=text_order)


def _way(arrow: Arrow, at: Mark, named: bool) -> str:
    """An arrow as it is seen from one of its ends."""
    away = arrow.start == at
    other = arrow.end if away else arrow.start
    way = "↔" if arrow.both_ways else "→" if away else "←"
    name = f"{arrow.label or '?'} " if named else ""
    return f"{name}{way} {_told(other)}"


def differ(said: Iterable[AttributeValue | None]) -> bool:
    """Whether not all say the same; several choices are a set."""
    return len({comparable(each) for each in said}) > 1
