"""Names that are known: of countries, currencies and large cities, and what annotators marked elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from qawl.suggest.words import Word, plain, words

LONGEST = 8
"""Words of the longest name that is looked for."""
SURE = 0.8
"""Share of a name's mentions that must have one label for the name to be suggested with it."""
PROCLITICS = ("و", "ف", "ب", "ل", "ك")

Key = tuple[str, ...]


class Match(msgspec.Struct, frozen=True, gc=False):
    """A name found in a text."""

    label: str
    start: int
    end: int


class Gazetteer(msgspec.Struct, frozen=True):
    """Names by their words → label."""

    names: Mapping[Key, str]

    def find(self, text: str, every: list[Word], *, arabic: bool) -> Iterator[Match]:
        """Every name in a text, the longest at each place; a clitic that stands apart is left out (C1)."""
        forms = [each.form for each in every]
        for at in range(len(every)):
            for lead, first in _readings(forms[at], arabic=arabic):
                found = self._longest(first, forms, at, text, every)
                if found:
                    end, label = found
                    yield Match(label, every[at].start + lead, every[end].end)
                    break

    def _longest(
        self, first: str, forms: list[str], at: int, text: str, every: list[Word]
    ) -> tuple[int, str] | None:
        for size in range(min(LONGEST, len(forms) - at), 0, -1):
            label = self.names.get((first, *forms[at + 1 : at + size]))
            last = at + size - 1
            if label and not _broken(text, every, at, last):
                return last, label
        return None


def _broken(text: str, every: list[Word], first: int, last: int) -> bool:
    """Whether a sentence ends between the words of a name."""
    return any(
        set(text[every[n].end : every[n + 1].start]) & set(".،,؛;:!؟?\n()«»“”\"")
        for n in range(first, last)
    )


def _readings(form: str, *, arabic: bool) -> Iterator[tuple[int, str]]:
    """(letters left out, form) of a word: as it stands, then without clitics.

    Of للدنمارك the name is الدنمارك, but nothing is left out: what remains is no spelling of its own.
    """
    yield 0, form
    if not arabic:
        return
    for lead in (1, 2):
        head, rest = form[:lead], form[lead:]
        if len(rest) > 2 and all(each in PROCLITICS for each in head):
            yield lead, rest
    for lead in (0, 1):
        if form[lead:].startswith("لل") and (lead == 0 or form[0] in PROCLITICS) and len(form) > 4:
            yield lead, f"ال{form[lead + 2 :]}"


def key(surface: str) -> Key:
    """A surface as what it is found by."""
    return tuple(each.form for each in words(surface))


def learned(mentions: Iterable[tuple[str, str]]) -> Gazetteer:
    """The gazetteer of (label, surface) of what annotators marked; surfaces of several labels are left out.

    A short lower-case or number-like surface is no name.
    """
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    for label, surface in mentions:
        if _is_name(surface):
            counts[key(surface)][label] += 1
    names = {}
    for each, labels in counts.items():
        label, count = labels.most_common(1)[0]
        if each and count / labels.total() >= SURE:
            names[each] = label
    return Gazetteer(names)


def _is_name(surface: str) -> bool:
    letters = [each for each in surface if each.isalpha()]
    if len(letters) < 3 or any(each.isdigit() for each in surface):
        return False
    return not surface.isascii() or any(each.isupper() for each in surface)


@cache
def places(language: str) -> Gazetteer:
    """Countries (CLDR) and cities of 500,000 people and more (GeoNames) in a language, as GPE."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - only suggestions need it

    short = language.partition("-")[0].lower()
    try:
        territories = Locale(short).territories
    except (UnknownLocaleError, ValueError):
        territories = {}
    named = [name for code, name in territories.items() if code.isalpha() and code not in _NO_PLACES]
    lines = files("qawl.suggest").joinpath("data", "places.txt").read_text("utf-8").splitlines()
    named += [line for line in lines if line and not line.startswith("#")]
    named += _EXTRA.get(short, ())
    arabic = short == "ar"
    keys = (key(name) for name in named)
    found = {each: "GPE" for each in keys if each and not _common(each, arabic=arabic)}
    found |= {key(territories[code]): "ORG" for code in ("EU", "UN") if code in territories}
    found |= {key(name): "ORG" for name in _ORGANISATIONS.get(short, ())}
    return Gazetteer(found | {each: "NORP" for each in _nationalities(short, named) if each not in found})


_NO_PLACES = frozenset(("ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"))


def _nationalities(short: str, named: Iterable[str]) -> Iterator[Key]:
    """Adjectives of nationality: in Arabic made from the names of countries, in English those of languages."""
    if short == "en":
        from babel import Locale  # noqa: PLC0415

        codes = {code: name for code, name in Locale("en").languages.items() if len(code) == 2}
        common = {"en", "de", "fr", "es", "it", "ru", "ar", "zh", "ja", "tr", "pl", "uk", "el", "pt", "sv", "da", "fi"}
        yield from (key(codes[code]) for code in common)
        yield from (key(each) for each in _NATIONALITIES)
        return
    if short != "ar":
        return
    for name in (*named, "أميركا", "أمريكا", "أوروبا", "العرب", "الغرب"):
        words_ = name.split()
        if len(words_) != 1:
            continue
        stem = name.removeprefix("ال")
        for ending in ("يا", "ية", "ا", "ة"):
            if stem.endswith(ending) and len(stem) - len(ending) > 2:
                stem = stem.removesuffix(ending)
                break
        if len(stem) < 3:
            continue
        for ending in ("ي", "ية", "يون", "يين", "يا"):
            yield (stem + ending,)
            yield (f"ال{stem}{ending}",)


_NATIONALITIES = ("American", "British", "Israeli", "Palestinian", "European", "Iranian", "Iraqi", "Syrian", "Lebanese",
                  "Egyptian", "Saudi", "Jordanian", "Canadian", "Australian", "Indian", "Mexican", "Brazilian", "Irish",
                  "Scottish", "Welsh", "African", "Asian", "Western", "Arab", "Muslim", "Christian", "Jewish", "Republican",
                  "Democratic", "Conservative", "Labour")  # fmt: skip
_ORGANISATIONS = {
    "ar": ("البيت الأبيض", "الكرملين", "البنتاغون", "حلف شمال الأطلسي", "الناتو", "ناتو", "مجلس الأمن", "المفوضية الأوروبية",
           "فرانس برس", "رويترز", "أسوشيتد برس", "صندوق النقد الدولي", "البنك الدولي", "منظمة الصحة العالمية", "حماس", "حزب الله",
           "الجامعة العربية", "جامعة الدول العربية", "الكونغرس", "الكنيست", "الهلال الأحمر", "الصليب الأحمر"),
    "en": ("White House", "Kremlin", "Pentagon", "NATO", "Nato", "UN", "EU", "Security Council", "European Commission", "World Bank",
           "International Monetary Fund", "IMF", "World Health Organization", "Hamas", "Hezbollah", "Congress", "Senate",
           "Red Cross", "Reuters", "Associated Press", "BBC", "CNN"),
}  # fmt: skip


def _common(each: Key, *, arabic: bool) -> bool:
    """Names that are common words too: a place of that name is suggested by gold alone."""
    return len(each) == 1 and (len(each[0]) < 3 or (arabic and each[0] in _WORDS) or each[0] in _ENGLISH)


_EXTRA = {
    "ar": ("أمريكا", "أميركا", "الولايات المتحدة الأميركية", "الولايات المتحدة الأمريكية", "بريطانيا",
           "الإمارات", "السعودية", "المملكة العربية السعودية", "أوكرانيا", "روسيا", "كييف", "واشنطن",
           "بروكسل", "القدس", "رام الله", "غزة", "لندن", "باريس", "جنيف", "كوريا الجنوبية", "كوريا الشمالية", "الدنمارك", "الدانمارك", "السويد", "هولندا", "بلجيكا", "سويسرا"),
    "en": ("United States", "US", "U.S.", "Britain", "UK", "Washington", "Brussels", "Jerusalem", "Gaza", "Geneva", "Russia", "Ukraine"),
}  # fmt: skip
_WORDS = frozenset(
    "قم قنا مدن هيت حي بون كان فاس سرت صور ليون نيس سوق عين مكة اربد بني برج كوري أغادير بورا قطر ملا نور "
    "سلا تور ون مد دار بار جو نان آن هام روان شاه علي كالي لي داد حماة مصر الرياض النصر السلام البيضاء الجزيرة المدينة مدينة".split()
) - {"مصر", "قطر", "الرياض", "مكة", "حماة", "فاس", "ليون", "نيس", "أغادير"}
_ENGLISH = frozenset("of nice most bath reading mobile split tours orange batman male chad turkey jordan georgia us".split()) - {
    "jordan", "georgia", "chad", "turkey",
}  # fmt: skip


def plain_key(text: str) -> Key:
    """A text as a key without regard to vowel signs and case."""
    return key(plain(text))
