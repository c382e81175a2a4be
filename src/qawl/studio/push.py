"""A plan carried out: projects, configs and tasks made, changed and removed in Label Studio."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from msgspec import to_builtins

from qawl.annotations.tasks import SUGGESTED
from qawl.core.errors import ServerError
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.gold.judge_tasks import START
from qawl.guidelines import versions
from qawl.guidelines.page import briefings
from qawl.studio.client import Client
from qawl.studio.layer_state import Owed
from qawl.studio.plan import begun, plan
from qawl.studio.steps import RemoteTask, Step

T = TypeVar("T")

TRIES = 5
"""How often a push plans anew before it gives up."""
BATCH = 50
"""Tasks that are removed before it is looked again what was begun meanwhile."""


def bring(client: Client, project: Project, *, owed: Owed | None = None) -> int:
    """Plans and applies until nothing is left to do; how many steps that took.

    What can't be repeated blindly (an import whose answer was lost) is looked up by planning anew.
    """
    done = 0
    for left in reversed(range(TRIES)):
        steps = [step for step in plan(client, project, owed) if not step.empty]
        if not steps:
            note_told(project)
            return done
        try:
            for step in steps:
                apply(client, step)
                done += 1
        except ServerError:
            if not left:
                raise
    raise ServerError(f"{client.url} is not in step after {TRIES} tries: run `qawl push` again")


def note_told(project: Project) -> None:
    """Keeps what the guidelines say now, so that a later push can say what has changed since."""
    for layer, each in briefings(project).items():
        versions.tell(project, layer, each.scheme.version, each.guide.said)


def apply(client: Client, step: Step) -> None:
    """Carries a step out. Killed at any point, the next plan holds what is left."""
    target = step.wanted
    fields = {
        "title": target.title,
        "description": target.description,
        "label_config": target.config,
        "expert_instruction": target.instruction,
        "show_instruction": True,
        "show_skip_button": True,
        "enable_empty_annotation": True,
    }
    version = START if target.annotator == JUDGE else _suggested(step)
    shown = {"model_version": version, "show_collab_predictions": True} if version else {}
    if step.remote is None:
        identity = int(client.create_project(fields | shown)["id"])
    else:
        identity = step.remote.id
        if step.configure:
            client.update_project(identity, fields)
    for old, title in step.older.items():
        client.update_project(old, {"title": title})
    _update(client, step)
    _remove(client, [task for those in step.remove.values() for task in those])
    if step.add:
        client.import_tasks(identity, [to_builtins(each) for each in step.add])
    for tab in step.tabs:
        client.put_tab(identity, tab.id, tab.data)
    if step.remote and version not in (None, step.remote.fields.get("model_version")):
        client.update_project(identity, shown)  # it takes no version of which it has no suggestion
    for spare in step.spare:
        if not begun(client, spare):
            client.delete_project(spare)


def _suggested(step: Step) -> str | None:
    """The version of the suggestions that the new tasks of a step bring; None where they bring none."""
    sent = (*step.add, *(task for _, task in step.update))
    brought = (each for task in sent for each in task.predictions or ())
    return next((each.model_version for each in brought), None)


def _update(client: Client, step: Step) -> None:
    """Brings tasks up to date but for those that somebody has begun since the plan was made."""
    for batch in batched(step.update):
        worked = begun(client, batch[0][0].project)
        for there, wanted in batch:
            if there.id in worked:
                continue
            if there.suggested != wanted.data[SUGGESTED]:
                client.suggest(there.id, to_builtins(wanted.predictions or ()))
            client.update_task(there.id, to_builtins(wanted.data))


def _remove(client: Client, those: Iterable[RemoteTask]) -> None:
    """Removes tasks but for those that somebody has begun since the plan was made."""
    by_project = sorted(those, key=lambda task: (task.project, task.id))
    for identity, group in groupby(by_project, key=lambda task: task.project):
        for batch in batched([task.id for task in group]):
            worked = begun(client, identity)
            client.delete_tasks(each for each in batch if each not in worked)


def batched(those: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pieces of a list in its order."""
    return (those[start : start + BATCH] for start in range(0, len(those), BATCH))
