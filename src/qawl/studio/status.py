"""How far the annotators are: what is assigned, done, skipped, drafted and left, project by project."""

from collections.abc import Iterator
from statistics import median

from msgspec import UNSET, Struct, UnsetType

from qawl.core.project import Project
from qawl.studio import adopted_projects, plan, pool
from qawl.studio.client import ANNOTATED, DRAFTED, OPEN, Client, Filter
from qawl.studio.steps import Remote


class Standing(Struct, frozen=True):
    """How far an annotator is in a project; `minutes` is the median a finished task, `next` where Label
    Studio hands out their open tasks one after the other. In a pool, `slice` is that of the project."""

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
    slice: int | UnsetType = UNSET


def standings(client: Client, project: Project) -> list[Standing]:
    """How far everybody is, by layer, then annotator."""
    found = [*plan.remotes(client, project), *adopted_projects.remotes(client, project)]
    single = [each for each in found if each.slice is None]
    shared = [each for each in found if each.slice is not None]
    parts = [part for each in shared for part in _parts(client, project, each)]
    made = client.together(lambda remote: _standing(client, remote), single)
    made += client.together(lambda part: _in_pool(client, *part), parts)
    return sorted(made, key=lambda each: (each.layer, each.annotator))


def _standing(client: Client, remote: Remote) -> Standing:
    """One project. The server counts: no task is read but finished ones, for their times."""
    fields = remote.fields
    left, first = client.count(remote.id, [OPEN])
    drafts, _ = client.count(remote.id, [DRAFTED])
    skipped = _skipped(client, remote, max(fields["task_number"] - left, 0))
    times = _times(client, remote.id) if fields["total_annotations_number"] else None
    url = f"{client.url}/projects/{remote.id}/data"
    return Standing(
        layer=remote.layer,
        annotator=remote.annotator,
        assigned=fields["task_number"],
        done=max(fields["task_number"] - left - skipped, 0),
        skipped=skipped,
        drafts=drafts,
        left=left,
        minutes=times,
        url=url,
        next=f"{url}?labeling=1" if first else None,
    )


def _parts(
    client: Client, project: Project, remote: Remote
) -> Iterator[tuple[Remote, str, int | None]]:
    """(project of a pool, annotator, their tab) of all who have a tab there."""
    tabs = client.tabs(remote.id)
    for name in dict.fromkeys((*project.annotators, *pool.names(tabs))):
        tab = pool.tab_of(tabs, name)
        if tab is not None:
            yield remote, name, tab


def _in_pool(client: Client, remote: Remote, name: str, tab: int | None) -> Standing:
    """One annotator's tasks in a project of a pool."""
    mine: Filter = (pool.COLUMN, "equal", name)
    assigned, _ = client.count(remote.id, [mine])
    left, first = client.count(remote.id, [mine, OPEN])
    drafts, _ = client.count(remote.id, [mine, DRAFTED])
    skipped = _all_skipped(client, remote, mine) if assigned > left else 0
    url = f"{client.url}/projects/{remote.id}/data?tab={tab}"
    return Standing(
        layer=remote.layer,
        annotator=name,
        assigned=assigned,
        done=assigned - left - skipped,
        skipped=skipped,
        drafts=drafts,
        left=left,
        minutes=_times(client, remote.id, mine) if assigned > left else None,
        url=url,
        next=f"{url}&labeling=1" if first else None,
        slice=remote.slice or UNSET,
    )


def _skipped(client: Client, remote: Remote, answered: int) -> int:
    """How many of the tasks that were answered were skipped."""
    fields = remote.fields
    number: int = fields["skipped_annotations_number"]
    if not number or answered - fields["num_tasks_with_annotations"] == number:
        return number
    return _all_skipped(client, remote)


def _all_skipped(client: Client, remote: Remote, *where: Filter) -> int:
    """The same of what each task holds: one may be skipped and done by two users, or a star set."""
    if not remote.fields["skipped_annotations_number"]:
        return 0
    tasks = client.tasks(
        remote.id,
        annotations=True,
        fields=("id", "annotations", "was_cancelled"),
        where=[*where, ANNOTATED],
    )
    return sum(
        all(each["was_cancelled"] for each in task["annotations"])
        for task in tasks
        if task["annotations"]
    )


def _times(client: Client, project: int, *where: Filter) -> float | None:
    """The median of minutes a finished task; None where there is none."""
    timed = client.tasks(
        project, fields=("id", "avg_lead_time"), where=[*where, ("avg_lead_time", "greater", 0)]
    )
    times = [task["avg_lead_time"] for task in timed]
    return round(median(times) / 60, 1) if times else None
