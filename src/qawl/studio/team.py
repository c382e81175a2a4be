"""One page for the team: what each annotator has done and has left, and where the next task is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import UNSET

from qawl.annotations import derive
from qawl.core import templates
from qawl.core.phrases import phrases
from qawl.core.project import Project
from qawl.core.records import JUDGE, Gold, Place
from qawl.scheme import scheme
from qawl.scheme.languages import is_rtl
from qawl.studio.status import Standing


@dataclass(slots=True)
class Work:
    """What an annotator's records of a layer say.

    `same`, `mine` and `gold` count spans in training articles whose gold is complete: those that are the
    same, the annotator's, and gold's. `unsure` counts doubts.
    """

    same: int = 0
    mine: int = 0
    gold: int = 0
    unsure: int = 0

    @property
    def f1(self) -> float | None:
        """How far the annotator agrees with gold; None where there is nothing to compare."""
        return 2 * self.same / (self.mine + self.gold) if self.gold else None


@dataclass(frozen=True, slots=True)
class Person:
    """An annotator, with the standing and the work in each layer."""

    name: str
    rows: list[tuple[Standing, Work]] = field(default_factory=list)

    def total(self, what: str) -> int:
        """The sum of a number over the layers."""
        return sum(getattr(standing, what) or 0 for standing, _ in self.rows)


def page(project: Project, standings: Sequence[Standing]) -> str:
    """The page, self-contained, in the corpus's language."""
    say = phrases(project.settings.language)
    return templates.page("qawl.studio", "team.html.j2").render(
        name=project.settings.name,
        say=say,
        rtl=is_rtl(say.language),
        people=people(project, standings),
        offline=any(each.url is None for each in standings),
        judge=JUDGE,
        titles=scheme.titles(scheme.load_all(project), say.language),
    )


def people(project: Project, standings: Iterable[Standing]) -> list[Person]:
    """Everybody who has a project, in the order of qawl.yaml; the judge comes last."""
    work = {layer: _work(project, layer) for layer in project.settings.layers}
    found: dict[str, Person] = {name: Person(name) for name in (*project.annotators, JUDGE)}
    for each in standings:
        person = found.setdefault(each.annotator, Person(each.annotator))
        person.rows.append((each, work.get(each.layer, {}).get(each.annotator, Work())))
    return [each for each in found.values() if each.rows]


def _work(project: Project, layer: str) -> Mapping[str, Work]:
    """Annotator → what their records of a layer say."""
    questions = _questions(project, layer)
    found: dict[str, Work] = {}
    for record in derive.read(project, layer):
        work = found.setdefault(record.annotator, Work())
        work.unsure += bool(record.unsure is not UNSET)
        work.unsure += sum(each.unsure is not UNSET for each in record.spans)
        wanted = questions.get(record.article_id)
        if wanted is not None and record.status == "submitted":
            mine = Counter(each.place for each in record.spans)
            work.same += (mine & wanted).total()
            work.mine += mine.total()
            work.gold += wanted.total()
    return found


def _questions(project: Project, layer: str) -> Mapping[str, Counter[Place]]:
    """The spans of gold in the training articles of a layer that are decided, by article."""
    path = project.gold_file(layer)
    if not project.settings.training or not path.is_file():
        return {}
    return {
        gold.article_id: Counter(each.place for each in gold.spans)
        for gold in project.disk.read(path, Gold)
        if gold.complete and gold.article_id in project.settings.training
    }
