"""Where the annotators stand: what is assigned, done, skipped, drafted and left, project by project."""

from collections.abc import Iterator
from statistics import median

from msgspec import Struct

from qawl import sync
from qawl.label_studio import DRAFTED, OPEN, SKIPPED, Client
from qawl.project import Project
from qawl.sync import Remote


class Standing(Struct, frozen=True):
    """One project's state; `minutes` is the median a finished task, `next` where an open task is."""

    layer: str
    annotator: str
    assigned: int
    done: int
    skipped: int
    drafts: int
    left: int
    minutes: float | None
    url: str
    next: str | None


def standings(client: Client, project: Project) -> list[Standing]:
    """The state of every project of the corpus, by layer, then annotator."""
    found = sync.remotes(client, project)
    found.sort(key=lambda each: (each.layer, each.annotator, each.id))
    return client.together(lambda remote: _standing(client, remote), found)


def _standing(client: Client, remote: Remote) -> Standing:
    """One project. The server counts: no task is read but finished ones, for their times."""
    fields = remote.fields
    left, first = client.count(remote.id, [OPEN])
    drafts, _ = client.count(remote.id, [DRAFTED])
    skipped = client.count(remote.id, SKIPPED)[0] if fields["skipped_annotations_number"] else 0
    times = list(_times(client, remote.id)) if fields["total_annotations_number"] else []
    url = f"{client.url}/projects/{remote.id}/data"
    return Standing(
        layer=remote.layer,
        annotator=remote.annotator,
        assigned=fields["task_number"],
        done=max(fields["task_number"] - skipped - left, 0),
        skipped=skipped,
        drafts=drafts,
        left=left,
        minutes=round(median(times) / 60, 1) if times else None,
        url=url,
        next=f"{url}?task={first}" if first else None,
    )


def _times(client: Client, project: int) -> Iterator[float]:
    timed = client.tasks(
        project, fields=("id", "avg_lead_time"), where=[("avg_lead_time", "greater", 0)]
    )
    return (task["avg_lead_time"] for task in timed)
