"""`qawl score`: the figures of agreement with gold as one annotator and the system as the other.

Undecided stretches are not scored: spans that touch one, of gold or of the system, are left out before
anything is counted, and so are the relations that lead to them.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from qawl.agreement import figures as of_agreement
from qawl.agreement.estimates import Confusion
from qawl.agreement.report import confusion_of, measure
from qawl.agreement.spans_table import Text, collect
from qawl.core.column_types import Row
from qawl.core.records import GOLD, JUDGE, Annotation, Place, Relation, Span, ends
from qawl.release.reading import Release, ReleasedArticle
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme
from qawl.scoring.counts import Counts, Ranking, counted, estimated, paired, shares
from qawl.scoring.figures import (
    Compared,
    Head,
    LayerScores,
    Ranked,
    Scores,
    Shares,
    Soft,
    SpanScores,
)
from qawl.scoring.gold import (
    Arrow,
    offsets_of,
    open_arrows_of,
    sentences_of,
    tagged_of,
    votes_of,
)
from qawl.scoring.predictions import SYSTEM, Given, Predictions
from qawl.scoring.sentences import scored, upper
from qawl.scoring.soft import Judged, Votes, soft
from qawl.scoring.wholes import Whole, attributed, wholes

Said = tuple[str, object]
"""(attribute, its value)."""

Attributed = tuple[Whole, str | None]
"""(pieces of a quote, who said it)."""

_SPLIT = "--split scores one split alone"
_RESTORE = "`qawl restore` puts texts back"
_IF_READ = "right if the system had their text, else `qawl restore` puts it back"


@dataclass(frozen=True, slots=True)
class Request:
    """What is scored: a release, a file of predictions, a split (None: all), a second file to compare;
    `soft` also holds distributions and answers against votes."""

    release: Path
    predictions: Path
    split: str | None = None
    against: Path | None = None
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """An article with its decided gold and what the system says where gold is decided."""

    article: ReleasedArticle
    gold: Annotation
    system: Annotation
    given: Given


@dataclass(slots=True)
class Layer:
    """What is gathered of one layer, an article at a time.

    `only_sentences` says whether scores of sentences are all that a system gives; None: it gives none.
    `sentences` are those of each article, `scored` the attributes that the system ranks by scores.
    """

    scheme: Scheme
    pairs: list[Pair] = field(default_factory=list)
    votes: Votes = field(default_factory=Votes)
    sentences: dict[str, list[Row]] = field(default_factory=dict)
    only_sentences: bool | None = None
    scored: AbstractSet[str] = frozenset()

    def records(self) -> Iterator[tuple[Annotation, Text]]:
        """Gold and system of each article with its text; of a withheld one blanks."""
        for pair in self.pairs:
            article = pair.article
            text = article.text if article.text is not None else " " * article.length
            of = Text(text, article.source)
            yield pair.gold, of
            yield pair.system, of


Weight = Callable[[Span, Given], float | None]
"""Where a span stands in a ranking, the higher the earlier; None where it is not ranked."""

Parts = Callable[[Annotation, Scheme], AbstractSet[object]]
"""What of a record is counted as right or wrong."""


def score(request: Request) -> Scores:
    """The figures by layer; raises InputError, ReleaseError."""
    return figures(request, *gathered(request))


def gathered(request: Request) -> tuple[dict[str, Layer], Head]:
    """The layers that are predicted, and what is to be said of the file as a whole."""
    release = Release(request.release)
    release.refuse_no_split(request.split)
    given = Predictions(request.predictions)
    layers = _layers(release, given, request.split)
    if request.soft:
        for row in votes_of(release, request.split):
            if row["layer"] in layers:
                layers[row["layer"]].votes.add(row)
        _note_strangers(layers, given, {*release.annotators} - {JUDGE})
        if not given.soft:
            given.noted["files have no distributions or answers: --soft has nothing to score"] += 1
    elif given.soft:
        given.noted["distributions or answers are scored with --soft"] += 1
    head = Head(
        release=release.manifest.version,
        content_sha256=release.manifest.content_sha256,
        split=request.split,
        warnings=given.warnings(),
        without_predictions=[name for name in release.layers if name not in layers],
    )
    return layers, head


def figures(request: Request, layers: Mapping[str, Layer], head: Head) -> Scores:
    """The figures of each layer, with a second system's beside them where one is given."""
    tests: dict[str, dict[str, Compared]] = {}
    if request.against is not None:
        given = Predictions(request.against)
        rival = _layers(Release(request.release), given, request.split)
        warnings = [*head.warnings, *given.warnings(f"{request.against.name}: ")]
        if alone := ", ".join(sorted(layers.keys() ^ rival.keys())):
            warnings.append(f"not compared, since one of the two has no predictions: {alone}")
        head = msgspec.structs.replace(head, warnings=warnings)
        tests = _tests(layers, rival)
    found = {
        name: _figures(layer, soft_too=request.soft, tests=tests.get(name))
        for name, layer in layers.items()
    }
    ids = {pair.article.id for layer in layers.values() for pair in layer.pairs}
    return Scores(head, found, len(ids))


def _tests(
    layers: Mapping[str, Layer], rival: Mapping[str, Layer]
) -> dict[str, dict[str, Compared]]:
    """Layer → paired tests of two systems; none where one of them scores sentences alone."""
    found: dict[str, dict[str, Compared]] = {}
    for name in (each for each in layers if each in rival):
        if not (layers[name].only_sentences or rival[name].only_sentences):
            one, two = (_every_count(each) for each in (layers[name], rival[name]))
            found[name] = {key: paired(one[key], two[key]) for key in one}
    return found


def _layers(release: Release, given: Predictions, split: str | None) -> dict[str, Layer]:
    """The layers that are predicted, with gold and predictions of each article of the split."""
    schemes = release.schemes
    layers = {
        name: Layer(
            schemes[name], only_sentences=given.of_sentences(name), scored=given.scored(name)
        )
        for name in release.layers
        if name in given.layers
    }
    asked = [name for name, layer in layers.items() if layer.only_sentences is not None]
    sentences = sentences_of(release, asked)
    offsets, done = offsets_of(release, given.tagged), tagged_of(release)
    arrows = open_arrows_of(release)
    known: set[str] = set()
    for article in release.articles(None):
        known.add(article.id)
        if split is not None and article.split != split:
            continue
        for name, layer in layers.items():
            found = given.of(
                article.id, article.text, article.length, layer.scheme, offsets.get(article.id)
            )
            if name in article.complete and article.id in done.get(name, (article.id,)):
                layer.pairs.append(
                    _pair(article, name, found, arrows.get((article.id, name), set()))
                )
                if name in asked:
                    rows = sentences.get(article.id, [])
                    given.check_sentences(article.id, name, {row["number"] for row in rows})
                    layer.sentences[article.id] = rows
            elif not found.empty:
                given.noted[f"articles have no gold in {name}, and are not scored"] += 1
    given.check(schemes, known)
    for name, layer in layers.items():
        _note_missing(name, layer, given)
        _note_proclitics(name, layer, given)
        _note_unscored(layer, given)
        layer.pairs.sort(key=lambda pair: pair.article.id)
    return layers


def _pair(article: ReleasedArticle, layer: str, found: Given, arrows: AbstractSet[Arrow]) -> Pair:
    """Gold of an article and what the system says, both without what is undecided."""
    undecided = article.open[layer], arrows
    gold, system = (_decided(each, *undecided) for each in (article.gold[layer], found.record))
    return Pair(article, gold, system, found)


def _note_missing(name: str, layer: Layer, given: Predictions) -> None:
    """Counts the articles of which a system says nothing: apart where it says nothing of their split, and
    where it may have lacked the text."""
    there = {pair.article.split for pair in layer.pairs if given.has(pair.article.id, name)}
    no_line = f"have no line in {name}, and count as empty"
    for pair in layer.pairs:
        split, withheld = pair.article.split, pair.article.text is None
        if there and split not in there:
            given.noted[f"articles of {split} {no_line}: {_SPLIT}"] += 1
        elif withheld and not given.has(pair.article.id, name):
            given.noted[f"withheld articles {no_line}: {_RESTORE}"] += 1
        elif withheld and pair.given.empty:
            given.noted[f"withheld articles have an empty line in {name}: {_IF_READ}"] += 1
        elif not given.has(pair.article.id, name):
            given.noted[f"articles {no_line}"] += 1


def _note_proclitics(name: str, layer: Layer, given: Predictions) -> None:
    """Counts the withheld Arabic articles in which a span ends as one of gold and starts elsewhere:
    whether proclitics alone stand between, nobody can see without the text."""
    for pair in layer.pairs:
        language = pair.article.about.get("language") or "und"
        if pair.article.text is None and language.startswith(("ar", "und")):
            gold, system = (
                {span.place for span in each.spans} for each in (pair.gold, pair.system)
            )
            ends_there = {(label, end) for label, _, end in gold}
            if any((label, end) in ends_there for label, _, end in system - gold):
                where = f"withheld articles have spans in {name} that start elsewhere than in gold"
                given.noted[f"{where}: clitic_f1 ignores no proclitics there, {_RESTORE}"] += 1


def _note_strangers(
    layers: Mapping[str, Layer], given: Predictions, annotators: AbstractSet[str]
) -> None:
    """Counts the answers of annotators whom the release does not have."""
    for pair in (pair for layer in layers.values() for pair in layer.pairs):
        for by_name in (each for said in pair.given.answers.values() for each in said.values()):
            for stranger in by_name.keys() - annotators:
                given.noted[f"answers are of {stranger}, whom the release has no votes of"] += 1


def _note_unscored(layer: Layer, given: Predictions) -> None:
    """Counts the spans that are not ranked, since they have a value where others have scores."""
    for name in layer.scored & {each.name for each in _ranking(layer.scheme)}:
        score_of = _by_score(name)
        if left := sum(
            name in span.attributes and score_of(span, pair.given) is None
            for pair in layer.pairs
            for span in pair.system.spans
        ):
            why = f"have a value of {name} and no score: where others have scores, they are not ranked"
            given.noted[f"spans {why}"] += left


def _decided(
    record: Annotation, stretches: tuple[tuple[int, int], ...], arrows: AbstractSet[Arrow]
) -> Annotation:
    """A record without the spans that touch an undecided stretch, and without undecided relations."""
    if not stretches and not arrows:
        return record
    kept = tuple(
        span
        for span in record.spans
        if not any(span.start < end and start < span.end for start, end in stretches)
    )
    places = {span.id: span.place for span in kept}
    drawn = tuple(
        each
        for each in record.relations
        if {each.from_, each.to} <= places.keys()
        and (each.label, *(places[end] for end in ends(each))) not in arrows
    )
    return msgspec.structs.replace(record, spans=kept, relations=drawn)


def _figures(layer: Layer, *, soft_too: bool, tests: Mapping[str, Compared] | None) -> LayerScores:
    """The figures of a layer; of one with scores of sentences alone these only."""
    sentences = None
    if layer.only_sentences is not None:
        articles = [
            (layer.sentences[pair.article.id], pair.given.sentences) for pair in layer.pairs
        ]
        sentences = scored(layer.scheme.layer, layer.scheme, articles)
    return LayerScores(
        len(layer.pairs),
        None if layer.only_sentences else _span_figures(layer),
        sentences,
        _soft(layer) if soft_too else None,
        tests,
    )


def _span_figures(layer: Layer) -> SpanScores:
    agreement = measure(layer.records(), layer.scheme)
    return SpanScores(
        agreement,
        _exact(layer, _places),
        {label: _exact(layer, _places_of(label)) for label in agreement.labels},
        _confusion(layer),
        {name: estimated(counts) for name, counts in _whole_counts(layer).items()},
        {each.name: _ranked(layer, each) for each in _ranking(layer.scheme)},
    )


def _exact(layer: Layer, parts: Parts) -> Shares:
    precision, recall, _ = shares(_count(layer, parts))
    return Shares(precision, recall)


def _count(layer: Layer, parts: Parts) -> Counts:
    return counted(
        (parts(pair.gold, layer.scheme), parts(pair.system, layer.scheme)) for pair in layer.pairs
    )


def _every_count(layer: Layer) -> dict[str, Counts]:
    """What a paired test compares."""
    known: dict[str, Parts] = {"exact_f1": _places} if layer.scheme.labels else {}
    if layer.scheme.relations:
        known["relation_exact"] = _arrows
    return {name: _count(layer, parts) for name, parts in known.items()} | _whole_counts(layer)


def _whole_counts(layer: Layer) -> dict[str, Counts]:
    """What is said of several spans together, and of the article as a whole."""
    found: dict[str, Counts] = {}
    table = layer.scheme.table
    if table is not None and table.rows is not None:
        if table.joined_by:
            found["whole"] = _count(layer, _whole)
        if table.speaker:
            found["who_said_what"] = counted(_speaker_sides(layer))
    if layer.scheme.document_attributes:
        found["article_attributes"] = counted(_value_sides(layer))
    return found


def _value_sides(layer: Layer) -> Iterator[tuple[set[Said], set[Said]]]:
    """The values of each article in gold and of the system, of the attributes that gold has set: what it
    leaves open counts for nobody."""
    for pair in layer.pairs:
        gold = _values(pair.gold, layer.scheme)
        names = {name for name, _ in gold}
        yield gold, {each for each in _values(pair.system, layer.scheme) if each[0] in names}


def _values(record: Annotation, scheme: Scheme) -> set[Said]:
    known = {each.name: each for each in scheme.document_attributes}
    return {(name, known[name].same(value)) for name, value in record.attributes.items()}


def _places(record: Annotation, scheme: Scheme) -> set[tuple[Place, int]]:
    """Where spans stand, with a number for those in one place that differ in attributes alone."""
    known = {each.name: each for each in scheme.attributes}
    twins: dict[Place, set[frozenset[Said]]] = {}
    for span in record.spans:
        said = frozenset((name, known[name].same(each)) for name, each in span.attributes.items())
        twins.setdefault(span.place, set()).add(said)
    return {(place, number) for place, said in twins.items() for number in range(len(said))}


def _places_of(label: str) -> Parts:
    return lambda record, scheme: {each for each in _places(record, scheme) if each[0][0] == label}


def _arrows(record: Annotation, _: Scheme) -> set[Arrow]:
    """Relations whose ends stand in the same places; one that leads both ways has no first end."""
    places = {span.id: span.place for span in record.spans}

    def arrow(each: Relation) -> Arrow:
        joined = [places[end] for end in ends(each)]
        both = each.direction == "bi"
        return each.label, both, *(sorted(joined) if both else joined)

    return {arrow(each) for each in record.relations if {each.from_, each.to} <= places.keys()}


def _whole(record: Annotation, scheme: Scheme) -> set[Whole]:
    return {*wholes(record, scheme).values()}


def _speaker_sides(layer: Layer) -> Iterator[tuple[set[Attributed], set[Attributed]]]:
    """Whole quotes of each article with who said them, in gold and of the system. Of a quote whose
    speaker is undecided or withheld, only the speakers that gold names count."""
    for pair in layer.pairs:
        gold = {*attributed(pair.gold, layer.scheme)}
        unknown = _of_unknown_speaker(pair.article, layer.scheme, gold)
        system = {*attributed(pair.system, layer.scheme)}
        yield (
            _with_a_name(gold),
            {
                each
                for each in _with_a_name(system)
                if each in gold or not unknown.intersection(each[0])
            },
        )


def _with_a_name(quotes: AbstractSet[Attributed]) -> set[Attributed]:
    return {each for each in quotes if each[1] is not None}


def _of_unknown_speaker(
    article: ReleasedArticle, scheme: Scheme, gold: AbstractSet[Attributed]
) -> set[tuple[int, int]]:
    """The pieces of the quotes of gold that may have a speaker whom the release doesn't tell: where all
    of an article is decided, a quote without one has none."""
    speaker = scheme.table.speaker if scheme.table else None
    hidden = {(a, b) for a, b, name in article.hidden[scheme.layer] if name == speaker}
    decided = article.complete.get(scheme.layer, False)
    return {
        piece
        for pieces, name in gold
        if name is None and (not decided or hidden.intersection(pieces))
        for piece in pieces
    }


def _confusion(layer: Layer) -> Confusion:
    """Which label of gold (rows) stands against which of the system (columns) where places match."""
    marks = collect(layer.records(), layer.scheme.label, layer.scheme.attributes)
    total = np.zeros((len(marks.labels) + 1, len(marks.labels) + 1))
    if marks.annotators == (GOLD, SYSTEM):
        for _, units in marks.blocks():
            total += of_agreement.confusion(units, (0, 1))
    return confusion_of([*marks.labels, ""], total, directed=True)


def _ranking(scheme: Scheme) -> list[Attribute]:
    """The attributes by which spans are ranked."""
    return [each for each in scheme.attributes if each.of and getattr(each, "ordered", False)]


def _ranked(layer: Layer, attribute: Attribute) -> Ranked:
    """Average precision of the system's ranking of its spans by an ordered attribute: by their scores, or
    where no span has one by their values.

    A span is right where gold has it with a value of the upper half of the scale.
    """
    name, wanted = attribute.name, upper(attribute)
    weight_of = _by_score(name) if name in layer.scored else _by_value(attribute)
    ranking = Ranking(len(layer.pairs))
    for at, pair in enumerate(layer.pairs):
        right = {span.place for span in pair.gold.spans if span.attributes.get(name) in wanted}
        unknown = {
            span.place
            for span in pair.gold.spans
            if attribute in layer.scheme.attributes_of(span.label) and name not in span.attributes
        }
        weighed = {
            span.place: weight
            for span in pair.system.spans
            if (weight := weight_of(span, pair.given)) is not None
        }
        spans = (
            (weight, place[1], place in right)
            for place, weight in weighed.items()
            if place not in unknown
        )
        ranking.add(at, len(right), spans)
    return ranking.estimated()


def _by_score(name: str) -> Weight:
    return lambda span, given: given.scores.get(span.id, {}).get(name)


def _by_value(attribute: Attribute) -> Weight:
    """By where its value stands on the scale."""
    order = {name: float(at) for at, name in enumerate(attribute.categories)}

    def weight(span: Span, _: Given) -> float | None:
        value = span.attributes.get(attribute.name)
        return order.get(value) if isinstance(value, str) else None

    return weight


def _soft(layer: Layer) -> dict[str, Soft]:
    judged = [
        Judged(
            pair.article,
            {span.id: span.place for span in pair.gold.spans},
            pair.given,
        )
        for pair in layer.pairs
    ]
    return soft(judged, layer.votes, layer.scheme)
