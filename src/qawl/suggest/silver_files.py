"""Where silver stands: a folder here or in a store, with compressed shards and a silver.json."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import msgspec
import zstandard
from msgspec import Struct

from qawl.articles.remote import WEB, Remote, Store
from qawl.core import files, names
from qawl.core.errors import InputError
from qawl.core.records import FORMAT, Format, Suggestion, to_json

NAME = "silver.json"
_ENDING = ".jsonl.zst"
_LEVEL = 3


class Measured(Struct, frozen=True):
    """How many suggestions of a label stand in gold, of those that were made for the same articles."""

    right: int
    suggested: int

    @property
    def precision(self) -> float:
        """The share that is right."""
        return self.right / self.suggested


class Shard(Struct, frozen=True):
    """A file of silver: its path, the digest of its bytes, and how much is in it."""

    path: str
    sha256: str
    articles: int
    spans: int
    relations: int

    def __post_init__(self) -> None:
        """Raises ValueError at a path that leads out of the folder."""
        names.inner(self.path)


class Labelled(Struct, frozen=True, kw_only=True):
    """What silver.json says of a layer: what made it, how good that is, and where it stands.

    `measured` has label → how many suggestions were right in the `gold_articles` articles with complete
    gold; `not_suggested` are labels that are left out, since too few are right.
    """

    model: str
    model_version: str
    scheme_version: str
    scheme_sha256: str
    articles: int
    spans: int
    relations: int
    shards: tuple[Shard, ...]
    measured: dict[str, Measured] = {}
    gold_articles: int = 0
    not_suggested: tuple[str, ...] = ()


class Silver(Struct, frozen=True, kw_only=True):
    """silver.json: written last, so that what a killed run left has none."""

    format: Format = FORMAT
    name: str
    layers: dict[str, Labelled]

    def __post_init__(self) -> None:
        """Raises ValueError at what is no name of a layer: their folders have these names."""
        for each in self.layers:
            names.layer(each)


class Folder(Protocol):
    """A folder of silver."""

    shown: str

    def names(self, layer: str) -> set[str]:
        """The names of the files of a layer."""

    def read(self, path: str) -> bytes | None:
        """A file by its path; None where there is none."""

    def write(self, path: str, content: bytes) -> None:
        """Writes a file, whole or not at all."""

    def remove(self, path: str) -> None:
        """Removes a file."""


class DiskFolder:
    """A folder on the disk."""

    def __init__(self, path: Path) -> None:
        self._path, self.shown = path, str(path)

    def names(self, layer: str) -> set[str]:
        """The names of the files of a layer."""
        return {each.name for each in files.listed(self._path / layer)}

    def read(self, path: str) -> bytes | None:
        """A file by its path; None where there is none."""
        place = self._path / path
        return place.read_bytes() if place.is_file() else None

    def write(self, path: str, content: bytes) -> None:
        """Writes a file, whole or not at all."""
        place = self._path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(place, [content])

    def remove(self, path: str) -> None:
        """Removes a file."""
        (self._path / path).unlink(missing_ok=True)


class StoreFolder:
    """A folder of a store."""

    def __init__(self, remote: Remote) -> None:
        self._store, self.shown = Store(remote), remote.shown

    def names(self, layer: str) -> set[str]:
        """The names of the files of a layer."""
        place = self._at(layer)
        if not self._store.there(place):
            return set()
        return {each.name for each in self._store.within(place)}

    def read(self, path: str) -> bytes | None:
        """A file by its path; None where there is none."""
        place = self._at(path)
        return self._store.content(place) if self._store.there(place) else None

    def write(self, path: str, content: bytes) -> None:
        """Writes a file, whole or not at all."""
        self._store.write(self._at(path), content)

    def remove(self, path: str) -> None:
        """Removes a file."""
        self._store.remove(self._at(path))

    def _at(self, path: str) -> str:
        return f"{self._store.path.rstrip('/')}/{path}"


def folder(place: Path | Remote) -> Folder:
    """The folder of silver that was named; raises InputError for an address of the web."""
    if isinstance(place, Remote) and place.scheme in WEB:
        raise InputError(f"{place.shown}: silver stands in a folder or in a store, such as s3://")
    return DiskFolder(place) if isinstance(place, Path) else StoreFolder(place)


def load(place: Folder) -> Silver | None:
    """What silver.json says; None where there is none. Raises InputError where it is damaged."""
    content = place.read(NAME)
    if content is None:
        return None
    try:
        return msgspec.json.decode(content, type=Silver)
    except files.UNREADABLE as error:
        raise InputError(
            f"{place.shown}/{NAME} is damaged ({files.problem(content, error)}): run `qawl suggest` again"
        ) from error


def save(place: Folder, silver: Silver) -> None:
    """Writes silver.json."""
    place.write(NAME, msgspec.json.format(msgspec.json.encode(silver), indent=1) + b"\n")


def name(prefix: str, digest: str) -> str:
    """The name of a shard: the beginning of the ids in it, and the digest of what it was made from."""
    return f"{prefix or 'all'}-{digest[:16]}{_ENDING}"


def is_shard(name: str) -> bool:
    """Whether a file of this name is a shard."""
    return name.endswith(_ENDING)


def packed(records: list[Suggestion]) -> bytes:
    """The bytes of a shard."""
    lines = b"".join(to_json(each) + b"\n" for each in records)
    return zstandard.ZstdCompressor(level=_LEVEL).compress(lines)


def unpacked(content: bytes) -> list[Suggestion]:
    """The records of a shard; raises ValueError where it is damaged."""
    try:
        # In one piece: read as a stream, a torn file would end without an error.
        lines = zstandard.ZstdDecompressor().decompress(content).split(b"\n")
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
    decoder = msgspec.json.Decoder(Suggestion)
    return [decoder.decode(each) for each in lines if each]


def records(place: Folder, layer: str, said: Labelled) -> Iterator[Suggestion]:
    """The silver of a layer, in the order of ids; raises InputError where a shard has changed."""
    last = ""
    for shard in said.shards:
        content = place.read(shard.path)
        if content is None or sha256(content).hexdigest() != shard.sha256:
            what = "is gone" if content is None else "is not what silver.json says"
            raise InputError(f"{place.shown}/{shard.path} {what}: run `qawl suggest` again")
        for record in unpacked(content):
            if record.layer != layer or record.article_id <= last:
                raise InputError(f"{place.shown}/{shard.path} is of another layer or out of order")
            last = record.article_id
            yield record


def left_over(place: Folder, silver: Silver) -> Iterator[str]:
    """The paths of shards that silver.json no longer names."""
    for layer, said in silver.layers.items():
        named = {each.path for each in said.shards}
        for each in sorted(place.names(layer)):
            if is_shard(each) and f"{layer}/{each}" not in named:
                yield f"{layer}/{each}"
