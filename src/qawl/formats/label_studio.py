"""Tasks with annotations as Label Studio's Import and `qawl pull --from` read them."""

from collections.abc import Iterator

from qawl.annotations import tasks
from qawl.annotations.from_label_studio import read_annotation
from qawl.annotations.to_label_studio import write_results
from qawl.core.records import Annotation, Span, to_json
from qawl.formats.job import Job, Work


def write(job: Job) -> None:
    """<layer>.<annotator>.json: a list of tasks, each with one annotation."""
    offered = job.source.offered()
    for name, _, works in job.parts(skipped=True):
        made = (to_json(_task(work, offered)).decode() for work in works)
        job.folder.write(f"{name}.json", _listed(made))


def _listed(values: Iterator[str]) -> Iterator[str]:
    """A JSON list, a value a line."""
    yield "["
    for number, value in enumerate(values):
        yield f",\n{value}" if number else f"\n{value}"
    yield "\n]\n"


def _task(work: Work, offered: tasks.Names) -> dict[str, object]:
    """A task with its annotation; read back at once, and what differs then is noted."""
    record, told = work.record, work.record.provenance
    plain = tasks.task(work.article, work.scheme, offered)
    task = {**_given(id=told.task, project=told.project), "data": plain.data}
    annotation = {
        **_given(
            id=told.annotation,
            created_at=told.created_at,
            updated_at=told.updated_at,
            lead_time=told.lead_time,
        ),
        "was_cancelled": record.status == "skipped",
        "ground_truth": work.annotator is None,
        "result": write_results(record, work.scheme, named=True),
    }
    again = read_annotation(
        task,
        annotation,
        article=work.article,
        scheme=work.scheme,
        annotator=record.annotator,
    )
    _note_changes(work, again.annotation)
    return {**task, "annotations": [annotation]}


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _note_changes(work: Work, after: Annotation) -> None:
    """Notes what Label Studio's JSON did not bring back."""
    before = work.record
    if before.scheme_version != work.scheme.version:
        work.lost("scheme-version", None, before.scheme_version)
    kept: dict[str, Span] = {span.id: span for span in after.spans}
    changed = [span for span in before.spans if kept.get(span.id) != span]
    for span in changed:
        work.lost("changed", span)
    for name in ("relations", "attributes", "status", "spans", "provenance"):
        if name == "spans" and changed:
            continue
        if getattr(before, name) != getattr(after, name):
            work.lost("changed", None, name)
