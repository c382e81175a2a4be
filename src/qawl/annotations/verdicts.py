"""Which of a judge's verdicts counts: the newest that was made from the annotations as they are.

A judge's task carries its basis: a digest of the annotations that it was made from, and one of what they
say alone. When they say something else, the article gets another task; verdicts in older tasks no longer
count, whenever they were edited. What was sent again, starred, or put back on a server with other numbers
says the same.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from types import MappingProxyType

import msgspec

from qawl.annotations import journal_entries, repairs
from qawl.annotations.from_label_studio import provenance
from qawl.annotations.latest_entries import Latest
from qawl.annotations.reading import fields
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Provenance

SEEN = "+"
"""What stands in a basis between the digest of annotations and the id of each correction."""

SAYING = "~"
"""What stands in a basis between the digest of annotations and that of what they say; earlier ones have
the first alone."""

Bases = Mapping[tuple[str, Provenance], str]
"""(article id, where a verdict stands) → the basis of its task."""


def basis(records: Iterable[Annotation], known: Mapping[str, str] = MappingProxyType({})) -> str:
    """The digests of the annotations that a verdict is about, whatever their order; `known` are digests
    of some of them, by annotator."""
    those = list(records)
    work = [known.get(record.annotator) or digest(record) for record in those]
    return SAYING.join(map(_joined, (work, map(repairs.said, those))))


def _joined(digests: Iterable[str]) -> str:
    return sha256(" ".join(sorted(digests)).encode()).hexdigest()[:16]


def fits(given: str | None, current: str) -> bool:
    """Whether a verdict of this basis was made from annotations that are, or say, what they do now."""
    made = (given or "").split(SEEN)[0].split(SAYING)
    return any(one == other for one, other in zip(made, current.split(SAYING), strict=False))


def same_work(one: str | None, other: str | None) -> bool:
    """Whether two bases are of the same annotations, whichever corrections their tasks show."""
    return fits(one, (other or "").split(SEEN)[0])


def with_corrections(made_of: str, ids: Iterable[str]) -> str:
    """A basis with the corrections that a judge's task shows."""
    return SEEN.join([made_of, *ids])


def corrections(given: str | None) -> frozenset[str]:
    """The ids of the corrections in a basis."""
    return frozenset((given or "").split(SEEN)[1:])


def anew(given: str, current: str) -> str:
    """A basis with other annotations; the corrections in it stay."""
    return SEEN.join([current, *given.split(SEEN)[1:]])


def digest(record: Annotation) -> str:
    """The SHA-256 of a record, before it was brought forward: verdicts on it count on."""
    return repairs.version(record)


def preferred(verdict: Latest, current: str) -> tuple[bool, bool, int]:
    """What decides between verdicts on an article before their age does; the greatest counts."""
    skipped = bool(verdict.annotation.get("was_cancelled"))
    seen = len(corrections(made_from(verdict)))
    return fits(made_from(verdict), current), not skipped, seen


def made_from(verdict: Latest) -> str | None:
    """The basis of the task that a verdict was made in."""
    return _basis(verdict.task)


def bases(project: Project, layer: str) -> Bases:
    """What each journalled verdict of a layer was made from."""
    found: dict[tuple[str, Provenance], str] = {}
    for entry in journal_entries.entries(project.journal_file(layer, JUDGE)):
        given = _basis(entry.task)
        if entry.event != "version" or given is None:
            continue
        with suppress(*files.UNREADABLE):  # deriving says that it can't be read
            annotation = msgspec.json.decode(entry.annotation)
            found[entry.article_id, provenance(entry.task, annotation)] = given
    return found


def _basis(task: Mapping[str, object]) -> str | None:
    given = fields(task).get("basis")
    return given if isinstance(given, str) else None
