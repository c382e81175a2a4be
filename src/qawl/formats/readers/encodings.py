"""The bytes of a file as text, in the encodings that `qawl ingest` reads."""

import codecs
from pathlib import Path

from qawl.articles import decoding
from qawl.articles.received import SetAside, set_aside
from qawl.core.findings import reason

WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file in UTF-16 begins, as shells and spreadsheets of Windows write it."""


def text(content: bytes) -> str:
    """The text of these bytes without a byte order mark; raises Undecodable where no encoding fits."""
    return decoding.decode(content).removeprefix("\ufeff")


def text_of(path: Path) -> str | SetAside:
    """The text of a file, else that it is set aside, since no encoding fits."""
    try:
        return text(path.read_bytes())
    except decoding.Undecodable:
        return set_aside(str(path), reason("not-utf-8"))


def lines(text: str) -> list[str]:
    """The lines of a text without their ends; without a line feed, each CR ends one, as on old Macs."""
    parts = text.split("\n") if "\n" in text else text.split("\r")
    return [each.rstrip("\r") for each in parts]


def start(content: bytes) -> str:
    """The text of the first bytes of a file, wherever they were cut."""
    name = "utf-16" if content[:2] in WIDE else "utf-8-sig"
    return content.decode(name, "replace")
