"""Tasks as annotators get them: with suggestions, but for a share that gets none."""

from collections.abc import Callable, Iterator

from qawl.annotations import tasks
from qawl.annotations.tasks import Names, Prediction, Task
from qawl.annotations.to_label_studio import write_results
from qawl.articles.selection import to_annotate, unsuggested
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.scheme import scheme as schemes
from qawl.scheme.model import Scheme
from qawl.suggest import store

Make = Callable[[Article], Task]


def served(project: Project, layer: str) -> Iterator[Task]:
    """The tasks of a layer, one an article to be annotated, in the order of ids."""
    make = maker(project, schemes.load(project, layer), tasks.names(project))
    return (make(article) for article in to_annotate(project))


def maker(project: Project, current: Scheme, offered: Names) -> Make:
    """Makes the task of an article in a layer; its suggestion is taken if it is of the same text."""
    drawn = unsuggested(project, current.layer)
    ready = {each.article_id: each for each in store.read(project, current.layer)}

    def make(article: Article) -> Task:
        task = tasks.task(article, current, offered)
        found = ready.get(article.id)
        if (
            found is not None
            and found.text_sha256 == article.text_sha256
            and (found.spans or found.attributes)
            and not drawn(article.id)
        ):
            version = f"{found.model} {found.model_version}"
            return Task(task.data, (Prediction(version, write_results(found, current)),))
        return task

    return make
