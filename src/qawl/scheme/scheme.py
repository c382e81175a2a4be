"""A layer's scheme: labels, attributes, relations and rules, read from label_config/<layer>.yaml.

The YAML is the only place where a label is named; the Label Studio config (`label_config`), the JSON
Schema (`json_schema`) and the guidelines are made from the value that is read here.
"""

from collections.abc import Mapping
from pathlib import Path

from msgspec import structs

from qawl.core import strict_yaml
from qawl.core.disk import Disk
from qawl.core.errors import SchemeError
from qawl.core.project import Project
from qawl.scheme import contradictions, defaults, names
from qawl.scheme.attributes import Attribute
from qawl.scheme.kinds.registry import DEFAULT, KINDS
from qawl.scheme.model import Scheme
from qawl.scheme.titles import title_in

_PARSED: dict[str, Scheme] = {}


def load(project: Project, layer: str) -> Scheme:
    """The scheme of a layer of this corpus; raises SchemeError."""
    path = project.scheme_file(layer)
    return project.disk.once(f"scheme {layer}", lambda: load_file(path, project.disk), path)


def load_all(project: Project) -> dict[str, Scheme]:
    """The schemes of all layers of this corpus, in the order of qawl.yaml.

    Raises SchemeError also where two of them give names that a release could not tell apart.
    """
    schemes = {layer: load(project, layer) for layer in project.settings.layers}
    for problem in names.collisions(schemes):
        raise SchemeError(f"{project.label_config}: {problem}")
    return schemes


def titles(schemes: Mapping[str, Scheme], language: str) -> dict[str, str]:
    """Layer → what people who read this language call it."""
    return {layer: title_in(each.title, language, layer) for layer, each in schemes.items()}


def load_file(path: Path, disk: Disk | None = None) -> Scheme:
    """The scheme of a YAML file named <layer>.yaml; raises SchemeError with the place."""
    if not path.is_file():
        raise SchemeError(f"{path}: no such scheme: add it, or take the layer out of qawl.yaml")
    scheme = parse((disk or Disk()).text(path, SchemeError), str(path))
    if scheme.layer != path.stem:
        raise SchemeError(f"{path}: layer is {scheme.layer!r}, but the file is named {path.stem!r}")
    return scheme


def parse(text: str, where: str) -> Scheme:
    """The scheme of a YAML text; `where` names the file in messages.

    The same text is parsed once, wherever it stands: many steps of one command ask for the schemes.
    """
    if text not in _PARSED:
        _PARSED[text] = _parsed(text, where)
    return _PARSED[text]


def _parsed(text: str, where: str) -> Scheme:
    stated = strict_yaml.read(text, where, SchemeError, words=True)
    filled = defaults.filled(stated)
    given = filled.pop("attributes", ()) if isinstance(filled, dict) else ()
    scheme = strict_yaml.convert(filled, where, Scheme, SchemeError)
    scheme = structs.replace(scheme, attributes=_attributes(given, where))
    for problem in contradictions.problems(scheme):
        raise SchemeError(f"{where}: {problem}")
    return scheme


def _attributes(given: object, where: str) -> tuple[Attribute, ...]:
    """The attributes as a scheme states them, each of its kind."""
    each_of = strict_yaml.convert(
        given, f"{where}: attributes", list[dict[str, object]], SchemeError
    )
    found = []
    for stated in each_of:
        at = f"{where}: attribute {stated.get('name')}"
        kind = KINDS.get(str(stated.get("kind", DEFAULT)))
        if kind is None:
            known = ", ".join(KINDS)
            raise SchemeError(f"{at}: kind {stated['kind']!r} is not one of {known}")
        found.append(strict_yaml.convert(stated, at, kind, SchemeError))
    return tuple(found)
