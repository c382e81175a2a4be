"""exports/repairs.jsonl: named repairs of annotations, kept apart so that each can be undone.

A repair changes neither the journal nor Label Studio; it is applied where annotations are derived, as
long as the annotation is the one that it was made for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from qawl.annotations.regions import plain
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import (
    FORMAT,
    Annotation,
    Format,
    Provenance,
    Span,
    span_order,
    to_json,
)
from qawl.core.text import in_code_points, is_basic, utf16_to_code_points

NAMES = {
    "trim-whitespace": "white space at the edges of a span is left out",
    "utf16-offsets": "offsets that count UTF-16 units are converted, if every surface then matches",
}


class Repair(Struct, frozen=True, kw_only=True):
    """One repair; `version` is the SHA-256 of the annotation that it was made for."""

    format: Format = FORMAT
    repair: str
    layer: str
    article_id: str
    annotator: str
    version: str


_DIGEST = re.compile(r"[0-9a-f]{64}")

Key = tuple[str, str]
"""(article id, annotator)."""


def version(record: Annotation) -> str:
    """What identifies an annotation as it was converted: the SHA-256 of its record, before it was brought
    forward to a newer scheme."""
    if record.brought is not msgspec.UNSET:
        return record.brought.sha256
    return sha256(to_json(_sure(record))).hexdigest()


def said(record: Annotation) -> str:
    """The SHA-256 of what an annotation says alone, without its numbers, its times, the order in which
    attributes were given and the version of the scheme in whose names it says it."""
    bare = replace(_sure(record), provenance=Provenance(), scheme_version="", brought=UNSET)
    return sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()


def _sure(record: Annotation) -> Annotation:
    """The record without doubts: these are said to the lead and change nothing of what was done."""
    if record.unsure is UNSET and {each.unsure for each in record.spans} <= {UNSET}:
        return record
    spans = tuple(replace(each, unsure=UNSET) for each in record.spans)
    return replace(record, spans=spans, unsure=UNSET)


def load(project: Project, layer: str) -> dict[Key, list[Repair]]:
    """The repairs of a layer by annotation; raises InputError at one that there is not."""
    found: dict[Key, list[Repair]] = {}
    advice = "take the line out, or bring it back from version control"
    path, opened = project.repairs_file, project.disk.open
    for each in files.checked(path, Repair, _wrong, advice, opened):
        if each.layer == layer:
            found.setdefault((each.article_id, each.annotator), []).append(each)
    return found


def _wrong(given: Repair) -> str | None:
    if given.repair not in NAMES:
        return f"there is no repair {given.repair!r} ({', '.join(NAMES)})"
    return None if _DIGEST.fullmatch(given.version) else "its version is no SHA-256"


def applied(record: Annotation, text: str, known: Mapping[Key, list[Repair]]) -> Annotation:
    """The record with its repairs; as it is where they were made for another version."""
    mine = known.get((record.article_id, record.annotator), ())
    made_for = version(record) if mine else ""
    for each in mine:
        if each.version == made_for:
            record = repaired(each.repair, record, text)
    return record


def propose(record: Annotation, text: str) -> Iterator[str]:
    """The names of the repairs that would change a record, and are safe for it."""
    changed = record
    for name in ("utf16-offsets", "trim-whitespace"):
        after = repaired(name, changed, text)
        if after != changed:
            yield name
            changed = after


def repaired(name: str, record: Annotation, text: str) -> Annotation:
    """A record after one repair."""
    spans = _from_utf16(record, text) if name == "utf16-offsets" else _trimmed(record, text)
    return msgspec.structs.replace(record, spans=tuple(sorted(spans, key=span_order)))


def _trimmed(record: Annotation, text: str) -> Iterator[Span]:
    for span in record.spans:
        piece = text[span.start : span.end] if 0 <= span.start <= span.end <= len(text) else ""
        inner = piece.strip()
        if not inner or inner == piece or span.text != piece:
            yield span
            continue
        start = span.start + len(piece) - len(piece.lstrip())
        yield msgspec.structs.replace(span, start=start, end=start + len(inner), text=inner)


def _from_utf16(record: Annotation, text: str) -> Iterable[Span]:
    """The spans read as UTF-16 offsets, if some surface is wrong now and all are right then."""
    fits = all(text[span.start : span.end] == span.text for span in record.spans)
    if fits or is_basic(text):
        return record.spans
    points = utf16_to_code_points(text)
    converted = []
    for span in record.spans:
        place = in_code_points(points, span.start, span.end)
        if place is None or not span.text or not _says(text[slice(*place)], span.text):
            return record.spans
        start, end = place
        converted.append(msgspec.structs.replace(span, start=start, end=end, text=text[start:end]))
    return converted


def _says(piece: str, surface: str) -> bool:
    """Whether a surface is a piece of the text; tools write line breaks in it in other ways."""
    return piece == surface or plain(piece) == plain(surface) != ""


def undo(project: Project) -> int:
    """Takes back all repairs; how many."""
    path = project.repairs_file
    count = sum(1 for _ in files.read(path, Repair))
    if count:
        files.write(path, ())
    return count
