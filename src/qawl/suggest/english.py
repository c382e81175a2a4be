"""Quotes in English: the subject comes first, or the verb after what is said."""

from collections.abc import Iterator
from dataclasses import replace

from qawl.suggest.cues import Lexicon
from qawl.suggest.english_contents import (
    ASIDES,
    OF_STUDIES,
    POINTS,
    QUESTIONS,
    Said,
    as_what,
    clause_end,
    comma_behind,
    end_of_lesser,
    is_passive,
    last_of,
    may_name,
    opener_of,
    said_after,
    source_in_relative,
    stands_ahead,
)
from qawl.suggest.english_parties import (
    addressee_of,
    beside,
    first_subject,
    has_verb,
    inverted,
    is_adverbial,
    is_verb,
    office_before,
    opening_of,
    said_to,
    subject_of,
    with_name,
    written_to,
)
from qawl.suggest.sentences import FEW, MOST, Quote, Sentence, closed, kind, piece, stretch
from qawl.suggest.words import Stretch, Word, quoted, sentences, trimmed, words

_WHERE = frozenset(("in", "at", "on", "during", "after", "to", "via", "by", "from", "over"))

_ORDERS = frozenset(("told", "warned", "advised", "ordered", "instructed", "urged"))
"""Verbs that somebody is told `to` do something by."""


def read(sentence: Sentence) -> Iterator[Quote]:
    """The quotes of a sentence, cue by cue, and those inside its marks; no content crosses another."""
    yield from _read(sentence)
    for mark in sentence.quoted:
        for inner in _spoken(sentence, mark):
            yield from _read(inner)


def rejoined(text: str, parts: Iterator[Stretch], known: Lexicon) -> Iterator[Stretch]:
    """Sentences of which one that asks in marks goes on with who does: “Why?” Ann Lee asked."""
    last: Stretch | None = None
    for each in parts:
        if last is not None and _asks(text, last, each, known):
            last = Stretch(last.start, each.end)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last


def _asks(text: str, last: Stretch, each: Stretch, known: Lexicon) -> bool:
    asked = text[last.end - 2 : last.end - 1] in {"?", "!"} and text[last.end - 1] in "”\"’'"
    if not asked or "\n" in text[last.end : each.start] or each.end - each.start > 120:
        return False
    run = words(text[each.start : each.end])
    n = next((n for n, w in enumerate(run[:7]) if known.cue(w.form) and w.form in known.asks), 0)
    clause = known.complementisers | known.verbs_of_clauses
    return n > 0 and not any(w.form in clause for w in run[n + 1 :])


def _spoken(sentence: Sentence, mark: Stretch) -> Iterator[Sentence]:
    """The sentences between two marks, with the marks in them: “He said, ‘Go home now.’”"""
    if sentence.size(mark) < FEW:
        return
    start = mark.start + 1
    text = sentence.text[start : mark.end - 1]
    inside = [Stretch(start + each.start, start + each.end) for each in quoted(text)]
    for each in sentences(text, quoted(text)):
        one = Stretch(start + each.start, start + each.end)
        inner = sentence.within(one.start, one.end)
        if len(inner) > MOST:
            continue
        near = [each for each in inside if one.start <= each.start < one.end]
        yield Sentence(sentence.text, one.start, one.end, inner, near, sentence.lexicon)


def _read(sentence: Sentence) -> Iterator[Quote]:
    seen: list[Quote] = []
    for at, word in enumerate(sentence.words):
        if sentence.inside(word.start):
            continue
        for each in _attempt(sentence, at, word, seen):
            if any(_collide(each.content, other.content) or _lent(each, other) for other in seen):
                continue
            each.source = _in_full(each.source, seen)
            seen.append(each)
            yield each


def _in_full(source: Stretch | None, seen: list[Quote]) -> Stretch | None:
    """A source that is part of one before it is that one: the union's head, Pat Cole, who said."""
    for each in seen:
        whole = each.source
        if source and whole and whole.start <= source.start and source.end <= whole.end:
            return whole
    return source


def _attempt(sentence: Sentence, at: int, word: Word, seen: list[Quote]) -> list[Quote]:
    for rule in (_according, _by_own_words, _asked_first, _wish, _in_relative, _described):
        if quotes := rule(sentence, at):
            return quotes
    cue = sentence.lexicon.cue(word.form)
    if cue is None or cue[0] == "description" or _is_noun(sentence, at):
        return []
    if cue[0] == "participle":
        added = _participle(sentence, at, seen)
        return [added] if added else []
    if _interrupts(sentence, at) and (parted := _parenthetic(sentence, at)):
        return parted
    found = _reported(sentence, at)
    if found is None:
        return _parenthetic(sentence, at)
    return [found, *piece(sentence, found)]


def _is_noun(sentence: Sentence, at: int) -> bool:
    """Whether what stands right before a verb makes it a noun or an infinitive: the claims, to say."""
    form, known = sentence.form(at), sentence.lexicon
    several = form in known.verbs_alone and sentence.form(at - 1) in known.collectives
    if form in known.plurals and not several and not _is_plural(sentence, at):
        return True
    following = at + 1 < len(sentence.words) and sentence.lexicon.cue(sentence.form(at + 1))
    if following and sentence.form(at).endswith("s") and sentence.form(at + 1).endswith("d"):
        return True  # reports said
    if at == 0 or sentence.gap(sentence.words[at - 1], sentence.words[at]):
        return False
    return sentence.form(at - 1) in sentence.lexicon.determiners | {"of", "no", "any", "to"}


def _is_plural(sentence: Sentence, at: int) -> bool:
    """Whether a plural stands before a verb that is a noun else: officials say and warn."""
    n = at - 1
    while n >= 0 and sentence.form(n) in sentence.lexicon.auxiliaries | {"and"}:
        n -= 1
    if sentence.gap(sentence.words[n], sentence.words[n + 1]) == "," or n < at - 1:
        return any(sentence.lexicon.cue(sentence.form(k)) for k in range(n + 1)) or _plural(
            sentence, n
        )
    return _plural(sentence, n) or _plural_head(sentence, n)


def _plural_head(sentence: Sentence, n: int) -> bool:
    """Whether the noun that a phrase hangs on is a plural: figures from the ministry (show)."""
    for k in range(n - 1, max(n - 8, -1), -1):
        if sentence.gap(sentence.words[k], sentence.words[k + 1]):
            return False
        if sentence.form(k + 1) in sentence.lexicon.heads:
            return _plural(sentence, k)
    return False


def _plural(sentence: Sentence, n: int) -> bool:
    form = sentence.form(n)
    plural = form.endswith("s") and not form.endswith(("ss", "'s", "’s"))
    return plural or form in {"they", "we", "i", "you", "people", "police", "who", "women", "men"}


def _collide(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches are the same, or cross."""
    apart = one.end <= other.start or other.end <= one.start
    nested = (one.start >= other.start and one.end <= other.end) or (
        other.start >= one.start and other.end <= one.end
    )
    return one == other or not (apart or nested)


def _lent(quote: Quote, other: Quote) -> bool:
    """Whether a verb inside what is said has its subject outside: heard that he looked and found that."""
    content, source = other.content, quote.source
    indirect = other.kind != "direct" and quote.cue is not None and source is not None
    if not indirect or quote.cue is None or source is None:
        return False
    return (
        content.holds(quote.cue.start) and source.start < content.start and quote.cue != other.cue
    )


def _interrupts(sentence: Sentence, at: int) -> bool:
    """Whether a subject and its verb stand between commas: The strike, the firm added, helps nobody.

    Before marks only a pronoun does (it, she added, “helps nobody”): The mayor, a doctor, said, “No.”
    """
    word = sentence.words[at]
    comma = last_of(sentence, ",", word.start) - 1
    ahead, named = sentence.within(sentence.start, comma), sentence.within(comma, word.start)
    end = _behind_aside(sentence, word.end)
    apart = sentence.text[end : end + 1] == "," and comma >= 0
    if not apart or not ahead or not named or sentence.inside(ahead[-1].start):
        return False
    if sentence.form(at + 1) in ASIDES:
        return False
    following = sentence.text[end + 1 : end + 3].lstrip()[:1]
    if not following.isalnum():
        return named[0].form in {"he", "she", "they"} and not is_adverbial(sentence, ahead)
    return True


def _according(sentence: Sentence, at: int) -> list[Quote]:
    """A quote around `according to`: before it, behind it, or both."""
    per = sentence.form(at) == "per" and sentence.before(sentence.words[at].start) == ","
    per = per and _opens_name(sentence, at + 1)
    according = sentence.form(at) == "according" and sentence.form(at + 1) == "to"
    if not (per or according):
        return []
    cue = Stretch(sentence.words[at].start, sentence.words[at + according].end)
    comma = comma_behind(sentence, cue.end)
    source = trimmed(sentence.text, cue.end, comma if comma >= 0 else sentence.end, ".")
    return _around(sentence, cue.start, cue, with_name(sentence, source))


def _opens_name(sentence: Sentence, at: int) -> bool:
    """Whether a word begins the words that name somebody: per Ann Cole, per the report; not per cent."""
    if at >= len(sentence.words):
        return False
    return sentence.form(at) in sentence.lexicon.determiners or sentence.upper(sentence.words[at])


def _by_own_words(sentence: Sentence, at: int) -> list[Quote]:
    """A quote around `by her own account`: before it, behind it, or both."""
    known = sentence.lexicon
    said = sentence.form(at) == "by" and sentence.form(at + 2) == "own"
    if not said or sentence.form(at + 3) not in known.own_words:
        return []
    whose, cue = (Stretch(w.start, w.end) for w in sentence.words[at + 1 : at + 4 : 2])
    start = sentence.words[at].start
    mark = next((q for q in sentence.quoted if q.start > cue.end), None)
    if mark and sentence.text[cue.end : mark.start].strip() == ",":
        return [Quote(mark, "direct", cue, whose)]
    return _around(sentence, start, cue, whose) if known.cue(sentence.form(at - 1)) is None else []


def _around(sentence: Sentence, start: int, cue: Stretch, source: Stretch) -> list[Quote]:
    """What is said on either side of words that say by whom."""
    first = not sentence.text[sentence.start : start].strip()
    end = max(cue.end, source.end)
    ahead = trimmed(sentence.text, opening_of(sentence), start, ", ")
    rest = trimmed(sentence.text, end, sentence.end, ",. ")
    joined = sentence.within(ahead.start, ahead.end)[-1:]
    first = first or bool(joined and joined[0].form in {"and", "but"})
    content = closed(sentence, rest if first else ahead)
    if sentence.size(source) not in range(1, 12) or not sentence.size(content):
        return []
    if not first and _is_told(sentence, content):
        return []  # “No,” she told reporters, according to a transcript
    found = Quote(content, kind(sentence, content, proclitics=False), cue, source)
    parted = not first and sentence.before(start) == "," and sentence.size(rest) > 1
    if parted and sentence.size(content) < FEW:
        return [found, Quote(rest, "continuation", follows=0)]
    return [found] if sentence.size(content) >= FEW else []


def _is_told(sentence: Sentence, content: Stretch) -> bool:
    """Whether words with a quote in marks have its verb of saying too."""
    marked = any(content.start <= q.start < content.end for q in sentence.quoted)
    return marked and any(
        sentence.lexicon.cue(w.form) and not sentence.inside(w.start)
        for w in sentence.within(content.start, content.end)
    )


def _asked_first(sentence: Sentence, at: int) -> list[Quote]:
    """What somebody was asked before the answer: Asked whether she would resign, Lee said that."""
    known = sentence.lexicon
    asked = sentence.form(at) in {"asked", "pressed", "questioned"}
    opens = at == 0 or (at == 1 and sentence.form(0) in {"when", "if", "once"})
    behind = range(at + 1, at + 7)
    first = next((n for n in behind if sentence.form(n) in known.complementisers | QUESTIONS), 0)
    if not opens or not asked or not first:
        return []
    by = sentence.words[at + 2 : first] if sentence.form(at + 1) == "by" else []
    start = sentence.words[first].start
    comma = comma_behind(sentence, start)
    while comma >= 0 and not (answer := _answer(sentence, comma)):
        comma = comma_behind(sentence, comma + 1)
    if comma < 0 or answer is None:
        return []
    content = trimmed(sentence.text, start, comma)
    cue = Stretch(sentence.words[at].start, sentence.words[at].end)
    what = kind(sentence, content, proclitics=False)
    source, whom = stretch(by), subject_of(sentence, answer)
    return [Quote(content, what, cue, source, whom, None if source else "none")]


def _answer(sentence: Sentence, comma: int) -> int | None:
    """The verb of saying close behind a comma, with its subject before it."""
    behind = sentence.within(comma, sentence.end)[:6]
    first = len(sentence.within(sentence.start, comma))
    for n, each in enumerate(behind):
        if sentence.gap(behind[n - 1], each) and n:
            return None
        if n and is_verb(sentence, each):
            return first + n
    return None


def _wish(sentence: Sentence, at: int) -> list[Quote]:
    """A question that is reported: Residents want to know whether the school will reopen."""
    known = sentence.lexicon
    wish = sentence.form(at) in known.wishes and sentence.form(at + 1) == "to"
    if not wish or sentence.form(at + 2) != "know" or at + 3 >= len(sentence.words):
        return []
    first, source = sentence.words[at + 3], subject_of(sentence, at)
    asks = first.form in {"if", "whether", "why", "how", "what", "who", "when", "where"}
    if source is None or not asks:
        return []
    content = trimmed(sentence.text, first.start, clause_end(sentence, first), ".,;:")
    cue = Stretch(sentence.words[at].start, sentence.words[at + 2].end)
    return [Quote(content, kind(sentence, content, proclitics=False), cue, source)]


def _in_relative(sentence: Sentence, at: int) -> list[Quote]:
    """What somebody says of a noun in a clause about it: a man who police say fled the town."""
    source = source_in_relative(sentence, at)
    if source is None:
        return []
    word, following = sentence.words[at], sentence.words[at + 1]
    end = min(clause_end(sentence, following), end_of_lesser(sentence, at))
    content = trimmed(sentence.text, following.start, end, ".,;:")
    cue = Stretch(word.start, word.end)
    return [Quote(content, kind(sentence, content, proclitics=False), cue, source)]


def _participle(sentence: Sentence, at: int, seen: list[Quote]) -> Quote | None:
    """…, adding that the road would close: who is quoted before it says this too."""
    word = sentence.words[at]
    asks = word.form == "asking" and sentence.form(at + 1) in {"if", "whether"}
    before = sentence.text[sentence.start : word.start].rstrip(" ”’\"'")
    issued = sentence.form(at - 1) in sentence.lexicon.statements  # issued a statement saying that
    if not (before.endswith(",") or asks or issued or sentence.form(at - 1) == "while"):
        return None
    said = said_after(sentence, at)
    if said is None:
        return None
    source = next((each.source for each in reversed(seen) if each.source), None)
    source = source or first_subject(sentence, at)
    cue = Stretch(word.start, word.end)
    whom = said[2] or written_to(sentence, at)
    return Quote(said[0], said[1], cue, source, whom, "implicit")


def _reported(sentence: Sentence, at: int) -> Quote | None:
    """A quote around an English verb of saying, by what stands on either side of it."""
    word = sentence.words[at]
    cue = Stretch(word.start, word.end)
    before = _closed_before(sentence, at)
    if before is not None:
        source, addressee = beside(sentence, at, before.end)
        whole = source is not None and not _is_part(sentence, before)
        return Quote(before, "direct", cue, source, addressee) if whole else None
    said, subject = said_after(sentence, at), subject_of(sentence, at)
    if said is None or subject is None or not _may_say(sentence, at, subject):
        return None
    content, what, addressee = said
    ordered = word.form in _ORDERS and sentence.within(content.start, content.end)[0].form == "to"
    if ordered and not addressee and not is_passive(sentence, at):
        return None
    if word.form in {"called", "calls"} | POINTS and sentence.form(at + 1) in {"on", "out"}:
        cue = Stretch(word.start, sentence.words[at + 1].end)
    if is_passive(sentence, at):
        return _passive(sentence, at, said, subject)
    if word.form in {"heard", "hears"}:
        return Quote(content, what, cue, None, subject, "none")
    return Quote(content, what, cue, subject, addressee or written_to(sentence, at))


def _may_say(sentence: Sentence, at: int, subject: Stretch) -> bool:
    """Whether a subject says something by a verb: a study found, a sign reads; not: whoever says."""
    known, form = sentence.lexicon, sentence.form(at)
    run = sentence.within(subject.start, subject.end)
    if form in OF_STUDIES:
        bare = sentence.form(at + 1) != "that" and form not in {"heard", "hears"}
        return any(w.form in known.studies and not (bare and w.form in known.courts) for w in run)
    if form in {"confirmed", "confirms"} and any(
        w.form in known.studies - known.courts for w in run
    ):
        return False
    if form in {"read", "reads"}:
        return any(w.form in known.inscriptions for w in run)
    supposed = opener_of(sentence, at) in {"if", "unless"}  # If he tells you that, call us
    return not supposed and run[0].form not in {"whoever", "whatever", "what", "let"}


def _passive(sentence: Sentence, at: int, said: Said, subject: Stretch) -> Quote | None:
    """What somebody is told, or what it is said that: by nobody who is named."""
    content, what, _ = said
    word = sentence.words[at]
    nobody = sentence.text[subject.start : subject.end].lower() in {"it", "there"}
    thing = sentence.within(content.start, content.end)[0].form == "that"
    if what == "direct" or not (thing if nobody else word.form in sentence.lexicon.objects):
        return None
    return Quote(
        content, what, Stretch(word.start, word.end), None, None if nobody else subject, "none"
    )


def _is_part(sentence: Sentence, mark: Stretch) -> bool:
    """Whether a quoted stretch is the end of what is said: He was told “not to ask”, she said."""
    ahead = sentence.within(opening_of(sentence), mark.start)
    closed = sentence.text[mark.end - 2] in ",.?!"
    return (
        len(ahead) > 1
        and not closed
        and sentence.before(mark.start) not in {",", ":", "—", "–", "”", '"'}
    )


def _closed_before(sentence: Sentence, at: int) -> Stretch | None:
    """The quoted stretch that ends shortly before a verb, with nothing but a subject between."""
    word = sentence.words[at]
    ahead = [q for q in sentence.quoted if q.end <= word.start and sentence.size(q)]
    if not ahead:
        return None
    last = ahead[-1]
    gap = sentence.text[last.end : word.start]
    between = sentence.within(last.end, word.start)
    signs = {",", "?", "!", "…"}
    end = sentence.text[last.start : last.end - 1].rstrip("’”\"'")[-1:]
    attached = end in signs or gap.lstrip()[:1] in {",", "-", "–", "—"}
    if between and (is_verb(sentence, between[0]) or between[0].form in {"and", "but", "or"}):
        return None  # “Grey Morning,” painted in 1922, is on show, the gallery said
    long = len(between) > (25 if "," in gap.strip(" ,") else 8)
    told = any(sentence.lexicon.cue(w.form) for w in between)
    if long or told or not attached or any(sign in gap.strip(" ,-–—") for sign in ";:"):
        return None
    return last


def _described(sentence: Sentence, at: int) -> list[Quote]:
    """Described the plan as “a waste of money”: what stands in the marks is what is said."""
    describes = sentence.lexicon.cues.get(sentence.form(at)) == "description"
    mark = as_what(sentence, at) if describes else None
    subject = subject_of(sentence, at) if mark else None
    if mark is None or subject is None or is_passive(sentence, at):
        return []
    word = sentence.words[at]
    return [Quote(mark, "mixed", Stretch(word.start, word.end), subject)]


def _parenthetic(sentence: Sentence, at: int) -> list[Quote]:
    """…, Millbrook Council said on Monday. Or in the middle: the budget, she insisted, is safe."""
    word, known = sentence.words[at], sentence.lexicon
    comma = last_of(sentence, ",", word.start) - 1
    if comma < 0 or sentence.inside(comma) or word.form in known.marked_alone:
        return []
    named = [w for w in sentence.within(comma, word.start) if w.form not in known.auxiliaries]
    bracket = (n for n in range(1, len(named)) if "(" in sentence.gap(named[n - 1], named[n]))
    named = named[: next(bracket, len(named))]  # the Royal College of Nursing (RCN) said
    source = stretch(named) if named else None
    if not named and word.form in known.inverted:
        source = inverted(sentence, at)
    office = office_before(sentence, comma) if source is None else None
    if office is not None:
        source = office
        comma = last_of(sentence, ",", source.start) - 1
    content = stands_ahead(sentence, comma) if comma >= 0 else None
    if source is None or content is None or not may_name(sentence, named):
        return []
    addressee = (addressee_of if word.form in known.objects else said_to)(sentence, at)
    addressee = addressee if named or office else None
    what = kind(sentence, content, proclitics=False)
    cue = Stretch(word.start, word.end)
    first = Quote(content, what, cue, source, addressee)
    after = _behind_aside(sentence, max(word.end, source.end, addressee.end if addressee else 0))
    rest = trimmed(sentence.text, after, sentence.end, ".")
    if _is_aside(sentence, rest):
        few = sentence.size(content) < FEW or not _has_verb_or_few(sentence, content)
        return [] if few else [first]
    return _parted(sentence, first, after, rest)


def _behind_aside(sentence: Sentence, start: int) -> int:
    """Where the sentence goes on behind what says when or where: added in a statement, “…”."""
    comma = comma_behind(sentence, start)
    aside = sentence.within(start, comma) if comma >= 0 else []
    short = 0 < len(aside) <= 6 and _is_aside(sentence, Stretch(start, comma))
    return comma if short and not sentence.inside(comma) else start


def _parted(sentence: Sentence, first: Quote, after: int, rest: Stretch) -> list[Quote]:
    """A quote that the words of the reporter stand in, and its later piece."""
    follows = sentence.text[after : rest.start + 1].strip()
    inner = sentence.within(first.content.start, first.content.end)
    apart = inner and follows.startswith(",") and sentence.size(rest) > 1
    if not apart or first.cue is None:
        return []
    tail = trimmed(sentence.text, rest.start, sentence.end, " ,.")
    behind = sentence.within(tail.start, tail.end)
    if inner[-1].form in {"and", "but", "or"}:
        return [replace(first, content=tail, kind=kind(sentence, tail, proclitics=False))]
    if _is_whole(sentence, inner, behind[0]) or behind[0].form in {"who", "whose"}:
        return [first] if len(inner) >= FEW else []
    goes_on = is_verb(sentence, behind[0]) or behind[0].form in sentence.lexicon.auxiliaries
    if not (goes_on or _has_verb_or_few(sentence, first.content)):
        return []
    if any(q.start >= tail.start and q.end <= tail.end for q in sentence.quoted):
        first.kind = "mixed"
    if all(w.form in sentence.lexicon.openers for w in inner):
        return [replace(first, content=tail)]
    return [first, Quote(tail, "continuation", follows=0)]


def _is_whole(sentence: Sentence, inner: list[Word], following: Word) -> bool:
    """Whether a clause is whole before the words of the reporter, so that what follows is theirs."""
    if not has_verb(sentence, inner) or len(inner) < FEW:
        return False
    known = sentence.lexicon
    subject = known.determiners | known.pronouns
    opens = following.form in subject or sentence.upper(following)
    if inner[0].form in known.after_subject | known.heads and opens:
        return False  # By the time help came, she says, the child was cold
    return following.form not in known.goes_on


def _has_verb_or_few(sentence: Sentence, content: Stretch) -> bool:
    inner = sentence.within(content.start, content.end)
    return bool(inner) and (len(inner) <= 4 or has_verb(sentence, inner) or len(inner) >= 8)


def _is_aside(sentence: Sentence, rest: Stretch) -> bool:
    """Whether what follows a verb says when or where alone: on Monday, in a statement, by phone."""
    inner = sentence.within(rest.start, rest.end)
    comma = sentence.text.find(",", rest.start, rest.end)
    behind = sentence.within(comma, rest.end)[:1] if comma >= 0 else []
    if behind and behind[0].form.endswith("ing"):
        inner = sentence.within(rest.start, comma)  # on Monday, prompting anger in the town
    if not inner or all(each.form in sentence.lexicon.times for each in inner[:3]):
        return True
    return inner[0].form in _WHERE and len(inner) <= 10 and not has_verb(sentence, inner)
