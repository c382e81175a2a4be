"""Paths that a user names: under `-C DIR` in DIR, as git has it, else where the command was typed."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from qawl.articles.remote import Remote

F = TypeVar("F", bound=Callable[..., object])
_Given = str | os.PathLike[str]
_Param = click.Parameter | None
_Context = click.Context | None

_VERSION = re.compile(r"\d+\.\d+\.\d+")


class Given(click.Path):
    """A file or folder that is looked for in the corpus first, then where the command was typed."""

    def convert(self, value: _Given, param: _Param, ctx: _Context) -> _Given | bytes:
        """The path; that beside the command where only that exists."""
        typed_in = ctx.find_root().obj if ctx else None
        if typed_in and str(value) != "-" and not Path(value).exists():
            beside = Path(typed_in) / value
            value = beside if beside.exists() else value
        return super().convert(value, param, ctx)


def others(what: str) -> Callable[[F], F]:
    """The option --merge of a command: other places of the corpus; `what` it does, in words."""
    return click.option(
        "--merge",
        "others",
        multiple=True,
        type=Given(),
        metavar="OTHER",
        help=f"{what} of a branch of git, or of another folder of this corpus; repeatable.",
    )


class ReleaseFolder(Given):
    """The folder of a release, or the version of one of this corpus."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: _Given, param: _Param, ctx: _Context) -> _Given | bytes:
        """The folder; that of the version where no folder has this name."""
        if _VERSION.fullmatch(str(value)) and not Path(value).exists():
            from qawl.core.project import RELEASES, SETTINGS

            if (folder := RELEASES / value).is_dir():
                value = folder
            elif Path(SETTINGS).is_file():
                there = ", ".join(sorted(each.name for each in RELEASES.glob("[0-9]*"))) or "none"
                self.fail(
                    f"there is no release {value} in {RELEASES}: there is {there}", param, ctx
                )
        return super().convert(value, param, ctx)


class Written(click.Path):
    """A file or folder to write: not one that a corpus keeps for itself, which would be lost."""

    def __init__(self, *, dir_okay: bool = True) -> None:
        super().__init__(dir_okay=dir_okay, path_type=Path)

    def convert(self, value: _Given, param: _Param, ctx: _Context) -> _Given | bytes:
        """The path."""
        if kept := _kept(Path(value)):
            self.fail(kept, param, ctx)
        return super().convert(value, param, ctx)


def _kept(place: Path) -> str | None:
    """Why nothing can be written to a place at a user's wish; None where it can."""
    from qawl.core import project

    kept = project.own(place)
    if kept is None:
        return None
    return f"{place}: a corpus keeps its own data there ({kept.name}): name another place"


class Place(click.ParamType["Path | Remote"]):
    """As `Given`, or what a URL names (s3://, gs://, hf://, https://)."""

    name = "path"

    def __init__(self, *, written: bool = False) -> None:
        self._written = written

    def convert(self, value: object, param: _Param, ctx: _Context) -> "Path | Remote":
        """The path, or what the URL names."""
        from qawl.articles import remote

        found = remote.place(value) if isinstance(value, str) and "://" in value else value
        if isinstance(found, remote.Remote):
            return found
        if self._written and (kept := _kept(Path(str(found)))):
            self.fail(kept, param, ctx)
        return Path(str(Given(allow_dash=True).convert(str(found), param, ctx)))
