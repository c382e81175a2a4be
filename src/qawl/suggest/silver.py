"""Silver: suggestions for the articles that nobody annotated, in shards; made again only where need be.

A shard holds the articles whose ids begin alike. Its name carries the digest of all that it is made
from: the articles, the scheme, the suggester, and the gold that names are learned from. So a run goes on
where a killed one was, and a new article changes one shard.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.articles.duplicates.engine import Engine
from qawl.core.project import Project
from qawl.core.records import Article, Suggestion, to_json
from qawl.core.versions import __version__
from qawl.scheme.digest import digest
from qawl.suggest import labelling, rules, silver_files, store, suggesters
from qawl.suggest.silver_files import Folder, Labelled, Measured, Shard, Silver

SHARD = 2000
"""Articles in a shard at most, on average; a sixteenth of that at least."""


@dataclass(slots=True)
class Outcome:
    """What was made: what silver.json says of each layer, shards made and kept, what was left out."""

    layers: dict[str, Labelled] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


class Planned(NamedTuple):
    """What is to do for a layer, in shards and articles of the shards to make."""

    layer: str
    make: int
    articles: int
    kept: int
    remove: int


def make(
    project: Project,
    layers: Iterable[str],
    place: Folder,
    *,
    on: Engine = "local",
    watch: Callable[[str, int, int], None] = lambda *_: None,
) -> Outcome:
    """Labels what nobody annotated. Layers that are not named stay as silver.json has them.

    `watch` is told a layer, how many of its articles are labelled, and how many there are.
    """
    old, outcome = _old(project, place), Outcome()
    for layer, work in _work(project, layers, place, old):
        outcome.layers[layer] = work.done(on, watch, outcome)
    made = Silver(name=project.settings.name, layers={**old, **outcome.layers})
    silver_files.save(place, made)
    for path in list(silver_files.left_over(place, made)):
        place.remove(path)
    return outcome


def planned(project: Project, layers: Iterable[str], place: Folder) -> Iterator[Planned]:
    """What `make` would do, a layer each; writes nothing and suggests nothing."""
    for _, work in _work(project, layers, place, _old(project, place)):
        yield work.planned()


def _old(project: Project, place: Folder) -> dict[str, Labelled]:
    """What silver.json says of the layers of this corpus."""
    before = silver_files.load(place)
    return before.layers if before and before.name == project.settings.name else {}


def _work(
    project: Project, layers: Iterable[str], place: Folder, old: Mapping[str, Labelled]
) -> Iterator[tuple[str, "_Layer"]]:
    makers = store.Makers(project)
    for layer in layers:
        yield layer, _Layer(project, layer, makers, place, old.get(layer))


def unannotated(project: Project, layer: str) -> Iterator[Article]:
    """The articles to label: the first of each group of which nobody has annotated any, not withdrawn."""
    wanted = set(_wanted(project, layer))
    return (each for each in article_store.articles(project) if each.id in wanted)


def _wanted(project: Project, layer: str) -> Iterator[str]:
    done = {each.article_id for each in derive.read(project, layer)}
    groups = {each.group for each in article_store.heads(project) if each.id in done}
    out = withdrawal.ids(project)
    for each in article_store.heads(project):
        if each.id == each.group and each.id not in out and each.group not in groups:
            yield each.id


class _Layer:
    """A layer that is being labelled."""

    def __init__(
        self,
        project: Project,
        layer: str,
        makers: store.Makers,
        place: Folder,
        old: Labelled | None,
    ) -> None:
        self._project, self._layer, self._place = project, layer, place
        self._scheme = makers.schemes[layer]
        pairs = makers.beside_gold(layer)
        self._gold, self._hits = len(pairs), store.hits(pairs)
        self._weak = tuple(store.weak(pairs, project.settings.suggestions.precision))
        self._old = {each.path: each for each in old.shards} if old else {}
        self._shards: list[Shard] = []
        self._there = place.names(layer)

    def done(
        self, on: Engine, watch: Callable[[str, int, int], None], outcome: Outcome
    ) -> Labelled:
        """Makes the shards that are not there; what silver.json is to say."""
        total = sum(1 for _ in _wanted(self._project, self._layer))
        missing = self._missing(self._prefix(total))
        work = labelling.run(str(self._project.root), self._layer, self._weak, missing, on)
        for job, labelled in work:
            content = silver_files.packed(labelled.records)
            self._place.write(job.path, content)
            self._shards.append(_shard(job.path, content, labelled.records))
            outcome.made[self._layer] += 1
            outcome.left_out.update(labelled.left_out)
            watch(self._layer, sum(each.articles for each in self._shards), total)
        outcome.kept[self._layer] = len(self._shards) - outcome.made[self._layer]
        return self._said()

    def planned(self) -> Planned:
        """What `done` would do."""
        total = sum(1 for _ in _wanted(self._project, self._layer))
        missing = {each.path for each in self._missing(self._prefix(total))}
        kept = {each.path for each in self._shards}
        left = total - sum(each.articles for each in self._shards)
        there = {f"{self._layer}/{each}" for each in self._there if silver_files.is_shard(each)}
        gone = there - missing - kept
        return Planned(self._layer, len(missing), left, len(kept), len(gone))

    def _missing(self, length: int) -> Iterator[labelling.Job]:
        """The shards to make; those that are there are noted."""
        basis = self._basis()
        articles = unannotated(self._project, self._layer)
        for prefix, group in groupby(articles, key=lambda each: each.id[:length]):
            lines = [to_json(each) for each in group]
            total = sha256(basis)
            for line in lines:
                total.update(line + b"\n")
            path = f"{self._layer}/{silver_files.name(prefix, total.hexdigest())}"
            if not self._is_there(path, len(lines)):
                yield labelling.Job(path, b"\n".join(lines))

    def _is_there(self, path: str, articles: int) -> bool:
        """Whether a shard is there and whole, with so many articles."""
        if path.rpartition("/")[2] not in self._there:
            return False
        known = self._old.get(path)
        if known is None:
            content = self._place.read(path) or b""
            try:
                known = _shard(path, content, silver_files.unpacked(content))
            except ValueError:
                return False
        if known.articles != articles:
            return False
        self._shards.append(known)
        return True

    def _basis(self) -> bytes:
        """What all shards are made from beside their articles."""
        project, named = self._project, suggesters.named(self._project, self._layer)
        paths = [
            path
            for layer in project.settings.layers
            for path in (project.annotations_file(layer), project.gold_file(layer))
        ]
        said = (
            [self._layer, digest(self._scheme), __version__, *self._maker(), self._weak],
            named and [named.use, named.options],
            [project.disk.sha256(each) if each.is_file() else None for each in paths],
        )
        return to_json(said)

    def _maker(self) -> tuple[str, str]:
        """The name and version of what suggests."""
        suggester = suggesters.chosen(self._project, self._layer)
        if suggester is None:
            return rules.MODEL, rules.VERSION
        return str(suggester.name), str(suggester.version)

    def _said(self) -> Labelled:
        model, version = self._maker()
        shards = tuple(sorted(self._shards, key=lambda each: each.path))
        return Labelled(
            model=model,
            model_version=version,
            scheme_version=self._scheme.version,
            scheme_sha256=digest(self._scheme),
            shards=shards,
            articles=sum(each.articles for each in shards),
            spans=sum(each.spans for each in shards),
            relations=sum(each.relations for each in shards),
            measured={label: Measured(*each) for label, each in self._hits.items()},
            gold_articles=self._gold,
            not_suggested=self._weak,
        )

    @staticmethod
    def _prefix(total: int) -> int:
        """How many digits of an id the articles of a shard have in common."""
        length = 0
        while total > SHARD * 16**length:
            length += 1
        return length


def _shard(path: str, content: bytes, records: Sequence[Suggestion]) -> Shard:
    return Shard(
        path=path,
        sha256=sha256(content).hexdigest(),
        articles=len(records),
        spans=sum(len(each.spans) for each in records),
        relations=sum(len(each.relations) for each in records),
    )
