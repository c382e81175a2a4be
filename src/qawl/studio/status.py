"""How far the annotators are: what is assigned, done, skipped, drafted and left, project by project."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from statistics import median

from msgspec import UNSET, Struct, UnsetType

from qawl.core.project import Project
from qawl.studio import adopted_projects, plan, pool
from qawl.studio.client import ANNOTATED, DRAFTED, OPEN, Client
from qawl.studio.steps import Remote, RemoteTask


class Standing(Struct, frozen=True):
    """How far an annotator is in a project; `minutes` is the median a finished task, `next` where Label
    Studio hands out their open tasks one after the other. In a pool, `slice` is that of the project.

    In a project that work was adopted from all annotate the same tasks: `assigned` and `left` count
    these, `done` and `skipped` the annotations, as they do where each annotator has tasks of their own.

    Without Label Studio `assigned` is what is planned here, and what only the server knows is None.
    """

    layer: str
    annotator: str
    assigned: int
    done: int
    skipped: int
    drafts: int | None = None
    left: int | None = None
    minutes: float | None = None
    url: str | None = None
    next: str | None = None
    slice: int | UnsetType = UNSET


def standings(client: Client, project: Project) -> list[Standing]:
    """How far everybody is, by layer, then annotator."""
    found = [*plan.remotes(client, project), *adopted_projects.remotes(client, project)]
    single = [each for each in found if each.slice is None]
    shared = [each for each in found if each.slice is not None]
    made = client.together(lambda remote: _standing(client, remote), single)
    for those in client.together(lambda remote: list(_in_pool(client, project, remote)), shared):
        made += those
    return sorted(made, key=lambda each: (each.layer, each.annotator))


def _standing(client: Client, remote: Remote) -> Standing:
    """One project. The server counts: no task is read but finished ones, for their times."""
    fields = remote.fields
    left, first = client.count(remote.id, [OPEN])
    drafts, _ = client.count(remote.id, [DRAFTED])
    if remote.annotator == adopted_projects.ADOPTED:
        done = fields["total_annotations_number"]
        skipped = fields["skipped_annotations_number"]
    else:
        skipped = _skipped(client, remote, max(fields["task_number"] - left, 0))
        done = max(fields["task_number"] - left - skipped, 0)
    times = _times(client, remote.id) if fields["total_annotations_number"] else {}
    url = f"{client.url}/projects/{remote.id}/data"
    return Standing(
        layer=remote.layer,
        annotator=remote.annotator,
        assigned=fields["task_number"],
        done=done,
        skipped=skipped,
        drafts=drafts,
        left=left,
        minutes=_minutes(times.values()),
        url=url,
        next=f"{url}?labeling=1" if first else None,
    )


def _in_pool(client: Client, project: Project, remote: Remote) -> Iterator[Standing]:
    """Everybody who has a tab in a project of a pool. Its tasks are read once, whoever they are for."""
    tabs = client.tabs(remote.id)
    held: dict[str | None, list[RemoteTask]] = {}
    for task in plan.remote_tasks(client, remote):
        held.setdefault(task.assigned, []).append(task)
    skipped = _all_skipped(client, remote)
    times = _times(client, remote.id)
    for name in dict.fromkeys((*project.annotators, *pool.names(tabs))):
        tab = pool.tab_of(tabs, name)
        if tab is not None:
            url = f"{client.url}/projects/{remote.id}/data?tab={tab}"
            yield _part(remote, name, held.get(name, []), skipped, times, url)


def _part(
    remote: Remote,
    name: str,
    mine: list[RemoteTask],
    skipped: Collection[int],
    times: Mapping[int, float],
    url: str,
) -> Standing:
    """One annotator's part of a project of a pool."""
    left = sum(not each.annotated for each in mine)
    passed = sum(each.id in skipped for each in mine)
    return Standing(
        layer=remote.layer,
        annotator=name,
        assigned=len(mine),
        done=len(mine) - left - passed,
        skipped=passed,
        drafts=sum(each.draft for each in mine),
        left=left,
        minutes=_minutes(times[each.id] for each in mine if each.id in times),
        url=url,
        next=f"{url}&labeling=1" if left else None,
        slice=remote.slice or UNSET,
    )


def _skipped(client: Client, remote: Remote, answered: int) -> int:
    """How many of the tasks that were answered were skipped."""
    fields = remote.fields
    number: int = fields["skipped_annotations_number"]
    if not number or answered - fields["num_tasks_with_annotations"] == number:
        return number
    return len(_all_skipped(client, remote))


def _all_skipped(client: Client, remote: Remote) -> set[int]:
    """The tasks of which every annotation is a skip: one may be skipped and done by two users, or a star
    set."""
    if not remote.fields["skipped_annotations_number"]:
        return set()
    tasks = client.tasks(
        remote.id,
        annotations=True,
        fields=("id", "annotations", "was_cancelled"),
        where=[ANNOTATED],
    )
    return {
        task["id"]
        for task in tasks
        if task["annotations"] and all(each["was_cancelled"] for each in task["annotations"])
    }


def _times(client: Client, project: int) -> dict[int, float]:
    """Task → its seconds, of those that have a time."""
    timed = client.tasks(
        project, fields=("id", "avg_lead_time"), where=[("avg_lead_time", "greater", 0)]
    )
    return {task["id"]: task["avg_lead_time"] for task in timed}


def _minutes(seconds: Iterable[float]) -> float | None:
    """The median of minutes a finished task; None where there is none."""
    times = list(seconds)
    return round(median(times) / 60, 1) if times else None
