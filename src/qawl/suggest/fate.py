"""What became of suggestions: kept, changed or deleted, and what annotators made by hand, by label."""

from collections import Counter
from collections.abc import Iterable, Iterator

from qawl.agreement.estimates import Fate
from qawl.agreement.suggestion_effect import by_label
from qawl.annotations import derive
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Span, Suggestion
from qawl.suggest import store


def fate(project: Project, layer: str) -> Fate:
    """The fate of the suggestions of a layer, over all annotations that began with them.

    A suggestion is kept where a span has its label, start and end, changed where one has its label or
    its place in part, else deleted; the suggestions are those of exports/suggestions for the same text.
    """
    offered = {each.article_id: each for each in store.read(project, layer)}
    counts: dict[str, Counter[str]] = {}
    for record in derive.read(project, layer):
        if record.annotator != JUDGE and any(span.origin for span in record.spans):
            for label, what in _of(record, offered.get(record.article_id)):
                counts.setdefault(label, Counter(deleted=0))[what] += 1
    return by_label(counts)


def _of(record: Annotation, offered: Suggestion | None) -> Iterator[tuple[str, str]]:
    """(label, what became of it) of each suggestion, and of each span that is no suggestion."""
    if offered is None or offered.text_sha256 != record.text_sha256:
        yield from ((span.label, str(span.origin)) for span in record.spans if span.origin)
        return
    left = {(span.label, span.start, span.end) for span in record.spans}
    suggested = [each for each in offered.spans if (each.label, each.start, each.end) not in left]
    kept = {(each.label, each.start, each.end) for each in offered.spans} & left
    yield from ((label, "kept") for label, _, _ in sorted(kept))
    touched = [
        span
        for span in record.spans
        if span.origin != "made" and (span.label, span.start, span.end) not in kept
    ]
    for each in suggested:
        successor = _successor(each, touched)
        if successor is not None:
            touched.remove(successor)
        yield each.label, "deleted" if successor is None else "changed"
    for span in record.spans:
        if span.origin == "made" and (span.label, span.start, span.end) not in kept:
            yield span.label, "made"


def _successor(suggested: Span, spans: Iterable[Span]) -> Span | None:
    """What a suggestion was changed into: a span that shares text with it, best one of its label."""
    over = [each for each in spans if each.start < suggested.end and suggested.start < each.end]
    return min(
        over, key=lambda each: (each.label != suggested.label, abs(each.start - suggested.start)),
        default=None,
    )  # fmt: skip
