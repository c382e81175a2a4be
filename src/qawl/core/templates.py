"""Templates → Markdown, where a field that is not known is a one-line error; and → web pages."""

import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2 import bccache
from jinja2.sandbox import SandboxedEnvironment

from qawl.core.errors import ReleaseError
from qawl.core.excerpts import many
from qawl.core.markdown import code, escaped

_ours: set[str] = set()
"""The texts of Qawl's own templates: compiled once, as its modules are."""


def bundled(package: str, name: str) -> str:
    """The text of a template that lies in a package of Qawl."""
    text = files(package).joinpath(name).read_text("utf-8")
    _ours.add(text)
    return text


def page(package: str, name: str) -> jinja2.Template:
    """The template of a web page that lies in a package of Qawl; what it is filled with is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(files(package).joinpath(name).read_text("utf-8"))


def rendered(template: str, where: str, values: Mapping[str, object]) -> str:
    """A template filled in; `where` names its file in messages. Raises ReleaseError.

    A template reaches nothing but the values: it may come from somebody else.
    """
    try:
        return _compiled(template, where).render(values)
    except jinja2.TemplateSyntaxError as error:
        raise ReleaseError(f"{where}, line {error.lineno}: {error.message}") from error
    except jinja2.UndefinedError as error:
        raise ReleaseError(
            f"{where}, line {_line(error)}: {error.message}; "
            "docs/release.md lists the fields of a card"
        ) from error
    except Exception as error:  # what a template computes may fail in any way
        raise ReleaseError(f"{where}, line {_line(error)}: {error}") from error


@lru_cache(maxsize=8)  # to compile one takes longer than to fill it in
def _compiled(template: str, where: str) -> jinja2.Template:
    environment = SandboxedEnvironment(
        loader=jinja2.DictLoader({where: template}),
        bytecode_cache=_Compiled() if template in _ours else None,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"cell": escaped, "escaped": escaped, "code": code, "many": many}
    return environment.get_template(where)


class _Compiled(bccache.FileSystemBytecodeCache):
    """Templates of Qawl as Python keeps its own modules: beside them, where that can be written."""

    def __init__(self) -> None:
        mine = Path(cache_from_source(__file__))
        super().__init__(str(mine.parent), f"{mine.stem}.{jinja2.__version__}.%s.pyc")

    def load_bytecode(self, bucket: bccache.Bucket) -> None:
        """Takes what is kept; what is damaged is none."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - what damaged bytes raise is anything
            bucket.reset()

    def dump_bytecode(self, bucket: bccache.Bucket) -> None:
        """Keeps what was compiled."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


def _line(error: Exception) -> int | None:
    """The line of the template that asked: jinja2 puts it into the traceback."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return next((frame.lineno for frame in frames if frame.filename == "<template>"), None)
