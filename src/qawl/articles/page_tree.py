"""The tree of a web page made ready for extraction: what readers see apart is apart in the text.

What a browser does not show is taken out first.

Extraction takes elements out and joins what stood around them, and HTML needs no white space around a
block. So a line break is put between a block and text beside it, and a space where a picture, a script
or a button would otherwise leave two words as one. Extraction also drops joiners and direction marks,
which are letters of a word in Persian and emoji: others stand for them meanwhile.
"""

import re
from collections.abc import Iterator

from lxml.etree import Element, _Element, strip_elements, strip_tags

from qawl.core.words import unspaced

_BLOCKS = frozenset(
    """address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre search
    section summary table tbody td tfoot th thead tr ul""".split()  # noqa: SIM905 - forty names are read more easily so
)
_WORDS = frozenset(
    """a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd mark nobr q rb rp rt
    ruby s samp small span strike strong sub sup tt u var wbr""".split()  # noqa: SIM905
)
"""Elements inside a line of text, whose text belongs to it."""
_CONTROLS = frozenset(
    """audio button canvas iframe noscript object option select svg template textarea
    video""".split()  # noqa: SIM905
)
"""Elements whose text is none of the article: what readers click or play, and see where that fails."""
_PROGRAMS = frozenset({"script", "style", "noscript", "template"})
_FOUND = frozenset({"br", "code", "q"})
"""Elements inside a line that trafilatura looks for."""
_APART = re.compile(
    r"(?:^|[\s_-])(?:ads?|adv|advert\w*|adsbygoogle|sponsor\w*|promo\w*|banner|share|sharing|social|related"
    r"|widget|embed|newsletter|subscribe)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Classes and ids of what sites put between the words of an article."""
_BLOCK_STYLE = re.compile(
    r"(?:^|;)\s*display\s*:\s*(?:block|flex|flow-root|grid|list-item|table)\b", re.IGNORECASE
)
"""Styles that make a block of what is a word by its name."""
_HIDING_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE
)
_OUTDATED = ("blink", "noindex", "output")
"""Elements inside a line that extraction takes out with their text."""
_OPENING = frozenset("\"'«“„‘‚‹「『《([{¿¡")


_KEPT = re.compile(
    "[\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u200c-\u200f\u202a-\u202e\u2066-\u2069"
    "\U000e0020-\U000e007f]"
)
"""Format characters that belong to a text: joiners, direction marks, signs of numbers, tags of flags."""
_STANDS_IN = range(0x10600, 0x10737)
"""Letters of Linear A: printed, of words, and in no news."""


def disguised(tree: _Element) -> dict[int, str]:
    """Puts letters in place of format characters in all texts; returns how to read them again."""
    texts = "".join(_texts(tree))
    found = sorted(set(_KEPT.findall(texts)))
    free = (each for each in map(chr, _STANDS_IN) if each not in texts)
    table = dict(zip(found, free, strict=False))
    if table:
        read = str.maketrans(table)
        for element in tree.iter():
            element.text = element.text and element.text.translate(read)
            element.tail = element.tail and element.tail.translate(read)
            if content := element.get("content") if isinstance(element.tag, str) else None:
                element.set("content", content.translate(read))
    return {ord(letter): mark for mark, letter in table.items()}


def _texts(tree: _Element) -> Iterator[str]:
    for element in tree.iter():
        yield element.text or ""
        yield element.tail or ""
        if isinstance(element.tag, str):
            yield element.get("content") or ""


def parted(tree: _Element) -> _Element:
    """The tree, changed: what is not shown is out, no text touches a block or what is taken out."""
    _take_out_hidden(tree)
    strip_tags(tree, *_OUTDATED)
    for element in list(_inside(tree)):
        _part(element)
    return tree


def _inside(tree: _Element) -> Iterator[_Element]:
    """The elements inside the body of a page."""
    body = tree.find("body")
    within = (tree if body is None else body).iterdescendants()
    return (each for each in within if isinstance(each.tag, str))


def _take_out_hidden(tree: _Element) -> None:
    """Takes out what no browser shows, and icons; not what holds the article or most of a page: it is
    shown once a dialog is closed or a script has run."""
    most = _letters(tree) / 2
    for element in _inside(tree):
        if element.tag == "template" and element.get("shadowrootmode"):
            element.tag = "div"
        elif (
            _is_hidden(element)
            and next(element.iter("article", "main"), None) is None
            and _letters(element) < most
        ):
            element.tag = "template"
    strip_elements(tree, "template", with_tail=False)


def _letters(element: _Element) -> int:
    """How much text an element has, data and programs left out."""
    inside = (each for each in element.iter() if each.tag not in _PROGRAMS)
    return sum(len(each.text or "") + len(each.tail or "") for each in inside)


def _is_hidden(element: _Element) -> bool:
    """Whether an element, or an icon, is hidden by its attributes."""
    if element.get("hidden", "until-found").lower() != "until-found":
        return True
    icon = element.tag in _WORDS and element.get("aria-hidden") == "true"
    return icon or _HIDING_STYLE.search(element.get("style") or "") is not None


def lined(tree: _Element) -> str | None:
    """Puts a mark wherever a line ends, and takes out what is no text; returns the mark, a letter that no
    text has. A tree that has all such letters is left as it is."""
    there = "".join(_texts(tree))
    mark = next((each for each in map(chr, reversed(_STANDS_IN)) if each not in there), None)
    if mark is None:
        return None
    strip_elements(tree, *_CONTROLS, with_tail=False)
    strip_tags(tree, *(_WORDS - _FOUND))
    for element in list(_inside(tree)):
        if element.tag == "pre":
            element.text = (element.text or "").replace("\n", mark)
        if element.tag in _BLOCKS or element.tag == "br":
            element.text = f"{mark}{element.text or ''}"
            element.tail = f"{mark}{element.tail or ''}"
        elif element.tag not in _WORDS and element.text:
            element.text = f" {element.text}"
    return mark


def _part(element: _Element) -> None:
    inline = element.tag in _WORDS
    if inline and not _stands_apart(element):
        return
    before, after = _before(element), _after(element)
    if element.tag == "time" and (before + after).strip():
        element.tag = "span"  # extraction takes dates out, those of a sentence too
    elif inline or element.tag in _BLOCKS:
        if before.strip():
            element.addprevious(Element("br"))
        if after.strip():
            end = Element("br")
            end.tail, element.tail = element.tail, None
            element.addnext(end)
    else:
        own = "".join(element.itertext()) if "-" in element.tag else ""
        if own and _would_join(before, own):  # an element of the site's own may stay
            element.text = f" {element.text or ''}"
        if _would_join(own or before, after):
            element.tail = f" {element.tail or ''}"


def _stands_apart(element: _Element) -> bool:
    """Whether it is what a site puts between the words of an article, or shown as a block."""
    if _BLOCK_STYLE.search(element.get("style") or ""):
        return True
    return any(_APART.search(element.get(name) or "") for name in ("class", "id"))


def _would_join(before: str, after: str) -> bool:
    """Whether two words would become one: not before a comma, nor after an opening mark."""
    if not before or not after or before[-1].isspace() or before[-1] in _OPENING:
        return False
    return (after[0].isalnum() or after[0] in _OPENING) and not unspaced(after[0])


def _in_line(element: _Element) -> bool:
    """Whether the text of an element belongs to the line around it; that of a site's own elements may."""
    return (element.tag in _WORDS or "-" in element.tag) and element.tag != "br"


def _before(element: _Element) -> str:
    """The text of the line that an element ends, as far as it touches it."""
    for each in element.itersiblings(preceding=True):
        if each.tail:
            return str(each.tail)
        if isinstance(each.tag, str) and not _in_line(each):
            return ""
        if isinstance(each.tag, str) and (text := "".join(each.itertext())):
            return text
    parent = element.getparent()
    return "" if parent is None else parent.text or ""


def _after(element: _Element) -> str:
    """The text of the line that goes on after an element."""
    if element.tail:
        return str(element.tail)
    for each in element.itersiblings():
        if isinstance(each.tag, str) and not _in_line(each):
            return ""
        if isinstance(each.tag, str) and (text := "".join(each.itertext())):
            return text
        if each.tail:
            return str(each.tail)
    return ""
