"""How far each project of a server was read: .qawl/pulled.json."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Struct

from qawl.annotations import journal_lines
from qawl.annotations.identity import Home
from qawl.core import files, names
from qawl.core.project import Project
from qawl.studio.clocks import Clocks
from qawl.studio.steps import Remote

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Mark(Struct, kw_only=True):
    """How far a project was read.

    `since` is the server's time of the last reading that came to its end. While one goes on, `until`
    is the time that it will have come to and `after` the task that it is at. `head` is the last hash
    of the journal then, `total` the server's count of annotations. `shared` are the annotations that came
    by an export too, which does not say when their project was made. Of a project of a pool, `heads`
    are the last hashes by annotator, and `users` says who its users were. `clocks` are those of the last
    reading. `told`: that it is gone from the server was said.
    """

    layer: str
    annotator: str
    home: Home
    head: str = journal_lines.START
    since: _Moment | None = None
    until: _Moment | None = None
    after: int = 0
    total: int | None = None
    shared: set[str] = set()
    clocks: Clocks | None = None
    slice: int | None = None
    heads: dict[str, str] = {}
    users: dict[int, str] = {}
    told: bool = False


class Marks:
    """The marks of one server, by project."""

    def __init__(self, project: Project, url: str) -> None:
        self._path, self.url = project.state / "pulled.json", url
        self._all = files.load_if_whole(self._path, dict[str, list[Mark]]) or {}
        there = self._all.get(url, ())
        self.by_home = {each.home: each for each in there if _is_of(project, each)}

    def of(self, remote: Remote, fits: Callable[[Mark], bool]) -> Mark:
        """The mark of a project; a new one where the journals are not those that the old one `fits`."""
        known = self.by_home.get(remote.home)
        if known is None or not fits(known):
            layer, annotator, number = remote.whose
            known = Mark(layer=layer, annotator=annotator, home=remote.home, slice=number)
            self.by_home[remote.home] = known
        known.annotator = remote.annotator  # it may be renamed
        return known

    def save(self) -> None:
        """Writes the marks of all servers."""
        self._all[self.url] = list(self.by_home.values())
        files.write_bytes(self._path, [msgspec.json.encode(self._all)])


def _is_of(project: Project, mark: Mark) -> bool:
    """Whether a mark is of a journal that this corpus can have: the file may be that of another."""
    try:
        names.of_journal(mark.annotator)
    except ValueError:
        return mark.slice is not None and mark.layer in project.settings.layers
    return mark.layer in project.settings.layers
