"""Everything that a release ships, searched for text that may not be redistributed.

Files are read back as they stand: the values of parquet pages, decompressed, and documents with the
escapes of JSON undone.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qawl.core import files
from qawl.core.errors import ReleaseError
from qawl.core.excerpts import listed
from qawl.release.rights import standoff
from qawl.release.rights.withheld import Guard, strings

_ADDRESSES = ("url", "source_id")
_LINK = re.compile(r"[A-Za-z][\w+.-]*://\S+|[\w-]+(\.[\w-]+)+([/:?#]\S*)?", re.ASCII)
BATCH = 500
"""Rows that are searched at a time."""
PLACES = 5
"""How many places an error names."""


Written = Callable[[], Iterable[tuple[str, str]]]
"""Gives (place, text) of what people wrote and a release shows."""


def check(
    folder: Path, guard: Guard, *, documents: Guard | None = None, written: Written = tuple
) -> None:
    """Raises ReleaseError naming the file that holds withheld text, and where it was `written`; free
    where nothing is withheld.

    `documents` knows what may not stand in documents besides: text of withdrawn articles.
    """
    for path in files.below(folder):
        if not path.is_file():
            continue
        _refuse(path, folder, guard, "text that may not be redistributed", written)
        if documents and path.suffix != ".parquet":
            _refuse(path, folder, documents, "text of a withdrawn article", written)


def _refuse(path: Path, folder: Path, guard: Guard, of: str, written: Written) -> None:
    """Raises ReleaseError where a file holds a run that a guard knows."""
    if guard.watches and (found := _found(path, guard)):
        places = dict.fromkeys(place for place, text in written() if guard.run_in(text))
        where = listed([*places], PLACES) or (
            "what this file is made from (free texts, qawl.yaml, schemes, titles, card.md.j2)"
        )
        raise ReleaseError(f"{path.relative_to(folder)}: {found!r} is {of}: take it out of {where}")


def _found(path: Path, guard: Guard) -> str | None:
    """The first run of withheld text in a file."""
    if path.suffix == ".parquet":
        if run := guard.run_in("\n".join(_told_of_columns(path)), document=True):
            return run
        runs = (_in_column(name, column, guard) for name, column in text_columns(path))
        return next((run for run in runs if run), None)
    content = path.read_bytes()
    if run := guard.run_in(content.decode("utf-8", "replace"), document=True):
        return run
    return _in_values([*strings(json.loads(content))], guard) if path.suffix == ".json" else None


def _in_values(texts: list[str], guard: Guard) -> str | None:
    """The first run of withheld text in one of these. All are searched as one text first, in which no tag
    and no escape goes from one over to the next: where it has no run, none of them has."""
    if guard.run_in("<>".join(texts), document=True) is None:
        return None
    runs = (guard.run_in(text, document=True) for text in texts)
    return next((run for run in runs if run), None)


def _told_of_columns(path: Path) -> Iterator[str]:
    """The names of a parquet file's columns, and what is told of them beside the values."""
    schema = pq.read_schema(path)
    yield str(schema)
    for key, value in (schema.metadata or {}).items():
        yield f"{key.decode('utf-8', 'replace')} {value.decode('utf-8', 'replace')}"


def text_columns(path: Path) -> Iterator[tuple[str, pa.StringArray]]:
    """(name, texts) of a parquet file, however deep they are nested, some rows at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                yield from _leaves(name, column)


def _leaves(name: str, column: pa.Array) -> Iterator[tuple[str, pa.StringArray]]:
    if pa.types.is_string(column.type):
        yield name, column
    elif pa.types.is_list(column.type):
        yield from _leaves(name, column.flatten())
    elif pa.types.is_struct(column.type):
        for field, part in zip(column.type, column.flatten(), strict=True):
            yield from _leaves(field.name, part)


def _in_column(name: str, column: pa.StringArray, guard: Guard) -> str | None:
    """The first run of withheld text in a value. All values are searched as one text first: a run in
    one of them stands in that text, and where it has none, no value needs to be looked at. What is told
    beside a free text has escapes of JSON, which are undone. An address may spell a headline: it counts
    as it stands, and not at all where it is a link, as texts have links to their own site."""
    told, exact = name.endswith(standoff.SUFFIX), name in _ADDRESSES
    if not told and guard.run_in(_joined(column), exact=exact) is None:
        return None
    values = (
        value for value in column.to_pylist() if value and not (exact and _LINK.fullmatch(value))
    )
    texts = map(standoff.words, values) if told else values
    return next((run for text in texts if (run := guard.run_in(text, exact=exact))), None)


def _joined(column: pa.StringArray) -> str:
    """The values of a column one after the other, straight from its buffer."""
    _, offsets, data = column.buffers()
    if data is None:
        return ""
    bounds = memoryview(offsets).cast("i")[column.offset : column.offset + len(column) + 1]
    return bytes(memoryview(data)[bounds[0] : bounds[-1]]).decode()
