"""Blocks of articles: what the rows of a build are made in, and found again by in the next.

A block ends behind an article whose id says so, so that a change in one article makes one block anew, and
leaves the bytes of all others as they were. It is known by the digest of all that its rows are made from.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256

import pyarrow as pa

from qawl.articles import store as article_store
from qawl.core import result_cache
from qawl.core.column_types import Cell, Cells, Columns
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.release.rights import own_words, withheld
from qawl.release.rights.withheld import Guard
from qawl.release.tables import arrays, columns, rows
from qawl.release.tables.block import Block, Head
from qawl.release.tables.tables import Annotated
from qawl.release.tables.token_table import TABLE, Unsaid
from qawl.scheme.model import Scheme

FEWEST = 112
"""Articles in a block before it may end, so that blocks are nearly of one size: wherever a change is, it
makes few articles anew."""
ONE_OF = 16
"""Behind one of so many articles, by their ids, a block may end."""
LONGEST = 1 << 21
"""Code points at which a block ends in any case."""
_KEPT = "blocks/all"


class Waiting:
    """Articles that wait for the end of their block."""

    def __init__(self) -> None:
        self.items: list[Annotated] = []
        self._length = 0

    def add(self, item: Annotated) -> bool:
        """Takes the next article; whether the block ends behind it."""
        self.items.append(item)
        self._length += len(item.article.text)
        may_end = len(self.items) >= FEWEST and _ends(item.article.id)
        return may_end or self._length > LONGEST


def _ends(article_id: str) -> bool:
    """Whether a block may end behind this article, which its id alone decides."""
    number = int.from_bytes(sha256(article_id.encode()).digest()[:4], "big")
    return number % ONE_OF == 0


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
        self._common = self._inputs()
        kept = result_cache.read(project, _KEPT, self._common, tuple[str, Head])
        self._known = dict(kept or ())
        self._used: dict[str, Head] = {}

    def of(self, items: Sequence[Annotated]) -> Block:
        """The block of these articles; where it is not known its rows are made, which raises ReleaseError
        where a column can't hold a value."""
        made_from = self._digest(items)
        make = partial(self._made, items)
        block = Block(made_from, self._known.get(made_from), make)
        self._used[made_from] = block.head
        return block

    def keep(self) -> None:
        """Keeps in mind what is known of this build's blocks."""
        if self._used != self._known:
            made = result_cache.keeping(self._project, _KEPT, self._inputs, self._used.items())
            deque(made, maxlen=0)

    def _digest(self, items: Sequence[Annotated]) -> str:
        total = sha256(self._common.encode())
        for each in items:
            work: Sequence[object] = each.made_from or (each.article, *each.annotations)
            records = (*work, *each.gold.values(), *each.silver.values())
            for content in map(to_json, records):
                total.update(b"%d\n" % len(content) + content)
        return total.hexdigest()

    def _inputs(self) -> str:
        """What the rows of all articles depend on; what may be shown of one that is withheld depends on
        all the others."""
        project = self._project
        paths = [project.scheme_file(layer) for layer in self._schemes]
        free: list[str] = []
        if article_store.withholds(project):
            paths += [*project.articles_files, project.withdrawn_file, *own_words.files()]
            free = withheld.names(project)
        return result_cache.inputs(project, paths, pa.__version__, free)

    def _made(self, items: Sequence[Annotated]) -> tuple[Head, dict[str, pa.RecordBatch]]:
        """What is known of the rows of these articles, and the rows by table."""
        cells, hidden = self._maker.cells(items)
        unsaid = Unsaid()
        unsaid.count((item.gold for item in items), cells.get(TABLE, {}))
        last = items[-1].article.id
        tables = {
            config: _converted(config, self._kinds[config], each) for config, each in cells.items()
        }
        head = Head(
            sizes={config: each.nbytes for config, each in tables.items()},
            ending=tuple(config for config, each in cells.items() if _ids(each)[-1] == last),
            unsaid={layer: {**counts} for layer, counts in unsaid.counts.items()},
            hidden=tuple(hidden),
        )
        return head, tables


def _ids(cells: Cells) -> list[Cell]:
    """The articles that the rows of a table are of."""
    return cells["article_id"] if "article_id" in cells else cells["id"]


def _converted(config: str, kinds: Columns, cells: Cells) -> pa.RecordBatch:
    """The rows of a table as arrays."""
    try:
        return arrays.batch(kinds, cells)
    except KeyError as error:
        where = f"{config}, article {_odd(kinds, cells)}"
        raise columns.unknown(where, error.args[0]) from error
    except (AttributeError, TypeError) as error:
        where = f"{config}, article {_odd(kinds, cells)}"
        raise columns.another_kind(where, error) from error


def _odd(kinds: Columns, cells: Cells) -> str:
    """The article of the first row that its columns can't hold."""
    for at, article in enumerate(_ids(cells)):
        try:
            arrays.batch(kinds, {name: [each[at]] for name, each in cells.items()})
        except (AttributeError, KeyError, TypeError):
            return str(article)
    return "unknown"
