"""The tables of a release: their names and columns, made from the schemes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
from qawl.core.records import Annotation, Article, Gold, Suggestion
from qawl.release.rights import standoff
from qawl.release.tables.candidates import candidate_columns
from qawl.release.tables.sentence_table import columns_of_sentences
from qawl.release.tables.silver_table import SILVER, silver_columns
from qawl.release.tables.token_table import TABLE, token_columns
from qawl.release.tables.votes import vote_columns
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme, Table
from qawl.scheme.names import ARTICLE, collisions, container, links, spans_table

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
_ARROW: dict[str, Type] = dict.fromkeys(("label", "from", "to", "direction"), STRING)
RELATIONS: dict[str, Type] = {"article_id": STRING, **_ARROW}
"""The columns of a layer's table of relations, which has nothing of a text."""
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
    """An article with its gold by layer and everybody's annotations; `silver` is nobody's work.

    `made_from` are digests of the article and the annotations, a layer each.
    """

    article: Article
    gold: Mapping[str, Gold]
    annotations: Sequence[Annotation]
    made_from: Sequence[str] = ()
    silver: Mapping[str, Suggestion] = field(default_factory=dict)


def all_columns(schemes: Mapping[str, Scheme], *, silver: bool = False) -> dict[str, Columns]:
    """The columns of every table, by config, the default first. Layers without labels have no spans.

    Raises SchemeError where two tables, or two columns of one, would have the same name.
    """
    for problem in collisions(schemes):
        raise SchemeError(problem)
    found: dict[str, Columns] = {"articles": _article_columns(schemes)}
    for layer, scheme in schemes.items():
        table = scheme.table
        if not scheme.labels:
            continue
        if table is None or table.rows is None:
            found[spans_table(layer, scheme)] = _span_columns(scheme)
        else:
            found[table.name] = _row_columns(scheme, table, schemes)
        if scheme.relations and table is None:
            found[f"{layer}_relations"] = RELATIONS
    found[TABLE] = token_columns(schemes)
    found |= columns_of_sentences(schemes) | candidate_columns(schemes) | vote_columns(schemes)
    for name, kinds in found.items():
        _check_told(name, kinds)
    found["annotations"] = {
        "article_id": STRING,
        "layer": STRING,
        "annotator": STRING,
        "judge": BOOLEAN,
        "status": ClassLabel(("submitted", "skipped")),
        "text_sha256": STRING,
        "scheme_version": STRING,
        "spans": ListOf(_ANNOTATED_SPAN),
        "relations": ListOf(Record.of(_ARROW)),
        "attributes": ListOf(_ATTRIBUTE),
        **PROVENANCE,
    }
    if silver:
        if SILVER in found:
            raise SchemeError(
                f"a release with silver has a table {SILVER}: call the layer another name"
            )
        found[SILVER] = silver_columns(found["annotations"], PROVENANCE)
    return found


def _check_told(table: str, kinds: Mapping[str, Type]) -> None:
    """Raises SchemeError where a name says that a column tells of another, and it doesn't."""
    for name, kind in kinds.items():
        item = kind.item if isinstance(kind, ListOf) else kind
        if isinstance(item, Record):
            _check_told(table, dict(item.fields))
        of = name.removesuffix(standoff.SUFFIX)
        if of != name and (kind not in (STRING, ListOf(STRING)) or kinds.get(of) != kind):
            raise SchemeError(f"table {table}: {name}: names in {standoff.SUFFIX} are Qawl's own")


def _attribute_columns(attributes: Sequence[Attribute], before: str = "") -> dict[str, Type]:
    """A column an attribute, and one beside each free text for what is withheld of it."""
    found: dict[str, Type] = {}
    for each in attributes:
        if each.name.endswith(standoff.SUFFIX):
            raise SchemeError(f"attribute {each.name}: names in {standoff.SUFFIX} are Qawl's own")
        found[before + each.name] = each.column()
        if each.free:
            found[before + each.name + standoff.SUFFIX] = each.column()
    return found


def _joined(table: str, *parts: Columns) -> Columns:
    """The columns of all parts; raises SchemeError where one would take another's place."""
    found: dict[str, Type] = {}
    for part in parts:
        if both := found.keys() & part.keys():
            raise SchemeError(f"table {table}: two columns would be called {min(both)}")
        found |= part
    return found


def _span_columns(scheme: Scheme) -> Columns:
    own: Columns = {
        "article_id": STRING,
        "text_sha256": STRING,
        "id": STRING,
        "label": ClassLabel(tuple(scheme.label)),
        "start": INTEGER,
        "end": INTEGER,
        "text": STRING,
    }
    given = _attribute_columns([each for each in scheme.attributes if each.of])
    return _joined(scheme.layer, own, given, {"support": ListOf(STRING)})


def _article_columns(schemes: Mapping[str, Scheme]) -> Columns:
    found: dict[str, Type] = {name: STRING for name in ARTICLE if name != "context"}
    parts: list[Columns] = [{**found, "code_points": INTEGER, "withheld": BOOLEAN}]
    for layer, scheme in schemes.items():
        span = dict(_span_columns(scheme))
        del span["article_id"], span["text_sha256"]
        arrow: dict[str, Type] = {**_ARROW, "support": ListOf(STRING)}
        if scheme.relations:
            arrow["label"] = ClassLabel(tuple(scheme.relation))
        parts.append({f"{layer}_complete": BOOLEAN, f"{layer}_decided_by": STRING})
        if scheme.labels:
            place = Record.of({"start": INTEGER, "end": INTEGER})
            kinds = {"open": place, "spans": Record.of(span), "relations": Record.of(arrow)}
            parts.append({f"{layer}_{name}": ListOf(kind) for name, kind in kinds.items()})
        parts.append(_attribute_columns(scheme.document_attributes, f"{layer}_"))
    if context := context_fields(schemes):
        parts.append({"context": Record.of(dict.fromkeys(context, STRING))})
    return _joined("articles", *parts)


def context_fields(schemes: Mapping[str, Scheme]) -> list[str]:
    """The fields that annotators of any layer see with the text."""
    return [*dict.fromkeys(field.field for each in schemes.values() for field in each.context)]


def _row_columns(scheme: Scheme, table: Table, schemes: Mapping[str, Scheme]) -> Columns:
    label = table.rows or ""
    own: Columns = {
        "article_id": STRING,
        "text_sha256": STRING,
        "id": STRING,
        "start": INTEGER,
        "end": INTEGER,
        "text": STRING,
    }
    return _joined(
        table.name,
        own,
        {"pieces": ListOf(_MENTION)} if table.joined_by else {},
        {name: ListOf(_MENTION) for name in table.columns},
        _attribute_columns(scheme.attributes_of(label)),
        {"speaker_id": STRING, "source_entity": STRING} if table.speaker else {},
        {container(table, schemes): STRING, "paragraph": INTEGER},
        {name: ListOf(STRING) for name in links(scheme, table)},
        {
            each.name: ClassLabel(tuple(dict.fromkeys(each.values.values())))
            for each in scheme.projections
            if each.of
        },
        {"support": ListOf(STRING)},
    )
