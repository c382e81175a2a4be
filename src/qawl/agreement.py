"""How far annotators agree: coefficients with bootstrap intervals, per layer, label, pair and article.

The report is plain JSON values: `{"value", "low", "high", "n"}` for each figure, `value` null where
a coefficient is undefined. `exports/agreement.json` is its stored form.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qawl import annotations as stored_annotations
from qawl import coefficients, corpus, jsonl, matching, scheme
from qawl.coefficients import Array
from qawl.figures import (
    Figure,
    Pair,
    attribute_tables,
    clitic_starts,
    confusion,
    coverage,
    exact,
    f1_figure,
    f1_figures,
    near,
    relation_sums,
)
from qawl.model import JUDGE, Annotation
from qawl.project import Project
from qawl.scheme import Attribute, Scheme
from qawl.unitizing import unitizing
from qawl.units import Units, collect

STORED = "agreement.json"
RESAMPLES = 1000
SEED = 0


@dataclass(frozen=True, slots=True)
class Text:
    """What agreement needs of an article: its text and its source."""

    text: str
    source: str | None


def report(project: Project, *, resamples: int = RESAMPLES) -> dict[str, Any]:
    """The agreement of every layer, from the annotations on disk."""
    texts = {each.id: Text(each.text, each.source) for each in corpus.articles(project)}
    schemes = scheme.load_all(project)
    layers = {
        layer: measure(
            stored_annotations.read(project, layer), schemes[layer], texts, resamples=resamples
        )
        for layer in project.settings.layers
    }
    return {
        "format": 1,
        "annotations_sha256": digest(project),
        "people": {name: each.person for name, each in project.annotators.items()},
        "resamples": resamples,
        "layers": layers,
    }


def store(project: Project, found: dict[str, Any]) -> None:
    """Writes exports/agreement.json."""
    text = json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False)
    jsonl.write_text(project.exports / STORED, text + "\n")


def stored(project: Project) -> dict[str, Any] | None:
    """What exports/agreement.json holds, if it was made from the annotations that stand there now."""
    path = project.exports / STORED
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found if found.get("annotations_sha256") == digest(project) else None


def fresh(project: Project) -> dict[str, Any]:
    """The stored report where it is of the annotations that stand there now, else a new one."""
    found = stored(project)
    if found is None:
        found = report(project)
        store(project, found)
    return found


def digest(project: Project) -> str:
    """SHA-256 over the annotations of all layers: what a report was made from."""
    total = sha256()
    for layer in project.settings.layers:
        for _, line in jsonl.lines(stored_annotations.path(project, layer)):
            total.update(line + b"\n")
    return total.hexdigest()


def measure(
    records: Iterable[Annotation],
    layer_scheme: Scheme,
    texts: dict[str, Text],
    *,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """The agreement of one layer; annotations of articles that `texts` does not have are left out."""
    known = (
        record for record in records if record.article_id in texts and record.annotator != JUDGE
    )
    units = collect(known, layer_scheme.label)
    weights = _resamples(len(units.articles), resamples)
    figures, by_pair = _span_figures(units, layer_scheme, texts)
    found: dict[str, Any] = {
        "annotators": list(units.annotators),
        "articles_compared": int((units.done.sum(0) >= 2).sum()),
        **{name: estimate(each, weights) for name, each in figures[None].items()},
    }
    found["attributes"] = _attributes(units, layer_scheme, weights)
    found["labels"] = {
        label: {name: estimate(each, weights) for name, each in figures[label].items()}
        for label in units.labels
    }
    found["pairs"] = {
        f"{units.annotators[one]} {units.annotators[other]}": {
            name: estimate(each, weights) for name, each in by_pair[one, other].items()
        }
        for one, other in by_pair
    }
    found["against_rest"] = _against_rest(units, by_pair, weights)
    found["sources"] = _by_source(units, figures[None], texts)
    found["articles"] = _by_article(units, figures[None])
    found["confusion"] = _confusion(units)
    return found


def estimate(figure: Figure, weights: NDArray[np.int64]) -> dict[str, Any]:
    """A figure pooled over articles, with the 95 % percentile interval over resampled articles."""
    total = figure.sums.sum(0)
    drawn = figure.value(weights @ figure.sums) if len(weights) else np.array([])
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (np.nan, np.nan)
    value = float(figure.value(total))
    defined = not np.isnan(value)
    return {
        "value": _plain(value),
        "low": _plain(float(low)) if defined else None,
        "high": _plain(float(high)) if defined else None,
        "n": round(float(figure.count(total))),
    }


def _plain(value: float) -> float | None:
    """A number for JSON, without digits that carry nothing; None where undefined."""
    return None if isnan(value) else round(value, 6) + 0.0


def _resamples(articles: int, count: int) -> NDArray[np.int64]:
    """How often each article stands in each resample: count × articles, seeded."""
    if articles < 2:
        return np.zeros((0, articles), np.int64)
    return np.random.default_rng(SEED).multinomial(articles, [1 / articles] * articles, size=count)


def _span_figures(
    units: Units, layer_scheme: Scheme, texts: dict[str, Text]
) -> tuple[dict[str | None, dict[str, Figure]], dict[Pair, dict[str, Figure]]]:
    """Figures by label (None: all labels), and by pair of annotators."""
    text_of = {article: texts[article].text for article in units.articles}
    kinds = {
        "exact_f1": f1_figures(units, exact),
        "overlap_f1": f1_figures(units, matching.overlapping),
        "boundary_f1": f1_figures(units, near),
    }
    if any(label.unit == "mention" for label in layer_scheme.labels):
        kinds["clitic_f1"] = f1_figures(units, exact, clitic_starts(units, text_of))
    pairs = list(combinations(range(len(units.annotators)), 2))
    by_label: dict[str | None, dict[str, Figure]] = {
        None: {},
        **{each: {} for each in units.labels},
    }
    by_pair: dict[Pair, dict[str, Figure]] = {pair: {} for pair in pairs}
    shape = (len(units.articles), len(units.labels), 3)
    for name, counted in kinds.items():
        summed = sum(counted.values(), np.zeros(shape))
        by_label[None][name] = f1_figure(summed.sum(1))
        for index, label in enumerate(units.labels):
            by_label[label][name] = f1_figure(summed[:, index])
        for pair in pairs:
            by_pair[pair][name] = f1_figure(counted[pair].sum(1))
    if layer_scheme.relations:
        relations = {pair: relation_sums(units, pair) for pair in pairs}
        total = sum(relations.values(), np.zeros((len(units.articles), 3)))
        by_label[None]["relation_f1"] = f1_figure(total)
        for pair in pairs:
            by_pair[pair]["relation_f1"] = f1_figure(relations[pair])
    lengths = np.array([len(text_of[article]) for article in units.articles], np.int64)
    for label_index, sums in coverage(units, lengths):
        label_name = None if label_index is None else units.labels[label_index]
        by_label[label_name]["alpha"] = Figure(
            sums, coefficients.nominal_alpha, lambda total: total[..., 1:].sum(-1)
        )
    total = np.zeros((len(units.articles), 2))
    for index, sums in unitizing(units, lengths):
        total += sums
        by_label[units.labels[index]]["alpha_u"] = _unitizing(sums, lengths)
    by_label[None]["alpha_u"] = _unitizing(total, lengths)
    return by_label, by_pair


def _unitizing(sums: Array, lengths: NDArray[np.int64]) -> Figure:
    """Unitizing alpha as a figure; n is the length of the articles where the label occurs."""
    used = (sums[:, 1] > 0) * lengths
    return Figure(
        np.column_stack([sums, used]),
        lambda total: coefficients.unitizing_alpha(total[..., :2]),
        lambda total: total[..., 2],
    )


def _attributes(
    units: Units, layer_scheme: Scheme, weights: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Kappa, AC1 and alpha of each choice, on spans that match (or on articles)."""
    return {
        attribute.name: {
            name: estimate(figure, weights)
            for name, figure in _attribute_figures(units, attribute).items()
        }
        for attribute in layer_scheme.attributes
        if attribute.kind == "choice"
    }


def _attribute_figures(units: Units, attribute: Attribute) -> dict[str, Figure]:
    order = [value.name for value in attribute.values]
    order += [each for each in units.values.get(attribute.name, ()) if each not in order]
    tables = _tables(units, attribute, tuple(order))
    flat = tables.reshape(len(tables), len(order) ** 2)
    width = len(order)

    def square(sums: Array) -> Array:
        return sums.reshape(*sums.shape[:-1], width, width)

    def symmetric(sums: Array) -> Array:
        table = square(sums)
        return table + np.swapaxes(table, -1, -2)

    def pair_sums(sums: Array) -> Array:
        table = square(sums)
        count = table.sum((-1, -2))[..., None]
        agreeing = np.trace(table, axis1=-2, axis2=-1)[..., None]
        return np.concatenate([count, agreeing, (table.sum(-1) + table.sum(-2)) / 2], -1)

    def count(sums: Array) -> Array:
        total: Array = sums.sum(-1)
        return total

    values = {
        "percent": lambda sums: coefficients.f1(_agreeing(square(sums))),
        "cohen_kappa": lambda sums: coefficients.cohen_kappa(square(sums)),
        "fleiss_kappa": lambda sums: coefficients.fleiss_kappa(pair_sums(sums)),
        "ac1": lambda sums: coefficients.ac1(pair_sums(sums)),
        "alpha": lambda sums: coefficients.alpha(symmetric(sums), ordinal=attribute.ordered),
    }
    return {name: Figure(flat, value, count) for name, value in values.items()}


def _agreeing(table: Array) -> Array:
    """(agreeing, items, items): their F1 is the share of items on which both agree."""
    items = table.sum((-1, -2))
    return np.stack([np.trace(table, axis1=-2, axis2=-1), items, items], -1)


def _tables(units: Units, attribute: Attribute, order: tuple[str, ...]) -> Array:
    """Contingency tables of an attribute, articles × k × k, summed over pairs of annotators."""
    pairs = list(combinations(range(len(units.annotators)), 2))
    width = len(order)
    total = np.zeros((len(units.articles), width, width))
    if attribute.of:
        return sum((attribute_tables(units, attribute.name, order, pair) for pair in pairs), total)
    given = units.documents.get(attribute.name, {})
    for one, other in pairs:
        for article in range(len(units.articles)):
            if (one, article) in given and (other, article) in given:
                values = order.index(given[one, article]), order.index(given[other, article])
                total[article, *values] += 1
    return total


def _against_rest(
    units: Units, by_pair: dict[Pair, dict[str, Figure]], weights: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Each annotator's F1 with all others, pooled over the pairs that they are in."""
    found: dict[str, dict[str, Any]] = {}
    for who, annotator in enumerate(units.annotators):
        mine = [figures for pair, figures in by_pair.items() if who in pair]
        names = mine[0] if mine else {}
        found[annotator] = {
            name: estimate(f1_figure(np.sum([each[name].sums for each in mine], axis=0)), weights)
            for name in names
        }
    return found


def _by_source(
    units: Units, figures: dict[str, Figure], texts: dict[str, Text]
) -> dict[str, dict[str, Any]]:
    sources = np.array([texts[article].source or "" for article in units.articles])
    return {
        str(source): {name: _subset(each, sources == source) for name, each in figures.items()}
        for source in np.unique(sources)
    }


def _by_article(units: Units, figures: dict[str, Figure]) -> dict[str, dict[str, Any]]:
    """Values of each article that at least two annotated, those that disagree most first."""
    compared = np.flatnonzero(units.done.sum(0) >= 2).tolist()
    columns = {
        name: (each.value(each.sums).tolist(), each.count(each.sums).tolist())
        for name, each in figures.items()
    }
    found = {
        units.articles[row]: {
            name: {"value": _plain(values[row]), "n": round(counts[row])}
            for name, (values, counts) in columns.items()
        }
        for row in compared
    }
    return dict(sorted(found.items(), key=lambda item: (_worst_first(item[1]), item[0])))


def _worst_first(figures: dict[str, Any]) -> float:
    value = figures["exact_f1"]["value"]
    return 2.0 if value is None else value


def _subset(figure: Figure, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    """A figure of some articles alone, without an interval."""
    total = figure.sums[chosen].sum(0)
    return {
        "value": _plain(float(figure.value(total))),
        "n": round(float(figure.count(total))),
    }


def _confusion(units: Units) -> dict[str, Any]:
    """Which label stands against which where places match; "" is no span. Summed over both ways."""
    width = len(units.labels) + 1
    total = np.zeros((width, width))
    for pair in combinations(range(len(units.annotators)), 2):
        table = confusion(units, pair).sum(0)
        total += table + table.T
    names = [*units.labels, ""]
    off = [
        (-int(total[a, b]), names[a], names[b])
        for a, b in combinations(range(width), 2)
        if total[a, b]
    ]
    return {
        "labels": names,
        "counts": total.astype(int).tolist(),
        "most": [{"labels": [one, other], "n": -n} for n, one, other in sorted(off)[:20]],
    }
