"""How far the annotators are as this machine knows it, without a server: planned, and pulled so far."""

from collections import Counter
from collections.abc import Collection

from qawl.annotations import derive
from qawl.articles import withdrawal
from qawl.articles.selection import to_annotate
from qawl.core.project import Project
from qawl.core.records import JUDGE, Status
from qawl.studio import assignment
from qawl.studio.status import Standing


def known(project: Project) -> list[Standing]:
    """How far everybody is, by layer, in the order of qawl.yaml; then those who are not there.
    `assigned` are the articles that are planned for them; done and skipped is what came back so far. What
    others did in their place, as before an adoption, is not left.

    Of an adopted project nobody here knows the plan.
    """
    articles, out = [each.id for each in to_annotate(project)], withdrawal.ids(project)
    working = assignment.working(project)
    found = []
    for layer in project.settings.layers:
        adopted = layer in project.settings.label_studio.adopted
        planned = {} if adopted else assignment.planned(project, layer, articles, working)
        counts, doers = _done(project, layer, out)
        others = sorted({name for name, _ in counts} - {*project.annotators, JUDGE})
        for name in (*project.annotators, *others):
            mine = planned.get(name, ())
            open_ = {
                article
                for article in mine
                if len(doers.get(article, ())) < project.asked(layer, article)
                and name not in doers.get(article, ())
            }
            standing = Standing(
                layer=layer,
                annotator=name,
                assigned=len(mine),
                done=counts[name, "submitted"],
                skipped=counts[name, "skipped"],
                left=len(open_) if mine else None,
            )
            found.append(standing)
    return found


def _done(
    project: Project, layer: str, out: Collection[str]
) -> tuple[Counter[tuple[str, Status]], dict[str, set[str]]]:
    """How much each annotator has of each status, and article → who worked on it beside the judge."""
    counts: Counter[tuple[str, Status]] = Counter()
    doers: dict[str, set[str]] = {}
    for each in derive.read(project, layer):
        if each.article_id not in out:
            counts[each.annotator, each.status] += 1
            if each.annotator != JUDGE:
                doers.setdefault(each.article_id, set()).add(each.annotator)
    return counts, doers
