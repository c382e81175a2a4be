"""What is gathered while one annotation is read, and how its offsets lead to the frozen text."""

from collections.abc import Mapping

from msgspec import Struct

from qawl.articles import cleaning
from qawl.core.findings import CHECKS, finding
from qawl.core.records import Article, Finding, Span
from qawl.core.text import OffsetMap, offset_map
from qawl.scheme.model import Scheme

Raw = Mapping[str, object]
"""Foreign JSON: its values may be of any type."""


class Reading(Struct):
    """What is gathered while the results of one annotation are read.

    `others` are the layers that share the annotation with this one. `regions` has the spans of each
    region by its id; `away` has the ids of regions of other texts (True) and of other layers (False).
    `paged` says whether the offsets of a page (HyperText) lead to the surfaces that stand beside them.
    """

    article: Article
    scheme: Scheme
    annotator: str
    task_text: str
    others: Mapping[str, Scheme]
    moved: OffsetMap | None = None
    paged: bool = True
    regions: dict[str, list[Span]] = {}
    away: dict[str, bool] = {}
    findings: list[Finding] = []

    @property
    def fits(self) -> bool:
        """Whether the task's text is the frozen one, as it is or once it is cleaned."""
        return self.task_text == self.article.text or self.moved is not None

    def found(self, check: str, message: str, span: Span | None = None) -> None:
        """Adds a finding about the annotation."""
        self.findings.append(
            finding(
                check,
                message,
                span=span,
                layer=self.scheme.layer,
                article_id=self.article.id,
                annotator=self.annotator,
            )
        )


def start(
    task: Raw, *, article: Article, scheme: Scheme, annotator: str, schemes: Mapping[str, Scheme]
) -> Reading:
    """Compares the task's text with the frozen one and says how its offsets are to be read."""
    text = fields(task).get(scheme.text_field)
    shared = task.get("layers")
    shared = shared if isinstance(shared, list) else []
    others = {
        name: each for name, each in schemes.items() if name in shared and name != scheme.layer
    }
    reading = Reading(
        article, scheme, annotator, text if isinstance(text, str) else article.text, others
    )
    if reading.fits:
        return reading
    edits = cleaning.edits_into(article, reading.task_text)
    if edits is not None:
        reading.moved = offset_map(edits)
        reading.found("task-text-mapped", CHECKS["task-text-mapped"].explanation)
    else:
        reading.found(
            "task-text-differs",
            "the task's text is not the frozen text of its article; offsets are kept as they came",
        )
    return reading


def fields(task: Raw) -> Raw:
    """The data of a task; none where that is not an object."""
    data = task.get("data")
    return data if isinstance(data, dict) else {}


def results(annotation: Raw) -> list[Raw]:
    """The results of an annotation that are objects."""
    given = annotation.get("result")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def words(given: object) -> list[str]:
    """The words of a list, such as labels or choices; none where it is no list."""
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def value(result: Raw) -> Raw:
    """The value of a result; an empty one where it is not an object."""
    given = result.get("value")
    return given if isinstance(given, dict) else {}
