"""Amounts by rule: numbers, money, percentages, quantities, dates and times, addresses of sites."""

from collections.abc import Iterator

import regex

from qawl.suggest.dates import clock, dates, nth_period
from qawl.suggest.gazetteer import PROCLITICS, Match
from qawl.suggest.lists import Reading
from qawl.suggest.numerals import (
    NTH,
    is_number,
    is_year,
    number_end,
    number_start,
    ordinal_end,
    ordinal_extent,
)

_SIGN_MONEY = regex.compile(
    r"(?<![\p{L}\p{N}])((?:US|A|C|HK)?[$€£¥₹₦₨₩₪₺₽₴₱₫]|Rs\.?|N(?=\p{Nd}{1,3}(?:,\p{Nd}{3})+\b|\p{Nd}+(?:\.\p{Nd}+)?\s?(?:m|bn|million|billion)\b))"
    r"\s?\p{Nd}+(?:[.,]\p{Nd}+)*(?:\s?(?:million|billion|trillion|thousand|lakh|crore|m|bn|tn|k)\b)?",
    regex.I,
)
_SIGN_PERCENT = regex.compile(r"(?<!\p{Nd})\p{Nd}++(?:[.,٫]\p{Nd}++)?\s?[%٪]")
_GLUED = regex.compile(
    r"(?<![\p{L}\p{N}.,])\p{Nd}+(?:[.,]\p{Nd}+)?(km/h|km|kg|mm|cm|mph|kph|ft|ha|MW|GW|kW|m|g|t|l|°C|°F)(?![\p{L}\p{N}])"
)
_SITE = regex.compile(
    r"(?<![\p{L}\p{N}@])(?:https?://\S+?|(?:www\.)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}\.(?:com|org|net|gov|edu|info|io|tv))(?=[\s،,.;)»”\"]|$)",
    regex.I,
)
_TIME = regex.compile(
    r"(?<![\p{L}\p{N}])(?:\p{Nd}{1,2}[:.]\p{Nd}{2}"
    r"(?:\s?(?:[ap]\.m\.|[ap]m\b)|\sin the (?:morning|afternoon|evening))?"
    r"(?:\s(?:GMT|BST|EST|ET))?(?![\p{L}\p{N}])|\p{Nd}{1,2}\s?(?:[ap]\.m\.|[ap]m\b)"
    r"|\p{Nd}{1,2}(?:\so['’]clock)?\sin the (?:morning|afternoon|evening)|\p{Nd}{1,2}\so['’]clock"
    r"|(?:half|quarter) (?:past|to) (?:\p{Nd}{1,2}|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve)\b)",
    regex.I,
)
_MONEY_SIGNS = frozenset("$€£¥")
_CLOCK_DOT = regex.compile(r"\p{Nd}{1,2}[.٫]\p{Nd}{2}$")
_DECADE = regex.compile(
    r"(?<![\p{L}\p{N}])(?:(?:early|mid|late)[\s-])?(?:1[89]|20)\p{Nd}0s\b"
    r"|(?<![\p{L}\p{N}])(?:(?:مطلع|بداية|أوائل|منتصف|أواخر|نهاية)\s)?(?:ال)?(?:عشر|ثلاث|أربع|خمس|ست|سبع|ثمان|تسع)ين(?:يا|ا)?ت"
    r"(?:\sالقرن\s(?:الماضي|العشرين|التاسع عشر))?(?!\p{L})"
)
_SCORE = regex.compile(r"(?<![\p{L}\p{N}.,-])\p{Nd}{1,3}-\p{Nd}{1,3}(?![\p{L}\p{N}-]|[.,]\p{N})")
_DAY = regex.compile(
    r"(?<![\p{L}\p{N}/-])(?:\p{Nd}{1,2}([-/])\p{Nd}{1,2}\1(?:19|20)\p{Nd}{2}|(?:19|20)\p{Nd}{2}([-/])\p{Nd}{1,2}\2\p{Nd}{1,2})"
    r"(?![\p{L}\p{N}/-])"
)
"""A day in digits: 20-11-2026, 2026/11/20."""
_HIJRI = regex.compile(
    r"(?<![\p{L}\p{N}])\p{Nd}{1,2} (?:من )?"
    r"(?:محرم|صفر|ربيع (?:الأول|الآخر|الثاني)|جمادى (?:الأولى|الآخرة|الثانية)"
    r"|رجب|شعبان|رمضان|شوال|ذ[وي] (?:القعدة|الحجة))"
    r"(?: \p{Nd}{4}(?: ?هـ)?)?(?!\p{L})"
)
"""A day of the Islamic calendar: 5 رمضان 1447 هـ; رمضان alone is a name too."""
_YEARS = regex.compile(
    r"(?<![\p{L}\p{N}])((?:1[89]|20)\p{Nd}{2})[-–/](\p{Nd}{2}|\p{Nd}{4})(?![\p{L}\p{N}])"
)


def amounts(read: Reading) -> Iterator[Match]:
    """Every number, amount, date, time and site of a text; what overlaps is settled later."""
    yield from _signs(read)
    yield from _numbers(read)
    yield from dates(read)
    yield from clock(read)
    yield from _sites(read)


def _signs(read: Reading) -> Iterator[Match]:
    """What its signs or letters tell: £5m, 18%, 4pm, 80mm, the 1990s."""
    for each in _SIGN_MONEY.finditer(read.text):
        yield Match("money", *each.span())
        yield Match("currency", *each.span(1))
    for each in _SIGN_PERCENT.finditer(read.text):
        yield Match("percent", *each.span())
    yield from _glued(read)
    for each in _TIME.finditer(read.text):
        if not _CLOCK_DOT.search(each.group()):
            yield Match("time", *each.span())
    for sign in (_DAY, _HIJRI, _DECADE):
        yield from (Match("date", *each.span()) for each in sign.finditer(read.text))
    for each in _YEARS.finditer(read.text):
        first, last = each[1], each[2]
        if int(last) > int(first[-len(last) :]) or last == "00":
            yield Match("date", *each.span())
    for each in _SCORE.finditer(read.text):
        after = read.inside(each.end(), each.end() + 12)[:1]
        if not after or read.form(after[0]) not in read.lists.months:
            yield Match("number", *each.span())


def _glued(read: Reading) -> Iterator[Match]:
    """Amounts with their unit beside them: 80mm, 40kW; of 7.4m people m is a million."""
    for each in _GLUED.finditer(read.text):
        if each[1] == "m" and "." in each.group() and not _measures(read, each.end()):
            yield Match("number", *each.span())
        else:
            yield Match("quantity", *each.span())
            yield Match("unit", *each.span(1))


def _measures(read: Reading, at: int) -> bool:
    """Whether a word behind a place says that metres are meant."""
    after = read.inside(at, at + 12)[:1]
    return bool(after) and read.form(after[0]) in {"long", "wide", "high", "deep", "tall", "thick"}


def _numbers(read: Reading) -> Iterator[Match]:
    """Amounts: what is counted decides between money, percent, quantity, time and number."""
    at = 0
    while at < len(read.every):
        yield from _uncounted(read, at)
        last = number_end(read, at)
        if last is None:
            if _is_ordinal(read, at):
                yield from _nth(read, at)
                at = ordinal_end(read, at)
            at += 1
            continue
        yield from _counted(read, at, last)
        at = last + 1


def _uncounted(read: Reading, at: int) -> Iterator[Match]:
    """A currency or a unit without a number, and an amount that is told without one."""
    start, end = read.every[at].start, read.every[at].end
    if _is_currency(read, at):
        yield Match("currency", start, end)
    if _is_unit(read, at):
        yield Match("unit", start, end)
    if read.arabic:
        yield from _arabic_parts(read, at)
        yield from _arabic_one(read, at)
    elif hyphened := _HYPHENED.fullmatch(read.form(at)):
        yield from _hyphened(read, at, hyphened[1], hyphened[2])
    elif read.form(at) in {"hours", "minutes"} and _is_some(read, at):
        yield Match("time", start, end)


_HYPHENED = regex.compile(r"([\p{Nd}.,]+|[a-z]+)-([a-z]+)(?:-old)?")


def _hyphened(read: Reading, at: int, number: str, counted: str) -> Iterator[Match]:
    """A number and what it counts in one word: a 500-watt lamp, a three-day strike."""
    lists = read.lists
    start, end = read.every[at].start, read.every[at].end
    if not (number[0].isdecimal() or number in lists.numbers):
        return
    if counted in lists.units - {"stone"}:
        yield Match("quantity", start, end)
        yield Match("unit", end - len(counted), end)
    elif counted in lists.times - {"second"}:
        yield Match("time", start, end)
    elif counted in lists.periods:
        yield Match("date", start, end)


def _is_some(read: Reading, at: int) -> bool:
    """Whether a plural tells a stretch of time: within hours, minutes later."""
    after = read.form(at + 1) if read.near(at + 1) else ""
    later = after in {"later", "earlier", "ago", "before", "after"}
    return later or read.form(at - 1) in {"within", "for", "in"}


def _arabic_parts(read: Reading, at: int) -> Iterator[Match]:
    """A part of something, or hours without a number: نصف السكان, ربع ساعة, بعد ساعات."""
    form, word, lists = read.form(at), read.every[at], read.lists
    lead = int(form[:1] in PROCLITICS and form[1:] in lists.parts)
    timed = read.form(at - 1) in lists.periods | lists.times | lists.relative | lists.units
    joined = form[:1] == "و" and timed
    if form[lead:] in lists.parts and read.near(at + 1) and not joined:
        yield from _arabic_part(read, at, word.start + lead)
    alone = not is_number(read, at - 1) and read.form(at - 1) not in lists.parts
    ahead = read.form(at - 1) in lists.before_hours or read.form(at - 1)[1:] in lists.before_hours
    if alone and read.near(at) and ahead and form in {"ساعة", "دقائق", "ساعات", "ثوان", "دقيقة"}:
        yield Match("time", word.start, word.end)


def _arabic_part(read: Reading, at: int, start: int) -> Iterator[Match]:
    """نصف ساعة, ربع قرن, نصف مليون دولار, نصف السكان; نصف النهائي is none."""
    following, lists = read.form(at + 1), read.lists
    end = read.every[at + 1].end
    if following in lists.times:
        yield Match("time", start, end)
    elif following in lists.single_periods:
        yield Match("date", start, end)
    elif following in lists.scales:
        last = at + 1 if read.form(at + 2) not in lists.currencies else at + 2
        yield Match("money" if last > at + 1 else "number", start, read.every[last].end)
    elif following in lists.units:
        yield Match("quantity", start, end)
    elif not following.removeprefix("ال").startswith("نهائي") and following.startswith("ال"):
        yield Match("number", start, read.every[at].end)


def _arabic_one(read: Reading, at: int) -> Iterator[Match]:
    """One of something, which stands behind it: دينارا واحدا, ساعة كاملة, صورة واحدة."""
    form, lists = read.form(at), read.lists
    if form not in lists.whole or not read.beside(at) or is_number(read, at):
        return
    before, noun, end = read.form(at - 1), read.every[at - 1], read.every[at].end
    known = (
        ("time", "", lists.times),
        ("money", "currency", lists.currencies),
        ("quantity", "unit", lists.units),
    )
    for label, of, words in known:
        if before in words:
            yield Match(label, noun.start, end)
            if of:
                yield Match(of, noun.start, noun.end)
            return
    others = lists.stops | lists.single_periods | lists.periods | lists.before_one
    one = form.startswith("واحد") and read.form(at + 1) != "من"
    if one and not before.startswith("ال") and before not in others:
        yield Match("number", read.every[at].start, end)


def _is_unit(read: Reading, at: int) -> bool:
    """Whether a unit is told without a number: per hectare, $90 a barrel, سعر البرميل, للأونصة."""
    form, before, lists = read.form(at), read.form(at - 1), read.lists
    if not read.arabic:
        priced = before == "a" and read.near(at) and _is_price(read, at - 2)
        return form in lists.units and (before == "per" or priced)
    priced = before in lists.prices and read.near(at)
    if form.startswith("لل"):
        return form[2:] in lists.units and before in lists.currencies
    return priced and (form in lists.units or form.removeprefix("ال") in lists.units)


def _is_price(read: Reading, at: int) -> bool:
    """Whether a word ends an amount of money: $90, 30p, 90 dollars."""
    if at < 0:
        return False
    word = read.every[at]
    return (
        read.form(at) in read.lists.currencies
        or read.text[word.start - 1 : word.start] in _MONEY_SIGNS
    )


def _is_currency(read: Reading, at: int) -> bool:
    """Whether a currency is spoken of without an amount: the pound, الجنيه."""
    form = read.form(at)
    if form not in read.lists.currencies and not (read.arabic and form.startswith("لل")):
        return False
    if read.arabic:
        lam = form.startswith("لل") and f"ال{form[2:]}" in read.lists.currencies
        return lam or (form.startswith("ال") and form != "الين")
    return form in {"pound", "dollar", "euro", "yen", "rouble", "ruble", "lira", "rupee"} and (
        read.form(at - 1) in {"the", "against"}
    )


def _is_ordinal(read: Reading, at: int) -> bool:
    form = read.form(at)
    bare = form[1:] if read.arabic and form[:1] in {"و", "ب", "ل"} else form
    numbered = NTH.fullmatch(form) is not None
    following = read.form(at + 1 + (numbered and read.form(at + 1) == "of"))
    dated = read.form(at - 1) in read.lists.months | {"أمس"}
    dated = dated or (numbered and following in read.lists.months)
    dated = dated or (form == "أول" and read.form(at + 2) == "أمس")
    if not ({form, bare} & read.lists.ordinals or numbered) or dated:
        return False
    if nth_period(read, at) or (bare in {"الحادي", "الحادية"} and ordinal_end(read, at) == at):
        return False
    second = form in {"second", "ثانية"} and read.form(at - 1) in read.lists.numbers
    return not second


def _nth(read: Reading, at: int) -> Iterator[Match]:
    """An ordinal, and the time that it may stand in: the 89th minute."""
    start, _ = ordinal_extent(read, at)
    end = read.every[ordinal_end(read, at)].end
    hour = read.form(at + 1) in read.lists.day_parts | read.lists.time_words
    if read.arabic and (hour or read.form(at - 1) in read.lists.clock):
        return
    yield Match("ordinal", start, end)
    if read.form(at + 1) in read.lists.times and read.near(at + 1) and not read.arabic:
        yield Match("time", start, read.every[at + 1].end)


def _counted(read: Reading, at: int, last: int) -> Iterator[Match]:
    lists, after = read.lists, last + 1
    start, end = number_start(read, at), read.every[last].end
    following = read.form(after) if read.near(after) else ""
    two = f"{following} {read.form(after + 1)}" if after + 1 < len(read.every) else ""
    if following in lists.working and read.form(after + 1) in lists.periods:
        after, following = after + 1, read.form(after + 1)
    if following in lists.fractions and not read.text[start:end].isdecimal():
        yield Match("number", start, read.every[after].end)
    elif following in lists.currencies:
        stop = after + 1 if _of_country(read, after + 1) else after
        yield Match("money", start, read.every[stop].end)
        yield Match("currency", read.every[after].start, read.every[stop].end)
    elif following in lists.percent:
        yield Match("percent", start, read.every[after].end)
    elif two in lists.percent:
        yield Match("percent", start, read.every[after + 1].end)
    elif (last_of_unit := _unit_end(read, after)) is not None:
        yield Match("quantity", start, read.every[last_of_unit].end)
        yield Match("unit", read.every[after].start, read.every[last_of_unit].end)
    elif following in lists.times:
        surface = read.text[start:end]
        long = surface.isdecimal() and (len(surface) > 2 or int(surface) >= 24)
        hours = following in {"hour", "hours", "ساعة", "ساعات"}
        yield Match("date" if long and hours else "time", start, read.every[after].end)
    elif _are_periods(read, read.text[start:end], following):
        yield Match("date", start, read.every[_period_stop(read, after)].end)
    elif (not is_year(read, at, last) or _counts(read, at, last)) and not _month_beside(
        read, at, last
    ):
        yield from _plain(read, at, start, end)


def _are_periods(read: Reading, number: str, following: str) -> bool:
    """Whether what is counted is a stretch of time, or an age; of 1500 عقد no decade."""
    contracts = following in {"عقد", "عقدا"} and len(number) > 2
    return (following in read.lists.periods and not contracts) or following.endswith("-old")


def _counts(read: Reading, at: int, last: int) -> bool:
    """Whether a number as years have it counts what stands behind it: nearly 2000 people."""
    ahead, following, lists = read.form(at - 1), read.form(last + 1), read.lists
    if not read.near(last + 1) or read.upper(last + 1):
        return False
    more = ahead == "من" and read.form(at - 2) in {"أكثر", "أقل", "أزيد"}
    about = (more or ahead in lists.about) and following not in lists.stops
    return about or following in lists.counted


def _unit_end(read: Reading, at: int) -> int | None:
    """The last word of a unit that stands at a word: متر مكعب, basis points; None for other words."""
    form, following, lists = read.form(at), read.form(at + 1), read.lists
    if not read.near(at):
        return None
    if f"{form} {following}" in lists.units and read.near(at + 1):
        return at + 1
    if form not in lists.units:
        return None
    if following == "في" and read.form(at + 2) in {"الساعة", "الثانية"} and read.near(at + 2):
        return at + 2  # كيلومترا في الساعة
    return at + (read.near(at + 1) and following in lists.unit_adjectives)


def _period_stop(read: Reading, at: int) -> int:
    """The last word of a number of periods: two years ago, ثلاثة أيام ونصف."""
    following = read.form(at + 1)
    return at + (read.near(at + 1) and following in {"ago", "ونصف", "ونصفا", "وربع"})


def _of_country(read: Reading, at: int) -> bool:
    """Whether a word says whose currency: دولار أميركي."""
    return read.near(at) and read.form(at) in read.lists.of_country


def _plain(read: Reading, at: int, start: int, end: int) -> Iterator[Match]:
    """A number that counts what no list knows, unless it is a score, a year's or a part of a name."""
    aged = read.text[max(0, start - 2) : start] == ", " and read.text[end : end + 1] in {",", "."}
    person = read.upper(at - 1) or read.form(at - 1) in read.lists.occupations
    if aged and len(read.text[start:end]) == 2 and not read.arabic and person:
        yield Match("date", start, end)  # who is 47 years old
        return
    around = read.text[max(0, start - 1) : start] + read.text[end : end + 1]
    if set(around) & set("-–/:+#") or read.text[start:end].count("/"):
        return
    if (
        read.form(at - 1) in read.lists.year_heads
        and read.text[start:end].isdigit()
        and read.arabic
    ):
        return
    yield Match("number", start, end)


def _month_beside(read: Reading, at: int, last: int) -> bool:
    months = read.lists.months
    after = read.near(last + 1) and read.form(last + 1) in months
    ahead = read.near(at) and read.form(at - 1) in months
    return (after or ahead) and (read.arabic or read.upper(last + 1) or read.upper(at - 1))


def _sites(read: Reading) -> Iterator[Match]:
    for each in _SITE.finditer(read.text):
        yield Match("website", *each.span())
    for at, word in enumerate(read.every):
        two = f"{word.form} {read.form(at + 1)}"
        if two in read.lists.websites and read.beside(at + 1):
            yield Match("website", word.start, read.every[at + 1].end)
            continue
        for lead in (0, 1):
            apart = not lead or (read.arabic and word.form[:1] in PROCLITICS)
            if word.form[lead:] in read.lists.websites and apart and _is_site(read, at):
                yield Match("website", word.start + lead, word.end)


def _is_site(read: Reading, at: int) -> bool:
    """Whether a word that is a site's name is one here: the letter X stands behind `on`."""
    if read.form(at) not in {"x", "threads"}:
        return read.arabic or read.upper(at)
    return read.upper(at) and read.form(at - 1) in {"on", "platform", "منصة", "موقع"}
