"""The files and tables of a release in the terms of Croissant: distribution and record sets."""

import fnmatch
import re
from collections.abc import Container, Iterator, Mapping

from qawl.core.column_types import ClassLabel, ListOf, Record, Type, Value
from qawl.core.excerpts import many
from qawl.release.documents.facts import Described

Node = dict[str, object]
Names = tuple[str, ...]

PARQUET = "application/x-parquet"
_SHARD = r"(?:-\d{5}-of-\d{5})?"
_NOT_IN_IDS = re.compile(r"[\s/%=]")
_PLAIN_STEP = re.compile(r"(?!where$|flatten$|parent$)[A-Za-z_][A-Za-z0-9_-]*")
"""What a JSONPath may have without quotation marks: ASCII alone, and none of its own words."""
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
    tables = described.manifest.content.values()
    paths = (path for each in tables for path in fnmatch.filter(known, each.path))
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
            "@id": _files(config, described.columns),
            "name": _files(config, described.columns),
            "description": f"The files of the table {config}, by split.",
            "encodingFormat": PARQUET,
            "includes": f"{config}/*.parquet",
        }


def record_sets(described: Described) -> Iterator[Node]:
    """The splits, the classes of each column that has some, and a record set a table."""
    splits = _splits_of(described.columns)
    yield _splits(described, splits)
    known = _classes(described)
    for names, identity in known.items():
        yield _enumeration(identity, names)
    for config, rows in _tables(described).items():
        fields = [
            _column(name, kind, known, place=config, files=_files(config, described.columns))
            for name, kind in described.columns[config].items()
        ]
        by_split = _split(config, described, splits)
        yield {
            "@type": "cr:RecordSet",
            "@id": config,
            "name": config,
            "description": f"The table {config}: {many(rows, 'row')}.",
            "field": [by_split, *fields],
        }


def _tables(described: Described) -> dict[str, int]:
    """The tables that have rows, and how many in all splits."""
    return {
        config: sum(said.rows for said in parts.values())
        for config, parts in described.manifest.tables.items()
    }


def _files(config: str, tables: Container[str]) -> str:
    """The id of the set of a table's files; there may be a table of that name."""
    return _free(f"{config}-files", tables)


def _splits_of(tables: Container[str]) -> str:
    """The id of the record set of the splits."""
    return _free("splits", tables)


def _free(name: str, tables: Container[str]) -> str:
    """The name, longer where it is that of a table, whose record set has it."""
    return _free(f"{name}-of-release", tables) if name in tables else name


def _splits(described: Described, identity: str) -> Node:
    names = dict.fromkeys(name for parts in described.manifest.tables.values() for name in parts)
    return {
        "@type": "cr:RecordSet",
        "@id": identity,
        "name": identity,
        "description": "The splits; groups of near-duplicates never straddle them.",
        "dataType": "cr:Split",
        "key": {"@id": f"{identity}/name"},
        "field": [
            _field(f"{identity}/name", "sc:Text", "The name of the split."),
            _field(f"{identity}/url", "sc:URL", "What Croissant calls it."),
        ],
        "data": [
            {f"{identity}/name": each, f"{identity}/url": f"cr:{_SPLITS.get(each, '')}Split"}
            for each in names
        ],
    }


def _split(config: str, described: Described, splits: str) -> Node:
    """The split of a record, from the name of its file."""
    names = "|".join(map(re.escape, described.project.settings.release.split_names))
    source = {
        "fileSet": {"@id": _files(config, described.columns)},
        "extract": {"fileProperty": "fullpath"},
        "transform": {"regex": f"(?:.*/)?({names}){_SHARD}(?:\\.parquet)?$"},
    }
    more = {"source": source, "references": {"field": {"@id": f"{splits}/name"}}}
    name = _free("split", described.columns[config])
    return _field(f"{config}/{name}", "sc:Text", "The split of the record.", **more)


def _classes(described: Described) -> dict[Names, str]:
    """The names of each kind of class → the id of its enumeration."""
    found: dict[Names, str] = {}
    configs = [each for each in _tables(described) if each != "articles"]
    for config in (*configs, "articles"):
        for name, kind in described.columns[config].items():
            for path, names in _class_labels(name, kind):
                identity = _free(f"{config}-{_id(path)}-values", described.columns)
                found.setdefault(names, identity)
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


def _column(name: str, kind: Type, known: Mapping[Names, str], *, place: str, files: str) -> Node:
    """A column as a field; one of records has a field for each of their parts.

    Croissant's reader can't follow records within records: those parts are named in words alone.
    """
    identity = f"{place}/{_id(name)}"
    source: Node = {"fileSet": {"@id": files}, "extract": {"column": name}}
    item = _item(kind)
    if not isinstance(item, Record):
        more = {"name": name, "source": source, **_array(kind)}
        return _field(identity, _type(item), _words(name, item, known), **more)
    parts = [
        _field(
            f"{identity}/{_id(part)}",
            _type(_item(each)),
            _words(part, _item(each), known),
            name=part,
            source={**source, "transform": {"jsonPath": _step(part)}},
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


def _id(name: str) -> str:
    """The name of a column as ids have it: none of them holds white space, and `/` parts them.

    Examples:
        >>> _id("نوع"), _id("kind of"), _id("a/b"), _id("=")
        ('نوع', 'kind=20of', 'a=2fb', '=3d')
    """
    return _NOT_IN_IDS.sub(lambda found: f"={ord(found[0]):x}", name)


def _step(name: str) -> str:
    """A key as a JSONPath has it, in quotation marks where it is no plain word.

    Examples:
        >>> _step("label"), _step("a.b"), _step("نوع")
        ('label', "'a.b'", "'نوع'")
    """
    if _PLAIN_STEP.fullmatch(name):
        return name
    return "'" + name.replace("\\", r"\\").replace("'", r"\'") + "'"


def _item(kind: Type) -> Type:
    """What stands in lists of it, or in lists of lists."""
    return _item(kind.item) if isinstance(kind, ListOf) else kind


def _depth(kind: Type) -> int:
    return 1 + _depth(kind.item) if isinstance(kind, ListOf) else 0


def _array(kind: Type) -> Node:
    """That it is an array; one of arrays (the paths of a tree) has a shape, of unknown lengths."""
    depth = _depth(kind)
    if depth < 2:
        return {"isArray": True} if depth else {}
    return {"isArray": True, "arrayShape": ",".join(["-1"] * depth)}


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
