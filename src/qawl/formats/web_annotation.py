"""W3C Web Annotation: a page of annotations an article as JSON-LD, beside the text that it is about."""

from collections.abc import Iterator
from urllib.parse import quote

from qawl.core.records import Attributes, Span, to_json
from qawl.formats.job import Job, Work

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32
"""How many code points before and after a span are quoted."""


def write(job: Job) -> None:
    """<layer>.<annotator>/<article>.jsonld and <article>.txt.

    A span is an annotation with its label as a tag and its attributes as JSON. A relation links two
    annotations; one in both directions stands twice.
    """
    for folder, _, works in job.parts():
        for work in works:
            name = f"{folder}/{work.article.id}"
            job.folder.write(f"{name}.txt", [work.article.text])
            page = _page(work, f"{job.source.name}/{folder}")
            job.folder.write_lines(f"{name}.jsonld", [page])


def _page(work: Work, home: str) -> dict[str, object]:
    identity = f"urn:qawl:{quote(home, safe='@/')}/{work.article.id}"
    return {
        "@context": CONTEXT,
        "id": identity,
        "type": "AnnotationPage",
        "items": list(_items(work, identity)),
    }


def _items(work: Work, page: str) -> Iterator[dict[str, object]]:
    spans = work.spans()
    ids = {span.id: f"{page}#{quote(span.id, safe='')}" for span in spans}
    source = f"{work.article.id}.txt"
    for span in spans:
        yield {
            "id": ids[span.id],
            "type": "Annotation",
            "motivation": "tagging",
            "body": [_tag(span.label), *_described(span.attributes)],
            "target": {"source": source, "selector": _selectors(work.article.text, span)},
        }
    arrows = (
        (relation.label, one, other)
        for relation, start, end in work.arrows(spans)
        for one, other in ((start, end), (end, start))[: 1 + (relation.direction == "bi")]
    )
    for number, (label, start, end) in enumerate(arrows, start=1):
        yield {
            "id": f"{page}#relation-{number}",
            "type": "Annotation",
            "motivation": "linking",
            "body": [{"id": ids[end.id]}, _tag(str(label))],
            "target": ids[start.id],
        }
    if described := _described(work.record.attributes):
        about = {"id": f"{page}#article", "type": "Annotation", "motivation": "describing"}
        yield {**about, "body": described, "target": source}


def _tag(name: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": "tagging", "value": name}


def _described(attributes: Attributes) -> list[dict[str, str]]:
    """Attributes as one body of JSON; none where there are none."""
    if not attributes:
        return []
    value = to_json(attributes).decode()
    about = {"type": "TextualBody", "purpose": "describing", "format": "application/json"}
    return [{**about, "value": value}]


def _selectors(text: str, span: Span) -> list[dict[str, object]]:
    """By code points, and by what is quoted there."""
    return [
        {"type": "TextPositionSelector", "start": span.start, "end": span.end},
        {
            "type": "TextQuoteSelector",
            "exact": span.text,
            "prefix": text[max(0, span.start - _AROUND) : span.start],
            "suffix": text[span.end : span.end + _AROUND],
        },
    ]
