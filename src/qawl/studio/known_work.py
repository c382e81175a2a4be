"""How far the annotators are as this machine knows it, without a server: planned, and pulled so far."""

from collections import Counter

from msgspec import Struct

from qawl.annotations import derive
from qawl.articles import withdrawal
from qawl.articles.selection import to_annotate
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.studio import assignment
from qawl.studio.assignment import Assigned


class Known(Struct, frozen=True):
    """An annotator in a layer: how many articles are theirs, and how many of all came back so far."""

    layer: str
    annotator: str
    planned: int
    done: int
    skipped: int


def shares(project: Project, layer: str, articles: list[str]) -> Assigned:
    """Whose each article of a layer is, where no server says it."""
    return assignment.plan(
        articles,
        [name for name, each in project.annotators.items() if not each.away],
        project.overlap(layer),
        shares={name: each.share for name, each in project.annotators.items()},
        training=project.settings.training,
        seed=project.settings.seed,
    )


def known(project: Project) -> list[Known]:
    """How far everybody is, by layer, in the order of qawl.yaml; then those who are not there.

    Of an adopted project nobody here knows the plan.
    """
    articles, out = [each.id for each in to_annotate(project)], withdrawal.ids(project)
    found = []
    for layer in project.settings.layers:
        adopted = layer in project.settings.label_studio.adopted
        planned = {} if adopted else shares(project, layer, articles)
        counts = Counter(
            (each.annotator, each.status)
            for each in derive.read(project, layer)
            if each.article_id not in out
        )
        others = sorted({name for name, _ in counts} - {*project.annotators, JUDGE})
        found += [
            Known(
                layer=layer,
                annotator=name,
                planned=len(planned.get(name, ())),
                done=counts[name, "submitted"],
                skipped=counts[name, "skipped"],
            )
            for name in (*project.annotators, *others)
        ]
    return found
