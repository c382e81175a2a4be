"""What is on a server, what should be there, and the steps between them, as values."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from qawl.annotations import tasks
from qawl.annotations.identity import Home
from qawl.core.excerpts import many
from qawl.studio.transport import Json


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """A task on the server; `text_sha256` is the hash of the text that stands there now.

    `carried` is the digest of all other data, `suggested` that of its suggestions. `annotator` is whose
    it is: the project's annotator; in a pool who it is `assigned` to, or who did it instead.
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
    annotator: str = ""
    assigned: str | None = None

    @property
    def worked_on(self) -> bool:
        """Whether somebody has begun with it; a draft is work too."""
        return self.annotated or self.draft


@dataclass(frozen=True, slots=True)
class Remote:
    """A project of this corpus on the server; of a pool that of one `slice`, with all its annotators."""

    id: int
    layer: str
    annotator: str
    scheme_version: str
    config: str
    instruction: str
    fields: Json = field(repr=False)
    text_field: str = "text"
    slice: int | None = None

    @property
    def home(self) -> Home:
        """What tells this project from those of other servers."""
        return self.id, self.fields["created_at"]

    @property
    def named(self) -> str:
        """What people call its work."""
        if self.slice is None:
            return f"{self.layer} by {self.annotator}"
        return f"{self.layer} in pool {self.slice}"

    @property
    def whose(self) -> tuple[str, str, int | None]:
        """What other projects have in common with it that are for the same work."""
        return self.layer, self.annotator, self.slice


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a project should be."""

    layer: str
    annotator: str
    title: str
    description: str
    config: str
    instruction: str
    slice: int | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a project, which shows the tasks of one annotator; `id` is None where it is to be made,
    `data` is what the server keeps of it, None where it goes."""

    name: str
    id: int | None
    data: Json | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done in one project; `remote` is None where it is to be made.

    `update` has tasks without work that carry something else than they should, each as it should be,
    `remove` those that must go by the reason, `kept` what has work and stays though it is not as it
    should be, `spare` projects without work that must go, by the reason. `older` are projects of an older
    scheme version that get another title, by which people tell them from the new one. `tabs` are
    those of a pool that are not as they should be.
    """

    wanted: Wanted
    remote: Remote | None
    configure: bool = False
    add: tuple[tasks.Task, ...] = ()
    update: tuple[tuple[RemoteTask, tasks.Task], ...] = ()
    remove: Mapping[str, list[RemoteTask]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    spare: Mapping[int, str] = field(default_factory=dict)
    older: Mapping[int, str] = field(default_factory=dict)
    tabs: tuple[Tab, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is to be done."""
        tasks_ = self.add or self.update or self.remove
        todo = self.configure or tasks_ or self.spare or self.older or self.tabs
        return bool(self.remote) and not todo

    def joined(self, part: "Step") -> "Step":
        """With what is to be done of the tasks of one of the project's annotators."""
        remove = {why: [*self.remove.get(why, ()), *those] for why, those in part.remove.items()}
        return replace(
            self,
            add=(*self.add, *part.add),
            update=(*self.update, *part.update),
            remove={**self.remove, **remove},
            kept=(*self.kept, *part.kept),
        )

    def put_off(self, old: Collection[Remote]) -> "Step":
        """Beside older projects no new one is made until there is something to do in it."""
        if old and self.remote is None and not self.add:
            return replace(self, remote=next(iter(old)), older={}, tabs=())
        return self

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
            yield f"add {many(len(self.add), 'task')} to {name}"
        if self.update:
            yield (
                f"bring {many(len(self.update), 'task')} without work up to date in {name}: "
                "names, context or suggestions changed"
            )
        for why, those in self.remove.items():
            yield f"remove {many(len(those), 'task')} without work from {name}: {why}"
        for identity, why in self.spare.items():
            yield f"remove project {identity} without work: {why}"
        yield from self._tab_lines()
        yield from (f"{name}: {each}" for each in self.kept)

    def _tab_lines(self) -> Iterator[str]:
        """The tabs in words."""
        made = [each.name for each in self.tabs if each.id is None]
        changed = [each.name for each in self.tabs if each.id is not None and each.data is not None]
        gone = [each.name for each in self.tabs if each.data is None]
        name = self.wanted.title
        for verb, names in (("make", made), ("put right", changed), ("remove", gone)):
            if names:
                yield f"{verb} {many(len(names), 'tab')} of {name}: {', '.join(names)}"


def by_reason(
    those: Iterable[tuple[RemoteTask, str | None]],
) -> dict[str, list[RemoteTask]]:
    """Reason → the tasks that it is given for; tasks without one are left out."""
    found: dict[str, list[RemoteTask]] = {}
    for task, why in those:
        if why:
            found.setdefault(why, []).append(task)
    return found
