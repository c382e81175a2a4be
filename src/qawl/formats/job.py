"""What an export writes from and to: the chosen records article by article, and a folder of files."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import Annotation, Article, Span, span_ref
from qawl.formats.losses import Losses, Lost
from qawl.gold import decide
from qawl.gold import record as gold_record
from qawl.scheme.scheme import Scheme

GOLD = "gold"
"""What stands in the names of files in place of an annotator's pseudonym."""


@dataclass(frozen=True, slots=True)
class Work:
    """The annotation of one article in one layer; `annotator` is None for gold."""

    article: Article
    scheme: Scheme
    annotator: str | None
    record: Annotation
    losses: Losses

    def lost(self, kind: str, span: Span | None = None, what: str | None = None) -> None:
        """Notes something of it that the export does not say."""
        self.losses.note(
            Lost(
                kind=kind,
                article_id=self.record.article_id,
                layer=self.scheme.layer,
                annotator=self.annotator,
                span=span_ref(span) if span else None,
                what=what,
            )
        )

    def spans(self) -> list[Span]:
        """Its spans that stand in the text; the others are noted as lost."""
        inside = []
        for span in self.record.spans:
            if 0 <= span.start < span.end <= len(self.article.text):
                inside.append(span)
            else:
                self.lost("span-outside", span)
        return inside

    def lose_all_but_spans(self) -> None:
        """Notes attributes and relations, for formats that have neither."""
        for span in self.record.spans:
            for name in span.attributes:
                self.lost("attribute", span, name)
        ends = {span.id: span for span in self.record.spans}
        for relation in self.record.relations:
            self.lost("relation", ends.get(relation.from_), relation.label)
        self.lose_attributes_of_article()

    def lose_attributes_of_article(self) -> None:
        """Notes what is said of the whole article."""
        for name in self.record.attributes:
            self.lost("article-attribute", None, name)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is being written; `files` has the SHA-256 of each file in it."""

    path: Path
    files: dict[str, str] = field(default_factory=dict)
    _folded: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, pieces: Iterable[str]) -> None:
        """One file of UTF-8 with line ends as they are; no two are one where case does not count."""
        other = self._folded.setdefault(name.casefold(), name)
        if other != name or name in self.files:
            raise InputError(
                f"{other} and {name} are one file on many systems: export one at a time"
            )
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = sha256()
        with target.open("wb") as file:
            for piece in pieces:
                encoded = piece.encode()
                digest.update(encoded)
                file.write(encoded)
        self.files[name] = digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Job:
    """One export: of which layers and annotators (None: gold), and where it goes."""

    project: Project
    schemes: Mapping[str, Scheme]
    annotators: tuple[str | None, ...]
    with_withheld: bool
    losses: Losses
    folder: Folder

    def work(self, layer: str, annotator: str | None, *, skipped: bool = False) -> Iterator[Work]:
        """What one annotator did in a layer, by article; what is left out is noted.

        Skipped articles come where the format can say that they were skipped.
        """
        articles = article_store.by_id(self.project)
        withdrawn = withdrawal.ids(self.project)
        for record, complete in self._records(layer, annotator):
            article = articles.get(record.article_id)
            kind = self._why_not(record, article, withdrawn, skipped)
            if article is None or kind:
                lost = Lost(
                    kind=kind or "article-unknown",
                    article_id=record.article_id,
                    layer=layer,
                    annotator=annotator,
                )
                self.losses.note(lost)
                continue
            one = Work(article, self.schemes[layer], annotator, record, self.losses)
            if not complete:
                one.lost("gold-incomplete")
            yield one

    def by_article(self, annotator: str | None) -> Iterator[tuple[Article, list[Work]]]:
        """What one annotator did in all layers, article by article."""
        streams = [self.work(layer, annotator) for layer in self.schemes]
        merged = heapq.merge(*streams, key=_identity)
        for _, group in groupby(merged, key=_identity):
            works = list(group)
            yield works[0].article, works

    def _records(self, layer: str, annotator: str | None) -> Iterator[tuple[Annotation, bool]]:
        """(record, whether everything in it is decided)."""
        if annotator is None:
            for gold in decide.gold(self.project, layer):
                yield gold_record.as_annotation(gold), gold.complete
            return
        for record in derive.read(self.project, layer):
            if record.annotator == annotator:
                yield record, True

    def _why_not(
        self, record: Annotation, article: Article | None, withdrawn: frozenset[str], skipped: bool
    ) -> str | None:
        """The kind of loss where a record is left out."""
        if article is None:
            return "article-unknown"
        if article.id in withdrawn:
            return "withdrawn"
        if not article.redistribute and not self.with_withheld:
            return "withheld"
        if record.status == "skipped" and not skipped:
            return "skipped"
        return None if record.text_sha256 == article.text_sha256 else "text-differs"


def stem(layer: str, annotator: str | None) -> str:
    """The name of what holds one annotator's work in a layer."""
    return f"{layer}.{annotator or GOLD}"


def _identity(work: Work) -> str:
    return work.article.id
