"""The articles of two branches or copies of one corpus joined: what is here stays, what is missing comes.

A shard of the other side that git put beside ours is taken away first: its articles come as the rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from qawl.articles import adding, released, shards
from qawl.articles import store as article_store
from qawl.articles.by_id import Articles
from qawl.core import temporary
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import Article

_UNCOMPARED = {"format", "group", "received", "edits"}
"""What an article has from where and how it was taken in, not from what it is."""


class Side(NamedTuple):
    """Another place of a corpus, and where both were still one, if that is known."""

    project: Project
    base: Project | None = None


@dataclass(slots=True)
class Joined:
    """What was joined: articles there, those that came, those whose fields were taken over.

    `differ` are the articles that both have with other fields, and which; here they stay as they are.
    `refused` would have joined two released groups, and did not come.
    """

    articles: int = 0
    added: int = 0
    updated: int = 0
    differ: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def join(project: Project, other: Side) -> Joined:
    """Adds the articles of another place to a corpus; the same again changes nothing."""
    theirs = article_store.by_id(other.project)
    shards.drop_others(project, other.project)
    outcome, updates = Joined(articles=len(theirs)), {}
    alike = [] if other.base is None else [article_store.by_id(other.base)]
    pairs = []
    for there, here in article_store.by_id(project).beside(
        article_store.articles(other.project), lambda each: each.id
    ):
        if there.group != there.id and (here is None or here.group != there.group):
            pairs.append((int(there.id, 16), int(there.group, 16)))
        if here is not None and (names := _differing(here, there)):
            if any(here.id in base and not _differing(base[here.id], here) for base in alike):
                updates[here.id] = msgspec.structs.replace(there, group=here.group)
            elif not any(
                here.id in base and not _differing(base[here.id], there) for base in alike
            ):
                outcome.differ[here.id] = names
    _add(project, theirs, updates, pairs, outcome)
    shards.note(project)
    return outcome


def _add(
    project: Project,
    theirs: Articles,
    updates: Mapping[str, Article],
    pairs: Iterable[tuple[int, int]],
    outcome: Joined,
) -> None:
    project.make_state()
    with temporary.folder(project.state / "joined") as folder:
        done = adding.add(
            project,
            theirs.many(theirs),
            Path(folder),
            updates=updates,
            together=[*pairs],
            released=frozenset(released.article_ids(project)),
        )
    outcome.added, outcome.updated = done.added, len(updates)
    outcome.refused = list(done.refused)


def _differing(one: Article, other: Article) -> list[str]:
    """The fields in which two articles of one id differ."""
    names = (each for each in Article.__struct_fields__ if each not in _UNCOMPARED)
    return [each for each in names if getattr(one, each) != getattr(other, each)]


def said(name: str, outcome: Joined) -> Iterator[str]:
    """What was joined, in words."""
    yield f"{outcome.added} of {many(outcome.articles, 'article')} of {name} added"
    if outcome.updated:
        yield f"articles that changed there alone, taken over: {outcome.updated}"


def left_out(name: str, outcome: Joined) -> Iterator[str]:
    """What was not taken over, in words."""
    for identity, names in outcome.differ.items():
        yield f"article {identity}: {', '.join(names)} differ in {name}: they stay as they are here"
    for identity in outcome.refused:
        yield f"article {identity} of {name}: it would join two released groups"
