"""What git is asked to keep: files that hosts of git take, since they refuse those over 100 MB.

What is collected goes on in further files before it grows past that. What Qawl can make anew is left out
of git, by exports/.gitignore.
"""

import logging
from collections.abc import Container, Iterator
from pathlib import Path

from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.project import Project

LARGEST = 50_000_000
"""Bytes of the largest file that git is asked to keep, but for one line that is longer."""

MADE_BY = {
    "annotations": "qawl pull --rebuild",
    "gold": "qawl adjudicate",
    "suggestions": "qawl suggest",
}
"""What makes the files of a folder of exports/ anew."""

_log = logging.getLogger("qawl")


def leave_out_large(project: Project, path: Path) -> None:
    """Leaves a file of exports/ out of git once it is too large, and no longer once it is not; says so. A
    line that keeps it in git (`!` and its name) is obeyed."""
    if not path.is_file():
        return
    name, given = _named(project, path), _lines(project)
    if path.stat().st_size <= LARGEST:
        _let_in(project, name, given)
    elif {name, b"!" + name}.isdisjoint(given):
        _write(project, [*given, name])
        _log.warning(
            "exports%s is over %d MB, and hosts of git refuse large files: exports/.gitignore "
            "leaves it out now. In a clone, `%s` makes it again. If git has it already, run `git rm "
            "--cached exports%s`",
            name.decode(),
            LARGEST // 1_000_000,
            MADE_BY[path.parent.name],
            name.decode(),
        )


def _let_in(project: Project, name: bytes, given: list[bytes]) -> None:
    """Takes the line of a file that is small out of exports/.gitignore, if there is one."""
    if name in given:
        _write(project, [each for each in given if each != name])
        _log.warning(
            "exports%s is small enough for git again: exports/.gitignore no longer leaves it out; commit "
            "both",
            name.decode(),
        )


def need_left_out(project: Project, folders: Container[str] = MADE_BY) -> None:
    """Raises InputError where a file that is left out of git is not here, as in a clone: without it, a
    server looks as if it held what nobody wants, tasks lack their suggestions, and these lack names."""
    for lacking in missing(project, folders):
        raise InputError(
            f"{lacking}. If the layer is to have no such file, take its line out of exports/.gitignore"
        )


def missing(project: Project, folders: Container[str] = MADE_BY) -> Iterator[str]:
    """The files that are left out of git and are not here, as in a clone, with what makes them."""
    given = _lines(project)
    for of in (project.annotations_file, project.gold_file, project.suggestions_file):
        for path in map(of, project.settings.layers):
            wanted = path.parent.name in folders and _named(project, path) in given
            if wanted and not path.exists():
                yield (
                    f"exports/{path.parent.name}/{path.name} is not here, and exports/.gitignore leaves "
                    f"it out of git: run `{MADE_BY[path.parent.name]}`, which makes it again"
                )


def _ignore(project: Project) -> Path:
    return project.exports / ".gitignore"


def _named(project: Project, path: Path) -> bytes:
    """A file of exports/ as its line names it."""
    return f"/{path.relative_to(project.exports).as_posix()}".encode()


def _write(project: Project, lines: list[bytes]) -> None:
    """Writes exports/.gitignore; without lines there is none."""
    if lines:
        files.write_bytes(_ignore(project), [each + b"\n" for each in lines])
    else:
        _ignore(project).unlink()


def _lines(project: Project) -> list[bytes]:
    ignore = _ignore(project)
    return ignore.read_bytes().splitlines() if ignore.is_file() else []
