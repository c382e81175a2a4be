"""spaCy's DocBin, a file a split: entities, spans, relations, categories. Needs spaCy (an extra)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qawl.core.errors import InputError
from qawl.core.records import Span, to_json
from qawl.formats.job import Job, Work
from qawl.release.tables import tokens

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

SPANS = "sc"
"""The key of the group of spans: the one that spaCy's SpanCategorizer takes by default."""
RECORD = "qawl"
"""The key of `user_data` that has the whole record as JSON."""


def write(job: Job) -> None:
    """<layer>.<annotator>.<split>.spacy.

    `doc.ents` are the outermost spans, `doc.spans["sc"]` all of them, `doc._.rel` the relations by the
    first tokens of their ends, `doc.cats` the choices of the article. What is undecided is missing in
    `doc.ents`. `doc.user_data["qawl"]` has the record as it is.
    """
    try:
        import spacy  # noqa: PLC0415 - an extra
        from spacy.tokens import Doc, DocBin  # noqa: PLC0415
    except ImportError as error:
        raise InputError("spacy needs spaCy: `pip install qawl[spacy]`") from error
    if not Doc.has_extension("rel"):
        Doc.set_extension("rel", default={})
    vocabulary = spacy.blank("xx").vocab
    for name, _, works in job.parts():
        bundles: dict[str, DocBin] = {}
        for work in works:
            bundle = bundles.setdefault(work.split, DocBin(store_user_data=True))
            bundle.add(_document(work, vocabulary))
        for split, bundle in bundles.items():
            job.folder.write(f"{name}.{split}.spacy", [bundle.to_bytes()])


def _document(work: Work, vocabulary: "Vocab") -> "Doc":
    from spacy.tokens import Doc, SpanGroup  # noqa: PLC0415 - an extra
    from spacy.tokens import Span as Marked  # noqa: PLC0415

    text, spans = work.article.text, work.spans()
    at = list(_pieces(text))
    words = [text[start:end] for start, end, _ in at]
    doc = Doc(vocabulary, words=words, spaces=[space for *_, space in at])
    placed, losses = tokens.layout(spans, tokens.arrays((start, end) for start, end, _ in at))
    for loss in losses:
        if loss.kind in ("edge-in-token", "no-token"):
            work.lost(loss.kind, loss.span)
    marked = [
        (each, Marked(doc, each.first, each.last, each.span.label, span_id=each.span.id))
        for each in placed
    ]
    open_ = [
        span
        for start, end in work.open
        if (span := doc.char_span(start, end, alignment_mode="expand")) is not None
    ]
    outer = [span for each, span in marked if each.level == 0]
    taken = {token.i for span in outer for token in span}
    undecided = {token.i for span in open_ for token in span} - taken
    doc.set_ents(outer, missing=[doc[each : each + 1] for each in sorted(undecided)])
    doc.spans[SPANS] = SpanGroup(doc, name=SPANS, spans=[span for _, span in marked])
    doc._.rel = _relations(work, spans, {each.span.id: each.first for each in placed})
    doc.cats = _categories(work)
    doc.user_data[RECORD] = to_json(_record(work)).decode()
    return doc


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    """Tokens and the white space between them, as spaCy parts a text: (start, end, a space follows)."""
    at = 0
    for start, end in (*tokens.tokens(text), (len(text), len(text))):
        if at < start:
            yield at, start, False
        if start < end:
            space = text[end : end + 1] == " "
            yield start, end, space
            at = end + space


def _relations(
    work: Work, spans: Sequence[Span], first: dict[str, int]
) -> dict[tuple[int, int], dict[str, float]]:
    """(first token of the one, of the other) → relation → 1.0; one in both directions stands twice."""
    found: dict[tuple[int, int], dict[str, float]] = {}
    for relation, start, end in work.arrows(each for each in spans if each.id in first):
        pair = first[start.id], first[end.id]
        found.setdefault(pair, {})[str(relation.label)] = 1.0
        if relation.direction == "bi":
            found.setdefault(pair[::-1], {})[str(relation.label)] = 1.0
    return found


def _categories(work: Work) -> dict[str, float]:
    """attribute=value → 1.0 or 0.0, of each choice of the article."""
    found: dict[str, float] = {}
    for each in work.scheme.document_attributes:
        given = work.record.attributes.get(each.name)
        if isinstance(given, str | list) and each.categories:
            same = each.same(given)
            names = (same,) if isinstance(same, str) else same
            found |= {f"{each.name}={name}": float(name in names) for name in each.categories}
    return found


def _record(work: Work) -> dict[str, object]:
    record = work.record
    return {
        "article_id": work.article.id,
        "layer": record.layer,
        "annotator": work.annotator,
        "text_sha256": work.article.text_sha256,
        "open": work.open,
        "spans": record.spans,
        "relations": record.relations,
        "attributes": record.attributes,
    }
