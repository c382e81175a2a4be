"""Prodigy's JSON Lines, as its `spans.manual` and `rel.manual` write them, a file an annotator."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from qawl.core.records import GOLD, Span
from qawl.formats.job import Job, Work
from qawl.release.tables import tokens

_HASHES = 1 << 31
Place = tuple[int, int]


def write(job: Job) -> None:
    """<layer>.<annotator>.jsonl: an example a line; what an annotator skipped is ignored there."""
    for name, _, works in job.parts(skipped=True):
        job.folder.write_lines(f"{name}.jsonl", map(_example, works))


def _example(work: Work) -> Mapping[str, object]:
    text, spans = work.article.text, work.spans()
    work.lose_attributes()
    over = _tokens(text, spans)
    marks = {span.id: _mark(work, span, over) for span in spans}
    _note_doubles(work, spans)
    who = work.annotator or GOLD
    number = int(work.article.id, 16) % _HASHES
    return {
        "text": text,
        "_input_hash": number,
        "_task_hash": number,
        "tokens": [
            {"text": text[a:b], "start": a, "end": b, "id": at, "ws": text[b : b + 1].isspace()}
            for at, (a, b) in enumerate(over)
        ],
        "spans": list(marks.values()),
        "relations": _relations(work, spans, marks),
        "answer": "ignore" if work.record.status == "skipped" else "accept",
        "_view_id": "relations",
        "_annotator_id": who,
        "_session_id": who,
    }


def _tokens(text: str, spans: Iterable[Span]) -> list[Place]:
    """The tokens of a text, cut where a span starts or ends inside one: so every span has its own."""
    cuts = {edge for span in spans for edge in (span.start, span.end)}
    edges = sorted(cuts)
    found: list[Place] = []
    for start, end in tokens.tokens(text):
        inside = edges[bisect_right(edges, start) : bisect_left(edges, end)]
        found += pairwise([start, *inside, end])
    return found


def _mark(work: Work, span: Span, over: Sequence[Place]) -> dict[str, object]:
    first = bisect_left(over, (span.start, 0))
    last = bisect_left(over, span.end, key=lambda each: each[1])
    last -= last == len(over) or over[last][1] > span.end
    place: dict[str, object] = {"start": span.start, "end": span.end, "label": span.label}
    if first > last:
        work.lost("no-token", span)
        return place
    return {**place, "token_start": first, "token_end": last}


def _relations(
    work: Work, spans: Sequence[Span], marks: Mapping[str, Mapping[str, object]]
) -> list[Mapping[str, object]]:
    """The relations; each is drawn between the last tokens of its ends, and has these whole, too."""
    found: list[Mapping[str, object]] = []
    for relation, start, end in work.arrows(spans):
        if relation.direction == "bi":
            work.lost("relation-direction", start, relation.label)
        head, child = marks[start.id], marks[end.id]
        at = {"head": head.get("token_end"), "child": child.get("token_end")}
        found.append({**at, "head_span": head, "child_span": child, "label": relation.label})
    return found


def _note_doubles(work: Work, spans: Iterable[Span]) -> None:
    """Notes spans of one label and place: Prodigy tells them apart by nothing else."""
    seen = set()
    for span in spans:
        if (span.start, span.end, span.label) in seen:
            work.lost("changed", span)
        seen.add((span.start, span.end, span.label))
