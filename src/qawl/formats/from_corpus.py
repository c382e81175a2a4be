"""A corpus as what an export is made from."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from qawl.annotations import derive, journal, tasks
from qawl.annotations import store as annotation_store
from qawl.annotations.attribute_order import in_order
from qawl.articles import splits, withdrawal
from qawl.articles import store as article_store
from qawl.articles.by_id import Articles
from qawl.core.errors import InputError
from qawl.core.project import Project, lock
from qawl.core.records import Annotation, as_annotation
from qawl.formats.export import Exported, Request
from qawl.formats.export import export as write
from qawl.formats.source import Given, Names
from qawl.gold import decide
from qawl.release.rights import withheld
from qawl.release.tables.decided import open_stretches
from qawl.scheme import scheme
from qawl.scheme.model import Scheme


def export(project: Project, request: Request, to: Path) -> Exported:
    """Writes what is asked for of a corpus, which is held meanwhile."""
    with lock(project, "export"):
        return write(CorpusSource(project), request, to)


class CorpusSource:
    """The corpus of a folder: its gold as it is derived now, and everybody's annotations."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def name(self) -> str:
        """The name in qawl.yaml."""
        return self._project.settings.name

    @cached_property
    def schemes(self) -> Mapping[str, Scheme]:
        """The schemes in label_config."""
        return scheme.load_all(self._project)

    @cached_property
    def annotators(self) -> Collection[str]:
        """Those of qawl.yaml, and all who have a journal."""
        return journal.annotators(self._project) | set(self._project.annotators)

    @property
    def withdrawn(self) -> Collection[str]:
        """As withdrawn.jsonl has them."""
        return withdrawal.ids(self._project)

    @cached_property
    def _articles(self) -> Articles:
        return article_store.by_id(self._project)

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        return splits.splits_of(self._project)

    @cached_property
    def _guard(self) -> withheld.Guard:
        return withheld.of_release(self._project)

    def gold(self, layer: str) -> Iterator[Given]:
        """Decided now, from the annotations, and as the tables of a release hold it."""
        current = self.schemes[layer]
        for each in decide.gold(self._project, layer):
            length = len(self._articles[each.article_id].text)
            opened = open_stretches(each, length) if current.labels else []
            record = in_order(as_annotation(each), current)
            yield self._given(record, complete=each.complete, stretches=tuple(opened))

    def annotations(self, layer: str, annotator: str) -> Iterator[Given]:
        """As exports/annotations has them."""
        for record in derive.read(self._project, layer):
            if record.annotator == annotator:
                yield self._given(record)

    def offered(self) -> Names:
        """The names in everybody's annotations."""
        return tasks.names(self._project)

    def holds_withheld(self, text: str) -> bool:
        """As a release of the corpus would find it."""
        return self._guard.run_in(text) is not None

    def check(self, layers: Collection[str]) -> list[str]:
        """What makes them other than the journal; raises InputError where there are none."""
        annotation_store.refuse_lacking(self._project, layers)
        stale = [each for layer in layers for each in annotation_store.stale(self._project, layer)]
        if not any(self._project.annotations_file(layer).is_file() for layer in layers):
            raise InputError("exports/annotations has nothing to export: run `qawl pull` first")
        return [each.message for each in stale]

    def _given(
        self,
        record: Annotation,
        *,
        complete: bool = True,
        stretches: tuple[tuple[int, int], ...] = (),
    ) -> Given:
        article = self._articles.get(record.article_id)
        split = self._splits.get(record.article_id, "")
        return Given(record, article, split, complete, stretches)
