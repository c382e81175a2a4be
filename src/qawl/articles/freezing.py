"""A received article → a frozen one: cleaned, dated, with an id made from its source and text."""

import msgspec

from qawl.articles import cleaning, dates
from qawl.articles.frozen import article_id
from qawl.articles.metadata import Metadata
from qawl.articles.received import Received
from qawl.core.records import Article
from qawl.core.settings import Settings
from qawl.core.text import sha256

_SAID = ("title", "url", "source_id", "license", "context")
"""Fields that are taken over as they are given."""


def freeze(received: Received, settings: Settings) -> Article:
    """The frozen article; its text may be empty where cleaning left nothing."""
    known = received.metadata
    text, edits = cleaning.clean(received.text, chrome=cleaning.chrome(settings.ingest))
    identity = article_id(known.source, text)
    made = Article(
        id=identity,
        text=text,
        text_sha256=sha256(text),
        source=known.source,
        group=identity,
        received=received.place,
        edits=edits,
        language=settings.language,
    )
    day = dated(known, text, settings.language)
    return msgspec.structs.replace(made, **day, **metadata_fields(known))


def updated(article: Article, known: Metadata, language: str) -> Article:
    """A frozen article with what its metadata says now; text, source and id never change."""
    changes = metadata_fields(known)
    if known.published is not None:
        changes |= dated(known, article.text, known.tag or language)
    if known.redistribute is None and article.redistribute:
        changes.pop("redistribute", None)
    return msgspec.structs.replace(article, **changes)


def without_lines(article: Article, drop: cleaning.LineTest) -> Article:
    """An article that is not frozen yet, without the lines that recur in its source."""
    text, edits = cleaning.without_lines(article.text, article.edits, drop)
    if text == article.text:
        return article
    identity = article_id(article.source, text)
    return msgspec.structs.replace(
        article, id=identity, group=identity, text=text, text_sha256=sha256(text), edits=edits
    )


def metadata_fields(known: Metadata) -> dict[str, object]:
    """The fields of an article that its metadata gives; nothing is redistributed unlicensed."""
    every = {"language": known.tag, **{name: getattr(known, name) for name in _SAID}}
    fields = {name: value for name, value in every.items() if value is not None}
    if known.redistribute is not None:
        fields["redistribute"] = known.redistribute and known.license is not None
    return fields


def dated(known: Metadata, text: str, language: str) -> dict[str, object]:
    """The date of an article, and what it was read from where that was not the ISO date itself."""
    if known.published is None:
        read, published = dates.line(text) or (None, None)
    else:
        read = known.published.strip()
        arabic = (known.tag or language).startswith("ar")
        published = dates.parse(read, crawled=known.crawled, day_first=arabic)
    if not read or read == published:
        return {"published": published, "published_read": msgspec.UNSET}
    return {"published": published, "published_read": read}
