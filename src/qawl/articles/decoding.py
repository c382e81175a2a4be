"""Bytes → text: UTF-8, UTF-16, what a page declares, and the code pages of Arabic and English news."""

import codecs
import re

from qawl.core.findings import Reason, reason

_DECLARED = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{3,20})""", re.IGNORECASE
)
_HEAD = 4096
_LONGEST = 4
"""Bytes of the longest character."""
_FEW = 10
"""Words below which Arabic may do without any common word, or one with the article."""
_COMMON = re.compile(r"(?<!\w)(?:من|في|على|إلى|أن|إن|عن|التي|الذي|[وبلف]?ال\w{3,})(?!\w)")


class Undecodable(ValueError):
    """Bytes that are no text, or in an encoding that can't be told."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.words)
        self.reason = why


def decode(content: bytes, *, declares: bool = False) -> str:
    """The text of these bytes; `declares` says that they may name their encoding, as HTML does.

    A byte order mark of UTF-8 stays in the text. Raises Undecodable where no encoding fits.
    """
    attempts = [_marked, _utf16, _utf8, *([_declared] if declares else []), _code_page]
    for attempt in attempts:
        found = attempt(content)
        if found is not None:
            return found[1]
    if b"\x00" in content:
        raise Undecodable(reason("binary", ": it holds NUL bytes"))
    raise Undecodable(
        reason(
            "encoding-unknown",
            ": no UTF-8, no UTF-16, and neither Arabic nor English in the code pages windows-1256, "
            "ISO-8859-6 and windows-1252",
        )
    )


def encoding(head: bytes) -> str:
    """The name of the encoding of a file that starts so; raises Undecodable where it can't be told.

    The head may end inside a character. UTF-8 may have some lines that are not: no line of a code page
    with letters beyond ASCII is likely to be UTF-8 by chance.
    """
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    fit = sum(_utf8(line) is not None for line in lines)
    if fit and fit >= len(lines) / 2 and b"\x00" not in head:
        return "utf-8"
    for attempt in (_marked, _utf16, _utf8, _code_page):
        for cut in range(_LONGEST):
            found = attempt(head[: len(head) - cut])
            if found is not None:
                return found[0]
    decode(head)
    raise Undecodable(reason("encoding-unknown"))


Read = tuple[str, str]
"""An encoding, and the text in it."""


def _marked(content: bytes) -> Read | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _as(content, "utf-16")
    return None


def _utf8(content: bytes) -> Read | None:
    return _as(content, "utf-8")


def _declared(content: bytes) -> Read | None:
    """By the charset that the head of a page names."""
    named = _DECLARED.search(content[:_HEAD])
    return _as(content, named[1].decode("ascii")) if named else None


def _utf16(content: bytes) -> Read | None:
    """UTF-16 without a mark: nearly every second byte is the high one of ASCII or Arabic.

    Arabic letters in it are UTF-8 too, of control characters.
    """
    half = len(content) // 2
    if half < 4 or len(content) % 2:
        return None
    for high, name in ((content[1::2], "utf-16-le"), (content[::2], "utf-16-be")):
        if high.count(0) and high.count(0) + high.count(6) > 0.9 * half:
            return _as(content, name)
    return None


def _code_page(content: bytes) -> Read | None:
    """By a code page in which the letters are Arabic, or English with few others."""
    if b"\x00" in content:
        return None
    read = (_as(content, name) for name in ("cp1256", "iso8859_6"))
    arabic = [
        each for each in read if each is not None and _share(each[1], "\u0600", "\u06ff") > 0.5
    ]
    if arabic:
        name, text = max(arabic, key=lambda each: len(_COMMON.findall(each[1])))
        return (name, text) if _COMMON.search(text) or len(text.split()) < _FEW else None
    latin = _as(content, "cp1252")
    if latin is not None and _share(latin[1], "A", "z") > 0.85:
        return latin
    return None


def _as(content: bytes, name: str) -> Read | None:
    try:
        return name, content.decode(name)
    except (UnicodeError, LookupError):  # some encodings raise no more than UnicodeError
        return None


def _share(text: str, low: str, high: str) -> float:
    """The share of the letters that stand from `low` to `high`."""
    letters = [each for each in text if each.isalpha()]
    return sum(low <= each <= high for each in letters) / len(letters) if letters else 0.0
