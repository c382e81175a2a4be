"""Entities by rule and by name: amounts, dates, places, titles and the persons behind them."""

from collections.abc import Sequence

from qawl.suggest import arabic_names, english_names
from qawl.suggest.amounts import amounts
from qawl.suggest.gazetteer import Gazetteer, Match, places
from qawl.suggest.lists import reading
from qawl.suggest.sentences import Quote


def entities(text: str, language: str, known: Gazetteer, quotes: Sequence[Quote]) -> list[Match]:
    """The entities of a text, by what they are (`person`, `place`, …; see `qawl.scheme.scheme.FINDS`).

    `known` are names that annotators marked in other articles.
    Of two that overlap the longer one stays, or both where one lies in the other with another label.
    """
    read = reading(text, language)
    short = language.partition("-")[0].lower()
    found = [*amounts(read)] if read.lists.numbers else []
    named = [*known.find(text, read.every, arabic=read.arabic)]
    named += places(language).find(text, read.every, arabic=read.arabic)
    named = [each for each in named if read.arabic or _is_name(text, each)]
    found += named
    by_words = {"ar": arabic_names.names, "en": english_names.names}.get(short)
    if by_words is not None:
        # A name that is known as something else is no person because it is quoted.
        taken = {(each.start, each.end) for each in named}
        found += [each for each in by_words(read, quotes) if (each.start, each.end) not in taken]
    return _settled([_speaking(each, quotes) for each in found])


def _speaking(match: Match, quotes: Sequence[Quote]) -> Match:
    """A building that says something is a body: the museum announced."""
    if match.label == "facility" and any(
        each.source is not None
        and each.source.start <= match.start
        and match.end == each.source.end
        for each in quotes
    ):
        return Match("organisation", match.start, match.end)
    return match


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
    ("office", "place"),
    ("organisation", "nationality"),
    ("organisation", "place"),
    ("organisation", "region"),
    ("organisation", "facility"),
    ("region", "place"),
    ("facility", "place"),
    ("event", "place"),
    ("event", "region"),
    ("event", "nationality"),
    ("law", "place"),
}


def _settled(found: list[Match]) -> list[Match]:
    """Without those that cross another, or lie in one of a label that holds none of theirs."""
    kept: list[Match] = []
    for each in sorted(set(found), key=lambda m: (m.start - m.end, _rank(m.label), m.start)):
        over = [m for m in kept if m.start < each.end and each.start < m.end]
        if all(
            m.start <= each.start and each.end <= m.end and (m.label, each.label) in _NESTS
            for m in over
        ):
            kept.append(each)
    return sorted(kept, key=lambda m: (m.start, -m.end))


def _rank(label: str) -> int:
    return _RANK.index(label) if label in _RANK else len(_RANK)
