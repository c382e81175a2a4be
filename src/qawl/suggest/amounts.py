"""Amounts by rule: numbers, money, percentages, quantities, dates and times, addresses of sites."""

from collections.abc import Iterator

import regex

from qawl.suggest.gazetteer import PROCLITICS, Match
from qawl.suggest.lists import BEFORE_MONTHS, Reading

_NUMBER = regex.compile(r"(?<![\p{L}\p{N}])\p{Nd}+(?:[.,٫٬/]\p{Nd}+)*(?![\p{L}\p{N}])")
_SIGN_MONEY = regex.compile(
    r"(?<![\p{L}\p{N}])(?:US|A|C|HK)?[$€£¥]\s?\p{Nd}+(?:[.,]\p{Nd}+)*(?:\s?(?:million|billion|trillion|thousand|m|bn|tn|k)\b)?",
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
    r"(?<![\p{L}\p{N}])(?:\p{Nd}{1,2}[:.]\p{Nd}{2}(?:\s?(?:[ap]\.m\.|[ap]m\b))?(?:\s(?:GMT|BST|EST|ET))?"
    r"(?![\p{L}\p{N}])|\p{Nd}{1,2}\s?(?:[ap]\.m\.|[ap]m\b)"
    r"|\p{Nd}{1,2}(?:\so['’]clock)?\sin the (?:morning|afternoon|evening)|\p{Nd}{1,2}\so['’]clock)",
    regex.I,
)
_CLOCK_DOT = regex.compile(r"\p{Nd}{1,2}[.٫]\p{Nd}{2}$")
_NTH = regex.compile(r"\p{Nd}+(?:st|nd|rd|th)")
_DECADE = regex.compile(
    r"(?<![\p{L}\p{N}])(?:(?:early|mid|late)[\s-])?(?:1[89]|20)\p{Nd}0s\b"
    r"|(?<![\p{L}\p{N}])(?:(?:مطلع|بداية|أوائل|منتصف|أواخر|نهاية)\s)?(?:ال)?(?:عشر|ثلاث|أربع|خمس|ست|سبع|ثمان|تسع)ين(?:يا|ا)?ت"
    r"(?:\sالقرن\s(?:الماضي|العشرين|التاسع عشر))?(?!\p{L})"
)
_SCORE = regex.compile(r"(?<![\p{L}\p{N}.,-])\p{Nd}{1,2}-\p{Nd}{1,2}(?![\p{L}\p{N}-]|[.,]\p{N})")
_YEARS = regex.compile(r"(?<![\p{L}\p{N}])(?:1[89]|20)\p{Nd}{2}[-–/]\p{Nd}{2,4}(?![\p{L}\p{N}])")


def amounts(read: Reading) -> Iterator[Match]:
    """Every number, amount, date, time and site of a text; what overlaps is settled later."""
    yield from _signs(read)
    yield from _numbers(read)
    yield from _dates(read)
    yield from _clock(read)
    yield from _sites(read)


def _signs(read: Reading) -> Iterator[Match]:
    """What its signs or letters tell: £5m, 18%, 4pm, 80mm, the 1990s."""
    for each in _SIGN_MONEY.finditer(read.text):
        sign = next(n for n, c in enumerate(each.group()) if c in "$€£¥")
        yield Match("money", *each.span())
        yield Match("currency", each.start(), each.start() + sign + 1)
    for each in _SIGN_PERCENT.finditer(read.text):
        yield Match("percent", *each.span())
    yield from _glued(read)
    for each in _TIME.finditer(read.text):
        if not _CLOCK_DOT.search(each.group()):
            yield Match("time", *each.span())
    for shape in (_DECADE, _YEARS):
        for each in shape.finditer(read.text):
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
        if _is_currency(read, at):
            yield Match("currency", read.every[at].start, read.every[at].end)
        last = _number_end(read, at)
        if last is None:
            if _is_ordinal(read, at):
                yield from _nth(read, at)
            at += 1
            continue
        yield from _counted(read, at, last)
        at = last + 1


def _is_currency(read: Reading, at: int) -> bool:
    """Whether a currency is spoken of without an amount: the pound, الجنيه."""
    form = read.form(at)
    if form not in read.lists.currencies:
        return False
    if read.arabic:
        return form.startswith("ال") and form != "الين"
    return form in {"pound", "dollar", "euro", "yen", "rouble", "ruble", "lira", "rupee"} and (
        read.form(at - 1) in {"the", "against"}
    )


def _is_ordinal(read: Reading, at: int) -> bool:
    form = read.form(at)
    bare = form[1:] if read.arabic and form[:1] in {"و", "ب", "ل"} else form
    numbered = _NTH.fullmatch(form) is not None
    if not ({form, bare} & read.lists.ordinals or numbered) or (
        at and read.form(at - 1) in read.lists.months
    ):
        return False
    second = form in {"second", "ثانية"} and read.form(at - 1) in read.lists.numbers
    return not second


def _behind_and(read: Reading, at: int) -> int:
    """The word behind an Arabic ordinal, which may have two words: الخامس والعشرين."""
    return at + 2 if read.form(at + 1).removeprefix("و") in read.lists.ordinals else at + 1


def _is_month(read: Reading, at: int) -> bool:
    return read.near(at) and read.form(at) in read.lists.months


def _nth(read: Reading, at: int) -> Iterator[Match]:
    """An ordinal, and the time that it may stand in: the 89th minute."""
    start, end = _bare(read, at)
    hour = read.form(at + 1) in read.lists.day_parts | read.lists.time_words
    if read.arabic and (hour or read.form(at - 1) in read.lists.clock):
        return
    yield Match("ordinal", start, end)
    if read.form(at + 1) in read.lists.times and read.near(at + 1) and not read.arabic:
        yield Match("time", start, read.every[at + 1].end)


def _bare(read: Reading, at: int) -> tuple[int, int]:
    """A word's extent without a conjunction that stands apart."""
    word = read.every[at]
    form = word.form
    lead = read.arabic and form[:1] in {"و", "ب", "ل"} and form not in read.lists.ordinals
    return word.start + int(lead), word.end


def _number_end(read: Reading, at: int) -> int | None:
    """The last word of a number that begins at a word; None where none begins."""
    if not _is_number(read, at):
        return None
    last = at
    while read.near(last + 1):
        form, before = read.form(last + 1), read.form(last)
        joined = form.removeprefix("و") if read.arabic else form
        scale = form in read.lists.scales and not (before in read.lists.scales and before == form)
        spelt = before not in read.lists.scales and not before[:1].isdigit()
        follows = read.arabic and form.startswith("و") and joined in read.lists.scales
        if scale or follows or (spelt and joined in read.lists.numbers):
            last += 1
        else:
            break
    return last


def _is_number(read: Reading, at: int) -> bool:
    word = read.every[at]
    surface = read.text[word.start : word.end]
    form = word.form
    if form in {"أحد", "إحدى"}:
        return read.form(at + 1) in {"عشر", "عشرة"}
    if form in {"one", "واحد", "واحدة"}:
        following = read.form(at + 1)
        lists = read.lists
        return following in lists.scales | lists.units | lists.currencies | lists.percent
    if _bare_number(read, form) or _short_number(read, at) or _NUMBER.fullmatch(surface):
        return True
    parts = form.split("-")
    return len(parts) > 1 and all(each in read.lists.numbers for each in parts)


def _bare_number(read: Reading, form: str) -> bool:
    if form in read.lists.numbers:
        return True
    return (
        read.arabic
        and form[:1] in {"و", "ب", "ل", "ف"}
        and len(form) > 4
        and form[1:] in read.lists.numbers
    )


def _short_number(read: Reading, at: int) -> bool:
    """Whether a short word is a number behind a preposition: بست ساعات, of which لست is another word."""
    form = read.form(at)
    short = read.arabic and 3 <= len(form) <= 4 and form[:1] in {"و", "ب"}
    if not short or form[1:] not in read.lists.numbers or not read.near(at + 1):
        return False
    return read.form(at + 1) in read.lists.times | read.lists.periods | read.lists.units


def _start(read: Reading, at: int) -> int:
    """Where a number begins: behind a conjunction or preposition that stands apart."""
    word = read.every[at]
    apart = (
        read.arabic and word.form not in read.lists.numbers and word.form[1:] in read.lists.numbers
    )
    return word.start + int(apart)


def _counted(read: Reading, at: int, last: int) -> Iterator[Match]:
    lists, after = read.lists, last + 1
    start, end = _start(read, at), read.every[last].end
    following = read.form(after) if read.near(after) else ""
    two = f"{following} {read.form(after + 1)}" if after + 1 < len(read.every) else ""
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
    elif following in lists.units:
        stop = (
            after + 1
            if read.near(after + 1) and read.form(after + 1) in lists.unit_adjectives
            else after
        )
        yield Match("quantity", start, read.every[stop].end)
        yield Match("unit", read.every[after].start, read.every[stop].end)
    elif following in lists.times:
        surface = read.text[start:end]
        long = surface.isdecimal() and (len(surface) > 2 or int(surface) >= 24)
        hours = following in {"hour", "hours", "ساعة", "ساعات"}
        yield Match("date" if long and hours else "time", start, read.every[after].end)
    elif following in lists.periods or following.endswith("-old"):
        ago = read.form(after + 1) == "ago" and read.near(after + 1)
        yield Match("date", start, read.every[after + ago].end)
    elif not _year(read, at, last) and not _month_beside(read, at, last):
        yield from _plain(read, at, start, end)


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


def _year(read: Reading, at: int, last: int) -> bool:
    surface = read.text[read.every[at].start : read.every[last].end]
    return len(surface) == 4 and surface.isdecimal() and 1500 <= int(surface) <= 2100


def _month_beside(read: Reading, at: int, last: int) -> bool:
    months = read.lists.months
    after = read.near(last + 1) and read.form(last + 1) in months
    ahead = read.near(at) and read.form(at - 1) in months
    return (after or ahead) and (read.arabic or read.upper(last + 1) or read.upper(at - 1))


def _dates(read: Reading) -> Iterator[Match]:
    """Days, months, years and the periods around today."""
    at = 0
    while at < len(read.every):
        last = _date_end(read, at)
        if last is None:
            at += 1
            continue
        start = read.every[at].start
        form = read.form(at)
        known = read.lists.days | read.lists.relative | read.lists.period_heads | read.lists.months
        apart = read.arabic and form not in known and form[:1] in {"و", "ف", "ل", "ب"}
        if (
            read.form(at - 1) in read.lists.seasons
            and read.beside(at)
            and (read.arabic or form not in read.lists.days)
        ):
            start, apart = read.every[at - 1].start, False
        yield Match("date", start + int(apart), read.every[last].end)
        at = last + 1


def _date_end(read: Reading, at: int) -> int | None:
    """The last word of a date that begins at a word; None where none begins."""
    lists, form = read.lists, read.form(at)
    lead = form[:1] if read.arabic and form[:1] in {"و", "ف", "ل", "ب"} else ""
    bare = (
        form.removeprefix(lead) if form.removeprefix(lead) in lists.days | lists.relative else form
    )
    if bare in lists.relative and not (bare == "today" and read.upper(at) and not read.opens(at)):
        day = read.arabic and read.near(at + 1) and read.form(at + 1) in lists.days
        return _date_goes_on(read, at + 1) if day else at
    if read.arabic and (last := _nth_of_month(read, at)):
        return last
    if bare in lists.days or _month_begins(read, at):
        return _date_goes_on(read, at)
    if read.arabic and form in lists.plain_periods and not _is_number(read, at - 1):
        return at
    return _year_end(read, at) or _period_end(read, at)


def _nth_of_month(read: Reading, at: int) -> int | None:
    """السادس من فبراير, 17 من أكتوبر; and الأشهر التسعة الأولى من العام."""
    lists, form = read.lists, read.form(at)
    of = _behind_and(read, at)
    nth = form.startswith("ال") and form in lists.ordinals
    if (nth or form.isdecimal()) and read.form(of) == "من" and _is_month(read, of + 1):
        return _date_goes_on(read, of + 1)
    if form == "قبل" and read.near(at + 1) and read.form(at + 1) in lists.single_periods:
        return at + 1
    last = at
    if form in lists.period_heads:
        while read.near(last + 1) and _counts_period(read, last + 1):
            last += 1
    if last > at and read.form(last + 1) == "من" and read.form(last + 2) in lists.period_heads:
        last += 2
        if read.near(last + 1) and read.form(last + 1) in lists.period_adjectives:
            last += 1
    return last if last > at else None


def _counts_period(read: Reading, at: int) -> bool:
    """Whether a word says which or how many of a period: التسعة الأولى."""
    form, lists = read.form(at), read.lists
    number = form.startswith("ال") and form[2:] in lists.numbers
    return number or form in lists.period_adjectives | {"الأول", "الأولى"}


def _month_begins(read: Reading, at: int) -> bool:
    """Whether a month, or a day of a month, stands at a word."""
    months, word = read.lists.months, read.every[at]
    if word.form in months:
        if read.arabic:
            return True
        may = word.form in {"may", "march"}
        dated = read.form(at + 1)[:1].isdigit() or read.form(at - 1) in BEFORE_MONTHS
        return read.upper(at) and (dated or not may)
    after = read.near(at + 1) and read.form(at + 1) in months
    return after and _is_number(read, at) and (read.arabic or read.upper(at + 1))


def _year_end(read: Reading, at: int) -> int | None:
    """عام 2022 as a whole, of in 2022 the number alone."""
    heads = read.lists.year_heads
    if read.arabic:
        if read.form(at) in heads and at + 1 < len(read.every) and _year(read, at + 1, at + 1):
            return at + 1
        form = read.form(at)
        bare = form.removeprefix("و")
        ahead = read.form(at - 1) in read.lists.year_before or (form != bare and at > 1)
        whole = len(bare) == 4 and bare.isdecimal() and 1500 <= int(bare) <= 2100
        return at if whole and ahead else None
    if not _year(read, at, at):
        return None
    counted = read.beside(at + 1) and read.text[read.every[at + 1].start].islower()
    if read.form(at - 1) in {"in", "since", "until", "during", "circa"}:
        counted = counted and read.form(at + 1) in read.lists.units | {"people", "of"}
        return None if counted else at
    free = not counted or read.form(at + 1) in read.lists.function_words | {
        "after",
        "was",
        "were",
        "with",
        "when",
        "has",
        "had",
        "is",
    }
    return at if read.form(at - 1) in heads and free else None


def _period_end(read: Reading, at: int) -> int | None:
    """الشهر المقبل, هذا العام, last week, the end of the year."""
    lists, form, after = read.lists, read.form(at), read.form(at + 1)
    if not read.near(at + 1):
        return None
    if read.arabic:
        bare = form[1:] if form[:1] in {"و", "ب", "ل"} and form not in lists.period_heads else form
        turned = bare in lists.period_heads and after in lists.period_adjectives
        if (
            bare in lists.period_heads
            and read.near(at + 2)
            and after in {"المالي", "الدراسي", "الميلادي", "الهجري"}
        ):
            return at + 2 if read.form(at + 2) in lists.period_adjectives else None
        this = form in {"هذا", "هذه"} and after in lists.period_heads
        return at + 1 if turned or this else None
    near = after in lists.period_heads | lists.days | lists.months | lists.periods
    if form not in lists.period_adjectives:
        return None
    counted = _number_end(read, at + 1)
    if counted is not None and read.form(counted + 1) in lists.periods:
        return counted + 1
    return at + 1 if near else None


def _date_goes_on(read: Reading, at: int) -> int:
    """The last word of a date whose first is known: further numbers, months and years, a month's twin."""
    last = at
    months = read.lists.months
    while read.near(last + 1) or _comma_year(read, last + 1):
        form = read.form(last + 1)
        number = read.text[read.every[last + 1].start].isdecimal() and _is_number(read, last + 1)
        of_month = form in {"الأول", "الثاني"} and read.form(last) in months
        month = form in months and (read.arabic or read.upper(last + 1))
        day_number = (
            number and read.form(last) not in read.lists.days | read.lists.period_adjectives
        )
        before_month = number and read.near(last + 2) and read.form(last + 2) in months
        if (
            month
            or of_month
            or day_number
            or before_month
            or (form in read.lists.period_adjectives and read.arabic)
        ):
            last += 1
        else:
            break
    return last


def _comma_year(read: Reading, at: int) -> bool:
    """Whether a year follows a comma: 3 March, 2024."""
    if at >= len(read.every) or at < 2 or read.arabic:
        return False
    gap = read.text[read.every[at - 1].end : read.every[at].start]
    return gap == ", " and _year(read, at, at) and read.form(at - 1)[:1].isdigit()


def _clock(read: Reading) -> Iterator[Match]:
    """الساعة العاشرة صباحا, عند السادسة صباح السبت, ليلا, at midnight."""
    for at, word in enumerate(read.every):
        last = _hour_end(read, at)
        if last is None:
            last = _part_of_day_end(read, at)
        if last is not None:
            yield Match("time", word.start, read.every[last].end)


def _hour_end(read: Reading, at: int) -> int | None:
    """The last word of an hour or a minute: الساعة العاشرة صباحا, عند السادسة صباح السبت, الدقيقة 89."""
    lists, form = read.lists, read.form(at)
    after = read.form(at + 1)
    if form in lists.clock and (
        after in lists.ordinals or after[:1].isdigit() or after == "الواحدة"
    ):
        last = at + 1
        while read.near(last + 1) and (
            _is_part(read, last + 1) or read.form(last + 1) in {"والنصف", "والربع"}
        ):
            last += 1
        return last
    if read.arabic and form in lists.ordinals and _is_part(read, at + 1):
        day = after in lists.day_parts and read.form(at + 2) in lists.days
        return at + 1 + int(day)
    minute = form == "الدقيقة" and after.removeprefix("الـ").removeprefix("ال").isdecimal()
    return at + 1 if minute else None


def _is_part(read: Reading, at: int) -> bool:
    """Whether a word is a part of a day."""
    return read.form(at) in read.lists.time_words or read.form(at) in read.lists.day_parts


def _part_of_day_end(read: Reading, at: int) -> int | None:
    """The last word of a part of a day: every evening, Monday night, مساء الأربعاء, ليلا."""
    lists, form = read.lists, read.form(at)
    if form in {"every", "each", "كل"} and read.form(at + 1) in lists.day_parts:
        return at + 1
    if not _is_part(read, at):
        return None
    beside = read.form(at + 1 if read.arabic else at - 1)
    dated = beside in lists.days or beside in lists.relative
    of_day = form in lists.day_parts and dated
    alone = form in lists.time_words and not (read.arabic and (dated or beside == "اليوم"))
    return at if of_day or alone else None


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
