"""Labels of a model's tokens → spans: the way back from `qawl.align`, over windows too."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from qawl.core.errors import InputError
from qawl.release.tables.tokens import iob2

_OUTSIDE = "O"
_INSIDE, _LAST = frozenset("IEL"), frozenset("ESLU")
"""First letters of tags that go on with a span, and of those that end one, in IOB2, IOBES and BILOU."""
_PREFIXES = frozenset("B") | _INSIDE | _LAST


class TaggedSpan(Struct, frozen=True, order=True, gc=False):
    """A span that tags say: offsets are code points, half-open."""

    start: int
    end: int
    label: str


def spans(
    tags: Sequence[str | None] | Sequence[int],
    offset_mapping: Iterable[Sequence[int]],
    *,
    labels: Sequence[str] | None = None,
) -> list[TaggedSpan]:
    """The spans that the tags of one text say; the inverse of `qawl.align`.

    Parameters
    ----------
    tags : sequence of str or None, or of int
        A tag for each piece, as `qawl.align` makes them: names, or with `labels` indices into the
        classes of the table `tokens`. None, -100 and indices of no class are no tag: a piece that has
        none ends nothing and begins nothing.
    offset_mapping : iterable of (int, int)
        That of the text. The pieces of several windows with a stride may stand one after another: a
        piece that two windows show counts once, with the tag of the window that shows it first.
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
        There are not as many tags as offsets, or a name is no tag: O, or one of B, I, E, S, L and U, a
        hyphen and a label.

    Examples
    --------
    >>> qawl.spans([None, "O", "B-PER", "I-PER"], [(0, 0), (0, 3), (4, 6), (6, 8)])
    [TaggedSpan(start=4, end=8, label='PER')]
    >>> qawl.spans([-100, 0, 1, 2], [(0, 0), (0, 3), (4, 6), (6, 8)], labels=["PER", "ORG"])
    [TaggedSpan(start=4, end=8, label='PER')]
    """
    pieces = [(int(start), int(end)) for start, end in offset_mapping]
    if len(pieces) != len(tags):
        raise InputError(f"{len(tags)} tags for {len(pieces)} pieces: give a tag for each piece")
    names = iob2(labels) if labels is not None else ()
    known: dict[tuple[int, int], str] = {}
    for piece, tag in zip(pieces, tags, strict=True):
        name = _name(tag, names)
        if name is not None and piece[0] < piece[1]:
            known.setdefault(piece, name)
    return _joined(sorted(known.items()))


def _name(tag: object, names: Sequence[str]) -> str | None:
    if isinstance(tag, str):
        prefix, _, label = tag.partition("-")
        if tag != _OUTSIDE and not (label and prefix in _PREFIXES):
            raise InputError(f"{tag!r} is no tag: write {_OUTSIDE}, or B- or I- and a label")
        return tag
    at = int(tag) if hasattr(tag, "__int__") else -1
    return names[at] if 0 <= at < len(names) else None


def _joined(tagged: Sequence[tuple[tuple[int, int], str]]) -> list[TaggedSpan]:
    """Spans of tagged pieces in the order of the text; pieces of one character's bytes overlap."""
    found: list[TaggedSpan] = []
    for before, ((start, end), tag) in _steps(tagged):
        prefix, _, label = tag.partition("-")
        if not label:
            continue
        goes_on = prefix in _INSIDE and _open(before) == label
        if goes_on and found:
            last = found.pop()
            found.append(TaggedSpan(last.start, max(last.end, end), label))
        else:
            found.append(TaggedSpan(start, end, label))
    return found


def _open(tag: str | None) -> str | None:
    """The label of a span that a tag leaves open."""
    prefix, _, label = (tag or "").partition("-")
    return None if prefix in _LAST else label


def _steps(
    tagged: Sequence[tuple[tuple[int, int], str]],
) -> Iterable[tuple[str | None, tuple[tuple[int, int], str]]]:
    """Each piece with the tag of the piece before it."""
    before: str | None = None
    for each in tagged:
        yield before, each
        before = each[1]
