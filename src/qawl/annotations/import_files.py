"""Label Studio's JSON export files into the journal; what a task holds, sorted into its entries."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from qawl.annotations import journal, json_stream
from qawl.annotations import store as annotation_store
from qawl.annotations.journal import Entry
from qawl.annotations.sorter import Incoming, Outcome, Sorter
from qawl.core import files, names
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import JUDGE, to_json

USERS = "users.json"


def pull_files(
    project: Project,
    paths: Iterable[Path],
    *,
    layer: str | None,
    annotator: str | None,
    judge: bool = False,
) -> Outcome:
    """Journals what Label Studio's JSON exports hold, and derives the annotations.

    All is the work of `annotator`, or of the judge; else users get pseudonyms.
    Everything is read to a temporary folder first, so that a fault in the middle leaves no trace.
    Raises InputError where a file is no such export, or none of its tasks belongs to this corpus.
    """
    outcome = Outcome()
    named = JUDGE if judge else _named(project, annotator)
    project.make_state()
    with tempfile.TemporaryDirectory(dir=project.state) as folder:
        spool = _Spool(Path(folder))
        sorter = Sorter(project, outcome, layer)
        with spool.files_open:
            for task in chain.from_iterable(map(_tasks, paths)):
                for name, user, entry in sorter.entries(Incoming(task)):
                    spool.write(name, named or user, entry, named is not None)
        if outcome.tasks and outcome.unreadable == outcome.tasks:
            raise InputError(f"no task can be read: {'; '.join(outcome.left_out())}")
        if outcome.tasks and outcome.set_aside["task of no article"] == outcome.tasks:
            raise InputError(
                f"none of the {outcome.tasks} tasks belongs to this corpus: their texts are not in "
                "corpus/articles.jsonl (ingest them first, or run in the right folder)"
            )
        touched = _append(project, spool, outcome)
    for name in sorted(touched):
        outcome.records[name] = annotation_store.refresh(project, name)
    return outcome


def _named(project: Project, annotator: str | None) -> str | None:
    """The pseudonym that a user gave, checked; raises InputError."""
    if annotator is None:
        return None
    try:
        name = names.pseudonym(annotator)
    except ValueError as error:
        raise InputError(f"--annotator: {error}") from error
    if other := names.confused(name, {*project.annotators, *journal.annotators(project)}):
        raise InputError(
            f"--annotator: {name} and {other} differ in upper and lower case alone: take {other}"
        )
    return name


def _tasks(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    for task in json_stream.elements(path):
        if "annotations" not in task and ("annotation_id" in task or "annotator" in task):
            raise InputError(f"{path}: this is JSON_MIN, which loses relations; export as JSON")
        yield task


class _Spool:
    """Entries on disk, by layer and user, until the users have their pseudonyms."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: dict[tuple[str, str], Path] = {}
        self.keys: dict[str, set[str]] = {}
        self.named: set[str] = set()
        self.files_open = ExitStack()
        self._open: dict[tuple[str, str], BinaryIO] = {}

    def write(self, layer: str, user: str, entry: Entry, named: bool) -> None:
        place = layer, user
        if place not in self.files:
            self.files[place] = self._folder / f"{len(self.files)}.jsonl"
            self._open[place] = self.files_open.enter_context(self.files[place].open("wb"))
        self._open[place].write(to_json(entry) + b"\n")
        if named:
            self.named.add(user)
        else:
            self.keys.setdefault(user, set()).add(entry.key)


def _append(project: Project, spool: _Spool, outcome: Outcome) -> set[str]:
    """Gives every user a pseudonym and appends the entries to the journals; the layers touched."""
    touched = {layer for layer, _ in spool.files}
    journals = {
        (layer, annotator): journal.load(path)
        for layer in project.settings.layers
        for annotator, path in journal.files(project, layer)
    }
    for (layer, annotator), opened in journals.items():
        if opened.mended:
            outcome.mended.append(journal.said_mended(layer, annotator))
    users = _pseudonyms(project, spool, journals)
    for (layer, user), path in sorted(spool.files.items()):
        annotator = user if user in spool.named else users[user]
        target = project.journal_file(layer, annotator)
        opened = journals.get((layer, annotator)) or journal.load(target)
        journals[layer, annotator] = opened
        lines = (line for _, line in files.lines(path))
        outcome.note(layer, annotator, opened.append_encoded(lines))
    return touched


def _pseudonyms(
    project: Project, spool: _Spool, journals: Mapping[tuple[str, str], journal.Journal]
) -> dict[str, str]:
    """User → pseudonym: as before, else by annotations already journalled, else the next free one."""
    path = project.state / USERS
    known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    for user, keys in spool.keys.items():
        for (_, annotator), opened in journals.items():
            if user not in known and not keys.isdisjoint(opened.versions):
                known[user] = annotator
    taken = {*known.values(), *(annotator for _, annotator in journals), *spool.named}
    free = _free(project, taken)
    for user in sorted(spool.keys, key=_user_order):
        if user not in known:
            known[user] = next(free)
    if spool.keys:
        said = json.dumps(known, ensure_ascii=False, indent=1) + "\n"
        files.write_text(path, said, private=True)
    return known


def _free(project: Project, taken: set[str]) -> Iterator[str]:
    """Pseudonyms of qawl.yaml that nobody has, then further ones."""
    for name in project.annotators:
        if name not in taken:
            yield name
    number = len(project.annotators)
    while True:
        number += 1
        if f"a{number}" not in taken and f"a{number}" not in project.annotators:
            yield f"a{number}"


def _user_order(user: str) -> tuple[int, int, str]:
    return (0, int(user), "") if user.isdecimal() and len(user) < 20 else (1, 0, user)
