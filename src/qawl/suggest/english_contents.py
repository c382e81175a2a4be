"""What is said in English: in marks, in a clause, bare; and where it ends."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from qawl.suggest.english_parties import (
    addressee_of,
    has_verb,
    is_adverb,
    is_clause,
    is_verb,
    opening_of,
    said_to,
)
from qawl.suggest.sentences import FEW, Kind, Sentence, closed, kind, stretch
from qawl.suggest.words import Stretch, Word, trimmed

Said = tuple[Stretch, Kind, Stretch | None]
"""What is said, its kind, and whom it is addressed to."""

_CALLED = frozenset(("called", "calls", "labelled", "labeled", "dubbed", "deemed"))
"""Verbs with an object and what it is called: called the plan “a waste of money”."""

OF_STUDIES = frozenset(("found", "finds", "show", "showed", "shows", "heard", "hears"))
"""Verbs of saying where their subject is a study or a court alone."""

_WHEN = frozenset(("week", "month", "year", "night", "morning", "evening"))
"""The last word of what says when something was said, beside days: said late last week."""

_BE = frozenset(("is", "was", "were", "been", "are", "be"))

_HOW = frozenset(("that", "during", "after", "via", "by", "through", "outside", "over"))
"""What says when, where or how between a verb and its `that`."""

_LESSER = frozenset(
    ("when", "if", "as", "while", "after", "before", "although", "though", "because", "since")
)
"""What opens a clause that a comma parts from the main one behind it."""

QUESTIONS = frozenset(("why", "how", "what", "who", "when", "where"))

POINTS = frozenset(("point", "points", "pointed"))

ASIDES = frozenset(("however", "meanwhile", "though", "moreover", "nevertheless", "too"))
"""Words between commas behind a verb: She insisted, however, that it was safe."""


def source_in_relative(sentence: Sentence, at: int) -> Stretch | None:
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


def is_passive(sentence: Sentence, at: int) -> bool:
    """Whether somebody is told, and does not tell: was told, has been warned."""
    n = at - 1
    while sentence.form(n) in sentence.lexicon.auxiliaries - _BE:
        n -= 1
    return sentence.form(n) in _BE


def said_after(sentence: Sentence, at: int) -> Said | None:
    """(content, kind, addressee) behind a verb: in marks, with `that` or `to`, or bare."""
    word, known = sentence.words[at], sentence.lexicon
    if word.form in _CALLED:
        return _called_on(sentence, at) or _called(sentence, at)
    if word.form in POINTS:
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
    end = min(clause_end(sentence, first), end_of_lesser(sentence, at))
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


def end_of_lesser(sentence: Sentence, at: int) -> int:
    """The comma that ends a lesser clause: When he said that, she left; Hale, who denies it, left."""
    opener = opener_of(sentence, at)
    first = not last_of(sentence, ",", sentence.words[at].start)
    if opener not in (_LESSER if first else {"who", "which"}):
        return sentence.end
    for n in range(at + 1, len(sentence.words)):
        before, each = sentence.words[n - 1], sentence.words[n]
        if not sentence.inside(each.start) and sentence.gap(before, each).endswith(","):
            return before.end
    return sentence.end


def opener_of(sentence: Sentence, at: int) -> str:
    """The first word between the last comma, or the start of the sentence, and a verb."""
    start = max(last_of(sentence, ",", sentence.words[at].start), sentence.start)
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
    opens = opens or sentence.upper(first)
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
    content = trimmed(sentence.text, rest[cut].start, clause_end(sentence, rest[cut]), ".,;:")
    content = closed(sentence, content)
    return content, kind(sentence, content, proclitics=False), stretch(rest[:cut])


def as_what(sentence: Sentence, at: int) -> Stretch | None:
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
    opens = first.form in known.determiners | known.pronouns or sentence.upper(first)
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
    if first in {"if", "whether"} | QUESTIONS:
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
        w.form[:1].isdigit() or w.form in known.many for w in rest[1:4]
    )
    opens = first.form not in known.no_clauses or amount
    bare = word.form in known.bare and opens and ":" not in gap
    return bare and not sentence.inside(first.start) and "," not in gap


def _that_behind(sentence: Sentence, word: Word, rest: list[Word]) -> Word | None:
    """The `that` of a verb, right behind it or behind when, where or how: said in a post on X that."""
    known = sentence.lexicon
    if rest and rest[0].form in ASIDES and sentence.gap(word, rest[0]) == ",":
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
    if not n or rest[n - 1].form not in known.days | _WHEN:
        return rest
    if n == len(rest) or sentence.gap(rest[n - 1], rest[n]) == ",":
        return []
    opens = rest[n].form in known.determiners | known.pronouns
    return rest[n:] if opens or sentence.upper(rest[n]) else rest


def _without_where(sentence: Sentence, word: Word, rest: list[Word]) -> list[Word]:
    """What is said without where that was: said in a statement Friday it would appeal."""
    known = sentence.lexicon
    if word.form not in known.bare or not rest or rest[0].form not in known.phrases:
        return rest
    stated = next((n for n, w in enumerate(rest[:5]) if w.form in known.statements), 0)
    for n in range(stated + 1, min(stated + 9, len(rest))) if stated else ():
        if sentence.gap(rest[n - 1], rest[n]) or sentence.inside(rest[n].start):
            return rest
        timed = rest[n - 1].form in known.days | _WHEN or n == stated + 1
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
        sentence.text, mark.end, clause_end(sentence, timed[-1] if timed else word), ".,;"
    )
    if sentence.size(trailing) == 0 or sentence.text[mark.end : mark.end + 1] != " ":
        return mark, "direct"
    return Stretch(mark.start, trailing.end), "mixed"


def clause_end(sentence: Sentence, said: Word) -> int:
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
    if not n or not may_name(sentence, [w for w in rest[:n] if w.form not in known.auxiliaries]):
        return False
    return not any(form in known.verbs_of_clauses | known.complementisers for form in behind)


def _is_told_of(sentence: Sentence, at: int) -> bool:
    """Whether a clause about a noun is somebody's words: a log which, she said, shows that."""
    if at + 1 >= len(sentence.words):
        return False
    return sentence.gap(sentence.words[at], sentence.words[at + 1]) == "," and any(
        source_in_relative(sentence, n) is not None for n in range(at + 2, at + 8)
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
        return as_what(sentence, at) is not None
    if cue is None or cue[0] != "finite" or form in OF_STUDIES or is_passive(sentence, at):
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
    opens = run and (run[0].form in known.determiners | known.quantifiers or sentence.upper(run[0]))
    return bool(opens) and is_clause(sentence, run)


def comma_behind(sentence: Sentence, start: int) -> int:
    """The next comma behind a place, but one of a number (9,000); -1 where none is."""
    at = sentence.text.find(",", start, sentence.end)
    while at > 0 and sentence.text[at - 1 : at + 2 : 2].isdigit() and at + 1 < sentence.end:
        at = sentence.text.find(",", at + 1, sentence.end)
    return at


def last_of(sentence: Sentence, sign: str, end: int) -> int:
    """Behind the last such sign before a place, but one of an hour (8:30); 0 where none is."""
    at = sentence.text.rfind(sign, sentence.start, end)
    while at > 0 and sentence.text[at - 1 : at + 2 : 2].isdigit():
        at = sentence.text.rfind(sign, sentence.start, at)
    return at + 1


def stands_ahead(sentence: Sentence, comma: int) -> Stretch:
    """What stands before a comma, from the last colon or semicolon on."""
    signs = (last_of(sentence, c, comma) for c in ":;")
    return trimmed(sentence.text, max(opening_of(sentence), *signs), comma)


def may_name(sentence: Sentence, named: list[Word]) -> bool:
    """Whether words before a verb may name who says something: no clause, no charge that is denied."""
    known = sentence.lexicon
    first = named[0].form if named else ""
    related = any(w.form in {"who", "which"} for w in named)
    opens = named and (first == "says" or not first.endswith("s")) and is_verb(sentence, named[0])
    verb = opens or has_verb(sentence, named)
    barred = known.after_subject | {"and", "but", "if"}
    if first in {"a", "an"} and len(named) > 1 and named[1].form in known.remarks:
        return False  # …, a charge the government denies
    return len(named) <= 10 and first not in barred and (related or not verb)
