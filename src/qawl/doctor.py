"""What can be wrong with a set-up, looked at one by one; each says what to do about it."""

import shutil
from collections.abc import Iterator

from msgspec import Struct

from qawl import made, scheme, sync, tasks
from qawl.errors import QawlError
from qawl.label_studio import Client, connect
from qawl.labeling import config_xml
from qawl.project import Project
from qawl.server import VERSION

SPACE = 1 << 30
"""Free bytes below which a disk is too full to work on."""


class Line(Struct, frozen=True):
    """One thing looked at; `advice` is what to do where it is not well."""

    what: str
    well: bool
    said: str
    advice: str = ""


def examine(project: Project) -> Iterator[Line]:
    """All of it; the server's part ends where the server can't be used."""
    stale = [path.name for path in made.stale(project)]
    yield Line("made files", not stale, ", ".join(stale) or "fresh", "run `qawl scheme`")
    free = shutil.disk_usage(project.root).free
    yield Line("disk", free > SPACE, f"{free >> 30} GiB free", "make room")
    try:
        client = connect(project)
    except QawlError as error:
        yield Line("token", False, str(error))
        return
    with client:
        try:
            yield from _server(client, project)
        except QawlError as error:
            yield Line("server", False, str(error))


def _server(client: Client, project: Project) -> Iterator[Line]:
    version = client.version()
    yield Line(
        "version",
        version == VERSION,
        f"Label Studio {version} at {client.url}",
        f"Qawl is tested with {VERSION}",
    )
    steps = [step for step in sync.plan(client, project) if not step.empty]
    yield Line("push", not steps, f"{len(steps)} projects to bring in step", "run `qawl push`")
    yield _round_trip(client, project)


def _round_trip(client: Client, project: Project) -> Line:
    """Writes a task into a project of its own, reads it back, and deletes both."""
    current = scheme.load(project, project.settings.layers[0])
    article = next(tasks.to_annotate(project), None)
    if article is None:
        return Line("round trip", True, "left out: the corpus is empty")
    config = config_xml(current, project.settings.language)
    made_project = client.create_project({"title": "qawl doctor", "label_config": config})["id"]
    try:
        sent = tasks.task(article, current, {})
        client.import_tasks(made_project, [sent])
        (back,) = client.tasks(made_project)
        same = back["data"] == sent["data"]
    finally:
        client.delete_project(made_project)
    said = "a task came back as it was sent" if same else "a task came back changed"
    return Line("round trip", same, said, "look at the server's storage and proxy")
