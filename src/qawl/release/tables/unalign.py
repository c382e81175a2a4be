"""Labels of a model's tokens → spans: the way back from `qawl.align`, over windows too."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from qawl.core.errors import InputError
from qawl.release.tables.align import is_list, pair
from qawl.release.tables.tokens import iob2

_OUTSIDE = "O"
_INSIDE, _LAST = frozenset("IEL"), frozenset("ESLU")
"""First letters of tags that go on with a span, and of those that end one, in IOB2, IOBES and BILOU."""
_PREFIXES = frozenset("B") | _INSIDE | _LAST


class TaggedSpan(Struct, frozen=True, order=True, gc=False):
    """A span that tags say. They sort by start, end and label.

    Attributes
    ----------
    start, end : int
        Code points of the text, 0-based, half-open, where the offsets of the tokenizer are.
    label : str
        The label without B- and I-.

    Examples
    --------
    >>> [span] = qawl.spans(["B-PER", "I-PER"], [(4, 6), (6, 8)])
    >>> span.label, (span.start, span.end)
    ('PER', (4, 8))
    """

    start: int
    end: int
    label: str


def spans(
    tags: Sequence[str | int | None] | Sequence[Sequence[str | int | None]],
    offset_mapping: Iterable[Sequence[int] | Sequence[Sequence[int]]],
    *,
    labels: Sequence[str] | None = None,
) -> list[TaggedSpan]:
    """The spans that the tags of one text say; the inverse of `qawl.align`.

    Tags are read as conlleval reads them (Tjong Kim Sang and Buchholz 2000, the CoNLL-2000 shared task).

    Parameters
    ----------
    tags : sequence of str or None, or of int
        A tag for each piece, as `qawl.align` makes them: names, or with `labels` indices into the
        classes of the table `tokens`. None, -100 and indices of no class are no tag: a piece that has
        none ends nothing and begins nothing.
    offset_mapping : iterable of (int, int)
        That of the text. The pieces of several windows with a stride may stand one after another: a
        piece that two windows show counts once, with the tag of the window that shows it first. They
        may stand in a list a window too, with their tags, as a tokenizer gives them.
    labels : sequence of str, optional
        Names in the order of the scheme, where tags are indices.

    Returns
    -------
    list of TaggedSpan
        By start, then end. I- after nothing, or after another label, begins a span. Tags with E- and S-
        (IOBES) or L- and U- (BILOU) are read too. Call it once a level for nested spans.

    Raises
    ------
    QawlError
        There are not as many tags as offsets, an offset is no pair of numbers, a name is no tag: O,
        or one of B, I, E, S, L and U, a hyphen and a label; or tags are indices and there are no labels.

    Examples
    --------
    >>> qawl.spans([None, "O", "B-PER", "I-PER"], [(0, 0), (0, 3), (4, 6), (6, 8)])
    [TaggedSpan(start=4, end=8, label='PER')]
    >>> qawl.spans([-100, 0, 1, 2], [(0, 0), (0, 3), (4, 6), (6, 8)], labels=["PER", "ORG"])
    [TaggedSpan(start=4, end=8, label='PER')]
    """
    pieces, tags = _in_one(_listed(offset_mapping), _listed(tags))
    names = iob2(labels) if labels is not None else None
    known: dict[tuple[int, int], str] = {}
    for piece, tag in zip(pieces, tags, strict=True):
        name = _name(tag, names)
        if name is not None and piece[0] < piece[1]:
            known.setdefault(piece, name)
    return _joined(sorted(known.items()))


def _in_one(offsets: list[Any], tags: list[Any]) -> tuple[list[tuple[int, int]], list[Any]]:
    """The pieces and tags of all windows, one after another."""
    windows = bool(offsets) and _nested(offsets[0])
    if any(windows != is_list(each) for each in (*tags, *(offsets if windows else ()))):
        raise InputError("give tags and offsets both in a list a window, or both in one list")
    if not windows:
        offsets, tags = [offsets], [tags]
    counts = [([len(each) for each in some]) for some in (tags, offsets)]
    if counts[0] != counts[1]:
        said = [" + ".join(map(str, each)) or "0" for each in counts]
        raise InputError(f"{said[0]} tags for {said[1]} pieces: give a tag for each piece")
    return [pair(each) for some in offsets for each in some], [
        each for some in tags for each in some
    ]


def _listed(given: Any) -> list[Any]:
    try:
        return list(given)
    except TypeError as error:
        raise InputError(f"{given!r}: give a list of tags, and one of offsets") from error


def _nested(given: Any) -> bool:
    """Whether this is the offsets of a window, and not one pair."""
    return is_list(given) and (len(given) == 0 or is_list(given[0]))


def _name(tag: Any, names: Sequence[str] | None) -> str | None:
    if isinstance(tag, str):
        prefix, _, label = tag.partition("-")
        if tag != _OUTSIDE and not (label and prefix in _PREFIXES):
            raise InputError(f"{tag!r} is no tag: write {_OUTSIDE}, or B- or I- and a label")
        return tag
    try:
        at = -1 if tag is None else int(tag)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{tag!r} is no tag: give a name or an index for each piece") from error
    if names is None and at >= 0:
        raise InputError(f"tag {at} is an index: give the names too, labels=…")
    return names[at] if names and 0 <= at < len(names) else None


def _joined(tagged: Sequence[tuple[tuple[int, int], str]]) -> list[TaggedSpan]:
    """Spans of tagged pieces in the order of the text; pieces of one character's bytes overlap."""
    found: list[TaggedSpan] = []
    opened = ""  # the label of the span that goes on, if one may
    for (start, end), tag in tagged:
        prefix, _, label = tag.partition("-")
        if label and label == opened and prefix in _INSIDE:
            last = found.pop()
            found.append(TaggedSpan(last.start, max(last.end, end), label))
        elif label:
            found.append(TaggedSpan(start, end, label))
        opened = "" if prefix in _LAST else label
    return found
