"""Predictions of a system: JSON Lines, one article and layer a line, checked against the release.

A line is `{"article_id", "layer", "spans": [{"id", "label", "start", "end", "attributes", "scores"}],
"relations": [{"label", "from", "to"}], "attributes"}`. Offsets are code points into the article's text,
half-open. `scores` (attribute → number) rank spans by an attribute. In place of spans there may be `tags`
(and `tags_2`, `tags_3`): one for each token of the table `tokens`. `distributions` and `answers` are what
`--soft` scores. What names an article, a label, an attribute or a place that the release lacks is an
error with its line; keys that are not read are counted, and values that an attribute can't have.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unicodedata import is_normalized, normalize

import msgspec
from msgspec import Struct

from qawl.core import files, misfits, packings
from qawl.core.errors import InputError
from qawl.core.odd_json import repeated_key
from qawl.core.records import (
    Annotation,
    Attributes,
    AttributeValue,
    Direction,
    Relation,
    Span,
    ends,
    relation_order,
    span_order,
)
from qawl.release.tables import unalign
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme

SYSTEM = "system"
"""Who stands for the system where figures tell annotators apart."""
LABEL = "label"
"""The attribute by which the table `votes` says as what a span was marked."""

Distributions = dict[str, dict[str, float]]
"""attribute → value → share."""
Answers = dict[str, dict[str, AttributeValue | None]]
"""attribute → annotator → what they would say."""
Offsets = Sequence[tuple[int, int]]
"""Start and end of each token of an article."""

_WHOLE = 1.01
"""What shares may sum to: they are often rounded."""
_BOM = b"\xef\xbb\xbf"
_TOLD = frozenset(
    ("annotator", "split", "title", "language", "source", "url", "published", "license", "group")
) | {"source_id", "text", "text_sha256", "complete", "open"}
"""Keys of a line of `qawl export jsonl` that say what the release has already."""
_NAN = re.compile(rb"[:\[,]\s*-?(NaN|Infinity)\b")
_NO_NUMBER = "NaN and Infinity are no numbers in JSON"
_ONE_A_LINE = "write each prediction as an object in a line of its own (JSON Lines)"


class PredictedSpan(Struct, frozen=True):
    """A span as a system gives it; `id` may be left out where no relation names it.

    `text` may be there to be compared with the article's.
    """

    label: str
    start: int
    end: int
    id: str | None = None
    text: str | None = None
    attributes: dict[str, AttributeValue | None] = {}
    scores: dict[str, float] = {}
    distributions: Distributions = {}
    answers: Answers = {}


class PredictedRelation(Struct, frozen=True):
    """A relation as a system gives it."""

    from_: str = msgspec.field(name="from")
    to: str
    label: str | None = None
    direction: Direction = "right"


class PredictedSentence(Struct, frozen=True):
    """How sure a system is that something stands in a sentence of the table `sentences`."""

    number: int
    score: float


class Prediction(Struct, frozen=True):
    """A line of a file of predictions."""

    article_id: str
    layer: str
    spans: tuple[PredictedSpan, ...] = ()
    relations: tuple[PredictedRelation, ...] = ()
    attributes: dict[str, AttributeValue | None] = {}
    tags: tuple[str | int | None, ...] | None = None
    tags_2: tuple[str | int | None, ...] | None = None
    tags_3: tuple[str | int | None, ...] | None = None
    distributions: Distributions = {}
    answers: Answers = {}
    sentences: tuple[PredictedSentence, ...] | None = None

    @property
    def levels(self) -> list[tuple[str | int | None, ...]]:
        """The tags of tokens, those of the outermost spans first."""
        return [each for each in (self.tags, self.tags_2, self.tags_3) if each is not None]


@dataclass(frozen=True, slots=True)
class Given:
    """What a system says of an article in a layer: the record, and what it says beside, by span id.

    The distributions and answers of the article itself stand under None.
    """

    record: Annotation
    scores: Mapping[str, Mapping[str, float]]
    distributions: Mapping[str | None, Distributions]
    answers: Mapping[str | None, Answers]
    sentences: Mapping[int, float]

    @property
    def empty(self) -> bool:
        """Whether a system says nothing of the article."""
        said = (*self.distributions.values(), *self.answers.values())
        return not (self.record.spans or self.record.attributes or self.sentences or any(said))


@dataclass(slots=True)
class Predictions:
    """The predictions of a file by article and layer; `noted` counts what was not as it should be."""

    path: Path
    noted: Counter[str] = field(default_factory=Counter)
    _by_place: dict[tuple[str, str], tuple[int, Prediction]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.is_dir():
            raise InputError(f"{self.path} is a folder: give the file of predictions in it")
        if not self.path.is_file():
            raise InputError(f"{self.path}: no such file")
        for number, line in files.lines(self.path):
            bare = (line.removeprefix(_BOM) if number == 1 else line).strip()
            if bare:
                if number == 1:
                    self._refuse_packed(bare)
                self._add(number, self._decoded(number, bare))
        if not self._by_place:
            raise InputError(
                f"{self.path} holds no predictions: a line an article and layer is wanted"
            )

    def _refuse_packed(self, line: bytes) -> None:
        if kind := packings.kind(line):
            raise InputError(f"{self.path} is a {kind} file: predictions are JSON Lines")

    def _decoded(self, number: int, line: bytes) -> Prediction:
        try:
            found = msgspec.json.decode(line)
            if isinstance(found, list):
                raise self._wrong(number, f"no prediction: a list; {_ONE_A_LINE}")
            made = msgspec.convert(found, Prediction)
        except (*files.UNREADABLE, msgspec.ValidationError) as error:
            said = misfits.said(error) if isinstance(error, msgspec.ValidationError) else None
            words = said or (_NO_NUMBER if _NAN.search(line) else files.problem(line, error))
            if words.endswith("truncated") or "trailing" in words:
                words = f"{words}; {_ONE_A_LINE}"
            raise self._wrong(number, f"no prediction: {words}") from error
        if again := repeated_key(line, found):
            raise self._wrong(number, f"no prediction: {again} is there twice in one object")
        self._note_unread(found)
        return made

    def _note_unread(self, found: dict[str, Any]) -> None:
        """Counts the keys that nobody reads."""
        told = {key: each for key, each in found.items() if key not in _TOLD}
        parts = [(told, Prediction), *((each, PredictedSpan) for each in found.get("spans") or ())]
        parts += [(each, PredictedRelation) for each in found.get("relations") or ()]
        parts += [(each, PredictedSentence) for each in found.get("sentences") or ()]
        for given, kind in parts:
            for key in given.keys() - {*kind.__struct_encode_fields__}:
                self.noted[f"keys {key!r} are not read"] += 1

    def _add(self, number: int, made: Prediction) -> None:
        place = made.article_id, made.layer
        if place in self._by_place:
            what = f"{made.layer} of article {made.article_id} is there twice"
            raise self._wrong(number, what)
        self._by_place[place] = number, made

    def _wrong(self, number: int, what: str) -> InputError:
        """What is wrong with a line."""
        return InputError(f"{self.path}, line {number}: {what}")

    def warnings(self, of: str = "") -> list[str]:
        """What was not as it should be, with how often; `of` stands before each."""
        return [f"{of}{count} × {what}" for what, count in sorted(self.noted.items())]

    def _lines(self, layer: str | None = None) -> Iterator[Prediction]:
        """The lines of a layer, or all."""
        return (made for _, made in self._by_place.values() if layer in (None, made.layer))

    @property
    def layers(self) -> frozenset[str]:
        """The layers that are predicted."""
        return frozenset(made.layer for made in self._lines())

    @property
    def tagged(self) -> frozenset[str]:
        """The articles that are predicted by the tags of their tokens."""
        return frozenset(made.article_id for made in self._lines() if made.levels)

    @property
    def soft(self) -> bool:
        """Whether there is anything that `--soft` scores."""
        return any(
            made.distributions
            or made.answers
            or any(each.distributions or each.answers for each in made.spans)
            for made in self._lines()
        )

    def of_sentences(self, layer: str) -> bool | None:
        """Whether a layer has scores of sentences alone; None where it has none."""
        lines = list(self._lines(layer))
        if all(made.sentences is None for made in lines):
            return None
        return not any(made.spans or made.attributes or any(made.levels) for made in lines)

    def scored(self, layer: str) -> frozenset[str]:
        """The attributes of which some span of a layer has a score."""
        spans = (span for made in self._lines(layer) for span in made.spans)
        return frozenset(name for span in spans for name in span.scores)

    def has(self, article_id: str, layer: str) -> bool:
        """Whether there is a line of an article and layer."""
        return (article_id, layer) in self._by_place

    def check_sentences(self, article_id: str, layer: str, known: Collection[int]) -> None:
        """Raises InputError where a line scores a sentence that the article lacks, or one twice."""
        number, made = self._by_place.get((article_id, layer), (0, None))
        seen: set[int] = set()
        for each in (made.sentences if made else None) or ():
            if each.number not in known or each.number in seen:
                what = "is there twice" if each.number in seen else "is none of the article"
                raise self._wrong(number, f"sentence {each.number} {what}")
            seen.add(each.number)
            if not 0 <= each.score <= 1:
                self.noted["scores of sentences lie outside 0 to 1: from 0.5 on they say yes"] += 1

    def check(self, known: Mapping[str, Scheme], articles: Collection[str]) -> None:
        """Raises InputError where a line names a layer or an article that the release lacks, or scores
        sentences of a layer that has no labels."""
        for (article, layer), (number, made) in self._by_place.items():
            if layer not in known:
                has = ", ".join(known)
                raise self._wrong(number, f"no layer {layer}: the release has {has}")
            if article not in articles:
                raise self._wrong(number, f"the release has no article {article}")
            if made.sentences is not None and not known[layer].labels:
                what = f"{layer} has no labels: no sentence holds a span of it"
                raise self._wrong(number, what)

    def of(
        self,
        article_id: str,
        text: str | None,
        length: int,
        scheme: Scheme,
        offsets: Offsets | None,
    ) -> Given:
        """What is given of an article in a layer; empty where nothing is."""
        number, made = self._by_place.get(
            (article_id, scheme.layer), (0, Prediction(article_id, scheme.layer))
        )
        made = _composed(made, scheme)
        try:
            given = [*_tagged(made, offsets, scheme), *made.spans]
            spans = list(_spans(given, length, scheme))
            record = _record(made, spans, scheme)
            _check_soft((made, *made.spans), scheme)
        except (ValueError, InputError) as error:
            raise self._wrong(number, str(error)) from error
        if number:
            self._note(record, given, text)
            self._note_values(record, scheme)
            self._note_relations(record, scheme)
            self._note_scores(given, scheme)
            self._note_answers((made, *made.spans), scheme)
        by_id = {span.id: each for span, each in zip(spans, given, strict=True)}
        return Given(
            record,
            {name: each.scores for name, each in by_id.items() if each.scores},
            {
                None: made.distributions,
                **{name: each.distributions for name, each in by_id.items()},
            },
            {None: made.answers, **{name: each.answers for name, each in by_id.items()}},
            {each.number: each.score for each in made.sentences or ()},
        )

    def _note(self, record: Annotation, given: Sequence[PredictedSpan], text: str | None) -> None:
        """Counts spans that stand there twice, and those whose text is another."""
        said = {(s.label, s.start, s.end, msgspec.json.encode(s.attributes)) for s in record.spans}
        if again := len(record.spans) - len(said):
            self.noted["spans are there twice in one article, and count once"] += again
        if text is not None and (
            other := sum(each.text not in (None, text[each.start : each.end]) for each in given)
        ):
            self.noted[
                "spans have another text than the release has there: offsets must be code points"
            ] += other

    def _note_values(self, record: Annotation, scheme: Scheme) -> None:
        """Counts values that their attributes can't have."""
        known = scheme.attribute
        for values in (record.attributes, *(span.attributes for span in record.spans)):
            for name, value in values.items():
                if any(known[name].problems(value)):
                    self.noted[f"values are none that {name} can have"] += 1

    def _note_relations(self, record: Annotation, scheme: Scheme) -> None:
        """Counts relations that no gold can have, and those that stand there twice."""
        label = {span.id: span.label for span in record.spans}
        drawn: set[tuple[str | None, ...]] = set()
        for each in record.relations:
            start, head = ends(each)
            both = each.direction == "bi"
            place = each.label, *(sorted((start, head)) if both else (start, head)), "bi" * both
            if start == head:
                self.noted["relations lead from a span to itself: none of gold does"] += 1
            elif place in drawn:
                self.noted["relations are there twice in one article, and count once"] += 1
            elif not scheme.relation[each.label or ""].joins(
                label[start], label[head], both_ways=both
            ):
                self.noted[f"relations join labels that {each.label} can't join"] += 1
            drawn.add(place)

    def _note_scores(self, given: Sequence[PredictedSpan], scheme: Scheme) -> None:
        """Counts scores of attributes by which nothing is ranked."""
        for name in (name for each in given for name in each.scores):
            if not getattr(scheme.attribute[name], "ordered", False):
                self.noted[f"scores of {name} rank nothing: its values have no order"] += 1

    def _note_answers(self, given: Sequence[Prediction | PredictedSpan], scheme: Scheme) -> None:
        """Counts answers that no annotator can give, and those that nothing is compared with."""
        for name, answers in (said for each in given for said in each.answers.items()):
            known = scheme.attribute[name] if name != LABEL else None
            if known and not known.categories:
                self.noted[f"answers on {name} are not scored: its values are open"] += len(answers)
                continue
            names = known.categories if known else tuple(scheme.label)
            if wrong := sum(not _can_be(value, names, known) for value in answers.values()):
                self.noted[f"answers are none that {name} can have"] += wrong


def _composed(made: Prediction, scheme: Scheme) -> Prediction:
    """The prediction with its words composed (NFC), as gold is, and names as the scheme has them."""
    said = msgspec.json.encode(made).decode()
    if said.isascii() or (is_normalized("NFC", said) and not scheme.decomposed):
        return made
    found = msgspec.json.decode(normalize("NFC", said))
    return msgspec.convert(_renamed(found, scheme.decomposed), Prediction)


def _renamed(found: object, names: Mapping[str, str]) -> object:
    """The same with these words in place of others, also where they are keys."""
    if isinstance(found, dict):
        return {names.get(key, key): _renamed(each, names) for key, each in found.items()}
    if isinstance(found, list):
        return [_renamed(each, names) for each in found]
    return names.get(found, found) if isinstance(found, str) else found


def _tagged(made: Prediction, offsets: Offsets | None, scheme: Scheme) -> Iterator[PredictedSpan]:
    """The spans that tags of tokens say."""
    levels = made.levels
    if levels and made.spans:
        raise ValueError("give spans or tags, not both")
    if levels and offsets is None:
        raise ValueError("the table tokens of the release has no such article")
    for tags in levels:
        if len(tags) != len(offsets or ()):
            raise ValueError(f"{len(tags)} tags for {len(offsets or ())} tokens")
        numbers = [each for each in tags if isinstance(each, int)]
        labels = list(scheme.label) if numbers else None
        count = 2 * len(scheme.label) + 1
        if wrong := [each for each in numbers if each >= count]:
            raise ValueError(f"tag {wrong[0]} is none of the {count} tags of {scheme.layer}")
        for each in unalign.spans(list(tags), offsets or (), labels=labels):
            yield PredictedSpan(each.label, each.start, each.end)


def _spans(given: Sequence[PredictedSpan], length: int, scheme: Scheme) -> Iterator[Span]:
    for at, each in enumerate(given, start=1):
        if each.label not in scheme.label:
            raise ValueError(f"no label {each.label}: {scheme.layer} has {', '.join(scheme.label)}")
        if 0 <= each.start <= length and each.end <= each.start:
            what = "is empty" if each.end == each.start else "ends before it starts"
            raise ValueError(f"span {each.start} to {each.end} {what}")
        if not 0 <= each.start < each.end <= length:
            raise ValueError(
                f"span {each.start} to {each.end} lies outside the text of {length} code points"
            )
        identity = each.id if each.id is not None else f"#{at}"
        known = scheme.attributes_of(each.label)
        _check_names([*each.attributes, *each.scores], [one.name for one in known], each.label)
        yield Span(identity, each.label, each.start, each.end, "", _set(each.attributes, scheme))


def _check_names(given: Collection[str], known: Collection[str], of: str) -> None:
    if unknown := sorted({*given} - {*known}):
        has = f"has {', '.join(known)}" if known else "has none"
        raise ValueError(f"no attribute {unknown[0]}: {of} {has}")


def _record(made: Prediction, spans: list[Span], scheme: Scheme) -> Annotation:
    labels = {span.id: span.label for span in spans}
    if len(labels) < len(spans):
        raise ValueError("two spans have one id")
    _check_names(made.attributes, [each.name for each in scheme.document_attributes], "an article")
    return Annotation(
        article_id=made.article_id,
        layer=made.layer,
        annotator=SYSTEM,
        text_sha256="",
        scheme_version="",
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(sorted(_relations(made, labels, scheme), key=relation_order)),
        attributes=_set(made.attributes, scheme),
    )


def _relations(made: Prediction, labels: Mapping[str, str], scheme: Scheme) -> Iterator[Relation]:
    for each in made.relations:
        if {each.from_, each.to} - labels.keys():
            raise ValueError(
                f"a relation joins {each.from_} and {each.to}, one of which is not a span"
            )
        ends = labels[each.from_], labels[each.to]
        name = each.label if each.label is not None else scheme.relation_between.get(ends)
        if name is None:
            raise ValueError(f"a relation from {ends[0]} to {ends[1]} needs its label")
        if name not in scheme.relation:
            has = ", ".join(scheme.relation) or "none"
            raise ValueError(f"no relation {name}: {scheme.layer} has {has}")
        way = msgspec.UNSET if each.direction == "right" else each.direction
        yield Relation(label=name, from_=each.from_, to=each.to, direction=way)


def _set(given: Mapping[str, AttributeValue | None], scheme: Scheme) -> Attributes:
    """The values as records have them, such as a number that is written as a text."""
    found: Attributes = {}
    for name, value in given.items():
        if value is not None and value not in ("", []):
            known = scheme.attribute[name]
            read = known.read(value)
            if read is not None or not known.free:
                found[name] = value if read is None else read
    return found


def _can_be(value: AttributeValue | None, names: Collection[str], known: Attribute | None) -> bool:
    """Whether an annotator can say this of an attribute, or of a label: by names, or as records do."""
    said = value if isinstance(value, list) else [value]
    if value is None or all(each in names for each in said):
        return True
    read = known.read(value) if known else None
    return known is not None and not any(known.problems(value if read is None else read))


def _check_soft(given: Sequence[Prediction | PredictedSpan], scheme: Scheme) -> None:
    """Raises ValueError where a distribution is none, or names what the scheme lacks."""
    for each in given:
        of_span = isinstance(each, PredictedSpan)
        known = {one.name: one for one in scheme.attributes if bool(one.of) == of_span}
        names = [*known, LABEL] if of_span else [*known]
        _check_names([*each.distributions, *each.answers], names, scheme.layer)
        for name, shares in each.distributions.items():
            values = scheme.label if name not in known else known[name].categories
            if not values:
                raise ValueError(f"{name} has no distribution: its values are open")
            if unknown := sorted(shares.keys() - {*values}):
                raise ValueError(f"{name} has no value {unknown[0]}: it has {', '.join(values)}")
            if not all(0 <= share <= _WHOLE for share in shares.values()):
                raise ValueError(f"{name}: shares lie between 0 and 1")
            if name not in known:
                _check_whole(name, sum(shares.values()), least=0)
            elif known[name].family != "set":
                _check_whole(name, sum(shares.values()), least=2 - _WHOLE)


def _check_whole(name: str, whole: float, least: float) -> None:
    if not least <= whole <= _WHOLE:
        raise ValueError(f"{name}: the shares of a distribution sum to 1, not to {whole:g}")
