"""What a system gets wrong, as one self-contained page: figures, confusion, and the worst articles.

Made without a template engine, so that who only scores need not install one.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import islice

from qawl.core.excerpts import around, many
from qawl.core.records import Annotation, Span
from qawl.scoring.figures import (
    NO_ESTIMATE,
    Bounded,
    LayerScores,
    Scored,
    Scores,
    SpanScores,
)
from qawl.scoring.score import Layer, Pair

WORST = 20
"""Articles of a layer that are shown, those where the system is furthest from gold."""
AROUND = 50
"""Code points of text shown on either side of a span."""

_STYLE = """
:root { color-scheme: light dark; --line: rgba(128,128,128,.35); }
body { font: 16px/1.6 system-ui, "Noto Naskh Arabic", sans-serif; max-width: 1100px; }
body { margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
td, th { padding: 2px 8px; border: 1px solid var(--line); font-size: .9rem; }
td { text-align: end; } th { text-align: start; font-weight: normal; }
.wide { overflow-x: auto; direction: ltr; }
li { margin: .3rem 0; line-height: 2; }
mark.missed { background: #f2c14e88; color: inherit; }
mark.extra { background: #4ea8de66; color: inherit; }
small { opacity: .75; unicode-bidi: isolate; }
"""


def page(found: Scores, layers: Mapping[str, Layer]) -> str:
    """The page of the figures `found` of these layers."""
    head = found.head
    title = f"Scores on {head.release}" + (f", {head.split}" if head.split else "")
    body = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(each)}</p>" for each in head.warnings)]
    for name, layer in layers.items():
        body += _section(name, found.layers[name], layer)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _section(name: str, figures: LayerScores, layer: Layer) -> Iterator[str]:
    yield f"<h2>{escape(name)}: {many(figures.n_articles, 'article')}</h2>"
    yield _table(["", "precision", "recall", "F1", "95 %", "n"], rows(figures))
    if figures.spans is None or not figures.spans.labels:
        return
    confusion = figures.spans.confusion
    counts = confusion.counts
    names = [each or "no span" for each in confusion.labels]
    used = [at for at in range(len(names)) if any(counts[at]) or any(row[at] for row in counts)]
    yield "<h3>Gold (rows) against the system (columns), where places match</h3>"
    shown = ([names[at], *(str(counts[at][other] or "·") for other in used)] for at in used)
    yield f'<div class="wide">{_table(["", *(names[at] for at in used)], shown)}</div>'
    yield "<h3>The articles with the lowest exact F1</h3>"
    yield "<p><mark class='missed'>only in gold</mark> <mark class='extra'>only in the system</mark></p>"
    pairs = {pair.article.id: pair for pair in layer.pairs}
    for article, value in islice(figures.spans.of_articles, WORST):
        yield from _article(pairs[article], value)


def rows(figures: LayerScores) -> Iterator[list[str]]:
    """Name, precision, recall, value, interval and n of each figure of a layer, for a table."""
    for name, said in (figures.sentences or {}).items():
        label = f"sentences: {name.replace('_', ' ')}"
        yield _scored(label, said) if isinstance(said, Scored) else _row(label, said)
    if figures.spans is not None:
        yield from _span_rows(figures.spans)
        for name, soft in (figures.soft or {}).items():
            for measure, each in soft.figures.items():
                yield _row(f"{name}: {measure.replace('_', ' ')}", each)


def _span_rows(scores: SpanScores) -> Iterator[list[str]]:
    if scores.labels:
        yield from _place_rows(scores)
    for name, whole in scores.wholes.items():
        yield _scored(name, whole)
    for label, of, shares in scores.of_labels:
        found = of.get("exact_f1", NO_ESTIMATE)
        yield _row(label, found, shares.exact_precision, shares.exact_recall)
    for name, said in scores.agreement.attributes.items():
        yield _row(f"{name}: same value", said.percent)
    for name, ranked in scores.ranking.items():
        yield _row(f"{name}: average precision", ranked)


def _place_rows(scores: SpanScores) -> Iterator[list[str]]:
    figures, exact = scores.agreement.figures, scores.exact
    first = figures.get("exact_f1", NO_ESTIMATE)
    yield _row("exact", first, exact.exact_precision, exact.exact_recall)
    for name in ("overlap_f1", "boundary_f1", "clitic_f1", "relation_f1"):
        if name in figures:
            yield _row(name, figures[name])


def _scored(name: str, said: Scored) -> list[str]:
    return _row(name, said, said.precision, said.recall)


def _row(
    name: str, said: Bounded, precision: float | None = None, recall: float | None = None
) -> list[str]:
    low, high = said.low, said.high
    interval = "" if low is None or high is None else f"{low:.2f} to {high:.2f}"
    shares = ("" if each is None else _number(each) for each in (precision, recall))
    return [name, *shares, _number(said.value), interval, str(said.n)]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(head: list[str], rows_: Iterable[list[str]]) -> str:
    def line(cells: list[str], tag: str) -> str:
        first, *rest = map(escape, cells)
        return f"<tr><th>{first}</th>{''.join(f'<{tag}>{each}</{tag}>' for each in rest)}</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(each, 'td') for each in rows_)}</table>"


def _article(pair: Pair, value: float | None) -> Iterator[str]:
    """The spans of an article that only one side has."""
    sides = (("missed", pair.gold, pair.system), ("extra", pair.system, pair.gold))
    spans = [(span, side) for side, one, other in sides for span in _only(one, other)]
    if not spans:
        return
    yield f"<h4>{escape(pair.article.id)}: exact F1 {_number(value)}</h4><ul>"
    for span, side in sorted(spans, key=lambda each: (each[0].start, each[0].end, each[1])):
        yield _place(span, side, pair.article.text)
    yield "</ul>"


def _only(one: Annotation, other: Annotation) -> Iterator[Span]:
    there = {span.place for span in other.spans}
    return (span for span in one.spans if span.place not in there)


def _place(span: Span, side: str, text: str | None) -> str:
    where = f"<small>{escape(span.label)} {span.start} to {span.end}</small>"
    if text is None:
        return f"<li>{where} <mark class='{side}'>withheld</mark></li>"
    before, inside, after = map(escape, around(text, span.start, span.end, AROUND))
    return f"<li dir='auto'>{before}<mark class='{side}'>{inside}</mark>{after} {where}</li>"
