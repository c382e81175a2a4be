"""The names of a scheme that work uses, and the older version of the scheme that they are of."""

from collections.abc import Iterator, Mapping

from qawl.annotations import reading
from qawl.scheme import change_problems
from qawl.scheme.changes import Change, Name, path
from qawl.scheme.kinds.registry import value_of
from qawl.scheme.model import Scheme


def version(annotation: Mapping[str, object], stamped: str, current: Scheme) -> str:
    """The version that work is of: that which it came under, unless it uses names that only an older one
    has; then the newest of those that have most of them.

    Exports don't say what their project's config is of, and a project keeps its names after the scheme
    changed them.
    """
    way = path(current.changes, stamped, current.version)
    if not current.changes or (stamped != current.version and not way):
        return stamped
    used = {name for each in reading.results(annotation) for name in names(each)}
    changed = {name for name in used if any(name in each.fates for each in current.changes)}
    strange = {name for name in changed if not _has(name, way, current)}
    known = {
        old: sum(_has(name, each, current) for name in strange)
        for old, each in (_before(way, current) if strange else ())
    }
    found = max(known, key=lambda old: known[old], default=stamped)
    return found if known.get(found) else stamped


def _has(name: Name, way: tuple[Change, ...], current: Scheme) -> bool:
    """Whether the version that a way leads from has a name."""
    if not way:
        return change_problems.lacks(current, name) is None
    if name in way[0].fates:
        return True
    new = any(
        fate.how == "renamed" and name == Name(old.kind, str(fate.to), old.of)
        for old, fate in way[0].fates.items()
    )
    return not new and any(_has(each, way[1:], current) for each in way[0].onward(name))


def _before(way: tuple[Change, ...], current: Scheme) -> list[tuple[str, tuple[Change, ...]]]:
    """The versions before that which a way leads from, with the way from each; the newest first."""
    ways = [
        (old, path(current.changes, old, current.version))
        for change in current.changes
        for old in change.from_
    ]
    older = [
        (old, each)
        for old, each in ways
        if len(each) > len(way) and each[len(each) - len(way) :] == way
    ]
    return sorted(older, key=lambda each: len(each[1]))


def names(result: Mapping[str, object]) -> Iterator[Name]:
    """The names that a result uses."""
    value = reading.value(result)
    if result.get("type") == "relation":
        yield from (Name("relation", each) for each in reading.words(result.get("labels")))
        return
    for labels in (value.get("labels"), value.get("hypertextlabels")):
        yield from (Name("label", each) for each in reading.words(labels))
    control = str(result.get("from_name"))
    yield Name("attribute", control)
    given = value_of(value)
    for each in given if isinstance(given, list) else [given]:
        parts = each if isinstance(each, list) else [each]
        yield from (Name("value", part, control) for part in parts if isinstance(part, str))
