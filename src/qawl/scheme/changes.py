"""How a scheme follows from its older versions: names renamed, merged, split or removed.

Left of a step stand names of the older version, right of it those of the newer. All steps of a change
hold at once, so two names can change places.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct, field


class Name(NamedTuple):
    """What a step is of: a label, a relation, an attribute, or a value of an attribute."""

    kind: str
    name: str
    of: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.of}={self.name}" if self.of else f"{self.kind} {self.name}"


class Fate(NamedTuple):
    """What becomes of a name: another, or None where it is removed.

    Of a split, `asked` has the names that a person is to choose from.
    """

    how: str
    to: str | None
    asked: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.to is None:
            return "is removed"
        if self.asked:
            return (
                f"is split into {', '.join(self.asked)}; {self.to} unless a person says otherwise"
            )
        return f"becomes {self.to}"


class _Step(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    label: str | None = None
    relation: str | None = None
    attribute: str | None = None
    value: str | None = None

    @property
    def names(self) -> list[Name]:
        """What it is of: one name, where it is well made."""
        found = [Name("label", self.label)] if self.label is not None else []
        found += [Name("relation", self.relation)] if self.relation is not None else []
        if self.attribute is not None and self.value is not None:
            return [*found, Name("value", self.value, self.attribute)]
        return [*found, Name("attribute", self.attribute)] if self.attribute is not None else found


class Renamed(_Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name that is another now."""

    to: str


class Removed(_Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name that is no more, with what it said."""


class Split(_Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name that is several now: the default, until a person says which."""

    into: tuple[str, ...]
    default: str


class Merged(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Several names that are one now."""

    labels: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    attribute: str | None = None
    values: tuple[str, ...] = ()
    to: str

    @property
    def names(self) -> list[Name]:
        """What is merged: names of one kind, where it is well made."""
        found = [Name("label", each) for each in self.labels]
        found += [Name("relation", each) for each in self.relations]
        found += [Name("attribute", each) for each in self.attributes]
        if self.attribute is not None:
            found += [Name("value", each, self.attribute) for each in self.values]
        return found


class Change(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """The steps from one or more older versions to a newer one: the scheme's own, where it names none."""

    from_: tuple[str, ...] = field(name="from")
    to: str | None = None
    renamed: tuple[Renamed, ...] = ()
    merged: tuple[Merged, ...] = ()
    split: tuple[Split, ...] = ()
    removed: tuple[Removed, ...] = ()

    def stated(self) -> Iterator[tuple[Name, Fate]]:
        """Each name of the older version with what becomes of it."""
        for renamed in self.renamed:
            yield from ((name, Fate("renamed", renamed.to)) for name in renamed.names)
        for merged in self.merged:
            yield from ((name, Fate("merged", merged.to)) for name in merged.names)
        for split in self.split:
            yield from ((name, Fate("split", split.default, split.into)) for name in split.names)
        for removed in self.removed:
            yield from ((name, Fate("removed", None)) for name in removed.names)

    @cached_property
    def fates(self) -> dict[Name, Fate]:
        """What becomes of each name that a step is of."""
        return dict(self.stated())

    def fate(self, name: Name) -> Fate:
        """What becomes of a name: itself, where no step is of it."""
        return self.fates.get(name, Fate("kept", name.name))

    def sources(self, kind: str, newer: str) -> list[str]:
        """The names of the older version that a newer one comes from; itself, where no step is of it and
        none was renamed to it."""
        steps = [
            (name, fate)
            for name, fate in self.fates.items()
            if (name.kind, name.of) == (kind, None) and newer in (fate.to, *fate.asked)
        ]
        found = [name.name for name, _ in steps]
        new = any(fate.how == "renamed" for _, fate in steps)
        return found if new or Name(kind, newer) in self.fates else [*found, newer]

    def onward(self, name: Name) -> list[Name]:
        """The names of the newer version that a name leads to; none where it is removed."""
        of = name.of
        if of is not None:
            of = self.fate(Name("attribute", of)).to
            if of is None:
                return []
        fate = self.fate(name)
        return [Name(name.kind, each, of) for each in fate.asked or (fate.to,) if each is not None]


def path(changes: Iterable[Change], version: str, current: str) -> tuple[Change, ...]:
    """The changes that lead from a version to the current one; none where they don't."""
    known = {each: change for change in changes for each in change.from_}
    found: list[Change] = []
    while version != current:
        change = known.get(version)
        if change is None or change in found:
            return ()
        found.append(change)
        version = change.to or current
    return tuple(found)


def lines(changes: Iterable[Change]) -> Iterator[str]:
    """The steps in words."""
    return (f"{name} {fate}" for change in changes for name, fate in change.fates.items())
