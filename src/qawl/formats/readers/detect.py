"""Which format a file or folder is in, by its content."""

from collections.abc import Callable, Iterator
from pathlib import Path

from qawl.core import packings
from qawl.core.errors import InputError
from qawl.formats.readers import (
    argilla,
    brat,
    conll,
    docbin,
    doccano,
    encodings,
    offsets,
    own,
    prodigy,
    table,
    uima,
    webanno,
)
from qawl.formats.readers.document import Found, Reader, SetAside
from qawl.formats.readers.json_lines import rows

READERS: dict[str, Reader] = {
    "doccano": doccano.read,
    "prodigy": prodigy.read,
    "argilla": argilla.read,
    "brat": brat.read,
    "conll": conll.read,
    "iob2": offsets.read,
    "jsonl": own.read,
    "csv": table.read,
    "docbin": docbin.read,
    "uima": uima.read,
    "webanno": webanno.read,
}
"""Format → its reader."""

_ROWS: dict[str, Callable[[dict[str, object]], bool]] = {
    "jsonl": own.fits,
    "argilla": argilla.fits,
    "prodigy": prodigy.fits,
    "doccano": doccano.fits,
}
_FIRST = 20
"""Objects that are looked at."""


def read(path: Path, name: str | None = None) -> Iterator[Found]:
    """The documents of a file or folder; raises InputError where nothing tells its format."""
    return READERS[name or format_of(path)](path)


def format_of(path: Path) -> str:
    """The name of a format; raises InputError where the content fits none."""
    found = of_folder(path) if path.is_dir() else _of_file(path)
    if found is None:
        raise InputError(
            f"{path}: its format is not known: give --format, one of {', '.join(READERS)}"
        )
    return found


FOLDERS = frozenset({"brat"})
"""Formats whose unit is a folder."""


def of_folder(path: Path) -> str | None:
    """The format of a folder as a whole; None where it is one of files."""
    return "brat" if brat.fits(path) else None


def _of_file(path: Path) -> str | None:
    ending = path.suffix.lower()
    if ending in {".spacy", ".docbin"}:
        return "docbin"
    with path.open("rb") as file:
        start = file.read(65536)
    if packed := packings.kind(start):
        raise packings.packed(path, packed)
    words = encodings.start(start)
    lines = encodings.lines(words)[:200]
    if ending == ".tsv" and offsets.fits(lines[0]):
        return "iob2"
    if known := _of_start(start, words):
        return known
    if ending in {".csv", ".tsv", ".tab"}:
        return "conll" if ending != ".csv" and conll.fits(lines) else "csv"
    if words.lstrip()[:1] in {"{", "["}:
        return _of_objects(path)
    return "conll" if conll.fits(lines) else None


def _of_start(start: bytes, words: str) -> str | None:
    """The format of a file that says it in its first words."""
    if uima.fits(start):
        return "uima"
    return "webanno" if webanno.fits(words) else None


def _of_objects(path: Path) -> str | None:
    """The format that most of the first objects fit."""
    votes: dict[str, int] = {}
    for seen, row in enumerate(rows(path)):
        if seen >= _FIRST:
            break
        if isinstance(row, SetAside):
            continue
        name = next((each for each, fits in _ROWS.items() if fits(row[1])), None)
        if name:
            votes[name] = votes.get(name, 0) + 1
    return max(votes, key=lambda each: votes[each], default=None)
