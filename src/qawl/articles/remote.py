"""Places that a URL names (s3://, gs://, hf://, https://): looked at, fetched and written through fsspec.

Foreign errors enter here and leave as InputErrors of one line. No message and no name that is kept holds
what may be a secret: a user and password in a URL are refused, and its query is left out.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from qawl.core.errors import InputError
from qawl.core.names import web_address
from qawl.core.text import printable

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

LIBRARIES = {
    "s3": ("s3fs", "qawl[s3]"),
    "gs": ("gcsfs", "qawl[gs]"),
    "hf": ("huggingface_hub", "huggingface_hub"),
    "http": ("aiohttp", "qawl[http]"),
    "https": ("aiohttp", "qawl[http]"),
    "memory": ("fsspec", "fsspec"),
}
"""The kinds of URLs that are read, each with the library that reaches it and what installs it."""

WEB = frozenset({"http", "https"})
"""URLs of single files: nothing can be listed there, and what comes may have been packed on its way."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_QUERY = re.compile(r"\?[^\s'\"<>]*")
_USER = re.compile(r"(?<=//)[^/\s'\"@]*@")
_SECRET = re.compile(r"SECRET|TOKEN|PASSWORD|CREDENTIAL|KEY")
_SHORTEST = 8
"""Characters of the shortest value of the environment that is taken for a secret."""


@dataclass(frozen=True, slots=True)
class Remote:
    """What a URL names. `shown` is the URL as messages and records have it."""

    scheme: str
    url: str = field(repr=False)

    @property
    def shown(self) -> str:
        """The URL without its query."""
        return printable(_named(self.scheme, self.url))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of a store: its path there, the name that is recorded, bytes where it is known."""

    path: str
    shown: str
    size: int | None
    folder: bool

    @property
    def name(self) -> str:
        """The last part of the name."""
        return PurePosixPath(self.shown).name


def place(given: str) -> Path | Remote:
    """What was named: a path, or what a URL names; raises InputError for a URL that Qawl doesn't read.

    Examples
    --------
    >>> place("corpus/sources"), place("file:///data/pool")
    (PosixPath('corpus/sources'), PosixPath('/data/pool'))
    >>> place("https://news.example/dump.jsonl?signature=abc").shown
    'https://news.example/dump.jsonl'
    """
    found = _URL.fullmatch(given)
    if found is None:
        return Path(given)
    scheme, rest = found[1].lower(), found[2]
    if scheme == "file":
        return Path(rest)
    if scheme not in LIBRARIES:
        known = ", ".join(f"{each}://" for each in (*LIBRARIES, "file"))
        raise InputError(f"{scheme}://…: Qawl reads {known}")
    if "@" in rest.partition("/")[0]:
        raise InputError(
            f"{scheme}://…: a URL must not hold a user or a password. Set them where "
            f"{LIBRARIES[scheme][0]} looks for them, such as the environment"
        )
    if not rest.strip("/"):
        raise InputError(f"{scheme}://: it names no bucket, repository or file")
    if scheme in WEB:
        try:
            web_address(given)
        except ValueError as error:
            raise InputError(f"{scheme}://…: it is not an address: {error}") from error
    return Remote(scheme, f"{scheme}://{rest}")


def _named(scheme: str, url: str) -> str:
    """A URL without its query; the names of other stores than the web's may hold a question mark."""
    return _QUERY.sub("", url) if scheme in WEB else url


class Store:
    """The store of a URL, and the path of the URL in it."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        with self._reached():
            self._fs, self.path = _file_system(remote)

    def entry(self, path: str) -> Entry:
        """A file or folder by its path; raises InputError where there is none (web: `fetch` does)."""
        if self.remote.scheme in WEB:
            return Entry(path, self._shown(path), None, folder=False)
        with self._reached(path):
            return self._entry(self._fs.info(path))

    def there(self, path: str) -> bool:
        """Whether there is a file or folder."""
        with self._reached(path):
            try:
                self._fs.info(path)
            except FileNotFoundError:
                return False
        return True

    def matching(self) -> list[Entry]:
        """What a URL with `*`, `?` or `[…]` stands for, sorted."""
        with self._reached():
            found = self._fs.glob(self.path, detail=True)
        return [self._entry(found[path]) for path in sorted(found)]

    @property
    def is_pattern(self) -> bool:
        """Whether the URL stands for several; an address of the web never does."""
        return self.remote.scheme not in WEB and bool(set(self.path) & set("*?["))

    def within(self, folder: str) -> list[Entry]:
        """What stands in a folder, sorted by name; not the folder itself, which some stores list."""
        with self._reached(folder):
            listed = self._fs.ls(folder, detail=True)
        own = folder.strip("/")
        if any(each["type"] == "directory" and each["name"].strip("/") == own for each in listed):
            raise InputError(
                f"{self._shown(folder)}: it holds names with two slashes in a row, which "
                "can't be listed: rename them, or name the files one by one"
            )
        found = (self._entry(each) for each in listed if each["name"].strip("/") != own)
        return sorted(found, key=lambda each: each.name)

    def content(self, path: str) -> bytes:
        """A small file."""
        with self._reached(path):
            return bytes(self._fs.cat_file(path))

    def fetch(self, entries: Sequence[Entry], to: Sequence[Path]) -> None:
        """Files into files of the disk, each streamed, several at once where the store can.

        Raises InputError where one can't be fetched whole.
        """
        where = entries[0].path if len(entries) == 1 else self.path
        with self._reached(where):
            self._fs.get([each.path for each in entries], [str(each) for each in to])
        for entry, path in zip(entries, to, strict=True):
            got = path.stat().st_size if path.is_file() else 0
            if entry.size not in (None, got) and self.remote.scheme not in WEB:
                raise InputError(f"{entry.shown}: cut short: {got} of {entry.size} bytes came")

    def write(self, path: str, content: bytes) -> None:
        """Writes a file, whole or not at all."""
        with self._reached(path):
            self._fs.pipe_file(path, content)

    def remove(self, path: str) -> None:
        """Removes a file."""
        with self._reached(path):
            self._fs.rm_file(path)

    def _entry(self, info: dict[str, object]) -> Entry:
        path, size = str(info["name"]), info.get("size")
        known = size if isinstance(size, int) and not info.get("partial") else None
        return Entry(path, self._shown(path), known, info["type"] == "directory")

    def _shown(self, path: str) -> str:
        scheme = self.remote.scheme
        url = path if _URL.match(path) else f"{scheme}://{path.removeprefix('/')}"
        return printable(_named(scheme, url))

    @contextmanager
    def _reached(self, path: str | None = None) -> Iterator[None]:
        """What the libraries raise, as InputErrors."""
        shown = self.remote.shown if path is None else self._shown(path)
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            if _of_disk(error):
                raise
            raise InputError(f"{shown}: {_why(error, self.remote.scheme)}") from error


def _file_system(remote: Remote) -> tuple["AbstractFileSystem", str]:
    import fsspec  # noqa: PLC0415 - who ingests from the disk does without
    from fsspec.core import url_to_fs  # noqa: PLC0415

    if remote.scheme in WEB:
        fsspec.get_filesystem_class("http")
    options = {} if remote.scheme in {"memory", "hf"} else {"use_listings_cache": False}
    file_system, path = url_to_fs(remote.url, **options)
    return file_system, str(path)


def _of_disk(error: Exception) -> bool:
    """Whether it is the disk here that failed: no room, no such folder."""
    return (
        isinstance(error, OSError) and isinstance(error.errno, int) and error.errno in {28, 30, 122}
    )


def _why(error: Exception, scheme: str) -> str:
    """What went wrong, in the words of a user."""
    library, install = LIBRARIES[scheme]
    kind = type(error).__name__
    if isinstance(error, ImportError):
        return f"reading it needs {library}: pip install '{install}'"
    if isinstance(error, FileNotFoundError):
        return "there is no such file, folder or bucket"
    if isinstance(error, PermissionError) or "Credential" in kind or _status(error) in {401, 403}:
        return f"access was refused: give {library} the credentials that read it"
    line = without_secrets((str(error) or kind).splitlines()[0])
    return f"it can't be read ({kind}: {line}): see that the URL is right, or try again once it is there"


def _status(error: Exception) -> object:
    """The HTTP status that an error tells of."""
    return getattr(error, "status", None) or getattr(
        getattr(error, "response", None), "status_code", 0
    )


def without_secrets(line: str) -> str:
    """A line without users, passwords and queries of URLs, and without secrets of the environment."""
    for name, value in os.environ.items():
        if _SECRET.search(name.upper()) and len(value) >= _SHORTEST:
            line = line.replace(value, "…")
    return _USER.sub("", _QUERY.sub("", line))


def walk(
    store: Store, folder: str, taken: Callable[[Sequence[str]], Iterable[str]]
) -> Iterator[tuple[Entry, frozenset[str]]]:
    """The files below a folder that are read, sorted within each, with the names of those beside them.

    `taken` picks from the names of a folder's files. Hidden folders are passed over, as on the disk.
    """
    entries = store.within(folder)
    beside = [each.name for each in entries if not each.folder]
    names = frozenset(taken(beside))
    for each in entries:
        if each.folder and not each.name.startswith("."):
            yield from walk(store, each.path, taken)
        elif not each.folder and each.name in names:
            yield each, frozenset(beside)
