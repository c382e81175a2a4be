"""Where sentences of a text end, in any script.

A sentence ends at its terminal sign, with the quotation marks and brackets that close there, and at the
end of a line. After . ! ? ؟ and … white space must follow; the signs of other scripts (。 ។ । ။) end a
sentence alone. No full stop ends one after an initial, an abbreviation, or the number of a list, and no
sign of these before a small letter. Thai and Lao have no sign: there a line is one sentence.
"""

from collections.abc import Iterator

import regex

_CLOSING = r"[\"”»’'›)\]」』）】]*"
_END = regex.compile(
    rf"(?V1)[.!?؟…‥]+{_CLOSING}(?=\s|$)|[\p{{Sentence_Terminal}}--[.!?؟]]+{_CLOSING}|\n+"
)
_ABBREVIATION = regex.compile(
    r"(?:^|[\s(«“\".])(?:\p{L}|Mr|Mrs|Ms|Dr|St|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Jr|Sr|vs|No|Inc|Co"
    r"|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)$|(?:^|\n)\s*\p{N}{1,3}$"
)
_LONGEST = 12
"""Code points before a full stop that are looked at."""
_CASED = frozenset(".!?…‥")
"""Signs that do not end a sentence that goes on with a small letter."""
_SMALL = regex.compile(r"\s+\p{Ll}")


def ends(text: str) -> Iterator[tuple[int, int]]:
    """(where the signs begin, where the sentence ends) of each end of a sentence but the text's own."""
    for each in _END.finditer(text):
        at, end = each.span()
        before = text[max(0, at - _LONGEST) : at]
        short = text[at] == "." and _ABBREVIATION.search(before)
        if not short and not (text[at] in _CASED and _SMALL.match(text, end)):
            yield at, end


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence in order, half-open, without the white space around it.

    Each character but white space stands in one.
    """
    start = 0
    for _, end in (*ends(text), (len(text), len(text))):
        piece = text[start:end]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            yield first, first + len(piece.strip())
        start = end
