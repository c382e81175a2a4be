"""Level 2: do the spans stand where they say, on the text that was frozen?"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import regex

from qawl.core.excerpts import many
from qawl.core.findings import finding
from qawl.core.records import Annotation, Article, Finding, Span
from qawl.core.words import in_word, splits_word, word_at
from qawl.scheme.model import Scheme

_CHARACTER = regex.compile(r"\X")
_JOINT = regex.compile(
    r"(?s)\r\n|.[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]"
    r"|[\p{GCB=Prepend}\p{GCB=ZWJ}\p{RI}\p{GCB=L}\p{GCB=V}\p{GCB=T}\p{GCB=LV}\p{GCB=LVT}]."
)
"""Two code points that may be one character; most are told apart here, without looking around."""
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_LONGEST_CHARACTER = 40
"""Code points to look at on either side: family emoji and stacked marks are shorter."""


def check(record: Annotation, article: Article, scheme: Scheme) -> Iterator[Finding]:
    """What is wrong with the offsets and surfaces of a record."""
    if record.text_sha256 != article.text_sha256:
        yield finding("text-changed", "it was made on another text than the frozen one", record)
        return
    text = article.text
    joints = _joints(record.spans, text)
    clauses = scheme.labels_of("clause")
    for span in record.spans:
        start, end = span.start, span.end
        if not 0 <= start <= end <= len(text):
            message = f"{start} to {end} does not lie in a text of {many(len(text), 'code point')}"
            yield finding("offset-range", message, record, span)
            continue
        if start == end:
            yield finding("span-empty", f"nothing is between {start} and {end}", record, span)
            continue
        if span.text != text[start:end]:
            message = f"the surface is {span.text!r}, the text there is {text[start:end]!r}"
            yield finding("surface-differs", message, record, span)
        if text[start].isspace() or text[end - 1].isspace():
            yield finding("edge-whitespace", "white space at an edge", record, span)
        if joints:
            yield from _check_characters(span, record, text)
        if span.label in clauses:
            yield from _check_words(span, record, text)


def _joints(spans: Iterable[Span], text: str) -> bool:
    """Whether a bound may lie inside a character: most records have none that may."""
    around = {text[each.start - 1 : each.start + 1] for each in spans}
    around |= {text[each.end - 1 : each.end + 1] for each in spans}
    return any(map(_joint, around))


@lru_cache(maxsize=1 << 15)
def _joint(pair: str) -> bool:
    """Whether two code points may be one character."""
    return _JOINT.match(pair) is not None


def _check_characters(span: Span, record: Annotation, text: str) -> Iterator[Finding]:
    for bound in (span.start, span.end):
        if splits_character(text, bound):
            start, end = _character(text, bound)
            message = f"{bound} is inside the character {text[start:end]!r}"
            yield finding("grapheme-split", message, record, span)


def _check_words(span: Span, record: Annotation, text: str) -> Iterator[Finding]:
    for bound in (span.start, span.end):
        if splits_word(text, bound):
            message = f"{bound} is inside the word {word_at(text, bound)!r}"
            yield finding("mid-word", message, record, span)


def splits_character(text: str, at: int) -> bool:
    """Whether this offset lies inside a character as readers see it.

    That is an extended grapheme cluster (Unicode Standard Annex 29) without the joiners at its end: a
    zero width non-joiner ends the letter before it, as a zero width joiner does at the end of a word.
    """
    if not 0 < at < len(text) or not _joint(text[at - 1 : at + 1]):
        return False
    start, end = _character(text, at)
    rest = text[at:end].strip(_NON_JOINER)
    if start == at or not rest:
        return False
    return rest.strip(_JOINER) != "" or (end < len(text) and in_word(text[end]))


def _character(text: str, at: int) -> tuple[int, int]:
    """The bounds of the extended grapheme cluster around an offset, or of that which starts there."""
    low = max(0, at - _LONGEST_CHARACTER)
    for match in _CHARACTER.finditer(text[low : at + _LONGEST_CHARACTER]):
        if match.end() + low > at:
            return match.start() + low, match.end() + low
    return at, at
