"""JSON Lines, a file a split: plain with spans, for GLiNER, for tuning a chat model."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from qawl.core.records import Annotation, Relation, Span, ends, to_json
from qawl.formats import instruction
from qawl.formats.job import Job, Work
from qawl.release.tables import tokens

_GLINER = re.compile(r"\w+(?:[-_]\w+)*|\S")
"""How GLiNER parts a text into words."""


def write_plain(job: Job) -> None:
    """<layer>.<annotator>.<split>.jsonl: the text with spans, relations and attributes.

    A line is also a prediction that `qawl score` reads.
    """
    _write(job, lambda work: [_plain(work)])


def write_gliner(job: Job) -> None:
    """<layer>.<annotator>.<split>.jsonl: words, and spans as (first word, last word, label).

    A line is a stretch of an article between line feeds that no span goes over.
    """
    _write(job, _gliner)


def write_chat(job: Job) -> None:
    """<layer>.<annotator>.<split>.jsonl: what the scheme asks for, the text, and the answer as JSON."""
    told = {layer: instruction.of(scheme) for layer, scheme in job.schemes.items()}
    _write(job, lambda work: [_chat(work, told[work.scheme.layer])])


def _write(job: Job, made: Callable[[Work], Iterable[Mapping[str, object]]]) -> None:
    for name, _, works in job.parts():
        with job.folder.several() as add:
            for work in works:
                for each in made(work):
                    add(f"{name}.{work.split}.jsonl", to_json(each) + b"\n")


def _plain(work: Work) -> dict[str, object]:
    article, record = work.article, work.record
    told = ("title", "language", "source", "url", "published", "license", "group", "source_id")
    return {
        "article_id": article.id,
        "layer": record.layer,
        "annotator": work.annotator,
        "split": work.split,
        **{name: getattr(article, name) for name in told},
        "text": article.text,
        "text_sha256": article.text_sha256,
        "complete": work.complete,
        "open": [{"start": start, "end": end} for start, end in work.open],
        "spans": work.spans(),
        "relations": [_arrow(relation) for relation, *_ in work.arrows(work.inside())],
        "attributes": record.attributes,
    }


def _arrow(relation: Relation) -> dict[str, object]:
    start, end = ends(relation)
    way = "right" if relation.direction in (UNSET, "left") else relation.direction
    return {"label": relation.label, "from": start, "to": end, "direction": way}


def _gliner(work: Work) -> Iterator[dict[str, object]]:
    text, spans = work.article.text, work.spans()
    work.lose_all_but_spans()
    cuts = _cuts(text, spans)
    groups: list[list[Span]] = [[] for _ in cuts]
    for span in spans:
        groups[bisect_right(cuts, span.start) - 1].append(span)
    for start, end, inside in zip(cuts, [*cuts[1:], len(text)], groups, strict=True):
        words = [each.span() for each in _GLINER.finditer(text, start, end)]
        placed, losses = tokens.layout(inside, tokens.arrays(words))
        for loss in losses:
            if loss.kind in ("edge-in-token", "no-token"):
                work.lost(loss.kind, loss.span)
        if words:
            yield {
                "tokenized_text": [text[one:other] for one, other in words],
                "ner": [[each.first, each.last - 1, each.span.label] for each in placed],
                "article_id": work.article.id,
                "start": start,
            }


def _cuts(text: str, spans: Iterable[Span]) -> list[int]:
    """Where pieces begin: at the start, and after each line feed that no span goes over."""
    over = {at for span in spans for at in range(span.start, span.end - 1) if text[at] == "\n"}
    return [0, *(at + 1 for at, each in enumerate(text) if each == "\n" and at not in over)]


def _chat(work: Work, told: str) -> dict[str, object]:
    answer = to_json(instruction.answer(work.article.text, _known(work))).decode()
    said = (("system", told), ("user", work.article.text), ("assistant", answer))
    return {
        "messages": [{"role": role, "content": content} for role, content in said],
        "article_id": work.article.id,
    }


def _known(work: Work) -> Annotation:
    """The record with what can be answered: spans in the text, relations with a name and both ends."""
    spans = work.spans()
    arrows = tuple(relation for relation, *_ in work.arrows(spans))
    return replace(work.record, spans=tuple(spans), relations=arrows)
