"""Word documents (.docx) → received articles: the package and its parts, within a limit of size.

Read with zipfile and lxml. python-docx gives neither inserted text nor that of content controls, fields
and smart tags, fails at documents of ISO's strict kind and at links that lead nowhere, and has a title
where there is none.
"""

import mmap
import posixpath
import struct
import zlib
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree
from lxml.etree import _Element
from msgspec.structs import replace

from qawl.articles import word_styles, word_text
from qawl.articles.metadata import Metadata, override
from qawl.articles.received import Found, SetAside, checked, set_aside
from qawl.articles.word_styles import Styles
from qawl.articles.word_text import Line
from qawl.core.excerpts import listed
from qawl.core.findings import Reason, reason

LARGEST = 1 << 24
"""Bytes that all parts of a document that are read may have unpacked; pictures are not read."""
_LONGEST_TITLE = 300
_MAIN = "word/document.xml"
"""Where nearly all programs put the text."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of old Office programs begin, and those that are encrypted."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ADVICE = ": open it in Word or LibreOffice and save it as .docx"
_DAMAGED = (
    *(BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, OverflowError),
    *(NotImplementedError, RuntimeError, etree.XMLSyntaxError),
)
"""What zipfile and lxml raise at damage."""


class _Unread(Exception):
    """A document is not read, for this reason."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.words)
        self.reason = why


class _Link(NamedTuple):
    """A relationship: the last word of its type, and the name of the part that it leads to."""

    kind: str
    target: str


def read_document(file: Path, path: str, given: Metadata) -> Found:
    """The article of a document, with what is left out of it; `given` overrides its title."""
    if why := _no_package(file):
        return set_aside(path, why)
    try:
        with ZipFile(file) as archive:
            return _read(_Package(archive), path, given)
    except _Unread as error:
        return set_aside(path, error.reason)
    except _DAMAGED as error:
        said = " ".join(str(error).split())
        return set_aside(path, reason("file-damaged", f": {said}" if said else ""))


def _no_package(file: Path) -> Reason | None:
    """Why a file is not even packed as a document is."""
    with file.open("rb") as stream:
        start = stream.read(len(_OLE))
        if start.startswith(b"PK"):
            return None
        if start != _OLE:
            return reason("not-docx", _ADVICE)
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            locked = content.find(_ENCRYPTED) >= 0
    return reason("file-password") if locked else reason("file-kind", " (an old .doc)" + _ADVICE)


def _read(package: "_Package", path: str, given: Metadata) -> Found:
    named = (each.target for each in package.links("") if each.kind == "officeDocument")
    main = next(named, _MAIN)
    document = package.part(main)
    if document is None or word_styles.local(document) != "document":
        raise _Unread(reason("not-docx", _ADVICE))
    links = package.links(main)
    parts = {each.kind: each.target for each in reversed(links)}
    styles = word_styles.read(
        package.part(parts.get("styles", "")), package.part(parts.get("numbering", ""))
    )
    lines, left_out, pictures = word_text.read(document, styles)
    left_out.update(_around(package, links))
    said = Metadata(title=_title(lines, styles, _property(package)))
    text = "\n".join(each.text for each in lines)
    found = checked(text, path, None, override(said, given))
    if not isinstance(found, SetAside):
        return replace(found, left_out=tuple(sorted(left_out.items())))
    only = [*left_out, *["pictures"] * bool(pictures)]
    if found.check == "text-empty" and only:
        return set_aside(path, reason("text-empty", f": it has only {listed(only, len(only))}"))
    return found


def _around(package: "_Package", links: list[_Link]) -> Counter[str]:
    """How many headers and footers have words in them."""
    names = {each.target for each in links if each.kind in ("header", "footer")}
    parts = (package.part(name) for name in sorted(names))
    texts = ("".join(each.itertext("{*}t")) for each in parts if each is not None)
    count = sum(any(map(str.isalpha, text)) for text in texts)
    return Counter({"headers and footers": count} if count else {})


def _property(package: "_Package") -> str | None:
    """The title among the properties of a document."""
    core = next((each for each in package.links("") if each.kind == "core-properties"), None)
    part = None if core is None else package.part(core.target)
    return None if part is None else part.findtext("{*}title")


def _title(lines: list[Line], styles: Styles, said: str | None) -> str | None:
    """The title that a document shows: a paragraph in the style of titles, or that its properties name
    too; else a heading with nothing before it.

    Properties alone tell no title: they often stay from a template or from an earlier text of the file.
    """
    shown = [(" ".join(text.split()), style) for text, style in lines if text.strip()]
    named = " ".join((said or "").split())
    styled = (text for text, style in shown if styles.is_title(style))
    titles = (
        next(styled, None),
        named if any(text == named for text, _ in shown) else None,
        next((text for text, style in shown[:1] if styles.is_heading(style)), None),
    )
    return next((each for each in titles if each and len(each) <= _LONGEST_TITLE), None)


class _Package:
    """The parts of a document, by their names; those that are read share one limit."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._left = LARGEST
        self._infos = {_spelt(each.filename): each for each in archive.infolist()}

    def links(self, source: str) -> list[_Link]:
        """What a part is linked to inside of the document; of the document itself, for the name ""."""
        folder, name = posixpath.split(source)
        part = self.part(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = [] if part is None else part.findall("{*}Relationship")
        return [
            _Link(
                (each.get("Type") or "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, unquote(each.get("Target") or ""))),
            )
            for each in found
            if each.get("TargetMode") != "External"
        ]

    def part(self, name: str) -> _Element | None:
        """The XML of a part; None where there is no such part."""
        info = self._infos.get(_spelt(name))
        if info is None or info.is_dir():
            return None
        content = self._content(info)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise _Unread(reason("file-damaged", f": {info.filename}: {error.msg}")) from error
        if root.getroottree().docinfo.doctype:
            raise _Unread(reason("not-docx", f": {info.filename} has a DOCTYPE, which is refused"))
        return root

    def _content(self, info: ZipInfo) -> bytes:
        if info.flag_bits & 1:
            raise _Unread(reason("file-password"))
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadZipFile(f"{info.filename} is packed in a way that no Word document is")
        self._left -= info.file_size
        if self._left < 0:
            raise _Unread(
                reason("text-long", f": {info.filename}: {info.file_size} bytes unpacked")
            )
        return self._archive.read(info)


def _spelt(name: str) -> str:
    """The name of a part as all programs may spell it: OPC knows no case."""
    return name.replace("\\", "/").strip("/").lower()
