"""Files beside journals, annotations and gold that no command reads: work may stand in them.

Hidden files and those that systems and people put beside others (README.md) are none of them.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path

from qawl.annotations import heads, journal, journal_cleaning, segments
from qawl.core import files, names
from qawl.core.project import Project

_QUIET = (".*", "README*", "LICENSE*", "desktop.ini", "Thumbs.db", "Icon\r")
_NONE = "by its name it is no file of Qawl's: give it its right name"

Why = Callable[[str], str | None]
"""Why a file of this name is not read; None where it is."""


def found(project: Project) -> Iterator[str]:
    """Each file that is not read, by folder and name, and why, in words."""
    layers = project.settings.layers
    stored = {project.annotations_file(each).name for each in layers}
    decided = {
        path(each).name for path in (project.gold_file, project.judge_file) for each in layers
    }
    for folder, why in (
        (project.journal, _journals(project)),
        (project.exports / "annotations", _stored(layers, stored)),
        (project.exports / "gold", _stored(layers, decided)),
    ):
        for path in files.listed(folder):
            reason = None if quiet(path.name) else why(path.name)
            if reason:
                name = "".join(map(_shown, path.name))
                yield f"exports/{folder.name}/{name} is not read: {reason}, or move the file out"


def quiet(name: str) -> bool:
    """Whether a file of this name is hidden, or one that systems and people put beside others."""
    return any(fnmatch(name, each) for each in _QUIET)


def _shown(character: str) -> str:
    """A character of a name, escaped where it would not show."""
    return character if character.isprintable() else ascii(character)[1:-1]


def _stored(layers: Collection[str], known: set[str]) -> Why:
    """Of files that are one or two a layer."""
    return lambda name: None if name in known else _of_other_layer(layers, name) or _NONE


def _of_other_layer(layers: Collection[str], name: str) -> str | None:
    """That a file is of a layer that there is not, in words."""
    layer, dot, rest = name.partition(".")
    if layer not in layers and dot and rest.endswith(("jsonl", "jsonl.gz")):
        with suppress(ValueError):
            return f"qawl.yaml has no layer {names.layer(layer)}: add the layer"
    return None


def _journals(project: Project) -> Why:
    """Of files of journals."""
    known = {heads.NAME, journal_cleaning.LOG}
    segmented = set[str]()
    for layer in project.settings.layers:
        for _, path in journal.files(project, layer):
            known |= {each.name for each in _parts(project, path)}
            segmented |= {each.name for each in segments.sealed(path).values()}

    def why(name: str) -> str | None:
        if name in known:
            return None
        if name in segmented:
            return (
                "the journal beside it does not go on from it: bring exports/journal back whole from "
                "version control"
            )
        return _of_other_layer(project.settings.layers, name) or _NONE

    return why


def _parts(project: Project, path: Path) -> Iterator[Path]:
    """The files of a journal that are read."""
    yield path
    if segments.sealed(path):
        for number, _ in enumerate(journal.reading(project, path).sealed, start=1):
            yield segments.named(path, number)
