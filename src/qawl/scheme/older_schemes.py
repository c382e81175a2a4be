"""The scheme of an older version, as far as its successor's steps tell it: what old work is read by."""

from itertools import chain

from msgspec import structs

from qawl.scheme.attributes import Attribute
from qawl.scheme.changes import Change
from qawl.scheme.model import Label, RelationType, Scheme


def before(scheme: Scheme, changes: tuple[Change, ...]) -> Scheme:
    """The scheme before these changes, the last of which led to it, but for names that were removed."""
    for change in reversed(changes):
        scheme = structs.replace(
            scheme,
            labels=tuple(chain.from_iterable(_labels(each, change) for each in scheme.labels)),
            attributes=tuple(
                chain.from_iterable(_attributes(each, change) for each in scheme.attributes)
            ),
            relations=tuple(
                chain.from_iterable(_relations(each, change) for each in scheme.relations)
            ),
            changes=(),
        )
    return scheme


def _labels(label: Label, change: Change) -> list[Label]:
    return [structs.replace(label, name=each) for each in change.sources("label", label.name)]


def _ends(labels: tuple[str, ...], change: Change) -> tuple[str, ...]:
    olds = chain.from_iterable(change.sources("label", each) for each in labels)
    return tuple(dict.fromkeys(olds))


def _relations(relation: RelationType, change: Change) -> list[RelationType]:
    joined = structs.replace(
        relation, from_=_ends(relation.from_, change), to=_ends(relation.to, change)
    )
    return [
        structs.replace(joined, name=each) for each in change.sources("relation", relation.name)
    ]


def _attributes(attribute: Attribute, change: Change) -> list[Attribute]:
    of = structs.replace(attribute, of=_ends(attribute.of, change))
    first, *others = change.sources("attribute", attribute.name) or [attribute.name]
    found = [structs.replace(of, name=first)]
    return [*found, *(structs.replace(of, name=each, control=None) for each in others)]
