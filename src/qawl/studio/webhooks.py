"""Label Studio's webhooks: what calls when work is submitted, and what of it is taken.

A call names a project and an action, nothing more: the annotations are read through the API. So a
forged call can make Qawl look sooner, and can't put in work. The hooks of a corpus on a server are known
by a header of theirs; those that a killed run left are used again.
"""

import hmac
import re
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from qawl.core import files
from qawl.core.errors import ServerError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.studio.transport import Json, Transport
from qawl.studio.webhook_listener import PROOF, Address, Listener

ACTIONS = (
    "ANNOTATION_CREATED",
    "ANNOTATIONS_CREATED",
    "ANNOTATION_UPDATED",
    "ANNOTATIONS_DELETED",
    "TASKS_DELETED",
)
"""What Label Studio calls for."""
WHOSE = "X-Qawl-Corpus"
"""Header of each call that says whose hook it is."""
LOOK = 1.0
"""Seconds that somebody who listens may take to answer."""
FULL = 1 << 20
"""Bytes of the spool beyond which nothing more is added: all projects are read then."""


class _Body(Struct):
    """What Label Studio sends."""

    action: str


class _Called(Struct):
    """A call, as the spool keeps it."""

    project: int
    action: str


class Spool:
    """The projects that calls named and that are not read yet, on disk; many threads add to it."""

    def __init__(self, project: Project) -> None:
        self._path = project.state / "webhooks.jsonl"
        self._guard = threading.Lock()
        self._waiting = threading.Event()

    def add(self, project: int, action: str) -> None:
        """Keeps a call in mind."""
        with self._guard, self._path.open("ab") as file:
            if file.tell() < FULL:
                file.write(msgspec.json.encode(_Called(project, action)) + b"\n")
        self._waiting.set()

    def take(self) -> frozenset[int] | None:
        """The projects that were named, which the spool then forgets; None, for all, where it is full of
        them or has a line that can't be read."""
        with self._guard:
            self._waiting.clear()
            if not self._path.exists():
                return frozenset()
            size = self._path.stat().st_size
            lines = self._path.read_bytes().splitlines()
            self._path.unlink()
        if size >= FULL:
            return None
        try:
            return frozenset(msgspec.json.decode(line, type=_Called).project for line in lines)
        except files.UNREADABLE:  # a killed run left a torn line, or the disk damaged one
            return None

    def wait(self, seconds: float) -> bool:
        """Waits for a call; whether one came."""
        return self._waiting.wait(seconds)


class Hooks:
    """The hooks of a corpus on its server, and what they call."""

    def __init__(self, project: Project, where: Address) -> None:
        project.make_state()
        self.spool = Spool(project)
        self.refused: Counter[str] = Counter()
        self.secret = secrets.token_urlsafe(32)
        self.projects: set[int] = set()
        self._whose = _identity(project)
        self._server = Listener(where, self)
        self.url = Address(where.host, self._server.server_address[1]).url

    def register(self, client: Transport, projects: Collection[int]) -> frozenset[int]:
        """Makes the server call for each of these projects: by a hook that is there, or a new one. Those
        that it did not call for before."""
        self.projects.update(projects)
        lacking = list(self._lacking(client, projects))
        for number, there in lacking:
            if there is None:
                self._call(client, "POST", "api/webhooks/", self._wanted(number))
            else:
                self._call(client, "PATCH", f"api/webhooks/{there}/", self._wanted(number))
        return frozenset(number for number, _ in lacking)

    def tried(self, client: Transport, projects: Collection[int]) -> Iterator[str]:
        """What `register` would do, a line a project; nobody listens afterwards."""
        self._server.server_close()
        for number, there in self._lacking(client, projects):
            what = "a webhook" if there is None else f"webhook {there}"
            yield f"project {number}: {what} would call {self.url}/{number}"

    def _lacking(
        self, client: Transport, projects: Collection[int]
    ) -> Iterator[tuple[int, int | None]]:
        """The projects that don't call here, each with the number of its hook where it has one."""
        there = {each["project"]: each for each in self._own(client)}
        for number in sorted({*projects}):
            if number not in there:
                yield number, None
            elif there[number]["url"] != f"{self.url}/{number}":
                yield number, there[number]["id"]

    def remove(self, client: Transport) -> None:
        """Takes this corpus's hooks from the server."""
        for each in self._own(client):
            client.request("DELETE", f"api/webhooks/{each['id']}/")

    def _own(self, client: Transport) -> Iterator[Json]:
        """The hooks of this corpus on this machine, those of killed runs too."""
        for each in client.request("GET", "api/webhooks/"):
            if (each.get("headers") or {}).get(WHOSE) == self._whose:
                yield each

    def _wanted(self, project: int) -> Json:
        return {
            "project": project,
            "url": f"{self.url}/{project}",
            "send_payload": False,
            "send_for_all_actions": False,
            "actions": [*ACTIONS],
            "headers": {PROOF: self.secret, WHOSE: self._whose},
            "is_active": True,
        }

    def _call(self, client: Transport, method: str, path: str, body: Json) -> None:
        try:
            client.request(method, path, body=body)
        except ServerError as error:
            raise ServerError(
                f"{error}. Label Studio may not call {self.url}: it calls addresses of its own network "
                "only if it was started with SSRF_PROTECTION_ENABLED=false"
            ) from error

    def heard(self, path: str, secret: str, body: bytes) -> HTTPStatus:
        """Takes a call into the spool, or counts why not."""
        number = path.removeprefix("/")
        if not hmac.compare_digest(secret.encode(), self.secret.encode()):
            return self.refuse("wrong secret", HTTPStatus.FORBIDDEN)
        if not number.isdecimal() or int(number[:18]) not in self.projects:
            return self.refuse("unknown project", HTTPStatus.NOT_FOUND)
        try:
            action = msgspec.json.decode(body, type=_Body).action
        except files.UNREADABLE:
            return self.refuse("not a webhook's JSON", HTTPStatus.BAD_REQUEST)
        if action not in ACTIONS:
            return self.refuse("unknown action", HTTPStatus.BAD_REQUEST)
        self.spool.add(int(number), action)
        return HTTPStatus.OK

    def refuse(self, why: str, status: HTTPStatus) -> HTTPStatus:
        """Counts a call that is not taken."""
        self.refused[why] += 1
        return status

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hears calls while the block runs."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def left_over(
    client: Transport, project: Project, projects: Collection[int]
) -> Iterator[tuple[int | None, str]]:
    """(project, address) of Qawl's hooks on the server that call where nobody listens: those that this
    corpus made here, and those for its projects, of whatever folder or machine they are."""
    whose = _known_identity(project)
    for each in client.request("GET", "api/webhooks/"):
        made = (each.get("headers") or {}).get(WHOSE)
        mine = made is not None and (made == whose or each.get("project") in projects)
        if mine and not _listens(str(each.get("url"))):
            yield each.get("project"), str(each.get("url"))


def _listens(url: str) -> bool:
    """Whether somebody listens at an address, as seen from here."""
    try:
        parts = urlsplit(url)
        place = parts.hostname or "", parts.port or 80
        with socket.create_connection(place, timeout=LOOK):
            return True
    except (OSError, ValueError):
        return False


def _known_identity(project: Project) -> str | None:
    """What tells this corpus on this machine from every other, if that was made."""
    path = project.state / "webhooks.id"
    known = path.read_bytes() if path.is_file() else b""
    return known.decode().strip() if re.fullmatch(rb"[0-9a-f]{32}\s*", known) else None


def _identity(project: Project) -> str:
    """What tells this corpus on this machine from every other; made once."""
    path = project.state / "webhooks.id"
    known = _known_identity(project)
    if known is None:
        if path.exists():
            files.put_aside(path, f"{path} was damaged")
        known = secrets.token_hex(16)
        files.write_text(path, known, private=True)
    return known


def told(refused: Counter[str]) -> str:
    """What was refused, by reason.

    Examples
    --------
    >>> told(Counter({"wrong secret": 2, "too long": 1}))
    '3 calls refused: 2 × wrong secret, 1 × too long'
    """
    reasons = ", ".join(f"{count} × {why}" for why, count in refused.most_common())
    return f"{many(refused.total(), 'call')} refused: {reasons}"
