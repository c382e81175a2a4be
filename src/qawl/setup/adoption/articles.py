"""Texts of tasks → frozen articles as they were annotated: nothing is cleaned but line ends and NFC."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from qawl.articles import cleaning
from qawl.articles.store import article_id
from qawl.core.records import Article
from qawl.core.text import sha256

SCRIPTS = {
    "ARABIC": "ar", "HEBREW": "he", "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko",
    "CYRILLIC": "ru", "GREEK": "el", "THAI": "th", "DEVANAGARI": "hi",
}  # fmt: skip
"""Script, as Unicode names its letters → the language that most of its news is in."""
SAID = ("title", "source", "url", "published", "license")
"""Fields of a task that an article has a field of its own for."""


def article(
    data: Mapping[str, Any], text: str, source_id: str, place: str, language: str
) -> Article:
    """The frozen article of a task; its id is made from source, text and the source's own id."""
    frozen, edits = cleaning.as_annotated(text)
    said = {name: data[name] for name in SAID if isinstance(data.get(name), str) and data[name]}
    identity = article_id(said.get("source"), frozen, source_id)
    if not _is_date(said.get("published", "")):
        said.pop("published", None)
    return Article(
        id=identity,
        text=frozen,
        text_sha256=sha256(frozen),
        language=language,
        group=identity,
        source_id=source_id,
        received=place,
        edits=edits,
        **said,
    )


def frozen_hash(text: str) -> str:
    """The hash of a text as it would be frozen."""
    return sha256(cleaning.as_annotated(text)[0])


def _is_date(value: str) -> bool:
    parts = value.split("-")
    return [len(each) for each in parts] == [4, 2, 2] and all(each.isdecimal() for each in parts)


def language_of(texts: Iterator[str]) -> str:
    """The language that the script of some texts suggests; English where it is Latin."""
    votes: dict[str, int] = {}
    for text in texts:
        for each in text[:500]:
            if each.isalpha():
                script = unicodedata.name(each, "").split(" ")[0]
                votes[script] = votes.get(script, 0) + 1
    best = max(votes, key=lambda each: votes[each], default="")
    return SCRIPTS.get(best, "en")
