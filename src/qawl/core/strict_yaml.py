"""YAML text → typed values: a key given twice is refused, a date stays the text that it is written as."""

import math
import re
from collections.abc import Hashable
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import inspect

from qawl.core import misfits
from qawl.core.errors import TOO_DEEP, ProjectError, QawlError, other_format
from qawl.core.odd_json import HALF

T = TypeVar("T")
_UNKNOWN = re.compile(r"Object contains unknown field `[^`]*`(?: - at `\$(?P<path>.*)`)?")
_NO_VALUE = re.compile(r"Invalid enum value .* - at `\$(?P<path>.*)`", re.DOTALL)
_NO_TEXT = re.compile(r"Expected `str\b[^`]*`, got `(int|float|bool)`")
_STEP = re.compile(r"\.(\w+)|\[(?:\.\.\.|\d+)\]")
_TRUTH = "tag:yaml.org,2002:bool"
_TRUTHS = re.compile("true|True|TRUE|false|False|FALSE")
_Resolvers = dict[str, list[tuple[str, re.Pattern[str]]]]


def read(
    text: str, where: str, error: type[QawlError] = ProjectError, *, words: bool = False
) -> Any:
    """YAML text as the plain values that it is written as; `error` is raised with file and line.

    With `words`, yes, no, on and off are words, as in YAML 1.2: they are names more often than truths.
    """
    value = _loaded(text, where, error, words=words)
    if "*" in text and _values(value, {}) > max(MOST, len(text)):
        raise error(f"{where}: its aliases stand for more than {MOST:,} values: write them out")
    return {} if value is None else value


def _loaded(text: str, where: str, error: type[QawlError], *, words: bool) -> Any:
    loader, quick = (_WordLoader, _QuickWords) if words else (_Loader, _Quick)
    try:
        if _plain(text):
            with suppress(Exception):  # the other says what is wrong
                return yaml.load(text, Loader=quick)  # noqa: S506 - a SafeLoader, only stricter
        return yaml.load(text, Loader=loader)  # noqa: S506 - the same
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise error(f"{where}{at}: not YAML: {_said(text, problem.problem)}") from problem
    except yaml.YAMLError as problem:
        raise error(f"{where}: not YAML: {str(problem).splitlines()[0]}") from problem
    except RecursionError as problem:
        raise error(f"{where}: {TOO_DEEP}") from problem
    except (ValueError, TypeError, AttributeError, LookupError) as problem:  # of tags as `!!int x`
        raise error(f"{where}: not YAML: a value does not fit its tag ({problem})") from problem


def written(value: object) -> str:
    """A value as YAML has it on one line, quoted where another would be read: `'no'`, `'2024'`, `[a1]`.

    >>> written("no"), written(["a1", "x # y"])
    ("'no'", "[a1, 'x # y']")
    """
    text = yaml.dump(
        [value],
        Dumper=_OneLine,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=math.inf,
    )
    return text.strip()[1:-1]


class _OneLine(yaml.SafeDumper):
    """Writes texts of several lines in double quotes, where a line's end is an escape."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        several = len(f"{text}.".splitlines()) > 1
        return self.represent_scalar("tag:yaml.org,2002:str", text, '"' if several else None)


_OneLine.add_representer(str, _OneLine.represent_text)


MOST = 1_000_000
"""Values that a file may stand for once its aliases are written out."""


def _values(value: object, known: dict[int, int]) -> int:
    """How many values a value holds, itself among them; what several aliases name is counted for each.

    What holds itself is counted once; who reads it finds it too deep.
    """
    if not isinstance(value, dict | list | set | tuple):
        return 1
    place = id(value)
    if place not in known:
        known[place] = 1  # where it holds itself
        inner = (*value, *value.values()) if isinstance(value, dict) else value
        known[place] = 1 + sum(_values(each, known) for each in inner)
    return known[place]


def convert(value: object, where: str, kind: type[T], error: type[QawlError] = ProjectError) -> T:
    """A plain value as a typed one; `error` is raised with the key."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as problem:
        more = _known(problem, kind) or _values_of(problem, kind) or _in_quotes(problem)
        words = other_format(problem) or f"{misfits.said(problem)}{more}"
        raise error(f"{where}: {words}") from problem


def _known(problem: msgspec.ValidationError, kind: type[object]) -> str:
    """The keys that there are, where one is not among them."""
    found = _UNKNOWN.fullmatch(str(problem))
    if not found:
        return ""
    keys: list[str] = []
    for each in _below(kind, found["path"] or ""):
        if isinstance(each, inspect.StructType):
            keys += [one.encode_name for one in each.fields]
            keys += [each.tag_field] if each.tag_field else []  # a key that is no field
    return f"; the keys are {', '.join(dict.fromkeys(keys))}" if keys else ""


def _values_of(problem: msgspec.ValidationError, kind: type[object]) -> str:
    """The values that there are, where one is not among them."""
    found = _NO_VALUE.fullmatch(str(problem))
    if not found:
        return ""
    below = _below(kind, found["path"])
    values = [str(value) for each in below for value in getattr(each, "values", ())]
    return f"; it is one of {', '.join(values)}" if values else ""


def _in_quotes(problem: msgspec.ValidationError) -> str:
    """How a text is written that YAML reads as something else."""
    if not _NO_TEXT.match(str(problem)):
        return ""
    return "; if it is a text, put it in quotes: 'no', '2024', '1.5'"


def _below(kind: type[object], path: str) -> list[inspect.Type]:
    """The types that a value at this path may have."""
    top = inspect.type_info(kind)
    places = [*top.types] if isinstance(top, inspect.UnionType) else [top]
    for name in _STEP.findall(path):
        places = [inner for each in places for inner in _inner(each, name)]
    return places


def _inner(kind: inspect.Type, name: str) -> list[inspect.Type]:
    """The types that a value of this type may have below a key, or as an element."""
    if isinstance(kind, inspect.UnionType):
        return [inner for each in kind.types for inner in _inner(each, name)]
    found = [kind]
    if isinstance(kind, inspect.StructType):
        found = [each.type for each in kind.fields if each.encode_name == name]
    elif isinstance(kind, inspect.DictType):
        found = [kind.value_type]
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
        found = [kind.item_type]
    return [one for each in found for one in getattr(each, "types", (each,))]


_HINTS = {
    "mapping values are not allowed here": "a value with a colon and a space in it (a: b) needs quotes "
    "around it, and keys below one another start in the same column",
    "but found '<block mapping start>'": "this line does not start in the column of the lines that it "
    "belongs to",
    "found character '\\t' that cannot start any token": "a tab stands here: use spaces",
}
"""How what the parser says of what people get wrong most ends, and the same in words."""


def _said(text: str, problem: str | None) -> str:
    """What is wrong in words; the marks of a merge by git are named."""
    marks = ("<<<<<<< ", "=======", ">>>>>>> ")
    if all(f"\n{mark}" in f"\n{text}" for mark in marks):
        return "git could not merge this file: take out the lines with <<<<<<<, =======, >>>>>>>"
    found = problem or "it can't be read"
    return next((words for end, words in _HINTS.items() if found.endswith(end)), found)


DEEPEST = 50
"""How deep a file may nest for the parser in C, which checks no depth."""


def _plain(text: str) -> bool:
    """Whether the parser in C, which is quick, reads a text, and is safe to."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return False
    except (yaml.YAMLError, UnicodeError):
        return False
    return not yaml.reader.Reader.NON_PRINTABLE.search(text)


def _words(resolvers: _Resolvers) -> _Resolvers:
    """What scalars are read as, with true and false alone as truths."""
    found = {
        first: [each for each in known if each[0] != _TRUTH] for first, known in resolvers.items()
    }
    for first in "tTfF":
        found[first] = [*found.get(first, ()), (_TRUTH, _TRUTHS)]
    return found


class _Strict(yaml.constructor.SafeConstructor):
    """Refuses a key given twice, and half a character; two halves, as JSON escapes them, are one."""

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        value = super().construct_scalar(node)
        try:
            return (
                value
                if value.isascii()
                else value.encode("utf-16", "surrogatepass").decode("utf-16")
            )
        except UnicodeDecodeError:
            raise yaml.constructor.ConstructorError(
                None, None, f"{HALF} stands here", node.start_mark
            ) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen = set[object]()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):  # else it is no key, which is said below
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key!r} is there twice", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


_PLAIN: _Resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
"""What scalars are read as: dates are left as the strings they are written as."""


class _Loader(_Strict, yaml.SafeLoader):
    yaml_implicit_resolvers = _PLAIN


class _WordLoader(_Strict, yaml.SafeLoader):
    yaml_implicit_resolvers = _words(_PLAIN)


class _Quick(_Strict, yaml.CSafeLoader):
    yaml_implicit_resolvers = _PLAIN


class _QuickWords(_Strict, yaml.CSafeLoader):
    yaml_implicit_resolvers = _words(_PLAIN)
