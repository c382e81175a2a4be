"""The first pass of an ingest: each received article is known, set aside, or staged on disk."""

from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from msgspec.structs import replace

from qawl.articles.freezing import freeze, metadata_fields, updated
from qawl.articles.frozen import article_id
from qawl.articles.frozen_index import Known, claim, text_number
from qawl.articles.ingested import Ingested
from qawl.articles.markup import has_tags
from qawl.articles.metadata import Metadata
from qawl.articles.received import Found, Received, SetAside, set_aside
from qawl.articles.recurring_lines import Lines
from qawl.articles.scripts import foreign
from qawl.core.findings import Reason, finding, reason
from qawl.core.licences import spdx
from qawl.core.records import Article, to_json
from qawl.core.settings import Settings
from qawl.core.text import blank, received


@dataclass(slots=True)
class Intake:
    """The state of the pass. `updates` are known articles whose metadata says more now, `replaced` has,
    by place, the frozen article of a place where another text was received, and its metadata now, `_said`
    what else was received says of its rights."""

    settings: Settings
    known: Known
    lines: Lines
    staged: BinaryIO
    outcome: Ingested
    updates: dict[str, Article] = field(default_factory=dict)
    replaced: dict[str, tuple[str, Metadata]] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    _texts: dict[int, str] = field(default_factory=dict)
    _said: dict[str, Metadata] = field(default_factory=dict)
    _shared: dict[Metadata, Metadata] = field(default_factory=dict)
    _claims: dict[int, int] = field(default_factory=dict)

    def take(self, found: Found) -> None:
        """Deals with one thing that was read."""
        self.visited.add(found.path)
        if isinstance(found, SetAside):
            self.outcome.set_aside.append(found)
            return
        self.outcome.read += 1
        self.outcome.annotated.update(found.annotated)
        self.outcome.unread.update(found.unread)
        self.outcome.absent.update(found.absent)
        known = found.metadata
        self.outcome.respelt.update(known.respelt)
        self.outcome.left_out.add(found)
        text = text_number(known.source, found.text)
        if text in self.known.texts:
            self._take_known(found, f"{self.known.texts[text]:012x}")
        elif adopted := self._adopted(found):
            self._say_more(found, adopted)
        elif text in self._texts:
            first = self._texts[text]
            self._copy(found.place, first, _rights(self._said[first]), found.metadata)
        elif not self._in_doubt(found, text):
            self._texts[text] = place = found.place
            rights = Metadata(license=known.license, redistribute=known.redistribute)
            self._said[place] = self._shared.setdefault(rights, rights)
            self._stage(found)

    def _take_known(self, found: Received, identity: str) -> None:
        article = self._frozen(identity)
        adopted = self._adopted(found) if article.received != found.place else None
        if article.received == found.place or adopted:
            self._say_more(found, adopted or article)
        else:
            self._copy(found.place, article.received, _rights_of(article), found.metadata)

    def _say_more(self, found: Received, article: Article) -> None:
        """Takes what a record says of an article that the corpus has."""
        self.outcome.known += 1
        metadata = found.metadata
        self._claims[claim(metadata.source, metadata.source_id, found.place)] = int(article.id, 16)
        self._update(article.id, article, metadata)

    def _adopted(self, found: Received) -> Article | None:
        """The adopted article that a record is of: no file has it, so any place may say more of it.

        Adopted articles may share their text; the source's own id tells them apart.
        """
        known = found.metadata
        by_text = self.known.texts.get(text_number(known.source, found.text))
        own = known.source_id
        number = by_text if own is None else self.known.claims.get(claim(known.source, own, ""))
        if number is None:
            return None
        identity = f"{number:012x}"
        article = self._frozen(identity)
        texts = (article.text, received(article.text, article.edits))
        return article if _is_adopted(article) and found.text in texts else None

    def _update(self, identity: str, article: Article, metadata: Metadata) -> None:
        now = updated(article, metadata, self.settings.language)
        if now != article:
            self.known.count(article, by=-1)
            self.known.count(now)
            self.updates[identity] = now

    def _frozen(self, identity: str) -> Article:
        """A frozen article as it is after this run."""
        return self.updates.get(identity) or self.known.articles[identity]

    def is_known(self, article: Article) -> None:
        """Takes an article whose frozen text cleaning made again: other line ends are no change."""
        self.outcome.known += 1
        if article.received in self.replaced and article.id in self.known.articles:
            self._update(article.id, self._frozen(article.id), self.replaced[article.received][1])

    def is_new(self, article: Article) -> None:
        """Says that a file's text or source is another now, and what to do with the article it was."""
        if article.received in self.replaced:
            frozen, _ = self.replaced[article.received]
            old = self.known.articles[frozen]
            what = (
                f"has another source than when article {frozen} was frozen"
                if received(old.text, old.edits) == received(article.text, article.edits)
                else f"changed after article {frozen} was frozen"
            )
            message = f"{article.received} {what}; it is a new article, and the old one stays"
            if frozen not in self.known.out:
                message += f" (to take that out: `qawl withdraw {frozen} --reason WHY`)"
            self.outcome.findings.append(finding("source-changed", message, article_id=frozen))

    def is_copy(self, article: Article, first: str) -> None:
        """Sets aside what cleaning made the same as an article that came before."""
        frozen = article.id in self.known.articles
        has = _rights_of(self._frozen(article.id)) if frozen else _rights(self._said[first])
        self._copy(article.received, first, has, self._said[article.received])

    def _copy(self, place: str, first: str, has: "_Rights", said: Metadata) -> None:
        """Sets aside what has source and text of an article that came before, which has these rights."""
        if place != first:
            self.outcome.copies += 1
            more = f": {first}{_other_rights(has, said)}"
            self.set_aside(place, reason("article-copy", more))

    def _in_doubt(self, found: Received, text: int) -> bool:
        """Whether another article of this run has the same id from its source.

        Where a frozen one has it, or stood at this place, the source changed.
        """
        metadata = found.metadata
        what = claim(metadata.source, metadata.source_id, found.place)
        other = self._claims.setdefault(what, text)
        if other != text and metadata.source_id is not None:
            more = f": {metadata.source_id} is the id of an earlier article with another text"
            self.set_aside(found.place, reason("id-twice", more))
            return True
        if other == text and what in self.known.claims:
            self.replaced[found.place] = f"{self.known.claims[what]:012x}", metadata
        return False

    def _stage(self, found: Received) -> None:
        article = freeze(found, self.settings)
        if blank(article.text):
            self.set_aside(found.place, reason("text-cleaned"))
            return
        if found.metadata.language is None and foreign(article.text, article.language):
            self.outcome.foreign.append(found.place)
        if has_tags(article.text):
            self.outcome.tagged.append(found.place)
        self.lines.add(article)
        self.staged.write(to_json(article) + b"\n")

    def set_aside(self, place: str, why: Reason) -> None:
        """Sets aside what came from a place."""
        path, _, line = place.rpartition(":")
        several = path in self.visited and line.isdecimal()
        self.outcome.set_aside.append(
            set_aside(path, why, int(line)) if several else set_aside(place, why)
        )


class _Rights(NamedTuple):
    license: str | None
    redistribute: bool


def _rights_of(article: Article) -> _Rights:
    return _Rights(article.license, article.redistribute)


def _rights(said: Metadata) -> _Rights:
    """The rights of a new article of which this is said."""
    return _Rights(said.license, bool(metadata_fields(said).get("redistribute")))


def _other_rights(has: _Rights, said: Metadata) -> str:
    """That a copy says other rights than the article has, in words: a copy changes no article."""
    now = metadata_fields(replace(said, license=said.license or has.license))
    other = " and ".join(
        name for name, value in has._asdict().items() if not _same(now.get(name, value), value)
    )
    if not other:
        return ""
    return f"; what it says of {other} does not count: say it there, and ingest it by that path"


def _same(one: object, other: object) -> bool:
    """Whether two say the same: a licence is spelt as SPDX does, or as the Hub does."""
    if isinstance(one, str) and isinstance(other, str) and one != other:
        return (spdx(one) or one) == (spdx(other) or other)
    return one == other


def _is_adopted(article: Article) -> bool:
    """Whether an article came by `qawl adopt`: its id is made from the source's own id, too."""
    own = article.source_id
    return own is not None and article.id == article_id(article.source, article.text, own)
