"""What is said in Arabic: in marks, in a clause, as a noun; and where it ends."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

import regex

from qawl.suggest.arabic_cues import (
    BEFORE_NOUNS,
    cue_of,
    ends_sentence,
    has_stem,
    speaks,
    words_until,
)
from qawl.suggest.cues import Lexicon
from qawl.suggest.gazetteer import places
from qawl.suggest.sentences import FEW, Kind, Sentence, closed, kind
from qawl.suggest.words import Stretch, Word, trimmed

Said = tuple[Stretch, Kind, int]
"""What is said, its kind, and where it begins with what introduces it."""

_NAMED = 3
"""A quoted stretch of so many words may be a name: منظمة «أنا يقظ»."""

_BARE = frozenset(("أن", "إن", "ان", "بأن", "أنه", "إنه", "انه", "بأنه"))
"""Complementisers that say nothing of the subject."""

END = ".،,؛؟!…:"


def asked_from(sentence: Sentence, word: Word, *, urged: bool = False) -> int | None:
    """Where what is asked for begins at a word; None where it does not."""
    if word.form in {"إلى", "الى"}:
        return word.end
    if word.form in sentence.lexicon.plain_complementisers:
        return word.start
    rest = word.form[1:]
    if urged and word.form.startswith("ال") and word.form[2:] in sentence.lexicon.deeds:
        return word.start
    if not word.form.startswith("ب") or rest in sentence.lexicon.adverbs_by:
        to = word.form.startswith("لل") and len(word.form) > 4
        return word.start if to and word.form[2:] in sentence.lexicon.deeds else None
    shaped = len(rest) > 4 and rest[:1] in {"ت", "إ", "ا", "م"}
    noun = rest.startswith("ال") or _deed(sentence.lexicon, rest) or shaped
    known = (word.form,) in places("ar").names
    return word.start if noun and not known else None


def opening(sentence: Sentence) -> int:
    """Where a sentence begins behind its place and agency: القاهرة (رويترز) -."""
    head = sentence.text[sentence.start : sentence.start + 40]
    for sign in (" - ", " – ", " — ", ") "):
        cut = head.find(sign)
        if cut >= 0 and (sign == ") " or "(" in head[:cut] or head[:cut].count(" ") < 2):
            if sign == ") " and head[cut + 2 : cut + 3] not in "-–—":
                continue
            return sentence.start + cut + len(sign)
    agency = _AGENCY.match(sentence.text, sentence.start, sentence.end)
    return agency.end() if agency else sentence.start


_AGENCY = regex.compile(
    r"[^/\n]{2,30}/ ?[^/\n]{2,20} ?/ ?(?=\p{L})"  # مسقط في 3 ديسمبر /العمانية/
    r"|[^-\n]{2,20} \p{Nd}{1,2}-\p{Nd}{1,2}-\p{Nd}{4} \p{L}+ ?- ?(?=\p{L})"  # رام الله 20-11-2026 وفا-
)
"""A place, a date and an agency between slashes, or before a dash."""


def said_before(sentence: Sentence, at: int, end: int) -> Said | None:
    """A quoted stretch that ends right before the cue: «…»، قال فلان.

    Not a name that the cue's own content follows: في حوار مع «القبس»، كشف فلان أنه.
    """
    start = sentence.words[at].start
    n = bisect_right(sentence.quoted, start, key=lambda mark: mark.end)
    if not n:
        return None
    mark = sentence.quoted[n - 1]
    gap = sentence.text[mark.end : start].replace("هكذا ", "")
    spoken = sentence.size(mark) > (0 if gap.strip()[:1] in {"،", ","} else 1)
    if gap.strip(" ،,\u00a0-–—") or not spoken:
        return None
    inner = bool(sentence.text[sentence.start : mark.start].strip())
    short = sentence.size(mark) <= _NAMED and sentence.before(mark.start) not in {":", "،"}
    if inner and short and said_after(sentence, at, end):
        return None
    return mark, "direct", mark.start


_BEFORE_DEEDS = frozenset(("دون", "بدون", "قبل", "بعد", "رغم", "شرط", "بشرط", "حتى"))
"""Words before which أن begins no saying: من دون أن يرفع رأسه."""


def said_after(sentence: Sentence, at: int, end: int, *, near: int = 24) -> Said | None:
    """What is said after a cue; None if nothing shows it."""
    own = sentence.inside(sentence.words[at].start)
    for step, word in enumerate(words_until(sentence, at, end)):
        if step > near:
            return None
        mark = sentence.inside(word.start)
        if mark is not None and mark is not own:
            if _is_name(sentence, mark, end):
                continue
            return _marked(sentence, mark, end, step)
        if word.form in sentence.lexicon.plain_complementisers:
            if sentence.form(at + step) in _BEFORE_DEEDS:
                continue
            return _clause(sentence, word, end)
        if _asks(sentence, at, at + 1 + step):
            return _clause(sentence, word, end)
        cue = speaks(sentence, at + 1 + step) if step else None
        if cue and cue[0] == "finite" and not _is_relative(sentence, at + 1 + step):
            return None
    return None


_SHOWN = ("نشر", "ظهر", "كشف", "علن", "ثبت", "بين")
"""Stems of verbs behind which a colon opens a list, and no speech."""


def behind_colon(sentence: Sentence, at: int) -> Said | None:
    """What is said behind a colon without marks, to the end of the sentence: أما الخبير فيقول: الطرق."""
    if has_stem(sentence.form(at), _SHOWN):
        return None
    words = sentence.words[at : at + 13]
    own = sentence.inside(words[0].start)
    end = own.end - 1 if own else sentence.end
    for before, each in pairwise(words):
        gap = sentence.gap(before, each)
        if gap == ":":
            content = trimmed(sentence.text, each.start, end, ".،؛")
            marked = any(mark.start > before.end for mark in sentence.quoted)
            whole = sentence.size(content) >= FEW and not marked
            return (content, "indirect", each.start) if whole else None
        if gap not in {"", "،"}:
            return None
    return None


_HOW = frozenset(("كيف", "لماذا", "متى", "أين", "كم"))


def _asks(sentence: Sentence, at: int, word: int) -> bool:
    """Whether a word opens what a verb of asking or of telling a story says: تساءل عما إذا, روى كيف."""
    if sentence.form(word) in _HOW:
        return has_stem(sentence.form(at), ("سأل", "ساءل", "رو", "حك", "شرح", "وصف"))
    pair = sentence.form(word) in {"عما", "ما"} and sentence.form(word + 1) == "إذا"
    return pair and has_stem(sentence.form(at), ("سأل", "ساءل"))


def _is_relative(sentence: Sentence, at: int) -> bool:
    """Whether a verb says more of the noun before it: الذي نشر, في بيان نشر على موقعه."""
    return sentence.form(at - 1) in {"التي", "الذي", "الذين"} | sentence.lexicon.nouns


def _is_name(sentence: Sentence, mark: Stretch, end: int) -> bool:
    """Whether a short quoted stretch is a name on the way to what is said: صحيفة «الخليج» أن."""
    if sentence.size(mark) > _NAMED or sentence.before(mark.start) in {":", "،"}:
        return False
    known = sentence.lexicon
    rest = sentence.within(mark.end, end)[:8]
    another = sentence.inside(rest[0].start) if rest else None
    if another and not sentence.text[mark.end : another.start].strip():  # قالت لـ«الخليج» «…»
        return True
    later = any(each.start >= mark.end for each in sentence.quoted)
    return any(w.form in known.plain_complementisers for w in rest) or (
        later and ":" in sentence.text[mark.end : end]
    )


def _marked(sentence: Sentence, mark: Stretch, end: int, step: int) -> Said | None:
    """What is said in quotation marks; words that belong to it may follow them."""
    introduced = sentence.before(mark.start) == ":"
    if sentence.size(mark) < (2 if introduced or step < 2 else FEW):
        return None
    rest = trimmed(sentence.text, mark.end, end, ".؟!…")
    trailing = sentence.text[mark.end : end].lstrip(" ")
    if 0 < sentence.size(rest) <= 6 and trailing[:1].isalnum() and not introduced:
        first = next(each for each in sentence.words if each.start >= rest.start)
        if not cue_of(sentence, first) and first.form not in sentence.lexicon.adjuncts:
            return Stretch(mark.start, rest.end), "mixed", mark.start
    return mark, "direct", mark.start


def _clause(sentence: Sentence, word: Word, end: int) -> Said:
    """What is said in a clause that a complementiser opens."""
    content = trimmed(sentence.text, word.start, end, END)
    for mark in sentence.quoted:
        whole = not sentence.text[word.end : mark.start].strip() and mark.start >= word.end
        goes_on = mark.end < content.end and sentence.text[mark.end] not in "،,"
        subject = word.form not in _BARE and sentence.size(mark) < FEW + 2
        if whole and not goes_on and not subject and sentence.size(mark) >= FEW:
            return mark, "direct", word.start
    content = closed(sentence, content)
    return content, kind(sentence, content, proclitics=True), word.start


def noun_after(sentence: Sentence, at: int, end: int) -> Said | None:
    """What is said as a noun: أعلن البنك رفع الفائدة, حذر من كارثة, هدد باستئناف الهجمات."""
    form, known = sentence.form(at), sentence.lexicon
    governed = next((by for stem, by in known.governs.items() if stem in form), None)
    plain = has_stem(form, known.announcing)
    if governed is None and not plain:
        return None
    words = words_until(sentence, at, end)[:14]
    for step, word in enumerate(words):
        mark = sentence.inside(word.start)
        if (
            mark is not None
            and sentence.size(mark) <= _NAMED
            and sentence.before(mark.start) != ":"
        ):
            continue
        if mark is not None or (step and cue_of(sentence, word)):
            return None
        if governed and len(governed) > 1 and word.form == governed and step + 1 < len(words):
            following = words[step + 1]
            cause = has_stem(form, _ASCRIBES)
            deed = governed == "من" or cause or _deed(known, following.form)
            return _as_noun(sentence, following, end, word) if deed else None
        denied = step and has_stem(form, _DENIES) and _denied(sentence, word)
        by = len(governed or "") == 1 and word.form.startswith(governed or "")
        told = denied or (plain and _deed(known, word.form))
        if told or (by and asked_from(sentence, word) is not None):
            return _as_noun(sentence, word, end, word)
    return None


_ASCRIBES = ("عزا", "عزت", "أرجع", "يعزو", "تعزو")
"""Verbs of giving a cause, which is what they say behind إلى."""

_DENIES = ("نفى", "نفت", "نفوا", "ينفي", "تنفي", "نافي")


def _denied(sentence: Sentence, word: Word) -> bool:
    """Whether a word opens what is denied: أي صلة, ما تردد, الأنباء التي; not: نفت الخبر."""
    if word.form in {"أي", "أية", "ما"}:
        return True
    following = next(iter(sentence.within(word.end, sentence.end)), None)
    tells = following is not None and following.form in {"التي", "عن", "حول", "بشأن", "الواردة"}
    return tells and word.form.removeprefix("ال") in sentence.lexicon.rumours


def _deed(known: Lexicon, form: str) -> bool:
    """Whether a word is the noun of a deed in construct state: رفع, مقتل, نيته."""
    if form in known.deeds:
        return True
    return any(
        form.endswith(end) and form.removesuffix(end) in known.deeds for end in ("ه", "ها", "هم")
    )


def _as_noun(sentence: Sentence, first: Word, end: int, opening: Word) -> Said | None:
    mark = sentence.inside(first.start)
    start = mark.start if mark and mark.start >= opening.end else first.start
    content = trimmed(sentence.text, start, end, END)
    if sentence.size(content) < 2:
        return None
    content = closed(sentence, content)
    return content, kind(sentence, content, proclitics=True), opening.start


_LOOKED_AT = 200
"""Words of a quoted stretch in which the end of a sentence is looked for."""


def clause_end(sentence: Sentence, at: int) -> int:
    """Where what a cue says ends: before the next clause that is the reporter's own."""
    start = sentence.words[at].end
    own = sentence.inside(sentence.words[at].start)
    if own is not None:
        inner = sentence.words[at + 1 : at + 1 + _LOOKED_AT]
        stop = next((each.end for each in inner if ends_sentence(sentence, each)), own.end)
        return min(stop, own.end - 1)
    if sentence.ends is None:
        sentence.ends = [*_ends(sentence)]
    n = bisect_left(sentence.ends, start, key=lambda each: each[0])
    return sentence.ends[n][1] if n < len(sentence.ends) else sentence.end


def _ends(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """(start of a word, end of the clause before it), of the words outside marks that open another."""
    for n, each in enumerate(sentence.words):
        if not n or sentence.inside(each.start):
            continue
        comma = sentence.before(each.start) in {"،", ",", "؛", "»", "”"}
        but = each.form in _BUT and cue_of(
            sentence, sentence.words[min(n + 1, len(sentence.words) - 1)]
        )
        if each.form in sentence.lexicon.afterwards or (
            comma and (but or _turns(sentence, n) or _stops(sentence, each) or _judges(sentence, n))
        ):
            yield each.start, _trim_comma(sentence.text, each.start)


_BUT = frozenset(("لكنه", "لكنها", "لكنهم", "ولكنه", "ولكنها", "ولكنهم"))


def _turns(sentence: Sentence, at: int) -> bool:
    """Whether a word after a comma opens another report: مضيفا, بحسب, وأضاف أن, ثم قال."""
    word = sentence.words[at]
    if word.form in {"ثم", "قبل"}:
        ahead = range(at + 1, min(at + 3, len(sentence.words)))
        return any(cue_of(sentence, sentence.words[n]) for n in ahead)
    cue = cue_of(sentence, word)
    if cue is None:
        return False
    what, lead = cue
    if what == "demand" and sentence.form(at + 1) in BEFORE_NOUNS:  # طالبا عدم الكشف عن هويته
        return False
    described = what == "description" and word.form.endswith(("فا", "فة", "فين"))
    if described or what in {"participle", "attribution"} or (what == "demand" and not lead):
        return True
    return (
        what in {"finite", "demand", "appears", "description"} and lead > 0 and _shows(sentence, at)
    )


def _shows(sentence: Sentence, at: int) -> bool:
    """Whether something said follows a verb soon."""
    asks = cue_of(sentence, sentence.words[at])
    for n, word in enumerate(sentence.words[at + 1 : at + 9], start=at + 1):
        if word.form in sentence.lexicon.plain_complementisers or sentence.inside(word.start):
            return True
        demanded = asks and asks[0] == "demand" and asked_from(sentence, word) is not None
        if demanded or _asks(sentence, at, n):
            return True
    return noun_after(sentence, at, sentence.end) is not None


def _trim_comma(text: str, at: int) -> int:
    while text[at - 1] in " ،,؛":
        at -= 1
    return at


def _judges(sentence: Sentence, at: int) -> bool:
    """Whether others say something of what was said: وهو ما نفته الوزارة, وهو ما لم يؤكده أحد."""
    after = sentence.form(at + 2)
    told = sentence.lexicon.cue(after.removesuffix("ه").removesuffix("ت"), proclitics=True)
    return (
        sentence.form(at) in {"وهو", "وهي"}
        and sentence.form(at + 1) == "ما"
        and (
            after == "لم"
            or after.startswith(("نف", "ينف", "تنف", "أكد", "رفض"))
            or told is not None
        )
    )


_WITHOUT = regex.compile(
    r"(?:من )?دون أن [يت](?:كشف|حدد|ذكر|وضح|سم|عط|دل|شر|فصح|قدم|علق)\p{L}{0,2} "
)
"""What somebody did not say: من دون أن يكشف عن حجمها."""


def _stops(sentence: Sentence, word: Word) -> bool:
    if _WITHOUT.match(sentence.text, word.start):
        return True
    ahead = sentence.text[word.start : word.start + 24]
    return any(ahead.startswith((f"{each} ", f"و{each} ")) for each in sentence.lexicon.stops)
