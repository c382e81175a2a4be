"""What is adopted: tasks of Label Studio, from exports or a server, or what other tools exported.

Every source gives tasks in Label Studio's JSON, so that one road leads from there: another tool's spans
become regions of the control `label`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qawl.annotations import json_min, json_stream
from qawl.annotations.foreign_files import quiet
from qawl.annotations.task_results import Task
from qawl.articles.metadata import FIELDS, FOLDER_FILES, Metadata
from qawl.articles.received import SetAside
from qawl.core import files, packings
from qawl.core.errors import InputError
from qawl.core.records import AttributeValue
from qawl.core.text import printable
from qawl.formats.readers import detect, encodings, table
from qawl.formats.readers.document import Document, Work
from qawl.scheme.from_config import ATTRIBUTES, LABELS, Config
from qawl.setup.adoption import annotated_tables

LABEL_STUDIO = "label-studio"
JSON_MIN = "json-min"
"""Formats that no reader of another tool is for."""
TEXT_FIELDS = ("text", "body", "content", "article", "document")
"""Fields that hold the text where no config says so, the likeliest first."""
CONTROL = "label"
"""The control that another tool's spans become regions of."""
_TAKEN = re.compile(rf"(?:{CONTROL}|text|disagreements)(?:_2)*")
"""Names of controls that every layer of another tool's work has, and what attributes so called become."""


@dataclass(slots=True)
class Source:
    """One file, folder or project; `format` is Label Studio's or that of a reader.

    While its tasks are read, `notes` gathers what of them could not be, `lost` counts what the format
    itself has lost. `config` is what the tasks were annotated with, where it is known; `text` names the
    column of a table that holds the text. `shown` says how what is no plain text is kept, and what of
    its config is not. `given` is what is said of all its articles. `lists` names the attributes that may
    have several values, though they may have one each here.
    """

    path: Path
    format: str
    config: Config | None = None
    text: str | None = None
    notes: list[str] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    shown: dict[str, None] = field(default_factory=dict)
    given: Metadata = field(default_factory=Metadata)
    lists: set[str] = field(default_factory=set)

    @property
    def warnings(self) -> list[str]:
        """What its format has lost, and how its texts and config are kept, in words."""
        lost = [f"{self.path.name}: {json_min.LOST}"] if self.format == JSON_MIN else []
        return [*lost, *self.shown]

    def tasks(self) -> Iterator[Task]:
        """Its tasks in Label Studio's JSON; a task that can't be read is a note (see json_stream)."""
        if self.format == LABEL_STUDIO:
            yield from json_stream.elements(self.path)
            return
        controls = _controls(self.config) if self.config else None
        if self.format == JSON_MIN:
            controls = self._told() if controls is None else controls
            yield from json_min.tasks(json_stream.elements(self.path), controls, self.lost)
            return
        table_ = self.format == "csv"
        if (
            table_
            and (named := table.columns(self.path, self._column()))
            and annotated_tables.fits(named, controls)
        ):
            yield from self._annotated(self._of_table() if controls is None else controls)
            return
        found = (
            table.read(self.path, self._column()) if table_ else detect.read(self.path, self.format)
        )
        for number, each in enumerate(found, start=1):
            if isinstance(each, SetAside):
                place = f"{each.path}:{each.line}" if each.line else each.path
                yield json_stream.note(each.reason, place)
            else:
                self.notes += each.notes
                apart = self._apart(each)
                self.lists.update(*(work.lists for work in apart.works))
                yield _task(apart, number)

    def _told(self) -> json_min.Controls:
        """The controls that JSON_MIN tells without a config, from all rows; names what may be more."""
        controls, others = json_min.told(json_stream.elements(self.path), self._texts())
        others = [name for name in others if name not in {*FIELDS, *self._texts()}]
        if others:
            self.shown.setdefault(
                f"{self.path.name}: without the config these fields are context, though controls may "
                f"have given them: {', '.join(others)}"
            )
        return controls

    def _of_table(self) -> json_min.Controls:
        """The controls that the columns of a table tell without a config, from all rows."""
        rows = (row for _, row, _ in table.rows(self.path, self._column()))
        told = (row for row in rows if not isinstance(row, SetAside))
        return annotated_tables.told(told, self._texts())

    def _texts(self) -> list[str]:
        """The fields that may hold the text, where no config says which; the likeliest first."""
        return [self.text] if self.text else [*TEXT_FIELDS]

    def _column(self) -> str | None:
        """The column of a table that holds the text: the one that is told, else that of the config."""
        own = self.config.text_field if self.config else None
        return self.text or (own if own in table.columns(self.path, own) else None)

    def _annotated(self, controls: json_min.Controls) -> Iterator[Task]:
        """The tasks of a table that has annotations in its columns."""
        wrong: list[Task] = []
        rows = self._rows(controls, wrong)
        for each in annotated_tables.tasks(rows, controls, self.lost):
            yield from wrong
            wrong.clear()
            yield each
        yield from wrong

    def _rows(self, controls: json_min.Controls, wrong: list[Task]) -> Iterator[dict[str, str]]:
        """The rows of a table, with the text in the field of the config; `wrong` gets what is no row."""
        field_ = self.config.text_field if self.config else None
        fields = {*(self.config.context if self.config else ()), field_ or "", self.text or ""}
        for line, row, column in table.rows(self.path, self._column()):
            if isinstance(row, SetAside):
                wrong.append(json_stream.note(row.reason, f"{self.path}:{line}"))
                continue
            if "annotation_id" in row:
                self.shown.setdefault(f"{self.path.name}: {annotated_tables.LOST}")
            if others := annotated_tables.unread(row, controls, {*fields, column}):
                how = (
                    "no control of the config is called"
                    if self.config
                    else "without the config, no values tell that these are of controls:"
                )
                self.shown.setdefault(
                    f"{self.path.name}: {how} {', '.join(others)}: columns of the context"
                )
            yield {**row, field_ or column: row[column]}

    def _apart(self, document: Document) -> Document:
        """The document without attributes that are called like a control that its layer has."""
        if self.config and any(e.name == CONTROL for e in self.config.of(frozenset(ATTRIBUTES))):
            return document
        for work in document.works:
            work.lists = {f"{n}_2" if _TAKEN.fullmatch(n) else n for n in work.lists}
            for held in (work.attributes, *(mark.attributes for mark in work.marks)):
                for name in [each for each in held if _TAKEN.fullmatch(each)]:
                    self.shown.setdefault(
                        f"the attribute {name} is called {name}_2: a control has its name"
                    )
                own = {f"{n}_2" if _TAKEN.fullmatch(n) else n: v for n, v in held.items()}
                held.clear()
                held.update(own)
        return document


def opened(
    paths: Sequence[Path], given: str | None, *, alone: bool = True
) -> tuple[list[Source], list[Path]]:
    """(sources, configs) of what a user named; raises InputError where a format is not known.

    `alone` says that nothing else is adopted: a config by itself is not enough then.
    """
    configs = [path for path in paths if path.suffix.lower() == ".xml" and _is_config(path)]
    rest = [path for path in paths if path not in configs]
    if not rest and alone:
        raise InputError(
            "nothing to adopt: name an export, a folder or a project beside the config"
        )
    known = (LABEL_STUDIO, JSON_MIN, *detect.READERS)
    if given is not None and given not in known:
        raise InputError(f"--format {given}: there are {', '.join(known)}")
    found = []
    for path in rest:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        if not path.is_dir():
            found.append(Source(path, given or _format(path)))
            continue
        inside, beside = _within(path, given)
        found += inside
        configs += beside
    return found, configs


def _within(folder: Path, given: str | None) -> tuple[list[Source], list[Path]]:
    """A folder as one source, where a format has folders; else the files in it, all of one format.

    Configs of Label Studio that lie beside its exports are told apart.
    """
    name = given or detect.of_folder(folder)
    if name in detect.FOLDERS:
        return [Source(folder, str(name))], []
    paths = sorted(each for each in files.below(folder) if _counts(each))
    configs = [each for each in paths if each.suffix.lower() == ".xml" and _has_view(each)]
    paths = [each for each in paths if each not in configs and not _holds_nothing(each)]
    if not paths:
        raise InputError(f"{folder}: nothing in this folder can be read")
    found = [Source(each, given or _format(each)) for each in paths]
    formats = {each.format: each.path for each in found}
    if len(formats) > 1:
        named = ", ".join(f"{each} ({path.name})" for each, path in sorted(formats.items()))
        raise InputError(f"{folder}: files of several formats: {named}: name those of one")
    return found, configs


def _counts(path: Path) -> bool:
    """Whether a file of a folder is meant: not what systems put there or what stands beside an export."""
    beside = path.name in {*FOLDER_FILES, "TypeSystem.xml", "INITIAL_CAS.json", "report.json"}
    return not (beside or quiet(path.name) or path.name.endswith("names.json"))


def _holds_nothing(path: Path) -> bool:
    """Whether a file is empty, or an empty list: tools write one for who did nothing."""
    with path.open("rb") as file:
        start = encodings.start(file.read(64))
    return len(start) < 16 and "".join(start.split()) in {"", "[]"}


def _is_config(path: Path) -> bool:
    """Whether an XML file is a Label Studio config: its first element is a View."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    with path.open("rb") as file:
        start = encodings.start(file.read(65536))
    return "<view" in start.lower() or ("%FEATURE" not in start and "xmi:" not in start)


def _has_view(path: Path) -> bool:
    with path.open("rb") as file:
        return "<view" in encodings.start(file.read(65536)).lower()


def _format(path: Path) -> str:
    if _holds_nothing(path):
        raise InputError(f"{path}: nothing is in this file")
    first = _first(path)
    if first is not None and json_stream.UNREADABLE in first:
        return LABEL_STUDIO
    if first is not None and isinstance(first.get("data"), dict):
        return LABEL_STUDIO
    if first is not None and json_min.fits(first):
        return JSON_MIN
    return detect.format_of(path)


def _controls(config: Config) -> json_min.Controls:
    """The controls of a config, as JSON_MIN is read by them."""
    kinds = ATTRIBUTES | {tag: tag.lower() for tag in LABELS}
    return {
        each.name: json_min.Given(kinds[each.tag], config.text, lost=each.per_region)
        for each in config.controls
    }


def _first(path: Path) -> Task | None:
    """The first task of a file that can be read, else why none can; None where there is none."""
    with packings.unpacked(path) as file:
        start = json_stream.utf8(file).read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"{":
        return json_stream.first_of_lines(path)
    if start[:1] != b"[":
        return None
    unread = None
    for each in json_stream.elements(path):
        if json_stream.UNREADABLE not in each:
            return each
        unread = unread or each
    return unread


def _task(document: Document, number: int) -> Task:
    """A document of another tool as a task; names of its files need not be UTF-8."""
    source_id = printable(document.source_id)
    return {
        "id": number,
        "data": {**document.context, "text": document.text, "source_id": source_id},
        "annotations": [
            _annotation(work, document.text, number, at) for at, work in enumerate(document.works)
        ],
    }


def _annotation(work: Work, text: str, number: int, at: int) -> dict[str, object]:
    result: list[dict[str, object]] = []
    for mark in work.marks:
        surface = text[mark.start : mark.end] if mark.surface is None else mark.surface
        place = {"start": mark.start, "end": mark.end, "text": surface}
        value = {**place, "labels": [mark.label]}
        result.append(_result(mark.id, CONTROL, "labels", value))
        for name, held in mark.attributes.items():
            typed = name in mark.typed
            kind, said = ("textarea", {"text": held}) if typed else _said(held)
            result.append(_result(mark.id, name, kind, {**place, **said}))
    for name, held in work.attributes.items():
        typed = name in work.typed
        kind, given = ("textarea", {"text": held}) if typed else _said(held)
        result.append(_result(f"d-{name}", name, kind, {**given}))
    result += [
        {
            "type": "relation",
            "from_id": each.from_,
            "to_id": each.to,
            "direction": each.direction,
            "labels": [each.label] if each.label else [],
        }
        for each in work.arrows
    ]
    return {
        "id": f"{number}.{at}",
        "completed_by": {"email": printable(work.annotator)} if work.annotator else None,
        "was_cancelled": work.skipped,
        "result": result,
    }


def _said(held: AttributeValue) -> tuple[str, dict[str, object]]:
    """(type, value) of a result: numbers, paths of a tree, words that are typed, else choices."""
    if isinstance(held, int | float):
        return "number", {"number": held}
    if isinstance(held, list) and any(isinstance(each, list) for each in held):
        return "taxonomy", {"taxonomy": held}
    words = [held] if isinstance(held, str) else [str(each) for each in held]
    if any(len(each) > json_min.LONGEST_CHOICE or "\n" in each for each in words):
        return "textarea", {"text": words}
    return "choices", {"choices": words}


def _result(identity: str, control: str, kind: str, value: dict[str, object]) -> dict[str, object]:
    return {"id": identity, "from_name": control, "to_name": "text", "type": kind, "value": value}
