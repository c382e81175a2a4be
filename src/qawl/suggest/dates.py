"""Dates and times of day by rule."""

from collections.abc import Iterator

from qawl.suggest.gazetteer import Match, bare
from qawl.suggest.lists import BEFORE_MONTHS, Reading
from qawl.suggest.numerals import NTH, is_number, is_year, number_end, ordinal_end


def dates(read: Reading) -> Iterator[Match]:
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
            _season_lead(read, at - 1) is not None
            and read.beside(at)
            and (read.arabic or form not in read.lists.days)
        ):
            start = read.every[at - 1].start
            apart = _season_lead(read, at - 1) == 1
        end = _closed(read, start, read.every[last].end)
        end -= len(read.form(last)) - len(bare(read.form(last)))  # Thursday's
        yield Match("date", start + int(apart), end)
        at = last + 1


def _closed(read: Reading, start: int, end: int) -> int:
    """Where a date ends: with the bracket of its twin, سبتمبر (أيلول)."""
    open_one = "(" in read.text[start:end] and ")" not in read.text[start:end]
    return end + (open_one and read.text[end : end + 1] == ")")


def _date_end(read: Reading, at: int) -> int | None:
    """The last word of a date that begins at a word; None where none begins."""
    lists, form = read.lists, read.form(at)
    lead = form[:1] if read.arabic and form[:1] in {"و", "ف", "ل", "ب"} else ""
    rest = bare(form.removeprefix(lead))
    day = rest if rest in lists.days or rest in lists.relative else form
    if read.arabic and is_number(read, at) and form in lists.days:
        return None
    if read.arabic and (last := _before_yesterday(read, at)):
        return last
    if day in lists.relative and not (day == "today" and read.upper(at) and not read.opens(at)):
        named = read.arabic and _reaches(read, at + 1) and read.form(at + 1) in lists.days
        return _date_goes_on(read, at + 1) if named else at
    if day in lists.days or _month_begins(read, at):
        return _date_goes_on(read, at)
    return _spoken_period(read, at) or _year_end(read, at) or _period_end(read, at)


def _before_yesterday(read: Reading, at: int) -> int | None:
    """The last word of أول من أمس, أمس الأول or اليوم الثاني; None for other words."""
    form, following = read.form(at), read.form(at + 1)
    if form == "أول" and following == "من" and read.form(at + 2) == "أمس":
        return at + 2
    nth = {"أمس": {"الأول"}, "اليوم": read.lists.ordinals - read.lists.days}
    return at + 1 if read.beside(at + 1) and following in nth.get(form, ()) else None


def _spoken_period(read: Reading, at: int) -> int | None:
    """The last word of a period that words of one language tell; None where none begins."""
    if not read.arabic:
        return nth_period(read, at) or _season(read, at) or _month_in_one(read, at)
    if last := _nth_of_month(read, at):
        return last
    if read.form(at) not in read.lists.plain_periods or is_number(read, at - 1):
        return None
    named = read.near(at + 1) and read.form(at + 1).startswith("ال")  # أيام العيد
    return at if read.near(at) and not named else None


def nth_period(read: Reading, at: int) -> int | None:
    """The last word of a part of a period: the first half of this year, the end of March."""
    lists, form = read.lists, read.form(at)
    if read.arabic or not read.beside(at + 1):
        return None
    if form in lists.ordinals or NTH.fullmatch(form):
        if read.form(at + 1) in {"century", "centuries"}:
            return at + 1
        of = at + 2 if read.form(at + 1) in lists.of_ordinals else 0
    else:
        of = at + 1 if form in lists.edges else 0
    if not of or read.form(of) != "of" or not read.near(of):
        return None
    inner = of + 2 if read.form(of + 1) == "the" else of + 1
    if inner >= len(read.every):
        return None
    if is_year(read, inner, inner) or read.form(inner) in lists.period_heads - {"season", "fall"}:
        return inner
    again = read.form(inner) in lists.edges | lists.ordinals or NTH.fullmatch(read.form(inner))
    return None if again else _date_end(read, inner)


def _month_in_one(read: Reading, at: int) -> int | None:
    """Mid-March, 3rd June."""
    lists, form = read.lists, read.form(at)
    head, _, rest = form.partition("-")
    if head in {"mid", "early", "late"} and (
        rest in lists.months or (rest.isdecimal() and len(rest) == 4)
    ):
        return _date_goes_on(read, at) if rest in lists.months else at
    month = at + 1 + (read.form(at + 1) == "of")
    if NTH.fullmatch(form) and read.form(month) in lists.months and read.upper(month):
        return _date_goes_on(read, month)
    return None


def _season(read: Reading, at: int) -> int | None:
    """A season or a weekend that is a time here: until the summer; not the summer camp."""
    form, lists = read.form(at), read.lists
    if form not in lists.period_heads or form not in {
        "summer",
        "winter",
        "spring",
        "autumn",
        "weekend",
    }:
        return None
    ahead = at - 2 if read.form(at - 1) == "the" else at - 1
    if read.form(ahead) not in lists.before_times or (form == "weekend" and ahead == at - 1):
        return None
    noun = (
        read.beside(at + 1) and read.form(at + 1) not in lists.function_words | lists.before_times
    )
    return None if noun else at


def _nth_of_month(read: Reading, at: int) -> int | None:
    """السادس من فبراير, 17 من أكتوبر; and الأشهر التسعة الأولى من العام."""
    lists, form = read.lists, read.form(at)
    counted = read.near(at + 1) and _counts_period(read, at + 1)
    if form in lists.period_heads and _is_edge(read, at) and not counted:
        return at
    if form in {"القرن", "العقد"} and read.near(at + 1) and read.form(at + 1) in lists.ordinals:
        return ordinal_end(read, at + 1)
    of = ordinal_end(read, at) + 1
    nth = form.startswith("ال") and form in lists.ordinals
    if (
        (nth or form.isdecimal())
        and read.form(of) == "من"
        and read.near(of + 1)
        and read.form(of + 1) in lists.months
    ):
        return _date_goes_on(read, of + 1)
    if _is_whole(read, at):
        return at + 1
    last = at
    if form in lists.period_heads | lists.year_parts:
        while read.near(last + 1) and _counts_period(read, last + 1):
            last += 1
    if last > at and read.form(last + 1) == "من" and (ends := _period_named(read, last + 2)):
        last = ends
        if read.near(last + 1) and read.form(last + 1) in lists.period_adjectives:
            last += 1
    return (
        last
        if last > at and (form in lists.period_heads or read.form(last) not in lists.ordinals)
        else None
    )


def _is_whole(read: Reading, at: int) -> bool:
    """Whether a period stands with one word more: يوما واحدا, سنة كاملة, قبل عام."""
    form, following, lists = read.form(at), read.form(at + 1), read.lists
    if not read.near(at + 1):
        return False
    if form == "قبل":
        return following in lists.single_periods
    one = form in lists.single_periods | lists.periods and not is_number(read, at - 1)
    return one and following in lists.whole


def _is_edge(read: Reading, at: int) -> bool:
    """Whether the edge of a period stands before it (نهاية الشهر), or it is a season that is a time."""
    return _season_lead(read, at - 1) is not None or _is_season(read, at)


def _season_lead(read: Reading, at: int) -> int | None:
    """How many letters stand before the edge of a period: 1 of بنهاية; None for other words."""
    form, seasons = read.form(at), read.lists.seasons
    if form in seasons:
        return 0
    return 1 if read.arabic and form[:1] in {"و", "ب"} and form[1:] in seasons else None


def _period_named(read: Reading, at: int) -> int | None:
    """The last word of the period that a part is of: من العام, من 2024, من هذا العام, من شهر مارس."""
    form, lists = read.form(at), read.lists
    if form in lists.period_heads:
        return _year_end(read, at) or at
    if at < len(read.every) and is_year(read, at, at):
        return at
    return _date_end(read, at) if form in {"هذا", "هذه", "عام", "سنة"} | lists.months else None


def _is_season(read: Reading, at: int) -> bool:
    """Whether a season is a time here: في الصيف, not الربيع العربي."""
    season = read.form(at) in {"الصيف", "الشتاء", "الربيع", "الخريف"}
    ahead = read.form(at - 1) in {"في", "خلال", "منذ", "حتى", "قبل", "بعد", "طوال"}
    named = (
        read.near(at + 1)
        and read.form(at + 1).startswith("ال")
        and read.form(at + 1) not in read.lists.period_adjectives
    )
    return season and ahead and not named


def _counts_period(read: Reading, at: int) -> bool:
    """Whether a word says which or how many of a period: التسعة الأولى."""
    form, lists = read.form(at), read.lists
    number = form.startswith("ال") and form[2:] in lists.numbers
    nth = form in {"الأول", "الأولى", "الثاني", "الثالث", "الرابع"} and (
        read.form(at - 1) in lists.year_parts or form.startswith("الأول")
    )
    return number or nth or form in lists.period_adjectives


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
    return after and is_number(read, at) and (read.arabic or read.upper(at + 1))


def _year_end(read: Reading, at: int) -> int | None:
    """عام 2022 as a whole, of in 2022 the number alone."""
    heads = read.lists.year_heads
    if read.arabic:
        if read.form(at) in heads and at + 1 < len(read.every) and is_year(read, at + 1, at + 1):
            return at + 1
        alone = read.form(at).removeprefix("و")
        joined = at > 1 and read.text[read.every[at].start - 1] == "و"
        ahead = read.form(at - 1) in read.lists.year_before or joined
        whole = len(alone) == 4 and alone.isdecimal() and 1500 <= int(alone) <= 2100
        return at if whole and ahead else None
    if not is_year(read, at, at):
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
        alone = form[1:] if form[:1] in {"و", "ب", "ل"} and form not in lists.period_heads else form
        turned = alone in lists.period_heads and after in lists.period_adjectives
        if (
            alone in lists.period_heads
            and read.near(at + 2)
            and after in {"المالي", "الدراسي", "الميلادي", "الهجري"}
        ):
            return at + 2 if read.form(at + 2) in lists.period_adjectives else None
        this = form in {"هذا", "هذه"} and after in lists.period_heads
        return at + 1 if turned or this else None
    near = bare(after) in lists.period_heads | lists.days | lists.months | lists.periods
    if form not in lists.period_adjectives:
        return None
    counted = at + 1 if after in {"few", "several"} else number_end(read, at + 1)
    if counted is not None and read.form(counted + 1) in lists.periods:
        return counted + 1
    return at + 1 if near else None


def _date_goes_on(read: Reading, at: int) -> int:
    """The last word of a date whose first is known: further numbers, months and years, a month's twin."""
    last = at
    months = read.lists.months
    while _reaches(read, last + 1):
        form = read.form(last + 1)
        number = read.text[read.every[last + 1].start].isdecimal() and is_number(read, last + 1)
        of_month = form in {"الأول", "الثاني"} and read.form(last) in months
        month = form in months and (read.arabic or read.upper(last + 1))
        month = month or (
            read.arabic and form in read.lists.days and read.form(last) in read.lists.days
        )
        number = number or (
            not read.arabic and read.form(last) in months and bool(NTH.fullmatch(form))
        )
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


def _reaches(read: Reading, at: int) -> bool:
    """Whether a date may go on at a word: beside it, behind a comma, or with its twin in brackets."""
    if read.near(at) or _comma_year(read, at) or _behind_short_month(read, at):
        return True
    if not read.arabic:
        return False
    gap, form, before, lists = read.gap(at), read.form(at), read.form(at - 1), read.lists
    if gap == " (":
        return (form in lists.months and before in lists.months | {"الأول", "الثاني"}) or (
            form in lists.days and before in lists.relative | {"أول"}
        )
    in_twin = before in lists.months | {"الأول", "الثاني"}
    return gap == ") " and in_twin and (is_year(read, at, at) or form in lists.period_adjectives)


def _behind_short_month(read: Reading, at: int) -> bool:
    """Whether a day follows a month that is cut short: Feb. 24."""
    before = read.form(at - 1)
    short = not read.arabic and before in read.lists.months and len(before) <= 4
    return short and read.gap(at) == ". " and is_number(read, at)


def _comma_year(read: Reading, at: int) -> bool:
    """Whether a year follows a comma: 3 March, 2024."""
    if at < 2 or read.arabic or read.gap(at) != ", ":
        return False
    return is_year(read, at, at) and read.form(at - 1)[:1].isdigit()


def clock(read: Reading) -> Iterator[Match]:
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
        while read.near(last + 1) and (step := _part_step(read, last + 1)):
            last += step
        return last
    if (
        read.arabic
        and form in lists.ordinals
        and _part_step(read, at + 1) == 2
        and read.near(at + 1)
    ):
        return at + 2
    if read.arabic and form in lists.ordinals and _is_part(read, at + 1):
        day = after in lists.day_parts and read.form(at + 2) in lists.days
        return at + 1 + int(day)
    minute = (
        form == "الدقيقة"
        and read.near(at + 1)
        and after.removeprefix("الـ").removeprefix("ال").isdecimal()
    )
    return at + 1 if minute else None


def _part_step(read: Reading, at: int) -> int:
    """How many words a time goes on with: صباحا, والنصف, بعد الظهر, من مساء."""
    if _is_part(read, at) or read.form(at) in {"والنصف", "والربع"}:
        return 1
    noon = read.form(at) in {"بعد", "قبل"} and read.form(at + 1) in {"ظهر", "الظهر"}
    return 2 * (noon or (read.form(at) == "من" and read.form(at + 1) in read.lists.day_parts))


def _is_part(read: Reading, at: int) -> bool:
    """Whether a word is a part of a day."""
    return read.form(at) in read.lists.time_words or read.form(at) in read.lists.day_parts


def _part_of_day_end(read: Reading, at: int) -> int | None:
    """The last word of a part of a day: every evening, Monday night, مساء الأربعاء, ليلا."""
    lists, form = read.lists, read.form(at)
    if form in {"every", "each", "كل"} and read.form(at + 1) in lists.day_parts:
        return at + 1
    if form == "منتصف" and read.form(at + 1) in {"الليل", "النهار"}:
        return at + 1
    if not _is_part(read, at):
        return None
    beside = read.form(at + 1 if read.arabic else at - 1)
    dated = beside in lists.days or beside in lists.relative
    of_day = form in lists.day_parts and dated
    alone = form in lists.time_words and not (read.arabic and (dated or beside == "اليوم"))
    return at if of_day or alone else None
