"""A page of HTML as the text that a browser's selections count: its text nodes one after another."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise

_TAG = re.compile(r"<[a-zA-Z!/][^<>]*>")
BLOCKS = re.compile(
    "address|article|aside|blockquote|body|br|button|caption|center|d[dlt]|details|dialog|dir|div|fieldset|"
    "figcaption|figure|footer|form|h[1-6]|header|hr|legend|li|main|menu|nav|ol|optgroup|option|p|pre|"
    "section|select|summary|table|tbody|t[dhr]|tfoot|thead|ul"
)
"""Elements that begin a line of their own, or a cell."""
UNSHOWN = frozenset({"script", "style", "head", "title", "template"})
"""Elements whose text no browser shows."""


_TAGS = re.compile(
    r"(?i)</(?:p|div|span|a|b|i|u|em|strong|li|ul|ol|h[1-6]|figure|blockquote|table)\s*>|<br\s*/?>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[lr]aquo|[nm]dash|hellip|#\d{2,5}|#x[\da-f]{2,5});"
)
"""Tags that end an element, and references to characters: what programs write, and no reader sees."""


def has_tags(text: str) -> bool:
    """Whether a text that is to be plain has tags of HTML, or references to characters (&amp;)."""
    return _TAGS.search(text) is not None


def is_page(text: str) -> bool:
    """Whether a text has tags."""
    return _TAG.search(text) is not None


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of a page as selections count it; `breaks` are the places where a block begins
    in the middle of a line, in rising order."""

    text: str
    breaks: tuple[int, ...]

    @property
    def lined(self) -> str:
        """The text with a line feed before each of these blocks, so that no words are glued."""
        edges = (0, *self.breaks, len(self.text))
        return "\n".join(self.text[start:end] for start, end in pairwise(edges))

    def lined_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the text stands in `lined`."""
        return start + bisect_right(self.breaks, start), end + bisect_left(self.breaks, end)


def shown(page: str, *, breaks: bool = True) -> Shown:
    r"""The text of a page without its tags; with `breaks` a <br> counts as a line feed.

    Examples
    --------
    >>> shown("<p>Ada came.</p><p>Eve sat.</p>").lined
    'Ada came.\nEve sat.'
    """
    reader = _Reader(breaks=breaks)
    reader.feed(page)
    reader.close()
    return Shown("".join(reader.pieces), tuple(reader.starts))


class _Reader(HTMLParser):
    def __init__(self, *, breaks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._breaks = breaks
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self._length = 0
        self._block = False
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as html.parser has it
        self._unshown += tag in UNSHOWN
        if tag == "br" and self._breaks:
            self._add("\n")
        self._block = self._block or bool(BLOCKS.fullmatch(tag))

    def handle_endtag(self, tag: str) -> None:
        self._unshown -= tag in UNSHOWN and self._unshown > 0
        self._block = self._block or bool(BLOCKS.fullmatch(tag))

    def handle_data(self, data: str) -> None:
        if self._unshown:
            return
        words = data.lstrip()
        before = data[: len(data) - len(words)]
        if words and self._block:
            if self._length and "\n" not in before and not self._ends_line():
                self.starts.append(self._length + len(before))
            self._block = False
        self._add(data)

    def _add(self, piece: str) -> None:
        self.pieces.append(piece)
        self._length += len(piece)

    def _ends_line(self) -> bool:
        """Whether the text so far is white space alone, or ends in a line feed and white space."""
        for each in reversed(self.pieces):
            words = each.rstrip()
            if "\n" in each[len(words) :]:
                return True
            if words:
                return False
        return True
