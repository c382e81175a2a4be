"""A free text that holds withheld text, with the places of that text in its stead.

It is a JSON list of the annotator's own words and of [start, end] of the article's text, in order, as in
["spokesman of ", [120, 147]]. Runs that are too short to be withheld text stay as they are. An empty list
says that there is a value of which nothing may be told.
"""

import msgspec

from qawl.core import files
from qawl.core.errors import ReleaseError
from qawl.release.rights.runs import RUN

SUFFIX = "_standoff"
"""What the column beside that of a free text is called after it."""
NOTHING = "[]"
"""Stands beside a value of which nothing may be told; null there would say that it is not set."""

_Parts = list[str | tuple[int, int]]
_decoder = msgspec.json.Decoder(_Parts)


def encode(value: str, text: str, run: int = RUN) -> str:
    """The value by the runs that it shares with a text, each told where it stands first."""
    parts: _Parts = []
    own = ""
    at = 0
    while at < len(value):
        start = text.find(value[at : at + run]) if at + run <= len(value) else -1
        if start < 0:
            own += value[at]
            at += 1
            continue
        end = start
        while at < len(value) and end < len(text) and value[at] == text[end]:
            at, end = at + 1, end + 1
        parts += [own, (start, end)] if own else [(start, end)]
        own = ""
    return msgspec.json.encode([*parts, own] if own else parts).decode()


def words(told: str) -> str:
    """The annotator's own words in it, apart from each other by a line feed."""
    return "\n".join(each for each in _parts(told) if isinstance(each, str))


def decode(told: str, text: str) -> str:
    """The value again; raises ReleaseError where it is no such list, or one of another text."""
    parts = _parts(told)
    places = [each for each in parts if not isinstance(each, str)]
    if not all(0 <= start < end <= len(text) for start, end in places):
        raise ReleaseError(
            f"{told[:40]!r} does not belong to this text: check the release with `qawl verify`"
        )
    return "".join(each if isinstance(each, str) else text[each[0] : each[1]] for each in parts)


def _parts(told: str) -> _Parts:
    try:
        return _decoder.decode(told)
    except files.UNREADABLE as error:
        raise ReleaseError(
            f"{told[:40]!r} does not describe a text: check the release with `qawl verify`"
        ) from error
