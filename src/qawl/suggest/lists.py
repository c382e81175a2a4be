"""The words of one language that tell entities, and a text as the rules for entities look at it."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

import msgspec
import regex

from qawl.suggest.gazetteer import Match
from qawl.suggest.words import Stretch, Word, data, quoted, words


class Lists:
    """The lists of one language by their names in data/; forms are without vowel signs, in lower case.

    A list that other languages alone have is empty.
    """

    def __init__(self, named: Mapping[str, frozenset[str]]) -> None:
        self.__dict__.update(named)

    def __getattr__(self, name: str) -> frozenset[str]:
        """Comes for names alone that no language has; tells the types of all others."""
        raise AttributeError(name)


@cache
def lists(language: str) -> Lists:
    """The lists of a language; empty ones where Qawl has none."""
    short = language.partition("-")[0].lower()
    found = {"months": frozenset[str](), "languages": frozenset[str]()}
    found |= named(short, *map(_data, ("entities.yaml", "given_names.yaml")))
    if short in _REGIONS:
        found["months"] = _months(short)
        found["languages"] = _languages(short) | found["more_languages"]
    return Lists(found)


def named(
    language: str, *files: Mapping[str, Mapping[str, Iterable[str]]]
) -> dict[str, frozenset[str]]:
    """The lists of one language in files of several, by name."""
    return {
        name: frozenset(file.get(language, {}).get(name, ()))
        for file in files
        for name in chain.from_iterable(file.values())
    }


def _data(name: str) -> dict[str, dict[str, list[str]]]:
    return msgspec.yaml.decode(data(name), type=dict[str, dict[str, list[str]]])


_REGIONS = {"ar": ("ar", "ar_LB", "ar_MA", "ar_DZ"), "en": ("en",)}
"""The languages that have lists, each with the regions whose names of months count."""


def _months(short: str) -> frozenset[str]:
    """Names of months in a language and its regions (CLDR), a word each."""
    from babel import Locale  # noqa: PLC0415 - only suggestions need it

    names = {
        name
        for region in _REGIONS[short]
        for width in (("wide", "abbreviated") if short == "en" else ("wide",))
        for name in Locale.parse(region).months["format"][width].values()
    }
    found = {word.form for name in names for word in words(name)}
    return frozenset(found - {"may", "الأول", "الثاني"} | ({"may"} if short == "en" else set()))


def _languages(short: str) -> frozenset[str]:
    """Names of languages that are one word (CLDR)."""
    from babel import Locale  # noqa: PLC0415 - only suggestions need it

    found = (words(name) for name in Locale(short).languages.values())
    return frozenset(each[0].form for each in found if len(each) == 1)


BEFORE_MONTHS = frozenset(("in", "since", "until", "by", "last", "next", "of", "from", "to"))
"""English words after which `May` and `March` are months."""


@dataclass(slots=True)
class Reading:
    """A text with its words, and the lists of its language."""

    text: str
    every: list[Word]
    lists: Lists
    arabic: bool
    quoted: Sequence[Stretch]
    counted: dict[int, bool] = field(default_factory=dict)
    """Number of a word → whether a number begins there, of the words that were looked at."""
    _forms: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        """Forms by number: they are asked for more often than anything else."""
        self._forms = {n: each.form for n, each in enumerate(self.every)}

    def inside(self, start: int, end: int) -> list[int]:
        """The numbers of the words that begin in a stretch."""
        low, high = (bisect_left(self.every, at, key=lambda w: w.start) for at in (start, end))
        return list(range(low, high))

    def words_of(self, match: Match) -> list[int]:
        """The numbers of the words of a name."""
        return self.inside(match.start, match.end)

    def mark_behind(self, position: int) -> Stretch | None:
        """The first quoted stretch that begins at a position or behind it."""
        at = bisect_left(self.quoted, position, key=lambda each: each.start)
        return self.quoted[at] if at < len(self.quoted) else None

    def form(self, at: int) -> str:
        """The form of a word by its number; empty beyond the text."""
        return self._forms.get(at, "")

    def gap(self, at: int) -> str:
        """What stands between a word and the one before it; empty beyond the text."""
        inside = 0 < at < len(self.every)
        return self.text[self.every[at - 1].end : self.every[at].start] if inside else ""

    def near(self, at: int) -> bool:
        """Whether nothing but white space, a slash or a hyphen parts a word from the one before it."""
        return 0 < at < len(self.every) and not self.gap(at).strip(" \u00a0/-")

    def beside(self, at: int) -> bool:
        """Whether nothing but a space parts a word from the one before it."""
        return 0 < at < len(self.every) and not self.gap(at).strip(" \u00a0")

    def closes(self, at: int, *signs: str) -> bool:
        """Whether one of these signs stands right behind a word."""
        return self.text.startswith(signs, self.every[at].end)

    def upper(self, at: int) -> bool:
        """Whether a word begins with a capital letter."""
        return 0 <= at < len(self.every) and self.text[self.every[at].start].isupper()

    def opens(self, at: int) -> bool:
        """Whether a word is the first of a sentence, or of a quotation."""
        return at == 0 or bool(set(self.gap(at)) & set('.!?\n“"‘:—–'))


def reading(text: str, language: str) -> Reading:
    """A text made ready for the rules."""
    arabic = language.partition("-")[0].lower() == "ar"
    return Reading(text, _with_numbers(text, words(text)), lists(language), arabic, quoted(text))


def _with_numbers(text: str, every: Sequence[Word]) -> list[Word]:
    """Words in which a number with signs between its digits is one: 8,300, and of بـ15 the 15."""
    found: list[Word] = []
    for word in every:
        each = _number_alone(text, word) if text[word.start] in _BEFORE_DIGITS else word
        found.append(each)
        if len(found) > 1 and text[each.start].isdecimal():
            before = found[-2]
            sign = text[before.end : each.start]
            if sign in _GROUPS and text[before.end - 1].isdecimal():
                found[-2:] = [Word(before.start, each.end, f"{before.form}{sign}{each.form}")]
    return found


_GROUPS = frozenset(",.٫٬")


def _number_alone(text: str, word: Word) -> Word:
    """A word without the clitics that are written to its digits: بـ15, و45, الـ32."""
    apart = _CLITICS.match(text, word.start, word.end)
    if apart is None or apart.end() == word.start:
        return word
    return Word(apart.end(), word.end, text[apart.end() : word.end])


_BEFORE_DIGITS = frozenset("وفبلكا\u0640")
_CLITICS = regex.compile(r"[وفبلك]{0,2}(?:ال)?\u0640*(?=\p{Nd})")
