"""What changed between two releases, and the version number that the change calls for.

The rule is that of Croissant 1.1: records edited, removed or moved make a new major version, records
added a minor one, the same records packed anew, or other words about them, a patch. Before 1.0 a major
change raises the minor number.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from pathlib import Path

from msgspec import UNSET, Struct, UnsetType, structs

from qawl.core.column_types import Cell, Row
from qawl.core.records import JUDGE
from qawl.core.versions import bumped
from qawl.release.rights.standoff import NOTHING, SUFFIX
from qawl.release.tables.silver_table import SILVER
from qawl.release.versions import manifest
from qawl.release.versions.changed_rows import differing, titles_of
from qawl.release.versions.manifest import Manifest
from qawl.scheme import scheme
from qawl.scheme.names import SPAN, attribute_of, layer_of

Key = tuple[str, str, str]
Worked = tuple[str, str]
"""(layer, annotator)."""
Match = tuple[Row, Row | None]
"""A span of the older release, and what it is in the newer one."""
Arrow = tuple[str, str, str, str]
"""A relation: its name, the ids of the spans at its ends, its direction."""


class Change(Struct, frozen=True):
    """How many records of a layer and label changed in one way."""

    layer: str
    label: str
    kind: str
    count: int


class Changed(Struct, frozen=True):
    """An article that changed: its title (None where it is withheld, or the article is gone), and how."""

    id: str
    title: str | None
    changes: tuple[str, ...]


class Difference(Struct, frozen=True):
    """All changes, and the level they call for: major, minor, patch, or none.

    `articles` has every article that changed, in the order of ids. `steps` has, by layer, the steps in
    which the newer scheme says that it follows from the older, `documents` those that were reworded, once
    both releases have all of theirs.
    """

    old: str
    new: str
    changes: tuple[Change, ...]
    level: str
    version: str | None
    steps: dict[str, list[str]] | UnsetType = UNSET
    articles: tuple[Changed, ...] = ()
    documents: tuple[str, ...] | UnsetType = UNSET


MAJOR = frozenset(
    {
        *("removed", "edited", "moved", "withheld", "reopened"),
        *("relabelled", "re-bounded", "re-attributed", "re-linked"),
        *("annotation removed", "annotation edited", "silver removed"),
    }
)
MINOR = frozenset(
    {"added", "restored", "completed", "annotation added", "silver added", "silver changed"}
)
_DERIVED = frozenset({"text", "withheld", "code_points", "split", "title_sha256"})
"""Columns of an article that say nothing that another column doesn't."""


def difference(old: Path, new: Path) -> Difference:
    """Compares two release folders, both read as streams."""
    manifest.refuse_changed(old)
    for folder in (old, new):
        manifest.refuse_missing_parts(folder)
    before, after = manifest.load(old), manifest.load(new)
    layers = sorted({*before.chain, *after.chain})
    counts: Counter[Key] = Counter()
    turned: set[str] = set()
    changed: dict[str, Changed] = {}
    for identity, one, other in differing(old, new, "articles", _article):
        keys = list(_article_changes(one, other, layers))
        counts.update(keys)
        if keys:
            changed[identity] = Changed(identity, None, _in_words(keys))
        if one and other and one["withheld"] != other["withheld"]:
            turned.add(identity)
    for identity, was, now in differing(old, new, "annotations", _annotations):
        keys = list(_annotation_changes(was, now, identity in turned))
        counts.update(keys)
        if keys and identity not in changed:
            changed[identity] = Changed(identity, None, _in_words(keys))
    counts.update(_silver_changes(before, after))
    counts.update(_table_changes(before, after))
    if before.told_sha256 != after.told_sha256:
        counts["documents", "", "reworded"] += 1
    changes = tuple(
        Change(layer, label, kind, count) for (layer, label, kind), count in sorted(counts.items())
    )
    packed = before.content_sha256 != after.content_sha256
    level = _level({change.kind for change in changes}, packed=packed)
    calls = bumped(before.version, level)
    steps = dict(_steps(new, before, after)) or UNSET
    titles = titles_of(new, changed)
    articles = tuple(
        structs.replace(changed[identity], title=titles.get(identity))
        for identity in sorted(changed)
    )
    return Difference(before.version, after.version, changes, level, calls, steps, articles)


def _silver_changes(before: Manifest, after: Manifest) -> Iterator[Key]:
    """What happened to the silver of each layer."""
    one, other = before.silver or {}, after.silver or {}
    for layer in sorted({*one, *other}):
        if layer not in other:
            yield layer, "", "silver removed"
        elif layer not in one:
            yield layer, "", "silver added"
        elif one[layer] != other[layer]:
            yield layer, "", "silver changed"


def _table_changes(before: Manifest, after: Manifest) -> Iterator[Key]:
    """Tables that only one of the releases has: the other has no rows for them."""
    one, other = before.tables, after.tables
    for config in sorted({*one, *other} - {SILVER}):
        if (config in one) != (config in other):
            yield config, "", "table removed" if config in one else "table added"


def _level(kinds: set[str], *, packed: bool) -> str:
    """The level that kinds of changes call for; `packed` is that the tables are others."""
    if kinds & MAJOR:
        return "major"
    if kinds & MINOR:
        return "minor"
    return "patch" if kinds or packed else "none"


def _in_words(keys: list[Key]) -> tuple[str, ...]:
    """The changes of an article, each kind once."""
    said = dict.fromkeys(
        kind if layer == "articles" and not label else f"{label or layer} {kind}"
        for layer, label, kind in keys
    )
    return tuple(said)


def _steps(new: Path, before: Manifest, after: Manifest) -> Iterator[tuple[str, list[str]]]:
    """(layer, steps) of each scheme that states how it follows from that of the older release."""
    for layer in before.chain.keys() & after.chain.keys():
        path = new / "schemes" / f"{layer}.yaml"
        if path.is_file():
            stated = scheme.load_file(path).steps_since(before.chain[layer].scheme_version)
            if stated:
                yield layer, stated


def _article_changes(old: Row | None, new: Row | None, layers: list[str]) -> Iterator[Key]:
    """What happened to an article that stands in at least one of the releases."""
    if old is None or new is None:
        yield "articles", "", "added" if old is None else "removed"
    else:
        yield from _metadata_changes(old, new, layers)
    for layer in layers:
        yield from _layer_changes(layer, old or {}, new or {}, layers)


def _metadata_changes(old: Row, new: Row, layers: list[str]) -> Iterator[Key]:
    if old["split"] != new["split"]:
        yield "articles", "", "moved"
    turned = old["withheld"] != new["withheld"]
    if turned:
        yield "articles", "", "withheld" if new["withheld"] else "restored"
    for name, value in new.items():
        own = name in old and name not in _DERIVED and layer_of(name, layers) is None
        if own and value != old[name] and not (turned and name == "title"):
            yield "articles", name, "edited"


def _layer_changes(layer: str, old: Row, new: Row, layers: list[str]) -> Iterator[Key]:
    """Changes of a layer's gold: whether it is whole, its spans, relations, choices on the article."""
    was, now = old.get(f"{layer}_complete"), new.get(f"{layer}_complete")
    if (was, now) in {(False, True), (True, False)}:
        yield layer, "", "completed" if now else "reopened"
    turned = old.get("withheld") != new.get("withheld")
    before, after = old.get(f"{layer}_spans") or [], new.get(f"{layer}_spans") or []
    matched, added = _matched(before, after)
    yield from _span_changes(layer, matched, added, turned)
    now_called = {
        one["id"]: other["id"] if other else f"{one['id']}, gone" for one, other in matched
    }
    was_drawn, drawn = _arrows(old, layer, now_called), _arrows(new, layer, {})
    yield from _arrow_changes(layer, was_drawn - drawn, drawn - was_drawn)
    if was is None or now is None:
        return  # all of it came, or went
    names = {each for each in new if attribute_of(each, layer, layers) is not None}
    for name in sorted(_reattributed(old, new, names, turned)):
        yield layer, name.removeprefix(f"{layer}_"), "re-attributed"


def _arrows(row: Row, layer: str, called: Mapping[str, str]) -> set[Arrow]:
    """The relations of a row, their ends by the ids that are given them."""
    return {
        (
            each["label"] or "",
            called.get(each["from"], each["from"]),
            called.get(each["to"], each["to"]),
            each["direction"],
        )
        for each in row.get(f"{layer}_relations") or ()
    }


def _arrow_changes(layer: str, gone: set[Arrow], come: set[Arrow]) -> Iterator[Key]:
    """Relations that went and came: one that came in place of another is that one, drawn otherwise."""
    left = sorted(come)
    for arrow in sorted(gone):
        instead = next((each for each in left if _instead(arrow, each)), None)
        if instead is None:
            yield layer, arrow[0], "removed"
            continue
        left.remove(instead)
        for label in sorted({arrow[0], instead[0]}):
            yield layer, label, "re-linked"
    for arrow in left:
        yield layer, arrow[0], "added"


def _instead(old: Arrow, new: Arrow) -> bool:
    """Whether a relation stands where another was: between the same spans, or of its name from the same
    span or to it."""
    same = {*old[1:3]} == {*new[1:3]}
    return same or (old[0] == new[0] and (old[1] == new[1] or old[2] == new[2]))


def _annotation_changes(
    old: dict[Worked, Row] | None, new: dict[Worked, Row] | None, turned: bool
) -> Iterator[Key]:
    """Annotations of one article that came, went or changed, by layer."""
    before, after = old or {}, new or {}
    for key in sorted({*before, *after}):
        if key not in before:
            yield key[0], "", "annotation added"
        elif key not in after:
            yield key[0], "", "annotation removed"
        elif not _same(before[key], after[key], turned):
            yield key[0], "", "annotation edited"


def _same(old: Row, new: Row, turned: bool) -> bool:
    """Whether two annotations say the same; their surfaces don't count, which withholding takes away."""
    was, now = _attributes(old), _attributes(new)
    other = any(_reattributed(was, now, was.keys() | now.keys(), turned))
    return _drawn(old) == _drawn(new) and not other


def _drawn(row: Row) -> tuple[object, ...]:
    """An annotation but for its attributes and surfaces."""
    spans = [(span["id"], span["label"], *_place(span)) for span in row["spans"]]
    return row["status"], spans, row["relations"]


def _attributes(row: Row) -> Row:
    """The attributes of an annotation as columns: by span and name, with what is told beside each."""
    found: Row = {}
    for owner in (row, *row["spans"]):
        counted: Counter[str] = Counter()
        for each in owner["attributes"]:
            counted[each["name"]] += 1  # of several texts or paths each stands there
            name = f"{owner.get('start')} {owner.get('id')} {each['name']} {counted[each['name']]}"
            found[name] = each["value"] if each["values"] is None else each["values"]
            if "value" + SUFFIX in each:
                found[name + SUFFIX] = each["value" + SUFFIX]
    return found


def _reattributed(old: Row, new: Row, names: AbstractSet[str], turned: bool) -> Iterator[str]:
    """The attributes whose values differ, by what is said or told of them.

    What is told counts where both releases have a column for it. Where the text turned into withheld or
    back, a value that is withheld on one side can't be compared. Nulls are the same, whatever they hide:
    earlier releases did not tell a value of which nothing may be told from one that is not set.
    """
    for name in names:
        if name.endswith(SUFFIX):
            continue
        both = name + SUFFIX in old and name + SUFFIX in new
        told = (old[name + SUFFIX], new[name + SUFFIX]) if both else (None, None)
        if turned and (told[0] is None) != (told[1] is None):
            continue
        if old.get(name) != new.get(name) or _told(told[0]) != _told(told[1]):
            yield name


def _told(given: Cell) -> Cell:
    """What is told of a value, or of each of several."""
    if isinstance(given, list):
        return [_told(each) for each in given]
    return None if given == NOTHING else given


def _matched(before: list[Row], after: list[Row]) -> tuple[list[Match], list[Row]]:
    """Spans of an article, each with what became of it, by place and label, then place, then overlap; and
    those that are new."""
    by_place: dict[tuple[int, int], list[Row]] = {}
    for span in after:
        by_place.setdefault(_place(span), []).append(span)
    same: list[Match] = []
    moved = []
    for span in before:
        here = by_place.get(_place(span), [])
        found = next((each for each in here if each["label"] == span["label"]), None)
        if found is None:
            moved.append(span)
        else:
            here.remove(found)
            same.append((span, found))
    left = [*chain.from_iterable(by_place.values())]
    for span in moved:
        found = _moved_to(span, left)
        if found is not None:
            left.remove(found)
        same.append((span, found))
    return same, left


def _span_changes(
    layer: str, matched: list[Match], added: list[Row], turned: bool
) -> Iterator[Key]:
    """What happened to the spans of an article."""
    for span, now in matched:
        label = span["label"]
        if now is None:
            yield layer, label, "removed"
        elif now["label"] != label:
            yield layer, label, "relabelled"
        elif _place(now) != _place(span):
            yield layer, label, "re-bounded"
        elif any(_reattributed(span, now, (span.keys() | now.keys()) - {*SPAN}, turned)):
            yield layer, label, "re-attributed"
    for span in added:
        yield layer, span["label"], "added"


def _moved_to(span: Row, left: list[Row]) -> Row | None:
    """What became of a span that is no longer there as it was: another label on the same place, else
    the same label on a place that it overlaps."""
    near = (each for each in left if _near(each, span))
    return next((each for each in left if _place(each) == _place(span)), next(near, None))


def _place(span: Row) -> tuple[int, int]:
    return span["start"], span["end"]


def _near(one: Row, other: Row) -> bool:
    overlap = one["start"] < other["end"] and other["start"] < one["end"]
    return overlap and bool(one["label"] == other["label"])


def _article(rows: list[Row]) -> Row:
    """The last row of an article."""
    return rows[-1]


def _annotations(rows: list[Row]) -> dict[Worked, Row]:
    """The annotations of an article by layer and annotator."""
    return {(row["layer"], row["annotator"] or JUDGE): row for row in rows}
