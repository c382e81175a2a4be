"""Bytes → text: Unicode, what a page or its metadata declares, and code pages that are beyond doubt."""

import codecs
import re
from collections import Counter

from qawl.articles import code_pages
from qawl.core.findings import Reason, reason

_DECLARED = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{3,20})""", re.IGNORECASE
)
_HEAD = 4096
_LONGEST = 4
"""Bytes of the longest character."""
_FEW = 10
"""Words below which Arabic may do without any common word, or one with the article."""
_ENOUGH = 1 << 16
"""Bytes of a long file from which its encoding is told."""
_ALPHABETS = 0x20
"""The first high byte in UTF-16 that is of no alphabet."""
_MANY = 0.2
_CONTROLS = bytes([*range(1, 9), *range(14, 27), *range(28, 32), 127])
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "big5": "big5hkscs",
}
"""Encodings under whose names files hold more, as browsers know."""
_LABELS = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "windows-874": "cp874",
    "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso8859_8",
    "windows-949": "cp949",
    "ks-c-5601-1987": "cp949",
    "x-euc-jp": "euc_jp",
    "x-cp1251": "cp1251",
    "x-mac-cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
    "utf8": "utf-8",
}
"""Names of encodings on the web that Python has not."""
_WAY_ON = (
    "; save it as UTF-8, or give encoding (windows-1251, for example) in a _source.yaml beside it"
)
_SURE = 0.1
"""The share of common words that no other text has by chance."""
_COMMON = re.compile(r"(?<!\w)(?:من|في|على|إلى|أن|إن|عن|التي|الذي|[وبلف]?ال\w{3,})(?!\w)")
_UNWRITTEN = re.compile(
    r"(?<![\u0621-\u0652\u066e-\u06d3])[\u064b-\u0652]|[\u064b-\u0651]\u0652|\u0652[\u064b-\u0652]"
    r"|ة(?=[\u0621-\u0626\u0628-\u064a])"
)
"""What hardly an Arabic word has: a mark without a letter, or beside one that excludes it; ة before a
letter, but for an article whose space is missing."""


class Undecodable(ValueError):
    """Bytes that are no text, or in an encoding that can't be told."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.words)
        self.reason = why


def decode(content: bytes, *, declares: bool = False, given: str | None = None) -> str:
    """The text of these bytes; `declares` says that they may name their encoding, as HTML does.

    `given` is the encoding that the metadata says. A byte order mark of UTF-8 stays in the text. Raises
    Undecodable where no encoding fits, or several may.
    """
    if given is not None:
        return _given(content, given)
    attempts = [_marked, _utf32, _utf16, _utf8, *([_declared] if declares else []), _code_page]
    for attempt in attempts:
        found = attempt(content)
        if found is not None:
            return found[1]
    if b"\x00" in content:
        raise Undecodable(reason("binary", ": it holds NUL bytes"))
    raise Undecodable(reason("encoding-unknown", f": {_why(content)}{_WAY_ON}"))


def _why(content: bytes) -> str:
    damaged = _damaged_utf8(content)
    return (
        f"UTF-8 with {damaged} damaged characters"
        if damaged
        else "no UTF-8, and no code page for sure"
    )


def _given(content: bytes, name: str) -> str:
    found = _marked(content) or _as(content, known(name))
    if found is None:
        raise Undecodable(reason("encoding-unknown", f": not {name}, which its metadata says"))
    return found[1]


def known(label: str) -> str:
    """The encoding that a label means, as browsers take it; raises LookupError where there is none."""
    name = label.strip().lower()
    found = codecs.lookup(_LABELS.get(name.replace("_", "-"), name))
    if not found._is_text_encoding:  # noqa: SLF001 - nothing else tells rot13 from an encoding
        raise LookupError(label)
    return _WIDER.get(found.name, found.name)


def encoding(head: bytes) -> str:
    """The name of the encoding of a file that starts so; raises Undecodable where it can't be told.

    The head may end inside a character. UTF-8 may have some lines that are not: no line of a code page
    with letters beyond ASCII is likely to be UTF-8 by chance.
    """
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    fit = sum(_utf8(line) is not None for line in lines)
    if fit and fit >= len(lines) / 2 and b"\x00" not in head:
        return "utf-8"
    if len(head) > _ENOUGH and not head[:_ENOUGH].isascii():
        head = head[:_ENOUGH]
    for attempt in (_marked, _utf32, _utf16, _utf8, _code_page):
        for cut in range(_LONGEST):
            found = attempt(head[: len(head) - cut])
            if found is not None:
                return found[0]
    decode(head)
    raise Undecodable(reason("encoding-unknown"))


Read = tuple[str, str]
"""An encoding, and the text in it."""


def _marked(content: bytes) -> Read | None:
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return _as(content, "utf-32")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _as(content, "utf-16")
    return None


def _utf32(content: bytes) -> Read | None:
    """UTF-32 without a mark: hardly any other bytes are code points, four by four."""
    if b"\x00\x00" not in content[:_LONGEST]:
        return None
    found = _as(content, "utf-32-le") or _as(content, "utf-32-be")
    return found if found and code_pages.printed(found[1]) else None


def _utf8(content: bytes) -> Read | None:
    """UTF-8, and mail of Japan and Korea, which is ASCII that shifts; control characters are no text."""
    if b"\x1b$" in content and content.isascii():
        name = "iso2022_kr" if b"\x1b$)C" in content else "iso2022_jp_2"
        return _as(content, name)
    controls = len(content) - len(content.translate(None, _CONTROLS))
    return None if controls > _MANY * len(content) else _as(content, "utf-8")


def _declared(content: bytes) -> Read | None:
    """By the charset that the head of a page names."""
    named = _DECLARED.search(content[:_HEAD])
    try:
        name = named and known(named[1].decode("ascii"))
    except LookupError:
        return None
    found = _as(content, name) if name else None
    return found or (_as(content, "latin-1") if name == "cp1252" else None)


def _utf16(content: bytes) -> Read | None:
    """UTF-16 without a mark: nearly every second byte is the high one of ASCII or of one alphabet.

    Letters in it may be UTF-8 too, of control characters. Chinese and Korean have no such bytes.
    """
    half = len(content) // 2
    if half < 4 or len(content) % 2:
        return None
    for high, name in ((content[1::2], "utf-16-le"), (content[::2], "utf-16-be")):
        bytes_ = Counter(high)
        ascii_ = bytes_.pop(0, 0)
        alphabets = sorted(
            (count for each, count in bytes_.items() if each < _ALPHABETS), reverse=True
        )
        if ascii_ and ascii_ + sum(alphabets[:2]) > 0.9 * half:
            found = _as(content, name)
            return found if found and code_pages.printed(found[1]) else None
    return None


def _code_page(content: bytes) -> Read | None:
    """By the code page whose letters are beyond doubt."""
    found = _arabic(content, _SURE) or code_pages.told(content)
    if found or b"\x00" in content or _damaged_utf8(content):
        return found
    return _arabic(content) or code_pages.western(content)


def _damaged_utf8(content: bytes) -> int:
    """How many characters of UTF-8 are damaged; 0 where more than those fit, or all."""
    text = content.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - damaged
    return damaged if whole > damaged else 0


def _arabic(content: bytes, least: float = 0) -> Read | None:
    """By a code page in which the letters are Arabic, and at least that share of the words common."""
    read = (_as(content, name) for name in ("cp1256", "iso8859_6"))
    arabic = [each for each in read if each is not None and _is_arabic(each[1])]
    if not arabic:
        return None
    name, text = max(arabic, key=lambda each: len(_COMMON.findall(each[1])))
    common, words = len(_COMMON.findall(text)), len(text.split())
    alone = all(each < "\x80" or "\u0600" <= each <= "\u06ff" for each in text if each.isalpha())
    few = not least and words < _FEW and alone and code_pages.sound(text)
    return (name, text) if few or common > least * words else None


def _is_arabic(text: str) -> bool:
    """Whether most letters are Arabic; in a short text, whether they make words too."""
    short = len(text.split()) < _FEW
    return _share(text, "\u0600", "\u06ff") > 0.5 and not (short and _UNWRITTEN.search(text))


def _as(content: bytes, name: str) -> Read | None:
    try:
        return name, content.decode(name)
    except (UnicodeError, LookupError):  # some encodings raise no more than UnicodeError
        return None


def _share(text: str, low: str, high: str) -> float:
    """The share of the letters that stand from `low` to `high`."""
    letters = [each for each in text if each.isalpha()]
    return sum(low <= each <= high for each in letters) / len(letters) if letters else 0.0
