"""The corpus and Label Studio in step: what is there, what should be, and the plan between them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from qawl import assignment, scheme, tasks
from qawl.errors import ServerError
from qawl.journal import Home
from qawl.judging import judge_tasks
from qawl.label_studio import Client
from qawl.labeling import config_xml
from qawl.model import JUDGE, Article
from qawl.project import Project
from qawl.scheme import Scheme, title_in

_MARK = re.compile(
    r"qawl corpus=(?P<corpus>\S+) layer=(?P<layer>\S+) annotator=(?P<annotator>\S+) "
    r"scheme=(?P<version>\S+)"
)
TITLE = 50
"""Characters that Label Studio allows in a project's title."""


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """A task on the server."""

    id: int
    article_id: str
    text_sha256: str
    annotated: bool
    draft: bool
    basis: str | None = None

    @property
    def worked_on(self) -> bool:
        """Whether somebody has begun with it; a draft is work too."""
        return self.annotated or self.draft


@dataclass(frozen=True, slots=True)
class Remote:
    """A project of this corpus on the server."""

    id: int
    layer: str
    annotator: str
    scheme_version: str
    config: str
    instruction: str
    fields: Mapping[str, Any] = field(repr=False)

    @property
    def home(self) -> Home:
        """What tells this project from those of other servers."""
        return self.id, self.fields["created_at"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a project should be."""

    layer: str
    annotator: str
    title: str
    description: str
    config: str
    instruction: str


@dataclass(slots=True)
class Step:
    """What is to be done for one layer and annotator; `remote` is None where a project is to be made."""

    wanted: Wanted
    remote: Remote | None
    configure: bool = False
    add: list[tasks.Task] = field(default_factory=list)
    remove: list[int] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    spare: list[int] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing is to be done."""
        return bool(self.remote) and not (self.configure or self.add or self.remove or self.spare)

    def lines(self) -> Iterator[str]:
        """The step in words."""
        name = self.wanted.title
        if self.remote is None:
            yield f"make project {name}"
        if self.configure:
            yield f"change the config of {name}"
        if self.add:
            yield f"add {len(self.add)} tasks to {name}"
        if self.remove:
            yield f"remove {len(self.remove)} tasks without work from {name}"
        if self.spare:
            yield f"remove {len(self.spare)} projects without work that double {name}"
        yield from (f"{name}: {each}" for each in self.kept)


def remotes(client: Client, project: Project) -> list[Remote]:
    """The projects on the server that carry this corpus's mark, by id."""
    found = []
    for fields in client.projects():
        mark = _MARK.search(fields.get("description") or "")
        if mark and mark["corpus"] == project.settings.name:
            found.append(
                Remote(
                    id=fields["id"],
                    layer=mark["layer"],
                    annotator=mark["annotator"],
                    scheme_version=mark["version"].partition("/")[0],
                    config=fields.get("label_config") or "",
                    instruction=fields.get("expert_instruction") or "",
                    fields=fields,
                )
            )
    return sorted(found, key=lambda each: each.id)


def total(fields: Mapping[str, Any]) -> int:
    """The server's own count of a project's annotations, those of skipped tasks too."""
    return int(fields["total_annotations_number"]) + int(fields["skipped_annotations_number"])


def remote_tasks(client: Client, remote: Remote) -> Iterator[RemoteTask]:
    """The tasks of a project, by id."""
    drafted = client.tasks(remote.id, fields=("id",), where=[("draft_exists", "equal", True)])
    drafts = {each["id"] for each in drafted}
    fields = ("id", "data", "total_annotations", "cancelled_annotations")
    for each in client.tasks(remote.id, fields=fields):
        data = each["data"]
        yield RemoteTask(
            id=each["id"],
            article_id=str(data.get("article_id")),
            text_sha256=str(data.get("text_sha256")),
            annotated=bool(each["total_annotations"] or each["cancelled_annotations"]),
            draft=each["id"] in drafts,
            basis=data.get("basis"),
        )


def wanted(project: Project, current: Scheme, annotator: str) -> Wanted:
    """The project that a layer's annotator, or its judge, works in."""
    language = project.settings.language
    judging = annotator == JUDGE
    config = config_xml(current, language, judging=judging).strip()  # as the server keeps it
    digest = sha256(config.encode()).hexdigest()[:8]
    return Wanted(
        layer=current.layer,
        annotator=annotator,
        title=f"{project.settings.name} · {current.layer} · {annotator}"[:TITLE],
        description=(
            f"qawl corpus={project.settings.name} layer={current.layer} annotator={annotator} "
            f"scheme={current.version}/{digest}"
        ),
        config=config,
        instruction=title_in(current.instructions, language).replace("\n", "<br>"),
    )


def plan(client: Client, project: Project) -> list[Step]:
    """What brings the server in step, a step for each layer and annotator."""
    there = remotes(client, project)
    _refuse_foreign(client, project, there)
    articles = {article.id: article for article in tasks.to_annotate(project)}
    offered = tasks.names(project)
    steps: list[Step] = []
    for current in scheme.load_all(project).values():
        mine = [each for each in there if each.layer == current.layer]
        steps += _layer_steps(client, project, current, mine, articles, offered)
    return steps


def _layer_steps(
    client: Client,
    project: Project,
    current: Scheme,
    there: list[Remote],
    articles: Mapping[str, Article],
    offered: tasks.Names,
) -> Iterator[Step]:
    held = {each.id: list(remote_tasks(client, each)) for each in there}
    owners: dict[str, list[Remote]] = {}
    for each in there:
        owners.setdefault(each.annotator, []).append(each)
    working = [name for name, each in project.annotators.items() if not each.away]
    present = {
        name: {
            task.article_id
            for each in mine
            for task in held[each.id]
            if name in working or task.worked_on
        }
        & set(articles)
        for name, mine in owners.items()
        if name != JUDGE
    }
    assigned = assignment.plan(
        articles,
        working,
        project.overlap(current.layer),
        there=present,
        shares={name: each.share for name, each in project.annotators.items()},
        training=project.settings.training,
        seed=project.settings.seed,
    )
    for name in dict.fromkeys((*project.annotators, *present)):
        if name not in working and name not in owners:
            continue
        target = wanted(project, current, name)
        # Who is away or has left keeps what is begun; the rest goes to others.
        rest = articles if name in working else {each: articles[each] for each in present[name]}
        step = _step(target, owners.get(name, []), held, rest)
        if step.configure and step.remote:
            _refuse_orphans(client, step.remote, current)
        missing = sorted(assigned.get(name, set()) - present.get(name, set()))
        step.add = [tasks.task(articles[each], current, offered) for each in missing]
        yield step
    waiting = list(judge_tasks(project, current.layer))
    if waiting or JUDGE in owners:
        yield _judge_step(project, current, owners.get(JUDGE, []), held, waiting)


def _judge_step(
    project: Project,
    current: Scheme,
    mine: list[Remote],
    held: Mapping[int, list[RemoteTask]],
    waiting: list[tasks.Task],
) -> Step:
    """The step of a layer's judge: a task is known by its article and by what it was made from."""
    step = Step(wanted(project, current, JUDGE), next(iter(mine), None))
    there = held[step.remote.id] if step.remote else []
    if step.remote:
        target = step.wanted
        step.configure = (step.remote.config, step.remote.instruction) != (
            target.config,
            target.instruction,
        )
    known = {(each.article_id, each.basis) for each in there}
    keep = {(each["data"]["article_id"], each["data"]["basis"]) for each in waiting}
    step.add = [
        each for each in waiting if (each["data"]["article_id"], each["data"]["basis"]) not in known
    ]
    step.remove = [
        each.id
        for each in there
        if not each.worked_on and (each.article_id, each.basis) not in keep
    ]
    return step


def _step(
    target: Wanted,
    mine: list[Remote],
    held: Mapping[int, list[RemoteTask]],
    articles: Mapping[str, Any],
) -> Step:
    """The step of one layer and annotator but for the tasks to add."""
    worked = [each for each in mine if any(task.worked_on for task in held[each.id])]
    main = next(iter(worked or mine), None)
    step = Step(target, main)
    step.spare = [each.id for each in mine if each is not main and each not in worked]
    if main is None:
        return step
    step.configure = (main.config, main.instruction) != (target.config, target.instruction)
    seen: dict[str, RemoteTask] = {}
    for task in sorted(held[main.id], key=lambda each: (not each.worked_on, each.id)):
        known = task.article_id in articles
        if known and task.article_id not in seen:
            seen[task.article_id] = task
        elif not task.worked_on:
            step.remove.append(task.id)
        else:
            why = "stands there twice" if known else "is no longer in the corpus"
            step.kept.append(f"task {task.id} has work and stays, though its article {why}")
    return step


def _refuse_orphans(client: Client, remote: Remote, current: Scheme) -> None:
    """Annotations that use what the new config lacks would be out of their annotators' reach.

    Label Studio checks the words that are shown, not the aliases that are stored, so this looks itself.
    """
    known = {*current.label, *(each.typed for each in current.attributes), *current.attribute}
    values = {value.name for each in current.attributes for value in each.values}
    free = {each.name for each in current.attributes if each.suggest}
    lost: Counter[str] = Counter()
    for task in client.tasks(remote.id, annotations=True):
        for annotation in task.get("annotations") or ():
            for result in annotation.get("result") or ():
                value = result.get("value") or {}
                lost.update(each for each in value.get("labels") or () if each not in known)
                if result.get("from_name") not in free:
                    lost.update(each for each in value.get("choices") or () if each not in values)
    if lost:
        counts = ", ".join(f"{name} {count}" for name, count in lost.most_common())
        raise ServerError(
            f"the new config of project {remote.id} ({remote.layer}, {remote.annotator}) lacks what "
            f"its annotations use: {counts}; keep it in label_config/{remote.layer}.yaml"
        )


def _refuse_foreign(client: Client, project: Project, there: Iterable[Remote]) -> None:
    """A project with the title of one of ours that does not carry our mark must not be written to."""
    ours = {each.id for each in there}
    titles = {
        wanted(project, current, name).title
        for current in scheme.load_all(project).values()
        for name in (*project.annotators, JUDGE)
    }
    for fields in client.projects():
        if fields["id"] not in ours and fields.get("title") in titles:
            raise ServerError(
                f"{client.url} has a project {fields['title']!r} (id {fields['id']}) that is not of "
                "this corpus: rename it there, or change name in qawl.yaml"
            )


def bring(client: Client, project: Project, *, tries: int = 5) -> int:
    """Plans and applies until nothing is left to do; how many steps that took.

    What can't be repeated blindly (an import whose answer was lost) is looked up by planning anew.
    """
    done = 0
    for left in reversed(range(tries)):
        steps = [step for step in plan(client, project) if not step.empty]
        if not steps:
            return done
        try:
            for step in steps:
                apply(client, step)
                done += 1
        except ServerError:
            if not left:
                raise
    raise ServerError(f"{client.url} is not in step after {tries} tries: run `qawl push` again")


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
    if target.annotator == JUDGE:
        # The first suggestion, what all agree on, is what the judge starts from.
        fields |= {"model_version": "agreed", "show_collab_predictions": True}
    if step.remote is None:
        identity = int(client.create_project(fields)["id"])
    else:
        identity = step.remote.id
        if step.configure:
            client.update_project(identity, fields)
    client.delete_tasks(step.remove)
    if step.add:
        client.import_tasks(identity, step.add)
    for spare in step.spare:
        client.delete_project(spare)
