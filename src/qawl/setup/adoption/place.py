"""Where an adoption goes: a new corpus, which appears whole, or one that gets a layer more."""

import filecmp
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qawl.annotations import heads
from qawl.articles import shards
from qawl.core import files, temporary
from qawl.core.errors import ProjectError, QawlError
from qawl.core.project import SETTINGS, Project, load, lock
from qawl.scheme import generated
from qawl.setup import init
from qawl.setup.adoption import settings_said
from qawl.setup.adoption.scheme import Made


@contextmanager
def prepared(
    folder: Path, found: Made, language: str, annotators: Sequence[str]
) -> Iterator[Project]:
    """The corpus with the layer's scheme in it; where the block fails, all is as it was."""
    init.refuse_file(folder)
    if (folder / SETTINGS).is_file():
        with lock(load(folder), "adopt"):  # first: others' work must not be put back to what it was
            _refuse_taken(folder, found.layer)
            with _as_it_was(folder, found.layer):
                settings_said.add_layer(folder, found.layer, annotators)
                yield _with_scheme(folder, found)
        return
    with temporary.folder(folder.resolve()) as building:
        init.empty(
            building,
            name=init.name_of(folder),
            language=language,
            layers=[found.layer],
            annotators=annotators or ["a1"],
        )
        with told_of(folder, building):
            corpus = _with_scheme(building, found)
            with lock(corpus, "adopt"):
                yield corpus
        _move(building, folder)


@contextmanager
def told_of(folder: Path, building: Path) -> Iterator[None]:
    """An error of the folder in which a corpus is built is told of the one that it is built for."""
    try:
        yield
    except QawlError as error:
        raise type(error)(str(error).replace(str(building), str(folder))) from error


def _refuse_taken(folder: Path, layer: str) -> None:
    """A layer of this name in the corpus already is not written over, nor what is left of one."""
    if layer in load(folder).settings.layers:
        raise ProjectError(
            f"{folder} has a layer {layer} already: more work of this layer comes in with `qawl pull "
            "--from FILE` in that folder; for a layer of its own, give --layer NAME"
        )
    for each in _of_layer(folder, layer):
        raise ProjectError(
            f"{each} is of a layer {layer}, which qawl.yaml does not name: give --layer NAME"
        )


def _of_layer(folder: Path, layer: str) -> Iterator[Path]:
    """The files of a corpus that are a layer's alone."""
    own = {
        "label_config": f"{layer}.*",
        "schemas": f"annotation.{layer}.json",
        "exports/journal": f"{layer}.*",
        "exports/annotations": f"{layer}.*",
    }
    for part, pattern in own.items():
        yield from files.listed(folder / part, pattern)


def _with_scheme(folder: Path, found: Made) -> Project:
    files.write_text(folder / "label_config" / f"{found.layer}.yaml", found.text)
    project = load(folder)
    generated.make(project)
    return project


def _move(building: Path, folder: Path) -> None:
    """Gives what was built its place: as a whole where nothing is there, else file by file."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        building.rename(folder)
        return
    every = movable(building, folder)
    every.sort(key=lambda each: each.name == SETTINGS)  # qawl.yaml last: then it is a corpus
    for each in every:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(building / each, folder / each)


def movable(building: Path, folder: Path) -> list[Path]:
    """The files that go into a folder: notes and rules for git that are there stay. Raises ProjectError
    where others are in the way."""
    every = [each.relative_to(building) for each in files.below(building)]
    every = [each for each in every if not (each.name in init.KEPT and (folder / each).exists())]
    for each in every:
        hidden = each.parts[0].startswith(".")  # of this machine
        if not hidden and (there := _in_the_way(building / each, folder / each)):
            raise ProjectError(f"{there} is there: name a new folder, or move it away")
    return every


def _in_the_way(built: Path, target: Path) -> Path | None:
    """What stands in the place of a file; an adoption that was cut off leaves the same, which may go."""
    there = next(each for each in (target, *target.parents) if each.exists())
    if there != target:
        return None if there.is_dir() else there
    same = there.is_file() and filecmp.cmp(built, there, shallow=False)
    return None if same else there


@contextmanager
def _as_it_was(folder: Path, layer: str) -> Iterator[None]:
    """Brings a corpus back to what it was where the block fails."""
    project = load(folder)
    changed = [folder / SETTINGS, project.journal / heads.NAME, *project.articles_files]
    with temporary.folder(project.state / "as-it-was") as copies:
        kept = {each: copies / each.name for each in changed if each.is_file()}
        for each, copy in kept.items():
            shutil.copy2(each, copy)
        try:
            yield
        except BaseException:
            for each, copy in kept.items():
                Path(shutil.copy2(copy, f"{each}.back")).replace(each)
            for each in project.articles_files:
                if each not in kept and shards.is_own(each, project.root):
                    each.unlink(missing_ok=True)
            for each in _of_layer(folder, layer):
                each.unlink()
            raise
