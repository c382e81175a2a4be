"""exports/journal: every version of every annotation as Label Studio sent it, append-only, chained.

A line is `{"format", "prev", "sha256", "entry"}`; `sha256` is that of `prev` and the entry's bytes, so
a changed, missing or moved line is found. One journal a layer and annotator:
<layer>.<annotator>.jsonl, and the segments that were sealed before it (see `segments`).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from qawl.annotations import heads, journal_index, journal_opening, segments
from qawl.annotations.identity import Identity
from qawl.annotations.open_journal import Journal
from qawl.core import files as core_files
from qawl.core import names
from qawl.core.errors import JournalError
from qawl.core.project import Project
from qawl.core.records import JUDGE


def files(project: Project, layer: str) -> Iterator[tuple[str, Path]]:
    """(annotator, file) of a layer's journals, in the order of the annotators.

    Raises JournalError where one is gone, or the names of two are taken for one.
    """
    paths = segments.journals(project.journal)
    _removed_copies(project, layer, paths)
    _refuse_alike(paths)
    for path in paths:
        if path.stem.startswith(f"{layer}."):
            yield path.stem.removeprefix(f"{layer}."), path


def _removed_copies(project: Project, layer: str, paths: Iterable[Path]) -> list[str]:
    """The journals that are gone and of which another holds every line, as of a copy that was removed;
    raises JournalError where one is gone that held more, or that has another name now."""
    mine = [path for path in paths if path.stem.startswith(f"{layer}.")]
    gone = heads.gone(project.journal, layer, {path.stem for path in mine})
    for name, head in gone.items():
        # The chain makes one hash stand for all lines before it.
        same = [path for path in mine if reading(project, path).knows(head.sha256)]
        if same and not any(heads.of(path) for path in same):
            raise heads.renamed(project.journal / f"{name}.jsonl", same[0])
        if not same:
            raise heads.lost(project.journal / f"{name}.jsonl", head, 0)
    return list(gone)


def _refuse_alike(paths: Iterable[Path]) -> None:
    """Raises JournalError where two journals are named alike, as a merge of two leads' branches leaves
    them: one person would count as two."""
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(names.folded(path.stem), path)
        if other != path:
            raise JournalError(
                f"{other} and {path.name} are named alike, in another case or form of letters: move the "
                "wrong one out of the corpus and out of heads.json, and run `qawl pull --merge` on it"
            )


def annotators(project: Project) -> set[str]:
    """The pseudonyms of all who have a journal."""
    return {name for layer in project.settings.layers for name, _ in files(project, layer)}


def mend(project: Project, layer: str) -> Iterator[str]:
    """Checks a layer's journals from their first lines; drops the torn last lines that a crash left, and
    says so."""
    for annotator, path in files(project, layer):
        journal_index.remove(index(project, path))
        if opened_at(project, path).mended:
            yield said_mended(layer, annotator)


def removed_copies(project: Project, layer: str) -> set[str]:
    """The annotators whose journal is gone and was a copy: another holds every line of it."""
    names = _removed_copies(project, layer, segments.journals(project.journal))
    return {name.removeprefix(f"{layer}.") for name in names}


def forget_copies(project: Project, layer: str) -> Iterator[str]:
    """Takes the copies that were removed out of heads.json, and says so."""
    names = [f"{layer}.{each}" for each in sorted(removed_copies(project, layer))]
    heads.forget(project.journal, names)
    for each in names:
        yield f"{each}: a copy that was removed; all of it stands in another journal"


def unseal(project: Project, path: Path) -> None:
    """Puts the lines of all segments of a journal back into its open file, however large that is then."""
    opened = opened_at(project, path)
    if opened.sealed:
        core_files.write_bytes(path, segments.whole(path, len(opened.sealed)))
        opened.sealed = ()
    opened.make_room()


def said_mended(layer: str, annotator: str) -> str:
    """That a journal was mended, in words."""
    return f"{layer}.{annotator}: a torn last line was dropped"


def load(path: Path, index: Path | None = None) -> Journal:
    """A journal file with its chain checked; a torn last line is dropped, a changed one refused.

    Where it holds more than heads.json says, that is moved forward. With an index that is of the files as
    they stand, only the last line is checked; of files that were written anew, what has changed.
    """
    opened, _ = journal_opening.checked(path, index, mend=True)
    opened.settle()
    return opened


def index(project: Project, path: Path) -> Path:
    """Where the index of a journal stands."""
    return project.state / "journal" / f"{path.stem}.sqlite"


def opened_at(project: Project, path: Path) -> Journal:
    """A journal of a corpus, opened to be added to, with its index."""
    project.make_state()
    return load(path, index(project, path))


def reading(project: Project, path: Path) -> Journal:
    """A journal of a corpus, opened to be read; nothing but its index is written.

    Raises JournalError at a line that was changed or is torn.
    """
    with suppress(OSError):  # a corpus that may only be read
        project.make_state()
    opened, read = journal_opening.checked(path, index(project, path), mend=False)
    if read:
        opened.keep()
    return opened


def living(project: Project, layers: Iterable[str]) -> Iterator[tuple[str, Identity]]:
    """(annotator, annotation) of all that the journals of these layers have and nobody deleted; the
    judge's are left out."""
    for layer in layers:
        for annotator, path in files(project, layer):
            if annotator != JUDGE:
                opened = reading(project, path)  # held here: its index closes with it
                yield from ((annotator, each) for each in opened.holds.living())


def stood(project: Project, path: Path) -> tuple[int, str]:
    """How many versions a journal of a corpus holds, and the hash of the last: its content is checked."""

    def found() -> tuple[int, str]:
        opened = reading(project, path)
        return opened.count, opened.last

    made_of = (*segments.parts(path), path.parent / heads.NAME)
    return project.disk.once(f"end of {path}", found, *made_of)
