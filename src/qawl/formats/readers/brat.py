"""brat standoff: folders of .txt and .ann, with an annotation.conf that names what they may hold.

Files are paired by name, whatever the case of their endings.
A span of several fragments is taken as one from the first start to the last end, in whatever order they
stand, and noted. A binary
attribute has the value `true`. Events become relations from their trigger. Source: brat's description of
its standoff format.
"""

import codecs
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from pathlib import Path

from qawl.annotations.foreign_values import whole
from qawl.articles.decoding import Undecodable
from qawl.core import files
from qawl.core.findings import reason
from qawl.core.records import AttributeValue
from qawl.formats.readers import encodings, own
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside
from qawl.formats.readers.json_lines import decoded

_MARK = "\ufeff"
"""A byte order mark, which brat counts as a character of the text."""
_ENDINGS = (".ann", ".a1", ".a2", ".co", ".rel")
"""Files that brat reads annotations from; those of BioNLP tasks have one text in several."""
_SECOND_EVENT = "second event of a trigger: its roles and attributes are given to the trigger too"


def fits(path: Path) -> bool:
    """Whether a folder holds .txt files with an .ann of the same name."""
    return path.is_dir() and not _stems(_below(path, *_ENDINGS)).isdisjoint(
        _stems(_below(path, ".txt"))
    )


def read(path: Path) -> Iterator[Found]:
    """The documents of a folder and the folders below it, by path; a text without .ann has no work.

    An .ann without its text is set aside.
    """
    texts = sorted(_below(path, ".txt"))
    annotators = _by_annotator(path, texts)
    standoffs: dict[Path, list[Path]] = {}
    for each in sorted(_below(path, *_ENDINGS)):
        standoffs.setdefault(each.with_suffix(""), []).append(each)
    for text in texts:
        standoff = standoffs.get(text.with_suffix(""), [])
        yield _document(path, text, standoff, annotators=annotators)
    for stem in sorted(standoffs.keys() - _stems(texts)):
        why = reason("text-empty", in_words="an .ann file without its .txt")
        yield set_aside(str(standoffs[stem][0].relative_to(path)), why)


def _below(path: Path, *endings: str) -> Iterator[Path]:
    """The files of these endings, in whatever case they are written."""
    return (each for each in files.below(path) if each.suffix.lower() in endings)


def _stems(paths: Iterable[Path]) -> set[Path]:
    return {each.with_suffix("") for each in paths}


def _by_annotator(root: Path, texts: list[Path]) -> bool:
    """Whether the folders below the given one are annotators: then some text stands in two of them."""
    first: dict[Path, Path] = {}
    for each in texts:
        if each.parent != root:
            other = first.setdefault(Path(*each.relative_to(root).parts[1:]), each)
            if other is not each and other.read_bytes() == each.read_bytes():
                return True
    return False


def _document(root: Path, path: Path, standoff: list[Path], *, annotators: bool) -> Found:
    inner = path.relative_to(root)
    exported = own.whose(path.parent)
    apart = len(inner.parts) > 1 and (annotators or exported is not None)
    try:
        text = encodings.text(path.read_bytes())
    except Undecodable:
        return set_aside(str(inner), reason("not-utf-8"))
    name = Path(*inner.parts[1:]) if apart else inner
    made = Document(str(path), str(name.with_suffix("")), text)
    if standoff:
        work = Work((inner.parts[0] if apart else "") if exported is None else exported)
        _lines(made, work, standoff)
        _rename(work, path.with_name("names.json"))
        made.works.append(work)
    return made


def _rename(work: Work, path: Path) -> None:
    """Gives names back that `qawl export` had to change: its names.json says which."""
    tables = own.tables(path)
    names = tables.get("names", {})
    for mark in work.marks:
        mark.label = names.get(mark.label, mark.label)
        mark.attributes = {
            (real := names.get(name, name)): _renamed(tables.get(f"values of {real}", {}), value)
            for name, value in mark.attributes.items()
        }
    work.arrows = [replace(each, label=names.get(each.label, each.label)) for each in work.arrows]


def _renamed(names: Mapping[str, str], value: AttributeValue) -> AttributeValue:
    return names.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of an .ann: its id, the fields after it, and where it stands."""

    name: str
    rest: str
    place: str

    @property
    def parts(self) -> list[str]:
        """The fields after the id."""
        return self.rest.split("\t")


@dataclass(slots=True)
class _Marks:
    """The spans by their ids; lines that name an id that two spans have are of neither."""

    by_id: dict[str, Mark] = field(default_factory=dict)
    doubled: set[str] = field(default_factory=set)

    def add(self, name: str, mark: Mark) -> bool:
        """Adds a span; says whether its id was free."""
        free = name not in self.by_id
        if not free:
            self.doubled.add(name)
            mark.id = next(other for n in count(2) if (other := f"{name}_{n}") not in self.by_id)
        self.by_id[mark.id] = mark
        return free

    def get(self, name: str) -> Mark | None:
        """The one span of an id."""
        return None if name in self.doubled else self.by_id.get(name)


def _written(made: Document, path: Path) -> Iterator[_Line]:
    """The lines of a file of annotations; notes where they can't be read."""
    try:
        content = encodings.text(path.read_bytes())
    except Undecodable:
        made.notes.append(f"{path.name} is not UTF-8")
        return
    for number, line in enumerate(encodings.lines(content), start=1):
        name, _, rest = line.partition("\t")
        if name.strip():
            yield _Line(name, rest, f"{path.name}:{number}")


def _lines(made: Document, work: Work, paths: list[Path]) -> None:
    lines = [line for path in paths for line in _written(made, path)]
    marked = Path(made.path).read_bytes().startswith(codecs.BOM_UTF8)
    made.text = _counted(made.text, lines, marked=marked)
    marks = _Marks()
    later = [each for each in lines if each.name[:1] != "T"]
    for each in lines:
        if each.name[:1] == "T":
            _text_bound(made, marks, each)
    work.marks = list(marks.by_id.values())
    if made.text.startswith(_MARK):
        made.text = made.text.removeprefix(_MARK)
        for mark in work.marks:
            mark.start, mark.end = mark.start - 1, mark.end - 1
    events = {
        each.name: each.parts[0].split()[0].partition(":")[2]
        for each in later
        if each.name[:1] == "E" and each.parts[0].strip()
    }
    made.notes += [_SECOND_EVENT] * (len(events) - len(set(events.values())))
    for each in later:
        _other(made, work, marks, events, each)
    work.several()


def _counted(text: str, lines: list[_Line], *, marked: bool) -> str:
    """The text with what the offsets count: a folder may have been saved with other line ends, and a byte
    order mark, which `marked` says it has, counts in brat."""
    unix = text.replace("\r\n", "\n")
    told = [
        (found[0], found[-1], " ".join(surface.split()))
        for each in lines
        if each.name[:1] == "T"
        and (head := each.rest.partition("\t"))
        and (surface := head[2]).strip()
        and ";" not in head[0]
        and len(found := [n for word in head[0].split()[1:] if (n := whole(word)) is not None]) == 2
    ]

    def fits(given: str) -> int:
        return sum(" ".join(given[start:end].split()) == words for start, end, words in told)

    counted = [text, unix, unix.replace("\n", "\r\n")]
    if marked:
        counted += [f"{_MARK}{each}" for each in counted]
    return max(counted, key=fits)


def _text_bound(made: Document, marks: _Marks, line: _Line) -> None:
    head, _, surface = line.rest.partition("\t")
    label, _, places = head.partition(" ")
    fragments = [each.split() for each in places.split(";")]
    given = [whole(each) for fragment in fragments for each in fragment]
    numbers = [each for each in given if each is not None]
    if not label or not len(given) == len(numbers) == 2 * len(fragments):
        made.notes.append(f"text-bound annotation without offsets ({line.place})")
        return
    parts = sorted(zip(numbers[::2], numbers[1::2], strict=True))
    if any(made.text[end:start].strip() for (_, end), (start, _) in pairwise(parts)):
        made.notes.append("span of several fragments, taken as one")
    mark = Mark(line.name, label, parts[0][0], max(end for _, end in parts))
    if len(fragments) == 1 and surface.strip():
        mark.surface = surface
    if not marks.add(line.name, mark):
        made.notes.append(
            f"id {line.name} of a second span ({line.place}): "
            "both spans are kept, what names the id is not"
        )


def _other(made: Document, work: Work, marks: _Marks, events: dict[str, str], line: _Line) -> None:
    """A relation, event, attribute or equivalence; notes and normalisations are named."""
    name, parts = line.name, line.parts
    words = parts[0].split()
    if name[:1] == "R" and len(words) == 3:
        roles = [each.partition(":") for each in words[1:]]
        roles.sort(key=lambda each: _number(each[0]))
        _arrow(made, work, marks, words[0], [events.get(end, end) for _, _, end in roles])
    elif name[:1] == "E" and words:
        trigger = words[0].partition(":")[2]
        for each in words[1:]:
            role, _, end = each.partition(":")
            _arrow(made, work, marks, role, [trigger, events.get(end, end)])
    elif name[:1] in {"A", "M"} and len(words) >= 2:
        given = {words[0]: words[2] if len(words) > 2 else "true"}
        _give(made, marks.get(events.get(words[1], words[1])), given, "attribute of no span", line)
    elif name == "*" and len(words) > 2:
        for end in words[2:]:
            _arrow(made, work, marks, words[0], [words[1], end])
    elif name[:1] == "#" and len(words) == 2 and (said := _noted(parts[-1])):
        _give(made, marks.get(words[1]), said, "note", line)
    else:
        kind = {"#": "note", "N": "normalisation"}.get(name[:1])
        made.notes.append(kind or f"line that is no annotation of brat ({line.place})")


def _number(role: str) -> int:
    """Which end of a relation a role is: Arg1 is the first wherever it stands; others stand as given."""
    return int(role[-1]) if role[-1:] in ("1", "2") else 0


def _give(
    made: Document,
    mark: Mark | None,
    given: Mapping[str, AttributeValue],
    without: str,
    line: _Line,
) -> None:
    """Gives a span attributes; a second value of one is left out. `without` says what has no span."""
    if mark is None:
        made.notes.append(without)
        return
    for name, value in given.items():
        if mark.attributes.setdefault(name, value) != value:
            made.notes.append(f"second value of the attribute {name} of {mark.id} ({line.place})")


def _noted(text: str) -> dict[str, AttributeValue]:
    """The attributes in a note, where it is the JSON in which `qawl export` writes them."""
    said = decoded(text)
    plain = isinstance(said, dict) and all(
        isinstance(v, str | int | float | list) for v in said.values()
    )
    return said if isinstance(said, dict) and plain else {}


def _arrow(made: Document, work: Work, marks: _Marks, label: str, ends: list[str]) -> None:
    if all(marks.get(end) for end in ends):
        work.arrows.append(Arrow(label, ends[0], ends[1]))
    else:
        made.notes.append("relation to no span")
