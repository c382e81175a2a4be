"""Annotations that a server lost, put back on it from the journal."""

from pathlib import Path

import msgspec

from qawl.annotations import journal
from qawl.core.project import Project
from qawl.studio import plan
from qawl.studio.client import Client
from qawl.studio.pull import Watch
from qawl.studio.steps import Remote

KEPT = ("result", "was_cancelled", "lead_time")
"""What is sent again of an annotation; the server gives it a new id."""


Known = dict[tuple[str, object], dict[str, object]]
"""(article, basis of a judge's task) → the latest annotation of it."""


def lost(client: Client, project: Project) -> int:
    """How many journalled annotations have none on the server."""
    there = plan.remotes(client, project)
    count = 0
    for layer in project.settings.layers:
        if layer in project.settings.label_studio.adopted:
            continue
        for annotator, path in journal.files(project, layer):
            mine = [each for each in there if (each.layer, each.annotator) == (layer, annotator)]
            annotated = {
                (task.article_id, task.basis)
                for each in mine
                for task in plan.remote_tasks(client, each)
                if task.annotated
            }
            count += len({*_latest(path)} - annotated)
    return count


def recover(client: Client, project: Project, *, watch: Watch = list) -> int:
    """Submits the latest version of every journalled annotation whose task has none; how many.

    Also of those that were deleted on purpose: who asks for this wants them back. A judge's verdict
    goes back only to a task that was made from the same annotations.
    """
    count = 0
    there = plan.remotes(client, project)
    for remote in watch(there):
        latest = _latest(project.journal_file(remote.layer, remote.annotator))
        twins = [each for each in there if _of_one(each, remote) and each is not remote]
        stands = {
            (task.article_id, task.basis)
            for each in twins
            for task in plan.remote_tasks(client, each)
            if task.annotated
        }
        for task in plan.remote_tasks(client, remote) if latest else ():
            known = latest.get((task.article_id, task.basis))
            if known and not task.annotated and (task.article_id, task.basis) not in stands:
                sent = {name: known[name] for name in KEPT if known.get(name) is not None}
                client.submit(task.id, sent)
                count += 1
    return count


def _of_one(one: Remote, other: Remote) -> bool:
    """Whether two projects are of one annotator of one layer."""
    return (one.layer, one.annotator) == (other.layer, other.annotator)


def _latest(path: Path) -> Known:
    return {
        (entry.article_id, entry.task["data"].get("basis")): msgspec.json.decode(entry.annotation)
        for entry in journal.counting(path)
    }
