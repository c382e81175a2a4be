"""brat standoff: <article>.txt and <article>.ann, with an annotation.conf made from the scheme.

Offsets are code points into the .txt, as in the corpus. A span over a line break is one annotation
of several fragments, as brat wants it. brat's names are ASCII: where others stand for a scheme's names,
names.json says which, and visual.conf lets brat show the scheme's own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from qawl.core.records import AttributeValue, Span, to_json
from qawl.formats.job import Job, Work
from qawl.formats.names import Names
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme

_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")
_ENDS = r"\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"  # where what reads brat's files may end a line
_LINE = re.compile(f"[^{_ENDS}]+")
_END = re.compile(f"[{_ENDS}]")


@dataclass(frozen=True, slots=True)
class _Written:
    """What stands for the names of a scheme: labels, relations and attributes, and each one's values."""

    scheme: Scheme
    names: Names
    values: Mapping[str, Names]

    @classmethod
    def of(cls, scheme: Scheme) -> "_Written":
        choices = [each for each in scheme.attributes if each.categories and not each.several]
        values = {each.name: Names(_plain, each.categories, kind="value") for each in choices}
        return cls(scheme, Names(_plain, _names(scheme)), values)

    def changed(self) -> dict[str, dict[str, str]]:
        """What stands there → the scheme's name, of `names`, and of the values of each attribute."""
        found = {"names": self.names.changed()}
        found |= {f"values of {name}": each.changed() for name, each in self.values.items()}
        return {of: names for of, names in found.items() if names}


def write(job: Job) -> None:
    """A folder for each layer and annotator."""
    for name, scheme, works in job.parts():
        written = _Written.of(scheme)
        for work in works:
            job.folder.write(f"{name}/{work.article.id}.txt", [work.article.text])
            job.folder.write(f"{name}/{work.article.id}.ann", _lines(work, written))
        job.folder.write(f"{name}/annotation.conf", _conf(written))
        if changed := written.changed():
            job.folder.write_lines(f"{name}/names.json", [changed])
            job.folder.write(f"{name}/visual.conf", _visual(written))


def _lines(work: Work, written: _Written) -> Iterator[str]:
    """The standoff of an article: T with its A and #, then R and its #."""
    numbers: dict[str, int] = {}
    attributes = notes = 0
    spans = [(span, place) for span in work.spans() if (place := _place(work, span))]
    for number, (span, place) in enumerate(spans, start=1):
        numbers[span.id] = number
        pieces = [work.article.text[start:end] for start, end in place]
        offsets = ";".join(f"{start} {end}" for start, end in place)
        label = work.named(written.names, span.label, span)
        yield f"T{number}\t{label} {offsets}\t{' '.join(pieces)}\n"
        noted = {}
        for name, value in span.attributes.items():
            if isinstance(value, str) and _is_choice(work.scheme.attribute.get(name), value):
                attributes += 1
                chosen = work.named(written.values[name], value, span)
                said = work.named(written.names, name, span)
                yield f"A{attributes}\t{said} T{number} {chosen}\n"
            else:
                work.lost("attribute-in-note", span, name)
                noted[name] = value
        if noted:
            notes += 1
            yield f"#{notes}\tAnnotatorNotes T{number}\t{_note(noted)}\n"
    yield from _relations(work, numbers, written)
    work.lose_attributes_of_article()


def _note(values: Mapping[str, AttributeValue]) -> str:
    """JSON in one line, whatever ends one."""
    return _END.sub(lambda end: f"\\u{ord(end[0]):04x}", to_json(values).decode())


def _place(work: Work, span: Span) -> list[tuple[int, int]]:
    """The fragments of a span, one a line; none where it has line breaks only."""
    found = [each.span() for each in _LINE.finditer(work.article.text, span.start, span.end)]
    if found != [(span.start, span.end)]:
        work.lost("line-break" if found else "no-text", span)
    return found


def _relations(work: Work, numbers: Mapping[str, int], written: _Written) -> Iterator[str]:
    known = (span for span in work.record.spans if span.id in numbers)
    for number, (relation, start, end) in enumerate(work.arrows(known), start=1):
        label = str(relation.label)
        if relation.direction == "bi":
            work.lost("relation-direction", start, label)
        name = work.named(written.names, label, start)
        yield f"R{number}\t{name} Arg1:T{numbers[start.id]} Arg2:T{numbers[end.id]}\n"


def _is_choice(attribute: Attribute | None, value: str) -> bool:
    """Whether brat can hold it as an attribute: one value of a list."""
    return attribute is not None and not attribute.several and value in attribute.categories


def _plain(name: str) -> str:
    """A name as brat allows it; a line of dashes alone is a separator there."""
    plain = _FOREIGN.sub("_", name)
    return plain if re.search("[a-zA-Z0-9]", plain) else ""


def _names(scheme: Scheme) -> Iterator[str]:
    """The names that brat tells apart by name alone."""
    yield from (each.name for each in scheme.labels)
    yield from (each.name for each in scheme.relations)
    yield from (each.name for each in scheme.attributes)


def _conf(written: _Written) -> Iterator[str]:
    """annotation.conf: the labels, the relations with their ends, the attributes with their values."""
    scheme, names = written.scheme, written.names
    known = {*_names(scheme)}
    yield "[entities]\n"
    for label in scheme.labels:
        yield f"{names(label.name)}\n"
    for other in names:
        if other not in known:  # of a label or a relation that the scheme does not have
            yield f"{names(other)}\n"
    yield "\n[relations]\n"
    for relation in scheme.relations:
        one, other = _ends(names, relation.from_), _ends(names, relation.to)
        yield f"{names(relation.name)}\tArg1:{one}, Arg2:{other}\n"
    yield "\n[events]\n\n[attributes]\n"
    for attribute in scheme.attributes:
        if attribute.of and attribute.name in written.values:
            values = "|".join(map(written.values[attribute.name], written.values[attribute.name]))
            yield f"{names(attribute.name)}\tArg:{_ends(names, attribute.of)}, Value:{values}\n"


def _ends(names: Names, labels: Iterable[str]) -> str:
    return "|".join(map(names, labels))


def _visual(written: _Written) -> Iterator[str]:
    """visual.conf: what brat shows in place of its names, not of values; `|` parts the fields there."""
    yield "[labels]\n"
    for brats, name in written.names.changed().items():
        yield f"{brats} | {' '.join(name.replace('|', '/').split())}\n"
    yield "\n[drawing]\nSPAN_DEFAULT\tfgColor:black, bgColor:lightgreen, borderColor:darken\n"
    yield "ARC_DEFAULT\tcolor:black, arrowHead:triangle-5\n"
