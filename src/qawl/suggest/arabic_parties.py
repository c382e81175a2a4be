"""Who says something in Arabic, and to whom: behind the verb or ahead of it, with titles and asides."""

from qawl.suggest.arabic_cues import (
    PERFECT,
    cue_of,
    ends_sentence,
    has_stem,
    is_participle,
    words_until,
)
from qawl.suggest.arabic_words import is_people
from qawl.suggest.cues import Lexicon, lexicon_of
from qawl.suggest.gazetteer import places
from qawl.suggest.lists import lists
from qawl.suggest.sentences import FEW, Sentence
from qawl.suggest.words import MARKS, Stretch, Word, behind

Parties = tuple[Stretch | None, Stretch | None]
"""(source, addressee)."""

_ABOUT = ("خاطب", "نتقد", "هاجم")
"""Those of them that have an object: انتقد الحارس الحكم."""

THESE = frozenset(("هذا", "هذه", "ذلك", "تلك", "هؤلاء"))


def two_nouns(sentence: Sentence, at: int, between: list[Word]) -> Parties:
    """(source, addressee) where no word stands between the two, or one is not named."""
    cut = second_noun(between)
    if cut:
        return with_mark(sentence, between[:cut]), with_mark(sentence, between[cut:])
    form, ahead = sentence.form(at), subject_ahead(sentence, at)
    masculine = not form.endswith("ت") and not form.removeprefix("و").startswith("ت")
    other = not masculine and bool(between) and between[0].form in sentence.lexicon.of_men
    every = form.startswith("و") and bool(between) and between[0].form in _EVERY
    if between and not ahead and (other or every or _is_object(between, masculine=masculine)):
        return None, with_mark(sentence, between)
    if between and (ahead or (masculine and between[0].form.endswith("ة"))):
        return ahead, with_mark(sentence, between)
    return with_mark(sentence, between) or ahead, None


_EVERY = frozenset(("جميع", "كل", "كافة", "سائر", "مختلف"))
"""What opens whom somebody asks where the verb goes on with what they said: ودعت كافة الأطراف إلى."""


def _is_object(between: list[Word], *, masculine: bool) -> bool:
    """Whether whom a verb asks stands behind it, and who asks is not named: ودعت السكان إلى."""
    first = between[0].form
    accusative = first.startswith("ال") and first.endswith("ين") and len(first) > 6
    people = first in {"السكان", "المواطنين", "الناس", "الأهالي", "الجميع"}
    return len(between) == 1 and (accusative or (people and not masculine))


def second_noun(run: list[Word]) -> int:
    """Where the second of two nouns begins that no word parts; 0 if there is one alone."""
    known, titles = places("ar").names, lexicon_of("ar").of_titles
    for n in range(1, len(run)):
        before, form = run[n - 1].form, run[n].form
        whole = before.startswith("ال") or (before,) in known
        if not whole:
            continue
        people = form.startswith("ال") and form.endswith("ين") and len(form) > 6
        bare = form.removeprefix("ال")
        adjective = form.endswith(("ي", "ية", "ين", "ون")) or form in titles
        adjective |= _is_office(bare) or bare in _HONORIFICS  # أمين الوزارة الدكتور فلان
        people |= before.startswith("ال") and form.startswith("ال") and not adjective
        people |= form in _ANOTHER or form in lists("ar").organisation_heads
        people |= _is_office(form) and _is_name_of(
            run[:n]
        )  # استقبل الرئيس جوزف العلم سفيرة النرويج
        if people or ((form,) in known and known[(form,)] != "nationality"):
            return n
    return 0


_ANOTHER = frozenset(
    ("جميع", "كل", "كافة", "سائر", "مختلف", "بعض", "أعضاء", "أطراف", "طرفي", "قادة")
)
"""What begins another noun behind a definite one: دعت الأمم المتحدة جميع الأطراف."""


_PUBLISHED = frozenset(("بيانا", "تقريرا", "تصريحا", "منشورا", "رسالة", "تغريدة", "كتابا", "مقطعا"))
"""What somebody publishes before it is said what it says: نشر النادي بيانا قال فيه."""


def subject_ahead(sentence: Sentence, at: int) -> Stretch | None:
    """The subject before a verb, where it stands right before it: تقرير للوزارة قدّر أن, أما فلان فقال."""
    if apposed := _apposed(sentence, at):
        return apposed
    known = sentence.lexicon
    opened = sentence.form(0).removeprefix("و") in {"أما", "اما"} and at > 1
    run: list[Word] = []
    last = sentence.words[at]
    stops = known.complementisers | known.conjunctions
    for each in (sentence.words[n] for n in range(at - 1, -1, -1)):
        gap = sentence.gap(each, run[-1] if run else last)
        perfect = each.form in PERFECT or (last.form in PERFECT and each.form in {"كان", "كانت"})
        if perfect and not run and not gap:
            last = each
            continue
        comma = gap in {"،", ","} and opened and not run
        stop = each.form in stops or each.form.removeprefix("و") in known.complementisers
        if (gap and not comma) or stop or cue_of(sentence, each) or len(run) > 7:
            break
        if ends_sentence(sentence, each):
            break
        run.append(each)
    while len(run) > 1 and run[0].form in _PUBLISHED:
        del run[0]
    attached = sentence.form(at)[:1] in {"و", "ف"} and not opened and last is sentence.words[at]
    if not run or attached or run[-1].form.removeprefix("و") in known.prepositions:
        return None
    if run[-1].form.removeprefix("و") in known.occasions_of:
        return None
    first = run[-1]
    lead = 1 if first.form[:1] in {"و", "ف"} and first.form[1:] in known.pronouns else 0
    return Stretch(behind(sentence.text, first, lead), run[0].end)


def _apposed(sentence: Sentence, at: int) -> Stretch | None:
    """A description with its name between commas before a verb: لكن والي كسلا، حسن أبو عوف، أكد."""
    words, known = sentence.words, sentence.lexicon
    if at < 3 or sentence.gap(words[at - 1], words[at]) not in {"،", ","}:
        return None
    first = at - 1
    while first > 0 and not sentence.gap(words[first - 1], words[first]):
        first -= 1
    name = words[first:at]
    stops = known.prepositions | known.conjunctions | known.complementisers | known.adverbs
    if first == 0 or sentence.gap(words[first - 1], words[first]) not in {"،", ","}:
        return None
    aside = name[0].form in _ASIDE or has_stem(name[0].form, _UNNAMED)
    plain = any(w.form in stops or cue_of(sentence, w) for w in name)
    named = not plain and len(name) in {2, 3, 4} and not name[0].form.startswith(("ال", "و"))
    if not named and not aside:
        return None
    start = first
    while start > 0 and words[start - 1].form not in known.conjunctions | known.complementisers:
        if start < first and sentence.gap(words[start - 1], words[start]):
            break
        start -= 1
    described = words[start:first]
    told = any(cue_of(sentence, w) for w in described)
    if not 0 < len(described) <= 8 or told:
        return None
    return Stretch(words[start].start, words[first - 1].end if aside else name[-1].end)


_ASIDE = frozenset(("وهو", "وهي", "وهم", "الذي", "التي", "الذين", "لم"))
"""What opens an aside on somebody: الوزير، الذي تسلم منصبه أمس، قال."""

_UNNAMED = ("طلب", "تحدث", "رفض", "فضل", "اشترط", "طالب")
"""Stems of verbs with which somebody asks not to be named."""


def parties(sentence: Sentence, at: int, until: int) -> Parties:
    """(source, addressee) between a verb and what is said."""
    inner = words_until(sentence, at, until)
    gap = sentence.gap(sentence.words[at], inner[0]) if inner else ""
    if gap[:1] in {"،", ","} and gap[-1:] in MARKS:  # «…»، تقول، «…»
        return None, None
    source = named_run(sentence, inner)
    form, telling = sentence.form(at), sentence.lexicon.telling
    if source is not None and (has_stem(form, telling) or has_stem(form, _ABOUT)):
        run = [each for each in inner if source.start <= each.start < source.end]
        cut = second_noun(run)  # أبلغ المدعي العام المحكمة أن
        if cut:
            return with_mark(sentence, run[:cut]), with_mark(sentence, run[cut:])
        if _is_object(run, masculine=False):  # أخبر الحاضرين أن
            return None, source
    rest = [each for each in inner if source is None or each.start >= source.end]
    return source, _addressee(sentence, rest)


def named_run(
    sentence: Sentence, inner: list[Word], *, prepositions: bool = True, addressed: bool = True
) -> Stretch | None:
    """The words from the first on that name somebody: up to a comma, a preposition, an addressee."""
    taken: list[Word] = []
    known = sentence.lexicon
    inner = _behind_times(known, inner)
    if inner and (inner[0].form in known.manners | THESE or is_participle(sentence, inner[0])):
        return None
    for each in inner:
        gap = sentence.gap(taken[-1], each).strip('«»“”"') if taken else ""
        opens = each.form.removeprefix("ف") in known.complementisers
        if gap or (opens and not _in_name(sentence, each)) or each.form in _RELATIVES:
            break
        deed = each.form.startswith("ال") and each.form[2:] in known.deeds and _is_name_of(taken)
        if deed or (
            len(taken) > 1 and each.form.startswith("بال") and each.form[3:] in known.deeds
        ):
            break  # عزا الخبير سامي خوري الانهيار إلى, أشاد الوزير خوان دياز بالتعاون
        when = each.form in known.adverbs | known.manners and not _is_called(sentence, each)
        if taken and (when or each.form == "ذلك" or _is_manner(each)):
            break
        if (
            prepositions
            and each.form in known.prepositions
            and not (_belongs(sentence, taken, each) or _is_called(sentence, each))
        ):
            break
        addressee = prepositions and _to(sentence, each) and not _of_title(known, taken, each)
        if addressee and not _is_named(taken, each) and (addressed or taken):
            break
        taken.append(each)
    if not taken:
        return None
    return with_name(sentence, inner, taken)


def _is_called(sentence: Sentence, word: Word) -> bool:
    """Whether a part of a day is somebody's name: صباح النعيمي; not: صباح السبت."""
    following = next(iter(sentence.within(word.end, sentence.end)), None)
    known = lists("ar")
    if following is None or word.form not in known.given:
        return False
    return following.form not in known.days | known.relative | {"يوم", "العام"}


def _in_name(sentence: Sentence, word: Word) -> bool:
    """Whether a word stands in short marks, which hold a name: شبكة «سي إن إن»."""
    mark = sentence.inside(word.start)
    return mark is not None and sentence.size(mark) < FEW


def _is_name_of(taken: list[Word]) -> bool:
    """Whether words end in a given name and what stands behind it."""
    named = {w.form for w in taken[-2:]} - {"باسم"}  # متحدثة باسم الحماية المدنية
    return len(taken) > 1 and bool(named & lists("ar").given)


def _is_named(taken: list[Word], word: Word) -> bool:
    """Whether a word with an ل is part of a name: صحيفة لوموند, خالد لطفي; not: علي عمر لـ«الشرق»."""
    before = taken[-1].form if taken else ""
    names = before in lists("ar").given or before in lists("ar").named_by_a_word
    known = lexicon_of("ar")
    outlet = word.form[1:] in known.reporters  # منير مصطفى لوكالة الأنباء
    return names and not outlet and word.form != "ل" and not word.form.startswith("لل")


_RELATIVES = frozenset(("الذي", "التي", "الذين", "اللذان", "اللذين", "اللتان", "اللتين", "اللواتي"))

_LAST = frozenset(("الماضي", "الماضية", "المنصرم", "المنصرمة", "الفائت", "الجاري", "الحالي"))


def _behind_times(known: Lexicon, inner: list[Word]) -> list[Word]:
    """The words behind those that say when, and behind pronouns: قال له يومها الوزير."""
    skipped = known.pronouns_by | (known.adverbs - known.prepositions)
    while inner:
        if len(inner) > 1 and inner[0].form in _PERIODS and inner[1].form in _LAST:
            inner = inner[2:]
        elif inner[0].form in skipped or _is_manner(inner[0]):
            inner = inner[1:]
        else:
            break
    return inner


def _is_manner(word: Word) -> bool:
    """Whether a word says how or in which language somebody speaks: قال بالعربية."""
    return word.form.startswith("بال") and word.form.endswith("ية")


_PERIODS = frozenset(("العام", "الأسبوع", "الشهر", "السنة", "الليلة"))


def with_name(sentence: Sentence, inner: list[Word], taken: list[Word]) -> Stretch | None:
    """A description with the name set apart behind it: مدير المشروع، سامي خوري،."""
    whole = with_mark(sentence, taken)
    rest = inner[len(taken) :]
    if whole is None or len(taken) < 2:
        return whole
    if rest and rest[0].form == "في":  # رئيس البلدية في المدينة، سامي خوري،
        ahead = next((n for n in (1, 2) if _parted(sentence, rest[n : n + 2])), None)
        rest = [] if ahead is None else [*rest[ahead : ahead + 1], *rest[ahead + 1 :]]
        before, rest = rest[:1], rest[1:]
    else:
        before = taken[-1:]
    if not before or not rest or sentence.gap(before[0], rest[0]) not in {"،", ","}:
        return whole
    name: list[Word] = []
    for each in rest:
        if name and sentence.gap(name[-1], each):
            break
        name.append(each)
    closes = sentence.text[name[-1].end : name[-1].end + 1] in {"،", ",", ":"}
    return Stretch(whole.start, name[-1].end) if closes and _names(sentence, name) else whole


def _parted(sentence: Sentence, pair: list[Word]) -> bool:
    """Whether a comma stands between two words."""
    return len(pair) == 2 and sentence.gap(*pair) in {"،", ","}


def _is_office(form: str) -> bool:
    return form in lists("ar").titles or form in lists("ar").occupations


_HONORIFICS = frozenset(
    ("دكتور", "دكتورة", "أستاذ", "أستاذة", "سيد", "سيدة", "شيخ", "شيخة", "حاج", "حاجة")
)

_OF_DESCENT = frozenset(("بن", "ابن", "بنت", "ولد", "أبو", "آل", "عبد"))


def _names(sentence: Sentence, run: list[Word]) -> bool:
    """Whether words between commas are somebody's name, with a title or a nationality before it."""
    known = sentence.lexicon
    first = run[0].form
    bare = first.removeprefix("ال")
    if first != bare and (_is_office(bare) or is_people(bare) or bare in _HONORIFICS):
        run = run[1:]
        while run[1:] and is_people(run[0].form):
            run = run[1:]
    elif first != bare or first.startswith("و"):
        return False
    stops = known.prepositions | known.adverbs | known.described | known.occasions_of
    plain = any(each.form in stops | known.conjunctions for each in run)
    most = 5 if any(each.form in _OF_DESCENT for each in run) else 3
    return not plain and 2 <= len(run) <= most


def with_mark(sentence: Sentence, run: list[Word]) -> Stretch | None:
    """A run of words with the closing mark of a name at its end."""
    if not run:
        return None
    start, end = run[0].start, run[-1].end
    mark = sentence.inside(run[-1].start)
    named = mark is not None and mark.start >= start and mark.end == end + 1
    return Stretch(start, end + named)


def _belongs(sentence: Sentence, taken: list[Word], word: Word) -> bool:
    """Whether a preposition goes on with a description: مسؤول في البلدية, رفض الكشف عن هويته.

    An office goes on with its body: مدير المشاريع في وزارة المياه, النائب عن كتلة الإصلاح.
    """
    if not taken:
        return False
    after = next(iter(sentence.within(word.end, sentence.end)), None)
    body = after is not None and after.form in lists("ar").organisation_heads
    if body and word.form in _OF_BODIES and _is_office(taken[0].form.removeprefix("ال")):
        return True
    if word.form == "عن" and taken[-1].form.removeprefix("ال") in {"صادر", "صادرة"}:
        return body  # تقرير صادر عن منظمة الصحة
    counted = len(taken) > 1 and taken[0].form in lists("ar").numbers
    if taken[counted].form not in sentence.lexicon.described:
        return False
    if word.form == "عن":
        return any(each.form in {"الكشف", "الإفصاح"} for each in taken)
    return (
        word.form in {"في", "من"}
        and after is not None
        and after.form.removeprefix("ال") not in sentence.lexicon.nouns | sentence.lexicon.occasions
        and after.form not in sentence.lexicon.complementisers
    )


_OF_BODIES = frozenset(("في", "من", "عن", "لدى"))


def _of_title(known: Lexicon, taken: list[Word], word: Word) -> bool:
    """Whether ل belongs to a name that is not over yet: المدير العام للوزارة, هيئة الشارقة للكتاب."""
    bare = word.form.removeprefix("لل").removeprefix("ل")
    if not taken or len(taken) > 4 or bare in known.reporters or word.form == "ل":
        return False
    return word.form.startswith("لل") or taken[-1].form in known.of_titles


def _to(sentence: Sentence, word: Word) -> bool:
    """Whether a word is an addressee: ل before a noun, as in للصحافيين or لترامب or لـ«الشرق»."""
    if word.form == "ل":
        return True
    if sentence.text[word.start - 1 : word.start] in MARKS and word.start > 0:
        return False  # a name in marks: صحيفة «لوموند»
    return (
        word.form.startswith("ل")
        and len(word.form) > 3
        and word.form not in sentence.lexicon.no_addressees
    )


def _addressee(sentence: Sentence, rest: list[Word]) -> Stretch | None:
    """Whom a quote is addressed to, without a proclitic that stands apart (C1)."""
    if len(rest) > 2 and rest[0].form == "في" and rest[1].form in sentence.lexicon.occasions:
        more = 1 if rest[2].form in sentence.lexicon.occasion_adjectives else 0
        rest = rest[2 + more :]
    before = bool(rest) and rest[0].form == "أمام"
    apart = bool(rest) and rest[0].form == "ل"
    rest = rest[1:] if before or apart else rest
    if not rest or not (before or apart or _to(sentence, rest[0])):
        return None
    run = [rest[0]]
    for each in rest[1:]:
        gap = sentence.gap(run[-1], each).strip('«»“”"')
        stops = sentence.lexicon.prepositions | sentence.lexicon.complementisers
        stop = each.form in stops | sentence.lexicon.adverbs or is_participle(sentence, each)
        mark = sentence.inside(each.start)
        named = mark is not None and mark.start == rest[0].start - 1  # «الساحل اليوم»
        if gap or (stop and not named):
            break
        run.append(each)
    lead = 0 if before or apart or rest[0].form.startswith("لل") else 1
    whole = with_mark(sentence, run)
    return Stretch(behind(sentence.text, run[0], lead), whole.end) if whole else None
