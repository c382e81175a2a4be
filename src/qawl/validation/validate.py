"""`qawl validate`: every record that was collected, against every check of its level.

Each level runs only on records without an error at the level below. The findings are values, in the
order of layer, article and annotator.
"""

from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sized
from functools import partial
from itertools import chain

import msgspec
from msgspec import UNSET, Struct

from qawl.annotations import corrections, foreign_files, journal
from qawl.annotations import store as annotation_store
from qawl.annotations.addresses import Addresses
from qawl.articles import selection
from qawl.articles import store as article_store
from qawl.articles.splits import splits_of
from qawl.core import result_cache
from qawl.core.excerpts import many
from qawl.core.findings import finding
from qawl.core.packed import Packed
from qawl.core.project import Project
from qawl.core.records import JUDGE, Annotation, Article, Finding
from qawl.core.settings import Dispensation
from qawl.scheme import scheme
from qawl.scheme.changes import Name
from qawl.scheme.kinds.trees import BETWEEN
from qawl.scheme.model import Scheme
from qawl.validation import (
    level1_articles,
    level1_records,
    level2_anchoring,
    level3_labels,
    level4_guideline,
    plugins,
    stored_gold,
)
from qawl.validation.dispensations import Passes, counted, in_force, nothing_passes, passing
from qawl.validation.level5_collection import Collection
from qawl.validation.plugins import Plugin


def validate(project: Project, *, below: str | None = None) -> Iterator[Finding]:
    """All findings of a corpus but those that its dispensations let pass (see `passing`)."""
    passes = passing(project, below=below)
    found = (each for each in everything(project, below=below) if not passes(each))
    return _once_a_name(project, found)


Place = tuple[str, int, str]
"""Severity, level and check of findings."""


def _place(found: Finding) -> Place:
    return found.severity, found.level, found.check


class Findings:
    """Findings, worst first, packed in memory: a large corpus has many.

    `held` has (layer, article, annotator) of the annotations that an error keeps from a level above.
    """

    def __init__(self) -> None:
        self._packs: dict[Place, Packed[Finding]] = {}
        self.held: set[tuple[str | None, str | None, str]] = set()

    def add(self, found: Finding) -> None:
        """Takes a finding; those of one check stay in their order."""
        place = _place(found)
        if place not in self._packs:
            self._packs[place] = Packed(Finding)
        self._packs[place].add(found)

    def hold(self, found: Finding) -> None:
        """Notes whether a finding keeps its annotation from a level above."""
        if found.severity == "error" and found.level in _HOLDING and found.annotator is not None:
            self.held.add((found.layer, found.article_id, found.annotator))

    def by_check(self) -> Iterator[Packed[Finding]]:
        """The findings of one check after another."""
        yield from (self._packs[place] for place in sorted(self._packs))

    def sizes(self) -> Counter[Place]:
        """How many there are in each place."""
        return Counter({place: len(pack) for place, pack in self._packs.items()})

    def counts(self, *, but: Container[str] = ()) -> dict[str, int]:
        """How many there are of each check, but some."""
        sizes = ((check, size) for (_, _, check), size in self.sizes().items())
        return {check: size for check, size in sorted(sizes) if check not in but}

    def __iter__(self) -> Iterator[Finding]:
        """All findings."""
        return chain.from_iterable(self.by_check())

    def __len__(self) -> int:
        """How many there are."""
        return sum(map(len, self._packs.values()))


def examine(project: Project, wanted: Mapping[str, object]) -> tuple[Findings, Findings]:
    """(findings, findings that qawl.yaml lets pass), worst first; `wanted` selects by field."""
    found, passed = Findings(), Findings()
    passes = passing(project)
    asked = {name: value for name, value in wanted.items() if value is not None}
    whole = not asked and not plugins.offered()
    before = _inputs(project, None) if whole else ""

    def failing() -> Iterator[Finding]:
        for each in everything(project):
            if all(getattr(each, name) == value for name, value in asked.items()):
                if passes(each):
                    passed.add(each)
                else:
                    found.hold(each)
                    yield each

    for each in _once_a_name(project, failing()):
        found.add(each)
    if whole:
        _keep_counts(project, None, before, found.counts(but=_BESIDE))
    return found, passed


_HOLDING = (2, 3)
"""Levels whose errors keep an annotation from the levels above that look at it."""
_BESIDE = (*stored_gold.CHECKS, "corrections-unreadable", "file-foreign")
"""Checks of what stands beside the records."""
_NAMES = {
    "label-unknown": "label",
    "attribute-unknown": "attribute",
    "value-unknown": "value",
    "relation-unknown": "relation",
}
"""Checks that find a name which the scheme does not have → what it is the name of."""
_ONCE = {*_NAMES, *level1_articles.CHECKS}
"""Checks whose findings are one for each name, at its first place."""


def _once_a_name(project: Project, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those of a name that there is not as one at its first place; none of a name that
    annotations have until they are derived anew (`annotations-stale`), since the scheme states the step.
    """
    names: dict[tuple[str, str | None, str], list[Finding]] = {}
    for each in found:
        if each.check in _ONCE:
            names.setdefault((each.check, each.layer, each.message), []).append(each)
        else:
            yield each
    for (check, layer, message), same in names.items():
        if check in _NAMES and _is_stated(project, check, layer or "", message):
            continue
        more = f"; the same {many(len(same) - 1, 'time')} more" if len(same) > 1 else ""
        advice = (
            _of_scheme(project, check, layer or "", message)
            if check in _NAMES
            else level1_articles.ADVICE
        )
        yield msgspec.structs.replace(same[0], message=f"{message}{more}; {advice}")


def _is_stated(project: Project, check: str, layer: str, message: str) -> bool:
    """Whether the scheme states what became of a name, and annotations that have it wait for that."""
    kind, (of, _, value) = _NAMES[check], message.partition(" can't be ")
    if kind == "value":
        names = [Name(kind, each, of) for each in value[1:-1].split(BETWEEN)]
    elif kind == "attribute":
        names = [Name(kind, message.rpartition(" has no attribute ")[2])]
    else:
        names = [Name(kind, message.partition(" is n")[0][1:-1])]
    fates = (each.fates for each in scheme.load(project, layer).changes)
    if not any(each in stated for stated in fates for each in names):
        return False
    stale = annotation_store.stale(project, layer)
    return any(each.check == "annotations-stale" for each in stale)


def _of_scheme(project: Project, check: str, layer: str, message: str) -> str:
    """What to do where the scheme has no such name, or its attribute takes no such value."""
    where = f"label_config/{layer}.yaml"
    if check == "value-unknown":
        every = [
            each
            for each in scheme.load(project, layer).attributes
            if message.startswith(f"{each.name} ")
        ]
        attribute = max(every, key=lambda each: len(each.name), default=None)
        if attribute and not attribute.nameable:
            return f"correct it in Label Studio, or change what the attribute takes in {where}"
    return (
        f"if the {_NAMES[check]} was renamed or removed in {where}, put its old name back (its "
        "title is what annotators see), or state the step under `changes`; if it came in an export of "
        "another project, rename it there"
    )


def everything(project: Project, *, below: str | None = None) -> Iterator[Finding]:
    """All findings of a corpus; what its dispensations let pass does not keep a record from the next
    level.

    They are kept until anything that they depend on changes. What checks of other packages look at is
    not known: where some are installed, nothing is kept. What is wrong with the stored gold, with
    corrections and with files that are not read comes last.
    """
    yield from _of_records(project, below)
    yield from _of_gold(project)
    for each in corrections.problems(project):
        yield finding("corrections-unreadable", each)
    for each in foreign_files.found(project):
        yield finding("file-foreign", each)


def _of_records(project: Project, below: str | None) -> Iterator[Finding]:
    plugged = plugins.offered()
    made = _examined(project, plugged, passing(project, below=below))
    if plugged:
        return made
    return _kept(project, "findings/all", partial(_inputs, project, below), made)


def _of_gold(project: Project) -> Iterator[Finding]:
    gold = stored_gold.findings(project)
    return _kept(project, "gold-findings/all", partial(_gold_inputs, project), gold)


def _kept(
    project: Project, name: str, inputs: Callable[[], str], made: Iterable[Finding]
) -> Iterator[Finding]:
    """The findings that are kept of these inputs; else those that are made, which are kept."""
    kept = result_cache.read(project, name, inputs(), Finding)
    return result_cache.keeping(project, name, inputs, made) if kept is None else kept


def _gold_inputs(project: Project) -> str:
    """The digest of all that the stored gold is held against, and of itself."""
    layers = project.settings.layers
    paths = [*map(project.gold_file, layers), *map(project.scheme_file, layers)]
    paths += [*project.articles_files, project.withdrawn_file]
    paths += map(project.annotations_file, layers)
    return result_cache.inputs(project, paths, result_cache.settings(project))


def _inputs(project: Project, below: str | None) -> str:
    """The digest of all that validation reads."""
    layers = project.settings.layers
    paths = [
        *map(project.annotations_file, layers),
        *map(project.scheme_file, layers),
        *(*project.articles_files, project.withdrawn_file, project.repairs_file),
    ]
    said = (
        result_cache.settings(project),
        in_force(project, below=below),
        sorted(splits_of(project).items()),
        [
            (path.name, journal.stood(project, path))
            for layer in layers
            for _, path in journal.files(project, layer)
        ],
        [annotation_store.without_source(project, layer) for layer in layers],
    )
    return result_cache.inputs(project, paths, *said)


def _examined(
    project: Project, plugged: Iterable[tuple[str, Plugin]], passes: Passes
) -> Iterator[Finding]:
    """Every record against every check."""
    articles, addresses = article_store.by_id(project), Addresses(project)
    for layer in project.settings.layers:
        current = scheme.load(project, layer)
        waiting: dict[tuple[str | None, str | None], list[Finding]] = {}
        homeless: set[tuple[str | None, str | None]] = set()
        for each in annotation_store.findings(project, layer):
            place = each.article_id, each.annotator
            if each.check == "scheme-split":
                waiting.setdefault(place, []).append(each)
            else:
                homeless |= {place} if each.check == "article-unknown" else set()
                yield each
        gathered = Collection(current)
        read = level1_records.read(project, layer, passes)
        for record, article in articles.beside(read, lambda each: each.article_id):
            if isinstance(record, Finding):
                yield record
                continue
            gathered.add(record)
            for each in waiting.pop((record.article_id, record.annotator), ()):
                yield _linked(each, record, addresses)
            if article is None:
                yield from _unknown(record, homeless)
                continue
            for each in check_annotation(record, article, current, plugged, passes):
                yield _linked(each, record, addresses)
            for each in doubts(record):
                yield _linked(each, record, addresses)
        yield from gathered.findings(selection.planned(project), partial(project.asked, layer))
    yield from level1_articles.findings(project)


def _unknown(
    record: Annotation, named: Container[tuple[str | None, str | None]]
) -> Iterator[Finding]:
    """That a record's article is not in the corpus, unless the journal's findings named it."""
    if (record.article_id, record.annotator) not in named:
        message = f"article {record.article_id} is not in the corpus"
        yield finding("article-unknown", message, record)


def doubts(record: Annotation) -> Iterator[Finding]:
    """What an annotator said to be unsure of."""
    if record.annotator == JUDGE:
        return
    if record.unsure is not UNSET:
        yield finding("unsure", record.unsure or "no note", record)
    for span in record.spans:
        if span.unsure is not UNSET:
            yield finding("unsure", span.unsure or "no note", record, span)


def check_annotation(
    record: Annotation,
    article: Article,
    current: Scheme,
    plugged: Iterable[tuple[str, Plugin]] = (),
    passes: Passes = nothing_passes,
) -> list[Finding]:
    """The findings of levels 2 to 4 on one record; a level with an error is the last.

    An error that `passes` is among the findings, but the next level runs.
    """
    found: list[Finding] = []
    for level in (
        level2_anchoring.check(record, article, current),
        level3_labels.check(record, current),
        chain(
            level4_guideline.check(record, article, current),
            plugins.findings(record, article, current, plugged),
        ),
    ):
        made = list(level)
        found += made
        if any(each.severity == "error" and not passes(each) for each in made):
            break
    return found


def errors(record: Annotation, article: Article, current: Scheme, passes: Passes) -> list[Finding]:
    """The errors of levels 2 to 4 on one record, but those that `passes`: of one level."""
    for level in (
        level2_anchoring.check(record, article, current),
        level3_labels.check(record, current),
        level4_guideline.rules(record, current),
    ):
        if found := [each for each in level if each.severity == "error" and not passes(each)]:
            return found
    return []


def _linked(found: Finding, record: Annotation, addresses: Addresses) -> Finding:
    """The finding with the address of its task in Label Studio, where that is known."""
    url = addresses.of(record)
    return found if url is None else msgspec.structs.replace(found, url=url)


class Summary(Struct, frozen=True):
    """How many findings there are: by severity, level and check; `exempt` were let pass."""

    errors: int
    warnings: int
    exempt: int
    levels: dict[str, int]
    checks: dict[str, int]


def counts(project: Project, *, below: str | None = None) -> dict[str, int]:
    """How many findings of each check a release has, but those that are let pass (see `passing`).

    That nobody has annotated an article yet is none of them: it has no annotations that could be wrong.
    What an annotator is unsure of and files that are not read are said to the lead alone.
    """
    checks = _checks(project, below)
    return {check: count for check, count in checks.items() if check not in _OF_THE_CORPUS}


def let_pass(project: Project, *, below: str | None = None) -> list[tuple[Dispensation, int]]:
    """How many findings each dispensation lets pass, of those that a release has without it."""
    if not (given := in_force(project, below=below)):
        return []
    passes, every = (
        passing(project, below=below),
        chain(_of_records(project, below), _of_gold(project)),
    )
    passed = (each for each in every if each.check not in _OF_THE_CORPUS and passes(each))
    return list(counted(given, passed))


def _checks(project: Project, below: str | None) -> dict[str, int]:
    """How many findings of each check there are; what `examine` counted of records is kept."""
    if plugins.offered():
        return summary(validate(project, below=below)).checks
    passes = passing(project, below=below)
    before = _inputs(project, below)
    kept = result_cache.read(project, _COUNTS, before, dict[str, int])
    counted = next(kept or iter(()), None)
    if counted is None:
        found = (each for each in _of_records(project, below) if not passes(each))
        counted = summary(_once_a_name(project, found)).checks
        _keep_counts(project, below, before, counted)
    gold = summary(each for each in _of_gold(project) if not passes(each)).checks
    return dict(sorted({**counted, **gold}.items()))


_COUNTS = "findings-counted/all"


def _keep_counts(project: Project, below: str | None, before: str, counted: dict[str, int]) -> None:
    """Keeps counts of what was found since the inputs had the digest `before`."""
    if _inputs(project, below) == before:
        deque(result_cache.keeping(project, _COUNTS, lambda: before, [counted]), maxlen=0)


_OF_THE_CORPUS = ("article-unannotated", "unsure", "file-foreign", "gold-missing")
"""Checks that a release says nothing of."""


def summary(findings: Iterable[Finding], passed: Sized = ()) -> Summary:
    """Counts by severity, level and check, and how many were let pass."""
    sizes = findings.sizes() if isinstance(findings, Findings) else Counter(map(_place, findings))
    severities: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    for (severity, level, check), size in sizes.items():
        severities[severity] += size
        levels[str(level)] += size
        checks[check] += size
    return Summary(
        errors=severities["error"],
        warnings=severities["warning"],
        exempt=len(passed),
        levels=dict(sorted(levels.items())),
        checks=dict(sorted(checks.items())),
    )
