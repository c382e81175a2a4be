"""What Qawl asks of a Label Studio server: its version, projects, tasks and annotations."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urljoin

import msgspec

from qawl.annotations.json_stream import note
from qawl.core.errors import ServerError
from qawl.core.project import Project
from qawl.studio.server import Access
from qawl.studio.token import token
from qawl.studio.transport import RETRIES, Json, NobodyListens, NotThere, Transport, Unsendable

T = TypeVar("T")
R = TypeVar("R")

PAGE = 100
LIGHT_PAGE = 500
IMPORT = 1000
"""Tasks in one import request."""
OLDEST = 1, 23
"""The first release of Label Studio that Qawl works with: older task lists lack what it reads."""
GREETING = 30.0
"""Seconds in which a server says its version, or it is taken for one that never answers."""
AT_ONCE = 4
"""Calls that are under way at once where many projects are read."""

Filter = tuple[str, str, object]
"""A column of the server's task list, an operator and a value, as in ("id", "greater", 7)."""
_KINDS = {
    "updated_at": "Datetime",
    "draft_exists": "Boolean",
    "data.text": "String",
    "annotations_ids": "List",
}
ANNOTATED: Filter = ("annotations_ids", "empty", False)
"""Tasks that have annotations, those of skipped tasks too."""
OPEN: Filter = ("annotations_ids", "empty", True)
"""Tasks that nobody has finished or skipped."""
DRAFTED: Filter = ("draft_exists", "equal", True)
"""Tasks that have a draft: work that is not submitted."""
_WITH_DRAFTS: Filter = ("draft_exists", "in_list", [True, False])
"""Always holds: the server fills this column only where a condition names it."""


class _Version(msgspec.Struct):
    """What a server says of itself."""

    release: str | None = None
    edition: str | None = None
    package: Json = msgspec.field(default_factory=dict, name="label-studio-os-package")


class _Numbered(msgspec.Struct):
    id: int


class _Page(msgspec.Struct):
    """A page of a list, as far as all of them have it."""

    count: int
    results: list[_Numbered]


class Client(Transport):
    """What Qawl asks of a Label Studio server."""

    def check(self) -> None:
        """Refuses a server that is not there, that is not a Label Studio, or that is too old."""
        try:
            release, _ = self.version(retries=0)
        except NobodyListens:
            raise
        except ServerError:
            release, _ = self.version()
        numbers = tuple(int(each) for each in re.findall(r"\d+", release)[:2])
        if numbers < OLDEST:
            raise ServerError(
                f"{self.url} runs Label Studio {release}; Qawl works with "
                f"{'.'.join(map(str, OLDEST))} and later: upgrade the server (back it up first)"
            )

    def version(self, *, retries: int = RETRIES) -> tuple[str, str]:
        """(release, edition) of the Label Studio that answers."""
        said = self.request("GET", "api/version", retries=retries, seconds=GREETING)
        found = self._read(said, _Version)
        release = found.release or found.package.get("version")
        if not release:
            raise self._other()
        return str(release), str(found.edition or "unknown edition")

    def _read(self, said: object, shape: type[R]) -> R:
        """An answer as Label Studio gives it; raises ServerError at that of another server."""
        try:
            return msgspec.convert(said, shape)
        except msgspec.ValidationError as error:
            raise self._other() from error

    def _other(self) -> ServerError:
        return ServerError(f"{self.url} is not a Label Studio: correct {self.named}")

    def clock(self) -> datetime | None:
        """The server's time, as its answers carry it; None where they don't."""
        # A proxy may add a date of its own after the server's.
        said = self._answer("GET", "api/version", retries=RETRIES).headers.get_list("date")
        try:
            return parsedate_to_datetime(said[0]).astimezone(UTC) if said else None
        except ValueError:
            return None

    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of this machine's; None where it does not say."""
        said = self.clock()
        return None if said is None else said - datetime.now(UTC)

    def on_sqlite(self, project: int) -> bool:
        """Whether the server keeps its data in SQLite, asked by a pattern that Python's `re` alone takes.

        Label Studio has no call that says it. A server database has patterns of its own, and refuses.
        """
        query = _query([("data.text", "regex", "(?P<any>.)")])
        try:
            params = {"project": project, "query": query}
            self.request("GET", "api/tasks/", params=params, retries=0)
        except ServerError:
            return False
        return True

    def invitation(self) -> str:
        """The address at which annotators sign up."""
        # The server's answer begins with the path that it runs under.
        return urljoin(f"{self.url}/", str(self.request("GET", "api/invite")["invite_url"]))

    def projects(self) -> Iterator[Json]:
        """All projects of the server, as it describes them."""
        try:
            yield from self._pages("api/projects/").values()
        except NotThere as error:
            # Below the address of a page Label Studio answers with its version too, and nothing else.
            raise ServerError(
                f"{self.url} is a page: {self.named} must be the server's address "
                "alone, as http://127.0.0.1:8080"
            ) from error

    def create_project(self, fields: Json) -> Json:
        """A new project; its description as the server sends it."""
        made: Json = self.request("POST", "api/projects/", body=fields)
        return made

    def update_project(self, project: int, fields: Json) -> None:
        """Changes a project."""
        self.request("PATCH", f"api/projects/{project}/", body=fields)

    def users(self) -> set[int]:
        """The numbers of the server's users, as far as they may be seen."""
        return {int(each["id"]) for each in self.accounts()}

    def accounts(self) -> list[Json]:
        """The server's users, as far as they may be seen."""
        found = self.request("GET", "api/users/")
        listed: list[Json] = found.get("results", []) if isinstance(found, dict) else found
        return listed

    def tabs(self, project: int) -> list[Json]:
        """The tabs of a project, which all its users share."""
        found: list[Json] = self.request("GET", "api/dm/views/", params={"project": project})
        return found

    def put_tab(self, project: int, tab: int | None, data: Json | None) -> None:
        """Makes a tab, changes it, or, without `data`, removes it."""
        path = "api/dm/views/" if tab is None else f"api/dm/views/{tab}/"
        if data is None:
            self.request("DELETE", path)
            return
        body = {"project": project, "data": data}
        self.request("POST" if tab is None else "PATCH", path, body=body)

    def import_tasks(self, project: int, tasks: Sequence[Json]) -> None:
        """Adds tasks; not repeated on a lost answer, the caller looks up what arrived."""
        for start in range(0, len(tasks), IMPORT):
            self.request(
                "POST", f"api/projects/{project}/import", body=list(tasks[start : start + IMPORT])
            )

    def tasks(
        self,
        project: int,
        *,
        annotations: bool = False,
        fields: Sequence[str] = (),
        where: Sequence[Filter] = (),
    ) -> Iterator[Json]:
        """The tasks of a project by id: see `task_pages`."""
        for page in self.task_pages(project, annotations=annotations, fields=fields, where=where):
            yield from page

    def task_pages(
        self,
        project: int,
        *,
        annotations: bool = False,
        fields: Sequence[str] = (),
        where: Sequence[Filter] = (),
        after: int = 0,
    ) -> Iterator[list[Json]]:
        """The tasks of a project by id, those after a given one, a page at a time.

        `annotations` asks for them as the server sends them, `fields` for these alone, of tasks and of
        annotations; `where` are conditions that must all hold. Pages begin after an id, not at a
        number, so that tasks that come or go meanwhile move none out of sight. In place of a task
        that the server fails to send with its annotations stands a note (see `json_stream`).
        """
        most = size = PAGE if annotations else LIGHT_PAGE
        failing = 0  # how many of the next tasks hold one that the server fails at
        named = [_WITH_DRAFTS] if "draft_exists" in fields else []
        params = {
            "project": project,
            **({"fields": "all"} if annotations else {}),
            **({"include": ",".join(fields)} if fields else {}),
        }
        while True:
            conditions = [*named, *where, ("id", "greater", after)]
            asked = {**params, "page_size": size, "query": _query(conditions)}
            retries = RETRIES if size in (most, 1) else 0
            try:
                said = self.request("GET", "api/tasks/", params=asked, retries=retries)
            except Unsendable:
                if not annotations:
                    raise
                failing = size
                if size > 1:  # half as many, until that task stands alone
                    size //= 2
                    continue
                said = self._unsendable(project, conditions)
            page: list[Json] = said["tasks"]
            if len(page) < min(said["total"], size):
                raise ServerError(
                    f"{self.url} sent {len(page)} of {said['total']} tasks of project {project}; "
                    "run it again"
                )
            if page:
                if not annotations and (lacking := {*fields} - {*page[0]}):
                    raise ServerError(
                        f"{self.url} has task lists without {', '.join(sorted(lacking))}: "
                        "see `qawl doctor` for the version of Label Studio that is needed"
                    )
                yield page
                after = page[-1]["id"]
            if said["total"] <= size:
                return
            failing = max(failing - size, 0)
            size = max(failing // 2, 1) if failing else most

    def _unsendable(self, project: int, where: Sequence[Filter]) -> Json:
        """A page with a note in place of the first task, which the server can't send."""
        total, first = self.count(project, where)
        if first is None:  # it was deleted meanwhile
            return {"total": 0, "tasks": []}
        noted = note("that the server can't send", f"task {first} of project {project}")
        return {"total": total, "tasks": [{**noted, "id": first, "annotations": []}]}

    def count(self, project: int, where: Sequence[Filter]) -> tuple[int, int | None]:
        """(how many tasks of a project meet these conditions, the id of the first one)."""
        params = {
            "project": project,
            "page_size": 1,
            "include": "id",
            "query": _query(where),
        }
        said = self.request("GET", "api/tasks/", params=params)
        return said["total"], next((task["id"] for task in said["tasks"]), None)

    def work(self, project: int) -> Iterator[Json]:
        """The annotations of a project, then the drafts of all users, which no list of tasks has."""
        for task in self.tasks(project, annotations=True, where=[ANNOTATED]):
            yield from task["annotations"]
        for task in self.tasks(project, fields=("id",), where=[DRAFTED]):
            yield from self.request("GET", f"api/tasks/{task['id']}/drafts")

    def together(self, work: Callable[[T], R], those: Iterable[T]) -> list[R]:
        """What some reading says of each, in their order; a few at a time, since each call waits."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(work, those))

    def submit(self, task: int, annotation: Mapping[str, object]) -> Json:
        """Adds an annotation to a task."""
        made: Json = self.request("POST", f"api/tasks/{task}/annotations/", body=dict(annotation))
        return made

    def update_task(self, task: int, data: Json) -> None:
        """Changes what a task shows; its work and its suggestions stay."""
        self.request("PATCH", f"api/tasks/{task}/", body={"data": data})

    def suggest(self, task: int, predictions: Iterable[Json]) -> None:
        """Puts these suggestions in the place of those that a task has."""
        old = self.request("GET", "api/predictions/", params={"task": task})
        for each in old["results"] if isinstance(old, dict) else old:
            self.request("DELETE", f"api/predictions/{each['id']}/")
        for each in predictions:
            self.request("POST", "api/predictions/", body={**each, "task": task})

    def delete_tasks(self, tasks: Iterable[int]) -> None:
        """Removes tasks."""
        for task in tasks:
            self.request("DELETE", f"api/tasks/{task}/")

    def delete_project(self, project: int) -> None:
        """Removes a project with all that is in it."""
        self.request("DELETE", f"api/projects/{project}/")

    def _pages(self, path: str) -> dict[int, Json]:
        """Everything in a paged list by id, in that order: what is made meanwhile comes last. Where
        something went meanwhile the pages moved, and are asked for anew; one that is missing is an
        error, not the end."""
        page, before = 1, 0
        found: dict[int, Json] = {}
        while True:
            asked = {"page": page, "page_size": PAGE, "ordering": "id"}
            said = self.request("GET", path, params=asked)
            total = self._read(said, _Page).count
            if total < before:
                page, before = 1, 0
                found.clear()
                continue
            found |= {each["id"]: each for each in said["results"]}
            if len(found) >= total:
                return found
            if not said["results"]:
                raise ServerError(
                    f"{self.url}: {path} ended after {len(found)} of {total}; run it again"
                )
            page, before = page + 1, total


def _query(where: Iterable[Filter]) -> str:
    """Conditions as the server's task list takes them, ordered by id."""
    items = [
        {
            "filter": f"filter:tasks:{column}",
            "operator": operator,
            "type": _KINDS.get(column, "Number"),
            "value": value,
        }
        for column, operator, value in where
    ]
    return json.dumps({"filters": {"conjunction": "and", "items": items}, "ordering": ["tasks:id"]})


def connect(project: Project, access: Access | None = None) -> Client:
    """A client of the corpus's server, or of the one that was just started."""
    if access is not None:
        return Client(access.url, access.token)
    client = Client(project.settings.label_studio.url, token(project))
    try:
        client.check()
    except ServerError:
        client.__exit__()
        raise
    return client
