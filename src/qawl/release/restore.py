"""Withheld text put back into a release from the user's own copy, checked by hash.

What is filled in: texts, the surfaces of spans, tokens, free texts of annotators that held a run of the
text, and titles, which have a hash of their own. A text that fails its hash is never filled in.
"""

import os
import re
import shutil
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from qawl.articles import source_files
from qawl.articles.cleaning_record import CleaningRecord
from qawl.articles.received import Received
from qawl.articles.removed_lines import candidates
from qawl.core import files, temporary
from qawl.core.arrow import parquet, rows
from qawl.core.column_types import Cell, Row
from qawl.core.errors import InputError, ReleaseError
from qawl.core.excerpts import listed, many
from qawl.core.text import sha256
from qawl.release.layout import Layouts, respaced
from qawl.release.rights import standoff
from qawl.release.rights.standoff import SUFFIX
from qawl.release.tables.tables import RELATIONS
from qawl.release.tables.token_table import TABLE
from qawl.release.versions import manifest

if TYPE_CHECKING:
    import datasets

_SPAN = ("start", "end", "text")
_LONGEST_TITLE = 500
_NO_CORPUS = Path(os.devnull)
"""Copies are read wherever they stand, in the folder of a corpus too, and named after the folder that
was given."""
OTHER_SPACES = (
    "a copy has as many letters with spaces at the same places, but other kinds of spaces, or another "
    "word: which spaces were no-break spaces, U+00A0, can't be told from it; give a copy that kept them, "
    "such as the page as it was saved"
)
"""What is said of a text of which a copy has the letters, and not the white space."""
D = TypeVar("D")
Part: TypeAlias = "pa.Table | datasets.Dataset"
"""A table, or a split of a dataset."""

Articles = str | Path | Iterable[str | Path]
"""A file or a folder, or several texts (`str`) and files (`Path`)."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back and what was not found, by article id; copies that can't be read, and why.

    `near` are those of the missing of which a copy has as many letters with spaces at the same places.
    """

    restored: list[str]
    missing: list[str]
    near: list[str]
    untitled: list[str]
    unread: list[str]


@dataclass(slots=True)
class _Wanted:
    """What a dataset lacks: the hash of each withheld text with its name and that of its title."""

    names: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    found_titles: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    lengths: dict[str, int] = field(default_factory=dict)
    layouts: Layouts = field(default_factory=Layouts)

    def ask(self, row: Row) -> None:
        """Notes what a row lacks."""
        if (digest := row.get("text_sha256")) is None or not _lacks(row):
            return
        self.names[digest] = row.get("article_id") or row.get("id") or digest
        if row.get("title") is None and (title := row.get("title_sha256")):
            self.titles[digest] = title
        if length := row.get("code_points"):
            self.lengths[digest] = length
        if row.get("starts") is not None:
            self.layouts.add(row, self.lengths.get(digest))

    def look(
        self, articles: Articles, told: CleaningRecord, names: Mapping[str, str] | None = None
    ) -> None:
        """Takes what is wanted from copies; `names` are fields of records that have other names."""
        for each in [Path(articles)] if isinstance(articles, str | Path) else articles:
            if isinstance(each, str):
                self._look_in(each, None, told)
                continue
            for found in source_files.read([each], names or {}, _NO_CORPUS):
                if isinstance(found, Received):
                    self._look_in(found.text, found.metadata.title, told)
                else:
                    self.unread.append(f"{found.path}: {found.reason}")

    def _look_in(self, copy: str, title: str | None, told: CleaningRecord) -> None:
        """Takes the text that a copy is: as it is, as ingest cleans it, with other white space."""
        cleaned = list(dict.fromkeys(candidates(copy, told)))
        known = (text for each in cleaned for text in (each, *respaced(each)))
        laid_out = (text for each in cleaned if (text := self.layouts.find(each)))
        for text in chain(known, laid_out):
            digest = sha256(text)
            if digest in self.names:
                self.texts[digest] = text
                self._look_for_title(digest, copy, title)
                return

    def _look_for_title(self, digest: str, copy: str, title: str | None) -> None:
        """A title is known with the copy, or is a line of it."""
        wanted = self.titles.get(digest)
        if wanted is None:
            return
        lines = (line.strip() for line in copy.splitlines() if len(line) <= _LONGEST_TITLE)
        for each in (title, *lines):
            if each and sha256(each) == wanted:
                self.found_titles[digest] = each
                return

    def outcome(self) -> Restored:
        """What was found and what was not, by name."""

        def names(digests: Iterable[str]) -> list[str]:
            return sorted(self.names[each] for each in digests)

        missing = self.names.keys() - self.texts.keys()
        return Restored(
            restored=names(self.texts),
            missing=names(missing),
            near=names(missing & self.layouts.near),
            untitled=names((self.titles.keys() & self.texts.keys()) - self.found_titles.keys()),
            unread=self.unread,
        )

    def filled(self, row: Row) -> Row:
        """A row with what was found for it."""
        digest = row.get("text_sha256")
        text = self.texts.get(digest or "")
        if text is None or not _lacks(row):
            return row
        made: Row = _surfaces(row, text)
        if "code_points" in row:
            made["text"] = text
            if made["title"] is None:
                made["title"] = self.found_titles.get(digest or "")
        if "starts" in row:
            ends = zip(row["starts"], row["ends"], strict=True)
            made["tokens"] = [text[start:end] for start, end in ends]
        if "withheld" in row:
            made["withheld"] = False
        return made


def _lacks(row: Row) -> bool:
    """Whether texts of a row are withheld; in tables without a flag its surfaces tell."""
    if "withheld" in row:
        return bool(row["withheld"])
    inner = (*(row.get("spans") or ()), *(row.get("attributes") or ()), row.get("to") or {})
    return any(_bare(each) for each in (row, *inner))


def _bare(value: Row) -> bool:
    """Whether a surface is null, or a free text."""
    if "start" in value and "text" in value and value["text"] is None:
        return True
    return any(_told_of(value))


def _told_of(value: Row) -> Iterator[str]:
    """The free texts of a row that are told by places."""
    for name, told in value.items():
        of = name.removesuffix(SUFFIX)
        each = [told] if isinstance(told, str) else told or ()
        if of != name and of in value and {*each} - {None, standoff.NOTHING}:
            yield of


def _surfaces(value: Cell, text: str) -> Cell:
    """Nested spans with their surfaces, and free texts."""
    if isinstance(value, list):
        return [_surfaces(each, text) for each in value]
    if isinstance(value, dict):
        filled = {name: _surfaces(each, text) for name, each in value.items()}
        if set(_SPAN) <= set(value):
            filled["text"] = text[value["start"] : value["end"]]
        for name in _told_of(value):
            filled |= _decoded(name, filled[name], filled[name + SUFFIX], text)
        return filled
    return value


def _decoded(name: str, given: Cell, told: Cell, text: str) -> Row:
    """A free text, or several, as they were, with nothing left to tell."""
    if isinstance(told, str):
        return {name: standoff.decode(told, text), name + SUFFIX: None}
    pairs = zip(given, told, strict=True)
    kept = (None, standoff.NOTHING)
    texts = [was if each in kept else standoff.decode(each, text) for was, each in pairs]
    left = [each if each == standoff.NOTHING else None for each in told]
    return {name: texts, name + SUFFIX: left}


def restore(dataset: D, articles: Articles, *, release: str | Path | None = None) -> D:
    """A dataset that was loaded from a release, of any config, with its withheld text put back.

    Parameters
    ----------
    dataset : datasets.Dataset, datasets.DatasetDict or pyarrow.Table
        Any table of a release, as `datasets.load_dataset` or `pyarrow.parquet.read_table` gives it.
    articles : str, Path, or iterable of them
        Your copies: one file or folder of any kind that `qawl ingest` reads; or several, where a `str`
        is a text and a `Path` a file. They may differ from the frozen text in what `qawl ingest` cleans.
    release : str or Path, optional
        The folder of the release, which tells what else was cleaned in its corpus (its own site chrome
        and recurring lines), and how texts were laid out: copies may then differ in white space.

    Returns
    -------
    datasets.Dataset, datasets.DatasetDict or pyarrow.Table
        With the rows, columns and features of `dataset`. A text is filled in where its hash is that of
        the row. What was not found stays null, and a warning says how much. A table of relations has
        no texts: a warning says so, and it is as it was.

    Raises
    ------
    QawlError
        It is no dataset, has no column text_sha256, or the release is damaged.

    Examples
    --------
    >>> from datasets import load_dataset
    >>> corpus = qawl.Corpus(".")
    >>> folder = corpus.release("0.1.0").folder
    >>> held = load_dataset("parquet", data_files=str(folder / "articles/train.parquet"))
    >>> [row["text"] is None for row in held["train"]]
    [False, True, False]
    >>> restored = qawl.restore(held, [each.text for each in corpus.articles.values()])
    >>> [row["text"] is None for row in restored["train"]]
    [False, False, False]
    """
    if all(_of_relations(part) for part in _parts(dataset).values()):
        message = "nothing to restore: a table of relations has no texts"
        warnings.warn(message, stacklevel=2)
        return dataset
    made, outcome = fill(dataset, articles, Path(release) if release else None)
    for what, names in (("text", outcome.missing), ("title", outcome.untitled)):
        if names:
            some = listed(names, 5)
            said = many(len(names), f"withheld {what} was", f"withheld {what}s were")
            message = f"{said} not found: {some}"
            warnings.warn(message, stacklevel=2)
    if outcome.near:
        some = listed(outcome.near, 5)
        warnings.warn(f"of these, {some}: {OTHER_SPACES}", stacklevel=2)
    return made


def fill(dataset: D, articles: Articles, release: Path | None = None) -> tuple[D, Restored]:
    """The same, with what was put back and what was not found."""
    parts = _parts(dataset)
    wanted = _Wanted()
    for part in parts.values():
        if "text_sha256" not in part.column_names:
            raise InputError("the dataset has no column text_sha256: no text can be checked")
        for row in _rows(part):
            wanted.ask(row)
    if release:
        layouts = _Wanted()
        _ask(release, layouts)
        wanted.layouts = layouts.layouts
    wanted.look(articles, cleaning_of(release) if release else CleaningRecord())
    outcome = wanted.outcome()
    state = sha256(" ".join([*sorted(wanted.texts), *sorted(wanted.found_titles)]))[:16]
    made = {name: _filled(part, wanted, state) for name, part in parts.items()}
    whole: D = made[""] if "" in made else type(dataset)(made)  # type: ignore[call-arg]
    return whole, outcome


def _parts(dataset: object) -> "dict[str, Part]":
    """The splits of a dataset, or itself under no name; `datasets` is not imported for a table."""
    if isinstance(dataset, pa.Table):
        return {"": dataset}
    known = sys.modules.get("datasets")
    if known and isinstance(dataset, known.DatasetDict):
        return dict(dataset)
    if known and isinstance(dataset, known.Dataset):
        return {"": dataset}
    raise InputError(
        f"a Dataset, a DatasetDict or a pyarrow Table is wanted, not {type(dataset).__name__}"
    )


def _of_relations(part: "Part") -> bool:
    """Whether these are rows of a table of relations, or some of its columns."""
    return {"from", "to"} <= {*part.column_names} <= RELATIONS.keys()


def _rows(part: "Part") -> Iterable[Row]:
    if not isinstance(part, pa.Table):
        return part  # type: ignore[no-any-return]
    return (row for batch in part.to_batches(max_chunksize=1000) for row in batch.to_pylist())


def _filled(part: "Part", wanted: _Wanted, state: str) -> "Part":
    if isinstance(part, pa.Table):
        rows = [wanted.filled(row) for row in _rows(part)]
        return pa.Table.from_pylist(rows, schema=part.schema)
    return part.map(
        lambda row: wanted.filled(dict(row)),
        features=part.features,
        new_fingerprint=sha256(f"{part._fingerprint} {state}")[:16],  # noqa: SLF001 - there is no other
        load_from_cache_file=False,
    )


def cleaning_of(release: Path) -> CleaningRecord:
    """What the manifest of a release says of its cleaning; raises ReleaseError where that is wrong."""
    try:
        told = manifest.load(release).cleaning
        for pattern in told.chrome:
            re.compile(pattern)
    except re.error as error:
        raise ReleaseError(f"{release / manifest.MANIFEST}: cleaning: {error}") from error
    return told


def restore_release(
    release: Path, paths: Iterable[Path], target: Path, names: Mapping[str, str] | None = None
) -> Restored:
    """Copies a release to a new folder, whole or not at all, with every withheld text that matches its
    hash put back. `names` renames fields of the copies (ours → theirs), as in an ingest.

    The manifest of the copy is that of the release, kept as manifest.original.json, since the bytes
    are no longer those that it lists. If none of the withheld texts is found, no folder is made.
    """
    manifest.refuse_missing(release)
    manifest.refuse_changed(release, documents=True)
    _refuse_within(target, release)
    manifest.refuse_other_rows(release)
    told = cleaning_of(release)
    if target.exists() and any(target.iterdir()):
        raise ReleaseError(f"{target} is not empty: name a new folder with --to")
    wanted = _Wanted()
    _ask(release, wanted)
    wanted.look(paths, told, names)
    if wanted.names and not wanted.texts:
        return wanted.outcome()
    with files.naming(target), temporary.folder(target.resolve()) as building:
        _write(release, building, wanted)
        if target.exists():
            target.rmdir()
        building.rename(target)
    return wanted.outcome()


def _refuse_within(target: Path, release: Path) -> None:
    """Raises ReleaseError where a copy would stand in its release, or around it."""
    copy, source = target.resolve(), release.resolve()
    if copy.is_relative_to(source) or source.is_relative_to(copy):
        raise ReleaseError(f"{target} and the release overlap: name a folder elsewhere with --to")


def _write(release: Path, target: Path, wanted: _Wanted) -> None:
    """The documents and tables of a release with what was found."""
    for name in ("README.md", "CITATION.cff", "GUIDELINES.md", "CHANGELOG.md"):
        if (release / name).is_file():
            shutil.copyfile(release / name, target / name)
    shutil.copyfile(release / manifest.MANIFEST, target / manifest.ORIGINAL)
    if (release / "schemes").is_dir():
        shutil.copytree(release / "schemes", target / "schemes")
    tables = (path for path in files.below(release) if path.match("*/*.parquet"))
    for path in tables:
        place = target / path.relative_to(release)
        place.parent.mkdir(exist_ok=True)
        _rewrite(path, place, wanted)


_ASKED = ["id", "text_sha256", "title_sha256", "withheld", "code_points"]
_LAID_OUT = ["article_id", "text_sha256", "withheld", "starts", "ends", "paragraphs"]


def _ask(release: Path, wanted: _Wanted) -> None:
    """Notes what a release lacks, and how its withheld texts are laid out; older ones don't say."""
    for table, columns in (("articles", _ASKED), (TABLE, _LAID_OUT)):
        for path in files.listed(release / table, "*.parquet"):
            for row in rows(path, columns, together=1000):
                wanted.ask(row)


def _rewrite(source: Path, target: Path, wanted: _Wanted) -> None:
    """One table with what was found filled in."""
    with (
        parquet(source) as file,
        pq.ParquetWriter(
            target, schema := file.schema_arrow, compression="zstd", store_schema=False
        ) as writer,
    ):
        for batch in file.iter_batches(batch_size=1000):
            filled = [wanted.filled(row) for row in batch.to_pylist()]
            writer.write_table(pa.Table.from_pylist(filled, schema=schema))
        writer.add_key_value_metadata(schema.metadata or {})
