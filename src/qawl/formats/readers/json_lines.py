"""Objects of a JSON Lines file or of a JSON list, one by one; a line that can't be read is set aside."""

import codecs
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from qawl.annotations.foreign_values import whole
from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.findings import reason
from qawl.core.odd_json import wide
from qawl.core.records import Place
from qawl.formats.readers.document import Found, SetAside, set_aside

Row = tuple[int, dict[str, object]]

EMPTY: tuple[object, ...] = (None, "", [], {})
"""Values that say nothing."""


def rows(path: Path) -> Iterator[Row | SetAside]:
    """(line or place in the list, object) of each object."""
    with _opened(path) as file:
        first = file.read(1)
        while first.isspace():
            first = file.read(1)
        file.seek(0)
        if first == "[":
            yield from _listed(path, file.read())
            return
        for number, line in enumerate(files.bounded(file.readline), start=1):
            if line is None:
                yield set_aside(str(path), reason("text-long"), number)
            elif line.strip():
                yield _row(path, number, line)


def _opened(path: Path) -> TextIO:
    """A file as text, in which bytes that are none become halves of characters."""
    with path.open("rb") as file:
        if name := wide(file.read(4)):
            file.seek(0)
            try:  # without the half of a character where the file was cut off
                read = codecs.getincrementaldecoder(name)("surrogatepass").decode(file.read())
            except UnicodeError as error:
                raise InputError(f"{path}: damaged: {error}") from error
            return io.StringIO(read, newline="\n")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n")


def documents(path: Path, make: Callable[[int, dict[str, object]], Found]) -> Iterator[Found]:
    """What `make` gives of (line or place in the list, object); what is not an object is passed on."""
    for row in rows(path):
        yield row if isinstance(row, SetAside) else make(*row)


def _listed(path: Path, text: str) -> Iterator[Row | SetAside]:
    value = decoded(text)
    if not isinstance(value, list):
        yield set_aside(str(path), reason("not-json"))
        return
    for number, each in enumerate(value, start=1):
        yield _object(path, number, each)


def _row(path: Path, number: int, line: str) -> Row | SetAside:
    return _object(path, number, decoded(line))


def _object(path: Path, number: int, value: object) -> Row | SetAside:
    if isinstance(value, dict):
        return number, value
    why = reason("not-json" if value is None else "not-object")
    return set_aside(str(path), why, number)


def decoded(text: str) -> object:
    """A value of JSON; None where the text is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def place(given: dict[str, object], start: str = "start", end: str = "end") -> Place | None:
    """(label, start, end) of a span; None where it lacks one of them."""
    label, first, last = given.get("label"), whole(given.get(start)), whole(given.get(end))
    if first is None or last is None or not isinstance(label, str) or not label:
        return None
    return label, first, last


def listed(value: object, notes: list[str], what: str) -> list[object]:
    """A list; what is none, and not nothing, is noted."""
    if not isinstance(value, list) and value not in (None, "", {}):
        notes.append(f"{what} that are not a list")
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    """A value as text: strings as they are, null as nothing, all else as JSON has it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def named(values: Iterable[object], notes: list[str], what: str) -> list[str]:
    """Values as text; those without any are noted."""
    found = [words(each) for each in values]
    notes += [f"{what} without a name"] * found.count("")
    return [each for each in found if each]


def context(row: dict[str, object], own: Collection[str]) -> dict[str, str]:
    """What an object and its `meta` say beside what the tool means by its `own` fields."""
    meta = row.get("meta")
    every = {**row, **(meta if isinstance(meta, dict) else {})}
    return {name: words(v) for name, v in every.items() if name not in own and v not in EMPTY}
