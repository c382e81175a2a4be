"""Claims: the clauses of what is quoted, and plain sentences in which nobody is quoted."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

import regex

from qawl.core.records import Article
from qawl.suggest.cues import lexicon
from qawl.suggest.quotes import quotes
from qawl.suggest.sentences import Quote
from qawl.suggest.words import MARKS, Stretch, Word, quoted, sentences, size, trimmed, words

_BORDER = regex.compile(
    r"[.!?؟]\s+|\n+|[،؛]?\s+و(?:أن|إن|بأن)\s|[،؛]\s+(?=و|لكن|ف(?:ال|قد|إن))"
    r"|[،؛]\s+(?:في حين|فيما|بينما)\s(?:أن\s)?"
    r"|[,;]\s+(?:and|but)\s(?:that\s)?"
    r"|\s(?=(?:ولم|ولن|وقد|وليس|وليست|وس[يتن]\p{L}{3,})\s)"
    r"|\s(?:and|but) that\s|[;؛]\s+|[،,]\s+ثم\s|[。！？]\s*"
    r"|\s(?:and|but)\s(?=(?:ha[ds]|have|was|were|is|are|did|does|do|would|will|could|can|not)\s)"
    r"|\s(?:and|but)\s(?=(?:he|she|it|they|we|I|you|there|this|that)\s)"
)
"""What stands between two clauses of one content, with the words that belong to neither."""

_LEAD = regex.compile(
    r"(?:and|but|so)\s+|(?:look|well|yes|no|oh|listen|honestly|frankly),\s+|[«“]\s*(?=[^»”]*$)",
    regex.I | regex.M,
)
"""What begins a clause and belongs to none: a conjunction, a mark that no mark closes."""

_SEVERAL = regex.compile(
    r"\s(?:but|while|when|who|which|because|as|although|if|that|where|so)\s"
    r"|[:;؛—–]|[،,](?=\s)(?!\s\d{1,3},)(?<!\s\d\d,)"
    r"|\s(?:الذي|التي|الذين|فيما|بينما|حين|عندما|لأن|ثم|أن|إن|إذ|حيث|منذ أن|لكن)\s",
    regex.I,
)
"""What shows that a sentence has several clauses, or an apposition."""

SHORT = 26
"""Words of the longest sentence that is offered as a claim of the journalist's."""

LONG = 30
"""Words of the longest content that is offered as one claim."""
_MOST = 10_000
"""Letters of the longest content that is read for claims: thousands that never end took their square."""
_LETTERS = 40
"""Letters of a very long word: more text than so many for each word is no short claim."""


def claims(article: Article) -> Iterator[tuple[Stretch, Quote | None]]:
    """Each claim with the quote that says whose it is; None where it is the journalist's."""
    found = quotes(article.text, article.language)
    every = words(article.text)
    cues = sorted((each.cue.start, each.content.end) for each in found if each.cue)
    for each in found:
        said = found[each.follows] if each.follows is not None else each
        if _asks_for(article, each):
            continue
        for bare in _clauses(article, every, _assertion(article, each)):
            if not _reports(cues, bare, each):
                yield bare, said
    for bare in _narrated(article, every, found):
        yield bare, None


def _asks_for(article: Article, quote: Quote) -> bool:
    """Whether somebody asks for something or puts a question: nothing is claimed."""
    known = lexicon(article.language)
    if quote.cue is None or known is None or quote.kind in {"direct", "continuation"}:
        return False
    form, first = (_first(article.text, part) for part in (quote.cue, quote.content))
    cue = known.cue(form.form, proclitics=True) if form else None
    opens = first.form if first else ""
    return opens in _QUESTIONS or (
        cue is not None and cue[0] == "demand" and opens not in known.complementisers
    )


def _first(text: str, part: Stretch) -> Word | None:
    """The first word of a part of a text, placed within the part."""
    return next(iter(words(text[part.start : min(part.end, part.start + 2 * _LETTERS)])), None)


_QUESTIONS = frozenset(("عما", "ما", "لماذا", "متى", "whether", "if", "why", "when"))


def _reports(cues: list[tuple[int, int]], clause: Stretch, outer: Quote) -> bool:
    """Whether a clause of a content quotes somebody else in it: what that one says is the claim."""
    inner = cues[bisect_left(cues, (clause.start,)) : bisect_left(cues, (clause.end,))]
    return any(end <= outer.content.end for _, end in inner)


def _parts(text: str, sentence: Stretch) -> Iterator[Stretch]:
    """The main clauses of a sentence, where a semicolon or a conjunction with its comma parts them."""
    start = sentence.start
    for each in _MAIN.finditer(text, sentence.start, sentence.end):
        yield Stretch(start, each.start())
        start = each.end()
    yield Stretch(start, sentence.end)


_MAIN = regex.compile(
    r"[;؛]\s+|,\s+(?:and|but|while)\s(?=(?:the|a|an|he|she|it|they|his|her|its|\p{Lu}))"
    r"|،\s+(?:فيما|بينما|في حين)\s"
)
_NOT_PLAIN = MARKS | set("?؟!\n")


def _narrated(article: Article, every: Sequence[Word], found: Sequence[Quote]) -> Iterator[Stretch]:
    """Sentences of one clause in which nobody is quoted: what the journalist says."""
    text, marks = article.text, quoted(article.text)
    if lexicon(article.language) is None:
        return  # who is quoted there is not known
    parts = sorted(
        (part.start, part.end)
        for each in found
        for part in (each.content, each.cue, each.source, each.addressee)
        if part is not None
    )
    starts = [start for start, _ in parts]
    reach = [0, *accumulate((end for _, end in parts), max)]
    for each in sentences(text, marks):
        if reach[bisect_left(starts, each.end)] > each.start:
            continue
        for part in _parts(text, each):
            bare = trimmed(text, part.start, part.end, " .،,؛;")
            inside = text[bare.start : bare.end]
            plain_one = not _SEVERAL.search(inside) and not set(inside) & _NOT_PLAIN
            if plain_one and 3 <= size(every, bare.start, bare.end) <= SHORT:
                yield bare


_TO_DO = ("to ", "not to ", "against ")
"""What somebody is told to do is no claim."""


def _clauses(article: Article, every: Sequence[Word], whole: Stretch) -> Iterator[Stretch]:
    """The clauses of an assertion that stand side by side; long ones are no single claim."""
    if whole.end - whole.start > _MOST:
        return
    cuts = [whole.start]
    for each in _BORDER.finditer(article.text, whole.start, whole.end):
        cuts += [each.start(), each.end()]
    cuts.append(whole.end)
    least = 3 if len(cuts) == 2 and article.language.partition("-")[0] == "en" else 2
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        bare = trimmed(article.text, start, end, " .،,؛;!?؟。，、；！？")
        while lead := _LEAD.match(article.text, bare.start, bare.end):
            bare = Stretch(lead.end(), bare.end)
        inside = article.text[bare.start : bare.end]
        asks = set(article.text[bare.end : bare.end + 2]) & set("?؟？") or inside.startswith(_TO_DO)
        short = len(inside) <= LONG * _LETTERS
        if not asks and short and least <= size(every, bare.start, bare.end) <= LONG:
            yield bare


def _assertion(article: Article, quote: Quote) -> Stretch:
    """A content without its marks and its complementiser."""
    start, end = quote.content.start, quote.content.end
    if quote.kind in {"direct", "continuation"} and article.text[start] in MARKS:
        start, end = start + 1, end - 1
        while end > start and article.text[end - 1] in ".,،؟!?。，、！？":
            end -= 1
        return Stretch(start, end)
    first = _first(article.text, quote.content)
    known = lexicon(article.language)
    bare = first is not None and known is not None and first.form in known.complementisers
    if bare and first is not None:
        start += first.end
        while start < end and article.text[start].isspace():
            start += 1
    return Stretch(start, end)
