"""A layer's tasks as they should be: what each carries beside its text, and in which order."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from qawl.annotations import tasks
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.scheme.scheme import Scheme
from qawl.studio import ordering, task_extras
from qawl.studio.steps import RemoteTask, Step, counted
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
        self._known: dict[str, str] = {}

    def step(self, step: Step, missing: AbstractSet[str], *, kept: Collection[str] = ()) -> Step:
        """The step with the tasks to add, in their order, and those to bring up to date.

        `missing` are the articles that the project lacks; the tasks of those `kept` stay as they are.
        """
        going = {task.id for those in step.remove.values() for task in those}
        there = [
            task
            for task in self._held.get(step.remote.id if step.remote else 0, ())
            if task.id not in going and task.article_id in self._articles.keys() - {*kept}
        ]
        open_ = [task for task in there if not task.worked_on]
        moved = self._moved(open_, missing) if self._ordered else []
        going |= {task.id for task in moved}
        stale = [task for task in there if task.id not in going and self._stale(task)]
        begun = sum(task.worked_on for task in stale)
        added = sorted(missing | {task.article_id for task in moved}, key=self._rank)
        return replace(
            step,
            add=tuple(self._task(each) for each in added),
            update=tuple(
                (task, self._task(task.article_id)) for task in stale if not task.worked_on
            ),
            remove={**step.remove, **({MOVED: moved} if moved else {})},
            kept=(*step.kept, *([_stays(begun)] if begun else [])),
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

    def _task(self, identity: str) -> tasks.Task:
        return task_extras.marked(self.make(self._articles[identity]))

    def _stale(self, task: RemoteTask) -> bool:
        identity = task.article_id
        if identity not in self._known:
            self._known[identity] = task_extras.digest(self._task(identity).data, self._field)
        return task.carried != self._known[identity]


def _stays(count: int) -> str:
    have = "has" if count == 1 else "have"
    return (
        f"{counted(count, 'task')} {have} work and what was carried when that began: names, context or "
        "suggestions changed since"
    )
