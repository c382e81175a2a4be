"""Numbers and ordinals in words or digits, and where they begin and end."""

import regex

from qawl.suggest.lists import Reading

NTH = regex.compile(r"\p{Nd}+(?:st|nd|rd|th)")
"""An ordinal in digits: 19th."""
_NUMBER = regex.compile(r"(?<![\p{L}\p{N}])\p{Nd}+(?:[.,٫٬/]\p{Nd}+)*(?![\p{L}\p{N}])")


def number_end(read: Reading, at: int) -> int | None:
    """The last word of a number that begins at a word; None where none begins."""
    if not read.arabic and (some := _some(read, at)) is not None:
        return some
    if not is_number(read, at):
        return None
    last = at
    while (adds := _adds(read, last + 1)) or read.near(last + 1):
        form, before = read.form(last + 1), read.form(last)
        joined = form.removeprefix("و") if read.arabic else form
        scale = form in read.lists.scales and not (before in read.lists.scales and before == form)
        spelt = before not in read.lists.scales and not before[:1].isdigit()
        follows = read.arabic and form.startswith("و") and joined in read.lists.scales
        if scale or follows or adds or (spelt and joined in read.lists.numbers):
            last += 1
        else:
            break
    if not read.arabic and [read.form(n) for n in range(last + 1, last + 4)] in _AND_A_PART:
        last += 3
    return last


def _adds(read: Reading, at: int) -> bool:
    """Whether digits go on with a number behind `and`: 3 ملايين و200 ألف."""
    if not read.arabic or read.gap(at) != " و" or read.form(at - 1) not in read.lists.scales:
        return False
    return read.form(at).isdecimal() and read.form(at + 1) in read.lists.scales


_AND_A_PART = [["and", "a", "half"], ["and", "a", "quarter"]]


def _some(read: Reading, at: int) -> int | None:
    """The last word of an English amount without a numeral: a million, half of, a few metres."""
    form = read.form(at)
    if form == "half":
        return _half(read, at)
    if form in {"a", "an"}:
        return _a_number(read, at + 1)
    lists = read.lists
    return (
        at
        if form == "several" and read.form(at + 1) in lists.times | lists.periods | lists.units
        else None
    )


def _half(read: Reading, at: int) -> int | None:
    """Half of them, half a million, half an hour; not the first half."""
    lists, following = read.lists, read.form(at + 1)
    if read.form(at - 1) in lists.before_halves or not read.near(at + 1):
        return None
    counted = read.form(at + 2)
    if following in {"a", "an"} and counted in lists.scales | lists.times | lists.periods:
        return at + 1 + (counted in lists.scales)
    return at if following in lists.of_halves else None


def _a_number(read: Reading, at: int) -> int | None:
    """What stands behind an article: a million, a third of, a few metres, a couple of days."""
    lists, form = read.lists, read.form(at)
    if form in {"third", "quarter", "fifth", "tenth"}:
        return at if read.form(at + 1) == "of" else None
    if form in {"few", "couple"}:
        last = at + (form == "couple" and read.form(at + 1) == "of")
        counted = lists.scales | lists.times | lists.periods | lists.units | lists.currencies
        return last if read.form(last + 1) in counted else None
    return at if form in lists.scales and len(form) > 2 and read.near(at) else None


def is_number(read: Reading, at: int) -> bool:
    """Whether a number begins at a word; many rules ask of the same one."""
    found = read.counted.get(at)
    if found is None:
        found = read.counted[at] = _begins_number(read, at)
    return found


def _begins_number(read: Reading, at: int) -> bool:
    word = read.every[at]
    surface = read.text[word.start : word.end]
    form = word.form
    if form in {"أحد", "إحدى", "الإحدى"}:
        return read.form(at + 1) in {"عشر", "عشرة"}
    if form in {"one", "واحد", "واحدة"}:
        return _is_one(read, at)
    if read.arabic and _is_eleven(read, at):
        return True
    if _bare_number(read, form) or _short_number(read, at) or _NUMBER.fullmatch(surface):
        return True
    parts = form.split("-")
    return len(parts) > 1 and all(each in read.lists.numbers for each in parts)


def _is_one(read: Reading, at: int) -> bool:
    """Whether one counts: one of them, one euro, one man; not no one, one day or one must."""
    following, lists = read.form(at + 1), read.lists
    if following in lists.scales | lists.units | lists.currencies | lists.percent:
        return True
    before = read.form(at - 1) in lists.before_one
    if read.arabic or not read.beside(at + 1) or before or following in lists.not_one:
        return False
    if following == "of":
        return read.form(at + 2) in lists.of_several
    plain = following not in lists.function_words and not following.endswith("ly")
    return plain and read.text[read.every[at + 1].start].islower()


def _is_eleven(read: Reading, at: int) -> bool:
    """Whether the Sunday of a text is the eleven: البحارة الأحد عشر, not قتل الأحد عشرة أشخاص."""
    if (
        read.form(at) != "الأحد"
        or read.form(at + 1) not in {"عشر", "عشرة"}
        or not read.near(at + 1)
    ):
        return False
    after = read.form(at + 2)
    counted = read.near(at) and read.form(at - 1).startswith("ال") and read.form(at - 1) != "اليوم"
    return counted and (
        not read.near(at + 2) or after in read.lists.stops or after.startswith("ال")
    )


def _bare_number(read: Reading, form: str) -> bool:
    if form in read.lists.numbers or (read.arabic and form in read.lists.definite_numbers):
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


def number_start(read: Reading, at: int) -> int:
    """Where a number begins: behind a conjunction or preposition that stands apart."""
    word = read.every[at]
    apart = (
        read.arabic and word.form not in read.lists.numbers and word.form[1:] in read.lists.numbers
    )
    return word.start + int(apart)


def is_year(read: Reading, at: int, last: int) -> bool:
    """Whether a number is a year's."""
    surface = read.text[read.every[at].start : read.every[last].end]
    return len(surface) == 4 and surface.isdecimal() and 1500 <= int(surface) <= 2100


def ordinal_end(read: Reading, at: int) -> int:
    """The last word of an ordinal, which may have two in Arabic: الثاني عشر, الخامس والعشرين."""
    form = read.form(at + 1)
    tens = (
        form.startswith("وال") and form[1:] in read.lists.ordinals and form.endswith(("ين", "ون"))
    )
    return at + int(read.arabic and read.near(at + 1) and (tens or form in {"عشر", "عشرة"}))


def ordinal_extent(read: Reading, at: int) -> tuple[int, int]:
    """A word's extent without a conjunction that stands apart."""
    word = read.every[at]
    form = word.form
    lead = read.arabic and form[:1] in {"و", "ب", "ل"} and form not in read.lists.ordinals
    return word.start + int(lead), word.end
