"""What is adopted: tasks of Label Studio, from exports or a server, or what other tools exported.

Every source gives tasks in Label Studio's JSON, so that one road leads from there: another tool's spans
become regions of the control `label`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qawl.annotations import json_min, json_stream
from qawl.articles.received import SetAside
from qawl.core.errors import InputError
from qawl.core.records import AttributeValue
from qawl.formats.readers import detect
from qawl.formats.readers.document import Document, Work
from qawl.scheme.from_config import ATTRIBUTES, LABELS, Config

Task = dict[str, Any]

LABEL_STUDIO = "label-studio"
JSON_MIN = "json-min"
"""Formats that no reader of another tool is for."""
CONTROL = "label"
"""The control that another tool's spans become regions of."""


@dataclass(slots=True)
class Source:
    """One file, folder or project; `format` is Label Studio's or that of a reader.

    While its tasks are read, `notes` gathers what of them could not be, `lost` counts what the format
    itself has lost. `config` is what the tasks were annotated with, where it is known.
    """

    path: Path
    format: str
    config: Config | None = None
    notes: list[str] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def warnings(self) -> list[str]:
        """What its format has lost, in words."""
        return [f"{self.path.name}: {json_min.LOST}"] if self.format == JSON_MIN else []

    def tasks(self) -> Iterator[Task]:
        """Its tasks in Label Studio's JSON; a task that can't be read is a note (see json_stream)."""
        if self.format == LABEL_STUDIO:
            yield from json_stream.elements(self.path)
            return
        if self.format == JSON_MIN:
            controls = _controls(self.config) if self.config else None
            yield from json_min.tasks(json_stream.elements(self.path), controls, self.lost)
            return
        for number, each in enumerate(detect.read(self.path, self.format), start=1):
            if isinstance(each, SetAside):
                place = f"{each.path}:{each.line}" if each.line else each.path
                yield json_stream.note(each.reason, place)
            else:
                self.notes += each.notes
                yield _task(each, number)


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
    for path in rest:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
    return [Source(path, given or _format(path)) for path in rest], configs


def _is_config(path: Path) -> bool:
    """Whether an XML file is a Label Studio config: its first element is a View."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    with path.open("rb") as file:
        start = file.read(65536)
    return b"<View" in start or (b"%FEATURE" not in start and b"xmi:" not in start)


def _format(path: Path) -> str:
    if path.is_file():
        first = _first(path)
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
    """The first object of a JSON list; None where the file is none."""
    with path.open("rb") as file:
        start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] != b"[" and start[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        return None
    for each in json_stream.elements(path):
        if json_stream.UNREADABLE not in each:
            return each
    return None


def _task(document: Document, number: int) -> Task:
    """A document of another tool as a task."""
    return {
        "id": number,
        "data": {**document.context, "text": document.text, "source_id": document.source_id},
        "annotations": [
            _annotation(work, document.text, number, at) for at, work in enumerate(document.works)
        ],
    }


def _annotation(work: Work, text: str, number: int, at: int) -> dict[str, Any]:
    result: list[dict[str, Any]] = []
    for mark in work.marks:
        place = {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end]}
        value = {**place, "labels": [mark.label]}
        result.append(_result(mark.id, CONTROL, "labels", value))
        for name, held in mark.attributes.items():
            choices = _listed(held)
            result.append(_result(mark.id, name, "choices", {**place, "choices": choices}))
    for name, held in work.attributes.items():
        choices = _listed(held)
        result.append(_result(f"d-{name}", name, "choices", {"choices": choices}))
    result += [
        {
            "type": "relation",
            "from_id": each.from_,
            "to_id": each.to,
            "direction": "right",
            "labels": [each.label] if each.label else [],
        }
        for each in work.arrows
    ]
    return {
        "id": f"{number}.{at}",
        "completed_by": {"email": work.annotator} if work.annotator else None,
        "was_cancelled": work.skipped,
        "result": result,
    }


def _listed(held: AttributeValue) -> list[str]:
    return [str(each) for each in held] if isinstance(held, list) else [str(held)]


def _result(identity: str, control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": identity, "from_name": control, "to_name": "text", "type": kind, "value": value}
