"""The kind of attributes whose values stand in a tree: tree."""

from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from msgspec import Struct

from qawl.core.column_types import STRING, ListOf, Type
from qawl.core.records import AttributeValue, in_words
from qawl.core.xml import quoteattr
from qawl.scheme.attributes import (
    Attribute,
    ControlPlace,
    Family,
    Json,
    Problem,
    Result,
    Same,
    Value,
    as_words,
)
from qawl.scheme.titles import Titles, xml_title

BETWEEN = " / "
"""What stands between the names of a path where it is one text."""


class Branch(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A value of a tree, and the values below it."""

    name: str
    title: Titles = {}
    definition: Titles = {}
    values: tuple["Branch", ...] = ()


class Tree(Attribute, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="tree", dict=True):
    """A value of a tree, as its path from the root; `multiple`: any number of them."""

    values: tuple[Branch, ...] = ()
    multiple: bool = False
    leaves_only: bool = False

    type: ClassVar[str] = "taxonomy"
    key: ClassVar[str] = "taxonomy"

    @property
    def family(self) -> Family:
        return "set" if self.multiple else "nominal"

    @property
    def several(self) -> bool:
        return True  # a path is a list too

    @property
    def phrase(self) -> str:
        return "trees" if self.multiple else "tree"

    @property
    def takes(self) -> str:
        which = "lowest value" if self.leaves_only else "value"
        return f"any number of {which}s of a tree" if self.multiple else f"one {which} of a tree"

    @property
    def listed(self) -> tuple[Value, ...]:
        return tuple(
            Value(name=BETWEEN.join(path), title=each.title, definition=each.definition)
            for path, each in _paths(self.values)
        )

    @property
    def shown(self) -> tuple[Value, ...]:
        return ()  # Label Studio opens a list

    @property
    def rows(self) -> int:
        return 3 if self.multiple else 2  # what is chosen stands in the field, and wraps

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(
            BETWEEN.join(path)
            for path, each in _paths(self.values)
            if not (self.leaves_only and each.values)
        )

    @cached_property
    def _places(self) -> dict[str, int]:
        """Each of `categories` with its place among them: trees are large, and asked for each value."""
        return {name: number for number, name in enumerate(self.categories)}

    @property
    def nameable(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.name for _, each in _paths(self.values)))

    def contradictions(self) -> list[str]:
        where = f"attribute {self.name}"
        if not self.values:
            return [f"{where} has no values"]
        paths = [path for path, _ in _paths(self.values)]
        told: dict[str, tuple[str, ...]] = {}
        for path in paths:
            other = told.setdefault(BETWEEN.join(path), path)
            if other != path:
                both = f"{BETWEEN.join(path)!r} is a value, and a path of others"
                return [f"{where}: {both}: call one of them another name"]
        first: dict[tuple[str, ...], tuple[str, ...]] = {}
        for path in paths:
            other = first.setdefault(tuple(sorted(path)), path)
            if other != path:
                both = f"{BETWEEN.join(other)} and {BETWEEN.join(path)}"
                return [f"{where}: {both} have the same names: call one of them another name"]
        return []

    def config(self, language: str, place: ControlPlace) -> list[str]:
        most = "" if self.multiple else 'maxUsages="1"'
        leaves = 'leafsOnly="true"' if self.leaves_only else ""
        more = " ".join(filter(None, (most, leaves)))
        opened = self.opened("Taxonomy", self.controls[0], more, place)
        return [f"{opened}>", *_branches(self.values, language), "</Taxonomy>"]

    def read(self, given: object) -> AttributeValue | None:
        if not isinstance(given, list) or not all(isinstance(each, list) for each in given):
            value = as_words(given)
            path = [value] if isinstance(value, str) else value
            return [path] if path and self.multiple else path
        paths = [[str(each).strip() for each in path] for path in given if path]
        if not paths:
            return None
        return paths if self.multiple or len(paths) > 1 else paths[0]

    def write(self, value: AttributeValue) -> Result:
        return Result(
            self.controls[0], self.type, {self.key: [list(each) for each in _each(value)]}
        )

    def same(self, value: AttributeValue) -> Same:
        paths = sorted({BETWEEN.join(path) for path in _each(value)})
        return tuple(paths) if self.multiple or len(paths) != 1 else paths[0]

    def in_order(self, value: AttributeValue) -> AttributeValue:
        if not self.multiple:
            return value
        known = self._places
        paths = {BETWEEN.join(path): path for path in _each(value)}
        return [
            paths[each] for each in sorted(paths, key=lambda one: (known.get(one, len(known)), one))
        ]

    def json_schema(self) -> Json:
        known = {BETWEEN.join(path): list(path) for path, _ in _paths(self.values)}
        one: Json = {"enum": [known[each] for each in self.categories]}
        return {"type": "array", "items": one, "minItems": 1} if self.multiple else one

    def column(self) -> Type:
        return ListOf(ListOf(STRING)) if self.multiple else ListOf(STRING)

    def fits(self, value: AttributeValue) -> bool:
        if isinstance(value, str | int | float):
            return False
        return all(isinstance(each, str) is not self.multiple for each in value)

    def problems(self, value: AttributeValue) -> Iterator[Problem]:
        paths = [BETWEEN.join(path) for path in _each(value)]
        if len(paths) > 1 and not self.multiple:
            yield self.one_wanted(value)
        for each in paths:
            if each not in self._places:
                yield self.unknown(each)
        if len({*paths}) < len(paths):
            yield Problem("value-twice", f"{self.name} has a value twice: {in_words(value)}")


def _each(value: AttributeValue) -> list[list[str]]:
    """The paths of a value."""
    if isinstance(value, str | int | float):
        return [[in_words(value)]]
    if all(isinstance(each, str) for each in value):
        return [[str(each) for each in value]]
    return [[each] if isinstance(each, str) else list(each) for each in value]


def _paths(values: tuple[Branch, ...]) -> Iterator[tuple[tuple[str, ...], Branch]]:
    """Every value of a tree with its path, from the root down."""
    for each in values:
        yield (each.name,), each
        for path, below in _paths(each.values):
            yield (each.name, *path), below


def _branches(values: tuple[Branch, ...], language: str) -> Iterator[str]:
    """The choices of a tree, nested."""
    for each in values:
        title = xml_title(each.title, language, each.name)
        start = f"  <Choice value={title} alias={quoteattr(each.name)}"
        if each.values:
            yield f"{start}>"
            yield from (f"  {line}" for line in _branches(each.values, language))
            yield "  </Choice>"
        else:
            yield f"{start}/>"
