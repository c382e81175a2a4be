"""Quotes in English: the subject comes first, or the verb after what is said."""

from collections.abc import Iterator
from itertools import pairwise

from qawl.suggest.sentences import FEW, Kind, Quote, Sentence, closed, kind, piece, stretch
from qawl.suggest.words import Stretch, Word, trimmed

Said = tuple[Stretch, Kind, Stretch | None]
"""What is said, its kind, and whom it is addressed to."""
Parties = tuple[Stretch | None, Stretch | None]

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
_OF_STUDIES = frozenset(("found", "finds", "showed", "shows", "heard", "hears"))
"""Verbs of saying where their subject is a study or a court alone."""
_DAYS = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "today",
        "yesterday",
    ]
)
_WHEN = _DAYS | {"week", "month", "year", "night", "morning", "evening"}
"""The last word of what says when something was said: said Monday, said late last week."""
_FAR = 14
"""Words of the longest subject."""


def read(sentence: Sentence) -> Iterator[Quote]:
    """The quotes of a sentence, cue by cue; no content crosses another."""
    seen: list[Quote] = []
    for at, word in enumerate(sentence.words):
        found = _attempt(sentence, at, word, seen)
        for each in found:
            if not any(_collide(each.content, other.content) for other in seen):
                seen.append(each)
                yield each


def _attempt(sentence: Sentence, at: int, word: Word, seen: list[Quote]) -> list[Quote]:
    if word.form == "according" and sentence.form(at + 1) == "to":
        return _according(sentence, at)
    cue = sentence.lexicon.cue(word.form)
    if cue is None or _is_noun(sentence, at):
        return []
    if cue[0] == "participle":
        found = _participle(sentence, at, seen)
        return [found] if found else []
    if _interrupts(sentence, at) and (parted := _parenthetic(sentence, at)):
        return parted
    found = _reported(sentence, at)
    if found is None:
        return _parenthetic(sentence, at)
    return [found, *piece(sentence, found)]


def _is_noun(sentence: Sentence, at: int) -> bool:
    """Whether what stands right before a verb makes it a noun or an infinitive: the claims, to say."""
    if sentence.form(at) in sentence.lexicon.plurals and not _is_plural(sentence, at):
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
    return _plural(sentence, n)


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


def _interrupts(sentence: Sentence, at: int) -> bool:
    """Whether a pronoun and its verb stand between commas: The strike, she added, “helps nobody”."""
    word = sentence.words[at]
    pronoun = (
        sentence.form(at - 1) in {"he", "she", "they"}
        and sentence.before(sentence.words[at - 1].start) == ","
    )
    if not pronoun or sentence.text[word.end : word.end + 1] != ",":
        return False
    ahead = sentence.within(sentence.start, sentence.words[at - 1].start)
    return (
        bool(ahead) and not _is_adverbial(sentence, ahead) and not sentence.inside(ahead[-1].start)
    )


def _according(sentence: Sentence, at: int) -> list[Quote]:
    """A quote around `according to`: before it, behind it, or both."""
    cue = Stretch(sentence.words[at].start, sentence.words[at + 1].end)
    if sentence.inside(cue.start):
        return []
    first = not sentence.text[sentence.start : cue.start].strip()
    comma = sentence.text.find(",", cue.end, sentence.end)
    source = trimmed(sentence.text, cue.end, comma if comma >= 0 else sentence.end, ".")
    source = _with_name(sentence, source)
    ahead = trimmed(sentence.text, _opening(sentence), cue.start, ", ")
    rest = trimmed(sentence.text, source.end, sentence.end, ",. ")
    content = closed(sentence, rest if first else ahead)
    if sentence.size(source) not in range(1, 12) or not sentence.size(content):
        return []
    found = Quote(content, kind(sentence, content, proclitics=False), cue, source)
    parted = not first and sentence.before(cue.start) == "," and sentence.size(rest) > 1
    if parted and sentence.size(content) < FEW:
        return [found, Quote(rest, "continuation", follows=0)]
    return [found] if sentence.size(content) >= FEW else []


def _with_name(sentence: Sentence, source: Stretch) -> Stretch:
    """A description with the name behind it: the bank's governor, Andrew Bell."""
    first = sentence.within(source.start, source.end)
    end = sentence.text.find(",", source.end + 1, sentence.end)
    name = sentence.within(source.end, end) if end >= 0 else []
    named = first and _is_description(sentence, first) and _is_name(sentence, name)
    return Stretch(source.start, name[-1].end) if named and len(name) > 1 else source


def _opening(sentence: Sentence) -> int:
    """Where a sentence begins behind its dateline: LONDON (Reuters) -."""
    head = sentence.text[sentence.start : sentence.start + 40]
    for sign in (" — ", " – ", " - ", "—"):
        cut = head.find(sign)
        if cut > 0 and (head[:cut].split(" ")[0].strip(",").isupper() or "(" in head[:cut]):
            return sentence.start + cut + len(sign)
    return sentence.start


def _participle(sentence: Sentence, at: int, seen: list[Quote]) -> Quote | None:
    """…, adding that the road would close: who is quoted before it says this too."""
    if (
        sentence.inside(sentence.words[at].start)
        or sentence.before(sentence.words[at].start) != ","
    ):
        return None
    said = _after(sentence, at, sentence.end)
    if said is None:
        return None
    word = sentence.words[at]
    source = next((each.source for each in reversed(seen) if each.source), None)
    source = source or _leading(sentence, at)
    cue = Stretch(word.start, word.end)
    return Quote(said[0], said[1], cue, source, said[2], "implicit")


def _reported(sentence: Sentence, at: int) -> Quote | None:
    """A quote around an English verb of saying, by what stands on either side of it."""
    word = sentence.words[at]
    own = sentence.inside(word.start)
    cue = Stretch(word.start, word.end)
    before = _closed_before(sentence, at) if own is None else None
    if before is not None:
        source, addressee = _beside(sentence, at, before.end)
        whole = source is not None and not _is_part(sentence, before)
        return Quote(before, "direct", cue, source, addressee) if whole else None
    said = _after(sentence, at, own.end - 1 if own else sentence.end)
    if said is None or (own and not _complemented(sentence, said[0])):
        return None
    content, what, addressee = said
    if word.form in {"called", "calls"}:
        cue = Stretch(word.start, sentence.words[at + 1].end)
    subject = _subject(sentence, at)
    passive = _is_passive(sentence, at)
    told = word.form not in _OF_STUDIES or (subject and _is_study(sentence, subject))
    if subject is None or not told or (passive and what == "direct"):
        return None
    if passive:
        nobody = sentence.text[subject.start : subject.end].lower() in {"it", "there"}
        return Quote(content, what, cue, None, None if nobody else subject, "none")
    return Quote(content, what, cue, subject, addressee)


def _is_part(sentence: Sentence, mark: Stretch) -> bool:
    """Whether a quoted stretch is the end of what is said: He was told “not to ask”, she said."""
    ahead = sentence.within(_opening(sentence), mark.start)
    closed = sentence.text[mark.end - 2] in ",.?!"
    return (
        len(ahead) > 1
        and not closed
        and sentence.before(mark.start) not in {",", ":", "—", "–", "”", '"'}
    )


def _complemented(sentence: Sentence, content: Stretch) -> bool:
    first = sentence.within(content.start, content.end)[0]
    return first.form in {"that", "to"}


def _is_study(sentence: Sentence, subject: Stretch) -> bool:
    return any(
        w.form in sentence.lexicon.studies for w in sentence.within(subject.start, subject.end)
    )


def _is_passive(sentence: Sentence, at: int) -> bool:
    return sentence.form(at - 1) in {"is", "was", "were", "been", "are", "be"}


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
    attached = sentence.text[last.end - 2] in signs or gap.lstrip()[:1] in {",", "-", "–", "—"}
    long = len(between) > (25 if "," in gap.strip(" ,") else 8)
    told = any(sentence.lexicon.cue(w.form) for w in between)
    if long or told or not attached or any(sign in gap.strip(" ,-–—") for sign in ";:"):
        return None
    return last


def _beside(sentence: Sentence, at: int, start: int) -> Parties:
    """(source, addressee) of a verb behind a quote: said the mayor, or the mayor told reporters."""
    between = sentence.within(start, sentence.words[at].start)
    while between and between[-1].form in sentence.lexicon.auxiliaries:
        between.pop()
    if not between:
        return _behind(sentence, at), None
    source = _head(sentence, _segments(sentence, between))
    objects = sentence.words[at].form in sentence.lexicon.objects
    return source, _object(sentence, at) if objects else None


def _segments(sentence: Sentence, run: list[Word]) -> list[list[Word]]:
    """A run of words parted at its commas."""
    found = [run[:1]]
    for before, each in pairwise(run):
        if sentence.gap(before, each):
            found.append([])
        found[-1].append(each)
    return found


def _head(sentence: Sentence, parts: list[list[Word]]) -> Stretch | None:
    """Who is named in a subject with words set apart: the name, with a description before it.

    The group's chair, Ines Varga → both; Ines Varga, chair of the group → the name.
    """
    if not parts or not parts[0]:
        return None
    first = parts[0]
    if len(parts) > 1 and _is_description(sentence, first) and _is_name(sentence, parts[1]):
        return Stretch(first[0].start, parts[1][-1].end)
    return stretch(first)


def _is_description(sentence: Sentence, run: list[Word]) -> bool:
    last = sentence.text[run[-1].start]
    return last.islower() or run[0].form in sentence.lexicon.determiners or "'s" in run[0].form


def _is_name(sentence: Sentence, run: list[Word]) -> bool:
    return 0 < len(run) <= 4 and all(sentence.text[w.start].isupper() for w in run)


def _behind(sentence: Sentence, at: int) -> Stretch | None:
    """Who stands after an inverted verb: said Ada Moor, said the bank's governor, Andrew Bell."""
    run: list[Word] = []
    known = sentence.lexicon
    for n in range(at + 1, len(sentence.words)):
        each = sentence.words[n]
        gap = sentence.gap(run[-1] if run else sentence.words[at], each)
        belongs = each.form in {"of", "from"} and _names(sentence, n + 1)
        stop = run and each.form in known.after_subject and not belongs
        stop = stop or each.form in _DAYS
        if gap or stop or len(run) > 9:
            break
        run.append(each)
    if not run:
        return None
    name: list[Word] = []
    for each in sentence.within(run[-1].end, sentence.end):
        gap = sentence.gap(name[-1] if name else run[-1], each)
        if gap != ("" if name else ",") or not sentence.text[each.start].isupper():
            break
        name.append(each)
    return _head(sentence, [run, name]) if name else stretch(run)


def _names(sentence: Sentence, at: int) -> bool:
    """Whether a name begins at a word, with or without an article."""
    at += sentence.form(at) in sentence.lexicon.determiners
    if at >= len(sentence.words) or sentence.form(at) in sentence.lexicon.after_subject:
        return False
    return sentence.text[sentence.words[at].start].isupper()


def _object(sentence: Sentence, at: int) -> Stretch | None:
    """Whom a verb such as `told` is addressed to."""
    run: list[Word] = []
    for each in sentence.words[at + 1 :]:
        gap = sentence.gap(run[-1] if run else sentence.words[at], each)
        stop = each.form in sentence.lexicon.complementisers | sentence.lexicon.after_object
        stop = stop and not (not run and each.form in {"her", "it", "you", "we", "his", "their"})
        if (
            gap
            or stop
            or sentence.inside(each.start) is not sentence.inside(sentence.words[at].start)
        ):
            break
        run.append(each)
        if len(run) > 7:
            return None
    return stretch(run)


def _subject(sentence: Sentence, at: int) -> Stretch | None:
    """The subject before a verb: back to a comma, a quotation mark or the start of the sentence."""
    n = at - 1
    while n >= 0 and sentence.form(n) in sentence.lexicon.auxiliaries:
        n -= 1
    if n < 0:
        return None
    gap = sentence.gap(sentence.words[n], sentence.words[n + 1])
    if sentence.form(n) in {"who", "which", "that"}:
        return None
    if sentence.form(n) in {"and", "but"}:
        return _leading(sentence, n)
    own = sentence.inside(sentence.words[at].start)
    start = max(_opening(sentence), own.start if own else 0)
    for each in sentence.quoted:
        if each is not own and each.end <= sentence.words[n].end:
            start = max(start, each.end)
    run = sentence.within(start, sentence.words[n].end)
    for here, before in zip(range(len(run) - 1, 0, -1), reversed(run[:-1]), strict=False):
        if set(sentence.gap(before, run[here])) & set(';:—–()“”"‘'):
            run = run[here:]
            break
    parts = _segments(sentence, run)
    if gap == ",":
        return _apposed(sentence, parts)
    return _plain(sentence, parts[-1]) if not gap else None


def _apposed(sentence: Sentence, parts: list[list[Word]]) -> Stretch | None:
    """The subject of which words are set apart by commas: Ana Lopes, a shopkeeper, said."""
    while parts and _is_adverbial(sentence, parts[0]):
        parts = parts[1:]
    if not parts or len(parts) > 4 or _has_verb(sentence, parts[0]):
        return None
    parts[0] = _without_opener(sentence, parts[0])
    return _head(sentence, parts)


def _is_adverbial(sentence: Sentence, run: list[Word]) -> bool:
    first = run[0].form
    known = sentence.lexicon
    return (
        first in known.after_subject | known.openers | known.heads
        or first.endswith(("ing", "ly"))
        or first
        in {"asked", "pressed", "despite", "under", "like", "until", "once", "unlike", "according"}
    )


def _plain(sentence: Sentence, run: list[Word]) -> Stretch | None:
    """The subject in the words right before a verb."""
    for n in range(len(run) - 1, -1, -1):
        form = run[n].form
        if form in sentence.lexicon.breaks and sentence.form(0) != form:
            run = run[n + 1 :]
            break
        if form in {"and", "or"} and _has_verb(sentence, run[:n]):
            run = run[n + 1 :]
            break
    run = _without_opener(sentence, run)
    if (
        not run
        or len(run) > _FAR
        or sentence.inside(run[0].start) is not sentence.inside(run[-1].start)
    ):
        return None
    cut = next((n for n, w in enumerate(run) if w.form in {"who", "which"}), len(run))
    if _has_verb(sentence, run[:cut]):
        return None
    return stretch(run)


def _without_opener(sentence: Sentence, run: list[Word]) -> list[Word]:
    """A subject without what opens the sentence: Meanwhile, But, On Monday."""
    while run and run[0].form in sentence.lexicon.openers | {"and", "or", "if", "that"}:
        prepositional = run[0].form in {"on", "in"}
        run = run[1:]
        if prepositional:
            cut = next(
                (
                    n
                    for n, w in enumerate(run[:5])
                    if w.form in sentence.lexicon.determiners | sentence.lexicon.pronouns
                ),
                1,
            )
            run = run[max(cut, 1) :]
    return run


def _leading(sentence: Sentence, at: int) -> Stretch | None:
    """The subject of a sentence whose second verb this is: The bank kept rates and warned that."""
    run = sentence.within(_opening(sentence), sentence.words[at].start)
    parts = _segments(sentence, run) if run else []
    while parts and _is_adverbial(sentence, parts[0]):
        parts = parts[1:]
    if not parts:
        return None
    taken: list[Word] = []
    for each in _without_opener(sentence, parts[0]):
        if _is_verb(sentence, each) or each.form in sentence.lexicon.auxiliaries:
            break
        taken.append(each)
    whole = len(taken) == len(parts[0])
    if not taken or len(taken) > _FAR or (whole and len(parts) < 2):
        return None
    return stretch(taken)


def _is_verb(sentence: Sentence, word: Word) -> bool:
    known = sentence.lexicon
    past = word.form.endswith("ed") and len(word.form) > 4
    finite = word.form in known.verbs_of_clauses or known.cue(word.form) is not None
    return (finite or past) and sentence.text[word.start].islower()


def _has_verb(sentence: Sentence, run: list[Word]) -> bool:
    return any(_is_verb(sentence, each) for each in run[1:])


def _after(sentence: Sentence, at: int, limit: int) -> Said | None:
    """(content, kind, addressee) behind a verb: in marks, with `that` or `to`, or bare."""
    word, known = sentence.words[at], sentence.lexicon
    if word.form in {"called", "calls"}:
        return _called_on(sentence, at, limit)
    addressee = _object(sentence, at) if word.form in known.objects else None
    start = addressee.end if addressee else word.end
    rest = sentence.within(start, limit)
    marked = _marked(sentence, at, start, rest) if rest else None
    if marked is not None:
        return (*marked, addressee)
    first = _said(sentence, at, rest) if rest else None
    if first is None:
        return None
    content = trimmed(sentence.text, first.start, min(limit, _clause_end(sentence, first)), ".,;:")
    content = closed(sentence, content) if limit == sentence.end else content
    if not _is_clause(sentence, word, first, content):
        return None
    return content, kind(sentence, content, proclitics=False), addressee


def _is_clause(sentence: Sentence, cue: Word, first: Word, content: Stretch) -> bool:
    """Whether what follows a verb is a proposition: without `that` it has a verb of its own."""
    inner = sentence.within(content.start, content.end)
    if len(inner) < (2 if first.form == "to" else 3):
        return False
    told = first.form in {"that", "to", "not", "if", "whether"} or cue.form in {
        "accused",
        "accuses",
    }
    return told or _has_verb(sentence, inner)


def _called_on(sentence: Sentence, at: int, limit: int) -> Said | None:
    """Called on the government to act."""
    if sentence.form(at + 1) != "on":
        return None
    rest = sentence.within(sentence.words[at + 1].end, limit)
    cut = next((n for n, each in enumerate(rest[:10]) if each.form == "to"), 0)
    if not cut:
        return None
    content = trimmed(sentence.text, rest[cut].start, _clause_end(sentence, rest[cut]), ".,;:")
    content = closed(sentence, content)
    return content, kind(sentence, content, proclitics=False), stretch(rest[:cut])


def _said(sentence: Sentence, at: int, rest: list[Word]) -> Word | None:
    """The first word of what is said where no mark opens it; None where nothing shows it."""
    word, known = sentence.words[at], sentence.lexicon
    for step, each in enumerate(rest[:5]):
        if each.form == "that":
            return each
        if step == 0 and each.form not in known.times:
            break
    rest = _without_when(sentence, rest)
    if not rest:
        return None
    first = rest[0]
    negated = first.form == "not" and len(rest) > 1 and rest[1].form == "to"
    if (first.form == "to" or negated) and word.form in known.to_do:
        return first
    if first.form in {"if", "whether"} and word.form in {"asked", "asks"}:
        return first
    if word.form in {"accused", "accuses"}:
        return first if any(each.form == "of" for each in rest[:10]) else None
    gap = sentence.text[word.end : first.start]
    amount = first.form in known.amounts and any(
        w.form[:1].isdigit() or w.form in _MANY for w in rest[1:4]
    )
    opens = first.form not in known.no_clauses or amount
    bare = word.form in known.bare and opens and ":" not in gap
    return first if bare and not sentence.inside(first.start) and "," not in gap else None


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


def _marked(
    sentence: Sentence, at: int, start: int, rest: list[Word]
) -> tuple[Stretch, Kind] | None:
    """What is said in quotation marks behind a verb."""
    word, known = sentence.words[at], sentence.lexicon
    own = sentence.inside(word.start)
    mark = next((q for q in sentence.quoted if q.start >= start and q is not own), None)
    if mark is None or not sentence.size(mark):
        return None
    lead = sentence.text[start : mark.start].strip(" ,:")
    timed = [w for w in rest if w.start < mark.start]
    opens = sentence.before(mark.start)
    if opens == ":" and len(timed) <= 8 and ":" not in lead:
        return (mark, "direct") if not _has_verb(sentence, [word, *timed]) else None
    if opens == "," and all(each.form in known.times for each in timed):
        return mark, "direct"
    if (
        lead
        or sentence.size(mark) < FEW
        or word.form not in known.bare | {"wrote", "replied", "asked"}
    ):
        return None
    trailing = trimmed(
        sentence.text, mark.end, _clause_end(sentence, timed[-1] if timed else word), ".,;"
    )
    if sentence.size(trailing) == 0 or sentence.text[mark.end : mark.end + 1] != " ":
        return mark, "direct"
    return Stretch(mark.start, trailing.end), "mixed"


def _clause_end(sentence: Sentence, said: Word) -> int:
    """The end of an English clause: before `, but`, `, while`, `, adding` and the like."""
    last = said
    for at, each in enumerate(sentence.words):
        if each.start <= said.start or sentence.inside(each.start):
            continue
        gap = sentence.text[last.end : each.start]
        last = each
        if _turns(sentence, at):
            before = sentence.text[sentence.start : each.start].rstrip()
            return sentence.start + len(before.rstrip(","))
        colon = gap.find(":")
        if colon >= 0:
            return sentence.text.find(":", each.start - len(gap), each.start)
    for mark in sentence.quoted:
        if mark.start > said.start and sentence.before(mark.start) == ":":
            return sentence.text.rfind(":", said.start, mark.start)
    return sentence.end


def _turns(sentence: Sentence, at: int) -> bool:
    """Whether a word opens a clause of another kind, or one of another verb of saying."""
    each = sentence.words[at]
    if each.form in {"and", "but"} and _another(sentence, at + 1):
        return True
    if each.form not in sentence.lexicon.turns:
        return False
    return each.form == "according" or sentence.before(each.start) == ","


def _another(sentence: Sentence, at: int) -> bool:
    """Whether the reporter goes on with another verb of saying: and vowed to, and added that."""
    while sentence.form(at) in sentence.lexicon.auxiliaries:
        at += 1
    cue = sentence.lexicon.cue(sentence.form(at))
    if cue is None or cue[0] != "finite":
        return False
    following = {sentence.form(n) for n in range(at + 1, at + 5)}
    return bool(following & {"that", "to", "on", "whether"})


def _parenthetic(sentence: Sentence, at: int) -> list[Quote]:
    """…, Millbrook Council said on Monday. Or in the middle: the budget, she insisted, is safe."""
    word, known = sentence.words[at], sentence.lexicon
    comma = sentence.text.rfind(",", sentence.start, word.start)
    if sentence.inside(word.start) or comma < 0 or sentence.inside(comma):
        return []
    named = [w for w in sentence.within(comma, word.start) if w.form not in known.auxiliaries]
    source = stretch(named) if named else _behind(sentence, at)
    content = _ahead(sentence, comma)
    if source is None or not _may_name(sentence, named) or not _has_verb_or_few(sentence, content):
        return []
    addressee = _object(sentence, at) if named and word.form in known.objects else None
    what = kind(sentence, content, proclitics=False)
    cue = Stretch(word.start, word.end)
    first = Quote(content, what, cue, source, addressee)
    after = _behind_aside(sentence, max(word.end, source.end, addressee.end if addressee else 0))
    rest = trimmed(sentence.text, after, sentence.end, ".")
    if _is_aside(sentence, rest):
        return [first] if sentence.size(content) >= FEW else []
    return _parted(sentence, first, after, rest, named)


def _behind_aside(sentence: Sentence, start: int) -> int:
    """Where the sentence goes on behind what says when or where: added in a statement, “…”."""
    comma = sentence.text.find(",", start, sentence.end)
    aside = sentence.within(start, comma) if comma >= 0 else []
    short = 0 < len(aside) <= 6 and _is_aside(sentence, Stretch(start, comma))
    return comma if short and not sentence.inside(comma) else start


def _last_of(sentence: Sentence, sign: str, end: int) -> int:
    """Behind the last such sign before a place, but one of an hour (8:30); 0 where none is."""
    at = sentence.text.rfind(sign, sentence.start, end)
    while at > 0 and sentence.text[at - 1 : at + 2 : 2].isdigit():
        at = sentence.text.rfind(sign, sentence.start, at)
    return at + 1


def _ahead(sentence: Sentence, comma: int) -> Stretch:
    """What stands before a comma, from the last colon or semicolon on."""
    signs = (_last_of(sentence, c, comma) for c in ":;")
    return trimmed(sentence.text, max(_opening(sentence), *signs), comma)


def _may_name(sentence: Sentence, named: list[Word]) -> bool:
    first = named[0].form if named else ""
    return len(named) <= 10 and first not in sentence.lexicon.after_subject | {"and", "but", "if"}


def _parted(
    sentence: Sentence, first: Quote, after: int, rest: Stretch, named: list[Word]
) -> list[Quote]:
    """A quote that the words of the reporter stand in, and its later piece."""
    follows = sentence.text[after : rest.start + 1].strip()
    if not follows.startswith(",") or sentence.size(rest) < 2 or first.cue is None:
        return []
    if (
        _has_verb(sentence, sentence.within(first.content.start, first.content.end))
        and len(named) > 4
    ):
        return []
    tail = trimmed(sentence.text, rest.start, sentence.end, " ,.")
    if any(q.start >= tail.start and q.end <= tail.end for q in sentence.quoted):
        first.kind = "mixed"
    return [first, Quote(tail, "continuation", follows=0)]


def _has_verb_or_few(sentence: Sentence, content: Stretch) -> bool:
    inner = sentence.within(content.start, content.end)
    return bool(inner) and (len(inner) <= 4 or _has_verb(sentence, inner) or len(inner) >= 8)


def _is_aside(sentence: Sentence, rest: Stretch) -> bool:
    """Whether what follows a verb says when or where alone: on Monday, in a statement."""
    inner = sentence.within(rest.start, rest.end)
    if not inner or all(each.form in sentence.lexicon.times for each in inner[:3]):
        return True
    where = inner[0].form in {"in", "at", "on", "during", "after", "to", "via"}
    return where and len(inner) <= 10 and not _has_verb(sentence, inner)
