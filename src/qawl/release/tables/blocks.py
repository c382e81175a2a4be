"""Blocks of articles: their rows in every table as Arrow arrays, made once and kept for the next build.

A block ends behind an article whose id says so, so that a change in one article makes one block anew.
A kept block is found by the digest of all that its rows are made from.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa

from qawl.articles import store as article_store
from qawl.core import result_cache
from qawl.core.column_types import Cell, Cells, Columns
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.release.rights.withheld import Guard
from qawl.release.tables import arrays, columns, rows, table_file
from qawl.release.tables.tables import Annotated
from qawl.release.tables.token_table import TABLE, Unsaid
from qawl.scheme.scheme import Scheme

BLOCK = 32
"""Articles in a block, on average."""
LONGEST = 1 << 21
"""Code points at which a block ends in any case."""
KEPT = "tables"


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of some articles in a row of one split.

    `ending` are the tables that have rows of the last article, `unsaid` what the tags of the tokens
    don't say.
    """

    tables: Mapping[str, pa.RecordBatch]
    ending: frozenset[str]
    unsaid: Unsaid


def ends(items: Sequence[Annotated]) -> bool:
    """Whether a block ends behind the last of these articles."""
    last = items[-1].article.id
    if table_file.ends(last, BLOCK) or table_file.ends(last):
        return True
    return sum(len(each.article.text) for each in items) > LONGEST


class Blocks:
    """The blocks of one build."""

    def __init__(
        self,
        project: Project,
        schemes: Mapping[str, Scheme],
        kinds: Mapping[str, Columns],
        guard: Guard,
    ) -> None:
        self._project, self._schemes, self._kinds = project, schemes, kinds
        self._maker = rows.Maker(schemes, kinds, guard)
        self._used: set[str] = set()

    def of(self, items: Sequence[Annotated]) -> Block:
        """The block of these articles; raises ReleaseError where a column can't hold a value."""
        made_from = self._digest(items)
        self._used.add(made_from)
        content = result_cache.content(self._project, KEPT, made_from)
        if content is not None:
            return _unpacked(content)
        made = self._made(items)
        result_cache.keep_content(self._project, KEPT, made_from, _packed(made))
        return made

    def forget_others(self) -> None:
        """Removes what was kept of earlier builds and is in none of these blocks."""
        result_cache.forget_content(self._project, KEPT, self._used)

    def _digest(self, items: Sequence[Annotated]) -> str:
        total = sha256(self._common.encode())
        for each in items:
            work: Sequence[object] = each.made_from or (each.article, *each.annotations)
            records = (*work, *each.gold.values(), *each.silver.values())
            for content in map(to_json, records):
                total.update(b"%d\n" % len(content) + content)
        return total.hexdigest()

    @cached_property
    def _common(self) -> str:
        """What the rows of all articles depend on; what may be shown of one that is withheld depends on
        all the others."""
        project = self._project
        paths = [project.scheme_file(layer) for layer in self._schemes]
        if article_store.withholds(project):
            paths += project.articles_files
        return result_cache.inputs(project, paths, pa.__version__)

    def _made(self, items: Sequence[Annotated]) -> Block:
        cells = self._maker.cells(items)
        unsaid = Unsaid()
        unsaid.count((item.gold for item in items), cells.get(TABLE, {}))
        last = items[-1].article.id
        ending = frozenset(config for config, each in cells.items() if _ids(each)[-1] == last)
        tables = {
            config: _converted(config, self._kinds[config], each) for config, each in cells.items()
        }
        return Block(tables, ending, unsaid)


def _ids(cells: Cells) -> list[Cell]:
    """The articles that the rows of a table are of."""
    return cells["article_id"] if "article_id" in cells else cells["id"]


def _converted(config: str, kinds: Columns, cells: Cells) -> pa.RecordBatch:
    """The rows of a table as arrays."""
    try:
        return arrays.batch(kinds, cells)
    except KeyError as error:
        raise columns.unknown(config, error.args[0]) from error
    except (AttributeError, TypeError) as error:
        where = f"{config}, article {_odd(kinds, cells)}"
        raise columns.another_kind(where, error) from error


def _odd(kinds: Columns, cells: Cells) -> str:
    """The article of the first row that its columns can't hold."""
    for at, article in enumerate(_ids(cells)):
        try:
            arrays.batch(kinds, {name: [each[at]] for name, each in cells.items()})
        except (AttributeError, TypeError):
            return str(article)
    return "unknown"


def _packed(block: Block) -> memoryview:
    """A block as one Arrow stream: a column a table, each with one list of all its rows."""
    said = {"ending": sorted(block.ending), "unsaid": block.unsaid.counts}
    lists = [_listed(each.to_struct_array()) for each in block.tables.values()]
    fields = [pa.field(config, each.type) for config, each in zip(block.tables, lists, strict=True)]
    schema = pa.schema(fields, metadata={"block": json.dumps(said)})
    out = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_stream(out, schema, options=options) as file:
        file.write_batch(pa.RecordBatch.from_arrays(lists, schema=schema))
    return memoryview(out.getvalue())


def _listed(items: pa.Array) -> pa.Array:
    bounds = pa.py_buffer(np.array([0, len(items)], np.int32))
    return pa.Array.from_buffers(pa.list_(items.type), 1, [None, bounds], children=[items])


def _unpacked(content: bytes) -> Block:
    with pa.ipc.open_stream(content) as file:
        batch = file.read_next_batch()
        said = json.loads(file.schema.metadata[b"block"])
    tables = {
        config: pa.RecordBatch.from_struct_array(column.flatten())
        for config, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    return Block(tables, frozenset(said["ending"]), Unsaid.of(said["unsaid"]))
