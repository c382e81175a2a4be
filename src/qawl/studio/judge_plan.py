"""The plan for the judge of a layer: the tasks in which what is open is decided."""

from collections.abc import Iterator
from dataclasses import replace

from qawl.annotations import tasks
from qawl.core.records import JUDGE
from qawl.gold import judge_tasks
from qawl.studio import older_projects, projects
from qawl.studio.layer_state import Layer, Place
from qawl.studio.older_work import OlderWork
from qawl.studio.steps import Remote, Step, by_reason

DECIDED = "nothing is left to decide there"
CHANGED = "what annotators did there has changed, and the judge gets it anew"


class JudgePlan:
    """The plan for one layer's judge; `there` are the judge's projects on the server."""

    def __init__(self, layer: Layer, older: OlderWork, there: list[Remote]) -> None:
        self._layer, self._older, self._there = layer, older, there

    def steps(self, *, renewed: bool) -> Iterator[Step]:
        """The step of the layer's judge, where there is something to decide; `renewed`: annotators have
        projects of older versions of the scheme, whose work comes into new ones."""
        if self._there:
            judge_tasks.need_gold(self._layer.project, self._layer.name)
        say = self._layer.corpus.say
        waiting = list(judge_tasks.judge_tasks(self._layer.project, self._layer.name, say))
        if waiting or self._there:
            place = self._layer.place(self._layer.wanted(JUDGE), self._there, (JUDGE,))
            step = self._judging(place, waiting)
            if renewed or place.old:
                step = replace(step, add=(*step.add, *self._verdicts()))
            step = self._older.beside(step, place.old) if place.old else step
            self._layer.refuse_orphans(step)
            yield step.put_off(place.old)

    def _judging(self, place: Place, waiting: list[tasks.Task]) -> Step:
        """The step of a layer's judge: a task is known by its article and by what it was made from."""
        field_ = self._layer.current.text_field
        remote = next(iter(place.mine), None)
        there = self._layer.held[remote.id] if remote else []
        done_before = (t for each in place.old for t in self._layer.held[each.id] if t.worked_on)
        known = {(each.article_id, each.basis): each for each in (*there, *done_before)}
        wait = {(each.article_id, each.basis): tasks.marked(each) for each in waiting}
        again = {each.article_id for each in waiting}
        return Step(
            place.wanted,
            remote,
            configure=remote is not None and projects.differs(remote, place.wanted),
            add=tuple(each for made_of, each in wait.items() if made_of not in known),
            update=tuple(
                (known[made_of], each)
                for made_of, each in wait.items()
                if made_of in known
                and not known[made_of].worked_on
                and known[made_of].carried != tasks.digest(each.data, field_)
            ),
            remove=by_reason(
                (each, CHANGED if each.article_id in again else DECIDED)
                for each in there
                if not each.worked_on and (each.article_id, each.basis) not in wait
            ),
        )

    def _verdicts(self) -> Iterator[tasks.Task]:
        """Tasks that bring the judge's verdicts along in the names of the new version: on work that
        annotators have in these names the old ones don't count."""
        there = {(t.article_id, t.basis) for each in self._there for t in self._layer.held[each.id]}
        users = older_projects.workers(self._layer.project, self._layer.name, JUDGE)
        known = {article for article, user in users.items() if user in self._layer.corpus.users}
        those = {
            verdict.article_id: (verdict, task)
            for verdict, task in judge_tasks.brought(
                self._layer.project, self._layer.current, self._layer.corpus.offered
            )
            if verdict.article_id in known & self._layer.corpus.articles.keys()
            and (verdict.article_id, task.basis) not in there
        }
        made = older_projects.again(
            (verdict for verdict, _ in those.values()),
            self._layer.corpus.articles,
            lambda article: those[article.id][1],
            self._layer.current,
            users,
        )
        return map(tasks.marked, made)
