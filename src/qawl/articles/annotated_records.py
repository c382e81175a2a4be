"""Records that hold annotations beside their text, as annotation tools write them; ingest takes none."""

from collections.abc import Iterable, Iterator, Mapping

NAMES = frozenset(
    {
        *("label", "labels", "spans", "entities", "annotations", "completions", "predictions"),
        *("relations", "ner_tags", "ner", "cats", "mentions", "triples"),
    }
)
"""Fields of doccano, Prodigy, spaCy, Label Studio and datasets of the Hub."""

_BOUNDS = (
    ("start", "end"),
    ("start_offset", "end_offset"),
    ("begin", "end"),
    ("from_id", "to_id"),
)


def fields(record: Mapping[str, object]) -> Iterator[str]:
    """The fields of a record that hold annotations: by their name, or by what stands in them."""
    for name, value in record.items():
        if value not in (None, "", [], {}) and (name in NAMES or _marked(value)):
            yield name


def columns(names: Iterable[str]) -> tuple[str, ...]:
    """The columns of a table that hold annotations, by their name."""
    return tuple(sorted(NAMES & {*names}))


def _marked(value: object) -> bool:
    """Whether a value is a list of stretches of text: objects with bounds, or [start, end, label]."""
    if not isinstance(value, list) or not value:
        return False
    return all(map(_stretch, value))


def _stretch(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(one in value and other in value for one, other in _BOUNDS)
    if not isinstance(value, list) or len(value) < 3:
        return False
    start, end, label = value[:3]
    return type(start) is int and type(end) is int and isinstance(label, str)
