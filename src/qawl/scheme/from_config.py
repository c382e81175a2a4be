"""A Label Studio config read: its controls with their labels and choices, and what shows the text.

What a config says is returned as it stands, in Label Studio's terms; `qawl.setup.adoption.scheme` makes
a scheme of it. Tags that Qawl has no scheme for are named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from unicodedata import normalize
from xml.etree import ElementTree as ET

from qawl.core.errors import SchemeError
from qawl.scheme.attributes import MARKED
from qawl.scheme.points import is_own

LABELS = frozenset({"Labels", "HyperTextLabels", "ParagraphLabels"})
TEXTS = frozenset({"Text", "HyperText", "Paragraphs"})
ATTRIBUTES = {
    "Choices": "choices",
    "Rating": "rating",
    "Number": "number",
    "DateTime": "datetime",
    "Taxonomy": "taxonomy",
    "TextArea": "textarea",
}
"""Tag → type of its results."""
_LAYOUT = frozenset(
    {
        "View",
        "Style",
        "Header",
        "Label",
        "Choice",
        "Relations",
        "Relation",
        "Filter",
        "Collapse",
        "Panel",
        "Shortcut",
    }
)
_KNOWN = frozenset({*LABELS, *TEXTS, *ATTRIBUTES, *_LAYOUT})
_WRITTEN = {each.lower(): each for each in (*_KNOWN, "Table", "List")}
"""Label Studio's editor takes tags in any case."""
LONGEST = 1_000_000
"""Characters of the longest config that is read."""
DEEPEST = 200
"""So many elements may stand one in another: a config that a person reads has a tenth."""


@dataclass(frozen=True, slots=True)
class Item:
    """A label or a choice: `name` is what is stored, `shown` what annotators read."""

    name: str
    shown: str
    color: str | None = None
    hotkey: str | None = None
    hint: str | None = None
    items: "tuple[Item, ...]" = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """When a control is shown: for these labels, or where another control has one of these choices.

    `shown` is Label Studio's word for that (`visibleWhen`).
    """

    shown: str
    control: str
    labels: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a config; `tag` is its element, `to` the text that it is for."""

    tag: str
    name: str
    to: str
    items: tuple[Item, ...] = ()
    per_region: bool = False
    required: bool = False
    several: bool = False
    conditions: tuple[Condition, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """What a config holds; `text_field` is the task's field that annotators mark.

    `context` are other fields that it shows, `left_out` the tags that have no scheme with their counts.
    The text may be a `page`, or a dialogue: `turns` are the keys of who speaks and of the words. Of a
    `linked` text the field holds the address.
    """

    text: str
    text_field: str
    granularity: str
    controls: tuple[Control, ...]
    relations: tuple[Item, ...]
    context: tuple[str, ...]
    left_out: Mapping[str, int]
    page: bool = False
    linked: bool = False
    turns: tuple[str, str] | None = None

    @property
    def marking_trees(self) -> frozenset[str]:
        """The taxonomies that label regions."""
        return frozenset(each.name for each in self.controls if _marks(each))

    def of(self, tags: frozenset[str]) -> Iterator[Control]:
        """The controls of some tags, in the order of the config."""
        return (each for each in self.controls if each.tag in tags)


def every(items: Iterable[Item]) -> Iterator[Item]:
    """The items, and those below them."""
    for each in items:
        yield each
        yield from every(each.items)


def read(text: str, where: str) -> Config:
    """The controls of a config; raises SchemeError where it is none."""
    root = _parsed(text, where)
    texts = [each for each in root.iter() if each.tag in TEXTS and each.get("name")]
    controls = tuple(each for each in _controls(root, ()) if not is_own(each.name))
    if not texts:
        raise SchemeError(f"{where}: the config shows no text: a <Text> is needed")
    marked = next((c.to for c in controls if c.tag in LABELS), None)
    named = marked or next((c.to for c in controls), "")
    wanted = [name.strip() for name in named.split(",")]  # the first is what is marked first
    shown = next((e for name in wanted for e in texts if e.get("name") == name), texts[0])
    field_ = _field(shown.get("value"))
    if field_ is None:
        raise SchemeError(
            f"{where}: <{shown.tag} name={shown.get('name')!r}> shows no field of the task"
        )
    return Config(
        text=str(shown.get("name")),
        text_field=field_,
        granularity=shown.get("granularity", "symbol"),
        controls=controls,
        relations=tuple(_item(each) for each in root.iter("Relation") if _name(each)),
        context=tuple(dict.fromkeys(f for f in _fields(root) if f != field_)),
        left_out=_left_out(root),
        page=shown.tag == "HyperText",
        linked=(shown.get("valueType") or "").strip().lower() == "url",
        turns=_turns(shown),
    )


def _turns(text: ET.Element) -> tuple[str, str] | None:
    if text.tag != "Paragraphs":
        return None
    return text.get("nameKey") or "author", text.get("textKey") or "text"


def _parsed(text: str, where: str) -> ET.Element:
    if len(text) > LONGEST:
        raise SchemeError(f"{where}: {len(text)} characters are too many for a config")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise SchemeError(f"{where}: a config has no document type and no entities: take them out")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        line, column = error.position
        raise SchemeError(f"{where}, line {line}, column {column}: not XML: {error.msg}") from error
    level = [root]
    for _ in range(DEEPEST):
        level = [each for element in level for each in element]
    if level:
        raise SchemeError(f"{where}: its elements are nested too deeply")
    for each in root.iter():
        each.tag = _WRITTEN.get(each.tag.lower(), each.tag)
    return root


def _controls(element: ET.Element, conditions: tuple[Condition, ...]) -> Iterator[Control]:
    """The controls below an element; a condition of a View holds for all in it, beside their own."""
    for each in element:
        own = (*conditions, *_conditions(each))
        if (each.tag in LABELS or each.tag in ATTRIBUTES) and each.get("name"):
            yield from _parted(_control(each, own))
        else:
            yield from _controls(each, own)


def _parted(control: Control) -> Iterator[Control]:
    """A control; a taxonomy that labels regions is one label, and an attribute of its regions."""
    if not _marks(control):
        yield control
        return
    name = control.name
    yield Control("Labels", f"{name}{MARKED}", control.to, (Item(name, name),))
    of = Condition("region-selected", f"{name}{MARKED}", (name,))
    yield replace(control, per_region=True, conditions=(*control.conditions, of))


def _marks(control: Control) -> bool:
    labeling = control.settings.get("labeling", "").strip().lower()
    return control.tag == "Taxonomy" and labeling == "true"


def _control(element: ET.Element, conditions: tuple[Condition, ...]) -> Control:
    return Control(
        tag=element.tag,
        name=str(element.get("name")),
        to=element.get("toName", ""),
        items=tuple(_items(element)),
        per_region=_is(element, "perRegion"),
        required=_is(element, "required"),
        several=element.get("choice") in {"multiple", "multi"},
        conditions=conditions,
        settings=dict(element.attrib),
    )


def _items(element: ET.Element) -> Iterator[Item]:
    """Labels and choices, also inside views of their own."""
    for each in element:
        if each.tag in {"Label", "Choice"} and _name(each):
            yield _item(each)
        elif each.tag == "View":
            yield from _items(each)


def _item(element: ET.Element) -> Item:
    return Item(
        name=_name(element),
        shown=element.get("value") or _name(element),
        color=element.get("background") or element.get("selectedColor"),
        hotkey=element.get("hotkey"),
        hint=element.get("hint"),
        items=tuple(_items(element)),
    )


def _name(element: ET.Element) -> str:
    """What is stored of a label or choice; without white space at the edges, as its work is read."""
    return normalize("NFC", (element.get("alias") or element.get("value") or "").strip())


def _is(element: ET.Element, name: str) -> bool:
    return (element.get(name) or "").strip().lower() == "true"


def _conditions(element: ET.Element) -> Iterator[Condition]:
    """The condition of an element; a control of regions obeys `whenLabelValue` alone, too."""
    shown = (element.get("visibleWhen") or "").strip()
    if not shown and _is(element, "perRegion") and element.get("whenLabelValue"):
        shown = "region-selected"
    if not shown:
        return
    yield Condition(
        shown=shown,
        control=element.get("whenTagName", ""),
        labels=_listed(element.get("whenLabelValue")),
        choices=_listed(element.get("whenChoiceValue")),
    )


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (value or "").split(",") if each.strip())


def _fields(root: ET.Element) -> Iterator[str]:
    """The task's fields that a config shows."""
    for each in root.iter():
        if each.tag in TEXTS or each.tag in {"Header", "Table", "List"}:
            found = _field(each.get("value"))
            if found:
                yield found


def _field(value: str | None) -> str | None:
    """The name of a task's field: `body` of `$body`."""
    return value[1:] if value and value.startswith("$") and len(value) > 1 else None


def _left_out(root: ET.Element) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in root.iter():
        if isinstance(each.tag, str) and each.tag not in _KNOWN and each.get("name"):
            counts[each.tag] = counts.get(each.tag, 0) + 1
    return counts
