"""The articles of a release, each with its gold and annotations, streamed in the order of ids."""

from collections.abc import Iterator, Mapping

from qawl.annotations import derive
from qawl.annotations.attribute_order import in_order
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core.ahead import Ahead
from qawl.core.project import Project
from qawl.gold import decide
from qawl.release.tables.tables import Annotated
from qawl.scheme.model import Scheme


def joined(
    project: Project, schemes: Mapping[str, Scheme], below: str | None = None
) -> Iterator[Annotated]:
    """Each article that is not withdrawn, with its work in all layers.

    Dispensations that run out with a release count as they did `below` that version.
    """
    deciders = {layer: decide.Decider(project, layer, below=below) for layer in schemes}
    everyone = {layer: Ahead(derive.by_article(project, layer)) for layer in schemes}
    out = withdrawal.ids(project)
    for article in article_store.articles(project):
        if article.id in out:
            continue
        gold, records, made_from = {}, [], []
        for layer, ahead in everyone.items():
            if found := ahead.take(article.id):
                records += [in_order(each, schemes[layer]) for each in found]
                gold[layer] = deciders[layer](article, found)
                made_from.append(deciders[layer].made_from)
        yield Annotated(article, gold, records, made_from)
