"""Projects that work was adopted from: annotation goes on there, under the config that they have."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from qawl.annotations import import_files, journal, json_stream, task_text, tasks, users
from qawl.annotations import store as annotation_store
from qawl.annotations.identity import Identity, instant
from qawl.annotations.pulled import Pulled
from qawl.articles import cleaning, selection
from qawl.articles import store as article_store
from qawl.core import temporary
from qawl.core.errors import SchemeError, ServerError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.text import sha256
from qawl.scheme import from_config, scheme
from qawl.scheme.from_config import Config, every
from qawl.scheme.model import Scheme
from qawl.studio.client import Client
from qawl.studio.steps import Remote, Step, Wanted
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
    config = _config(remote)
    articles = _Articles(project, remote, config)
    there = {articles.of(each) for each in client.tasks(remote.id, fields=("id", "data"))}
    offered = tasks.names(project)
    add = [
        tasks.task(each, current, offered)
        for each in selection.to_annotate(project)
        if each.id not in there
    ]
    title = f"{remote.fields.get('title')} (project {remote.id}, adopted)"
    kept = list(_kept(remote, current))
    if add and config and (config.page or config.turns):
        kept.append(f"{many(len(add), 'article')} can't be added: it shows pages or dialogues")
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
    there = {item.name for control in config.controls for item in every(control.items)}
    yield from (f"label {each}" for each in current.label if each not in there)
    names = {control.name for control in config.controls}
    yield from (
        f"attribute {each.name}" for each in current.attributes if not {*each.controls} & names
    )


class _Articles:
    """Which article each task of a project is; `hashes` has the digest of every article's text.

    A task names its article, or the article was made of it. Else it is the one article with its text: a
    further layer is of the articles that were there.
    """

    def __init__(self, project: Project, remote: Remote, config: Config | None) -> None:
        self._config, self._field = config, config.text_field if config else remote.text_field
        self._made: dict[int, str] = {}
        self._by_text: dict[str, str | None] = {}
        self.hashes: dict[str, str] = {}
        start = f"{remote.id}/"
        for each in article_store.articles(project):
            self.hashes[each.id] = each.text_sha256
            several = each.text_sha256 in self._by_text
            self._by_text[each.text_sha256] = None if several else each.id
            told = each.source_id or ""
            if told.startswith(start) and told[len(start) :].isdecimal():
                self._made[int(told.removeprefix(start))] = each.id

    def of(self, task: Json) -> str | None:
        """The article of a task: first as it names it, for servers on SQLite give the numbers of deleted
        tasks to new ones."""
        told = task["data"].get("article_id")
        if isinstance(told, str) and told in self.hashes:
            return told
        return self._made.get(task["id"]) or self._with_text(task)

    def _with_text(self, task: Json) -> str | None:
        shown, _ = task_text.as_text(task, self._config)
        text = shown["data"].get(self._field)
        if not isinstance(text, str):
            return None
        return self._by_text.get(sha256(cleaning.as_annotated(text)[0]))


def pull(
    client: Client,
    project: Project,
    outcome: Pulled,
    only: Collection[int] | None = None,
    named: Collection[str] = (),
) -> list[str]:
    """Journals what is new in these projects, or in `only` some, by the users who are known from
    adoption, or as they are `named`, each as USER=NAME; returns those of whom there is no work."""
    given = _by_number(client, named)
    met: set[int | None] = set()
    for remote in remotes(client, project, only):
        with temporary.folder(project.state / "pulled") as folder:
            path = folder / f"project-{remote.id}.json"
            held, stand, whole = _written(client, project, remote, path)
            there = {each.user for each in held.values()}
            met |= there
            if whole:  # first, so that what was done anew does not count as there twice
                _look_for_deleted(project, remote, held, stand, outcome)
            if held or not whole:
                mine = [f"{user}={who}" for user, who in given.items() if user in there]
                import_files.pull_files(
                    project, [path], layer=remote.layer, annotator=mine, outcome=outcome
                )
    return [f"{user}={who}" for user, who in given.items() if user not in met]


def _by_number(client: Client, named: Iterable[str]) -> dict[int | str, str]:
    """The names that are given by the number of the user, which alone a server sends with work."""
    found: dict[int | str, str] = {}
    accounts = client.accounts() if named else []
    for each in named:
        who, _, name = each.rpartition("=")
        user = users.user(who)
        number = users.on_server(user, accounts)
        found[user.id or who if number is None else number] = name
    return found


def _written(
    client: Client, project: Project, remote: Remote, path: Path
) -> tuple[dict[str, _There], set[int], bool]:
    """The project's tasks as an export; number → annotation of each that it has; the numbers of its
    tasks; whether the server could send all of them."""
    config = _config(remote)
    articles = _Articles(project, remote, config)
    held: dict[str, _There] = {}
    stand: set[int] = set()
    whole = True
    with path.open("wb") as file:
        start = b"[\n"
        for sent in client.tasks(remote.id, annotations=True):
            identity = None if json_stream.UNREADABLE in sent else articles.of(sent)
            digest = articles.hashes[identity] if identity else None
            task, _ = task_text.as_text(sent, config, digest)
            whole = whole and json_stream.UNREADABLE not in task
            stand.add(task["id"])
            for each in task.get("annotations", ()):
                user = users.user(each.get("completed_by")).id
                held[str(each["id"])] = _There(instant(each.get("created_at")), user)
            if identity:
                told = {"article_id": identity, "text_sha256": digest, "layer": remote.layer}
                task["data"] |= told
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
                f"{remote.layer} by {annotator}: "
                f"{many(len(gone), 'annotation was', 'annotations were')} deleted in project "
                f"{remote.id}, or given to other users; the journal keeps what was there"
            )
    annotation_store.refresh(project, remote.layer)


def _stands(known: Identity, held: Mapping[str, _There]) -> bool:
    """Whether an annotation is still there, by the same user. Servers on SQLite give the numbers of
    deleted ones to new ones."""
    there = held.get(str(known.id))
    told = () if there is None else ((there.made, known.made), (there.user, known.user))
    return there is not None and all(None in pair or pair[0] == pair[1] for pair in told)
