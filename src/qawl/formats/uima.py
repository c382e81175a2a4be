"""UIMA CAS as JSON, a file an article, with types made from the scheme. Needs dkpro-cassis (an extra)."""

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from qawl.core.column_types import Value
from qawl.core.errors import InputError
from qawl.core.records import Attributes, AttributeValue, Span, to_json
from qawl.formats.job import Job, Work
from qawl.formats.names import Names
from qawl.scheme.attributes import Attribute

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem
    from cassis.typesystem import Type

_PACKAGE = "webanno.custom"
"""Where INCEpTION looks for layers of one's own."""
_OWN = ("id", "label", "begin", "end", "sofa", "direction", "Governor", "Dependent")
_STRING, _DOUBLE, _ARRAY = "uima.cas.String", "uima.cas.Double", "uima.cas.StringArray"


@dataclass(frozen=True, slots=True)
class _Types:
    """The types of a layer: of spans, of relations and of the article; attribute → feature."""

    cassis: ModuleType
    system: "TypeSystem"
    span: "Type"
    relation: "Type"
    article: "Type"
    names: Names
    kinds: Mapping[str, str]


def write(job: Job) -> None:
    """<layer>.<annotator>/<article>.json.

    Spans are of the type webanno.custom.<Layer>, relations of <Layer>Relation (from `Governor` to
    `Dependent`), attributes of the article of <Layer>Article.
    """
    try:
        import cassis  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError("uima needs dkpro-cassis: `pip install qawl[uima]`") from error
    layers = Names(_type_name, job.schemes, kind="Layer", dash="_")
    names = {
        layer: Names(_feature_name, scheme.attribute, kind="attribute", taken=_OWN, dash="_")
        for layer, scheme in job.schemes.items()
    }
    for folder, scheme, works in job.parts():
        for work in works:
            types = _types(cassis, layers(scheme.layer), names[scheme.layer], work)
            job.folder.write(f"{folder}/{work.article.id}.json", [_cas(types, work).to_json()])
    job.folder.write_names(names)


def _types(cassis: ModuleType, name: str, names: Names, work: Work) -> _Types:
    """The type system of a layer, with a feature for each attribute that the scheme or the work has."""
    system = cassis.TypeSystem()
    span = system.create_type(f"{_PACKAGE}.{name}", "uima.tcas.Annotation")
    relation = system.create_type(f"{_PACKAGE}.{name}Relation", "uima.tcas.Annotation")
    article = system.create_type(f"{_PACKAGE}.{name}Article", "uima.tcas.Annotation")
    for own in ("id", "label"):
        system.create_feature(span, own, _STRING)
    for own in ("label", "direction"):
        system.create_feature(relation, own, _STRING)
    for own in ("Governor", "Dependent"):
        system.create_feature(relation, own, span)
    kinds = {each.name: _kind(each) for each in work.scheme.attributes}
    given = {name for each in work.record.spans for name in each.attributes}
    for attribute in sorted(given | {*work.record.attributes} | {*kinds}):
        kind = kinds.setdefault(attribute, _STRING)
        for type_ in (span, article):
            system.create_feature(type_, names(attribute), kind, description=attribute)
    return _Types(cassis, system, span, relation, article, names, kinds)


def _cas(types: _Types, work: Work) -> "Cas":
    cas = types.cassis.Cas(typesystem=types.system)
    cas.sofa_string = work.article.text
    cas.sofa_mime = "text/plain"
    made, spans = {}, work.spans()
    for span in spans:
        features = _features(types, work, span.attributes, span)
        made[span.id] = types.span(
            begin=span.start, end=span.end, id=span.id, label=span.label, **features
        )
        cas.add(made[span.id])
    for relation, start, end in work.arrows(spans):
        one = types.relation(
            begin=end.start,
            end=end.end,
            label=relation.label,
            direction="bi" if relation.direction == "bi" else "right",
            Governor=made[start.id],
            Dependent=made[end.id],
        )
        cas.add(one)
    if work.record.attributes:
        features = _features(types, work, work.record.attributes)
        cas.add(types.article(begin=0, end=len(work.article.text), **features))
    return cas


def _features(
    types: _Types, work: Work, given: Attributes, span: Span | None = None
) -> dict[str, object]:
    """Attributes as features; what is none of numbers is noted as lost."""
    found = {}
    for name, value in given.items():
        kind = types.kinds[name]
        if kind == _DOUBLE and not isinstance(value, int | float):
            work.lost("attribute" if span else "article-attribute", span, name)
            continue
        found[work.named(types.names, name)] = _value(types, kind, value)
    return found


def _value(types: _Types, kind: str, value: AttributeValue) -> object:
    """A value as a feature of this kind; a path of several is JSON in its entry."""
    if kind == _DOUBLE and isinstance(value, int | float):
        return float(value)
    if kind == _ARRAY:
        entries = [value] if isinstance(value, str | int | float) else value
        words = [each if isinstance(each, str) else to_json(each).decode() for each in entries]
        array = types.system.get_type(_ARRAY)
        return array(elements=words)
    return value if isinstance(value, str) else to_json(value).decode()


def _kind(attribute: Attribute) -> str:
    if attribute.several:
        return _ARRAY
    return _DOUBLE if attribute.column() in (Value("int64"), Value("float64")) else _STRING


def _type_name(layer: str) -> str:
    plain = re.sub("[^A-Za-z0-9]", "", layer.title())
    return plain if re.match("[A-Za-z]", plain) else ""


def _feature_name(name: str) -> str:
    """A name that a Java and a Python class can have."""
    plain = re.sub("[^A-Za-z0-9_]", "_", name)
    reserved = keyword.iskeyword(plain) or plain in ("self", "type", "xmiID")
    return plain if re.match("[A-Za-z]", plain) and not reserved else ""
