"""doccano's JSON Lines for sequence labelling with relations, a file an annotator."""

from collections.abc import Mapping

from qawl.formats.job import Job, Work


def write(job: Job) -> None:
    """<layer>.<annotator>.jsonl: the text with entities and relations, an article a line."""
    for name, _, works in job.parts():
        job.folder.write_lines(f"{name}.jsonl", map(_row, works))


def _row(work: Work) -> Mapping[str, object]:
    spans = work.spans()
    work.lose_attributes()
    numbers = {span.id: number for number, span in enumerate(spans, start=1)}
    relations: list[Mapping[str, object]] = []
    for relation, start, end in work.arrows(spans):
        if relation.direction == "bi":
            work.lost("relation-direction", start, relation.label)
        ends = {"from_id": numbers[start.id], "to_id": numbers[end.id]}
        relations.append({"id": len(relations) + 1, **ends, "type": relation.label})
    return {
        "id": work.article.id,
        "text": work.article.text,
        "entities": [
            {"id": numbers[s.id], "label": s.label, "start_offset": s.start, "end_offset": s.end}
            for s in spans
        ],
        "relations": relations,
    }
