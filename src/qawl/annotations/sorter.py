"""Tasks of Label Studio sorted into journal entries: which article, which layer, whose work."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from qawl.annotations import journal, json_stream
from qawl.annotations.journal import Entry
from qawl.articles import cleaning
from qawl.articles import store as article_store
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.core.text import sha256
from qawl.scheme import scheme


@dataclass(slots=True)
class Outcome:
    """What a pull did: new versions by (layer, annotator), and what was left out and why.

    `changed` has (layer, article, annotator) of every new version. `agreed` has, for each project of a
    server, in how many annotations its count and the journal's agree.
    """

    tasks: int = 0
    annotations: int = 0
    new: Counter[tuple[str, str]] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    drafts: int = 0
    predictions: int = 0
    mended: list[str] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    changed: set[tuple[str, str, str]] = field(default_factory=set)
    alarms: list[str] = field(default_factory=list)
    agreed: list[int] = field(default_factory=list)

    def note(self, layer: str, annotator: str, articles: list[str]) -> None:
        """Counts new versions, by the articles that they are of."""
        self.new[layer, annotator] += len(articles)
        self.changed |= {(layer, article, annotator) for article in articles}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A task with annotations, and what is known of it beforehand.

    `created` is when the server made the task's project: with its id that tells projects apart where a
    corpus moved to another server.
    """

    task: Mapping[str, Any]
    layer: str | None = None
    scheme_version: str | None = None
    created: str | None = None


class Corpus:
    """Which article a task belongs to."""

    def __init__(self, project: Project) -> None:
        self._hashes = {each.id: each.text_sha256 for each in article_store.articles(project)}
        self._ids = {digest: identity for identity, digest in self._hashes.items()}

    def article(self, data: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """(article id, the task's text unless it is the frozen one); no id where none fits."""
        identity, text = data.get("article_id"), data.get("text")
        given = text if isinstance(text, str) else None
        digest = sha256(given) if given is not None else None
        known = identity if isinstance(identity, str) and identity in self._hashes else None
        if known and data.get("text_sha256") == self._hashes[known]:
            return known, None if digest in (None, self._hashes[known]) else given
        if digest in self._ids:
            return self._ids[digest], None
        cleaned = sha256(cleaning.clean(given)[0]) if given else None
        return self._ids.get(cleaned or "", known), given


class Sorter:
    """Tasks → journal entries; what can't be placed is counted in the outcome, with the reason."""

    def __init__(self, project: Project, outcome: Outcome, layer: str | None = None) -> None:
        self._corpus = Corpus(project)
        self._versions = {name: each.version for name, each in scheme.load_all(project).items()}
        self._outcome, self._layer = outcome, layer

    def entries(self, each: Incoming) -> Iterator[tuple[str, str, Entry]]:
        """(layer, user, entry) of each annotation of a task."""
        task, outcome = each.task, self._outcome
        outcome.tasks += 1
        if json_stream.UNREADABLE in task:
            outcome.set_aside[f"task {task[json_stream.UNREADABLE]}"] += 1
            return
        data = task.get("data")
        data = data if isinstance(data, Mapping) else {}
        outcome.drafts += _count(task.get("drafts"))
        outcome.predictions += _count(task.get("predictions"))
        article_id, text = self._corpus.article(data)
        if article_id is None:
            outcome.set_aside["task of no article"] += 1
            return
        kept = {
            "id": task.get("id"),
            "project": task.get("project"),
            **({"project_created_at": each.created} if each.created else {}),
            "data": {name: value for name, value in data.items() if name != "text"},
        }
        for annotation in task.get("annotations") or ():
            if not isinstance(annotation, Mapping):
                outcome.set_aside["annotation that is no object"] += 1
                continue
            name = each.layer or _layer(data, annotation, self._versions) or self._layer
            if name not in self._versions:
                outcome.set_aside["annotation of no layer (give --layer)"] += 1
                continue
            outcome.annotations += 1
            entry = Entry(
                key=f"{article_id}/{identity(annotation)}",
                article_id=article_id,
                scheme_version=each.scheme_version or self._versions[name],
                text=text,
                task=kept,
                annotation=msgspec.Raw(to_json(journal.stripped(dict(annotation)))),
            )
            yield name, _user(annotation), entry


def _count(values: object) -> int:
    return len(values) if isinstance(values, list) else 0


def _layer(
    data: Mapping[str, Any], annotation: Mapping[str, Any], known: Mapping[str, str]
) -> str | None:
    """The layer that the task names, else the control that its regions were made with."""
    if data.get("layer") in known:
        return str(data["layer"])
    controls = (
        result.get("from_name")
        for result in annotation.get("result") or ()
        if isinstance(result, Mapping)
    )
    return next((str(name) for name in controls if name in known), None)


def identity(annotation: Mapping[str, Any]) -> str:
    """What stays the same over the versions of an annotation."""
    for name in ("unique_id", "id"):
        if annotation.get(name):
            return str(annotation[name])
    return sha256(to_json(annotation.get("result")).decode())[:16]


def _user(annotation: Mapping[str, Any]) -> str:
    """The user that made an annotation, as told apart by Label Studio: an id, else an address."""
    user = annotation.get("completed_by")
    if isinstance(user, Mapping):
        user = user.get("id") or user.get("email")
    return "" if user is None else str(user)
