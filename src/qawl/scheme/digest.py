"""The digest of a scheme's content: equal as long as a scheme says the same, whatever Qawl reads it."""

from hashlib import sha256

import msgspec

from qawl.core.records import to_json
from qawl.scheme.defaults import EARLIER
from qawl.scheme.model import Scheme

_FIRST: dict[str, object] = {
    "name": "",
    "title": {},
    "kind": "choice",
    "of": [],
    "required": False,
    "ordered": False,
    "definition": {},
    "values": [],
    "suggest": None,
}
"""An attribute's keys in the first releases, when every kind had all of them."""

_LATER = (
    *("label_sets", "control", "multiple", "text_field", "text_control", "context"),
    *("instructions_for", "changes"),
)
"""A scheme's keys that came later: they count where they say something else than if left out."""
_UNSAID: tuple[object, ...] = (None, False, (), [], {}, "text")
_UNSEEN = ("finds",)
"""Keys of a label that say what Qawl's own tools do with it, and nothing to annotators."""


def digest(scheme: Scheme) -> str:
    """SHA-256 over what a scheme says. A release's changelog tells by it whether a scheme changed."""
    said = msgspec.to_builtins(scheme)
    said = {key: each for key, each in said.items() if key not in _LATER or each not in _UNSAID}
    said["attributes"] = [{**_FIRST, **_without_unsaid(each)} for each in said["attributes"]]
    for label in said["labels"]:
        label["color"] = EARLIER.get(label["color"], label["color"])
        for key in _UNSEEN:
            label.pop(key, None)
        if not label["counter_example"]:  # it came later
            del label["counter_example"]
    return sha256(to_json(said)).hexdigest()


def _without_unsaid(attribute: dict[str, object]) -> dict[str, object]:
    """An attribute without later keys that say nothing."""
    return {
        key: each
        for key, each in attribute.items()
        if key in _FIRST or each not in _UNSAID or (each == 0 and each is not False)
    }
