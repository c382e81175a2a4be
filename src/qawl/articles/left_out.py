"""What documents have beside their running text, which is not taken: how often, and in how many."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from qawl.articles.received import Received


@dataclass(slots=True)
class LeftOut:
    """Counts what is left out and the documents that it stood in, and keeps the first, by what it is."""

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
