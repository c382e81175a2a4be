"""What earlier commands made, kept in .qawl/ under the digest of its inputs: used while none changes.

A name is a folder there, and may have folders in it. What is kept can be thrown away at any time; what is
damaged, or was made from other inputs than its name says, is put aside and made anew.
"""

import sys
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from qawl.core import bundled, files, installed
from qawl.core.packed import Packed, lines
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.core.settings import Ingest, Release, Suggestions

T = TypeVar("T")

_LIBRARIES = ("jsonschema_rs", "msgspec", "numpy", "regex")
"""Packages whose versions can change what is found or decided."""


def inputs(project: Project, paths: Iterable[Path], *said: object) -> str:
    """The digest of files and values from which something is made, and of Python and Qawl themselves."""
    return sha256(to_json([_maker(_code()), digest(project, paths), said])).hexdigest()


@cache
def _maker(code: tuple[Path, ...]) -> str:
    """The digest of Python, of libraries and of Qawl's own files as they were when first asked for."""
    total = sha256(to_json([sys.version, *map(installed.versions, _LIBRARIES)]))
    for path in code:
        content = path.read_bytes()
        total.update(f"{path.name} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def digest(project: Project, paths: Iterable[Path]) -> str:
    """SHA-256 over the names and bytes of files."""
    total = sha256()
    for path in filter(Path.is_file, paths):
        total.update(f"{path.name} {project.disk.sha256(path)}\n".encode())
    return total.hexdigest()


def settings(project: Project) -> object:
    """The settings that what is found and decided can depend on: not those of cards, ingest and
    suggestions."""
    given = project.settings
    splits = Release(
        splits=given.release.splits,
        split_from=given.release.split_from,
        locked_test=given.release.locked_test,
    )
    return msgspec.structs.replace(
        given, release=splits, ingest=Ingest(), suggestions=Suggestions()
    )


@cache
def _code() -> tuple[Path, ...]:
    """Qawl's own modules, and the schemas that come with it."""
    return (
        *sorted(Path(__file__).parents[1].rglob("*.py")),
        *files.listed(bundled.folder("schemas"), "*.json"),
    )


def read(project: Project, name: str, made_from: str, kind: type[T]) -> Iterator[T] | None:
    """The records that are kept under this name, made from these inputs; None if there are none."""
    kept = content(project, name, made_from)
    return None if kept is None else map(msgspec.json.Decoder(kind).decode, lines(kept))


def keeping(
    project: Project, name: str, made_from: Callable[[], str], records: Iterable[T]
) -> Iterator[T]:
    """The records; once all have been taken they are kept, where that can be written, in the place of
    what was kept of other inputs.

    `made_from` gives the digest of their inputs: what changes while they are made is not kept.
    """
    before = made_from()
    packed = Packed[object](object)
    for each in records:
        packed.add(each)
        yield each
    if made_from() == before:
        keep_content(project, name, before, packed.content())
        forget_content(project, name, {before})


def content(project: Project, folder: str, made_from: str) -> bytes | None:
    """The bytes that are kept in a folder, made from these inputs; None if there are none."""
    path = _content(project, folder, made_from)
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    made = kept[_DIGEST:]
    if _sealed(made_from, made) == kept[:_DIGEST]:
        return made
    with suppress(OSError):
        files.put_aside(path, f"{path} was damaged")
    return None


def keep_content(project: Project, folder: str, made_from: str, made: bytes | memoryview) -> None:
    """Keeps bytes that were made from these inputs, with the digest of both before them, where that can
    be written."""
    with suppress(OSError):
        project.make_state()
        path, sealed = _content(project, folder, made_from), _sealed(made_from, made)
        files.write_bytes(path, [sealed, made], lasting=False, sweeping=False)


def forget_content(project: Project, folder: str, used: Container[str]) -> None:
    """Removes from a folder what was made from other inputs than these."""
    with suppress(OSError):
        for path in files.listed(project.state / "derived" / folder, "*.kept"):
            if path.stem not in used:
                path.unlink(missing_ok=True)


_DIGEST = 32
"""Bytes of the digest before kept bytes."""


def _sealed(made_from: str, made: bytes | memoryview) -> bytes:
    total = sha256(made_from.encode())
    total.update(made)
    return total.digest()


def _content(project: Project, folder: str, made_from: str) -> Path:
    return project.state / "derived" / folder / f"{made_from}.kept"
