"""manifest.json of a release: what was shipped, from what it was made, and whether it still is that."""

import fnmatch
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import msgspec
import pyarrow as pa
from msgspec import UNSET, Struct, UnsetType

from qawl.articles.cleaning_record import CleaningRecord
from qawl.core import files, names, shards
from qawl.core.arrow import parquet, rows
from qawl.core.column_types import Columns
from qawl.core.errors import ReleaseError
from qawl.core.records import FORMAT, Format, to_json
from qawl.core.text import file_sha256
from qawl.release.tables import columns
from qawl.release.tables.content_digest import Digest, TableDigest

_log = logging.getLogger("qawl")

MANIFEST = "manifest.json"
SUM = "manifest.sha256"
"""The digest of the manifest, as `sha256sum` writes it; early releases have none."""
ORIGINAL = "manifest.original.json"
"""The manifest in a copy with restored texts, whose bytes are no longer those that it lists."""
SCHEMES = "schemes/"
COLUMNS = "columns"
"""What content digests are of, as manifests say it; early ones say nothing, most of them hashed rows."""


class FileDigest(Struct, frozen=True):
    """What a manifest says of a file: its hex SHA-256, and its size in bytes."""

    sha256: str
    bytes: int


class ArticleCounts(Struct, frozen=True):
    """What a manifest says of the articles: `withheld` by id, `withdrawn` id → reason, split → count."""

    count: int
    withheld: tuple[str, ...] = ()
    withdrawn: dict[str, str] = {}
    splits: dict[str, int] = {}


class Worked(Struct, frozen=True):
    """Who worked on a layer: a person, none, or nobody says."""

    person: bool | None


class CardSplit(Struct, frozen=True):
    """How many rows a split of a table has."""

    name: str
    num_examples: int = 0


class CardTable(Struct, frozen=True):
    """A table with its columns and splits."""

    config_name: str
    features: list[dict[str, object]] = []
    splits: tuple[CardSplit, ...] = ()


class CardFiles(Struct, frozen=True):
    """The files of a split, as a pattern."""

    split: str
    path: str


class CardConfig(Struct, frozen=True):
    """The files that a loader takes for a table."""

    config_name: str
    data_files: tuple[CardFiles, ...] = ()
    default: bool = False


class CardHead(Struct, frozen=True):
    """What the YAML at the head of a release's card says of its tables."""

    configs: tuple[CardConfig, ...] = ()
    dataset_info: tuple[CardTable, ...] = ()


class Erratum(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A correction of a reader that gold has followed: the address that was corrected, what stood there
    and stands now, in words; `reporter` is who wants to be named."""

    id: str
    address: str
    layer: str
    was: str
    became: str | None = None
    attributes: tuple[str, ...] = ()
    removed: bool = False
    reporter: str | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """From what the gold of a layer was made: the scheme, and digests of articles and annotations."""

    scheme_version: str
    labels: tuple[str, ...]
    scheme_sha256: str
    articles_sha256: str
    annotations_sha256: str
    annotators: dict[str, Worked]
    judge: Worked | None = None


class LetPass(Struct, frozen=True):
    """How many findings of a check a dispensation let pass, and why."""

    check: str
    count: int
    reason: str


class SilverLayer(Struct, frozen=True, kw_only=True):
    """What a manifest says of the silver of a layer: what made it, of how many articles, how good it is.

    `measured` has label → (suggestions that stand in gold, all of them) in the `gold_articles`.
    """

    model: str
    model_version: str
    articles: int
    gold_articles: int = 0
    measured: dict[str, tuple[int, int]] = {}
    not_suggested: tuple[str, ...] = ()


class Manifest(Struct, frozen=True, kw_only=True):
    """manifest.json of a release; what early releases don't say has a default.

    All digests are SHA-256, 64 hex digits.

    Attributes
    ----------
    format : int
        The version of the record, 1.
    name, version : str
        The corpus, and MAJOR.MINOR.PATCH.
    draft : bool
        Whether it was built in spite of gates that fail.
    open_gates : tuple of str
        The gates that failed, in words.
    date : str or None
        The day of the release, as an ISO 8601 date.
    license : str or None
        That of the annotations.
    files : dict of str to FileDigest
        Every file but the manifest, by path: `sha256` and `bytes`.
    features : dict of str to list of dict, or None
        The columns of each table, as the head of the card has them for `datasets`.
    content : dict of str to TableDigest
        Each table by <table>/<split>: its rows and the digest of what they say.
    content_sha256 : str
        The digest of all tables; docs/decisions/content-digest.md defines it.
    content_of : str or None
        What the digests of content are of: columns; None in early releases.
    told_sha256 : str or None
        The digest of what the documents are made from beside the tables.
    digest_in : str or None
        The file beside the manifest that has its own digest.
    made_with : dict of str to str
        Qawl and the libraries, with their versions.
    findings : dict of str to int
        How many findings there were, by check.
    articles : ArticleCounts
        `count`; `withheld` by id; `withdrawn`, id → reason; `splits`, split → count.
    iob2 : dict of str to dict of str to int
        By layer, what the table `tokens` can't say of its spans.
    cleaning : CleaningRecord
        How the articles were cleaned.
    chain : dict of str to Chain
        By layer, from what the gold was made.
    errata : tuple of Erratum, or UNSET
        Corrections of readers, of all releases up to this one.
    silver : dict of str to SilverLayer, or UNSET
        By layer, what stands in the table `silver`.
    let_pass : tuple of LetPass, or UNSET
        Findings that dispensations let pass.

    Examples
    --------
    >>> manifest = qawl.Corpus(".").release("0.1.0").manifest
    >>> manifest.articles.count, len(manifest.articles.withheld), manifest.draft
    (3, 1, False)
    >>> manifest.files["README.md"].bytes > 0
    True
    """

    format: Format = FORMAT
    name: str
    version: str
    draft: bool
    open_gates: tuple[str, ...] = ()
    date: str | None = None
    license: str | None = None
    files: dict[str, FileDigest]
    features: dict[str, list[dict[str, object]]] | None = None
    content: dict[str, TableDigest]
    content_sha256: str
    content_of: str | None = None
    told_sha256: str | None = None
    digest_in: str | None = None
    made_with: dict[str, str] = {}
    findings: dict[str, int] = {}
    articles: ArticleCounts = ArticleCounts(0)
    iob2: dict[str, dict[str, int]] = {}
    cleaning: CleaningRecord = msgspec.field(default_factory=CleaningRecord)
    chain: dict[str, Chain] = {}
    errata: tuple[Erratum, ...] | UnsetType = UNSET
    silver: dict[str, SilverLayer] | UnsetType = UNSET
    let_pass: tuple[LetPass, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError at a path of a file or table that leads out of the release."""
        for each in (*self.files, *self.content, *(self.features or ())):
            names.inner(each)

    @property
    def tables(self) -> dict[str, dict[str, TableDigest]]:
        """Config → split → what is said of its rows; tables without rows are not there."""
        found: dict[str, dict[str, TableDigest]] = {}
        for name, said in self.content.items():
            config, _, split = name.partition("/")
            found.setdefault(config, {})[split] = said
        return found


CARRIERS = (".git", ".gitattributes", ".cache/huggingface")
"""What git and the Hub's client leave beside a release that they brought."""


def _brought(name: str) -> bool:
    """Whether a path of a release is of what brought it."""
    return any(name == each or name.startswith(f"{each}/") for each in CARRIERS)


def file_digests(
    folder: Path, known: Mapping[str, FileDigest] = MappingProxyType({})
) -> dict[str, FileDigest]:
    """Path → digest of every file of a release but the manifest and its digest, sorted.

    Files that are `known` are not read again.
    """
    found = {}
    for path in files.below(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (MANIFEST, SUM) and not _brought(name):
            found[name] = known.get(name) or FileDigest(file_sha256(path), path.stat().st_size)
    return found


ROWS = 4000
"""Rows of a table that are digested at a time; what reads them costs something each time."""
SEVERAL = 8
"""Row groups after which memory is given back to the system: each time costs as much as a few of them."""


def content_digest(*paths: Path) -> tuple[int, str]:
    """(rows, digest of their content) of a table's parquet files, whatever wrote them."""
    digest, pool = Digest(), pa.default_memory_pool()
    for path in paths:
        with parquet(path) as file:
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(ROWS, row_groups=[group], use_threads=False):
                    digest.add(batch)
                if group % SEVERAL == SEVERAL - 1:
                    pool.release_unused()
        pool.release_unused()
    return digest.rows, digest.hexdigest()


def _lines_digest(*paths: Path) -> tuple[int, str]:
    """The same as early releases have it: a hash over their rows as JSON lines."""
    total, count = sha256(), 0
    for path in paths:
        for row in rows(path, together=250):
            total.update(to_json(row) + b"\n")
            count += 1
    return count, total.hexdigest()


def overall(content: Mapping[str, TableDigest]) -> str:
    """One digest over those of all tables."""
    total = sha256()
    for name in sorted(content):
        total.update(f"{name} {content[name].sha256}\n".encode())
    return total.hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest beside what it lists, and its digest beside it."""
    text = json.dumps(msgspec.to_builtins(manifest), ensure_ascii=False, indent=1) + "\n"
    files.write_text(folder / MANIFEST, text)
    files.write_text(folder / SUM, _sum(text.encode()))


def _sum(content: bytes) -> str:
    """What the file beside a manifest says of it."""
    return f"{sha256(content).hexdigest()}  {MANIFEST}\n"


def load(folder: Path) -> Manifest:
    """The manifest of a release; raises ReleaseError where there is none, or one that is damaged."""
    made = as_it_stands(folder)
    if problem := next(_unlike_its_digest(folder, made), None):
        raise damaged(folder, problem)
    return made


def damaged(folder: Path, problem: str) -> ReleaseError:
    """That a release is not what it was when it was built."""
    return ReleaseError(f"{folder}: {problem}: bring the release back")


def as_it_stands(folder: Path) -> Manifest:
    """The manifest of a release, also where it is not the one that its digest is of."""
    path = folder / MANIFEST
    if not path.is_file():
        if (folder / ORIGINAL).is_file():
            raise ReleaseError(
                f"{folder} is a copy with restored texts, each checked by its hash when it was restored: "
                "name the release that it was made from"
            )
        raise ReleaseError(f"{folder} is not a release: it has no {MANIFEST}")
    return _load(path)


def refuse_missing(folder: Path) -> None:
    """Raises ReleaseError where a file that the manifest lists is missing."""
    _refuse_missing(folder, load(folder).files)


def _refuse_missing(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if not (folder / name).is_file():
            raise damaged(folder, f"{name} is missing")


def refuse_changed(folder: Path, *, documents: bool = False) -> None:
    """Raises ReleaseError where a table is not as the manifest lists it.

    A scheme that was changed, or one of the documents if these are asked for, is said.
    """
    for name, listed in load(folder).files.items():
        table = name.endswith(".parquet")
        asked = table or documents or name.startswith(SCHEMES)
        if not asked or not (folder / name).is_file():
            continue
        if file_sha256(folder / name) != listed.sha256:
            if table:
                raise damaged(folder, f"{name} was changed")
            _log.warning("%s: %s was changed since the release was built", folder, name)


def refuse_other_rows(folder: Path) -> None:
    """Raises ReleaseError where the rows of a table are not those of the manifest."""
    made = load(folder)
    if problem := next(_other_rows(folder, made, made.files), None):
        raise damaged(folder, problem)


def table_files(folder: Path, config: str) -> dict[str, list[Path]]:
    """Split → the files of a table of a release, in their order; raises ReleaseError where one is
    missing, as after half a download."""
    there = shards.splits(folder / config)
    for split in of_copy(folder).tables.get(config, ()):
        if not shards.is_whole(there.get(split, ())):
            raise ReleaseError(
                f"{folder}: the table {config}/{split} is missing, or a part of it: run `qawl verify` "
                "and bring the release back"
            )
    return there


def refuse_missing_parts(folder: Path) -> None:
    """Raises ReleaseError where a scheme or a table is missing, or a part of one."""
    made = of_copy(folder)
    _refuse_missing(folder, (each for each in made.files if each.startswith(SCHEMES)))
    for config in made.tables:
        table_files(folder, config)


def is_release(folder: Path) -> bool:
    """Whether a folder holds a release, or a copy of one with restored texts."""
    return any((folder / name).is_file() for name in (MANIFEST, ORIGINAL))


def resolve(releases: Path, name: str) -> Path:
    """A release by version or folder."""
    for folder in (releases / name, Path(name)):
        if (folder / MANIFEST).is_file():
            return folder
    if Path(name).is_dir():
        as_it_stands(Path(name))  # says what the folder is
    there = ", ".join(sorted(each.name for each in releases.glob("[0-9]*"))) or "none"
    raise ReleaseError(
        f"{name} is not a release: give a version in {releases} (there is {there}) or a folder"
    )


def of_copy(folder: Path) -> Manifest:
    """The manifest of a release, or of the release that a copy with restored texts was made from."""
    original = folder / ORIGINAL
    if not (folder / MANIFEST).is_file() and original.is_file():
        return _load(original)
    return load(folder)


def _load(path: Path) -> Manifest:
    return files.load(path, Manifest, ReleaseError, "bring the release back")


def features(folder: Path) -> dict[str, Columns]:
    """Config → columns of a release's tables; early releases said them in the head of the card alone."""
    given = of_copy(folder).features
    try:
        if given is None:
            head = card_head(folder) or CardHead()
            given = {each.config_name: each.features for each in head.dataset_info}
        return {name: columns.of_card(each) for name, each in given.items()}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(folder, "the columns of its tables can't be read") from error


def card_head(folder: Path) -> CardHead | None:
    """The YAML at the head of a release's card, between two lines of three dashes; None without it.

    Raises ReleaseError where it says something else.
    """
    import yaml  # noqa: PLC0415 - most releases are read without their cards

    text = files.text(folder / "README.md")
    above, end, _ = f"\n{text}".removeprefix("\n---").partition("\n---\n")
    if not end or not text.startswith("---\n"):
        return None
    try:
        head = yaml.load(above, Loader=yaml.CSafeLoader)
        return msgspec.convert(head, CardHead) if isinstance(head, dict) else None
    except (yaml.YAMLError, ValueError, RecursionError, msgspec.ValidationError) as error:
        said = str(error).splitlines()[0]
        raise ReleaseError(
            f"README.md: the YAML at its head can't be read: {said}: it begins as Qawl's own template "
            "does, with `---`, `{{ metadata }}---`"
        ) from error


def verify(folder: str | Path) -> list[str]:
    """What in a release is not as its manifest says; works offline and anywhere.

    Parameters
    ----------
    folder : str or Path
        The folder of a release: exports/releases/<version>, or where git or the Hub brought it.

    Returns
    -------
    list of str
        One line for each difference: files by their hashes, then tables by the digest of their rows.
        Empty where the release is what its manifest says.

    Raises
    ------
    QawlError
        The folder has no manifest, or one that is damaged.

    Examples
    --------
    >>> folder = qawl.Corpus(".").release("0.1.0").folder
    >>> qawl.verify(folder)
    []
    >>> _ = (folder / "README.md").write_text("changed")
    >>> qawl.verify(folder)
    ['README.md was changed']
    """
    return list(_differences(Path(folder)))


def has_digest(folder: Path) -> bool:
    """Whether a release has the digest of its manifest beside it."""
    return (folder / SUM).is_file()


def _unlike_its_digest(folder: Path, manifest: Manifest) -> Iterator[str]:
    if not has_digest(folder):
        if manifest.digest_in:
            yield f"{SUM} is missing"
    elif (folder / SUM).read_bytes() != _sum((folder / MANIFEST).read_bytes()).encode():
        yield f"{MANIFEST} is not the one that {SUM} is of"


def _differences(folder: Path) -> Iterator[str]:
    """The manifest itself, files, then the content of tables."""
    manifest = as_it_stands(folder)
    yield from _unlike_its_digest(folder, manifest)
    listed, there = manifest.files, file_digests(folder)
    for name in sorted({*listed, *there}):
        if name not in there:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not part of the release"
        elif listed[name].sha256 != there[name].sha256:
            yield f"{name} was changed"
    yield from _no_files(folder, folder, listed)
    yield from _other_rows(folder, manifest, there)


def _no_files(folder: Path, release: Path, listed: Collection[str]) -> Iterator[str]:
    """What stands in a release and holds no file of it: pipes, devices, links, and folders that are
    empty, unless a file that is missing stood there."""
    entries = files.listed(folder)
    place = folder.relative_to(release).as_posix()
    if not entries and not any(name.startswith(f"{place}/") for name in listed):
        yield f"{place} is an empty folder"
    for path in entries:
        name = path.relative_to(release).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not _brought(name):
                yield from _no_files(path, release, listed)
        elif not path.is_file() and not _brought(name):
            yield f"{name} is no file"


def _other_rows(folder: Path, manifest: Manifest, there: Mapping[str, FileDigest]) -> Iterator[str]:
    """Tables whose files are those that the manifest lists, and whose rows are not."""
    listed, told = manifest.files, manifest.content_of == COLUMNS
    digests = (content_digest,) if told else (_lines_digest, content_digest)
    for name, said in manifest.content.items():
        paths = fnmatch.filter(sorted(there), said.path)
        if paths and all(there[path] == listed.get(path) for path in paths):
            made = [folder / path for path in paths]
            if (said.rows, said.sha256) not in (digest(*made) for digest in digests):
                yield f"{name}: the rows are not those of the manifest"
    if overall(manifest.content) != manifest.content_sha256:
        yield "the manifest's content digest is not that of its tables"
