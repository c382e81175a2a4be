"""Text that may not be redistributed: no run of it may stand in anything that is shipped."""

import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qawl.core import files
from qawl.core.records import Article

RUN = 20
"""Code points from which on a run of withheld text counts as text of it."""

CHUNK = 1 << 18
"""Code points that are hashed at a time."""

Hashes = NDArray[np.uint64]


def hashes(text: str) -> Hashes:
    """A hash of each run of RUN code points of a text (polynomial, modulo 2**64)."""
    points: Hashes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    count = len(points) - RUN + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    rolled: Hashes = np.zeros(count, np.uint64)
    for offset in range(RUN):
        rolled *= np.uint64(0x9E3779B97F4A7C15)
        rolled += points[offset : offset + count]
    return rolled


class Guard:
    """Knows the runs of all withheld texts that stand in no text that may be redistributed."""

    def __init__(self, articles: Callable[[], Iterable[Article]]) -> None:
        """`articles` gives all of them anew each time it is called."""
        held = [hashes(each.text) for each in articles() if not each.redistribute]
        none = np.zeros(0, np.uint64)
        self._runs = np.unique(np.concatenate([none, *held]))
        if len(self._runs):
            free = (hashes(each.text) for each in articles() if each.redistribute)
            self._runs = np.setdiff1d(
                self._runs, np.concatenate([none, *free]), assume_unique=False
            )

    @property
    def watches(self) -> bool:
        """Whether there is withheld text at all."""
        return len(self._runs) > 0

    def run_in(self, text: str) -> str | None:
        """The first run of withheld text that stands in this text."""
        if not self.watches or len(text) < RUN:
            return None
        for start in range(0, len(text) - RUN + 1, CHUNK):
            piece = text[start : start + CHUNK + RUN - 1]
            found = np.flatnonzero(self._known(hashes(piece)))
            if len(found):
                return piece[found[0] : found[0] + RUN]
        return None

    def _known(self, wanted: Hashes) -> NDArray[np.bool_]:
        """Which of these hashes are those of withheld runs, which are sorted."""
        places = np.searchsorted(self._runs, wanted)
        places[places == len(self._runs)] = 0
        known: NDArray[np.bool_] = self._runs[places] == wanted
        return known

    def run_in_bytes(self, content: bytes) -> str | None:
        """The same for a file that is not known to be text: its UTF-8 and its JSON escapes."""
        text = content.decode("utf-8", "replace")
        found = self.run_in(text)
        if found is None and "\\u" in text:
            found = self.run_in(_unescaped(text))
        return found


def _unescaped(text: str) -> str:
    """A text with its JSON escapes of UTF-16 units read."""
    parts = text.split("\\u")
    out = [parts[0]]
    for part in parts[1:]:
        try:
            out += [chr(int(part[:4], 16)), part[4:]]
        except ValueError:
            out.append(part)
    return "".join(out)


def archives(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every file in these wheels and source archives."""
    for path in paths:
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                for name in wheel.namelist():
                    yield f"{path.name}: {name}", wheel.read(name)
        else:
            with tarfile.open(path) as archive:
                for member in archive.getmembers():
                    file = archive.extractfile(member)
                    if file is not None:
                        yield f"{path.name}: {member.name}", file.read()


def strings(values: Any) -> Iterator[str]:
    """All strings in nested lists and mappings."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        for key, each in values.items():
            yield from strings(key)
            yield from strings(each)
    elif isinstance(values, list):
        for each in values:
            yield from strings(each)


def main() -> None:
    """`python -m qawl.release.rights.withheld ARCHIVE…`: exit 1 if one holds withheld text."""
    guard = Guard(lambda: files.read(Path("corpus/articles.jsonl"), Article))
    for name, content in archives(Path(each) for each in sys.argv[1:]):
        if guard.run_in_bytes(content):
            sys.exit(f"{name} holds text that may not be redistributed")


if __name__ == "__main__":
    main()
