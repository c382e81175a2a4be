"""Entities by rule and by name: numbers, dates, money, places, titles and the persons behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec
import regex

from qawl.suggest.gazetteer import PROCLITICS, Gazetteer, Match, places
from qawl.suggest.sentences import Quote
from qawl.suggest.words import Word, words

_NUMBER = regex.compile(r"(?<![\p{L}\p{N}])\p{Nd}+(?:[.,٫٬/]\p{Nd}+)*(?![\p{L}\p{N}])")
_SIGN_MONEY = regex.compile(
    r"(?<![\p{L}\p{N}])[$€£¥]\s?\p{Nd}+(?:[.,]\p{Nd}+)*(?:\s?(?:million|billion|trillion|thousand|m|bn|tn|k)\b)?",
    regex.I,
)
_SIGN_PERCENT = regex.compile(r"\p{Nd}+(?:[.,٫]\p{Nd}+)?\s?[%٪]")
_SITE = regex.compile(
    r"(?<![\p{L}\p{N}@])(?:https?://\S+?|(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|gov|edu|info|io|tv))(?=[\s،,.;)»”\"]|$)",
    regex.I,
)
_TIME = regex.compile(
    r"(?<![\p{L}\p{N}])\p{Nd}{1,2}[:.٫]\p{Nd}{2}(?:\s?[ap]\.?m\.?)?(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])\p{Nd}{1,2}\s?[ap]\.?m\b",
    regex.I,
)
_CLOCK_DOT = regex.compile(r"\p{Nd}{1,2}[.٫]\p{Nd}{2}$")


class Lists(msgspec.Struct, frozen=True):
    """The words of one language that tell entities."""

    numbers: frozenset[str] = frozenset()
    scales: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    unit_adjectives: frozenset[str] = frozenset()
    periods: frozenset[str] = frozenset()
    relative: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    period_heads: frozenset[str] = frozenset()
    period_adjectives: frozenset[str] = frozenset()
    year_heads: frozenset[str] = frozenset()
    day_parts: frozenset[str] = frozenset()
    percent: frozenset[str] = frozenset()
    ordinals: frozenset[str] = frozenset()
    websites: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    no_names: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    streets: frozenset[str] = frozenset()
    function_words: frozenset[str] = frozenset()
    no_offices: frozenset[str] = frozenset()


@cache
def lists(language: str) -> Lists:
    """The lists of a language; empty ones where Qawl has none."""
    short = language.partition("-")[0].lower()
    said = msgspec.yaml.decode(files("qawl.suggest").joinpath("data", "entities.yaml").read_bytes())
    given = {name: frozenset(values) for name, values in said.get(short, {}).items()}
    return Lists(**given, months=_months(short)) if given else Lists()


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
    return frozenset(word.form for name in names for word in words(name)) - {
        "may",
        "الأول",
        "الثاني",
    }


@dataclass(slots=True)
class _Text:
    text: str
    every: list[Word]
    lists: Lists
    arabic: bool

    def form(self, at: int) -> str:
        return self.every[at].form if 0 <= at < len(self.every) else ""

    def near(self, at: int) -> bool:
        """Whether nothing but white space or a slash parts a word from the one before it."""
        return not self.text[self.every[at - 1].end : self.every[at].start].strip(" \u00a0/-")


def entities(text: str, language: str, known: Gazetteer, quotes: Sequence[Quote]) -> list[Match]:
    """The entities of a text, by what they are (`person`, `place`, …; see `qawl.scheme.scheme.FINDS`).

    `known` are names that annotators marked in other articles.
    Of two that overlap the longer one stays, or both where one lies in the other with another label.
    """
    arabic = language.partition("-")[0].lower() == "ar"
    read = _Text(text, words(text), lists(language), arabic)
    found = [*_numbers(read), *_dates(read), *_sites(read)]
    named = [*known.find(text, read.every, arabic=arabic)]
    named += places(language).find(text, read.every, arabic=arabic)
    found += named
    # A name that is known as something else is no person because it is quoted.
    taken = {(each.start, each.end) for each in named}
    found += [each for each in _persons(read, quotes) if (each.start, each.end) not in taken]
    found += _offices(read) if arabic else _english_offices(read)
    if not arabic:
        found += _capitalised(read)
    return _settled(found)


_RANK = (
    "person",
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
    ("office", "place"),
    ("organisation", "nationality"),
    ("organisation", "place"),
    ("organisation", "region"),
    ("region", "place"),
    ("facility", "place"),
    ("event", "place"),
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


def _numbers(read: _Text) -> Iterator[Match]:
    """Amounts: what is counted decides between money, percent, quantity, time and number."""
    for each in _SIGN_MONEY.finditer(read.text):
        yield Match("money", *each.span())
        yield Match("currency", each.start(), each.start() + 1)
    for each in _SIGN_PERCENT.finditer(read.text):
        yield Match("percent", *each.span())
    for each in _TIME.finditer(read.text):
        if not _CLOCK_DOT.search(each.group()):
            yield Match("time", *each.span())
    at = 0
    while at < len(read.every):
        last = _number_end(read, at)
        if last is None:
            if read.form(at) in read.lists.ordinals and not (
                at and read.form(at - 1) in read.lists.months
            ):
                yield Match("ordinal", read.every[at].start, read.every[at].end)
            at += 1
            continue
        yield from _counted(read, at, last)
        at = last + 1


def _number_end(read: _Text, at: int) -> int | None:
    """The last word of a number that begins at a word; None where none begins."""
    if not _is_number(read, at):
        return None
    last = at
    while last + 1 < len(read.every) and read.near(last + 1):
        form = read.form(last + 1)
        joined = form.removeprefix("و") if read.arabic else form
        if form in read.lists.scales or (
            read.form(last) not in read.lists.scales
            and not read.form(last)[:1].isdigit()
            and joined in read.lists.numbers
        ):
            last += 1
        else:
            break
    return last


def _is_number(read: _Text, at: int) -> bool:
    word = read.every[at]
    surface = read.text[word.start : word.end]
    return word.form in read.lists.numbers or bool(_NUMBER.fullmatch(surface))


def _counted(read: _Text, at: int, last: int) -> Iterator[Match]:
    lists, after = read.lists, last + 1
    start, end = read.every[at].start, read.every[last].end
    following = read.form(after) if after < len(read.every) and read.near(after) else ""
    two = f"{following} {read.form(after + 1)}" if after + 1 < len(read.every) else ""
    if following in lists.currencies:
        yield Match("money", start, read.every[after].end)
        yield Match("currency", read.every[after].start, read.every[after].end)
    elif following in lists.percent:
        yield Match("percent", start, read.every[after].end)
    elif two in lists.percent:
        yield Match("percent", start, read.every[after + 1].end)
    elif following in lists.units:
        stop = after + 1 if read.form(after + 1) in lists.unit_adjectives else after
        yield Match("quantity", start, read.every[stop].end)
        yield Match("unit", read.every[after].start, read.every[stop].end)
    elif following in lists.periods or following.endswith("-old"):
        yield Match("date", start, read.every[after].end)
    elif not _year(read, at, last) and not _month_beside(read, at, last):
        previous = read.form(at - 1) if at else ""
        if (
            previous not in lists.year_heads
            or not read.text[start:end].isdigit()
            or not read.arabic
        ):
            yield Match("number", start, end)


def _year(read: _Text, at: int, last: int) -> bool:
    surface = read.text[read.every[at].start : read.every[last].end]
    return len(surface) == 4 and surface.isdecimal() and 1800 <= int(surface) <= 2100


def _month_beside(read: _Text, at: int, last: int) -> bool:
    months = read.lists.months
    return read.form(last + 1) in months or (at > 0 and read.form(at - 1) in months)


def _dates(read: _Text) -> Iterator[Match]:
    """Days, months, years and the periods around today."""
    lists, at = read.lists, 0
    while at < len(read.every):
        last = _date_end(read, at)
        if last is None:
            at += 1
            continue
        start = read.every[at].start
        lead = (
            1
            if read.arabic and read.form(at)[:1] in {"و", "ف"} and read.form(at)[1:] in lists.days
            else 0
        )
        yield Match("date", start + lead, read.every[last].end)
        at = last + 1


def _date_end(read: _Text, at: int) -> int | None:
    """The last word of a date that begins at a word; None where none begins."""
    lists, form = read.lists, read.form(at)
    bare = form[1:] if read.arabic and form[:1] in {"و", "ف"} and form[1:] in lists.days else form
    if bare in lists.relative:
        return at
    if bare in lists.days or _month_begins(read, at):
        return _date_goes_on(read, at)
    return _year_end(read, at) or _period_end(read, at)


def _month_begins(read: _Text, at: int) -> bool:
    """Whether a month, or a day of a month, stands at a word."""
    months, word = read.lists.months, read.every[at]
    if word.form in months:
        return read.arabic or read.text[word.start].isupper()
    after = at + 1 < len(read.every) and read.near(at + 1) and read.form(at + 1) in months
    return after and _is_number(read, at)


def _year_end(read: _Text, at: int) -> int | None:
    """عام 2022 as a whole, of in 2022 the number alone."""
    heads = read.lists.year_heads
    if not read.arabic:
        return at if _year(read, at, at) and read.form(at - 1) in heads else None
    named = read.form(at) in heads and at + 1 < len(read.every)
    return at + 1 if named and _year(read, at + 1, at + 1) else None


def _period_end(read: _Text, at: int) -> int | None:
    """الشهر المقبل, هذا العام, last week."""
    lists, form, after = read.lists, read.form(at), read.form(at + 1)
    if read.arabic:
        turned = form in lists.period_heads and after in lists.period_adjectives
        this = form in {"هذا", "هذه"} and after in lists.period_heads
        return at + 1 if turned or this else None
    near = after in lists.period_heads | lists.days | lists.months
    return at + 1 if near and form in lists.period_adjectives else None


def _date_goes_on(read: _Text, at: int) -> int:
    """The last word of a date whose first is known: further numbers, months and years, a month's twin."""
    last = at
    while last + 1 < len(read.every) and read.near(last + 1):
        form = read.form(last + 1)
        number = _is_number(read, last + 1) and read.text[read.every[last + 1].start].isdecimal()
        if (
            number
            or form in read.lists.months | read.lists.period_adjectives
            or form in {"الأول", "الثاني"}
        ):
            last += 1
        else:
            break
    return last


def _sites(read: _Text) -> Iterator[Match]:
    for each in _SITE.finditer(read.text):
        yield Match("website", *each.span())
    for at, word in enumerate(read.every):
        form = word.form
        for lead in (0, 1):
            if form[lead:] in read.lists.websites and (
                not lead or (read.arabic and form[0] in PROCLITICS)
            ):
                yield Match("website", word.start + lead, word.end)
        del at


def _persons(read: _Text, quotes: Sequence[Quote]) -> Iterator[Match]:
    """Who is quoted by name: a source without its title, and its last name wherever it recurs."""
    last_names: dict[str, None] = {}
    for quote in quotes:
        if quote.source is None or quote.status != "named":
            continue
        inner = [w for w in read.every if quote.source.start <= w.start < quote.source.end]
        title, name = _parted(read, inner)
        if not title and not name and _alone(read, inner):
            name = inner
        if title:
            yield Match("office", title[0].start, title[-1].end)
        if name:
            yield Match("person", name[0].start, name[-1].end)
            last_names[name[-1].form] = None
    for word in read.every:
        upper = read.arabic or read.text[word.start].isupper()
        for lead in (0, 1):
            form = word.form[lead:]
            apart = not lead or (read.arabic and word.form[0] in PROCLITICS)
            if upper and apart and form in last_names:
                yield Match("person", word.start + lead, word.end)


def _alone(read: _Text, inner: list[Word]) -> bool:
    """Whether a source of one Arabic word is a name: it recurs, and is no word of another list."""
    if (
        not read.arabic
        or len(inner) != 1
        or inner[0].form.startswith("ال")
        or len(inner[0].form) < 4
    ):
        return False
    form = inner[0].form
    known = read.lists.titles | read.lists.organisations | read.lists.days | read.lists.no_names
    bare = {form, *(f"{each}{form}" for each in PROCLITICS)}
    return form not in known and sum(word.form in bare for word in read.every) > 1


def _offices(read: _Text) -> Iterator[Match]:
    """Arabic offices and bodies: وزير الخارجية, الرئيس الأميركي, وزارة المالية."""
    lists = read.lists
    for at, word in enumerate(read.every):
        lead = (
            1
            if word.form[:1] in PROCLITICS and word.form[1:] in lists.titles | lists.organisations
            else 0
        )
        form = word.form[lead:]
        label = (
            "office"
            if form in lists.titles
            else "organisation"
            if form in lists.organisations
            else None
        )
        if label is None:
            continue
        last = at
        while last + 1 < len(read.every) and read.near(last + 1) and last - at < 3:
            following = read.form(last + 1)
            if (
                not following.startswith("ال")
                or following in lists.days | lists.period_heads | lists.relatives
            ):
                break
            if (last > at or form.startswith("ال")) and not following.endswith(("ي", "ية")):
                break
            last += 1
        if last > at or form.startswith("ال"):
            yield Match(label, word.start + lead, read.every[last].end)


def _english_offices(read: _Text) -> Iterator[Match]:
    """Titles in lower case: the mayor, a council officer."""
    for word in read.every:
        if (
            word.form in read.lists.titles - read.lists.no_offices
            and read.text[word.start].islower()
        ):
            yield Match("office", word.start, word.end)


def _parted(read: _Text, inner: list[Word]) -> tuple[list[Word], list[Word]]:
    """(title, name) of a source; the name is what follows the title: two to three words in Arabic."""
    if not inner or inner[0].form in read.lists.organisations | read.lists.no_names:
        return [], []
    if not read.arabic and any(
        w.form in read.lists.organisations | read.lists.streets for w in inner
    ):
        return [], []
    if not read.arabic:
        name: list[Word] = []
        for word in reversed(inner):
            if not read.text[word.start].isupper() or word.form in read.lists.titles:
                break
            name.insert(0, word)
        title = [w for w in inner[: len(inner) - len(name)] if w.form not in {"the", "a", "an"}]
        return (title if title and title[-1].form in read.lists.titles else []), name if 2 <= len(
            name
        ) <= 3 else []
    if inner[0].form not in read.lists.titles:
        plain = [w for w in inner if not w.form.startswith("ال")]
        return [], inner if len(inner) == 2 and len(plain) >= 1 and not inner[0].form.startswith(
            "ال"
        ) else []
    cut = 1
    while cut < len(inner) and (
        inner[cut].form.startswith(("ال", "لل")) or (cut == 1 and len(inner) - cut > 2)
    ):
        cut += 1
    name = inner[cut:]
    if len(name) not in {2, 3}:
        return (
            inner if len(inner) <= 3 and all(w.form.startswith("ال") for w in inner[1:]) else []
        ), []
    return inner[:cut], name


def _capitalised(read: _Text) -> Iterator[Match]:
    """Names in Latin script: organisations by their kind, persons by a last name that recurs."""
    runs = list(_runs(read))
    singles = {run[0].form for run in runs if len(run) == 1}
    for run in runs:
        forms = [w.form for w in run]
        if any(each in read.lists.organisations for each in forms[1:]) and len(run) <= 5:
            yield Match("organisation", run[0].start, run[-1].end)
        elif forms[0] in read.lists.titles and len(run) in {2, 3, 4}:
            yield Match("office", run[0].start, run[0].end)
            yield Match("person", run[1].start, run[-1].end)
        elif (
            len(run) == 2
            and not read.lists.streets & {*forms}
            and forms[1] in singles
            and forms[0] not in read.lists.days | read.lists.months
        ):
            yield Match("person", run[0].start, run[1].end)
            for other in runs:
                if len(other) == 1 and other[0].form == forms[1]:
                    yield Match("person", other[0].start, other[0].end)


def _runs(read: _Text) -> Iterator[list[Word]]:
    """Words with a capital letter that stand side by side."""
    run: list[Word] = []
    for word in read.every:
        upper = read.text[word.start].isupper() and not read.text[word.start : word.end].isupper()
        beside = run and read.text[run[-1].end : word.start] == " "
        if run and not (upper and beside):
            yield run
            run = []
        if upper and word.form not in read.lists.function_words:
            run.append(word)
    if run:
        yield run
