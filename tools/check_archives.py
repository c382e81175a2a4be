"""Looks for text that may not be redistributed in wheels and source archives.

    python tools/check_archives.py dist/*

Exit 1 where an archive holds some of the corpus in this folder.
"""

import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from qawl.articles import store
from qawl.core import project
from qawl.release.rights.withheld import Guard


def inside(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every file in a wheel or a source archive."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist())
        return
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            if file := archive.extractfile(member):
                yield member.name, file.read()


def main() -> None:
    """Ends with the name of the first file that holds such text."""
    corpus = project.load(Path())
    guard = Guard(lambda: store.articles(corpus))
    for path in map(Path, sys.argv[1:]):
        for name, content in inside(path):
            if guard.run_in(content.decode("utf-8", "replace"), document=True):
                sys.exit(f"{path.name}: {name} holds text that may not be redistributed")


if __name__ == "__main__":
    main()
