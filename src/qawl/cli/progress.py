"""Progress bars on stderr, for people only: nothing is drawn where nobody watches."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")


def progress(items: Sequence[T], what: str) -> Iterable[T]:
    """The items, with a bar while they are worked through."""
    console = Console(stderr=True)
    return track(items, description=what, console=console, disable=not console.is_terminal)
