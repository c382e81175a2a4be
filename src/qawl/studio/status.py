"""How far the annotators are: what is assigned, done, skipped, drafted and left, project by project."""

from collections.abc import Iterator
from statistics import median

from msgspec import Struct

from qawl.core.project import Project
from qawl.studio import adopted_projects, plan
from qawl.studio.client import ANNOTATED, DRAFTED, OPEN, Client
from qawl.studio.steps import Remote


class Standing(Struct, frozen=True):
    """One project's state; `minutes` is the median a finished task, `next` where Label Studio hands out
    its open tasks one after the other."""

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
    found = [*plan.remotes(client, project), *adopted_projects.remotes(client, project)]
    found.sort(key=lambda each: (each.layer, each.annotator, each.id))
    return client.together(lambda remote: _standing(client, remote), found)


def _standing(client: Client, remote: Remote) -> Standing:
    """One project. The server counts: no task is read but finished ones, for their times."""
    fields = remote.fields
    left, first = client.count(remote.id, [OPEN])
    drafts, _ = client.count(remote.id, [DRAFTED])
    skipped = _skipped(client, remote, max(fields["task_number"] - left, 0))
    times = list(_times(client, remote.id)) if fields["total_annotations_number"] else []
    url = f"{client.url}/projects/{remote.id}/data"
    return Standing(
        layer=remote.layer,
        annotator=remote.annotator,
        assigned=fields["task_number"],
        done=max(fields["task_number"] - left - skipped, 0),
        skipped=skipped,
        drafts=drafts,
        left=left,
        minutes=round(median(times) / 60, 1) if times else None,
        url=url,
        next=f"{url}?labeling=1" if first else None,
    )


def _skipped(client: Client, remote: Remote, answered: int) -> int:
    """How many of the tasks that were answered were skipped."""
    fields = remote.fields
    number: int = fields["skipped_annotations_number"]
    if not number or answered - fields["num_tasks_with_annotations"] == number:
        return number
    # A task was skipped and done by two users, or a star set: what each task holds tells.
    tasks = client.tasks(
        remote.id,
        annotations=True,
        fields=("id", "annotations", "was_cancelled"),
        where=[ANNOTATED],
    )
    return sum(
        all(each["was_cancelled"] for each in task["annotations"])
        for task in tasks
        if task["annotations"]
    )


def _times(client: Client, project: int) -> Iterator[float]:
    timed = client.tasks(
        project, fields=("id", "avg_lead_time"), where=[("avg_lead_time", "greater", 0)]
    )
    return (task["avg_lead_time"] for task in timed)
