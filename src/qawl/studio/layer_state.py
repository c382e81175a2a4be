"""What the plan for a layer starts from: what stands on the server, and the projects that should be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from qawl.annotations import tasks
from qawl.articles import selection, withdrawal
from qawl.core.project import Project
from qawl.gold.judge_tasks import Say, unsaid
from qawl.guidelines.page import briefings
from qawl.scheme.model import Scheme
from qawl.studio import assignment, older_projects, projects
from qawl.studio.client import Client
from qawl.studio.layer_tasks import LayerTasks
from qawl.studio.steps import Remote, RemoteTask, Step, Wanted

Owed = Mapping[str, Mapping[str, Collection[str]]]
"""Layer → annotator → the articles of which they must have a task, for work of theirs is lost."""


class AllLayers:
    """What is the same for all layers: the articles, who works, what is withdrawn, what stands there."""

    def __init__(
        self,
        client: Client,
        project: Project,
        held: Mapping[int, list[RemoteTask]],
        owed: Owed | None = None,
        say: Say = unsaid,
    ) -> None:
        self.owed, self.say = owed or {}, say
        self.client, self.project, self.held = client, project, held
        self.articles = {article.id: article for article in selection.to_annotate(project)}
        self.withdrawn = withdrawal.ids(project)
        self.offered = tasks.names(project)
        self.told = briefings(project)
        self.working = assignment.working(project)

    @cached_property
    def users(self) -> set[int]:
        """The numbers of the server's users."""
        return self.client.users()


@dataclass(frozen=True, slots=True)
class Place:
    """A project that should be, for the work of these people.

    `mine` are those that are there for it, `old` those that keep an older version of the scheme.
    """

    wanted: Wanted
    mine: tuple[Remote, ...]
    old: tuple[Remote, ...]
    people: tuple[str, ...]
    held: Mapping[int, list[RemoteTask]]

    @property
    def worked(self) -> list[Remote]:
        """Those with work."""
        return [each for each in self.mine if any(t.worked_on for t in self.held[each.id])]

    @property
    def main(self) -> Remote | None:
        """The one that goes on."""
        return next(iter(self.worked or self.mine), None)

    def tasks(self, name: str) -> list[RemoteTask]:
        """An annotator's tasks there."""
        those = self.worked or ([self.main] if self.main else [])
        return [t for each in those for t in self.held[each.id] if t.annotator == name]


class Layer:
    """A layer with what is the same for all of them."""

    def __init__(self, corpus: AllLayers, current: Scheme) -> None:
        self.corpus, self.current, self.name = corpus, current, current.layer
        self.project, self.held = corpus.project, corpus.held
        self.owed = corpus.owed.get(current.layer, {})

    @cached_property
    def tasks(self) -> LayerTasks:
        """Its tasks as annotators should have them."""
        corpus = self.corpus
        return LayerTasks(corpus.project, self.current, corpus.articles, corpus.offered, self.held)

    def place(self, wanted: Wanted, mine: list[Remote], people: tuple[str, ...]) -> Place:
        """A project that should be, of those that are there for it."""
        old = self._older(mine)
        now = tuple(each for each in mine if each not in old)
        return Place(wanted, now, tuple(old), people, self.held)

    def wanted(self, annotator: str, number: int | None = None) -> Wanted:
        """What the project of an annotator should be, or that of a slice of a pool."""
        return projects.wanted(self.project, self.corpus.told[self.name], annotator, number)

    def refuse_orphans(self, step: Step) -> None:
        """Raises ServerError where work in a project uses names that its new config would not have."""
        if step.configure and step.remote and step.remote.config != step.wanted.config:
            projects.refuse_orphans(
                self.corpus.client, step.remote.id, step.wanted.title, self.current
            )

    def _older(self, mine: list[Remote]) -> list[Remote]:
        """The projects that keep the scheme version that they have: their work uses names that the
        steps since then change."""
        current = self.current
        renewed = any(each.scheme_version == current.version for each in mine)
        return [
            each
            for each in mine
            if older_projects.leads(each.scheme_version, current)
            and any(task.worked_on for task in self.held[each.id])
            and (
                renewed
                or older_projects.touched(self.corpus.client, each.id, each.scheme_version, current)
            )
        ]
