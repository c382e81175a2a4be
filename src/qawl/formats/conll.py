"""Spans as IOB2 columns: CoNLL-2003 in columns, and one TSV an article with all levels."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import regex

from qawl.core.records import GOLD, Span
from qawl.formats.job import Job, Work
from qawl.formats.names import Names
from qawl.release.tables import tokens
from qawl.release.tables.token_table import LEVELS
from qawl.scheme.model import CONLL, Projection, Scheme

_SPACE = re.compile(r"\s")
_COLUMNS = ("token", "start", "end")
NOT_ANNOTATED = "_"
"""What stands for a tag where nobody has annotated the article in the layer."""
_UNSEEN = regex.compile(r"[\p{Cf}\p{Default_Ignorable_Code_Point}]+")
"""Direction marks, joiners and the like: alone they are no token."""


@dataclass(frozen=True, slots=True)
class _Tag:
    """A span under the label that its tags have."""

    label: str
    span: Span

    @property
    def start(self) -> int:
        return self.span.start

    @property
    def end(self) -> int:
        return self.span.end


def write_conll2003(job: Job) -> None:
    """<layer>.<annotator>.<split>.conll: token, -X-, -X-, tag; a sentence ends at a line feed.

    The line -DOCSTART- before an article has its id in the second column.
    Tags are IOB2 in the label set of the scheme's projection `conll`: a column of the outermost spans,
    and one for each of two levels below where the projection is not `outermost`.
    """
    names = {
        layer: Names(_plain, _set(scheme), kind="label") for layer, scheme in job.schemes.items()
    }
    for name, scheme, works in job.parts():
        with job.folder.several() as add:
            for work in works:
                add(f"{name}.{work.split}.conll", _document(work, names[scheme.layer]))
    job.folder.write_names(names)


def write_iob2(job: Job) -> None:
    """<annotator>/<article>.tsv: token, start, end, then for each layer a column a level of nesting.

    All articles have the same columns: as many of a layer as the one that needs most.
    """
    names = {
        layer: Names(_plain, scheme.label, kind="label") for layer, scheme in job.schemes.items()
    }
    columns = Names(str, job.schemes, taken=_COLUMNS)
    for annotator in job.annotators:
        wide = {layer: _width(job, layer, annotator) for layer in job.schemes}
        for article, works in job.by_article(annotator):
            table = _table(article.text, works, names, columns, wide)
            job.folder.write(f"{annotator or GOLD}/{article.id}.tsv", table)
    job.folder.write_names(names)


def _plain(name: str) -> str:
    """A label without white space, which ends a column."""
    return _SPACE.sub("_", name)


def _edges(text: str) -> tokens.Edges:
    """Where tokens start and end, without those of which nothing is seen."""
    starts, ends = at = tokens.edges(text)
    unseen = [each.span() for each in _UNSEEN.finditer(text)]
    if not unseen:
        return at
    firsts, lasts = np.array(unseen).T
    holds = np.searchsorted(firsts, starts, "right") - 1
    seen = (holds < 0) | (ends > lasts[holds])
    return starts[seen], ends[seen]


def _document(work: Work, names: Names) -> str:
    """One article of a CoNLL-2003 file."""
    text, projection = work.article.text, _projection(work.scheme)
    at = _edges(text)
    work.lose_all_but_spans()
    tags = _projected(work, projection.labels, names) if projection else _own(work, names)
    flat = projection is None or projection.outermost
    tagged = tokens.tagged_at(tags, at, columns=1 if flat else len(LEVELS))
    _note(work, tagged.losses)
    _note_torn(work, tags, tagged.losses)
    columns = tagged.tags()
    lines = [f"-DOCSTART- {work.article.id} -X-{' O' * len(columns)}\n\n"]
    ended = 0
    for (start, end), *row in zip(tokens.listed(at), *columns, strict=True):
        if ended and "\n" in text[ended:start]:
            lines.append("\n")
            # a sentence can't begin inside a span: what goes on is tagged as one of its own
            row = [f"B-{tag[2:]}" if tag.startswith("I-") else tag for tag in row]  # noqa: PLW2901
        lines.append(f"{text[start:end]} -X- -X- {' '.join(row)}\n")
        ended = end
    return "".join([*lines, "\n"])


def _width(job: Job, layer: str, annotator: str | None) -> int:
    """How many columns a layer has: as many as its deepest nesting in any article."""
    deepest = 0
    for work in job.wide(layer, annotator):
        placed, _ = tokens.layout(work.inside(), _edges(work.article.text))
        deepest = max([deepest, *(each.level for each in placed)])
    return deepest + 1


def _table(
    text: str,
    works: Sequence[Work],
    names: Mapping[str, Names],
    columns: Names,
    wide: Mapping[str, int],
) -> Iterator[str]:
    """One article with the tags of all layers; NOT_ANNOTATED in those of a layer that nobody did."""
    at = _edges(text)
    tags: dict[str, tuple[list[str], ...]] = {
        layer: ([NOT_ANNOTATED] * len(at[0]),) * width for layer, width in wide.items()
    }
    for work in works:
        work.lose_all_but_spans()
        layer = work.scheme.layer
        tagged = tokens.tagged_at(_own(work, names[layer]), at, columns=wide[layer])
        _note(work, tagged.losses)
        tags[layer] = tagged.tags()
    heads = [
        f"{columns(layer)}.{level}" if level else columns(layer)
        for layer, width in wide.items()
        for level in range(width)
    ]
    yield "\t".join([*_COLUMNS, *heads]) + "\n"
    rows = zip(tokens.listed(at), *(each for of in tags.values() for each in of), strict=True)
    for (start, end), *row in rows:
        yield "\t".join([text[start:end], str(start), str(end), *row]) + "\n"


def _own(work: Work, names: Names) -> list[_Tag]:
    """The spans under the scheme's own labels."""
    return [_Tag(_written(work, span, span.label, names), span) for span in work.spans()]


def _projection(scheme: Scheme) -> Projection | None:
    """How the scheme's labels become those of the published set."""
    return next((each for each in scheme.projections if each.name == CONLL), None)


def _set(scheme: Scheme) -> Iterable[str]:
    """The labels that tags have."""
    projection = _projection(scheme)
    return projection.labels.values() if projection else scheme.label


def _projected(work: Work, labels: Mapping[str, str], names: Names) -> list[_Tag]:
    """The spans under the labels of the published set."""
    merged = {label for label, count in Counter(labels.values()).items() if count > 1}
    found = []
    for span in work.spans():
        label = labels.get(span.label)
        if label is None:
            work.lost("label-unmapped", span)
            continue
        if label in merged:
            work.lost("label-merged", span, label)
        found.append(_Tag(_written(work, span, label, names), span))
    return found


def _written(work: Work, span: Span, label: str, names: Names) -> str:
    """What stands for a label in tags."""
    written = names(label)
    if written != label:
        work.lost("name-changed", span, written)
    return written


def _note(work: Work, losses: Iterable[tokens.Loss[_Tag]]) -> None:
    for loss in losses:
        work.lost(loss.kind, loss.span.span)


def _note_torn(work: Work, tags: Iterable[_Tag], losses: Iterable[tokens.Loss[_Tag]]) -> None:
    """Notes the tagged spans that a sentence break tears."""
    unsaid = {id(loss.span) for loss in losses if loss.kind in ("too-deep", "no-token")}
    for tag in tags:
        if id(tag) not in unsaid and "\n" in work.article.text[tag.start : tag.end].strip():
            work.lost("line-break", tag.span)
