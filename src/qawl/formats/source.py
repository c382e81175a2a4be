"""What an export is made from: records article by article, the same of a corpus and of a release."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from qawl.core.records import Annotation, Article
from qawl.scheme.model import Scheme

Names = Mapping[str, Mapping[str, list[str]]]
"""Article id → name of a list → the names in it that annotators choose from."""


@dataclass(frozen=True, slots=True)
class Given:
    """A record as a source has it, with its article (None: there is none) and the article's split.

    `open` are the stretches (start, end) of which nothing is decided. `hidden` says how many values are
    left out for the withheld text in them, `has_text` whether the article's text is here.
    """

    record: Annotation
    article: Article | None
    split: str = ""
    complete: bool = True
    open: tuple[tuple[int, int], ...] = ()
    hidden: int = 0
    has_text: bool = True


class Source(Protocol):
    """A corpus or a release."""

    @property
    def name(self) -> str:
        """Its name, with the version of a release."""

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """The scheme of each layer that can be exported."""

    @property
    def annotators(self) -> Collection[str]:
        """Whose annotations there can be."""

    @property
    def withdrawn(self) -> Collection[str]:
        """The ids of the articles that were withdrawn."""

    def gold(self, layer: str) -> Iterator[Given]:
        """The gold of a layer, in the order of article ids."""

    def annotations(self, layer: str, annotator: str) -> Iterator[Given]:
        """What one annotator did in a layer, in the order of article ids."""

    def offered(self) -> Names:
        """The names that annotators are offered."""

    def holds_withheld(self, text: str) -> bool:
        """Whether what somebody typed holds text that may not be redistributed."""

    def check(self, layers: Collection[str], /) -> list[str]:
        """What the annotations of these layers lack, in words; raises QawlError where there is nothing to
        export."""
