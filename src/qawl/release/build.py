"""A release: parquet tables by config and split, the card and the manifest, built whole or not at all.

A pure function of articles, journal, schemes, settings and version: no clock, no order of arrival.
"""

import logging
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from qawl.agreement import report
from qawl.annotations import derive
from qawl.articles import released, selection, withdrawal
from qawl.articles import store as article_store
from qawl.articles.remote import Remote
from qawl.articles.removed_lines import Removed
from qawl.articles.splits import splits_of
from qawl.core import files, temporary, versions
from qawl.core.errors import GatesFailed, ReleaseError
from qawl.core.findings import CHECKS
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, to_json
from qawl.core.settings import Hub
from qawl.core.text import file_sha256
from qawl.core.versions import __version__
from qawl.gold import decide, judge
from qawl.guidelines import markdown as guidelines
from qawl.release import gates, loading
from qawl.release.documents import card, changelog, citation, croissant, hub_metadata
from qawl.release.documents.facts import Described, Facts
from qawl.release.documents.leaderboard import Leaderboard, leaderboard
from qawl.release.errata import Errata
from qawl.release.rights import leak_check, privacy, withheld
from qawl.release.tables import blocks, fitting, tables
from qawl.release.tables.columns import card_features
from qawl.release.tables.content_digest import TableDigest
from qawl.release.tables.row_group import RowGroups
from qawl.release.tables.table_file import TableFile
from qawl.release.tables.token_table import Unsaid
from qawl.release.versions import diff
from qawl.release.versions import manifest as versions_manifest
from qawl.release.versions.diff import Difference
from qawl.release.versions.manifest import (
    ArticleCounts,
    Chain,
    FileDigest,
    Manifest,
    SilverLayer,
    Worked,
)
from qawl.scheme import scheme
from qawl.scheme.digest import digest
from qawl.scheme.scheme import Scheme
from qawl.validation import validate

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

    from qawl.release.silver import Source

_log = logging.getLogger("qawl")


AS_DRAFT = "none is open; it was built as a draft (--draft)"
"""What a draft lists where all gates pass: it gives way to the release."""


@dataclass(slots=True)
class Open:
    """What waits in the gold of a layer: the articles in which a judge is to decide so many `points`, and
    those that one annotator alone did, where the plan asks for several."""

    to_judge: list[str] = field(default_factory=list)
    points: int = 0
    one_alone: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Built:
    """A release on disk; `fresh` is False where the same release stood there already.

    `unannotated` has, by layer, the articles that are to be annotated and that nobody has annotated yet,
    `stale_scores` the files of scores that are of other content and not in the card, `silver_left_out`
    counts by reason what of silver is not in the release. `not_held` has, by reason, an article for each
    thing of gold that no table can hold, in a draft or where a dispensation lets it pass. `open` has, by
    layer, what waits in gold and is not in the release. `withheld_for` counts withheld texts by reason,
    `hidden` says where free texts are left out, since they hold withheld text of another article.
    """

    folder: Path
    manifest: Manifest
    fresh: bool
    unannotated: dict[str, list[str]] = field(default_factory=dict)
    stale_scores: tuple[str, ...] = ()
    silver_left_out: Counter[str] = field(default_factory=Counter)
    not_held: dict[str, list[str]] = field(default_factory=dict)
    open: dict[str, Open] = field(default_factory=dict)
    withheld_for: Counter[str] = field(default_factory=Counter)
    hidden: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing of gold is left out but what a dispensation lets pass."""
        found = self.manifest.findings
        return not self.not_held or all(CHECKS[each].severity != "error" for each in found)


def release(
    project: Project,
    version: str | None,
    *,
    draft: bool = False,
    silver: Path | Remote | None = None,
) -> Built:
    """Builds a release whose gates all pass, or a draft; no version is the one that changes call for.

    `silver` is where `qawl suggest --silver` put what is to stand in a table of its own.
    Raises GatesFailed, or ReleaseError as `build` does.
    """
    if version is not None:
        refuse_no_version(version)
    checks = validate.counts(project, below=version)
    failing = list(gates.failing(project, checks, below=version))
    if failing and not draft:
        raise GatesFailed(failing)
    notes = failing or ([AS_DRAFT] if draft else [])
    version = version or bumped(project, checks, silver, notes)
    return build(project, version, notes=notes, checks=checks, silver=silver)


def build(
    project: Project,
    version: str,
    *,
    notes: list[str],
    checks: Mapping[str, int] | None = None,
    silver: Path | Remote | None = None,
) -> Built:
    """Builds exports/releases/<version>; `notes` are open gates, which make it a draft.

    A draft of that version gives way. `checks` are the `validation.counts`, for a caller who has them
    already. Raises ReleaseError where that version was released with other bytes.
    """
    refuse_no_version(version)
    hub_metadata.refuse_unknown(project.settings.release.hub)
    target = project.release(version)
    with files.naming(target), temporary.folder(target) as building:
        work = _Building(project, version, notes, building, checks, below=version, silver=silver)
        tabled = work.write_tables()
        last = released.last_version(project, below=version)
        previous = project.release(last) if last else None
        change = diff.difference(previous, building) if previous else None
        _give_way(target)
        if not target.exists() and not notes:
            _fits(project, version, change)
        made = work.write_documents(tabled, previous, change)
        if target.exists():
            _compare(target, building)
            return work.built(target, made, fresh=False)
        building.rename(target)
    return work.built(target, made, fresh=True)


def _give_way(target: Path) -> None:
    """Removes a draft; a folder that has lost its manifest is no release, and is put aside."""
    if not target.exists():
        return
    if not (target / versions_manifest.MANIFEST).is_file():
        names = (target.with_name(f"{target.name}.aside-{n}") for n in count(1))
        aside = next(each for each in names if not each.exists())
        target.rename(aside)
        _log.warning("%s had no manifest: it is put aside as %s", target, aside.name)
    elif versions_manifest.load(target).draft:
        shutil.rmtree(target)


def refuse_no_version(version: str) -> None:
    """Raises ReleaseError where a version is not written as three numbers."""
    if not versions.VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is not a version: give three numbers, as in 0.1.0")


def bumped(
    project: Project,
    checks: Mapping[str, int] | None = None,
    silver: Path | Remote | None = None,
    notes: Sequence[str] = (),
) -> str:
    """The version that the changes since the last release call for; 0.1.0 for the first.

    `notes` are open gates, as `build` takes them.
    """
    last = released.last_version(project)
    if last is None:
        return "0.1.0"
    target = project.release(last)
    with files.naming(target), temporary.folder(target) as trial:
        _Building(project, last, [*notes], trial, checks, silver=silver).write_tables()
        change = diff.difference(target, trial)
    if change.version is None:
        raise ReleaseError(f"nothing changed since {last}: there is nothing to release")
    return change.version


def _fits(project: Project, version: str, found: Difference | None) -> None:
    """Refuses a version number that says less than what changed since the last release."""
    last = released.last_version(project)
    if last is None:
        return
    if found is None or found.old != last:
        raise ReleaseError(f"{version} can't follow {last}: choose a higher one (or --bump)")
    if found.version is None:
        raise ReleaseError(f"nothing changed since {last}: there is nothing to release")
    if versions.numbers(version) < versions.numbers(found.version):
        raise ReleaseError(
            f"{version} is too low: the changes since {last} are {found.level} and call for "
            f"{found.version} (or --bump)"
        )


def _compare(target: Path, building: Path) -> None:
    """Refuses another release under the same version."""
    old = {**versions_manifest.file_digests(target), versions_manifest.MANIFEST: _digest(target)}
    new = {
        **versions_manifest.file_digests(building),
        versions_manifest.MANIFEST: _digest(building),
    }
    differing = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    if differing:
        raise ReleaseError(
            f"{target} exists and would change ({', '.join(differing[:5])}): "
            "a released version stays as it is; choose a higher one (or, if nobody has this one yet and "
            "it is the last, delete its folder first)"
        )


def _digest(folder: Path) -> FileDigest:
    path = folder / versions_manifest.MANIFEST
    return FileDigest(file_sha256(path), path.stat().st_size)


class _Building:
    """One build: what is counted and digested while the tables are streamed out.

    Dispensations that run out with a release count as they did `below` this version.
    """

    def __init__(
        self,
        project: Project,
        version: str,
        notes: list[str],
        folder: Path,
        checks: Mapping[str, int] | None,
        *,
        below: str | None = None,
        silver: Path | Remote | None = None,
    ) -> None:
        card.refuse_strange(project)
        self.below = below
        self.planned = set(selection.planned(project))
        self.unannotated: dict[str, list[str]] = {layer: [] for layer in scheme.load_all(project)}
        self.open: dict[str, Open] = {}
        self.hidden: list[str] = []
        self.project, self.version, self.notes, self.folder = project, version, notes, folder
        self.checks = validate.counts(project, below=below) if checks is None else checks
        self.schemes = scheme.load_all(project)
        self.fitting = fitting.Fitting(self.schemes)
        self.columns = tables.all_columns(self.schemes, silver=silver is not None)
        self.silver = None if silver is None else _silver(project, silver, self.schemes)
        self.guard = withheld.of_release(project)
        self.blocks = blocks.Blocks(project, self.schemes, self.columns, self.guard)
        self.groups = RowGroups(project)
        self.waiting: dict[str, blocks.Waiting] = {}
        self.splits = splits_of(project)
        self.board = Leaderboard()
        self.writers: dict[tuple[str, str], TableFile] = {}
        self.facts = Facts()
        self.removed = Removed()
        self.errata = Errata(project)
        self.silver_layers: dict[str, SilverLayer] = {}

    def write_tables(self) -> Manifest:
        """Writes the tables and their manifest, which it returns."""
        chain = {layer: _Chain() for layer in self.schemes}
        for item in self._items():
            self.facts.count(item)
            self.removed.add(item.article)
            for gold in item.gold.values():
                self.errata.add(gold)
            self._note_unannotated(item)
            if self.silver:
                item = replace(item, silver=self.silver.of(item.article, item.gold))  # noqa: PLW2901
            for record in item.annotations:
                chain[record.layer].add(item.article, record)
            self._write(item)
        if not self.facts.articles:
            raise ReleaseError(_no_articles(self.project))
        for split in list(self.waiting):
            self._write_block(split)
        for writer in self.writers.values():
            writer.close()
        self.blocks.keep()
        self.groups.forget_others()
        content = {
            f"{config}/{split}": self.writers[config, split].summary(self.folder)
            for config in self.columns
            for split in self.project.settings.release.split_names
            if (config, split) in self.writers
        }
        made = self._manifest(content, chain)
        versions_manifest.write(self.folder, made)
        return made

    def _items(self) -> Iterator[tables.Annotated]:
        """Each article with its work; where errors may pass, with the gold that tables can hold."""
        fitting = self.fitting
        passing = self.notes or self.project.settings.dispensations
        for item in joined(self.project, self.schemes, self.below):
            self._note_open(item)  # before fitting, which opens what no judge is to decide
            gold, records = item.gold, [*map(fitting.numbered, item.annotations)]
            if passing:
                gold = {layer: fitting.fitted(each) for layer, each in gold.items()}
                records = [*map(fitting.placed, records)]
            yield replace(item, gold=gold, annotations=records)

    def write_documents(
        self, made: Manifest, previous: Path | None, found: Difference | None
    ) -> Manifest:
        """Writes the documents beside the tables of this manifest; returns it with them in it.

        `found` is the difference from the `previous` release.
        """
        measured = report.fresh(self.project)
        described = Described(
            self.project,
            self.version,
            self.schemes,
            self.columns,
            self.facts,
            made,
            measured,
            self.board,
        )
        for name, text in _documents(described, previous, found).items():
            files.write_text(self.folder / name, text)
        listed = versions_manifest.file_digests(self.folder, made.files)
        complete = msgspec.structs.replace(made, files=listed)
        versions_manifest.write(self.folder, complete)
        leak_check.check(
            self.folder,
            self.guard,
            documents=withheld.of_withdrawn(self.project),
            written=lambda: privacy.written(self.project),
        )
        loading.check(self.folder, complete)
        return complete

    def built(self, target: Path, made: Manifest, *, fresh: bool) -> Built:
        """What is on disk, with what has to be said of it."""
        stale = self.board.stale
        left = self.silver.left_out if self.silver else Counter[str]()
        return Built(
            target,
            made,
            fresh,
            unannotated=self.unannotated,
            stale_scores=stale,
            silver_left_out=left,
            not_held=self.fitting.left_out,
            open=self.open,
            withheld_for=self.facts.withheld_for,
            hidden=tuple(sorted(self.hidden)),
        )

    def _note_unannotated(self, item: tables.Annotated) -> None:
        """Keeps in mind in which layers an article that is to be annotated has no annotation."""
        if item.article.id in self.planned:
            for layer in self.schemes.keys() - item.gold.keys():
                self.unannotated[layer].append(item.article.id)

    def _note_open(self, item: tables.Annotated) -> None:
        """Keeps in mind in which layers the gold of an article is not complete, and why."""
        for layer, gold in item.gold.items():
            if gold.complete:
                continue
            found = self.open.setdefault(layer, Open())
            mine = (each for each in item.annotations if each.layer == layer)
            if judge.waits(gold, mine, self.project):
                found.one_alone.append(item.article.id)
            else:
                found.to_judge.append(item.article.id)
                found.points += len(gold.open)

    def _write(self, item: tables.Annotated) -> None:
        """Writes the block that the article ends, if it ends one."""
        split = self.splits[item.article.id]
        if self.waiting.setdefault(split, blocks.Waiting()).add(item):
            self._write_block(split)

    def _write_block(self, split: str) -> None:
        block = self.blocks.of(self.waiting.pop(split).items)
        self.facts.iob2.add(Unsaid.of(block.head.unsaid))
        self.hidden += block.head.hidden
        for config in block.head.sizes:
            self._writer(config, split).add(block)

    def _writer(self, config: str, split: str) -> TableFile:
        place = config, split
        if place not in self.writers:
            self.writers[place] = TableFile(
                self.folder / config, split, self.columns[config], self.groups
            )
        return self.writers[place]

    def _manifest(self, content: dict[str, TableDigest], chain: dict[str, "_Chain"]) -> Manifest:
        self.silver_layers = self.silver.told() if self.silver else {}
        self.board = leaderboard(self.project, versions_manifest.overall(content))
        settings, facts = self.project.settings, self.facts
        return Manifest(
            name=settings.name,
            version=self.version,
            draft=bool(self.notes),
            open_gates=tuple(self.notes),
            date=facts.date,
            license=settings.release.license,
            files=versions_manifest.file_digests(self.folder),
            features={name: card_features(kinds) for name, kinds in self.columns.items()},
            content=content,
            content_sha256=versions_manifest.overall(content),
            content_of=versions_manifest.COLUMNS,
            errata=self.errata.entries() or msgspec.UNSET,
            silver=self.silver_layers or msgspec.UNSET,
            told_sha256=self._told(),
            digest_in=versions_manifest.SUM,
            made_with={"qawl": __version__, "pyarrow": pa.__version__},
            findings=dict(self.checks),
            articles=self._articles(),
            iob2=facts.iob2.figures(),
            cleaning=self.removed.record(settings.ingest),
            chain={
                layer: each.summary(self.project, self.schemes[layer])
                for layer, each in chain.items()
            },
        )

    def _articles(self) -> ArticleCounts:
        split = self.facts.splits(self.splits)
        return ArticleCounts(
            count=self.facts.articles,
            withheld=tuple(sorted(self.facts.withheld)),
            withdrawn={each.article_id: each.reason for each in withdrawal.withdrawn(self.project)},
            splits={name: split[name] for name in self.project.settings.release.split_names},
        )

    def _told(self) -> str:
        """The digest of what the documents are made from beside the tables."""
        settings = self.project.settings
        own = settings.release
        told = (
            [settings.name, own.title, own.repo, own.authors, own.doi, own.license, own.card],
            [own.splits, own.split_from, bool(own.locked_test)],
            [[each.name, each.person, each.how] for each in self.project.contributors.values()],
            [each.reason for each in withdrawal.withdrawn(self.project)],
            guidelines.text(own.title or settings.name, self.schemes, self.facts.languages),
            card.template(self.project),
        )
        hub = own.hub if own.hub != Hub() else None
        parts = (self.errata.entries(), self.board.rows, hub, self.silver_layers)
        more = [each for each in parts if each]
        return sha256(to_json([*told, *more])).hexdigest()


def _no_articles(project: Project) -> str:
    """That there is nothing to release, and what to do."""
    if withdrawal.ids(project):
        return "there is nothing to release: all articles are withdrawn (`qawl ingest` adds others)"
    return "there is nothing to release: the corpus has no articles (`qawl ingest` adds them)"


def _silver(project: Project, where: Path | Remote, schemes: Mapping[str, Scheme]) -> "Source":
    """What was suggested; only a release with silver needs the code that suggests."""
    from qawl.release.silver import Source  # noqa: PLC0415

    return Source(project, where, schemes)


@dataclass(slots=True)
class _Chain:
    """What a layer's gold was made from: digests of the articles and of the annotations used."""

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


def joined(
    project: Project, schemes: dict[str, Scheme], below: str | None = None
) -> Iterator[tables.Annotated]:
    """Each article with its gold and annotations, in the order of ids; everything is streamed."""
    deciders = {layer: decide.Decider(project, layer, below=below) for layer in schemes}
    everyone = {layer: derive.Ahead(derive.by_article(project, layer)) for layer in schemes}
    out = withdrawal.ids(project)
    for article in article_store.articles(project):
        if article.id in out:
            continue
        gold = {}
        records: list[Annotation] = []
        made_from = []
        for layer, ahead in everyone.items():
            if found := ahead.take(article.id):
                records += found
                gold[layer] = deciders[layer](article, found)
                made_from.append(deciders[layer].made_from)
        yield tables.Annotated(article, gold, records, made_from)


def _documents(
    described: Described, previous: Path | None, found: Difference | None
) -> dict[str, str]:
    """Name → text of each document; `found` is the difference from the `previous` release."""
    return {
        card.CARD: card.text(described),
        citation.CITATION: citation.text(described),
        croissant.CROISSANT: croissant.text(described),
        guidelines.GUIDELINES: guidelines.text(
            described.title, described.schemes, described.facts.languages, described.facts.examples
        ),
        changelog.CHANGELOG: changelog.text(described, previous, found),
        **{
            f"schemes/{layer}.yaml": described.project.disk.text(
                described.project.scheme_file(layer)
            )
            for layer in described.schemes
        },
    }
