"""Saved web pages → received articles, by trafilatura.

Barbaresi (2021), doi:10.18653/v1/2021.acl-demo.15.
"""

import json
import re
from configparser import ConfigParser
from contextlib import suppress
from copy import deepcopy
from functools import cache
from html import unescape

from lxml.etree import _Element, strip_elements
from trafilatura import bare_extraction, baseline
from trafilatura.settings import DEFAULT_CONFIG, Document
from trafilatura.utils import load_html

from qawl.articles.decoding import Undecodable, decode
from qawl.articles.metadata import Metadata, override
from qawl.articles.page_tree import disguised, lined, parted
from qawl.articles.received import Found, checked, set_aside
from qawl.core import names, words
from qawl.core.findings import reason

_SHORT = 80
"""Characters of the shortest article of Chinese, as 250 are of English."""
SHORTEST = 12
"""Words in the longest line of the shortest article: menus have shorter ones alone."""
_AS_TEXT = f": no line has {SHORTEST} words; if it is an article, save its text as .txt"
"""What to do with a page that may be a short article."""
_BODY = re.compile(r'"articleBody"\s*:\s*("(?:[^"\\]|\\.)*")')
_LINE, _TAG = re.compile(r"(?i)</(?:p|div|li|h\d)>|<br\b[^<>]*>"), re.compile(r"</?[a-zA-Z][^<>]*>")
_HEAD = 3
"""Lines after the first in which a title may stand again."""


def read_page(content: bytes, path: str, given: Metadata) -> Found:
    """The article of a page with what the page says of itself; `given` overrides that."""
    try:
        html = decode(content, declares=True, given=given.encoding)
        tree = load_html(html)
    except Undecodable as error:
        return set_aside(path, error.reason)
    except ValueError as error:
        return set_aside(path, reason("not-page", f": {error}"))
    if tree is None:
        return set_aside(path, reason("not-page"))
    language = _language(tree.get("lang"))
    read = disguised(tree)
    found = _extracted(parted(tree))
    if found is None or not _is_article(found.text or ""):
        return set_aside(path, reason("page-empty", _AS_TEXT))
    source = found.sitename or found.hostname
    said = Metadata(
        title=found.title and found.title.translate(read),
        language=language,
        source=source and source.translate(read),
        url=found.url,
        published=found.date,
    )
    text = _titled_once(_in_lines(found, html).translate(read))
    return checked(text, path, None, override(said, given))


def _extracted(tree: _Element) -> Document | None:
    """What trafilatura makes of a page; a fault of it is a page without an article."""
    try:
        found = bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            # A date that the page does not declare is not searched for in its links and pictures.
            date_extraction_params={"extensive_search": False, "original_date": True},
            config=_short() if _is_unspaced(tree) else DEFAULT_CONFIG,
        )
    except Exception:  # noqa: BLE001 - whatever it and its parsers raise
        return None
    return found if isinstance(found, Document) else None


def _is_unspaced(tree: _Element) -> bool:
    """Whether a page is mostly in a script without spaces, which says more in fewer characters."""
    body = tree.find("body")
    letters = list(filter(str.isalpha, "".join((tree if body is None else body).itertext())))
    return sum(map(words.unspaced, letters)) > len(letters) / 3


@cache
def _short() -> ConfigParser:
    """Trafilatura's settings for such pages: below a size it takes the whole page for the article."""
    config = deepcopy(DEFAULT_CONFIG)
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(_SHORT))
    return config


def _in_lines(found: Document, html: str) -> str:
    """The text of a page, a paragraph a line, also where trafilatura took the whole page for the article:
    then it has glued all text to one line."""
    text = str(found.text)
    if "\n" not in text and (said := _of_data(_prepared(html), text)):
        return said
    if not _may_be_whole(found.body) or _lines(_whole(_prepared(html))) != _lines(text):
        return text
    tree = _prepared(html)
    mark = lined(tree)
    if mark is None:
        return text
    whole = _whole(tree)
    if mark in whole:
        return "\n".join(_lines(whole, mark))
    strip_elements(
        tree, "script", with_tail=False
    )  # the text stands in its data, and as one line there
    bare = _bare(text)
    lines = [each for each in _lines(_whole(tree), mark) if _bare(each) in bare]
    return "\n".join(lines) if _bare("".join(lines)) == bare else text


def _of_data(tree: _Element, text: str) -> str | None:
    """The text in its lines, where a page has it in the data of its article (JSON-LD) alone."""
    for each in tree.iter("script"):
        for body in _BODY.findall(each.text or "") if "ld+json" in each.get("type", "") else ():
            with suppress(ValueError):
                said = _TAG.sub("", _LINE.sub("\n", unescape(json.loads(body))))
                if _bare(said) == _bare(text):
                    return "\n".join(_lines(said))
    return None


def _whole(tree: _Element) -> str:
    """What trafilatura takes of a page in which it finds no article; nothing where it fails."""
    try:
        return str(baseline(tree)[1])
    except Exception:  # noqa: BLE001 - whatever it and its parsers raise
        return ""


def _lines(text: str, mark: str = "\n") -> list[str]:
    """What stands between these marks, without white space around it."""
    lines = (" ".join(each.split()) for each in text.split(mark))
    return [each for each in lines if each]


def _prepared(html: str) -> _Element:
    """The tree of a page, ready for extraction, which changes it."""
    tree = load_html(html)
    disguised(tree)
    return parted(tree)


def _may_be_whole(body: _Element) -> bool:
    """Whether what was found is made of paragraphs alone, without any element inside."""
    return all(each.tag == "p" and not len(each) for each in body)


def _bare(text: str) -> str:
    return "".join(text.split())


def _language(declared: str | None) -> str | None:
    """The language tag that a page declares, if it is one, as it stands there."""
    said = (declared or "").strip()
    with suppress(ValueError):
        return said if names.language(names.respelt(said)) else None
    return None


def _titled_once(text: str) -> str:
    """The text without what repeats its first line at once: pages have their title for two screens."""
    first, *lines = text.split("\n")
    kept = [line for at, line in enumerate(lines) if at >= _HEAD or line.strip() != first.strip()]
    return "\n".join([first, *kept])


def _is_article(text: str) -> bool:
    return max(words.count(line) for line in text.split("\n")) >= SHORTEST
