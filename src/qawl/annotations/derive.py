"""exports/annotations: the latest version of every annotation, derived from the journal."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from qawl.annotations import (
    identity,
    journal,
    journal_fields,
    latest_entries,
    migration,
    older_names,
    repairs,
    segments,
    several_users,
    verdicts,
)
from qawl.annotations.foreign_values import brief
from qawl.annotations.from_label_studio import Converted, read_annotation
from qawl.annotations.latest_entries import EntryAt, Latest
from qawl.annotations.reading import fields
from qawl.annotations.several_users import Users
from qawl.articles import store as article_store
from qawl.articles.by_id import Articles
from qawl.core import files
from qawl.core.findings import Gathered, finding
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Finding, to_json
from qawl.scheme import changes, older_schemes, scheme
from qawl.scheme.changes import Change
from qawl.scheme.model import Scheme

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import SupportsRichComparison


def read(project: Project, layer: str) -> Iterator[Annotation]:
    """The annotations of a layer, by article, then annotator."""
    return files.ordered(
        project.annotations_file(layer),
        Annotation,
        lambda record: (record.article_id, record.annotator),
        lambda record: files.of_layer(record.layer, layer),
        "run `qawl pull --rebuild`",
        project.disk.open,
    )


def by_article(project: Project, layer: str) -> Iterator[tuple[str, list[Annotation]]]:
    """(article id, its annotations by annotator) of a layer, in the order of the ids."""
    for article_id, group in groupby(read(project, layer), key=lambda record: record.article_id):
        yield article_id, list(group)


def beside(
    project: Project, layer: str, articles: Articles
) -> Iterator[tuple[Article, list[Annotation]]]:
    """(article, its annotations by annotator) of a layer; others are left out."""
    groups = by_article(project, layer)
    for (_, records), article in articles.beside(groups, lambda group: group[0]):
        if article is not None:
            yield article, records


def derive(project: Project, layer: str) -> Iterator[Converted | Finding]:
    """The journal of a layer as records, by article, then annotator; findings where there is none.

    What is gathered comes last, once for each cause.
    """
    gathered = Gathered()
    for each in _derived(project, layer):
        if isinstance(each, Finding):
            yield each
            continue
        yield Converted(each.annotation, tuple(gathered.but(each.findings)))
    yield from gathered.findings()


def _derived(project: Project, layer: str) -> Iterator[Converted | Finding]:
    """The same with every finding where it was made."""
    schemes = scheme.load_all(project)
    articles = article_store.by_id(project)
    known = repairs.load(project, layer)
    groups = groupby(latest_entries.places(project, layer), key=lambda place: place.article_id)
    users: Users = {}
    ways: dict[str, Way] = {}
    put_back = _put_back(project)
    with latest_entries.opened() as at:
        for (article_id, group), article in articles.beside(groups, lambda group: group[0]):
            by_annotator = {
                annotator: list(places)
                for annotator, places in groupby(group, key=lambda place: place.annotator)
            }
            if article is None:
                for annotator in by_annotator:
                    message = "no such article"
                    yield _finding("article-unknown", layer, article_id, annotator, message)
                continue
            several = len(by_annotator) > 1
            deriving = _Deriving(article, layer, schemes, known, at, users, ways, put_back, several)
            yield from deriving.made(by_annotator)
    for annotator, seen in sorted(users.items()):
        yield from several_users.found(project, layer, annotator, seen)


def _put_back(project: Project) -> Callable[[EntryAt], set[str]]:
    """Of the journal of an entry: the keys of what is gone or came in an export, and was put back."""
    known: dict[Path, set[str]] = {}

    def of(place: EntryAt) -> set[str]:
        if place.path not in known:
            known[place.path] = journal.reading(project, place.path).holds.back().gone
        return known[place.path]

    return of


class Way(NamedTuple):
    """How work of an older scheme version comes to the current one, and what it is read by."""

    changes: tuple[Change, ...]
    older: Scheme


class _Deriving(Struct, frozen=True):
    """One article: what its annotators made, and which of it counts."""

    article: Article
    layer: str
    schemes: Mapping[str, Scheme]
    repairs: Mapping[repairs.Key, list[repairs.Repair]]
    at: Callable[[EntryAt], Latest]
    users: Users
    ways: dict[str, Way]
    back: Callable[[EntryAt], set[str]]
    several: bool
    owners: dict[bytes, list[tuple[EntryAt, Latest]]] = {}

    def made(self, by_annotator: Mapping[str, list[EntryAt]]) -> Iterator[Converted | Finding]:
        """What each annotator made; the judge's work is chosen by what the others made."""
        now = self._holders(by_annotator)
        found = {
            annotator: list(self._of(annotator, places, self._newest, now))
            for annotator, places in by_annotator.items()
            if annotator != JUDGE
        }
        if JUDGE in by_annotator:
            records = (each for several in found.values() for each in several)
            made = verdicts.basis(e.annotation for e in records if isinstance(e, Converted))
            found[JUDGE] = list(
                self._of(
                    JUDGE,
                    by_annotator[JUDGE],
                    lambda each: (*verdicts.preferred(each, made), *_age(each)),
                    {},
                )
            )
        for annotator in by_annotator:
            yield from found[annotator]

    def _holders(self, by_annotator: Mapping[str, list[EntryAt]]) -> dict[str, str]:
        """Whose annotations stand, by key, where some are gone: in a pool, what is gone from one journal
        may stand in another's, since a user turned out to be somebody else."""
        every = [place for places in by_annotator.values() for place in places]
        if len(by_annotator) == 1 or not any(place.deleted for place in every):
            return {}
        alive = ((self._key(place), place.annotator) for place in every if not place.deleted)
        return {key: annotator for key, annotator in alive if key}

    def _key(self, place: EntryAt) -> str | None:
        """The key of an annotation; None where its line can't be read, which is said elsewhere."""
        try:
            return self.at(place).key
        except files.UNREADABLE:
            return None

    def _of(
        self,
        annotator: str,
        places: Iterable[EntryAt],
        order: Callable[[Latest], "SupportsRichComparison"],
        now: Mapping[str, str],
    ) -> Iterator[Converted | Finding]:
        """The annotation that counts of those that one annotator made; the last in this order. `now` says
        whose others of the article are."""
        alive: list[tuple[EntryAt, Latest]] = []
        for place in places:
            if place.deleted:
                key = self._key(place) or ""
                if key in self.back(place):
                    continue
                other = now.get(key)
                what = f"counts as that of {other} now" if other else "was deleted in Label Studio"
                message = f"it {what}; the journal keeps it"
                yield self._finding("annotation-deleted", annotator, message)
                continue
            try:
                alive.append((place, self._of_its_version(self.at(place))))
            except files.UNREADABLE as error:
                yield self._unreadable(annotator, place, error)
        if len(alive) > 1:
            alive.sort(key=lambda each: order(each[1]))
        self._count(annotator, alive)
        for place, each in alive[:-1]:
            if each.key in self.back(place):
                continue
            anew = self._newest(each)[0] < self._newest(alive[-1][1])[0]
            if why := (_late if anew else _passed_over)(each, alive[-1][1]):
                yield self._finding("annotation-duplicate", annotator, why)
        for place, latest in alive[-1:]:
            yield from self._counting(annotator, place, latest)

    def _of_its_version(self, each: Latest) -> Latest:
        """The entry with the version of the scheme whose names it uses."""
        current = self.schemes[self.layer]
        version = older_names.version(each.annotation, each.scheme_version, current)
        if version == each.scheme_version:
            return each
        return msgspec.structs.replace(each, scheme_version=version)

    def _count(self, annotator: str, those: Iterable[tuple[EntryAt, Latest]]) -> None:
        """Counts what each user did under the name of an annotator."""
        seen = self.users.setdefault(annotator, {})
        for _, each in those:
            if user := journal_fields.user(each.annotation.get("completed_by")):
                seen.setdefault(each.task.get("origin", 1), Counter())[user] += 1

    def _counting(
        self, annotator: str, place: EntryAt, latest: Latest
    ) -> Iterator[Converted | Finding]:
        """What an annotation that counts becomes."""
        if other := self._owner(place, latest):
            number = brief(latest.annotation.get("id"))
            message = (
                f"annotation {number} stands in exports/journal/{other.path.name} and in "
                f"{place.path.name}, and counts as that of {other.annotator}: remove the file that is a "
                "copy, then run `qawl pull --rebuild`; or say whose it is (`qawl pull --annotator "
                "USER=NAME`)"
            )
            yield self._finding("annotation-copied", annotator, message)
            return
        yield from self._of_another(annotator, latest)
        try:
            yield self._read(annotator, latest)
        except Exception as error:  # noqa: BLE001 - one line of the journal may not stop the others
            yield self._unreadable(annotator, place, error)

    def _owner(self, place: EntryAt, latest: Latest) -> EntryAt | None:
        """Where an annotation stands that stood in another's journal first, since a copy of a journal, or
        work that two leads gave to two annotators, is no second opinion; None where it is other work, if
        with the same unique id."""
        name = _told_by(latest) if self.several else None
        there = self.owners.setdefault(name, []) if name else []
        for other, known in there:
            if other.annotator != place.annotator and not _apart(known, latest):
                return other
        there.append((place, latest))
        return None

    def _of_another(self, annotator: str, latest: Latest) -> Iterator[Finding]:
        """That a task of a pool was done by another than it is assigned to."""
        assigned = fields(latest.task).get(journal_fields.ASSIGNED)
        if isinstance(assigned, str) and assigned != annotator:
            task, project = brief(latest.task.get("id")), brief(latest.task.get("project"))
            message = (
                f"task {task} of project {project} is assigned to {brief(assigned)}; the work counts as "
                f"that of {annotator}, who submitted it"
            )
            yield self._finding("annotator-other", annotator, message)

    def _newest(self, each: Latest) -> tuple[bool, float, int]:
        """The order of one annotator's annotations of an article: the latest counts; where the scheme
        states changes, first those of its own version, since who was asked anew has answered there."""
        current = self.schemes[self.layer]
        own = bool(current.changes) and each.scheme_version == current.version
        return (own, *_age(each))

    def _read(self, annotator: str, latest: Latest) -> Converted:
        """The record of a journal entry, read by the scheme version that it was made under."""
        current = self.schemes[self.layer]
        if latest.scheme_version == current.version:
            return self._converted(annotator, latest, current)
        way = self._way(latest.scheme_version, current)
        made = self._converted(annotator, latest, way.older)
        if not way.changes:
            return Converted(made.annotation, (*made.findings, *_unreached(made, current)))
        record, found = migration.forward(made.annotation, way.changes, current)
        return Converted(record, (*made.findings, *found))

    def _way(self, version: str, current: Scheme) -> Way:
        if version not in self.ways:
            way = changes.path(current.changes, version, current.version)
            self.ways[version] = Way(way, older_schemes.before(current, way) if way else current)
        return self.ways[version]

    def _converted(self, annotator: str, latest: Latest, by: Scheme) -> Converted:
        """The record as a scheme reads it, stamped with the version that it was made under, repaired."""
        text = self.article.text if latest.text is None else latest.text
        made = read_annotation(
            {**latest.task, "data": {**fields(latest.task), by.text_field: text}},
            latest.annotation,
            article=self.article,
            scheme=by,
            annotator=annotator,
            schemes=self.schemes,
        )
        record = made.annotation
        if record.scheme_version != latest.scheme_version:
            record = msgspec.structs.replace(record, scheme_version=latest.scheme_version)
        if self.repairs:
            record = repairs.applied(record, self.article.text, self.repairs)
        return Converted(record, made.findings)

    def _finding(self, check: str, annotator: str, message: str) -> Finding:
        return _finding(check, self.layer, self.article.id, annotator, message)

    def _unreadable(self, annotator: str, place: EntryAt, error: Exception) -> Finding:
        path = segments.named(place.path, place.spot.segment)
        where = f"exports/journal/{path.name}, line {place.spot.line}"
        message = f"{where}: {type(error).__name__}: {brief(str(error))}"
        return self._finding("annotation-unreadable", annotator, message)


def _told_by(latest: Latest) -> bytes | None:
    """What an annotation is known by, in whichever journal it stands: its unique id; else its numbers and
    when it was made; None where these tell nothing."""
    given, task = latest.annotation, latest.task
    if isinstance(unique := given.get("unique_id"), str):
        return unique.encode("utf-8", "replace")
    user, made = journal_fields.user(given.get("completed_by")), given.get("created_at")
    if None in (user, given.get("id"), identity.instant(made)):
        return None
    server = task.get("origin", 1), task.get("project"), task.get("project_created_at")
    return to_json([*server, task.get("id"), given.get("id"), user, made])


def _apart(one: Latest, other: Latest) -> bool:
    """Whether works that are known by one thing are two: they say other things, and have two users (see
    `identity.copied`), or numbers that exports of several servers may have."""
    users = {journal_fields.user(each.annotation.get("completed_by")) for each in (one, other)}
    numbered = not isinstance(one.annotation.get("unique_id"), str)
    loose = numbered and one.task.get("project_created_at") is None
    differ = one.annotation.get("result") != other.annotation.get("result")
    return differ and (loose or (len(users) == 2 and None not in users))


def _unreached(made: Converted, current: Scheme) -> Iterator[Finding]:
    """That no change leads from the version of a record to the scheme's, which states changes."""
    record = made.annotation
    if current.changes:
        way = f"version {record.scheme_version} → {current.version}"
        message = f"{way}: the scheme states no step there; the annotation is read unchanged"
        yield finding("scheme-brought", message, record)


def _passed_over(one: Latest, counting: Latest) -> str | None:
    """Why an annotation does not count where another of the same annotator does.

    None where that is as it should be: a judge's verdict on what annotators have changed since.
    """
    number, other = (brief(each.annotation.get("id")) for each in (one, counting))
    other = f"another {other}" if other == number else other
    mine, theirs = verdicts.made_from(one), verdicts.made_from(counting)
    if _age(one) > _age(counting):
        why = _void(one, mine, theirs).format(other)
    elif mine != theirs:
        return None
    else:
        why = f"since {other} of the same annotator is newer"
    return f"annotation {number} does not count, {why}"


def _void(verdict: Latest, mine: str | None, theirs: str | None) -> str:
    """Why a judge's verdict does not count, though the one that does ({}) is older; by their bases."""
    if mine is None and theirs is not None:
        return (
            "since Qawl did not make its task and can't tell which annotations it judges; {} counts"
        )
    if not verdicts.same_work(mine, theirs):
        return "since its task is from before the annotations changed; {} counts"
    if verdict.annotation.get("was_cancelled"):
        return "since it skips what {} decides"
    return "since its task lacks a reader's correction that the task of {0} has; {0} counts"


def _late(one: Latest, counting: Latest) -> str | None:
    """Why an annotation of an older version of the scheme does not count, though it was changed after the
    one that does; None where it was not."""
    if _age(one)[0] <= _age(counting)[0]:
        return None
    number, other = (brief(each.annotation.get("id")) for each in (one, counting))
    return (
        f"annotation {number} does not count, since it was changed in a project of an older version "
        f"of the scheme after {other} was made in that of the current one: change {other}"
    )


def _age(latest: Latest) -> tuple[float, int]:
    """The order of annotations of one article by one annotator: by the time of their last change."""
    changed = identity.instant(latest.annotation.get("updated_at"))
    return identity.age(changed, latest.annotation.get("id"))


def _finding(
    check: str, layer: str, article_id: str | None, annotator: str, message: str
) -> Finding:
    return finding(check, message, layer=layer, article_id=article_id, annotator=annotator)
