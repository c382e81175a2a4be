"""`qawl validate`: every record that was collected, against every check of its level.

Each level runs only on records without an error at the level below. The findings are values, in the
order of layer, article and annotator.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import zip_longest
from typing import Any

import jsonschema
import jsonschema_rs
import msgspec

from qawl import (
    anchoring,
    annotations,
    corpus,
    guideline,
    journal,
    jsonl,
    labelset,
    schemas,
    scheme,
    tasks,
)
from qawl.checks import finding
from qawl.convert import Converted
from qawl.model import JUDGE, Annotation, Article, Finding, from_json, to_json
from qawl.project import Project
from qawl.scheme import Scheme


def validate(project: Project) -> Iterator[Finding]:
    """All findings of a corpus."""
    articles = corpus.by_id(project)
    for layer in project.settings.layers:
        current = scheme.load(project, layer)
        yield from _from_journal(project, layer)
        counted: Counter[str] = Counter()
        used: Counter[str] = Counter()
        for record in _read(project, layer):
            if isinstance(record, Finding):
                yield record
                continue
            counted[record.article_id] += record.annotator != JUDGE
            used.update(span.label for span in record.spans)
            article = articles.get(record.article_id)
            if article is None:
                message = f"article {record.article_id} is not in the corpus"
                yield finding("article-unknown", message, record)
                continue
            for each in check_annotation(record, article, current):
                yield _linked(each, record, project)
        planned = (article.id for article in tasks.to_annotate(project))
        yield from _collection(project, current, planned, counted, used)


def check_annotation(record: Annotation, article: Article, current: Scheme) -> list[Finding]:
    """The findings of levels 2 to 4 on one record; a level with an error is the last."""
    found: list[Finding] = []
    for level in (
        anchoring.check(record, article, current),
        labelset.check(record, current),
        guideline.check(record, article, current),
    ):
        made = list(level)
        found += made
        if any(each.severity == "error" for each in made):
            break
    return found


def check_format(value: Any) -> str | None:
    """What the JSON Schema of annotations says against a value, None if nothing.

    jsonschema-rs finds, jsonschema explains.
    """
    if _finder().is_valid(value):
        return None
    error = jsonschema.exceptions.best_match(_explainer().iter_errors(value))
    return f"{error.json_path}: {error.message}" if error else "it does not fit the schema"


@cache
def _finder() -> Any:
    return jsonschema_rs.validator_for(schemas.load("annotation"))


@cache
def _explainer() -> Any:
    return jsonschema.Draft202012Validator(schemas.load("annotation"))


def _read(project: Project, layer: str) -> Iterator[Annotation | Finding]:
    """The records of a layer, or what is wrong with their format."""
    for number, line in jsonl.lines(annotations.path(project, layer)):
        where = f"exports/annotations/{layer}.jsonl, line {number}"
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield finding("format", f"{where}: not JSON: {error}", layer=layer)
            continue
        if problem := check_format(value):
            yield finding("format", f"{where}: {problem}", layer=layer)
            continue
        record = from_json(line, Annotation)
        repeated = [each for each, n in Counter(span.id for span in record.spans).items() if n > 1]
        if repeated:
            yield finding("id-duplicate", f"several spans are called {repeated[0]}", record)
        else:
            yield record


def _from_journal(project: Project, layer: str) -> Iterator[Finding]:
    """What reading the journal found, and whether exports/annotations is what it gives."""
    path = annotations.path(project, layer)
    if not any(True for _ in journal.files(project, layer)):
        return
    on_disk = (line for _, line in jsonl.lines(path))
    made: list[Finding] = []
    stale = False
    for derived, line in zip_longest(_derived(project, layer, made), on_disk):
        yield from made
        made.clear()
        stale = stale or derived != line
    yield from made
    if stale:
        message = f"exports/annotations/{layer}.jsonl was changed: run `qawl pull --rebuild`"
        yield finding("annotations-stale", message, layer=layer)


def _derived(project: Project, layer: str, made: list[Finding]) -> Iterator[bytes]:
    """The lines that the journal gives; findings on the way go to `made`."""
    for each in annotations.derive(project, layer):
        if isinstance(each, Converted):
            made += each.findings
            yield to_json(each.annotation)
        else:
            made.append(each)


def _collection(
    project: Project,
    current: Scheme,
    articles: Iterable[str],
    counted: Counter[str],
    used: Counter[str],
) -> Iterator[Finding]:
    """Level 5: what only the whole collection of a layer shows."""
    if not counted:
        return
    planned = project.overlap(current.layer)
    for identity in articles:
        if counted[identity] < planned:
            message = f"{counted[identity]} of {planned} planned annotations are there"
            yield finding("annotator-missing", message, layer=current.layer, article_id=identity)
    if unused := [label for label in current.label if not used[label]]:
        yield finding("label-unused", f"never used: {', '.join(unused)}", layer=current.layer)


def _linked(found: Finding, record: Annotation, project: Project) -> Finding:
    """The finding with the address of its task in Label Studio."""
    where = record.provenance
    if where.project is None or where.task is None:
        return found
    base = project.settings.label_studio.url.rstrip("/")
    url = f"{base}/projects/{where.project}/data?task={where.task}"
    return msgspec.structs.replace(found, url=url)


def summary(findings: Iterable[Finding]) -> dict[str, Any]:
    """Counts by severity, level and check."""
    every = list(findings)
    return {
        "errors": sum(each.severity == "error" for each in every),
        "warnings": sum(each.severity == "warning" for each in every),
        "levels": dict(sorted(Counter(str(each.level) for each in every).items())),
        "checks": dict(sorted(Counter(each.check for each in every).items())),
    }
