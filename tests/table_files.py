"""Tables for tests: rows into the files of a release, without a corpus and with nothing kept."""

from qawl.release.tables import blocks
from qawl.release.tables.block import Block, Head
from qawl.release.tables.table_file import TableFile


class NothingKept:
    """In the place of the row groups of earlier builds."""

    def kept(self, made_from):
        return None

    def keep(self, made_from, made):
        pass


def opened(folder, split, kinds):
    """The table whose folder this is."""
    return TableFile(folder, split, kinds, NothingKept())


def small_blocks(monkeypatch, fewest, one_of=1):
    """Blocks of so many articles, which may then end behind one of so many."""
    monkeypatch.setattr(blocks, "FEWEST", fewest)
    monkeypatch.setattr(blocks, "ONE_OF", one_of)


def add(file, rows, last):
    """Adds rows that end with the rows of this article."""
    config = file.folder.name
    head = Head({config: rows.nbytes}, (config,), {})
    file.add(Block(last, None, lambda: (head, {config: rows})))
