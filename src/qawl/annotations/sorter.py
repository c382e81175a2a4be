"""Tasks of Label Studio sorted into journal entries: which article, which layer, whose work."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import msgspec
from msgspec import Struct, structs

from qawl.annotations import journal_fields, json_stream, task_results, task_text
from qawl.annotations.foreign_values import brief
from qawl.annotations.foreign_values import texts as texts_in
from qawl.annotations.from_label_studio import Named, named
from qawl.annotations.identity import Version, sent
from qawl.annotations.journal import Entry
from qawl.annotations.placing import Placed, Placing
from qawl.annotations.users import User, user
from qawl.core import files
from qawl.core.findings import Reason, reason
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.core.text import sha256
from qawl.scheme import scheme
from qawl.scheme.scheme import Scheme

FIELDS = 20
"""Fields of tasks without an article that are named, at least where there are so many."""
NAMED = 5
"""How many things that are left out for one reason are named."""
LONGEST = files.LONGEST // 2
"""Bytes of the longest annotation that the journal takes: with what stands around it, it can be read."""


@dataclass(slots=True)
class Pulled:
    """What a pull did: new versions by (layer, annotator), and what was left out and why.

    `unreadable` counts tasks of which nothing could be read, `unplaced` those of no article, whose
    data have texts in `fields`. `set_aside` counts what was left out by the reason, `named` has the first
    of each, `lost` is how many annotations went with it. `doubled` names annotations that do not count,
    since their annotator has another of the article; `doubts` say whose work may be another's; `gone` are
    those that stay deleted. `changed` has (layer, article, annotator) of every new version from a server.
    `unread` says for each layer what the journal has and the annotations have not, `brought` what was
    brought forward from older versions of its scheme. `agreed` has, for each project of a server, in how
    many annotations its count and the journal's agree. `not_read` names files that were not looked at or
    have nothing for this corpus, of which `foreign` have tasks of another.
    """

    tasks: int = 0
    annotations: int = 0
    new: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreadable: int = 0
    unplaced: int = 0
    fields: set[str] = field(default_factory=set)
    set_aside: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)
    lost: int = 0
    doubled: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    gone: set[tuple[str, str, str, str | None]] = field(default_factory=set)
    drafts: int = 0
    predictions: int = 0
    mended: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    unread: dict[str, list[str]] = field(default_factory=dict)
    brought: dict[str, list[str]] = field(default_factory=dict)
    changed: set[tuple[str, str, str]] = field(default_factory=set)
    alarms: list[str] = field(default_factory=list)
    agreed: list[int] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    foreign: int = 0

    def note(self, layer: str, annotator: str, articles: list[str]) -> None:
        """Counts new versions, by the articles that they are of."""
        self.new[layer, annotator] += len(articles)
        self.changed |= {(layer, article, annotator) for article in articles}

    @property
    def whole(self) -> bool:
        """Whether no annotation and no export was left out, nor anything taken for another's work."""
        return not (self.lost or self.foreign or self.doubled or self.doubts)

    def leave(self, reason: Reason, what: str | None, annotations: int = 1) -> None:
        """Counts something that is left out with so many annotations, and keeps what it was."""
        why = reason.words
        self.lost += annotations
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


class Incoming(Struct, frozen=True):
    """A task with annotations, and what is known of it beforehand.

    `created` is when the server made the task's project: with its id that tells projects apart where a
    corpus moved to another server. `source` is the file that it stands in.
    """

    task: json_stream.Element
    layer: str | None = None
    scheme_version: str | None = None
    created: str | None = None
    source: str | None = None

    @property
    def named(self) -> str:
        """What people find the task by."""
        name = f"task {brief(self.task.get('id'))}"
        return f"{name} of {self.source}" if self.source else name


class Sorted(Struct, frozen=True):
    """An annotation in its place: the layer, its user as Label Studio tells it, the entry, its version.

    `judge` says that the task is one that Qawl made for a judge.
    """

    layer: str
    user: User
    judge: bool
    entry: Entry
    version: Version


class Sorter:
    """Tasks → journal entries; what can't be placed is counted in the outcome, with the reason."""

    def __init__(self, project: Project, outcome: Pulled, layer: str | None = None) -> None:
        self._placing = Placing(project)
        self._schemes = scheme.load_all(project)
        self._versions = {name: each.version for name, each in self._schemes.items()}
        self._owning = {each: _owning(self._schemes, regions=each) for each in (True, False)}
        self._outcome, self._layer = outcome, layer
        self._only = next(iter(self._schemes)) if len(self._schemes) == 1 else None

    def entries(self, each: Incoming) -> Iterator[Sorted]:
        """The annotations of a task, one for each layer that it is of."""
        task, outcome = each.task, self._outcome
        outcome.tasks += 1
        if json_stream.UNREADABLE in task:
            self._leave_unreadable(task)
            return
        data = task.get("data")
        data = data if isinstance(data, Mapping) else {}
        placed, shown = self._placed(task, data)
        if shown is not None:
            each = structs.replace(each, task=shown)
            task, data = shown, shown["data"]
        annotations = self._annotations(each)
        if annotations is None:
            return
        outcome.drafts += _count(task.get("drafts"))
        outcome.predictions += _count(task.get("predictions"))
        if placed is None:
            outcome.leave(reason("task-unplaced"), each.named, len(annotations))
            return
        for annotation in annotations:
            if not isinstance(annotation, Mapping):
                outcome.leave(reason("annotation-no-object"), each.named)
                continue
            names = named(annotation)
            layers = [each.layer] if each.layer else self._layers(data, names)
            if not layers:
                outcome.leave(reason("annotation-no-layer"), each.named)
                continue
            outcome.annotations += 1
            others = self._other_texts(task, names, placed)
            yield from self._sorted(each, annotation, placed, layers, others)

    def _sorted(
        self,
        each: Incoming,
        annotation: Mapping[str, object],
        placed: Placed,
        layers: list[str],
        others: list[str],
    ) -> Iterator[Sorted]:
        """An annotation as the journal keeps it, in each of its layers."""
        task = journal_fields.task(each.task)
        task |= {"project_created_at": each.created} if each.created else {}
        task |= {"layers": layers} if len(layers) > 1 else {}
        task |= {"other_texts": others} if others else {}
        judge = isinstance(task["data"].get("basis"), str)
        made = journal_fields.annotation(annotation)
        content = to_json(made)
        if len(content) > LONGEST:
            self._outcome.leave(reason("annotation-long"), each.named)
            return
        for name in layers:
            entry = Entry(
                key=f"{placed.article}/{identity(made)}",
                article_id=placed.article,
                scheme_version=each.scheme_version or self._versions[name],
                text=placed.text,
                task=task,
                annotation=msgspec.Raw(content),
            )
            version = sent(entry.key, placed.article, placed.text, made, task)
            yield Sorted(name, user(annotation.get("completed_by")), judge, entry, version)

    def _other_texts(self, task: json_stream.Element, names: Named, placed: Placed) -> list[str]:
        """The fields of a task that regions are of and that hold another text than the article's."""
        data = task["data"]
        fields = {name for name in names.texts if isinstance(data.get(name), str)}
        return sorted(name for name in fields if not self._placing.holds(data[name], placed))

    def _leave_unreadable(self, task: json_stream.Element) -> None:
        """Counts a task that can't be read."""
        self._outcome.unreadable += 1
        why = reason("task-unreadable", in_words=f"task {task[json_stream.UNREADABLE]}")
        self._outcome.leave(why, task.get(json_stream.NAMED))

    def _placed(
        self, task: json_stream.Element, data: Mapping[str, object]
    ) -> tuple[Placed | None, json_stream.Element | None]:
        """The article of a task; one that is of none is counted. Where the article is the text of the
        task's page or dialogue, the task with that text comes with it."""
        if placed := self._placing.place(data, self._text_field(data)):
            return placed, None
        for field_, text, shown in task_text.readings(task):
            if placed := self._placing.place({**data, field_: text}, field_):
                return placed, shown()
        self._outcome.unplaced += 1
        if len(self._outcome.fields) < FIELDS:
            self._outcome.fields.update(path for path, _ in islice(texts_in(data), FIELDS))
        return None, None

    def _annotations(self, each: Incoming) -> list[object] | None:
        """The annotations of a task; None, and counted, where they are no list."""
        listed = task_results.given_annotations(each.task)
        if not isinstance(listed, list):
            lost = 0 if listed is None else 1
            self._outcome.leave(reason("task-no-list"), each.named, lost)
            return None
        return listed

    def _text_field(self, data: Mapping[str, object]) -> str:
        """The field of a task that holds its text: its layer's, else the first that it has."""
        told = self._schemes.get(str(data.get("layer")))
        fields = [each.text_field for each in ([told] if told else self._schemes.values())]
        return next((each for each in fields if each in data), "text")

    def _layers(self, data: Mapping[str, object], names: Named) -> list[str]:
        """The layer that the task names and those whose control made regions; where there is none,
        those whose control made something, else the one given. An annotation without results, of who
        found nothing or skipped the task, is of the corpus's only layer."""
        layer = data.get("layer")
        told = {layer} if isinstance(layer, str) else set[str]()
        for found in (
            told | self._owners(names.marking, told, regions=True),
            self._owners(names.others | names.marking, told, regions=False),
            {self._layer or (None if names.marking or names.others else self._only)},
        ):
            if layers := [name for name in self._versions if name in found]:
                return layers
        return []

    def _owners(self, made: set[str], told: set[str], *, regions: bool) -> set[str]:
        """The layers to whose controls these belong. A control of several layers is the told one's,
        else the given one's."""
        found: set[str] = set()
        wanted: set[str | None] = {*told} or {self._layer}
        for control in made:
            owners = self._owning[regions].get(control, set())
            found |= {each for each in owners if len(owners) == 1 or each in wanted}
        return found


def _owning(schemes: Mapping[str, Scheme], *, regions: bool) -> dict[str, set[str]]:
    """Control → the layers whose labels, or whose attributes, it is of; a layer's name is one too."""
    found: dict[str, set[str]] = {}
    for name, each in schemes.items():
        for control in (each.layer, *(each.marking if regions else each.of_control)):
            found.setdefault(control, set()).add(name)
    return found


def _count(values: object) -> int:
    return len(values) if isinstance(values, list) else 0


def identity(annotation: Mapping[str, object]) -> str:
    """What stays the same over the versions of an annotation."""
    for name in ("unique_id", "id"):
        if annotation.get(name):
            return str(annotation[name])
    return sha256(to_json(annotation.get("result")).decode())[:16]
