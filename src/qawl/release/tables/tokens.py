"""Text → tokens by Unicode property, and spans → IOB2 tags over them with what these can't say.

What a token is, tried in this order at each code point that is no white space (`str.isspace`):

1. A URL (`http://`, `https://`, `www.`) or an e-mail address, without the punctuation after it.
2. The English possessive `'s` after a word, as the Penn Treebank has it: names are spans without it.
3. A word: letters, numbers, connectors (`_`) and whatever marks stand on them, so diacritics and
   tatweel stay with their word, and so do the joiners (ZWNJ, ZWJ). Inside it may stand: between
   digits `. , : /` and the Arabic separators `٫ ٬` (12.5, 12:30, 2024/1); between Latin letters a
   stop, unless a capital follows a small letter (afp.com, U.S, but not `end.Then`); an apostrophe
   between letters (O'Brien); format characters (soft hyphen, bidi marks) between two parts of it.
4. Of scripts that are written without spaces (ideographs, Hiragana, Thai and its like) and of
   everything else, punctuation, symbols, emoji: one grapheme cluster, so no ZWJ sequence, flag or
   key cap is torn.

Hyphens part words, as in OntoNotes and UD: `Saudi-led` and `US-Iran` hold names of their own. Where
in doubt a token is smaller, since an edge of a span is lost in no place but inside a token.

Which tags a token gets: it belongs to each span that covers any of its code points. The clitic that
rule C1 of the schemes leaves out of a mention thus goes with the mention: لترامب is one token, its
span is ترامب, its tag B. What is lost so is reported, span by span.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
import regex
from numpy.typing import NDArray

from qawl.core.words import UNSPACED

OUTSIDE = "O"

_WORD = rf"[[\p{{L}}\p{{N}}\p{{M}}\p{{Pc}}\p{{Prepended_Concatenation_Mark}}]--{UNSPACED}]"
_MORE = rf"[{_WORD}\p{{Grapheme_Cluster_Break=Extend}}\p{{Join_Control}}]"
_PATTERN = rf"""
    (?:https?://|www\.)[^\s<>"«»“”،؛؟]*[^\s\p{{P}}<>]/?
  | (?<![\w.+-])[A-Za-z0-9][A-Za-z0-9._+-]{{0,63}}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]+
  | (?<=[\p{{L}}\p{{M}}\p{{N}}])['’][sS](?!{_WORD})
  | {_WORD}{_MORE}*+
    (?:
      (?: (?<=\p{{Nd}})[.,:/٫٬](?=\p{{Nd}})
        | (?<=[\p{{Script=Latin}}\p{{M}}])\.(?=\p{{Script=Latin}})(?!(?<=\p{{Ll}}\.)\p{{Lu}})
        | (?<=[\p{{L}}\p{{M}}])['’](?=\p{{L}})(?![sS](?!{_WORD}))
        | \p{{Cf}}++(?={_WORD})
      )
      {_WORD}{_MORE}*+
    )*+
  | \X
"""
_TOKEN = regex.compile(_PATTERN, regex.VERBOSE | regex.VERSION1)

_SPACE, _LETTER, _ELSE = range(3)
_KNOWN = 0x3001
"""Code points below this are told apart by a table; it ends after the last white space."""

Token = tuple[int, int]
"""Code point offsets of a token, half-open."""

Edges = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where tokens start and where they end, in order."""

Kind = Literal["edge-in-token", "shared-token", "crossing", "too-deep", "no-token"]
"""How IOB2 falls short of a span:

- edge-in-token: it starts or ends inside a token, which is tagged whole;
- shared-token: a span beside it has its token; it stands in a further column;
- crossing: it crosses another; it stands in a further column;
- too-deep: no column is left for it: no tag says it;
- no-token: it covers no token: no tag says it.
"""
KINDS: tuple[Kind, ...] = ("edge-in-token", "shared-token", "crossing", "too-deep", "no-token")


class Labelled(Protocol):
    """What has a label and a place: spans of annotations and of gold."""

    @property
    def label(self) -> str:
        """Its label."""

    @property
    def start(self) -> int:
        """Its first code point."""

    @property
    def end(self) -> int:
        """The code point after its last."""


S = TypeVar("S", bound=Labelled)


@dataclass(frozen=True, slots=True)
class Loss(Generic[S]):
    """One thing that the tags of an article don't say of one span."""

    kind: Kind
    span: S


@dataclass(slots=True)
class Placed(Generic[S]):
    """A span over tokens[first:last], half-open; level 0 are the outermost spans."""

    span: S
    level: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Tagged(Generic[S]):
    """IOB2 tags, one a token: a column of the outermost spans, then one a level.

    `classes` are the columns as indices into `iob2(labels)`.
    """

    classes: tuple[NDArray[np.int64], ...]
    labels: tuple[str, ...]
    losses: tuple[Loss[S], ...]

    def tags(self) -> tuple[list[str], ...]:
        """The columns by the names of their tags."""
        names = iob2(self.labels)
        return tuple([names[each] for each in column.tolist()] for column in self.classes)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text in order: every code point that is no white space stands in one."""
    return listed(edges(text))


def listed(at: Edges) -> Iterator[Token]:
    """Tokens by their edges, one by one."""
    starts, ends = at
    return zip(starts.tolist(), ends.tolist(), strict=True)


def edges(text: str) -> Edges:
    """Where the tokens of a text start, and where they end.

    A stretch between white space that has letters alone is a token; the others are looked at.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    kinds = np.zeros(len(codes) + 2, np.uint8)
    kinds[1:-1] = _kinds()[np.minimum(codes, _KNOWN)]
    bounds = np.flatnonzero((kinds[1:] == _SPACE) != (kinds[:-1] == _SPACE))
    starts, ends = bounds[::2], bounds[1::2]
    mixed = np.unique(np.searchsorted(ends, np.flatnonzero(kinds[1:-1] == _ELSE), "right"))
    inner = [
        start + cut
        for start, end in zip(starts[mixed].tolist(), ends[mixed].tolist(), strict=True)
        for cut in _cuts(text[start:end])
    ]
    if not inner:
        return starts, ends
    return _merged(starts, inner), _merged(ends, inner)


def _merged(one: NDArray[np.int64], other: list[int]) -> NDArray[np.int64]:
    """Both, which are in order, in order: what numpy calls a stable sort is quick on two runs."""
    return np.sort(np.append(one, other), kind="stable")


@cache
def _kinds() -> NDArray[np.uint8]:
    """What each code point is, all from `_KNOWN` on being one: white space, a letter of words, else."""
    known = "".join(map(chr, range(_KNOWN)))
    found = np.full(_KNOWN + 1, _ELSE, np.uint8)
    found[:-1][[each.isspace() for each in known]] = _SPACE
    for match in regex.finditer(rf"{_WORD}+", known, regex.VERSION1):
        found[match.start() : match.end()] = _LETTER
    return found


@lru_cache(maxsize=1 << 15)  # news repeats its words
def _cuts(stretch: str) -> tuple[int, ...]:
    """Where a token ends and the next one starts in a stretch without white space."""
    return tuple(match.end() for match in _TOKEN.finditer(stretch))[:-1]


def iob2(labels: Iterable[str]) -> tuple[str, ...]:
    """All tags over these labels, as classes in order: O, then B and I of each."""
    return (OUTSIDE, *(f"{part}-{label}" for label in labels for part in "BI"))


def tagged(spans: Iterable[S], over: Sequence[Token], columns: int = 1) -> Tagged[S]:
    """The spans as IOB2 over tokens, in this many columns."""
    return tagged_at(spans, arrays(over), columns)


def tagged_at(
    spans: Iterable[S],
    at: Edges,
    columns: int = 1,
    labels: Collection[str] | None = None,
) -> Tagged[S]:
    """The same over tokens by their edges; with `labels`, the tags are those of `iob2(labels)`.

    Raises KeyError naming a label that is not among them.
    """
    ordered = _outer_first(spans)
    firsts, lasts, torn = _over(ordered, at)
    if (firsts < lasts).all() and (
        firsts[1:] >= lasts[:-1]
    ).all():  # as most spans of most articles
        lost = [Loss("edge-in-token", ordered[each]) for each in np.flatnonzero(torn).tolist()]
        labels = dict.fromkeys(each.label for each in ordered) if labels is None else labels
        outer = _column([each.label for each in ordered], firsts, lasts, labels, len(at[0]))
        inner = [np.zeros_like(outer) for _ in range(1, columns)]
        return Tagged((outer, *inner), tuple(labels), tuple(lost))
    placed, losses = _layout(ordered, firsts.tolist(), lasts.tolist(), torn.tolist())
    if labels is None:
        labels = dict.fromkeys(each.span.label for each in placed)
    begins = _begins(tuple(labels))
    made = tuple(np.zeros(len(at[0]), np.int64) for _ in range(columns))
    for each in placed:
        if each.level >= columns:
            losses.append(Loss("too-deep", each.span))
            continue
        begin = begins[each.span.label]
        made[each.level][each.first] = begin
        made[each.level][each.first + 1 : each.last] = begin + 1
    return Tagged(made, tuple(labels), tuple(losses))


@lru_cache(maxsize=64)  # for the labels of a scheme it is asked an article at a time
def _begins(labels: tuple[str, ...]) -> dict[str, int]:
    """The class of the tag that begins a span, by label."""
    return {label: 2 * index + 1 for index, label in enumerate(labels)}


def _column(
    of: Sequence[str],
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    labels: Iterable[str],
    count: int,
) -> NDArray[np.int64]:
    """The classes of so many tokens under spans of these labels, which are apart."""
    begins = _begins(tuple(labels))
    begin = np.array([begins[label] for label in of], np.int64)
    turns = np.zeros(count + 1, np.int64)  # a class is what has begun and not yet ended
    turns[firsts] += begin + 1
    turns[lasts] -= begin + 1
    made = np.cumsum(turns[:-1])
    made[firsts] = begin
    return made


def arrays(over: Iterable[Token]) -> Edges:
    """Tokens, one by one, as where they start and where they end."""
    both = np.array(list(over), np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def layout(spans: Iterable[S], at: Edges) -> tuple[list[Placed[S]], list[Loss[S]]]:
    """Where each span stands over tokens, outer before inner, and what the places don't say.

    A span is one level below the spans that contain it, and further below while one of its tokens
    is taken: by a span that it crosses, or one beside it. Of two in the same place the first given
    is the outer one. Tokens must not run backwards; they may be empty or in the same place.
    """
    ordered = _outer_first(spans)
    firsts, lasts, torn = _over(ordered, at)
    return _layout(ordered, firsts.tolist(), lasts.tolist(), torn.tolist())


def _outer_first(spans: Iterable[S]) -> list[S]:
    return sorted(spans, key=lambda each: (each.start, -each.end))


def _layout(
    ordered: Sequence[S], firsts: Sequence[int], lasts: Sequence[int], edges: Sequence[bool]
) -> tuple[list[Placed[S]], list[Loss[S]]]:
    """The same of spans in order, by their tokens and whether an edge lies inside one."""
    placed: list[Placed[S]] = []
    losses: list[Loss[S]] = []
    opened: list[Placed[S]] = []
    for span, first, last, torn in zip(ordered, firsts, lasts, edges, strict=True):
        if first >= last:
            losses.append(Loss("no-token", span))
            continue
        if torn:
            losses.append(Loss("edge-in-token", span))
        if opened:
            opened = [each for each in opened if each.last > first]
        level = _level(span, opened, losses) if opened else 0
        now = Placed(span, level, first, last)
        opened.append(now)
        placed.append(now)
    return placed, losses


def _over(
    spans: Sequence[Labelled], at: Edges
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The first token of each span, the one after its last, and whether it starts or ends inside one."""
    starts, ends = at
    begin = np.array([each.start for each in spans], np.int64)
    end = np.array([each.end for each in spans], np.int64)
    firsts, lasts = np.searchsorted(ends, begin, "right"), np.searchsorted(starts, end, "left")
    some = firsts < lasts
    torn = np.zeros(len(spans), bool)
    torn[some] = (starts[firsts[some]] < begin[some]) | (end[some] < ends[lasts[some] - 1])
    return firsts, lasts, torn


def _level(span: S, opened: Sequence[Placed[S]], losses: list[Loss[S]]) -> int:
    """The highest level that is free, below those that contain the span; `opened` reach into it."""
    around = [each.level for each in opened if span.end <= each.span.end]
    level = max(around, default=-1) + 1
    taken = {each.level for each in opened}
    while level in taken:
        level += 1
    if any(each.span.start < span.start < each.span.end < span.end for each in opened):
        losses.append(Loss("crossing", span))
    elif any(each.span.end <= span.start for each in opened):
        losses.append(Loss("shared-token", span))
    return level
