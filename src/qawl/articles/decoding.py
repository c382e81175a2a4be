"""Bytes → text: UTF-8, UTF-16, what a page declares, and the code pages of Arabic and English news."""

import codecs
import re

_DECLARED = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{3,20})""", re.IGNORECASE
)
_HEAD = 4096
_FEW = 10
"""Words below which Arabic may do without any common word, or one with the article."""
_COMMON = re.compile(r"(?<!\w)(?:من|في|على|إلى|أن|إن|عن|التي|الذي|[وبلف]?ال\w{3,})(?!\w)")


def decode(content: bytes, *, declares: bool = False) -> str:
    """The text of these bytes; `declares` says that they may name their encoding, as HTML does.

    A byte order mark of UTF-8 stays in the text. Raises ValueError with the reason where no encoding
    fits.
    """
    attempts = [_marked, _utf8, *([_declared] if declares else []), _utf16, _code_page]
    for attempt in attempts:
        text = attempt(content)
        if text is not None:
            return text
    if b"\x00" in content:
        raise ValueError("binary, not text: it holds NUL bytes")
    raise ValueError(
        "the encoding can't be told: no UTF-8, no UTF-16, and neither Arabic nor English in the "
        "code pages windows-1256, ISO-8859-6 and windows-1252"
    )


def _marked(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _as(content, "utf-16")
    return None


def _utf8(content: bytes) -> str | None:
    return _as(content, "utf-8")


def _declared(content: bytes) -> str | None:
    """By the charset that the head of a page names."""
    named = _DECLARED.search(content[:_HEAD])
    return _as(content, named[1].decode("ascii")) if named else None


def _utf16(content: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte is the high one of ASCII or Arabic."""
    half = len(content) // 2
    if half < 4 or len(content) % 2:
        return None
    for high, name in ((content[1::2], "utf-16-le"), (content[::2], "utf-16-be")):
        if high.count(0) and high.count(0) + high.count(6) > 0.9 * half:
            return _as(content, name)
    return None


def _code_page(content: bytes) -> str | None:
    """By a code page in which the letters are Arabic, or English with few others."""
    if b"\x00" in content:
        return None
    read = (_as(content, name) for name in ("cp1256", "iso8859_6"))
    arabic = [text for text in read if text is not None and _share(text, "\u0600", "\u06ff") > 0.5]
    if arabic:
        text = max(arabic, key=lambda each: len(_COMMON.findall(each)))
        return text if _COMMON.search(text) or len(text.split()) < _FEW else None
    latin = _as(content, "cp1252")
    if latin is not None and _share(latin, "A", "z") > 0.85:
        return latin
    return None


def _as(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _share(text: str, low: str, high: str) -> float:
    """The share of the letters that stand from `low` to `high`."""
    letters = [each for each in text if each.isalpha()]
    return sum(low <= each <= high for each in letters) / len(letters) if letters else 0.0
