"""The kinds of attributes by name, and the results of Label Studio that they are read from."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from qawl.scheme.attributes import Attribute
from qawl.scheme.kinds.choices import Choice, Choices
from qawl.scheme.kinds.dates import Date
from qawl.scheme.kinds.numbers import Number, Scale
from qawl.scheme.kinds.texts import Text, Texts
from qawl.scheme.kinds.trees import Tree

KINDS: dict[str, type[Attribute]] = {
    "choice": Choice,
    "choices": Choices,
    "text": Text,
    "texts": Texts,
    "scale": Scale,
    "number": Number,
    "date": Date,
    "tree": Tree,
}
"""The kinds by their name in a scheme."""

DEFAULT = "choice"
"""The kind of an attribute that names none."""


@cache
def result_keys() -> Mapping[str, str]:
    """Type of the results of Label Studio that some kind is read from → the key of its value.

    `text` comes last: it is also where a region's surface stands.
    """
    keys = {"rating": "rating"} | {each.type: each.key for each in KINDS.values()}
    return MappingProxyType(dict(sorted(keys.items(), key=lambda each: each[1] == "text")))


@cache
def result_types() -> frozenset[str]:
    """The types of Label Studio's results that some kind is read from."""
    return frozenset(result_keys())


def value_of(value: Mapping[str, object]) -> object:
    """What a result's `value` holds of an attribute."""
    for key in result_keys().values():
        if key in value:
            return value[key]
    return None
