"""Tasks that were looked at → a corpus: articles as they were annotated, work into the journals."""

import json
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from qawl.annotations import derive, import_files, journal, users
from qawl.annotations.journal_fields import plain
from qawl.annotations.task_results import Task, annotations
from qawl.annotations.users import Account, User
from qawl.articles import adding
from qawl.articles import store as article_store
from qawl.articles.metadata import Metadata
from qawl.core import files, names, temporary
from qawl.core.errors import InputError
from qawl.core.excerpts import many
from qawl.core.lookup import Lookup, Spilled, temporary_database
from qawl.core.project import Project, load
from qawl.core.records import Article, to_json
from qawl.core.text import printable
from qawl.scheme.names import TASK_KEYS
from qawl.setup.adoption import articles as adopted
from qawl.setup.adoption.people import OF_SERVERS
from qawl.setup.adoption.said_of_articles import Language, Rights
from qawl.setup.adoption.scheme import Made
from qawl.setup.adoption.sources import LABEL_STUDIO
from qawl.setup.adoption.spool import Look, Spool

LINKED = "task that has the address of its text, which is not fetched"
SAME = "task with the id and text of another task"
OTHERS = "other fields of a task whose text stands already: those of the first are the context"
DOUBLED = (
    "annotation older than another one of the same article and annotator (the journal keeps it)"
)


class _Meetings:
    """Who worked on which copies of a text, in a temporary file."""

    def __init__(self) -> None:
        self._db = temporary_database()
        weakref.finalize(self, self._db.close)
        self._db.execute("CREATE TABLE copy (digest, number, own, PRIMARY KEY (digest, number))")
        self._db.execute("CREATE TABLE next (digest, person, number, PRIMARY KEY (digest, person))")

    def of(self, digest: str, who: set[str], source_id: str) -> str:
        """The id of the first copy of a text after those that these people worked on."""
        number = max(self._next(digest, person) for person in who)
        fresh = f"{source_id}#{number + 1}" if number else source_id
        self._db.execute("INSERT OR IGNORE INTO copy VALUES (?, ?, ?)", (digest, number, fresh))
        rows = [(digest, person, number + 1) for person in who]
        self._db.executemany("INSERT OR REPLACE INTO next VALUES (?, ?, ?)", rows)
        where = "SELECT own FROM copy WHERE digest = ? AND number = ?"
        return str(self._db.execute(where, (digest, number)).fetchone()[0])

    def _next(self, digest: str, person: str) -> int:
        where = "SELECT number FROM next WHERE digest = ? AND person = ?"
        found = self._db.execute(where, (digest, person)).fetchone()
        return int(found[0]) if found else 0


@dataclass(slots=True)
class CorpusWriter:
    """The tasks of all sources on their way into a corpus; `left_out` counts by reason.

    `apart` counts tasks with the text of a task that somebody else did in another project.
    """

    look: Look
    found: Made
    text_field: str
    language: Language
    left_out: Counter[str]
    written: int = 0
    apart: int = 0
    rights: Rights = field(default_factory=Rights)
    _ids: Spilled = field(default_factory=Spilled)
    _meetings: _Meetings = field(default_factory=_Meetings)
    _wrote: dict[str, None] = field(default_factory=dict)
    _unnumbered: dict[User, set[str]] = field(default_factory=dict)

    def into(self, project: Project) -> int:
        """Writes all; by how many annotators, at least, an annotated text was annotated."""
        project.make_state()
        there = _There(project)
        with temporary.folder(project.state / "adopted") as folder:
            fresh, work = folder / "articles.jsonl", folder / "work.json"
            with fresh.open("wb") as articles, work.open("wb") as file:
                count = self._write(there, articles, file)
            if not count:
                why = f": {LINKED}" if self.left_out[LINKED] else ""
                raise InputError(f"no task has a text in its field {self.text_field}{why}")
            adding.add(project, files.read(fresh, Article), folder)
            project = load(project.root)
            self._journal(project, work)
        return _overlap(project, self.found.layer)

    def _write(self, there: "_There", articles: BinaryIO, work: BinaryIO) -> int:
        """Writes the articles that are not there yet, and all tasks; how many of these."""
        count = 0
        for task, article, said, spool in self._tasks():
            known = there.one_with(article)
            first = self._taken(known or article.id, article)
            if known is None:
                if first:
                    self.rights.add(article)
                    self.language.add(article, said)
                articles.write(to_json(article) + b"\n")
            done = self._work(task, known or article.id, article.text_sha256, spool)
            work.write(json.dumps(done).encode() + b"\n")
            count += 1
        return count

    def of_projects(self) -> list[str]:
        """What the report says of texts that several projects have."""
        if not self.apart:
            return []
        said = (
            f"{many(self.apart, 'task has', 'tasks have')} a text that others did in another project: "
            "each is an article of "
            "its own, so their work is not compared; to compare it, adopt one of the exports and give "
            "the others to `qawl pull --from` in the new corpus"
        )
        return [said]

    @property
    def taken(self) -> int:
        """How many articles the tasks became."""
        return len(self._ids)

    def _taken(self, identity: str, article: Article) -> bool:
        """Counts an article; whether no task before was of it."""
        number, context = int(identity, 16), crc32(to_json(article.context or {}))
        again = number in self._ids
        if again:
            self.left_out[SAME] += 1
            self.left_out[OTHERS] += self._ids.setdefault(number, context) != context
        self._ids.setdefault(number, context)
        return not again

    def _journal(self, project: Project, work: Path) -> None:
        outcome = import_files.pull_files(
            project,
            [work],
            layer=self.found.layer,
            annotator=[f"{_account(each)}={each}" for each in self._wrote],
            keep=False,
        )
        self._remember(project)
        self.left_out.update(outcome.set_aside)
        if outcome.doubled:
            self.left_out[DOUBLED] += len(outcome.doubled)

    def _remember(self, project: Project) -> None:
        """Keeps whose the names of users without a number are, so that `qawl pull --from` of the same
        export knows them; the journal tells whose numbers are."""
        told = [
            Account(annotator=next(iter(who)), name=user.name)
            for user, who in self._unnumbered.items()
            if len(who) == 1
        ]
        users.add(project, told, journal.annotators(project))

    def _tasks(self) -> Iterator[tuple[Task, Article, Metadata, Spool]]:
        """Each task with its article, and what was said of that."""
        for spool in self.look.spools:
            for at, task in enumerate(spool.tasks(), start=1):
                data = task.get("data")
                text = data.get(self.text_field) if isinstance(data, dict) else None
                if not isinstance(text, str) or not text.strip() or not isinstance(data, dict):
                    self.left_out[f"task without a text in {self.text_field}"] += 1
                    continue
                if (config := spool.source.config) and config.linked and _is_address(text):
                    self.left_out[LINKED] += 1
                    continue
                said = adopted.known(data, spool.source.given, self.left_out)
                yield task, self._article(task, text, said, at, spool), said, spool

    def _article(self, task: Task, text: str, said: Metadata, at: int, spool: Spool) -> Article:
        data = task["data"]
        own = data.get("source_id")
        place = f"{_received(spool, task)}:{at}"
        project, numbered = plain(task.get("project")), plain(task.get("id", place))
        number = f"{project if project is not None else ''}/{numbered}"
        source_id = own if isinstance(own, str) and project is None else number
        source_id = self._meeting(text, source_id, task, spool)
        language = said.tag or self.language.of(text)
        article = adopted.article(said, text, source_id, place, language)
        return self.found.with_context(article, data)

    def _meeting(self, text: str, source_id: str, task: Task, spool: Spool) -> str:
        """The id of the first text that equals this one and that other annotators worked on.

        Other tools write a text once for each annotator. What one of them did twice, or nobody did, are
        texts of their own. So are those of Label Studio's tasks; those of other people in another
        project are counted.
        """
        who = {self._pseudonym(spool, each) for each in annotations(task)}
        digest = adopted.frozen_hash(text)
        if spool.source.format == LABEL_STUDIO:
            project = plain(task.get("project")) or printable(str(spool.source.path))
            place = f"project {project} of server {spool.server}"
            met = self._meetings.of(digest, {*who, place}, source_id)
            self.apart += bool(who) and met.partition("#")[0] != source_id
            return source_id
        return self._meetings.of(digest, who, source_id) if who else source_id

    def _pseudonym(self, spool: Spool, annotation: Mapping[str, object]) -> str:
        return self.look.people.pseudonym(spool.server, annotation, spool.nobody)

    def _work(self, task: Task, article_id: str, digest: str, spool: Spool) -> Task:
        """The task with its article and the pseudonyms of who worked on it."""
        data = {name: each for name, each in task["data"].items() if name not in TASK_KEYS}
        data["text"] = task["data"][self.text_field]
        data |= {"article_id": article_id, "text_sha256": digest, "layer": self.found.layer}
        done = []
        for each in annotations(task):
            given = each.get("completed_by")
            number = given.get("id") if isinstance(given, dict) else given
            name = self._pseudonym(spool, each)
            self._wrote.setdefault(name)
            made = users.maker(each)
            if made.id is None and made.clear and spool.source.format in OF_SERVERS:
                self._unnumbered.setdefault(made, set()).add(name)
            who = {"email": _account(name)}
            done.append({**each, "completed_by": who | ({"id": number} if number else {})})
        self.written += len(done)
        kept = {name: value for name, value in task.items() if name != "completions"}
        return {**kept, "data": data, "annotations": done, "drafts": [], "predictions": []}


def _received(spool: Spool, task: Task) -> str:
    """The name of the file that a task came from; its format where that is named after its annotator.

    Label Studio names none so: there, the name may be all that tells tasks without numbers apart.
    """
    path = spool.source.path
    makers = {users.maker(each).name for each in annotations(task)}
    after_its_maker = spool.source.format not in OF_SERVERS and path.stem.casefold() in makers
    return spool.source.format if after_its_maker else printable(path.name)


class _There:
    """The articles of the corpus by their text: a further layer is of the same."""

    def __init__(self, project: Project) -> None:
        self._articles = article_store.by_id(project)
        self._texts = Lookup(_start(each.text_sha256) for each in article_store.articles(project))

    def one_with(self, article: Article) -> str | None:
        """The one article that has the text; of several the same one, None where it is not there."""
        found = list(islice(self._texts.places(_start(article.text_sha256)), 2))
        if len(found) == 1:
            return self._articles.at(found[0])
        return article.id if article.id in self._articles else None


def _is_address(text: str) -> bool:
    return len(text.split()) == 1 and ("://" in text or text.strip().startswith("/"))


def _start(digest: str) -> int:
    return int(digest[:16], 16)


def _account(pseudonym: str) -> str:
    """The name of a user that stands for a pseudonym."""
    return f"pseudonym {names.pseudonym(pseudonym)}"


def _overlap(project: Project, layer: str) -> int:
    """By how many annotators, at least, an annotated text was annotated."""
    return min((len(records) for _, records in derive.by_article(project, layer)), default=1)
