"""JSON Schemas (2020-12): those written by hand, and each layer's, made from its scheme."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from qawl.core import bundled
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme

Schema = dict[str, Any]

WRITTEN = ("article", "annotation", "release")
"""The schemas that are written by hand; they are the same for every corpus."""


def load(name: str) -> Schema:
    """A schema written by hand, as it comes with Qawl."""
    found: Schema = json.loads(path(name).read_text("utf-8"))
    return found


def path(name: str) -> Path:
    """Where a schema written by hand stands."""
    return bundled.folder("schemas") / f"{name}.json"


def annotation_schema(scheme: Scheme) -> Schema:
    """What an annotation of this layer may hold: its labels, attributes and relations, no others."""
    schema = load("annotation")
    schema["title"] = f"Annotation of the layer {scheme.layer}"
    schema["description"] = (
        f"Made from label_config/{scheme.layer}.yaml, version {scheme.version}, by `qawl scheme`."
    )
    schema["properties"]["layer"] = {"const": scheme.layer}
    schema["properties"]["attributes"] = _attributes(scheme.document_attributes)
    definitions = schema["$defs"]
    del definitions["attributes"]
    if scheme.labels:
        _describe_span(definitions["span"], scheme)
    else:
        schema["properties"]["spans"] = {"type": "array", "maxItems": 0}
        del definitions["span"]
    definitions["relation"]["properties"]["label"] = {"enum": list(scheme.relation)}
    if not scheme.relations:
        schema["properties"]["relations"] = {"type": "array", "maxItems": 0}
        del definitions["relation"]
    return schema


def _describe_span(span: Schema, scheme: Scheme) -> None:
    span["properties"]["label"] = {"enum": list(scheme.label)}
    for bound in ("start", "end"):
        span["properties"][bound] = {"type": "integer", "minimum": 0}
    span["properties"]["attributes"] = {"type": "object"}
    span["allOf"] = [
        {
            "if": {"properties": {"label": {"const": label}}},
            "then": {"properties": {"attributes": _attributes(scheme.attributes_of(label))}},
        }
        for label in scheme.label
    ]


def _attributes(attributes: tuple[Attribute, ...]) -> Schema:
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {each.name: each.json_schema() for each in attributes},
    }
    if required := [each.name for each in attributes if each.required and not each.when]:
        schema["required"] = required
    if conditional := [rule for each in attributes for rule in _conditional(each, attributes)]:
        schema["allOf"] = conditional
    return schema


def _conditional(attribute: Attribute, others: tuple[Attribute, ...]) -> Iterator[Schema]:
    """That an attribute is there only where it is asked for; a required one must be there then.

    A span's attribute that a value of the whole article asks for is left to `qawl validate`.
    """
    known = {each.name: each for each in others}
    if not attribute.when or not attribute.when.keys() <= known.keys():
        return
    condition = {
        "required": list(attribute.when),
        "properties": {
            name: known[name].json_of(values) for name, values in attribute.when.items()
        },
    }
    asked: Schema = {"if": condition, "else": {"properties": {attribute.name: False}}}
    if attribute.required:
        asked["then"] = {"required": [attribute.name]}
    yield asked


def as_text(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return msgspec.json.format(json.dumps(schema, ensure_ascii=False), indent=2) + "\n"
