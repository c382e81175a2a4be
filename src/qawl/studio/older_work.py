"""Work in projects of older versions of a scheme: it stays there, and goes on in a new project."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from qawl.annotations import tasks
from qawl.core.excerpts import many
from qawl.core.records import Annotation
from qawl.studio import older_projects, projects
from qawl.studio.layer_state import Layer, Place
from qawl.studio.steps import Remote, Step


class OlderWork:
    """What annotators did in projects of older versions of a layer's scheme."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._project, self._current = layer.project, layer.current
        self._articles, self._working = layer.corpus.articles, layer.corpus.working

    def kept(self, place: Place, name: str) -> set[str]:
        """The articles of an annotator whose tasks in the new project come of older work."""
        return {*self._asked(place, name), *self._done_before(place, name)}

    def beside(self, step: Step, old: Iterable[Remote]) -> Step:
        """The step of a new project beside those of older scheme versions, which keep their work."""
        kept, remove, titles = list(step.kept), dict(step.remove), {}
        for each in old:
            held = self._layer.held[each.id]
            done = sum(task.worked_on for task in held)
            version = f"version {each.scheme_version} of the scheme"
            kept.append(
                f"project {each.id} keeps {version} and {many(done, 'task')} with work; "
                "`qawl pull` goes on collecting it"
            )
            if open_ := [task for task in held if not task.worked_on]:
                remove[f"project {each.id} keeps {version}"] = open_
            title = projects.versioned(step.wanted.title, each.scheme_version)
            if each.fields.get("title") != title:
                titles[each.id] = title
        return replace(step, kept=tuple(kept), remove=remove, older=titles)

    def renewed(self, step: Step, place: Place, name: str) -> Step:
        """The step with what comes into the new project of an annotator's work in those of older
        versions: what they are asked anew, and what needs nobody."""
        stands = set()
        if step.remote:
            held = self._layer.held[step.remote.id]
            stands = {task.article_id for task in held if task.annotator == name}
        asked = [r for each, r in self._asked(place, name).items() if each not in stands]
        done = [r for each, r in self._done_before(place, name).items() if each not in stands]
        assigned = name if place.wanted.slice is not None else None
        made = [
            tasks.marked(tasks.assigned(task, assigned))
            for task in (*self._anew(asked, step), *self._again(done, name))
        ]
        return replace(step, add=(*step.add, *made)) if made else step

    def _asked(self, place: Place, name: str) -> dict[str, Annotation]:
        """An annotator's work by the articles of which steps of the scheme ask a person."""
        if not place.old or name not in self._working:
            return {}
        return self._here(place, name, self._unsettled.get(name, {}))

    def _done_before(self, place: Place, name: str) -> dict[str, Annotation]:
        """An annotator's work in projects of older versions that needs nobody, by article."""
        worked = self._worked(place.old, name) if name in self._working else frozenset()
        if not worked:
            return {}
        found = self._settled.get(name, {})
        return {each: found[each] for each in sorted(found.keys() & worked)}

    @cached_property
    def _unsettled(self) -> dict[str, dict[str, Annotation]]:
        return older_projects.unsettled(self._project, self._current)

    @cached_property
    def _settled(self) -> dict[str, dict[str, Annotation]]:
        return older_projects.settled(self._project, self._current)

    def _here(
        self, place: Place, name: str, those: Mapping[str, Annotation]
    ) -> dict[str, Annotation]:
        """Those of an annotator's records that are of a place: all, or what its old projects have."""
        wanted = those.keys() & self._articles.keys()
        if place.wanted.slice is not None:
            wanted &= self._worked(place.old, name)
        return {each: those[each] for each in sorted(wanted)}

    def _worked(self, those: Iterable[Remote], name: str) -> frozenset[str]:
        """The articles on which an annotator has worked in these projects."""
        held = (task for each in those for task in self._layer.held[each.id] if task.worked_on)
        mine = frozenset(task.article_id for task in held if task.annotator == name)
        return mine & self._articles.keys()

    def _anew(self, asked: Collection[Annotation], step: Step) -> list[tasks.Task]:
        """The tasks of which a person is asked again."""
        name = _suggestion(step.add)
        return older_projects.anew(
            asked, self._articles, self._layer.tasks.make, self._current, name
        )

    def _again(self, done: Collection[Annotation], name: str) -> Iterator[tasks.Task]:
        """The tasks that bring work into the new project."""
        if not done:
            return iter(())
        known = self._layer.corpus.users
        users = older_projects.workers(self._project, self._layer.name, name)
        users = {article: user for article, user in users.items() if user in known}
        return older_projects.again(
            done, self._articles, self._layer.tasks.make, self._current, users
        )


def _suggestion(add: Iterable[tasks.Task]) -> str:
    """The name of the suggestions that tasks bring: Label Studio shows those of one name."""
    brought = (each.model_version for task in add for each in task.predictions or ())
    return next(brought, older_projects.EARLIER)
