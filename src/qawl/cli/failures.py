"""What went wrong → the line that a user reads, and the exit code."""

import errno
import os
import sys
import tempfile

import click

from qawl.cli.terminal import escaped, say
from qawl.core.errors import QawlError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")
"""What SQLite says where its own temporary file can't be written."""


def explain(error: BaseException) -> tuple[str, int]:
    """The line and the exit code of an error that ended a command; no line where all is said."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return "", 0
    if isinstance(error, click.exceptions.Abort):
        return "interrupted", 130
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(error.format_message(), err=True)
        return "", error.exit_code
    if isinstance(error, click.ClickException):
        return _line(_usage(error)), error.exit_code
    return _line(_what(error)), 1


def _what(error: BaseException) -> object:
    """What went wrong, where, and what to do."""
    if isinstance(error, QawlError):
        return error
    if isinstance(error, OSError):
        return _of_disk(error)
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        return f"{error.object!r:.200} is not UTF-8: give names and texts in UTF-8"
    if type(error).__module__ == "sqlite3":
        return _of_sqlite(error)
    if isinstance(error, MemoryError):
        return "not enough memory"
    if os.environ.get("QAWL_TRACEBACK"):
        raise error
    name = type(error).__name__
    return f"a fault in qawl itself ({name}: {error}); QAWL_TRACEBACK=1 shows where"


def _of_disk(error: OSError) -> str:
    """What the disk says; what names no file may be of a temporary one."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno not in _FULL:
        return f"{where}{error.strerror or error}"
    temporary = "" if error.filename else _temporary()
    return f"{where}{error.strerror or error}{temporary}: make room, and run it again"


def _of_sqlite(error: BaseException) -> str:
    if getattr(error, "sqlite_errorname", "").startswith(_NO_ROOM):
        return f"{error}{_temporary()}: make room, and run it again"
    return (
        f"an index in .qawl/journal can't be used ({error}): `qawl pull --rebuild` makes it again"
    )


def _temporary() -> str:
    """Where temporary files stand, in words."""
    try:
        return f" (temporary files stand in {tempfile.gettempdir()}; TMPDIR names another folder)"
    except OSError as error:
        return f" ({error.strerror or error})"


def _usage(error: click.ClickException) -> str:
    """The same as click shows it: the usage on lines of its own, then what is wrong with it."""
    context = getattr(error, "ctx", None)
    if context is not None:
        say(context.get_usage(), err=True)
        say(f"Try '{context.command_path} --help' for help.\n", err=True)
    return error.format_message()


def _line(message: object) -> str:
    return escaped(str(message)).replace("\n", "\\n")
