"""What INCEpTION's formats have in common: labels among features, layers of the language, annotators.

An annotation has a layer and features. Its label is the first feature that is called like one, else the
name of the layer. INCEpTION exports `annotation/<document>/<annotator>.json` (or .tsv), `qawl export`
`<layer>.<annotator>/<document>.json`.
"""

from collections.abc import Mapping
from pathlib import Path

from qawl.formats.readers import own

LABELS = ("label", "value", "identifier", "type", "role", "referenceType")
"""Features that are labels, the likeliest first."""
LINGUISTIC = frozenset(
    {
        "Sentence",
        "Token",
        "Lemma",
        "POS",
        "DocumentMetaData",
        "TagsetDescription",
        "DocumentAnnotation",
    }
)
"""Layers, by the last part of their names, that describe words and documents: nobody's annotations."""
TYPED = {"NamedEntity": frozenset({"identifier"})}
"""Layer → features that are no choice among few, such as the entry of a knowledge base."""
OF_NO_SPAN = "relation to no span"
BESIDE_LABEL = "value of a relation beside its label"
"""What of a document can't be taken, as a reader notes it."""


def label(features: Mapping[str, object], layer: str) -> tuple[str, str]:
    """(feature, label) of an annotation; no feature and the name of its layer where none is a label.

    Examples:
        >>> label({"identifier": "Q64", "value": "LOC"}, "NamedEntity")
        ('value', 'LOC')
        >>> label({"polarity": "good"}, "Sentiment")
        ('', 'Sentiment')
    """
    for feature in LABELS:
        value = features.get(feature)
        if isinstance(value, str) and value:
            return feature, value
    return "", layer


def relation_label(features: Mapping[str, object], layer: str) -> tuple[str, str]:
    """(feature, label) of a relation: a label, else its first value: it holds nothing else."""
    feature, found = label(features, layer)
    first = next(
        ((n, v) for n, v in features.items() if isinstance(v, str) and v), (feature, found)
    )
    return (feature, found) if feature else first


def whose(path: Path) -> tuple[str, str]:
    """(annotator, document) of a file of an export; no annotator where its folders tell none."""
    if path.parent.parent.name == "annotation":
        return path.stem, path.parent.name
    return own.whose(path.parent) or "", path.stem
