"""Annotations that a server lost, put back on it from the journal."""

from typing import Any

import msgspec

from qawl import journal, sync
from qawl.label_studio import Client
from qawl.project import Project

KEPT = ("result", "was_cancelled", "lead_time")
"""What is sent again of an annotation; the server gives it a new id."""


def recover(client: Client, project: Project) -> int:
    """Submits the latest version of every journalled annotation whose task has none; how many.

    Also of those that were deleted on purpose: who asks for this wants them back.
    """
    count = 0
    for remote in sync.remotes(client, project):
        path = journal.folder(project) / f"{remote.layer}.{remote.annotator}.jsonl"
        latest: dict[str, dict[str, Any]] = {
            entry.article_id: msgspec.json.decode(entry.annotation)
            for entry in journal.entries(path)
            if entry.event == "version"
        }
        for task in sync.remote_tasks(client, remote) if latest else ():
            known = latest.get(task.article_id)
            if known and not task.annotated:
                sent = {name: known[name] for name in KEPT if known.get(name) is not None}
                client.submit(task.id, sent)
                count += 1
    return count
