"""Names that are known: countries, organisations, large cities, and what annotators marked elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property, lru_cache

import msgspec

from qawl.suggest.words import Word, behind, data, words

LONGEST = 8
"""Words of the longest name that is looked for."""
SURE = 0.8
"""Share of a name's mentions that must have one label for the name to be suggested with it."""
PROCLITICS = ("و", "ف", "ب", "ل", "ك")

Key = tuple[str, ...]
Counts = dict[Key, Counter[str]]


class Match(msgspec.Struct, frozen=True, gc=False):
    """A name found in a text."""

    label: str
    start: int
    end: int


class Gazetteer(msgspec.Struct, frozen=True, dict=True):
    """Names by their words → label."""

    names: Mapping[Key, str]

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """Words of the longest name by its first word."""
        found: dict[str, int] = {}
        for name in self.names:
            found[name[0]] = max(found.get(name[0], 0), len(name))
        return found

    def find(self, text: str, every: list[Word], *, arabic: bool) -> Iterator[Match]:
        """Every name in a text, the longest at each place, without clitics that stand apart (C1)."""
        if not self.names:
            return
        forms, sizes = [each.form for each in every], self._sizes
        for at, form in enumerate(forms):
            for lead, first in _readings(form) if arabic else ((0, form),):
                most = sizes.get(first) or sizes.get(bare(first))
                if most and (found := self._longest(first, most, forms, at, text, every)):
                    last, label = found
                    end = every[last].end - len(_POSSESSIVE[0]) * self._is_possessive(
                        forms, at, last
                    )
                    end += "." in text[every[at].start : end] and text[end : end + 1] == "."  # U.S.
                    yield Match(label, behind(text, every[at], lead), end)
                    break

    def _is_possessive(self, forms: list[str], at: int, last: int) -> bool:
        """Whether an 's stands behind a name that has none."""
        return forms[last].endswith(_POSSESSIVE) and tuple(forms[at : last + 1]) not in self.names

    def _longest(
        self, first: str, most: int, forms: list[str], at: int, text: str, every: list[Word]
    ) -> tuple[int, str] | None:
        for size in range(min(LONGEST, len(forms) - at, most), 0, -1):
            name = (first, *forms[at + 1 : at + size])
            label = self.names.get(name)
            if label is None and name[-1].endswith(_POSSESSIVE):
                label = self.names.get((*name[:-1], bare(name[-1])))
            last = at + size - 1
            if label and not _broken(text, every, at, last):
                return last, label
        return None


_POSSESSIVE = ("'s", "’s")


def bare(form: str) -> str:
    """A form without the 's behind it."""
    return form[:-2] if form.endswith(_POSSESSIVE) else form


def _broken(text: str, every: list[Word], first: int, last: int) -> bool:
    """Whether a sentence ends between the words of a name."""
    return any(
        set(text[every[n].end : every[n + 1].start]) & set('.،,؛;:!؟?\n()«»“”"')
        for n in range(first, last)
    )


@lru_cache(maxsize=50_000)
def _readings(form: str) -> tuple[tuple[int, str], ...]:
    """(letters left out, form) of an Arabic word: as it stands, then without clitics.

    Of للدنمارك the name is الدنمارك, but nothing is left out: what remains is no spelling of its own.
    """
    return ((0, form), *_without_clitics(form))


def _without_clitics(form: str) -> Iterator[tuple[int, str]]:
    for lead in (1, 2):
        head, rest = form[:lead], form[lead:]
        if len(rest) > 2 and all(each in PROCLITICS for each in head):
            yield lead, rest
    for lead in (0, 1):
        if form[lead:].startswith("لل") and (lead == 0 or form[:1] in PROCLITICS) and len(form) > 4:
            yield lead, f"ال{form[lead + 2 :]}"


def key(surface: str) -> Key:
    """A surface as what it is found by."""
    return tuple(each.form for each in words(surface))


def learned(mentions: Iterable[tuple[str, str]]) -> Gazetteer:
    """The gazetteer of (label, surface) that annotators marked; a surface of several labels is left out.

    A short lower-case or number-like surface is no name.
    """
    return Gazetteer(_sure(_counted(mentions)))


class Learned:
    """Names that annotators marked, for each article without those that only it holds.

    They are counted once: to count them anew for each article takes time as the square of the articles.
    """

    def __init__(self, mentions: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """`mentions`: article, or group of articles → (label, surface)."""
        self._own = {whose: _counted(marked) for whose, marked in mentions.items()}
        self._counts: Counts = defaultdict(Counter)
        for own in self._own.values():
            for each, labels in own.items():
                self._counts[each].update(labels)
        self._all = Gazetteer(_sure(self._counts))

    def beside(self, whose: str) -> Gazetteer:
        """The names that are marked in other articles than this one."""
        own = self._own.get(whose)
        if not own:
            return self._all
        names = {each: label for each, label in self._all.names.items() if each not in own}
        left = {each: self._counts[each] - labels for each, labels in own.items()}
        return Gazetteer(names | _sure(left))


def _counted(mentions: Iterable[tuple[str, str]]) -> Counts:
    """How often a name is marked with each label."""
    counts: Counts = defaultdict(Counter)
    for label, surface in mentions:
        if _is_name(surface) and (name := key(surface)):
            counts[name][label] += 1
    return counts


def _sure(counts: Mapping[Key, Counter[str]]) -> dict[Key, str]:
    """The names that nearly always have one label."""
    names = {}
    for each, labels in counts.items():
        label, count = max(labels.items(), key=lambda one: one[1], default=("", 0))
        if count and count / labels.total() >= SURE:
            names[each] = label
    return names


def _is_name(surface: str) -> bool:
    letters = [each for each in surface if each.isalpha()]
    if len(letters) < 3 or any(each.isdigit() for each in surface):
        return False
    return not surface.isascii() or any(each.isupper() for each in surface)


@cache
def places(language: str) -> Gazetteer:
    """Countries (CLDR), cities and Arab towns (GeoNames) in a language, as places."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - only suggestions need it

    short = language.partition("-")[0].lower()
    territories: dict[str, str] = {}
    with suppress(UnknownLocaleError, ValueError):
        territories = dict(Locale(short).territories)
    people = [name for code, name in territories.items() if code.isalpha()]
    capitals: list[str] = []
    with suppress(UnknownLocaleError, ValueError):
        zones = Locale(short).time_zones.items()
        capitals = [z["city"] for name, z in zones if "city" in z]
    named = [
        name for code, name in territories.items() if code.isalpha() and code not in _NO_PLACES
    ]
    lines = data("places.txt").decode().splitlines()
    named += [line for line in lines if line and not line.startswith("#")]
    named += capitals
    extra = _extra().get(short, {})
    named += extra.get("places", ())
    common = {*extra.get("words", ()), *_days_and_months(short)}
    keys = (key(name) for name in named)
    found = {
        each: "place"
        for each in keys
        if each and not (len(each) == 1 and (len(each[0]) < 3 or each[0] in common))
    }
    found |= {
        key(territories[code]): "organisation" for code in ("EU", "UN") if code in territories
    }
    found |= {key(name): "organisation" for name in extra.get("organisations", ())}
    found |= {key(name): "date" for name in extra.get("holidays", ())}
    regions = [name for code, name in territories.items() if code in _REGIONS]
    for kind, names in (("facility", "facilities"), ("event", "events"), ("law", "laws")):
        found |= {key(name): kind for name in extra.get(names, ())}
    found |= {
        key(name): "region"
        for name in (*regions, *extra.get("seas_and_lands", ()), *extra.get("regions", ()))
    }
    return Gazetteer(
        found
        | {
            each: "nationality"
            for each in _nationalities(short, people, extra)
            if each not in found
        }
    )


_REGIONS = frozenset(("002", "003", "005", "009", "013", "019", "029", "142", "150", "419"))
"""Continents and the like in CLDR."""
_NO_PLACES = frozenset(("ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"))


def _days_and_months(short: str) -> set[str]:
    """The names of days and months (CLDR), which a city may have too: دوشنبه is Monday, and Dushanbe."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - only suggestions need it

    with suppress(UnknownLocaleError, ValueError):
        locale = Locale(short)
        widths = [*locale.days.values(), *locale.months.values()]
        every = (name for each in widths for names in each.values() for name in names.values())
        return {found[0] for name in every if len(found := key(name)) == 1}
    return set()


def _nationalities(
    short: str, named: Iterable[str], extra: Mapping[str, list[str]]
) -> Iterator[Key]:
    """Adjectives of nationality: given for English, in Arabic made from the names of countries."""
    yield from (key(each) for each in extra.get("nationalities", ()))
    if short != "ar":
        return
    for name in (*named, *extra.get("peoples", ())):
        stem = _stem(name)
        if stem is not None:
            for ending in ("ي", "ية", "يون", "يين", "يا"):
                yield (f"{stem}{ending}",)
                yield (f"ال{stem}{ending}",)


def _stem(name: str) -> str | None:
    """What an Arabic adjective of nationality is made from: روس of روسيا; None for several words."""
    stem = name.removeprefix("ال")
    for ending in ("يا", "ية", "ا", "ة"):
        if stem.endswith(ending) and len(stem) - len(ending) > 2:
            stem = stem.removesuffix(ending)
            break
    return stem if len(stem) > 2 and " " not in name else None


@cache
def towns() -> frozenset[Key]:
    """Towns in Latin letters, which are places only where the words around them say so (GeoNames)."""
    lines = data("towns.txt").decode().splitlines()
    return frozenset(tuple(line.split()) for line in lines if not line.startswith("#"))


@cache
def countries() -> frozenset[Key]:
    """The names of countries in Arabic (CLDR)."""
    from babel import Locale  # noqa: PLC0415 - only suggestions need it

    named = Locale("ar").territories
    return frozenset(key(name) for code, name in named.items() if code.isalpha())


@cache
def _extra() -> dict[str, dict[str, list[str]]]:
    return msgspec.yaml.decode(data("names.yaml"), type=dict[str, dict[str, list[str]]])
