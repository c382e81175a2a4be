"""Which split an article belongs to: by its group of near-duplicates, never by chance or order."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from qawl.articles import released, withdrawal
from qawl.articles import store as article_store
from qawl.articles.store import Head
from qawl.core.errors import ProjectError
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.core.settings import Release


def splits_of(project: Project) -> Mapping[str, str]:
    """Article id → split, of all articles of a corpus.

    What was released while the corpus was one group stays in train.
    """

    def made() -> dict[str, str]:
        _refuse_strange(project)
        found = splits(article_store.heads(project), project.settings.release)
        before = set(released.alone(project))
        if any(found.get(each, "train") != "train" for each in before):
            found.update(_kept(project, before))
        return found

    return project.disk.once("splits", made, *project.articles_files, *released.manifests(project))


def _refuse_strange(project: Project) -> None:
    """Raises ProjectError where `locked_test` names what is no article and no group."""
    locked = project.settings.release.locked_test
    heads = article_store.heads(project) if locked else ()
    known = {name for each in heads for name in (each.id, each.group)} | withdrawal.ids(project)
    if strange := [each for each in locked if each not in known]:
        raise ProjectError(
            f"qawl.yaml: release.locked_test: {', '.join(strange)}: no article or group of that id "
            "(the ids are in corpus/articles.jsonl)"
        )


def _kept(project: Project, before: set[str]) -> dict[str, str]:
    """The group that all articles released before are of, in train, unless it is locked to test."""
    groups: dict[str, set[str]] = {}
    for each in article_store.heads(project):
        groups.setdefault(each.group, set()).add(each.id)
    locked = set(project.settings.release.locked_test)
    found = {group: ids for group, ids in groups.items() if ids & before}
    if len(found) != 1 or any({group, *ids} & locked for group, ids in found.items()):
        return {}
    return {each: "train" for ids in found.values() for each in ids}


def splits(articles: Iterable[Article | Head], settings: Release) -> dict[str, str]:
    """Article id → split. Groups never straddle, and adding articles never moves one.

    A group goes where the hash of its id falls among the shares of the splits; with `split_from` where
    its first article was published; a group in `locked_test` always goes to test. The articles of a
    corpus that is one group alone are all train.
    """
    groups: dict[str, list[tuple[str, str | None]]] = {}
    for article in articles:
        groups.setdefault(article.group, []).append((article.id, article.published))
    if len(groups) == 1 and not settings.locked_test:
        return {identity: "train" for members in groups.values() for identity, _ in members}
    found = {}
    for group, members in groups.items():
        ids = {identity for identity, _ in members}
        if group in settings.locked_test or ids & set(settings.locked_test):
            split = "test"
        elif settings.split_from:
            split = _by_date(min((date or "" for _, date in members)), settings.split_from)
        else:
            split = _by_hash(group, settings.splits)
        found.update(dict.fromkeys(ids, split))
    return found


def _by_hash(group: str, shares: Mapping[str, float]) -> str:
    """The split in whose share of [0, 1) the hash of the group's id falls."""
    place = int.from_bytes(sha256(group.encode()).digest()[:8], "big") / 2**64
    reached = 0.0
    for split, share in shares.items():
        reached += share
        if place < reached:
            return split
    return next(iter(shares))


def _by_date(published: str, starts: Mapping[str, str]) -> str:
    """The split with the latest start that is not after this date; train before all of them."""
    begun = [(start, split) for split, start in starts.items() if start <= published]
    return max(begun)[1] if begun else "train"
