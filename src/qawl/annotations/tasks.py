"""Articles → Label Studio tasks: what an annotator sees, and what ties the work to the article."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec
from msgspec import UNSET, Struct, UnsetType, to_builtins

from qawl.annotations import derive
from qawl.annotations.journal_fields import ASSIGNED
from qawl.core.project import Project
from qawl.core.records import Annotation, Article, to_json
from qawl.scheme import scheme
from qawl.scheme.model import Scheme

SUGGESTED = "qawl_suggested"
"""The field of a task that tells its suggestions by a digest; nobody sees it."""

Shown = str | list[dict[str, object]]
"""A value of a task's data: a text, or a list: names to choose from as `[{"value": name}, …]`, the open
points of a judge."""


class Prediction(Struct, frozen=True):
    """A suggestion in a task; `result` is Label Studio's JSON."""

    model_version: str
    result: list[dict[str, object]]


class Done(Struct, frozen=True, omit_defaults=True):
    """An annotation that a task brings; `completed_by` is the number of a user of the server."""

    result: list[dict[str, object]]
    completed_by: int | UnsetType = UNSET
    lead_time: float | UnsetType = UNSET


class Task(Struct, frozen=True):
    """A task as Label Studio imports it; `data` ties its annotations to the article."""

    data: dict[str, Shown]
    predictions: tuple[Prediction, ...] | UnsetType = UNSET
    annotations: tuple[Done, ...] | UnsetType = UNSET

    @property
    def article_id(self) -> str:
        """The article."""
        return str(self.data.get("article_id"))

    @property
    def assigned(self) -> str | None:
        """Who a task of a pool is assigned to."""
        found = self.data.get(ASSIGNED)
        return found if isinstance(found, str) else None

    @property
    def basis(self) -> str | None:
        """What a judge's task was made from; None for an annotator's."""
        found = self.data.get("basis")
        return found if isinstance(found, str) else None


def assigned(task: Task, annotator: str | None) -> Task:
    """The task as a pool has it, for one annotator; as it is where there is no pool."""
    if annotator is None:
        return task
    return Task({**task.data, ASSIGNED: annotator}, task.predictions, task.annotations)


Names = Mapping[str, Mapping[str, list[str]]]
"""Article id → name of a list (`speakers`) → the names in it."""


def task(article: Article, current: Scheme, known: Names) -> Task:
    """One task; `article_id` and `text_sha256` tie its annotations to the article."""
    data: dict[str, Shown] = {
        "article_id": article.id,
        "text_sha256": article.text_sha256,
        "layer": current.layer,
        "title": _title(article),
        # Not `source`: by that name Label Studio's editor shows the whole task as JSON.
        "article_source": article.source or "",
        "date": article.published or "",
        **{each.field: article.context_text(each.field) or "" for each in current.context},
        current.text_field: article.text,
    }
    offered = known.get(article.id, {})
    for attribute in current.attributes:
        if key := attribute.offered:
            data[key] = [{"value": name} for name in offered.get(key, [])]
    return Task(data)


def _title(article: Article) -> str:
    """The title, unless the text begins with it: then it would be shown twice."""
    title = article.title or ""
    alike = title and title.split() == article.text.partition("\n")[0].split()
    return "" if alike else title


def names(project: Project) -> dict[str, dict[str, list[str]]]:
    """The names that each article's annotations offer for text attributes, the longest first."""
    schemes = scheme.load_all(project)
    asked = {each.offered for current in schemes.values() for each in current.attributes}
    return offered(
        (current, derive.read(project, layer))
        for layer, current in schemes.items()
        if any(label.gives in asked for label in current.labels if label.gives)
    )


def offered(
    layers: Iterable[tuple[Scheme, Iterable[Annotation]]],
) -> dict[str, dict[str, list[str]]]:
    """The same of these schemes with their annotations.

    A scheme says with `gives` which of its labels are names for which list.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for current, records in layers:
        gives = {label.name: label.gives for label in current.labels if label.gives}
        for record in records:
            lists = found.setdefault(record.article_id, {})
            for span in record.spans:
                if (wanted := gives.get(span.label)) and span.text:
                    _add(lists.setdefault(wanted, []), span.text)
    return {identity: _longest_first(lists) for identity, lists in found.items()}


def _add(known: list[str], name: str) -> None:
    """Adds a name unless it, or a longer form of it, is there."""
    if any(name == each or name in each.split() for each in known):
        return
    known.append(name)


def _longest_first(lists: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {
        name: sorted(set(each), key=lambda one: (-len(one), one)) for name, each in lists.items()
    }


def marked(task: Task) -> Task:
    """The task with a digest of its suggestions, by which it is seen on the server that they changed."""
    shown = [] if task.predictions is UNSET else to_builtins(task.predictions)
    told = sha256(to_json(shown)).hexdigest()[:16] if shown else ""
    return Task({**task.data, SUGGESTED: told}, task.predictions, task.annotations)


def digest(data: Mapping[str, object], text_field: str) -> str:
    """Of all that a task's data hold but the text, which has a hash of its own.

    PostgreSQL keeps keys in an order of its own, so their order is no difference.
    """
    told = {key: each for key, each in data.items() if key != text_field}
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
