"""Temporary files and folders beside what they become; those of a killed run are known and removed.

Who makes one holds a lock on it as long as it lives. One that nobody holds is left over.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENDING = ".qawl-tmp"


def _name(target: Path) -> Path:
    """A name beside the target that nobody has, short enough for every file system."""
    return target.parent / f"{_start(target)}{os.urandom(4).hex()}{ENDING}"


def _start(target: Path) -> str:
    """What the names of all temporary files of a target start with."""
    return f".{target.name[:40]}."


@contextmanager
def file(target: Path, mode: int, *, sweeping: bool = True) -> Iterator[tuple[int, Path]]:
    """An open descriptor and the path of a new file beside the target, with this mode under the umask.

    The block gives the file its name; where it fails, the file goes. `sweeping` first removes what
    killed runs left of the same target: the whole folder is looked through.
    """
    if sweeping:
        _sweep(_left(target.parent, _start(target)))
    path, handle = _new_file(target, mode)
    try:
        yield handle, path
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def _new_file(target: Path, mode: int) -> tuple[Path, int]:
    """A new file that this process holds; another one where a sweep took it before it was held."""
    while True:
        path = _name(target)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        if _took(handle, path):
            return path, handle
        os.close(handle)


@contextmanager
def folder(target: Path) -> Iterator[Path]:
    """A new folder beside the target, removed in the end unless the block gave it another name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(_left(target.parent, _start(target)))
    with _made(target, 0o777) as path:
        yield path


@contextmanager
def aside() -> Iterator[Path]:
    """A new folder among the system's temporary files that its owner alone can read, removed in the end.

    What killed runs left there goes first, where a lock tells that they are gone.
    """
    target = Path(tempfile.gettempdir()) / "qawl"
    if sys.platform != "win32":
        _sweep(_left(target.parent, _start(target)))
    with _made(target, 0o700) as path:
        yield path


@contextmanager
def _made(target: Path, mode: int) -> Iterator[Path]:
    path, handle = _new_folder(target, mode)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _new_folder(target: Path, mode: int) -> tuple[Path, int | None]:
    """The same of a folder; what is open can't be removed on Windows, so none is held there."""
    while True:
        path = _name(target)
        path.mkdir(mode)
        if sys.platform == "win32":
            return path, None
        with suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDONLY)
            if _took(handle, path):
                return path, handle
            os.close(handle)


def meant(named: object, target: Path) -> Path | None:
    """What an error of the disk is about that names nothing, or a temporary file or folder of the
    target, or something in that; None where it is about something else."""
    if named is None:
        return target
    parts = Path(os.fsdecode(named)).parts if isinstance(named, str | bytes) else ()
    for number, part in enumerate(parts):
        if part.startswith(_start(target)) and part.endswith(ENDING):
            return target.joinpath(*parts[number + 1 :])
    return None


def sweep(folders: Iterable[Path]) -> None:
    """Removes what killed runs left in these folders."""
    for each in folders:
        _sweep(_left(each, "."))


def _left(folder: Path, start: str) -> list[Path]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        return [
            folder / each.name
            for each in entries
            if each.name.startswith(start) and each.name.endswith(ENDING)
        ]
    return []


def _sweep(paths: Iterable[Path]) -> None:
    for path in paths:
        with _left_over(path) as gone:
            if not gone:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):  # another user's, among the system's temporary files
                    path.unlink()


if sys.platform == "win32":  # what is open can't be removed there

    def _took(_handle: int, _path: Path) -> bool:
        return True

    @contextmanager
    def _left_over(_path: Path) -> Iterator[bool]:
        yield True

else:
    import fcntl

    def _took(handle: int, path: Path) -> bool:
        """Takes hold of a new file or folder; whether no sweep was faster."""
        try:
            return _is_free(handle) and os.path.samestat(os.fstat(handle), path.stat())
        except FileNotFoundError:
            return False

    @contextmanager
    def _left_over(path: Path) -> Iterator[bool]:
        """Whether no living process holds it; while the block runs, none can take hold of it."""
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            yield True
            return
        try:
            yield _is_free(handle)
        finally:
            os.close(handle)

    def _is_free(handle: int) -> bool:
        """Whether nobody else holds what is open, which this process holds then."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # else a file system without locks
            return not isinstance(error, BlockingIOError)
        return True
