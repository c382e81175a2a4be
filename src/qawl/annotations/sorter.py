"""Tasks of Label Studio sorted into journal entries: which article, which layer, whose work."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from qawl.annotations import journal, json_stream
from qawl.annotations.from_label_studio import controls
from qawl.annotations.journal import Entry
from qawl.articles import cleaning
from qawl.articles import store as article_store
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.core.text import sha256
from qawl.scheme import scheme

NAMED = 5
"""How many things that are left out for one reason are named."""


@dataclass(slots=True)
class Outcome:
    """What a pull did: new versions by (layer, annotator), and what was left out and why.

    `unreadable` counts tasks of which nothing could be read. `set_aside` counts what was left out by
    the reason, `named` has the first of each. `changed` has (layer, article, annotator) of every new
    version. `agreed` has, for each project of a server, in how many annotations its count and the
    journal's agree.
    """

    tasks: int = 0
    annotations: int = 0
    new: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreadable: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)
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

    def leave(self, why: str, what: str | None) -> None:
        """Counts something that is left out, and keeps what it was."""
        self.set_aside[why] += 1
        names = self.named.setdefault(why, [])
        if what and len(names) < NAMED and what not in names:
            names.append(what)

    def left_out(self) -> Iterator[str]:
        """What was left out in words, a line a reason, the most frequent first."""
        for why, count in self.set_aside.most_common():
            names = self.named.get(why, [])
            more = [", …"] if names and count > len(names) else []
            listed = "".join([", ".join(names), *more])
            yield f"{count} × {why} ({listed})" if listed else f"{count} × {why}"


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
        """(layer, user, entry) of each annotation of a task, one for each layer that it is of."""
        task, outcome = each.task, self._outcome
        outcome.tasks += 1
        annotations = self._annotations(task)
        if annotations is None:
            return
        named = f"task {_short(task.get('id'))}"
        data = task.get("data")
        data = data if isinstance(data, Mapping) else {}
        outcome.drafts += _count(task.get("drafts"))
        outcome.predictions += _count(task.get("predictions"))
        article_id, text = self._corpus.article(data)
        if article_id is None:
            outcome.leave("task of no article", named)
            return
        kept = {
            "id": task.get("id"),
            "project": task.get("project"),
            **({"project_created_at": each.created} if each.created else {}),
            "data": {name: value for name, value in data.items() if name != "text"},
        }
        for annotation in annotations:
            if not isinstance(annotation, Mapping):
                outcome.leave("annotation that is no object", named)
                continue
            layers = [each.layer] if each.layer else self._layers(data, annotation)
            if not layers:
                outcome.leave("annotation of no layer (give --layer)", named)
                continue
            outcome.annotations += 1
            shared = {"layers": layers} if len(layers) > 1 else {}
            for name in layers:
                entry = Entry(
                    key=f"{article_id}/{identity(annotation)}",
                    article_id=article_id,
                    scheme_version=each.scheme_version or self._versions[name],
                    text=text,
                    task={**kept, **shared},
                    annotation=msgspec.Raw(to_json(journal.stripped(dict(annotation)))),
                )
                yield name, _user(annotation), entry

    def _annotations(self, task: Mapping[str, Any]) -> list[Any] | None:
        """The annotations of a task, which early versions of Label Studio call completions.

        None, and counted, where the task can't be read or they are no list.
        """
        if json_stream.UNREADABLE in task:
            self._outcome.unreadable += 1
            self._outcome.leave(f"task {task[json_stream.UNREADABLE]}", task.get(json_stream.NAMED))
            return None
        given = task.get("annotations", task.get("completions"))
        if not isinstance(given, list):
            self._outcome.leave(
                "task without a list of annotations", f"task {_short(task.get('id'))}"
            )
            return None
        return given

    def _layers(self, data: Mapping[str, Any], annotation: Mapping[str, Any]) -> list[str]:
        """The layer that the task names and those whose control made regions; where there is none,
        one whose control made something, else the one given."""
        told = {data["layer"]} if isinstance(data.get("layer"), str) else set()
        regions, others = controls(annotation)
        for found in (told | regions, others, {self._layer}):
            if layers := [name for name in self._versions if name in found]:
                return layers
        return []


def _count(values: object) -> int:
    return len(values) if isinstance(values, list) else 0


def _short(value: object) -> str:
    """A value of any kind, short enough for a message."""
    said = value if isinstance(value, str) else to_json(value).decode()
    return said if len(said) <= 40 else f"{said[:39]}…"


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
    if isinstance(user, str):
        return user
    return "" if user is None else to_json(user).decode()
