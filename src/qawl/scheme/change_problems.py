"""What contradicts itself in how a scheme follows from its older versions, in words."""

from collections import Counter
from collections.abc import Iterator

from qawl.scheme.changes import Change, Fate, Name, Split
from qawl.scheme.model import Scheme


def problems(scheme: Scheme) -> Iterator[str]:
    """What contradicts itself in the changes of a scheme, with the place."""
    starts = Counter(each for change in scheme.changes for each in change.from_)
    if not scheme.changes:
        return
    yield from (f"changes: two changes from version {each}" for each, n in starts.items() if n > 1)
    for change in scheme.changes:
        where = f"changes: from {', '.join(change.from_)}" if change.from_ else "changes"
        wrong = [*_way(scheme, change), *_ill_made(change), *_against_each_other(change)]
        if not wrong:
            wrong = list(_ends(scheme, change))
        yield from (f"{where}: {each}" for each in wrong)


def _way(scheme: Scheme, change: Change) -> Iterator[str]:
    """That a change leads from somewhere to the scheme's version."""
    if not change.from_ or "" in change.from_:
        yield "from: name the older version"
    if scheme.version in change.from_:
        yield f"{scheme.version} is the scheme's own version: give it a new one"
    elif _onward(scheme, change) is None:
        yield f"no change leads on from {change.to} to {scheme.version}"


def _onward(scheme: Scheme, change: Change) -> list[Change] | None:
    """The changes after a change; None where these don't end at the scheme's version."""
    found: list[Change] = []
    while change.to not in {None, scheme.version}:
        following = [each for each in scheme.changes if change.to in each.from_]
        if not following or following[0] in found:
            return None
        change = following[0]
        found.append(change)
    return found


def _ill_made(change: Change) -> Iterator[str]:
    """Steps that name nothing, or too much."""
    for how, steps in (
        ("renamed", change.renamed),
        ("split", change.split),
        ("removed", change.removed),
    ):
        for each in steps:
            if len(each.names) != 1 or (each.value is not None and each.attribute is None):
                yield f"{how}: name one label, relation or attribute, or an attribute with its value"
    for merged in change.merged:
        kinds = {name.kind for name in merged.names}
        if len(kinds) != 1 or (merged.attribute is None) is bool(merged.values):
            yield (
                f"merged to {merged.to}: name labels, relations or attributes, or an attribute with its "
                "values"
            )
    yield from (problem for each in change.split for problem in _ill_split(each))


def _ill_split(split: Split) -> Iterator[str]:
    named = split.names[0] if split.names else "nothing"
    if len(set(split.into)) < max(2, len(split.into)):
        yield f"split: {named}: into: give two names or more, each once"
    elif split.default not in split.into:
        yield f"split: {named}: the default {split.default} is none of {', '.join(split.into)}"


def _against_each_other(change: Change) -> Iterator[str]:
    """Two steps of one name, and two names that become one without being merged."""
    stated = list(change.stated())
    counts = Counter(name for name, _ in stated)
    for name in (name for name, n in counts.items() if n > 1):
        hows = ", ".join(fate.how for one, fate in stated if one == name)
        yield f"{name} has {counts[name]} steps ({hows}): give it one"
    for name, fate in stated:
        if name.of is not None and change.fate(Name("attribute", name.of)).to is None:
            yield f"{name} is {fate.how}, but attribute {name.of} is removed"
        if fate.how == "renamed" and fate.to == name.name:
            yield f"{name} is renamed to itself"
    goals: dict[tuple[str, str | None, str | None], list[tuple[Name, Fate]]] = {}
    for name, fate in stated:
        if fate.how in {"renamed", "merged"} and counts[name] == 1:
            goals.setdefault((name.kind, name.of, fate.to), []).append((name, fate))
    for several in goals.values():
        if len(several) > 1 and any(fate.how == "renamed" for _, fate in several):
            both = " and ".join(str(name) for name, _ in several)
            yield f"{both} both become {several[0][1].to}: that is merged"


def _ends(scheme: Scheme, change: Change) -> Iterator[str]:
    """That all names that steps lead to stand in the scheme, and those that are no more don't."""
    later = _onward(scheme, change) or []
    for name, fate in change.fates.items():
        ends = change.onward(name)
        for each in later:
            ends = [further for end in ends for further in each.onward(end)]
        for end in ends:
            if (missing := lacks(scheme, end)) is not None:
                yield f"{name} {fate}: {missing}"
        own = name.kind != "value" and not later and lacks(scheme, name) is None
        if own and name.name not in _goals(change, name.kind):
            yield f"{name} {fate}, but the scheme has a {name}"


def _goals(change: Change, kind: str) -> set[str | None]:
    """The names that steps of a kind lead to."""
    return {
        goal
        for name, fate in change.fates.items()
        if name.kind == kind
        for goal in (fate.to, *fate.asked)
    }


def lacks(scheme: Scheme, name: Name) -> str | None:
    """What the scheme lacks of a name; None where it has it."""
    if name.of is not None:
        attribute = scheme.attribute.get(name.of)
        if attribute is None:
            return f"the scheme has no attribute {name.of}"
        if not attribute.nameable:
            return f"{name.of} is a {attribute.kind}: its values have no names"
        known = attribute.nameable
    else:
        known = {
            "label": tuple(scheme.label),
            "relation": tuple(scheme.relation),
            "attribute": tuple(scheme.attribute),
        }[name.kind]
    return None if name.name in known else f"the scheme has no {name}"
