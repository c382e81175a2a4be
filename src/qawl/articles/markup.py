"""A page of HTML as the text that a browser's selections count: its text nodes one after another."""

import re
from html.parser import HTMLParser

_TAG = re.compile(r"<[a-zA-Z!/][^<>]*>")
_UNSHOWN = frozenset({"script", "style", "head", "title", "template"})


def is_page(text: str) -> bool:
    """Whether a text has tags."""
    return _TAG.search(text) is not None


def visible_text(page: str, *, breaks: bool = True) -> str:
    """The text of a page without its tags; with `breaks` a <br> is a line feed."""
    reader = _Reader(breaks=breaks)
    reader.feed(page)
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    def __init__(self, *, breaks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._breaks = breaks
        self.pieces: list[str] = []
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as html.parser has it
        self._unshown += tag in _UNSHOWN
        if tag == "br" and self._breaks:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unshown -= tag in _UNSHOWN and self._unshown > 0

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self.pieces.append(data)
