"""Files that URLs name → received articles: fetched once, a batch at a time, and read as files are."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from qawl.articles import metadata, remote, source_files
from qawl.articles.metadata import Metadata
from qawl.articles.received import Found, set_aside
from qawl.articles.remote import Entry, Remote, Store
from qawl.core import temporary
from qawl.core.errors import InputError
from qawl.core.findings import reason

BATCH_FILES, BATCH_BYTES = 64, 1 << 26
"""Files and bytes that are fetched at once; a larger file alone."""

Wanted = tuple[Entry, Metadata]


def read(place: Remote, mapping: Mapping[str, str], workshop: Path) -> Iterator[Found]:
    """Everything that a URL names: a file, what a pattern fits, or all below a folder.

    What is fetched stands beside `workshop` until it is read. Raises InputError where the store can't be
    reached, refuses, or breaks off.
    """
    store = Store(place)
    batch: list[Wanted] = []
    with temporary.folder(workshop) as folder:
        for each in _wanted(store):
            if not isinstance(each, tuple):
                yield from _of(store, batch, mapping, folder)
                batch = []
                yield each
                continue
            if batch and _is_full([*batch, each]):
                yield from _of(store, batch, mapping, folder)
                batch = []
            batch.append(each)
        yield from _of(store, batch, mapping, folder)


def _is_full(batch: Sequence[Wanted]) -> bool:
    return len(batch) > BATCH_FILES or sum(each.size or 0 for each, _ in batch) > BATCH_BYTES


def _of(
    store: Store, batch: Sequence[Wanted], mapping: Mapping[str, str], folder: Path
) -> Iterator[Found]:
    """Fetches a batch and reads it; the files go as soon as they are read."""
    if not batch:
        return
    paths = [folder / f"{number}{_ending(each.name)}" for number, (each, _) in enumerate(batch)]
    store.fetch([each for each, _ in batch], paths)
    for path, (each, given) in zip(paths, batch, strict=True):
        why = source_files.unfit(each.name, path.stat().st_size, named=True)
        if why:
            yield set_aside(each.shown, why)
        else:
            yield from source_files.read_as(path, each.shown, mapping, given)
        path.unlink()


def _ending(name: str) -> str:
    """The ending by which a file is read."""
    return next((each for each in source_files.READ if name.lower().endswith(each)), "")


def _wanted(store: Store) -> Iterator[Wanted | Found]:
    """The files to fetch, each with what stands beside it; and what is not fetched, with the reason."""
    named = not store.is_pattern
    for entry in [store.entry(store.path)] if named else _matched(store):
        if entry.folder:
            for each, names in remote.walk(store, entry.path, source_files.taken):
                notes = [name for name in metadata.notes(each.name) if name in names]
                yield from _checked(store, each, notes, named=False)
        else:
            yield from _checked(store, entry, _notes(store, entry), named=named)


def _matched(store: Store) -> Sequence[Entry]:
    """What a pattern fits, without notes and without what lies in folders that it fits too."""
    found = store.matching()
    if not found:
        raise InputError(f"{store.remote.shown}: nothing fits this pattern")
    names = frozenset(source_files.taken([each.name for each in found]))
    return [each for each in found if each.name in names]


def _notes(store: Store, entry: Entry) -> Sequence[str]:
    """The names of the files beside one that was named itself; none on the web."""
    if store.remote.scheme in remote.WEB:
        return ()
    return [each for each in metadata.notes(entry.name) if store.there(_beside(entry, each))]


def _beside(entry: Entry, name: str) -> str:
    return f"{entry.path.rpartition('/')[0]}/{name}"


def _checked(
    store: Store, entry: Entry, notes: Sequence[str], *, named: bool
) -> Iterator[Wanted | Found]:
    """A file with what is known of it, unless it is one that is not read."""
    plain = named and store.remote.scheme not in remote.WEB
    if why := source_files.unfit(entry.name, entry.size, named=plain):
        yield set_aside(entry.shown, why)
        return
    sizes = {name: store.entry(_beside(entry, name)).size or 0 for name in notes}
    try:
        given, foreign = metadata.gathered(sizes, lambda name: store.content(_beside(entry, name)))
    except InputError as error:
        yield set_aside(entry.shown, reason("metadata-wrong", f": {error}"))
        return
    yield from source_files.not_metadata(entry.shown, foreign)
    yield entry, given
