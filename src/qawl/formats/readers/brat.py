"""brat standoff: folders of .txt and .ann, with an annotation.conf that names what they may hold.

A span of several fragments is taken as one from the first start to the last end, and noted. A binary
attribute has the value `true`. Events become relations from their trigger. Source: brat's description of
its standoff format.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from qawl.core import files
from qawl.core.findings import reason
from qawl.core.records import AttributeValue
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside
from qawl.formats.readers.json_lines import whole


def fits(path: Path) -> bool:
    """Whether a folder holds .txt files with an .ann of the same name."""
    return path.is_dir() and any(
        each.with_suffix(".txt").is_file() for each in _below(path, ".ann")
    )


def read(path: Path) -> Iterator[Found]:
    """The documents of a folder and the folders below it, by path; a text without .ann has no work."""
    texts = sorted(_below(path, ".txt"))
    annotators = _by_annotator(path, texts)
    for text in texts:
        yield _document(path, text, annotators=annotators)


def _below(path: Path, ending: str) -> Iterator[Path]:
    return (each for each in files.below(path) if each.suffix == ending)


def _by_annotator(root: Path, texts: list[Path]) -> bool:
    """Whether the folders below the given one are annotators: then some text stands in two of them."""
    first: dict[Path, Path] = {}
    for each in texts:
        if each.parent != root:
            other = first.setdefault(Path(*each.relative_to(root).parts[1:]), each)
            if other is not each and other.read_bytes() == each.read_bytes():
                return True
    return False


def _document(root: Path, path: Path, *, annotators: bool) -> Found:
    inner = path.relative_to(root)
    own = annotators and len(inner.parts) > 1
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return set_aside(str(inner), reason("not-utf-8"))
    name = Path(*inner.parts[1:]) if own else inner
    made = Document(str(path), str(name.with_suffix("")), text)
    standoff = path.with_suffix(".ann")
    if standoff.is_file():
        work = Work(inner.parts[0] if own else "")
        _lines(made, work, standoff)
        _rename(work, path.with_name("names.json"))
        made.works.append(work)
    return made


def _rename(work: Work, path: Path) -> None:
    """Gives names back that `qawl export` had to change: its names.json says which."""
    if not path.is_file():
        return
    try:
        said = json.loads(path.read_text("utf-8"))
    except ValueError:
        return
    names = said.get("names", {})
    for mark in work.marks:
        mark.label = names.get(mark.label, mark.label)
        mark.attributes = {
            (own := names.get(name, name)): _renamed(said.get(f"values of {own}", {}), value)
            for name, value in mark.attributes.items()
        }
    work.arrows = [replace(each, label=names.get(each.label, each.label)) for each in work.arrows]


def _renamed(names: Mapping[str, str], value: AttributeValue) -> AttributeValue:
    return names.get(value, value) if isinstance(value, str) else value


def _lines(made: Document, work: Work, path: Path) -> None:
    marks: dict[str, Mark] = {}
    later: list[tuple[str, list[str]]] = []
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        made.notes.append(f"{path.name} is not UTF-8")
        return
    for line in content.split("\n"):
        name, _, rest = line.rstrip("\r").partition("\t")
        if name[:1] == "T":
            _text_bound(made, marks, name, rest)
        elif name.strip():
            later.append((name, rest.split("\t")))
    work.marks = list(marks.values())
    events = {
        name: parts[0].split()[0].partition(":")[2]
        for name, parts in later
        if name[:1] == "E" and parts[0]
    }
    for name, parts in later:
        _other(made, work, marks, events, name, parts)


def _text_bound(made: Document, marks: dict[str, Mark], name: str, rest: str) -> None:
    head, _, surface = rest.partition("\t")
    label, _, places = head.partition(" ")
    fragments = [each.split() for each in places.split(";")]
    given = [whole(each) for fragment in fragments for each in fragment]
    numbers = [each for each in given if each is not None]
    if not label or not len(given) == len(numbers) == 2 * len(fragments):
        made.notes.append("text-bound annotation without offsets")
        return
    between = zip(numbers[1:-1:2], numbers[2:-1:2], strict=True)
    if any(made.text[start:end].strip() for start, end in between):
        made.notes.append("span of several fragments, taken as one")
    marks[name] = Mark(name, label, numbers[0], numbers[-1])
    if len(fragments) == 1 and surface.strip():
        marks[name].surface = surface


def _other(
    made: Document,
    work: Work,
    marks: dict[str, Mark],
    events: dict[str, str],
    name: str,
    parts: list[str],
) -> None:
    """A relation, event, attribute or equivalence; notes and normalisations are named."""
    words = parts[0].split()
    if name[:1] == "R" and len(words) == 3:
        ends = [events.get(end, end) for end in (each.partition(":")[2] for each in words[1:])]
        _arrow(made, work, marks, words[0], ends)
    elif name[:1] == "E" and words:
        trigger = words[0].partition(":")[2]
        for each in words[1:]:
            role, _, end = each.partition(":")
            _arrow(made, work, marks, role, [trigger, events.get(end, end)])
    elif name[:1] in {"A", "M"} and len(words) >= 2:
        mark = marks.get(events.get(words[1], words[1]))
        if mark is None:
            made.notes.append("attribute of no span")
        else:
            mark.attributes[words[0]] = words[2] if len(words) > 2 else "true"
    elif name == "*" and len(words) > 2:
        for end in words[2:]:
            _arrow(made, work, marks, words[0], [words[1], end])
    elif name[:1] == "#" and len(words) == 2 and (said := _noted(parts[-1])):
        mark = marks.get(words[1])
        if mark is None:
            made.notes.append("note")
        else:
            mark.attributes |= said
    else:
        kind = {"#": "note", "N": "normalisation"}.get(name[:1], f"line {name[:1]}")
        made.notes.append(kind)


def _noted(text: str) -> dict[str, AttributeValue]:
    """The attributes in a note, where it is the JSON in which `qawl export` writes them."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    plain = isinstance(said, dict) and all(
        isinstance(v, str | int | float | list) for v in said.values()
    )
    return said if plain else {}


def _arrow(made: Document, work: Work, marks: dict[str, Mark], label: str, ends: list[str]) -> None:
    if all(end in marks for end in ends):
        work.arrows.append(Arrow(label, ends[0], ends[1]))
    else:
        made.notes.append("relation to no span")
