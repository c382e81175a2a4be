"""corpus/withdrawn.jsonl: articles that are no longer annotated or released, each with the reason."""

from collections.abc import Iterator

from msgspec import Struct

from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.project import Project


class Withdrawal(Struct, frozen=True, kw_only=True):
    """That an article was taken out."""

    format: int = 1
    article_id: str
    reason: str


def withdrawn(project: Project) -> Iterator[Withdrawal]:
    """All withdrawals, by article; raises InputError where one has no reason, or two."""
    path, found = project.withdrawn_file, dict[str, Withdrawal]()
    for each in project.disk.read(path, Withdrawal):
        if not each.reason.strip():
            raise InputError(f"{path}: {each.article_id} is withdrawn without a reason: give one")
        if found.setdefault(each.article_id, each) != each:
            raise InputError(
                f"{path}: {each.article_id} is withdrawn for two reasons: take one line out"
            )
    return (found[each] for each in sorted(found))


def ids(project: Project) -> frozenset[str]:
    """The articles that are out."""
    return project.disk.once(
        "withdrawn",
        lambda: frozenset(each.article_id for each in withdrawn(project)),
        project.withdrawn_file,
    )


def withdraw(project: Project, article_id: str, reason: str) -> bool:
    """Takes an article out; False if it was out already. Its text and annotations stay on disk."""
    if not reason.strip():
        raise InputError(f"a reason is needed to withdraw {article_id}: give --reason WHY")
    known = {each.article_id: each for each in withdrawn(project)}
    if article_id in known:
        return False
    if article_id not in article_store.by_id(project):
        raise InputError(
            f"{article_id} is not an article of this corpus; the ids are in corpus/articles.jsonl"
        )
    known[article_id] = Withdrawal(article_id=article_id, reason=reason)
    files.write(project.withdrawn_file, [known[each] for each in sorted(known)])
    return True
