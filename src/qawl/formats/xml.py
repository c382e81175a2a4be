"""Text as XML 1.0 holds it: characters that it has not are replaced one by one, so that places stay."""

import re

from qawl.core.xml import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def changed(text: str) -> int:
    """How many characters XML has not."""
    return len(_NOT_XML.findall(text))


def text(given: str) -> str:
    """A text between tags; a carriage return stays one."""
    return escape(_NOT_XML.sub("\ufffd", given)).replace("\r", "&#13;")


def attribute(given: str) -> str:
    """A value of an attribute with its quotes; white space stays what it is."""
    return quoteattr(_NOT_XML.sub("\ufffd", given))
