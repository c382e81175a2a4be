"""Which packages are installed and what they may offer, told by the names of their folders.

To load `importlib.metadata`, which has all that is said of them, takes as long as a small command.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

_SAID = (".dist-info", ".egg-info", "EGG-INFO")
"""How the folders end that say what a package offers."""


def versions(library: str) -> list[str]:
    """The versions of a library that are there, as installers name their folders: numpy-2.2.6.dist-info;
    else the one that `importlib.metadata` knows."""
    start = f"{library}-"
    names = chain.from_iterable(map(_names, sys.path))
    found = [name for name in names if name.startswith(start) and name.endswith(_SAID)]
    if found:
        return found
    from importlib.metadata import version  # noqa: PLC0415

    return [version(library)]


def may_offer(group: str) -> bool:
    """Whether a package may have an entry point of this group, which `importlib.metadata` then knows."""
    return any(_may_offer(Path(folder), group.encode()) for folder in sys.path)


def _may_offer(folder: Path, group: bytes) -> bool:
    """Whether a package in a folder of the path may; of one in an archive nothing is known."""
    if folder.is_file():
        return True
    said = (folder / name / "entry_points.txt" for name in _names(folder) if name.endswith(_SAID))
    return any(group in each for each in _contents(said))


def _contents(paths: Iterator[Path]) -> Iterator[bytes]:
    for path in paths:
        with suppress(OSError):
            yield path.read_bytes()


def _names(folder: str | Path) -> list[str]:
    """What stands in a folder; nothing where it can't be read."""
    with suppress(OSError):
        return os.listdir(folder)  # noqa: PTH208 - what iterdir does
    return []
