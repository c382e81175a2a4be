"""Quotes in English: the subject comes first, or the verb after what is said."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from qawl.suggest.cues import Lexicon
from qawl.suggest.english_parties import (
    DAYS,
    addressee_of,
    beside,
    first_subject,
    has_verb,
    inverted,
    is_adverb,
    is_adverbial,
    is_clause,
    is_verb,
    office_before,
    opening_of,
    said_to,
    subject_of,
    with_name,
    written_to,
)
from qawl.suggest.sentences import FEW, MOST, Kind, Quote, Sentence, closed, kind, piece, stretch
from qawl.suggest.words import Stretch, Word, quoted, sentences, trimmed, words

Said = tuple[Stretch, Kind, Stretch | None]
"""What is said, its kind, and whom it is addressed to."""

_CALLED = frozenset(("called", "calls", "labelled", "labeled", "dubbed", "deemed"))
"""Verbs with an object and what it is called: called the plan “a waste of money”."""
_MANY = frozenset(
    (
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "half",
        "least",
        "hundreds",
        "thousands",
        "dozens",
    )
)
_OF_STUDIES = frozenset(("found", "finds", "show", "showed", "shows", "heard", "hears"))
"""Verbs of saying where their subject is a study or a court alone."""
_WHEN = DAYS | {"week", "month", "year", "night", "morning", "evening"}
"""The last word of what says when something was said: said Monday, said late last week."""

_BE = frozenset(("is", "was", "were", "been", "are", "be"))
_HOW = frozenset(("that", "during", "after", "via", "by", "through", "outside", "over"))
"""What says when, where or how between a verb and its `that`."""
_WHERE = frozenset(("in", "at", "on", "during", "after", "to", "via", "by", "from", "over"))
_ORDERS = frozenset(("told", "warned", "advised", "ordered", "instructed", "urged"))
"""Verbs that somebody is told `to` do something by."""
_LESSER = frozenset(
    ("when", "if", "as", "while", "after", "before", "although", "though", "because", "since")
)
"""What opens a clause that a comma parts from the main one behind it."""
_QUESTIONS = frozenset(("why", "how", "what", "who", "when", "where"))
_POINTS = frozenset(("point", "points", "pointed"))
_INVERTED = frozenset(
    (
        "said",
        "says",
        "added",
        "adds",
        "warned",
        "warns",
        "reported",
        "reports",
        "wrote",
        "writes",
        "noted",
        "notes",
        "argued",
        "argues",
        "explained",
        "explains",
        "insisted",
        "insists",
        "recalled",
        "recalls",
        "predicted",
        "predicts",
        "admitted",
        "admits",
        "conceded",
        "concedes",
    )
)
"""Verbs that may stand before their subject where no marks are: …, said the council."""
_ASIDES = frozenset(("however", "meanwhile", "though", "moreover", "nevertheless", "too"))
"""Words between commas behind a verb: She insisted, however, that it was safe."""


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
    comma = _last_of(sentence, ",", word.start) - 1
    ahead, named = sentence.within(sentence.start, comma), sentence.within(comma, word.start)
    end = _behind_aside(sentence, word.end)
    apart = sentence.text[end : end + 1] == "," and comma >= 0
    if not apart or not ahead or not named or sentence.inside(ahead[-1].start):
        return False
    if sentence.form(at + 1) in _ASIDES:
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
    comma = _comma_behind(sentence, cue.end)
    source = trimmed(sentence.text, cue.end, comma if comma >= 0 else sentence.end, ".")
    return _around(sentence, cue.start, cue, with_name(sentence, source))


def _opens_name(sentence: Sentence, at: int) -> bool:
    """Whether a word begins the words that name somebody: per Ann Cole, per the report; not per cent."""
    if at >= len(sentence.words):
        return False
    return (
        sentence.form(at) in sentence.lexicon.determiners
        or sentence.text[sentence.words[at].start].isupper()
    )


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
    first = next((n for n in behind if sentence.form(n) in known.complementisers | _QUESTIONS), 0)
    if not opens or not asked or not first:
        return []
    by = sentence.words[at + 2 : first] if sentence.form(at + 1) == "by" else []
    start = sentence.words[first].start
    comma = _comma_behind(sentence, start)
    while comma >= 0 and not (answer := _answer(sentence, comma)):
        comma = _comma_behind(sentence, comma + 1)
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
    content = trimmed(sentence.text, first.start, _clause_end(sentence, first), ".,;:")
    cue = Stretch(sentence.words[at].start, sentence.words[at + 2].end)
    return [Quote(content, kind(sentence, content, proclitics=False), cue, source)]


def _in_relative(sentence: Sentence, at: int) -> list[Quote]:
    """What somebody says of a noun in a clause about it: a man who police say fled the town."""
    source = _source_in_relative(sentence, at)
    if source is None:
        return []
    word, following = sentence.words[at], sentence.words[at + 1]
    end = min(_clause_end(sentence, following), _end_of_lesser(sentence, at))
    content = trimmed(sentence.text, following.start, end, ".,;:")
    cue = Stretch(word.start, word.end)
    return [Quote(content, kind(sentence, content, proclitics=False), cue, source)]


def _source_in_relative(sentence: Sentence, at: int) -> Stretch | None:
    """The subject of a verb of saying between a relative pronoun and the verb that it goes with."""
    known = sentence.lexicon
    if sentence.form(at) not in known.said_of or at + 1 >= len(sentence.words):
        return None
    n = at - 1
    while n >= 0 and at - n < 7 and sentence.form(n) not in known.relatives | {"and"}:
        if sentence.gap(sentence.words[n], sentence.words[n + 1]) and n < at - 1:
            return None
        n -= 1
    following = sentence.words[at + 1]
    apart = sentence.gap(sentence.words[at], following)
    opens = n >= 0 and sentence.form(n) in {"who", "which", "that", "and"} and n < at - 1
    if not opens or sentence.gap(sentence.words[n], sentence.words[n + 1]) != apart:
        return None
    verb = following.form in known.auxiliaries or is_verb(sentence, following)
    if not verb or (apart != "," and (apart or sentence.form(n) == "and")):
        return None
    return stretch(sentence.words[n + 1 : at])


def _participle(sentence: Sentence, at: int, seen: list[Quote]) -> Quote | None:
    """…, adding that the road would close: who is quoted before it says this too."""
    word = sentence.words[at]
    asks = word.form == "asking" and sentence.form(at + 1) in {"if", "whether"}
    before = sentence.text[sentence.start : word.start].rstrip(" ”’\"'")
    issued = sentence.form(at - 1) in sentence.lexicon.statements  # issued a statement saying that
    if not (before.endswith(",") or asks or issued or sentence.form(at - 1) == "while"):
        return None
    said = _after(sentence, at)
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
    said, subject = _after(sentence, at), subject_of(sentence, at)
    if said is None or subject is None or not _may_say(sentence, at, subject):
        return None
    content, what, addressee = said
    ordered = word.form in _ORDERS and sentence.within(content.start, content.end)[0].form == "to"
    if ordered and not addressee and not _is_passive(sentence, at):
        return None
    if word.form in {"called", "calls"} | _POINTS and sentence.form(at + 1) in {"on", "out"}:
        cue = Stretch(word.start, sentence.words[at + 1].end)
    if _is_passive(sentence, at):
        return _passive(sentence, at, said, subject)
    if word.form in {"heard", "hears"}:
        return Quote(content, what, cue, None, subject, "none")
    return Quote(content, what, cue, subject, addressee or written_to(sentence, at))


def _may_say(sentence: Sentence, at: int, subject: Stretch) -> bool:
    """Whether a subject says something by a verb: a study found, a sign reads; not: whoever says."""
    known, form = sentence.lexicon, sentence.form(at)
    run = sentence.within(subject.start, subject.end)
    if form in _OF_STUDIES:
        bare = sentence.form(at + 1) != "that" and form not in {"heard", "hears"}
        return any(w.form in known.studies and not (bare and w.form in known.courts) for w in run)
    if form in {"confirmed", "confirms"} and any(
        w.form in known.studies - known.courts for w in run
    ):
        return False
    if form in {"read", "reads"}:
        return any(w.form in known.inscriptions for w in run)
    supposed = _opener(sentence, at) in {"if", "unless"}  # If he tells you that, call us
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


def _is_passive(sentence: Sentence, at: int) -> bool:
    n = at - 1
    while sentence.form(n) in sentence.lexicon.auxiliaries - _BE:
        n -= 1
    return sentence.form(n) in _BE


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


def _after(sentence: Sentence, at: int) -> Said | None:
    """(content, kind, addressee) behind a verb: in marks, with `that` or `to`, or bare."""
    word, known = sentence.words[at], sentence.lexicon
    if word.form in _CALLED:
        return _called_on(sentence, at) or _called(sentence, at)
    if word.form in _POINTS:
        at += 1
        if sentence.form(at) != "out":
            return None
        word = sentence.words[at]
    addressee = addressee_of(sentence, at) if word.form in known.objects else said_to(sentence, at)
    addressee = addressee and _told_in_full(sentence, word, addressee)
    start = addressee.end if addressee else word.end
    rest = sentence.within(start, sentence.end)
    marked = _marked(sentence, at, start, rest) if rest else None
    if marked is not None:
        return (*marked, addressee)
    first = _said(sentence, at, rest) if rest else None
    if first is None:
        return None
    end = min(_clause_end(sentence, first), _end_of_lesser(sentence, at))
    content = closed(sentence, trimmed(sentence.text, first.start, end, ".,;:"))
    if not _is_clause(sentence, word, first, content):
        return None
    return content, kind(sentence, content, proclitics=False), addressee


def _told_in_full(sentence: Sentence, word: Word, told: Stretch) -> Stretch:
    """Who is told to do something, with the phrase behind them: urged members of all parties to act."""
    known = sentence.lexicon
    if word.form not in known.to_do:
        return told
    behind = sentence.within(told.end, sentence.end)[:8]
    if not behind or behind[0].form not in known.phrases:
        return told
    for n, each in enumerate(behind[1:], start=1):
        if sentence.gap(behind[n - 1], each) or is_verb(sentence, each):
            return told
        if each.form in {"to", "not"} and n > 1:
            return Stretch(told.start, behind[n - 1].end)
    return told


def _end_of_lesser(sentence: Sentence, at: int) -> int:
    """The comma that ends a lesser clause: When he said that, she left; Hale, who denies it, left."""
    opener = _opener(sentence, at)
    first = not _last_of(sentence, ",", sentence.words[at].start)
    if opener not in (_LESSER if first else {"who", "which"}):
        return sentence.end
    for n in range(at + 1, len(sentence.words)):
        before, each = sentence.words[n - 1], sentence.words[n]
        if not sentence.inside(each.start) and sentence.gap(before, each).endswith(","):
            return before.end
    return sentence.end


def _opener(sentence: Sentence, at: int) -> str:
    """The first word between the last comma, or the start of the sentence, and a verb."""
    start = max(_last_of(sentence, ",", sentence.words[at].start), sentence.start)
    return next((w.form for w in sentence.within(start, sentence.words[at].start)), "")


def _is_clause(sentence: Sentence, cue: Word, first: Word, content: Stretch) -> bool:
    """Whether what follows a verb is a proposition: without `that` it has a verb of its own."""
    inner = sentence.within(content.start, content.end)
    if first.form in sentence.lexicon.pronouns and len(inner) == 2:
        return inner[1].form in sentence.lexicon.auxiliaries  # says they are
    if len(inner) < (2 if first.form == "to" else 3):
        return False
    told = first.form in {"that", "to", "not", "if", "whether", "against"}
    deed = cue.form in sentence.lexicon.of_deeds and _is_gerund(sentence, first)
    told = told or deed or cue.form in {"accused", "accuses"} or is_clause(sentence, inner)
    opens = first.form in sentence.lexicon.determiners | sentence.lexicon.pronouns
    opens = opens or sentence.text[first.start].isupper()
    return told or (opens and _ends_in_marks(sentence, content))


def _ends_in_marks(sentence: Sentence, content: Stretch) -> bool:
    """Whether a verb may stand in the marks: the firm “stands with its workers”."""
    return any(
        content.start < q.start
        and q.end == content.end
        and sentence.size(q) >= 2
        and sentence.text[q.start + 1].islower()
        for q in sentence.quoted
    )


def _called_on(sentence: Sentence, at: int) -> Said | None:
    """Called on the government to act."""
    if sentence.form(at + 1) != "on":
        return None
    rest = sentence.within(sentence.words[at + 1].end, sentence.end)
    cut = next((n for n, each in enumerate(rest[:10]) if each.form == "to"), 0)
    if not cut:
        return None
    cut -= cut > 1 and rest[cut - 1].form == "not"
    content = trimmed(sentence.text, rest[cut].start, _clause_end(sentence, rest[cut]), ".,;:")
    content = closed(sentence, content)
    return content, kind(sentence, content, proclitics=False), stretch(rest[:cut])


def _described(sentence: Sentence, at: int) -> list[Quote]:
    """Described the plan as “a waste of money”: what stands in the marks is what is said."""
    describes = sentence.lexicon.cues.get(sentence.form(at)) == "description"
    mark = _as_what(sentence, at) if describes else None
    subject = subject_of(sentence, at) if mark else None
    if mark is None or subject is None or _is_passive(sentence, at):
        return []
    word = sentence.words[at]
    return [Quote(mark, "mixed", Stretch(word.start, word.end), subject)]


def _as_what(sentence: Sentence, at: int) -> Stretch | None:
    """The marks right behind the `as` of a verb that describes; None where none stand there."""
    for n in range(at, min(at + 9, len(sentence.words) - 1)):
        if n > at and sentence.gap(sentence.words[n - 1], sentence.words[n]):
            return None
        if n > at and sentence.form(n) == "as":
            mark = sentence.inside(sentence.words[n + 1].start)
            bare = mark and not sentence.text[sentence.words[n].end : mark.start].strip()
            return mark if bare and mark and sentence.size(mark) > 1 else None
    return None


def _called(sentence: Sentence, at: int) -> Said | None:
    """Called the plan “a waste of money”; a name (called her “Little Summer Rose”) is nothing said."""
    run: list[Word] = []
    known = sentence.lexicon
    for each in sentence.words[at + 1 : at + 10]:
        if sentence.inside(each.start) or sentence.gap(
            run[-1] if run else sentence.words[at], each
        ):
            break
        run.append(each)
    first = run[0] if run else None
    mark = next((q for q in sentence.quoted if run and q.start > run[-1].start), None)
    if first is None or mark is None or sentence.text[run[-1].end : mark.start].strip():
        return None
    opens = first.form in known.determiners | known.pronouns or sentence.text[first.start].isupper()
    if not opens or sentence.size(mark) < 3 or not sentence.text[mark.start + 1].islower():
        return None
    return Stretch(first.start, mark.end), "mixed", None


def _said(sentence: Sentence, at: int, rest: list[Word]) -> Word | None:
    """The first word of what is said where no mark opens it; None where nothing shows it."""
    word = sentence.words[at]
    if rest[0].form in {"to", "not"} and _governs(sentence, word, rest):
        return rest[0]
    if (that := _that_behind(sentence, word, rest)) is not None:
        return that
    rest = _without_where(sentence, word, _without_when(sentence, rest))
    if not rest:
        return None
    first = rest[0]
    if word.form in {"accused", "accuses"}:
        return (
            first if first.form != "of" and any(each.form == "of" for each in rest[:10]) else None
        )
    governed = _governs(sentence, word, rest) or _opens_bare(sentence, word, rest)
    return first if governed else None


def _governs(sentence: Sentence, word: Word, rest: list[Word]) -> bool:
    """Whether a verb goes with what opens a clause: urged to, asked whether, warned against driving."""
    known, first = sentence.lexicon, rest[0].form
    second = rest[1].form if len(rest) > 1 else ""
    if first == "to" or (first == "not" and second == "to"):
        unnamed = first == "not" and [w.form for w in rest[2:3]] == ["be"]  # asked not to be named
        return word.form in known.to_do and not unnamed
    if first in {"if", "whether"} | _QUESTIONS:
        return word.form in {"asked", "asks", "asking"}
    if _is_gerund(sentence, rest[0]):
        return word.form in known.of_deeds
    return first == "against" and second.endswith("ing") and word.form in known.cautions


def _is_gerund(sentence: Sentence, word: Word) -> bool:
    """Whether a word says what somebody does: admitted taking the money, not: denied funding."""
    return word.form.endswith("ing") and word.form not in sentence.lexicon.nouns_in_ing


def _opens_bare(sentence: Sentence, word: Word, rest: list[Word]) -> bool:
    """Whether words begin a clause without `that`: said the port would open."""
    known, first = sentence.lexicon, rest[0]
    gap = sentence.text[word.end : first.start]
    amount = first.form in known.amounts and any(
        w.form[:1].isdigit() or w.form in _MANY for w in rest[1:4]
    )
    opens = first.form not in known.no_clauses or amount
    bare = word.form in known.bare and opens and ":" not in gap
    return bare and not sentence.inside(first.start) and "," not in gap


def _that_behind(sentence: Sentence, word: Word, rest: list[Word]) -> Word | None:
    """The `that` of a verb, right behind it or behind when, where or how: said in a post on X that."""
    known = sentence.lexicon
    if rest and rest[0].form in _ASIDES and sentence.gap(word, rest[0]) == ",":
        rest = rest[1:]
    if len(rest) > 1 and rest[1].form == "that" and is_adverb(rest[0].form, known):
        return rest[1]  # says only that
    if rest and rest[0].form not in known.times | known.heads | _HOW:
        return None
    for n, each in enumerate(rest[:18]):
        if sentence.inside(each.start) or (n and sentence.gap(rest[n - 1], each)):
            return None
        following = rest[n + 1] if n + 1 < len(rest) else each
        relative = is_verb(sentence, following) or following.form in known.auxiliaries
        if each.form == "that" and not (n and relative):
            return each
        clause = each.form in known.verbs_of_clauses and is_verb(sentence, each)
        if clause or each.form in known.complementisers - {"that"}:
            return None
    return None


def _without_when(sentence: Sentence, rest: list[Word]) -> list[Word]:
    """What is said without when that was: said Monday the port would open; nothing before a comma."""
    known = sentence.lexicon
    n = next((n for n, each in enumerate(rest) if each.form not in known.times), len(rest))
    if not n or rest[n - 1].form not in _WHEN:
        return rest
    if n == len(rest) or sentence.gap(rest[n - 1], rest[n]) == ",":
        return []
    opens = rest[n].form in known.determiners | known.pronouns
    return rest[n:] if opens or sentence.text[rest[n].start].isupper() else rest


def _without_where(sentence: Sentence, word: Word, rest: list[Word]) -> list[Word]:
    """What is said without where that was: said in a statement Friday it would appeal."""
    known = sentence.lexicon
    if word.form not in known.bare or not rest or rest[0].form not in known.phrases:
        return rest
    stated = next((n for n, w in enumerate(rest[:5]) if w.form in known.statements), 0)
    for n in range(stated + 1, min(stated + 9, len(rest))) if stated else ():
        if sentence.gap(rest[n - 1], rest[n]) or sentence.inside(rest[n].start):
            return rest
        timed = rest[n - 1].form in _WHEN or n == stated + 1
        subject = rest[n].form in known.pronouns | known.determiners | known.quantifiers
        if subject and timed and is_clause(sentence, rest[n : n + 9]):
            return rest[n:]
    return rest


def _marked(
    sentence: Sentence, at: int, start: int, rest: list[Word]
) -> tuple[Stretch, Kind] | None:
    """What is said in quotation marks behind a verb."""
    word, known = sentence.words[at], sentence.lexicon
    mark = next((q for q in sentence.quoted if q.start >= start), None)
    if mark is None or not sentence.size(mark):
        return None
    lead = sentence.text[start : mark.start].strip(" ,:")
    timed = [w for w in rest if w.start < mark.start]
    opens = sentence.before(mark.start)
    if opens == ":" and len(timed) <= 8 and ":" not in lead:
        return (mark, "direct") if not has_verb(sentence, [word, *timed]) else None
    if opens == "," and all(each.form in known.times for each in timed):
        return mark, "direct"
    few = 2 if word.form in known.marked_alone else FEW
    told = known.bare | known.marked_alone | {"wrote", "replied", "asked"}
    if lead or sentence.size(mark) < few or word.form not in told:
        return None
    trailing = trimmed(
        sentence.text, mark.end, _clause_end(sentence, timed[-1] if timed else word), ".,;"
    )
    if sentence.size(trailing) == 0 or sentence.text[mark.end : mark.end + 1] != " ":
        return mark, "direct"
    return Stretch(mark.start, trailing.end), "mixed"


def _clause_end(sentence: Sentence, said: Word) -> int:
    """The end of an English clause: before `, but`, `, while`, `, adding` and the like."""
    if sentence.ends is None:
        sentence.ends = [*_ends(sentence)]
    at = bisect_right(sentence.ends, said.start, key=lambda each: each[0])
    if at < len(sentence.ends):
        return sentence.ends[at][1]
    for mark in sentence.quoted:
        if mark.start > said.start and sentence.before(mark.start) == ":":
            return sentence.text.rfind(":", said.start, mark.start)
    return sentence.end


def _ends(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """(start of a word, end of the clause before it), of the words outside marks that open another."""
    last = sentence.start
    for at, each in enumerate(sentence.words):
        if sentence.inside(each.start):
            continue
        start, last = last, each.end
        if _turns(sentence, at):
            yield each.start, trimmed(sentence.text, sentence.start, each.start, ",").end
        elif (sign := _sign(sentence, start, each)) >= 0:
            yield each.start, sign


def _sign(sentence: Sentence, start: int, each: Word) -> int:
    """Where a colon or semicolon ends a clause before a word; -1 where none does, as in 10:42."""
    gap = sentence.text[start : each.start]
    colon, stop = gap.find(":"), gap.find(";")
    if colon >= 0 and not (gap == ":" and each.form[:1].isdigit()):
        return start + colon
    return start + stop if stop >= 0 and each.form not in {"that", "and"} else -1


def _turns(sentence: Sentence, at: int) -> bool:
    """Whether a word opens a clause of another kind, or one of another verb of saying."""
    each, known = sentence.words[at], sentence.lexicon
    if each.form in {"and", "but"} and _another(sentence, at + 1):
        return True
    if each.form in known.relatives and _is_told_of(sentence, at):
        return True
    if _closes_with(sentence, at):
        return True
    goes_on = (
        each.form == "but" and sentence.form(at + 1) == "that"
    )  # was sound, but that it came late
    if goes_on or each.form not in known.turns | known.participles | {"a", "an"}:
        return False
    if each.form in {"a", "an"} and sentence.form(at + 1) not in known.remarks:
        return False
    before = sentence.text[sentence.start : each.start].rstrip(" ”’\"'")
    return each.form == "according" or before.endswith(",")


def _closes_with(sentence: Sentence, at: int) -> bool:
    """Whether who says all of it ends the sentence: (told staff it would close,) a source told AFP."""
    rest = sentence.words[at : at + 16]
    if rest[-1] is not sentence.words[-1] or not at or len(rest) < 2:
        return False
    before = sentence.text[sentence.words[at - 1].end : rest[0].start]
    if "," not in before or any(sentence.gap(*pair) for pair in pairwise(rest)):
        return False
    known = sentence.lexicon
    said = (n for n, w in enumerate(rest) if n and w.form in known.bare and is_verb(sentence, w))
    n = next(said, 0)
    behind = [w.form for w in rest[n + 1 :]]
    if not n or not _may_name(sentence, [w for w in rest[:n] if w.form not in known.auxiliaries]):
        return False
    return not any(form in known.verbs_of_clauses | known.complementisers for form in behind)


def _is_told_of(sentence: Sentence, at: int) -> bool:
    """Whether a clause about a noun is somebody's words: a log which, she said, shows that."""
    if at + 1 >= len(sentence.words):
        return False
    return sentence.gap(sentence.words[at], sentence.words[at + 1]) == "," and any(
        _source_in_relative(sentence, n) is not None for n in range(at + 2, at + 8)
    )


def _another(sentence: Sentence, at: int) -> bool:
    """Whether the reporter goes on with another verb of saying: and vowed to, and he urged."""
    known = sentence.lexicon
    pronoun = sentence.form(at) in {"he", "she", "they"}
    at += pronoun
    while sentence.form(at) in known.auxiliaries:
        at += 1
    form = sentence.form(at)
    cue = known.cue(form)
    if cue is not None and cue[0] == "description":
        return _as_what(sentence, at) is not None
    if cue is None or cue[0] != "finite" or form in _OF_STUDIES or _is_passive(sentence, at):
        return False
    if (
        not pronoun
        and form in known.objects
        and sentence.form(at + 1) in {"her", "him", "me", "us", "them"}
    ):
        return False
    told = form in known.objects and sentence.form(at - 1) not in known.auxiliaries
    if form in {"accused", "accuses"} or told:
        return True
    following = {sentence.form(n) for n in range(at + 1, at + 5)}
    opens = sentence.form(at + 1) in known.pronouns and form in known.bare
    opens = opens or (form in {"said", "says"} and sentence.form(at + 1) in known.determiners)
    opens = opens or (form in known.bare and _clause_begins(sentence, at + 1))
    return opens or bool(following & {"that", "to", "on", "whether"})


def _clause_begins(sentence: Sentence, at: int) -> bool:
    """Whether a subject begins at a word, and its verb stands soon behind: every penny had been paid."""
    run = sentence.words[at : at + 1]
    for each in sentence.words[at + 1 : at + 9]:
        if sentence.gap(run[-1], each):
            break
        run.append(each)
    known = sentence.lexicon
    opens = run and (
        run[0].form in known.determiners | known.quantifiers
        or sentence.text[run[0].start].isupper()
    )
    return bool(opens) and is_clause(sentence, run)


def _parenthetic(sentence: Sentence, at: int) -> list[Quote]:
    """…, Millbrook Council said on Monday. Or in the middle: the budget, she insisted, is safe."""
    word, known = sentence.words[at], sentence.lexicon
    comma = _last_of(sentence, ",", word.start) - 1
    if comma < 0 or sentence.inside(comma) or word.form in known.marked_alone:
        return []
    named = [w for w in sentence.within(comma, word.start) if w.form not in known.auxiliaries]
    bracket = (n for n in range(1, len(named)) if "(" in sentence.gap(named[n - 1], named[n]))
    named = named[: next(bracket, len(named))]  # the Royal College of Nursing (RCN) said
    source = stretch(named) if named else None
    if not named and word.form in _INVERTED:
        source = inverted(sentence, at)
    office = office_before(sentence, comma) if source is None else None
    if office is not None:
        source = office
        comma = _last_of(sentence, ",", source.start) - 1
    content = _ahead(sentence, comma) if comma >= 0 else None
    if source is None or content is None or not _may_name(sentence, named):
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
    comma = _comma_behind(sentence, start)
    aside = sentence.within(start, comma) if comma >= 0 else []
    short = 0 < len(aside) <= 6 and _is_aside(sentence, Stretch(start, comma))
    return comma if short and not sentence.inside(comma) else start


def _comma_behind(sentence: Sentence, start: int) -> int:
    """The next comma behind a place, but one of a number (9,000); -1 where none is."""
    at = sentence.text.find(",", start, sentence.end)
    while at > 0 and sentence.text[at - 1 : at + 2 : 2].isdigit() and at + 1 < sentence.end:
        at = sentence.text.find(",", at + 1, sentence.end)
    return at


def _last_of(sentence: Sentence, sign: str, end: int) -> int:
    """Behind the last such sign before a place, but one of an hour (8:30); 0 where none is."""
    at = sentence.text.rfind(sign, sentence.start, end)
    while at > 0 and sentence.text[at - 1 : at + 2 : 2].isdigit():
        at = sentence.text.rfind(sign, sentence.start, at)
    return at + 1


def _ahead(sentence: Sentence, comma: int) -> Stretch:
    """What stands before a comma, from the last colon or semicolon on."""
    signs = (_last_of(sentence, c, comma) for c in ":;")
    return trimmed(sentence.text, max(opening_of(sentence), *signs), comma)


def _may_name(sentence: Sentence, named: list[Word]) -> bool:
    known = sentence.lexicon
    first = named[0].form if named else ""
    related = any(w.form in {"who", "which"} for w in named)
    opens = named and (first == "says" or not first.endswith("s")) and is_verb(sentence, named[0])
    verb = opens or has_verb(sentence, named)
    barred = known.after_subject | {"and", "but", "if"}
    if first in {"a", "an"} and len(named) > 1 and named[1].form in known.remarks:
        return False  # …, a charge the government denies
    return len(named) <= 10 and first not in barred and (related or not verb)


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
    opens = following.form in subject or sentence.text[following.start].isupper()
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
