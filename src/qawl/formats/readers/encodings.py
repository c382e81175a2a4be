"""The bytes of a file as text, in the encodings that `qawl ingest` reads."""

import codecs

from qawl.articles import decoding

WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file in UTF-16 begins, as shells and spreadsheets of Windows write it."""


def text(content: bytes) -> str:
    """The text of these bytes without a byte order mark; raises Undecodable where no encoding fits."""
    return decoding.decode(content).removeprefix("\ufeff")


def start(content: bytes) -> str:
    """The text of the first bytes of a file, wherever they were cut."""
    name = "utf-16" if content[:2] in WIDE else "utf-8-sig"
    return content.decode(name, "replace")
