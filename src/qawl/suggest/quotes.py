"""Quotes by rule: what is said, the cue, who says it and to whom, in Arabic and English news.

A quote is found from its cue: what follows with a complementiser is indirect, what stands in quotation
marks direct, both in one mixed. A quoted stretch of four words or more without a cue is direct too.
Precision comes before recall: a cue without content is not suggested.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from qawl.suggest.cues import Lexicon, lexicon
from qawl.suggest.words import MARKS, Stretch, Word, quoted, sentences, trimmed, words

FEW = 4
"""A quoted stretch of so many words is a quote even where no cue stands near it."""

Kind = Literal["direct", "indirect", "mixed", "continuation"]
Status = Literal["named", "described", "pronoun", "implicit", "none"]


@dataclass(slots=True)
class Quote:
    """A quote and its parts as stretches of the text.

    `follows` is the index of the quote that this one continues; `status` is None where nothing tells
    whose words they are.
    """

    content: Stretch
    kind: Kind
    cue: Stretch | None = None
    source: Stretch | None = None
    addressee: Stretch | None = None
    status: Status | None = None
    follows: int | None = None


@dataclass(slots=True)
class Sentence:
    """A sentence with its words and quoted stretches, and what is known of the text before it."""

    text: str
    start: int
    end: int
    words: list[Word]
    quoted: list[Stretch]
    lexicon: Lexicon
    used: set[int] = field(default_factory=set)

    def inside(self, position: int) -> Stretch | None:
        """The quoted stretch that a position lies in."""
        return next((each for each in self.quoted if each.holds(position)), None)

    def between(self, one: Word, other: Word) -> str:
        """What stands between two words."""
        return self.text[one.end : other.start]

    def size(self, stretch: Stretch) -> int:
        """How many words a stretch has."""
        return sum(stretch.start <= each.start < stretch.end for each in self.words)


def quotes(text: str, language: str) -> list[Quote]:
    """The quotes of a text by their contents, with sources of earlier sentences filled in."""
    known = lexicon(language)
    if known is None:
        return [
            Quote(each, "direct")
            for each in quoted(text)
            if sum(each.start <= word.start < each.end for word in words(text)) >= FEW
        ]
    arabic = language.partition("-")[0].lower() == "ar"
    marked, every = quoted(text), words(text)
    found: list[Quote] = []
    said: Quote | None = None
    for stretch in sentences(text, marked):
        inner = [each for each in every if stretch.start <= each.start < stretch.end]
        near = [each for each in marked if stretch.start <= each.start < stretch.end]
        sentence = Sentence(text, stretch.start, stretch.end, inner, near, known)
        here = list(_arabic(sentence) if arabic else _english(sentence))
        here += _orphans(sentence, here, said)
        here.sort(key=lambda each: each.content.start)
        for each in here:
            _complete(each, said, sentence)
            if each.source is not None and each.follows is None:
                said = each
        found += _renumbered(here, len(found))
    return found


def _renumbered(here: list[Quote], before: int) -> list[Quote]:
    """Quotes of a sentence with `follows` counted over the whole text."""
    for at, each in enumerate(here):
        if each.follows is not None:
            earlier = [n for n in range(at) if here[n].follows is None]
            each.follows = before + earlier[-1] if earlier else None
            if each.follows is None:
                each.kind = "direct"
    return here


def _complete(quote: Quote, said: Quote | None, sentence: Sentence) -> None:
    """The source of a quote that names none: that of the quote before it."""
    if quote.source is None and quote.status == "implicit":
        if said is not None and said.source is not None:
            quote.source = said.source
        else:
            quote.status = None
    elif quote.source is not None and quote.status is None:
        quote.status = status(sentence, quote.source)


def status(sentence: Sentence, source: Stretch) -> Status:
    """Whether a source is a pronoun, described, or named."""
    inner = [each for each in sentence.words if source.start <= each.start < source.end]
    forms = [each.form for each in inner]
    known = sentence.lexicon
    if len(forms) == 1 and forms[0] in known.pronouns:
        return "pronoun"
    if forms and forms[0] in known.described:
        return "described"
    surface = sentence.text[source.start : source.end]
    if (
        surface.isascii()
        and not any(c.isupper() for c in surface[1:])
        and not surface[:1].isupper()
    ):
        return "described"
    return "named"


def _orphans(sentence: Sentence, here: list[Quote], said: Quote | None) -> Iterator[Quote]:
    """Quoted stretches that no cue claimed."""
    taken = [each.content for each in here]
    for each in sentence.quoted:
        if sentence.size(each) < FEW or any(
            one.start < each.end and each.start < one.end for one in taken
        ):
            continue
        alone = not sentence.text[sentence.start : each.start].strip()
        yield Quote(each, "direct", status="implicit" if alone and said else None)


# Arabic: the verb comes first, then who says it, to whom, and what.


def _arabic(sentence: Sentence) -> Iterator[Quote]:
    for at, word in enumerate(sentence.words):
        cue = sentence.lexicon.cue(word.form, proclitics=True)
        if cue is None or at in sentence.used:
            continue
        kind, lead = cue
        start = word.start + lead
        found = _ATTEMPTS[kind](sentence, at, Stretch(start, word.end))
        if found is not None:
            sentence.used.add(at)
            yield found
            yield from _pieces(sentence, found)


def _verb(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """A quote of a finite verb: what is said before it in marks, or after it."""
    end = _clause_end(sentence, at)
    inverted = _before(sentence, at)
    content = inverted or _said_after(sentence, at, end)
    if content is None:
        return None
    stretch, kind, until = content
    source, addressee = _parties(sentence, at, until if not inverted else end)
    ahead = None if inverted else _subject_ahead(sentence, at)
    if ahead is not None and source is not None and _tells(sentence.words[at].form):
        source, addressee = ahead, source
    elif ahead is not None and source is None:
        source = ahead
    return Quote(stretch, kind, cue, source, addressee, "implicit" if source is None else None)


def _tells(form: str) -> bool:
    """Whether a verb takes whom it is told to as its object: أبلغ ترامب أن."""
    return any(stem in form for stem in ("بلغ", "خبر", "سأل", "وعد"))


def _subject_ahead(sentence: Sentence, at: int) -> Stretch | None:
    """The subject before a verb, where it stands right before it: تقرير للوزارة قدّر أن."""
    run: list[Word] = []
    known = sentence.lexicon
    for each in reversed(sentence.words[:at]):
        gap = sentence.text[each.end : (run[-1] if run else sentence.words[at]).start]
        stops = known.complementisers | known.conjunctions
        if (
            gap.strip()
            or each.form in stops
            or known.cue(each.form, proclitics=True)
            or len(run) > 7
        ):
            break
        run.append(each)
    if not run or sentence.words[at].form[:1] in {"و", "ف"}:
        return None
    first = run[-1]
    lead = 1 if first.form[:1] in {"و", "ف"} and first.form[1:] in known.pronouns else 0
    if run[-1].form in known.prepositions:
        return None
    return Stretch(first.start + lead, run[0].end)


def _passive(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    content = _said_after(sentence, at, _clause_end(sentence, at), near=2)
    return content and Quote(content[0], content[1], cue, status="none")


def _participle(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    content = _said_after(sentence, at, _clause_end(sentence, at), near=4)
    if content is None:
        return None
    source = _actor(sentence, at)
    return Quote(content[0], content[1], cue, source, status=None if source else "implicit")


def _actor(sentence: Sentence, at: int) -> Stretch | None:
    """Who did what stands before a participle: the subject of the last verb of saying there."""
    for step in range(at - 1, -1, -1):
        cue = sentence.lexicon.cue(sentence.words[step].form, proclitics=True)
        if cue is None or cue[0] not in {"finite", "demand"}:
            continue
        comma = sentence.text.find("،", sentence.words[step].end, sentence.words[at].start)
        ahead = _subject_ahead(sentence, step)
        return (
            ahead or _parties(sentence, step, comma if comma >= 0 else sentence.words[at].start)[0]
        )
    return None


def _demand(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """What is asked for begins with a preposition: بوقف الضخ, للتوقف, إلى وقف الضخ."""
    end = _clause_end(sentence, at)
    inner = _until(sentence, at, end)
    for step, word in enumerate(inner[:8]):
        start = _asked(word)
        if start is None or not step:
            continue
        content = trimmed(sentence.text, start, end, ".،,؛")
        return Quote(_closed(sentence, content), _kind(sentence, content), cue)
    return None


def _asked(word: Word) -> int | None:
    """Where what is asked for begins at a word; None where it does not."""
    if word.form in {"إلى", "الى"}:
        return word.end
    by = word.form.startswith("ب") and len(word.form) > 3
    to = word.form.startswith("لل") and len(word.form) > 4
    return word.start if (by or to) and word.form not in {"بدلا", "بعد", "بشأن", "بسبب"} else None


def _attribution(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """بحسب فلان، … or …، بحسب فلان."""
    inner = _until(sentence, at, sentence.end)
    source = _run(sentence, inner, stop_at_comma=True)
    if source is None or sentence.inside(cue.start):
        return None
    rest = trimmed(sentence.text, source.end, _clause_end(sentence, at), " ،,:.؛")
    ahead = trimmed(sentence.text, sentence.start, cue.start, " ،,؛و")
    first = cue.start - sentence.start <= 2
    content = rest if first else ahead
    if sentence.size(content) < FEW:
        return None
    return Quote(content, _kind(sentence, content), cue, source)


def _appears(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """جاء في بيان للوزارة: «…»."""
    inner = _until(sentence, at, sentence.end)
    if len(inner) < 2 or inner[0].form not in {"في", "على"}:
        return None
    if inner[1].form.removeprefix("ال") not in sentence.lexicon.nouns:
        return None
    content = _said_after(sentence, at, _clause_end(sentence, at))
    if content is None:
        return None
    ahead = [each for each in inner[1:] if each.end <= content[0].start]
    source = _run(sentence, ahead, stop_at_comma=True, prepositions=False)
    return Quote(content[0], content[1], cue, source)


_ATTEMPTS = {
    "finite": _verb,
    "passive": _passive,
    "participle": _participle,
    "demand": _demand,
    "attribution": _attribution,
    "appears": _appears,
}


def _until(sentence: Sentence, at: int, end: int) -> list[Word]:
    return [each for each in sentence.words[at + 1 :] if each.start < end]


def _before(sentence: Sentence, at: int) -> tuple[Stretch, Kind, int] | None:
    """A quoted stretch that ends right before the cue: «…»، قال فلان."""
    word = sentence.words[at]
    for each in sentence.quoted:
        gap = sentence.text[each.end : word.start]
        if each.end <= word.start and not gap.strip(" ،,\u00a0-–—") and sentence.size(each) >= 2:
            return each, "direct", each.start
    return None


def _said_after(
    sentence: Sentence, at: int, end: int, *, near: int = 24
) -> tuple[Stretch, Kind, int] | None:
    """(content, kind, where it begins) of what is said after a cue; None if nothing shows it."""
    for step, word in enumerate(_until(sentence, at, end)):
        if step > near:
            return None
        mark = next((q for q in sentence.quoted if q.start < word.start < q.end), None)
        own = sentence.inside(sentence.words[at].start)
        if mark is not None and mark is not own:
            return _marked(sentence, mark, end, step)
        if word.form in sentence.lexicon.plain_complementisers:
            return _clause(sentence, word, end)
        if step and sentence.lexicon.cue(word.form, proclitics=True):
            kind = sentence.lexicon.cue(word.form, proclitics=True)
            if kind and kind[0] == "finite":
                return None
    return None


def _marked(
    sentence: Sentence, mark: Stretch, end: int, step: int
) -> tuple[Stretch, Kind, int] | None:
    """What is said in quotation marks; words that belong to it may follow them."""
    introduced = sentence.text[: mark.start].rstrip()[-1:] == ":"
    if sentence.size(mark) < (2 if introduced or step < 2 else FEW):
        return None
    rest = trimmed(sentence.text, mark.end, end, ".؟!…")
    trailing = sentence.text[mark.end : end].lstrip(" ")
    if 0 < sentence.size(rest) <= 6 and trailing[:1].isalnum() and not introduced:
        first = next(each for each in sentence.words if each.start >= rest.start)
        if (
            not sentence.lexicon.cue(first.form, proclitics=True)
            and first.form not in sentence.lexicon.adjuncts
        ):
            return Stretch(mark.start, rest.end), "mixed", mark.start
    return mark, "direct", mark.start


def _clause(sentence: Sentence, word: Word, end: int) -> tuple[Stretch, Kind, int]:
    """What is said in a clause that a complementiser opens."""
    content = trimmed(sentence.text, word.start, end, ".،,؛؟!…:")
    for mark in sentence.quoted:
        whole = not sentence.text[word.end : mark.start].strip() and mark.start >= word.end
        if whole and mark.end >= content.end and sentence.size(mark) >= FEW:
            return mark, "direct", word.start
    content = _closed(sentence, content)
    return content, _kind(sentence, content), word.start


def _closed(sentence: Sentence, content: Stretch) -> Stretch:
    """A content that ends inside quotation marks ends behind them."""
    for mark in sentence.quoted:
        if content.start <= mark.start < content.end < mark.end:
            return Stretch(content.start, mark.end)
        if content.start <= mark.start and mark.end == content.end + 1:
            return Stretch(content.start, mark.end)
    return content


def _kind(sentence: Sentence, content: Stretch) -> Kind:
    """Mixed where part of it stands in marks that no cue of their own explains."""
    for mark in sentence.quoted:
        if content.start <= mark.start and mark.end <= content.end:
            ahead = [w for w in sentence.words if content.start <= w.start < mark.start][-3:]
            if not any(sentence.lexicon.cue(w.form, proclitics=True) for w in ahead):
                return "mixed"
    return "indirect"


def _clause_end(sentence: Sentence, at: int) -> int:
    """Where what a cue says ends: before the next clause that is the reporter's own."""
    start = sentence.words[at].end
    own = sentence.inside(sentence.words[at].start)
    if own is not None:
        return own.end - 1
    for each in _until(sentence, at, sentence.end):
        if sentence.inside(each.start):
            continue
        comma = sentence.text[start : each.start].rstrip()[-1:] in {"،", ",", "؛"}
        cue = sentence.lexicon.cue(each.form, proclitics=True)
        turned = cue is not None and (
            cue[0] in {"participle", "attribution"} or (cue[0] == "demand" and cue[1] == 0)
        )
        if (
            comma and (turned or _stops(sentence, each))
        ) or each.form in sentence.lexicon.afterwards:
            return _trim_comma(sentence.text, each.start)
    return sentence.end


def _trim_comma(text: str, at: int) -> int:
    while text[at - 1] in " ،,؛":
        at -= 1
    return at


def _stops(sentence: Sentence, word: Word) -> bool:
    ahead = sentence.text[word.start : word.start + 24]
    return any(ahead.startswith((f"{each} ", f"و{each} ")) for each in sentence.lexicon.stops)


def _parties(sentence: Sentence, at: int, until: int) -> tuple[Stretch | None, Stretch | None]:
    """(source, addressee) between a verb and what is said."""
    inner = [each for each in _until(sentence, at, until) if not sentence.inside(each.start)]
    own = sentence.inside(sentence.words[at].start)
    if own is not None:
        inner = _until(sentence, at, until)
    source = _run(sentence, inner)
    rest = [each for each in inner if source is None or each.start >= source.end]
    return source, _addressee(sentence, rest)


def _run(
    sentence: Sentence,
    inner: list[Word],
    *,
    stop_at_comma: bool = True,
    prepositions: bool = True,
) -> Stretch | None:
    """The words from the first on that name somebody: up to a comma, a preposition, an addressee."""
    taken: list[Word] = []
    for each in inner:
        gap = sentence.text[taken[-1].end : each.start] if taken else ""
        if gap.strip() and (stop_at_comma or gap.strip() not in {"،", ","}):
            break
        known = sentence.lexicon
        if each.form in known.complementisers or (
            prepositions
            and (each.form in known.prepositions and not _belongs(sentence, taken, each))
        ):
            break
        if prepositions and _to(sentence, each) and not _of_title(sentence.lexicon, taken, each):
            break
        taken.append(each)
    if not taken:
        return None
    end = taken[-1].end
    if sentence.text[end : end + 1] in MARKS - {'"'} and sentence.inside(taken[0].start):
        end += 1
    return Stretch(taken[0].start, end)


def _belongs(sentence: Sentence, taken: list[Word], word: Word) -> bool:
    """Whether a preposition goes on with a description: مسؤول في البلدية."""
    if (
        not taken
        or word.form not in {"في", "من"}
        or taken[0].form not in sentence.lexicon.described
    ):
        return False
    after = next((each for each in sentence.words if each.start > word.start), None)
    return (
        after is not None
        and after.form.removeprefix("ال") not in sentence.lexicon.nouns | sentence.lexicon.occasions
    )


def _of_title(known: Lexicon, taken: list[Word], word: Word) -> bool:
    """Whether ل belongs to a title that is not over yet: المدير العام للوزارة."""
    if (
        not taken
        or len(taken) > 3
        or word.form.removeprefix("لل").removeprefix("ل") in known.reporters
    ):
        return False
    return all(each.form.startswith("ال") for each in taken)


def _to(sentence: Sentence, word: Word) -> bool:
    """Whether a word is an addressee: ل before a noun, as in للصحافيين or لترامب."""
    return (
        word.form.startswith("ل")
        and len(word.form) > 3
        and word.form not in sentence.lexicon.no_addressees
    )


def _addressee(sentence: Sentence, rest: list[Word]) -> Stretch | None:
    """Whom a quote is addressed to, without a proclitic that stands apart (C1)."""
    before = bool(rest) and rest[0].form == "أمام"
    rest = rest[1:] if before else rest
    if not rest or not (before or _to(sentence, rest[0])):
        return None
    run = [rest[0]]
    for each in rest[1:]:
        gap = sentence.text[run[-1].end : each.start]
        if (
            gap.strip()
            or each.form in sentence.lexicon.prepositions | sentence.lexicon.complementisers
        ):
            break
        run.append(each)
    lead = 0 if before or rest[0].form.startswith("لل") else 1
    return Stretch(run[0].start + lead, run[-1].end)


def _pieces(sentence: Sentence, quote: Quote) -> Iterator[Quote]:
    """Later pieces of an interrupted direct quote: «…»، قال فلان، «…»."""
    if quote.kind != "direct" or quote.cue is None or quote.cue.start < quote.content.end:
        return
    for each in sentence.quoted:
        between = sentence.text[quote.cue.end : each.start]
        if each.start > quote.cue.end and sentence.size(each) >= 2 and "." not in between:
            yield Quote(each, "continuation", source=None, follows=0)
            return


# English: the subject comes first, or the verb after what is said.


def _english(sentence: Sentence) -> Iterator[Quote]:
    for at, word in enumerate(sentence.words):
        found = None
        if word.form == "according" and _next(sentence, at) == "to":
            found = _according(sentence, at)
        elif sentence.lexicon.cue(word.form):
            found = _reported(sentence, at)
        if found is not None:
            yield found
            yield from _pieces(sentence, found)


def _next(sentence: Sentence, at: int) -> str:
    return sentence.words[at + 1].form if at + 1 < len(sentence.words) else ""


def _according(sentence: Sentence, at: int) -> Quote | None:
    cue = Stretch(sentence.words[at].start, sentence.words[at + 1].end)
    first = not sentence.text[sentence.start : cue.start].strip()
    comma = sentence.text.find(",", cue.end, sentence.end)
    end = comma if comma >= 0 else sentence.end
    source = trimmed(sentence.text, cue.end, end, ".")
    content = (
        trimmed(sentence.text, source.end, sentence.end, ",. ")
        if first
        else trimmed(sentence.text, sentence.start, cue.start, ", ")
    )
    if sentence.size(source) not in range(1, 12) or sentence.size(content) < FEW:
        return None
    return Quote(_closed(sentence, content), _kind(sentence, content), cue, source)


def _reported(sentence: Sentence, at: int) -> Quote | None:
    """A quote around an English verb of saying, by what stands on either side of it."""
    word = sentence.words[at]
    if sentence.inside(word.start) is not None:
        return None
    cue = Stretch(word.start, word.end)
    closed = _closed_before(sentence, at)
    if closed is not None:
        source, addressee = _beside(sentence, at, closed.end)
        return Quote(closed, "direct", cue, source, addressee) if source else None
    subject = _subject(sentence, at)
    after = _after(sentence, at)
    if after is not None and subject is not None:
        content, kind, addressee = after
        nobody = sentence.text[subject.start : subject.end].lower() == "it" and _passive_before(
            sentence, at
        )
        return Quote(
            content, kind, cue, None if nobody else subject, addressee, "none" if nobody else None
        )
    return _parenthetic(sentence, at, cue)


def _passive_before(sentence: Sentence, at: int) -> bool:
    return at > 0 and sentence.words[at - 1].form in {"is", "was", "been"}


def _closed_before(sentence: Sentence, at: int) -> Stretch | None:
    """The quoted stretch that ends shortly before a verb, with nothing but a subject between."""
    word = sentence.words[at]
    ahead = [
        each for each in sentence.quoted if each.end <= word.start and sentence.size(each) >= 2
    ]
    if not ahead:
        return None
    last = ahead[-1]
    gap = sentence.text[last.end : word.start]
    between = [w for w in sentence.words if last.end <= w.start < word.start]
    attached = sentence.text[last.end - 2 : last.end - 1] in {",", "?", "!", "…"} or gap.lstrip()[
        :1
    ] in {",", "-", "–", "—"}
    if len(between) > 8 or not attached or any(sign in gap.strip(" ,-–—") for sign in ".;:"):
        return None
    return last


def _beside(sentence: Sentence, at: int, start: int) -> tuple[Stretch | None, Stretch | None]:
    """(source, addressee) of a verb behind a quote: said the mayor, or the mayor told reporters."""
    between = [w for w in sentence.words if start <= w.start < sentence.words[at].start]
    between = [w for w in between if w.form not in sentence.lexicon.auxiliaries]
    if between:
        source = Stretch(between[0].start, between[-1].end)
        objects = sentence.words[at].form in sentence.lexicon.objects
        return source, _object(sentence, at) if objects else None
    return _noun(sentence, at), None


def _noun(sentence: Sentence, at: int) -> Stretch | None:
    """The words after an inverted verb up to a comma, a preposition or the end."""
    run: list[Word] = []
    for each in sentence.words[at + 1 :]:
        gap = sentence.text[(run[-1] if run else sentence.words[at]).end : each.start]
        if gap.strip() or (run and each.form in sentence.lexicon.after_subject) or len(run) > 9:
            break
        run.append(each)
    return Stretch(run[0].start, run[-1].end) if run else None


def _object(sentence: Sentence, at: int) -> Stretch | None:
    """Whom a verb such as `told` is addressed to."""
    run: list[Word] = []
    for each in sentence.words[at + 1 :]:
        gap = sentence.text[(run[-1] if run else sentence.words[at]).end : each.start]
        stop = each.form in sentence.lexicon.complementisers | sentence.lexicon.after_object
        if gap.strip() or stop or sentence.inside(each.start) or len(run) > 7:
            break
        run.append(each)
    return Stretch(run[0].start, run[-1].end) if run else None


def _subject(sentence: Sentence, at: int) -> Stretch | None:
    """The subject before a verb: back to a comma, a quotation mark or the start of the sentence.

    Two commas may set a name apart in it: The group's chair, Ines Varga, wrote.
    """
    run: list[Word] = []
    apposed = False
    for each in reversed(sentence.words[:at]):
        gap = sentence.text[each.end : (run[-1] if run else sentence.words[at]).start]
        if gap.strip() == "," and (not run or apposed):
            apposed = not apposed
        elif gap.strip():
            break
        if sentence.inside(each.start) or each.form in sentence.lexicon.breaks:
            break
        if run or each.form not in sentence.lexicon.auxiliaries:
            run.append(each)
        if len(run) > 14:
            return None
    run.reverse()
    while run and run[0].form in {
        "meanwhile",
        "however",
        "then",
        "later",
        "still",
        "yet",
        "also",
        "on",
        "in",
    }:
        run.pop(0)
    return Stretch(run[0].start, run[-1].end) if run else None


def _after(sentence: Sentence, at: int) -> tuple[Stretch, Kind, Stretch | None] | None:
    """(content, kind, addressee) behind a verb: in marks, with `that`, or bare."""
    word = sentence.words[at]
    addressee = _object(sentence, at) if word.form in sentence.lexicon.objects else None
    start = addressee.end if addressee else word.end
    rest = [each for each in sentence.words if each.start >= start]
    if not rest:
        return None
    mark = next((q for q in sentence.quoted if q.start >= start), None)
    lead = sentence.text[start : mark.start].strip(" ,:") if mark else "…"
    timed = [w for w in rest if mark and w.start < mark.start]
    opens = sentence.text[: mark.start].rstrip()[-1:] if mark else ""
    aside = opens == "," and all(each.form in sentence.lexicon.times for each in timed)
    if mark and (not lead or aside or (len(timed) <= 6 and opens == ":" and lead.count(":") == 0)):
        return (mark, "direct", addressee) if sentence.size(mark) >= 2 else None
    said = rest[0]
    for step, each in enumerate(rest[:5]):
        if each.form == "that":
            said = each
            break
        if step == 0 and each.form not in sentence.lexicon.times:
            break
    bare = (
        word.form in sentence.lexicon.bare
        and said is rest[0]
        and said.form not in sentence.lexicon.no_clauses
    )
    if said.form != "that" and not bare:
        return None
    content = trimmed(sentence.text, said.start, _english_end(sentence, said), ".,;:")
    content = _closed(sentence, content)
    if sentence.size(content) < 3 or (
        bare and said.form != "that" and not _has_verb(sentence, content)
    ):
        return None
    return content, _kind(sentence, content), addressee


def _has_verb(sentence: Sentence, content: Stretch) -> bool:
    """Whether a clause seems to have a verb of its own: a bare object (said a prayer) has none."""
    forms = [w.form for w in sentence.words if content.start <= w.start < content.end]
    return any(
        f in sentence.lexicon.verbs_of_clauses or (f.endswith("ed") and len(f) > 4)
        for f in forms[1:]
    )


def _english_end(sentence: Sentence, said: Word) -> int:
    """The end of an English clause: before `, but`, `, while`, `, adding` and the like."""
    for each in sentence.words:
        if each.start <= said.start or sentence.inside(each.start):
            continue
        if each.form in sentence.lexicon.turns:
            before = sentence.text[: each.start].rstrip()
            if before.endswith(",") or each.form == "according":
                return len(before.rstrip(","))
    return sentence.end


def _parenthetic(sentence: Sentence, at: int, cue: Stretch) -> Quote | None:
    """…, Millbrook Council said on Monday."""
    word = sentence.words[at]
    after = [w for w in sentence.words if w.start >= word.end]
    if len(after) > 4 or (after and after[0].form not in sentence.lexicon.times):
        return None
    comma = sentence.text.rfind(",", sentence.start, word.start)
    if comma < 0 or sentence.inside(comma):
        return None
    between = [w for w in sentence.words if comma < w.start < word.start]
    content = trimmed(sentence.text, sentence.start, comma)
    named = [w for w in between if w.form not in sentence.lexicon.auxiliaries]
    if not named or len(between) > 10 or sentence.size(content) < FEW:
        return None
    source = Stretch(named[0].start, named[-1].end)
    return Quote(content, _kind(sentence, content), cue, source)
