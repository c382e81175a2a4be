"""How far annotators agree: coefficients with bootstrap intervals, per layer, label, pair and article.

The report is plain JSON values: `{"value", "low", "high", "n"}` for each figure, `value` null where
a coefficient is undefined. `exports/agreement.json` is its stored form.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from qawl.agreement import bootstrap, coefficients, matching
from qawl.agreement.alpha_characters import coverage
from qawl.agreement.alpha_unitizing import unitizing
from qawl.agreement.bootstrap import Grouped, Pool, plain
from qawl.agreement.coefficients import Array
from qawl.agreement.figures import (
    Figure,
    Pair,
    attribute_tables,
    confusion,
    exact,
    f1_figure,
    f1_figures,
    near,
    relation_sums,
)
from qawl.agreement.matching import Ints
from qawl.agreement.spans_table import Text, Units, collect
from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, to_json
from qawl.scheme import scheme
from qawl.scheme.attributes import Attribute
from qawl.scheme.scheme import Scheme

RESAMPLES = 1000
MEASURED = ("nominal", "ordinal")
"""The families of attributes that have coefficients."""


def report(project: Project, *, resamples: int = RESAMPLES) -> dict[str, Any]:
    """The agreement of every layer, from the annotations on disk."""
    schemes = scheme.load_all(project)
    layers = {
        layer: measure(_with_texts(project, layer), schemes[layer], resamples=resamples)
        for layer in project.settings.layers
    }
    return {
        "format": 1,
        "annotations_sha256": digest(project),
        "people": {name: each.person for name, each in project.annotators.items()},
        "resamples": resamples,
        "layers": layers,
    }


def _with_texts(project: Project, layer: str) -> Iterator[tuple[Annotation, Text]]:
    """The annotations of articles that stand in the corpus, each with what is needed of its article."""
    records = derive.read(project, layer)
    checked = None
    for record, article in article_store.by_id(project).beside(
        records, lambda each: each.article_id
    ):
        if article is None:
            continue
        if article is not checked:
            checked = article_store.frozen(article)
        yield record, Text(article.text, article.source)


def store(project: Project, found: dict[str, Any]) -> None:
    """Writes exports/agreement.json."""
    content = msgspec.json.format(to_json(found), indent=1)
    files.write_bytes(project.agreement_file, [content, b"\n"])


class _Stored(msgspec.Struct):
    """exports/agreement.json as far as it is read back."""

    annotations_sha256: str
    layers: dict[str, dict[str, msgspec.Raw]]


def stored(project: Project) -> dict[str, dict[str, Any]] | None:
    """The figures of each layer in exports/agreement.json, without those of single articles; None if
    it is damaged, or was made from other annotations than stand there now."""
    path = project.agreement_file
    if not path.is_file():
        return None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Stored)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if found.annotations_sha256 != digest(project):
        return None
    return {
        layer: {name: json.loads(bytes(raw)) for name, raw in said.items() if name != "articles"}
        for layer, said in found.layers.items()
    }


def fresh(project: Project) -> dict[str, dict[str, Any]]:
    """What is stored if it is of the annotations that stand there now, else the figures of a new
    report, which is stored."""
    found = stored(project)
    if found is None:
        made = report(project)
        store(project, made)
        found = made["layers"]
        for said in found.values():
            del said["articles"]
    return found


def digest(project: Project) -> str:
    """SHA-256 over the annotations of all layers: what a report was made from."""
    paths = [project.annotations_file(layer) for layer in project.settings.layers]
    return project.disk.once("sha256 of all annotations", lambda: _digest(project, paths), *paths)


def _digest(project: Project, paths: Iterable[Path]) -> str:
    total = sha256()
    for path in filter(Path.is_file, paths):
        with project.disk.open(path) as file:
            while piece := file.read(1 << 20):
                total.update(piece)
    return total.hexdigest()


def measure(
    records: Iterable[tuple[Annotation, Text]],
    layer_scheme: Scheme,
    *,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """The agreement of one layer, from annotations with the text that they are of."""
    human = (each for each in records if each[0].annotator != JUDGE)
    marks = collect(human, layer_scheme.label)
    pool, sources = Pool(len(marks.articles), resamples), Grouped()
    sets: dict[int, int] = {}
    articles: dict[str, dict[str, Any]] = {}
    confused = np.zeros((len(marks.labels) + 1, len(marks.labels) + 1))
    for first, units in marks.blocks():
        figures = _figures(units, layer_scheme, sets)
        pool.add(first, figures)
        whole = {path[0]: figure for path, figure in figures.items() if len(path) == 1}
        sources.add(np.array(units.sources), whole)
        articles |= _by_article(units, whole)
        confused += _confused(units)
    found: dict[str, Any] = {
        "annotators": list(marks.annotators),
        "articles_compared": int((marks.done.sum(0) >= 2).sum()),
    }
    estimates = pool.estimates()
    found |= {path[0]: each for path, each in estimates.items() if len(path) == 1}
    found["attributes"] = {
        each.name: {} for each in layer_scheme.attributes if each.family in MEASURED
    }
    found["labels"] = {each: {} for each in marks.labels}
    found["pairs"] = {}
    found["against_rest"] = {each: {} for each in marks.annotators}
    for (part, *place), each in estimates.items():
        if place:
            of, name = place
            found[part].setdefault(of, {})[name] = each
    found["sources"] = sources.values()
    found["articles"] = dict(
        sorted(articles.items(), key=lambda item: (_worst_first(item[1]), item[0]))
    )
    found["confusion"] = _confusion([*marks.labels, ""], confused)
    return found


def _figures(
    units: Units, layer_scheme: Scheme, sets: dict[int, int]
) -> dict[bootstrap.Path, Figure]:
    """All figures of these articles by their place in the report; `sets` as in `coverage`."""
    by_label, by_pair = _span_figures(units, layer_scheme, sets)
    found: dict[bootstrap.Path, Figure] = {(name,): each for name, each in by_label[None].items()}
    for attribute in layer_scheme.attributes:
        if attribute.family in MEASURED:
            for name, each in _attribute_figures(units, attribute).items():
                found["attributes", attribute.name, name] = each
    for label in units.labels:
        for name, each in by_label[label].items():
            found["labels", label, name] = each
    for (one, other), figures in by_pair.items():
        for name, each in figures.items():
            found["pairs", f"{units.annotators[one]} {units.annotators[other]}", name] = each
    for who, annotator in enumerate(units.annotators):
        mine = [figures for pair, figures in by_pair.items() if who in pair]
        for name in mine[0] if mine else {}:
            sums = np.sum([each[name].sums for each in mine], axis=0)
            found["against_rest", annotator, name] = f1_figure(sums)
    return found


def _span_figures(
    units: Units, layer_scheme: Scheme, sets: dict[int, int]
) -> tuple[dict[str | None, dict[str, Figure]], dict[Pair, dict[str, Figure]]]:
    """Figures by label (None: all labels), and by pair of annotators."""
    kinds = {
        "exact_f1": f1_figures(units, exact),
        "overlap_f1": f1_figures(units, matching.overlapping),
        "boundary_f1": f1_figures(units, near),
    }
    if layer_scheme.labels_of("mention"):
        kinds["clitic_f1"] = f1_figures(units, exact, units.word)
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
    by_cover, by_set = coverage(units, sets)
    for label, sums in zip(units.labels, by_cover, strict=True):
        by_label[label]["alpha"] = _nominal(sums)
    by_label[None]["alpha"] = _nominal(by_set)
    unitized = unitizing(units)
    if len(units.annotators) > 1:
        for label, sums in zip(units.labels, unitized, strict=True):
            by_label[label]["alpha_u"] = _unitizing(sums, units.lengths)
    by_label[None]["alpha_u"] = _unitizing(unitized.sum(0), units.lengths)
    return by_label, by_pair


def _nominal(sums: Array) -> Figure:
    """Nominal alpha as a figure; n is the number of pairable values."""
    return Figure(sums, coefficients.nominal_alpha, lambda total: total[..., 1:].sum(-1))


def _unitizing(sums: Array, lengths: Ints) -> Figure:
    """Unitizing alpha as a figure; n is the length of the articles where the label occurs."""
    used = (sums[:, 1] > 0) * lengths
    return Figure(
        np.column_stack([sums, used]),
        lambda total: coefficients.unitizing_alpha(total[..., :2]),
        lambda total: total[..., 2],
    )


def _attribute_figures(units: Units, attribute: Attribute) -> dict[str, Figure]:
    """Kappa, AC1 and alpha of a choice, on spans that match (or on articles)."""
    order = list(attribute.categories)
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
        "alpha": lambda sums: coefficients.alpha(
            symmetric(sums), ordinal=attribute.family == "ordinal"
        ),
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


def _by_article(units: Units, figures: dict[str, Figure]) -> dict[str, dict[str, Any]]:
    """Values of each article that at least two annotated; equal ones are one object, to save memory."""
    compared = np.flatnonzero(units.done.sum(0) >= 2).tolist()
    known: dict[tuple[float | None, int], dict[str, Any]] = {}
    columns = {}
    for name, figure in figures.items():
        values, counts = figure.value(figure.sums).tolist(), figure.count(figure.sums).tolist()
        pairs = [(plain(values[row]), round(counts[row])) for row in compared]
        columns[name] = [known.setdefault(each, {"value": each[0], "n": each[1]}) for each in pairs]
    return {
        units.articles[row]: {name: column[place] for name, column in columns.items()}
        for place, row in enumerate(compared)
    }


def _worst_first(figures: dict[str, Any]) -> float:
    value = figures["exact_f1"]["value"]
    return 2.0 if value is None else value


def _confused(units: Units) -> Array:
    """Which label stands against which where places match, summed over pairs and both ways."""
    total = np.zeros((len(units.labels) + 1, len(units.labels) + 1))
    for pair in combinations(range(len(units.annotators)), 2):
        table = confusion(units, pair)
        total += table + table.T
    return total


def _confusion(names: list[str], total: Array) -> dict[str, Any]:
    """The confusion matrix for the report; the name "" is no span."""
    off = [
        (-int(total[a, b]), names[a], names[b])
        for a, b in combinations(range(len(names)), 2)
        if total[a, b]
    ]
    return {
        "labels": names,
        "counts": total.astype(int).tolist(),
        "most": [{"labels": [one, other], "n": -n} for n, one, other in sorted(off)[:20]],
    }
