"""Received articles → the frozen corpus: cleaned, each once, grouped, merged with what is there.

What is new is staged on disk in the order it comes and read again to drop lines that recur; memory
holds some numbers an article. The corpus is replaced at the end, at once.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from itertools import tee
from pathlib import Path, PurePosixPath

import msgspec

from qawl.articles import frozen_index, recurring_lines, shards
from qawl.articles import store as article_store
from qawl.articles.by_id import Articles
from qawl.articles.duplicates.engine import Engine
from qawl.articles.duplicates.grouping import Grouping, grouped
from qawl.articles.duplicates.text_table import TextTable
from qawl.articles.ingested import Ingested
from qawl.articles.intake import Intake
from qawl.articles.received import Found, SetAside
from qawl.articles.recurring_lines import Lines
from qawl.core import files, temporary
from qawl.core.findings import finding, reason
from qawl.core.project import Project
from qawl.core.records import Article, from_json, to_json
from qawl.core.text import blank

_log = logging.getLogger("qawl")


def ingest(
    project: Project,
    found: Iterable[Found],
    *,
    released: AbstractSet[str] = frozenset(),
    on: Engine = "local",
) -> Ingested:
    """Freezes what is new and writes the corpus; the same again changes nothing.

    `released` are the ids of articles that stand in a release: their groups keep apart.
    """
    lines = Lines()
    frozen = frozen_index.read(project, lines)
    outcome = Ingested(undecided=frozen.undecided, withheld=frozen.withheld)
    with _workshop(project) as folder:
        with (folder / "staged.jsonl").open("wb") as staged:
            intake = Intake(project.settings, frozen, lines, staged, outcome)
            for each in found:
                intake.take(each)
        fresh, groups = folder / "fresh.jsonl", Grouping()
        with TextTable(folder / "texts") as table:
            _settle(folder / "staged.jsonl", fresh, intake, table)
        every = article_store.with_fresh(project, fresh)
        if outcome.frozen:
            groups = grouped(every, table, frozen.groups, released, on=on)
            _count(groups, every, intake)
        _write_set_aside(project, intake)
        outcome.updated = len(intake.updates)
        if outcome.frozen or outcome.updated:
            shards.replace(project, _merged(every, intake.updates, groups))
            outcome.changed = True
    shards.note(project)
    return outcome


def _count(found: Grouping, every: Articles, intake: Intake) -> None:
    """Counts what is grouped; what would join two released groups is set aside."""
    outcome = intake.outcome
    outcome.frozen -= len(found.refused)
    for number, groups in found.refused.items():
        one, other = (f"{group:012x}" for group in groups)
        article = every[f"{number:012x}"]
        intake.known.count(article, by=-1)
        intake.set_aside(article.received, reason("groups-joined", f": {one}, {other}"))
    outcome.groups = len(set(found.groups.values()))
    fresh = {number for number in found.groups if number not in intake.known.groups}
    outcome.same_text = len(fresh & found.same_text)
    outcome.near = len(fresh - found.same_text)


@contextmanager
def _workshop(project: Project) -> Iterator[Path]:
    """A folder for this ingest alone, on the disk of the corpus."""
    target = project.state / "ingest"
    with files.naming(target), temporary.folder(target) as folder:
        yield folder


def _settle(staged: Path, fresh: Path, intake: Intake, table: TextTable) -> None:
    """Staged articles → new ones: without the lines that recur, each id once and none frozen."""
    if not staged.stat().st_size:
        fresh.touch()
        return
    for article in intake.known.articles.many(intake.known.articles):
        table.add(article)
    recurs = intake.lines.found(intake.settings.ingest)
    decoder = msgspec.json.Decoder(Article)
    places: dict[str, str] = {}
    with fresh.open("wb") as file:
        for _, line in files.lines(staged):
            received = decoder.decode(line)
            article = recurring_lines.without(received, recurs)
            if _is_new(article, places, intake):
                places[article.id] = article.received
                intake.is_new(article)
                intake.outcome.cleaned.add(article)
                intake.known.count(article)
                _warn_of_date(article, intake.outcome)
                table.add(article)
                file.write((line if article is received else to_json(article)) + b"\n")
    intake.outcome.frozen = len(places)


def _is_new(article: Article, places: Mapping[str, str], intake: Intake) -> bool:
    """Whether no article has this id yet; one received twice as another text is a copy."""
    there = places.get(article.id)
    if there is None and article.id in intake.known.articles:
        there = intake.known.articles[article.id].received
    if blank(article.text):
        intake.set_aside(article.received, reason("text-cleaned"))
        return False
    if there == article.received:
        intake.is_known(article)
    elif there is not None:
        intake.is_copy(article, there)
    return there is None


def _warn_of_date(article: Article, outcome: Ingested) -> None:
    if isinstance(article.published_read, str) and article.published is None:
        message = f"{article.received}: no date can be read from {article.published_read!r}"
        message += ": give it as YYYY-MM-DD"
        outcome.findings.append(finding("date-refused", message, article_id=article.id))


def _merged(every: Articles, updates: Mapping[str, Article], found: Grouping) -> Iterator[bytes]:
    """The lines of the new corpus; those of articles that did not change are passed on as they are."""
    refused = found.refused
    kept = (each for each in every if int(each, 16) not in refused)
    read, named = tee(kept)
    for identity, line in zip(named, every.lines(read), strict=True):
        group = found.groups.get(int(identity, 16))
        if group is None and identity not in updates:
            yield line
            continue
        article = updates.get(identity) or from_json(line, Article)
        if group is not None:
            article = msgspec.structs.replace(article, group=f"{group:012x}")
        yield to_json(article) + b"\n"


def _by_place(given: Iterable[SetAside]) -> list[SetAside]:
    """Each once, sorted by place."""
    return sorted({*given}, key=lambda each: (each.path, each.line or 0, each.reason))


def _gone(project: Project, path: str, looked_in: AbstractSet[PurePosixPath]) -> bool:
    """Whether a file is no more, of a folder of the corpus of which something was read now."""
    folder = PurePosixPath(path).parent
    inside = folder.parts and folder in looked_in and (project.root / folder).is_dir()
    return bool(inside) and not (project.root / path).exists()


def _write_set_aside(project: Project, intake: Intake) -> None:
    """What was set aside now and, of files that are there and were not looked at now, before; sorted by
    place."""
    path = project.set_aside_file
    before = list(files.read(path, SetAside))
    looked_in = {PurePosixPath(each).parent for each in intake.visited}
    kept = [
        each
        for each in before
        if each.path not in intake.visited and not _gone(project, each.path, looked_in)
    ]
    if before != _by_place(before):
        _log.warning("%s was out of order, or had a line twice: it is put in order", path)
    now = _by_place([*kept, *intake.outcome.set_aside])
    if now != before:
        intake.outcome.changed = True
        if now:
            files.write(path, now)
        else:
            path.unlink()
