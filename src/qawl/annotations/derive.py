"""exports/annotations: the latest version of every annotation, derived from the journal."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from qawl.annotations import identity, journal, kept, repairs
from qawl.annotations.from_label_studio import Converted, read_annotation
from qawl.annotations.journal import Latest
from qawl.articles import store as article_store
from qawl.core.findings import finding
from qawl.core.project import Project
from qawl.core.records import Annotation, Article, Finding
from qawl.scheme import scheme
from qawl.scheme.scheme import Scheme


def path(project: Project, layer: str) -> Path:
    """exports/annotations/<layer>.jsonl."""
    return project.annotations_file(layer)


def read(project: Project, layer: str) -> Iterator[Annotation]:
    """The annotations of a layer, by article, then annotator."""
    return project.disk.read(project.annotations_file(layer), Annotation)


def by_article(project: Project, layer: str) -> Iterator[tuple[str, list[Annotation]]]:
    """(article id, its annotations by annotator) of a layer, in the order of the ids."""
    for article_id, group in groupby(read(project, layer), key=lambda record: record.article_id):
        yield article_id, list(group)


def derive(project: Project, layer: str) -> Iterator[Converted | Finding]:
    """The journal of a layer as records, by article, then annotator; findings where there is none."""
    current = scheme.load(project, layer)
    articles = article_store.by_id(project)
    known = repairs.load(project, layer)
    groups = groupby(
        journal.latest(project, layer), key=lambda place: (place.article_id, place.annotator)
    )
    users: dict[str, dict[object, set[int]]] = {}
    with journal.opened() as at:
        for ((article_id, annotator), group), article in articles.beside(
            groups, lambda group: group[0][0]
        ):
            places = list(group)
            if article is None:
                yield _finding("article-unknown", layer, article_id, annotator, "no such article")
                continue
            seen = users.setdefault(annotator, {})
            deleted = [place for place in places if place.deleted]
            for _ in deleted:
                message = "it was deleted in Label Studio; the journal keeps it"
                yield _finding("annotation-deleted", layer, article_id, annotator, message)
            alive = [at(place) for place in places if not place.deleted]
            for each in _chosen(alive, article, current, annotator, seen):
                if isinstance(each, Converted) and known:
                    record = repairs.applied(each.annotation, article.text, known)
                    yield Converted(record, each.findings)
                else:
                    yield each
    for annotator, seen in sorted(users.items()):
        # One person may have another number on each server.
        if (count := max(map(len, seen.values()), default=0)) > 1:
            message = f"{count} users worked as {annotator}: a pseudonym is one person's"
            yield _finding("annotator-several", layer, None, annotator, message)


def _chosen(
    alive: list[Latest],
    article: Article,
    current: Scheme,
    annotator: str,
    users: dict[object, set[int]],
) -> Iterator[Converted | Finding]:
    """The annotation that counts of those that one annotator made of an article.

    The numbers of the users who made them are added to `users`, by server.
    """
    alive.sort(key=_age)
    for each in alive[:-1]:
        message = (
            f"annotation {each.annotation.get('id')} does not count, "
            f"{alive[-1].annotation.get('id')} of the same annotator is newer"
        )
        yield _finding("annotation-duplicate", current.layer, article.id, annotator, message)
    for each in alive:
        if user := kept.user(each.annotation.get("completed_by")):
            users.setdefault(each.task.get("origin", 1), set()).add(user)
    for each in alive[-1:]:
        yield _convert(each, article=article, current=current, annotator=annotator)


def _convert(latest: Latest, *, article: Article, current: Scheme, annotator: str) -> Converted:
    """The record of a journal entry, stamped with the scheme version that it was made under."""
    task = {**latest.task, "data": {"text": article.text if latest.text is None else latest.text}}
    converted = read_annotation(
        task, latest.annotation, article=article, scheme=current, annotator=annotator
    )
    if latest.scheme_version == current.version:
        return converted
    stamped = msgspec.structs.replace(converted.annotation, scheme_version=latest.scheme_version)
    return Converted(stamped, converted.findings)


def _age(latest: Latest) -> tuple[float, int]:
    """The order of annotations of one article by one annotator: by the time of their last change."""
    number = latest.annotation.get("id")
    changed = identity.instant(latest.annotation.get("updated_at"))
    return float("-inf") if changed is None else changed, number if type(number) is int else 0


def _finding(
    check: str, layer: str, article_id: str | None, annotator: str, message: str
) -> Finding:
    return finding(check, message, layer=layer, article_id=article_id, annotator=annotator)
