"""What must hold before a release: each gate that fails says how to pass it."""

from collections.abc import Iterator, Mapping

from qawl import corpus, made, manifest, released, validation
from qawl.checks import CHECKS
from qawl.project import Project
from qawl.splits import splits


def failing(project: Project, checks: Mapping[str, int] | None = None) -> Iterator[str]:
    """The gates that fail, in words; `checks` counts what `validation.validate` finds, if known."""
    stale = [path.relative_to(project.root).as_posix() for path in made.stale(project)]
    if stale:
        yield f"stale: {', '.join(stale)} (run `qawl scheme`)"
    if checks is None:
        checks = validation.counts(project)
    errors = {each: n for each, n in checks.items() if CHECKS[each].severity == "error"}
    if errors:
        names = ", ".join(sorted(errors))
        yield f"{sum(errors.values())} findings are errors (see `qawl validate`): {names}"
    yield from _new_kinds(project, set(checks))
    yield from _moved(project)


def _moved(project: Project) -> Iterator[str]:
    """Articles that would stand in another split than in the last release."""
    now = splits(corpus.heads(project), project.settings.release)
    before = released.splits_of_last(project)
    moved = sorted(each for each, split in before.items() if now.get(each, split) != split)
    if moved:
        yield (
            f"{len(moved)} articles would change their split ({', '.join(moved[:5])}): set "
            "release.splits, locked_test and split_from back to what they were"
        )


def _new_kinds(project: Project, kinds: set[str]) -> Iterator[str]:
    """A check that had no findings in the last release may not have any in the next."""
    last = released.last_version(project)
    if last is None:
        return
    before = manifest.load(project.exports / "releases" / last).get("findings", {})
    if fresh := sorted(kinds - set(before)):
        yield (
            f"new kinds of findings since {last}: {', '.join(fresh)} (mend them, or say in "
            "qawl.yaml, under dispensations, why they pass)"
        )
