"""Which articles go to annotation: the first of each group, and of large sources a seeded sample."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core.errors import ProjectError
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
    longest; later members don't take its place, unless it is withdrawn.
    """
    inputs = *project.articles_files, project.withdrawn_file
    return project.disk.once("articles to be annotated", lambda: tuple(_ids(project)), *inputs)


def unsuggested(project: Project, layer: str) -> Callable[[str], bool]:
    """Whether an article is drawn to get no suggestions in a layer, so that their influence shows."""
    share, seed = project.settings.suggestions.without, project.settings.seed

    def drawn(article_id: str) -> bool:
        digest = sha256(f"{seed} {layer} {article_id}")
        return int(digest[:16], 16) < share * 2**64

    return drawn


def _ids(project: Project) -> list[str]:
    sample, sources = project.settings.sample, set[str]()
    firsts = _firsts(project, sources)
    everything = not sample.sources and sample.others is None
    found = [each for _, each in firsts] if everything else sorted(_picked(firsts, sample))
    if sources:
        _refuse_strange("sample.sources", sample.sources, sources, "the sources of articles")
        known = {*found, *withdrawal.ids(project)}
        where = "the articles to annotate (the ids are in corpus/articles.jsonl)"
        _refuse_strange("training", project.settings.training, known, where)
    return found


def _firsts(project: Project, sources: set[str]) -> Iterator[tuple[str, str]]:
    """(source, id) of the first article of each group; the sources of all are added to `sources`.

    Where the first is withdrawn, the next of the group stands for it, so that no text is lost.
    """
    out, stands_for = withdrawal.ids(project), dict[str, str]()
    for each in article_store.heads(project) if out else ():
        if each.group in out and each.id not in out:
            stands_for.setdefault(each.group, each.id)
    for each in article_store.heads(project):
        sources.add(each.source or "")
        if each.id == stands_for.get(each.group, each.group):
            yield each.source or "", each.id


def _refuse_strange(key: str, named: Iterable[str], known: Collection[str], where: str) -> None:
    """Raises ProjectError where qawl.yaml names what there is not."""
    if strange := [each for each in named if each not in known]:
        raise ProjectError(f"qawl.yaml: {key}: {', '.join(strange)}: not among {where}")


def _picked(articles: Iterable[tuple[str, str]], sample: Sample) -> set[str]:
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
