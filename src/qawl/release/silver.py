"""Silver in a release: read beside the articles, checked again, and what the manifest says of it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from qawl.articles.remote import Remote
from qawl.core.ahead import Ahead
from qawl.core.errors import ReleaseError
from qawl.core.project import Project
from qawl.core.records import Article, Suggestion
from qawl.release.versions.manifest import SilverLayer
from qawl.scheme.digest import digest
from qawl.scheme.model import Scheme
from qawl.suggest import silver_files, store
from qawl.suggest.silver_files import Folder, Labelled

GONE = "it is of no article, or of another text"
"""Why silver is left out of a release."""


class Source:
    """Silver as the articles come by, both in the order of ids."""

    def __init__(
        self, project: Project, place: Path | Remote, schemes: Mapping[str, Scheme]
    ) -> None:
        self._schemes = schemes
        self._folder = silver_files.folder(place)
        self._said = _checked(project, self._folder, schemes)
        self._streams = {
            layer: Ahead((e.article_id, e) for e in silver_files.records(self._folder, layer, said))
            for layer, said in self._said.items()
        }
        self._of_other_texts = 0
        self.left_out: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def of(self, article: Article, annotated: Mapping[str, object]) -> dict[str, Suggestion]:
        """The silver of an article, in the layers in which nobody annotated it."""
        found = {}
        for layer, stream in self._streams.items():
            made = stream.take(article.id)
            if made is None or layer in annotated:
                continue
            if made.text_sha256 != article.text_sha256:
                self._of_other_texts += 1
                continue
            found[layer] = store.checked(made, article, self._schemes[layer], self.left_out)
            self._counts[layer] += 1
        return found

    def told(self) -> dict[str, SilverLayer]:
        """What the manifest says, once all articles came by."""
        rest = sum(stream.finish() for stream in self._streams.values())
        self.left_out[GONE] += rest + self._of_other_texts
        self.left_out = +self.left_out
        return {
            layer: SilverLayer(
                model=said.model,
                model_version=said.model_version,
                articles=self._counts[layer],
                gold_articles=said.gold_articles,
                measured={
                    label: (each.right, each.suggested) for label, each in said.measured.items()
                },
                not_suggested=said.not_suggested,
            )
            for layer, said in self._said.items()
        }


def _checked(
    project: Project, folder: Folder, schemes: Mapping[str, Scheme]
) -> dict[str, Labelled]:
    """What silver.json says of the layers; raises ReleaseError where it is of something else."""
    said = silver_files.load(folder)
    again = f"run `qawl suggest --silver {folder.shown}`"
    if said is None:
        raise ReleaseError(f"{folder.shown} has no {silver_files.NAME}: {again}")
    if said.name != project.settings.name:
        raise ReleaseError(f"{folder.shown} is silver of the corpus {said.name}: {again}")
    for layer, labelled in said.layers.items():
        if layer in schemes and labelled.scheme_sha256 != digest(schemes[layer]):
            raise ReleaseError(f"{folder.shown}: {layer} is of another scheme: {again}")
    return {layer: said.layers[layer] for layer in schemes if layer in said.layers}
