"""Dates as news sites write them → ISO dates; what is relative or can't be told is refused.

Months may be Levantine (كانون الثاني), Egyptian (يناير), Maghrebi (جانفي, غشت), both at once
(كانون الثاني/يناير) or English; digits Arabic-Indic, Persian or European.
"""

import datetime as dt
import re
import unicodedata

_MONTHS = (
    "كانون الثاني|يناير|جانفي|january|jan",
    "شباط|فبراير|فيفري|february|feb",
    "اذار|مارس|march|mar",
    "نيسان|ابريل|افريل|april|apr",
    "ايار|مايو|ماي|may",
    "حزيران|يونيو|يونيه|جوان|june|jun",
    "تموز|يوليو|يوليه|جويليه|يوليوز|july|jul",
    "اب|اغسطس|اوت|غشت|august|aug",
    "ايلول|سبتمبر|شتنبر|september|sept|sep",
    "تشرين الاول|اكتوبر|october|oct",
    "تشرين الثاني|نوفمبر|نونبر|november|nov",
    "كانون الاول|ديسمبر|دجنبر|december|dec",
)
"""Names of each month as `_plain` leaves them."""

_YEAR = re.compile(r"\d{4}")
_ISO = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[Tt ]\d{2}:?\d{2}.*)?")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)")
_MONTH = "|".join(f"(?P<m{number}>{names})" for number, names in enumerate(_MONTHS, start=1))
_ANY_MONTH = "|".join(_MONTHS)
_NAMED = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,،-]*(?:of )?(?<!\w)(?:{_MONTH})\.?(?!\w)"
    rf"(?:\s*[/(-]\s*(?P<second>{_ANY_MONTH})\s*\)?)?[\s,،-]*(?:(?:من )?عام )?(?P<year>\d{{4}})(?!\d)"
)
_AMERICAN = re.compile(
    rf"(?<!\w)(?:{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,،]+(?P<year>\d{{4}})(?!\d)"
)
_RELATIVE = re.compile(
    r"(?:منذ|قبل) (?:(?P<count>\d+) )?(?P<unit>\w+)|(?P<english>\d+|an?) (?P<units>\w+?)s? ago"
    r"|(?P<day>اول امس|امس|اليوم|yesterday|today)"
)
_DAYS = {"امس": 1, "yesterday": 1, "اول امس": 2, "اليوم": 0, "today": 0}
_UNITS = (
    ("دقيقه دقائق دقيقتين minute min", 1),
    ("ساعه ساعات ساعتين hour", 60),
    ("يوم ايام يومين day", 60 * 24),
    ("اسبوع اسابيع اسبوعين week", 60 * 24 * 7),
)
_TWO = ("تين", "مين", "عين")
_LINE = re.compile(
    r"(?:(?:تاريخ|تم|اخر) )?(?:النشر|نشر|التحديث|تحديث|حدث|published|updated|posted|date)?"
    r"(?: (?:في|بتاريخ|يوم|on))?\s*[:|]?\s*"
    r"(?:(?:ال)?(?:سبت|احد|اثنين|ثلاثاء|اربعاء|خميس|جمعه)|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)?"
    r"[\s,،]*(?P<date>\d.*?|[a-z]{3,9}\.? \d.*?)"
    r"(?:[\s,،|-]*(?:الساعه)?\s*\d{1,2}:\d{2}(?::\d{2})?\s*(?:ص|م|am|pm|gmt|صباحا|مساء|بتوقيت .*)?)?"
)
_LONGEST_COUNT = 9
_EDGE = 6
_LONGEST = 80


def parse(given: str, *, crawled: str | None = None, day_first: bool = False) -> str | None:
    """The ISO date of what a site says, None where it can't be told.

    Relative dates need `crawled`, an ISO date or time. `day_first` decides 5/6/2024, which is
    refused otherwise; Arabic script decides it too. Seconds or milliseconds since 1970 are UTC.
    """
    plain = _plain(given)
    if plain.isdecimal() and len(plain) in (9, 10, 12, 13):
        seconds = int(plain) // (1000 if len(plain) > 10 else 1)
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
    if match := _ISO.fullmatch(plain):
        return _iso(*match.groups())
    if match := _YEAR_FIRST.search(plain):
        return _iso(*match.groups())
    if match := _NAMED.search(plain) or _AMERICAN.search(plain):
        return _named(match)
    if match := _YEAR_LAST.search(plain):
        return _numbers(*match.groups(), day_first=day_first or _is_arabic(given))
    return _relative(plain, crawled) if crawled else None


def line(text: str) -> tuple[str, str] | None:
    """The first line near the start or end of an article that is nothing but a date: (line, ISO)."""
    lines = [each.strip() for each in text.split("\n")]
    for each in lines[:_EDGE] + lines[-_EDGE:]:
        if (
            len(each) <= _LONGEST
            and _YEAR.search(each)
            and (match := _LINE.fullmatch(_plain(each)))
        ):
            found = _alone(match["date"])
            if found:
                return each, found
    return None


def _alone(plain: str) -> str | None:
    """The ISO date that these words are, without anything else."""
    for pattern in (_ISO, _YEAR_FIRST, _NAMED, _AMERICAN, _YEAR_LAST):
        if pattern.fullmatch(plain.strip()):
            return parse(plain, day_first=True)
    return None


def _plain(given: str) -> str:
    """Lower case, European digits, without diacritics, with one spelling of alef, yeh and teh."""
    letters = []
    for each in unicodedata.normalize("NFKD", given).lower():
        category = unicodedata.category(each)
        if category in {"Mn", "Cf"} or each == "ـ":
            continue
        letters.append(str(unicodedata.decimal(each)) if category == "Nd" else each)
    plain = "".join(letters).translate(str.maketrans("ىة", "يه"))
    return " ".join(plain.split())


def _is_arabic(given: str) -> bool:
    return any("\u0600" <= each <= "\u06ff" for each in given)


def _named(match: re.Match[str]) -> str | None:
    """A date with a named month; two names must be of the same month."""
    groups = match.groupdict()
    month = next(number for number in range(1, 13) if groups[f"m{number}"])
    second = groups.get("second")
    if second and second not in _MONTHS[month - 1].split("|"):
        return None
    return _iso(groups["year"], month, groups["day"])


def _numbers(first: str, second: str, year: str, *, day_first: bool) -> str | None:
    """Two numbers and a year: the one above 12 is the day, else the order must be known."""
    if int(first) > 12 or day_first or first == second:
        return _iso(year, second, first)
    return _iso(year, first, second) if int(second) > 12 else None


def _iso(year: str | int, month: str | int, day: str | int) -> str | None:
    """The date if there is such a day, between 1900 and 2100: years of other calendars are not."""
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return date.isoformat() if 1900 <= date.year < 2100 else None


def _relative(plain: str, crawled: str) -> str | None:
    """The day before `crawled` that is meant; none where the calendar has no such day."""
    match = _RELATIVE.search(plain)
    minutes = _minutes(match) if match else None
    if minutes is None:
        return None
    try:
        then = dt.datetime.fromisoformat(crawled)
        return (then - dt.timedelta(minutes=minutes)).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _minutes(match: re.Match[str]) -> int | None:
    """How long ago it was."""
    if match["day"]:
        return 24 * 60 * _DAYS[match["day"]]
    unit = match["unit"] or match["units"]
    minutes = next((each for names, each in _UNITS if unit in names.split()), None)
    count = match["count"] or match["english"] or ("2" if unit.endswith(_TWO) else "1")
    if minutes is None or len(count) > _LONGEST_COUNT:
        return None
    return minutes * (1 if count in {"a", "an"} else int(count))
