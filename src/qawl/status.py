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
        fields = ("id", "total_annotations", "cancelled_annotations")
        tasks = list(client.tasks(remote.id, fields=fields))
        done = sum(bool(task["total_annotations"]) for task in tasks)
        left = [
            task["id"]
            for task in tasks
            if not task["total_annotations"] and not task["cancelled_annotations"]
        ]
        drafts = client.tasks(remote.id, fields=("id",), where=[("draft_exists", "equal", True)])
        timed = client.tasks(
            remote.id, fields=("id", "avg_lead_time"), where=[("avg_lead_time", "greater", 0)]
        )
        times = [task["avg_lead_time"] for task in timed]
        url = f"{client.url}/projects/{remote.id}/data"
        yield Standing(
            layer=remote.layer,
            annotator=remote.annotator,
            assigned=len(tasks),
            done=done,
            skipped=len(tasks) - done - len(left),
            drafts=sum(1 for _ in drafts),
            left=len(left),
            minutes=round(median(times) / 60, 1) if times else None,
            url=url,
            next=f"{url}?task={left[0]}" if left else None,
        )
