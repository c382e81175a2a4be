"""What must hold before a release: each gate that fails says how to pass it."""

from collections.abc import Iterator

from qawl import made, validation
from qawl.project import Project


def failing(project: Project) -> Iterator[str]:
    """The gates that fail, in words."""
    stale = [path.relative_to(project.root).as_posix() for path in made.stale(project)]
    if stale:
        yield f"stale: {', '.join(stale)} (run `qawl scheme`)"
    errors = [each.check for each in validation.validate(project) if each.severity == "error"]
    if errors:
        checks = ", ".join(sorted(set(errors)))
        yield f"{len(errors)} findings are errors (see `qawl validate`): {checks}"
