"""A release: parquet tables by config and split, the card and the manifest, built whole or not at all.

A pure function of articles, journal, schemes, settings and version: no clock, no order of arrival.
"""

import logging
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from qawl.agreement import report
from qawl.annotations import derive
from qawl.annotations import store as annotation_store
from qawl.annotations.attribute_order import in_order
from qawl.articles import released, withdrawal
from qawl.articles import store as article_store
from qawl.articles.remote import Remote
from qawl.articles.removed_lines import Removed
from qawl.core import files, temporary
from qawl.core.ahead import Ahead
from qawl.core.errors import GatesFailed, ReleaseError
from qawl.core.findings import CHECKS
from qawl.core.project import Project
from qawl.core.versions import __version__
from qawl.gold import decide
from qawl.release import gates, loading
from qawl.release.documents import card, hub_metadata
from qawl.release.documents.facts import Described, Facts
from qawl.release.documents.leaderboard import Leaderboard, leaderboard
from qawl.release.documents.texts import texts, told_sha256
from qawl.release.errata import Errata
from qawl.release.rights import leak_check, privacy, withheld
from qawl.release.tables import fitting, tables
from qawl.release.tables.columns import card_features
from qawl.release.tables.content_digest import TableDigest
from qawl.release.tables.writing import TableFiles
from qawl.release.unfinished import Open, Unfinished
from qawl.release.versions import diff, succession
from qawl.release.versions import manifest as versions_manifest
from qawl.release.versions.chains import Chains
from qawl.release.versions.diff import Difference
from qawl.release.versions.manifest import ArticleCounts, LetPass, Manifest
from qawl.scheme import scheme
from qawl.scheme.model import Scheme
from qawl.validation import validate

if TYPE_CHECKING:
    from qawl.release.silver import Source

_log = logging.getLogger("qawl")


AS_DRAFT = "none is open; it was built as a draft (--draft)"
"""What a draft lists where all gates pass: it gives way to the release."""


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
    Raises GatesFailed, ReleaseError as `build` does, or JournalError where annotations are not here.
    """
    if version is not None:
        succession.refuse_no_version(version)
    annotation_store.refuse_lacking(project, project.settings.layers)
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
    succession.refuse_no_version(version)
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
            succession.refuse_unfit(project, version, change)
        made = work.write_documents(tabled, previous, change)
        if target.exists():
            succession.refuse_other_bytes(target, building)
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
        raise succession.nothing_changed(last)
    return change.version


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
        self.project, self.version, self.notes, self.folder = project, version, notes, folder
        self.checks = validate.counts(project, below=below) if checks is None else checks
        self.let_pass = tuple(
            LetPass(each.check, count, each.reason)
            for each, count in validate.let_pass(project, below=below)
        )
        self.schemes = scheme.load_all(project)
        self.unfinished = Unfinished(project, self.schemes)
        self.chains = Chains(self.schemes)
        self.fitting = fitting.Fitting(self.schemes)
        self.columns = tables.all_columns(self.schemes, silver=silver is not None)
        self.silver = None if silver is None else _silver(project, silver, self.schemes)
        self.guard = withheld.of_release(project)
        self.tables = TableFiles(project, self.schemes, self.columns, self.guard, folder)
        self.board = Leaderboard()
        self.facts = Facts(iob2=self.tables.unsaid)
        self.removed = Removed()
        self.errata = Errata(project)

    def write_tables(self) -> Manifest:
        """Writes the tables and their manifest, which it returns."""
        for item in self._items():
            self.facts.count(item)
            self.removed.add(item.article)
            for gold in item.gold.values():
                self.errata.add(gold)
            self.chains.add(item)
            self.tables.add(item)
        if not self.facts.articles:
            raise ReleaseError(_no_articles(self.project))
        made = self._manifest(self.tables.close())
        versions_manifest.write(self.folder, made)
        return made

    def _items(self) -> Iterator[tables.Annotated]:
        """Each article with work and silver; where errors may pass, with gold that tables can hold."""
        fitting = self.fitting
        passing = self.notes or self.project.settings.dispensations
        for item in self._joined():
            self.unfinished.add(item)  # before fitting, which opens what no judge is to decide
            gold, records = item.gold, [*map(fitting.numbered, item.annotations)]
            if passing:
                gold = {layer: fitting.fitted(each) for layer, each in gold.items()}
                records = [*map(fitting.placed, records)]
            silver = self.silver.of(item.article, gold) if self.silver else {}
            yield replace(item, gold=gold, annotations=records, silver=silver)

    def _joined(self) -> Iterator[tables.Annotated]:
        """Each article that is not withdrawn, with its work in all layers."""
        project, schemes = self.project, self.schemes
        deciders = {layer: decide.Decider(project, layer, below=self.below) for layer in schemes}
        everyone = {layer: Ahead(derive.by_article(project, layer)) for layer in schemes}
        out = withdrawal.ids(project)
        for article in article_store.articles(project):
            if article.id in out:
                continue
            gold, records, made_from = {}, [], []
            for layer, ahead in everyone.items():
                if found := ahead.take(article.id):
                    records += [in_order(each, schemes[layer]) for each in found]
                    gold[layer] = deciders[layer](article, found)
                    made_from.append(deciders[layer].made_from)
            yield tables.Annotated(article, gold, records, made_from)

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
        for name, text in texts(described, previous, found).items():
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
            unannotated=self.unfinished.unannotated,
            stale_scores=stale,
            silver_left_out=left,
            not_held=self.fitting.left_out,
            open=self.unfinished.open,
            withheld_for=self.facts.withheld_for,
            hidden=tuple(sorted(self.tables.hidden)),
        )

    def _manifest(self, content: dict[str, TableDigest]) -> Manifest:
        silver = self.silver.told() if self.silver else {}
        self.board = leaderboard(self.project, versions_manifest.overall(content))
        settings, facts, errata = self.project.settings, self.facts, self.errata.entries()
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
            errata=errata or msgspec.UNSET,
            silver=silver or msgspec.UNSET,
            let_pass=self.let_pass or msgspec.UNSET,
            told_sha256=told_sha256(
                self.project,
                self.schemes,
                facts.languages,
                (errata, self.board.rows, silver, self.let_pass),
            ),
            digest_in=versions_manifest.SUM,
            made_with={"qawl": __version__, "pyarrow": pa.__version__},
            findings=dict(self.checks),
            articles=self._articles(),
            iob2=facts.iob2.figures(),
            cleaning=self.removed.record(settings.ingest),
            chain=self.chains.summaries(self.project, self.schemes),
        )

    def _articles(self) -> ArticleCounts:
        split = self.facts.splits(self.tables.splits)
        return ArticleCounts(
            count=self.facts.articles,
            withheld=tuple(sorted(self.facts.withheld)),
            withdrawn={each.article_id: each.reason for each in withdrawal.withdrawn(self.project)},
            splits={name: split[name] for name in self.project.settings.release.split_names},
        )


def _no_articles(project: Project) -> str:
    """That there is nothing to release, and what to do."""
    if withdrawal.ids(project):
        return "there is nothing to release: all articles are withdrawn (`qawl ingest` adds others)"
    return "there is nothing to release: the corpus has no articles (`qawl ingest` adds them)"


def _silver(project: Project, where: Path | Remote, schemes: Mapping[str, Scheme]) -> "Source":
    """What was suggested; only a release with silver needs the code that suggests."""
    from qawl.release.silver import Source  # noqa: PLC0415

    return Source(project, where, schemes)
