"""corpus/heads.jsonl: how many articles a corpus in shards holds, and which shards these are.

It stands beside articles.jsonl and the shards, so that one of them that is of an older commit is found.
A corpus may hold more than it says (a run that was killed before it said so), never less. Where git could
not merge it, each side's line is one of the states that may stand there.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Struct

from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import FORMAT, Format, to_json

ADVICE = (
    "bring corpus/articles, corpus/articles.jsonl and corpus/heads.jsonl back from version control "
    "together; in a merge run `git checkout HEAD -- corpus/articles.jsonl` and, if HEAD has shards, "
    "`git checkout HEAD -- corpus/articles`, then `qawl ingest --merge MERGE_HEAD`"
)


class Head(Struct, frozen=True, kw_only=True):
    """How many articles there were, and the digest of what shards.json said of the shards."""

    format: Format = FORMAT
    articles: Annotated[int, msgspec.Meta(ge=0)]
    shards_sha256: str


def digest(shards: Iterable[tuple[str, str]]) -> str:
    """One digest over shards, each a name and the SHA-256 of its bytes."""
    total = sha256()
    for name, content in shards:
        total.update(f"{name} {content}\n".encode())
    return total.hexdigest()


def refuse_less(project: Project, head: Head) -> None:
    """Raises InputError where the articles that are there are not those of heads.jsonl, or fewer."""
    path = project.articles_head
    told = list(_told(project))
    if not told:
        return
    same = [each.articles for each in told if each.shards_sha256 == head.shards_sha256]
    if not same:
        raise InputError(
            f"the shards in {project.shards} are not those that {path} speaks of: one of the two is of "
            f"an older commit: {ADVICE}; where every article is there, remove {path.name}: the next "
            "`qawl ingest` makes it"
        )
    if head.articles < min(same):
        raise InputError(
            f"{path} says that the corpus held {many(min(same), 'article')}; it holds {head.articles}: "
            f"{project.articles_file} is of an older commit, or was cut: {ADVICE}"
        )


def _told(project: Project) -> Iterator[Head]:
    """The heads that stand there: one, or one for each side of a merge that git could not do."""
    decoder = msgspec.json.Decoder(Head)
    for number, line in files.lines(project.articles_head):
        if not line.startswith(files.MARKS):
            yield files.decoded(decoder, line, project.articles_head, number, ADVICE)


def note(project: Project, head: Head | None) -> None:
    """Says what stands there now; nothing where there are no shards."""
    path = project.articles_head
    if head is None:
        path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != to_json(head) + b"\n":
        files.write(path, [head])


def drop_others(project: Project, other: Project) -> None:
    """Removes the file of another place that git put into the place of ours."""
    path = project.articles_head
    if path.is_file() and path.read_bytes() == (
        other.articles_head.read_bytes() if other.articles_head.is_file() else None
    ):
        path.unlink()
