"""Values of foreign JSON, of whatever type they came: read as what they should be, else None."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from qawl.core.records import to_json

DIGITS = 15
"""Digits of the largest whole number that is read."""
DEEPEST = 20
"""How deep in lists and objects a text is looked for."""
LONGEST = 10**11
"""Seconds since 1970, or of work, that are no mistake."""


def whole(value: object) -> int | None:
    """A whole number, also one written as 5.0, "5" or " 5"; True is none."""
    if isinstance(value, str):
        digits = value.strip()
        return int(digits) if digits.isdecimal() and len(digits) <= DIGITS else None
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    return number if type(number) is int and abs(number) < 10**DIGITS else None


def name(value: object) -> str | None:
    """A name or an id, which scripts may write as a number."""
    if isinstance(value, str):
        return value or None
    number = whole(value)
    return None if number is None else str(number)


def seconds(value: object) -> float | None:
    """Seconds as they came."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value < LONGEST else None


def moment(value: object) -> str | None:
    """A time in ISO 8601 as it came; early versions of Label Studio count seconds since 1970."""
    if isinstance(value, str):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return None
        return value
    since = seconds(value)
    if since is None:
        return None
    return datetime.fromtimestamp(since, UTC).isoformat().replace("+00:00", "Z")


def texts(value: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """(path, text) of each text in a value: `title`, `doc.body`, `items[0].text`."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping) and depth < DEEPEST:
        for key, each in value.items():
            yield from texts(each, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list) and depth < DEEPEST:
        for number, each in enumerate(value):
            yield from texts(each, f"{path}[{number}]", depth + 1)


def brief(value: object) -> str:
    """A value on one line, short enough for a message."""
    plain = isinstance(value, str) and value.isprintable() and value
    said = str(value) if plain else to_json(value).decode()
    return said if len(said) <= 40 else f"{said[:39]}…"
