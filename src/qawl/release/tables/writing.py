"""The tables of a release written to disk, block by block, by config and split."""

from collections.abc import Mapping
from pathlib import Path

from qawl.articles.splits import splits_of
from qawl.core.column_types import Columns
from qawl.core.project import Project
from qawl.release.rights.withheld import Guard
from qawl.release.tables import blocks
from qawl.release.tables.content_digest import TableDigest
from qawl.release.tables.row_group import RowGroups
from qawl.release.tables.table_file import TableFile
from qawl.release.tables.tables import Annotated
from qawl.release.tables.token_table import Unsaid
from qawl.scheme.model import Scheme


class TableFiles:
    """The tables of one build, in `folder`.

    `unsaid` counts what tags of tokens can't say, `hidden` says where free texts are left out, and
    `splits` has the split of each article.
    """

    def __init__(
        self,
        project: Project,
        schemes: Mapping[str, Scheme],
        columns: Mapping[str, Columns],
        guard: Guard,
        folder: Path,
    ) -> None:
        self.splits = splits_of(project)
        self.unsaid = Unsaid()
        self.hidden: list[str] = []
        self._folder, self._columns = folder, columns
        self._split_names = project.settings.release.split_names
        self._blocks = blocks.Blocks(project, schemes, columns, guard)
        self._groups = RowGroups(project)
        self._waiting: dict[str, blocks.Waiting] = {}
        self._files: dict[tuple[str, str], TableFile] = {}

    def add(self, item: Annotated) -> None:
        """Takes the next article; its block is written if the article ends one."""
        split = self.splits[item.article.id]
        if self._waiting.setdefault(split, blocks.Waiting()).add(item):
            self._write_block(split)

    def close(self) -> dict[str, TableDigest]:
        """Writes what waits; returns the digests by config/split, as columns and settings order them."""
        for split in list(self._waiting):
            self._write_block(split)
        for each in self._files.values():
            each.close()
        self._blocks.keep()
        self._groups.forget_others()
        return {
            f"{config}/{split}": self._files[config, split].summary(self._folder)
            for config in self._columns
            for split in self._split_names
            if (config, split) in self._files
        }

    def _write_block(self, split: str) -> None:
        block = self._blocks.of(self._waiting.pop(split).items)
        self.unsaid.add(Unsaid.of(block.head.unsaid))
        self.hidden += block.head.hidden
        for config in block.head.sizes:
            self._file(config, split).add(block)

    def _file(self, config: str, split: str) -> TableFile:
        place = config, split
        if place not in self._files:
            self._files[place] = TableFile(
                self._folder / config, split, self._columns[config], self._groups
            )
        return self._files[place]
