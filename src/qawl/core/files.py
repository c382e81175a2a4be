"""Files: JSON Lines streamed in, JSON and text read whole, everything written whole or not at all.

A line feed alone ends a line. What can't be read is an error with file and place, never nothing.
"""

import errno
import fnmatch
import logging
import os
import re
import stat
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import AnyStr, BinaryIO, Protocol, TypeVar

import msgspec

from qawl.core import odd_json, temporary
from qawl.core.errors import TOO_DEEP, InputError, QawlError, other_format
from qawl.core.records import to_json

T = TypeVar("T")

MARKS = (b"<<<<<<< ", b"=======", b">>>>>>> ", b"||||||| ")
"""What git writes into a file that it could not merge, at the start of lines."""
LONGEST = 1 << 27
"""Bytes of the longest line that is read: more than any article, annotation or prediction takes."""
TOGETHER = 1 << 16
"""Bytes that are read from a file, or written to it, at a time: records have some thousands."""
LARGEST = 1 << 30
"""Bytes of the largest file of JSON that is read whole."""
_ENDS: tuple[object, ...] = ("\n", "\r", b"\n")
_log = logging.getLogger("qawl")

Opener = Callable[[Path], BinaryIO]
"""How a file is opened for reading: from disk, or from what was read before (see `disk`)."""


def from_disk(path: Path) -> BinaryIO:
    """A file, opened for reading."""
    return path.open("rb", buffering=TOGETHER)


def lines(path: Path, opened: Opener = from_disk) -> Iterator[tuple[int, bytes]]:
    """(line number from 1, line without its end) of each non-empty line; nothing if no file."""
    try:
        file = opened(path)
    except FileNotFoundError:
        return
    with file, naming(path):
        for number, line in numbered(file, path):
            if stripped := line.rstrip(b"\n"):
                yield number, stripped


def numbered(
    file: BinaryIO, path: Path, error: type[QawlError] = InputError, first: int = 1
) -> Iterator[tuple[int, bytes]]:
    """(line number, line with its end) of each line; `error` is raised at one that is too long."""
    for number, line in enumerate(bounded(file.readline), start=first):
        if line is None:
            raise error(
                f"{path}, line {number}: longer than {LONGEST >> 20} MiB, so the file is damaged: bring "
                "it back from version control or a backup"
            )
        yield number, line


def bounded(read: Callable[[int], AnyStr], longest: int = LONGEST) -> Iterator[AnyStr | None]:
    """The lines that a `readline` gives; None for one that is too long, of which no more is kept."""
    while line := read(longest + 1):
        if len(line) <= longest or line[-1:] in _ENDS:
            yield line
            continue
        yield None
        while line and line[-1:] not in _ENDS:
            line = read(longest + 1)


def read(path: Path, kind: type[T], opened: Opener = from_disk) -> Generator[T, None, None]:
    """The records of a file; a line that is none raises InputError with its number."""
    decoder = msgspec.json.Decoder(kind)
    for number, line in lines(path, opened):
        yield decoded(decoder, line, path, number)


def decoded(
    decoder: "msgspec.json.Decoder[T]", line: bytes, path: Path, number: int, advice: str = ""
) -> T:
    """The record of a line; raises InputError with file, line and advice where it is none."""
    try:
        return decoder.decode(line)
    except UNREADABLE as error:
        raise InputError(f"{path}, line {number}: {_with_advice(line, error, advice)}") from error


Wrong = Callable[[T], str | None]
"""What is wrong with a record that could be read, in words; None where nothing is."""


def checked(
    path: Path, kind: type[T], wrong: Wrong[T], advice: str, opened: Opener = from_disk
) -> Generator[T, None, None]:
    """The records of a file; raises InputError, with the line and the advice, at one that is wrong."""
    decoder = msgspec.json.Decoder(kind)
    for number, line in lines(path, opened):
        record = decoded(decoder, line, path, number, advice)
        if (problem := wrong(record)) is not None:
            raise InputError(f"{path}, line {number}: {problem}: {advice}")
        yield record


def ordered(
    path: Path,
    kind: type[T],
    key: Callable[[T], tuple[str, ...]],
    wrong: Wrong[T],
    advice: str,
    opened: Opener = from_disk,
) -> Generator[T, None, None]:
    """The records of a file whose keys ascend: what reads them in step with others passes over the rest.

    Raises InputError, with the line and the advice, at one that is out of order, twice, or wrong.
    """
    before: tuple[str, ...] = ()

    def misplaced(record: T) -> str | None:
        nonlocal before
        here, last = key(record), before
        before = here
        problem = wrong(record)
        if problem is None and here <= last:
            return f"{' by '.join(here)} stands {'twice' if here == last else 'out of order'}"
        return problem

    return checked(path, kind, misplaced, advice, opened)


class _OfArticle(Protocol):
    """A record of an article in the file of a layer."""

    @property
    def article_id(self) -> str: ...

    @property
    def layer(self) -> str: ...


A = TypeVar("A", bound=_OfArticle)


def by_article(
    path: Path, kind: type[A], layer: str, advice: str, opened: Opener = from_disk
) -> Generator[A, None, None]:
    """The records of a layer's file that has one an article, in their order; raises as `ordered`."""
    return ordered(
        path,
        kind,
        lambda each: (each.article_id,),
        lambda each: of_layer(each.layer, layer),
        advice,
        opened,
    )


def of_layer(given: str, layer: str) -> str | None:
    """What is wrong where a record in the file of a layer is of another; None where nothing is."""
    return None if given == layer else f"this is of the layer {given}"


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding of JSON raises where the bytes are none, or not what they should be."""


def problem(content: bytes, error: Exception) -> str:
    """What is wrong with content that is not read, in words."""
    if content.startswith(MARKS):
        return (
            "git could not merge this file: keep the lines that count, and take out those with "
            "<<<<<<<, =======, >>>>>>>"
        )
    if (encoded := odd_json.encoded_otherwise(content)) is not None:
        return encoded
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {_first_bad_byte(content, error)}"
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if isinstance(error, msgspec.DecodeError) and odd_json.half_a_character(content):
        return f"it has {odd_json.HALF}, as of a text that was cut inside an emoji"
    return other_format(error) or str(error)


def _first_bad_byte(content: bytes, error: UnicodeDecodeError) -> int:
    """Which byte is not UTF-8, from 1: the error may count from the start of the text that has it."""
    try:
        content.decode()
    except UnicodeDecodeError as whole:
        return whole.start + 1
    return error.start + 1


def _with_advice(content: bytes, error: Exception, advice: str) -> str:
    """What is wrong with content that is not read, and what to do about it, in words."""
    if advice and not other_format(error):
        return f"{problem(content, error)}: {advice}"
    return problem(content, error)


def load(path: Path, kind: type[T], error: type[QawlError] = InputError, advice: str = "") -> T:
    """The JSON value of a whole file; `error` is raised, with `advice`, where it is none."""
    with path.open("rb") as file:
        content = _whole(file, path, error, LARGEST)
    try:
        return msgspec.json.decode(content, type=kind)
    except UNREADABLE as wrong:
        raise error(f"{path} can't be read: {_with_advice(content, wrong, advice)}") from wrong


def load_if_whole(path: Path, kind: type[T]) -> T | None:
    """The JSON value of a file that can be made anew; None where there is none.

    One that is damaged is put aside under another name, and said.
    """
    try:
        return load(path, kind)
    except FileNotFoundError:
        return None
    except InputError as error:
        put_aside(path, str(error))
        return None


def put_aside(path: Path, why: str) -> None:
    """Gives a damaged file that can be made anew another name, and says so."""
    aside = path.with_name(f"{path.name}.damaged")
    path.replace(aside)
    _log.warning("%s; it is put aside as %s and made anew", why, aside.name)


def text(path: Path, error: type[QawlError] = InputError, opened: Opener = from_disk) -> str:
    """The text of a file in UTF-8, with a line feed at the end of each line; `error` is raised with
    the line where it is in another encoding."""
    with opened(path) as file:
        content = _whole(file, path, error, LONGEST)
    try:
        return content.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as wrong:
        number = content.count(b"\n", 0, wrong.start) + 1
        raise error(f"{path}, line {number}: not UTF-8: save the file as UTF-8") from wrong


def _whole(file: BinaryIO, path: Path, error: type[QawlError], most: int) -> bytes:
    """All that a file holds; `error` is raised where that is more than any such file has."""
    content = file.read(most + 1)
    if len(content) > most:
        raise error(f"{path}: larger than {most >> 20} MiB, so it is damaged, or another file")
    return content


def listed(folder: Path, pattern: str = "*") -> list[Path]:
    """The entries of a folder whose names fit a pattern, sorted; none if no folder.

    A folder that can't be read is an error (`Path.glob` takes it for an empty one).
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208 - what iterdir does
    except FileNotFoundError:
        return []
    if pattern != "*":  # of thousands of names, without a call each
        names = list(filter(_pattern(pattern), names))
    return [folder / each for each in sorted(names)]


@lru_cache(64)
def _pattern(pattern: str) -> Callable[[str], object]:
    return re.compile(fnmatch.translate(pattern)).match


def below(folder: Path) -> Iterator[Path]:
    """Every file below a folder, sorted within each; a folder that can't be read is an error."""
    for path in listed(folder):
        if path.is_dir() and not path.is_symlink():
            yield from below(path)
        else:
            yield path


def write(path: Path, records: Iterable[object]) -> int:
    """Replaces the file by these records, atomically; returns how many there are."""
    count = 0

    def encoded() -> Iterator[bytes]:
        nonlocal count
        for record in records:
            count += 1
            yield to_json(record) + b"\n"

    write_bytes(path, encoded())
    return count


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Replaces the file by this text in UTF-8, atomically and with its line ends as they are."""
    write_bytes(path, [text.encode()], private=private)


def write_bytes(
    path: Path,
    chunks: Iterable[bytes | memoryview],
    *,
    private: bool = False,
    lasting: bool = True,
    sweeping: bool = True,
) -> None:
    """Replaces the file by these bytes; killed at any moment, the old or the new file stands.

    What is not `lasting` can be made again, and tells where it is damaged: after a power cut it may be.
    Without `sweeping`, what killed runs left of the file stays: for many files in one folder of a corpus,
    where it goes when the corpus is next held.
    """
    with replacing(path, private=private, lasting=lasting, sweeping=sweeping) as file:
        for chunk in chunks:
            file.write(chunk)


@contextmanager
def replacing(
    path: Path, *, private: bool = False, lasting: bool = True, sweeping: bool = True
) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` when the block ends; it goes if that fails.

    A link stays one: what it leads to is replaced. A new file follows the umask, one that was there
    keeps its mode. A private file can be read by its owner alone, at every moment. A device or a pipe
    (`/dev/null`, `/dev/stdout`) is written to, never replaced.
    """
    if special(path):
        with naming(path), os.fdopen(os.open(path, os.O_WRONLY), "wb") as file:
            yield file
        return
    target = _led_to(path) if path.is_symlink() else path
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o600 if private else 0o666
    with naming(path), temporary.file(target, mode, sweeping=sweeping) as (handle, made):
        with os.fdopen(os.dup(handle), "wb", TOGETHER) as file:
            yield file
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        if not private and (there := _mode(target)) is not None:
            made.chmod(there)
        made.replace(target)


def _led_to(link: Path) -> Path:
    """What a link leads to."""
    try:
        return link.resolve()
    except RuntimeError as error:  # Python 3.11 and 3.12: it leads to itself
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(link)) from error


def special(path: Path) -> bool:
    """Whether something is there that is neither a file nor a folder."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except OSError:
        return False
    return kind not in {stat.S_IFREG, stat.S_IFDIR}


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """An error of the disk that names no file, or a temporary one of this one, names this one."""
    try:
        yield
    except OSError as error:
        meant = temporary.meant(error.filename, path)
        if meant is not None and error.errno:
            raise OSError(error.errno, os.strerror(error.errno), str(meant)) from error
        raise
