"""Entities by rule and by name: amounts, dates, places, titles and the persons behind them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from qawl.suggest import arabic_names, english_names
from qawl.suggest.amounts import amounts
from qawl.suggest.gazetteer import Gazetteer, Match, places
from qawl.suggest.lists import Reading, reading
from qawl.suggest.sentences import Quote


def entities(
    text: str,
    language: str,
    known: Gazetteer,
    quotes: Sequence[Quote],
    *,
    what: Callable[[str], str] = str,
) -> list[Match]:
    """The entities of a text, by what they are (`person`, `place`, …; see `contradictions.FINDS`).

    `known` are names that annotators marked in other articles, `what` says what their labels are for.
    Of two that overlap the longer one stays, or both where one lies in the other with another label.
    """
    read = reading(text, language)
    short = language.partition("-")[0].lower()
    found = [*amounts(read)] if read.lists.numbers else []
    marked = known.find(text, read.every, arabic=read.arabic)
    named = [Match(what(each.label), each.start, each.end) for each in marked]
    if read.lists.ordinals:  # the rules tell ordinals from months: كانون الأول
        named = [each for each in named if each.label != "ordinal"]
    listed = [*places(language).find(text, read.every, arabic=read.arabic)]
    named += _without_parts(each for each in listed if not _is_word(read, each))
    named = [_tanwin(text, each) for each in named if read.arabic or _is_name(text, each)]
    found += named
    by_words = {"ar": arabic_names.names, "en": english_names.names}.get(short)
    if by_words is not None:
        told = [*by_words(read, quotes)]
        # Of a place that is a club, and of a people that is a language, the words around them tell.
        sure = {(m.start, m.end) for m in told if m.label in {"language", "organisation"}}
        found = [each for each in found if (each.start, each.end) not in sure]
        # A name that is known as something else is no person because it is quoted.
        taken = {(each.start, each.end) for each in named} - sure
        found += [each for each in told if (each.start, each.end) not in taken]
    found = _without_first_words(text, found)
    sources = {q.source.end: q.source.start for q in quotes if q.source is not None}
    return _settled([_speaking(each, sources) for each in found])


def _without_parts(listed: Iterable[Match]) -> Iterator[Match]:
    """Names in order without places in a longer one: no السعودية of المملكة العربية السعودية."""
    end = 0
    for each in listed:
        if each.label != "place" or each.end > end:
            yield each
        if each.label == "place":
            end = max(end, each.end)


_NOT_BEFORE_NAMES = frozenset(("الذي", "التي", "لم", "لن", "القوة"))
"""Words behind which a name of a place is another word: التي ينبع منها, القوة القاهرة."""


def _is_word(read: Reading, match: Match) -> bool:
    """Whether the words before a place tell that it is none."""
    at = read.inside(match.start, match.end)[:1]
    before = read.form(at[0] - 1) if at and read.near(at[0]) else ""
    sea = match.label == "nationality" and before in {"بحر", "شط", "جزيرة"}  # بحر العرب
    return sea or before in _NOT_BEFORE_NAMES


def _without_first_words(text: str, found: list[Match]) -> list[Match]:
    """Without regions that are the first word of a body's name: Pacific Press."""
    bodies: dict[int, int] = {}
    for each in found:
        if each.label == "organisation":
            bodies[each.start] = max(each.end, bodies.get(each.start, 0))
    return [
        each
        for each in found
        if each.label != "region"
        or each.end >= bodies.get(each.start, each.end)
        or " " in text[each.start : each.end]
    ]


def _speaking(match: Match, sources: Mapping[int, int]) -> Match:
    """A building that says something is a body: the museum announced. `sources`: end → start."""
    if match.label == "facility" and sources.get(match.end, match.end) <= match.start:
        return Match("organisation", match.start, match.end)
    return match


def _tanwin(text: str, match: Match) -> Match:
    """An adjective in the accusative, which but for its sign is a country: مدنيًا سوريًا."""
    accusative = match.label == "place" and "\u064b" in text[match.end - 2 : match.end]
    return Match("nationality", match.start, match.end) if accusative else match


def _is_name(text: str, match: Match) -> bool:
    """Whether a name stands with a capital letter, as names in Latin script do."""
    first = text[match.start]
    return not first.islower()


_RANK = (
    "person",
    "law",
    "event",
    "organisation",
    "place",
    "region",
    "facility",
    "date",
    "money",
    "percent",
    "quantity",
    "time",
    "office",
)
_NESTS = {
    ("money", "currency"),
    ("quantity", "unit"),
    ("office", "nationality"),
    ("office", "organisation"),
    ("date", "ordinal"),
    ("time", "date"),
    ("time", "ordinal"),
    ("office", "place"),
    ("office", "region"),
    ("facility", "region"),
    ("event", "date"),
    ("organisation", "nationality"),
    ("organisation", "place"),
    ("organisation", "region"),
    ("organisation", "facility"),
    ("region", "place"),
    ("region", "nationality"),
    ("facility", "place"),
    ("facility", "person"),
    ("event", "place"),
    ("event", "region"),
    ("event", "nationality"),
    ("law", "place"),
    ("law", "date"),
    ("place", "place"),
}


def _settled(found: list[Match]) -> list[Match]:
    """Without those that cross another, or lie in one of a label that holds none of theirs."""
    starts: list[int] = []
    kept: list[Match] = []
    ordered = sorted(set(found), key=lambda m: (m.start - m.end, _rank(m.label), m.start, m.label))
    longest = ordered[0].end - ordered[0].start if ordered else 0
    for each in ordered:
        low, high = (bisect_left(starts, at) for at in (each.start - longest, each.end))
        if all(
            m.start <= each.start and each.end <= m.end and (m.label, each.label) in _NESTS
            for m in kept[low:high]
            if each.start < m.end
        ):
            at = bisect_left(starts, each.start)
            starts.insert(at, each.start)
            kept.insert(at, each)
    return sorted(kept, key=lambda m: (m.start, -m.end))


def _rank(label: str) -> int:
    return _RANK.index(label) if label in _RANK else len(_RANK)
