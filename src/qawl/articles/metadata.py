"""What is known of an article besides its text, and the files beside it that say so."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from qawl.core import licences, names, strict_yaml
from qawl.core.errors import InputError

FOLDER_FILE = "_source.yaml"


class Metadata(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record, a page or a file beside the article says; None where nothing is known.

    `published` is as it was found; `crawled`, the time of the visit, tells what "two hours ago" was.
    `context` has what annotators are to see beside the text, by field.
    """

    title: str | None = None
    language: str | None = None
    source: str | None = None
    url: str | None = None
    published: str | None = None
    license: str | None = None
    redistribute: bool | None = None
    source_id: str | None = None
    context: dict[str, object] | None = None
    crawled: str | None = None


FIELDS = Metadata.__struct_fields__
_TEXTUAL = ("source_id", "published", "crawled")
"""Fields that may come as numbers or dates."""


def beside(file: Path) -> Metadata:
    """What `_source.yaml` in the folder says, overridden by `<article>.yaml` or `.json` beside it."""
    found = Metadata()
    for path in map(file.parent.joinpath, notes(file.name)):
        if path.is_file():
            found = override(found, load(path.read_bytes(), path.name))
    return found


def notes(name: str) -> list[str]:
    """The names of the files that may say so of a file with this name, the closest last."""
    beside = (str(PurePosixPath(name).with_suffix(ending)) for ending in (".yaml", ".yml", ".json"))
    return [FOLDER_FILE, *(each for each in beside if each != name)]


def load(content: bytes, name: str) -> Metadata:
    """What such a file says; raises InputError where it is wrong."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8") from error
    said = strict_yaml.load(text, name, Metadata, InputError)
    for wrong in odd(said.language, said.license).values():
        raise InputError(f"{name}: {wrong}")
    return said


def odd(language: str | None, licence: str | None) -> dict[str, str]:
    """What is wrong with a language and a licence, in words, by the name of the field."""
    found = {}
    for name, value, check in (
        ("language", language, names.language),
        ("license", licence, licences.licence),
    ):
        try:
            if value is not None:
                check(value)
        except ValueError as error:
            found[name] = f"{name}: {error}"
    return found


def override(below: Metadata, above: Metadata) -> Metadata:
    """The fields of `above`, and those of `below` where it has none."""
    return Metadata(
        **{
            name: getattr(below, name) if getattr(above, name) is None else getattr(above, name)
            for name in FIELDS
        }
    )


def from_fields(fields: Mapping[str, object], given: Metadata) -> Metadata:
    """The known fields of a record over what was given; raises ValueError naming a wrong one."""
    known = {name: fields[name] for name in FIELDS if fields.get(name) not in (None, "")}
    if not isinstance(known.get("context"), dict) or not known["context"]:
        known.pop("context", None)  # a field of that name which is not ours
    for name in _TEXTUAL:
        if name in known and not isinstance(known[name], bool):
            known[name] = str(known[name])
    try:
        said = msgspec.convert(known, Metadata)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    for wrong in odd(said.language, said.license).values():
        raise ValueError(wrong)
    return override(given, said)
