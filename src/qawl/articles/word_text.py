"""The body of a Word document → the lines that a reader sees, and what is left out of them.

ECMA-376 part 1, chapter 17 (WordprocessingML), as Word shows it with all changes accepted.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from lxml.etree import _Element, iterwalk

from qawl.articles.word_styles import Styles, is_on, local, value

_PROPERTIES = frozenset(
    ("pPr", "rPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr", "rubyPr")
)
DELETED, HIDDEN, UNFILLED = (
    "passages deleted by tracked changes",
    "hidden passages",
    "unfilled fields",
)
NUMBERED, BOXES, CODES = "numbers or bullets of lists", "text boxes", "texts inside field codes"
SYMBOLS = "symbols of a symbol font"
_LEFT_OUT = {
    "del": DELETED,
    "moveFrom": DELETED,
    "commentReference": "comments",
    "footnoteReference": "footnotes",
    "endnoteReference": "endnotes",
    "oMath": "formulas",
    "altChunk": "embedded documents",
    "subDoc": "embedded documents",
    "rt": "readings above characters (ruby)",
}
_PICTURES = frozenset(("drawing", "pict", "object"))
_GIVES = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_SYMBOL = ("sym", "symEx")
"""Characters that are given by their numbers; as the latter, Word writes emoji."""
_SPACE = " \t\r\n"
_LINE_ENDS = str.maketrans({"\n": " ", "\r": " ", "\xad": None})
"""In the XML of a text a line end is white space; soft hyphens go, as they do from web pages."""
_SYMBOLS = range(0xE000, 0xF900)
"""Code points without a meaning of their own: a symbol font draws them."""
_FONTS = ("symbol", "wingdings", "webdings", "zapfdingbats", "monotypesorts", "marlett", "mtextra")
"""How the names of fonts begin that draw symbols in the place of letters."""
_GREEK = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_\0"
    "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
)
"""What the font Symbol draws from 0x20 on, as its encoding says; for a zero no text stands."""
_MARKS = (
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"
    "◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\0⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)
"""The same from 0xA0 on."""
_DRAWN = {
    start + at: each
    for start, drawn in ((0x20, _GREEK), (0xA0, _MARKS))
    for at, each in enumerate(drawn)
    if each != "\0"
}
_UNDRAWN = "\0"
"""In place of a character of a symbol font for which no text stands; XML has none of these."""
_NO_MARK = ("del", "moveFrom", "vanish", "specVanish")
"""What says that the end of a paragraph is not there: it goes on in the next one."""


class Line(NamedTuple):
    """A paragraph as text, and the id of its style."""

    text: str
    style: str | None


class Body(NamedTuple):
    """What is read of a document: its paragraphs, how often what is left out, and its pictures."""

    lines: list[Line]
    left_out: Counter[str]
    pictures: int


def read(document: _Element, styles: Styles) -> Body:
    """The paragraphs of a document in the order in which they stand, those of tables too."""
    reader = _Reader(styles)
    walker = iterwalk(document, events=("start", "end"))
    for event, element in walker:
        name = local(element)
        if event == "end":
            reader.end(name, element)
        elif not reader.start(name, element):
            walker.skip_subtree()
    reader.finish_line(None)
    return Body(reader.lines, reader.left_out, reader.pictures)


@dataclass(slots=True)
class _Reader:
    """Where the walk through a document is. `fields` are those that are open, the outermost first, and
    of each whether its code is over and its result begun."""

    styles: Styles
    lines: list[Line] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    pieces: list[str] = field(default_factory=list)
    tables: int = 0
    fields: list[bool] = field(default_factory=list)

    def start(self, name: str, element: _Element) -> bool:
        """Takes the start of an element; whether what is in it is looked at."""
        if name in _PROPERTIES or _is_alternative(name, element):
            return False
        if why := self._left_out(name, element):
            self.left_out[why] += 1
            return False
        if name in _PICTURES:
            self._picture(element)
            return False
        if name == "tbl":
            self.finish_line(None)
            self.tables += 1
        elif name == "fldChar":
            self._field(value(element, "fldCharType"))
        elif text := _said(name, element, self.styles):
            if name == "t" and (lost := text.count(_UNDRAWN)):
                self.left_out[SYMBOLS] += lost
                text = text.replace(_UNDRAWN, "")
            self._take(text)
        return True

    def end(self, name: str, element: _Element) -> None:
        """Takes the end of an element."""
        if name == "p" and not _goes_on(element):
            self.finish_line(element)
        elif name in ("tc", "tbl"):
            self.finish_line(None)
            self.tables -= name == "tbl"

    def finish_line(self, paragraph: _Element | None) -> None:
        """Ends a line; an empty one counts where it is a paragraph outside of tables."""
        text = "".join(self.pieces)
        self.pieces.clear()
        if text.strip() or (paragraph is not None and not self.tables):
            style = None if paragraph is None else self.styles.of(paragraph)
            self.lines.append(Line(text, style))
            if text.strip() and paragraph is not None and self.styles.is_numbered(paragraph):
                self.left_out[NUMBERED] += 1

    def _left_out(self, name: str, element: _Element) -> str | None:
        """Why an element is left out, in words."""
        if name == "r" and _shows(element, self.styles) and self.styles.is_hidden(element):
            return HIDDEN
        if name == "sdt" and is_on(element.find("{*}sdtPr/{*}showingPlcHdr")):
            return UNFILLED
        gone = {"tr": "{*}trPr/{*}del", "tc": "{*}tcPr/{*}cellDel"}.get(name)
        if gone and element.find(gone) is not None:
            return DELETED
        if name in _SYMBOL and _symbol(element) is None:
            return SYMBOLS
        return _LEFT_OUT.get(name)

    def _picture(self, element: _Element) -> None:
        """Counts a picture or the text boxes in a drawing."""
        boxes = [each for each in element.iter("{*}txbxContent") if _has_text(each)]
        first = [each for each in boxes if not any(map(_is_fallback, each.iterancestors()))]
        self.left_out.update({BOXES: len(first)} if first else {})
        self.pictures += not first

    def _field(self, what: str | None) -> None:
        """Takes the start of a field, of its result, or its end."""
        if what == "begin":
            self.fields.append(False)
        elif self.fields and what == "separate":
            self.fields[-1] = True
        elif self.fields and what == "end":
            self.fields.pop()

    def _take(self, text: str) -> None:
        """Takes text, unless it is the result of a field in the code of another."""
        if all(self.fields[:-1]):
            self.pieces.append(text)
        else:
            self.left_out[CODES] += 1


def _is_alternative(name: str, element: _Element) -> bool:
    """Whether an element says again, for other programs, what stands before it."""
    return name in ("Choice", "Fallback") and element.getprevious() is not None


def _is_fallback(element: _Element) -> bool:
    return _is_alternative(local(element), element)


def _has_text(element: _Element) -> bool:
    return any((each.text or "").strip() for each in element.iter("{*}t"))


def _shows(run: _Element, styles: Styles) -> bool:
    """Whether a run has text, or a tab, a line end or a symbol."""
    return _has_text(run) or any(_said(local(each), each, styles) for each in run)


def _said(name: str, element: _Element, styles: Styles) -> str | None:
    """The text that an element is."""
    if name == "t":
        return _text(element, styles)
    return _symbol(element) if name in _SYMBOL else _GIVES.get(name)


def _text(element: _Element, styles: Styles) -> str:
    """The text of a `w:t`; white space around it counts where `xml:space` says so."""
    text = element.text or ""
    if font := _run_font(element, styles):
        text = "".join(_drawn(ord(each), font) or _UNDRAWN for each in text)
    if text != text.strip(_SPACE):
        here = chain((element,), element.iterancestors())
        kept = (each.get("{http://www.w3.org/XML/1998/namespace}space") for each in here)
        if next(filter(None, kept), None) != "preserve":
            text = text.strip(_SPACE)
    return text.translate(_LINE_ENDS)


def _symbol(element: _Element) -> str | None:
    """The character of a `w:sym` or a `w16se:symEx`; None where only its font tells what it shows."""
    try:
        point = int(value(element, "char") or "", 16)
    except ValueError:
        return None
    surrogate = 0xD800 <= point < 0xE000
    if surrogate or not 0x20 <= point < 0x110000:
        return None
    font = _symbol_font(value(element, "font"))
    return _drawn(point, font) if font else None if point in _SYMBOLS else chr(point)


def _drawn(point: int, font: str) -> str | None:
    """The text that a symbol font draws for a character; None where none stands for it."""
    if point >= 0x100 and point not in range(0xF000, 0xF100):
        return None if point in _SYMBOLS else chr(point)  # another font draws it
    if chr(point) in _SPACE:
        return chr(point)
    return _DRAWN.get(point & 0xFF) if font == _FONTS[0] else None


def _run_font(text: _Element, styles: Styles) -> str | None:
    """The symbol font of the run of a `w:t`."""
    run = text.getparent()
    return None if run is None else _symbol_font(styles.font(run))


def _symbol_font(name: str | None) -> str | None:
    """The start of the name of a font, where it is a symbol font; None for other fonts."""
    name = "".join((name or "").split()).casefold()
    return next((each for each in _FONTS if name.startswith(each)), None)


def _goes_on(paragraph: _Element) -> bool:
    """Whether a paragraph goes on in the next: somebody deleted its end, or hid it."""
    return any(is_on(paragraph.find(f"{{*}}pPr/{{*}}rPr/{{*}}{each}")) for each in _NO_MARK)
