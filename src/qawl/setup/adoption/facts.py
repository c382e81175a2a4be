"""What the work of a project shows: labels, values, the ends of relations, how much there is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from qawl.annotations.json_min import SPANS
from qawl.annotations.task_results import Task, annotations, given_annotations
from qawl.scheme.kinds.registry import result_keys

ATTRIBUTES = result_keys()

SAMPLE = 1000
"""So many values are kept of what is typed or counted, not chosen: each text may be another."""
_EMPTY: tuple[object, ...] = (None, "", [], [""])
UNREAD = "results of type "
"""How the reason begins why a result that no scheme can say is left out."""


@dataclass(slots=True)
class Seen:
    """What was seen of one control that gives attributes: `documents`, `regions` (spans) have a value."""

    kind: str
    values: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    regions: int = 0
    several: bool = False
    largest: float = 0
    paths: dict[tuple[str, ...], None] = field(default_factory=dict)


@dataclass(slots=True)
class Counts:
    """How much there is: in a source, or in the records."""

    tasks: int = 0
    annotations: int = 0
    spans: int = 0
    relations: int = 0
    attributes: int = 0


@dataclass(slots=True)
class Facts:
    """What all tasks together show; `left_out` counts by reason what no record will hold.

    `suggested` is what predictions show. `fields` counts fields of texts; `kept` has all fields that say
    something, with whether one of them is a text.
    """

    counts: Counts = field(default_factory=Counts)
    labels: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    attributes: dict[str, Seen] = field(default_factory=dict)
    ends: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    fields: Counter[str] = field(default_factory=Counter)
    kept: dict[str, bool] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    suggested: "Facts | None" = None

    def add(self, task: Task) -> None:
        """Takes one task in."""
        self.counts.tasks += 1
        self._fields(task.get("data"))
        for name in ("drafts", "predictions"):
            many = task.get(name)
            if isinstance(many, list) and many:
                self.left_out[name] += len(many)
                if name == "predictions":
                    self._suggested(many)
        listed = given_annotations(task)
        if listed is not None and not isinstance(listed, list):
            self.left_out["annotations that are no list"] += 1
        odd = (
            sum(not isinstance(each, Mapping) for each in listed) if isinstance(listed, list) else 0
        )
        if odd:
            self.left_out["annotation that is not an object"] += odd
        for annotation in annotations(task):
            self.counts.annotations += 1
            if annotation.get("ground_truth"):
                self.left_out["ground-truth marks (the work itself is taken)"] += 1
            self.see(annotation.get("result"))

    def may_be_several(self, names: Iterable[str]) -> None:
        """Says of these attributes that they take several values, though none may have had them here."""
        for name in names:
            if name in self.attributes:
                self.attributes[name].several = True

    def _fields(self, data: object) -> None:
        for name, value in data.items() if isinstance(data, Mapping) else ():
            told = isinstance(value, str)
            if told:
                self.fields[name] += 1
            if told or says_something(value):
                self.kept[name] = told or self.kept.get(name, False)

    def _suggested(self, predictions: Iterable[object]) -> None:
        self.suggested = self.suggested or Facts()
        for each in predictions:
            if isinstance(each, Mapping):
                self.suggested.see(each.get("result"))

    def see(self, results: object) -> None:
        """Takes in the results of one annotation or prediction."""
        regions: dict[object, list[str]] = defaultdict(list)
        listed = results if isinstance(results, list) else []
        every = [each for each in listed if isinstance(each, Mapping)]
        odd = len(listed) - len(every) + (results is not None and results is not listed)
        if odd:
            self.left_out["result that is not an object"] += odd
        for each in every:
            meta = each.get("meta")
            if isinstance(meta, Mapping) and meta.get("text"):
                self.left_out["note on a region (the journal keeps it)"] += 1
            if each.get("type") in SPANS:
                self._region(each, regions)
        had: set[tuple[str, str]] = set()
        for each in every:
            kind = str(each.get("type"))
            if kind in ATTRIBUTES:
                self._attribute(each, regions, had)
            elif kind == "relation":
                self._relation(each, regions)
            elif kind not in SPANS:
                self.left_out[f"{UNREAD}{kind}"] += 1

    def _region(self, result: Mapping[str, object], regions: dict[object, list[str]]) -> None:
        value = result.get("value")
        given = (
            value.get(str(result["type"]), value.get("labels"))
            if isinstance(value, Mapping)
            else None
        )
        several = [given] if isinstance(given, str) else given
        listed = several if isinstance(several, list) else []
        labels = [name for each in listed if isinstance(each, str) and (name := _plain(each))]
        if odd := len(listed) - len(labels):
            self.left_out["label of a region that is no text"] += odd
        self.counts.spans += len(labels)
        self.labels[str(result.get("from_name"))].update(labels)
        if isinstance(result.get("id"), (str, int)):
            regions[str(result["id"])] += labels

    def _attribute(
        self,
        result: Mapping[str, object],
        regions: Mapping[object, list[str]],
        had: set[tuple[str, str]],
    ) -> None:
        self.counts.attributes += 1
        kind = str(result["type"])
        name = str(result.get("from_name"))
        seen = self.attributes.setdefault(name, Seen(kind))
        if {seen.kind, kind} == {"choices", "textarea"}:
            seen.kind = "textarea"  # some of the words are too long for choices
        value = result.get("value")
        held = value.get(ATTRIBUTES[kind]) if isinstance(value, Mapping) else None
        listed = held if isinstance(held, list) else [held]
        if held in _EMPTY:
            self.left_out["attribute without a value"] += 1
        if kind == "taxonomy" and all(isinstance(each, str) for each in listed):
            listed = [listed]  # one path, as older versions wrote it
        seen.several |= len(listed) > 1
        if kind == "choices" and any(isinstance(each, list) for each in listed):
            kind = seen.kind = "taxonomy"  # nested choices are stored as paths
        if kind == "taxonomy":
            seen.paths.update(
                (tuple(_plain(str(name)) for name in each), None)
                for each in listed
                if isinstance(each, list) and each
            )
        if kind in {"choices", "taxonomy"} or len(seen.values) < SAMPLE:
            seen.values.update(
                said for each in listed if each is not None and (said := _said(each))
            )
        seen.largest = max(
            [seen.largest, *(each for each in listed if isinstance(each, (int, float)))]
        )
        of = regions.get(str(result.get("id")))
        seen.of.update(set(of or ()))
        place = name, str(result.get("id")) if of else ""
        if held not in _EMPTY and place not in had:
            had.add(place)
            seen.regions += len(of or ())
            seen.documents += not of

    def _relation(self, result: Mapping[str, object], regions: Mapping[object, list[str]]) -> None:
        given = result.get("labels")
        listed = given if isinstance(given, list) else [given]
        names = [name for each in listed if isinstance(each, str) and (name := _plain(each))]
        start, end = str(result.get("from_id")), str(result.get("to_id"))
        if result.get("direction") == "left":
            start, end = end, start
        pairs = {(a, b) for a in regions.get(start, ()) for b in regions.get(end, ())}
        self.counts.relations += max(len(names), 1)
        for name in names or [""]:
            self.ends[name].update(pairs)


def says_something(value: object) -> bool:
    """Whether a field of a task holds anything: numbers and False do, blank texts don't."""
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {})


def _said(value: object) -> str:
    return " / ".join(map(str, value)) if isinstance(value, list) else _plain(str(value))


def _plain(name: str) -> str:
    """A name without white space around it, composed: exports of macOS decompose it."""
    return normalize("NFC", name.strip())
