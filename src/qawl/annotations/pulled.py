"""What a pull did, from a server or from exports: what came, and what was left out and why."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from qawl.core.findings import Reason

NAMED = 5
"""How many things that are left out for one reason are named."""


@dataclass(slots=True)
class Pulled:
    """What a pull did: new versions by (layer, annotator), and what was left out and why.

    `unreadable` counts tasks of which nothing could be read, `unplaced` those of no article, whose
    data have texts in `fields`. `set_aside` counts what was left out by the reason, `named` has the first
    of each, `lost` is how many annotations went with it. `doubled` names annotations that do not count,
    since their annotator has another of the article; `judged` has (layer, article) of verdicts that came,
    which are compared once all are journalled; `doubts` say whose work may be another's; `gone` are
    those that stay deleted. `changed` has (layer, article, annotator) of every new version from a server.
    `unread` says for each layer what the journal has and the annotations have not, `brought` what was
    brought forward from older versions of its scheme. `agreed` has, for each project of a server, in how
    many annotations its count and the journal's agree. `not_read` names files that were not looked at or
    have nothing for this corpus, of which `foreign` have tasks of another. `known` has marks of
    annotations that are left out.
    """

    tasks: int = 0
    annotations: int = 0
    new: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreadable: int = 0
    unplaced: int = 0
    fields: set[str] = field(default_factory=set)
    set_aside: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)
    lost: int = 0
    doubled: list[str] = field(default_factory=list)
    judged: set[tuple[str, str]] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    gone: set[tuple[str, str, str, str | None]] = field(default_factory=set)
    drafts: int = 0
    predictions: int = 0
    mended: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    unread: dict[str, list[str]] = field(default_factory=dict)
    brought: dict[str, list[str]] = field(default_factory=dict)
    changed: set[tuple[str, str, str]] = field(default_factory=set)
    alarms: list[str] = field(default_factory=list)
    agreed: list[int] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    foreign: int = 0
    known: set[tuple[Reason, Hashable]] = field(default_factory=set)

    def note(self, layer: str, annotator: str, articles: list[str]) -> None:
        """Counts new versions, by the articles that they are of."""
        self.new[layer, annotator] += len(articles)
        self.changed |= {(layer, article, annotator) for article in articles}

    @property
    def whole(self) -> bool:
        """Whether no annotation and no export was left out, nor anything taken for another's work."""
        return not (self.lost or self.foreign or self.doubled or self.doubts)

    def leave_once(self, reason: Reason, what: str, mark: Hashable) -> None:
        """Counts an annotation that is left out, in whichever of its layers; it is known by its mark."""
        if (reason, mark) not in self.known:
            self.known.add((reason, mark))
            self.leave(reason, what)

    def leave(self, reason: Reason, what: str | None, annotations: int = 1) -> None:
        """Counts something that is left out with so many annotations, and keeps what it was."""
        why = reason.words
        self.lost += annotations
        self.set_aside[why] += 1
        names = self.named.setdefault(why, [])
        if what and len(names) < NAMED and what not in names:
            names.append(what)

    def left_out(self) -> Iterator[str]:
        """What was left out in words, a line a reason, the most frequent first."""
        for why, count in self.set_aside.most_common():
            names = self.named.get(why, [])
            more = [", …"] if names and count > len(names) else []
            listed = "".join([", ".join(names), *more])
            yield f"{count} × {why} ({listed})" if listed else f"{count} × {why}"
