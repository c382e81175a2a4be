"""Which articles go to annotation: the first of each group, and of large sources a seeded sample."""

from collections import defaultdict
from collections.abc import Iterator

from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.core.settings import Sample
from qawl.core.text import sha256


def chosen(project: Project) -> Iterator[Article]:
    """The articles to be annotated, in the order of ids."""
    wanted = frozenset(ids(project))
    return (article for article in article_store.articles(project) if article.id in wanted)


def ids(project: Project) -> tuple[str, ...]:
    """The ids of the articles to be annotated, in their order.

    A group is named after the one of it that is annotated: at its forming the earliest, then the
    longest; later members don't take its place.
    """
    return project.disk.once(
        "articles to be annotated", lambda: tuple(_ids(project)), project.articles_file
    )


def _ids(project: Project) -> Iterator[str]:
    sample = project.settings.sample
    firsts = (
        (each.source or "", each.id)
        for each in article_store.heads(project)
        if each.group == each.id
    )
    if not sample.sources and sample.others is None:
        return (identity for _, identity in firsts)
    return iter(sorted(_picked(firsts, sample)))


def _picked(articles: Iterator[tuple[str, str]], sample: Sample) -> set[str]:
    """The ids of a sample: of each source those whose seeded hash is smallest.

    So a larger sample holds the smaller one, and further articles of a source change few of it.
    """
    ranked: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for source, identity in articles:
        ranked[source].append((sha256(f"{sample.seed}\x00{identity}"), identity))
    picked: set[str] = set()
    for source, ranks in ranked.items():
        size = sample.sources.get(source, sample.others)
        picked.update(identity for _, identity in sorted(ranks)[:size])
    return picked


def to_annotate(project: Project) -> Iterator[Article]:
    """The articles that are annotated: one of each group, by the sample, and not withdrawn."""
    out = withdrawal.ids(project)
    return (article for article in chosen(project) if article.id not in out)


def planned(project: Project) -> Iterator[str]:
    """The ids of the articles that are annotated."""
    out = withdrawal.ids(project)
    return (identity for identity in ids(project) if identity not in out)
