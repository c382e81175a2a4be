"""manifest.json of a release: what was shipped, from what it was made, and whether it still is that."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from qawl.core import files
from qawl.core.errors import ReleaseError
from qawl.core.records import to_json
from qawl.core.text import file_sha256
from qawl.release.tables import columns
from qawl.release.tables.columns import Columns
from qawl.release.tables.content_digest import Digest

MANIFEST = "manifest.json"
COLUMNS = "columns"
"""What content digests are of, as manifests say it; early ones say nothing, most of them hashed rows."""
CARRIERS = frozenset({".git", ".gitattributes", ".cache"})
"""What git and the Hub's client leave beside a release that they brought."""


def file_digests(
    folder: Path, known: Mapping[str, dict[str, Any]] = MappingProxyType({})
) -> dict[str, dict[str, Any]]:
    """Path → sha256 and size of every file of a release but the manifest, sorted.

    Files that are `known` are not read again.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST and name.partition("/")[0] not in CARRIERS:
            found[name] = known.get(name) or {
                "sha256": file_sha256(path),
                "bytes": path.stat().st_size,
            }
    return found


def content_digest(path: Path) -> tuple[int, str]:
    """(rows, digest of their content) of a parquet file, whatever wrote it."""
    digest, pool = Digest(), pa.default_memory_pool()
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(250, row_groups=[group], use_threads=False):
                digest.add(batch)
            pool.release_unused()
    return digest.rows, digest.hexdigest()


def _lines_digest(path: Path) -> tuple[int, str]:
    """The same as early releases have it: a hash over their rows as JSON lines."""
    total, rows = sha256(), 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(250):
            for row in batch.to_pylist():
                total.update(to_json(row) + b"\n")
                rows += 1
    return rows, total.hexdigest()


def overall(content: dict[str, dict[str, Any]]) -> str:
    """One digest over those of all tables."""
    total = sha256()
    for name in sorted(content):
        total.update(f"{name} {content[name]['sha256']}\n".encode())
    return total.hexdigest()


def write(folder: Path, manifest: dict[str, Any]) -> None:
    """Writes the manifest beside what it lists."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    files.write_text(folder / MANIFEST, text)


def load(folder: Path) -> dict[str, Any]:
    """The manifest of a release; raises ReleaseError where there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ReleaseError(f"{folder} is no release: it has no {MANIFEST}")
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{path} is damaged: {error}") from error
    return found


def features(folder: Path) -> dict[str, Columns]:
    """Config → columns of a release's tables; early releases said them in the head of the card alone."""
    given = load(folder).get("features")
    if given is None:
        text = (folder / "README.md").read_text("utf-8")
        head = yaml.load(text.split("---\n")[1], Loader=yaml.CSafeLoader)
        given = {each["config_name"]: each["features"] for each in head["dataset_info"]}
    return {name: columns.of_card(each) for name, each in given.items()}


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


def _differences(folder: Path) -> Iterator[str]:
    """Files, then the content of tables."""
    manifest = load(folder)
    listed, there = manifest["files"], file_digests(folder)
    for name in sorted({*listed, *there}):
        if name not in there:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not part of the release"
        elif listed[name]["sha256"] != there[name]["sha256"]:
            yield f"{name} was changed"
    told = manifest.get("content_of") == COLUMNS
    digests = (content_digest,) if told else (_lines_digest, content_digest)
    for name, said in manifest["content"].items():
        if said["path"] in there and there[said["path"]] == listed.get(said["path"]):
            path = folder / said["path"]
            if (said["rows"], said["sha256"]) not in (digest(path) for digest in digests):
                yield f"{name}: the rows are not those of the manifest"
    if overall(manifest["content"]) != manifest["content_sha256"]:
        yield "the manifest's content digest is not that of its tables"
