"""The bytes of a file as text, in the encodings that `qawl ingest` reads."""

from pathlib import Path

from qawl.articles import decoding
from qawl.articles.received import SetAside, set_aside
from qawl.core.findings import reason
from qawl.core.odd_json import wide


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
    return content.decode(wide(content) or "utf-8-sig", "replace")
