"""The text of a WebAnno TSV file, put together from its sentences, and where its tokens stand in it."""

import re
from itertools import accumulate

from qawl.articles.received import LONGEST

_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|->|.)")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}


class Text:
    """The text as it grows; the lines of a sentence wait for its first token, which says where it is."""

    def __init__(self, *, in_units: bool) -> None:
        self.waiting: list[str] = []
        self._in_units = in_units
        self._pieces: list[str] = []
        self._length = self._said = 0
        self._sentence, self._begin, self._at = "", 0, 0
        self._sizes: list[int] = []
        self._index: dict[int, int] = {}
        self._token, self._token_said = 0, 0

    def whole(self) -> str:
        """The whole text, with a last sentence that has no tokens."""
        if self.waiting:
            self._pieces += ["\n"] * bool(self._pieces) + ["\n".join(self.waiting)]
        return "".join(self._pieces)

    def token(self, said: int, written: str) -> tuple[int, int] | None:
        """Where a token stands that its file says to be at an offset; None where it is not there."""
        words = plain(written)
        if self.waiting:
            self._new_sentence(said, words)
        for each in (words, written):
            at = self._where(said, each)
            if at is not None:
                self._at = at + len(each)
                self._token, self._token_said = at, said
                return self._begin + at, self._begin + self._at
        return None

    def part(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a part of the last token, or of the space beside it, stands."""
        of_token = self._sizes[self._token] - self._token_said if self._sizes else 0
        first, last = self._index.get(start + of_token), self._index.get(end + of_token)
        return None if first is None or last is None else (self._begin + first, self._begin + last)

    def _where(self, said: int, words: str) -> int | None:
        """The place of words in the sentence: where the offset says, else behind the last."""
        at = self._index.get(said - self._said + self._sizes[-1]) if self._sizes else None
        if at is None or not self._sentence.startswith(words, at):
            at = self._sentence.find(words, self._at)
        return at if at >= 0 and words else None

    def _new_sentence(self, said: int, words: str) -> None:
        """Begins a sentence; one that does not count on from the last stands on the next line."""
        self._sentence, self.waiting = "\n".join(self.waiting), []
        self._sizes = [*accumulate(map(self._size, self._sentence), initial=0)]
        self._index = {size: n for n, size in enumerate(self._sizes)}
        alone = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", self._sentence) if words else None
        said -= self._sizes[alone.start()] if alone else 0
        gap = said - self._said if 0 <= said - self._said < LONGEST else 1
        between = "\n" + " " * (gap - 1) if gap and self._pieces else " " * gap
        self._pieces += [between, self._sentence]
        self._begin, self._at = self._length + gap, 0
        self._token, self._token_said = 0, said
        self._length = self._begin + len(self._sentence)
        self._said = said + self._sizes[-1]

    def _size(self, words: str) -> int:
        return units(words) if self._in_units else len(words)


def units(text: str) -> int:
    """How many UTF-16 units a text has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(words: str) -> str:
    """Words without their escapes; half characters of an escape make one again."""
    found = _ESCAPED.sub(_sign, words)
    if any("\ud800" <= each <= "\udfff" for each in found):
        return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return found


def _sign(escape: re.Match[str]) -> str:
    after = escape[1]
    return chr(int(after[1:], 16)) if len(after) == 5 else _CONTROL.get(after, after)
