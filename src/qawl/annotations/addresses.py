"""Addresses of tasks in Label Studio, where it is known that they stand on the server of qawl.yaml.

Every server counts its projects and tasks from 1, and an export does not say from which it is.
"""

from functools import lru_cache
from pathlib import Path

from qawl.annotations import journal, segments
from qawl.annotations.holdings import Holdings
from qawl.core.project import Project
from qawl.core.records import Annotation

_OPEN = 50
"""Journals that are open at a time."""


class Addresses:
    """The addresses of the tasks of a corpus."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._base = project.settings.label_studio.url.rstrip("/")
        self._held = lru_cache(maxsize=_OPEN)(self._of_journal)

    def of(self, record: Annotation) -> str | None:
        """The address of a record's task; None where the work came in an export, which may be from any
        server, or from no server."""
        where = record.provenance
        if where.project is None or where.task is None or not self._is_here(record):
            return None
        return f"{self._base}/projects/{where.project}/data?task={where.task}"

    def _is_here(self, record: Annotation) -> bool:
        """Whether the work was pulled from the server: from a project of Qawl's, or from that which the
        layer was adopted from."""
        where = record.provenance
        adopted = self._project.settings.label_studio.adopted
        if where.project == adopted.get(record.layer):
            return True
        held = self._held(record.layer, record.annotator)
        return held is not None and held.pulled(record.article_id, str(where.annotation))

    def _of_journal(self, layer: str, annotator: str) -> Holdings | None:
        """What a journal holds; None where nothing in it came from a server."""
        path = self._project.journal_file(layer, annotator)
        if not any(map(Path.is_file, segments.parts(path))):
            return None
        holds = journal.reading(self._project, path).holds
        return holds if holds.of_server() else None
