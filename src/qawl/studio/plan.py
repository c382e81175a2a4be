"""The corpus and Label Studio in step: what is there, what should be, and the plan between them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from threading import Lock

from qawl.annotations import tasks
from qawl.annotations.journal_fields import ASSIGNED
from qawl.annotations.placing import Placing
from qawl.articles import store as article_store
from qawl.core import git_files, names
from qawl.core.errors import ServerError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import JUDGE, POOL
from qawl.core.text import sha256 as text_hash
from qawl.gold.judge_tasks import Say, unsaid
from qawl.scheme import scheme
from qawl.scheme.model import Scheme
from qawl.studio import pool_work, projects
from qawl.studio.client import ANNOTATED, DRAFTED, Client, Filter
from qawl.studio.layer_plan import LayerPlan
from qawl.studio.layer_state import AllLayers, Owed
from qawl.studio.steps import Remote, RemoteTask, Step
from qawl.studio.transport import Json


def remotes(client: Client, project: Project) -> list[Remote]:
    """The projects on the server that carry this corpus's mark, by id."""
    found = []
    schemes = scheme.load_all(project)
    for fields in client.projects():
        mark = projects.MARK.search(fields.get("description") or "")
        if mark and mark["corpus"] == project.settings.name:
            number = None if mark["slice"] is None else int(mark["slice"])
            annotator = POOL if mark["annotator"] is None else mark["annotator"]
            _check_mark(client, fields["id"], mark["layer"], mark["annotator"], project.annotators)
            found.append(
                Remote(
                    id=fields["id"],
                    layer=mark["layer"],
                    annotator=annotator,
                    scheme_version=mark["version"].partition("/")[0],
                    config=fields.get("label_config") or "",
                    instruction=fields.get("expert_instruction") or "",
                    fields=fields,
                    text_field=getattr(schemes.get(mark["layer"]), "text_field", "text"),
                    slice=number,
                )
            )
    return sorted(found, key=lambda each: each.id)


def _check_mark(
    client: Client, project: int, layer: str, annotator: str | None, known: Iterable[str]
) -> None:
    """Refuses a mark that somebody changed on the server: its names become names of files."""
    try:
        names.layer(layer)
        if annotator is not None:
            names.of_journal(annotator)
            names.apart(annotator, known)
    except ValueError as error:
        raise ServerError(
            f"{client.url}: the description of project {project} was changed: {error}; put the line "
            "that begins with `qawl corpus=` right, or take it out"
        ) from error


def total(fields: Json) -> int:
    """The server's own count of a project's annotations, those of skipped tasks too."""
    return int(fields["total_annotations_number"]) + int(fields["skipped_annotations_number"])


def articles_of(project: Project) -> Callable[[Remote, Json], str]:
    """(project, data of its task) → the article of the task, also of one that people imported by hand
    without what Qawl's own say: it is of the article with its text, as `pull` has it."""
    placing, alone = cache(lambda: Placing(project)), Lock()

    def of(remote: Remote, data: Json) -> str:
        if said := _said(data, "article_id"):
            return said
        with alone:  # several projects are read at once
            placed = placing().place(data, remote.text_field)
        return placed.article if placed else ""

    return of


def held(client: Client, project: Project, there: list[Remote]) -> dict[int, list[RemoteTask]]:
    """The tasks of each project."""
    article = articles_of(project)
    found = client.together(lambda remote: list(remote_tasks(client, remote, article)), there)
    by_number = dict(zip((each.id for each in there), found, strict=True))
    return pool_work.by_doers(project, there, by_number)


def remote_tasks(
    client: Client, remote: Remote, article: Callable[[Remote, Json], str] | None = None
) -> Iterator[RemoteTask]:
    """The tasks of a project, by id; their articles as `article` tells them (see `articles_of`)."""
    # The counters that a task carries are not kept on every database: annotations are asked for.
    annotated = _ids(client, remote.id, ANNOTATED)
    for each in client.tasks(remote.id, fields=("id", "data", "draft_exists")):
        data = each["data"]
        yield RemoteTask(
            id=each["id"],
            project=remote.id,
            article_id=article(remote, data) if article else _said(data, "article_id"),
            text_sha256=text_hash(str(data.get(remote.text_field))),
            annotated=each["id"] in annotated,
            draft=each["draft_exists"],
            basis=data.get("basis"),
            carried=tasks.digest(data, remote.text_field),
            suggested=str(data.get(tasks.SUGGESTED)),
            annotator=remote.annotator if remote.slice is None else _said(data, ASSIGNED),
            assigned=None if remote.slice is None else _said(data, ASSIGNED),
        )


def _said(data: Json, name: str) -> str:
    """What a task says, such as its article or who it is assigned to; "" where it does not say it."""
    said = data.get(name)
    return said if isinstance(said, str) else ""


def begun(client: Client, project: int) -> set[int]:
    """The tasks of a server's project that somebody has worked on."""
    return _ids(client, project, ANNOTATED) | _ids(client, project, DRAFTED)


def _ids(client: Client, project: int, where: Filter) -> set[int]:
    return {task["id"] for task in client.tasks(project, fields=("id",), where=[where])}


def plan(
    client: Client, project: Project, owed: Owed | None = None, *, say: Say = unsaid
) -> list[Step]:
    """What brings the server in step, a step for each project; `owed` are tasks that must be there,
    whoever works now. `say` is told what the judge's tasks lack."""
    git_files.need_left_out(project)
    there = remotes(client, project)
    schemes = scheme.load_all(project)
    refuse_foreign(client, dict(_titles(project, schemes)), {each.id for each in there})
    tasks_ = held(client, project, there)
    _refuse_other_corpus(client, project, tasks_)
    corpus = AllLayers(client, project, tasks_, owed, say)
    return [
        step
        for current in schemes.values()
        for step in LayerPlan(
            corpus, current, [each for each in there if each.layer == current.layer]
        ).steps()
    ]


def _refuse_other_corpus(
    client: Client, project: Project, held: Mapping[int, Collection[RemoteTask]]
) -> None:
    """Raises ServerError where projects carry the name of this corpus and none of their tasks is of an
    article of it: their open tasks would be removed."""
    there = {task.article_id for those in held.values() for task in those} - {""}
    own = {each.id for each in article_store.heads(project)}
    if there and there.isdisjoint(own):
        several = ", ".join(str(number) for number, those in sorted(held.items()) if those)
        if not own:
            raise ServerError(
                f"{project.articles_file} has no articles, and projects {several} of {client.url} have "
                f"{len(there)}: bring the file back; or give this corpus another name in qawl.yaml, if "
                f"they are of another one that is called {project.settings.name!r} too"
            )
        raise ServerError(
            f"{client.url}: projects {several} are of another corpus that is called "
            f"{project.settings.name!r} too: none of their {many(len(there), 'article')} is in "
            f"{project.corpus}; give this corpus another name in qawl.yaml, or, where they are of it and "
            "its articles are other ones now, delete them there"
        )


def _titles(project: Project, schemes: Mapping[str, Scheme]) -> Iterator[tuple[str, str]]:
    """(title, line of its description) of all projects that there may be."""
    shared = project.settings.label_studio.pool
    slices = range(1, shared.slices + 1) if shared else ()
    alone = ((name, None) for name in (*project.annotators, JUDGE))
    for name, number in (*alone, *((POOL, each) for each in slices)):
        for layer, current in schemes.items():
            line = projects.line(project, current, name, number)
            yield projects.title(project, layer, name, number), line


def refuse_foreign(client: Client, titles: Mapping[str, str], ours: Collection[int]) -> None:
    """A project with the title of one of ours that does not carry our mark must not be written to."""
    for fields in client.projects():
        if fields["id"] not in ours and fields.get("title") in titles:
            raise ServerError(
                f"{client.url} has a project {fields['title']!r} (id {fields['id']}) that is not of "
                "this corpus: rename it there, or change name in qawl.yaml; if it is of this corpus and "
                f"its description was changed, put this line back there: {titles[fields['title']]}"
            )
