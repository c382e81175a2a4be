"""The gold of a release, read from its tables: what predictions are held against."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from qawl.core import files
from qawl.core.column_types import ClassLabel, Columns, ListOf, Record, Type
from qawl.core.errors import ReleaseError
from qawl.core.records import Annotation, Attributes, Relation, Span
from qawl.release.tables import columns
from qawl.release.versions import manifest
from qawl.scheme import scheme as schemes
from qawl.scheme.names import attribute_of
from qawl.scheme.scheme import Scheme

GOLD = "gold"
"""Who stands for the gold where figures tell annotators apart."""
_SPAN = ("id", "label", "start", "end", "text", "support")
_UNSET: tuple[object, ...] = (None, [], "")


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a release with its gold by layer; `text` is None where it is withheld.

    `open` has for each layer the stretches (start, end) of which nothing is decided, `hidden` the
    places and attributes whose value holds withheld text.
    """

    id: str
    split: str
    text: str | None
    length: int
    source: str | None
    gold: Mapping[str, Annotation]
    open: Mapping[str, tuple[tuple[int, int], ...]]
    hidden: Mapping[str, frozenset[tuple[int, int, str]]]


class Release:
    """A release folder: its layers with their schemes, and its articles with their gold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = manifest.load(folder)
        features = manifest.features(folder)
        if "articles" not in features:
            raise ReleaseError(f"{folder}: the release has no table `articles`")
        self._columns: Columns = features["articles"]

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers that have gold in the release."""
        return tuple(n.removesuffix("_complete") for n in self._columns if n.endswith("_complete"))

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """The splits of the release, those that have rows."""
        return tuple(path.stem for path in files.listed(self.folder / "articles", "*.parquet"))

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        """The scheme of each layer: as the release holds it, else as its columns show it."""
        return {layer: self._scheme(layer) for layer in self.layers}

    def articles(self, split: str | None) -> Iterator[Article]:
        """The articles of a split, or of all, by id within a split."""
        if split is not None and split not in self.splits:
            raise ReleaseError(
                f"{self.folder} has no split {split}: its splits are {', '.join(self.splits)}"
            )
        for name in [split] if split else self.splits:
            with pq.ParquetFile(self.folder / "articles" / f"{name}.parquet") as table:
                for batch in table.iter_batches(batch_size=50):
                    for row in batch.to_pylist():
                        yield self._article(name, row)

    def _article(self, split: str, row: dict[str, Any]) -> Article:
        named = {
            name: columns.decode(kind, row[name])
            for name, kind in self._columns.items()
            if name in row
        }
        return Article(
            id=named["id"],
            split=split,
            text=named["text"],
            length=named["code_points"],
            source=named.get("source"),
            gold={layer: _record(layer, named, self.layers) for layer in self.layers},
            open={layer: _open(layer, named) for layer in self.layers},
            hidden={layer: _hidden(layer, named) for layer in self.layers},
        )

    def _scheme(self, layer: str) -> Scheme:
        path = self.folder / "schemes" / f"{layer}.yaml"
        if path.is_file():
            return schemes.parse(path.read_text("utf-8"), str(path))
        return _shown(layer, self._columns)


def _record(layer: str, row: Mapping[str, Any], layers: Sequence[str]) -> Annotation:
    spans = tuple(
        Span(
            each["id"],
            each["label"],
            each["start"],
            each["end"],
            each.get("text") or "",
            _said(each),
        )
        for each in row.get(f"{layer}_spans") or ()
    )
    relations = tuple(
        Relation(label=each["label"], from_=each["from"], to=each["to"])
        for each in row.get(f"{layer}_relations") or ()
    )
    told = {name: attribute_of(name, layer, layers) for name in row}
    return Annotation(
        article_id=row["id"],
        layer=layer,
        annotator=GOLD,
        text_sha256=row["text_sha256"],
        scheme_version="",
        spans=spans,
        relations=relations,
        attributes={
            name: row[column]
            for column, name in told.items()
            if name is not None and _is_said(row[column])
        },
    )


def _said(span: Mapping[str, Any]) -> Attributes:
    return {
        name: value
        for name, value in span.items()
        if name not in _SPAN and not name.endswith("_standoff") and _is_said(value)
    }


def _is_said(value: Any) -> bool:
    """Whether a cell tells a value: one of which a part is withheld does not."""
    return value not in _UNSET and not (isinstance(value, list) and None in value)


def _open(layer: str, row: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    return tuple((each["start"], each["end"]) for each in row.get(f"{layer}_open") or ())


def _hidden(layer: str, row: Mapping[str, Any]) -> frozenset[tuple[int, int, str]]:
    return frozenset(
        (span["start"], span["end"], name.removesuffix("_standoff"))
        for span in row.get(f"{layer}_spans") or ()
        for name, value in span.items()
        if name.endswith("_standoff") and value is not None
    )


def _shown(layer: str, known: Columns) -> Scheme:
    """A scheme with the names that a table's columns hold."""
    fields = _fields(known.get(f"{layer}_spans"))
    labels = _names(fields.get("label"))
    relations = _names(_fields(known.get(f"{layer}_relations")).get("label"))
    said: dict[str, Any] = {
        "format": 1,
        "layer": layer,
        "version": "0",
        "title": {"en": layer},
        "labels": [_plain(n, at) for at, n in enumerate(labels)],
        "attributes": [
            _attribute(name, kind, labels)
            for name, kind in fields.items()
            if name not in _SPAN and not name.endswith("_standoff")
        ],
        "relations": [
            {"name": n, "title": {"en": n}, "from": list(labels), "to": list(labels)}
            for n in relations
        ],
    }
    import yaml  # noqa: PLC0415 - only for releases without schemes

    return schemes.parse(yaml.safe_dump(said, allow_unicode=True), f"columns of {layer}")


def _plain(name: str, at: int) -> dict[str, Any]:
    words = {"en": name}
    return {
        "name": name, "title": words, "definition": words, "example": words,
        "color": f"#{at % 256:02x}6688", "hotkey": f"key{at}",
    }  # fmt: skip


def _fields(kind: Type | None) -> dict[str, Type]:
    item = kind.item if isinstance(kind, ListOf) else None
    return dict(item.fields) if isinstance(item, Record) else {}


def _names(kind: Type | None) -> tuple[str, ...]:
    return kind.names if isinstance(kind, ClassLabel) else ()


def _attribute(name: str, kind: Type, labels: tuple[str, ...]) -> dict[str, Any]:
    node: dict[str, Any] = {"name": name, "title": {"en": name}, "of": list(labels)}
    several = isinstance(kind, ListOf)
    values = _names(kind.item if isinstance(kind, ListOf) else kind)
    if not values:
        return {**node, "kind": "text"}
    listed = [{"name": each, "title": {"en": each}} for each in values]
    return {**node, "kind": "choices" if several else "choice", "values": listed}
