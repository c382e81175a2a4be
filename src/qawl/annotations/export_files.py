"""The exports that a user names: files, folders of files, and the tasks in them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from qawl.annotations import foreign_files, json_min, json_stream
from qawl.annotations.pulled import Pulled
from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.excerpts import listed
from qawl.core.project import Project
from qawl.scheme import scheme

_ENDINGS = (".json", ".json.gz")
"""Of the files in a folder those that are read, beside those that are named by a number alone, as target
storage writes them."""
_LINES = (".jsonl", ".jsonl.gz")
"""Of these, those are read whose first line is a task."""
_SHOWN = 20
"""Files that are named."""


def named(paths: Iterable[Path], outcome: Pulled) -> Iterator[Path]:
    """The files that were named, and the exports in folders that were named; each once. The other
    files of a folder are noted as not read."""
    seen: set[Path] = set()
    for path in paths:
        for each in _inside(path, outcome) if path.is_dir() else (path,):
            if not each.is_file():
                raise InputError(f"{each}: no such file or folder")
            if each.resolve() not in seen:
                seen.add(each.resolve())
                yield each


def _inside(folder: Path, outcome: Pulled) -> list[Path]:
    """The exports below a folder."""
    found, others = [], []
    for each in sorted(files.below(folder)):
        name = each.relative_to(folder)
        if any(map(foreign_files.quiet, name.parts)) or not each.is_file():
            continue
        if _is_export(each):
            found.append(each)
        else:
            others.append(name.as_posix())
    if not found:
        raise InputError(
            f"{folder}: no .json file, and no .jsonl file of tasks, in this folder: export as JSON "
            "from Label Studio"
        )
    if others:
        outcome.not_read.append(
            f"{listed(others, _SHOWN)}: of a folder, only .json files and .jsonl files of tasks are read "
            "(unpack or rename the others, or name each after --from)"
        )
    return found


def _is_export(path: Path) -> bool:
    """Whether a file of a folder is one of tasks, by its name and, of JSON Lines, by its first line."""
    name = path.name.lower()
    if name.endswith(_LINES):
        return json_stream.first_of_lines(path) is not None
    return name.endswith(_ENDINGS) or name.isdecimal()


def tasks(path: Path, known: json_min.Controls, outcome: Pulled) -> Iterator[dict[str, object]]:
    """The tasks of an export; rows of JSON_MIN as tasks, with a word on what it has lost."""
    minimal: list[str] = []

    def rows() -> Iterator[dict[str, object]]:
        for row in json_stream.elements(path):
            if not minimal and json_min.fits(row):
                minimal.append(f"{path.name}: {json_min.LOST}")
            yield row

    lost: Counter[str] = Counter()
    yield from json_min.tasks(rows(), known, lost)
    outcome.notes += minimal
    outcome.notes += [f"{path.name}: {count} {why}" for why, count in lost.items()]


def controls(project: Project) -> json_min.Controls:
    """The controls of all layers, as JSON_MIN is read by them."""
    found: dict[str, json_min.Given] = {}
    for each in scheme.load_all(project).values():
        found |= {name: json_min.Given("labels", each.text_control) for name in each.marking}
        found |= {
            name: json_min.Given(attribute.type, each.text_control, lost=bool(attribute.of))
            for name, attribute in each.of_control.items()
        }
    return found
