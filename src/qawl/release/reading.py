"""A release read from its tables, or a copy of it with restored texts: articles and records."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from msgspec import UNSET

from qawl.core import files
from qawl.core.arrow import parquet, rows
from qawl.core.column_types import BOOLEAN, Cell, ClassLabel, Columns, ListOf, Record, Row, Type
from qawl.core.errors import ReleaseError
from qawl.core.records import (
    GOLD,
    JUDGE,
    Annotation,
    Attributes,
    AttributeValue,
    Provenance,
    Relation,
    Span,
)
from qawl.release.tables import columns
from qawl.release.versions import manifest
from qawl.scheme import scheme as schemes
from qawl.scheme.attributes import Attribute, as_number
from qawl.scheme.model import Scheme
from qawl.scheme.names import SPAN, STANDOFF, attribute_of, layer_of

_UNSET: tuple[object, ...] = (None, [], "")

Done = tuple[Annotation, int]
"""What an annotator did, and how many of its values are not in it, since they hold withheld text."""


@dataclass(frozen=True, slots=True)
class ReleasedArticle:
    """An article of a release with its gold by layer; `text` is None where it is withheld.

    `open` has for each layer the stretches (start, end) of which nothing is decided, `hidden` the
    places and attributes whose value holds withheld text (0 to 0 for those of the article), `complete`
    whether all is decided. `about` is what else its row says.
    """

    id: str
    split: str
    text: str | None
    length: int
    source: str | None
    gold: Mapping[str, Annotation]
    open: Mapping[str, tuple[tuple[int, int], ...]]
    hidden: Mapping[str, frozenset[tuple[int, int, str]]]
    complete: Mapping[str, bool]
    about: Row


def _column(path: Path, name: str) -> list[str]:
    """A column of a table."""
    with parquet(path) as table:
        found: list[str] = table.read(columns=[name])[name].to_pylist()
        return found


class Release:
    """A release folder: its layers with their schemes, and its articles with their gold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = manifest.of_copy(folder)
        if (folder / manifest.MANIFEST).is_file():
            manifest.refuse_changed(folder)
        features = manifest.features(folder)
        if "articles" not in features:
            raise ReleaseError(f"{folder}: the release has no table `articles`")
        self._features = features
        self._columns: Columns = features["articles"]
        self._articles = manifest.table_files(folder, "articles")

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers that have gold in the release; no attribute is true or false, whatever its name."""
        truths = (name for name, kind in self._columns.items() if kind == BOOLEAN)
        return tuple(n.removesuffix("_complete") for n in truths if n.endswith("_complete"))

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """The splits of the release, those that have rows."""
        return tuple(self._articles)

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        """The scheme of each layer: as the release holds it, else as its columns show it."""
        return {layer: self._scheme(layer) for layer in self.layers}

    def refuse_no_split(self, split: str | None) -> None:
        """Raises ReleaseError where the release has no such split; None names none."""
        if split is not None and split not in self.splits:
            raise ReleaseError(
                f"{self.folder} has no split {split}: its splits are {', '.join(self.splits)}"
            )

    def articles(
        self, split: str | None, layers: Sequence[str] | None = None
    ) -> Iterator[ReleasedArticle]:
        """The articles of a split, or of all, by id within a split; with the gold of these layers."""
        self.refuse_no_split(split)
        wanted = self.layers if layers is None else layers
        others = {each for each in self.layers if each not in wanted}
        names = [each for each in self._columns if layer_of(each, self.layers) not in others]
        for name in [split] if split else self.splits:
            for path in self._articles[name]:
                for row in rows(path, names, together=50):
                    yield self._article(name, row, wanted)

    def by_id(self, layers: Sequence[str]) -> Iterator[ReleasedArticle]:
        """The articles of all splits in the order of their ids, with the gold of these layers."""
        streams = [self.articles(split, layers) for split in self.splits]
        return heapq.merge(*streams, key=lambda article: article.id)

    def annotations(self, layer: str, annotator: str | None = None) -> Iterator[Done]:
        """What annotators did in a layer, one of them or all, in the order of article ids."""
        streams = [self._annotations(path, layer, annotator) for path in self._annotation_files]
        return heapq.merge(*streams, key=lambda done: done[0].article_id)

    @cached_property
    def annotators(self) -> tuple[str, ...]:
        """Whose annotations the release holds, by pseudonym, the judge's too."""
        found: set[str | None] = set()
        for path in self._annotation_files:
            found.update(_column(path, "annotator"))
        return tuple(sorted(each or JUDGE for each in found))

    def skipped(self, layer: str) -> frozenset[str]:
        """The articles that whoever had them in a layer skipped."""
        said: dict[str, set[str]] = {}
        kind = self._features["annotations"]["status"]
        for path in self._annotation_files:
            of = (_column(path, name) for name in ("article_id", "layer", "status"))
            for article, where, status in zip(*of, strict=True):
                if where == layer:
                    said.setdefault(article, set()).add(str(columns.decode(kind, status)))
        return frozenset(article for article, found in said.items() if found == {"skipped"})

    @cached_property
    def _annotation_files(self) -> tuple[Path, ...]:
        there = manifest.table_files(self.folder, "annotations")
        return tuple(path for paths in there.values() for path in paths)

    def _annotations(self, path: Path, layer: str, annotator: str | None) -> Iterator[Done]:
        import pyarrow.compute as pc  # noqa: PLC0415 - heavy

        kinds = self._features["annotations"]
        with parquet(path) as table:
            for batch in table.iter_batches(batch_size=100):
                asked = pc.equal(batch["layer"], layer)
                if annotator is not None:
                    who = pc.fill_null(batch["annotator"], JUDGE)
                    asked = pc.and_(asked, pc.equal(who, annotator))
                for row in batch.filter(asked).to_pylist():
                    yield _annotation(columns.decoded(kinds, row), self.schemes[layer])

    def _article(self, split: str, row: Row, layers: Sequence[str]) -> ReleasedArticle:
        named = columns.decoded(self._columns, row)
        return ReleasedArticle(
            id=named["id"],
            split=split,
            text=named["text"],
            length=named["code_points"],
            source=named.get("source"),
            gold={layer: self._record(layer, named) for layer in layers},
            open={layer: _open(layer, named) for layer in layers},
            hidden={layer: _hidden(layer, named, self.layers) for layer in layers},
            complete={
                layer: done
                for layer in layers
                if (done := named.get(f"{layer}_complete")) is not None
            },
            about=named,
        )

    def _scheme(self, layer: str) -> Scheme:
        path = self.folder / "schemes" / f"{layer}.yaml"
        if path.is_file():
            return schemes.parse(files.text(path), str(path))
        if f"schemes/{layer}.yaml" in self.manifest.files:
            raise manifest.damaged(self.folder, f"schemes/{layer}.yaml is missing")
        return _shown(layer, self._columns)

    def _record(self, layer: str, row: Row) -> Annotation:
        return _gold(layer, row, self.layers, self.schemes[layer].version)


def _gold(layer: str, row: Row, layers: Sequence[str], version: str) -> Annotation:
    spans = tuple(_span(each, _said(each)) for each in row.get(f"{layer}_spans") or ())
    relations = tuple(map(_relation, row.get(f"{layer}_relations") or ()))
    told = {name: attribute_of(name, layer, layers) for name in row}
    return Annotation(
        article_id=row["id"],
        layer=layer,
        annotator=GOLD,
        text_sha256=row["text_sha256"],
        scheme_version=version,
        spans=spans,
        relations=relations,
        attributes={
            name: _plain_number(row[column])
            for column, name in told.items()
            if name is not None and _is_said(row[column])
        },
    )


def _span(given: Row, said: Attributes) -> Span:
    text = given.get("text") or ""
    return Span(given["id"], given["label"], given["start"], given["end"], text, said)


def _relation(given: Row) -> Relation:
    """An arrow as the tables hold it; early ones say no direction."""
    way = given.get("direction")
    direction = way if way in ("left", "bi") else UNSET
    return Relation(label=given["label"], from_=given["from"], to=given["to"], direction=direction)


def _annotation(row: Row, current: Scheme) -> Done:
    """A row of the table `annotations`."""
    spans = row["spans"] or ()
    listed = [each["attributes"] or () for each in (row, *spans)]
    of_article, *of_spans = values = [_values(each, current) for each in listed]
    given = sum(len({one["name"] for one in each}) for each in listed)
    record = Annotation(
        article_id=row["article_id"],
        layer=row["layer"],
        annotator=row["annotator"] or JUDGE,
        status=row["status"],
        text_sha256=row["text_sha256"],
        scheme_version=row["scheme_version"],
        spans=tuple(map(_span, spans, of_spans)),
        relations=tuple(map(_relation, row["relations"] or ())),
        attributes=of_article,
        provenance=Provenance(
            **{name: row[name] for name in Provenance.__struct_fields__ if name in row}
        ),
    )
    return record, given - sum(map(len, values))


def _values(listed: Iterable[Row], current: Scheme) -> Attributes:
    """Attributes as `annotations` lists them: one of several texts or paths stands there for each."""
    found: Attributes = {}
    for name, group in groupby(listed, key=itemgetter("name")):
        cells = [each["value"] if each["values"] is None else each["values"] for each in group]
        if not _lacks(cells):
            found[name] = _of_kind(cells, current.attribute.get(name))
    return found


def _of_kind(cells: list[Cell], known: Attribute | None) -> AttributeValue:
    apart = known is not None and (
        (known.free and known.several) or getattr(known, "multiple", False)
    )
    value: AttributeValue = cells if apart or len(cells) > 1 else cells[0]
    if known is not None and isinstance(value, str) and not known.fits(value):
        read = known.read(value)  # a number is written out
        return value if read is None else read
    return value


def _plain_number(value: Cell) -> Cell:
    """A number as records have it, whole where it is; anything else as it is."""
    return as_number(value) if isinstance(value, float) else value


def _said(span: Mapping[str, object]) -> Attributes:
    return {
        name: _plain_number(value)
        for name, value in span.items()
        if name not in SPAN and not name.endswith(STANDOFF) and _is_said(value)
    }


def _is_said(value: object) -> bool:
    """Whether a cell tells a value: one of which a part is withheld does not."""
    return value not in _UNSET and not _lacks(value)


def _lacks(value: object) -> bool:
    """Whether a part of a list is withheld."""
    return isinstance(value, list) and any(each is None or _lacks(each) for each in value)


def _open(layer: str, row: Row) -> tuple[tuple[int, int], ...]:
    return tuple((each["start"], each["end"]) for each in row.get(f"{layer}_open") or ())


def _hidden(layer: str, row: Row, layers: Sequence[str]) -> frozenset[tuple[int, int, str]]:
    own = {
        name.removeprefix(f"{layer}_"): value
        for name, value in row.items()
        if layer_of(name, layers) == layer
    }
    spans = row.get(f"{layer}_spans") or ()
    return frozenset(
        (start, end, name)
        for start, end, values in ((0, 0, own), *((s["start"], s["end"], s) for s in spans))
        for name in _untold(values)
    )


def _untold(values: Row) -> set[str]:
    """The attributes of which a value, or a part of it, is withheld."""
    told = {name: each for name, each in values.items() if name.endswith(STANDOFF)}
    return {
        name.removesuffix(STANDOFF)
        for name, each in told.items()
        if isinstance(each, str) or any(each or ())
    } | {name for name, each in values.items() if name not in told and _lacks(each)}


def _shown(layer: str, known: Columns) -> Scheme:
    """A scheme with the names that a table's columns hold."""
    fields = _fields(known.get(f"{layer}_spans"))
    labels = _names(fields.get("label"))
    relations = _names(_fields(known.get(f"{layer}_relations")).get("label"))
    said: dict[str, object] = {
        "format": 1,
        "layer": layer,
        "version": "0",
        "title": {"en": layer},
        "labels": [_plain(n, at) for at, n in enumerate(labels)],
        "attributes": [
            _attribute(name, kind, labels)
            for name, kind in fields.items()
            if name not in SPAN and not name.endswith(STANDOFF)
        ],
        "relations": [
            {"name": n, "title": {"en": n}, "from": list(labels), "to": list(labels)}
            for n in relations
        ],
    }
    import yaml  # noqa: PLC0415 - only for releases without schemes

    return schemes.parse(yaml.safe_dump(said, allow_unicode=True), f"columns of {layer}")


def _plain(name: str, at: int) -> dict[str, object]:
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


def _attribute(name: str, kind: Type, labels: tuple[str, ...]) -> dict[str, object]:
    node: dict[str, object] = {"name": name, "title": {"en": name}, "of": list(labels)}
    several = isinstance(kind, ListOf)
    values = _names(kind.item if isinstance(kind, ListOf) else kind)
    if not values:
        return {**node, "kind": "text"}
    listed = [{"name": each, "title": {"en": each}} for each in values]
    return {**node, "kind": "choices" if several else "choice", "values": listed}
