"""Articles with all work on them and the gold that it gives: what a judge may be asked."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from qawl.annotations import corrections, derive, verdicts
from qawl.annotations.corrections import Correction
from qawl.articles import store as article_store
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Disagreement, Gold
from qawl.gold.decide import Decider


class Decided(Struct, frozen=True):
    """Gold with the annotations that it was decided from, and the judge's verdict, even if it is void.

    `based` says whether the verdict, if there is one, came in a task that Qawl made, which says of which
    annotations it is. `known` are the corrections of the article, `pending` those that the judge has not
    decided on. `early`: too few annotated the article, and others of the plan are still to do it.
    """

    article: Article
    gold: Gold
    records: list[Annotation]
    verdict: Annotation | None
    based: bool
    known: list[Correction]
    pending: list[Correction]
    early: bool

    @property
    def for_the_judge(self) -> bool:
        """Whether the judge is to decide on it, now that the others have done their part."""
        return not self.early and (not self.gold.complete or bool(self.pending))


def decided(project: Project, layer: str, decider: Decider) -> Iterator[Decided]:
    """The annotated articles of a layer, in the order of their ids."""
    bases, reported = verdicts.bases(project, layer), corrections.by_article(project)
    for article, records in derive.beside(project, layer, article_store.by_id(project)):
        judged = (
            each
            for each in records
            if (each.annotator, each.status) == (JUDGE, "submitted")
            and each.text_sha256 == article.text_sha256
        )
        gold, verdict = decider(article, records), next(judged, None)
        known = reported.get((layer, article.id), [])
        basis = bases.get((article.id, verdict.provenance)) if verdict else None
        counts = verdict is not None and gold.decided_by == "adjudicator"
        yield Decided(
            article,
            gold,
            [each for each in records if each.annotator != JUDGE],
            verdict,
            verdict is None or basis is not None,
            known,
            corrections.pending(known, basis if counts else None, gold),
            waits(gold, records, project),
        )


def waits(gold: Gold, records: Iterable[Annotation], project: Project) -> bool:
    """Whether too few annotated an article and others of the plan are still to do it."""
    count = sum(each.annotator != JUDGE for each in records)
    return one_alone(gold) and count < project.asked(gold.layer, gold.article_id)


def waited(gold: Gold, project: Project) -> bool:
    """Whether gold waited for further annotators, not for a judge, when it was made."""
    asked = project.asked(gold.layer, gold.article_id)
    return any(len(each.readings) < asked for each in _alone(gold))


def one_alone(gold: Gold) -> bool:
    """Whether one annotator alone worked on an article that several are to do."""
    return any(True for _ in _alone(gold))


def _alone(gold: Gold) -> Iterator[Disagreement]:
    """What is open in gold since one annotator alone worked on the article."""
    return (each for each in gold.open if (each.kind, each.name) == ("article", "annotators"))
