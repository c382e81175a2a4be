"""Examples and counter-examples of labels, from a corpus's own gold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.core.ahead import Ahead
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Gold, GoldSpan, Span
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import Scheme

MOST = 3
"""Examples, and counter-examples, of a label."""
AROUND = 40
"""Code points of text around an example; an example is LONGEST at most."""
LONGEST = 120
ENOUGH = 5000
"""Articles of a corpus that are looked at for examples."""


@dataclass(frozen=True, slots=True)
class Example:
    """A span in its text. `instead` is the label that it has in gold where it is a counter-example;
    None where it is not marked at all, or is an example."""

    before: str
    surface: str
    after: str
    rtl: bool
    instead: str | None = None


@dataclass(slots=True)
class Examples:
    """What gold shows of each label, by layer and label; articles are added in the order of their ids."""

    good: dict[tuple[str, str], list[Example]] = field(default_factory=dict)
    bad: dict[tuple[str, str], list[Example]] = field(default_factory=dict)

    def add(self, article: Article, gold: Gold, records: Iterable[Annotation] = ()) -> None:
        """Takes what an article shows, once it is decided; where it was put right, by the judge."""
        if not gold.complete:
            return
        for span in gold.spans:
            self._take(self.good, article, gold.layer, span.label, span)
        decided = {(each.start, each.end): each.label for each in gold.spans}
        if gold.decided_by != "adjudicator":
            return
        places = {each.place for each in gold.spans}
        for record in records:
            if record.annotator == JUDGE or record.text_sha256 != article.text_sha256:
                continue
            for each in record.spans:
                if each.place in places:
                    continue
                instead = decided.get((each.start, each.end))
                if instead is not None or _is_apart(each, gold.spans):
                    self._take(self.bad, article, gold.layer, each.label, each, instead)

    def _take(
        self,
        into: dict[tuple[str, str], list[Example]],
        article: Article,
        layer: str,
        label: str,
        span: Span | GoldSpan,
        instead: str | None = None,
    ) -> None:
        """Takes an example, unless there are enough, it is long, or the same words are there."""
        surface = article.text[span.start : span.end]
        there = into.setdefault((layer, label), [])
        if len(there) == MOST or len(surface) > LONGEST or not surface.strip():
            return
        words = " ".join(surface.split())
        if any(" ".join(each.surface.split()) == words for each in there):
            return
        before, after = _around(article.text, span.start, span.end)
        there.append(Example(before, surface, after, is_rtl(article.language), instead))


def _is_apart(span: Span, others: Iterable[GoldSpan]) -> bool:
    """Whether a span overlaps none of these."""
    return all(span.end <= one.start or one.end <= span.start for one in others)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """Whole words before and after a place, on its line."""
    before = text[max(0, start - AROUND) : start].rpartition("\n")[2]
    if start - len(before) > 0 and text[start - len(before) - 1] != "\n":
        before = f"…{before.partition(' ')[2]}" if " " in before else f"…{before}"
    after = text[end : end + AROUND].partition("\n")[0]
    stop = end + len(after)
    if stop < len(text) and text[stop] != "\n":
        after = f"{after.rpartition(' ')[0]}…" if " " in after else f"{after}…"
    return before, after


def of_corpus(project: Project, schemes: Mapping[str, Scheme]) -> Examples:
    """The examples in the gold of a corpus, as `qawl adjudicate` wrote it."""
    found = Examples()
    articles = article_store.by_id(project)
    for layer in schemes:
        path = project.gold_file(layer)
        if not path.is_file():
            continue
        records = Ahead(derive.by_article(project, layer))
        for gold in islice(project.disk.read(path, Gold), ENOUGH):
            article = articles.get(gold.article_id)
            if article is not None and article.text_sha256 == gold.text_sha256:
                found.add(article, gold, records.take(gold.article_id) or ())
    return found
