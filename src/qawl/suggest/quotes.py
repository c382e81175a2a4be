"""Quotes by rule: what is said, the cue, who says it and to whom, in Arabic and English news.

A quote is found from its cue: what follows with a complementiser is indirect, what stands in quotation
marks direct, both in one mixed. A quoted stretch of four words or more without a cue is direct too.
Precision comes before recall: a cue without content is not suggested.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import TypeVar

from qawl.suggest import arabic, english
from qawl.suggest.cues import lexicon
from qawl.suggest.sentences import FEW, MOST, Quote, Sentence, Status
from qawl.suggest.words import Stretch, Word, quoted, sentences, size, trimmed, words

S = TypeVar("S", Word, Stretch)


@lru_cache(maxsize=2)
def quotes(text: str, language: str) -> tuple[Quote, ...]:
    """The quotes of a text by their contents, with sources of earlier sentences filled in.

    Those of the last article are kept, since every layer asks for them.
    """
    known = lexicon(language)
    if known is None:
        return tuple(
            Quote(each, "direct")
            for each in quoted(text)
            if size(words(text), each.start, each.end) >= FEW
        )
    read = arabic.read if language.partition("-")[0].lower() == "ar" else english.read
    found: list[Quote] = []
    outer, sourced, full = list[Quote](), list[Quote](), list[Quote]()
    last: int | None = None
    for sentence in _sentences(text, language):
        here = [*read(sentence)]
        here += _orphans(sentence, here, outer)
        here.sort(key=lambda each: (each.content.start, -each.content.end))
        for each in here:
            _complete(each, [sourced, full], here, sentence)
        parents = _parents(here)
        found += _renumbered(here, parents, len(found), last)
        for at, parent in enumerate(parents, start=len(found) - len(here)):
            if parent is None:
                outer.append(found[at])
                last = at if found[at].follows is None else last
                sourced += [found[at]] * (found[at].source is not None)
                full += [found[at]] * _is_full(found[at])
    return tuple(found)


def _sentences(text: str, language: str) -> Iterator[Sentence]:
    known = lexicon(language)
    if known is None:
        return
    marked, every = quoted(text), words(text)
    found = sentences(text, marked)
    if language.partition("-")[0].lower() == "en":
        found = english.rejoined(text, found, known)
    for one in found:
        for part in _parts(text, one, _from_to(every, one), marked):
            inner, near = [*_from_to(every, part)], _from_to(marked, part)
            yield Sentence(text, part.start, part.end, inner, near, known)


def _parts(
    text: str, one: Stretch, every: Sequence[Word], marked: Sequence[Stretch]
) -> Iterator[Stretch]:
    """A sentence in parts of so many words that it takes a text without full stops no longer.

    No quoted stretch is cut.
    """
    start, at = one.start, MOST
    while at < len(every):
        before = bisect_right(marked, every[at].start, key=lambda mark: mark.start)
        if before and every[at].start < marked[before - 1].end:
            at = bisect_left(every, marked[before - 1].end, key=lambda word: word.start)
            if at == len(every):
                break
        yield trimmed(text, start, every[at].start)
        start, at = every[at].start, at + MOST
    yield Stretch(start, one.end)


def _from_to(some: Sequence[S], one: Stretch) -> Sequence[S]:
    """Those of some words or stretches in order that begin in a stretch."""
    low, high = (bisect_left(some, at, key=lambda each: each.start) for at in (one.start, one.end))
    return some[low:high]


def _parents(here: list[Quote]) -> list[int | None]:
    """The number of the quote that each one of a sentence stands in; they are in order."""
    parents: list[int | None] = []
    around: list[int] = []
    for at, each in enumerate(here):
        while around and here[around[-1]].content.end < each.content.end:
            around.pop()
        parents.append(around[-1] if around else None)
        around.append(at)
    return parents


def _renumbered(
    here: list[Quote], parents: list[int | None], start: int, last: int | None
) -> list[Quote]:
    """Quotes of a sentence with `follows` counted over the whole text; -1 is the last one before it.

    A piece goes on with a quote at its own level: speech within the first piece is no beginning of it.
    """
    first: dict[int | None, int] = {}
    for at, (each, parent) in enumerate(zip(here, parents, strict=True)):
        if each.follows is None:
            first[parent] = start + at
            continue
        each.follows = first.get(parent) if each.follows == 0 else last
        if each.follows is None:
            each.kind = "direct"
    return here


def _complete(
    quote: Quote, outer: list[list[Quote]], here: list[Quote], sentence: Sentence
) -> None:
    """The source of a quote that names none: that of the quote before it.

    `outer` are the quotes of earlier sentences that have a source, and those whose source is in full: a
    text may be long, and most of its quotes none of them.
    """
    sourced, full = outer
    if quote.source is None and quote.status == "implicit":
        said = next(_earlier(quote, sourced, here), None)
        if said is not None:
            quote.source = said.source
        else:
            quote.status = None
    elif quote.source is not None and quote.status is None:
        quote.status = status(sentence, quote.source)
    if quote.status == "pronoun" and quote.source is not None:
        quote.antecedent = _antecedent(quote.source, _earlier(quote, full, here))


def _earlier(quote: Quote, outer: list[Quote], here: list[Quote]) -> Iterator[Quote]:
    """The quotes with a source before this one, the nearest first."""
    for each in chain(reversed(here), reversed(outer)):
        if _is_before(each, quote):
            yield each


def _antecedent(pronoun: Stretch, earlier: Iterator[Quote]) -> Stretch | None:
    """The full source that a pronoun stands for."""
    for each in earlier:
        if _is_full(each) and each.source is not None and each.source.end <= pronoun.start:
            return each.source
    return None


def _is_full(quote: Quote) -> bool:
    """Whether the source of a quote is named or described."""
    return quote.source is not None and quote.status in {"named", "described"}


def _is_before(one: Quote, other: Quote) -> bool:
    """Whether a quote's source stands before another's cue, or its content where it has none."""
    at = (other.cue or other.content).start
    return one is not other and one.source is not None and one.source.start < at


def status(sentence: Sentence, source: Stretch) -> Status:
    """Whether a source is a pronoun, described, or named."""
    inner = sentence.within(source.start, source.end)
    known = sentence.lexicon
    if len(inner) == 1 and inner[0].form in known.pronouns:
        return "pronoun"
    if not inner or inner[0].form in known.described:
        return "described"
    surface = sentence.text[source.start : source.end]
    if surface.isascii() or not any("\u0600" <= each <= "\u06ff" for each in surface):
        head = []
        for word in inner:
            if word.form in known.after_subject | {"of"}:
                break
            head.append(word)
        first = head[
            : next((n for n in range(1, len(head)) if sentence.gap(head[n - 1], head[n])), None)
        ]
        names = [w for w in head if sentence.upper(w) and w.form not in known.determiners]
        capital = sentence.start == source.start and len(names) == 1 and names[0] == inner[0]
        plural = len(head) < len(inner) and inner[0].form.endswith("s")  # Bosses at the firm
        kind = len(first) > 1 or plural or inner[0].form in known.people
        a_kind = inner[0].form in {"a", "an"} and not sentence.upper(head[-1])
        if not names or a_kind or (capital and kind):
            return "described"
    return "named"


def _orphans(sentence: Sentence, here: list[Quote], found: list[Quote]) -> Iterator[Quote]:
    """Quoted stretches that no cue claimed: after an attribution they go on with what was said."""
    taken = [each.content for each in here]
    for each in sentence.quoted:
        inside = [one for one in taken if each.start < one.start and one.end < each.end]
        if any(one.start < each.end and each.start < one.end for one in taken if one not in inside):
            continue
        alone = not sentence.text[sentence.start : each.start].strip()
        goes_on = alone and found and _goes_on(sentence.text, found[-1], each)
        if goes_on and sentence.size(each) > 1:
            yield Quote(each, "continuation", follows=-1)
        elif sentence.size(each) >= FEW and (alone or _is_clause(sentence, each)):
            yield Quote(each, "direct", status="implicit" if alone and found else None)


def _is_clause(sentence: Sentence, each: Stretch) -> bool:
    """Whether a quoted stretch inside a sentence is one that somebody says: a colon, a capital letter."""
    first = sentence.text[each.start + 1 : each.start + 2]
    return sentence.before(each.start) == ":" or first.isupper()


def _goes_on(text: str, last: Quote, each: Stretch) -> bool:
    """Whether a quote stands right behind a direct one that its attribution has closed."""
    parts = (last.content, last.cue, last.source)
    end = max(part.end for part in parts if part is not None and part.end <= each.start)
    stops = (at for at in range(end, each.start) if text[at] in ".!?؟…")
    beside = next(islice(stops, 1, None), None) is None  # one sentence between them at most
    closed = last.cue is not None and last.cue.start >= last.content.end
    return beside and (last.kind == "continuation" or (last.kind == "direct" and closed))
