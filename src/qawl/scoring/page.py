"""What a system gets wrong, as one self-contained page: figures, confusion, and the worst articles.

Made without a template engine, so that who only scores need not install one.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from qawl.core.excerpts import around
from qawl.core.records import Annotation, Span
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


def page(found: Mapping[str, Any], layers: Mapping[str, Layer]) -> str:
    """The page of the figures `found` of these layers."""
    title = f"Scores on {found['release']}" + (f", {found['split']}" if found["split"] else "")
    body = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(each)}</p>" for each in found["warnings"])]
    for name, layer in layers.items():
        body += _section(name, found["layers"][name], layer)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _section(name: str, figures: Mapping[str, Any], layer: Layer) -> Iterator[str]:
    yield f"<h2>{escape(name)}: {figures['n_articles']} articles</h2>"
    yield _table(["", "precision", "recall", "F1", "95 %", "n"], rows(figures))
    if "confusion" not in figures:
        return
    counts = figures["confusion"]["counts"]
    names = [each or "no span" for each in figures["confusion"]["labels"]]
    used = [at for at in range(len(names)) if any(counts[at]) or any(row[at] for row in counts)]
    yield "<h3>Gold (rows) against the system (columns), where places match</h3>"
    shown = ([names[at], *(str(counts[at][other] or "·") for other in used)] for at in used)
    yield f'<div class="wide">{_table(["", *(names[at] for at in used)], shown)}</div>'
    yield "<h3>The articles with the lowest exact F1</h3>"
    yield "<p><mark class='missed'>only in gold</mark> <mark class='extra'>only in the system</mark></p>"
    pairs = {pair.article.id: pair for pair in layer.pairs}
    for article, said in list(figures["articles"].items())[:WORST]:
        yield from _article(pairs[article], said["exact_f1"]["value"])


def rows(figures: Mapping[str, Any]) -> Iterator[list[str]]:
    """Name, precision, recall, value, interval and n of each figure of a layer, for a table."""
    for name, said in figures.get("sentences", {}).items():
        yield _row(f"sentences: {name.replace('_', ' ')}", said)
    if "labels" in figures:
        yield from _span_rows(figures)


def _span_rows(figures: Mapping[str, Any]) -> Iterator[list[str]]:
    exact = {key: figures[f"exact_{key}"] for key in ("precision", "recall")}
    yield _row("exact", {**figures.get("exact_f1", _NONE), **exact})
    for name in ("overlap_f1", "boundary_f1", "clitic_f1", "relation_f1", "whole", "who_said_what"):
        if name in figures:
            yield _row(name, figures[name])
    for label, said in figures["labels"].items():
        mine = {key: said.get(f"exact_{key}") for key in ("precision", "recall")}
        yield _row(label, {**said.get("exact_f1", _NONE), **mine})
    for name, said in figures["attributes"].items():
        yield _row(f"{name}: same value", said["percent"])
    for name, said in figures["ranking"].items():
        yield _row(f"{name}: average precision", said)
    for name, said in figures.get("soft", {}).items():
        for measure, each in said.items():
            if measure != "annotators":
                yield _row(f"{name}: {measure.replace('_', ' ')}", each)


_NONE: dict[str, Any] = {"value": None, "low": None, "high": None, "n": 0}


def _row(name: str, said: Mapping[str, Any]) -> list[str]:
    low, high = said["low"], said["high"]
    interval = "" if low is None else f"{low:.2f} to {high:.2f}"
    shares = (
        "" if said.get(key) is None else _number(said[key]) for key in ("precision", "recall")
    )
    return [name, *shares, _number(said["value"]), interval, str(said["n"])]


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
    there = {(span.label, span.start, span.end) for span in other.spans}
    return (span for span in one.spans if (span.label, span.start, span.end) not in there)


def _place(span: Span, side: str, text: str | None) -> str:
    where = f"<small>{escape(span.label)} {span.start} to {span.end}</small>"
    if text is None:
        return f"<li>{where} <mark class='{side}'>withheld</mark></li>"
    before, inside, after = map(escape, around(text, span.start, span.end, AROUND))
    return f"<li dir='auto'>{before}<mark class='{side}'>{inside}</mark>{after} {where}</li>"
