"""Labels of a config and of the work → those of a scheme."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from qawl.scheme.from_config import LABELS, Config, Control, Item
from qawl.setup.adoption.conditions import Node
from qawl.setup.adoption.facts import Facts


def with_what_work_has(config: Config, facts: Facts, notes: list[str]) -> Iterator[Control]:
    """The controls of labels, with labels that only the work has, and the controls that it alone has."""
    known = set()
    taken: set[str] = set()
    for given in config.of(LABELS):
        known.add(given.name)
        each = _once(given, taken, notes)
        there = {item.name for item in each.items}
        more = [label for label in facts.labels.get(each.name, ()) if label not in there | taken]
        if more:
            notes.append(
                f"{each.name}: the config lacks labels that the work has: {', '.join(more)}"
            )
        taken |= {*there, *more}
        whole = replace(each, items=(*each.items, *(Item(label, label) for label in more)))
        if whole.items:
            yield whole
    for name, labels in facts.labels.items():
        if name not in known and labels:
            notes.append(f"the config lacks the control {name}, which the work has")
            own = Control("Labels", name, config.text, tuple(Item(each, each) for each in labels))
            if (each := _once(own, taken, notes)).items:
                taken |= {item.name for item in each.items}
                yield each


def without_config(facts: Facts, notes: list[str]) -> Iterator[Control]:
    """The controls of labels that the work shows; one that names no control comes last."""
    taken: set[str] = set()
    for name in sorted(facts.labels, key=lambda each: each == str(None)):
        items = tuple(Item(each, each) for each in facts.labels[name])
        each = _once(Control("Labels", name, "", items), taken, notes)
        taken |= {item.name for item in each.items}
        if each.items:
            yield each


def _once(control: Control, taken: set[str], notes: list[str]) -> Control:
    """A control of labels without those that another has, or that it has twice."""
    items = {item.name: item for item in reversed(control.items)}
    again = [name for name in items if name in taken]
    if again:
        notes.append(
            f"{control.name}: labels that another control has too are one label: {', '.join(again)}"
        )
    return replace(control, items=tuple(i for n, i in reversed(items.items()) if n not in taken))


def labelled(sets: Sequence[Control], language: str) -> Node:
    """The labels of one control, or the sets of several."""
    if len(sets) != 1:
        return {"label_sets": [_label_set(each, language) for each in sets]} if sets else {}
    node = _label_set(sets[0], language)
    return {"labels": node.pop("labels"), **node}


def _label_set(control: Control, language: str) -> Node:
    node: Node = {"control": control.name, "labels": [_label(e, language) for e in control.items]}
    if control.several:
        node["multiple"] = True
    return node


def _label(item: Item, language: str) -> Node:
    node = named(item, language)
    if item.color:
        node["color"] = item.color
    if item.hotkey:
        node["hotkey"] = item.hotkey
    if item.hint:
        node["definition"] = {language: item.hint}
    return node


def named(item: Item, language: str) -> Node:
    """The name, and the title where annotators see another."""
    node: Node = {"name": item.name}
    if item.shown != item.name:
        node["title"] = {language: item.shown}
    return node


def free_hotkeys(node: Node, notes: list[str]) -> None:
    """Takes a key from each label that shares it with an earlier one; Label Studio obeys one alone."""
    used: set[str] = set()
    groups = (node.get("labels", ()), *(each["labels"] for each in node.get("label_sets", ())))
    for each in chain(*groups):
        if (key := each.get("hotkey")) in used:
            notes.append(
                f"{each['name']}: its hotkey {key} is another label's too: it gets a free one"
            )
            del each["hotkey"]
        elif key:
            used.add(key)
