"""Pseudonyms under which several users of one server worked: a pseudonym is one person's."""

from collections import Counter
from collections.abc import Iterator, Mapping

from qawl.annotations import journal
from qawl.core.findings import finding
from qawl.core.project import Project
from qawl.core.records import Finding

Users = dict[str, dict[object, Counter[int]]]
"""Annotator → server → how much each user did who worked under that name there, by number."""


def found(
    project: Project, layer: str, annotator: str, seen: Mapping[object, Counter[int]]
) -> Iterator[Finding]:
    """That several users worked under one name, and on what the others than the main one did. One person
    may have another number on each server."""
    own = _own(project, layer, annotator, seen) if _several(seen) > 1 else seen
    if (count := _several(own)) > 1:
        message = f"{count} users worked as {annotator}: a pseudonym is one person's"
        yield finding("annotator-several", message, layer=layer, annotator=annotator)
        for article_id, message in _strange(project, layer, annotator, own):
            yield finding(
                "annotator-several",
                message,
                layer=layer,
                article_id=article_id,
                annotator=annotator,
            )


def _several(seen: Mapping[object, Counter[int]]) -> int:
    """How many users there are at most on one server."""
    return max(map(len, seen.values()), default=0)


def _own(
    project: Project, layer: str, annotator: str, seen: Mapping[object, Counter[int]]
) -> Mapping[object, Counter[int]]:
    """What each user did without what was put back, which is that of the token's user."""
    found = {origin: Counter(done) for origin, done in seen.items()}
    holds = journal.reading(project, project.journal_file(layer, annotator)).holds
    for key in holds.back().stands:
        each = holds.known(key)
        if each and each.user and each.origin in found:
            found[each.origin][each.user] -= 1
    return {origin: +done for origin, done in found.items() if +done}


def _strange(
    project: Project, layer: str, annotator: str, seen: Mapping[object, Counter[int]]
) -> Iterator[tuple[str, str]]:
    """(article, what is strange) of the work of all users but the one who did most."""
    most = {
        origin: max(done, key=lambda user: (done[user], -user)) for origin, done in seen.items()
    }
    opened = journal.reading(project, project.journal_file(layer, annotator))
    put_back = opened.holds.back().stands
    for key, each in sorted(opened.alive.items(), key=lambda one: one[1].article):
        first = most.get(each.origin)
        if each.user and first not in (None, each.user) and key not in put_back:
            where = f"task {each.task}"
            where += f" of project {each.project}" if each.project is not None else ""
            yield each.article, f"user {each.user} did {where}, which is the work of user {first}"
