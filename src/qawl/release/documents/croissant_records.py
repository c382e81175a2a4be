"""The files and tables of a release in the terms of Croissant: distribution and record sets."""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping

from qawl.core.column_types import ClassLabel, ListOf, Record, Type, Value
from qawl.release.documents.facts import Described

Node = dict[str, object]
Names = tuple[str, ...]

PARQUET = "application/x-parquet"
_SHARD = r"(?:-\d{5}-of-\d{5})?"
_SPLITS = {"train": "Training", "validation": "Validation", "test": "Test"}
_TYPES = {
    "bool": "sc:Boolean",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "float64": "sc:Float",
    "string": "sc:Text",
}


def distribution(described: Described) -> Iterator[Node]:
    """Every file with its SHA-256, and for each table the set of its files."""
    known = described.manifest.files
    paths = (
        path for each in described.content.values() for path in fnmatch.filter(known, each.path)
    )
    for path in paths:
        file = known[path]
        yield {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "contentUrl": path,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": PARQUET,
            "sha256": file.sha256,
        }
    for config in _tables(described):
        yield {
            "@type": "cr:FileSet",
            "@id": f"{config}-files",
            "name": f"{config}-files",
            "description": f"The files of the table {config}, by split.",
            "encodingFormat": PARQUET,
            "includes": f"{config}/*.parquet",
        }


def record_sets(described: Described) -> Iterator[Node]:
    """The splits, the classes of each column that has some, and a record set a table."""
    yield _splits(described)
    known = _classes(described)
    for names, identity in known.items():
        yield _enumeration(identity, names)
    for config, counted in _tables(described).items():
        fields = [
            _column(config, name, kind, known) for name, kind in described.columns[config].items()
        ]
        yield {
            "@type": "cr:RecordSet",
            "@id": config,
            "name": config,
            "description": f"The table {config}: {counted} rows.",
            "field": [_split(config, described.project.settings.release.split_names), *fields],
        }


def _tables(described: Described) -> dict[str, int]:
    """The tables that have rows, and how many in all splits."""
    found: dict[str, int] = {}
    for name, said in described.content.items():
        config = name.partition("/")[0]
        found[config] = found.get(config, 0) + said.rows
    return found


def _splits(described: Described) -> Node:
    names = dict.fromkeys(name.partition("/")[2] for name in described.content)
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits; groups of near-duplicates never straddle them.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            _field("splits/name", "sc:Text", "The name of the split."),
            _field("splits/url", "sc:URL", "What Croissant calls it."),
        ],
        "data": [
            {"splits/name": each, "splits/url": f"cr:{_SPLITS.get(each, '')}Split"}
            for each in names
        ],
    }


def _split(config: str, splits: Iterable[str]) -> Node:
    """The split of a record, from the name of its file."""
    names = "|".join(map(re.escape, splits))
    source = {
        "fileSet": {"@id": f"{config}-files"},
        "extract": {"fileProperty": "fullpath"},
        "transform": {"regex": f"(?:.*/)?({names}){_SHARD}(?:\\.parquet)?$"},
    }
    more = {"source": source, "references": {"field": {"@id": "splits/name"}}}
    return _field(f"{config}/split", "sc:Text", "The split of the record.", **more)


def _classes(described: Described) -> dict[Names, str]:
    """The names of each kind of class → the id of its enumeration."""
    found: dict[Names, str] = {}
    configs = [each for each in _tables(described) if each != "articles"]
    for config in (*configs, "articles"):
        for name, kind in described.columns[config].items():
            for path, names in _class_labels(name, kind):
                found.setdefault(names, f"{config}-{path}-values")
    return found


def _class_labels(name: str, kind: Type) -> Iterator[tuple[str, Names]]:
    if isinstance(kind, ClassLabel):
        yield name, kind.names
    elif isinstance(kind, ListOf):
        yield from _class_labels(name, kind.item)
    elif isinstance(kind, Record):
        for inner, each in kind.fields:
            yield from _class_labels(f"{name}-{inner}", each)


def _enumeration(identity: str, names: Names) -> Node:
    return {
        "@type": "cr:RecordSet",
        "@id": identity,
        "name": identity,
        "description": "What the numbers of a column mean; GUIDELINES.md defines each name.",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{identity}/number"},
        "field": [
            _field(f"{identity}/number", "sc:Integer", "The number in the tables."),
            _field(f"{identity}/name", "sc:Text", "The name that it stands for."),
        ],
        "data": [
            {f"{identity}/number": number, f"{identity}/name": name}
            for number, name in enumerate(names)
        ],
    }


def _column(config: str, name: str, kind: Type, known: Mapping[Names, str]) -> Node:
    """A column as a field; one of records has a field for each of their parts.

    Croissant's reader can't follow records within records: those parts are named in words alone.
    """
    identity = f"{config}/{name}"
    source: Node = {"fileSet": {"@id": f"{config}-files"}, "extract": {"column": name}}
    item = _item(kind)
    if not isinstance(item, Record):
        return _field(
            identity, _type(item), _words(name, item, known), source=source, **_array(kind)
        )
    parts = [
        _field(
            f"{identity}/{part}",
            _type(_item(each)),
            _words(part, _item(each), known),
            source={**source, "transform": {"jsonPath": part}},
            **_array(each),
        )
        for part, each in item.fields
        if not isinstance(_item(each), Record)
    ]
    return {
        "@type": "cr:Field",
        "@id": identity,
        "name": name,
        "description": _words(name, item, known),
        "subField": parts,
        **_array(kind),
    }


def _item(kind: Type) -> Type:
    return kind.item if isinstance(kind, ListOf) else kind


def _array(kind: Type) -> Node:
    return {"isArray": True} if isinstance(kind, ListOf) else {}


def _type(kind: Type) -> str:
    """The atomic type of a value."""
    return _TYPES[kind.dtype] if isinstance(kind, Value) else "sc:Integer"


def _words(name: str, kind: Type, known: Mapping[Names, str]) -> str:
    """What a field is, in words."""
    if isinstance(kind, ClassLabel):
        names = ", ".join(f"{number} {each}" for number, each in enumerate(kind.names))
        return f"{name}, as a number of the record set {known[kind.names]}: {names}."
    if isinstance(kind, Record):
        parts = [_part(part, _item(each)) for part, each in kind.fields]
        return f"{name}: records of {', '.join(parts)}."
    return f"{name}."


def _part(name: str, kind: Type) -> str:
    if not isinstance(kind, Record):
        return name
    inner = ", ".join(each for each, _ in kind.fields)
    return f"{name} (in the parquet files only: records of {inner})"


def _field(identity: str, kind: str, description: str, **more: object) -> Node:
    return {
        "@type": "cr:Field",
        "@id": identity,
        "name": identity.rpartition("/")[2],
        "description": description,
        "dataType": kind,
        **more,
    }
