"""Checks that other packages add to level 4, under the entry point group `qawl.checks`."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from qawl.core import installed
from qawl.core.errors import ProjectError
from qawl.core.findings import finding
from qawl.core.records import Annotation, Article, Finding, Span
from qawl.core.text import printable
from qawl.scheme.model import Scheme

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Plugin = Callable[[Annotation, Article, Scheme], Iterable[tuple[str, Span | None]]]
"""A check of level 4: (what is wrong, the span) of each fault in a record."""

GROUP = "qawl.checks"
"""The group of entry points of packages that add checks."""


def offered() -> list[tuple[str, Plugin]]:
    """The checks that installed packages add under the entry point group `qawl.checks`."""
    return [(each.name, _loaded(each)) for each in _offered(tuple(sys.path))]


@lru_cache(maxsize=1)
def _offered(_: tuple[str, ...]) -> "tuple[EntryPoint, ...]":
    """The checks that packages on this path offer: to look through all packages takes a while."""
    if not installed.may_offer(GROUP):
        return ()
    from importlib.metadata import entry_points  # noqa: PLC0415 - most machines have none

    return tuple(entry_points(group=GROUP))


def _loaded(point: "EntryPoint") -> Plugin:
    try:
        made: object = point.load()
    except (Exception, SystemExit) as error:
        raise _failed(point.name, error) from error
    if not callable(made):
        raise ProjectError(f"the check {point.name} of another package is no function")
    return made


def _failed(name: str, error: BaseException) -> ProjectError:
    return ProjectError(
        f"the check {name} of another package failed: {type(error).__name__}: {error}"
    )


def findings(
    record: Annotation,
    article: Article,
    current: Scheme,
    plugged: Iterable[tuple[str, Plugin]],
) -> Iterator[Finding]:
    """What these checks find in a record."""
    for name, check in plugged:
        for message, span in _answers(name, check, record, article, current):
            yield finding("rule", f"{name}: {printable(message)}", record, span)


def _answers(
    name: str, check: Plugin, record: Annotation, article: Article, current: Scheme
) -> list[tuple[str, Span | None]]:
    """What a check of another package says; raises ProjectError where that is nothing it may say."""
    try:
        said = [(message, span) for message, span in check(record, article, current)]
    except (Exception, SystemExit) as error:
        raise _failed(name, error) from error
    for message, span in said:
        if not isinstance(message, str) or not (span is None or isinstance(span, Span)):
            raise ProjectError(f"the check {name} of another package gave no (text, span or None)")
    return said
