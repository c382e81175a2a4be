"""The plan for one layer: the projects that should be, whose tasks they have, and what is to be done.

Each annotator has a project, or all share those of a pool. What stands in a project of the other kind, or
of an older version of the scheme, stays there if it has work.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from qawl.annotations import tasks
from qawl.articles import selection, withdrawal
from qawl.core.project import Project
from qawl.core.records import JUDGE, POOL, Annotation
from qawl.gold import judge
from qawl.guidelines.page import briefings
from qawl.scheme.scheme import Scheme
from qawl.studio import (
    adopted_projects,
    assignment,
    older_projects,
    pool,
    pool_work,
    projects,
    task_extras,
)
from qawl.studio.client import Client
from qawl.studio.layer_tasks import LayerTasks
from qawl.studio.steps import Remote, RemoteTask, Step, Tab, Wanted, counted

DECIDED = "nothing is left to decide there"
CHANGED = "what annotators did there has changed, and the judge gets it anew"

Looked = list[tuple[RemoteTask, str | None]]
"""Tasks, each with why it should not stand where it does; None where it should."""

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
    ) -> None:
        self.owed = owed or {}
        self.client, self.project, self.held = client, project, held
        self.articles = {article.id: article for article in selection.to_annotate(project)}
        self.withdrawn = withdrawal.ids(project)
        self.offered = tasks.names(project)
        self.told = briefings(project)
        self.working = [name for name, each in project.annotators.items() if not each.away]

    @cached_property
    def users(self) -> set[int]:
        """The numbers of the server's users."""
        return self.client.users()


@dataclass(frozen=True, slots=True)
class _Place:
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


class LayerPlan:
    """The plan for one layer; `there` are its projects on the server."""

    def __init__(self, corpus: AllLayers, current: Scheme, there: list[Remote]) -> None:
        self.corpus, self.current = corpus, current
        self.project, self.held = corpus.project, corpus.held
        self.layer = current.layer
        self.owed = corpus.owed.get(current.layer, {})
        settings = self.project.settings
        self.pool = settings.label_studio.pool or None
        self.own = self.layer not in settings.label_studio.adopted
        self.judged = [each for each in there if each.annotator == JUDGE]
        rest = [each for each in there if each.annotator != JUDGE]
        self.shared = [each for each in rest if each.slice is not None]
        self.single = [each for each in rest if each.slice is None]

    def steps(self) -> Iterator[Step]:
        """The steps, a project each."""
        if not self.own:
            found = adopted_projects.remotes(self.corpus.client, self.project)
            for remote in found:
                if remote.layer == self.layer:
                    yield adopted_projects.step(self.corpus.client, self.project, remote)
        places = list(self._places())
        looked = [{name: self._looked_at(each, name) for name in each.people} for each in places]
        elsewhere = [e for each in places for e in each.old] + self._others
        present = self._present(looked, elsewhere)
        owed = {name: {*ids} & self.corpus.articles.keys() for name, ids in self.owed.items()}
        having = (*present, *owed)
        assigned = assignment.plan(
            self.corpus.articles,
            self.corpus.working if self.own else [],
            self.project.overlap(self.layer),
            there={name: present.get(name, set()) | owed.get(name, set()) for name in having},
            shares={name: each.share for name, each in self.project.annotators.items()},
            training=self.project.settings.training,
            seed=self.project.settings.seed,
        )
        there = {name: _standing(looked, name) for name in owed}
        missing = {
            name: (ids - present.get(name, set()))
            | (owed.get(name, set()) - there.get(name, set()))
            for name, ids in assigned.items()
        }
        laid = LayerTasks(
            self.project, self.current, self.corpus.articles, self.corpus.offered, self.held
        )
        for place, each in zip(places, looked, strict=True):
            yield self._step(place, each, missing, laid)
        yield from map(self._leaving, self._others)
        yield from self._judge_steps(renewed=any(each.old for each in places))

    @property
    def _others(self) -> list[Remote]:
        """The projects of the other kind: of one annotator where there is a pool, else of a pool."""
        return self.single if self.pool else self.shared

    def _places(self) -> Iterator[_Place]:
        """The projects that should be, and those that are there for people who left."""
        if self.pool is None:
            owners = dict.fromkeys((*(each.annotator for each in self.single), *self.owed))
            for name in dict.fromkeys((*(self.project.annotators if self.own else ()), *owners)):
                if name in self.corpus.working or name in owners:
                    mine = [each for each in self.single if each.annotator == name]
                    yield self._place(self._wanted(name), mine, (name,))
            return
        slices = {each.slice or 0 for each in self.shared}
        for number in sorted({*slices, *(range(1, self.pool.slices + 1) if self.own else ())}):
            mine = [each for each in self.shared if each.slice == number]
            having = (task.annotator for each in mine for task in self.held[each.id])
            people = dict.fromkeys((*self.corpus.working, *sorted(having), *self.owed))
            yield self._place(self._wanted(POOL, number), mine, tuple(people))

    def _place(self, wanted: Wanted, mine: list[Remote], people: tuple[str, ...]) -> _Place:
        old = self._older(mine)
        now = tuple(each for each in mine if each not in old)
        return _Place(wanted, now, tuple(old), people, self.held)

    def _wanted(self, annotator: str, number: int | None = None) -> Wanted:
        return projects.wanted(self.project, self.corpus.told[self.layer], annotator, number)

    def _present(
        self, looked: Iterable[Mapping[str, Looked]], elsewhere: Iterable[Remote]
    ) -> dict[str, set[str]]:
        """Annotator → the articles that they have, or have worked on in other projects."""
        present: dict[str, set[str]] = {}
        for place in looked:
            for name, those in place.items():
                present.setdefault(name, set()).update(_stays(those))
        for each in elsewhere:
            for task in self.held[each.id]:
                if task.worked_on:
                    present.setdefault(task.annotator, set()).add(task.article_id)
        for name, articles in pool_work.done(self.project, self.shared).items():
            present.setdefault(name, set()).update(articles)
        return {name: ids & self.corpus.articles.keys() for name, ids in present.items()}

    def _step(
        self,
        place: _Place,
        looked: Mapping[str, Looked],
        missing: Mapping[str, set[str]],
        laid: LayerTasks,
    ) -> Step:
        """What is to be done in a project, of the parts of its people."""
        main = place.main
        step = Step(
            place.wanted,
            main,
            configure=main is not None and projects.differs(main, place.wanted),
            spare={
                each.id: f"{place.wanted.title} is there twice"
                for each in place.mine
                if each is not main and each not in place.worked
            },
            tabs=self._tabs(place, looked),
        )
        self._refuse_orphans(step)
        for name, those in looked.items():
            step = _joined(step, self._part(place, name, those, missing.get(name, set()), laid))
        step = self._beside(step, place.old) if place.old else step
        for name in looked:
            step = self._renewed(step, place, name, laid)
        return _made(step, place.old)

    def _part(
        self,
        place: _Place,
        name: str,
        looked: Looked,
        missing: Collection[str],
        laid: LayerTasks,
    ) -> Step:
        """What is to be done of one annotator's tasks in a project."""
        step = Step(
            place.wanted,
            place.main,
            remove=_by_reason((task, why) for task, why in looked if not task.worked_on),
            kept=tuple(self._kept(looked, name)),
        )
        kept = {*self._asked(place, name), *self._done_before(place, name)}
        here = {each for each in missing if self._belongs(each, place.wanted.slice)}
        return laid.step(step, here, annotator=name, kept=kept)

    def _belongs(self, article: str, number: int | None) -> bool:
        """Whether an article's new tasks stand in a project: in a pool, whether it is of its slice."""
        if self.pool is None or number is None:
            return True
        return pool.slice_of(article, self.pool.slices, self.project.settings.seed) == number

    def _tabs(self, place: _Place, looked: Mapping[str, Looked]) -> tuple[Tab, ...]:
        """The tabs of a pool that are not as they should be."""
        if place.wanted.slice is None:
            return ()
        there = self.corpus.client.tabs(place.main.id) if place.main else ()
        names = [name for name in looked if name in self.corpus.working or place.tasks(name)]
        return tuple(pool.tabs(there, [each for each in names if each]))

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

    def _worked(self, those: Iterable[Remote], name: str) -> frozenset[str]:
        """The articles on which an annotator has worked in these projects."""
        held = (task for each in those for task in self.held[each.id] if task.worked_on)
        mine = frozenset(task.article_id for task in held if task.annotator == name)
        return mine & self.corpus.articles.keys()

    def _beside(self, step: Step, old: Iterable[Remote]) -> Step:
        """The step of a new project beside those of older scheme versions, which keep their work."""
        kept, remove, titles = list(step.kept), dict(step.remove), {}
        for each in old:
            held = self.held[each.id]
            done = sum(task.worked_on for task in held)
            version = f"version {each.scheme_version} of the scheme"
            kept.append(
                f"project {each.id} keeps {version} and {counted(done, 'task')} with work; "
                "`qawl pull` goes on collecting it"
            )
            if open_ := [task for task in held if not task.worked_on]:
                remove[f"project {each.id} keeps {version}"] = open_
            title = projects.versioned(step.wanted.title, each.scheme_version)
            if each.fields.get("title") != title:
                titles[each.id] = title
        return replace(step, kept=tuple(kept), remove=remove, older=titles)

    def _leaving(self, remote: Remote) -> Step:
        """The step of a project of the other kind: it keeps its work, and what is open goes on in the
        projects that there should be."""
        title = str(remote.fields.get("title"))
        moved = (
            "annotators share the projects of the pool now"
            if self.pool
            else "each annotator has a project of their own now"
        )
        held = self.held[remote.id]
        open_ = [task for task in held if not task.worked_on]
        done = len(held) - len(open_)
        there = Wanted(self.layer, remote.annotator, title, "", "", "", remote.slice)
        if not done:
            return Step(there, remote, spare={remote.id: f"{title}: {moved}"})
        kept = (
            f"{counted(done, 'task')} with work stay here, and `qawl pull` goes on collecting them"
        )
        if not older_projects.leads(remote.scheme_version, self.current):
            there = replace(self._wanted(remote.annotator, remote.slice), title=title)
        configure = bool(there.config) and projects.differs(remote, there)
        step = Step(there, remote, configure, remove={moved: open_} if open_ else {}, kept=(kept,))
        self._refuse_orphans(step)
        return step

    def _asked(self, place: _Place, name: str) -> dict[str, Annotation]:
        """An annotator's work by the articles of which steps of the scheme ask a person."""
        if not place.old or name not in self.corpus.working:
            return {}
        return self._here(place, name, self._unsettled.get(name, {}))

    @cached_property
    def _unsettled(self) -> dict[str, dict[str, Annotation]]:
        return older_projects.unsettled(self.project, self.current)

    @cached_property
    def _settled(self) -> dict[str, dict[str, Annotation]]:
        return older_projects.settled(self.project, self.current)

    def _done_before(self, place: _Place, name: str) -> dict[str, Annotation]:
        """An annotator's work in projects of older versions that needs nobody, by article."""
        worked = self._worked(place.old, name) if name in self.corpus.working else frozenset()
        if not worked:
            return {}
        found = self._settled.get(name, {})
        return {each: found[each] for each in sorted(found.keys() & worked)}

    def _here(
        self, place: _Place, name: str, those: Mapping[str, Annotation]
    ) -> dict[str, Annotation]:
        """Those of an annotator's records that are of a place: all, or what its old projects have."""
        wanted = those.keys() & self.corpus.articles.keys()
        if place.wanted.slice is not None:
            wanted &= self._worked(place.old, name)
        return {each: those[each] for each in sorted(wanted)}

    def _renewed(self, step: Step, place: _Place, name: str, laid: LayerTasks) -> Step:
        """The step with what comes into the new project of an annotator's work in those of older
        versions: what they are asked anew, and what needs nobody."""
        stands = set()
        if step.remote:
            held = self.held[step.remote.id]
            stands = {task.article_id for task in held if task.annotator == name}
        asked = [r for each, r in self._asked(place, name).items() if each not in stands]
        done = [r for each, r in self._done_before(place, name).items() if each not in stands]
        assigned = name if place.wanted.slice is not None else None
        made = [
            task_extras.marked(tasks.assigned(task, assigned))
            for task in (*self._anew(asked, step, laid), *self._again(done, name, laid))
        ]
        return replace(step, add=(*step.add, *made)) if made else step

    def _anew(
        self, asked: Collection[Annotation], step: Step, laid: LayerTasks
    ) -> list[tasks.Task]:
        """The tasks of which a person is asked again."""
        name = _suggestion(step.add)
        return older_projects.anew(asked, self.corpus.articles, laid.make, self.current, name)

    def _again(
        self, done: Collection[Annotation], name: str, laid: LayerTasks
    ) -> Iterator[tasks.Task]:
        """The tasks that bring work into the new project."""
        if not done:
            return iter(())
        known = self.corpus.users
        users = older_projects.workers(self.project, self.layer, name)
        users = {article: user for article, user in users.items() if user in known}
        return older_projects.again(done, self.corpus.articles, laid.make, self.current, users)

    def _looked_at(self, place: _Place, name: str) -> Looked:
        """An annotator's tasks in a project, each with why it should not stand there (see `_ill`); first
        those with work."""
        stands: set[str] = set()
        found: Looked = []
        for task in sorted(place.tasks(name), key=lambda each: not each.worked_on):
            why = self._ill(task, name, stands)
            if why is None or task.worked_on:
                stands.add(task.article_id)
            found.append((task, why))
        return found

    def _kept(self, looked: Looked, annotator: str) -> Iterator[str]:
        """What has work and stays though it is not as it should be, in words."""
        begun = [(task, why) for task, why in looked if task.worked_on]
        for task, why in begun:
            if why:
                yield f"task {task.id} has work and stays, though {why}"
        if begun and annotator not in self.project.annotators:
            yield (
                f"{annotator} is not in qawl.yaml; what has work "
                f"({counted(len(begun), 'task')}) stays, and `qawl pull` goes on collecting it"
            )

    def _ill(self, task: RemoteTask, annotator: str, there: Collection[str]) -> str | None:
        """Why a task should not stand where it does; None where it should. `there` are the articles
        of the tasks before it."""
        article = self.corpus.articles.get(task.article_id)
        if article is None:
            gone = task.article_id in self.corpus.withdrawn
            return "its article is withdrawn" if gone else "its article is not to be annotated"
        owed = task.article_id in self.owed.get(annotator, ())
        if task.article_id in there and not owed:
            return "its article is there twice"
        if task.text_sha256 != article.text_sha256:
            return "its text was edited in Label Studio"
        if annotator not in self.corpus.working and not task.worked_on and not owed:
            if not annotator:
                return "it does not say whose it is"
            left = "away" if annotator in self.project.annotators else "not in qawl.yaml"
            return f"{annotator} is {left}"
        return None

    def _judge_steps(self, *, renewed: bool) -> Iterator[Step]:
        """The step of the layer's judge, where there is something to decide; `renewed`: annotators have
        projects of older versions of the scheme, whose work comes into new ones."""
        waiting = list(judge.judge_tasks(self.project, self.layer))
        if waiting or self.judged:
            place = self._place(self._wanted(JUDGE), self.judged, (JUDGE,))
            step = self._judging(place, waiting)
            if renewed or place.old:
                step = replace(step, add=(*step.add, *self._verdicts()))
            step = self._beside(step, place.old) if place.old else step
            self._refuse_orphans(step)
            yield _made(step, place.old)

    def _judging(self, place: _Place, waiting: list[tasks.Task]) -> Step:
        """The step of a layer's judge: a task is known by its article and by what it was made from."""
        field_ = self.current.text_field
        remote = next(iter(place.mine), None)
        there = self.held[remote.id] if remote else []
        done_before = (t for each in place.old for t in self.held[each.id] if t.worked_on)
        known = {(each.article_id, each.basis): each for each in (*there, *done_before)}
        wait = {(each.article_id, each.basis): task_extras.marked(each) for each in waiting}
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
                and known[made_of].carried != task_extras.digest(each.data, field_)
            ),
            remove=_by_reason(
                (each, CHANGED if each.article_id in again else DECIDED)
                for each in there
                if not each.worked_on and (each.article_id, each.basis) not in wait
            ),
        )

    def _verdicts(self) -> Iterator[tasks.Task]:
        """Tasks that bring the judge's verdicts along in the names of the new version: on work that
        annotators have in these names the old ones don't count."""
        there = {(t.article_id, t.basis) for each in self.judged for t in self.held[each.id]}
        users = older_projects.workers(self.project, self.layer, JUDGE)
        known = {article for article, user in users.items() if user in self.corpus.users}
        those = {
            verdict.article_id: (verdict, task)
            for verdict, task in judge.brought(self.project, self.current, self.corpus.offered)
            if verdict.article_id in known & self.corpus.articles.keys()
            and (verdict.article_id, task.basis) not in there
        }
        made = older_projects.again(
            (verdict for verdict, _ in those.values()),
            self.corpus.articles,
            lambda article: those[article.id][1],
            self.current,
            users,
        )
        return map(task_extras.marked, made)

    def _refuse_orphans(self, step: Step) -> None:
        if step.configure and step.remote and step.remote.config != step.wanted.config:
            projects.refuse_orphans(
                self.corpus.client, step.remote.id, step.wanted.title, self.current
            )


def _stays(looked: Looked) -> set[str]:
    """The articles of those tasks that stay."""
    return {task.article_id for task, why in looked if why is None or task.worked_on}


def _standing(looked: Iterable[Mapping[str, Looked]], name: str) -> set[str]:
    """The articles of which an annotator has tasks without annotations in the projects that should be."""
    return {
        task.article_id
        for place in looked
        for task, why in place.get(name, [])
        if not task.annotated and (why is None or task.draft)
    }


def _joined(step: Step, part: Step) -> Step:
    """The step of a project with that of one of its annotators."""
    remove = {why: [*step.remove.get(why, ()), *those] for why, those in part.remove.items()}
    return replace(
        step,
        add=(*step.add, *part.add),
        update=(*step.update, *part.update),
        remove={**step.remove, **remove},
        kept=(*step.kept, *part.kept),
    )


def _suggestion(add: Iterable[tasks.Task]) -> str:
    """The name of the suggestions that tasks bring: Label Studio shows those of one name."""
    brought = (each.model_version for task in add for each in task.predictions or ())
    return next(brought, older_projects.EARLIER)


def _made(step: Step, old: Collection[Remote]) -> Step:
    """The step; beside older projects no new one is made until there is something to do in it."""
    if old and step.remote is None and not step.add:
        return replace(step, remote=next(iter(old)), older={}, tabs=())
    return step


def _by_reason(
    those: Iterable[tuple[RemoteTask, str | None]],
) -> dict[str, list[RemoteTask]]:
    """Reason → the tasks that it is given for; tasks without one are left out."""
    found: dict[str, list[RemoteTask]] = {}
    for task, why in those:
        if why:
            found.setdefault(why, []).append(task)
    return found
