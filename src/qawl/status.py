"""Where the annotators stand: what is assigned, done, skipped, drafted and left, project by project."""

from collections.abc import Iterator
from statistics import median

from msgspec import Struct

from qawl import sync
from qawl.label_studio import Client
from qawl.project import Project


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


def standings(client: Client, project: Project) -> Iterator[Standing]:
    """The state of every project of the corpus, by layer, then annotator."""
    found = sync.remotes(client, project)
    for remote in sorted(found, key=lambda each: (each.layer, each.annotator, each.id)):
        tasks = list(sync.remote_tasks(client, remote, times=True))
        left = [task for task in tasks if not task.done and not task.skipped]
        times = [task.lead_time for task in tasks if task.lead_time]
        url = f"{client.url}/projects/{remote.id}/data"
        yield Standing(
            layer=remote.layer,
            annotator=remote.annotator,
            assigned=len(tasks),
            done=sum(task.done for task in tasks),
            skipped=sum(task.skipped for task in tasks),
            drafts=sum(task.draft for task in tasks),
            left=len(left),
            minutes=round(median(times) / 60, 1) if times else None,
            url=url,
            next=f"{url}?task={left[0].id}" if left else None,
        )
