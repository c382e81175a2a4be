"""A config and what the work shows → the scheme of a layer, as YAML.

Where there is no config the scheme is inferred from the work alone. What a scheme can't say is a note.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import yaml

from qawl.core import names as core_names
from qawl.core.errors import InputError, SchemeError
from qawl.core.records import Article
from qawl.formats.readers.json_lines import whole
from qawl.scheme import scheme as schemes
from qawl.scheme.attributes import as_number
from qawl.scheme.from_config import ATTRIBUTES, LABELS, Config, Control, Item, every
from qawl.scheme.kinds.numbers import STEPS, Number
from qawl.scheme.names import (
    LAYER,
    LAYER_OF_SPANS,
    ROW,
    SPAN,
    STANDOFF,
    TABLES,
    TASK_KEYS,
    free_name,
)
from qawl.setup.adoption import conditions
from qawl.setup.adoption.facts import Facts, Seen, says_something

DOCUMENT = "document"
"""The layer of a project without labels."""
LEFT_OUT = "LEFT OUT of the scheme, which can't have it: the control "
"""How the note begins on a control that no scheme can have."""
UNNAMED = "related"
"""The relation that arrows without a name become."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(rf"{_DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}")
_FIELD = re.compile(r"[A-Za-z0-9_]+")
_TAKEN = frozenset((*SPAN, *LAYER, *LAYER_OF_SPANS, "open"))
"""Columns of a release that an attribute must not be called like."""
KINDS = {
    "Rating": "scale",
    "Number": "number",
    "DateTime": "date",
    "Taxonomy": "tree",
    "TextArea": "text",
}
_LISTED = frozenset({*LABELS, "Choices", "Taxonomy"})
"""Controls whose values a task may list."""
_OF_RESULTS = {ATTRIBUTES[tag]: kind for tag, kind in KINDS.items()}
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A scheme as YAML text; `context` are the fields of a task that are kept with the article."""

    layer: str
    text: str
    notes: tuple[str, ...]
    context: tuple[str, ...]

    def with_context(self, article: Article, data: Mapping[str, object]) -> Article:
        """The article with the fields of its task that the layer shows."""
        kept = {name: value for name in self.context if says_something(value := data.get(name))}
        before = {} if isinstance(article.context, msgspec.UnsetType) else article.context
        return msgspec.structs.replace(article, context={**before, **kept}) if kept else article


def made(
    config: Config | None, facts: Facts, layer: str | None, language: str, text_field: str
) -> Made:
    """The scheme of what was annotated; raises InputError where a name can't be taken."""
    notes: list[str] = []
    if config is None:
        how = "the scheme is inferred from the work: no config was given"
        if not _tells(facts) and facts.suggested:
            facts = replace(facts.suggested, fields=facts.fields, kept=facts.kept)
            how = "the scheme is inferred from the predictions: no config was given, nothing annotated"
        if not _tells(facts):
            lost = "; ".join(f"{n} × {why}" for why, n in facts.left_out.most_common(3))
            raise InputError(
                "there are no annotations to infer a scheme from: give the config with the export"
                + (f" (left out: {lost})" if lost else "")
            )
        notes.append(how)
        node = _inferred(facts, language, notes)
        context: tuple[str, ...] = tuple(
            n for n in facts.kept if n not in (text_field, "source_id")
        )
    else:
        notes += [f"{tag}: a scheme can't express it ({n})" for tag, n in config.left_out.items()]
        node = _configured(config, facts, language, notes)
        if not node.keys() & {"labels", "label_sets", "attributes"}:
            raise InputError("; ".join(["there is nothing to mark in the config", *notes]))
        shown = [*config.context, *(n for n in facts.kept if n not in config.context)]
        context = tuple(n for n in shown if n not in (text_field, "source_id"))
    name = layer or _layer(config, facts)
    node = {"format": 1, "layer": name, "version": "0.1", "title": {language: name}, **node}
    node |= _fields(config, text_field, notes)
    return Made(name, _sound(node, notes), tuple(notes), context)


def _fields(config: Config | None, text_field: str, notes: list[str]) -> Node:
    """The fields of a task that new tasks have too; Label Studio shows those of plain names."""
    node: Node = {}
    if not _FIELD.fullmatch(text_field) or text_field in TASK_KEYS - {"text"}:
        notes.append(f"the text is of the field {text_field}; new tasks have it in the field text")
    elif text_field != "text":
        node["text_field"] = text_field
    taken = {*TASK_KEYS, node.get("text_field", "text")}
    shown = config.context if config else ()
    plain = [each for each in shown if _FIELD.fullmatch(each) and each not in taken]
    for each in shown:
        if each not in plain:
            why = "Qawl's tasks have one" if each in taken else "Label Studio needs a plain name"
            notes.append(f"the field {each} is kept with the articles, but not shown: {why}")
    return node | ({"context": plain} if plain else {})


def _sound(node: Node, notes: list[str]) -> str:
    """The scheme as YAML, without attributes that no scheme can have: one takes no other along."""
    try:
        return _yaml(node)
    except SchemeError as error:
        first = error
    kept: dict[int, Node] = {}
    given: list[Node] = node.get("attributes", [])
    for at in sorted(range(len(given)), key=lambda each: "when" in given[each]):
        bare = {name: value for name, value in given[at].items() if name != "when"}
        tried = [
            each for each in ([given[at], bare]) if _why_not(node, [*kept.values(), each]) is None
        ]
        if tried:
            kept[at] = tried[0]
        if not tried or tried[0] != given[at]:
            why = _why_not(node, [*kept.values(), given[at]])
            control = given[at].get("control", given[at]["name"])
            notes.append(
                f"{control}: its condition is left out: {why}"
                if tried
                else f"{LEFT_OUT}{control}: {why}; what was given by it stays in the records"
            )
    try:
        return _yaml({**node, "attributes": [kept[at] for at in sorted(kept)]})
    except SchemeError as error:
        advice = "give it another name in the config and in the export"
        said = f"the project can't become a layer as it is: {_bare(first)}; {advice}"
        raise InputError(said) from error


def _why_not(node: Node, attributes: list[Node]) -> str | None:
    """Why a scheme can't have these attributes; None where it can."""
    try:
        _yaml({**node, "attributes": attributes})
    except SchemeError as error:
        return _bare(error)
    return None


def _bare(error: SchemeError) -> str:
    return str(error).partition(": ")[2]


def _yaml(node: Node) -> str:
    """A scheme as YAML; raises SchemeError where it contradicts itself."""
    text = yaml.safe_dump(node, allow_unicode=True, sort_keys=False, width=110)
    schemes.parse(text, f"{node['layer']}.yaml")
    return text


def _tells(facts: Facts) -> bool:
    """Whether work shows anything that a scheme could say."""
    return any(facts.labels.values()) or bool(facts.attributes)


def _layer(config: Config | None, facts: Facts) -> str:
    """The name of the first control of labels that may name a layer."""
    given = [each.name for each in config.of(LABELS)] if config else []
    for name in (*given, *facts.labels):
        try:
            found = core_names.layer(name)
            return free_name(f"{found}_spans", TABLES) if found.lower() in TABLES else found
        except ValueError:
            continue
    return DOCUMENT


def _configured(config: Config, facts: Facts, language: str, notes: list[str]) -> Node:
    node: Node = {}
    if config.granularity == "word":
        node["granularity"] = "word"
    sets = list(_with_what_work_has(config, facts, notes))
    notes += [
        f"{each.name}: its condition is left out: a scheme offers labels always"
        for each in sets
        if each.conditions
    ]
    notes += [
        f"{each.name}: its values are listed in the field {field} of each task: the scheme has those "
        "that the config or the work has"
        for each in config.of(_LISTED)
        if (field := each.settings.get("value", "")).startswith("$")
    ]
    node |= _labelled(sets, language)
    _free_hotkeys([*node.get("labels", ()), *_labels_of_sets(node)], notes)
    labels = [item.name for each in sets for item in each.items]
    controls = list(config.of(frozenset(ATTRIBUTES)))
    node["attributes"] = [
        _attribute(each, config, facts, sets, language, notes) for each in controls
    ]
    known = {each.name for each in config.controls}
    for name, seen in facts.attributes.items():
        if name not in known:
            notes.append(f"the config lacks the control {name}, which the work has")
            node["attributes"].append(_inferred_attribute(name, seen, language))
    if config.text != "text":
        node["text_control"] = config.text
    node["attributes"] = _without_values(node["attributes"], notes)
    _rename(node["attributes"], notes)
    conditions.ask(controls, node["attributes"], notes)
    node["relations"] = _relations(facts, config.relations, labels, language)
    return {name: value for name, value in node.items() if value}


def _with_what_work_has(config: Config, facts: Facts, notes: list[str]) -> Iterator[Control]:
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


def _once(control: Control, taken: set[str], notes: list[str]) -> Control:
    """A control of labels without those that another has, or that it has twice."""
    items = {item.name: item for item in reversed(control.items)}
    again = [name for name in items if name in taken]
    if again:
        notes.append(
            f"{control.name}: labels that another control has too are one label: {', '.join(again)}"
        )
    return replace(control, items=tuple(i for n, i in reversed(items.items()) if n not in taken))


def _labels_of_sets(node: Node) -> Iterator[Node]:
    return (label for each in node.get("label_sets", ()) for label in each["labels"])


def _free_hotkeys(labels: Iterable[Node], notes: list[str]) -> None:
    """Takes a key from each label that shares it with an earlier one; Label Studio obeys one alone."""
    used: set[str] = set()
    for each in labels:
        if (key := each.get("hotkey")) in used:
            notes.append(
                f"{each['name']}: its hotkey {key} is another label's too: it gets a free one"
            )
            del each["hotkey"]
        elif key:
            used.add(key)


def _named(item: Item, language: str) -> Node:
    """The name, and the title where annotators see another."""
    node: Node = {"name": item.name}
    if item.shown != item.name:
        node["title"] = {language: item.shown}
    return node


def _label(item: Item, language: str) -> Node:
    node = _named(item, language)
    if item.color:
        node["color"] = item.color
    if item.hotkey:
        node["hotkey"] = item.hotkey
    if item.hint:
        node["definition"] = {language: item.hint}
    return node


def _labelled(sets: Sequence[Control], language: str) -> Node:
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


def _attribute(
    control: Control,
    config: Config,
    facts: Facts,
    sets: Sequence[Control],
    language: str,
    notes: list[str],
) -> Node:
    seen = facts.attributes.get(control.name)
    node: Node = {"name": control.name, "title": {language: control.name}}
    node |= _kind(control, seen, language, notes)
    if control.per_region and sets:
        node["of"] = conditions.labels_of(control, config, sets, seen.of if seen else (), notes)
    if control.required:
        if _everywhere(control, seen, facts):
            node["required"] = True
        else:
            notes.append(
                f"{control.name} is required, but work lacks it: it is optional in the scheme"
            )
    return node


def _rename(attributes: list[Node], notes: list[str]) -> None:
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


def _everywhere(control: Control, seen: Seen | None, facts: Facts) -> bool:
    """Whether nothing lacks what is required; conditions make some do without."""
    if control.conditions:
        return False
    if seen is None:
        return facts.counts.annotations == 0
    if control.per_region:
        marked = sum(
            n for each in facts.labels.values() for label, n in each.items() if label in seen.of
        )
        return seen.regions >= marked
    return seen.documents >= facts.counts.annotations


def _kind(control: Control, seen: Seen | None, language: str, notes: list[str]) -> Node:
    if control.tag == "Choices" and not (seen and seen.paths):
        return _choice(control, seen, language)
    kind = "tree" if control.tag == "Choices" else KINDS[control.tag]
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


def _tree(control: Control, seen: Seen | None) -> Node:
    several: Node = {"multiple": True} if _takes_several(control, seen) else {}
    there = list(_paths(control.items))
    paths = dict.fromkeys([*there, *(seen.paths if seen else ())])
    grown = len(paths) > len(set(there)) or len(set(there)) < len(there)
    branches = [_branch(each) for each in control.items]
    return {"kind": "tree", "values": _grown(paths) if grown else branches, **several}


_MOST = {"TextArea": "maxSubmissions", "Taxonomy": "maxUsages"}
"""Tag → what says how many answers it takes: any number, unless that is 1."""


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


def _paths(items: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    for each in items:
        yield (each.name,)
        yield from ((each.name, *below) for below in _paths(each.items))


def _without_values(attributes: list[Node], notes: list[str]) -> list[Node]:
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


def _value(item: Item, language: str) -> Node:
    node = _named(item, language)
    if item.hotkey:
        node["hotkey"] = item.hotkey
    return node


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


def _relations(
    facts: Facts, declared: Iterable[Item], labels: list[str], language: str
) -> list[Node]:
    """Relations with the ends that were seen; those that nobody drew may join any labels."""
    names = {each.name: each.shown for each in declared}
    names |= {name: name for name in facts.ends if name and name not in names}
    found = [_relation(n, shown, facts.ends.get(n), labels, language) for n, shown in names.items()]
    if "" in facts.ends:
        name = UNNAMED if UNNAMED not in names else f"{UNNAMED}_unnamed"
        found.append(_relation(name, name, facts.ends[""], labels, language))
    return [each for each in found if each["from"] and each["to"]]


def _relation(
    name: str,
    shown: str,
    ends: Mapping[tuple[str, str], int] | None,
    labels: list[str],
    language: str,
) -> Node:
    starts = sorted({a for a, _ in ends}) if ends else labels
    stops = sorted({b for _, b in ends}) if ends else labels
    return {"name": name, "title": {language: shown}, "from": starts, "to": stops}


def _inferred(facts: Facts, language: str, notes: list[str]) -> Node:
    sets = list(_without_config(facts, notes))
    node = _labelled(sets, language)
    labels = [item.name for each in sets for item in each.items]
    node["attributes"] = [
        _inferred_attribute(name, seen, language) for name, seen in facts.attributes.items()
    ]
    node["attributes"] = _without_values(node["attributes"], notes)
    _rename(node["attributes"], notes)
    node["relations"] = _relations(facts, (), labels, language)
    return {name: value for name, value in node.items() if value}


def _without_config(facts: Facts, notes: list[str]) -> Iterator[Control]:
    """The controls of labels that the work shows; one that names no control comes last."""
    taken: set[str] = set()
    for name in sorted(facts.labels, key=lambda each: each == str(None)):
        items = tuple(Item(each, each) for each in facts.labels[name])
        each = _once(Control("Labels", name, "", items), taken, notes)
        taken |= {item.name for item in each.items}
        if each.items:
            yield each


def _inferred_attribute(name: str, seen: Seen, language: str) -> Node:
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
    if seen.regions:
        node["of"] = list(seen.of)
    return node
