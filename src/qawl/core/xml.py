"""Text in XML as `xml.sax.saxutils` writes it, which loads a web client: that takes time."""

_ATTRIBUTE = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def escape(text: str) -> str:
    """A text as the content of an element."""
    return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def quoteattr(text: str) -> str:
    """A text as the value of an attribute, in quotation marks."""
    made = escape(text).translate(_ATTRIBUTE)
    if '"' not in made:
        return f'"{made}"'
    if "'" not in made:
        return f"'{made}'"
    return f'"{made.replace(chr(34), "&quot;")}"'
