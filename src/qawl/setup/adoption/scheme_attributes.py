"""Controls that give attributes, and what the work has of them → attributes of a scheme."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from qawl.annotations.foreign_values import whole
from qawl.scheme.attributes import as_number
from qawl.scheme.from_config import ATTRIBUTES, Config, Control, Item, every
from qawl.scheme.kinds.numbers import STEPS, Number
from qawl.scheme.kinds.texts import TYPED
from qawl.scheme.names import LAYER, LAYER_OF_SPANS, ROW, SPAN, STANDOFF, free_name
from qawl.setup.adoption import conditions
from qawl.setup.adoption.conditions import Node
from qawl.setup.adoption.facts import Facts, Seen
from qawl.setup.adoption.scheme_labels import named

_KINDS = {
    "Rating": "scale",
    "Number": "number",
    "DateTime": "date",
    "Taxonomy": "tree",
    "TextArea": "text",
}
"""Control → kind of attribute; of choices their values tell it."""
_OF_RESULTS = {ATTRIBUTES[tag]: kind for tag, kind in _KINDS.items()}
_MOST = {"TextArea": "maxSubmissions", "Taxonomy": "maxUsages"}
"""Tag → what says how many answers it takes: any number, unless that is 1."""
_TAKEN = frozenset((*SPAN, *LAYER, *LAYER_OF_SPANS, "open"))
"""Columns of a release that an attribute must not be called like."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIELD = re.compile(r"\$[A-Za-z0-9_]+")
_TIME = re.compile(rf"{_DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}")


def attribute(
    control: Control,
    config: Config,
    facts: Facts,
    sets: Sequence[Control],
    language: str,
    notes: list[str],
) -> Node:
    """The attribute of a control of a config: its kind and values, and which labels (`sets`) it is of."""
    seen = facts.attributes.get(control.name)
    node: Node = {"name": control.name, "title": {language: control.name}}
    node |= _kind(control, seen, language, notes)
    if control.per_region and sets:
        node["of"] = conditions.labels_of(control, config, sets, seen.of if seen else (), notes)
    if control.required:
        if lacks := _not_everywhere(control, node.get("of"), seen, facts):
            notes.append(f"{control.name} is required, but {lacks}: it is optional in the scheme")
        else:
            node["required"] = True
    return node


def inferred(name: str, seen: Seen, language: str) -> Node:
    """The attribute of a control that only the work shows."""
    node: Node = {"name": name, "title": {language: name}}
    if seen.kind == "choices":
        node["kind"] = "choices" if seen.several else "choice"
        node["values"] = [{"name": each} for each in seen.values]
    else:
        node["kind"] = _OF_RESULTS[seen.kind]
        if node["kind"] == "scale":
            node |= _scale(0 if "0" in seen.values else 1, max(5, int(seen.largest)))
        if node["kind"] == "date":
            node |= _date(seen)
        if node["kind"] == "text" and seen.several:
            node["kind"] = "texts"
        if node["kind"] == "tree":
            node |= {"values": _grown(seen.paths)} | ({"multiple": True} if seen.several else {})
    if seen.of:
        node["of"] = list(seen.of)
    return node


def _not_everywhere(
    control: Control, of: Sequence[str] | None, seen: Seen | None, facts: Facts
) -> str | None:
    """Why a scheme can't require what a config does, in words; None if nothing lacks it."""
    if any(not control.per_region or e.shown != "region-selected" for e in control.conditions):
        return "only where its condition holds"
    if control.per_region:
        labels = seen.of if of is None and seen else of or ()
        there, wanted = seen.regions if seen else 0, _marked(labels, facts)
    else:
        there, wanted = seen.documents if seen else 0, facts.counts.annotations
    return "work lacks it" if there < wanted else None


def _marked(labels: Iterable[str], facts: Facts) -> int:
    """How many spans of these labels there are."""
    return sum(each[label] for each in facts.labels.values() for label in labels)


def offered(controls: Iterable[Control]) -> dict[str, str]:
    """Choices of names that each task lists, with a text area of the same name beside, as Qawl's configs
    have them: their name → the field of the list. Both are one text of a scheme."""
    areas = {(each.name, each.per_region) for each in controls if each.tag == "TextArea"}
    return {
        each.name: listed.removeprefix("$")
        for each in controls
        if each.tag == "Choices" and (each.name + TYPED, each.per_region) in areas
        if _FIELD.fullmatch(listed := each.settings.get("value", "")) and not each.several
    }


def joined(attributes: list[Node], lists: Mapping[str, str]) -> list[Node]:
    """The attributes, those that are chosen of such a list or typed beside as one text each."""
    nodes: dict[str, Node] = {each["name"]: each for each in attributes}
    for name, field in lists.items():
        chosen, typed = nodes[name], nodes[name + TYPED]
        if typed["kind"] == "text":
            of = dict.fromkeys((*chosen.get("of", ()), *typed.get("of", ())))
            nodes[name] = typed | {"name": name, "title": chosen["title"], "suggest": field}
            nodes[name] |= {"of": list(of)} if of else {}
            del nodes[name + TYPED]
    return list(nodes.values())


def rename(attributes: list[Node], notes: list[str]) -> None:
    """Attributes called like a column of a release get another name; their control keeps its own."""
    used = {each["name"] for each in attributes}
    for each in attributes:
        taken = _TAKEN.union(ROW) if each.get("of") else _TAKEN
        if each["name"] in taken or f"_{each['name']}".endswith(STANDOFF):
            free = free_name(each["name"], {*used, *taken, each["name"]})
            notes.append(
                f"the attribute {each['name']} is called {free}: a release has such a column"
            )
            each["control"], each["name"] = each["name"], free
            used.add(free)


def without_values(attributes: list[Node], notes: list[str]) -> list[Node]:
    """The attributes, without those that have no value to choose: nobody listed or chose one."""
    idle = [
        e["name"]
        for e in attributes
        if e["kind"] in {"choice", "choices", "tree"} and not e["values"]
    ]
    notes += [
        f"{name}: left out of the scheme: no value of it is listed or chosen" for name in idle
    ]
    return [each for each in attributes if each["name"] not in idle]


def _kind(control: Control, seen: Seen | None, language: str, notes: list[str]) -> Node:
    if control.tag == "Choices" and not (seen and seen.paths):
        return _choice(control, seen, language)
    kind = "tree" if control.tag == "Choices" else _KINDS[control.tag]
    if kind == "scale":
        return _scale(1, _most(control, seen))
    if kind == "date":
        return _date(seen)
    if kind == "number":
        return _number(control, seen, notes)
    if kind == "tree":
        return _tree(control, seen)
    return {"kind": "texts" if _takes_several(control, seen) else kind}


def _scale(low: int, high: int) -> Node:
    """A scale, or a number where it has more points than a scale can have."""
    if high - low >= STEPS:
        return {"kind": "number", "min": low, "max": high}
    return {"kind": "scale", "min": low, "max": high}


def _choice(control: Control, seen: Seen | None, language: str) -> Node:
    kind = "choices" if control.several or (seen and seen.several) else "choice"
    values = [_value(each, language) for each in every(control.items)]
    values = list({each["name"]: each for each in reversed(values)}.values())[::-1]
    known = {each["name"] for each in values}
    values += [{"name": each} for each in (seen.values if seen else ()) if each not in known]
    return {"kind": kind, "values": values}


def _value(item: Item, language: str) -> Node:
    node = named(item, language)
    if item.hotkey:
        node["hotkey"] = item.hotkey
    return node


def _tree(control: Control, seen: Seen | None) -> Node:
    several: Node = {"multiple": True} if _takes_several(control, seen) else {}
    there = list(_paths(control.items))
    paths = dict.fromkeys([*there, *(seen.paths if seen else ())])
    grown = len(paths) > len(set(there)) or len(set(there)) < len(there)
    branches = [_branch(each) for each in control.items]
    return {"kind": "tree", "values": _grown(paths) if grown else branches, **several}


def _branch(item: Item) -> Node | str:
    """A value of a tree: its name, or its name with those below it."""
    return {item.name: [_branch(each) for each in item.items]} if item.items else item.name


def _grown(paths: Iterable[tuple[str, ...]]) -> list[Node | str]:
    """The values of a tree that has these paths."""
    below: dict[str, list[tuple[str, ...]]] = {}
    for first, *rest in paths:
        below.setdefault(first, []).append(tuple(rest))
    return [
        {name: _grown(filter(None, each))} if any(each) else name for name, each in below.items()
    ]


def _paths(items: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    for each in items:
        yield (each.name,)
        yield from ((each.name, *below) for below in _paths(each.items))


def _takes_several(control: Control, seen: Seen | None) -> bool:
    """Whether an annotator may give several answers, or one gave some."""
    most = _MOST.get(control.tag)
    allowed = control.settings.get(most, "").strip() != "1" if most else control.several
    return allowed or bool(seen and seen.several)


def _number(control: Control, seen: Seen | None, notes: list[str]) -> Node:
    """A number with the bounds that its control has, where they contradict neither each other nor the
    work: Label Studio takes what is typed beside them."""
    said = {name: as_number(control.settings.get(name)) for name in ("min", "max", "step")}
    bounds = {name: each for name, each in said.items() if isinstance(each, int | float)}
    if not bounds:
        return {"kind": "number"}
    kind = msgspec.convert({"name": control.name, **bounds}, Number)
    wrong = kind.contradictions()
    given = [] if wrong else [as_number(each) for each in (seen.values if seen else ())]
    odd = [each for each in given if isinstance(each, int | float) and not kind.holds(each)]
    wrong += [f"the work has {each}" for each in odd[:1]]
    if wrong:
        notes.append(f"{control.name}: min, max and step are left out: {wrong[0]}")
    return {"kind": "number", **({} if wrong else bounds)}


def _date(seen: Seen | None) -> Node:
    """A date, with the time where the work has times; a text where that is written in another form."""
    written = list(seen.values) if seen else []
    if all(_DAY.fullmatch(each) for each in written):
        return {"kind": "date"}
    timed = all(_TIME.fullmatch(each) for each in written)
    return {"kind": "date", "time": True} if timed else {"kind": "text"}


def _most(control: Control, seen: Seen | None) -> int:
    """The highest mark of a rating: five where the config says none that is a number."""
    said = control.settings.get("maxRating", "").partition(".")[0]
    given = min(whole(said) or 5, 1000)
    return max(given, 2, int(min(seen.largest, 1000)) if seen else 0)
