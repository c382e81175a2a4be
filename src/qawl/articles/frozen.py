"""Whether the files of articles hold what was frozen: each article as it was, none twice, in order."""

import logging
import re
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import msgspec

from qawl.articles import cleaning, shards
from qawl.core import files as core_files
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.records import Article, Edit
from qawl.core.text import sha256

NUMBER = re.compile(r"[0-9a-f]{12}")
"""The id of an article."""
_log = logging.getLogger("qawl")


def article_id(source: str | None, text: str, source_id: str | None = None) -> str:
    """12 hex digits from source and frozen text: the same wherever and whenever it is made.

    `source_id` tells adopted articles of one text apart.
    """
    adopted = "" if source_id is None else f"\x00{source_id}"
    return sha256(f"{source or ''}\x00{text}{adopted}")[:12]


def sound(paths: Iterable[Path], opened: core_files.Opener) -> tuple[bool, int]:
    """Whether every line is a frozen article, ended, after those with lower ids; how many articles."""
    last, whole, count = _At("", "", "", True), True, 0
    members: dict[str, _At] = {}
    for each in merge(*(_frozen(path, opened) for path in paths), key=attrgetter("id")):
        if each.group != each.id:
            members[each.id] = each
        if each.id == last.id and each.path != last.path:
            raise InputError(
                f"{each.where}: article {each.id} stands in {last.where} too: bring "
                "corpus/articles and corpus/articles.jsonl back from version control together, or take "
                "it out of the file that is no shard"
            )
        whole = whole and each.id > last.id and each.ended
        count += each.id != last.id
        last = each
    for each in members.values():
        if each.group in members:
            raise InputError(
                f"{each.where}: its group {each.group} is an article of another group: bring the "
                "line back from version control"
            )
    return whole, count


class _At(msgspec.Struct, frozen=True, gc=False):
    """An article in a file: its group, where it stands, and whether its line has an end."""

    id: str
    group: str
    where: str
    ended: bool
    path: str = ""


def _frozen(path: Path, opened: core_files.Opener) -> Iterator[_At]:
    """The articles of a file, each as it was frozen."""
    decoder = msgspec.json.Decoder(Article)
    for number, _, line in lines(path, opened):
        article = core_files.decoded(decoder, line, path, number)
        where = f"{path}, line {number}"
        if problem := _contradiction(article):
            raise InputError(f"{where}: {problem}: bring the line back from version control")
        yield _At(article.id, article.group, where, line.endswith(b"\n"), str(path))


def _contradiction(article: Article) -> str | None:
    """What of an article can't be as it was frozen, in words."""
    if not all(map(NUMBER.fullmatch, (article.id, article.group))):
        return odd(article.id)
    if sha256(article.text) != article.text_sha256:
        return f"the text of article {article.id} is not the one that was frozen"
    made = (article_id(article.source, article.text, each) for each in (None, article.source_id))
    if article.id not in made:
        return f"article {article.id} is not the one that has this source and text"
    if edit := _not_made(article):
        where = f"the edit of {edit.start} to {edit.end} by the rule {edit.rule}"
        return f"article {article.id}: {where} is none that cleaning made"
    return None


def odd(identity: str) -> str:
    """That something is no id, in words."""
    return f"article {identity}: ids have 12 digits of 0 to 9 and a to f"


def _not_made(article: Article) -> Edit | None:
    """An edit that cleaning can't have made: out of the text, over another of its pass, or with another
    outcome than its rule has."""
    text = article.text
    passes = [list(each) for _, each in groupby(article.edits, key=lambda edit: edit.rule)]
    for edits in reversed(passes):
        before: list[str] = []
        at = 0
        for edit in edits:
            inside = at <= edit.start <= edit.end <= len(text)
            if not inside or not cleaning.fits(edit, text[edit.start : edit.end]):
                return edit
            before += text[at : edit.start], edit.was
            at = edit.end
        text = "".join([*before, text[at:]])
    return None


def sort(path: Path) -> None:
    """Sorts the lines of the articles on disk and ends each; of lines that are the same, one stays."""
    places: dict[str, tuple[int, int, int]] = {}
    twice = 0
    with path.open("rb") as file:
        for number, offset, line in lines(path, core_files.from_disk):
            identity = shards.ID.decode(line).id
            first, at, length = places.setdefault(identity, (number, offset, len(line)))
            file.seek(at)
            if file.read(length).rstrip() != line.rstrip():
                raise InputError(
                    f"{path}, line {number}: article {identity} is in line {first} too, with "
                    "other content: remove one of the two lines"
                )
            twice += first != number

        def ordered() -> Iterator[bytes]:
            for identity in sorted(places):
                _, at, length = places[identity]
                file.seek(at)
                yield file.read(length).rstrip(b"\n") + b"\n"

        core_files.write_bytes(path, ordered())
    said = []
    if list(places) != sorted(places):
        said.append("was not in the order of ids, as a merge leaves it: it is sorted")
    if twice:
        said.append(f"had {many(twice, 'line')} that stood twice: one of each is dropped")
    _log.warning("%s %s", path, "; ".join(said) or "had no end of its last line: it has one now")


def lines(path: Path, opened: core_files.Opener) -> Iterator[tuple[int, int, bytes]]:
    """(number from 1, offset, line with its end) of each line that is not empty."""
    offset = 0
    with opened(path) as file, core_files.naming(path):
        for number, line in core_files.numbered(file, path):
            if line.strip():
                yield number, offset, line
            offset += len(line)
