"""Quotes in Arabic: the verb comes first, then who says it, to whom, and what."""

from collections.abc import Iterator

from qawl.suggest.cues import Lexicon, lexicon
from qawl.suggest.gazetteer import places
from qawl.suggest.lists import lists
from qawl.suggest.sentences import FEW, Kind, Quote, Sentence, closed, kind, piece
from qawl.suggest.words import MARKS, Stretch, Word, behind, trimmed

Said = tuple[Stretch, Kind, int]
"""What is said, its kind, and where it begins with what introduces it."""

Parties = tuple[Stretch | None, Stretch | None]
"""(source, addressee)."""

_PERFECT = frozenset(("قد", "وقد", "فقد"))
_NAMED = 3
"""A quoted stretch of so many words may be a name: منظمة «أنا يقظ»."""
_BARE = frozenset(("أن", "إن", "ان", "بأن", "أنه", "إنه", "انه", "بأنه"))
"""Complementisers that say nothing of the subject."""
_END = ".،,؛؟!…:"


_WITH_BY = frozenset(("بحسب", "بالقول"))
"""Cues with a proclitic (C1)."""


def read(sentence: Sentence) -> Iterator[Quote]:
    """The quotes of a sentence, cue by cue; one content has one cue."""
    seen: set[Stretch] = set()
    for at, word in enumerate(sentence.words):
        cue = _speaks(sentence, at)
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


def _cue(sentence: Sentence, word: Word) -> tuple[str, int] | None:
    return sentence.lexicon.cue(word.form, proclitics=True)


_NEGATIONS = frozenset(("لم", "لن", "ولم", "ولن", "فلم"))
_WAS = frozenset(("يكن", "تكن", "نكن", "أكن", "يكونوا"))
_BEFORE_NOUNS = frozenset(("عدم", "حجب", "دون", "بدون", "شرط", "بشرط", "شريطة", "أجل", "كيفية"))
"""Words before which the form of a verb is a noun: عدم ذكر اسمه."""


def _speaks(sentence: Sentence, at: int) -> tuple[str, int] | None:
    """The cue that a word is by its number, where what stands before it lets it be one."""
    cue = _cue(sentence, sentence.words[at])
    return None if cue is None or _denied(_ahead(sentence, at)) else cue


def _ahead(sentence: Sentence, at: int) -> list[str]:
    """The forms of the words before one in its clause, six at most, the nearest first."""
    forms = []
    for n in range(at - 1, max(at - 7, -1), -1):
        one, other = sentence.words[n : n + 2]
        if sentence.gap(one, other) or _ends_sentence(sentence, one):
            break
        forms.append(sentence.form(n))
    return forms


def _denied(ahead: list[str]) -> bool:
    """Whether words before a verb of saying tell that nothing is said, or that it is a noun."""
    if not ahead or ahead[0] in _BEFORE_NOUNS | _NEGATIONS:
        return bool(ahead)
    was = next((n for n, form in enumerate(ahead) if form in _WAS), len(ahead))
    if not _NEGATIONS.isdisjoint(ahead[was + 1 : was + 2]):  # لم يكن الوزير يتوقع
        return True
    return ahead[0] == "أن" and not {"لا", "لم", "لن"}.isdisjoint(ahead[1:4])  # لا يمكن أن نقول


def _until(sentence: Sentence, at: int, end: int) -> list[Word]:
    return [each for each in sentence.words[at + 1 :] if each.start < end]


def _stem(form: str, stems: frozenset[str] | tuple[str, ...]) -> bool:
    return any(stem in form for stem in stems)


# The attempts: one for each kind of cue.


def _verb(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """A quote of a finite verb: what is said before it in marks, or after it."""
    form = sentence.form(at)
    end = _clause_end(sentence, at)
    if _goes_on_saying(sentence, at, end):
        return None
    inverted = _before(sentence, at) if cue.start == sentence.words[at].start else None
    said = inverted or _said_after(sentence, at, end) or _noun_after(sentence, at, end)
    if said is None:
        return None
    content, what, until = said
    between = _until(sentence, at, end if inverted else until)
    if "نقل" in form or "نسب" in form:
        return _relayed(sentence, between, cue, content, what)
    source, addressee = _parties(sentence, at, end if inverted else until)
    ahead = None if inverted else _subject_ahead(sentence, at)
    tells = _stem(form, sentence.lexicon.telling) or sentence.form(at - 1) in _PERFECT
    if ahead is not None and source is not None and tells:
        source, addressee = ahead, source
    elif source is None:
        source = ahead
    sees = form.removeprefix("و") in {"يرى", "ترى"}
    if sees and source in (None, ahead):  # يرى الناقد أن, but not: كانت الأم ترى أن
        return None
    return Quote(content, what, cue, source, addressee, "implicit" if source is None else None)


_SAYING = frozenset(("قائلا", "قائلة", "قائلين", "بالقول"))
_REPLIES = ("رد", "خاطب", "علق", "انتقد", "نتقد", "هاجم")
"""Stems of verbs that say to whom or of what somebody speaks, and not that they do."""
_ABOUT = ("خاطب", "نتقد", "هاجم")
"""Those of them that have an object: انتقد الحارس الحكم."""
_THESE = frozenset(("هذا", "هذه", "ذلك", "تلك", "هؤلاء"))


def _goes_on_saying(sentence: Sentence, at: int, end: int) -> bool:
    """Whether what is said follows قائلا or بالقول, and the verb has an object of its own.

    نفى هذه الأنباء قائلا إن, رد على المنتقدين بالقول; but أضاف قائلا.
    """
    forms = [each.form for each in _until(sentence, at, end)[:10]]
    own = next((n for n, form in enumerate(forms) if form in _SAYING), 0)
    replies = own and _stem(sentence.form(at), _REPLIES)
    return bool(replies) or not _THESE.isdisjoint(forms[:own])


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
        return Quote(content, what, cue, _run(sentence, between))
    source = _run(sentence, between[of + 1 :])
    return Quote(content, what, cue, source)


_CONTENTED = frozenset(("اكتفى", "اكتفت", "اكتفوا", "يكتفي", "تكتفي"))
"""Verbs with which somebody says no more: اكتفى الوزير بالقول إن."""


def _saying(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """نقل عن الوزير قوله إن: the noun of saying is the cue, and who is named by عن the source."""
    said = _said_after(sentence, at, _clause_end(sentence, at), near=3)
    if said is None:
        return None
    ahead = sentence.words[:at]
    source = None
    for step in range(len(ahead) - 1, -1, -1):
        if ahead[step].form == "عن" or ahead[step].form.removeprefix("و") in _CONTENTED:
            source = _run(sentence, ahead[step + 1 :])
            break
    else:
        source = _actor(sentence, at)
    return Quote(said[0], said[1], cue, source, status=None if source else "implicit")


def _passive(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    said = _said_after(sentence, at, _clause_end(sentence, at), near=2)
    return said and Quote(said[0], said[1], cue, status="none")


def _participle(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    end = _clause_end(sentence, at)
    said = _said_after(sentence, at, end, near=4) or _noun_after(sentence, at, end)
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
    for step in range(at - 1, -1, -1):
        cue = _cue(sentence, sentence.words[step])
        if cue is None or (cue[0] not in {"finite", "demand"} and not _replied(sentence, step)):
            continue
        if step in sentence.sources:
            return sentence.sources[step]
        comma = sentence.text.find("،", sentence.words[step].end, sentence.words[at].start)
        until = comma if comma >= 0 else sentence.words[at].start
        said = _said_after(sentence, step, until)
        return (
            _subject_ahead(sentence, step)
            or (_parties(sentence, step, said[2] if said else until)[0])
        )
    return None


_NEAR, _FAR = 12, 24
"""Words behind a verb of asking where what is asked for begins, with ب and with a preposition apart."""


def _demand(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """What is asked for begins with a preposition: بوقف الضخ, للتوقف, إلى وقف الضخ."""
    end = _clause_end(sentence, at)
    form = sentence.form(at).removeprefix("و").removeprefix("ف")
    for step, word in enumerate(_until(sentence, at, end)[:_FAR]):
        if step >= _NEAR and word.form not in {"إلى", "الى", "على"}:
            continue
        urged = "ناشد" in form or form in sentence.lexicon.requests
        if form in sentence.lexicon.requests and not _is_request(sentence, at, word):
            continue
        start = _asked(sentence, word, urged=urged)
        if start is None and word.form == "على" and "حث" in form:
            start = word.end
        if start is None:
            continue
        content = trimmed(sentence.text, start, end, _END)
        if sentence.size(content) < 2 and not word.form.endswith(("ه", "ها", "هم")):
            return None
        content = closed(sentence, content)
        what = kind(sentence, content, proclitics=True)
        between = _until(sentence, at, word.start)[:step]
        source, addressee = _asking(sentence, at, between)
        return Quote(content, what, cue, source, addressee, None if source else "implicit")
    return None


def _is_request(sentence: Sentence, at: int, word: Word) -> bool:
    """Whether من stands between a form of طلب and a word: it is a noun else."""
    between = sentence.within(sentence.words[at].end, word.start)
    return any(each.form in {"من", "منه", "منها", "منهم"} for each in between)


def _asked(sentence: Sentence, word: Word, *, urged: bool = False) -> int | None:
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


def _asking(sentence: Sentence, at: int, between: list[Word]) -> Parties:
    """(source, addressee) between a verb of asking and what is asked for."""
    form, known = sentence.form(at), sentence.lexicon
    ahead = _subject_ahead(sentence, at) if sentence.form(at - 1) in _PERFECT else None
    if ahead is not None:
        return ahead, _run(sentence, between)
    bare = form.removeprefix("و").removeprefix("ف")
    participle = (
        bare.endswith(("ا", "ة", "ين"))
        and bare[:1] in {"م", "د", "ط", "ح"}
        and not bare.endswith("وا")
    )
    between = [each for each in between if sentence.text[each.start - 1] != "("]
    if bare in known.requests:
        return _requested(sentence, at, between)
    at_cut = next(
        (n for n, each in enumerate(between) if each.form in known.prepositions | known.adverbs),
        None,
    )
    if at_cut is not None:
        source = _with_name(sentence, between, between[:at_cut])
        after = [each for each in between[at_cut + 1 :] if each.form not in known.adverbs]
        if source is not None and source.end > between[at_cut].start:
            return source, _run(sentence, [each for each in after if each.start > source.end])
        told = _whole(sentence, after) if between[at_cut].form in known.adverbs else None
        return source, told
    if participle:
        return _actor(sentence, at), _whole(sentence, between)
    return _two_nouns(sentence, at, between)


def _two_nouns(sentence: Sentence, at: int, between: list[Word]) -> Parties:
    """(source, addressee) where no word stands between the two, or one is not named."""
    cut = _second(between)
    if cut:
        return _whole(sentence, between[:cut]), _whole(sentence, between[cut:])
    form, ahead = sentence.form(at), _subject_ahead(sentence, at)
    masculine = not form.endswith("ت") and not form.removeprefix("و").startswith("ت")
    if between and not ahead and _is_object(between, masculine=masculine):
        return None, _whole(sentence, between)
    if between and (ahead or (masculine and between[0].form.endswith("ة"))):
        return ahead, _whole(sentence, between)
    return _whole(sentence, between) or ahead, None


def _is_object(between: list[Word], *, masculine: bool) -> bool:
    """Whether whom a verb asks stands behind it, and who asks is not named: ودعت السكان إلى."""
    first = between[0].form
    accusative = first.startswith("ال") and first.endswith("ين") and len(first) > 6
    people = first in {"السكان", "المواطنين", "الناس", "الأهالي", "الجميع"}
    return len(between) == 1 and (accusative or (people and not masculine))


def _requested(sentence: Sentence, at: int, between: list[Word]) -> Parties:
    """طلب الوزير من البلدية أن: who stands before من asks, who stands after it is asked."""
    cut = next(
        (n for n, each in enumerate(between) if each.form in {"من", "منه", "منها", "منهم"}), None
    )
    if cut is None:
        return _whole(sentence, between) or _actor(sentence, at), None
    told = between[cut + 1 :] if between[cut].form == "من" else between[cut : cut + 1]
    told = [each for each in told if each.form not in sentence.lexicon.adverbs]
    return _whole(sentence, between[:cut]) or _actor(sentence, at), _whole(sentence, told)


def _second(run: list[Word]) -> int:
    """Where the second of two nouns begins that no word parts; 0 if there is one alone."""
    known = places("ar").names
    for n in range(1, len(run)):
        before, form = run[n - 1].form, run[n].form
        whole = before.startswith("ال") or (before,) in known
        if not whole:
            continue
        people = form.startswith("ال") and form.endswith("ين") and len(form) > 6
        adjective = form.endswith(("ي", "ية", "ين", "ون")) or form in lexicon_of_titles()
        people |= before.startswith("ال") and form.startswith("ال") and not adjective
        if people or ((form,) in known and known[(form,)] != "nationality"):
            return n
    return 0


def lexicon_of_titles() -> frozenset[str]:
    """Adjectives that belong to a title or a name: العام, المتحدة."""
    known = lexicon("ar")
    return known.of_titles if known else frozenset()


def _accusation(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """اتهم النائب الحكومة بإهدار المال: whom and of what is what is said."""
    end = _clause_end(sentence, at)
    words = _until(sentence, at, end)[:12]
    of = next(
        (n for n, w in enumerate(words) if n and w.form.startswith("ب") and _asked(sentence, w)),
        None,
    )
    if of is None:
        return None
    between = words[:of]
    cut = _second(between)
    ahead = _subject_ahead(sentence, at)
    if cut == 0 and ahead is None and len(between) > 1:
        return None
    first = between[cut] if cut else between[0]
    content = closed(sentence, trimmed(sentence.text, first.start, end, _END))
    source = _whole(sentence, between[:cut]) or ahead
    what = kind(sentence, content, proclitics=True)
    return Quote(content, what, cue, source, status=None if source else "implicit")


def _description(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """وصف الوزير القرار بأنه «خطوة مهمة»: what it is called is what is said."""
    end = _clause_end(sentence, at)
    words = _until(sentence, at, end)[:12]
    of = next((n for n, w in enumerate(words) if w.form in _AS), None)
    if of is None:
        return None
    content = closed(sentence, trimmed(sentence.text, words[of].start, end, _END))
    cut = _second(words[:of])
    source = _whole(sentence, words[:cut]) or _subject_ahead(sentence, at)
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
    inner = _until(sentence, at, sentence.end)
    if inner and inner[0].form == "ما":
        inner = inner[2:]
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
        source = _run(sentence, inner, prepositions=False, addressed=False)
    if source is None:
        return None
    governs = sentence.form(at).endswith("قا")
    lead = (
        governs
        and inner[0].form not in _HIM
        and inner[0].form.startswith("ل")
        and not inner[0].form.startswith("لل")
    )
    rest = trimmed(sentence.text, source.end, _clause_end(sentence, at), " ،,:.؛")
    ahead = trimmed(sentence.text, _opening(sentence), opens, " ،,؛")
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


def _opening(sentence: Sentence) -> int:
    """Where a sentence begins behind its place and agency: القاهرة (رويترز) -."""
    head = sentence.text[sentence.start : sentence.start + 40]
    for sign in (" - ", " – ", " — ", ") "):
        cut = head.find(sign)
        if cut >= 0 and (sign == ") " or "(" in head[:cut] or head[:cut].count(" ") < 2):
            if sign == ") " and head[cut + 2 : cut + 3] not in "-–—":
                continue
            return sentence.start + cut + len(sign)
    return sentence.start


def _appears(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """جاء في بيان للوزارة: «…»."""
    inner = _until(sentence, at, sentence.end)
    if len(inner) < 2 or inner[0].form not in {"في", "على"}:
        return None
    if inner[1].form.removeprefix("ال") not in sentence.lexicon.nouns:
        return None
    said = _said_after(sentence, at, _clause_end(sentence, at))
    if said is None:
        return None
    ahead = [each for each in inner[1:] if each.end <= said[0].start]
    source = _run(sentence, ahead, prepositions=False)
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

# What is said.


def _before(sentence: Sentence, at: int) -> Said | None:
    """A quoted stretch that ends right before the cue: «…»، قال فلان."""
    word = sentence.words[at]
    for each in sentence.quoted:
        gap = sentence.text[each.end : word.start]
        spoken = sentence.size(each) > (0 if gap.strip()[:1] in {"،", ","} else 1)
        if each.end <= word.start and not gap.strip(" ،,\u00a0-–—") and spoken:
            return each, "direct", each.start
    return None


_BEFORE_DEEDS = frozenset(("دون", "بدون", "قبل", "بعد", "رغم", "شرط", "بشرط", "حتى"))
"""Words before which أن begins no saying: من دون أن يرفع رأسه."""


def _said_after(sentence: Sentence, at: int, end: int, *, near: int = 24) -> Said | None:
    """What is said after a cue; None if nothing shows it."""
    own = sentence.inside(sentence.words[at].start)
    for step, word in enumerate(_until(sentence, at, end)):
        if step > near:
            return None
        mark = next((q for q in sentence.quoted if q.start < word.start < q.end), None)
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
        cue = _speaks(sentence, at + 1 + step) if step else None
        if cue and cue[0] == "finite" and not _is_relative(sentence, word):
            return None
    return None


_HOW = frozenset(("كيف", "لماذا", "متى", "أين", "كم"))


def _asks(sentence: Sentence, at: int, word: int) -> bool:
    """Whether a word opens what a verb of asking or of telling a story says: تساءل عما إذا, روى كيف."""
    if sentence.form(word) in _HOW:
        return _stem(sentence.form(at), ("سأل", "ساءل", "رو", "حك", "شرح", "وصف"))
    pair = sentence.form(word) in {"عما", "ما"} and sentence.form(word + 1) == "إذا"
    return pair and _stem(sentence.form(at), ("سأل", "ساءل"))


def _is_relative(sentence: Sentence, word: Word) -> bool:
    at = sentence.words.index(word)
    return sentence.form(at - 1) in {"التي", "الذي", "الذين"}


def _is_name(sentence: Sentence, mark: Stretch, end: int) -> bool:
    """Whether a short quoted stretch is a name on the way to what is said: صحيفة «الخليج» أن."""
    if sentence.size(mark) > _NAMED or sentence.before(mark.start) in {":", "،"}:
        return False
    known = sentence.lexicon
    rest = sentence.within(mark.end, end)[:8]
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
        if not _cue(sentence, first) and first.form not in sentence.lexicon.adjuncts:
            return Stretch(mark.start, rest.end), "mixed", mark.start
    return mark, "direct", mark.start


def _clause(sentence: Sentence, word: Word, end: int) -> Said:
    """What is said in a clause that a complementiser opens."""
    content = trimmed(sentence.text, word.start, end, _END)
    for mark in sentence.quoted:
        whole = not sentence.text[word.end : mark.start].strip() and mark.start >= word.end
        goes_on = mark.end < content.end and sentence.text[mark.end] not in "،,"
        subject = word.form not in _BARE and sentence.size(mark) < FEW + 2
        if whole and not goes_on and not subject and sentence.size(mark) >= FEW:
            return mark, "direct", word.start
    content = closed(sentence, content)
    return content, kind(sentence, content, proclitics=True), word.start


def _noun_after(sentence: Sentence, at: int, end: int) -> Said | None:
    """What is said as a noun: أعلن البنك رفع الفائدة, حذر من كارثة, هدد باستئناف الهجمات."""
    form, known = sentence.form(at), sentence.lexicon
    governed = next((by for stem, by in known.governs.items() if stem in form), None)
    plain = _stem(form, known.announcing)
    if governed is None and not plain:
        return None
    words = _until(sentence, at, end)[:14]
    for step, word in enumerate(words):
        mark = sentence.inside(word.start)
        if (
            mark is not None
            and sentence.size(mark) <= _NAMED
            and sentence.before(mark.start) != ":"
        ):
            continue
        if mark is not None or (step and _cue(sentence, word)):
            return None
        if governed and len(governed) > 1 and word.form == governed and step + 1 < len(words):
            following = words[step + 1]
            deed = governed == "من" or _deed(known, following.form)
            return _as_noun(sentence, following, end, word) if deed else None
        by = len(governed or "") == 1 and word.form.startswith(governed or "")
        if (by and _asked(sentence, word) is not None) or (plain and _deed(known, word.form)):
            return _as_noun(sentence, word, end, word)
    return None


def _deed(known: Lexicon, form: str) -> bool:
    """Whether a word is the noun of a deed in construct state: رفع, مقتل, نيته."""
    if form in known.deeds:
        return True
    return any(
        form.endswith(end) and form.removesuffix(end) in known.deeds for end in ("ه", "ها", "هم")
    )


def _as_noun(sentence: Sentence, first: Word, end: int, opening: Word) -> Said | None:
    content = trimmed(sentence.text, first.start, end, _END)
    if sentence.size(content) < 2:
        return None
    content = closed(sentence, content)
    return content, kind(sentence, content, proclitics=True), opening.start


def _clause_end(sentence: Sentence, at: int) -> int:
    """Where what a cue says ends: before the next clause that is the reporter's own."""
    start = sentence.words[at].end
    own = sentence.inside(sentence.words[at].start)
    if own is not None:
        inner = sentence.within(start, own.end)
        stop = next((each.end for each in inner if _ends_sentence(sentence, each)), own.end - 1)
        return min(stop, own.end - 1)
    for n in range(at + 1, len(sentence.words)):
        each = sentence.words[n]
        if sentence.inside(each.start):
            continue
        comma = sentence.text[start : each.start].rstrip()[-1:] in {"،", ",", "؛", "»", "”"}
        but = each.form in _BUT and _cue(
            sentence, sentence.words[min(n + 1, len(sentence.words) - 1)]
        )
        if each.form in sentence.lexicon.afterwards or (
            comma and (but or _turns(sentence, n) or _stops(sentence, each) or _judges(sentence, n))
        ):
            return _trim_comma(sentence.text, each.start)
    return sentence.end


_BUT = frozenset(("لكنه", "لكنها", "لكنهم", "ولكنه", "ولكنها", "ولكنهم"))


def _turns(sentence: Sentence, at: int) -> bool:
    """Whether a word after a comma opens another report: مضيفا, بحسب, وأضاف أن, ثم قال."""
    word = sentence.words[at]
    if word.form in {"ثم", "قبل"}:
        ahead = range(at + 1, min(at + 3, len(sentence.words)))
        return any(_cue(sentence, sentence.words[n]) for n in ahead)
    cue = _cue(sentence, word)
    if cue is None:
        return False
    what, lead = cue
    if sentence.form(at + 1) in _BEFORE_NOUNS:  # طالبا عدم الكشف عن هويته
        return False
    described = what == "description" and word.form.endswith(("فا", "فة", "فين"))
    if described or what in {"participle", "attribution"} or (what == "demand" and not lead):
        return True
    return (
        what in {"finite", "demand", "appears", "description"} and lead > 0 and _shows(sentence, at)
    )


def _shows(sentence: Sentence, at: int) -> bool:
    """Whether something said follows a verb soon."""
    for word in sentence.words[at + 1 : at + 9]:
        if word.form in sentence.lexicon.plain_complementisers or sentence.inside(word.start):
            return True
    return _noun_after(sentence, at, sentence.end) is not None


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


def _stops(sentence: Sentence, word: Word) -> bool:
    ahead = sentence.text[word.start : word.start + 24]
    return any(ahead.startswith((f"{each} ", f"و{each} ")) for each in sentence.lexicon.stops)


# Who says it, and to whom.


_PUBLISHED = frozenset(("بيانا", "تقريرا", "تصريحا", "منشورا", "رسالة", "تغريدة", "كتابا", "مقطعا"))
"""What somebody publishes before it is said what it says: نشر النادي بيانا قال فيه."""


def _subject_ahead(sentence: Sentence, at: int) -> Stretch | None:
    """The subject before a verb, where it stands right before it: تقرير للوزارة قدّر أن, أما فلان فقال."""
    if apposed := _apposed(sentence, at):
        return apposed
    known = sentence.lexicon
    opened = sentence.form(0) in {"أما", "اما"} and at > 1
    run: list[Word] = []
    last = sentence.words[at]
    for each in reversed(sentence.words[:at]):
        gap = sentence.gap(each, run[-1] if run else last)
        if each.form in _PERFECT and not run and not gap:
            last = each
            continue
        stops = known.complementisers | known.conjunctions
        comma = gap in {"،", ","} and opened and not run
        stop = each.form in stops or each.form.removeprefix("و") in known.complementisers
        if (gap and not comma) or stop or _cue(sentence, each) or len(run) > 7:
            break
        if _ends_sentence(sentence, each):
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


def _ends_sentence(sentence: Sentence, word: Word) -> bool:
    """Whether a full stop stands behind a word; within quotation marks a sentence goes on."""
    behind_it = sentence.text[word.end : word.end + 2]
    return len(word.form) > 1 and behind_it[:1] in {".", "!", "؟"} and not behind_it[1:].strip()


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
    aside = name[0].form in _ASIDE or _stem(name[0].form, _UNNAMED)
    plain = any(w.form in stops or _cue(sentence, w) for w in name)
    named = not plain and len(name) in {2, 3, 4} and not name[0].form.startswith(("ال", "و"))
    if not named and not aside:
        return None
    start = first
    while start > 0 and words[start - 1].form not in known.conjunctions | known.complementisers:
        if start < first and sentence.gap(words[start - 1], words[start]):
            break
        start -= 1
    described = words[start:first]
    told = any(_cue(sentence, w) for w in described)
    if not 0 < len(described) <= 8 or told:
        return None
    return Stretch(words[start].start, words[first - 1].end if aside else name[-1].end)


_ASIDE = frozenset(("وهو", "وهي", "وهم", "الذي", "التي", "الذين", "لم"))
"""What opens an aside on somebody: الوزير، الذي تسلم منصبه أمس، قال."""
_UNNAMED = ("طلب", "تحدث", "رفض", "فضل", "اشترط", "طالب")
"""Stems of verbs with which somebody asks not to be named."""


def _parties(sentence: Sentence, at: int, until: int) -> Parties:
    """(source, addressee) between a verb and what is said."""
    inner = _until(sentence, at, until)
    source = _run(sentence, inner)
    form, telling = sentence.form(at), sentence.lexicon.telling
    if source is not None and (_stem(form, telling) or _stem(form, _ABOUT)):
        run = [each for each in inner if source.start <= each.start < source.end]
        cut = _second(run)  # أبلغ المدعي العام المحكمة أن
        if cut:
            return _whole(sentence, run[:cut]), _whole(sentence, run[cut:])
        if _is_object(run, masculine=False):  # أخبر الحاضرين أن
            return None, source
    rest = [each for each in inner if source is None or each.start >= source.end]
    return source, _addressee(sentence, rest)


def _run(
    sentence: Sentence, inner: list[Word], *, prepositions: bool = True, addressed: bool = True
) -> Stretch | None:
    """The words from the first on that name somebody: up to a comma, a preposition, an addressee."""
    taken: list[Word] = []
    known = sentence.lexicon
    inner = _behind_times(known, inner)
    if inner and (inner[0].form in known.manners | _THESE or _is_participle(sentence, inner[0])):
        return None
    for each in inner:
        gap = sentence.gap(taken[-1], each).strip('«»“”"') if taken else ""
        if gap or each.form in known.complementisers or each.form in _RELATIVES:
            break
        if taken and (each.form in known.adverbs | known.manners or _is_manner(each)):
            break
        if prepositions and each.form in known.prepositions and not _belongs(sentence, taken, each):
            break
        addressee = prepositions and _to(sentence, each) and not _of_title(known, taken, each)
        addressee = addressee and not (taken and taken[-1].form in lists("ar").given)
        if addressee and (addressed or taken):
            break
        taken.append(each)
    if not taken:
        return None
    return _with_name(sentence, inner, taken)


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


def _with_name(sentence: Sentence, inner: list[Word], taken: list[Word]) -> Stretch | None:
    """A description with the name set apart behind it: مدير المشروع، سامي خوري،."""
    whole = _whole(sentence, taken)
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
    return form in lists("ar").titles | lists("ar").occupations


def _is_nationality(form: str) -> bool:
    return places("ar").names.get((form,)) == "nationality"


_HONORIFICS = frozenset(
    ("دكتور", "دكتورة", "أستاذ", "أستاذة", "سيد", "سيدة", "شيخ", "شيخة", "حاج", "حاجة")
)
_OF_DESCENT = frozenset(("بن", "ابن", "بنت", "ولد", "أبو", "آل", "عبد"))


def _names(sentence: Sentence, run: list[Word]) -> bool:
    """Whether words between commas are somebody's name, with a title or a nationality before it."""
    known = sentence.lexicon
    first = run[0].form
    bare = first.removeprefix("ال")
    if first != bare and (_is_office(bare) or _is_nationality(bare) or bare in _HONORIFICS):
        run = run[1:]
        while run[1:] and _is_nationality(run[0].form):
            run = run[1:]
    elif first != bare or first.startswith("و"):
        return False
    stops = known.prepositions | known.adverbs | known.described | known.occasions_of
    plain = any(each.form in stops | known.conjunctions for each in run)
    most = 5 if any(each.form in _OF_DESCENT for each in run) else 3
    return not plain and 2 <= len(run) <= most


def _whole(sentence: Sentence, run: list[Word]) -> Stretch | None:
    """A run of words with the closing mark of a name at its end."""
    if not run:
        return None
    start, end = run[0].start, run[-1].end
    mark = sentence.inside(run[-1].start)
    named = mark is not None and mark.start >= start and mark.end == end + 1
    return Stretch(start, end + named)


def _is_participle(sentence: Sentence, word: Word) -> bool:
    cue = _cue(sentence, word)
    return cue is not None and cue[0] == "participle"


def _belongs(sentence: Sentence, taken: list[Word], word: Word) -> bool:
    """Whether a preposition goes on with a description: مسؤول في البلدية, رفض الكشف عن هويته."""
    if not taken or taken[0].form not in sentence.lexicon.described:
        return False
    if word.form == "عن":
        return any(each.form in {"الكشف", "الإفصاح"} for each in taken)
    after = next((each for each in sentence.words if each.start > word.start), None)
    return (
        word.form in {"في", "من"}
        and after is not None
        and after.form.removeprefix("ال") not in sentence.lexicon.nouns | sentence.lexicon.occasions
        and after.form not in sentence.lexicon.complementisers
    )


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
        if gap or each.form in stops | sentence.lexicon.adverbs or _is_participle(sentence, each):
            break
        run.append(each)
    lead = 0 if before or apart or rest[0].form.startswith("لل") else 1
    whole = _whole(sentence, run)
    return Stretch(behind(sentence.text, run[0], lead), whole.end) if whole else None
