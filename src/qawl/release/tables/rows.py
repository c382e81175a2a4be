"""Articles, gold and annotations → the rows of a release's tables, by column.

Cells hold names and words; `arrays.batch` turns class names into indices. Texts and surfaces of an
article that may not be redistributed are None.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from qawl.core.column_types import Cells, Columns, Records, Row, by_column
from qawl.core.records import (
    JUDGE,
    Annotation,
    Attributes,
    AttributeValue,
    Gold,
    GoldRelation,
    GoldSpan,
    Relation,
    Span,
    as_work_of,
    in_words,
)
from qawl.core.text import sha256
from qawl.release.rights import standoff as rights_standoff
from qawl.release.rights.free_texts import FreeTexts
from qawl.release.rights.withheld import Guard, strings
from qawl.release.tables.candidates import CANDIDATES, candidate_rows
from qawl.release.tables.decided import decided_layers, open_stretches
from qawl.release.tables.pieces import pieces
from qawl.release.tables.redaction import Redaction
from qawl.release.tables.sentence_table import SENTENCES, sentence_cells
from qawl.release.tables.silver_table import SILVER, silver_row
from qawl.release.tables.tables import PROVENANCE, Annotated, context_fields
from qawl.release.tables.token_table import TABLE, token_cells
from qawl.release.tables.votes import SOFT, VOTES, Votes
from qawl.scheme.model import Scheme, Table
from qawl.scheme.names import LAYER_OF_SPANS, container, host, links, spans_table


class Maker:
    """Makes the rows of articles, by table and column; `kinds` are the columns of each table."""

    def __init__(
        self, schemes: Mapping[str, Scheme], kinds: Mapping[str, Columns], guard: Guard
    ) -> None:
        self._schemes, self._kinds, self._guard = schemes, kinds, guard
        self._votes = Votes(schemes)

    def cells(self, items: Sequence[Annotated]) -> tuple[dict[str, Cells], list[str]]:
        """The rows of these articles in every table that has some; and where free texts are left out of
        articles whose text is shown, since they hold text that is withheld elsewhere."""
        found: dict[str, Cells] = {}
        rows: dict[str, list[Row]] = {}
        hidden: list[str] = []
        for item in items:
            for name, made in self._of(item, hidden):
                if isinstance(made, list):
                    rows.setdefault(name, []).extend(made)
                    continue
                there = found.setdefault(name, {each: [] for each in self._kinds[name]})
                for column, gathered in there.items():
                    gathered.extend(made[column])
        found |= {name: self._by_column(name, made) for name, made in rows.items()}
        pairs = [(each.article, each.gold) for each in items]
        found[TABLE] = token_cells(pairs, self._schemes)
        return {name: cells for name, cells in found.items() if any(cells.values())}, hidden

    def _of(self, item: Annotated, hidden: list[str]) -> Iterator[tuple[str, Cells | list[Row]]]:
        """(table, rows, by column where they are many) of one article, but for its tokens."""
        article, schemes = item.article, self._schemes
        given = {
            layer: self._votes.of(gold, item.annotations, article)
            for layer, gold in item.gold.items()
        }
        texts = _free_texts(item, schemes, self._guard, [each.typed() for each in given.values()])
        if texts and article.redistribute:
            hidden += _hidden(item, schemes, texts)
        shown = {layer: Redaction(article, texts, scheme) for layer, scheme in schemes.items()}
        decided = decided_layers(item.gold)
        whole = _article_row(item, decided, shown, texts)
        yield "articles", [whole]
        for layer, gold in item.gold.items():
            if given[layer].votes["marked"]:
                yield VOTES, given[layer].shown(shown[layer])
                yield SOFT, given[layer].soft
            if schemes[layer].labels and layer in decided:
                yield from self._of_layer(item, gold, shown[layer], whole)
        if cells := sentence_cells(article, item.gold, schemes):
            yield SENTENCES, cells
        yield "annotations", [_annotation_row(each, shown[each.layer]) for each in item.annotations]
        if item.silver:
            yield (
                SILVER,
                [
                    silver_row(each, _annotation_row(as_work_of(SILVER, each), shown[layer]))
                    for layer, each in item.silver.items()
                ],
            )

    def _of_layer(
        self, item: Annotated, gold: Gold, shown: Redaction, whole: Row
    ) -> Iterator[tuple[str, Cells | list[Row]]]:
        """(table, rows) of what is gold in a layer that has labels; `whole` is the article's row."""
        article, scheme = item.article, shown.scheme
        table, layer = scheme.table, scheme.layer
        if table is None or table.rows is None:
            spans = whole[f"{layer}_spans"]
            of = {"article_id": article.id, "text_sha256": article.text_sha256}
            same = {name: [each] * len(spans) for name, each in of.items()}
            yield spans_table(layer, scheme), {**same, **spans.fields}
        else:
            yield table.name, [*_TableRows(item, gold, table, self._schemes, shown).rows()]
        if candidates := list(candidate_rows(gold, shown)):
            yield CANDIDATES, candidates
        if scheme.relations and table is None:
            drawn = [{"article_id": article.id, **_arrow(each)} for each in gold.relations]
            yield f"{layer}_relations", drawn

    def _by_column(self, name: str, rows: Sequence[Row]) -> Cells:
        """Rows of a table by column."""
        return {column: [row[column] for row in rows] for column in self._kinds[name]}


def _free_texts(
    item: Annotated,
    schemes: Mapping[str, Scheme],
    guard: Guard,
    votes: Iterable[Sequence[tuple[str, str]]],
) -> FreeTexts | None:
    """What annotators typed, record by record and as it stands in the votes of each layer; None where
    all of it may be shown."""
    if item.article.redistribute and not guard.watches:
        return None
    silver = (as_work_of(SILVER, each) for each in item.silver.values())
    records: list[Annotation | Gold] = [*item.gold.values(), *item.annotations, *silver]
    said = [list(_typed(each, schemes[each.layer])) for each in records]
    texts = FreeTexts(item.article, [*said, *votes], guard)
    return texts if texts.hides_some or not item.article.redistribute else None


def _hidden(item: Annotated, schemes: Mapping[str, Scheme], texts: FreeTexts) -> Iterator[str]:
    """Where annotators typed what is not shown, in words."""
    for record in item.annotations:
        for name, value in _typed(record, schemes[record.layer]):
            if texts.hides(value):
                of = f"{record.annotator} ({record.layer})"
                yield f"{name} in article {item.article.id}, by {of}"


def _typed(record: Annotation | Gold, scheme: Scheme) -> Iterator[tuple[str, str]]:
    """(attribute, text) of what is no value of the scheme's, span by span."""
    for attributes in (record.attributes, *(span.attributes for span in record.spans)):
        for name, given in attributes.items():
            known = scheme.attribute.get(name)
            if known is None or known.free or any(known.problems(given)):
                yield from ((name, value) for value in strings(given))


def _article_row(
    item: Annotated,
    decided: Mapping[str, Gold],
    shown: Mapping[str, Redaction],
    texts: FreeTexts | None,
) -> Row:
    """The row of an article; `shown` says by layer what of it may be, `texts` knows what is withheld."""
    article = item.article
    hidden = not article.redistribute
    own = article.source_id  # some name an article by its title
    source_id = None if own and hidden and texts and texts.is_withheld(own) else own
    row: Row = {
        "id": article.id,
        "text": None if hidden else article.text,
        "text_sha256": article.text_sha256,
        "code_points": len(article.text),
        "withheld": hidden,
        "title": None if hidden else article.title,
        "title_sha256": None if article.title is None else sha256(article.title),
        "language": article.language,
        "source": article.source,
        "url": article.url,
        "published": article.published,
        "license": article.license,
        "group": article.group,
        "source_id": source_id,
    }
    for layer, by in shown.items():
        gold, scheme = decided.get(layer), by.scheme
        row[f"{layer}_complete"] = gold.complete if gold else None
        row[f"{layer}_decided_by"] = gold.decided_by if gold else None
        if scheme.labels:
            marked = _marked(gold, by) if gold else dict.fromkeys(LAYER_OF_SPANS)
            row |= {f"{layer}_{name}": cell for name, cell in marked.items()}
        given = gold.attributes if gold else {}
        row |= by.attributes(given, scheme.document_attributes, f"{layer}_")
    if context := context_fields({layer: by.scheme for layer, by in shown.items()}):
        row["context"] = {
            field: None if hidden else article.context_text(field) for field in context
        }
    return row


def _marked(gold: Gold, shown: Redaction) -> Row:
    """The open stretches, spans and relations of a layer in the row of an article."""
    opened = open_stretches(gold, len(shown.article.text))
    return {
        "open": Records(by_column(("start", "end"), opened)),
        "spans": shown.spans(gold.spans),
        "relations": [{**_arrow(each), "support": list(each.support)} for each in gold.relations],
    }


class _TableRows:
    """The rows of one article in the table of a layer: one a span of the table's label.

    `spans` are the gold spans by id, `order` has their order, `fuller` leads from a mention to a fuller
    one, and `speakers` has the id of each speaker that a row named so far.
    """

    def __init__(
        self,
        item: Annotated,
        gold: Gold,
        table: Table,
        schemes: Mapping[str, Scheme],
        shown: Redaction,
    ) -> None:
        self.item, self.gold, self.table = item, gold, table
        self.schemes, self.shown = schemes, shown
        self.spans = {span.id: span for span in gold.spans}
        self.order = {identity: number for number, identity in enumerate(self.spans)}
        self.fuller = {each.from_: each.to for each in gold.relations if each.label == table.refers}
        self.speakers: dict[str, str] = {}

    def rows(self) -> Iterator[Row]:
        """All rows; joined pieces are one."""
        for first, joined in pieces(self.gold, self.table).items():
            yield self._row(self.spans[first], joined)

    def _row(self, head: GoldSpan, joined: Sequence[str]) -> Row:
        scheme, shown, article = self.shown.scheme, self.shown, self.item.article
        drawn = sorted(
            (
                each
                for each in self.gold.relations
                if each.from_ in joined and each.to in self.spans
            ),
            key=lambda each: self.order[each.to],
        )
        targets = {
            name: [
                self.spans[one]
                for one in dict.fromkeys(each.to for each in drawn if each.label == relation)
            ]
            for name, relation in self.table.columns.items()
        }
        return {
            "article_id": article.id,
            "text_sha256": article.text_sha256,
            **shown.mention(head),
            **self._parts(joined),
            **{name: [shown.mention(each) for each in found] for name, found in targets.items()},
            **shown.attributes(head.attributes, scheme.attributes_of(head.label)),
            **self._source(head, targets),
            container(self.table, self.schemes): _around(head, self.item, self.schemes, self.table),
            "paragraph": article.text.count("\n", 0, head.start),
            **{
                name: [each.to for each in drawn if each.label == name]
                for name in links(scheme, self.table)
            },
            **_projected(head, scheme),
            "support": list(head.support),
        }

    def _parts(self, joined: Sequence[str]) -> Row:
        """The pieces, where the table joins some."""
        if not self.table.joined_by:
            return {}
        return {"pieces": [self.shown.mention(self.spans[each]) for each in joined]}

    def _source(self, head: GoldSpan, targets: Mapping[str, Sequence[GoldSpan]]) -> Row:
        """Who stands behind the row, where the table names an attribute that says so."""
        if not self.table.speaker:
            return {}
        scheme, name = self.shown.scheme, head.attributes.get(self.table.speaker)
        columns = (each for each in self.table.columns if _refers(scheme, self.table, each))
        sources = targets.get(next(columns, ""), ())
        return {
            "speaker_id": self._speaker(str(name or ""), sources),
            "source_entity": _entity(sources, str(name or ""), self.item, self.schemes),
        }

    def _speaker(self, name: str, sources: Sequence[GoldSpan]) -> str | None:
        """An id that is the same for one speaker throughout the article: by name, else by mention."""
        if not name and sources:
            mention = sources[0]
            name = self.spans.get(self.fuller.get(mention.id, ""), mention).text
        if not name:
            return None
        key = " ".join(name.split())
        return self.speakers.setdefault(key, f"p{len(self.speakers) + 1}")


def _projected(head: GoldSpan, scheme: Scheme) -> Row:
    """What the value of an attribute is called in other label sets."""
    return {
        each.name: each.values.get(str(head.attributes.get(each.of)))
        for each in scheme.projections
        if each.of
    }


def _refers(scheme: Scheme, table: Table, name: str) -> bool:
    """Whether a column holds the mentions that can refer to fuller ones: the sources."""
    if not table.refers:
        return False
    return bool({*scheme.relation[table.columns[name]].to} & {*scheme.relation[table.refers].from_})


def _entity(
    sources: Sequence[GoldSpan], speaker: str, item: Annotated, schemes: Mapping[str, Scheme]
) -> str | None:
    """The entity mention that the source is: of those inside it, the one that shares most words with
    the speaker's name, then the longest. Entities are the layer without relations."""
    for layer, scheme in schemes.items():
        gold = item.gold.get(layer)
        if scheme.relations or gold is None or not sources:
            continue
        start, end = sources[0].start, sources[0].end
        inside = [each for each in gold.spans if start <= each.start and each.end <= end]
        name = set(speaker.split())
        best = max(
            inside,
            key=lambda each: (
                len(name & set(each.text.split())),
                each.end - each.start,
                -each.start,
            ),
            default=None,
        )
        return best.id if best else None
    return None


def _around(
    head: GoldSpan, item: Annotated, schemes: Mapping[str, Scheme], table: Table
) -> str | None:
    """The innermost row that contains this one."""
    layer = host(table, schemes)
    gold, scheme = item.gold.get(layer or ""), schemes.get(layer or "")
    if gold is None or scheme is None or scheme.table is None:
        return None
    around = [
        span
        for span in gold.spans
        if span.label == scheme.table.rows
        and span is not head
        and span.start <= head.start
        and head.end <= span.end
    ]
    best = min(around, key=lambda span: (span.end - span.start, -span.start), default=None)
    if best is None:
        return None
    return next(first for first, joined in pieces(gold, scheme.table).items() if best.id in joined)


def _arrow(relation: GoldRelation | Relation) -> Row:
    given = relation.direction
    return {
        "label": relation.label,
        "from": relation.from_,
        "to": relation.to,
        "direction": given if isinstance(given, str) else "right",
    }


def _annotation_row(record: Annotation, shown: Redaction) -> Row:
    where = record.provenance
    return {
        "article_id": record.article_id,
        "layer": record.layer,
        "annotator": None if record.annotator == JUDGE else record.annotator,
        "judge": record.annotator == JUDGE,
        "status": record.status,
        "text_sha256": record.text_sha256,
        "scheme_version": record.scheme_version,
        "spans": _spans(record.spans, shown),
        "relations": [_arrow(each) for each in record.relations],
        "attributes": _listed(record.attributes, shown),
        **{name: getattr(where, name) for name in PROVENANCE},
    }


def _spans(spans: Sequence[Span], shown: Redaction) -> Records:
    return Records(
        {
            **shown.marks(spans),
            "attributes": [
                _listed(span.attributes, shown) if span.attributes else [] for span in spans
            ],
        }
    )


def _listed(given: Attributes, shown: Redaction) -> list[Row]:
    """Attributes as a list, for a table that has every layer's: `value`, or `values` of several.

    Numbers are written out. An attribute of several texts or paths stands there once for each.
    """
    known = shown.scheme.attribute
    return [
        {
            "name": name,
            "value": None if isinstance(each, list) else shown.value(_written(each)),
            "values": shown.value(each) if isinstance(each, list) else None,
            f"value{rights_standoff.SUFFIX}": None
            if isinstance(each, list)
            else shown.standoff(each),
        }
        for name, value in given.items()
        for each in _apart(value, free=name in known and known[name].free)
    ]


def _written(value: AttributeValue) -> str:
    return in_words(value) if isinstance(value, int | float) else str(value)


def _apart(value: AttributeValue, *, free: bool) -> Sequence[AttributeValue]:
    """The entries of a value: one, unless it has several texts or paths."""
    if isinstance(value, list) and (free or any(isinstance(each, list) for each in value)):
        return value
    return [value]
