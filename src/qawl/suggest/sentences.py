"""A quote with its parts, and a sentence as the rules for quotes look at it."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from qawl.suggest.cues import Lexicon
from qawl.suggest.words import Stretch, Word, size, within

FEW = 4
"""A quoted stretch of so many words is a quote even where no cue stands near it."""

MOST = 400
"""Words of the longest sentence that is read at once."""

Kind = Literal["direct", "indirect", "mixed", "continuation"]
Status = Literal["named", "described", "pronoun", "implicit", "none"]


@dataclass(slots=True)
class Quote:
    """A quote and its parts as stretches of the text.

    `follows` is the index of the quote that this one continues; `status` is None where nothing tells
    whose words they are; `antecedent` is the full source that a pronoun as source stands for.
    """

    content: Stretch
    kind: Kind
    cue: Stretch | None = None
    source: Stretch | None = None
    addressee: Stretch | None = None
    status: Status | None = None
    follows: int | None = None
    antecedent: Stretch | None = None


@dataclass(slots=True)
class Sentence:
    """A sentence with its words and quoted stretches, and what is known of its language."""

    text: str
    start: int
    end: int
    words: list[Word]
    quoted: Sequence[Stretch]
    lexicon: Lexicon
    sources: dict[int, Stretch | None] = field(default_factory=dict)
    """Number of the cue → source, of the quotes found so far."""
    ends: list[tuple[int, int]] | None = None
    """(start of a word, end of the clause before it), where a clause ends: looked for once."""

    def inside(self, position: int) -> Stretch | None:
        """The quoted stretch that a position lies in."""
        at = bisect_right(self.quoted, position, key=lambda each: each.start) - 1
        return self.quoted[at] if at >= 0 and self.quoted[at].holds(position) else None

    def gap(self, one: Word | Stretch, other: Word | Stretch) -> str:
        """What stands between two words, without white space and full stops of abbreviations.

        The apostrophe of a plural is no sign either (the players' union), nor a comma in a number.
        """
        between = self.text[one.end : other.start]
        if between in {" ", ","}:
            return ""
        if between[:2] in {"' ", "’ "}:
            mark = self.inside(one.start)
            if mark is None or mark.end != one.end + 1:
                between = between[2:]
        return between.strip(" .\u00a0\n")

    def upper(self, word: Word) -> bool:
        """Whether a word begins with a capital letter."""
        return self.text[word.start].isupper()

    def before(self, position: int) -> str:
        """The last sign before a position that is no white space; empty at the sentence's start."""
        while position > self.start and self.text[position - 1].isspace():
            position -= 1
        return self.text[position - 1] if position > self.start else ""

    def within(self, start: int, end: int) -> list[Word]:
        """The words that begin in a stretch of the text."""
        return [*within(self.words, start, end)]

    def size(self, stretch: Stretch) -> int:
        """How many words a stretch has."""
        return size(self.words, stretch.start, stretch.end)

    def form(self, at: int) -> str:
        """The form of a word by its number; empty beyond the sentence."""
        return self.words[at].form if 0 <= at < len(self.words) else ""


def stretch(run: list[Word]) -> Stretch | None:
    """From the first word of a run to its last; None of no words."""
    return Stretch(run[0].start, run[-1].end) if run else None


def closed(sentence: Sentence, content: Stretch) -> Stretch:
    """A content that ends inside quotation marks ends behind them."""
    for mark in sentence.quoted:
        if content.start <= mark.start < content.end < mark.end:
            return Stretch(content.start, mark.end)
    return content


def kind(sentence: Sentence, content: Stretch, *, proclitics: bool) -> Kind:
    """Mixed where part of it stands in marks that no cue of their own explains."""
    for mark in sentence.quoted:
        if content.start <= mark.start and mark.end <= content.end:
            ahead = sentence.within(content.start, mark.start)[-3:]
            if not any(_explains(sentence, w, proclitics=proclitics) for w in ahead):
                return "mixed"
    return "indirect"


def _explains(sentence: Sentence, word: Word, *, proclitics: bool) -> bool:
    """Whether a word before marks is the cue of what stands in them; in English not every cue is."""
    known = sentence.lexicon
    if known.cue(word.form, proclitics=proclitics) is None or sentence.upper(word):
        return False
    return proclitics or word.form in known.bare | known.marked_alone | {
        "wrote",
        "asked",
        "replied",
    }


def piece(sentence: Sentence, quote: Quote) -> Iterator[Quote]:
    """The later piece of an interrupted direct quote: «…»، قال فلان، «…»."""
    if quote.kind != "direct" or quote.cue is None or quote.cue.start < quote.content.end:
        return
    for each in sentence.quoted:
        between = sentence.text[quote.cue.end : each.start]
        if each.start < quote.cue.end or sentence.size(each) < 2 or "." in between:
            continue
        others = sentence.within(quote.cue.end, each.start)
        if not any(sentence.lexicon.cue(w.form, proclitics=True) for w in others):
            yield Quote(each, "continuation", follows=0)
        return
