"""One page for annotators: how far they agree, and every place where they don't, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from markupsafe import escape
from msgspec import UNSET, Struct, structs

from qawl.agreement import disagreements, suggestion_effect
from qawl.agreement.estimates import Distanced, Estimate, LayerAgreement
from qawl.agreement.intervals import FEW
from qawl.agreement.readings import Mark, Reading, readings
from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.core import templates
from qawl.core.phrases import Phrases, phrases
from qawl.core.project import Project
from qawl.core.records import JUDGE, Article, AttributeValue, Disagreement, in_words
from qawl.core.text import told_apart
from qawl.scheme import scheme
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import Scheme
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
    schemes = {name: scheme.load(project, name) for name in layers}
    say = phrases(project.settings.language)
    shown = _Shown(say, schemes)
    return templates.page("qawl.agreement", "feedback.html.j2").render(
        name=project.settings.name,
        rtl=is_rtl(say.language),
        say=say,
        shown=shown,
        people=any(each.person for each in project.annotators.values()),
        layers={name: _layer(schemes[name], said, shown) for name, said in layers.items()},
        places=list(_places(project, schemes, shown)),
        annotators=sorted({who for said in layers.values() for who in said.annotators}),
    )


class _Shown:
    """What the page calls layers, figures, labels and values."""

    def __init__(self, say: Phrases, schemes: Mapping[str, Scheme]) -> None:
        self.say, self._schemes = say, schemes

    def layer(self, layer: str) -> str:
        return title_in(self._schemes[layer].title, self.say.language, layer)

    def called(self, layer: str, name: str) -> str:
        return self._schemes[layer].called(name, self.say.language)

    def labels(self, layer: str, names: str, between: str = " ") -> str:
        """Several names with something between them."""
        return between.join(self.called(layer, each) for each in names.split(between))

    def few(self, articles: int) -> str:
        """That the figures are of few articles."""
        return self.say("feedback.few", count=articles, few=FEW)

    def figure(self, name: str) -> str:
        return self.say.get(f"figure.{name}", name)

    def value(self, layer: str, value: AttributeValue | None, text: str) -> str:
        """A value, or marks, of which a reading tells label and place in the text."""
        if value is None:
            return "—"
        several = [value] if isinstance(value, str) else value
        if isinstance(several, int | float) or not all(isinstance(each, str) for each in several):
            return in_words(value)
        return self.say("words.list").join(
            disagreements.readable(str(each), partial(self.called, layer), text) for each in several
        )


def _layer(current: Scheme, said: LayerAgreement, shown: _Shown) -> dict[str, object]:
    """Figures for the chart and the heat map of a layer."""
    figures: list[tuple[str, Estimate | Distanced]] = [
        (shown.figure(name), each) for name, each in said.figures.items() if said.marked
    ]
    for attribute, found in said.attributes.items():
        title = shown.called(current.layer, attribute)
        figures.append((f"{title}: {shown.figure('cohen_kappa')}", found.cohen_kappa))
        figures.append((f"{title}: {shown.figure('alpha_of')}", found.alpha))
    counts = said.confusion.counts
    used = [row for row, each in enumerate(counts) if any(each)]
    top = max((counts[a][b] for a in used for b in used), default=0)
    return {
        "title": shown.layer(current.layer),
        "articles": said.articles_compared,
        "arms": suggestion_effect.rows(said.suggested) if said.suggested else [],
        "fate": said.suggested.fate if said.suggested else {},
        "fates": suggestion_effect.FATES,
        "few": shown.few(said.articles_compared) if said.warnings else "",
        "figures": [{"name": name, **structs.asdict(each)} for name, each in figures],
        "labels": [shown.called(current.layer, said.confusion.labels[row] or "∅") for row in used],
        "cells": [[(counts[a][b], counts[a][b] / top if top else 0) for b in used] for a in used],
        "all_labels": list(current.label),
    }


def _places(project: Project, schemes: dict[str, Scheme], titles: _Shown) -> Iterator[Difference]:
    articles = article_store.by_id(project)
    for layer, current in schemes.items():
        for article, records in derive.beside(project, layer, articles):
            submitted = [
                record
                for record in records
                if record.annotator != JUDGE and record.status == "submitted"
            ]
            if len(submitted) > 1:
                every = readings(submitted, current.attribute)
                yield from _of_article(layer, article, every, titles)


def _of_article(
    layer: str, article: Article, every: Sequence[Reading], titles: _Shown
) -> Iterator[Difference]:
    differing = disagreements.not_common([each.spans for each in every])
    for cluster in disagreements.clusters(differing):
        start, end = cluster[0].start, max(mark.end for mark in cluster)
        shown = tuple(
            Side(
                each.annotator,
                _marked(article.text, start, end, _mine(each, cluster, layer, titles))
                + _doubts(each, cluster, titles.say),
            )
            for each in every
        )
        labels = " ".join(sorted({mark.label for mark in cluster}))
        yield Difference(layer, article.id, labels, "span", shown, is_rtl(article.language))
    for each in disagreements.find(every):
        if each.kind != "span":
            yield _of_value(layer, article, each, titles)


def _of_value(layer: str, article: Article, each: Disagreement, titles: _Shown) -> Difference:
    """A place where an attribute or an arrow differs."""
    label = titles.labels(layer, each.label, disagreements.BETWEEN)
    around = _marked(article.text, each.start, each.end, [(each.start, each.end, label)])
    name = titles.labels(layer, each.name or "", disagreements.BETWEEN)
    shown = {who: titles.value(layer, said, article.text) for who, said in each.readings.items()}
    sides = tuple(
        Side(who, f"{around}<br><b>{escape(f'{name}: {told_apart(said, shown.values())}')}</b>")
        for who, said in shown.items()
    )
    return Difference(layer, article.id, each.label, each.kind, sides, is_rtl(article.language))


def _mine(
    reading: Reading, cluster: list[Mark], layer: str, titles: _Shown
) -> list[tuple[int, int, str]]:
    return [
        (mark.start, mark.end, titles.called(layer, mark.label))
        for mark in cluster
        if mark in reading.spans
    ]


def _doubts(reading: Reading, cluster: list[Mark], say: Phrases) -> str:
    """What an annotator is unsure of there, as HTML."""
    spans = (reading.spans[mark] for mark in cluster if mark in reading.spans)
    notes = (each.unsure for each in spans if each.unsure is not UNSET)
    return "".join(f"<br><i>{escape(say('annotate.unsure'))} {escape(note)}</i>" for note in notes)


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
