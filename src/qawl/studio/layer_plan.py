"""The plan for one layer: the projects that should be, whose tasks they have, and what is to be done.

Each annotator has a project, or all share those of a pool. What stands in a project of the other kind, or
of an older version of the scheme, stays there if it has work.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from qawl.core.excerpts import many
from qawl.core.records import JUDGE, POOL
from qawl.scheme.model import Scheme
from qawl.studio import adopted_projects, assignment, older_projects, pool, pool_work, projects
from qawl.studio.judge_plan import JudgePlan
from qawl.studio.layer_state import AllLayers, Layer, Place
from qawl.studio.older_work import OlderWork
from qawl.studio.steps import Remote, RemoteTask, Step, Tab, Wanted, by_reason

Looked = list[tuple[RemoteTask, str | None]]
"""Tasks, each with why it should not stand where it does; None where it should."""


class LayerPlan:
    """The plan for one layer; `there` are its projects on the server."""

    def __init__(self, corpus: AllLayers, current: Scheme, there: list[Remote]) -> None:
        self._corpus, self._layer = corpus, Layer(corpus, current)
        self._project, self._held = corpus.project, corpus.held
        settings = self._project.settings
        self._pool = settings.label_studio.pool or None
        self._own = current.layer not in settings.label_studio.adopted
        judged = [each for each in there if each.annotator == JUDGE]
        rest = [each for each in there if each.annotator != JUDGE]
        self._shared = [each for each in rest if each.slice is not None]
        self._single = [each for each in rest if each.slice is None]
        self._older = OlderWork(self._layer)
        self._judge = JudgePlan(self._layer, self._older, judged)

    def steps(self) -> Iterator[Step]:
        """The steps, a project each."""
        if not self._own:
            yield from self._adopted()
        places = list(self._places())
        looked = [{name: self._looked_at(each, name) for name in each.people} for each in places]
        elsewhere = [e for each in places for e in each.old] + self._others
        missing = self._missing(looked, self._present(looked, elsewhere))
        for place, each in zip(places, looked, strict=True):
            yield self._step(place, each, missing)
        yield from map(self._leaving, self._others)
        yield from self._judge.steps(renewed=any(each.old for each in places))

    def _adopted(self) -> Iterator[Step]:
        """The steps of the projects that the layer was adopted from."""
        client = self._corpus.client
        for remote in adopted_projects.remotes(client, self._project):
            if remote.layer == self._layer.name:
                yield adopted_projects.step(client, self._project, remote)

    def _missing(
        self, looked: Iterable[Mapping[str, Looked]], present: Mapping[str, set[str]]
    ) -> dict[str, set[str]]:
        """Annotator → the articles that are theirs and that they have no task of; `present` are those
        that they have."""
        articles, none = self._corpus.articles, set[str]()
        owed = {name: {*ids} & articles.keys() for name, ids in self._layer.owed.items()}
        assigned = assignment.planned(
            self._project,
            self._layer.name,
            articles,
            self._corpus.working if self._own else [],
            {name: present.get(name, none) | owed.get(name, none) for name in (*present, *owed)},
        )
        open_ = {name: ids - _standing(looked, name) for name, ids in owed.items()}
        return {
            name: (ids - present.get(name, none)) | open_.get(name, none)
            for name, ids in assigned.items()
        }

    @property
    def _others(self) -> list[Remote]:
        """The projects of the other kind: of one annotator where there is a pool, else of a pool."""
        return self._single if self._pool else self._shared

    def _places(self) -> Iterator[Place]:
        """The projects that should be, and those that are there for people who left."""
        return self._slices(self._pool.slices) if self._pool else self._alone()

    def _alone(self) -> Iterator[Place]:
        """One project for each annotator."""
        owners = dict.fromkeys((*(each.annotator for each in self._single), *self._layer.owed))
        for name in dict.fromkeys((*(self._project.annotators if self._own else ()), *owners)):
            if name in self._corpus.working or name in owners:
                mine = [each for each in self._single if each.annotator == name]
                yield self._layer.place(self._layer.wanted(name), mine, (name,))

    def _slices(self, count: int) -> Iterator[Place]:
        """The projects of a pool of so many slices."""
        there = {each.slice or 0 for each in self._shared}
        for number in sorted({*there, *(range(1, count + 1) if self._own else ())}):
            mine = [each for each in self._shared if each.slice == number]
            having = (task.annotator for each in mine for task in self._held[each.id])
            people = dict.fromkeys((*self._corpus.working, *sorted(having), *self._layer.owed))
            yield self._layer.place(self._layer.wanted(POOL, number), mine, tuple(people))

    def _present(
        self, looked: Iterable[Mapping[str, Looked]], elsewhere: Iterable[Remote]
    ) -> dict[str, set[str]]:
        """Annotator → the articles that they have, or have worked on in other projects."""
        present: dict[str, set[str]] = {}
        for place in looked:
            for name, those in place.items():
                present.setdefault(name, set()).update(_stays(those))
        for each in elsewhere:
            for task in self._held[each.id]:
                if task.worked_on:
                    present.setdefault(task.annotator, set()).add(task.article_id)
        for name, articles in pool_work.done(self._project, self._shared).items():
            present.setdefault(name, set()).update(articles)
        return {name: ids & self._corpus.articles.keys() for name, ids in present.items()}

    def _step(
        self, place: Place, looked: Mapping[str, Looked], missing: Mapping[str, set[str]]
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
        self._layer.refuse_orphans(step)
        for name, those in looked.items():
            step = step.joined(self._part(place, name, those, missing.get(name, set())))
        step = self._older.beside(step, place.old) if place.old else step
        for name in looked:
            step = self._older.renewed(step, place, name)
        return step.put_off(place.old)

    def _part(self, place: Place, name: str, looked: Looked, missing: Collection[str]) -> Step:
        """What is to be done of one annotator's tasks in a project."""
        step = Step(
            place.wanted,
            place.main,
            remove=by_reason((task, why) for task, why in looked if not task.worked_on),
            kept=tuple(self._kept(looked, name)),
        )
        here = {each for each in missing if self._belongs(each, place.wanted.slice)}
        kept = self._older.kept(place, name)
        return self._layer.tasks.step(step, here, annotator=name, kept=kept)

    def _belongs(self, article: str, number: int | None) -> bool:
        """Whether an article's new tasks stand in a project: in a pool, whether it is of its slice."""
        if self._pool is None or number is None:
            return True
        return pool.slice_of(article, self._pool.slices, self._project.settings.seed) == number

    def _tabs(self, place: Place, looked: Mapping[str, Looked]) -> tuple[Tab, ...]:
        """The tabs of a pool that are not as they should be."""
        if place.wanted.slice is None:
            return ()
        there = self._corpus.client.tabs(place.main.id) if place.main else ()
        names = [name for name in looked if name in self._corpus.working or place.tasks(name)]
        return tuple(pool.tabs(there, [each for each in names if each]))

    def _leaving(self, remote: Remote) -> Step:
        """The step of a project of the other kind: it keeps its work, and what is open goes on in the
        projects that there should be."""
        title = str(remote.fields.get("title"))
        moved = (
            "annotators share the projects of the pool now"
            if self._pool
            else "each annotator has a project of their own now"
        )
        held = self._held[remote.id]
        open_ = [task for task in held if not task.worked_on]
        done = len(held) - len(open_)
        there = Wanted(self._layer.name, remote.annotator, title, "", "", "", remote.slice)
        if not done:
            return Step(there, remote, spare={remote.id: f"{title}: {moved}"})
        kept = f"{many(done, 'task')} with work stay here, and `qawl pull` goes on collecting them"
        if not older_projects.leads(remote.scheme_version, self._layer.current):
            there = replace(self._layer.wanted(remote.annotator, remote.slice), title=title)
        configure = bool(there.config) and projects.differs(remote, there)
        step = Step(there, remote, configure, remove={moved: open_} if open_ else {}, kept=(kept,))
        self._layer.refuse_orphans(step)
        return step

    def _looked_at(self, place: Place, name: str) -> Looked:
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
        if begun and annotator not in self._project.annotators:
            known = (
                f"{annotator} is not in qawl.yaml; what"
                if annotator
                else "what nobody was given and"
            )
            yield (
                f"{known} has work ({many(len(begun), 'task')}) stays, and `qawl pull` goes on "
                "collecting it"
            )

    def _not_asked(self, article: str) -> str:
        """Why nobody is to annotate what a task holds."""
        if not article:
            return "it is of no article of this corpus"
        gone = article in self._corpus.withdrawn
        return "its article is withdrawn" if gone else "its article is not to be annotated"

    def _ill(self, task: RemoteTask, annotator: str, there: Collection[str]) -> str | None:
        """Why a task should not stand where it does; None where it should. `there` are the articles
        of the tasks before it."""
        article = self._corpus.articles.get(task.article_id)
        if article is None:
            return self._not_asked(task.article_id)
        owed = task.article_id in self._layer.owed.get(annotator, ())
        if task.article_id in there and not owed:
            return "its article is there twice"
        if task.text_sha256 != article.text_sha256:
            return "its text was edited in Label Studio"
        if annotator not in self._corpus.working and not task.worked_on and not owed:
            if not annotator:
                return "it does not say whose it is"
            left = "away" if annotator in self._project.annotators else "not in qawl.yaml"
            return f"{annotator} is {left}"
        return None


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
