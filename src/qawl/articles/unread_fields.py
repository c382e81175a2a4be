"""Fields of records that ingest does not read, and those of ours that their names stand for."""

from collections.abc import Collection, Iterator, Mapping

from qawl.articles.metadata import FIELDS

_NAMES = {
    "source": ("publisher", "outlet", "newspaper", "site", "site_name", "sitename"),
    "published": (
        "date",
        "pubdate",
        "pub_date",
        "published_at",
        "publication_date",
        "date_publish",
    ),
    "language": ("lang", "locale"),
    "title": ("headline",),
    "url": ("link", "uri"),
    "license": ("licence", "rights"),
}
_OURS = {name: name for name in FIELDS} | {
    theirs: ours for ours, names in _NAMES.items() for theirs in names
}
"""By names in small letters: spreadsheets write them with a capital."""
_CONTEXT = "context"
_READ = frozenset({"text", "id", "text_sha256", *FIELDS})


def unread(
    record: Mapping[str, object], mapping: Mapping[str, str], known: Mapping[str, object]
) -> Iterator[tuple[str, str | None]]:
    """Each field of a record that holds something and is not read, with our field that it looks like.

    `mapping` has the fields that are read under another name (ours → theirs); `known` is the record under
    our names. A context that is no object is not read. Nothing is said of articles that Qawl froze.
    """
    if "text_sha256" in record:
        return
    mapped = mapping.values()
    context, value = mapping.get(_CONTEXT, _CONTEXT), known.get(_CONTEXT)
    others = [theirs for ours, theirs in mapping.items() if ours != _CONTEXT]
    if value not in (None, "", [], {}) and not isinstance(value, dict) and context not in others:
        yield context, None
    for name, value in record.items():
        if name not in _READ and name not in mapped and value not in (None, "", [], {}):
            ours = _OURS.get(name.strip().lower())
            yield name, None if ours is None or known.get(ours) not in (None, "") else ours


def columns(
    names: Collection[str], mapping: Mapping[str, str], objects: Collection[str]
) -> Iterator[tuple[str, str | None]]:
    """The columns of a table that are not read, as `unread` has them; `objects` are those of objects."""
    there = {ours: theirs for ours, theirs in mapping.items() if theirs in names}
    known: dict[str, object] = {**{name: name for name in names}, **there}
    if known.get(_CONTEXT) in objects:
        known[_CONTEXT] = {}
    yield from unread(dict.fromkeys(names, "…"), mapping, known)
