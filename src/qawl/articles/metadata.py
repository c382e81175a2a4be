"""What is known of an article besides its text, and the files beside it that say so."""

import codecs
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from qawl.articles.decoding import known
from qawl.core import licences, misfits, names, strict_yaml
from qawl.core.errors import InputError
from qawl.core.excerpts import listed

FOLDER_FILES = ("_source.yaml", "_source.yml", "_source.json")
"""What says something of a folder, the closest last."""
LONGEST = 1 << 20
"""Bytes of the longest file that says what is known of an article."""


class Metadata(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record, a page or a file beside the article says; None where nothing is known.

    `published` is as it was found; `crawled`, the time of the visit, tells what "two hours ago" was.
    `context` has what annotators are to see beside the text, by field. `encoding` is of a file.
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
    encoding: str | None = None

    @property
    def tag(self) -> str | None:
        """The language as articles have it."""
        return None if self.language is None else names.respelt(self.language)

    @property
    def respelt(self) -> list[str]:
        """The language as it was found, where articles have it otherwise."""
        return [self.language] if self.language and self.language != self.tag else []


FIELDS = tuple(name for name in Metadata.__struct_fields__ if name != "encoding")
"""What a record may say too."""
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
"""What tables and tasks write for `redistribute`."""
_UNSEEN = " " + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF))
)
_SHOWN = 12
_TEXTUAL = ("source_id", "published", "crawled")
"""Fields that may come as numbers or dates."""


class Beside(NamedTuple):
    """What files beside an article say of it, and the names of those that are no metadata."""

    metadata: Metadata
    foreign: Sequence[str] = ()


def beside(file: Path) -> Beside:
    """What `_source.yaml` in the folder says, overridden by `<article>.yaml` or `.json` beside it."""
    paths = [path for name in notes(file.name) if (path := file.parent / name).is_file()]
    sizes = {path.name: path.stat().st_size for path in paths}
    return gathered(sizes, lambda name: (file.parent / name).read_bytes())


def gathered(sizes: Mapping[str, int], read: Callable[[str], bytes]) -> Beside:
    """What files of these names and sizes say, the closest last; raises InputError where one is wrong."""
    found, foreign = Metadata(), []
    for name, size in sizes.items():
        if size > LONGEST and name in FOLDER_FILES:
            raise InputError(f"{name}: {size} bytes are too many for notes on articles")
        said = None if size > LONGEST else load(read(name), name)
        if said is None:
            foreign.append(name)
        else:
            found = override(found, said)
    return Beside(found, foreign)


def notes(name: str) -> list[str]:
    """The names of the files that may say so of a file with this name, the closest last."""
    beside = (str(PurePosixPath(name).with_suffix(ending)) for ending in (".yaml", ".yml", ".json"))
    return [*FOLDER_FILES, *(each for each in beside if each != name)]


def load(content: bytes, name: str) -> Metadata | None:
    """What such a file says; None where it is no metadata by its shape, as an export is not.

    Raises InputError where it is metadata, and wrong.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "UTF-16" if wide else "UTF-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not {encoding}: save the file as UTF-8") from error
    if name.endswith(".json") and _is_lines(text):
        return None
    value = strict_yaml.read(text, name, InputError)
    if name not in FOLDER_FILES and not _is_metadata(value):
        return None
    try:
        return _sound(strict_yaml.convert(value, name, Metadata, InputError))
    except ValueError as error:
        raise InputError(f"{name}: {error}") from error


def _is_lines(text: str) -> bool:
    """Whether a text is a list of JSON, or JSON Lines: tasks, records, what other tools write."""
    bare = text.removeprefix("\ufeff").strip()
    first, _, more = bare.partition("\n")
    if not (bare.startswith("{") and more.lstrip().startswith("{")):
        return bare.startswith("[")
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _is_metadata(value: object) -> bool:
    """Whether a value has the shape of metadata: fields of ours, or plain values alone, as where a field
    has a wrong name."""
    if not isinstance(value, dict):
        return False
    nested = any(isinstance(each, dict | list) for each in value.values())
    return not nested or any(name in FIELDS for name in value)


def _sound(said: Metadata) -> Metadata:
    """Metadata with its language and licence as they stand between white space; raises ValueError naming
    a wrong one."""
    plain = {name: (getattr(said, name) or "").strip() or None for name in ("language", "license")}
    granted = plain["license"] if said.redistribute else None
    for wrong in odd(names.respelt(plain["language"] or ""), granted).values():
        raise ValueError(wrong)
    try:
        known(said.encoding or "utf-8")
    except LookupError as error:
        raise ValueError(f"encoding: {said.encoding!r} is none that is known here") from error
    return replace(said, **plain)


def one_source(source: str) -> str:
    """The name of a source without what two desks write differently and nobody sees: white space around
    it and of other kinds, direction marks around it, decomposed letters."""
    return " ".join(unicodedata.normalize("NFC", source).split()).strip(_UNSEEN)


def odd(language: str | None, licence: str | None) -> dict[str, str]:
    """What is wrong with a language and a licence, in words, by the name of the field.

    A licence is looked at where a text may be redistributed: what a source calls its rights otherwise
    (proprietary, all rights reserved) grants nothing.
    """
    found = {}
    for name, value, check in (
        ("language", language, names.language),
        ("license", licence, licences.licence),
    ):
        try:
            if value and value.strip():
                check(value)
        except ValueError as error:
            found[name] = f"{name}: {error}"
    return found


def respellings(found: Counter[str]) -> str:
    """Language tags as they were found, with how articles have them and how many do."""
    each = [f"{tag} → {names.respelt(tag)} ({count})" for tag, count in found.most_common()]
    return f"written as BCP 47 has it: {listed(each, _SHOWN)}"


def override(below: Metadata, above: Metadata) -> Metadata:
    """The fields of `above`, and those of `below` where it has none."""
    return Metadata(
        **{
            name: getattr(below, name) if getattr(above, name) is None else getattr(above, name)
            for name in Metadata.__struct_fields__
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
        raise ValueError(misfits.said(error)) from error
    whole = override(given, _sound(said))
    for wrong in odd(None, whole.license if whole.redistribute else None).values():
        raise ValueError(wrong)
    return whole
