"""What changed on the server since the last pull, a page at a time into the journal.

How far each project was read stands in .qawl/pulled.json. Without it, or where the journal is not the
one that it speaks of, a project is read whole. Each page is journalled before the next is asked for,
so a killed pull goes on where it was.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from qawl.annotations import identity, journal
from qawl.annotations import store as annotation_store
from qawl.annotations.holdings import age, doubles
from qawl.annotations.identity import Home, Identity, Version
from qawl.annotations.journal import Entry
from qawl.annotations.json_stream import UNREADABLE
from qawl.annotations.sorter import Incoming, Pulled, Sorter
from qawl.articles import withdrawal
from qawl.core import files, names
from qawl.core.errors import InputError, ServerError
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.gold.judge import judge_tasks
from qawl.scheme import scheme
from qawl.studio import adopted_projects, plan, projects, pull_journals
from qawl.studio import clocks as studio_clocks
from qawl.studio import older_projects as studio_older
from qawl.studio.client import ANNOTATED, DRAFTED, Client, Filter
from qawl.studio.clocks import Clocks
from qawl.studio.pool_users import PoolUsers
from qawl.studio.pull_journals import Journals, Mark, Opened
from qawl.studio.steps import Remote
from qawl.studio.transport import Json

MARGIN = timedelta(minutes=5)
"""What changed shortly before the last pull is read again: a server may store it late."""

Watch = Callable[[list[Remote]], Iterable[Remote]]
"""Hands projects on one by one, and may show how far one is."""


def pull(
    client: Client,
    project: Project,
    *,
    watch: Watch = list,
    only: Collection[int] | None = None,
    users: Collection[str] = (),
) -> Pulled:
    """Journals what is new on the server, and derives the annotations.

    `only` are the numbers of the projects to read; None reads all, those that work was adopted from too.
    `users` say who works in a pool, each as USER=NAME.
    Raises ServerError where a project holds another number of annotations than the journal then has.
    """
    outcome = Pulled()
    strange = adopted_projects.pull(client, project, outcome, only, users)
    remotes = plan.remotes(client, project)
    read = [each for each in remotes if only is None or each.id in only]
    older = _older(project, remotes)
    marks = _Marks(project, client.url)
    sorter = Sorter(project, outcome)
    journals = Journals(project, outcome)
    journals.look_at_all()
    people = _people(client, project, remotes, users, strange)
    now = client.clock()
    clocks = studio_clocks.look(project, client.url, now) if now else None
    try:
        drafts = client.together(lambda remote: client.count(remote.id, [DRAFTED])[0], read)
        outcome.drafts = sum(drafts)
        readings = []
        for remote in watch(read):
            opened = pull_journals.opened(remote, journals, people)
            readings.append(_Reading(client, remote, opened, sorter, outcome, marks, older))
            readings[-1].read(now, clocks)
        after = {each["id"]: each for each in client.projects()}
        for reading in readings:
            reading.settle(after.get(reading.remote.id))
        _look_for_lost(remotes, after, marks, journals, outcome)
        if people and only is None:
            people.moved()
        for reading in readings:
            reading.name_doubles()
        _name_withdrawn(project, outcome)
    finally:
        outcome.notes += people.notes if people else []
        for layer in project.settings.layers:
            if any(journal.files(project, layer)):
                annotation_store.refresh_after_pull(project, layer, outcome)
    return outcome


def _older(project: Project, remotes: Iterable[Remote]) -> set[Home]:
    """The projects of older scheme versions beside which one of the current version stands."""
    schemes = scheme.load_all(project)
    current = {
        each.whose
        for each in remotes
        if each.layer in schemes and each.scheme_version == schemes[each.layer].version
    }
    return {
        each.home
        for each in remotes
        if each.whose in current and studio_older.leads(each.scheme_version, schemes[each.layer])
    }


def _people(
    client: Client,
    project: Project,
    remotes: Iterable[Remote],
    given: Collection[str],
    strange: Collection[str],
) -> PoolUsers | None:
    """Who the users of the corpus's pools are; None where it has no pool. `strange` are those given who
    made nothing in projects that work was adopted from."""
    there = list(remotes)
    if any(each.slice is not None for each in there):
        people = PoolUsers(client, project, there)
        people.state(given)
        return people
    if given and not project.settings.label_studio.adopted:
        raise InputError(
            "--annotator: this corpus has no pool on the server, so its projects say who works there; "
            "the option is for exports (--from), for projects that work was adopted from, and for pools "
            "(label_studio.pool in qawl.yaml, then `qawl push`)"
        )
    for each in strange:
        raise InputError(f"--annotator {each}: this user made nothing in the adopted projects")
    return None


class _Marks:
    """The marks of one server in .qawl/pulled.json, by project."""

    def __init__(self, project: Project, url: str) -> None:
        self._path, self._url = project.state / "pulled.json", url
        self._project = project
        self._all = files.load_if_whole(self._path, dict[str, list[Mark]]) or {}
        there = self._all.get(url, ())
        self.by_home = {each.home: each for each in there if _is_of(project, each)}

    def of(self, opened: Opened) -> Mark:
        """The mark of a project; a new one where the journals are not those which the old one knew."""
        remote = opened.remote
        known = self.by_home.get(remote.home)
        if known is None or not opened.fits(known):
            layer, annotator, number = remote.whose
            known = Mark(layer=layer, annotator=annotator, home=remote.home, slice=number)
            self.by_home[remote.home] = known
        known.annotator = remote.annotator  # it may be renamed
        return known

    def missing(self, mark: Mark, left: int, *, stands: bool, decided: bool) -> str:
        """What is to be said of a project that is not known any more, though it may stand there."""
        what = f"project {mark.home[0]} ({mark.layer}, {mark.annotator}) with {left} annotations"
        if decided:
            return (
                f"{what} is gone from {self._url}; the journal keeps them, gold counts them as before, "
                "and nobody has to decide them again: this is said once"
            )
        if not stands:
            return (
                f"{what} is gone from {self._url}; the journal keeps them, and they count as before: run "
                "`qawl push --recover`, which puts them back in a project where they can be corrected"
            )
        current = scheme.load(self._project, mark.layer)
        line = projects.line(self._project, current, mark.annotator, mark.slice)
        return (
            f"{what} is not pulled any more: its description, or name in qawl.yaml, was changed; put "
            f"this line back into the description in Label Studio: {line}"
        )

    def still_missing(self, mark: Mark, left: int) -> str:
        """The same where it was said before."""
        return (
            f"still gone from Label Studio: project {mark.home[0]} ({mark.layer}, {mark.annotator}), "
            f"{left} annotations are in the journal alone (`qawl push --recover`)"
        )

    def decided(self, mark: Mark, articles: Collection[str]) -> bool:
        """Whether these are articles of a judge's project that wait for no judge any more."""
        if mark.annotator != JUDGE:
            return False
        try:
            waiting = {each.article_id for each in judge_tasks(self._project, mark.layer)}
        except InputError:  # nobody knows as long as the tasks are damaged
            return False
        return waiting.isdisjoint(articles)

    def save(self) -> None:
        self._all[self._url] = list(self.by_home.values())
        files.write_bytes(self._path, [msgspec.json.encode(self._all)])


def _is_of(project: Project, mark: Mark) -> bool:
    """Whether a mark is of a journal that this corpus can have: the file may be that of another."""
    try:
        names.of_journal(mark.annotator)
    except ValueError:
        return mark.slice is not None and mark.layer in project.settings.layers
    return mark.layer in project.settings.layers


class _Reading:
    """One project being read."""

    def __init__(
        self,
        client: Client,
        remote: Remote,
        opened: Opened,
        sorter: Sorter,
        outcome: Pulled,
        marks: _Marks,
        older: Collection[Home],
    ) -> None:
        self.client, self.remote, self.opened = client, remote, opened
        self.sorter, self.outcome, self.marks = sorter, outcome, marks
        self.older = older
        self.mark = marks.of(opened)
        self.placed: set[str] = set()
        self.seen: set[str] = set()
        self.unsent: set[int] = set()
        self.articles: dict[str, set[str]] = {}
        self.known: set[tuple[str, str]] = set()
        self.changed: set[tuple[str, str]] = set()
        self.outdated = self.reused = 0
        self.counted = 0, 0

    def read(self, now: datetime | None, clocks: Clocks | None) -> None:
        """Journals what changed; all is read where a clock was put back, or may have been."""
        mark = self.mark
        ahead = now and any(each and each > now for each in (mark.since, mark.until))
        uneven = clocks and not clocks.as_before(mark.clocks)
        changed = self.opened.changed(mark)
        if ahead or uneven or changed:
            mark.since = mark.until = None
        mark.clocks = clocks
        if mark.until is None:
            mark.until, mark.after = now, 0
        if changed:  # kept before anything moves: a pull that is killed is gone on with
            self.opened.tell(mark)
            self.marks.save()
        self._read(_since(mark))

    def settle(self, after: Json | None) -> None:
        """Compares what the journal has with the server's own counts, before and after the pull.

        `after` is None where the project was deleted meanwhile, which the next pull says.
        """
        if after is None:
            return
        mark = self.mark
        if self.outdated:
            self._alarm(
                f"{self.outdated} annotations on the server differ from later versions in the journal, "
                "which count: was the server's clock put back, or a backup restored? Update them in "
                "Label Studio again, and pull"
            )
        if self.reused:
            self._alarm(
                f"{self.reused} annotations are gone from Label Studio, and others have their numbers "
                "there: was a backup restored? The journal keeps them, and `qawl push --recover` puts "
                "them back"
            )
        low, high = sorted(map(plan.total, (self.remote.fields, after)))
        if not low <= self._count() <= high:
            self._compare(low, high)
        elif mark.total is not None and high < mark.total:
            self._alarm(f"{self._fallen(high)}, and the journal does not say which are gone")
        if not self.unsent:
            self.outcome.agreed.append(self._count())
        mark.total = high
        mark.since, mark.until, mark.after = mark.until, None, 0
        self.opened.tell(mark)
        self.marks.save()
        self.outcome.notes += self.opened.said()

    def name_doubles(self) -> None:
        """Names the annotations that do not count: their annotator has a newer one of the article."""
        for name, articles in self.articles.items() if self.remote.annotator != JUDGE else ():
            every = self.opened.those[name].holds.several(articles)
            several = {
                article: renewed
                for article, those in every.items()
                if len(renewed := [e for e in those if e.place not in self.older] or those) > 1
            }
            self.outcome.doubled += doubles(self.remote.layer, name, several)
            self.outcome.doubled += self._late(name, every)

    def _late(self, name: str, several: Mapping[str, list[Identity]]) -> Iterator[str]:
        """What an annotator changed here though it stands in the project of a newer version too: since
        then, or before, but it came into the journal, of which `push` made that, only now."""
        for article, those in several.items() if self.remote.home in self.older else ():
            *_, newest = [None, *(each for each in those if each.place not in self.older)]
            for each in those if newest else ():
                late = age(each) > age(newest) or (name, article) in self.changed
                if late and each.place == self.remote.home:
                    yield (
                        f"{self.remote.layer} by {name}: article {article}: annotation {each.id} (task "
                        f"{each.task}), changed in a project of an older version of the scheme, does not "
                        f"count, annotation {newest.id} (task {newest.task}) does: change that"
                    )

    def _read(self, where: list[Filter]) -> None:
        """Journals the annotations of tasks, page by page; what is read anew is counted once."""
        outcome = self.outcome
        before = outcome.tasks - self.counted[0], outcome.annotations - self.counted[1]
        outcome.tasks, outcome.annotations = before
        unsent = len(self.unsent)  # these are counted once anyway
        pages = self.client.task_pages(
            self.remote.id, annotations=True, where=[ANNOTATED, *where], after=self.mark.after
        )
        for page in pages:
            for name, entries in self._entries(page).items():
                added = self.opened.append(name, entries)
                self.changed |= self.known & {(name, article) for article in added}
                outcome.note(self.remote.layer, name, added)
            self.mark.after = page[-1]["id"]
            self.opened.tell(self.mark)
            self.marks.save()
        tasks = outcome.tasks - before[0] - len(self.unsent) + unsent
        self.counted = tasks, outcome.annotations - before[1]

    def _entries(self, page: Iterable[Json]) -> dict[str, list[Entry]]:
        """Annotator → the entries of a page that are theirs."""
        remote, found = self.remote, dict[str, list[Entry]]()
        for task in page:
            if self._unsent(task):
                continue
            self.seen.update(str(each["id"]) for each in task["annotations"])
            given = Incoming(
                {**task, "drafts": ()},  # those of all tasks are counted already
                layer=remote.layer,
                scheme_version=remote.scheme_version,
                created=remote.fields["created_at"],
            )
            for each in self.sorter.entries(given):
                name = self.opened.whose(each)
                self._place(name, each.version)
                found.setdefault(name, []).append(each.entry)
        return found

    def _unsent(self, task: Json) -> bool:
        """Whether the server could not send a task, which is named once."""
        if UNREADABLE not in task:
            return False
        if task["id"] not in self.unsent:
            self.unsent.add(task["id"])
            list(self.sorter.entries(Incoming(task)))
        return True

    def _place(self, name: str, version: Version) -> None:
        """Keeps in mind that an annotation of an annotator stands here."""
        number = str(version.identity.id)
        self.placed.add(number)
        for other, key in list(self.opened.reused(name, version)):
            self.opened.those[other].delete([key], self._tasks())
            self.reused += 1
        self.articles.setdefault(name, set()).add(version.identity.article)
        holds = self.opened.those[name].holds
        known = holds.known(holds.key(version))
        if known:
            self.known.add((name, known.article))
        if known and known.home is None:
            self.mark.shared.add(self.opened.shared(name, number))
        if known and not identity.newer(version.identity, known):
            self.outdated += known.content != version.identity.content

    def _held(self) -> dict[tuple[str, str], str]:
        """(annotator, key) of those annotations here that the journals do not know to be gone, and their
        numbers on the server."""
        held = self.opened.held(self.mark.shared)
        return {(name, key): number for name, key, number in held}

    def _count(self) -> int:
        return self.opened.count(self.mark.shared)

    def _compare(self, low: int, high: int) -> None:
        """Finds out which annotations the journal and the server don't share."""
        there, held = self._numbers(), [*self._held().values()]
        self.opened.twice = len(held) > len({*held})
        if self.opened.twice or not there <= {*held} | self._of_no_article():
            self.mark.after = 0
            self._read([])
        gone = [key for key, number in self._held().items() if number not in there]
        if gone and not self.unsent:
            tasks = self._tasks()
            with_task = 0
            for name, opened in self.opened.those.items():
                if keys := [key for whose, key in gone if whose == name]:
                    with_task += opened.delete(keys, tasks)
            self._alarm(
                f"{len(gone)} annotations were deleted in Label Studio, {with_task} of them with their "
                f"tasks ({self._fallen(high)}); the journal keeps them, and "
                "`qawl push --recover` puts them back"
            )
        count = self._count() + len(self._of_no_article())
        # How many annotations a task has that the server can't send is not known.
        if count > high or (count < low and not self.unsent):
            raise ServerError(
                f"project {self.remote.id} ({self.remote.layer}, {self.remote.annotator}) holds "
                f"{high} annotations, {count} were read: run `qawl pull` again"
            )

    def _alarm(self, what: str) -> None:
        self.outcome.alarms.append(f"{self.remote.named}: {what}")

    def _fallen(self, now: int) -> str:
        before = "an unknown number" if self.mark.total is None else self.mark.total
        return f"project {self.remote.id} held {before} at the last pull, now {now}"

    def _of_no_article(self) -> set[str]:
        """The numbers of annotations that were read and belong to no article of this corpus."""
        return self.seen - self.placed

    def _tasks(self) -> set[int]:
        """The numbers of all tasks of the project on the server."""
        return {each["id"] for each in self.client.tasks(self.remote.id, fields=("id",))}

    def _numbers(self) -> set[str]:
        """The numbers of all annotations of the project on the server."""
        tasks = self.client.tasks(
            self.remote.id, annotations=True, fields=("id", "annotations"), where=[ANNOTATED]
        )
        return {
            str(each["id"])
            for task in tasks
            if not self._unsent(task)
            for each in task["annotations"]
        }


def _since(mark: Mark) -> list[Filter]:
    """The condition on tasks that changed since a mark; none where all are to be read."""
    if mark.since is None:
        return []
    earlier = mark.since.astimezone(UTC) - MARGIN
    return [("updated_at", "greater", earlier.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))]


def _name_withdrawn(project: Project, outcome: Pulled) -> None:
    """Raises an alarm for new work on articles that are withdrawn."""
    out = withdrawal.ids(project)
    for layer, article, annotator in sorted(outcome.changed):
        if article in out:
            outcome.alarms.append(
                f"{layer} by {annotator}: new work on article {article}, which is withdrawn; the "
                "journal keeps it, no release has it (`qawl push` says which tasks are left)"
            )


def _look_for_lost(
    remotes: list[Remote],
    after: Mapping[int, Json],
    marks: _Marks,
    journals: Journals,
    outcome: Pulled,
) -> None:
    """Raises an alarm for projects that are gone from the server with annotations in them, and for those
    that have lost the line by which they are known; `after` are all projects of the server.

    Those annotations stay as they are, but for those that stand in another project again. Verdicts of a
    judge that nothing waits for can't be put back, so their project is forgotten. Of a project that is
    gone the alarm is raised once; then it is a note.
    """
    there = {each.home for each in remotes}
    for home, mark in list(marks.by_home.items()):
        if home in there:
            continue
        left: set[str] = set()
        count = 0
        for opened in journals.of_mark(mark).values():
            lost = {key for key, _ in opened.holds.held(home)}
            again = {_article(key) for each in there for key, _ in opened.holds.held(each)}
            if back := [key for key in lost if _article(key) in again]:
                opened.delete(back)
            count += sum(_article(key) not in again for key in lost)
            left |= {_article(key) for key in lost} - again
        stands = home[0] is not None and after.get(home[0], {}).get("created_at") == home[1]
        decided = not stands and marks.decided(mark, left)
        if mark.told and left and not (stands or decided):
            outcome.notes.append(marks.still_missing(mark, count))
        elif left or stands:
            outcome.alarms.append(marks.missing(mark, count, stands=stands, decided=decided))
        mark.told = not stands
        if not left or decided:
            del marks.by_home[home]
    marks.save()


def _article(key: str) -> str:
    return key.partition("/")[0]
