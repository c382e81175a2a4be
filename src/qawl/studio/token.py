"""Where the token of a Label Studio server comes from, and what kind it is; it is never shown."""

import os
import stat
from pathlib import Path

from msgspec import Struct

from qawl.core import files
from qawl.core.errors import ServerError
from qawl.core.project import Project

TOKEN = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the name of a variable


SERVED = "label-studio.json"
"""The file in .qawl/ that says how to reach the server of `qawl serve`."""
_ADVICE = "start `qawl serve` again: it makes a new one"


class Served(Struct, frozen=True, kw_only=True):
    """How to reach the corpus's own server, and how to get in; the token is never shown."""

    username: str
    password: str
    token: str
    url: str = ""


def token(project: Project) -> str:
    """The access token: from the environment, a file only its owner can read, or `qawl serve`."""
    if given := os.environ.get(TOKEN, "").strip():
        return _plain(given, TOKEN)
    path = project.state / "token"
    if path.is_file():
        _refuse_readable(path)
        return _plain(path.read_text("utf-8", "replace").strip(), str(path))
    served = project.state / SERVED
    if served.is_file():
        _refuse_readable(served)
        known = files.load(served, Served, ServerError, _ADVICE)
        if known.url.rstrip("/") == project.settings.label_studio.url.rstrip("/"):
            return _plain(known.token, str(served))
    raise ServerError(
        f"no token for {project.settings.label_studio.url}: set {TOKEN}, write it to {path} "
        "(chmod 600), or start a local server with `qawl serve`"
    )


def _refuse_readable(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ServerError(f"{path} can be read by others: run chmod 600 on it")


def _plain(key: str, where: str) -> str:
    """A token that can stand in a header; the message does not hold what was there."""
    if not key or not all("!" <= each <= "~" for each in key):
        raise ServerError(f"the content of {where} is not a token: copy it from Account & Settings")
    return key


def token_kind(key: str) -> str:
    """Which of Label Studio's two kinds of token this is; never the token."""
    return "personal access token" if key.count(".") == 2 else "legacy token"
