"""Label Studio's JSON export files into the journal; what a task holds, sorted into its entries."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from qawl import cleaning, corpus, derived, journal, jsonl, scheme, stream
from qawl.errors import InputError
from qawl.journal import Entry
from qawl.model import to_json
from qawl.project import Project
from qawl.text import sha256

USERS = "users.json"


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
        self._hashes = {each.id: each.text_sha256 for each in corpus.articles(project)}
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


def pull_files(
    project: Project, paths: Iterable[Path], *, layer: str | None, annotator: str | None
) -> Outcome:
    """Journals what Label Studio's JSON exports hold, and derives the annotations.

    Everything is read to a temporary folder first, so that a fault in the middle leaves no trace.
    Raises InputError where a file is no such export, or none of its tasks belongs to this corpus.
    """
    outcome = Outcome()
    project.make_state()
    with tempfile.TemporaryDirectory(dir=project.state) as folder:
        spool = _Spool(Path(folder))
        sorter = Sorter(project, outcome, layer)
        with spool.files_open:
            for task in chain.from_iterable(map(_tasks, paths)):
                for name, user, entry in sorter.entries(Incoming(task)):
                    spool.write(name, annotator or user, entry, annotator is not None)
        if outcome.tasks and outcome.set_aside["task of no article"] == outcome.tasks:
            raise InputError(
                f"none of the {outcome.tasks} tasks belongs to this corpus: their texts are not in "
                "corpus/articles.jsonl (ingest them first, or run in the right folder)"
            )
        touched = _append(project, spool, outcome)
    for name in sorted(touched):
        outcome.records[name] = derived.refresh(project, name)
    return outcome


def _tasks(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    for task in stream.elements(path):
        if "annotations" not in task and ("annotation_id" in task or "annotator" in task):
            raise InputError(f"{path}: this is JSON_MIN, which loses relations; export as JSON")
        yield task


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
        if stream.UNREADABLE in task:
            outcome.set_aside[f"task {task[stream.UNREADABLE]}"] += 1
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


class _Spool:
    """Entries on disk, by layer and user, until the users have their pseudonyms."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: dict[tuple[str, str], Path] = {}
        self.keys: dict[str, set[str]] = {}
        self.named: set[str] = set()
        self.files_open = ExitStack()
        self._open: dict[tuple[str, str], BinaryIO] = {}

    def write(self, layer: str, user: str, entry: Entry, named: bool) -> None:
        place = layer, user
        if place not in self.files:
            self.files[place] = self._folder / f"{len(self.files)}.jsonl"
            self._open[place] = self.files_open.enter_context(self.files[place].open("wb"))
        self._open[place].write(to_json(entry) + b"\n")
        if named:
            self.named.add(user)
        else:
            self.keys.setdefault(user, set()).add(entry.key)


def _append(project: Project, spool: _Spool, outcome: Outcome) -> set[str]:
    """Gives every user a pseudonym and appends the entries to the journals; the layers touched."""
    touched = {layer for layer, _ in spool.files}
    journals = {
        (layer, annotator): journal.load(path)
        for layer in project.settings.layers
        for annotator, path in journal.files(project, layer)
    }
    for (layer, annotator), opened in journals.items():
        if opened.mended:
            outcome.mended.append(journal.said_mended(layer, annotator))
    names = _pseudonyms(project, spool, journals)
    for (layer, user), path in sorted(spool.files.items()):
        annotator = user if user in spool.named else names[user]
        target = journal.folder(project) / f"{layer}.{annotator}.jsonl"
        opened = journals.get((layer, annotator)) or journal.load(target)
        journals[layer, annotator] = opened
        lines = (line for _, line in jsonl.lines(path))
        outcome.note(layer, annotator, opened.append_encoded(lines))
    return touched


def _pseudonyms(
    project: Project, spool: _Spool, journals: Mapping[tuple[str, str], journal.Journal]
) -> dict[str, str]:
    """User → pseudonym: as before, else by annotations already journalled, else the next free one."""
    path = project.state / USERS
    names: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    for user, keys in spool.keys.items():
        for (_, annotator), opened in journals.items():
            if user not in names and not keys.isdisjoint(opened.versions):
                names[user] = annotator
    taken = {*names.values(), *(annotator for _, annotator in journals), *spool.named}
    free = _free(project, taken)
    for user in sorted(spool.keys, key=_user_order):
        if user not in names:
            names[user] = next(free)
    if spool.keys:
        said = json.dumps(names, ensure_ascii=False, indent=1) + "\n"
        jsonl.write_text(path, said, private=True)
    return names


def _free(project: Project, taken: set[str]) -> Iterator[str]:
    """Pseudonyms of qawl.yaml that nobody has, then further ones."""
    for name in project.annotators:
        if name not in taken:
            yield name
    number = len(project.annotators)
    while True:
        number += 1
        if f"a{number}" not in taken and f"a{number}" not in project.annotators:
            yield f"a{number}"


def _user_order(user: str) -> tuple[int, int, str]:
    return (0, int(user), "") if user.isdecimal() else (1, 0, user)
