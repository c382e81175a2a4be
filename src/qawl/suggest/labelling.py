"""Many articles labelled by the suggester of a layer, here or on a Ray cluster: the same records.

On a cluster the workers read schemes, settings and gold of the corpus, which stands under the same path
on all of them; the articles come with the work.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from qawl.articles.duplicates import engine
from qawl.articles.duplicates.engine import Engine
from qawl.core import project
from qawl.core.errors import QawlError
from qawl.core.records import Article, Suggestion
from qawl.suggest import store

AT_ONCE = 16
"""Shards that are on their way to a cluster at once."""


@dataclass(frozen=True, slots=True)
class Job:
    """A shard to make: where it is to stand, and its articles as JSON Lines."""

    path: str
    articles: bytes


class Labelled(msgspec.Struct):
    """What was made of the articles of a job, and what was left out by reason."""

    records: list[Suggestion]
    left_out: dict[str, int]
    problem: str | None = None


class Labeller:
    """Labels articles of a corpus in one layer; what it needs of the corpus is read once."""

    def __init__(self, root: str, layer: str, weak: tuple[str, ...]) -> None:
        self._root, self._layer, self._weak = root, layer, weak
        self._makers: store.Makers | None = None

    def labelled(self, articles: bytes) -> Labelled:
        """The suggestions for articles, in their order."""
        if self._makers is None:
            self._makers = store.Makers(project.load(Path(self._root)))
        decoder, left_out = msgspec.json.Decoder(Article), Counter[str]()
        given = [decoder.decode(line) for line in articles.split(b"\n") if line]
        made = self._makers.of(self._layer, given, left_out)
        return Labelled([store.without(each, self._weak) for each in made], dict(left_out))

    def __call__(self, articles: bytes) -> bytes:
        """The same as bytes, for a cluster; a problem of the user's is a value there."""
        try:
            return msgspec.msgpack.encode(self.labelled(articles))
        except QawlError as error:
            return msgspec.msgpack.encode(Labelled([], {}, str(error)))


def run(
    root: str, layer: str, weak: tuple[str, ...], jobs: Iterable[Job], on: Engine
) -> Iterator[tuple[Job, Labelled]]:
    """Each job with what was made of it, in order."""
    if on == "local":
        here = Labeller(root, layer, weak)
        for job in jobs:
            yield job, here.labelled(job.articles)
        return
    waiting = iter(jobs)
    while some := list(islice(waiting, AT_ONCE)):
        yield from zip(some, _on_ray(root, layer, weak, some), strict=True)


def _on_ray(root: str, layer: str, weak: tuple[str, ...], jobs: list[Job]) -> Iterator[Labelled]:
    daft = engine.start("ray")
    label = daft.cls(Labeller)(root, layer, weak)
    given = {"at": list(range(len(jobs))), "articles": [each.articles for each in jobs]}
    table = daft.from_pydict(given).into_partitions(len(jobs))
    try:
        made = table.select(table["at"], label(table["articles"]).alias("made")).to_pydict()
    except Exception as error:
        line = (str(error) or type(error).__name__).strip().splitlines()[-1]
        raise QawlError(f"Ray could not label {layer}: {line}") from error
    for _, each in sorted(zip(made["at"], made["made"], strict=True)):
        labelled = msgspec.msgpack.decode(each, type=Labelled)
        if labelled.problem is not None:
            raise QawlError(labelled.problem)
        yield labelled
