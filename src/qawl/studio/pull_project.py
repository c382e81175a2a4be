"""One project of a server being read into the journals, and compared with the server's own counts."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from qawl.annotations import identity
from qawl.annotations.holdings import age, doubles
from qawl.annotations.identity import Home, Identity, Version
from qawl.annotations.journal_entries import Entry
from qawl.annotations.json_stream import UNREADABLE
from qawl.annotations.pulled import Pulled
from qawl.annotations.sorter import Incoming, Sorter
from qawl.core.errors import ServerError
from qawl.core.excerpts import many
from qawl.core.records import JUDGE
from qawl.studio import plan
from qawl.studio.client import ANNOTATED, Client, Filter
from qawl.studio.clocks import Clocks
from qawl.studio.pull_journals import Opened
from qawl.studio.pull_marks import Mark, Marks
from qawl.studio.steps import Remote
from qawl.studio.transport import Json

MARGIN = timedelta(minutes=5)
"""What changed shortly before the last pull is read again: a server may store it late."""


class Reading:
    """One project being read."""

    def __init__(
        self,
        client: Client,
        remote: Remote,
        opened: Opened,
        sorter: Sorter,
        outcome: Pulled,
        marks: Marks,
        older: Collection[Home],
    ) -> None:
        self.client, self.remote, self.opened = client, remote, opened
        self.sorter, self.outcome, self.marks = sorter, outcome, marks
        self.older = older
        self.mark = marks.of(remote, opened.fits)
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
            server = "on the server"
            differ = many(
                self.outdated, f"annotation {server} differs", f"annotations {server} differ"
            )
            self._alarm(
                f"{differ} from later versions in the journal, which count: was the server's clock put "
                "back, or a backup restored? Update them in Label Studio again, and pull"
            )
        if self.reused:
            are = many(self.reused, "annotation is", "annotations are")
            self._alarm(
                f"{are} gone from Label Studio, and other work has the number there: was a backup "
                "restored? The journal keeps what was there, and `qawl push --recover` puts it back"
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
        """Names the annotations that do not count: their annotator has a newer one of the article. Which
        of a judge's verdicts counts is told by what they were made from."""
        if self.remote.annotator == JUDGE:
            judged = self.articles.get(JUDGE, ())
            self.outcome.judged |= {(self.remote.layer, article) for article in judged}
            return
        for name, articles in self.articles.items():
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
                f"{many(len(gone), 'annotation was', 'annotations were')} deleted in Label Studio, "
                f"{with_task} with the task ({self._fallen(high)}); the journal keeps what was there, "
                "and `qawl push --recover` puts it back"
            )
        count = self._count() + len(self._of_no_article())
        # How many annotations a task has that the server can't send is not known.
        if count > high or (count < low and not self.unsent):
            raise ServerError(
                f"project {self.remote.id} ({self.remote.layer}, {self.remote.annotator}) holds "
                f"{many(high, 'annotation')}, {count} came: run `qawl pull` again"
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
