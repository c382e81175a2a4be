"""UIMA CAS as INCEpTION and `qawl export uima` write it, JSON or XMI, through dkpro-cassis (an extra).

Every annotation with a string feature that looks like a label (`value`, `label`, `identifier`, …) is
a span; annotations with features `Governor` and `Dependent` are relations.
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
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside

if TYPE_CHECKING:
    from cassis import Cas
    from cassis.typesystem import FeatureStructure

_LABELS = ("value", "label", "identifier", "type", "role")
_UNMAPPED = re.compile(r"offset \[(-?[0-9]+)\]")
_PLACE = ("sofa", "begin", "end", "id", "Governor", "Dependent", "direction")
_CUSTOM = "webanno.custom"
"""The package of layers that a project made for itself."""
_SKIPPED = (
    "Sentence",
    "Token",
    "Lemma",
    "POS",
    "DocumentMetaData",
    "TagsetDescription",
    "DocumentAnnotation",
)


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
    yield _document(path, text, cas, _within(told, text))


def _within(told: list[warnings.WarningMessage], text: str) -> set[int]:
    """The offsets in UTF-16 units that fall inside a character: cassis warns of them and leaves them."""
    given = {int(found[1]) for each in told if (found := _UNMAPPED.search(str(each.message)))}
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return {each for each in given if 0 < each < units}


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
    annotator, identity = _whose(path)
    work = Work(annotator)
    made = Document(str(path), identity, text, [work])
    marks: dict[int, Mark] = {}
    arrows = []
    for each in cas.select_all_fs():
        package, _, name = str(each.type.name).rpartition(".")
        if name in _SKIPPED:
            continue
        if getattr(each, "begin", None) is None or name.endswith("Article"):
            if package == _CUSTOM:  # of the whole document
                work.attributes |= dict(_features(each, ""))
        elif getattr(each, "Governor", None) is not None:
            arrows.append(each)
        elif {each.begin, each.end} & within:
            made.notes.append(
                "span with an offset inside a character, or with the number of such a one"
            )
        else:
            feature, label = _label(each, name)
            own = getattr(each, "id", None)
            known = own if isinstance(own, str) and own else f"s{len(marks) + 1}"
            said = dict(_features(each, feature))
            marks[each.xmiID] = Mark(known, label, each.begin, each.end, said)
    work.marks = list(marks.values())
    for each in arrows:
        start, end = marks.get(each.Governor.xmiID), marks.get(getattr(each.Dependent, "xmiID", -1))
        if start and end:
            _, label = _label(each, str(each.type.name).rpartition(".")[2])
            way = "bi" if getattr(each, "direction", None) == "bi" else "right"
            work.arrows.append(Arrow(label, start.id, end.id, way))
        else:
            made.notes.append("relation to no span")
    work.several()
    return made


def _whose(path: Path) -> tuple[str, str]:
    """(annotator, document): INCEpTION exports annotation/<document>/<annotator>.json."""
    if path.parent.parent.name == "annotation":
        return path.stem, path.parent.name
    return "", path.stem


def _label(each: "FeatureStructure", name: str) -> tuple[str, str]:
    """(feature, label) of an annotation; its type's name where no feature looks like a label."""
    for feature in _LABELS:
        value = getattr(each, feature, None)
        if isinstance(value, str) and value:
            return feature, value
    return "", name


def _features(each: "FeatureStructure", label: str) -> Iterator[tuple[str, AttributeValue]]:
    """What an annotation says beside its label, under the names that the type describes."""
    for feature in each.type.all_features:
        value = getattr(each, feature.name, None)
        if feature.name in (*_PLACE, label) or value in (None, ""):
            continue
        name = feature.description or feature.name
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            whole = isinstance(value, float) and value.is_integer()
            yield name, int(value) if whole else value
        elif isinstance(entries := getattr(value, "elements", None), list) and entries:
            yield name, _paths([str(one) for one in entries])


def _paths(words: list[str]) -> AttributeValue:
    """Values of a tree, which `qawl export` writes as JSON; else the words as they are."""
    if not all(each.startswith("[") for each in words):
        return words
    try:
        paths = [json.loads(each) for each in words]
    except (ValueError, RecursionError):
        return words
    return paths if all(isinstance(e, str) for path in paths for e in path) else words
