"""A project of a Label Studio server as a source: its config, and its tasks with all that was done."""

import json
import os
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from qawl.core.errors import InputError, ServerError
from qawl.core.names import web_address
from qawl.setup.adoption.sources import LABEL_STUDIO, Source
from qawl.studio.client import Client
from qawl.studio.token import TOKEN
from qawl.studio.transport import NotThere

_PROJECT = re.compile(r"(?P<base>.*)/projects/(?P<number>\d{1,9})(/.*)?")


def is_address(given: str) -> bool:
    """Whether a source is an address, not a path."""
    return given.casefold().startswith(("http://", "https://"))


class Home(NamedTuple):
    """Where a project stands."""

    url: str
    project: int


def fetched(address: str, folder: Path) -> tuple[Source, str, Home]:
    """(source, config, home) of a project; its tasks are put into the folder.

    Raises InputError where the address names no project, ServerError where the server refuses.
    """
    base, number = _parted(address)
    key = os.environ.get(TOKEN, "").strip()
    if not key:
        raise ServerError(f"no token for {base}: set {TOKEN} to one from Account & Settings")
    with Client(base, key, named="the address") as client:
        client.check()
        try:
            project = client.request("GET", f"api/projects/{number}/")
        except NotThere as error:
            raise ServerError(f"{base} has no project {number} that this token may see") from error
        # In a folder of its own: other servers have projects with the same number.
        path = Path(tempfile.mkdtemp(dir=folder)) / f"project-{number}.json"
        with path.open("wb") as file:
            start = b"[\n"
            for task in client.tasks(number, annotations=True):
                file.write(start + json.dumps(task).encode())
                start = b",\n"
            file.write(b"\n]\n" if start != b"[\n" else b"[]\n")
    return Source(path, LABEL_STUDIO), str(project["label_config"]), Home(base, number)


def _parted(address: str) -> tuple[str, int]:
    try:
        parts = web_address(address)
    except ValueError as error:
        raise InputError(f"{address!r} is not an address: {error}") from error
    if parts.username or parts.password:
        raise InputError(
            f"{parts.scheme}://…@{parts.hostname}: an address must not hold a user or a password: set "
            f"{TOKEN} to a token from Account & Settings"
        )
    found = _PROJECT.fullmatch(parts.path)
    if found is None:
        raise InputError(f"{address}: name a project, as in https://HOST/projects/12")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    place = f"{host}:{parts.port}" if parts.port else host
    return f"{parts.scheme}://{place}{found['base']}", int(found["number"])
