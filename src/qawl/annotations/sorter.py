"""Tasks of Label Studio sorted into journal entries: which article, which layer, whose work."""

from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec
from msgspec import Struct, structs

from qawl.annotations import journal_fields, json_stream, task_results, task_text
from qawl.annotations.foreign_values import brief
from qawl.annotations.foreign_values import texts as texts_in
from qawl.annotations.from_label_studio import Named, named
from qawl.annotations.identity import Version, sent
from qawl.annotations.journal_entries import Entry
from qawl.annotations.placing import Placed, Placing
from qawl.annotations.pulled import Pulled
from qawl.annotations.reading import fields
from qawl.annotations.users import User, maker
from qawl.core import files
from qawl.core.findings import reason
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.core.text import sha256
from qawl.scheme import scheme
from qawl.scheme.model import Scheme

FIELDS = 20
"""Fields of tasks without an article that are named, at least where there are so many."""
LONGEST = files.LONGEST // 2
"""Bytes of the longest annotation that the journal takes: with what stands around it, it can be read."""


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
        data = fields(task)
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
            yield Sorted(name, maker(annotation), judge, entry, version)

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
