"""Texts of tasks → frozen articles as they were annotated: nothing is cleaned but line ends and NFC."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from qawl.articles import cleaning
from qawl.articles.freezing import dated
from qawl.articles.frozen import article_id
from qawl.articles.metadata import FLAGS, Metadata, from_fields
from qawl.core.records import Article
from qawl.core.text import sha256

SCRIPTS = {
    "LATIN": "en", "ARABIC": "ar", "HEBREW": "he", "CJK": "zh", "HIRAGANA": "ja",
    "KATAKANA": "ja", "HANGUL": "ko", "CYRILLIC": "ru", "GREEK": "el", "THAI": "th", "DEVANAGARI": "hi",
    "BENGALI": "bn", "TAMIL": "ta", "ARMENIAN": "hy", "GEORGIAN": "ka", "ETHIOPIC": "am",
}  # fmt: skip
"""Script, as Unicode names its letters → the language that most of its news is in."""
_TELLING = {"HIRAGANA": "ja", **dict.fromkeys("ٹڈڑںے", "ur"), **dict.fromkeys("پچژگ", "fa")}
"""Letters, or scripts of letters, that one language of several with a script has; the surest first."""
_SHARE = 0.02
"""Of all letters, from which share on those that tell a language do so."""
_RIGHTS = frozenset({"license", "redistribute", "language"})
_UNREAD = " of a task that can't be read (the context has it)"
_SAID = ("title", "source", "url", "published", "license", "language", "redistribute")
"""Fields of a task that an article has a field of its own for."""


def known(data: Mapping[str, Any], given: Metadata, left_out: Counter[str]) -> Metadata:
    """What a task says of its article, over what is `given` for all; counts what can't be read."""
    said = {name: _plain(name, data[name]) for name in _SAID if name in data}
    odd = {name for name, each in said.items() if name in _RIGHTS and isinstance(each, list | dict)}
    left_out.update(f"{name}{_UNREAD}" for name in odd)
    said = {
        name: each for name, each in said.items() if isinstance(each, str | bool) and each != ""
    }
    try:
        return from_fields(said, given)
    except ValueError:
        for name, value in said.items():
            try:
                given = from_fields({name: value}, given)
            except ValueError:
                left_out[f"{name}{_UNREAD}"] += 1
        return given


def _plain(name: str, value: object) -> object:
    if name == "redistribute" and not isinstance(value, bool):
        return FLAGS.get(str(value).strip().lower(), value)
    return value


def article(said: Metadata, text: str, source_id: str, place: str, language: str) -> Article:
    """The frozen article of a task; its id is made from source, text and the source's own id.

    `language` is for what says none.
    """
    frozen, edits = cleaning.as_annotated(text)
    identity = article_id(said.source, frozen, source_id)
    day = dated(said, frozen, language) if said.published else {}
    made = Article(
        id=identity,
        text=frozen,
        text_sha256=sha256(frozen),
        language=said.tag or language,
        group=identity,
        source_id=source_id,
        received=place,
        edits=edits,
        title=said.title,
        source=said.source,
        url=said.url,
        license=said.license,
        redistribute=bool(said.redistribute and said.license),
        context=said.context or msgspec.UNSET,
    )
    return msgspec.structs.replace(made, **day)


def frozen_hash(text: str) -> str:
    """The hash of a text as it would be frozen."""
    return sha256(cleaning.as_annotated(text)[0])


def language_of(texts: Iterable[str]) -> str:
    """The language that the letters of some texts suggest: English where they are Latin, `und` where
    they suggest none. Kana are Japanese, and Arabic letters that Arabic lacks Persian or Urdu."""
    scripts: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for text in texts:
        for each in filter(str.isalpha, text[:500]):
            script = unicodedata.name(each, "").split(" ")[0]
            scripts[script] += 1
            if telling := _TELLING.get(each) or _TELLING.get(script):
                told[telling] += 1
    best = SCRIPTS.get(scripts.most_common(1)[0][0], "und") if scripts else "en"
    others = {"zh": ("ja",), "ar": ("ur", "fa")}.get(best, ())
    least = _SHARE * scripts.total()
    return next((each for each in others if told[each] > least), best)
