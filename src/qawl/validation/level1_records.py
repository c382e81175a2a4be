"""Level 1: does a line of exports/annotations hold a record?"""

from collections.abc import Iterator
from functools import cache

import jsonschema_rs
import msgspec

from qawl.core import files
from qawl.core.findings import finding
from qawl.core.project import Project
from qawl.core.records import Annotation, Finding, to_json
from qawl.scheme import json_schema
from qawl.validation.dispensations import Passes


def read(project: Project, layer: str, passes: Passes) -> Iterator[Annotation | Finding]:
    """The records of a layer, or what is wrong with their format.

    A record with an error that `passes` follows its finding.
    """
    decoder = msgspec.json.Decoder(Annotation)
    for number, line in project.disk.lines(project.annotations_file(layer)):
        record = _record(decoder, line)
        if isinstance(record, str):
            yield finding("format", f"{_line(layer, number)}: {record}", layer=layer)
            continue
        ids = [span.id for span in record.spans]
        if len(set(ids)) < len(ids):
            repeated = next(each for each in ids if ids.count(each) > 1)
            found = finding("id-duplicate", f"several spans are called {repeated}", record)
            yield found
            if not passes(found):
                continue
        yield record


def _line(layer: str, number: int) -> str:
    return f"exports/annotations/{layer}.jsonl, line {number}"


def _record(decoder: "msgspec.json.Decoder[Annotation]", line: bytes) -> Annotation | str:
    """The record of a line, or what is wrong with it in words."""
    try:
        record = decoder.decode(line)
    except files.UNREADABLE as error:
        return _problem(line) or files.problem(line, error)
    return record if _as_written(record, line) else _problem(line) or record


def _as_written(record: Annotation, line: bytes) -> bool:
    """Whether a line is as Qawl writes its record, and fits the schema.

    A line that is so has the fields of a record, of the right types, and no others. What the schema says
    beyond that it is asked, but of spans without attributes: of these it wants a name and a label.
    """
    if to_json(record) != line:
        return False
    told = tuple([each for each in record.spans if each.attributes or not (each.id and each.label)])
    return _finder().is_valid(msgspec.to_builtins(msgspec.structs.replace(record, spans=told)))


def _problem(line: bytes) -> str | None:
    """What is wrong with a line by the schema, in words; None where nothing is."""
    try:
        value = msgspec.json.decode(line)
    except files.UNREADABLE as error:
        return f"not JSON: {files.problem(line, error)}"
    return check_format(value)


def check_format(value: object) -> str | None:
    """What the JSON Schema of annotations says against a value, None if nothing.

    jsonschema-rs finds, jsonschema explains.
    """
    if _finder().is_valid(value):
        return None
    import jsonschema  # noqa: PLC0415 - takes long to load, and most records are valid

    explained = jsonschema.Draft202012Validator(json_schema.load("annotation")).iter_errors(value)
    error = jsonschema.exceptions.best_match(explained)
    return f"{error.json_path}: {error.message}" if error else "it does not fit the schema"


@cache
def _finder() -> "jsonschema_rs.Validator":
    return jsonschema_rs.validator_for(json_schema.load("annotation"))
