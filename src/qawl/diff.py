"""What changed between two releases, and the version number that the change calls for.

The rule is that of Croissant 1.1: records edited, removed or moved make a new major version, records
added a minor one, the same records packed anew a patch. Before 1.0 a major change raises the minor
number.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from msgspec import Struct

from qawl import manifest
from qawl.errors import ReleaseError

Key = tuple[str, str, str]


class Change(Struct, frozen=True):
    """How many records of a layer and label changed in one way."""

    layer: str
    label: str
    kind: str
    count: int


class Difference(Struct, frozen=True):
    """All changes, and the level they call for: major, minor, patch, or none."""

    old: str
    new: str
    changes: tuple[Change, ...]
    level: str
    version: str | None


MAJOR = frozenset(
    {"removed", "relabelled", "re-bounded", "re-attributed", "moved", "withheld", "edited"}
)
MINOR = frozenset({"added", "restored", "completed"})


def difference(old: Path, new: Path) -> Difference:
    """Compares two release folders."""
    before, after = manifest.load(old), manifest.load(new)
    counts: Counter[Key] = Counter()
    counts.update(_article_changes(old, new))
    for layer in sorted({*before["chain"], *after["chain"]}):
        counts.update(_span_changes(layer, old, new))
    changes = tuple(
        Change(layer, label, kind, count) for (layer, label, kind), count in sorted(counts.items())
    )
    kinds = {change.kind for change in changes}
    if kinds & MAJOR:
        level = "major"
    elif kinds & MINOR:
        level = "minor"
    else:
        level = "none" if before["content_sha256"] == after["content_sha256"] else "patch"
    return Difference(
        before["version"], after["version"], changes, level, bumped(before["version"], level)
    )


def bumped(version: str, level: str) -> str | None:
    """The version after one, for a change of this level; None where there is nothing to release."""
    major, minor, patch = (int(each) for each in version.split("."))
    if level == "none":
        return None
    if level == "patch":
        return f"{major}.{minor}.{patch + 1}"
    if level == "minor" or major == 0:
        return f"{major}.{minor + 1}.0"
    return f"{major + 1}.0.0"


def _article_changes(old: Path, new: Path) -> Iterator[Key]:
    """Articles added, removed, moved between splits, withheld and restored."""
    before, after = _articles(old), _articles(new)
    for identity in sorted({*before, *after}):
        if identity not in before:
            yield "articles", "", "added"
        elif identity not in after:
            yield "articles", "", "removed"
        else:
            yield from _changed(*before[identity], *after[identity])


def _changed(
    old_split: str, old: dict[str, Any], new_split: str, new: dict[str, Any]
) -> Iterator[Key]:
    if old_split != new_split:
        yield "articles", "", "moved"
    if old["withheld"] != new["withheld"]:
        yield "articles", "", "withheld" if new["withheld"] else "restored"
    if old["text_sha256"] != new["text_sha256"]:
        yield "articles", "", "edited"
    for name, value in new.items():
        if name.endswith("_complete") and value and old.get(name) is False:
            yield name.removesuffix("_complete"), "", "completed"


def _articles(folder: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Article id → (split, the article's row without its gold)."""
    found = {}
    for split, path in _files(folder, "articles"):
        names = [
            name
            for name in pq.read_schema(path).names
            if name in {"id", "withheld", "text_sha256"} or name.endswith("_complete")
        ]
        for row in pq.read_table(path, columns=names).to_pylist():
            found[row["id"]] = split, row
    return found


def _span_changes(layer: str, old: Path, new: Path) -> Iterator[Key]:
    """Spans of articles that both releases have: matched by place and label, then place, then overlap."""
    before, after = _spans(old, layer), _spans(new, layer)
    for identity in sorted({*before, *after}):
        yield from _article_spans(layer, before.get(identity, []), after.get(identity, []))


def _article_spans(
    layer: str, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> Iterator[Key]:
    left = list(after)
    open_spans = []
    for span in before:
        same = next((each for each in left if _place(each) == _place(span)), None)
        if same is None:
            open_spans.append(span)
            continue
        left.remove(same)
        if same["label"] != span["label"]:
            yield layer, span["label"], "relabelled"
        elif _attributes(same) != _attributes(span):
            yield layer, span["label"], "re-attributed"
    for span in open_spans:
        near = next((each for each in left if _near(each, span)), None)
        if near is None:
            yield layer, span["label"], "removed"
        else:
            left.remove(near)
            yield layer, span["label"], "re-bounded"
    for span in left:
        yield layer, span["label"], "added"


def _place(span: dict[str, Any]) -> tuple[int, int]:
    return span["start"], span["end"]


def _near(one: dict[str, Any], other: dict[str, Any]) -> bool:
    overlap = one["start"] < other["end"] and other["start"] < one["end"]
    return overlap and bool(one["label"] == other["label"])


def _attributes(span: dict[str, Any]) -> dict[str, Any]:
    known = {"id", "label", "start", "end", "text", "support"}
    return {name: value for name, value in span.items() if name not in known}


def _spans(folder: Path, layer: str) -> dict[str, list[dict[str, Any]]]:
    """Article id → gold spans of a layer, with the names of their labels."""
    names = _label_names(folder, layer)
    found: dict[str, list[dict[str, Any]]] = {}
    for _, path in _files(folder, "articles"):
        column = f"{layer}_spans"
        if column not in pq.read_schema(path).names:
            continue
        for row in pq.read_table(path, columns=["id", column]).to_pylist():
            found[row["id"]] = [
                {**span, "label": names[span["label"]]} for span in row[column] or ()
            ]
    return found


def _label_names(folder: Path, layer: str) -> list[str]:
    return list(manifest.load(folder)["chain"].get(layer, {}).get("labels", []))


def _files(folder: Path, config: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((folder / config).glob("*.parquet")):
        yield path.stem, path


def resolve(releases: Path, name: str) -> Path:
    """A release by version or folder."""
    for folder in (releases / name, Path(name)):
        if (folder / manifest.MANIFEST).is_file():
            return folder
    raise ReleaseError(f"{name} is no release: give a version in {releases} or a folder")


def markdown(found: Difference) -> str:
    """The changes as Markdown, for a changelog."""
    lines = [
        f"Changes from {found.old} to {found.new}:",
        "",
        "| layer | label | change | n |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {each.layer} | {each.label} | {each.kind} | {each.count} |" for each in found.changes
    ]
    return "\n".join(lines) + "\n"
