"""exports/annotations: the latest version of every annotation, derived from the journal."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from qawl import corpus, journal, jsonl, repairs, scheme
from qawl.convert import Converted, read_annotation
from qawl.journal import Entry, Place
from qawl.model import Annotation, Article, Finding, Severity
from qawl.project import Project
from qawl.scheme import Scheme

DERIVATION_CHECKS: dict[str, tuple[int, Severity, str]] = {
    "annotation-duplicate": (
        5,
        "warning",
        "an annotator has several annotations of one article; the latest counts",
    ),
    "annotator-several": (
        5,
        "warning",
        "several users worked under one pseudonym",
    ),
    "annotation-deleted": (5, "warning", "an annotation was deleted in Label Studio"),
    "article-unknown": (2, "error", "an annotation's article is not in the corpus"),
}


def path(project: Project, layer: str) -> Path:
    """exports/annotations/<layer>.jsonl."""
    return project.exports / "annotations" / f"{layer}.jsonl"


def read(project: Project, layer: str) -> Iterator[Annotation]:
    """The annotations of a layer, by article, then annotator."""
    return jsonl.read(path(project, layer), Annotation)


def rebuild(project: Project, layer: str) -> int:
    """Derives the file of a layer from the journal; how many annotations it holds."""
    derived = derive(project, layer)
    return jsonl.write(
        path(project, layer), (each.annotation for each in derived if isinstance(each, Converted))
    )


def conversion_findings(project: Project, layer: str) -> Iterator[Finding]:
    """What was found wrong in reading the journal of a layer."""
    for each in derive(project, layer):
        if isinstance(each, Converted):
            yield from each.findings
        else:
            yield each


def derive(project: Project, layer: str) -> Iterator[Converted | Finding]:
    """The journal of a layer as records, by article, then annotator; findings where there is none."""
    current = scheme.load(project, layer)
    articles = corpus.by_id(project)
    known = repairs.load(project, layer)
    groups: dict[tuple[str, str], list[Place]] = {}
    for place in journal.latest(project, layer).values():
        groups.setdefault((place.article_id, place.annotator), []).append(place)
    users: dict[str, set[object]] = {}
    for (article_id, annotator), places in sorted(groups.items()):
        if article_id not in articles:
            yield _finding("article-unknown", layer, article_id, annotator, "no such article")
            continue
        article = articles[article_id]
        seen = users.setdefault(annotator, set())
        for each in _chosen(places, article, current, annotator, seen):
            if isinstance(each, Converted) and known:
                record = repairs.applied(each.annotation, article.text, known)
                yield Converted(record, each.findings)
            else:
                yield each
    for annotator, seen in sorted(users.items()):
        if len(seen) > 1:
            message = f"{len(seen)} users worked as {annotator}: a pseudonym is one person's"
            yield _finding("annotator-several", layer, None, annotator, message)


def _chosen(
    places: list[Place], article: Article, current: Scheme, annotator: str, users: set[object]
) -> Iterator[Converted | Finding]:
    """The annotation that counts of those that one annotator made of an article.

    The ids of the users who made them are added to `users`.
    """
    alive = [place for place in places if not place.deleted]
    for _ in range(len(places) - len(alive)):
        message = "it was deleted in Label Studio; the journal keeps it"
        yield _finding("annotation-deleted", current.layer, article.id, annotator, message)
    loaded = sorted((_loaded(place) for place in alive), key=lambda each: _age(each[1]))
    for _, annotation in loaded[:-1]:
        message = (
            f"annotation {annotation.get('id')} does not count, "
            f"{loaded[-1][1].get('id')} of the same annotator is newer"
        )
        yield _finding("annotation-duplicate", current.layer, article.id, annotator, message)
    users |= {
        annotation["completed_by"] for _, annotation in loaded if annotation.get("completed_by")
    }
    for entry, annotation in loaded[-1:]:
        yield convert(entry, annotation, article=article, current=current, annotator=annotator)


def convert(
    entry: Entry,
    annotation: Mapping[str, Any],
    *,
    article: Article,
    current: Scheme,
    annotator: str,
) -> Converted:
    """The record of a journal entry, stamped with the scheme version that it was made under."""
    task = {**entry.task, "data": {"text": article.text if entry.text is None else entry.text}}
    converted = read_annotation(
        task, annotation, article=article, scheme=current, annotator=annotator
    )
    if entry.scheme_version == current.version:
        return converted
    stamped = msgspec.structs.replace(converted.annotation, scheme_version=entry.scheme_version)
    return Converted(stamped, converted.findings)


def _loaded(place: Place) -> tuple[Entry, dict[str, Any]]:
    entry = journal.entry_at(place)
    return entry, msgspec.json.decode(entry.annotation)


def _age(annotation: Mapping[str, Any]) -> tuple[str, int]:
    identity = annotation.get("id")
    return str(annotation.get("updated_at") or ""), identity if isinstance(identity, int) else 0


def _finding(
    check: str, layer: str, article_id: str | None, annotator: str, message: str
) -> Finding:
    level, severity, _ = DERIVATION_CHECKS[check]
    return Finding(
        check=check,
        level=level,
        severity=severity,
        article_id=article_id,
        layer=layer,
        annotator=annotator,
        message=message,
    )
