"""A baseline: what the rules of `qawl suggest` say of the articles of a release, as predictions.

Names that the rules look up are those of gold in the train split, of other groups of near-duplicates; no
layer sees the gold of another. Attributes that the rules don't suggest are not predicted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from qawl.articles.store import articles
from qawl.core import records
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.text import sha256
from qawl.release.reading import Release, ReleasedArticle
from qawl.suggest import rules
from qawl.suggest.gazetteer import Learned
from qawl.suggest.store import checked

TRAIN = "train"
"""The split that names are learned from; a release without one has none to learn from."""

Mention = tuple[str, str]


@dataclass(slots=True)
class Baseline:
    """The predictions of a release; `texts` has texts that it withholds, by their hash.

    `without_text` are the articles that got no prediction, since nobody has their text.
    """

    release: Release
    split: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    without_text: list[str] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def of(folder: Path, split: str | None, texts: Mapping[str, str]) -> "Baseline":
        """Of a release folder; raises ReleaseError where it is none, or has no such split."""
        release = Release(folder)
        release.refuse_no_split(split)
        return Baseline(release, split, texts)

    def predictions(self, layers: Sequence[str] = ()) -> Iterator[dict[str, object]]:
        """A line an article and layer, of these layers or all, as `qawl score` reads them."""
        layers = self._known(layers or self.release.layers)
        learned = {layer: Learned(marked) for layer, marked in self._mentions().items()}
        for article in self.release.articles(self.split):
            whole = self._whole(article)
            if whole is None:
                self.without_text.append(article.id)
                continue
            names = cache(partial(self._found_names, whole, learned))
            for layer in layers:
                scheme = self.release.schemes[layer]
                known = learned[layer].beside(whole.group)
                draft = rules.suggest(whole, scheme, known, names)
                self.lines[layer] += 1
                yield _line(checked(draft, whole, scheme, Counter()))

    def _known(self, layers: Sequence[str]) -> Sequence[str]:
        for each in layers:
            if each not in self.release.layers:
                has = ", ".join(self.release.layers)
                raise InputError(f"no layer {each}: {self.release.folder} has {has}")
        return layers

    def _whole(self, article: ReleasedArticle) -> records.Article | None:
        """The article as the rules take it; None without its text."""
        digest = article.about["text_sha256"]
        text = article.text if article.text is not None else self.texts.get(digest)
        if text is None or sha256(text) != digest:
            return None
        return records.Article(
            id=article.id,
            text=text,
            text_sha256=digest,
            language=article.about["language"] or "und",
            group=article.about["group"] or article.id,
            received="",
        )

    def _mentions(self) -> dict[str, dict[str, list[Mention]]]:
        """Layer → group → (label, surface) of gold in the train split."""
        found: dict[str, dict[str, list[Mention]]] = {layer: {} for layer in self.release.layers}
        if TRAIN in self.release.splits:
            for article in self.release.articles(TRAIN):
                if whole := self._whole(article):
                    for layer, gold in article.gold.items():
                        of = self.release.schemes[layer].labels_of("mention")
                        found[layer].setdefault(whole.group, []).extend(
                            (span.label, whole.text[span.start : span.end])
                            for span in gold.spans
                            if span.label in of
                        )
        return found

    def _found_names(
        self, article: records.Article, learned: Mapping[str, Learned]
    ) -> Sequence[rules.Name]:
        """Names of persons and organisations that the rules find in an article."""
        return [
            rules.name_of(scheme, span)
            for layer, scheme in self.release.schemes.items()
            if any(label.gives for label in scheme.labels)
            for span in rules.suggest(
                article, scheme, learned[layer].beside(article.group), tuple
            ).spans
            if scheme.label[span.label].gives
        ]


def texts_of(project: Project) -> dict[str, str]:
    """The texts of a corpus that releases withhold, by their hash."""
    return {each.text_sha256: each.text for each in articles(project) if not each.redistribute}


def _line(made: records.Suggestion) -> dict[str, object]:
    return {
        "article_id": made.article_id,
        "layer": made.layer,
        "spans": [
            {
                "id": span.id, "label": span.label, "start": span.start, "end": span.end,
                "attributes": span.attributes,
            }
            for span in made.spans
        ],
        "relations": [
            {"label": each.label, "from": each.from_, "to": each.to} for each in made.relations
        ],
    }  # fmt: skip
