"""When a control of a config is shown → which labels an attribute is of, and when it is asked for.

A condition that no scheme can say is left out with a note.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qawl.scheme.from_config import LABELS, Condition, Config, Control, Item, every

Node = dict[str, Any]
CHOSEN = frozenset({"choice", "choices"})
"""Kinds by whose values Label Studio can show other controls."""


def labels_of(
    control: Control,
    config: Config,
    sets: Sequence[Control],
    given: Iterable[str],
    notes: list[str],
) -> list[str]:
    """The labels whose regions a control is asked for: those that all its conditions name, and those
    whose regions have it in the work (`given`)."""
    names = list(dict.fromkeys(item.name for each in sets for item in each.items))
    left = names
    for each in control.conditions:
        if each.shown != "region-selected":
            continue
        asked = _resolved(each.labels, [item for group in sets for item in group.items])
        of = next((group for group in config.of(LABELS) if group.name == each.control), None)
        known = {*(item.name for item in of.items)} if of and len(sets) > 1 else {*names}
        left = [name for name in left if name in known and (not asked or name in asked)]
    if left and (more := [name for name in given if name in names and name not in left]):
        notes.append(
            f"{control.name}: the work has it of {', '.join(more)}, too: it is of these, too"
        )
        left = [name for name in names if name in left or name in more]
    if left not in ([], names) and (comma := [name for name in left if "," in name]):
        notes.append(
            f"{control.name}: asked for all labels: Label Studio can't tell where {comma[0]!r} ends"
        )
        return names
    return left or names


def ask(controls: Iterable[Control], attributes: Iterable[Node], notes: list[str]) -> None:
    """Says in the attributes of these controls beside which values of others they are asked for."""
    nodes: dict[str, Node] = {str(each.get("control", each["name"])): each for each in attributes}
    known = {each.name: each for each in controls}
    for name, control in known.items():
        for each in control.conditions if name in nodes else ():
            if each.shown not in {"choice-selected", "choice-unselected"}:
                if each.shown != "region-selected" or not control.per_region:
                    notes.append(f"{name}: its condition is left out: it is of the whole text")
                continue
            other = nodes.get(each.control)
            values = _values(each, other, known.get(each.control)) if other else []
            if wrong := _wrong(nodes[name], each, other, values, nodes):
                notes.append(f"{name}: its condition is left out: {wrong}")
            elif other:
                nodes[name].setdefault("when", {})[other["name"]] = values


def _wrong(
    node: Node,
    condition: Condition,
    other: Node | None,
    values: Sequence[str],
    nodes: Mapping[str, Node],
) -> str | None:
    """Why an attribute can't be asked for beside these values of another, in words."""
    named = condition.control or "what it names"
    if condition.shown == "choice-unselected":
        return f"a scheme can't say that {named} is not {_words(condition)}"
    if other is None or other["kind"] not in CHOSEN:
        return f"{named} is no choice"
    problems = {
        f"{named} has no choice {_words(condition)}": not values,
        f"Label Studio can't tell where a choice of {named} with a comma ends": any(
            "," in each for each in values
        ),
        f"it has another one on {named}": other["name"] in node.get("when", ()),
        f"{named} is not of the same labels": "of" in other
        and not ("of" in node and {*node["of"]} <= {*other["of"]}),
        "the conditions go in a circle": node["name"] in _behind(other, nodes.values()),
    }
    return next((why for why, is_so in problems.items() if is_so), None)


def _values(condition: Condition, other: Node, control: Control | None) -> list[str]:
    """The values of a choice that a condition names: any, where it names none."""
    if other["kind"] not in CHOSEN:
        return []
    there = [each["name"] for each in other["values"]]
    if not condition.choices:
        return there
    items = list(every(control.items)) if control else []
    items += [Item(each, each) for each in there]
    return [each for each in _resolved(condition.choices, items) if each in there]


def _resolved(words: Sequence[str], items: Sequence[Item]) -> list[str]:
    """The names that a list in a config says, by what is stored or shown; a name may have commas."""
    names = {each.shown.strip(): each.name for each in reversed(items)}
    names |= {each.name: each.name for each in items}
    found, at = [], 0
    while at < len(words):
        ends = range(len(words), at, -1)
        joined = ((end, ", ".join(words[at:end])) for end in ends)
        plain = {name.replace(", ", ",").replace(",", ", "): own for name, own in names.items()}
        end, name = next(((e, plain[w]) for e, w in joined if w in plain), (at + 1, None))
        found += [] if name is None else [name]
        at = end
    return list(dict.fromkeys(found))


def _words(condition: Condition) -> str:
    return ", ".join(condition.choices) or "chosen"


def _behind(node: Node, nodes: Iterable[Node]) -> set[str]:
    """The names of an attribute, of those by which it is asked for, and of those behind them."""
    by_name = {each["name"]: each for each in nodes}
    found: set[str] = set()
    waiting = [node["name"]]
    while waiting:
        name = waiting.pop()
        if name not in found and name in by_name:
            found.add(name)
            waiting += by_name[name].get("when", ())
    return found
