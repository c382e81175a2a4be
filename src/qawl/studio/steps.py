"""What is on a server, what should be there, and the steps between them, as values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qawl.annotations import tasks
from qawl.annotations.identity import Home
from qawl.studio.transport import Json


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """A task on the server; `text_sha256` is the hash of the text that stands there now.

    `carried` is the digest of all other data, `suggested` that of its suggestions.
    """

    id: int
    project: int
    article_id: str
    text_sha256: str
    annotated: bool
    draft: bool
    basis: str | None = None
    carried: str = ""
    suggested: str = ""

    @property
    def worked_on(self) -> bool:
        """Whether somebody has begun with it; a draft is work too."""
        return self.annotated or self.draft


@dataclass(frozen=True, slots=True)
class Remote:
    """A project of this corpus on the server."""

    id: int
    layer: str
    annotator: str
    scheme_version: str
    config: str
    instruction: str
    fields: Json = field(repr=False)
    text_field: str = "text"

    @property
    def home(self) -> Home:
        """What tells this project from those of other servers."""
        return self.id, self.fields["created_at"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a project should be."""

    layer: str
    annotator: str
    title: str
    description: str
    config: str
    instruction: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for one layer and annotator; `remote` is None where a project is to be made.

    `update` has tasks without work that carry something else than they should, each as it should be,
    `remove` those that must go by the reason, `kept` what has work and stays though it is not as it
    should be, `spare` projects without work that double another. `older` are projects of an older scheme
    version that get another title, by which people tell them from the new one.
    """

    wanted: Wanted
    remote: Remote | None
    configure: bool = False
    add: tuple[tasks.Task, ...] = ()
    update: tuple[tuple[RemoteTask, tasks.Task], ...] = ()
    remove: Mapping[str, list[RemoteTask]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    spare: tuple[int, ...] = ()
    older: Mapping[int, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing is to be done."""
        todo = self.configure or self.add or self.update or self.remove or self.spare or self.older
        return bool(self.remote) and not todo

    def lines(self) -> Iterator[str]:
        """The step in words."""
        name = self.wanted.title
        if self.remote is None:
            yield f"make project {name}"
        if self.configure:
            yield f"bring the config and the guidelines of {name} up to date"
        for identity, title in self.older.items():
            yield f"call project {identity} {title}"
        if self.add:
            yield f"add {counted(len(self.add), 'task')} to {name}"
        if self.update:
            yield (
                f"bring {counted(len(self.update), 'task')} without work up to date in {name}: "
                "names, context or suggestions changed"
            )
        for why, those in self.remove.items():
            yield f"remove {counted(len(those), 'task')} without work from {name}: {why}"
        if self.spare:
            yield f"remove {counted(len(self.spare), 'project')} without work: {name} is there twice"
        yield from (f"{name}: {each}" for each in self.kept)


def counted(number: int, what: str) -> str:
    """A number of things in words."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
