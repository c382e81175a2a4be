"""What a release was made from, by layer: digests of articles and annotations, and the people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, to_json
from qawl.release.tables.tables import Annotated
from qawl.release.versions.manifest import Chain, Worked
from qawl.scheme.digest import digest
from qawl.scheme.model import Scheme

if TYPE_CHECKING:
    from hashlib import _Hash as Hash


class Chains:
    """The chain of each layer, counted article by article."""

    def __init__(self, layers: Iterable[str]) -> None:
        self._of = {layer: _Used() for layer in layers}

    def add(self, item: Annotated) -> None:
        """Takes the next article; the order counts."""
        for record in item.annotations:
            self._of[record.layer].add(item.article, record)

    def summaries(self, project: Project, schemes: Mapping[str, Scheme]) -> dict[str, Chain]:
        """What the manifest says of each layer."""
        return {layer: used.summary(project, schemes[layer]) for layer, used in self._of.items()}


@dataclass(slots=True)
class _Used:
    """What was used of a layer."""

    articles: "Hash" = field(default_factory=sha256)
    annotations: "Hash" = field(default_factory=sha256)
    annotators: set[str] = field(default_factory=set)
    last: str = ""

    def add(self, article: Article, record: Annotation) -> None:
        if article.id != self.last:
            self.articles.update(f"{article.id} {article.text_sha256}\n".encode())
            self.last = article.id
        self.annotations.update(to_json(record) + b"\n")
        self.annotators.add(record.annotator)

    def summary(self, project: Project, scheme: Scheme) -> Chain:
        """What the manifest says; annotators that qawl.yaml does not name come last."""
        said = {
            name: Worked(each.person)
            for name, each in project.contributors.items()
            if name in self.annotators
        }
        judge = said.pop(JUDGE, None)
        unknown = sorted(self.annotators - {*said, JUDGE})
        return Chain(
            scheme_version=scheme.version,
            labels=tuple(scheme.label),
            scheme_sha256=digest(scheme),
            articles_sha256=self.articles.hexdigest(),
            annotations_sha256=self.annotations.hexdigest(),
            annotators={**said, **{name: Worked(None) for name in unknown}},
            judge=judge,
        )
