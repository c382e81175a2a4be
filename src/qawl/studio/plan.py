"""The corpus and Label Studio in step: what is there, what should be, and the plan between them."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from html import unescape

from qawl.annotations import reading, tasks
from qawl.articles import selection, withdrawal
from qawl.core import names
from qawl.core.errors import ServerError
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation
from qawl.core.text import sha256 as text_hash
from qawl.gold.judge import judge_tasks
from qawl.guidelines.page import Briefing, briefings
from qawl.scheme import scheme
from qawl.scheme.kinds.registry import result_types, value_of
from qawl.scheme.label_config import config_xml
from qawl.scheme.points import is_own
from qawl.scheme.scheme import Scheme
from qawl.studio import adopted_projects, assignment, older_projects, task_extras
from qawl.studio.client import ANNOTATED, DRAFTED, Client, Filter
from qawl.studio.layer_tasks import LayerTasks
from qawl.studio.steps import Remote, RemoteTask, Step, Wanted, counted
from qawl.studio.transport import Json
from qawl.suggest.tasks import Make

_MARK = re.compile(
    r"qawl corpus=(?P<corpus>\S+) layer=(?P<layer>\S+) annotator=(?P<annotator>\S+) "
    r"scheme=(?P<version>\S+)"
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
TITLE = 50
"""Characters that Label Studio allows in a project's title."""


def remotes(client: Client, project: Project) -> list[Remote]:
    """The projects on the server that carry this corpus's mark, by id."""
    found = []
    schemes = scheme.load_all(project)
    for fields in client.projects():
        mark = _MARK.search(fields.get("description") or "")
        if mark and mark["corpus"] == project.settings.name:
            _check_mark(client, fields["id"], mark["layer"], mark["annotator"], project.annotators)
            found.append(
                Remote(
                    id=fields["id"],
                    layer=mark["layer"],
                    annotator=mark["annotator"],
                    scheme_version=mark["version"].partition("/")[0],
                    config=fields.get("label_config") or "",
                    instruction=fields.get("expert_instruction") or "",
                    fields=fields,
                    text_field=getattr(schemes.get(mark["layer"]), "text_field", "text"),
                )
            )
    return sorted(found, key=lambda each: each.id)


def _check_mark(
    client: Client, project: int, layer: str, annotator: str, known: Iterable[str]
) -> None:
    """Refuses a mark that somebody changed on the server: its names become names of files."""
    try:
        names.of_journal(annotator)
        names.layer(layer)
        names.apart(annotator, known)
    except ValueError as error:
        raise ServerError(
            f"{client.url}: the description of project {project} was changed: {error}; put the line "
            "that begins with `qawl corpus=` right, or take it out"
        ) from error


def total(fields: Json) -> int:
    """The server's own count of a project's annotations, those of skipped tasks too."""
    return int(fields["total_annotations_number"]) + int(fields["skipped_annotations_number"])


def remote_tasks(client: Client, remote: Remote) -> Iterator[RemoteTask]:
    """The tasks of a project, by id."""
    # The counters that a task carries are not kept on every database: annotations are asked for.
    annotated = _ids(client, remote.id, ANNOTATED)
    for each in client.tasks(remote.id, fields=("id", "data", "draft_exists")):
        data = each["data"]
        yield RemoteTask(
            id=each["id"],
            project=remote.id,
            article_id=str(data.get("article_id")),
            text_sha256=text_hash(str(data.get(remote.text_field))),
            annotated=each["id"] in annotated,
            draft=each["draft_exists"],
            basis=data.get("basis"),
            carried=task_extras.digest(data, remote.text_field),
            suggested=str(data.get(tasks.SUGGESTED)),
        )


def begun(client: Client, project: int) -> set[int]:
    """The tasks of a server's project that somebody has worked on."""
    return _ids(client, project, ANNOTATED) | _ids(client, project, DRAFTED)


def _ids(client: Client, project: int, where: Filter) -> set[int]:
    return {task["id"] for task in client.tasks(project, fields=("id",), where=[where])}


def wanted(project: Project, told: Briefing, annotator: str) -> Wanted:
    """The project that a layer's annotator, or its judge, works in."""
    current, language = told.scheme, project.settings.language
    judging = annotator == JUDGE
    config = config_xml(current, language, judging=judging).strip()  # as the server keeps it
    digest = sha256(config.encode()).hexdigest()[:8]
    return Wanted(
        layer=current.layer,
        annotator=annotator,
        title=_title(project, current.layer, annotator),
        description=(
            f"qawl corpus={project.settings.name} layer={current.layer} annotator={annotator} "
            f"scheme={current.version}/{digest}"
        ),
        config=config,
        instruction=told.html(annotator).strip(),
    )


def _title(project: Project, layer: str, annotator: str) -> str:
    return f"{project.settings.name} · {layer} · {annotator}"[:TITLE]


def plan(client: Client, project: Project) -> list[Step]:
    """What brings the server in step, a step for each layer and annotator."""
    there = remotes(client, project)
    schemes = scheme.load_all(project)
    people = (*project.annotators, JUDGE)
    titles = {_title(project, layer, name) for layer in schemes for name in people}
    refuse_foreign(client, titles, {each.id for each in there})
    held = client.together(lambda remote: list(remote_tasks(client, remote)), there)
    plan_of = _Plan(client, project, dict(zip((each.id for each in there), held, strict=True)))
    return [
        step
        for current in schemes.values()
        for step in plan_of.steps(current, [each for each in there if each.layer == current.layer])
    ]


class _Plan:
    """What is the same for all layers: the articles, who works, what is withdrawn, what stands there."""

    def __init__(
        self, client: Client, project: Project, held: Mapping[int, list[RemoteTask]]
    ) -> None:
        self.client, self.project, self.held = client, project, held
        self.articles = {article.id: article for article in selection.to_annotate(project)}
        self.withdrawn = withdrawal.ids(project)
        self.offered = tasks.names(project)
        self.told = briefings(project)
        self.unsettled: dict[str, dict[str, dict[str, Annotation]]] = {}
        self.settled: dict[str, dict[str, dict[str, Annotation]]] = {}
        self.working = [name for name, each in project.annotators.items() if not each.away]

    def steps(self, current: Scheme, there: list[Remote]) -> Iterator[Step]:
        """The steps of one layer."""
        project = self.project
        owners: dict[str, list[Remote]] = {}
        for each in there:
            owners.setdefault(each.annotator, []).append(each)
        judged = owners.pop(JUDGE, [])
        steps, present = {}, {}
        olds = {name: self._older(mine, current) for name, mine in owners.items()}
        own = current.layer not in project.settings.label_studio.adopted
        if not own:
            found = adopted_projects.remotes(self.client, project)
            yield from (
                adopted_projects.step(self.client, project, e)
                for e in found
                if e.layer == current.layer
            )
        for name in dict.fromkeys((*(project.annotators if own else ()), *owners)):
            if name in self.working or name in owners:
                target = wanted(project, self.told[current.layer], name)
                old = olds.get(name, [])
                mine = [each for each in owners.get(name, []) if each not in old]
                step, there_ = self._standing(target, mine)
                steps[name] = self._beside(step, old) if old else step
                present[name] = there_ | self._worked(old)
        assigned = assignment.plan(
            self.articles,
            self.working if own else [],
            project.overlap(current.layer),
            there=present,
            shares={name: each.share for name, each in project.annotators.items()},
            training=project.settings.training,
            seed=project.settings.seed,
        )
        laid = LayerTasks(project, current, self.articles, self.offered, self.held)
        for name, standing in steps.items():
            self._refuse_orphans(standing, current)
            asked = self._asked(name, current) if olds.get(name) and name in self.working else {}
            done = self._settled(name, current, olds.get(name, []))
            kept = {*asked, *done}
            step = laid.step(standing, assigned.get(name, set()) - present[name], kept=kept)
            anew = self._anew(step, asked, laid.make, current)
            again = self._again(step, done, laid.make, current)
            yield _made(replace(step, add=(*step.add, *anew, *again)), olds.get(name, []))
        waiting = list(judge_tasks(project, current.layer))
        if waiting or judged:
            target = wanted(project, self.told[current.layer], JUDGE)
            old = self._older(judged, current)
            step = self._judging(target, [each for each in judged if each not in old], old, waiting)
            self._refuse_orphans(step, current)
            yield _made(step, old)

    def _older(self, mine: list[Remote], current: Scheme) -> list[Remote]:
        """The projects that keep the scheme version that they have: their work uses names that the
        steps since then change."""
        renewed = any(each.scheme_version == current.version for each in mine)
        return [
            each
            for each in mine
            if older_projects.leads(each.scheme_version, current)
            and any(task.worked_on for task in self.held[each.id])
            and (
                renewed
                or older_projects.touched(self.client, each.id, each.scheme_version, current)
            )
        ]

    def _worked(self, those: Iterable[Remote]) -> frozenset[str]:
        """The articles on which somebody has worked in these projects."""
        tasks_ = (task for each in those for task in self.held[each.id] if task.worked_on)
        return frozenset(task.article_id for task in tasks_) & self.articles.keys()

    def _beside(self, step: Step, old: list[Remote]) -> Step:
        """The step of a new project beside those of older scheme versions, which keep their work."""
        kept, remove, titles = list(step.kept), dict(step.remove), {}
        for each in old:
            held = self.held[each.id]
            done = sum(task.worked_on for task in held)
            version = f"version {each.scheme_version} of the scheme"
            kept.append(
                f"project {each.id} keeps {version} and {counted(done, 'task')} with work; "
                "`qawl pull` goes on collecting it"
            )
            if open_ := [task for task in held if not task.worked_on]:
                remove[f"project {each.id} keeps {version}"] = open_
            title = _versioned(step.wanted.title, each.scheme_version)
            if each.fields.get("title") != title:
                titles[each.id] = title
        return replace(step, kept=tuple(kept), remove=remove, older=titles)

    def _asked(self, name: str, current: Scheme) -> dict[str, Annotation]:
        """An annotator's work by the articles of which steps of the scheme ask a person."""
        if current.layer not in self.unsettled:
            self.unsettled[current.layer] = older_projects.unsettled(self.project, current)
        asked = self.unsettled[current.layer].get(name, {})
        return {each: asked[each] for each in sorted(asked.keys() & self.articles.keys())}

    def _anew(
        self, step: Step, asked: Mapping[str, Annotation], make: Make, current: Scheme
    ) -> Iterator[tasks.Task]:
        """The tasks of which a person is asked, unless they stand in the new project."""
        stands = {task.article_id for task in self.held[step.remote.id]} if step.remote else set()
        those = [record for each, record in asked.items() if each not in stands]
        name = _suggestion(step.add)
        return map(
            task_extras.marked, older_projects.anew(those, self.articles, make, current, name)
        )

    def _settled(self, name: str, current: Scheme, old: list[Remote]) -> dict[str, Annotation]:
        """An annotator's work in projects of older versions that needs nobody, by article."""
        worked = self._worked(old) if name in self.working else frozenset()
        if worked and current.layer not in self.settled:
            self.settled[current.layer] = older_projects.settled(self.project, current)
        found = self.settled.get(current.layer, {}).get(name, {}) if worked else {}
        return {each: found[each] for each in sorted(found.keys() & worked)}

    def _again(
        self, step: Step, done: Mapping[str, Annotation], make: Make, current: Scheme
    ) -> Iterator[tasks.Task]:
        """The tasks that bring this work into the new project, unless they stand there."""
        stands = {task.article_id for task in self.held[step.remote.id]} if step.remote else set()
        those = [record for each, record in done.items() if each not in stands]
        if not those:
            return iter(())
        known = self.client.users()
        users = older_projects.workers(self.project, current.layer, step.wanted.annotator)
        users = {article: user for article, user in users.items() if user in known}
        found = older_projects.again(those, self.articles, make, current, users)
        return map(task_extras.marked, found)

    def _standing(self, target: Wanted, mine: list[Remote]) -> tuple[Step, frozenset[str]]:
        """The step of an annotator but for the tasks to add, and the articles that stay there."""
        worked = [each for each in mine if any(task.worked_on for task in self.held[each.id])]
        main = next(iter(worked or mine), None)
        if main is None:
            return Step(target, None), frozenset()
        those = [task for each in worked or [main] for task in self.held[each.id]]
        looked = list(self._looked_at(those, target.annotator))
        stays = {task.article_id for task, why in looked if why is None or task.worked_on}
        step = Step(
            target,
            main,
            configure=_differs(main, target),
            remove=_by_reason((task, why) for task, why in looked if not task.worked_on),
            kept=tuple(self._kept(looked, target.annotator)),
            spare=tuple(each.id for each in mine if each is not main and each not in worked),
        )
        return step, frozenset(stays & self.articles.keys())

    def _looked_at(
        self, those: Iterable[RemoteTask], annotator: str
    ) -> Iterator[tuple[RemoteTask, str | None]]:
        """Each task with why it should not stand where it does (see `_ill`); first those with work."""
        stands: set[str] = set()
        for task in sorted(those, key=lambda each: not each.worked_on):
            why = self._ill(task, annotator, stands)
            if why is None or task.worked_on:
                stands.add(task.article_id)
            yield task, why

    def _kept(
        self, looked: Iterable[tuple[RemoteTask, str | None]], annotator: str
    ) -> Iterator[str]:
        """What has work and stays though it is not as it should be, in words."""
        begun = [(task, why) for task, why in looked if task.worked_on]
        for task, why in begun:
            if why:
                yield f"task {task.id} has work and stays, though {why}"
        if begun and annotator not in self.project.annotators:
            yield (
                f"{annotator} is not in qawl.yaml any more; what has work "
                f"({counted(len(begun), 'task')}) stays, and `qawl pull` goes on collecting it"
            )

    def _ill(self, task: RemoteTask, annotator: str, there: Collection[str]) -> str | None:
        """Why a task should not stand where it does; None where it should. `there` are the articles
        of the tasks before it."""
        article = self.articles.get(task.article_id)
        if article is None:
            gone = task.article_id in self.withdrawn
            return "its article is withdrawn" if gone else "its article is not to be annotated"
        if task.article_id in there:
            return "its article is there twice"
        if task.text_sha256 != article.text_sha256:
            return "its text was edited in Label Studio"
        if annotator not in self.working and not task.worked_on:
            left = "away" if annotator in self.project.annotators else "no annotator any more"
            return f"{annotator} is {left}, others take over"
        return None

    def _judging(
        self, target: Wanted, mine: list[Remote], old: list[Remote], waiting: list[tasks.Task]
    ) -> Step:
        """The step of a layer's judge: a task is known by its article and by what it was made from."""
        field_ = self.told[target.layer].scheme.text_field
        remote = next(iter(mine), None)
        there = self.held[remote.id] if remote else []
        done_before = (task for each in old for task in self.held[each.id] if task.worked_on)
        known = {(each.article_id, each.basis): each for each in (*there, *done_before)}
        wait = {(each.article_id, each.basis): task_extras.marked(each) for each in waiting}
        done = "nothing is left to decide there"
        step = Step(
            target,
            remote,
            configure=remote is not None and _differs(remote, target),
            add=tuple(each for made_of, each in wait.items() if made_of not in known),
            update=tuple(
                (known[made_of], each)
                for made_of, each in wait.items()
                if made_of in known
                and not known[made_of].worked_on
                and known[made_of].carried != task_extras.digest(each.data, field_)
            ),
            remove=_by_reason(
                (each, done)
                for each in there
                if not each.worked_on and (each.article_id, each.basis) not in wait
            ),
        )
        return self._beside(step, old) if old else step

    def _refuse_orphans(self, step: Step, current: Scheme) -> None:
        if step.configure and step.remote and step.remote.config != step.wanted.config:
            refuse_orphans(self.client, step.remote.id, step.wanted.title, current)


def _suggestion(add: Iterable[tasks.Task]) -> str:
    """The name of the suggestions that tasks bring: Label Studio shows those of one name."""
    brought = (each.model_version for task in add for each in task.predictions or ())
    return next(brought, older_projects.EARLIER)


def _made(step: Step, old: list[Remote]) -> Step:
    """The step; beside older projects no new one is made until there is something to do in it."""
    if old and step.remote is None and not step.add:
        return replace(step, remote=old[0], older={})
    return step


def _versioned(title: str, version: str) -> str:
    """The title of a project that keeps an older version of the scheme."""
    said = f" (version {version})"[: TITLE // 2]
    return title[: TITLE - len(said)] + said


def _by_reason(
    those: Iterable[tuple[RemoteTask, str | None]],
) -> dict[str, list[RemoteTask]]:
    """Reason → the tasks that it is given for; tasks without one are left out."""
    found: dict[str, list[RemoteTask]] = {}
    for task, why in those:
        if why:
            found.setdefault(why, []).append(task)
    return found


def _differs(remote: Remote, target: Wanted) -> bool:
    there = remote.config, _words(remote.instruction), remote.fields["description"]
    return there != (target.config, _words(target.instruction), target.description)


def _words(html: str) -> str:
    """What HTML says: Label Studio takes out attributes and elements that it does not know."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def refuse_orphans(client: Client, project: int, title: str, current: Scheme) -> None:
    """Annotations that use what the new config lacks would be out of their annotators' reach.

    Label Studio checks the words that are shown, not the aliases that are stored, so this looks itself.
    """
    lost: Counter[str] = Counter()
    for task in client.tasks(project, annotations=True, where=[ANNOTATED]):
        for annotation in task["annotations"]:
            for result in reading.results(annotation):
                lost.update(_lacking(current, result))
    if lost:
        counts = ", ".join(f"{name} {count}" for name, count in lost.most_common())
        raise ServerError(
            f"the new config of project {project} ({title}) lacks what its annotations use: {counts}; "
            f"keep it in label_config/{current.layer}.yaml, or say there under `changes` what became of "
            "it"
        )


def _lacking(current: Scheme, result: Mapping[str, object]) -> Iterator[str]:
    """What a result uses and the scheme lacks: labels, a control, values of a control."""
    value = reading.value(result)
    yield from (each for each in reading.words(value.get("labels")) if each not in current.label)
    if result.get("type") not in result_types() or is_own(result.get("from_name")):
        return
    attribute = current.of_control.get(str(result.get("from_name")))
    if attribute is None:
        yield str(result.get("from_name"))
    elif attribute.categories and (given := attribute.read(value_of(value))) is not None:
        said = attribute.same(given)
        every = [said] if isinstance(said, str) else said
        yield from (each for each in every if each not in attribute.categories)


def refuse_foreign(client: Client, titles: Collection[str], ours: Collection[int]) -> None:
    """A project with the title of one of ours that does not carry our mark must not be written to."""
    for fields in client.projects():
        if fields["id"] not in ours and fields.get("title") in titles:
            raise ServerError(
                f"{client.url} has a project {fields['title']!r} (id {fields['id']}) that is not of "
                "this corpus: rename it there, or change name in qawl.yaml"
            )
