"""What adoption says of its articles: how their language was found, whose texts are withheld."""

from collections import Counter
from dataclasses import dataclass, field

from qawl.articles.metadata import Metadata, respellings
from qawl.articles.scripts import foreign
from qawl.core.excerpts import many
from qawl.core.records import Article
from qawl.setup.adoption.articles import language_of


@dataclass(slots=True)
class Language:
    """The language of the corpus, `told` by the user or guessed; counts the articles that say none, and
    tags that are written otherwise in the corpus."""

    name: str
    told: bool
    taken: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)

    def of(self, text: str) -> str:
        """The language of an article that says none: another one where its letters are others."""
        return self.name if self.told or not foreign(text, self.name) else language_of([text])

    def add(self, article: Article, said: Metadata) -> None:
        """Counts one article."""
        self.written.update(said.respelt)
        if said.language is None and (not self.told or foreign(article.text, self.name)):
            self.taken[article.language] += 1

    def note(self) -> list[str]:
        """How tags are written in the corpus; how the language was found, where nobody said it."""
        tags = [f"language: {respellings(self.written)}"] if self.written else []
        return [*tags, *self._guessed()]

    def _guessed(self) -> list[str]:
        if not self.taken:
            return []
        counts = ", ".join(f"{name} ({count})" for name, count in self.taken.most_common())
        if self.told:
            return [f"language: articles that are hardly in the language of --language: {counts}"]
        said = "articles that say none are taken for that of their letters"
        how = "where that is wrong, adopt again with --language, or a field language in the data"
        return [f"language: {said}: {counts}; {how}"]


@dataclass(slots=True)
class Rights:
    """Counts the articles whose texts no release may show."""

    unlicensed: int = 0
    withheld: int = 0

    def add(self, article: Article) -> None:
        """Counts one article."""
        self.unlicensed += article.license is None
        self.withheld += article.license is not None and not article.redistribute

    def note(self) -> list[str]:
        """That texts will be missing from releases, and how to give a licence."""
        if not self.unlicensed and not self.withheld:
            return []
        now = "adopt again with --license and --redistribute, or say both in the data or in a "
        now += "_source.yaml beside the export"
        copy = "a copy of corpus/articles.jsonl"
        whose, later = [], []
        if self.unlicensed:
            whose.append(f"{many(self.unlicensed, 'has', 'have')} no licence")
            later.append(f"ingest {copy} from beside such a file")
        if self.withheld:
            whose.append(f"{many(self.withheld, 'has', 'have')} a licence without redistribute")
            later.append(f"ingest {copy} in whose lines redistribute is true")
        count, how = self.unlicensed + self.withheld, f"{now}; later, {', or '.join(later)}"
        texts = many(count, "article")
        return [f"releases will withhold the texts of {texts}: {', '.join(whose)}: {how}"]
