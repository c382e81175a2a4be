"""Spans as IOB2 columns: CoNLL-2003 with its four columns, and one TSV an article with all levels."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qawl.core.records import Span
from qawl.formats.job import GOLD, Job, Work, stem
from qawl.release.tables import tokens

PROJECTION = "conll"
_SPACE = re.compile(r"\s")


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
    """<layer>.<hand>.conll: token, -X-, -X-, tag; a sentence ends at a line feed.

    Tags are IOB2 over the outermost spans, in the label set of the scheme's projection `conll`.
    """
    for layer in job.schemes:
        for hand in job.hands:
            pieces = (_document(work) for work in job.work(layer, hand))
            job.folder.write(f"{stem(layer, hand)}.conll", pieces)


def write_iob2(job: Job) -> None:
    """<hand>/<article>.tsv: token, start, end, then for each layer a column a level of nesting."""
    for hand in job.hands:
        for article, works in job.by_article(hand):
            table = _table(article.text, works)
            job.folder.write(f"{hand or GOLD}/{article.id}.tsv", table)


def _document(work: Work) -> str:
    """One article of a CoNLL-2003 file."""
    text = work.article.text
    at = tokens.edges(text)
    work.lose_all_but_spans()
    tags = _projected(work)
    tagged = tokens.tagged_at(tags, at)
    _note(work, tagged.losses)
    _note_torn(work, tags, tagged.losses)
    lines = ["-DOCSTART- -X- -X- O\n\n"]
    ended = 0
    for (start, end), tag in zip(tokens.listed(at), tagged.tags()[0], strict=True):
        if ended and "\n" in text[ended:start]:
            lines.append("\n")
            # a sentence can't begin inside a span: what goes on is tagged as one of its own
            tag = f"B-{tag[2:]}" if tag.startswith("I-") else tag  # noqa: PLW2901
        lines.append(f"{text[start:end]} -X- -X- {tag}\n")
        ended = end
    return "".join([*lines, "\n"])


def _table(text: str, works: Sequence[Work]) -> Iterator[str]:
    """One article with the tags of some layers."""
    at = tokens.edges(text)
    names = ["token", "start", "end"]
    columns: list[list[str]] = []
    for work in works:
        work.lose_all_but_spans()
        tagged = tokens.tagged_at(_own(work), at, columns=None)
        _note(work, tagged.losses)
        layer = work.scheme.layer
        names += [f"{layer}.{level}" if level else layer for level in range(len(tagged.classes))]
        columns += tagged.tags()
    yield "\t".join(names) + "\n"
    for (start, end), *tags in zip(tokens.listed(at), *columns, strict=True):
        yield "\t".join([text[start:end], str(start), str(end), *tags]) + "\n"


def _own(work: Work) -> list[_Tag]:
    """The spans under the scheme's own labels."""
    return [_Tag(_name(work, span), span) for span in work.spans()]


def _projected(work: Work) -> list[_Tag]:
    """The spans under the labels of the published set; under their own where the scheme has none."""
    sets = [each.labels for each in work.scheme.projections if each.name == PROJECTION]
    if not sets:
        return _own(work)
    labels = sets[0]
    merged = _repeated(labels.values())
    found = []
    for span in work.spans():
        label = labels.get(span.label)
        if label is None:
            work.lost("label-unmapped", span)
            continue
        if label in merged:
            work.lost("label-merged", span, label)
        found.append(_Tag(label, span))
    return found


def _repeated(values: Iterable[str]) -> set[str]:
    seen = list(values)
    return {each for each in seen if seen.count(each) > 1}


def _name(work: Work, span: Span) -> str:
    """A label without white space, which ends a column."""
    name = _SPACE.sub("_", span.label)
    if name != span.label:
        work.lost("name-changed", span, name)
    return name


def _note(work: Work, losses: Iterable[tokens.Loss[_Tag]]) -> None:
    for loss in losses:
        work.lost(loss.kind, loss.span.span)


def _note_torn(work: Work, tags: Iterable[_Tag], losses: Iterable[tokens.Loss[_Tag]]) -> None:
    """Notes the tagged spans that a sentence break tears."""
    unsaid = {id(loss.span) for loss in losses if loss.kind in ("too-deep", "no-token")}
    for tag in tags:
        if id(tag) not in unsaid and "\n" in work.article.text[tag.start : tag.end].strip():
            work.lost("line-break", tag.span)
