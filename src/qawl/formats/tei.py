"""TEI P5 with stand-off annotation: the text as it is, and spans that point into it by code points."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from qawl.core.records import Attributes, AttributeValue, Span, in_words
from qawl.core.xml import escape, quoteattr
from qawl.formats.job import Job, Work
from qawl.formats.names import Names
from qawl.release.rights.withheld import strings
from qawl.scheme.titles import Titles

_TEXT = "text"
"""The xml:id of the element that holds the whole text."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_START = (
    ":A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
"""What a name of XML begins with."""
_NOT_NAME = re.compile(rf"[^{_START}.0-9\xb7\u0300-\u036f\u203f\u2040-]")


@dataclass(frozen=True, slots=True)
class _Written:
    """The xml:ids of labels in one document, and what stands for names of relations and features."""

    labels: Names
    names: Names


def write(job: Job) -> None:
    """<layer>.<annotator>/<article>.xml."""
    names = {
        layer: Names(_word, [*scheme.relation, *scheme.attribute])
        for layer, scheme in job.schemes.items()
    }
    for folder, scheme, works in job.parts():
        for work in works:
            labels = Names(_id, scheme.label, kind="label", taken=(_TEXT,))
            lines = _lines(work, _Written(labels, names[scheme.layer]), job.source.name)
            job.folder.write(f"{folder}/{work.article.id}.xml", lines)
    job.folder.write_names(names)


def _lines(work: Work, written: _Written, name: str) -> Iterator[str]:
    """The document: header with the labels as categories, the annotation, the text."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0">\n'
    body = "".join(_standoff(work, written))  # labels that the scheme lacks enter the header
    yield from _header(work, written, name)
    yield body
    if count := _changed(work.article.text):
        work.lost("character-changed", None, str(count))
    language = _quoted(work.article.language)
    yield f"<text xml:lang={language}><body>"
    yield f'<ab xml:id="{_TEXT}" xml:space="preserve">{_text(work.article.text)}</ab>'
    yield "</body></text>\n</TEI>\n"


def _header(work: Work, written: _Written, name: str) -> Iterator[str]:
    article = work.article
    title = _text(article.title or article.id)
    yield f"<teiHeader><fileDesc><titleStmt><title>{title}</title></titleStmt>\n"
    licence = f"<licence>{_text(article.license)}</licence>" if article.license else "<p/>"
    yield f"<publicationStmt><publisher>{_text(name)}</publisher>"
    yield f'<idno type="article">{article.id}</idno>'
    yield f'<idno type="sha256">{article.text_sha256}</idno>'
    yield f"<availability>{licence}</availability></publicationStmt>\n"
    told = ", ".join(filter(None, (article.source, article.published, article.url)))
    yield f"<sourceDesc><p>{_text(told)}</p></sourceDesc></fileDesc>\n"
    categories = list(_categories(work, written))
    if categories:  # a taxonomy must have some
        yield f"<encodingDesc><classDecl><taxonomy n={_quoted(work.scheme.layer)}>\n"
        yield from categories
        yield "</taxonomy></classDecl></encodingDesc>"
    yield "</teiHeader>\n"


def _categories(work: Work, written: _Written) -> Iterator[str]:
    """The labels with their definitions."""
    for label in written.labels:
        known = work.scheme.label.get(label)
        described = "".join(_described(known.definition if known else {}))
        identity, n = written.labels(label), _quoted(label)
        yield f'<category xml:id="{identity}" n={n}>{described or "<catDesc/>"}</category>\n'


def _described(titles: Titles) -> Iterator[str]:
    for language, words in titles.items():
        yield f"<catDesc xml:lang={_quoted(language)}>{_text(words)}</catDesc>"


def _standoff(work: Work, written: _Written) -> Iterator[str]:
    spans = work.spans()
    ids = {span.id: f"s{number}" for number, span in enumerate(spans, start=1)}
    yield f"<standOff>\n<spanGrp type={_quoted(_word(work.scheme.layer))}>\n"
    for span in spans:
        label = written.labels(span.label)
        features = f"#f{ids[span.id]}" if span.attributes else ""
        place = f"#string-range({_TEXT},{span.start},{span.end - span.start})"
        pointers = " ".join(filter(None, (f"#{label}", features)))
        identity, n = f"annotation.{ids[span.id]}", _quoted(span.id)
        yield f'<span xml:id="{identity}" n={n} target="{place}" ana="{pointers}">'
        yield f"{_text(span.text)}</span>\n"
    yield "</spanGrp>\n"
    for span in spans:
        if span.attributes:
            yield from _features(work, f"f{ids[span.id]}", span, span.attributes, written)
    if work.record.attributes:
        yield from _features(work, "features", None, work.record.attributes, written)
    relations = list(_relations(work, spans, ids, written))
    if relations:
        yield "<listRelation>\n"
        yield from relations
        yield "</listRelation>\n"
    yield "</standOff>\n"


def _relations(
    work: Work, spans: Iterable[Span], ids: Mapping[str, str], written: _Written
) -> Iterator[str]:
    for relation, start, end in work.arrows(spans):
        name = _quoted(work.named(written.names, str(relation.label)))
        one, other = (f"#annotation.{ids[each.id]}" for each in (start, end))
        if relation.direction == "bi":
            yield f'<relation name={name} mutual="{one} {other}"/>\n'
        else:
            yield f'<relation name={name} active="{one}" passive="{other}"/>\n'


def _features(
    work: Work, identity: str, span: Span | None, given: Attributes, written: _Written
) -> Iterator[str]:
    """A feature structure, of a span or of the article."""
    yield f'<fs xml:id="{identity}">'
    for name, value in given.items():
        if any(map(_changed, strings(value))):
            work.lost("character-changed", span, name)
        yield f"<f name={_quoted(work.named(written.names, name))}>{_value(value)}</f>"
    yield "</fs>\n"


def _value(value: AttributeValue) -> str:
    """A string, a number, or a list of either; a path in a tree is a list too. Of several paths each
    stands in a structure of its own: TEI has no lists of lists."""
    if isinstance(value, str):
        return f"<string>{_text(value)}</string>"
    if isinstance(value, int | float):
        return f'<numeric value="{in_words(value)}"/>'
    listed = (
        f'<fs><f name="path">{_value(each)}</f></fs>' if isinstance(each, list) else _value(each)
        for each in value
    )
    return f'<vColl org="list">{"".join(listed)}</vColl>'


def _word(name: str) -> str:
    """A name without white space and what else TEI allows in no name."""
    return _name(re.sub(r"[^\w.:-]", "_", name))


def _id(name: str) -> str:
    """A name that can be an xml:id and stand in a list of pointers: letters and digits."""
    plain = re.sub("[^A-Za-z0-9_-]", "_", name)
    return f"label.{plain}" if re.search("[A-Za-z0-9]", plain) else ""


def _changed(text: str) -> int:
    """How many characters XML has not."""
    return len(_NOT_XML.findall(text))


def _text(given: str) -> str:
    """A text between tags; a carriage return stays one."""
    return escape(_NOT_XML.sub("\ufffd", given)).replace("\r", "&#13;")


def _quoted(given: str) -> str:
    """A value of an attribute with its quotes; white space stays what it is."""
    return quoteattr(_NOT_XML.sub("\ufffd", given))


def _name(given: str) -> str:
    """A name that XML has, with `_` for each character that it does not allow."""
    plain = _NOT_NAME.sub("_", given)
    return plain if re.match(f"[{_START}]", plain) else f"_{plain}"
