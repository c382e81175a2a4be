"""UIMA CAS as INCEpTION and `qawl export uima` write it, JSON or XMI, through dkpro-cassis (an extra).

An annotation is a span, labelled by a feature that looks like a label (`label`, `value`, `identifier`,
…), else by its type; annotations with features `Governor` and `Dependent` are relations. So are slots,
features that hold links with a target, and what leads to the next link of a chain.
"""

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from qawl.core.errors import InputError
from qawl.core.findings import reason
from qawl.core.records import AttributeValue
from qawl.formats.readers import inception
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside
from qawl.formats.readers.webanno_text import units

if TYPE_CHECKING:
    from cassis import Cas
    from cassis.typesystem import FeatureStructure

_UNMAPPED = re.compile(r"offset \[(-?[0-9]+)\]")
_PLACE = ("sofa", "begin", "end", "id", "Governor", "Dependent", "direction")
_NEXT, _CHAINED = "next", "referenceRelation"
"""Features of the links of a chain: which follows, and what joins them."""
_CUSTOM = "webanno.custom"
"""The package of layers that a project made for itself."""


def fits(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a CAS."""
    return (
        b'"%TYPES"' in start
        or b"%FEATURE_STRUCTURES" in start
        or b"http:///uima/cas.ecore" in start
    )


def read(path: Path) -> Iterator[Found]:
    """The document of a file; an XMI needs its TypeSystem.xml beside it."""
    try:
        import cassis  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError(
            f"{path}: reading a CAS needs dkpro-cassis: `pip install qawl[uima]`"
        ) from error
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            cas = _loaded(cassis, path)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path}: not a CAS that can be read ({type(error).__name__})") from error
    text = cas.sofa_string
    if not isinstance(text, str):
        yield set_aside(str(path), reason("text-empty"))
        return
    for each in cas.select_all_fs():
        for name in ("begin", "end"):
            if not isinstance(at := getattr(each, name, None), int | None):
                raise InputError(f"{path}: not a CAS that can be read ({name} is {at!r:.20})")
    yield _document(path, text, cas, _within(told, text))


def _within(told: list[warnings.WarningMessage], text: str) -> set[int]:
    """The offsets in UTF-16 units that fall inside a character: cassis warns of them and leaves them."""
    given = {int(found[1]) for each in told if (found := _UNMAPPED.search(str(each.message)))}
    return {each for each in given if 0 < each < units(text)}


def _loaded(cassis: ModuleType, path: Path) -> "Cas":
    with path.open("rb") as file:
        if path.suffix.lower() == ".json":
            return cassis.load_cas_from_json(file)
        types = path.with_name("TypeSystem.xml")
        if not types.is_file():
            raise InputError(f"{path}: put its TypeSystem.xml beside it")
        with types.open("rb") as described:
            return cassis.load_cas_from_xmi(file, typesystem=cassis.load_typesystem(described))


def _document(path: Path, text: str, cas: "Cas", within: set[int]) -> Document:
    annotator, identity = inception.whose(path)
    work = Work(annotator)
    made = Document(str(path), identity, text, [work])
    marks: dict[int, Mark] = {}
    own, of_article = _own_types(cas)
    spans, arrows = [], []
    for each in cas.select_all_fs():
        package, name = _named(each)
        if name in inception.LINGUISTIC and package != _CUSTOM:
            continue
        if getattr(each, "begin", None) is None or each.type.name in of_article:
            if package == _CUSTOM and not hasattr(each, "target"):  # of the whole document
                _of_document(made, _features(each, own))
        elif hasattr(each, "Governor"):
            arrows.append(each)
        elif {each.begin, each.end} & within:
            made.notes.append(
                "span with an offset inside a character, or with the number of such a one"
            )
        else:
            spans.append(each)
            marks[each.xmiID] = _mark(each, own, len(marks) + 1)
    work.marks = list(marks.values())
    for each in spans:
        for label, other in _links(each):
            _arrow(made, label, each, other, marks)
    for each in arrows:
        said = _features(each, own)
        feature, label = inception.relation_label(said, _named(each)[1])
        made.notes += [inception.BESIDE_LABEL] * len(said.keys() - {feature})
        way = "bi" if getattr(each, "direction", None) == "bi" else "right"
        _arrow(made, label, each.Governor, each.Dependent, marks, way)
    work.several()
    return made


def _of_document(made: Document, said: dict[str, AttributeValue]) -> None:
    """Takes what is said of the whole document; notes what has a value already."""
    known = made.works[0].attributes
    other = sum(known.get(name, value) != value for name, value in said.items())
    made.notes += ["second value of an attribute of the document"] * other
    known |= said


def _named(each: "FeatureStructure") -> tuple[str, str]:
    """(package, name) of the type of an annotation."""
    package, _, name = str(each.type.name).rpartition(".")
    return package, name


def _own_types(cas: "Cas") -> tuple[set[str], set[str]]:
    """(types that `qawl export` made, which describe their features by the names of attributes; those
    of them that are of the whole article)."""
    spans = {
        str(each.name)
        for each in cas.typesystem.get_types()
        if {"id", "label"} <= {feature.name for feature in each.all_features}
    }
    articles = {f"{each}Article" for each in spans}
    return spans | articles, articles


def _mark(each: "FeatureStructure", own: set[str], number: int) -> Mark:
    name = _named(each)[1]
    feature, label = inception.label(_values(each), name)
    known = getattr(each, "id", None)
    identity = known if isinstance(known, str) and known else f"s{number}"
    said = _features(each, own, feature)
    typed = inception.TYPED.get(name, frozenset())
    return Mark(identity, label, each.begin, each.end, said, typed=typed)


def _links(each: "FeatureStructure") -> Iterator[tuple[str, "FeatureStructure | None"]]:
    """(label, target) of the slots of an annotation, and of what follows it in a chain."""
    for feature in each.type.all_features:
        value = getattr(each, feature.name, None)
        for link in _elements(value):
            if hasattr(link, "target"):
                yield getattr(link, "role", None) or feature.name, link.target
        if feature.name not in (*_PLACE, _NEXT) and hasattr(value, "begin"):
            yield feature.name, value
    following = getattr(each, _NEXT, None)
    if following is not None:
        yield getattr(each, _CHAINED, None) or _named(each)[1], following


def _elements(value: object) -> list[object]:
    found = getattr(value, "elements", None)
    return found if isinstance(found, list) else []


def _arrow(
    made: Document,
    label: str,
    start: "FeatureStructure | None",
    end: "FeatureStructure | None",
    marks: dict[int, Mark],
    way: str = "right",
) -> None:
    """Adds a relation to the work of a document, or a note where an end of it is no span."""
    first, last = (marks.get(getattr(each, "xmiID", -1)) for each in (start, end))
    if first and last:
        made.works[0].arrows.append(Arrow(label, first.id, last.id, way))
    else:
        made.notes.append(inception.OF_NO_SPAN)


def _values(each: "FeatureStructure") -> dict[str, object]:
    return {one.name: getattr(each, one.name, None) for one in each.type.all_features}


def _features(
    each: "FeatureStructure", own: set[str], label: str = ""
) -> dict[str, AttributeValue]:
    """What an annotation says beside its label; features of our own types have names of attributes."""
    named = each.type.name in own
    chained = [_CHAINED] if getattr(each, _NEXT, None) is not None else []
    said = {}
    for feature in each.type.all_features:
        if feature.name in (*_PLACE, *chained, label):
            continue
        value = _value(getattr(each, feature.name, None))
        if value is not None:
            said[str((named and feature.description) or feature.name)] = value
    return said


def _value(value: object) -> AttributeValue | None:
    """The value of a feature; None where it has none, or links."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str | int | float):
        return None if value == "" else value
    words = [str(each) for each in _elements(value) if not hasattr(each, "type")]
    return _paths(words) if words else None


def _paths(words: list[str]) -> AttributeValue:
    """Values of a tree, which `qawl export` writes as JSON; else the words as they are."""
    if not all(each.startswith("[") for each in words):
        return words
    try:
        paths = [json.loads(each) for each in words]
    except (ValueError, RecursionError):
        return words
    return paths if all(isinstance(e, str) for path in paths for e in path) else words
