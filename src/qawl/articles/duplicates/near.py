"""Near-duplicates: articles that share most of their runs of five words.

Near are two texts with a Jaccard index of at least .8 on their sets of shingles, or where the longer
contains nine tenths of the shorter. Candidates share hashes of a scaled MinHash sketch: all shingles
whose hash is below a bound, so that unlike with a fixed number of minima containment shows too
(Broder 1997, doi:10.1109/SEQUEN.1997.666900; Irber et al. 2022, doi:10.1101/2022.01.11.475838).
Each candidate is then checked on the whole sets.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qawl.articles.duplicates import engine
from qawl.articles.duplicates.groups import Groups
from qawl.articles.duplicates.shingles import Hashes, Ints, shingles, similarity
from qawl.core.arrow import arrow, lists, numbers

if TYPE_CHECKING:
    import daft

JACCARD = 0.8
CONTAINED = 0.9

_RATE = 4
"""One shingle in so many is in the sketch."""
_SHORT = 40
"""A text of fewer shingles has all of them in its sketch."""
_SHARED = 0.6
"""Candidates share at least so much of the smaller sketch: near ones share .8 of the smaller text."""
_ALL_PAIRS = 24
"""Of so many texts with a hash all are compared, of more each with the longest and its next three."""
_NEXT = 3
_TEXTS = 100
_LETTERS = 1_000_000
"""Texts that are hashed together are at most so many, with about so many letters."""
_AT_ONCE = 1_000_000
"""Hashes in a part."""
_FILES = 256
_PAIRS = 4000

Texts = Callable[[Sequence[int]], Iterable[str]]


def near(jaccard: float, contained: float) -> bool:
    """Whether two texts of this similarity are near-duplicates."""
    return jaccard >= JACCARD or contained >= CONTAINED


def join(table: Path, groups: Groups, texts: Texts, *, on: engine.Engine = "local") -> None:
    """Joins in `groups` the near-duplicates of a folder of parquet files of `id` and `text`."""
    for one, other in _checked(candidates(table, on=on), groups, texts):
        groups.join(one, other)


def candidates(table: Path, *, on: engine.Engine = "local") -> Ints:
    """Pairs of ids that may be near-duplicates, one a row, those that share most first.

    The sketches are written beside the table, and their hashes gone through a part at a time, so that
    memory holds few of them.
    """
    daft = engine.start(on)
    column, hashes = daft.col, daft.DataType.list(daft.DataType.uint64())
    sketch = daft.func.batch(return_dtype=hashes)(_sketches)
    sketches, parts = table / "sketches", table / "parts"
    # Here one file after the other: Daft would else keep them all in memory.
    for each in sorted(table.glob("*.parquet")) if on == "local" else [table / "*.parquet"]:
        texts = daft.read_parquet(str(each))
        texts.select("id", sketch(column("text")).alias("hash")).write_parquet(str(sketches))
    ids, sizes, paths = _parted(sketches, parts)
    return _likely([_pairs(*_shared(each), ids, sizes) for each in paths], ids, sizes)


def _parted(folder: Path, parts: Path) -> tuple[Hashes, Ints, list[Path]]:
    """(ids in their order, how many hashes of each sketch are below the bound, files of hashes).

    A file has rows of a hash and the id that has it; equal hashes come to one file.
    """
    every: list[Hashes] = [np.zeros(0, np.uint64)]
    sizes: list[Ints] = [np.zeros(0, np.int64)]
    parts.mkdir()
    with ExitStack() as stack:
        files = [
            stack.enter_context((parts / f"{number}").open("wb"))
            for number in range(_parts(folder))
        ]
        for ids, hashes, owner in _read(folder):
            sizes.append(np.bincount(owner[hashes < _bound()], minlength=len(ids)))
            every.append(ids)
            part = hashes % np.uint64(len(files))
            rows = np.stack([hashes, ids[owner]], axis=1)
            for number, file in enumerate(files):
                file.write(rows[part == number].tobytes())
    found, counts = np.concatenate(every), np.concatenate(sizes)
    order = np.argsort(found)
    return found[order], counts[order], sorted(parts.iterdir())


def _parts(folder: Path) -> int:
    """In how many parts hashes are looked at, by how many there are."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    total = 0
    for path in folder.glob("*.parquet"):
        known = pq.read_metadata(path)
        total += sum(known.row_group(at).column(1).num_values for at in range(known.num_row_groups))
    return min(1 + total // _AT_ONCE, _FILES)


def _read(folder: Path) -> Iterator[tuple[Hashes, Hashes, Ints]]:
    """(ids, hashes of their sketches in a row, which of the ids each is of), some rows at a time."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_PAIRS):
                ids = numbers(batch["id"], np.uint64)
                yield ids, *lists(pa.chunked_array([batch["hash"]]), np.uint64)


def _shared(path: Path) -> tuple[Hashes, Ints]:
    """The ids that have a hash in common with another, and a number of the hash of each."""
    given: Hashes = np.fromfile(path, np.uint64).reshape(-1, 2)
    rows: Hashes = given[np.argsort(given[:, 0], kind="stable")]
    group = np.cumsum(np.concatenate([[False], rows[1:, 0] != rows[:-1, 0]])[: len(rows)])
    several = np.bincount(group, minlength=1)[group] > 1
    return rows[several, 1], group[several]


def _sketches(texts: "daft.Series") -> "daft.Series":
    """The sketch of each text of a Daft series, as a series of lists."""
    import daft  # noqa: PLC0415 - runs in a worker
    import pyarrow as pa  # noqa: PLC0415

    parts = [_sketch(some) for some in _batches(texts.to_pylist())]
    hashes = np.concatenate([part for part, _ in parts] or [np.zeros(0, np.uint64)])
    counts = np.concatenate([counts for _, counts in parts] or [np.zeros(0, np.int64)])
    bounds = np.concatenate([[0], np.cumsum(counts)])
    return daft.Series.from_arrow(pa.LargeListArray.from_arrays(arrow(bounds), arrow(hashes)))


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts so many at a time that their letters are not too many."""
    some: list[str] = []
    letters = 0
    for text in texts:
        if some and (len(some) == _TEXTS or letters + len(text) > _LETTERS):
            yield some
            some, letters = [], 0
        some.append(text)
        letters += len(text)
    if some:
        yield some


def _sketch(texts: Sequence[str]) -> tuple[Hashes, Ints]:
    """The hashes in the sketches of these texts in a row, and how many each has."""
    found = shingles(texts)
    counts = np.diff(found.bounds)
    kept = found.hashes < _bound()
    short = counts < _SHORT
    if short.any():
        kept |= np.repeat(short, counts)
    places = np.flatnonzero(kept)
    hashes, owner = found.hashes[places], np.searchsorted(found.bounds, places, side="right") - 1
    order = np.lexsort((hashes, owner))
    owner, hashes = owner[order], hashes[order]
    fresh = np.ones(len(hashes), bool)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1])
    return hashes[fresh], np.bincount(owner[fresh], minlength=len(texts))


def _bound() -> np.uint64:
    return np.uint64((1 << 64) // _RATE)


def _packed(one: Ints, other: Ints) -> Ints:
    """Pairs of places below 2**32, each as one number: the smaller in the upper 32 bits. So pairs sort
    and compare as fast as numbers."""
    packed: Ints = np.minimum(one, other) << 32 | np.maximum(one, other)
    return packed


def _unpacked(pairs: Ints) -> tuple[Ints, Ints]:
    """The smaller places and the greater ones of packed pairs."""
    return pairs >> 32, pairs & 0xFFFFFFFF


def _pairs(members: Hashes, group: Ints, ids: Hashes, sizes: Ints) -> tuple[Ints, Ints]:
    """Pairs of articles as places in `ids`, packed, and how often each is found.

    `members` of a `group` have a hash in common; in each the longest text comes first.
    """
    place = np.searchsorted(ids, members)
    order = np.lexsort((place, -sizes[place], group))
    place, group = place[order], group[order]
    counts = np.bincount(group)
    large = counts[group] > _ALL_PAIRS
    longest = place[np.repeat(np.cumsum(counts) - counts, counts)]
    pairs = [(longest[large], place[large])]
    for step in range(1, min(_ALL_PAIRS, counts.max(initial=1))):
        same = group[step:] == group[:-step]
        if step > _NEXT:
            same &= ~large[step:]
        pairs.append((place[:-step][same], place[step:][same]))
    found = [_packed(one, other) for one, other in pairs]
    # The longest of a large group is also paired with itself; such a pair joins nothing.
    return np.unique(np.concatenate(found), return_counts=True)


def _likely(found: Sequence[tuple[Ints, Ints]], ids: Hashes, sizes: Ints) -> Ints:
    """The pairs of ids that share enough of their sketches, those that share most first."""
    pairs, inverse = np.unique(np.concatenate([each for each, _ in found]), return_inverse=True)
    shared = np.bincount(inverse, np.concatenate([counts for _, counts in found]), len(pairs))
    one, other = _unpacked(pairs)
    smaller = np.maximum(np.minimum(sizes[one], sizes[other]), 1)
    # The fewer hashes, the farther off is the share in the sketch from that in the text.
    part = shared / smaller
    kept = np.flatnonzero(part >= _SHARED - 0.5 / np.sqrt(smaller))
    kept = kept[np.argsort(-part[kept], kind="stable")]
    return np.stack([ids[one[kept]], ids[other[kept]]], axis=1).astype(np.int64)


def _checked(pairs: Ints, groups: Groups, texts: Texts) -> Iterator[tuple[int, int]]:
    """The pairs that are near on their whole sets; those already in one group are passed over."""
    for at in range(0, len(pairs), _PAIRS):
        some = [
            (int(one), int(other))
            for one, other in pairs[at : at + _PAIRS]
            if not groups.together(int(one), int(other))
        ]
        sets = _sets(sorted({each for pair in some for each in pair}), texts)
        for one, other in some:
            if not groups.together(one, other) and near(*similarity(sets[one], sets[other])):
                yield one, other


def _sets(ids: list[int], texts: Texts) -> dict[int, Hashes]:
    sets: dict[int, Hashes] = {}
    left = iter(ids)
    for some in _batches(texts(ids)):
        found = shingles(some)
        sets |= {
            identity: found.of(at) for at, identity in zip(range(len(some)), left, strict=False)
        }
    return sets
