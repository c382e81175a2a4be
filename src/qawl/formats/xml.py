"""Text as XML 1.0 holds it: characters that it has not are replaced one by one, so that places stay."""

import re

from qawl.core.xml import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_START = (
    ":A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
"""What a name of XML begins with."""
_NOT_NAME = re.compile(rf"[^{_START}.0-9\xb7\u0300-\u036f\u203f\u2040-]")


def changed(text: str) -> int:
    """How many characters XML has not."""
    return len(_NOT_XML.findall(text))


def text(given: str) -> str:
    """A text between tags; a carriage return stays one."""
    return escape(_NOT_XML.sub("\ufffd", given)).replace("\r", "&#13;")


def attribute(given: str) -> str:
    """A value of an attribute with its quotes; white space stays what it is."""
    return quoteattr(_NOT_XML.sub("\ufffd", given))


def name(given: str) -> str:
    """A name that XML has, with `_` for each character that it does not allow."""
    plain = _NOT_NAME.sub("_", given)
    return plain if re.match(f"[{_START}]", plain) else f"_{plain}"
