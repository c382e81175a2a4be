"""Projects that work was adopted from: annotation goes on there, under the config that they have."""

import json
import tempfile
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from qawl.annotations import import_files, journal, json_stream, task_text, tasks, users
from qawl.annotations import store as annotation_store
from qawl.annotations.identity import Identity, instant
from qawl.annotations.sorter import Pulled
from qawl.articles import selection
from qawl.articles import store as article_store
from qawl.core.errors import SchemeError, ServerError
from qawl.core.project import Project
from qawl.scheme import from_config, scheme
from qawl.scheme.from_config import Config, Item
from qawl.scheme.scheme import Scheme
from qawl.studio.client import Client
from qawl.studio.steps import Remote, Step, Wanted, counted
from qawl.studio.transport import Json, NotThere

ADOPTED = "adopted"
"""What stands in the place of an annotator's pseudonym: all of them work in such a project."""


class _There(NamedTuple):
    """An annotation on the server: when it was made, and by which user."""

    made: float | None
    user: int | None


def remotes(
    client: Client, project: Project, only: Collection[int] | None = None
) -> Iterator[Remote]:
    """The projects that qawl.yaml says layers were adopted from, or `only` some; raises ServerError where
    one is gone."""
    for layer, number in project.settings.label_studio.adopted.items():
        if only is not None and number not in only:
            continue
        current = scheme.load(project, layer)
        try:
            fields = client.request("GET", f"api/projects/{number}/")
        except NotThere as error:
            raise ServerError(
                f"{client.url} has no project {number} that this token may see, from which {layer} was "
                "adopted: see label_studio in qawl.yaml"
            ) from error
        yield Remote(
            id=number,
            layer=layer,
            annotator=ADOPTED,
            scheme_version=current.version,
            config=fields.get("label_config") or "",
            instruction=fields.get("expert_instruction") or "",
            fields=fields,
            text_field=current.text_field,
        )


def step(client: Client, project: Project, remote: Remote) -> Step:
    """The articles that the project lacks are added; nothing else of it is changed."""
    current = scheme.load(project, remote.layer)
    there = set(_articles(client.tasks(remote.id, fields=("id", "data")), project, remote.id))
    offered = tasks.names(project)
    add = [
        tasks.task(each, current, offered)
        for each in selection.to_annotate(project)
        if each.id not in there
    ]
    title = f"{remote.fields.get('title')} (project {remote.id}, adopted)"
    config = _config(remote)
    kept = list(_kept(remote, current))
    if add and config and (config.page or config.turns):
        kept.append(f"{counted(len(add), 'article')} can't be added: it shows pages or dialogues")
        add = []
    target = Wanted(remote.layer, ADOPTED, title, "", remote.config, remote.instruction)
    return Step(target, remote, add=tuple(add), kept=tuple(kept))


def _kept(remote: Remote, current: Scheme) -> Iterator[str]:
    yield "its config stays as it is; change it in Label Studio"
    config = _config(remote)
    if config is None:
        yield "its config shows no text that could be annotated"
    elif lacking := [*_lacking(current, config)]:
        yield f"its config lacks what the scheme has: {', '.join(lacking)}"


def _config(remote: Remote) -> Config | None:
    """The config of a project, as far as it can be read."""
    try:
        return from_config.read(remote.config, f"the config of project {remote.id}")
    except SchemeError:
        return None


def _lacking(current: Scheme, config: Config) -> Iterator[str]:
    there = {item.name for control in config.controls for item in _every(control.items)}
    yield from (f"label {each}" for each in current.label if each not in there)
    names = {control.name for control in config.controls}
    yield from (
        f"attribute {each.name}" for each in current.attributes if not {*each.controls} & names
    )


def _every(items: Iterable[Item]) -> Iterator[Item]:
    for each in items:
        yield each
        yield from _every(each.items)


def _articles(those: Iterable[Json], project: Project, number: int) -> Iterator[str]:
    """The articles of tasks."""
    made, known = _made(project, number), {each.id for each in article_store.articles(project)}
    for task in those:
        if identity := _article(task, made, known):
            yield identity


def _article(task: Json, made: Mapping[int, str], known: Container[str]) -> str | None:
    """The article that a task names, else the one that was made of it: of tasks that were deleted,
    servers on SQLite give the numbers to new ones."""
    told = task["data"].get("article_id")
    return told if isinstance(told, str) and told in known else made.get(task["id"])


def _made(project: Project, number: int) -> dict[int, str]:
    """Task of the project → the article that was adopted from it."""
    start = f"{number}/"
    return {
        int(told.removeprefix(start)): each.id
        for each in article_store.articles(project)
        if (told := each.source_id or "").startswith(start) and told[len(start) :].isdecimal()
    }


def pull(
    client: Client,
    project: Project,
    outcome: Pulled,
    only: Collection[int] | None = None,
    named: Collection[str] = (),
) -> None:
    """Journals what is new in these projects, or in `only` some, by the users who are known from
    adoption, or as they are `named`, each as USER=NAME."""
    for remote in remotes(client, project, only):
        with tempfile.TemporaryDirectory(prefix="qawl-pull-") as name:
            path = Path(name) / f"project-{remote.id}.json"
            held, stand, whole = _written(client, project, remote, path)
            if whole:  # first, so that what was done anew does not count as there twice
                _look_for_deleted(project, remote, held, stand, outcome)
            if held or not whole:
                import_files.pull_files(
                    project, [path], layer=remote.layer, annotator=named, outcome=outcome
                )


def _written(
    client: Client, project: Project, remote: Remote, path: Path
) -> tuple[dict[str, _There], set[int], bool]:
    """The project's tasks as an export; number → annotation of each that it has; the numbers of its
    tasks; whether the server could send all of them."""
    made = _made(project, remote.id)
    hashes = {each.id: each.text_sha256 for each in article_store.articles(project)}
    config = _config(remote)
    held: dict[str, _There] = {}
    stand: set[int] = set()
    whole = True
    with path.open("wb") as file:
        start = b"[\n"
        for sent in client.tasks(remote.id, annotations=True):
            identity = _article(sent, made, hashes)
            task, _ = task_text.as_text(sent, config, hashes[identity] if identity else None)
            whole = whole and json_stream.UNREADABLE not in task
            stand.add(task["id"])
            for each in task.get("annotations", ()):
                user = users.user(each.get("completed_by")).id
                held[str(each["id"])] = _There(instant(each.get("created_at")), user)
            if identity:
                told = {"article_id": identity, "text_sha256": hashes[identity]}
                task["data"] |= told | {"layer": remote.layer}
            file.write(start + json.dumps(task).encode())
            start = b",\n"
        file.write(b"]\n" if stand else b"[]\n")
    return held, stand, whole


def _look_for_deleted(
    project: Project,
    remote: Remote,
    held: Mapping[str, _There],
    stand: set[int],
    outcome: Pulled,
) -> None:
    """Journals that annotations are gone from the project, or are another user's now, and raises an
    alarm."""
    for annotator, path in journal.files(project, remote.layer):
        opened = journal.load(path)
        gone = [
            key
            for key, each in opened.alive.items()
            if each.project == remote.id and each.home is None and not _stands(each, held)
        ]
        if gone:
            opened.delete(gone, stand)
            outcome.alarms.append(
                f"{remote.layer} by {annotator}: {len(gone)} annotations were deleted in project "
                f"{remote.id}, or given to other users; the journal keeps them"
            )
    annotation_store.refresh(project, remote.layer)


def _stands(known: Identity, held: Mapping[str, _There]) -> bool:
    """Whether an annotation is still there, by the same user. Servers on SQLite give the numbers of
    deleted ones to new ones."""
    there = held.get(str(known.id))
    told = () if there is None else ((there.made, known.made), (there.user, known.user))
    return there is not None and all(None in pair or pair[0] == pair[1] for pair in told)
