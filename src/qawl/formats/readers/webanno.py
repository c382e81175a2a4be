"""WebAnno TSV 3, which INCEpTION and WebAnno write: tokens with offsets, and columns of their layers.

The text is put together from the `#Text=` lines of the sentences; what stood between two sentences is a
line break, then spaces. A number in brackets (`PER[2]`) tells one annotation apart over several tokens;
without one, each token has its own. Slots, relations and the links of a chain become relations.
Source: the description of the format in the user guide of INCEpTION.
"""

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from qawl.articles.received import LONGEST
from qawl.core.findings import reason
from qawl.formats.readers import encodings, inception
from qawl.formats.readers.document import Arrow, Document, Found, Mark, SetAside, Work, set_aside
from qawl.formats.readers.json_lines import whole

HEAD = "#FORMAT=WebAnno TSV 3"
_LAYER = re.compile(r"#T_(?P<kind>SP|CH|RL)=(?P<name>[^|]*)\|?(?P<features>.*)")
_SPANS, _CHAINS = "SP", "CH"
_TEXT, _SENTENCE_ID = "#Text=", "#Sentence.id="
_UNIT = re.compile(r"\d+-\d+(?P<part>\.\d+)?")
_ESCAPED = re.compile(r"\\(->|.)")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}
_STACK, _SLOTS = re.compile(r"(?<!\\)\|"), re.compile(r"(?<!\\);")
_NUMBERED = re.compile(
    r"(?P<value>.*?)(?:(?<!\\)\[(?P<number>\d+(?:_\d+)?)\]|->(?P<link>\d{1,9}-\d{1,9}))"
)
_NOTHING, _NULL = "_", "*"
_ROLE, _BASE = "ROLE_", "BT_"


def fits(start: str) -> bool:
    """Whether the first words of a file are those of WebAnno TSV 3."""
    return start.startswith(HEAD)


def read(path: Path) -> Iterator[Found]:
    """The document of a file."""
    text = encodings.text_of(path)
    if isinstance(text, SetAside):
        yield text
        return
    lines = text.split("\n")
    annotator, identity = inception.whose(path)
    made = Document(str(path), identity, "")
    work = Work(annotator)
    layers, rows = _rows([line.removesuffix("\r") for line in lines[1:]], made)
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
    """A layer of the head: its kind, the last part of its name, its features, its first column."""

    kind: str
    name: str
    features: list[str]
    column: int


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
    text = _Text(in_units=_in_units(lines))
    columns = 3
    for line in lines:
        if (head := _LAYER.fullmatch(line)) and not rows:
            features = head["features"].split("|")
            layers.append(_Layer(head["kind"], _short(head["name"]), features, columns))
            columns += len(features)
        elif line.startswith(_TEXT):
            text.waiting.append(_plain(line.removeprefix(_TEXT)))
        elif line and not line.startswith(_SENTENCE_ID):
            row = _row(line.split("\t"), columns, text)
            if row:
                rows.append(row)
            else:
                made.notes.append("line that can't be read, or whose token is not in its sentence")
    made.text = "".join(text.pieces)
    return layers, rows


def _row(cells: list[str], columns: int, text: "_Text") -> _Row | None:
    unit = _UNIT.fullmatch(cells[0])
    if unit is None or len(cells) < columns:
        return None
    start, end = map(whole, cells[1].partition("-")[::2])
    if start is None or end is None:
        return None
    place = text.part(start, end) if unit["part"] else text.token(start, _plain(cells[2]))
    return _Row(cells[0], *place, cells) if place else None


def _in_units(lines: list[str]) -> bool:
    """Whether offsets count UTF-16 units, as the format has it; some programs write code points."""
    for line in lines:
        cells = line.split("\t")
        if len(cells) > 2 and _units(cells[2]) > len(cells[2]):
            start, end = map(whole, cells[1].partition("-")[::2])
            return start is None or end is None or end - start != len(_plain(cells[2]))
    return True


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _short(name: str) -> str:
    """The last part of the name of a layer."""
    return name.rpartition(".")[2]


def _plain(words: str) -> str:
    """Words without their escapes."""
    return _ESCAPED.sub(lambda found: _CONTROL.get(found[1], found[1]), words)


class _Text:
    """The text as it grows; the lines of a sentence wait for its first token, which says where it is."""

    def __init__(self, *, in_units: bool) -> None:
        self.waiting: list[str] = []
        self.pieces: list[str] = []
        self._in_units = in_units
        self._length = self._said = 0
        self._sentence, self._begin, self._at = "", 0, 0
        self._token, self._token_at, self._token_said = "", 0, 0
        self._within: dict[int, int] = {}

    def token(self, said: int, words: str) -> tuple[int, int] | None:
        """Where the next token stands, which its file says to be at an offset; None where it is not."""
        if self.waiting:
            self._new_sentence(said)
        at = self._sentence.find(words, self._at)
        if at < 0 or not words:
            return None
        self._at = at + len(words)
        self._token, self._token_at, self._token_said = words, self._begin + at, said
        self._within = {}
        return self._begin + at, self._begin + self._at

    def part(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a part of the last token stands; None where its offsets are not within it."""
        if not self._within:
            sizes = accumulate(map(self._size, self._token), initial=0)
            self._within = {said: n for n, said in enumerate(sizes)}
        said = start - self._token_said, end - self._token_said
        found = self._within.get(said[0]), self._within.get(said[1])
        if found[0] is None or found[1] is None:
            return None
        return self._token_at + found[0], self._token_at + found[1]

    def _new_sentence(self, said: int) -> None:
        """Begins a sentence; one that does not count on from the last stands on the next line."""
        gap = said - self._said if 0 <= said - self._said < LONGEST else 1
        between = "\n" + " " * (gap - 1) if gap and self.pieces else " " * gap
        self._sentence, self.waiting = "\n".join(self.waiting), []
        self.pieces += [between, self._sentence]
        self._begin, self._at = self._length + gap, 0
        self._length = self._begin + len(self._sentence)
        self._said = said + self._size(self._sentence)

    def _size(self, words: str) -> int:
        return _units(words) if self._in_units else len(words)


class _Ref(NamedTuple):
    """An annotation that a relation or slot names: layer, token, and its number where it has one."""

    layer: str
    unit: str
    number: str


class _Link(NamedTuple):
    """A relation or slot as it is read, before all annotations are known."""

    label: str
    from_: _Ref
    to: _Ref


class _Reading:
    """Gathers the annotations of a file, row by row, in a work."""

    def __init__(self, work: Work, notes: list[str]) -> None:
        self._work, self._notes = work, notes
        self._marks: dict[_Ref, Mark] = {}
        self._at: dict[tuple[str, str], list[Mark]] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._links: dict[_Link, None] = {}
        self._chains: dict[tuple[str, int], dict[int, tuple[Mark, str]]] = {}

    def add(self, layers: list[_Layer], row: _Row) -> None:
        """Takes what a row says of its layers."""
        for layer in layers:
            cells = row.cells[layer.column : layer.column + len(layer.features)]
            if layer.name in inception.LINGUISTIC or all(each == _NOTHING for each in cells):
                continue
            kinds = {_SPANS: self._span, _CHAINS: self._chain}
            take = kinds.get(layer.kind, self._relation)
            for at, pieces in enumerate(zip_longest(*map(_STACK.split, cells), fillvalue=_NOTHING)):
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
        if ref.number:
            return self._marks.get(ref._replace(layer="", unit=""))
        return next(iter(self._at.get((ref.layer, ref.unit), ())), None)

    def _span(self, layer: _Layer, row: _Row, at: int, pieces: list[str]) -> None:
        slots = {n for n, name in enumerate(layer.features) if name.startswith(_ROLE)}
        parts = [("", "") if n - 1 in slots else _parts(each) for n, each in enumerate(pieces)]
        number = next((number for _, number in parts if number), "")
        mark = self._mark(layer, row, number or f"{row.id} {at}", numbered=bool(number))
        if mark is None:
            return
        for n, (name, (value, _)) in enumerate(zip(layer.features, parts, strict=True)):
            if n in slots and n + 1 < len(pieces):
                here = _Ref(layer.name, row.id, number)
                self._slots(here, name, layer.features[n + 1], *pieces[n : n + 2])
            elif value:
                self._values[mark.id].setdefault(name, value)

    def _slots(self, host: _Ref, name: str, layer: str, roles: str, targets: str) -> None:
        if targets in (_NOTHING, _NULL):
            return
        for role, target in zip_longest(_SLOTS.split(roles), _SLOTS.split(targets), fillvalue=""):
            unit, number = _parts(target)
            label = _parts(role)[0] or name.partition(":")[2].partition("_")[0]
            self._links[_Link(label, host, _Ref(_short(layer), unit, number))] = None

    def _chain(self, layer: _Layer, row: _Row, at: int, pieces: list[str]) -> None:
        said = dict(zip(layer.features, map(_parts, pieces), strict=True))
        kind = said.get("referenceType", ("", ""))[0]
        label, link = said.get("referenceRelation", ("", ""))
        chain, _, place = link.partition("-")
        mark = self._mark(layer, row, f"->{link}" if place else f"{row.id} {at}", numbered=False)
        if mark is None:
            return
        self._values[mark.id] = {"referenceType": kind} if kind else {}
        if place:
            links = self._chains.setdefault((layer.name, int(chain)), {})
            links[int(place)] = (mark, label or layer.name)

    def _relation(self, layer: _Layer, row: _Row, _at: int, pieces: list[str]) -> None:
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
        base = _short(layer.features[-1])
        start = _Ref(base, unit, source.strip("0") and source)
        end = _Ref(base, row.id, target.strip("0") and target)
        self._links[_Link(label, start, end)] = None

    def _mark(self, layer: _Layer, row: _Row, key: str, *, numbered: bool) -> Mark | None:
        """The annotation of this key, which reaches to the row; None where it has no words."""
        ref = _Ref("", "", key) if numbered else _Ref(layer.name, "", key)
        mark = self._marks.get(ref)
        if mark is None:
            if row.start == row.end:
                self._notes.append("span without words")
                return None
            typed = inception.TYPED.get(layer.name, frozenset())
            mark = Mark(f"s{len(self._marks) + 1}", layer.name, row.start, row.end, typed=typed)
            self._marks[ref] = mark
            self._work.marks.append(mark)
            self._values[mark.id] = {}
        mark.start, mark.end = min(mark.start, row.start), max(mark.end, row.end)
        self._at.setdefault((layer.name, row.id), []).append(mark)
        return mark


def _parts(piece: str) -> tuple[str, str]:
    """(value, number) of what a cell says of one annotation; both empty where it says nothing."""
    found = _NUMBERED.fullmatch(piece)
    value, number = (found["value"], found["number"] or found["link"]) if found else (piece, "")
    return ("" if value in (_NULL, _NOTHING) else _plain(value)), number
