"""The lists beside the articles of two places of a corpus joined: what was set aside, what is withdrawn.

A line that one side took out since both were one stays out; all others of both sides stay.
"""

from collections.abc import Iterable
from typing import TypeVar

from qawl.articles import withdrawal
from qawl.articles.joining import Side
from qawl.articles.received import SetAside
from qawl.core import files
from qawl.core.project import Project

T = TypeVar("T")


def set_aside(project: Project, ours: Project, other: Side) -> int:
    """Joins what was set aside; how many lines came. `ours` is where this side's list stands."""
    here = list(files.read(ours.set_aside_file, SetAside))
    there = list(files.read(other.project.set_aside_file, SetAside))
    base = list(files.read(other.base.set_aside_file, SetAside)) if other.base else []
    found = _both(here, there, base)
    found.sort(key=lambda each: (each.path, each.line or 0, each.reason))
    if found:
        files.write(project.set_aside_file, found)
    else:
        project.set_aside_file.unlink(missing_ok=True)
    return len({*found} - {*here})


def withdrawn(project: Project, ours: Project, other: Side) -> tuple[int, list[str]]:
    """Joins the withdrawals; how many came, and the articles that are withdrawn there for another reason:
    the one of this side stays."""
    here = list(withdrawal.withdrawn(ours))
    there = list(withdrawal.withdrawn(other.project))
    base = list(withdrawal.withdrawn(other.base)) if other.base else []
    known: dict[str, withdrawal.Withdrawal] = {}
    both = _both(here, there, base)
    differ = [e.article_id for e in both if known.setdefault(e.article_id, e) != e]
    withdrawal.write(project, known)
    return len(known.keys() - {each.article_id for each in here}), differ


def _both(here: Iterable[T], there: Iterable[T], base: Iterable[T]) -> list[T]:
    """The lines of both sides, each once, but for those that one side took out."""
    one, other = dict.fromkeys(here), dict.fromkeys(there)
    out = {each for each in base if each not in one or each not in other}
    return [each for each in {**one, **other} if each not in out]
