"""What is counted while a release is written, and the value that its documents are made from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from qawl.agreement.estimates import LayerAgreement
from qawl.core.column_types import Columns
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.core.settings import Author
from qawl.gold.decided import one_alone
from qawl.guidelines.examples import Examples
from qawl.release.documents.leaderboard import Leaderboard
from qawl.release.tables.tables import Annotated
from qawl.release.tables.token_table import Unsaid
from qawl.release.versions.manifest import Manifest
from qawl.scheme.model import Scheme

DEMONSTRATION = 100
"""Articles below which a corpus shows the format and is no resource."""
UNNAMED = "not named"
UNDECIDED = "not known"


@dataclass(slots=True)
class Facts:
    """What is counted while a release is written.

    `date` is the day of the newest annotation, `begun` that of the oldest; `published` are the first
    and the last day of publication; `sources` counts articles by source, licence and whether their
    texts are in the release; `annotator_counts` the articles of a layer by how many annotators
    submitted them, without the judge; `alone` those of the incomplete ones that one annotator alone did.
    """

    articles: int = 0
    code_points: int = 0
    withheld: list[str] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    sources: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    relations: Counter[tuple[str, str]] = field(default_factory=Counter)
    annotated: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    annotator_counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    incomplete: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    decided_by: Counter[tuple[str, str]] = field(default_factory=Counter)
    groups: set[str] = field(default_factory=set)
    date: str | None = None
    begun: str | None = None
    published: tuple[str, str] | None = None
    iob2: Unsaid = field(default_factory=Unsaid)
    examples: Examples = field(default_factory=Examples)
    _ids: list[str] = field(default_factory=list)

    def count(self, item: Annotated) -> None:
        """Adds one article."""
        article = item.article
        self.articles += 1
        self._ids.append(article.id)
        self.groups.add(article.group)
        self.code_points += len(article.text)
        self.languages[article.language] += 1
        source, licence = article.source or UNNAMED, article.license or UNDECIDED
        self.sources[source, licence, article.redistribute] += 1
        if not article.redistribute:
            self.withheld.append(article.id)
        if day := article.published:
            first, last = self.published or (day, day)
            self.published = min(first, day), max(last, day)
        for layer, gold in item.gold.items():
            if gold.status == "skipped":
                continue
            self.decided[layer] += 1
            self.decided_by[layer, gold.decided_by] += 1
            self.incomplete[layer] += not gold.complete
            self.alone[layer] += one_alone(gold)
            self.labels.update((layer, span.label) for span in gold.spans)
            self.relations.update((layer, each.label or "") for each in gold.relations)
            if article.redistribute:
                mine = (each for each in item.annotations if each.layer == layer)
                self.examples.add(article, gold, mine)
        self._count_annotations(item)

    def _count_annotations(self, item: Annotated) -> None:
        submitted: Counter[str] = Counter()
        for record in item.annotations:
            self.annotated[record.layer, record.annotator] += 1
            self.skipped[record.layer] += record.status == "skipped"
            done = record.status == "submitted" and record.annotator != JUDGE
            submitted[record.layer] += done
            day = (record.provenance.updated_at or record.provenance.created_at or "")[:10]
            if day:
                self.date = max(self.date or day, day)
                self.begun = min(self.begun or day, day)
        self.annotator_counts.update((layer, count) for layer, count in submitted.items())

    @property
    def withheld_for(self) -> Counter[str]:
        """How many texts are withheld, by the reason in words."""
        found: Counter[str] = Counter()
        for (_, licence, shown), count in self.sources.items():
            if not shown:
                why = "no licence" if licence == UNDECIDED else "redistribute is not true"
                found[why] += count
        return found

    def splits(self, assigned: Mapping[str, str]) -> Counter[str]:
        """How many articles each split has."""
        return Counter(assigned[identity] for identity in self._ids)

    def shown(self) -> set[str]:
        """The articles that are released with their texts."""
        return {*self._ids} - {*self.withheld}


@dataclass(frozen=True, slots=True)
class Described:
    """A release whose tables are written: all that its documents are made from.

    `manifest` is that of its tables, `agreement` the measured layers, `board` the scores of
    systems.
    """

    project: Project
    version: str
    schemes: Mapping[str, Scheme]
    columns: Mapping[str, Columns]
    facts: Facts
    manifest: Manifest
    agreement: Mapping[str, LayerAgreement]
    board: Leaderboard

    @property
    def title(self) -> str:
        """What the dataset is called for people."""
        return self.project.settings.release.title or self.project.settings.name

    @property
    def address(self) -> str | None:
        """The dataset's page on the Hub, where a repository is set."""
        repo = self.project.settings.release.repo
        return f"https://huggingface.co/datasets/{repo}" if repo else None

    @property
    def authors(self) -> list[str]:
        """Who is cited, in the order of qawl.yaml; where nobody is named, the contributors."""
        return [each.shown for each in self.cited]

    @property
    def cited(self) -> tuple[Author, ...]:
        """The same, people apart from groups."""
        settings = self.project.settings
        return settings.release.authors or (Author(name=f"{settings.name} contributors"),)
