"""What is printed: the one way from any command to the terminal.

Texts come from strangers. Control characters in them are shown as escapes, never sent to the terminal,
and rich takes nothing in them for markup. What the terminal's encoding lacks is shown as an escape too.
"""

import codecs
import io
import logging
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from qawl.core.project import Project

T = TypeVar("T")

SOON = 2.0
"""Seconds of work after which a terminal is told that it goes on."""

_CONTROLS = {
    each: f"\\u{each:04x}" for each in (*range(0x20), *range(0x7F, 0xA0)) if chr(each) not in "\n\t"
}
"""Escapes as JSON has them: a JSON text stays one, and means the same."""


def escaped(text: str) -> str:
    """The text with its control characters as escapes; line feeds and tabs stay."""
    return text.translate(_CONTROLS)


def say(message: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Prints a line on stdout, or on stderr. Bytes are text in UTF-8."""
    text = message.decode() if isinstance(message, bytes) else str(message)
    context = click.get_current_context(silent=True)
    if context and isinstance(clock := context.meta.get(Clock.__name__), Clock):
        clock.clear()
    click.echo(escaped(text), file=sys.stderr if err else sys.stdout, nl=nl)


def warn_missing(corpus: "Project") -> None:
    """Says which files are left out of git and not here, so that no work seems undone that is missing."""
    from qawl.core import git_files

    for each in git_files.missing(corpus):
        say(f"warning: {each}", err=True)


def console(*, err: bool = False) -> "Console":
    """Rich's console for tables and bars; what it is given is text, not markup."""
    from rich.console import Console
    from rich.text import Text

    class Plain(Console):
        def render_str(self, text: str, **how: object) -> Text:
            return super().render_str(escaped(text), **{**how, "markup": False, "emoji": False})  # type: ignore[arg-type]

    return Plain(stderr=err, markup=False, emoji=False, highlight=False)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table in plain text; the first column reads from the left, the others from the right."""
    lines = [list(head), *map(list, rows)]
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    say(title)
    for first, *others in lines:
        cells = [first.ljust(wide[0]), *map(str.rjust, others, wide[1:])]
        say("  ".join(cells).rstrip())


def boxed(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table in a box, as wide as the terminal."""
    from rich.table import Table

    shown = Table(*head, title=title)
    for each in rows:
        shown.add_row(*each)
    console().print(shown)


def progress(items: Sequence[T], what: str) -> Iterable[T]:
    """The items, with a bar on stderr while they are worked through; none where nobody watches."""
    from rich.progress import track

    shown = console(err=True)
    return track(items, description=what, console=shown, disable=not shown.is_terminal)


class Clock:
    """One line on a terminal, written over each second: how long the work has taken so far."""

    def __init__(self) -> None:
        self._lock, self._done = threading.Lock(), threading.Event()
        self._shown = ""

    def run(self) -> None:
        """Shows the time until the work is done."""
        began, wait = time.monotonic(), SOON
        while not self._done.wait(wait):
            wait = 1.0
            with self._lock:
                self._shown = f"at work: {time.monotonic() - began:.0f} s"
                sys.stderr.write(f"{self._shown}\r")
                sys.stderr.flush()

    def clear(self) -> None:
        """Takes the line away, before another stands in its place."""
        with self._lock:
            if self._shown:
                sys.stderr.write(f"{' ' * len(self._shown)}\r")
                sys.stderr.flush()
            self._shown = ""

    def end(self) -> None:
        """The work is done."""
        self._done.set()
        self.clear()


@contextmanager
def at_work(context: click.Context) -> Iterator[None]:
    """Shows how long the work within takes; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield
        return
    clock = context.meta[Clock.__name__] = Clock()
    threading.Thread(target=clock.run, daemon=True).start()
    try:
        yield
    finally:
        clock.end()


def prepare() -> None:
    """Makes the streams of this process take every text, and shows what Qawl logs on stderr."""
    codecs.register_error("qawl", _as_escapes)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="qawl")
    log = logging.getLogger("qawl")
    log.addHandler(_Said())
    log.propagate = False


def _as_escapes(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, as JSON's escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    units = (int.from_bytes(lacking[at : at + 2], "big") for at in range(0, len(lacking), 2))
    return "".join(f"\\u{unit:04x}" for unit in units), error.end


class _Said(logging.Handler):
    """Log records as lines on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"qawl: {record.getMessage()}", err=True)
