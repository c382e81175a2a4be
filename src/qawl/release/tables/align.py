"""Spans → labels of the tokens of a model, by the offset mapping of any Hugging Face fast tokenizer.

The rules are those of `tokens`: a piece belongs to the span that covers any of its code points, so
where a piece holds a proclitic and the start of a mention (لترامب, C1 of the schemes) it has the tag
of the mention; where the tokenizer parts the two, the proclitic is outside. Every piece of a word is
labelled, the first of a span B, the others I; so is the first that a window shows of a span that
starts before it. Pieces without text, those that the tokenizer adds and padding, are left out of the
loss.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, overload

from qawl.core.errors import InputError
from qawl.release.tables.tokens import iob2, tagged

IGNORED = -100
"""What PyTorch's cross entropy and `transformers` leave out of the loss."""


@dataclass(frozen=True, slots=True)
class _Named:
    label: str
    start: int
    end: int


@overload
def align(
    spans: Iterable[object],
    offset_mapping: Iterable[Sequence[int]],
    *,
    level: int = 0,
    undecided: Iterable[object] | None = (),
) -> list[str | None]: ...


@overload
def align(
    spans: Iterable[object],
    offset_mapping: Iterable[Sequence[int]],
    *,
    labels: Sequence[str],
    level: int = 0,
    ignored: int = IGNORED,
    undecided: Iterable[object] | None = (),
) -> list[int]: ...


def align(
    spans: Iterable[object],
    offset_mapping: Iterable[Sequence[int]],
    *,
    labels: Sequence[str] | None = None,
    level: int = 0,
    ignored: int = IGNORED,
    undecided: Iterable[object] | None = (),
) -> list[str | None] | list[int]:
    """The IOB2 tag of each piece of one text: names, or with `labels` indices.

    IOB2: the first piece of a span is B, the others are I, and what is in no span is O (Tjong Kim
    Sang and Veenstra 1999). A piece belongs to the span that covers any of its characters.

    Parameters
    ----------
    spans : iterable of mappings or objects with `label`, `start` and `end`
        The gold spans of a row of the table `articles`, rows of `entities`, or `GoldSpan`s of one text;
        offsets are code points, half-open.
    offset_mapping : iterable of (int, int)
        That of one text, as given by `tokenizer(text, return_offsets_mapping=True)`.
    labels : sequence of str, optional
        Names in the order of the scheme, as `features["label"].names`. With them the labels of spans
        may be indices, and the tags are indices into the classes of the table `tokens` (O, B-A, I-A,
        …).
    level : int
        0 are the outermost spans, 1 those one level below, and so on.
    ignored : int
        The index of a piece without text: what the loss leaves out.
    undecided : iterable of mappings or objects with `start` and `end`
        The column `<layer>_open` of the row: stretches of which nothing is decided. Pieces that touch
        one are left out of the loss like those without text.

    Returns
    -------
    list of str or None, or list of int
        As long as `offset_mapping`. A piece without text, or undecided, is None, or `ignored`.

    Raises
    ------
    QawlError
        A label is unknown, or the offsets are no pairs, or those of more than one text or window, or
        `undecided` is None, as in articles that nobody annotated.

    Examples
    --------
    >>> span = {"label": "PER", "start": 4, "end": 8}
    >>> qawl.align([span], [(0, 0), (0, 3), (4, 6), (6, 8)])
    [None, 'O', 'B-PER', 'I-PER']
    >>> qawl.align([span], [(0, 0), (0, 3), (4, 6), (6, 8)], labels=["PER", "ORG"])
    [-100, 0, 1, 2]
    """
    if undecided is None:
        raise InputError(
            "undecided is None: nobody annotated the article in this layer, leave it out"
        )
    pieces = [pair(each) for each in offset_mapping]
    shown = [index for index, (start, end) in enumerate(pieces) if start < end]
    over = [pieces[index] for index in shown]
    if any(one[0] > other[0] or one[1] > other[1] for one, other in pairwise(over)):
        raise InputError("the offsets run backwards: align one text at a time")
    named = [_named(each, labels) for each in spans]
    tags: list[str | None] = [None] * len(pieces)
    for index, tag in zip(shown, tagged(named, over, level + 1).tags()[level], strict=True):
        tags[index] = tag
    for start, end in map(_stretch, undecided):
        for index in shown:
            if pieces[index][0] < end and start < pieces[index][1]:
                tags[index] = None
    if labels is None:
        return tags
    classes: dict[str | None, int] = {name: index for index, name in enumerate(iob2(labels))}
    return [classes.get(tag, ignored) for tag in tags]


def is_list(given: object) -> bool:
    """Whether something has elements, and is no name."""
    number = getattr(given, "shape", None) == ()  # of an array
    return hasattr(given, "__len__") and not number and not isinstance(given, str)


def pair(given: Any) -> tuple[int, int]:
    """The offsets of a piece; raises InputError where these are none."""
    try:
        start, end = given
        return int(start), int(end)
    except (TypeError, ValueError, OverflowError) as error:
        if is_list(given) and len(given) and is_list(given[0]):
            message = "these are the offsets of several windows: give those of one at a time"
            raise InputError(message) from error
        raise InputError(f"{given!r} is no pair of offsets: give (start, end)") from error


def _named(span: object, labels: Sequence[str] | None) -> _Named:
    """A span, given as a mapping or an object, with the name of its label."""
    label = _field(span, "label")
    if not isinstance(label, str):
        if labels is None:
            raise InputError(f"label {label} is an index: give the names too, labels=…")
        if not 0 <= label < len(labels):
            raise InputError(f"label {label} is not an index of the {len(labels)} labels given")
        label = labels[label]
    elif labels is not None and label not in labels:
        raise InputError(f"label {label!r} is not one of labels: add it, or leave its spans out")
    return _Named(label, _field(span, "start"), _field(span, "end"))


def _stretch(given: object) -> tuple[int, int]:
    """(start, end) of a stretch, given as a mapping, an object or a pair."""
    if isinstance(given, Sequence):
        return given[0], given[1]
    return _field(given, "start"), _field(given, "end")


def _field(given: object, name: str) -> Any:
    try:
        return given[name] if isinstance(given, Mapping) else getattr(given, name)
    except (KeyError, AttributeError) as error:
        raise InputError(f"{given!r} has no {name}") from error
