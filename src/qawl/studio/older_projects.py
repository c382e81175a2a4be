"""Projects of an older scheme version, which keep their config and their work, and what is asked anew."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import UNSET

from qawl.annotations import derive, journal, older_names, reading
from qawl.annotations import store as annotation_store
from qawl.annotations.tasks import Done, Prediction, Task
from qawl.annotations.to_label_studio import write_again, write_results
from qawl.core.project import Project
from qawl.core.records import Annotation, Article
from qawl.scheme.changes import Change, Name, path
from qawl.scheme.model import Scheme
from qawl.studio.client import Client
from qawl.suggest.tasks import Make

EARLIER = "earlier work"
"""The name of the suggestion that an annotator's own work of an older version is."""


def leads(version: str, current: Scheme) -> bool:
    """Whether the scheme states how it follows from another version."""
    return version != current.version and bool(path(current.changes, version, current.version))


def touched(client: Client, project: int, version: str, current: Scheme) -> Counter[str]:
    """How often the work in a server's project uses names that the steps since its version change."""
    found: Counter[str] = Counter()
    for each in client.work(project):
        found.update(changed(each, version, current))
    return found


def changed(annotation: Mapping[str, object], version: str, current: Scheme) -> Iterator[str]:
    """The names in an annotation of an older version that the steps since then change."""
    way = path(current.changes, version, current.version)
    for result in reading.results(annotation):
        yield from (str(name) for name in older_names.names(result) if _changed(name, way))


def _changed(name: Name, way: Iterable[Change]) -> bool:
    return any(name in change.fates for change in way)


def unsettled(project: Project, current: Scheme) -> dict[str, dict[str, Annotation]]:
    """Annotator → article → their work that took a default, of which a person is asked."""
    if not current.changes:
        return {}
    asked = {
        (each.article_id, each.annotator)
        for each in annotation_store.findings(project, current.layer)
        if each.check == "scheme-split"
    }
    found: dict[str, dict[str, Annotation]] = {}
    for record in derive.read(project, current.layer) if asked else ():
        if (record.article_id, record.annotator) in asked:
            found.setdefault(record.annotator, {})[record.article_id] = record
    return found


def anew(
    those: Collection[Annotation],
    articles: Mapping[str, Article],
    make: Make,
    current: Scheme,
    name: str,
) -> list[Task]:
    """Tasks that annotators get again, with their work so far as a suggestion called `name`."""
    found = []
    for record in those:
        task = make(articles[record.article_id])
        work = Prediction(name, write_results(record, current))
        found.append(Task(task.data, (work,)))
    return found


def settled(project: Project, current: Scheme) -> dict[str, dict[str, Annotation]]:
    """Annotator → article → their work that was brought forward from an older version, with nothing left
    to ask."""
    found: dict[str, dict[str, Annotation]] = {}
    if not current.changes:
        return found
    asked = unsettled(project, current)
    for record in derive.read(project, current.layer):
        open_ = record.article_id in asked.get(record.annotator, ())
        if record.brought is not UNSET and record.status == "submitted" and not open_:
            found.setdefault(record.annotator, {})[record.article_id] = record
    return found


def workers(project: Project, layer: str, annotator: str) -> dict[str, int]:
    """Article → the number of the user who worked on it under a name, on the server itself; of what was
    put back there, who did it before."""
    path = project.journal_file(layer, annotator)
    if not path.exists():
        return {}
    holds = journal.reading(project, path).holds
    before = holds.back().stands
    there = holds.alive.items()
    return {
        each.article: before.get(key, each.user)
        for key, each in there
        if each.user and each.home is not None
    }


def again(
    those: Iterable[Annotation],
    articles: Mapping[str, Article],
    make: Make,
    current: Scheme,
    users: Mapping[str, int],
) -> Iterator[Task]:
    """Tasks in which annotators find their work of an older version in the names of the new one.

    It is an annotation of theirs; where the server does not know them any more, a suggestion.
    """
    for record in those:
        data = make(articles[record.article_id]).data
        result, user = write_again(record, current), users.get(record.article_id)
        if user is None:
            yield Task(data, (Prediction(EARLIER, result),))
            continue
        time = record.provenance.lead_time
        yield Task(data, annotations=(Done(result, user, UNSET if time is None else time),))
