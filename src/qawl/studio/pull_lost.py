"""Projects that were pulled before and are gone from the server, or are not known there any more."""

from collections.abc import Collection, Iterable, Mapping

from qawl.annotations.identity import Home
from qawl.annotations.pulled import Pulled
from qawl.core.errors import InputError, JournalError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.gold import judge_tasks
from qawl.scheme import scheme
from qawl.studio import projects
from qawl.studio.pull_journals import Journals
from qawl.studio.pull_marks import Mark, Marks
from qawl.studio.steps import Remote
from qawl.studio.transport import Json


class LostProjects:
    """Projects that a mark knows and that the server does not have, or not as this corpus's."""

    def __init__(self, project: Project, marks: Marks, journals: Journals, outcome: Pulled) -> None:
        self._project, self._marks = project, marks
        self._journals, self._outcome = journals, outcome

    def look(self, remotes: Iterable[Remote], after: Mapping[int, Json]) -> None:
        """Raises an alarm for those that are gone with annotations in them, and for those that have lost
        the line by which they are known; `after` are all projects of the server.

        Those annotations stay as they are, but for those that stand in another project again. Verdicts of
        a judge that nothing waits for can't be put back, so their project is forgotten. Of a project that
        is gone the alarm is raised once; then it is a note.
        """
        there = {each.home for each in remotes}
        for home, mark in list(self._marks.by_home.items()):
            if home in there:
                continue
            count, articles = self._left(mark, there)
            stands = home[0] is not None and after.get(home[0], {}).get("created_at") == home[1]
            decided = not stands and self._decided(mark, articles)
            if mark.told and articles and not (stands or decided):
                are = many(count, "annotation is", "annotations are")
                self._outcome.notes.append(
                    f"still gone from Label Studio: project {home[0]} ({mark.layer}, {mark.annotator}), "
                    f"{are} in the journal alone (`qawl push --recover`)"
                )
            elif articles or stands:
                said = self._said(mark, count, stands=stands, decided=decided)
                self._outcome.alarms.append(said)
            mark.told = not stands
            if not articles or decided:
                del self._marks.by_home[home]
        self._marks.save()

    def _left(self, mark: Mark, there: Collection[Home]) -> tuple[int, set[str]]:
        """(how many, their articles) of the annotations that the journals have of a project and that
        stand in none of the others; those that do are journalled as gone from it."""
        count, articles = 0, set[str]()
        for opened in self._journals.of_mark(mark).values():
            lost = {key for key, _ in opened.holds.held(mark.home)}
            again = {_article(key) for each in there for key, _ in opened.holds.held(each)}
            if back := [key for key in lost if _article(key) in again]:
                opened.delete(back)
            count += len(lost) - len(back)
            articles |= {_article(key) for key in lost} - again
        return count, articles

    def _decided(self, mark: Mark, articles: Collection[str]) -> bool:
        """Whether these are articles of a judge's project that wait for no judge any more."""
        if mark.annotator != JUDGE:
            return False
        try:
            judge_tasks.need_gold(self._project, mark.layer)
            waiting = judge_tasks.waiting(self._project, mark.layer)
        except (InputError, JournalError):  # nobody knows as long as these are damaged or gone
            return False
        return waiting.isdisjoint(articles)

    def _said(self, mark: Mark, count: int, *, stands: bool, decided: bool) -> str:
        """What is to be said of a project that is not known any more, though it may stand there."""
        left = many(count, "annotation")
        what = f"project {mark.home[0]} ({mark.layer}, {mark.annotator}) with {left}"
        if decided:
            return (
                f"{what} is gone from {self._marks.url}; the journal keeps them, and they count as "
                "before; nobody has to decide them again (this is said once)"
            )
        if not stands:
            return (
                f"{what} is gone from {self._marks.url}; the journal keeps them, and they count as "
                "before: run `qawl push --recover`, which puts them back in a project where they can be "
                "corrected"
            )
        current = scheme.load(self._project, mark.layer)
        line = projects.line(self._project, current, mark.annotator, mark.slice)
        return (
            f"{what} is not pulled any more: its description, or name in qawl.yaml, was changed; put "
            f"this line back into the description in Label Studio: {line}"
        )


def _article(key: str) -> str:
    """The article that the key of an annotation begins with."""
    return key.partition("/")[0]
