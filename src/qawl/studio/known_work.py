"""How far the annotators are as this machine knows it, without a server: planned, and pulled so far."""

from collections import Counter
from collections.abc import Collection, Mapping

from qawl.annotations import derive
from qawl.articles import withdrawal
from qawl.articles.selection import to_annotate
from qawl.core.project import Project
from qawl.core.records import JUDGE, Status
from qawl.studio import assignment
from qawl.studio.assignment import Assigned
from qawl.studio.status import Standing


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


def known(project: Project) -> list[Standing]:
    """How far everybody is, by layer, in the order of qawl.yaml; then those who are not there.
    `assigned` are the articles that are planned for them; done and skipped is what came back so far.

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
            _standing(layer, name, planned.get(name, ()), counts)
            for name in (*project.annotators, *others)
        ]
    return found


def _standing(
    layer: str, name: str, planned: Collection[str], counts: Mapping[tuple[str, Status], int]
) -> Standing:
    """One annotator in a layer; what is left of a plan that nobody here knows is not known either."""
    done, skipped = counts[name, "submitted"], counts[name, "skipped"]
    left = max(len(planned) - done - skipped, 0) if planned else None
    return Standing(
        layer=layer,
        annotator=name,
        assigned=len(planned),
        done=done,
        skipped=skipped,
        drafts=None,
        left=left,
        minutes=None,
        url=None,
        next=None,
    )
