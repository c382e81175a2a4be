"""corpus/withdrawn.jsonl: articles that are no longer annotated or released, each with the reason."""

import logging
import re
from collections import deque
from collections.abc import Iterator, Mapping

from msgspec import Struct

from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import FORMAT, Format
from qawl.core.text import blank, has_address

_ID = re.compile(r"[0-9a-f]{12}")
_log = logging.getLogger("qawl")


class Withdrawal(Struct, frozen=True, kw_only=True):
    """That an article was taken out."""

    format: Format = FORMAT
    article_id: str
    reason: str


def withdrawn(project: Project) -> Iterator[Withdrawal]:
    """All withdrawals, by article; raises InputError where one names no article, or has no reason, or
    two."""
    found: dict[str, Withdrawal] = {}

    def wrong(each: Withdrawal) -> str | None:
        if not _ID.fullmatch(each.article_id):
            return f"{each.article_id!r} is no id of an article (12 digits of 0 to 9 and a to f)"
        if blank(each.reason):
            return f"{each.article_id} is withdrawn without a reason: give one"
        if found.setdefault(each.article_id, each) != each:
            return f"{each.article_id} is withdrawn for two reasons"
        return None

    path, opened = project.withdrawn_file, project.disk.open
    if path.is_file() and not path.stat().st_size:
        raise InputError(
            f"{path} is empty: bring it back from version control; where nothing is withdrawn any more, "
            "remove it"
        )
    deque(files.checked(path, Withdrawal, wrong, "put the line right", opened), maxlen=0)
    return (found[each] for each in sorted(found))


def ids(project: Project) -> frozenset[str]:
    """The articles that are out."""
    return project.disk.once("withdrawn", lambda: _ids(project), project.withdrawn_file)


def _ids(project: Project) -> frozenset[str]:
    """The same, read; an id of no article, which takes nothing out, is said."""
    out = frozenset(each.article_id for each in withdrawn(project))
    known = article_store.by_id(project) if out else ()
    for each in sorted(out):
        if each not in known:
            _log.warning(
                "%s: %s is no article of this corpus: remove its line, or the file with its only line",
                *(project.withdrawn_file, each),
            )
    return out


def write(project: Project, known: Mapping[str, Withdrawal]) -> None:
    """Replaces what is withdrawn, by article; of nothing there is no file."""
    if known:
        files.write(project.withdrawn_file, [known[each] for each in sorted(known)])
    else:
        project.withdrawn_file.unlink(missing_ok=True)


def withdraw(project: Project, article_id: str, reason: str) -> str | None:
    """Takes an article out, or gives another reason why it is; returns the reason before, if there was
    one. Its text and annotations stay on disk."""
    if blank(reason):
        raise InputError(f"a reason is needed to withdraw {article_id}: give --reason WHY")
    if has_address(reason):
        raise InputError("an e-mail address is in the reason, which releases publish: leave it out")
    known = {each.article_id: each for each in withdrawn(project)}
    before = known.get(article_id)
    if before is None and article_id not in article_store.by_id(project):
        raise InputError(article_store.unknown(project, article_id))
    if before is None or before.reason != reason:
        known[article_id] = Withdrawal(article_id=article_id, reason=reason)
        write(project, known)
    return before.reason if before else None
