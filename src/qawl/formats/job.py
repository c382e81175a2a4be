"""What an export writes from and to: the chosen records article by article, and a folder of files."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from qawl.core.errors import InputError
from qawl.core.records import (
    GOLD,
    Annotation,
    Article,
    Attributes,
    Relation,
    Span,
    ends,
    span_ref,
    to_json,
    with_attributes,
)
from qawl.formats.losses import Losses, Lost
from qawl.formats.names import Names
from qawl.formats.source import Given, Source
from qawl.release.rights.withheld import strings
from qawl.scheme.model import Scheme

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(frozen=True, slots=True)
class Work:
    """The annotation of one article in one layer; `annotator` is None for gold.

    `open` are the stretches (start, end) of which nothing is decided.
    """

    article: Article
    scheme: Scheme
    annotator: str | None
    record: Annotation
    losses: Losses
    split: str = ""
    complete: bool = True
    open: tuple[tuple[int, int], ...] = ()

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

    def named(self, names: Names, name: str, span: Span | None = None) -> str:
        """What stands for a name; one that the format does not allow is noted."""
        written = names(name)
        if written != name:
            self.lost("name-changed", span, name)
        return written

    def spans(self) -> list[Span]:
        """Its spans that stand in the text; the others are noted as lost."""
        inside = self.inside()
        kept = {id(span) for span in inside}
        for span in self.record.spans:
            if id(span) not in kept:
                self.lost("span-outside", span)
        return inside

    def inside(self) -> list[Span]:
        """Its spans that stand in the text."""
        length = len(self.article.text)
        return [each for each in self.record.spans if 0 <= each.start < each.end <= length]

    def arrows(self, known: Iterable[Span]) -> Iterator[tuple[Relation, Span, Span]]:
        """Its relations with the spans that they lead from and to, those between `known` ones; what has
        no name or an end that is not there is noted as lost."""
        spans = {span.id: span for span in known}
        every = {span.id: span for span in self.record.spans}
        for relation in self.record.relations:
            start, end = ends(relation)
            if relation.label is None:
                self.lost("relation-unnamed", every.get(start))
            elif start not in spans or end not in spans:
                self.lost("relation-dangling", every.get(start), relation.label)
            else:
                yield relation, spans[start], spans[end]

    def lose_all_but_spans(self) -> None:
        """Notes attributes and relations, for formats that have neither."""
        self.lose_attributes()
        every = {span.id: span for span in self.record.spans}
        for relation in self.record.relations:
            self.lost("relation", every.get(relation.from_), relation.label)

    def lose_attributes(self) -> None:
        """Notes what is said of spans and of the article."""
        for span in self.record.spans:
            for name in span.attributes:
                self.lost("attribute", span, name)
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

    def write(self, name: str, pieces: Iterable[str | bytes]) -> None:
        """One file of UTF-8 with line ends as they are."""
        with self.several() as add:
            add(name, "")
            for piece in pieces:
                add(name, piece)

    def write_lines(self, name: str, records: Iterable[object]) -> None:
        """One file of JSON Lines."""
        self.write(name, (to_json(each) + b"\n" for each in records))

    @contextmanager
    def several(self) -> Iterator[Callable[[str, str | bytes], None]]:
        """add(name, piece): writes to the end of a file; as many files as there are names.

        No two are one where case does not count.
        """
        opened: dict[str, tuple[BinaryIO, _Hash]] = {}
        with ExitStack() as stack:

            def add(name: str, piece: str | bytes) -> None:
                if name not in opened:
                    opened[name] = stack.enter_context(self._new(name).open("wb")), sha256()
                file, digest = opened[name]
                encoded = piece.encode() if isinstance(piece, str) else piece
                digest.update(encoded)
                file.write(encoded)

            yield add
        self.files.update({name: digest.hexdigest() for name, (_, digest) in opened.items()})

    def write_names(self, by_layer: Mapping[str, Names]) -> None:
        """<layer>.names.json: what stands for another name → that name; if there is any."""
        for layer, names in by_layer.items():
            if changed := names.changed():
                self.write_lines(f"{layer}.names.json", [changed])

    def _new(self, name: str) -> Path:
        """Where a file is to stand; raises InputError where another one stands there."""
        other = self._folded.setdefault(name.casefold(), name)
        if other != name or name in self.files:
            raise InputError(
                f"{other} and {name} are one file on many systems: export one at a time"
            )
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


class Part(NamedTuple):
    """What one annotator did in a layer; `name` is that of the file or folder that holds it."""

    name: str
    scheme: Scheme
    works: Iterator[Work]


@dataclass(frozen=True, slots=True)
class Job:
    """One export: of which layers and annotators (None: gold), and where it goes."""

    source: Source
    schemes: Mapping[str, Scheme]
    annotators: tuple[str | None, ...]
    with_withheld: bool
    losses: Losses
    folder: Folder

    def parts(self, *, skipped: bool = False) -> Iterator[Part]:
        """What each annotator did in each layer, by article; what is left out is noted.

        Skipped articles come where the format can say that they were skipped.
        """
        for layer, scheme in self.schemes.items():
            for annotator in self.annotators:
                name = f"{layer}.{annotator or GOLD}"
                yield Part(name, scheme, self._works(layer, annotator, skipped=skipped))

    def _works(self, layer: str, annotator: str | None, *, skipped: bool = False) -> Iterator[Work]:
        for given in self._given(layer, annotator):
            one = self._work(given, layer, annotator)
            kind = self._why_not(given, skipped)
            if kind:
                one.lost(kind)
                continue
            if not given.complete:
                one.lost("gold-incomplete")
            for _ in range(given.hidden):
                one.lost("value-withheld")
            yield one

    def wide(self, layer: str, annotator: str | None) -> Iterator[Work]:
        """The same once more, for what must be known of all before one is written; notes nothing."""
        for given in self._given(layer, annotator):
            if not self._why_not(given, skipped=False):
                yield self._work(given, layer, annotator)

    def _work(self, given: Given, layer: str, annotator: str | None) -> Work:
        article = given.article or _unknown(given.record)
        return Work(
            article,
            self.schemes[layer],
            annotator,
            given.record,
            self.losses,
            given.split,
            given.complete,
            given.open,
        )

    def by_article(self, annotator: str | None) -> Iterator[tuple[Article, list[Work]]]:
        """What one annotator did in all layers, article by article."""
        streams = [self._works(layer, annotator) for layer in self.schemes]
        merged = heapq.merge(*streams, key=_identity)
        for _, group in groupby(merged, key=_identity):
            works = list(group)
            yield works[0].article, works

    def _given(self, layer: str, annotator: str | None) -> Iterator[Given]:
        if annotator is None:
            found = self.source.gold(layer)
        else:
            found = self.source.annotations(layer, annotator)
        return found if self.with_withheld else map(self._shown, found)

    def _shown(self, given: Given) -> Given:
        """A record of a text that is exported without the values that hold another, which is not."""
        if given.article is None or not given.article.redistribute:
            return given
        shown = with_attributes(given.record, self._free)
        hidden = _values(given.record) - _values(shown)
        return replace(given, record=shown, hidden=given.hidden + hidden)

    def _free(self, given: Attributes) -> Attributes:
        """The values that hold no text which may not be redistributed."""
        holds = self.source.holds_withheld
        return {name: value for name, value in given.items() if not any(map(holds, strings(value)))}

    def _why_not(self, given: Given, skipped: bool) -> str | None:
        """The kind of loss where a record is left out."""
        article, record = given.article, given.record
        if article is None:
            return "article-unknown"
        if article.id in self.source.withdrawn:
            return "withdrawn"
        if not article.redistribute and not self.with_withheld:
            return "withheld"
        if not given.has_text:
            return "text-not-here"
        if record.status == "skipped" and not skipped:
            return "skipped"
        return None if record.text_sha256 == article.text_sha256 else "text-differs"


def _unknown(record: Annotation) -> Article:
    """What stands for an article that is not there."""
    identity = record.article_id
    return Article(
        id=identity, text="", text_sha256="", language="und", group=identity, received=""
    )


def _values(record: Annotation) -> int:
    """How many attributes are set."""
    return len(record.attributes) + sum(len(span.attributes) for span in record.spans)


def _identity(work: Work) -> str:
    return work.article.id
