"""The words of one language that tell entities, and a text as the rules for entities look at it."""

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import msgspec
import regex

from qawl.suggest.gazetteer import Match
from qawl.suggest.words import Stretch, Word, quoted, words


class Lists(msgspec.Struct, frozen=True):
    """The words of one language that tell entities; forms are without vowel signs, in lower case."""

    numbers: frozenset[str] = frozenset()
    scales: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    unit_adjectives: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    time_words: frozenset[str] = frozenset()
    clock: frozenset[str] = frozenset()
    periods: frozenset[str] = frozenset()
    plain_periods: frozenset[str] = frozenset()
    single_periods: frozenset[str] = frozenset()
    fractions: frozenset[str] = frozenset()
    relative: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    period_heads: frozenset[str] = frozenset()
    period_adjectives: frozenset[str] = frozenset()
    year_heads: frozenset[str] = frozenset()
    year_before: frozenset[str] = frozenset()
    day_parts: frozenset[str] = frozenset()
    percent: frozenset[str] = frozenset()
    ordinals: frozenset[str] = frozenset()
    websites: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    occupations: frozenset[str] = frozenset()
    modifiers: frozenset[str] = frozenset()
    not_offices: frozenset[str] = frozenset()
    no_offices: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    bodies_of_two: frozenset[str] = frozenset()
    offices_of_places: frozenset[str] = frozenset()
    trades: frozenset[str] = frozenset()
    of_trades: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    organisation_heads: frozenset[str] = frozenset()
    organisation_words: frozenset[str] = frozenset()
    organisation_openers: frozenset[str] = frozenset()
    organisations_alone: frozenset[str] = frozenset()
    named_by_a_word: frozenset[str] = frozenset()
    facility_heads: frozenset[str] = frozenset()
    facilities: frozenset[str] = frozenset()
    region_heads: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    compass: frozenset[str] = frozenset()
    places_after: frozenset[str] = frozenset()
    event_heads: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    storms: frozenset[str] = frozenset()
    royals: frozenset[str] = frozenset()
    law_heads: frozenset[str] = frozenset()
    laws: frozenset[str] = frozenset()
    speech_of: frozenset[str] = frozenset()
    streets: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    no_names: frozenset[str] = frozenset()
    not_names: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    function_words: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    adjectives: frozenset[str] = frozenset()
    place_ends: frozenset[str] = frozenset()
    seasons: frozenset[str] = frozenset()
    ranks: frozenset[str] = frozenset()
    of_country: frozenset[str] = frozenset()
    of_news: frozenset[str] = frozenset()
    of_one_word: frozenset[str] = frozenset()
    speaks: frozenset[str] = frozenset()
    of_languages: frozenset[str] = frozenset()
    titles_behind: frozenset[str] = frozenset()
    before_titles: frozenset[str] = frozenset()
    of_countries: frozenset[str] = frozenset()
    of_modifiers: frozenset[str] = frozenset()
    named_after: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    before_places: frozenset[str] = frozenset()
    no_bodies: frozenset[str] = frozenset()
    clubs: frozenset[str] = frozenset()
    before_clubs: frozenset[str] = frozenset()
    more_languages: frozenset[str] = frozenset()
    nisba_posts: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    fathers: frozenset[str] = frozenset()
    players: frozenset[str] = frozenset()
    constructs: frozenset[str] = frozenset()
    contests: frozenset[str] = frozenset()
    contestants: frozenset[str] = frozenset()
    no_complements: frozenset[str] = frozenset()
    weak_heads: frozenset[str] = frozenset()
    bands: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    of_towns: frozenset[str] = frozenset()
    of_clubs: frozenset[str] = frozenset()
    outlets: frozenset[str] = frozenset()
    not_before_nouns: frozenset[str] = frozenset()
    foreign_bodies: frozenset[str] = frozenset()
    common_owners: frozenset[str] = frozenset()
    buildings_of: frozenset[str] = frozenset()
    papers: frozenset[str] = frozenset()
    fighters: frozenset[str] = frozenset()
    of_nations: frozenset[str] = frozenset()
    owned_bodies: frozenset[str] = frozenset()
    pacts: frozenset[str] = frozenset()
    of_forces: frozenset[str] = frozenset()
    kinds_of_bodies: frozenset[str] = frozenset()
    after_kinds: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    post_nominals: frozenset[str] = frozenset()
    posts_behind: frozenset[str] = frozenset()
    posts_for: frozenset[str] = frozenset()
    before_halves: frozenset[str] = frozenset()
    of_halves: frozenset[str] = frozenset()
    before_one: frozenset[str] = frozenset()
    not_one: frozenset[str] = frozenset()
    of_several: frozenset[str] = frozenset()
    definite_numbers: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    before_hours: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    prices: frozenset[str] = frozenset()
    working: frozenset[str] = frozenset()
    of_ordinals: frozenset[str] = frozenset()
    edges: frozenset[str] = frozenset()
    year_parts: frozenset[str] = frozenset()
    before_times: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    lands: frozenset[str] = frozenset()
    club_nouns: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()


@cache
def lists(language: str) -> Lists:
    """The lists of a language; empty ones where Qawl has none."""
    short = language.partition("-")[0].lower()
    given = {**_data("entities.yaml").get(short, {}), **_data("given_names.yaml").get(short, {})}
    if not given:
        return Lists()
    told = {name: frozenset(values) for name, values in given.items()}
    languages = _languages(short) | told.get("more_languages", frozenset())
    return Lists(**told, months=_months(short), languages=languages)


def _data(name: str) -> dict[str, dict[str, list[str]]]:
    raw = files("qawl.suggest").joinpath("data", name).read_bytes()
    return msgspec.yaml.decode(raw, type=dict[str, dict[str, list[str]]])


def _months(short: str) -> frozenset[str]:
    """Names of months in a language and its regions (CLDR), a word each."""
    from babel import Locale  # noqa: PLC0415 - only suggestions need it

    regions = {"ar": ("ar", "ar_LB", "ar_MA", "ar_DZ"), "en": ("en",)}[short]
    names = {
        name
        for region in regions
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
    quoted: list[Stretch]
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

    def near(self, at: int) -> bool:
        """Whether nothing but white space, a slash or a hyphen parts a word from the one before it."""
        if not 0 < at < len(self.every):
            return False
        return not self.text[self.every[at - 1].end : self.every[at].start].strip(" \u00a0/-")

    def beside(self, at: int) -> bool:
        """Whether nothing but a space parts a word from the one before it."""
        return 0 < at < len(self.every) and not self.text[
            self.every[at - 1].end : self.every[at].start
        ].strip(" \u00a0")

    def upper(self, at: int) -> bool:
        """Whether a word begins with a capital letter."""
        return 0 <= at < len(self.every) and self.text[self.every[at].start].isupper()

    def opens(self, at: int) -> bool:
        """Whether a word is the first of a sentence, or of a quotation."""
        if at == 0:
            return True
        gap = self.text[self.every[at - 1].end : self.every[at].start]
        return bool(set(gap) & set('.!?\n“"‘:—–'))


def reading(text: str, language: str) -> Reading:
    """A text made ready for the rules."""
    arabic = language.partition("-")[0].lower() == "ar"
    return Reading(text, _with_numbers(text, words(text)), lists(language), arabic, quoted(text))


def _with_numbers(text: str, every: list[Word]) -> list[Word]:
    """Words in which a number with signs between its digits is one: 8,300, and of بـ15 the 15."""
    found: list[Word] = []
    for each in (_number_alone(text, word) for word in every):
        before = found[-1] if found else None
        grouped = before is not None and text[before.end : each.start] in _GROUPS
        if before and grouped and text[before.end - 1].isdecimal() and text[each.start].isdecimal():
            form = f"{before.form}{text[before.end : each.start]}{each.form}"
            found[-1] = Word(before.start, each.end, form)
        else:
            found.append(each)
    return found


_GROUPS = frozenset(",.٫٬")


def _number_alone(text: str, word: Word) -> Word:
    """A word without the clitics that are written to its digits: بـ15, و45, الـ32."""
    apart = _CLITICS.match(text, word.start, word.end)
    if apart is None or apart.end() == word.start:
        return word
    return Word(apart.end(), word.end, text[apart.end() : word.end])


_CLITICS = regex.compile(r"[وفبلك]{0,2}(?:ال)?\u0640*(?=\p{Nd})")
