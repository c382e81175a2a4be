"""The names of a scheme that work uses, and the older version of the scheme that they are of."""

from collections.abc import Iterator, Mapping

from qawl.annotations import reading
from qawl.scheme import change_problems
from qawl.scheme.changes import Name, path
from qawl.scheme.kinds.registry import value_of
from qawl.scheme.scheme import Scheme


def version(annotation: Mapping[str, object], stamped: str, current: Scheme) -> str:
    """The version that work is of: that which it came under, unless it came under the current one and
    uses a name that only an older one has.

    Exports don't say what their project's config is of, and a project keeps its names after the scheme
    changed them.
    """
    if stamped != current.version or not current.changes:
        return stamped
    used = {name for each in reading.results(annotation) for name in names(each)}
    strange = {name for name in used if change_problems.lacks(current, name)}
    if not strange:
        return stamped
    ways = {old: path(current.changes, old, stamped) for c in current.changes for old in c.from_}
    newest_first = sorted(ways, key=lambda old: len(ways[old]))
    found = (old for old in newest_first if ways[old] and strange & ways[old][0].fates.keys())
    return next(found, stamped)


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
