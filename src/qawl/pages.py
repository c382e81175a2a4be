"""Saved web pages → received articles, by trafilatura.

Barbaresi (2021), doi:10.18653/v1/2021.acl-demo.15.
"""

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from qawl.metadata import Metadata, override
from qawl.readers import Found, SetAside, checked


def read_page(content: bytes, place: str, given: Metadata) -> Found:
    """The article of a page with what the page says of itself; `given` overrides that.

    trafilatura decodes the page by its declared or likely encoding.
    """
    tree = load_html(content)
    if tree is None:
        return SetAside(received=place, reason="not an HTML page")
    found = bare_extraction(tree, with_metadata=True, include_comments=False, deduplicate=False)
    if not isinstance(found, Document) or not found.text:
        return SetAside(received=place, reason="no article found in the page")
    said = Metadata(
        title=found.title,
        language=found.language,
        source=found.sitename or found.hostname,
        url=found.url,
        published=found.date,
    )
    return checked(found.text, place, override(said, given))
