"""What git is asked to keep: files that hosts of git take, since they refuse those past 100 MB.

What is collected goes on in further files before it grows past that. What Qawl can make anew is left out
of git, by exports/.gitignore.
"""

import logging
from pathlib import Path

from qawl.core import files
from qawl.core.project import Project

LARGEST = 50_000_000
"""Bytes of the largest file that git is asked to keep, but for one line that is longer."""

_log = logging.getLogger("qawl")


def leave_out_large(project: Project, path: Path, command: str) -> None:
    """Leaves a file of exports/ out of git once it is too large, and says so; `command` makes it anew."""
    ignore = project.exports / ".gitignore"
    name = f"/{path.relative_to(project.exports).as_posix()}"
    if not path.is_file() or path.stat().st_size <= LARGEST:
        return
    given = ignore.read_bytes().splitlines() if ignore.is_file() else []
    if name.encode() in given:
        return
    files.write_bytes(ignore, [each + b"\n" for each in (*given, name.encode())])
    _log.warning(
        "exports%s is larger than %d MB, and hosts of git refuse large files: exports/.gitignore leaves "
        "it out now. In a clone, `%s` makes it again. If git has it already, run `git rm --cached "
        "exports%s`",
        name,
        LARGEST // 1_000_000,
        command,
        name,
    )
