"""JSON that readers reject with words that don't lead to the cause, or read with a part left out."""

import codecs
import json
from collections import Counter

import msgspec

HALF = "half a character (a surrogate without its other half)"
"""What a JSON escape is that stands for one of the two UTF-16 units of a character."""


def wide(start: bytes) -> str | None:
    """Whether JSON or XML that begins with these bytes is in UTF-16 or UTF-32, and the name of that
    encoding: it begins with its mark, or with a letter of ASCII, of which all bytes but one are 0."""
    name = json.detect_encoding(start[:4])
    return None if name.startswith("utf-8") else name


def half_a_character(content: bytes) -> bool:
    """Whether it is JSON but for an escape that is half a character."""
    try:
        json.dumps(json.loads(content), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def encoded_otherwise(content: bytes) -> str | None:
    """That it is not in plain UTF-8, and what to do; None where its start does not say so."""
    if wide(content):
        return "it is in UTF-16 or UTF-32, as some shells and editors write: save it as UTF-8"
    if content.startswith(codecs.BOM_UTF8):
        return (
            "it begins with a byte order mark, as some editors write: save it as UTF-8 without one"
        )
    return None


def repeated_key(content: bytes, value: object) -> str | None:
    """A key that is there twice in one object: JSON's readers drop the first without a word.

    Quotation marks are counted first, those that are escaped as a number too: a key that was dropped
    takes two with it.
    """
    marks = content.count(b'"') + content.count(b"\\u0022")
    if marks <= msgspec.json.encode(value).count(b'"'):
        return None
    found: list[str] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        found.extend(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)

    # Python refuses integers of many digits.
    json.loads(content, object_pairs_hook=look, parse_int=str)
    return json.dumps(found[0], ensure_ascii=False) if found else None
