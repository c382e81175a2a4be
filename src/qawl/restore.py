"""Withheld text put back into a release from the user's own copy, checked by hash."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qawl import cleaning, manifest, readers
from qawl.errors import ReleaseError
from qawl.received import Received
from qawl.text import sha256

_SURFACES = ("start", "end", "text")


@dataclass(slots=True)
class Outcome:
    """What was put back, and which withheld articles no text was found for."""

    restored: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def texts(paths: Iterable[Path]) -> Iterator[str]:
    """The texts in files and folders, as they are and as ingest would freeze them."""
    for found in readers.read(paths, {}, Path.cwd()):
        if isinstance(found, Received):
            yield found.text
            yield cleaning.clean(found.text)[0]


def restore(release: Path, paths: Iterable[Path], target: Path) -> Outcome:
    """Copies a release to a new folder with every withheld text that matches its hash put back.

    A text that fails its hash is never filled in. The manifest of the copy is that of the release,
    kept as manifest.original.json, since the bytes are no longer those that it lists.
    """
    manifest.load(release)
    if target.exists() and any(target.iterdir()):
        raise ReleaseError(f"{target} is not empty: name a new folder with --to")
    wanted = _withheld(release)
    known: dict[str, str] = {}
    for text in texts(paths):
        digest = sha256(text)
        if digest in wanted:
            known[wanted[digest]] = text
    target.mkdir(parents=True, exist_ok=True)
    for name in ("README.md", "CITATION.cff", "GUIDELINES.md", "CHANGELOG.md"):
        if (release / name).is_file():
            shutil.copyfile(release / name, target / name)
    shutil.copyfile(release / manifest.MANIFEST, target / "manifest.original.json")
    for path in sorted(release.glob("*/*.parquet")):
        place = target / path.relative_to(release)
        place.parent.mkdir(exist_ok=True)
        _rewrite(path, place, known)
    identities = sorted(wanted.values())
    return Outcome(
        [each for each in identities if each in known],
        [each for each in identities if each not in known],
    )


def _withheld(release: Path) -> dict[str, str]:
    """Hash of the text → id of each withheld article."""
    found = {}
    for path in sorted((release / "articles").glob("*.parquet")):
        for row in pq.read_table(path, columns=["id", "text_sha256", "withheld"]).to_pylist():
            if row["withheld"]:
                found[row["text_sha256"]] = row["id"]
    return found


def _rewrite(source: Path, target: Path, known: dict[str, str]) -> None:
    """One table with the texts and surfaces of these articles filled in."""
    file = pq.ParquetFile(source)
    schema = file.schema_arrow
    with pq.ParquetWriter(target, schema, compression="zstd", store_schema=False) as writer:
        for batch in file.iter_batches(batch_size=1000):
            rows = [_filled(row, known) for row in batch.to_pylist()]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _filled(row: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    text = known.get(str(row.get("article_id", row.get("id"))))
    if text is None:
        return row
    filled = {name: _surfaces(value, text) for name, value in row.items()}
    if "text_sha256" in row and "code_points" in row:
        return {**filled, "text": text, "withheld": False}
    return _surfaces(filled, text) if set(_SURFACES) <= set(row) else filled


def _surfaces(value: Any, text: str) -> Any:
    """Nested spans with their surfaces."""
    if isinstance(value, list):
        return [_surfaces(each, text) for each in value]
    if isinstance(value, dict):
        filled = {name: _surfaces(each, text) for name, each in value.items()}
        if set(_SURFACES) <= set(value):
            filled["text"] = text[value["start"] : value["end"]]
        return filled
    return value
