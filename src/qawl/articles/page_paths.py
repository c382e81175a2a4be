"""Where the XPath of a region of a page leads in its text: early exports of Label Studio have no more.

A path names a text node of the page as a browser has it, and an offset in it counts UTF-16 units.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from qawl.articles.markup import UNSHOWN, Shown
from qawl.core.text import utf16_to_code_points

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DOCUMENT = re.compile(r"\s*<(!doctype|html|body)\b", re.IGNORECASE)
_STEP = re.compile(r"/([^/\[\]]+)(?:\[(\d+)\])?")
_BROWSERS_OWN = "/tbody[1]"
"""A step that browsers put into tables that have none."""

Nodes = Mapping[str, tuple[int, str]]
"""The path of each text node → where it starts in the text of the page, and its text."""


class Paths:
    """The text nodes of a page, as `shown` has its text."""

    def __init__(self, page: str, shown: Shown) -> None:
        self._nodes = _nodes(page, shown)

    def place(self, path: object, offset: object) -> int | None:
        """Where an offset in the node of a path stands in the text; None where that can't be told."""
        if not isinstance(path, str) or type(offset) is not int:
            return None
        told = "".join(f"/{name.lower()}[{number or 1}]" for name, number in _STEP.findall(path))
        start, text = self._nodes.get(told) or self._nodes.get(
            told.replace(_BROWSERS_OWN, ""), (0, "")
        )
        points = utf16_to_code_points(text)
        if not text or not 0 <= offset < len(points) or (at := points[offset]) is None:
            return None
        return start + at


def _nodes(page: str, shown: Shown) -> Nodes:
    """Those of a page; none where its elements give another text, or can't be read."""
    tree = _tree(page)
    for breaks in (True, False) if tree is not None else ():
        found, text = _walked(tree, breaks=breaks)
        at = shown.text.find(text)  # white space before the body of a document may be gone
        if text and not shown.text[:at].strip() and shown.text[at + len(text) :].strip() == "":
            return {path: (at + start, each) for path, (start, each) in found.items()}
    return {}


def _tree(page: str) -> "HtmlElement | None":
    """The elements of a page in one; None where they can't be read."""
    from lxml import etree, html  # noqa: PLC0415 - they take their time to load, and few exports need them

    try:
        if _DOCUMENT.match(page):
            return html.fragment_fromstring(page, create_parent="div")
        return html.fragment_fromstring(f"<div>{page}</div>")
    except (etree.LxmlError, ValueError):
        return None


def _walked(root: "HtmlElement", *, breaks: bool) -> tuple[dict[str, tuple[int, str]], str]:
    """The text nodes below an element, and all their text; with `breaks` a <br> counts as a line feed."""
    from lxml.etree import iterwalk  # noqa: PLC0415

    found: dict[str, tuple[int, str]] = {}
    pieces: list[str] = []
    counts: list[Counter[str]] = []
    paths: list[str] = [""]
    length = unshown = 0

    def add(text: str | None) -> None:
        nonlocal length
        if text:
            counts[-1]["text()"] += 1
            if not unshown:
                found[f"{paths[-1]}/text()[{counts[-1]['text()']}]"] = length, text
                pieces.append(text)
                length += len(text)

    for event, element in iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            if counts:
                counts[-1][element.tag] += 1
                paths.append(f"{paths[-1]}/{element.tag}[{counts[-1][element.tag]}]")
            if element.tag == "br" and breaks and not unshown:
                pieces.append("\n")
                length += 1
            counts.append(Counter())
            unshown += element.tag in UNSHOWN
            add(element.text)
            continue
        if event == "end":
            unshown -= element.tag in UNSHOWN
            counts.pop()
            paths.pop()
        if element is not root:
            add(element.tail)
    return found, "".join(pieces)
