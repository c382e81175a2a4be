"""The tasks of a source, read once and kept in a temporary file until all that they show is known."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec

from qawl.annotations import json_stream
from qawl.annotations.task_results import Task, annotations, given_annotations
from qawl.annotations.task_text import as_text
from qawl.annotations.users import maker
from qawl.core import files
from qawl.core.errors import InputError
from qawl.core.findings import reason
from qawl.setup.adoption import articles as adopted
from qawl.setup.adoption.facts import Facts
from qawl.setup.adoption.people import OF_SERVERS, Evidence, People, addresses
from qawl.setup.adoption.sources import LABEL_STUDIO, TEXT_FIELDS, Source

SAMPLE = 50
"""Tasks that the language is guessed from."""

_Users = dict[tuple[str | None, str], None]
"""(address, number) of each user, in the order of first work."""

_task = msgspec.json.Decoder(Task)


@dataclass(frozen=True, slots=True)
class Spool:
    """The tasks of one source on disk, and the number of the server that it is of.

    `nobody` stands for who worked there without a name or number.
    """

    source: Source
    path: Path
    server: int
    nobody: str

    def tasks(self) -> Iterator[Task]:
        """Its tasks that could be read, in their order."""
        return (_task.decode(line) for _, line in files.lines(self.path))


@dataclass(slots=True)
class Look:
    """What all sources show, who worked in them, and their tasks on disk."""

    facts: Facts = field(default_factory=Facts)
    people: People = field(default_factory=People)
    spools: list[Spool] = field(default_factory=list)

    def text_field(self) -> str:
        """The field of a task that holds its text, where no config says so."""
        fields = self.facts.fields
        for name in TEXT_FIELDS:
            if fields[name]:
                return name
        if not fields:
            raise InputError("no task has a text: give the config beside the export")
        if len(fields) == 1:
            return next(iter(fields))
        known = ", ".join(sorted(fields))
        raise InputError(
            f"which field holds the text? Give the config beside the export; there are: {known}"
        )

    def of_servers(self) -> list[str]:
        """A word where the sources are of several servers, whose numbers of users are not the same."""
        if len({each.server for each in self.spools}) < 2:
            return []
        named = (f"{each.source.path.name} (server {each.server + 1})" for each in self.spools)
        said = (
            f"the exports come from several servers: {', '.join(named)}; who has a number on one is not "
            "who has it on another, and who has an address is one annotator on all"
        )
        return [said]

    def language(self, text_field: str) -> str:
        """The language that most of some texts of each source say, else that of their letters."""
        said: Counter[str] = Counter()
        silent: list[str] = []
        for spool in self.spools:
            for task in islice(spool.tasks(), SAMPLE):
                data = task.get("data")
                text = data.get(text_field) if isinstance(data, dict) else None
                if isinstance(data, dict) and isinstance(text, str):
                    told = adopted.known(data, spool.source.given, Counter()).tag
                    said.update([told] if told else ())
                    silent += [] if told else [text]
        likeliest = said.most_common(1)
        return likeliest[0][0] if likeliest else adopted.language_of(silent)


def look(sources: list[Source], folder: Path, people: People) -> Look:
    """Reads each source once; `people` know who worked before."""
    found = Look(people=people)
    alone = len(sources) == 1 and not people.servers
    users: list[tuple[int, _Users]] = []
    for number, source in enumerate(sources):
        path = folder / f"tasks-{number}.jsonl"
        several = len(sources) > 1 and source.format == LABEL_STUDIO
        nobody = f"file {number}" if several else ""
        server, worked = _server(source, path, found, nobody, alone=alone)
        users.append((server, worked))
        found.facts.may_be_several(source.lists)
        found.facts.left_out.update(source.notes)
        found.facts.left_out.update(source.lost)
        found.spools.append(Spool(source, path, server, nobody))
    for server, worked in users:
        for address, user in worked:
            found.people.name(server, address, user)
    people.refuse_unknown()
    return found


def _server(
    source: Source, path: Path, found: Look, nobody: str, *, alone: bool
) -> tuple[int, _Users]:
    """Writes the tasks of a source; the number of the server that it is of, and who worked there."""
    said = Evidence(source.format)
    numbered = not alone and source.format in OF_SERVERS
    users: _Users = {}
    with path.open("wb") as file:
        for given in source.tasks():
            task, how = as_text(given, source.config)
            if how:
                source.shown.setdefault(how)
            line = _line(task, found.facts.left_out)
            if line is None:
                continue
            found.facts.add(task)
            if None not in found.people.given and (unclear := _unclear(task)):
                task = _without(task, unclear)
                line = msgspec.json.encode(task)
                found.facts.left_out[reason("annotation-unattributed").words] += len(unclear)
            file.write(line + b"\n")
            for each in annotations(task):
                users.setdefault(found.people.user(each, nobody))
                if numbered:
                    said.add(task, each)
                else:
                    said.users.update(addresses(each))
    return found.people.server(said), users


def _unclear(task: Task) -> list[Mapping[str, object]]:
    """The annotations of which nobody can tell who made them."""
    return [each for each in annotations(task) if not maker(each).clear]


def _without(task: Task, those: list[Mapping[str, object]]) -> Task:
    """The task with its other annotations."""
    listed = given_annotations(task)
    left = [each for each in listed if each not in those] if isinstance(listed, list) else []
    return {
        **{name: each for name, each in task.items() if name != "completions"},
        "annotations": left,
    }


def _line(task: Task, left_out: Counter[str]) -> bytes | None:
    """A task as a line; None, and counted, where it can't be read."""
    why = task.get(json_stream.UNREADABLE)
    if why is None:
        try:
            return msgspec.json.encode(task)
        except (UnicodeEncodeError, OverflowError, RecursionError, TypeError, ValueError):
            why = "it holds what no UTF-8 text or number can be"
    left_out[f"task that can't be read: {why}"] += 1
    return None
