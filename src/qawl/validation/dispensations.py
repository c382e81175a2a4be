"""What qawl.yaml lets pass: the findings of its `dispensations`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from qawl.articles import released
from qawl.articles import store as article_store
from qawl.core.errors import ProjectError
from qawl.core.project import Project
from qawl.core.records import Finding
from qawl.core.settings import Dispensation
from qawl.core.versions import numbers

Passes = Callable[[Finding], bool]
"""Whether a finding is let pass."""


def nothing_passes(_: Finding) -> bool:
    """Lets no finding pass."""
    return False


def passing(project: Project, *, below: str | None = None) -> Passes:
    """What the dispensations of a corpus let pass, those left out that ran out with a release.

    With `below`, only releases before that version count. Raises ProjectError where a dispensation
    names an article that the corpus has not.
    """
    if not (valid := in_force(project, below=below)):
        return nothing_passes
    return lambda found: any(_covers(each, found) for each in valid)


def in_force(project: Project, *, below: str | None = None) -> list[Dispensation]:
    """The dispensations of a corpus that did not run out; raises as `passing` does."""
    given = project.settings.dispensations
    if not given:
        return []
    _refuse_unknown(project)
    last = released.last_version(project, below=below)
    return [each for each in given if not _ran_out(each, last)]


def counted(
    given: Iterable[Dispensation], passed: Iterable[Finding]
) -> Iterator[tuple[Dispensation, int]]:
    """How many findings each dispensation lets pass, of those that let any pass."""
    every = [*given]
    counts = Counter(n for found in passed for n, each in enumerate(every) if _covers(each, found))
    return ((each, counts[n]) for n, each in enumerate(every) if counts[n])


def _ran_out(each: Dispensation, last: str | None) -> bool:
    return not (each.until is None or last is None or numbers(last) < numbers(each.until))


def _covers(each: Dispensation, found: Finding) -> bool:
    named = not each.articles or found.article_id in each.articles
    return each.check == found.check and named


def _refuse_unknown(project: Project) -> None:
    given = project.settings.dispensations
    wanted = [(each, one) for each in given for one in each.articles or ()]
    known = article_store.by_id(project) if wanted else {}
    for each, article_id in wanted:
        if article_id not in known:
            raise ProjectError(
                f"qawl.yaml: dispensations: {each.check}: there is no article {article_id} "
                "(the ids are in corpus/articles.jsonl)"
            )
