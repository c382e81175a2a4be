"""What a reader returns: a text with the work that was done on it, or what could not be read and why.

Offsets are code points into `text`, half-open. Names are those of the other tool.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qawl.articles.received import SetAside, set_aside
from qawl.core.records import AttributeValue

__all__ = ["Arrow", "Document", "Found", "Mark", "Reader", "SetAside", "Work", "set_aside"]


@dataclass(slots=True)
class Mark:
    """A labelled stretch of the text; `id` tells it apart within its work.

    `surface` are the words that the other tool wrote beside the offsets, where it wrote any. `typed`
    names the attributes that are no choice among few, such as ids.
    """

    id: str
    label: str
    start: int
    end: int
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    surface: str | None = None
    typed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relation from one mark to another, by their ids; of both ways its `direction` is `bi`."""

    label: str
    from_: str
    to: str
    direction: str = "right"


@dataclass(slots=True)
class Work:
    """What one annotator did on a text; `skipped` where they rejected it.

    `annotator` is the name or number that the other tool has for them; empty where it has none. `typed`
    names the attributes that they typed, however short the words are; `lists` those that may have
    several values, where they have one here.
    """

    annotator: str = ""
    skipped: bool = False
    marks: list[Mark] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)

    def several(self) -> None:
        """Says of the attributes that have lists here that they may have several values."""
        for held in (self.attributes, *(mark.attributes for mark in self.marks)):
            self.lists |= {name for name, value in held.items() if isinstance(value, list)}


@dataclass(slots=True)
class Document:
    """A text with the work of its annotators; `source_id` is the tool's own id, or the place in the file.

    `notes` says what of the document the reader could not take, a reason each.
    """

    path: str
    source_id: str
    text: str
    works: list[Work] = field(default_factory=list)
    context: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


Found = Document | SetAside
Reader = Callable[[Path], Iterator[Found]]
