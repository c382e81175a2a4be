"""The order of work: as published, random, varied by source, or most useful first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from qawl.annotations import derive
from qawl.core.project import Project
from qawl.core.records import JUDGE, Article
from qawl.suggest import store

Rank = Callable[[str], tuple[object, ...]]
"""Article id → where it stands: what is smaller comes first."""


def rank(project: Project, layer: str, articles: Mapping[str, Article]) -> Rank:
    """The order of a layer's tasks, as qawl.yaml says; by id where it says nothing."""
    order = project.settings.order
    if order == "published":
        return lambda each: _published(articles[each])
    if order == "random":
        return lambda each: (sha256(f"{project.settings.seed} {each}".encode()).hexdigest(),)
    if order == "varied":
        return _by(_varied(articles.values()))
    if order == "useful":
        return _useful(project, layer)
    return lambda each: (each,)


def _published(article: Article) -> tuple[object, ...]:
    """The oldest first; what has no date comes last."""
    return article.published is None, article.published or "", article.id


def _by(order: Iterable[str]) -> Rank:
    place = {identity: at for at, identity in enumerate(order)}
    return lambda each: (place[each],)


def _varied(articles: Iterable[Article]) -> Iterable[str]:
    """A round over the sources after the other: one article of each, the oldest first."""
    rounds: dict[str, int] = defaultdict(int)
    placed = []
    for article in sorted(articles, key=_published):
        source = article.source or ""
        placed.append((rounds[source], source, article.id))
        rounds[source] += 1
    return [identity for *_, identity in sorted(placed)]


def _useful(project: Project, layer: str) -> Rank:
    """First what others have done and the plan wants again, since only that can become gold; then what
    has most suggestions of labels that are rare so far."""
    done: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for record in derive.read(project, layer):
        if record.annotator != JUDGE and record.status == "submitted":
            done[record.article_id] += 1
            labels.update(each.label for each in record.spans)
    worth = {
        each.article_id: sum(1 / (1 + labels[label]) for label in {one.label for one in each.spans})
        for each in store.read(project, layer)
    }

    def place(each: str) -> tuple[object, ...]:
        waits = 0 < done[each] < project.asked(layer, each)
        return -done[each] if waits else 0, -round(worth.get(each, 0.0), 9), each

    return place
