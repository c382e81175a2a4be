"""UIMA CAS as INCEpTION exports it, JSON or XMI, through dkpro-cassis (an extra).

Every annotation with a string feature that looks like a label (`value`, `label`, `identifier`, …) is
a span; annotations with features `Governor` and `Dependent` are relations.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qawl.core.errors import InputError
from qawl.core.findings import reason
from qawl.formats.readers.document import Arrow, Document, Found, Mark, Work, set_aside

_LABELS = ("value", "label", "identifier", "type", "role")
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
        cas = _loaded(cassis, path)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path}: not a CAS that can be read ({type(error).__name__})") from error
    text = cas.sofa_string
    if not isinstance(text, str):
        yield set_aside(str(path), reason("text-empty"))
        return
    yield _document(path, text, cas)


def _loaded(cassis: Any, path: Path) -> Any:
    with path.open("rb") as file:
        if path.suffix.lower() == ".json":
            return cassis.load_cas_from_json(file)
        types = path.with_name("TypeSystem.xml")
        if not types.is_file():
            raise InputError(f"{path}: put its TypeSystem.xml beside it")
        with types.open("rb") as described:
            return cassis.load_cas_from_xmi(file, typesystem=cassis.load_typesystem(described))


def _document(path: Path, text: str, cas: Any) -> Document:
    work = Work()
    marks: dict[int, Mark] = {}
    arrows = []
    for each in cas.select_all():
        name = str(each.type.name).rpartition(".")[2]
        if name in _SKIPPED or not hasattr(each, "begin") or each.begin is None:
            continue
        if getattr(each, "Governor", None) is not None:
            arrows.append((each, name))
            continue
        label = next(
            (v for f in _LABELS if isinstance(v := getattr(each, f, None), str) and v), None
        )
        mark = Mark(f"s{len(marks) + 1}", label or name, each.begin, each.end)
        marks[id(each)] = mark
    work.marks = list(marks.values())
    made = Document(str(path), path.stem, text, [work])
    for each, name in arrows:
        start, end = marks.get(id(each.Governor)), marks.get(id(each.Dependent))
        label = next(
            (v for f in _LABELS if isinstance(v := getattr(each, f, None), str) and v), None
        )
        if start and end:
            work.arrows.append(Arrow(label or name, start.id, end.id))
        else:
            made.notes.append("relation to no span")
    return made
