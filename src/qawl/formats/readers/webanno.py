"""WebAnno TSV 3, which INCEpTION and WebAnno write: tokens with offsets, and columns of their layers.

The text is put together from the `#Text=` lines of the sentences; what stood between two sentences is a
line break, then spaces. A number in brackets (`PER[2]`) tells one annotation apart over several tokens;
without one, each token has its own. Slots, relations and the links of a chain become relations.
Source: the description of the format in the user guide of INCEpTION.
"""

import re
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from qawl.annotations.foreign_values import whole
from qawl.core.findings import reason
from qawl.formats.readers import encodings, inception
from qawl.formats.readers.document import Arrow, Document, Found, Mark, SetAside, Work, set_aside
from qawl.formats.readers.webanno_text import Text, plain, units

HEAD = "#FORMAT=WebAnno TSV 3"
_LAYER = re.compile(r"#T_(?P<kind>SP|CH|RL)=(?P<name>[^|]*)\|?(?P<features>.*)")
_SPANS, _CHAINS = "SP", "CH"
_TEXT, _SENTENCE_ID = "#Text=", "#Sentence.id="
_UNIT = re.compile(r"\d+-\d+(?P<part>\.\d+)?")
_SIGNS = re.compile(r"\\.|[^\\]|\\$")
_NUMBERED = re.compile(
    r"(?P<value>(?:\\.|[^\\])*?)(?:\[(?P<number>\d+(?:_\d+)?)\]|->(?P<link>\d{1,9}-\d{1,9}))"
)
_NOTHING, _NULL = "_", "*"
_ROLE, _BASE, _ANY = "ROLE_", "BT_", "uima.tcas.Annotation"
_OWN = "webanno.custom."
"""Where the layers stand that a project made for itself, whatever they are called."""
_UNREAD = "line that can't be read, or whose token is not in its sentence"
_MORE = "column that the head of the file does not name"


def fits(start: str) -> bool:
    """Whether the first words of a file are those of WebAnno TSV 3."""
    return start.startswith(HEAD)


def read(path: Path) -> Iterator[Found]:
    """The document of a file."""
    text = encodings.text_of(path)
    if isinstance(text, SetAside):
        yield text
        return
    annotator, identity = inception.whose(path)
    made = Document(str(path), identity, "")
    work = Work(annotator)
    layers, rows = _rows(encodings.lines(text)[1:], made)
    if not made.text.strip():
        yield set_aside(str(path), reason("text-empty"))
        return
    reading = _Reading(work, made.notes)
    for row in rows:
        reading.add(layers, row)
    reading.finish()
    made.works = [work] if layers else []
    yield made


class _Layer(NamedTuple):
    """A layer of the head: its kind, its type, the features, its first column."""

    kind: str
    type: str
    features: list[str]
    column: int

    @property
    def name(self) -> str:
        """The last part of its type."""
        return self.type.rpartition(".")[2]

    @property
    def described(self) -> bool:
        """Whether it describes words and documents, and nobody annotated in it."""
        return self.name in inception.LINGUISTIC and not self.type.startswith(_OWN)


class _Row(NamedTuple):
    """A token or a part of one: its id (`1-2`, `1-2.1`), its place in the text, its columns."""

    id: str
    start: int
    end: int
    cells: list[str]


def _rows(lines: list[str], made: Document) -> tuple[list[_Layer], list[_Row]]:
    """The layers and rows of a file; gives the document its text, and notes lines that can't be read."""
    layers: list[_Layer] = []
    rows: list[_Row] = []
    text = Text(in_units=_in_units(lines))
    columns = 3
    for line in lines:
        if (head := _LAYER.fullmatch(line)) and not rows:
            features = head["features"].split("|")
            layers.append(_Layer(head["kind"], head["name"], features, columns))
            columns += len(features)
        elif line.startswith(_TEXT):
            text.waiting.append(plain(line.removeprefix(_TEXT)))
        elif line and not line.startswith(_SENTENCE_ID):
            cells = line.split("\t")
            row = _row(cells, text)
            if row and len(cells) >= columns:
                rows.append(row)
            else:
                made.notes.append(_UNREAD)
            made.notes += [_MORE] * any(each not in ("", _NOTHING) for each in cells[columns:])
    made.text = text.whole()
    return layers, rows


def _row(cells: list[str], text: Text) -> _Row | None:
    """A row with its place in the text, which goes on with it."""
    unit = _UNIT.fullmatch(cells[0])
    if unit is None or len(cells) < 3:
        return None
    start, end = map(whole, cells[1].partition("-")[::2])
    if start is None or end is None:
        return None
    place = text.part(start, end) if unit["part"] else text.token(start, cells[2])
    return _Row(cells[0], *place, cells) if place else None


def _in_units(lines: list[str]) -> bool:
    """Whether offsets count UTF-16 units, as the format has it; some programs write code points."""
    for line in lines:
        cells = line.split("\t")
        if len(cells) > 2 and units(cells[2]) > len(cells[2]):
            start, end = map(whole, cells[1].partition("-")[::2])
            return start is None or end is None or end - start != len(plain(cells[2]))
    return True


class _Ref(NamedTuple):
    """An annotation by its layer and its number, else the token where it is and its place there."""

    type: str
    unit: str
    number: str


def _ref(layer: str, unit: str, number: str) -> _Ref:
    return _Ref(layer, "" if number else unit, number)


class _Link(NamedTuple):
    """A relation or slot before all annotations are known; `at` is its place in a stack."""

    label: str
    from_: _Ref
    to: _Ref
    at: int


class _Reading:
    """Gathers the annotations of a file, row by row, in a work."""

    def __init__(self, work: Work, notes: list[str]) -> None:
        self._work, self._notes = work, notes
        self._marks: dict[_Ref, Mark] = {}
        self._at: dict[tuple[str, str], list[Mark]] = {}
        self._types: dict[str, None] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._links: dict[_Link, None] = {}
        self._chains: dict[tuple[str, int], dict[int, tuple[Mark, str]]] = {}

    def add(self, layers: list[_Layer], row: _Row) -> None:
        """Takes what a row says of its layers."""
        for layer in layers:
            cells = row.cells[layer.column : layer.column + len(layer.features)]
            if layer.described or all(each == _NOTHING for each in cells):
                continue
            kinds = {_SPANS: self._span, _CHAINS: self._chain}
            take = kinds.get(layer.kind, self._relation)
            for at, pieces in enumerate(
                zip_longest(*(_split(each, "|") for each in cells), fillvalue=_NOTHING)
            ):
                take(layer, row, at, list(pieces))

    def finish(self) -> None:
        """Labels the spans, and makes the relations between them."""
        for mark in self._work.marks:
            said = self._values[mark.id]
            feature, mark.label = inception.label(said, mark.label)
            mark.attributes = {name: value for name, value in said.items() if name != feature}
        for link in self._links:
            self._arrow(link.label, self._found(link.from_), self._found(link.to))
        for chain in self._chains.values():
            for (_, (mark, label)), (_, (other, _)) in pairwise(sorted(chain.items())):
                self._arrow(label, mark, other)

    def _arrow(self, label: str, start: Mark | None, end: Mark | None) -> None:
        if start and end:
            self._work.arrows.append(Arrow(label, start.id, end.id))
        else:
            self._notes.append(inception.OF_NO_SPAN)

    def _found(self, ref: _Ref) -> Mark | None:
        """The annotation that is meant: by its number, else the first of its layer at that token."""
        if ref.type != _ANY:
            there = [self._marks[ref]] if ref in self._marks else self._at.get((ref.type, ref.unit))
            return there[0] if there else None
        found = [
            mark
            for each in self._types
            for mark in self._at.get((each, ref.unit), [self._marks.get(ref._replace(type=each))])
            if mark is not None
        ]
        return found[0] if len(found) == 1 else None

    def _span(self, layer: _Layer, row: _Row, at: int, pieces: list[str]) -> None:
        slots = {n for n, name in enumerate(layer.features) if name.startswith(_ROLE)}
        parts = [("", "") if n - 1 in slots else _parts(each) for n, each in enumerate(pieces)]
        number = next((number for _, number in parts if number), "")
        mark = self._mark(layer, row, _ref(layer.type, f"{row.id} {at}", number))
        if mark is None:
            return
        for n, (name, (value, _)) in enumerate(zip(layer.features, parts, strict=True)):
            if n in slots and n + 1 < len(pieces):
                here = _ref(layer.type, f"{row.id} {at}", number)
                self._slots(here, name, layer.features[n + 1], *pieces[n : n + 2])
            elif value:
                self._values[mark.id].setdefault(name, value)

    def _slots(self, host: _Ref, name: str, layer: str, roles: str, targets: str) -> None:
        if targets in (_NOTHING, _NULL):
            return
        feature = name.partition(":")[2].partition(".")[0].rpartition("_")[0]
        pairs = zip_longest(_split(roles, ";"), _split(targets, ";"), fillvalue="")
        for at, (role, target) in enumerate(pairs):
            unit, number = _parts(target)
            if layer == _ANY:  # some versions write the number of the layer behind the token
                unit = "-".join(unit.split("-")[:2])
            to = _ref(layer, unit, number)
            self._links[_Link(_parts(role)[0] or feature, host, to, at)] = None

    def _chain(self, layer: _Layer, row: _Row, at: int, pieces: list[str]) -> None:
        said = dict(zip(layer.features, map(_parts, pieces), strict=True))
        kind = said.get("referenceType", ("", ""))[0]
        label, link = said.get("referenceRelation", ("", ""))
        chain, _, place = link.partition("-")
        mark = self._mark(
            layer, row, _Ref(layer.type, f"->{link}" if place else f"{row.id} {at}", "")
        )
        if mark is None:
            return
        self._values[mark.id] = {"referenceType": kind} if kind else {}
        if place:
            links = self._chains.setdefault((layer.type, int(chain)), {})
            links[int(place)] = (mark, label or layer.name)

    def _relation(self, layer: _Layer, row: _Row, at: int, pieces: list[str]) -> None:
        if not layer.features[-1].startswith(_BASE):
            self._notes.append(inception.OF_NO_SPAN)
            return
        said = {
            n: v for n, p in zip(layer.features[:-1], pieces, strict=False) if (v := _parts(p)[0])
        }
        feature, label = inception.relation_label(said, layer.name)
        self._notes += [inception.BESIDE_LABEL] * len(said.keys() - {feature})
        unit, numbers = _parts(pieces[-1])
        source, _, target = numbers.partition("_")
        base = layer.features[-1].removeprefix(_BASE)
        start = _ref(base, unit, source.strip("0") and source)
        end = _ref(base, row.id, target.strip("0") and target)
        self._links[_Link(label, start, end, at)] = None

    def _mark(self, layer: _Layer, row: _Row, ref: _Ref) -> Mark | None:
        """The annotation that is meant, which reaches to the row; None where it has no words."""
        mark = self._marks.get(ref)
        if mark is None:
            if row.start == row.end:
                self._notes.append("span without words")
                return None
            typed = inception.TYPED.get(layer.name, frozenset())
            mark = Mark(f"s{len(self._marks) + 1}", layer.name, row.start, row.end, typed=typed)
            self._marks[ref] = mark
            self._types[layer.type] = None
            self._work.marks.append(mark)
            self._values[mark.id] = {}
        mark.start, mark.end = min(mark.start, row.start), max(mark.end, row.end)
        self._at.setdefault((layer.type, row.id), []).append(mark)
        return mark


def _split(cell: str, sign: str) -> list[str]:
    """What signs part that no backslash escapes."""
    pieces = [""]
    for each in _SIGNS.findall(cell) if sign in cell else [cell]:
        if each == sign:
            pieces.append("")
        else:
            pieces[-1] += each
    return pieces


def _parts(piece: str) -> tuple[str, str]:
    """(value, number) of what a cell says of one annotation; both empty where it says nothing."""
    found = _NUMBERED.fullmatch(piece)
    value, number = (found["value"], found["number"] or found["link"]) if found else (piece, "")
    return ("" if value in (_NULL, _NOTHING) else plain(value)), number
