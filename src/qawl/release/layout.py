"""White space of a withheld text, found again from a copy that has its words.

A release says where the tokens of a withheld text stand and which of them start a line, so that a copy
whose lines, spaces or invisible marks differ is laid out as the text was. Whether it is the text is for
its hash to say: what white space there was is tried in the ways that news are written.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, islice, product

import numpy as np
from numpy.typing import NDArray

from qawl.core.column_types import Row
from qawl.core.text import sha256

_WORD = re.compile(r"\S+")
_MARKS = (
    "\u00ad",
    "\u200b\u2060\ufeff",
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "\u200c\u200d",
)
"""Marks that a copy may have and the text lacks: hyphens, breaks, directions, joiners."""
_LINES = 400
"""Lines of a copy up to which the text is also looked for in part of it."""
_TRIED = 2000
_TELLING = 5
"""Places of white space by which, with as many letters, a copy is likely to have the words of a text."""
_MARKED = 6
"""Kinds of marks of which it is tried with and without what kind of space."""

Ints = NDArray[np.int64]


def respaced(text: str) -> Iterator[str]:
    """A text with its lines bare and its spaces single; with blank lines as they are, none, and all."""
    bare = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip("\n")
    yield bare
    yield re.sub("\n+", "\n", bare)
    yield re.sub("\n+", "\n\n", bare)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the tokens of a text stand, half-open; `breaks` are the tokens before which a line ends."""

    digest: str
    starts: Ints
    ends: Ints
    breaks: frozenset[int]
    length: int

    @property
    def bounds(self) -> Ints:
        """The end of each token among the letters alone."""
        return np.cumsum(self.ends - self.starts)

    @property
    def spaces(self) -> list[int]:
        """The bounds at which white space stands."""
        found: list[int] = self.bounds[:-1][self.starts[1:] > self.ends[:-1]].tolist()
        return found


@dataclass(slots=True)
class Layouts:
    """The layouts of withheld texts by how many letters they have; `near` are the hashes of those that no
    copy gave, though one has as many letters with spaces at the same places."""

    _by_size: dict[int, list[_Layout]] = field(default_factory=dict)
    near: set[str] = field(default_factory=set)

    def add(self, row: Row, length: int | None = None) -> None:
        """Takes the layout of a row of the table `tokens`; `length` is that of the text, if known."""
        starts, ends = (np.array(row[name], np.int64) for name in ("starts", "ends"))
        if not len(starts):
            return
        whole = int(ends[-1]) if length is None else length
        layout = _Layout(row["text_sha256"], starts, ends, frozenset(row["paragraphs"]), whole)
        self._by_size.setdefault(int((ends - starts).sum()), []).append(layout)

    def find(self, copy: str) -> str | None:
        """The text that a copy is but for white space and marks, or that stands in some of its lines."""
        if not self._by_size:
            return None
        for seen in _readings(copy):
            for start, end in self._windows(seen):
                part = seen.part(start, end)
                for layout in self._by_size[end - start]:
                    if not np.isin(part.places, layout.bounds).all():
                        continue
                    if text := _laid(layout, part):
                        return text
                    if len(part.places) >= _TELLING and part.places == layout.spaces:
                        self.near.add(layout.digest)
        return None

    def _windows(self, seen: "_Seen") -> Iterator[tuple[int, int]]:
        """The (start, end) of whole lines with as many letters as a text has, all lines first."""
        lines = [0, *seen.lines, len(seen.letters)]
        if len(seen.letters) in self._by_size:
            yield 0, len(seen.letters)
        if len(lines) <= _LINES:
            whole = (0, len(seen.letters))
            every = (each for each in combinations(lines, 2) if each != whole)
            yield from (each for each in every if each[1] - each[0] in self._by_size)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The letters of a copy without white space, and the white space by the letter that it precedes."""

    letters: str
    gaps: Mapping[int, str]

    @property
    def lines(self) -> list[int]:
        """The letters that start a line, but for the first."""
        return [at for at, gap in self.gaps.items() if at and "\n" in gap]

    @property
    def places(self) -> list[int]:
        """Where white space stands between letters."""
        return [at for at in self.gaps if at]

    def part(self, start: int, end: int) -> "_Seen":
        """Some of the letters."""
        inner = {at - start: gap for at, gap in self.gaps.items() if start < at < end}
        return _Seen(self.letters[start:end], inner)


def _readings(copy: str) -> Iterator[_Seen]:
    """A copy with all its marks, then without some kinds of them."""
    there = [each for each in _MARKS if re.search(f"[{each}]", copy)]
    for count in range(len(there) + 1):
        for kinds in combinations(there, count):
            yield _seen(re.sub(f"[{''.join(kinds)}]", "", copy) if kinds else copy)


def _seen(copy: str) -> _Seen:
    words: list[str] = []
    gaps: dict[int, str] = {}
    letters = last = 0
    for match in _WORD.finditer(copy):
        gaps[letters] = copy[last : match.start()]
        words.append(match[0])
        letters, last = letters + len(match[0]), match.end()
    return _Seen("".join(words), gaps)


@dataclass(frozen=True, slots=True)
class _Gap:
    """White space to fill: how much, what the copy has there, and the letters around it."""

    size: int
    copy: str
    before: str
    after: str


def _laid(layout: _Layout, seen: _Seen) -> str | None:
    """The text with this layout, if its hash is right."""
    bounds = layout.bounds.tolist()
    tokens = [seen.letters[one:other] for one, other in zip([0, *bounds], bounds, strict=False)]
    sizes = (layout.starts[1:] - layout.ends[:-1]).tolist()
    gaps = [
        _Gap(size, seen.gaps.get(at, ""), before[-1], after[0])
        for size, at, before, after in zip(sizes, bounds, tokens, tokens[1:], strict=False)
    ]
    edges = (int(layout.starts[0]), layout.length - int(layout.ends[-1]))
    for fill in _fills(gaps, layout.breaks):
        body = "".join(part for pair in zip(tokens, [*fill, ""], strict=True) for part in pair)
        for text in _edged(body, *edges):
            if sha256(text) == layout.digest:
                return text
    return None


def _edged(body: str, before: int, after: int) -> Iterator[str]:
    """A text with so much white space around it; most have none."""
    starts = dict.fromkeys(each * before for each in " \n\u3000")
    ends = dict.fromkeys((" " * after, "\n" * after, f"{' ' * (after - 1)}\n" if after else ""))
    for start, end in product(starts, ends):
        yield f"{start}{body}{end}"


Fill = Callable[[_Gap], str]


def _copied(gap: _Gap, otherwise: str) -> str:
    """What the copy has there, if it may be that."""
    fits = len(gap.copy) == gap.size and ("\n" in gap.copy) == ("\n" in otherwise)
    return gap.copy if fits else otherwise


def _special(gap: _Gap) -> str:
    """What the copy has there, if it is no space and no tab."""
    return " " * gap.size if set(gap.copy) <= {" ", "\t"} else _copied(gap, " " * gap.size)


def _beside(gap: _Gap) -> str | None:
    """What asks for a space that does not break, as French news have it: a mark, or two digits."""
    if (gap.before + gap.after).isdecimal():
        return "0"
    if gap.before == "«" or gap.after == "»":
        return "«"
    return gap.after if gap.after in ":;!?%؛؟–—" else None


def _unbroken(gaps: Sequence[_Gap]) -> Iterator[Fill]:
    """Fills with spaces that don't break, wide or narrow, beside some of those and not beside others."""
    there = sorted({each for gap in gaps if gap.size and (each := _beside(gap))})
    for spaces in product(" \u00a0\u202f", repeat=min(len(there), _MARKED)):
        chosen = dict(zip(there, spaces, strict=False))
        yield lambda gap, chosen=chosen: chosen.get(_beside(gap), " ") * gap.size  # type: ignore[misc]


_SPACES: tuple[Fill, ...] = (
    lambda gap: " " * gap.size,
    lambda gap: _copied(gap, " " * gap.size),
    _special,
    lambda gap: ("\u3000" if min(gap.before, gap.after) > "\u3000" else " ") * gap.size,
)
"""White space inside a line: single, as in the copy, as there but for tabs, Chinese."""

_BREAKS: tuple[Fill, ...] = (
    lambda gap: "\n" * gap.size,
    lambda gap: _copied(gap, "\n" * gap.size),
    lambda gap: " " * (gap.size - 1) + "\n",
    lambda gap: "\n" + " " * (gap.size - 1),
    lambda gap: " " * (gap.size - 2) + "\n" * min(gap.size, 2),
    lambda gap: "\n" + "\u3000" * (gap.size - 1),
    lambda gap: "\n" * min(gap.size, 2) + "\u3000" * (gap.size - 2),
)
"""White space with a line end: blank lines, as in the copy, spaces before the end, after it, before a
blank line, and Chinese indents."""


def _fills(gaps: Sequence[_Gap], breaks: frozenset[int]) -> Iterator[list[str]]:
    """What the white space between tokens may be, each way once: the same everywhere, then mixed."""
    ends = [number in breaks for number in range(1, len(gaps) + 1)]
    tried: dict[tuple[str, ...], None] = {}
    spaces = chain(_SPACES, _unbroken(gaps))
    for space, line in product(spaces, _BREAKS):
        both = zip(gaps, ends, strict=True)
        fill = tuple((line if last else space)(gap) if gap.size else "" for gap, last in both)
        if fill not in tried:
            tried[fill] = None
            yield list(fill)
    unclear = [at for at, gap in enumerate(gaps) if ends[at] and gap.size > 1]
    ways = [sorted({each(gaps[at]) for each in _BREAKS}) for at in unclear]
    bases = dict.fromkeys(
        tuple(
            ("\n" if last else each(gap)) * bool(gap.size)
            for gap, last in zip(gaps, ends, strict=True)
        )
        for each in _SPACES[:2]
    )
    for base in map(list, bases):
        for chosen in islice(product(*ways), _TRIED if unclear else 0):
            for at, white in zip(unclear, chosen, strict=True):
                base[at] = white
            yield base
