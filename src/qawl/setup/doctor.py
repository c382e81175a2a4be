"""What can be wrong with a set-up, looked at one by one; each says what to do about it."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct, to_builtins

from qawl.annotations import import_files, journal, journal_entries, tasks, whose_journals
from qawl.articles import selection
from qawl.core import git_files
from qawl.core.errors import QawlError
from qawl.core.excerpts import listed, many
from qawl.core.project import Project
from qawl.gold import decide
from qawl.scheme import generated, scheme
from qawl.scheme.label_config import config_xml
from qawl.setup import lost_work
from qawl.studio import adopted_projects, plan, webhooks
from qawl.studio.client import Client, connect
from qawl.studio.pool_users import PoolUsers
from qawl.studio.server import VERSION
from qawl.studio.steps import Remote
from qawl.studio.token import token, token_kind

SPACE = 1 << 30
"""Free bytes below which a disk is too full to work on."""


CLOCK = 120
"""Seconds by which the server's clock may differ."""

SQLITE = "SQLite (good for a small team; back up the data folder while the server is stopped)"


class Line(Struct, frozen=True):
    """One thing looked at; `advice` is what to do where it is not well."""

    what: str
    well: bool
    said: str
    advice: str = ""


def examine(project: Project, *, dry_run: bool = False) -> Iterator[Line]:
    """All of it, or what sends nothing; the server's part ends where the server can't be used. What
    several find, as that a journal lost work, is said once."""
    told: set[str] = set()
    for line in _looked_at(project, dry_run=dry_run):
        if line.well or line.said not in told:
            yield line
        told.add(line.said)


def _looked_at(project: Project, *, dry_run: bool) -> Iterator[Line]:
    """Each thing in its turn."""
    stale = [path.name for path in generated.stale(project)]
    yield Line("made files", not stale, ", ".join(stale) or "fresh", "run `qawl scheme`")
    free = shutil.disk_usage(project.root).free
    yield Line("disk", free > SPACE, f"{free >> 30} GiB free", "make room")
    yield from (Line("left out of git", False, each) for each in git_files.missing(project))
    yield from _or_refusal("journal", _journals(project))
    yield from _or_refusal("gold", _gold(project))
    yield from _users(project)
    yield from _people(project)
    yield _address(project.settings.label_studio.url)
    try:
        key = token(project)
    except QawlError as error:
        yield Line("token", False, str(error))
        return
    yield from _or_refusal("server", _server(project, token_kind(key), dry_run=dry_run))


def _or_refusal(what: str, lines: Iterator[Line]) -> Iterator[Line]:
    """The lines; where looking itself fails, the last says why."""
    try:
        yield from lines
    except QawlError as error:
        yield Line(what, False, str(error))


def _journals(project: Project) -> Iterator[Line]:
    """Whether every journal is whole, from its first line, and has what was made of it."""
    count = versions = 0
    for layer in project.settings.layers:
        for _, path in journal.files(project, layer):
            count, versions = count + 1, versions + journal_entries.check(path)
    lost = "; ".join(lost_work.told(project))
    whole = f"{many(versions, 'version')} in {many(count, 'journal')}, all as they were written"
    yield Line("journal", not lost, lost or whole)


def _gold(project: Project) -> Iterator[Line]:
    """Whether exports/gold is what the annotations give: a release decides anew, others believe it."""
    other = [
        f"{layer} {each}"
        for layer in project.settings.layers
        for each in decide.differing(project, layer)
    ]
    layers = project.settings.layers
    none = [each for each in layers if not project.gold_file(each).exists()]
    said = [f"edited, or decided by other rules: {listed(other, 3)}"] if other else []
    said += ["as decided"] if not other and len(none) < len(layers) else []
    said += [f"no gold of {', '.join(none)} here"] if none else []
    yield Line(
        "gold", not other, "; ".join(said), "run `qawl adjudicate`: what it writes is never edited"
    )


def _users(project: Project) -> Iterator[Line]:
    """Whether the map of users of exports fits the journal."""
    try:
        import_files.check_map(project)
    except QawlError as error:
        yield Line("users of exports", False, str(error))


def _people(project: Project) -> Iterator[Line]:
    """Whether a user of exports has one name; a damaged journal is said elsewhere."""
    try:
        here = {
            (layer, annotator): journal.reading(project, path)
            for layer in project.settings.layers
            for annotator, path in journal.files(project, layer)
        }
        found = whose_journals.with_several_names(here)
    except QawlError:
        return
    if found:
        advice = (
            "if that is one person and a merge in git brought one of the names, undo it and run "
            "`qawl pull --merge BRANCH`, which tells people by their work and numbers"
        )
        yield Line("names of users", False, "; ".join(found), advice)


def _address(url: str) -> Line:
    parts = urlsplit(url)
    path = parts.path.strip("/")
    under = (
        f", under the path /{path}: its proxy must forward everything below that path"
        if path
        else ""
    )
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    open_ = parts.scheme == "http" and not local
    plain = ", not encrypted: for a local network only" if open_ else ""
    return Line("address", True, f"{url}{under}{plain}")


def _server(project: Project, kind: str, *, dry_run: bool) -> Iterator[Line]:
    with connect(project) as client:
        yield from _served(client, project, kind)
        if dry_run:
            yield Line("round trip", True, "left out: it sends a task (--dry-run)")
        else:
            yield from _round_trip(client, project)


def _served(client: Client, project: Project, kind: str) -> Iterator[Line]:
    version, edition = client.version()
    yield Line(
        "version",
        version == VERSION,
        f"Label Studio {version} ({edition})",
        f"Qawl is tested with {VERSION}; what differs may be refused with a message",
    )
    next(client.projects(), None)
    yield Line("token", True, f"a {kind}, and the server takes it")
    yield _clock(client.skew())
    yield from _or_refusal("push", _push(client, project))
    there = [*plan.remotes(client, project), *adopted_projects.remotes(client, project)]
    yield _webhooks(client, project, there)
    yield from _pool(client, project, there)


def _push(client: Client, project: Project) -> Iterator[Line]:
    """Whether a push is left unfinished, or can't be made."""
    lines = [line for step in plan.plan(client, project) if not step.empty for line in step.lines()]
    more = f"; and {many(len(lines) - 3, 'line')} more" if len(lines) > 3 else ""
    yield Line("push", not lines, "; ".join(lines[:3]) + more or "in step", "run `qawl push`")


def _webhooks(client: Client, project: Project, there: Iterable[Remote]) -> Line:
    """Whether webhooks are left that call nobody; each costs annotators a second a submission."""
    left = [
        f"project {number} → {url}"
        for number, url in webhooks.left_over(client, project, {each.id for each in there})
    ]
    return Line(
        "webhooks",
        not left,
        f"nobody listens where these call: {', '.join(left)}" if left else "none is left over",
        "start `qawl pull --watch --webhook` and end it with Ctrl-C, which removes those that this "
        "folder made; delete others in Label Studio (the project's Settings, Webhooks)",
    )


def _pool(client: Client, project: Project, there: Iterable[Remote]) -> Iterator[Line]:
    """Which annotators of a pool are not known by a user yet, and whether their map fits the journal."""
    if not any(each.slice is not None for each in there):
        return
    people = PoolUsers(client, project, there)
    try:
        people.refuse_contradiction()
    except QawlError as error:
        yield Line("users", False, str(error))
        return
    known = set(people.known().values())
    new = [name for name in project.annotators if name not in known]
    said = f"no user is named yet for: {', '.join(new)} (`qawl pull --annotator USER=NAME`)"
    yield Line("users", True, said if new else "every annotator has a user")


def _clock(skew: timedelta | None) -> Line:
    if skew is None:
        return Line("clock", True, "the server does not say its time: every pull reads everything")
    seconds = round(abs(skew.total_seconds()))
    ahead = "ahead of" if skew > timedelta() else "behind"
    # The server says whole seconds.
    said = "as on this machine" if seconds <= 1 else f"{seconds} s {ahead} this machine"
    return Line(
        "clock",
        seconds <= CLOCK,
        f"the server's is {said}",
        "set both by the same time server: dates in annotations are the server's",
    )


def _round_trip(client: Client, project: Project) -> Iterator[Line]:
    """Writes a task into a project of its own, reads it back, and deletes both.

    A project that a doctor left behind who was killed goes with it.
    """
    mark = f"made by `qawl doctor` in the corpus {project.settings.name}; may be deleted"
    _remove(client, mark)
    current = scheme.load(project, project.settings.layers[0])
    article = next(selection.to_annotate(project), None)
    if article is None:
        yield Line("round trip", True, "left out: the corpus is empty")
        return
    config = config_xml(current, project.settings.language)
    fields = {"title": "qawl doctor", "description": mark, "label_config": config}
    try:
        made_project = client.create_project(fields)["id"]
        sent = tasks.task(article, current, {})
        client.import_tasks(made_project, [to_builtins(sent)])
        (back,) = client.tasks(made_project)
        same = back["data"] == sent.data
        sqlite = client.on_sqlite(made_project)
    finally:
        _remove(
            client, mark
        )  # by its mark: of one that is interrupted being made, the id is not known
    said = "a task came back as it was sent" if same else "a task came back changed"
    yield Line("round trip", same, said, "look at the server's storage and proxy")
    yield Line("database", True, SQLITE if sqlite else "PostgreSQL, or another database server")


def _remove(client: Client, mark: str) -> None:
    """Deletes the projects of doctors."""
    for left in list(client.projects()):
        if left.get("description") == mark:
            client.delete_project(left["id"])
