"""What an ingest did: what came of each article, what cleaning removed, what was not taken."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from qawl.articles.cleaning import WHOLE_LINES
from qawl.articles.received import Received, SetAside
from qawl.core.records import Article, Finding

_KEPT = 5
"""Lines of a rule that are kept to be shown."""


@dataclass(slots=True)
class Cleaned:
    """The whole lines that cleaning removed, and the articles that they stood in, counted by rule."""

    lines: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)
    examples: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, article: Article) -> None:
        """Counts what was removed from an article."""
        rules = set()
        for edit in article.edits:
            if edit.rule in WHOLE_LINES:
                rules.add(edit.rule)
                self._count(edit.rule, edit.was)
        self.articles.update(rules)

    def _count(self, rule: str, was: str) -> None:
        shown = self.examples.setdefault(rule, {})
        for line in filter(None, map(str.strip, was.split("\n"))):
            self.lines[rule] += 1
            if len(shown) < _KEPT:
                shown[line] = None


@dataclass(slots=True)
class LeftOut:
    """What documents have beside their running text, which is not taken: how often, in how many, in which
    first, by what it is."""

    times: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, found: Received) -> None:
        """Counts what is left out of a document."""
        for what, times in found.left_out:
            self.times[what] += times
            self.documents[what] += 1
            self.first.setdefault(what, found.place)

    def lines(self) -> Iterator[str]:
        """A line for each kind, the most frequent first."""
        for what, times in sorted(self.times.items(), key=lambda each: (-each[1], each[0])):
            count, place = self.documents[what], self.first[what]
            where = place if count == 1 else f"{count} documents, the first {place}"
            yield f"{times} × {what} ({where})"


@dataclass(slots=True)
class Ingested:
    """What an ingest did, in articles.

    `copies` have source and text of another and are set aside; `same_text` and `near` are the newly
    frozen ones that stand in a group with another; `groups` are all groups of more than one.
    `annotated` counts records by their fields that hold annotations, of which nothing is taken;
    `unread` counts them by their other fields that are not read, each with ours that it looks like.
    `absent` counts those without a field that --map names. `cleaned` has the lines that cleaning removed.
    `foreign` are the places of articles in the language of qawl.yaml that are in letters of another one,
    `tagged` those of articles with tags or references of HTML in their text,
    `respelt` counts the language tags that are no tags of BCP 47 until they are written otherwise.
    `left_out` has what documents hold beside their running text.
    """

    read: int = 0
    known: int = 0
    frozen: int = 0
    updated: int = 0
    copies: int = 0
    same_text: int = 0
    near: int = 0
    groups: int = 0
    set_aside: list[SetAside] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    undecided: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    annotated: Counter[str] = field(default_factory=Counter)
    unread: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    cleaned: Cleaned = field(default_factory=Cleaned)
    foreign: list[str] = field(default_factory=list)
    tagged: list[str] = field(default_factory=list)
    respelt: Counter[str] = field(default_factory=Counter)
    left_out: LeftOut = field(default_factory=LeftOut)
    changed: bool = False

    @property
    def nowhere(self) -> list[str]:
        """The fields that --map names and no record has."""
        return [name for name, count in self.absent.items() if count == self.read]

    @property
    def reasons(self) -> Counter[str]:
        """How many were set aside for each reason."""
        return Counter(each.summary for each in self.set_aside)
