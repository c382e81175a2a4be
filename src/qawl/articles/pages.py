"""Saved web pages → received articles, by trafilatura.

Barbaresi (2021), doi:10.18653/v1/2021.acl-demo.15.
"""

import re

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from qawl.articles.decoding import decode
from qawl.articles.metadata import Metadata, override
from qawl.articles.received import Found, SetAside, checked
from qawl.core import words

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
SHORTEST = 12
"""Words in the longest line of the shortest article: menus have shorter ones alone."""


def read_page(content: bytes, path: str, given: Metadata) -> Found:
    """The article of a page with what the page says of itself; `given` overrides that."""
    try:
        tree = load_html(decode(content, declares=True))
    except ValueError as error:
        return SetAside(path=path, reason=str(error))
    if tree is None:
        return SetAside(path=path, reason="not an HTML page")
    found = bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        # A date that the page does not declare is not searched for in its links and pictures.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if not isinstance(found, Document) or not _is_article(found.text or ""):
        return SetAside(path=path, reason="no article found in the page")
    said = Metadata(
        title=found.title,
        language=_language(tree.get("lang")),
        source=found.sitename or found.hostname,
        url=found.url,
        published=found.date,
    )
    return checked(str(found.text), path, None, override(said, given))


def _language(declared: str | None) -> str | None:
    """The language tag that a page declares, if it is one."""
    tag = (declared or "").strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else None


def _is_article(text: str) -> bool:
    return max(words.count(line) for line in text.split("\n")) >= SHORTEST
