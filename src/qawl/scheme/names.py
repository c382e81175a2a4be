"""Names that a scheme gives, beside Qawl's own: in Label Studio, in its tasks, in a release's tables.

None of them may meet another: what would is refused where it is given, with a name that is free.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count

from qawl.core.names import is_line
from qawl.scheme import doubts, points
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme, Table

TASK_KEYS = frozenset(
    {
        "text",
        "article_id",
        "text_sha256",
        "layer",
        "disagreements",
        "basis",
        "qawl_suggested",
        "qawl_annotator",
        points.FIELD,
    }
)
"""What a task holds beside what annotators see of its article."""
HEAD_KEYS = frozenset({"title", "article_source", "date"})
"""What annotators see of an article; a context field of such a name stands in its place."""

SPAN = ("id", "label", "start", "end", "text", "support")
ROW = ("article_id", "text_sha256")
"""What each row of a table of spans says of its article."""
ARTICLE = (
    *("id", "text", "text_sha256", "code_points", "withheld", "title", "title_sha256", "language"),
    *("source", "url", "published", "license", "group", "source_id", "context"),
)
LAYER, LAYER_OF_SPANS = ("complete", "decided_by"), ("open", "spans", "relations")
SPANS = "articles.spans"
"""The name here of the columns of a span, nested in articles or in the layer's own table."""
TABLES = (
    *("articles", "tokens", "annotations", "votes", "soft_labels", "sentences", "candidates"),
)
"""The tables that every release has beside those of its layers."""
ELSEWHERE = frozenset({"default"})
"""Layers whose table has another name: `datasets` loads `default` where nobody names a table."""
SENTENCE = ("article_id", "text_sha256", "number", "start", "end", "text")
STANDOFF = "_standoff"
"""The end of the names of columns that tell of withheld free texts."""
FIELD = re.compile(r"[A-Za-z0-9_]+")
"""Names of fields of a task that Label Studio shows."""


def problems(scheme: Scheme) -> Iterator[str]:
    """Names that something of Qawl's has, or that Label Studio can't work with."""
    for what, name in _given(scheme):
        if reason := _unusable(name):
            yield f"{what} {name!r}: a name {reason}"
    for name in controls(scheme):
        if points.is_point(name):
            yield f"control name {name!r}: names that begin with {points.CONTROL} are Qawl's own"
    yield from _alike(scheme)
    yield from _fields(scheme)
    yield from _commas(scheme)
    yield from _columns(scheme)


def _given(scheme: Scheme) -> Iterator[tuple[str, str]]:
    """Every name that a scheme gives, with what it is of."""
    yield from (("label", each.name) for each in scheme.labels)
    yield from (("relation", each.name) for each in scheme.relations)
    for attribute in scheme.attributes:
        yield "attribute", attribute.name
        for name in attribute.categories:
            yield f"attribute {attribute.name}: value", name
    yield from (("control", name) for name in controls(scheme))


def _alike(scheme: Scheme) -> Iterator[str]:
    """Two names of one kind that look the same: an invisible mark, or a letter composed and not."""
    seen: dict[tuple[str, str], str] = {}
    for what, name in _given(scheme):
        shown = "".join(each for each in name if unicodedata.category(each) != "Cf")
        other = seen.setdefault((what, unicodedata.normalize("NFC", shown)), name)
        if other != name:
            yield f"{what} {name!a} looks like {other!a}: call one of them another name"


def _unusable(name: str) -> str | None:
    """Why nobody could tell a name apart from another, or Label Studio can't store it."""
    if not name or name != name.strip():
        return "must not be empty, and not start or end with a space"
    if not is_line(name):
        return "must be one line, without control characters"
    return None


def controls(scheme: Scheme) -> Iterator[str]:
    """The names of all controls of the layer's Label Studio config."""
    yield scheme.text_control
    yield from (each.control for each in scheme.sets)
    for attribute in scheme.attributes:
        yield from attribute.controls
    if any(each.show == "beside" for each in scheme.context):
        yield from (context_control(each.field) for each in scheme.context if each.show == "beside")
    yield "disagreements"
    yield from doubts.CONTROLS


def context_control(field: str) -> str:
    """The name of the control that shows a context field beside the text."""
    return f"context_{field}"


def _fields(scheme: Scheme) -> Iterator[str]:
    """Fields of a task: Label Studio finds those of plain names alone."""
    context = [each.field for each in scheme.context]
    lists = {each.offered for each in scheme.attributes if each.offered}
    given = [("text_field", scheme.text_field), *(("context", each) for each in context)]
    given += [("suggest", each) for each in sorted(lists)]
    for key, name in given:
        if not FIELD.fullmatch(name):
            yield (
                f"{key}: {name!r}: Label Studio shows fields whose names have letters a to z, digits and "
                f"_ only: call it {re.sub('[^A-Za-z0-9_]+', '_', name).strip('_') or 'field'}"
            )
    own = TASK_KEYS - {"text"}
    taken = {"text_field": own, "suggest": own | HEAD_KEYS, "context": own}
    for key, name in given:
        others = {"context": {scheme.text_field, *lists}, "suggest": {scheme.text_field}}
        if name in taken[key] | others.get(key, set()):
            free = free_name(name, {*TASK_KEYS, *HEAD_KEYS, *(each for _, each in given)})
            yield f"{key}: tasks have a field {name} of Qawl's own: call it {free}"


def _commas(scheme: Scheme) -> Iterator[str]:
    """Label Studio takes commas for the ends of names, where it is told for which labels to ask."""
    for attribute in scheme.attributes:
        if attribute.of and listed(scheme, attribute.of):
            for name in attribute.of:
                if "," in name:
                    yield (
                        f"label {name!r}: Label Studio takes its comma for the end of a name, and would "
                        f"not ask for {attribute.name}: give the label a name without a comma, and a "
                        f"title with it"
                    )


def listed(scheme: Scheme, of: Iterable[str]) -> bool:
    """Whether a control that is of these labels must name them: not where it is of all."""
    return set(of) != set(scheme.label)


def _columns(scheme: Scheme) -> Iterator[str]:
    """Attributes and columns that a release could not tell from its own, or from each other."""
    for table, taken in columns(scheme).items():
        counted = Counter(name for name, _ in taken)
        for name, what in taken:
            if what and f"_{name}".endswith(STANDOFF):
                yield f"{what} {name}: names in {STANDOFF} are Qawl's own"
            if what and counted[name] > 1:
                free = free_name(f"{scheme.layer}_{name}", counted)
                where = f"{what} {name}"
                whose = "a span" if table == SPANS else f"the table {table}"
                yield f"{where}: {whose} has another column {name}: call it {free}"


def differing_in_case(schemes: Mapping[str, Scheme]) -> Iterator[str]:
    """Columns that SQL could not tell apart, as it reads names of any case as one: those of a layer, and
    in the table articles those of all. Parquet and `datasets` tell them apart, so they stand."""
    articles = [*_own(*ARTICLE)]
    for layer, scheme in schemes.items():
        tables = columns(scheme)
        articles += [(f"{layer}_{name}", what) for name, what in tables.pop("articles")]
        for taken in tables.values():
            yield from _in_case(f"layer {layer}: ", taken)
    yield from _in_case("", articles)


def _in_case(whose: str, taken: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names that differ from one before them in case alone, in words."""
    first: dict[str, str] = {}
    for name, what in taken:
        if (other := first.setdefault(name.casefold(), name)) != name:
            shown = f"{what} {name}" if what else name
            yield (
                f"{whose}{shown}: there is a column {other} too, and SQL (DuckDB, the viewer of the Hub) "
                "can't tell them apart: another name is better"
            )


def columns(scheme: Scheme) -> dict[str, list[tuple[str, str]]]:
    """Table → the names of its columns, each with what of the scheme it is of ("": Qawl's own).

    The layer's columns of the tables articles and tokens stand under these names without the layer's.
    """
    of_spans = [each for each in scheme.attributes if each.of]
    spans = [*_own(*ROW, *SPAN), *_attributes(of_spans)]
    own = (*LAYER, *LAYER_OF_SPANS) if scheme.labels else LAYER
    found = {"articles": [*_own(*own), *_attributes(scheme.document_attributes)]}
    if scheme.labels:
        found[SPANS] = spans
    if scheme.table and scheme.table.rows:
        found[scheme.table.name] = [*_row(scheme, scheme.table)]
    return found


def _own(*names: str) -> list[tuple[str, str]]:
    return [(name, "") for name in names]


def _attributes(attributes: Iterable[Attribute]) -> Iterator[tuple[str, str]]:
    return ((each.name, "attribute") for each in attributes)


def _row(scheme: Scheme, table: Table) -> Iterator[tuple[str, str]]:
    """The columns of a table that has a row for each span of one label."""
    yield from _own(*ROW, *(name for name in SPAN if name != "label"))
    yield from _own("paragraph", "parent", *(["pieces"] if table.joined_by else []))
    yield from _own(*(["speaker_id", "source_entity"] if table.speaker else []))
    yield from ((name, "column") for name in table.columns)
    yield from _attributes(scheme.attributes_of(table.rows or ""))
    yield from ((name, "relation") for name in links(scheme, table))
    yield from ((each.name, "projection") for each in scheme.projections if each.of)


def links(scheme: Scheme, table: Table) -> list[str]:
    """Relations between rows that have no column of spans: they become lists of row ids."""
    told = {*table.columns.values(), table.joined_by, table.refers}
    return [
        each.name
        for each in scheme.relations
        if each.name not in told and table.rows in each.from_ and table.rows in each.to
    ]


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


def spans_table(layer: str, scheme: Scheme) -> str:
    """The table of the layer's spans, or of what it has in their place."""
    if scheme.table:
        return scheme.table.name
    return f"{layer}_spans" if layer.lower() in ELSEWHERE else layer


def table_names(layer: str, scheme: Scheme) -> Iterator[str]:
    """The tables of a release that are the layer's: none where it has no labels."""
    if scheme.labels:
        yield spans_table(layer, scheme)
    if scheme.relations and scheme.table is None:
        yield f"{layer}_relations"


def collisions(schemes: Mapping[str, Scheme]) -> Iterator[str]:
    """Names of a corpus's layers that a release could not tell apart.

    Tables are folders: many file systems don't tell upper case from lower.
    """
    yield from _sentence_collisions(schemes)
    yield from _table_collisions(schemes)
    whole: dict[str, str] = dict.fromkeys(ARTICLE, "every release")
    for layer, scheme in schemes.items():
        yield from _row_collisions(layer, scheme, schemes)
        yield from _article_collisions(layer, scheme, schemes, whole)


def _row_collisions(layer: str, scheme: Scheme, schemes: Mapping[str, Scheme]) -> Iterator[str]:
    """Columns of a layer's own table that have the name of the one for the row around."""
    if scheme.table and scheme.table.rows:
        around = container(scheme.table, schemes)
        for name, what in columns(scheme)[scheme.table.name]:
            if what and name == around:
                yield f"layer {layer}: {what} {name}: the quotes around have this column"


def _article_collisions(
    layer: str, scheme: Scheme, schemes: Mapping[str, Scheme], whole: dict[str, str]
) -> Iterator[str]:
    """Columns of a layer in the table `articles` that another has, or that would be taken for another's;
    `whole` says whose each column is, and gets this layer's."""
    for name, what in columns(scheme)["articles"]:
        column = f"{layer}_{name}"
        which = f"{what} {name}" if what else "a layer of this name"
        if column in whole:
            free = free_name(f"{name}_of_article" if what else f"{layer}_layer", whole)
            yield (
                f"layer {layer}: {which}: {whole[column]} has a column {column} in articles: "
                f"call it {free}"
            )
        whole[column] = f"the layer {layer}"
        if what and (other := layer_of(column, schemes)) != layer:
            free = free_name(f"{name}_of_article", whole)
            yield (
                f"layer {layer}: {which}: its column {column} would be taken for one of the layer "
                f"{other}: call it {free}"
            )


def _table_collisions(schemes: Mapping[str, Scheme]) -> Iterator[str]:
    """Tables of layers that have one name, or one that a release has already."""
    tables: dict[str, str] = dict.fromkeys(TABLES, "every release")
    for layer, scheme in schemes.items():
        for name in table_names(layer, scheme):
            free = free_name(f"{name.lower()}_spans", tables)
            if name.lower() in ELSEWHERE:
                yield f"layer {layer}: a table can't have the name {name}: call it {free}"
            if name.lower() in tables:
                yield f"layer {layer}: {tables[name.lower()]} has a table {name}: call it {free}"
            tables[name.lower()] = f"the layer {layer}"


def sentence_columns(layer: str, scheme: Scheme) -> list[str]:
    """The layer's columns of the table sentences: whether one has some, whether that is undecided, and
    the highest value of each attribute of `ranked_in_sentences`."""
    ranked = [f"{layer}_{each.name}" for each in ranked_in_sentences(scheme)]
    return [f"has_{layer}", f"{layer}_undecided", *ranked]


def ranked_in_sentences(scheme: Scheme) -> list[Attribute]:
    """The ordered attributes of what the layer is of: the rows of its table, else its spans."""
    rows = scheme.table.rows if scheme.table else None
    return [
        each
        for each in scheme.attributes
        if each.of and each.family == "ordinal" and (rows is None or rows in each.of)
    ]


def _sentence_collisions(schemes: Mapping[str, Scheme]) -> Iterator[str]:
    """Columns of the table sentences that two would have: a layer `has` with an attribute `x`, and a
    layer `x`."""
    known = dict.fromkeys(SENTENCE, "every release")
    for layer, scheme in schemes.items():
        for column in sentence_columns(layer, scheme) if scheme.labels else ():
            if column in known:
                yield (
                    f"layer {layer}: {known[column]} has a column {column} in sentences too: call "
                    "the attribute or the layer another name"
                )
            known[column] = f"the layer {layer}"


def layer_of(column: str, layers: Iterable[str]) -> str | None:
    """The layer that a column of the table articles is of: that of the longest name before it."""
    if column in ARTICLE:
        return None
    found = [each for each in layers if column.startswith(f"{each}_")]
    return max(found, key=len, default=None)


def attribute_of(column: str, layer: str, layers: Iterable[str]) -> str | None:
    """The attribute of the whole article that a column is of; None where it is none of this layer."""
    name = column.removeprefix(f"{layer}_")
    own = {*LAYER, *LAYER_OF_SPANS}
    if layer_of(column, layers) != layer or name in own or f"_{name}".endswith(STANDOFF):
        return None
    return name


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or the first of name_2, name_3, … that is not taken."""
    known = set(taken)
    further = (f"{name}_{number}" for number in count(2))
    return next(each for each in chain([name], further) if each not in known)
