"""What a reader returns: articles as they came, and what is none with the reason."""

import re
from collections.abc import Iterator, Mapping

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from qawl.articles.metadata import FIELDS, Metadata, one_source
from qawl.core.errors import TOO_DEEP
from qawl.core.findings import Reason, reason
from qawl.core.records import FORMAT, Format
from qawl.core.text import blank, printable

LONGEST = 1_000_000
"""Code points of the longest text that is taken for an article."""
_DEEPEST = 100
"""How often lists and objects of a context may stand in each other."""
_CONTROL = re.compile("[\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
HALF = re.compile("[\ud800-\udfff]")
"""Half of an emoji or another rare character, which is no Unicode alone."""


class Received(Struct, frozen=True, kw_only=True):
    """An article as it came; `line` is the line or row where the file holds several.

    `annotated` names the fields of the record that hold annotations, which are not taken; `unread` the
    other fields that are not read, each with the field of ours that it looks like;
    `absent` the fields that --map names and the record does not have; `left_out` what a document has
    beside its running text, with how often.
    """

    path: str
    line: int | None = None
    text: str
    metadata: Metadata
    annotated: tuple[str, ...] = ()
    unread: tuple[tuple[str, str | None], ...] = ()
    absent: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()

    @property
    def place(self) -> str:
        """The path, with the line where there is one."""
        return _place(self.path, self.line)


class SetAside(Struct, frozen=True, kw_only=True):
    """Something that is not an article; a line of corpus/set-aside.jsonl."""

    format: Format = FORMAT
    path: str
    line: int | None = None
    reason: str
    check: str | UnsetType = UNSET  # lines of earlier versions have none

    @property
    def summary(self) -> str:
        """The reason without what it says of this one alone."""
        return self.reason.split(":")[0]

    @property
    def place(self) -> str:
        """The path, with the line where there is one."""
        return _place(self.path, self.line)


Found = Received | SetAside


def _place(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"


def set_aside(path: str, why: Reason, line: int | None = None) -> SetAside:
    """What is not an article; a reason may quote what is not Unicode."""
    return SetAside(path=path, line=line, reason=printable(why.words), check=why.check)


def checked(text: str, path: str, line: int | None, metadata: Metadata) -> Found:
    """A received article, unless its text is none."""
    if blank(text):
        return set_aside(path, reason("text-empty"), line)
    if len(text) > LONGEST:
        return set_aside(path, reason("text-long", f": {len(text)} code points"), line)
    context = metadata.context
    if _deeper(context, _DEEPEST):
        return set_aside(path, reason("field-wrong", f": context: {TOO_DEEP}"), line)
    texts = {"text": text, **_strings(metadata), "context": "\n".join(_said(context))}
    if wrong := next(_broken(texts), None):
        return set_aside(path, reason("text-half", f": in its {wrong}"), line)
    plain = {name: _CONTROL.sub("", each) for name, each in _strings(metadata).items()}
    source = one_source(plain.pop("source", "")) or None
    known = replace(
        metadata, **plain, source=source, context=None if context is None else _plain(context)
    )
    return Received(path=path, line=line, text=text, metadata=known)


def _deeper(value: object, than: int) -> bool:
    """Whether lists and objects stand in each other more often than that."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return than < 0 or any(_deeper(each, than - 1) for each in inside)


def _said(value: object) -> Iterator[str]:
    """The texts and keys in a value of JSON."""
    if isinstance(value, dict):
        yield from map(str, value)
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _said(each)
    elif isinstance(value, str):
        yield value


def _plain(value: object) -> object:
    """A value of JSON without control characters in its texts and keys."""
    if isinstance(value, dict):
        return {_CONTROL.sub("", str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _CONTROL.sub("", value) if isinstance(value, str) else value


def _strings(metadata: Metadata) -> dict[str, str]:
    values = ((name, getattr(metadata, name)) for name in FIELDS)
    return {name: value for name, value in values if isinstance(value, str)}


def _broken(texts: Mapping[str, str]) -> Iterator[str]:
    """The names of texts that are not Unicode."""
    return (name for name, text in texts.items() if HALF.search(text))
