"""How far annotators agree: coefficients with intervals, per layer, label, attribute, pair and article.

`exports/agreement.json` is its stored form.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import combinations, permutations
from pathlib import Path

import msgspec
import numpy as np

from qawl.agreement import coefficients, matching, segments
from qawl.agreement.alpha_characters import coverage
from qawl.agreement.alpha_unitizing import unitizing
from qawl.agreement.attributes import Gathered
from qawl.agreement.coefficients import Array
from qawl.agreement.estimates import (
    Agreement,
    Confused,
    Confusion,
    Estimate,
    Estimates,
    LayerAgreement,
    Value,
)
from qawl.agreement.figures import (
    Figure,
    Matches,
    confusion,
    exact,
    f1_figure,
    f1_sums,
    matches,
    near,
    relation_sums,
)
from qawl.agreement.intervals import FEW, Grouped, Pool, Where, plain
from qawl.agreement.matching import Ints
from qawl.agreement.pairs import LISTED, Pair, compared_with, raters_of, too_many
from qawl.agreement.spans_table import Text, Units, collect
from qawl.agreement.suggestion_effect import Arms, Drawn
from qawl.annotations import derive
from qawl.articles import selection, withdrawal
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import FORMAT, JUDGE, Annotation, Format, to_json
from qawl.scheme import scheme
from qawl.scheme.model import Scheme

FIGURES = 2
"""The version of the figures' definitions; a stored report with figures of another is made anew."""

INTERVALS = "95 %: Wilson, with the jackknife's variance over articles and Student's t"


def report(project: Project) -> Agreement:
    """The agreement of every layer, from the annotations on disk."""
    schemes = scheme.load_all(project)
    layers = {
        layer: measure(
            _with_texts(project, layer), schemes[layer], selection.unsuggested(project, layer)
        )
        for layer in project.settings.layers
    }
    return Agreement(
        annotations_sha256=digest(project),
        people={name: each.person for name, each in project.annotators.items()},
        figures=FIGURES,
        intervals=INTERVALS,
        layers_sha256=_sealed(layers),
        layers=layers,
    )


def _sealed(layers: object) -> str:
    """The digest of figures, by which those that somebody changed are told."""
    return sha256(to_json(msgspec.json.decode(to_json(layers)))).hexdigest()


def _with_texts(project: Project, layer: str) -> Iterator[tuple[Annotation, Text]]:
    """The annotations of articles that the next release has, each with what is needed of its article."""
    out = withdrawal.ids(project)
    records = (each for each in derive.read(project, layer) if each.article_id not in out)
    for record, article in article_store.by_id(project).beside(
        records, lambda each: each.article_id
    ):
        if article is not None:
            yield record, Text(article.text, article.source)


def store(project: Project, found: Agreement) -> None:
    """Writes exports/agreement.json."""
    content = msgspec.json.format(to_json(found), indent=1)
    files.write_bytes(project.agreement_file, [content, b"\n"])


class _Stored(msgspec.Struct):
    """exports/agreement.json as far as it is read back."""

    annotations_sha256: str
    layers: dict[str, dict[str, msgspec.Raw]]
    layers_sha256: str = ""
    figures: int = 1
    format: Format = FORMAT


def stored(project: Project) -> dict[str, LayerAgreement] | None:
    """The figures of each layer in exports/agreement.json, without those of single articles; None if
    it is damaged or changed, has figures by other definitions, or was made from other annotations than
    stand there now."""
    path = project.agreement_file
    if not path.is_file():
        return None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Stored)
        if (found.figures, found.annotations_sha256) != (FIGURES, digest(project)):
            return None
        if found.layers_sha256 != _sealed(found.layers):
            return None
        return {layer: _without_articles(said) for layer, said in found.layers.items()}
    except files.UNREADABLE:
        return None


def _without_articles(said: dict[str, msgspec.Raw]) -> LayerAgreement:
    """The figures of a layer without those of single articles, which may be many."""
    rest = {name: raw for name, raw in said.items() if name != "articles"}
    return msgspec.json.decode(to_json(rest), type=LayerAgreement)


def fresh(project: Project) -> dict[str, LayerAgreement]:
    """What is stored if it is of the annotations that stand there now, else the figures of a new
    report, which is stored."""
    found = stored(project)
    if found is None:
        made = report(project)
        store(project, made)
        found = {
            layer: msgspec.structs.replace(said, articles=msgspec.UNSET)
            for layer, said in made.layers.items()
        }
    return found


def digest(project: Project) -> str:
    """SHA-256 over the annotations of all layers, and over which articles are withdrawn where some are:
    what a report was made from."""
    paths = [project.annotations_file(layer) for layer in project.settings.layers]
    paths += [project.withdrawn_file]
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
    drawn: Drawn = lambda _: False,
) -> LayerAgreement:
    """The agreement of one layer, from annotations with the text that they are of.

    `drawn` says which articles were drawn to have no suggestions.
    """
    arms = Arms(drawn)
    human = (each for each in arms.seen(records) if each[0].annotator != JUDGE)
    marks = collect(human, layer_scheme.label, layer_scheme.attributes)
    pool, sources = Pool(len(marks.articles)), Grouped()
    attributes = Gathered(layer_scheme.attributes, marks)
    articles: dict[str, dict[str, Value]] = {}
    confused = np.zeros((len(marks.labels) + 1, len(marks.labels) + 1))
    pairs: set[Pair] = set()
    for first, units in marks.blocks():
        matched = matches(units)
        figures = _figures(units, layer_scheme, matched)
        pairs |= matched.keys()
        pool.add(first, figures, without="pairs" if len(pairs) > LISTED else None)
        attributes.add(first, units, matched)
        whole = {where[0]: figure for where, figure in figures.items() if len(where) == 1}
        sources.add(np.array(units.sources), whole)
        arms.add(first, units.articles, len(marks.articles), whole)
        articles |= _by_article(units, whole)
        confused += _confused(units, matched)
    compared = int((marks.done.sum(0) >= 2).sum())
    whole_layer, parts = _parted(pool.estimates())
    suggested = arms.values()
    return LayerAgreement(
        annotators=tuple(marks.annotators),
        articles_compared=compared,
        warnings=tuple(_warnings(compared, marks.done.sum(0).tolist(), len(pairs))),
        **whole_layer,
        attributes=attributes.estimates(),
        labels={each: {} for each in marks.labels} | parts["labels"],
        pairs=parts["pairs"],
        against_rest={each: {} for each in marks.annotators} | parts["against_rest"],
        sources=sources.values(),
        suggestions=msgspec.UNSET if suggested is None else suggested,
        articles=dict(sorted(articles.items(), key=lambda item: (_worst_first(item[1]), item[0]))),
        confusion=confusion_of([*marks.labels, ""], confused),
    )


def _parted(found: dict[Where, Estimate]) -> tuple[Estimates, dict[str, dict[str, Estimates]]]:
    """The figures of the whole layer, and those of its parts by what they are of."""
    whole: Estimates = {}
    parts: dict[str, dict[str, Estimates]] = {"labels": {}, "pairs": {}, "against_rest": {}}
    for (name, *place), each in found.items():
        if place:
            of, figure = place
            parts[name].setdefault(of, {})[figure] = each
        else:
            whole[name] = each
    return whole, parts


def _warnings(articles: int, raters: Sequence[int], pairs: int) -> Iterator[str]:
    """What whoever reads the figures must know, in a sentence each."""
    most = max(raters, default=0)
    if too_many(most):
        yield (
            f"{most} annotators did one article: for F1 and kappa each is compared with "
            f"{many(compared_with(most), 'other')} there, for alpha with all"
        )
    if pairs > LISTED:
        yield f"more than {LISTED:,} pairs of annotators: the figures of single pairs are left out"
    if 0 < articles < FEW:
        yield (
            f"agreement is measured on {many(articles, 'article')}: with fewer than {FEW}, read the "
            "intervals rather than "
            "the values"
        )


def _figures(units: Units, layer_scheme: Scheme, matched: Matches) -> dict[Where, Figure]:
    """All figures of these articles but those of attributes, by their place in the report."""
    by_label, by_pair = _span_figures(units, layer_scheme, matched)
    found: dict[Where, Figure] = {(name,): each for name, each in by_label[None].items()}
    for label in units.labels:
        for name, each in by_label[label].items():
            found["labels", label, name] = each
    for (one, other), figures in by_pair.items():
        for name, each in figures.items():
            found["pairs", f"{units.annotators[one]} {units.annotators[other]}", name] = each
    raters = raters_of(units.done, list(matched))
    rest: dict[int, list[dict[str, Figure]]] = {}
    for pair, figures in by_pair.items():
        for who in pair:
            rest.setdefault(who, []).append(figures)
    for who, mine in sorted(rest.items()):
        for name in mine[0]:
            sums = np.sum([each[name].sums for each in mine], axis=0)
            found["against_rest", units.annotators[who], name] = f1_figure(sums, raters)
    return found


def _span_figures(
    units: Units, layer_scheme: Scheme, matched: Matches
) -> tuple[dict[str | None, dict[str, Figure]], dict[Pair, dict[str, Figure]]]:
    """Figures by label (None: all labels), and by pair of annotators."""
    pairs = list(matched)
    kinds = {
        "exact_f1": f1_sums(units, pairs, exact),
        "overlap_f1": f1_sums(units, pairs, matching.overlapping),
        "boundary_f1": f1_sums(units, pairs, near),
    }
    if layer_scheme.labels_of("mention"):
        kinds["clitic_f1"] = f1_sums(units, pairs, exact, units.word)
    raters, two = raters_of(units.done, pairs), np.array(2.0)
    by_label: dict[str | None, dict[str, Figure]] = {
        None: {},
        **{each: {} for each in units.labels},
    }
    by_pair: dict[Pair, dict[str, Figure]] = {pair: {} for pair in pairs}
    shape = (len(units.articles), len(units.labels), 3)
    for name, counted in kinds.items():
        summed = sum(counted.values(), np.zeros(shape))
        by_label[None][name] = f1_figure(summed.sum(1), raters)
        for index, label in enumerate(units.labels):
            by_label[label][name] = f1_figure(summed[:, index], raters)
        for pair in pairs:
            by_pair[pair][name] = f1_figure(counted[pair].sum(1), two)
    if layer_scheme.relations:
        relations = {pair: relation_sums(units, pair, matched) for pair in pairs}
        total = sum(relations.values(), np.zeros((len(units.articles), 3)))
        by_label[None]["relation_f1"] = f1_figure(total, raters)
        for pair in pairs:
            by_pair[pair]["relation_f1"] = f1_figure(relations[pair], two)
    _add_alphas(by_label, units)
    return by_label, by_pair


def _add_alphas(by_label: dict[str | None, dict[str, Figure]], units: Units) -> None:
    """Adds both alphas on text to the figures of each label, and of all."""
    sections = [segments.marked(units, annotator) for annotator in range(len(units.annotators))]
    by_cover, by_set, names = coverage(units, sections)
    marked = _spans_compared(units)
    for label, sums, spans in zip(units.labels, by_cover, marked, strict=True):
        by_label[label]["alpha"] = _nominal(sums, spans)
    by_label[None]["alpha"] = _nominal(by_set, marked.sum(0), names)
    unitized = unitizing(units, sections)
    if len(units.annotators) > 1:
        for label, sums, spans in zip(units.labels, unitized, marked, strict=True):
            by_label[label]["alpha_u"] = _unitizing(sums, units.lengths, spans)
    by_label[None]["alpha_u"] = _unitizing(unitized.sum(0), units.lengths, marked.sum(0))


def _spans_compared(units: Units) -> Array:
    """How many spans stand in texts that two or more annotated: labels × articles."""
    shape = len(units.labels), len(units.articles)
    inside = (units.start < units.lengths[units.article]) & (units.end > 0)
    place = (units.label * shape[1] + units.article)[inside]
    count = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
    compared: Array = count * (units.done.sum(0) >= 2.0)
    return compared


def _nominal(sums: Array, spans: Array, names: Ints | None = None) -> Figure:
    """Nominal alpha on code points as a figure; n is the number of pairable code points. Annotators
    agree or not span by span: half of the spans are the chances to disagree."""
    return Figure(
        sums,
        coefficients.nominal_alpha,
        lambda total: total[..., 1:].sum(-1),
        chances=spans / 2,
        bottom=-1,
        names=names,
    )


def _unitizing(sums: Array, lengths: Ints, spans: Array) -> Figure:
    """Unitizing alpha as a figure; n is the length of the articles where the label occurs."""
    used = (sums[:, 1] > 0) * lengths
    return Figure(
        np.column_stack([sums, used]),
        lambda total: coefficients.unitizing_alpha(total[..., :2]),
        lambda total: total[..., 2],
        chances=spans / 2,
        bottom=-1,
    )


def _by_article(units: Units, figures: dict[str, Figure]) -> dict[str, dict[str, Value]]:
    """Values of each article that at least two annotated; equal ones are one object, to save memory."""
    compared = np.flatnonzero(units.done.sum(0) >= 2).tolist()
    known: dict[tuple[float | None, int], Value] = {}
    columns = {}
    for name, figure in figures.items():
        values, counts = figure.value(figure.sums).tolist(), figure.count(figure.sums).tolist()
        pairs = [(plain(values[row]), round(counts[row])) for row in compared]
        columns[name] = [known.setdefault(each, Value(*each)) for each in pairs]
    return {
        units.articles[row]: {name: column[place] for name, column in columns.items()}
        for place, row in enumerate(compared)
    }


def _worst_first(figures: dict[str, Value]) -> float:
    value = figures["exact_f1"].value
    return 2.0 if value is None else value


def _confused(units: Units, matched: Matches) -> Array:
    """Which label stands against which where places match, summed over pairs and both ways."""
    total = np.zeros((len(units.labels) + 1, len(units.labels) + 1))
    for pair in matched:
        table = confusion(units, pair)
        total += table + table.T
    return total


def confusion_of(names: list[str], total: Array, *, directed: bool = False) -> Confusion:
    """The confusion matrix for the report; the name "" means no span. Where it is not `directed`, both
    halves say the same."""
    pairs = permutations if directed else combinations
    off = [
        (-int(total[a, b]), names[a], names[b])
        for a, b in pairs(range(len(names)), 2)
        if total[a, b]
    ]
    return Confusion(
        tuple(names),
        tuple(map(tuple, total.astype(int).tolist())),
        tuple(Confused((one, other), -n) for n, one, other in sorted(off)[:20]),
    )
