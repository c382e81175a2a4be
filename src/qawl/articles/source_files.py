"""Files and folders → received articles, and what had to be set aside with the reason."""

import gzip
import io
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

import msgspec
from msgspec.structs import replace

from qawl.articles import annotated_records, csv_files, shards, unread_fields
from qawl.articles.decoding import Undecodable, decode, encoding
from qawl.articles.metadata import (
    FIELDS,
    FLAGS,
    FOLDER_FILES,
    Metadata,
    beside,
    from_fields,
)
from qawl.articles.received import HALF, Found, Received, SetAside, checked, set_aside
from qawl.core import files
from qawl.core.errors import TOO_DEEP, InputError
from qawl.core.findings import Reason, reason
from qawl.core.project import ARTICLES, SET_ASIDE
from qawl.core.text import printable

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_FILE = 16_000_000
"""Bytes of the longest text file, page or line that is looked at."""

TEXTS = (".txt",)
PAGES = (".html", ".htm", ".xhtml")
DOCUMENTS = (".docx", ".docm")
LINES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".ndjson")
ROWS = (".csv", ".csv.gz", ".csv.zst")
TABBED = (".tsv", ".tab", ".tsv.gz", ".tsv.zst")
TABLES = (".parquet",)
READ = (*TEXTS, *PAGES, *DOCUMENTS, *LINES, *ROWS, *TABBED, *TABLES)
UNLIMITED = (*DOCUMENTS, *LINES, *ROWS, *TABBED, *TABLES)
"""Files of which no more than a part is in memory."""
BESIDE = (".yaml", ".yml", ".json")
UNSEEN = (".", "~$")
"""How the names of hidden files begin, and of what Word puts beside a document that is open."""
NOTES = ("readme", "notice", "license", "licence", "copying")
_BETTER = {
    **dict.fromkeys((".doc", ".dot", ".dotx", ".dotm", ".odt", ".rtf", ".pages"), ".docx"),
    ".pdf": ".txt",
    **dict.fromkeys((".mhtml", ".mht", ".webarchive", ".shtml", ".aspx", ".php"), ".html"),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), ".csv"),
}
"""What offices have, and as what their programs save it for us."""
_START = 256
_NO_TEXTS = {
    rb"{\rtf": "it is RTF: save it as .docx",
    b"%pdf-": "it is a PDF: save its text as .txt",
    b"%!ps": "it is PostScript: save its text as .txt",
    b"<!doctype html": "it is a page: name it .html",
    b"<html": "it is a page: name it .html",
    b"warc/1.": "it is a web archive: save its pages as .html",
    b"mime-version:": "it is a mail or a saved page: open it, and save its text as .txt",
    b"from: <saved by ": "it is a saved page (MHTML): open it in a browser, and save it as .html",
}
"""How files begin that are no text, in small letters → what to do. Some are named .txt all the same."""
_ANNOTATED = (".ann", ".bio", ".conll", ".iob", ".iob2", ".spacy", ".xmi")
"""What other tools write their annotations into: as a text it would be an article."""

_NAMES = ("text", "id", "text_sha256", *FIELDS)
_NAMED = 8
"""Fields that are named of a record without a text."""
_DAMAGED = (OSError, EOFError, zlib.error)


def read(paths: Iterable[Path], mapping: Mapping[str, str], base: Path) -> Iterator[Found]:
    """Everything in these files and folders, in the order of their paths.

    `mapping` renames fields of JSONL and parquet (ours → theirs). Paths are recorded relative to
    `base`, or else to the folder that was named. What ingest itself wrote there is passed over.
    """
    written = {base / ARTICLES, base / SET_ASIDE}
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        root = path.absolute()
        origin = base if root.is_relative_to(base) else root.parent
        for file in _files(path) if path.is_dir() else (path,):
            if file.absolute() in written or shards.is_own(file.absolute(), base):
                continue
            name = printable(file.absolute().relative_to(origin).as_posix())
            try:
                yield from _read_file(file, name, mapping, root.resolve() if path != file else None)
            except OSError as error:
                yield set_aside(name, reason("file-unreadable", f": {error.strerror or error}"))


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder, sorted within each; hidden ones and metadata are passed over."""
    try:
        names = sorted(each for each in os.listdir(folder) if not each.startswith(UNSEEN))  # noqa: PTH208
    except OSError:
        yield folder
        return
    folders = {name for name in names if _is_folder(folder / name)}
    read = {*taken([name for name in names if name not in folders])}
    for name in names:
        if name in folders:
            yield from _files(folder / name)
        elif name in read:
            yield folder / name


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def taken(names: Sequence[str]) -> Iterator[str]:
    """Of the names of the files in a folder those that are read: no hidden ones, notes and metadata."""
    stems = {name.rpartition(".")[0] for name in names if not name.endswith(BESIDE)}
    for name in names:
        tells = name.endswith(BESIDE) and (name.rpartition(".")[0] in stems or name in FOLDER_FILES)
        if (
            not tells
            and not name.startswith(UNSEEN)
            and name.partition(".")[0].lower() not in NOTES
        ):
            yield name


def _read_file(
    file: Path, name: str, mapping: Mapping[str, str], folder: Path | None
) -> Iterator[Found]:
    """The articles of one file; where it was found in a `folder` it must not lead out of it."""
    why = _unreadable(file, folder) or unfit(file.name, file.stat().st_size, named=not folder)
    if why:
        yield set_aside(name, why)
        return
    try:
        given, foreign = beside(file)
    except InputError as error:
        yield set_aside(name, reason("metadata-wrong", f": {error}"))
        return
    yield from not_metadata(name, foreign)
    yield from read_as(file, name, mapping, given)


def not_metadata(name: str, foreign: Iterable[str]) -> Iterator[SetAside]:
    """That files of these names stand beside a file, and say nothing of it."""
    for each in foreign:
        folder, slash, own = name.rpartition("/")
        yield set_aside(printable(f"{folder}{slash}{each}"), reason("note-foreign", f": {own}"))


def read_as(file: Path, name: str, mapping: Mapping[str, str], given: Metadata) -> Iterator[Found]:
    """The articles of a file that is fit to be read, under the name that is recorded."""
    kind = file.name.lower()
    if kind.endswith(LINES):
        with _opened(file) as stream:
            yield from read_lines(stream, name, mapping, given)
    elif kind.endswith(ROWS + TABBED):
        yield from _read_rows(file, name, mapping, given)
    elif kind.endswith(TABLES):
        yield from _read_table(file, name, mapping, given)
    elif kind.endswith(PAGES):
        with _needs("trafilatura", file):  # it takes a second to import
            from qawl.articles.pages import read_page  # noqa: PLC0415
        yield read_page(file.read_bytes(), name, given)
    elif kind.endswith(DOCUMENTS):
        with _needs("lxml", file):
            from qawl.articles.word_files import read_document  # noqa: PLC0415
        yield read_document(file, name, given)
    else:
        yield _read_text(file.read_bytes(), name, given)


@contextmanager
def _needs(library: str, file: Path) -> Iterator[None]:
    """An import to read a file: who restores texts may do without the library, and is told what to do."""
    try:
        yield
    except ImportError as error:
        raise InputError(f"{file}: reading {file.suffix} needs `pip install {library}`") from error


def unfit(name: str, size: int | None, *, named: bool) -> Reason | None:
    """Why a file of this name and size is not read; without an ending it is a text where it was named."""
    kind, ending = name.lower(), PurePosixPath(name).suffix
    if kind.startswith("_source.") and kind.endswith(TEXTS):
        return reason("metadata-wrong", f": name it {FOLDER_FILES[0]}")
    if not kind.endswith(READ) and (not named or ending):
        better = "save it as " + (_BETTER.get(ending.lower()) or f"one of {', '.join(READ)}")
        if kind.endswith(_ANNOTATED):
            better = "it holds annotations, which `qawl adopt` reads"
        return reason("file-kind", f" ({ending or 'no ending'}): {better}")
    if (own := kind.removesuffix(".txt")) != kind and own.endswith(LINES + ROWS + TABBED):
        told = "".join(PurePosixPath(name).suffixes[-2:])
        return reason("file-kind", f" ({told}): take .txt off, or name a text otherwise")
    if size == 0:
        return reason("file-empty")
    if (size or 0) > LONGEST_FILE and not kind.endswith(UNLIMITED):
        return reason("text-long", f": {size} bytes")
    return None


def _unreadable(file: Path, folder: Path | None) -> Reason | None:
    """Why nothing of a file can be read, or told from another."""
    if printable(str(file)) != str(file) and Path(printable(str(file))).exists():
        return reason("file-name")
    if folder and not file.resolve().is_relative_to(folder):
        return reason("file-outside")
    if not file.is_file():
        return reason("file-special")
    return None


def _opened(file: Path) -> BinaryIO:
    kind = file.name.lower()
    if kind.endswith(".gz"):
        return gzip.open(file)  # type: ignore[return-value]
    if kind.endswith(".zst"):
        return io.BufferedReader(_Zstandard(file), buffer_size=1 << 20)
    return file.open("rb")


class _Zstandard(io.RawIOBase):
    """What a .zst file holds; damage is an OSError, as in every other file."""

    def __init__(self, file: Path) -> None:
        with _needs("zstandard", file):
            import zstandard  # noqa: PLC0415
        self._damaged = zstandard.ZstdError
        opened = file.open("rb")
        self._unpacked = zstandard.ZstdDecompressor().stream_reader(
            opened, read_across_frames=True, closefd=True
        )

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fills a buffer; damage is an OSError."""
        try:
            return int(self._unpacked.readinto(buffer))
        except self._damaged as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Closes the file too."""
        if not self.closed:
            self._unpacked.close()  # type: ignore[no-untyped-call]
        super().close()


def _read_text(content: bytes, path: str, metadata: Metadata) -> Found:
    start = content[:_START].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for begin, better in _NO_TEXTS.items():
        if start.startswith(begin):
            return set_aside(path, reason("file-kind", f": {better}"))
    try:
        text = decode(content, given=metadata.encoding)
    except Undecodable as error:
        return set_aside(path, error.reason)
    if text.count("\x00") > len(text) / 100:
        return set_aside(path, reason("binary", ": it holds NUL characters"))
    return checked(text, path, None, metadata)


def read_lines(
    stream: BinaryIO, path: str, mapping: Mapping[str, str], given: Metadata
) -> Iterator[Found]:
    """The articles of JSON Lines, each line on its own; one whose encoding is in doubt has that of the
    file's start."""
    number, empty = 0, True
    try:
        start = _start(stream)
        for number, line in enumerate(files.bounded(stream.readline, LONGEST_FILE), start=1):
            if line is None:
                empty = False
                yield set_aside(path, reason("text-long"), number)
            elif line.strip():
                empty = False
                yield _read_line(line, path, number, mapping, given, start)
    except _DAMAGED as error:
        yield set_aside(path, reason("file-damaged", f": {error}"), number + 1)
    else:
        if empty:
            yield set_aside(path, reason("file-no-lines"))


def _read_line(
    line: bytes,
    path: str,
    number: int,
    mapping: Mapping[str, str],
    given: Metadata,
    start: bytes,
) -> Found:
    try:
        fields = _json(line.removeprefix(b"\xef\xbb\xbf"), given.encoding, start)
    except ValueError as error:
        half = _half(line)
        why = reason("not-json", f": {error}") if half is None else reason("text-half", half)
        return set_aside(path, why, number)
    if not isinstance(fields, dict):
        return set_aside(path, reason("not-object"), number)
    return _read_fields(fields, path, number, mapping, given)


def _half(line: bytes) -> str | None:
    """In which field half an emoji is escaped, in words; None if that is not what is wrong."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    for name, value in fields.items() if isinstance(fields, dict) else ():
        if HALF.search(json.dumps([name, value], ensure_ascii=False)):
            return f": in its {name}"
    return None


def _start(stream: BinaryIO) -> bytes:
    """The first bytes of a stream, which stay in it; none where it can't tell them."""
    return bytes(stream.peek(1)) if isinstance(stream, io.BufferedReader | gzip.GzipFile) else b""


def _json(line: bytes, given: str | None, start: bytes) -> object:
    """The JSON value of a line, which may be in a code page; raises ValueError."""
    try:
        return _decoded(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = _line(line, given, start)
        if line == text.encode():
            raise
        return _decoded(text)


def _decoded(line: bytes | str) -> object:
    """The JSON value of a line; raises ValueError, also where it is nested too deeply."""
    try:
        return msgspec.json.decode(line)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error


def _line(line: bytes, given: str | None, start: bytes) -> str:
    """The text of a line that is not UTF-8."""
    try:
        return decode(line, given=given)
    except Undecodable:
        name = encoding(start) if given is None else given
        if name == given or name.startswith("utf"):
            raise
        return decode(line, given=name)


def _read_fields(
    fields: dict[str, object],
    path: str,
    number: int | None,
    mapping: Mapping[str, str],
    given: Metadata,
) -> Found:
    """One record by its field names; what stands in the record overrides what stands beside it.

    A record's own `id` is the source's id, unless the record is an article that Qawl froze. Such a one
    without a licence says nothing of redistribution.
    """
    renamed = {**fields, **{ours: fields.get(theirs) for ours, theirs in mapping.items()}}
    frozen = "text_sha256" in fields
    if renamed.get("source_id") is None and not frozen:
        renamed["source_id"] = fields.get("id")
    if frozen and not (renamed.get("license") or renamed.get("redistribute")):
        renamed["redistribute"] = None
    text = renamed.get("text")
    if not isinstance(text, str):
        names = ", ".join(list(fields)[:_NAMED])
        there = f": its fields are {names}; {csv_files.mapped(fields)}" if fields else ""
        return set_aside(path, reason("text-missing", there), number)
    try:
        found = checked(text, path, number, from_fields(renamed, given))
    except ValueError as error:
        return set_aside(path, reason("field-wrong", f": {error}"), number)
    if isinstance(found, Received) and (absent := {*mapping.values()} - fields.keys()):
        found = replace(found, absent=(*sorted(absent),))
    unread = unread_fields.unread(fields, mapping, renamed)
    return _holding(found, annotated_records.fields(fields), unread)


def _holding(
    found: Found, fields: Iterable[str], unread: Iterable[tuple[str, str | None]]
) -> Found:
    """An article with the names of the fields of its record that hold annotations or are not read."""
    held = tuple(fields)
    others = tuple(each for each in unread if each[0] not in held)
    if isinstance(found, SetAside) or not (held or others):
        return found
    return replace(found, annotated=held or found.annotated, unread=others)


def _read_rows(
    file: Path, path: str, mapping: Mapping[str, str], given: Metadata
) -> Iterator[Found]:
    """The articles of CSV or TSV, a row each."""
    text, flag = (mapping.get(name, name) for name in ("text", "redistribute"))
    tabs, empty = file.name.lower().endswith(TABBED), True
    try:
        head = _head(file)
        with _opened(file) as stream:
            for line, row in csv_files.rows(head, stream, text, tabs=tabs, given=given.encoding):
                empty = False
                if isinstance(row, csv_files.Wrong):
                    yield set_aside(path, row.reason, line)
                    continue
                fields: dict[str, object] = {**row}
                if flag in row:
                    fields[flag] = FLAGS.get(row[flag].strip().lower(), row[flag])
                yield _read_fields(fields, path, line, mapping, given)
    except _DAMAGED as error:
        yield set_aside(path, reason("file-damaged", f": {error}"))
        return
    if empty:
        yield set_aside(path, reason("file-no-rows"))


def _head(file: Path) -> bytes:
    """The start of a file, as far as it can be read."""
    head = bytearray()
    with _opened(file) as stream, suppress(*_DAMAGED):
        while len(head) < csv_files.HEAD and (part := stream.read(1 << 16)):
            head += part
    return bytes(head[: csv_files.HEAD])


def _read_table(
    file: Path, path: str, mapping: Mapping[str, str], given: Metadata
) -> Iterator[Found]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only parquet needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    row = 0
    try:
        with pq.ParquetFile(file) as table:
            there = {*_NAMES, *mapping.values()} & {*table.schema_arrow.names}
            held = annotated_records.columns(table.schema_arrow.names)
            schema = table.schema_arrow
            objects = [each.name for each in schema if pa.types.is_struct(each.type)]
            unread = (*unread_fields.columns(schema.names, mapping, objects),)
            for batch in table.iter_batches(batch_size=1000, columns=sorted(there)):
                for fields in _dicts(batch):
                    row += 1
                    if isinstance(fields, Reason):
                        yield set_aside(path, fields, row)
                        continue
                    found = _read_fields(fields, path, row, mapping, given)
                    yield _holding(found, held, unread)
    except pa.ArrowException as error:
        why = reason("not-parquet", f": {str(error).splitlines()[0]}")
        yield set_aside(path, why, row + 1 if row else None)


def _dicts(batch: "pa.RecordBatch") -> Iterator[dict[str, object] | Reason]:
    """The rows of a batch of Arrow; of one that Python can't hold, the reason."""
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError, ArithmeticError) as error:
        if len(batch) == 1:
            yield reason("value-unreadable", f": {error}")
            return
        for number in range(len(batch)):
            yield from _dicts(batch.slice(number, 1))
