"""A layer's tasks as they should be: what each carries beside its text, and in which order."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from qawl.annotations import tasks
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.scheme.model import Scheme
from qawl.studio import ordering
from qawl.studio.steps import RemoteTask, Step
from qawl.suggest import tasks as suggested

MOVED = "the order of work puts others before it"


class LayerTasks:
    """A layer's tasks as annotators should have them: what each carries, and in which order."""

    def __init__(
        self,
        project: Project,
        current: Scheme,
        articles: Mapping[str, Article],
        offered: tasks.Names,
        held: Mapping[int, list[RemoteTask]],
    ) -> None:
        self.make = suggested.maker(project, current, offered)
        self._articles, self._held = articles, held
        self._rank = ordering.rank(project, current.layer, articles)
        self._ordered = project.settings.order is not None
        self._field = current.text_field
        self._known: dict[tuple[str, str | None], str] = {}

    def step(
        self,
        step: Step,
        missing: AbstractSet[str],
        *,
        annotator: str,
        kept: Collection[str] = (),
    ) -> Step:
        """One annotator's step with the tasks to add, in their order, and those to bring up to date.

        `missing` are the articles that the annotator lacks; the tasks of those `kept` stay as they are.
        """
        assigned = annotator if step.wanted.slice is not None else None
        going = {task.id for those in step.remove.values() for task in those}
        known = self._articles.keys() - {*kept}
        there = [
            task
            for task in self._held.get(step.remote.id if step.remote else 0, ())
            if task.annotator == annotator and task.id not in going and task.article_id in known
        ]
        open_ = [task for task in there if not task.worked_on]
        moved = self._moved(open_, missing) if self._ordered else []
        going |= {task.id for task in moved}
        stale = [task for task in there if task.id not in going and self._stale(task)]
        begun = sum(task.worked_on for task in stale)
        added = sorted(missing | {task.article_id for task in moved}, key=self._rank)
        return replace(
            step,
            add=tuple(self._task(each, assigned) for each in added),
            update=tuple(
                (task, self._task(task.article_id, assigned))
                for task in stale
                if not task.worked_on
            ),
            remove={**step.remove, **({MOVED: moved} if moved else {})},
            kept=(*step.kept, *([_stays(begun, assigned)] if begun else [])),
        )

    def _moved(self, open_: Sequence[RemoteTask], missing: Collection[str]) -> list[RemoteTask]:
        """The open tasks from the first one on that stands out of the order. The next one of all stays:
        it may be on its annotator's screen."""
        after = open_[1:]
        wanted_ = sorted({*missing, *(task.article_id for task in after)}, key=self._rank)
        right = 0
        while right < len(after) and after[right].article_id == wanted_[right]:
            right += 1
        return list(after[right:])

    def _task(self, identity: str, assigned: str | None) -> tasks.Task:
        return tasks.marked(tasks.assigned(self.make(self._articles[identity]), assigned))

    def _stale(self, task: RemoteTask) -> bool:
        place = task.article_id, task.assigned
        if place not in self._known:
            self._known[place] = tasks.digest(self._task(*place).data, self._field)
        return task.carried != self._known[place]


def _stays(count: int, annotator: str | None) -> str:
    keep, they = ("keeps", "it") if count == 1 else ("keep", "they")
    whose = f" of {annotator}" if annotator else ""
    return (
        f"{many(count, 'task')}{whose} with work {keep} the names, context and suggestions that "
        f"{they} had when work began; some of these have changed since"
    )
