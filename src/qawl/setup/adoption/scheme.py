"""A config and what the work shows → the scheme of a layer, as YAML.

Where there is no config the scheme is inferred from the work alone. What a scheme can't say is a note.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec
import yaml

from qawl.core import names as core_names
from qawl.core.errors import InputError, SchemeError
from qawl.core.records import Article
from qawl.scheme import scheme as schemes
from qawl.scheme.from_config import ATTRIBUTES, LABELS, Config, Item
from qawl.scheme.names import FIELD, TABLES, TASK_KEYS, free_name
from qawl.setup.adoption import conditions, scheme_attributes, scheme_labels
from qawl.setup.adoption.conditions import Node
from qawl.setup.adoption.facts import Facts, says_something

DOCUMENT = "document"
"""The layer of a project without labels."""
LEFT_OUT = "LEFT OUT of the scheme, which can't have it: the control "
"""How the note begins on a control that no scheme can have."""
UNNAMED = "related"
"""The relation that arrows without a name become."""
_LISTED = frozenset({*LABELS, "Choices", "Taxonomy"})
"""Controls whose values a task may list."""


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
    if not FIELD.fullmatch(text_field) or text_field in TASK_KEYS - {"text"}:
        notes.append(f"the text is of the field {text_field}; new tasks have it in the field text")
    elif text_field != "text":
        node["text_field"] = text_field
    taken = {*TASK_KEYS, node.get("text_field", "text")}
    shown = config.context if config else ()
    plain = [each for each in shown if FIELD.fullmatch(each) and each not in taken]
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
    sets = list(scheme_labels.with_what_work_has(config, facts, notes))
    notes += [
        f"{each.name}: its condition is left out: a scheme offers labels always"
        for each in sets
        if each.conditions
    ]
    controls = list(config.of(frozenset(ATTRIBUTES)))
    lists = scheme_attributes.offered(controls)
    notes += [
        f"{each.name}: its values are listed in the field {field} of each task: the scheme has those "
        "that the config or the work has"
        for each in config.of(_LISTED)
        if (field := each.settings.get("value", "")).startswith("$") and each.name not in lists
    ]
    node |= scheme_labels.labelled(sets, language)
    scheme_labels.free_hotkeys(node, notes)
    labels = [item.name for each in sets for item in each.items]
    made = [
        scheme_attributes.attribute(each, config, facts, sets, language, notes) for each in controls
    ]
    node["attributes"] = scheme_attributes.joined(made, lists)
    known = {each.name for each in config.controls}
    for name, seen in facts.attributes.items():
        if name not in known:
            notes.append(f"the config lacks the control {name}, which the work has")
            node["attributes"].append(scheme_attributes.inferred(name, seen, language))
    if config.text != "text":
        node["text_control"] = config.text
    node["attributes"] = scheme_attributes.without_values(node["attributes"], notes)
    scheme_attributes.rename(node["attributes"], notes)
    conditions.ask(controls, node["attributes"], notes)
    node["relations"] = _relations(facts, config.relations, labels, language)
    return {name: value for name, value in node.items() if value}


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
    sets = list(scheme_labels.without_config(facts, notes))
    node = scheme_labels.labelled(sets, language)
    labels = [item.name for each in sets for item in each.items]
    node["attributes"] = [
        scheme_attributes.inferred(name, seen, language) for name, seen in facts.attributes.items()
    ]
    node["attributes"] = scheme_attributes.without_values(node["attributes"], notes)
    scheme_attributes.rename(node["attributes"], notes)
    node["relations"] = _relations(facts, (), labels, language)
    return {name: value for name, value in node.items() if value}
