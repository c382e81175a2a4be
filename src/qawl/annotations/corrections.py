"""exports/corrections.jsonl: what readers of a release report, until a judge has decided on it.

A correction changes no gold. It makes a task for the judge, who starts from gold and sees what is
reported; a task names its corrections behind its basis, and so tells later what the judge has seen.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec
from msgspec import Struct, structs

from qawl.annotations import verdicts
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import (
    FORMAT,
    Annotation,
    Article,
    Attributes,
    AttributeValue,
    Format,
    Gold,
    GoldSpan,
    Relation,
    Span,
    ends,
    span_order,
    to_json,
)
from qawl.scheme.model import Scheme


class Mark(Struct, frozen=True):
    """A label and a place."""

    label: str
    start: int
    end: int


class Correction(Struct, frozen=True, kw_only=True):
    """What a reader reports of a span of a release.

    `was` and `had` are the mark and the attributes in question as they were when it was reported, `right`
    the mark as it should be (None: there is none), `values` the attributes as they should be (None: not
    set). `credit` says whether the reader is named in a release.
    """

    format: Format = FORMAT
    id: str = ""
    address: str
    layer: str
    article_id: str
    was: Mark
    had: Mapping[str, AttributeValue | None] = {}
    right: Mark | None
    values: Mapping[str, AttributeValue | None] = {}
    reason: str
    reporter: str
    credit: bool = False


Known = dict[tuple[str, str], list[Correction]]
"""(layer, article id) → its corrections."""


def load(project: Project) -> list[Correction]:
    """All corrections in the order in which they were reported.

    Raises InputError, with the line, at one that stands twice or fits no article.
    """
    path, opened = project.corrections_file, project.disk.open
    return list(files.checked(path, Correction, _wrong(project), _ADVICE, opened))


def problems(project: Project) -> Iterator[str]:
    """What is wrong with each line because of which `load` fails, in words."""
    path, wrong = project.corrections_file, _wrong(project)
    try:
        for number, line in project.disk.lines(path):
            if problem := _problem(line, wrong):
                yield f"exports/{path.name}, line {number}: {problem}: {_ADVICE}"
    except InputError as error:  # a line is too long, and the rest is not read
        yield str(error)


def _problem(line: bytes, wrong: files.Wrong[Correction]) -> str | None:
    try:
        return wrong(_correction.decode(line))
    except files.UNREADABLE as error:
        return files.problem(line, error)


_correction = msgspec.json.Decoder(Correction)
_ADVICE = "put the line right"


def _wrong(project: Project) -> files.Wrong[Correction]:
    """What is wrong with the next correction of the file, in words."""
    seen: set[str] = set()
    articles = article_store.by_id(project)

    def wrong(given: Correction) -> str | None:
        if given.id in seen:
            return f"{given.id} stands twice"
        seen.add(given.id)
        if given.article_id not in articles:
            return f"{given.article_id} is no article of this corpus"
        length = len(articles[given.article_id].text)
        marks = filter(None, (given.was, given.right))
        outside = any(not 0 <= each.start < each.end <= length for each in marks)
        return f"a span of {given.id} is outside the text" if outside else None

    return wrong


def by_article(project: Project) -> Known:
    """The corrections by layer and article."""
    found: dict[tuple[str, str], list[Correction]] = {}
    for each in load(project):
        found.setdefault((each.layer, each.article_id), []).append(each)
    return found


def add(project: Project, reported: Correction) -> Correction | None:
    """Keeps a correction and returns it with its id; None where the same was reported before."""
    said = (reported.layer, reported.article_id, reported.was, reported.right, reported.values)
    identity = f"c{sha256(to_json(said)).hexdigest()[:10]}"
    known = load(project)
    if any(each.id == identity for each in known):
        return None
    made = structs.replace(reported, id=identity)
    files.write(project.corrections_file, [*known, made])
    return made


def pending(known: Iterable[Correction], basis: str | None, gold: Gold) -> list[Correction]:
    """Those that the judge has not seen, by the basis of the verdict that counts, and gold has not."""
    seen = verdicts.corrections(basis)
    return [each for each in known if each.id not in seen and standing(each, gold)]


def standing(correction: Correction, gold: Gold) -> bool:
    """Whether gold still has the span as it was reported."""
    span = at(gold, correction.was)
    if span is None:
        return False
    changed = any(span.attributes.get(name) != had for name, had in correction.had.items())
    return not changed


def settled(correction: Correction, gold: Gold) -> bool:
    """Whether the span is decided and no longer as it was reported."""
    was = correction.was
    undecided = any(each.start < was.end and was.start < each.end for each in gold.open)
    return not undecided and not standing(correction, gold)


def as_asked(correction: Correction, gold: Gold) -> bool:
    """Whether gold is as the correction says."""
    right = correction.right
    if right is None:
        return at(gold, correction.was) is None
    span = at(gold, right)
    moved = right == correction.was or at(gold, correction.was) is None
    return (
        moved
        and span is not None
        and all(span.attributes.get(name) == value for name, value in correction.values.items())
    )


def at(gold: Gold, mark: Mark) -> GoldSpan | None:
    """The first span with this label and place."""
    places = ((each, Mark(each.label, each.start, each.end)) for each in gold.spans)
    return next((each for each, place in places if place == mark), None)


def applied(
    correction: Correction, record: Annotation, article: Article, current: Scheme
) -> Annotation:
    """A record as the correction would have it, without what another label can't have: its attributes,
    and arrows."""
    spans: list[Span] = []
    for span in record.spans:
        if Mark(span.label, span.start, span.end) != correction.was:
            spans.append(span)
        elif correction.right is not None:
            spans.append(_changed(span, correction.right, correction.values, article, current))
    was, labels = ({each.id: each.label for each in of} for of in (record.spans, spans))
    return structs.replace(
        record,
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(
            each
            for each in record.relations
            if {each.from_, each.to} <= labels.keys() and _joins(each, was, labels, current)
        ),
    )


def _joins(
    arrow: Relation, was: Mapping[str, str], labels: Mapping[str, str], current: Scheme
) -> bool:
    """Whether an arrow may lead between the labels that its ends have now, if these are others."""
    before, now = ([of[end] for end in ends(arrow)] for of in (was, labels))
    known = current.relation.get(arrow.label or "")
    both = arrow.direction == "bi"
    return before == now or (known is not None and known.joins(*now, both_ways=both))


def _changed(
    span: Span,
    right: Mark,
    values: Mapping[str, AttributeValue | None],
    article: Article,
    current: Scheme,
) -> Span:
    known = {each.name for each in current.attributes_of(right.label)}
    merged: dict[str, AttributeValue | None] = {**span.attributes, **values}
    attributes: Attributes = {
        name: each
        for name, each in merged.items()
        if each is not None and (name in known or right.label == span.label)
    }
    text = article.text[right.start : right.end]
    return Span(span.id, right.label, right.start, right.end, text, attributes)


def states(
    known: Collection[Correction], gold: Gold | None, basis: str | None
) -> Iterator[tuple[Correction, str]]:
    """Each with what became of it: pending, corrected, declined, or undecided again."""
    for each in known:
        if gold is None:
            yield each, "pending"
        elif settled(each, gold):
            yield each, "corrected"
        elif not standing(each, gold):
            yield each, "undecided"
        else:
            yield each, "declined" if each.id in verdicts.corrections(basis) else "pending"
