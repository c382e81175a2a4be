"""Files and folders → received articles, and what had to be set aside with the reason."""

import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import zstandard
from msgspec import Struct

from qawl.errors import InputError
from qawl.metadata import Metadata, beside, from_fields

ENCODINGS = ("utf-8-sig", "utf-16", "cp1256")
LONGEST = 20_000_000
"""Code points of the longest text that is taken for an article."""

TEXTS = (".txt",)
PAGES = (".html", ".htm")
LINES = (".jsonl", ".jsonl.gz", ".jsonl.zst")
TABLES = (".parquet",)


class Received(Struct, frozen=True, kw_only=True):
    """An article as it came; `place` is the path, with the line or row where it holds several."""

    place: str
    text: str
    metadata: Metadata


class SetAside(Struct, frozen=True, kw_only=True):
    """Something that is no article; a line of corpus/set-aside.jsonl."""

    format: int = 1
    received: str
    reason: str


Found = Received | SetAside


def read(paths: Iterable[Path], mapping: Mapping[str, str], base: Path) -> Iterator[Found]:
    """Everything in these files and folders, in the order of their paths.

    `mapping` renames fields of JSONL and parquet (ours → theirs); places are relative to `base`.
    """
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        root = path.resolve() if path.is_dir() else path.resolve().parent
        for file in _files(path):
            place = _place(file, base)
            if not file.resolve().is_relative_to(root):
                yield SetAside(received=place, reason="a link that leaves the folder")
            else:
                yield from _read_file(file, place, mapping)


def _files(path: Path) -> Iterator[Path]:
    """The files that may hold articles, sorted; a file that was named is taken whatever its name."""
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        readable = file.name.lower().endswith(TEXTS + PAGES + LINES + TABLES)
        if file.is_file() and readable and not file.name.startswith((".", "_")):
            yield file


def _place(file: Path, base: Path) -> str:
    """The path relative to `base`, or the bare name: no folder of this machine is recorded."""
    full = file.absolute()
    return full.relative_to(base).as_posix() if full.is_relative_to(base) else file.name


def _read_file(file: Path, place: str, mapping: Mapping[str, str]) -> Iterator[Found]:
    name = file.name.lower()
    try:
        given = beside(file)
    except InputError as error:
        yield SetAside(received=place, reason=str(error))
        return
    if name.endswith(LINES):
        with _opened(file) as stream:
            yield from read_lines(stream, place, mapping, given)
    elif name.endswith(TABLES):
        yield from _read_table(file, place, mapping, given)
    elif name.endswith(PAGES):
        from qawl.pages import read_page  # noqa: PLC0415 - trafilatura takes a second to import

        yield read_page(file.read_bytes(), place, given)
    else:
        yield _read_text(file.read_bytes(), place, given)


def _opened(file: Path) -> BinaryIO:
    if file.name.endswith(".gz"):
        return gzip.open(file)  # type: ignore[return-value]
    if file.name.endswith(".zst"):
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file.open("rb")))
    return file.open("rb")


def _read_text(content: bytes, place: str, metadata: Metadata) -> Found:
    try:
        return checked(decode(content), place, metadata)
    except ValueError as error:
        return SetAside(received=place, reason=str(error))


def decode(content: bytes) -> str:
    """Bytes as text: UTF-8, UTF-16 with its mark, else windows-1256 if that reads as Arabic.

    Raises ValueError with the reason where nothing fits.
    """
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = f"byte {error.start} is no {error.encoding}"
    if b"\x00" in content:
        raise ValueError("binary, not text: it holds NUL bytes")
    try:
        text = content.decode("cp1256")
    except UnicodeDecodeError as error:
        raise ValueError(f"the encoding can't be told: {fault}, nor windows-1256") from error
    letters = [each for each in text if each.isalpha()]
    arabic = sum("\u0600" <= each <= "\u06ff" for each in letters)
    if arabic < len(letters) / 2 or not letters:
        raise ValueError(f"the encoding can't be told: {fault}, and windows-1256 is not Arabic")
    return text


def checked(text: str, place: str, metadata: Metadata) -> Found:
    """A received article, unless its text is none."""
    if not text.strip("\ufeff\x00 \t\r\n"):
        return SetAside(received=place, reason="no text, or white space only")
    if len(text) > LONGEST:
        return SetAside(received=place, reason=f"{len(text)} code points are no article")
    if "\x00" in text and text.count("\x00") > len(text) / 100:
        return SetAside(received=place, reason="binary, not text: it holds NUL characters")
    return Received(place=place, text=text, metadata=metadata)


def read_lines(
    stream: Iterable[bytes], place: str, mapping: Mapping[str, str], given: Metadata
) -> Iterator[Found]:
    """The articles of JSON Lines, each line on its own."""
    number = 0
    try:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield _read_line(line, f"{place}:{number}", mapping, given)
    except (OSError, EOFError, zstandard.ZstdError) as error:
        yield SetAside(received=f"{place}:{number + 1}", reason=f"cut off or damaged: {error}")


def _read_line(line: bytes, place: str, mapping: Mapping[str, str], given: Metadata) -> Found:
    try:
        fields = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return SetAside(received=place, reason=f"not JSON: {error}")
    if not isinstance(fields, dict):
        return SetAside(received=place, reason="not a JSON object")
    return _read_fields(fields, place, mapping, given)


def _read_fields(
    fields: dict[str, Any], place: str, mapping: Mapping[str, str], given: Metadata
) -> Found:
    """One record by its field names; what stands in the record overrides what stands beside it."""
    renamed = {**fields, **{ours: fields.get(theirs) for ours, theirs in mapping.items()}}
    text = renamed.get("text")
    if not isinstance(text, str):
        return SetAside(received=place, reason="no field `text` with a string; see --map")
    try:
        return checked(text, place, from_fields(renamed, given))
    except ValueError as error:
        return SetAside(received=place, reason=str(error))


def _read_table(
    file: Path, place: str, mapping: Mapping[str, str], given: Metadata
) -> Iterator[Found]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only parquet needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.ParquetFile(file)
        row = 0
        for batch in table.iter_batches(batch_size=1000):
            for fields in batch.to_pylist():
                row += 1
                yield _read_fields(fields, f"{place}:{row}", mapping, given)
    except pa.ArrowException as error:
        yield SetAside(received=place, reason=f"not parquet: {str(error).splitlines()[0]}")
