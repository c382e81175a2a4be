"""The reason why an article is withdrawn, checked when it is given: every later release says it."""

from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.release.rights import privacy, withheld


def refuse_unpublishable(project: Project, article_id: str, reason: str) -> None:
    """Raises InputError where a release could not say the reason: it has a passage of the article or of
    another that is withdrawn, or a name of somebody who annotates. `release` looks for more."""
    guard = withheld.of_withdrawn(project, article_id)
    if guard and (found := guard.run_in(reason)):
        raise InputError(
            f"{found!r} in the reason is text of an article that is withdrawn, and releases publish the "
            "reason: say why in other words"
        )
    if privacy.has_name(reason, privacy.known_names(project)):
        raise InputError(
            f"a name of .qawl/{privacy.NAMES} is in the reason, which releases publish: leave it out"
        )
