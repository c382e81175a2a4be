"""What messages and pages show: counts, lists cut short, and the text around a span."""

from collections.abc import Sequence


def many(number: int, what: str, several: str = "") -> str:
    """A number of things in words; `several` where their word is not `what` with an s.

    Examples
    --------
    >>> many(1, "error"), many(2, "error"), many(0, "copy", "copies")
    ('1 error', '2 errors', '0 copies')
    """
    return f"{number} {what if number == 1 else several or what + 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """The first of these names, and how many more there are."""
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def around(text: str, start: int, end: int, width: int) -> tuple[str, str, str]:
    """The text before a span, in it and after it; `width` code points on either side.

    Where the span reaches over an end of the text it is cut there.
    """
    start, end = (min(max(each, 0), len(text)) for each in (start, end))
    return text[max(0, start - width) : start], text[start:end], text[end : end + width]
