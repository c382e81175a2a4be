"""The tables of a release: their names and columns, made from the schemes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qawl.core.column_types import (
    BOOLEAN,
    INTEGER,
    STRING,
    ClassLabel,
    Columns,
    ListOf,
    Record,
    Type,
    Value,
)
from qawl.core.errors import SchemeError
from qawl.core.records import Annotation, Article, Gold
from qawl.release.rights import standoff
from qawl.release.tables.token_table import TABLE, token_columns
from qawl.scheme.attributes import Attribute
from qawl.scheme.scheme import Scheme, Table

_MENTION = Record.of({"id": STRING, "start": INTEGER, "end": INTEGER, "text": STRING})
_ATTRIBUTE = Record.of(
    {
        "name": STRING,
        "value": STRING,
        "values": ListOf(STRING),
        f"value{standoff.SUFFIX}": STRING,
    }
)
_ANNOTATED_SPAN = Record.of(
    {
        "id": STRING,
        "label": STRING,
        "start": INTEGER,
        "end": INTEGER,
        "text": STRING,
        "attributes": ListOf(_ATTRIBUTE),
    }
)
_ARROW: dict[str, Type] = {
    "label": STRING,
    "from": STRING,
    "to": STRING,
    "direction": STRING,
}
PROVENANCE: dict[str, Type] = {
    "project": INTEGER,
    "task": INTEGER,
    "annotation": INTEGER,
    "created_at": STRING,
    "updated_at": STRING,
    "lead_time": Value("float64"),
}


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article with its gold by layer and everybody's annotations."""

    article: Article
    gold: Mapping[str, Gold]
    annotations: Sequence[Annotation]


def all_columns(schemes: Mapping[str, Scheme]) -> dict[str, Columns]:
    """The columns of every table, by config, the default first.

    Raises SchemeError where a layer's table or an attribute has a name that every release has.
    """
    named = {each.table.name if each.table else layer for layer, each in schemes.items()}
    if taken := named & {"articles", TABLE, "annotations"}:
        raise SchemeError(f"every release has a table {min(taken)}: call the layer's another name")
    found: dict[str, Columns] = {"articles": _article_columns(schemes)}
    for layer, scheme in schemes.items():
        table = scheme.table
        if table is None or table.rows is None:
            found[table.name if table else layer] = _span_columns(scheme)
        else:
            found[table.name] = _row_columns(scheme, table, schemes)
        if scheme.relations and table is None:
            found[f"{layer}_relations"] = {"article_id": STRING, **_ARROW}
    found[TABLE] = token_columns(schemes)
    for name, kinds in found.items():
        _check_told(name, kinds)
    found["annotations"] = {
        "article_id": STRING,
        "layer": STRING,
        "annotator": STRING,
        "status": ClassLabel(("submitted", "skipped")),
        "text_sha256": STRING,
        "scheme_version": STRING,
        "spans": ListOf(_ANNOTATED_SPAN),
        "relations": ListOf(Record.of(_ARROW)),
        "attributes": ListOf(_ATTRIBUTE),
        **PROVENANCE,
    }
    return found


def _check_told(table: str, kinds: Mapping[str, Type]) -> None:
    """Raises SchemeError where a name says that a column tells of another, and it doesn't."""
    for name, kind in kinds.items():
        item = kind.item if isinstance(kind, ListOf) else kind
        if isinstance(item, Record):
            _check_told(table, dict(item.fields))
        of = name.removesuffix(standoff.SUFFIX)
        if of != name and (kind, kinds.get(of)) != (STRING, STRING):
            raise SchemeError(f"table {table}: {name}: names in {standoff.SUFFIX} are Qawl's own")


def _attribute_columns(attributes: Sequence[Attribute], before: str = "") -> dict[str, Type]:
    """A column an attribute, and one beside each free text for what is withheld of it."""
    found: dict[str, Type] = {}
    for each in attributes:
        if each.name.endswith(standoff.SUFFIX):
            raise SchemeError(f"attribute {each.name}: names in {standoff.SUFFIX} are Qawl's own")
        found[before + each.name] = each.column()
        if each.free:
            found[before + each.name + standoff.SUFFIX] = STRING
    return found


def _span_columns(scheme: Scheme) -> Columns:
    return {
        "article_id": STRING,
        "text_sha256": STRING,
        "id": STRING,
        "label": ClassLabel(tuple(scheme.label)),
        "start": INTEGER,
        "end": INTEGER,
        "text": STRING,
        **_attribute_columns([each for each in scheme.attributes if each.of]),
        "support": ListOf(STRING),
    }


def _article_columns(schemes: Mapping[str, Scheme]) -> Columns:
    found: dict[str, Type] = {
        "id": STRING,
        "text": STRING,
        "text_sha256": STRING,
        "code_points": INTEGER,
        "withheld": BOOLEAN,
        "title": STRING,
        "title_sha256": STRING,
        "language": STRING,
        "source": STRING,
        "url": STRING,
        "published": STRING,
        "license": STRING,
        "group": STRING,
        "source_id": STRING,
    }
    for layer, scheme in schemes.items():
        span = dict(_span_columns(scheme))
        del span["article_id"], span["text_sha256"]
        arrow: dict[str, Type] = {**_ARROW, "support": ListOf(STRING)}
        if scheme.relations:
            arrow["label"] = ClassLabel(tuple(scheme.relation))
        found[f"{layer}_complete"] = BOOLEAN
        found[f"{layer}_decided_by"] = STRING
        found[f"{layer}_open"] = ListOf(Record.of({"start": INTEGER, "end": INTEGER}))
        found[f"{layer}_spans"] = ListOf(Record.of(span))
        found[f"{layer}_relations"] = ListOf(Record.of(arrow))
        found |= _attribute_columns(scheme.document_attributes, f"{layer}_")
    return found


def _row_columns(scheme: Scheme, table: Table, schemes: Mapping[str, Scheme]) -> Columns:
    label = table.rows or ""
    found: dict[str, Type] = {
        "article_id": STRING,
        "text_sha256": STRING,
        "id": STRING,
        "start": INTEGER,
        "end": INTEGER,
        "text": STRING,
    }
    if table.joined_by:
        found["pieces"] = ListOf(_MENTION)
    found |= {name: ListOf(_MENTION) for name in table.columns}
    found |= _attribute_columns(scheme.attributes_of(label))
    if table.speaker:
        found["speaker_id"] = STRING
        found["source_entity"] = STRING
    found[container(table, schemes)] = STRING
    found["paragraph"] = INTEGER
    found |= {name: ListOf(STRING) for name in links(scheme, table)}
    for projection in scheme.projections:
        if projection.of:
            found[projection.name] = ClassLabel(tuple(dict.fromkeys(projection.values.values())))
    found["support"] = ListOf(STRING)
    return found


def host(table: Table, schemes: Mapping[str, Scheme]) -> str | None:
    """The layer whose rows can contain this table's: its own where pieces are joined (quotes in
    quotes), else the first such layer (the quote that a claim stands in)."""
    joined = (layer for layer, each in schemes.items() if each.table and each.table.joined_by)
    own = (layer for layer, each in schemes.items() if each.table == table)
    return next(own if table.joined_by else joined, None)


def container(table: Table, schemes: Mapping[str, Scheme]) -> str:
    """The column that names the row around this one."""
    layer = host(table, schemes)
    return "parent" if table.joined_by or layer is None else f"in_{layer}"


def links(scheme: Scheme, table: Table) -> list[str]:
    """Relations between rows that have no column of spans: they become lists of row ids."""
    told = {*table.columns.values(), table.joined_by, table.refers}
    return [
        each.name
        for each in scheme.relations
        if each.name not in told and table.rows in each.from_ and table.rows in each.to
    ]
