"""Whole lines that cleaning removed from new articles: how many by each rule, and some of them."""

from collections import Counter
from dataclasses import dataclass, field

from qawl.articles.cleaning import WHOLE_LINES
from qawl.core.records import Article

_KEPT = 5
"""Lines of a rule that are kept to be shown."""


@dataclass(slots=True)
class Cleaned:
    """Counts lines, and the articles that they stood in, by rule."""

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
