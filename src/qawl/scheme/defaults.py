"""What a scheme leaves unsaid: a name alone becomes a label or value; free colours and keys are given."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from qawl.core.records import in_words

Stated = Any
"""Plain values as YAML gives them; what is malformed is left as it is, for the typed reading to say."""

COLORS = (
    *("#0374dd", "#e7a000", "#5e1e00", "#a8d4f0", "#fead90", "#002340", "#f0e442"),
    *("#332288", "#882255", "#117733", "#88ccee", "#999933", "#cc6677", "#44aa99", "#aa4499"),
    *("#ddcc77", "#661100", "#6699cc", "#888888", "#004949", "#b66dff", "#924900", "#24ff24"),
)
"""Colours whose tints colour-blind people can tell apart, the first six in any two; from the eighth on
by Tol (2021, muted); beyond twenty-three they come again."""
EARLIER = dict(
    zip(COLORS, ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"), strict=False)
)
"""The colours that were given in place of the first six at first (Okabe and Ito, 2008)."""
KEYS = "1234567890qwertyiopasdfghjklzxcvbnm"
"""Keys for labels, in the order in which they are given out; Label Studio has u for itself."""

_TRUTHS = ("required", "ordered", "multiple", "leaves_only", "time", "outermost")
_NAMES = ("name", "hotkey", "field", "control")
_WORDS = {"yes": True, "on": True, "no": False, "off": False}


def filled(stated: Stated) -> Stated:
    """A scheme as it is stated, with what it leaves unsaid."""
    if not isinstance(stated, dict):
        return stated
    said = _truths(stated)
    for key, name in (("labels", "name"), ("relations", "name"), ("context", "field")):
        if key in said:
            said[key] = _named(said[key], name)
    if isinstance(said.get("attributes"), list):
        said["attributes"] = [_attribute(each) for each in _named(said["attributes"])]
    if isinstance(said.get("label_sets"), list):
        said |= _flattened(said)
    labels = [each for each in _list(said.get("labels")) if isinstance(each, dict)]
    _color(labels)
    _give_keys(labels, said.get("attributes"))
    if isinstance(said.get("changes"), list):
        said["changes"] = [_change(each) for each in said["changes"]]
    for each in _list(said.get("relations")):
        if isinstance(each, dict):
            for end in ("from", "to"):
                each.setdefault(end, [label.get("name") for label in labels])
                each[end] = _several(each[end])
    return said


def _list(value: Stated) -> list[Any]:
    return value if isinstance(value, list) else []


def _named(given: Stated, key: str = "name") -> Stated:
    """A list in which each item is a mapping: a name alone is one of a name."""
    if not isinstance(given, list):
        return given
    return [_worded(each) if isinstance(each, dict) else {key: _word(each)} for each in given]


def _worded(each: dict[str, object]) -> dict[str, object]:
    """A mapping whose names and keys are texts, also where YAML takes them for numbers."""
    return {key: _word(value) if key in _NAMES else value for key, value in each.items()}


def _several(given: Stated) -> Stated:
    """One name as a list of it; a repeated name once."""
    listed = [_word(each) for each in (given if isinstance(given, list) else [given])]
    return [each for at, each in enumerate(listed) if each not in listed[:at]]


def _word(given: Stated) -> Stated:
    """A name that YAML takes for a number or a truth, as the text that it is."""
    if isinstance(given, bool):
        return str(given).lower()
    return in_words(given) if isinstance(given, int | float) else given


def _truths(value: Stated) -> Stated:
    """Yes and no where a truth is wanted; everywhere else they are words."""
    if isinstance(value, list):
        return [_truths(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _WORDS.get(str(each).lower(), each)
        if key in _TRUTHS and isinstance(each, str)
        else _truths(each)
        for key, each in value.items()
    }


def _attribute(stated: Stated) -> Stated:
    """An attribute with its values as mappings, and conditions as lists of words."""
    if not isinstance(stated, dict):
        return stated
    said = dict(stated)
    if "of" in said:
        said["of"] = _several(said["of"])
    if "values" in said:
        said["values"] = _values(said["values"])
    if isinstance(said.get("when"), dict):
        said["when"] = {
            name: [_word(each) for each in (values if isinstance(values, list) else [values])]
            for name, values in said["when"].items()
        }
    return said


def _change(stated: Stated) -> Stated:
    """A change with names that are texts, also where YAML takes them for numbers or truths."""
    if not isinstance(stated, dict):
        return stated
    steps = {
        how: [_in_words(each) for each in those] if isinstance(those, list) else those
        for how, those in stated.items()
        if how not in {"from", "to"}
    }
    said = {name: _version(stated[name]) for name in ("from", "to") if name in stated}
    if "from" in said and not isinstance(said["from"], list):
        said["from"] = [said["from"]]
    return {**said, **steps}


def _version(given: Stated) -> Stated:
    """A version; a whole number is the text that it is (1.10 would lose its end)."""
    if isinstance(given, list):
        return [_version(each) for each in given]
    return str(given) if type(given) is int else given


def _in_words(step: Stated) -> Stated:
    """A step whose names are texts."""
    if not isinstance(step, dict):
        return step
    return {
        key: [_word(each) for each in value] if isinstance(value, list) else _word(value)
        for key, value in step.items()
    }


def _values(given: Stated) -> Stated:
    """Values, and those below them in a tree: a mapping of a name to a list is a branch."""
    if not isinstance(given, list):
        return given
    found = []
    for each in given:
        branch = _branch(each)
        if isinstance(branch, dict) and "values" in branch:
            branch["values"] = _values(branch["values"])
        found.append(branch)
    return found


def _branch(each: Stated) -> Stated:
    if not isinstance(each, dict):
        return {"name": _word(each)}
    if len(each) == 1:
        ((name, below),) = each.items()
        if name != "name" and isinstance(below, list):
            return {"name": _word(name), "values": below}
    return _worded(each)


def _flattened(said: dict[str, Any]) -> dict[str, Any]:
    """The labels of all label sets in one list; each set keeps their names."""
    sets, every = [], _list(said.get("labels"))
    for each in said["label_sets"]:
        if not isinstance(each, dict):
            return {}
        labels = _named(each.get("labels", []))
        every = [*every, *_list(labels)]
        names = [one.get("name") for one in _list(labels)]
        sets.append({**each, "labels": names if isinstance(labels, list) else labels})
    return {"labels": every, "label_sets": sets}


def _color(labels: list[dict[str, object]]) -> None:
    """Gives each label without a colour a free one."""
    taken = {str(each.get("color")).lower() for each in labels}
    free: Iterator[str] = iter([each for each in COLORS if each not in taken])
    for number, each in enumerate(labels):
        if not each.get("color"):
            each["color"] = next(free, COLORS[number % len(COLORS)])


def _give_keys(labels: list[dict[str, object]], attributes: Stated) -> None:
    """Gives each label that says nothing of a key a free one, while there are any."""
    values = chain.from_iterable(_every(each.get("values")) for each in _dicts(attributes))
    taken = {str(each.get("hotkey")).lower() for each in (*labels, *values)}
    free = iter([key for key in KEYS if key not in taken])
    for each in labels:
        if "hotkey" not in each:
            each["hotkey"] = next(free, None)


def _every(values: Stated) -> Iterable[dict[str, object]]:
    """All values of an attribute, at any depth."""
    for each in _dicts(values):
        yield each
        yield from _every(each.get("values"))


def _dicts(given: Stated) -> Iterator[dict[str, object]]:
    return (each for each in _list(given) if isinstance(each, dict))
