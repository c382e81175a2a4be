"""Quotes in Arabic: the verb comes first, then who says it, to whom, and what."""

from collections.abc import Iterator

from qawl.suggest.arabic_contents import (
    END,
    asked_from,
    behind_colon,
    clause_end,
    noun_after,
    opening,
    said_after,
    said_before,
)
from qawl.suggest.arabic_cues import PERFECT, has_stem, speaks, words_until
from qawl.suggest.arabic_parties import (
    THESE,
    Parties,
    named_run,
    parties,
    second_noun,
    subject_ahead,
    two_nouns,
    with_mark,
    with_name,
)
from qawl.suggest.sentences import FEW, Kind, Quote, Sentence, closed, kind, piece
from qawl.suggest.words import Stretch, Word, behind, trimmed

_WITH_BY = frozenset(("بحسب", "بالقول"))
"""Cues with a proclitic (C1)."""


def read(sentence: Sentence) -> Iterator[Quote]:
    """The quotes of a sentence, cue by cue; one content has one cue."""
    seen: set[Stretch] = set()
    for at, word in enumerate(sentence.words):
        cue = speaks(sentence, at) or _before_marks(sentence, at)
        if cue is None:
            continue
        what, lead = cue
        lead += word.form[lead:] in _WITH_BY  # بحسب, بالقول: the cue is what stands alone
        found = _ATTEMPTS[what](sentence, at, Stretch(behind(sentence.text, word, lead), word.end))
        if found is None and what == "appears" and _replied(sentence, at):
            found = _verb(sentence, at, Stretch(behind(sentence.text, word, 1), word.end))
        if found is not None and found.content not in seen:
            seen.add(found.content)
            sentence.sources[at] = found.source
            yield found
            for each in piece(sentence, found):
                seen.add(each.content)
                yield each


def _before_marks(sentence: Sentence, at: int) -> tuple[str, int] | None:
    """The cue that a verb is right before marks alone: وتتابع «…», but not تتابع الوزارة الملف."""
    form = sentence.form(at)
    lead = len(form) - len(form.removeprefix("و"))
    if form[lead:] not in sentence.lexicon.marked_alone or at + 1 >= len(sentence.words):
        return None
    word, mark = sentence.words[at], sentence.inside(sentence.words[at + 1].start)
    bare = mark is not None and not sentence.text[word.end : mark.start].strip(" :")
    return ("finite", lead) if bare else None


def _verb(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """A quote of a finite verb: what is said before it in marks, or after it."""
    if [sentence.form(at - 2), sentence.form(at - 1)] == ["على", "ما"]:
        return _as_told(sentence, at, cue)
    form = sentence.form(at)
    end = clause_end(sentence, at)
    if _goes_on_saying(sentence, at, end) or _is_published(sentence, at):
        return None
    inverted = said_before(sentence, at, end) if cue.start == sentence.words[at].start else None
    said = inverted or said_after(sentence, at, end) or noun_after(sentence, at, end)
    said = said or behind_colon(sentence, at)
    if said is None:
        return None
    content, what, until = said
    between = words_until(sentence, at, end if inverted else until)
    if "نقل" in form or "نسب" in form:
        return _relayed(sentence, between, cue, content, what)
    source, addressee = parties(sentence, at, end if inverted else until)
    ahead = None if inverted else subject_ahead(sentence, at)
    tells = has_stem(form, sentence.lexicon.telling) or sentence.form(at - 1) in PERFECT
    if ahead is not None and source is not None and tells:
        source, addressee = ahead, source
    elif source is None:
        source = ahead
    whose = source or _of_first_verb(sentence, at)
    sees = form.removeprefix("و") in {"يرى", "ترى"}
    if sees and source in (None, ahead):  # يرى الناقد أن, but not: كانت الأم ترى أن
        return None
    return Quote(content, what, cue, whose, addressee, "implicit" if source is None else None)


def _as_told(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """غرقت العبارة، على ما أفادت الشرطة وكالة فرانس برس: what stands before it is what is said."""
    start = sentence.words[at - 2].start
    content = trimmed(sentence.text, opening(sentence), start, " ،,؛")
    if sentence.before(start) not in {"،", ",", "»", "”", '"'} or sentence.size(content) < FEW:
        return None
    inner = words_until(sentence, at, clause_end(sentence, at))
    whole = named_run(sentence, inner)
    run = sentence.within(whole.start, whole.end) if whole else []
    cut = second_noun(run)
    source, told = (
        (with_mark(sentence, run[:cut]), with_mark(sentence, run[cut:])) if cut else (whole, None)
    )
    direct = content in sentence.quoted
    what: Kind = "direct" if direct else kind(sentence, content, proclitics=True)
    return Quote(content, what, cue, source, told, None if source else "implicit")


def _of_first_verb(sentence: Sentence, at: int) -> Stretch | None:
    """The subject of the verb before this one, which goes on with `and`: زار الوزير الجسر، وقال."""
    if sentence.form(at)[:1] not in {"و", "ف"}:
        return None
    for step in range(at - 1, -1, -1):
        if step in sentence.sources:
            return None  # what the quote before it says of its source holds
        if _does(sentence, step) and _alike(sentence, step, at):
            ahead = subject_ahead(sentence, step) if step else None
            return ahead or (_near(sentence, step, at) if _opens(sentence, step) else None)
    return None


def _does(sentence: Sentence, step: int) -> bool:
    """Whether a word is a verb of what somebody does before they speak, or of speech."""
    form, known = sentence.form(step).removeprefix("و"), sentence.lexicon
    cue = speaks(sentence, step)
    return form in known.deeds_of_speech | known.doings or (cue is not None and cue[0] == "finite")


def _opens(sentence: Sentence, step: int) -> bool:
    """Whether a word opens its sentence, behind a comma at most: في المقابل، رفض."""
    return step < 2 or sentence.gap(*sentence.words[step - 1 : step + 1]) in {"،", ","}


def _alike(sentence: Sentence, one: int, other: int) -> bool:
    """Whether two verbs of the past may have one subject: both masculine, or both feminine."""
    return sentence.form(one).endswith("ت") == sentence.form(other).endswith("ت")


_SAYING = frozenset(("قائلا", "قائلة", "قائلين", "بالقول"))

_REPLIES = ("رد", "خاطب", "علق", "انتقد", "نتقد", "هاجم")
"""Stems of verbs that say to whom or of what somebody speaks, and not that they do."""


def _goes_on_saying(sentence: Sentence, at: int, end: int) -> bool:
    """Whether what is said follows قائلا or بالقول, and the verb has an object of its own.

    نفى هذه الأنباء قائلا إن, رد على المنتقدين بالقول; but أضاف قائلا.
    """
    forms = [each.form for each in words_until(sentence, at, end)[:10]]
    own = next((n for n, form in enumerate(forms) if form in _SAYING), 0)
    replies = own and has_stem(sentence.form(at), _REPLIES)
    return bool(replies) or not THESE.isdisjoint(forms[:own])


def _is_published(sentence: Sentence, at: int) -> bool:
    """Whether a verb tells where a statement was published: في بيان نشر على موقعها."""
    ahead = sentence.form(at - 1).removeprefix("ال")
    where = sentence.form(at + 1) in sentence.lexicon.prepositions
    return ahead in sentence.lexicon.nouns and where


def _relayed(
    sentence: Sentence, between: list[Word], cue: Stretch, content: Stretch, what: Kind
) -> Quote | None:
    """نقلت الوكالة عن مصدر أن: whom it is relayed from is the source."""
    forms = [each.form for each in between]
    if any(each in sentence.lexicon.sayings for each in forms):
        return None
    if "عنه" in forms or "عنها" in forms:
        return Quote(content, what, cue, None, status="implicit")
    of = next((n for n, form in enumerate(forms) if form in {"عن", "إلى", "الى"}), None)
    if of is None:
        return Quote(content, what, cue, named_run(sentence, between))
    source = named_run(sentence, between[of + 1 :])
    return Quote(content, what, cue, source)


_CONTENTED = frozenset(("اكتفى", "اكتفت", "اكتفوا", "يكتفي", "تكتفي"))
"""Verbs with which somebody says no more: اكتفى الوزير بالقول إن."""


def _saying(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """نقل عن الوزير قوله إن: the noun of saying is the cue, and who is named by عن the source."""
    said = said_after(sentence, at, clause_end(sentence, at), near=3)
    if said is None:
        return None
    ahead = sentence.words[:at]
    source = None
    for step in range(len(ahead) - 1, -1, -1):
        if ahead[step].form == "عن" or ahead[step].form.removeprefix("و") in _CONTENTED:
            source = named_run(sentence, ahead[step + 1 :])
            break
    else:
        source = _actor(sentence, at)
    return Quote(said[0], said[1], cue, source, status=None if source else "implicit")


def _passive(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    said = said_after(sentence, at, clause_end(sentence, at), near=2)
    return said and Quote(said[0], said[1], cue, status="none")


def _participle(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    end = clause_end(sentence, at)
    said = said_after(sentence, at, end, near=4) or noun_after(sentence, at, end)
    if said is None:
        return None
    source = _actor(sentence, at)
    return Quote(said[0], said[1], cue, source, status=None if source else "implicit")


def _replied(sentence: Sentence, at: int) -> bool:
    """Whether a word that may be ورد, it appeared, is رد with a conjunction."""
    return (
        sentence.form(at).startswith("و")
        and sentence.lexicon.cues.get(sentence.form(at)[1:]) == "finite"
    )


def _actor(sentence: Sentence, at: int) -> Stretch | None:
    """Who did what stands before a participle: the subject of the last verb of saying there."""
    known = sentence.lexicon
    own = sentence.inside(sentence.words[at].start)
    for step in range(at - 1, -1, -1):
        if sentence.inside(sentence.words[step].start) is not own:
            continue
        cue = speaks(sentence, step)
        deed = sentence.form(step).removeprefix("و") in known.deeds_of_speech | known.doings
        if deed and _opens(sentence, step):
            return _near(sentence, step, at)
        if step > 1 and [sentence.form(step - 2), sentence.form(step - 1)] == ["قبل", "أن"]:
            return named_run(sentence, sentence.words[step + 1 : at])  # قبل أن يقاطعه الرئيس قائلا
        if cue is None or (cue[0] not in {"finite", "demand"} and not _replied(sentence, step)):
            continue
        if step in sentence.sources:
            return sentence.sources[step]
        comma = sentence.text.find("،", sentence.words[step].end, sentence.words[at].start)
        until = comma if comma >= 0 else sentence.words[at].start
        said = said_after(sentence, step, until)
        return (
            subject_ahead(sentence, step)
            or (parties(sentence, step, said[2] if said else until)[0])
        )
    return None


def _near(sentence: Sentence, step: int, at: int) -> Stretch | None:
    """The subject of a verb of what somebody did before they spoke: وانتقد الحارس الحكم قائلا."""
    comma = sentence.text.find("،", sentence.words[step].end, sentence.words[at].start)
    until = comma if comma >= 0 else sentence.words[at].start
    behind_it = words_until(sentence, step, until)[1:]
    by = (w.start for w in behind_it if w.form.startswith("بال"))  # رحبت البعثة بالخطوة، وقالت
    source = subject_ahead(sentence, step) or parties(sentence, step, min(by, default=until))[0]
    run = sentence.within(source.start, source.end) if source else []
    if run and run[0].form in _OFFERED | sentence.lexicon.deeds:
        return None
    cut = second_noun(run)  # زار الوزير الجسر، وقال
    return Stretch(run[0].start, run[cut - 1].end) if cut else source


_OFFERED = frozenset(("عرض", "طلب", "مقترح", "اقتراح", "قرار", "دعوة", "مشروع", "فكرة", "أي"))
"""What somebody who is not named took or refused: رفض عرض بوتين، طالبا منه."""

_NEAR, _FAR = 12, 24
"""Words behind a verb of asking where what is asked for begins, with ب and with a preposition apart."""


def _demand(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """What is asked for begins with a preposition: بوقف الضخ, للتوقف, إلى وقف الضخ."""
    end = clause_end(sentence, at)
    form = sentence.form(at).removeprefix("و").removeprefix("ف")
    for step, word in enumerate(words_until(sentence, at, end)[:_FAR]):
        if step >= _NEAR and word.form not in {"إلى", "الى", "على"}:
            continue
        urged = "ناشد" in form or form in sentence.lexicon.requests
        if form in sentence.lexicon.requests and not _is_request(sentence, at, word):
            continue
        start = asked_from(sentence, word, urged=urged)
        if start is None and step and urged and word.form in sentence.lexicon.deeds:
            start = word.start  # طلبت النيابة من المحكمة تمديد حبسه, ناشدت السكان إخلاء البيوت
        if start is None and word.form == "على" and "حث" in form:
            start = word.end
        if start is None:
            continue
        content = trimmed(sentence.text, start, end, END)
        if sentence.size(content) < 2 and not word.form.endswith(("ه", "ها", "هم")):
            return None
        content = closed(sentence, content)
        what = kind(sentence, content, proclitics=True)
        between = words_until(sentence, at, word.start)[:step]
        source, addressee = _asking(sentence, at, between)
        whose = source or _of_first_verb(sentence, at)
        return Quote(content, what, cue, whose, addressee, None if source else "implicit")
    return None


def _is_request(sentence: Sentence, at: int, word: Word) -> bool:
    """Whether من stands between a form of طلب and a word: it is a noun else."""
    between = sentence.within(sentence.words[at].end, word.start)
    return any(each.form in {"من", "منه", "منها", "منهم"} for each in between)


def _asking(sentence: Sentence, at: int, between: list[Word]) -> Parties:
    """(source, addressee) between a verb of asking and what is asked for."""
    form, known = sentence.form(at), sentence.lexicon
    ahead = subject_ahead(sentence, at) if sentence.form(at - 1) in PERFECT else None
    if ahead is not None:
        return ahead, named_run(sentence, between)
    bare = form.removeprefix("و").removeprefix("ف")
    participle = (
        bare.endswith(("ا", "ة", "ين"))
        and bare[:1] in {"م", "د", "ط", "ح"}
        and not bare.endswith("وا")
        and bare not in _PERFECTS
    )
    between = [each for each in between if sentence.text[each.start - 1] != "("]
    if bare in known.requests:
        return _requested(sentence, at, between)
    at_cut = next(
        (n for n, each in enumerate(between) if each.form in known.prepositions | known.adverbs),
        None,
    )
    if at_cut is not None:
        source = with_name(sentence, between, between[:at_cut])
        after = [each for each in between[at_cut + 1 :] if each.form not in known.adverbs]
        if source is not None and source.end > between[at_cut].start:
            return source, named_run(sentence, [each for each in after if each.start > source.end])
        told = with_mark(sentence, after) if between[at_cut].form in known.adverbs else None
        return source, told
    if participle:
        return _actor(sentence, at), with_mark(sentence, between)
    return two_nouns(sentence, at, between)


_PERFECTS = frozenset(("دعا", "دعتا", "حثا", "حثتا"))
"""Verbs of asking that end as participles do."""


def _requested(sentence: Sentence, at: int, between: list[Word]) -> Parties:
    """طلب الوزير من البلدية أن: who stands before من asks, who stands after it is asked."""
    cut = next(
        (n for n, each in enumerate(between) if each.form in {"من", "منه", "منها", "منهم"}), None
    )
    if cut is None:
        return with_mark(sentence, between) or _actor(sentence, at), None
    told = between[cut + 1 :] if between[cut].form == "من" else between[cut : cut + 1]
    told = [each for each in told if each.form not in sentence.lexicon.adverbs]
    return with_mark(sentence, between[:cut]) or _actor(sentence, at), with_mark(sentence, told)


def _accusation(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """اتهم النائب الحكومة بإهدار المال: whom and of what is what is said."""
    end = clause_end(sentence, at)
    words = words_until(sentence, at, end)[:12]
    of = next(
        (
            n
            for n, w in enumerate(words)
            if n and w.form.startswith("ب") and asked_from(sentence, w)
        ),
        None,
    )
    if of is None:
        return None
    between = words[:of]
    cut = second_noun(between)
    described = len(between) > 1 and between[0].form in sentence.lexicon.described
    cut = cut or int(described and between[1].form.startswith("ال"))  # اتهم سكان السلطات
    ahead = subject_ahead(sentence, at)
    if cut == 0 and ahead is None and len(between) > 1:
        return None
    first = between[cut] if cut else between[0]
    content = closed(sentence, trimmed(sentence.text, first.start, end, END))
    source = with_mark(sentence, between[:cut]) or ahead
    what = kind(sentence, content, proclitics=True)
    return Quote(content, what, cue, source, status=None if source else "implicit")


def _description(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """وصف الوزير القرار بأنه «خطوة مهمة»: what it is called is what is said."""
    end = clause_end(sentence, at)
    words = words_until(sentence, at, end)[:12]
    of = next((n for n, w in enumerate(words) if w.form in _AS), None)
    if of is None:
        return None
    content = closed(sentence, trimmed(sentence.text, words[of].start, end, END))
    cut = second_noun(words[:of])
    source = with_mark(sentence, words[:cut]) or subject_ahead(sentence, at)
    if sentence.form(at).endswith(("فا", "فة", "فين")):
        source = source or _actor(sentence, at)
    what = kind(sentence, content, proclitics=True)
    return Quote(content, what, cue, source, status=None if source else "implicit")


_AS = frozenset(("بأنه", "بأنها", "بأنهم", "بأنهما"))


def _attribution(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """بحسب فلان، … or …، بحسب فلان."""
    if sentence.inside(cue.start):
        return None
    opens = sentence.words[at].start
    inner = words_until(sentence, at, sentence.end)
    reports = bool(inner) and inner[0].form in {"ما", "لما"}  # وفقا لما أكده الناطق لإذاعة
    if reports:
        inner = inner[2:]
    elif sentence.form(at).endswith("ما"):  # حسبما أظهر إحصاء
        inner = inner[1:]
    if sentence.form(at) in sentence.lexicon.limits:
        if (
            sentence.form(at - 1) != "على"
            or not inner
            or inner[0].form not in sentence.lexicon.limited
        ):
            return None
        opens = sentence.words[at - 1].start
        cue, inner = Stretch(opens, inner[0].end), inner[1:]
    if inner and inner[0].form in _HIM:  # وفقا له
        source: Stretch | None = Stretch(inner[0].start, inner[0].end)
    else:
        source = named_run(sentence, inner, prepositions=reports, addressed=reports)
    if source is None:
        return None
    governs = sentence.form(at).endswith("قا")
    lead = (
        governs
        and inner[0].form not in _HIM
        and inner[0].form.startswith("ل")
        and not inner[0].form.startswith("لل")
    )
    rest = trimmed(sentence.text, source.end, clause_end(sentence, at), " ،,:.؛")
    ahead = trimmed(sentence.text, opening(sentence), opens, " ،,؛")
    first = opens - sentence.start <= 1
    behind_it = sentence.within(rest.start, rest.end)[:1]
    clause = bool(behind_it) and behind_it[0].form in sentence.lexicon.plain_complementisers
    first = first or (sentence.size(ahead) < FEW and clause)  # يُتوقع، وفق النشرة، أن
    content = rest if first else ahead
    marked = not first and content in sentence.quoted
    if sentence.size(content) < (2 if marked else FEW):
        return None
    if not first and not sentence.text[ahead.end : opens].strip():
        # No comma: the words right before belong to the clause all the same.
        content = closed(sentence, content)
    what: Kind = "direct" if marked else kind(sentence, content, proclitics=True)
    start = behind(sentence.text, inner[0], lead) if lead else source.start
    return Quote(content, what, cue, Stretch(start, source.end))


_HIM = frozenset(("له", "لها", "لهم"))


def _appears(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """جاء في بيان للوزارة: «…»."""
    inner = words_until(sentence, at, sentence.end)
    if len(inner) < 2 or inner[0].form not in {"في", "على"}:
        return None
    if inner[1].form.removeprefix("ال") not in sentence.lexicon.nouns:
        return None
    said = said_after(sentence, at, clause_end(sentence, at))
    if said is None:
        return None
    ahead = [each for each in inner[1:] if each.end <= said[0].start]
    source = named_run(sentence, ahead, prepositions=False)
    return Quote(said[0], said[1], cue, source)


_ATTEMPTS = {
    "finite": _verb,
    "passive": _passive,
    "participle": _participle,
    "demand": _demand,
    "attribution": _attribution,
    "appears": _appears,
    "saying": _saying,
    "accusation": _accusation,
    "description": _description,
}
