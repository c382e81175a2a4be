"""Articles by id, read from disk when they are asked for: only their places are kept, as numbers."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain, pairwise
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from qawl.articles import frozen, shards
from qawl.core import files as core_files
from qawl.core.errors import InputError
from qawl.core.records import Article

T = TypeVar("T")


class Articles(Mapping[str, Article]):
    """The articles of some files by id."""

    def __init__(self, *paths: Path, opened: core_files.Opener = core_files.from_disk) -> None:
        self._paths, self._open = paths, opened
        self._ids, self._files = array("Q"), array("H")
        self._offsets, self._lengths = array("Q"), array("Q")
        for number, path in enumerate(paths):
            for identity, offset, length in _places(path, opened):
                self._ids.append(int(identity, 16))
                self._files.append(number)
                self._offsets.append(offset)
                self._lengths.append(length)
        self._sort()

    def _sort(self) -> None:
        """Puts the places in the order of ids; of one id the last stays."""
        ids = self._ids
        if all(one < other for one, other in pairwise(ids)):
            return
        order = sorted(range(len(ids)), key=ids.__getitem__)
        after = chain((ids[each] for each in order[1:]), (None,))
        last = [each for each, other in zip(order, after, strict=True) if ids[each] != other]
        for name in ("_ids", "_files", "_offsets", "_lengths"):
            there = getattr(self, name)
            setattr(self, name, array(there.typecode, map(there.__getitem__, last)))

    def number(self, identity: object) -> int | None:
        """The number of an article in the order of ids, from 0; None where there is none."""
        if not isinstance(identity, str) or not frozen.NUMBER.fullmatch(identity):
            return None
        wanted = int(identity, 16)
        at = bisect_left(self._ids, wanted)
        return at if at < len(self._ids) and self._ids[at] == wanted else None

    def at(self, number: int) -> str:
        """The id of the article of this number."""
        return f"{self._ids[number]:012x}"

    def __getitem__(self, identity: str) -> Article:
        (article,) = self.many([identity])
        return article

    def __contains__(self, identity: object) -> bool:
        return self.number(identity) is not None

    def __iter__(self) -> Iterator[str]:
        return (f"{each:012x}" for each in self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def beside(
        self, items: Iterable[T], identity: Callable[[T], str | None]
    ) -> Iterator[tuple[T, Article | None]]:
        """Each item with its article as it stands on disk, None where there is none.

        The files stay open meanwhile, and an article that the next item has too is read once.
        """
        decoder = msgspec.json.Decoder(Article)
        found: Article | None = None
        with self._opened() as line:
            for item in items:
                wanted = identity(item)
                if found is None or found.id != wanted:
                    found = None
                    if wanted is not None and wanted in self:
                        found = self._article(decoder, line(wanted), wanted)
                yield item, found

    def many(self, identities: Iterable[str]) -> Iterator[Article]:
        """These articles, in this order."""
        decoder = msgspec.json.Decoder(Article)
        with self._opened() as line:
            for identity in identities:
                yield self._article(decoder, line(identity), identity)

    def lines(self, identities: Iterable[str]) -> Iterator[bytes]:
        """The lines of these articles, each with its end, in this order."""
        with self._opened() as line:
            yield from map(line, identities)

    def _article(
        self, decoder: "msgspec.json.Decoder[Article]", line: bytes, identity: str
    ) -> Article:
        try:
            return decoder.decode(line)
        except core_files.UNREADABLE as error:
            path = self._paths[self._files[self._known(identity)]]
            raise InputError(
                f"{path}, article {identity}: {core_files.problem(line, error)}"
            ) from error

    def _known(self, identity: str) -> int:
        """The number of an article; raises KeyError where there is none."""
        at = self.number(identity)
        if at is None:
            raise KeyError(identity)
        return at

    @contextmanager
    def _opened(self) -> Iterator[Callable[[str], bytes]]:
        """Reads the line of an article; files are opened once and closed in the end."""
        files: dict[int, BinaryIO] = {}
        with ExitStack() as stack:

            def line(identity: str) -> bytes:
                at = self._known(identity)
                number = self._files[at]
                if number not in files:
                    files[number] = stack.enter_context(self._open(self._paths[number]))
                files[number].seek(self._offsets[at])
                return files[number].read(self._lengths[at])

            yield line


def _places(path: Path, opened: core_files.Opener) -> Iterator[tuple[str, int, int]]:
    """(id, offset, length of the line) of each article of a file; nothing if no file."""
    if path.exists():
        for number, offset, line in frozen.lines(path, opened):
            identity = core_files.decoded(shards.ID, line, path, number).id
            if not frozen.NUMBER.fullmatch(identity):
                raise InputError(f"{path}, line {number}: {frozen.odd(identity)}")
            yield identity, offset, len(line)
