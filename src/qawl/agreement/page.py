"""One page for annotators: how far they agree, and every place where they don't, side by side."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import pairwise

import jinja2
from markupsafe import escape
from msgspec import Struct, structs

from qawl.agreement import arms, disagreements
from qawl.agreement.estimates import Distanced, Estimate, LayerAgreement
from qawl.agreement.readings import Mark, Reading, readings
from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, AttributeValue, Disagreement, in_words
from qawl.scheme import scheme
from qawl.scheme.languages import is_rtl
from qawl.scheme.scheme import Scheme
from qawl.scheme.titles import title_in

AROUND = 50
"""Code points of text shown on either side of a place."""


class Side(Struct, frozen=True):
    """What one annotator says of a place, as HTML: the text with the marks, or a value."""

    annotator: str
    shown: str


class Difference(Struct, frozen=True):
    """A place of an article where annotators differ, as the page shows it."""

    layer: str
    article: str
    labels: str
    kind: str
    readings: tuple[Side, ...]
    rtl: bool


def page(project: Project, layers: Mapping[str, LayerAgreement]) -> str:
    """The page, self-contained; `layers` are those of an agreement report."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(
        files("qawl.agreement").joinpath("feedback.html.j2").read_text("utf-8")
    )
    schemes = {name: scheme.load(project, name) for name in layers}
    return template.render(
        name=project.settings.name,
        rtl=is_rtl(project.settings.language),
        language=project.settings.language,
        people=any(each.person for each in project.annotators.values()),
        layers={name: _layer(schemes[name], said) for name, said in layers.items()},
        places=list(_places(project, schemes)),
        annotators=sorted({who for said in layers.values() for who in said.annotators}),
    )


def _layer(current: Scheme, said: LayerAgreement) -> dict[str, object]:
    """Figures for the chart and the heat map of a layer."""
    figures: list[tuple[str, Estimate | Distanced]] = [*said.figures.items()]
    for attribute, found in said.attributes.items():
        figures.append((f"{attribute} cohen_kappa", found.cohen_kappa))
        figures.append((f"{attribute} alpha", found.alpha))
    counts = said.confusion.counts
    used = [row for row, each in enumerate(counts) if any(each)]
    top = max((counts[a][b] for a in used for b in used), default=0)
    return {
        "title": title_in(current.title, "en", current.layer),
        "articles": said.articles_compared,
        "arms": arms.rows(said.suggested) if said.suggested else [],
        "fate": said.suggested.fate if said.suggested else {},
        "fates": arms.FATES,
        "warnings": said.warnings,
        "figures": [{"name": name, **structs.asdict(each)} for name, each in figures],
        "labels": [said.confusion.labels[row] or "∅" for row in used],
        "cells": [[(counts[a][b], counts[a][b] / top if top else 0) for b in used] for a in used],
        "all_labels": list(current.label),
    }


def _places(project: Project, schemes: dict[str, Scheme]) -> Iterator[Difference]:
    articles = article_store.by_id(project)
    for layer in schemes:
        for article, records in derive.beside(project, layer, articles):
            submitted = [
                record
                for record in records
                if record.annotator != JUDGE and record.status == "submitted"
            ]
            if len(submitted) > 1:
                yield from _of_article(layer, article, submitted)


def _of_article(layer: str, article: Article, records: list[Annotation]) -> Iterator[Difference]:
    every = readings(records)
    differing = disagreements.not_common([each.spans for each in every])
    for cluster in disagreements.clusters(differing):
        start, end = cluster[0].start, max(mark.end for mark in cluster)
        shown = tuple(
            Side(each.annotator, _marked(article.text, start, end, _mine(each, cluster)))
            for each in every
        )
        labels = " ".join(sorted({mark.label for mark in cluster}))
        yield Difference(layer, article.id, labels, "span", shown, is_rtl(article.language))
    for each in disagreements.find(records):
        if each.kind != "span":
            yield _of_value(layer, article, each)


def _of_value(layer: str, article: Article, each: Disagreement) -> Difference:
    """A place where an attribute or an arrow differs."""
    around = _marked(article.text, each.start, each.end, [(each.start, each.end, each.label)])
    sides = tuple(
        Side(who, f"{around}<br><b>{escape(f'{each.name}: {_said(value)}')}</b>")
        for who, value in each.readings.items()
    )
    return Difference(layer, article.id, each.label, each.kind, sides, is_rtl(article.language))


def _said(value: AttributeValue | None) -> str:
    if value is None:
        return "—"
    return in_words(value)


def _mine(reading: Reading, cluster: list[Mark]) -> list[tuple[int, int, str]]:
    return [(mark.start, mark.end, mark.label) for mark in cluster if mark in reading.spans]


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int, str]]) -> str:
    """The text around a place as HTML, with these spans marked; nested ones are nested marks."""
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    opens: dict[int, list[tuple[int, str]]] = {}
    for first, last, label in spans:
        opens.setdefault(first, []).append((last, label))
    bounds = sorted({low, high, *(each[0] for each in spans), *(each[1] for each in spans)})
    out: list[str] = ["…" if low else ""]
    for first, last in pairwise(bounds):
        inside = [label for a, b, label in spans if a <= first and last <= b]
        piece = str(escape(text[first:last]))
        for label in inside:
            piece = f"<mark title='{escape(label)}'>{piece}</mark>"
        starting = "".join(f"<sup>{escape(label)}</sup>" for _, label in opens.get(first, ()))
        out.append(starting + piece)
    return "".join(out) + ("…" if high < len(text) else "")
