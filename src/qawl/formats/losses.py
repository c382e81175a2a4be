"""What an export can't carry: named kinds of losses, noted one by one and counted."""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from qawl.core.records import SpanRef, to_json

# kind → what is lost
KINDS: dict[str, str] = {
    "withheld": "the text of the article may not be redistributed, so its annotations were left out:"
    " counted once for each layer; --with-withheld exports both, for your own use",
    "text-not-here": "the release withholds the article's text, so it was left out: `qawl restore` puts"
    " it back",
    "withdrawn": "the article was withdrawn: it was left out",
    "article-unknown": "the article is not in the corpus: its annotation was left out",
    "text-differs": "it was annotated on another text than the frozen one: it was left out",
    "skipped": "the annotator skipped the article: it was left out",
    "gold-incomplete": "something is undecided: annotators differ, or one alone did the article",
    "scheme-version": "it was made under another version of the scheme: the version is left out",
    "span-outside": "the span is empty or ends outside the text: it was left out",
    "edge-in-token": "the span starts or ends inside a token, which is tagged whole",
    "shared-token": "the span shares a token with one beside it",
    "crossing": "the span crosses another",
    "too-deep": "the span is inside another or shares its tokens: it has no tag",
    "no-token": "the span covers no token: it has no tag",
    "no-text": "the span is nothing but line breaks: it was left out",
    "line-break": "the span goes over a line break: it is in parts, one a line",
    "label-unmapped": "the label has no counterpart in the published label set: it has no tag",
    "label-merged": "the published label covers several labels: the original one is lost",
    "name-changed": "the format does not allow this name: names.json maps it to the one that is used",
    "value-withheld": "a value holds text that may not be redistributed: it is left out",
    "character-changed": "XML does not allow a character: U+FFFD replaces it",
    "attribute": "an attribute of a span is left out",
    "attribute-in-note": "an attribute of a span is in a note, as JSON",
    "article-attribute": "an attribute of the article is left out",
    "relation": "a relation is left out",
    "relation-dangling": "a relation has an end that is not there: it was left out",
    "relation-unnamed": "a relation has no name: it was left out",
    "relation-direction": "the relation was drawn in both directions: the second is left out",
    "changed": "the format can't hold it: when it is read back, it is something else",
}


class Lost(Struct, frozen=True, kw_only=True):
    """One loss. `annotator` is None for gold; `what` names an attribute, a relation, a label."""

    kind: str
    article_id: str
    layer: str | None = None
    annotator: str | None = None
    span: SpanRef | None = None
    what: str | None = None


class Losses:
    """Losses on disk, counted by kind: as many as there are, memory does not grow."""

    def __init__(self, spool: BinaryIO) -> None:
        self._counts: Counter[str] = Counter()
        self._spool = spool

    def note(self, lost: Lost) -> None:
        """Writes one down."""
        self._counts[lost.kind] += 1
        self._spool.write(to_json(lost) + b"\n")

    def counts(self) -> dict[str, int]:
        """How many of each kind, in the order of KINDS."""
        return {kind: self._counts[kind] for kind in KINDS if self._counts[kind]}

    def lines(self) -> Iterator[bytes]:
        """Each as JSON without a line end, in the order they were noted."""
        self._spool.seek(0)
        for line in self._spool:
            yield line.rstrip(b"\n")
