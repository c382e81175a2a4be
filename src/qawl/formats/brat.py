"""brat standoff: <article>.txt and <article>.ann, with an annotation.conf made from the scheme.

Offsets are code points into the .txt, as in the corpus. A span over a line break is one annotation
of several fragments, as brat wants it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from qawl.core.records import AttributeValue, Span, ends, to_json
from qawl.formats.job import Job, Work, stem
from qawl.scheme.attributes import Attribute
from qawl.scheme.scheme import Scheme

_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")
_ENDS = r"\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"  # where what reads brat's files may end a line
_LINE = re.compile(f"[^{_ENDS}]+")
_END = re.compile(f"[{_ENDS}]")


def write(job: Job) -> None:
    """A folder for each layer and hand."""
    for layer, scheme in job.schemes.items():
        for hand in job.hands:
            name = stem(layer, hand)
            job.folder.write(f"{name}/annotation.conf", _conf(scheme))
            for work in job.work(layer, hand):
                job.folder.write(f"{name}/{work.article.id}.txt", [work.article.text])
                job.folder.write(f"{name}/{work.article.id}.ann", _lines(work))


def _lines(work: Work) -> Iterator[str]:
    """The standoff of an article: T with its A and #, then R and its #."""
    numbers: dict[str, int] = {}
    attributes = notes = 0
    spans = [(span, place) for span in work.spans() if (place := _place(work, span))]
    for number, (span, place) in enumerate(spans, start=1):
        numbers[span.id] = number
        pieces = [work.article.text[start:end] for start, end in place]
        offsets = ";".join(f"{start} {end}" for start, end in place)
        label = _written(work, span.label, span)
        yield f"T{number}\t{label} {offsets}\t{' '.join(pieces)}\n"
        noted = {}
        for name, value in span.attributes.items():
            if _is_choice(work.scheme.attribute.get(name), value):
                attributes += 1
                yield f"A{attributes}\t{_written(work, name, span)} T{number} {value}\n"
            else:
                work.lost("attribute-in-note", span, name)
                noted[name] = value
        if noted:
            notes += 1
            yield f"#{notes}\tAnnotatorNotes T{number}\t{_note(noted)}\n"
    yield from _relations(work, numbers)
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


def _relations(work: Work, numbers: Mapping[str, int]) -> Iterator[str]:
    number = 0
    spans = {span.id: span for span in work.record.spans}
    for relation in work.record.relations:
        start = spans.get(ends(relation)[0])
        if relation.label is None:
            work.lost("relation-unnamed", start)
        elif relation.from_ not in numbers or relation.to not in numbers:
            work.lost("relation-dangling", start, relation.label)
        else:
            number += 1
            if relation.direction == "bi":
                work.lost("relation-direction", start, relation.label)
            name = _written(work, relation.label, start)
            one, other = (numbers[each] for each in ends(relation))
            yield f"R{number}\t{name} Arg1:T{one} Arg2:T{other}\n"


def _is_choice(attribute: Attribute | None, value: AttributeValue) -> bool:
    """Whether brat can hold it as an attribute: one value of a list, written as brat allows."""
    if attribute is None or attribute.several or not isinstance(value, str):
        return False
    return value in attribute.categories and not _FOREIGN.search(value)


def _written(work: Work, name: str, span: Span | None) -> str:
    """A name as brat allows it."""
    plain = _plain(name)
    if plain != name:
        work.lost("name-changed", span, name)
    return plain


def _plain(name: str) -> str:
    return _FOREIGN.sub("_", name)


def _conf(scheme: Scheme) -> Iterator[str]:
    """annotation.conf: the labels, the relations with their ends, the attributes with their values."""
    yield "[entities]\n"
    for label in scheme.labels:
        yield f"{_plain(label.name)}\n"
    yield "\n[relations]\n"
    for relation in scheme.relations:
        yield f"{_plain(relation.name)}\tArg1:{_ends(relation.from_)}, Arg2:{_ends(relation.to)}\n"
    yield "\n[events]\n\n[attributes]\n"
    for attribute in scheme.attributes:
        values = [each for each in attribute.categories if not _FOREIGN.search(each)]
        if attribute.of and not attribute.several and values:
            of = _ends(attribute.of)
            yield f"{_plain(attribute.name)}\tArg:{of}, Value:{'|'.join(values)}\n"


def _ends(labels: Iterable[str]) -> str:
    return "|".join(_plain(label) for label in labels)
