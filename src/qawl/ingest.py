"""Received articles → the frozen corpus: cleaned, given an id, and merged with what is there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from qawl import cleaning, corpus, jsonl
from qawl.model import Article
from qawl.project import Project
from qawl.readers import Found, Received, SetAside
from qawl.text import sha256

SET_ASIDE = "set-aside.jsonl"


@dataclass(slots=True)
class Outcome:
    """What an ingest did. `undecided` are the sources whose licence nobody has given."""

    read: int = 0
    known: int = 0
    frozen: list[Article] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)

    @property
    def reasons(self) -> Counter[str]:
        """How many were set aside for each reason."""
        return Counter(each.reason.split(":")[0] for each in self.set_aside)


def ingest(project: Project, found: Iterable[Found]) -> Outcome:
    """Freezes what is new and writes the corpus; the same again changes nothing."""
    outcome = Outcome()
    there = corpus.by_id(project)
    places = {}
    for identity in there:
        article = there[identity]
        places[article.received] = identity
        if article.license is None:
            outcome.undecided.add(article.source or "(no source)")
    fresh: dict[str, Article] = {}
    for each in found:
        if isinstance(each, SetAside):
            outcome.set_aside.append(each)
            continue
        outcome.read += 1
        _take(each, project, outcome, there, fresh, places)
    outcome.frozen = sorted(fresh.values(), key=lambda article: article.id)
    if fresh:
        corpus.write(project, [*(there[identity] for identity in there), *fresh.values()])
    if outcome.set_aside:
        jsonl.write(project.corpus / SET_ASIDE, _all_set_aside(project, outcome.set_aside))
    return outcome


def _take(
    received: Received,
    project: Project,
    outcome: Outcome,
    there: corpus.Articles,
    fresh: dict[str, Article],
    places: dict[str, str],
) -> None:
    """Freezes one received article, unless the corpus has it."""
    article = freeze(received, project.settings.language)
    if not article.text:
        reason = "nothing is left of the text after cleaning"
        outcome.set_aside.append(SetAside(received=received.place, reason=reason))
        return
    if article.license is None:
        outcome.undecided.add(article.source or "(no source)")
    if article.id in there or article.id in fresh:
        outcome.known += 1
        return
    if received.place in places:
        outcome.changed.append(
            f"{received.place} changed after article {places[received.place]} was frozen; "
            f"what it holds now is article {article.id}"
        )
    fresh[article.id] = article


def freeze(received: Received, language: str) -> Article:
    """The frozen article of a received one; `language` is that of the corpus."""
    known = received.metadata
    text, edits = cleaning.clean(received.text)
    identity = article_id(known.source, text)
    return Article(
        id=identity,
        text=text,
        text_sha256=sha256(text),
        title=known.title,
        language=known.language or language,
        source=known.source,
        url=known.url,
        published=known.published,
        license=known.license,
        redistribute=bool(known.redistribute) and known.license is not None,
        group=identity,
        source_id=known.source_id,
        received=received.place,
        edits=edits,
    )


def article_id(source: str | None, text: str) -> str:
    """12 hex digits from the source and the frozen text: the same wherever and whenever it is made."""
    return sha256(f"{source or ''}\x00{text}")[:12]


def _all_set_aside(project: Project, fresh: list[SetAside]) -> list[SetAside]:
    """Those that were set aside before and now, each once, in the order of their places."""
    before = jsonl.read(project.corpus / SET_ASIDE, SetAside)
    every = {(each.received, each.reason): each for each in (*before, *fresh)}
    return [every[key] for key in sorted(every)]
