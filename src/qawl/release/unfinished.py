"""What of a release is unfinished: not annotated, for the judge, for a further annotator."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from qawl.articles import selection
from qawl.core.project import Project
from qawl.gold.decided import waits
from qawl.release.tables.tables import Annotated


@dataclass(slots=True)
class Open:
    """What waits in the gold of a layer: the articles in which a judge is to decide, and those that one
    annotator alone did, where the plan asks for several."""

    to_judge: list[str] = field(default_factory=list)
    one_alone: list[str] = field(default_factory=list)


class Unfinished:
    """By layer, the articles that still need an annotator, and what is open in gold."""

    def __init__(self, project: Project, layers: Iterable[str]) -> None:
        self._project = project
        self._planned = set(selection.planned(project))
        self.unannotated: dict[str, list[str]] = {layer: [] for layer in layers}
        self.open: dict[str, Open] = {}

    def add(self, item: Annotated) -> None:
        """Notes what is not finished in an article; its gold is as it was decided."""
        if item.article.id in self._planned:
            for layer in self.unannotated.keys() - item.gold.keys():
                self.unannotated[layer].append(item.article.id)
        for layer, gold in item.gold.items():
            if not gold.complete:
                self._add_open(item, layer)

    def _add_open(self, item: Annotated, layer: str) -> None:
        found = self.open.setdefault(layer, Open())
        mine = (each for each in item.annotations if each.layer == layer)
        if waits(item.gold[layer], mine, self._project):
            found.one_alone.append(item.article.id)
        else:
            found.to_judge.append(item.article.id)
