"""What a reader returns: articles as they came, and what is none with the reason."""

from msgspec import Struct

from qawl.articles.metadata import Metadata

LONGEST = 1_000_000
"""Code points of the longest text that is taken for an article."""


class Received(Struct, frozen=True, kw_only=True):
    """An article as it came; `line` is the line or row where the file holds several."""

    path: str
    line: int | None = None
    text: str
    metadata: Metadata

    @property
    def place(self) -> str:
        """The path, with the line where there is one."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


class SetAside(Struct, frozen=True, kw_only=True):
    """Something that is no article; a line of corpus/set-aside.jsonl."""

    format: int = 1
    path: str
    line: int | None = None
    reason: str


Found = Received | SetAside


def checked(text: str, path: str, line: int | None, metadata: Metadata) -> Found:
    """A received article, unless its text is none."""
    reason = None
    if not text.strip("\ufeff\x00 \t\r\n"):
        reason = "no text, or white space only"
    elif len(text) > LONGEST:
        reason = f"too long for an article: {len(text)} code points"
    elif "\x00" in text and text.count("\x00") > len(text) / 100:
        reason = "binary, not text: it holds NUL characters"
    if reason:
        return SetAside(path=path, line=line, reason=reason)
    return Received(path=path, line=line, text=text, metadata=metadata)
