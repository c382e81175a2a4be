"""`qawl adopt`: tasks, their config and their work → a corpus with frozen texts, a scheme and a journal.

Each source is read once. What was annotated is journalled as it came; nothing is cleaned. A new corpus
appears whole or not at all, and a corpus that gets a layer stays as it was where that fails.
"""

import filecmp
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypedDict

import yaml

from qawl.annotations import derive, heads
from qawl.annotations import store as annotation_store
from qawl.articles import metadata, shards
from qawl.articles import store as article_store
from qawl.articles.metadata import Metadata
from qawl.core import files, licences, names, temporary
from qawl.core.errors import InputError, ProjectError, QawlError
from qawl.core.findings import CHECKS, reason
from qawl.core.project import SETTINGS, Project, load, lock
from qawl.core.strict_yaml import written
from qawl.formats.readers import own
from qawl.scheme import from_config, generated
from qawl.scheme.from_config import Config
from qawl.setup import init
from qawl.setup.adoption import known_people, server
from qawl.setup.adoption.corpus_writer import DOUBLED, CorpusWriter
from qawl.setup.adoption.facts import UNREAD, Counts
from qawl.setup.adoption.said_of_articles import Language
from qawl.setup.adoption.scheme import LEFT_OUT, Made, made
from qawl.setup.adoption.settings_text import with_more
from qawl.setup.adoption.sources import JSON_MIN, LABEL_STUDIO, Source, opened
from qawl.setup.adoption.spool import Look, Watch, look

VERSIONS = (
    "annotation of the same number and task as another: the newest counts, the journal has both"
)
UNREAD_CHECKS = frozenset(annotation_store.UNREAD) - {"result-unsupported", "result-unreadable"}
"""Findings that say what the records lack, but for results that are counted as they are read."""
IN_PART = {
    "attribute-twice": "attribute that is given twice: one of the two counts",
    "region-unlabelled": "region without a label (the journal keeps it)",
}
"""Further findings that say so, in words for the report."""
_TIMES = re.compile(r"\((\d+) times in ")


class LeftOut(TypedDict):
    """How often something was left out, and why."""

    reason: str
    count: int


Summary = TypedDict(
    "Summary",
    {
        "in": dict[str, int],
        "records": dict[str, int],
        "left_out": list[LeftOut],
        "layer": str,
        "notes": list[str],
    },
)
"""What `qawl adopt --json` prints."""


@dataclass(slots=True)
class Report:
    """How much came in and how much stands in the records, and each difference by its reason."""

    layer: str
    given: Counts
    records: Counts = field(default_factory=Counts)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> Summary:
        """The object that `qawl adopt --json` prints."""
        return {
            "in": _counted(self.given),
            "records": _counted(self.records),
            "left_out": [{"reason": r, "count": n} for r, n in self.left_out.most_common()],
            "layer": self.layer,
            "notes": self.notes,
        }


def _counted(counts: Counts) -> dict[str, int]:
    kinds = ("tasks", "annotations", "spans", "relations", "attributes")
    return {name: getattr(counts, name) for name in kinds}


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asks for; `into` is a new folder or a corpus that gets another layer."""

    sources: tuple[str, ...]
    into: Path
    layer: str | None = None
    format: str | None = None
    language: str | None = None
    dry_run: bool = False
    text: str | None = None
    license: str | None = None
    redistribute: bool = False
    annotators: tuple[str, ...] = ()


def adopt(request: Request, watch: Watch = lambda those, _: those) -> Report:
    """Makes the corpus, or adds the layer; raises InputError where nothing can be read.

    Nothing is written before all sources were read.
    """
    if request.dry_run:
        return _tried(request, watch)
    if request.language is not None:
        init.given("--language", request.language, names.language)
    if request.license is not None:
        init.given("--license", request.license, licences.licence)
    elif request.redistribute:
        raise InputError("--redistribute: give --license, too: nothing is redistributed unlicensed")
    with temporary.aside() as folder:
        sources, config, home = _opened(request, folder)
        corpus = load(request.into) if (request.into / SETTINGS).is_file() else None
        people = known_people.known(corpus, request.annotators)
        return _adopt(request, look(sources, folder, watch, people), config, home, watch)


def _tried(request: Request, watch: Watch) -> Report:
    """The report of the same with a copy of the corpus, which is thrown away."""
    if request.into.exists() and not request.into.is_dir():
        raise ProjectError(f"{request.into} is a file: name a folder")
    with temporary.aside() as folder:
        into = folder / (request.into.resolve().name or "corpus")
        if (request.into / SETTINGS).is_file():
            unneeded = shutil.ignore_patterns(".git", "derived", "*.parquet", "*.sqlite*")
            shutil.copytree(request.into, into, symlinks=True, ignore=unneeded)
        try:
            report = adopt(replace(request, into=into, dry_run=False), watch)
        except QawlError as error:
            said = str(error).replace(str(into), str(request.into))
            raise type(error)(said) from error
        if request.into.exists() and not (request.into / SETTINGS).is_file():
            _movable(into, request.into)
        return report


def _opened(
    request: Request, folder: Path
) -> tuple[list[Source], Config | None, server.Home | None]:
    """The sources and the config, of files, folders and projects of servers; the project, where only
    one is adopted."""
    addresses = [each for each in request.sources if server.is_address(each)]
    paths = [Path(each) for each in request.sources if not server.is_address(each)]
    sources, configs = opened(paths, request.format, alone=not addresses)
    config = _config(configs)
    homes, texts = [], dict[str, str]()
    for each in addresses:
        source, text, home = server.fetched(each, folder)
        sources.append(source)
        homes.append(home)
        config = config or from_config.read(text, each)
        texts[each] = " ".join(text.split())
        if not configs and texts[each] != texts[addresses[0]]:
            source.shown[
                f"{each} has another config than {addresses[0]}, which is taken for both: adopt it "
                "alone, as a layer of its own (--layer)"
            ] = None
    rights = Metadata(license=request.license, redistribute=request.redistribute or None)
    for source in sources:
        source.config, source.text = config, request.text
        source.given = metadata.override(rights, _beside(source.path, paths))
    return sources, config, homes[0] if len(sources) == len(homes) == 1 else None


def _beside(path: Path, given: Sequence[Path]) -> Metadata:
    """What files beside a source say of its articles; nothing lies beside what came from a server."""
    if path.is_dir():
        return metadata.beside(path / path.name).metadata
    named = any(each == path or each in path.parents for each in given)
    return metadata.beside(path).metadata if named else Metadata()


def _config(paths: Sequence[Path]) -> Config | None:
    if len(paths) > 1:
        raise InputError(f"{len(paths)} configs are given: name one")
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8") from error
        return from_config.read(text, str(path))
    return None


def _adopt(
    request: Request, seen: Look, config: Config | None, home: server.Home | None, watch: Watch
) -> Report:
    facts = seen.facts
    if facts.counts.tasks == 0:
        raise InputError(f"{request.sources[0]}: no task can be read: {_reasons(facts.left_out)}")
    told = request.text if not _of_readers(seen) else None
    text_field = config.text_field if config else told or seen.text_field()
    language = request.language or seen.language(text_field)
    found = made(config, facts, request.layer, language, text_field)
    report = Report(
        found.layer, facts.counts, left_out=Counter(facts.left_out), notes=list(found.notes)
    )
    report.notes += dict.fromkeys(each for one in seen.spools for each in one.source.warnings)
    report.notes += [*seen.of_servers(), *seen.people.note()]
    report.notes += [*_joined(seen), *_asked_of_more(request.into, seen.people.names)]
    spoken = Language(language, request.language is not None)
    taking = CorpusWriter(seen, found, text_field, spoken, report.left_out, watch)
    with _place(request.into, found, language, seen.people.names) as project:
        least = taking.into(project)
        _say(project, report, least, home)
        _count_records(load(project.root), found.layer, report)
        report.records.tasks = taking.taken
        _explain(report, taking.written)
        report.notes += [*taking.of_projects(), *spoken.note(), *taking.rights.note()]
    return report


def _joined(seen: Look) -> Iterator[str]:
    """That an export of Qawl's own has several layers, which become one."""
    layers = set().union(*(own.layers(each.source.path) for each in seen.spools))
    if len(layers) > 1:
        yield (
            f"the layers {', '.join(sorted(layers))} of the export are one layer here; to keep them, "
            "adopt the files of one after those of another, each with its --layer, into one corpus"
        )


def _asked_of_more(folder: Path, annotators: Sequence[str]) -> Iterator[str]:
    """That more people annotate in other layers, where nothing says how many annotate an article."""
    project = load(folder) if (folder / SETTINGS).is_file() else None
    if project is None:
        return
    known, overlap = project.annotators, project.settings.overlap
    fresh = [each for each in annotators if each not in known]
    layers = [each for each in project.settings.layers if each not in overlap]
    if fresh and layers:
        yield (
            f"{', '.join(fresh)}: with these annotators, each article of {', '.join(layers)} is for "
            f"{len(known) + len(fresh)} of them: to have fewer, set overlap in qawl.yaml"
        )


def _explain(report: Report, written: int) -> None:
    """A reason for each difference between what came in and what stands in the records; so many
    annotations were written."""
    textless = report.given.annotations - written
    told = report.left_out[DOUBLED] + report.left_out[reason("annotation-timeless").words]
    versions = written - report.records.annotations - told
    if textless > 0:
        report.left_out["annotation of a task without a text"] += textless
    if versions > 0:
        report.left_out[VERSIONS] += versions
    report.left_out = +report.left_out
    given, there = _counted(report.given), _counted(report.records)
    known = report.left_out.total()
    whole = given["annotations"] == there["annotations"]  # else one reason is of many spans
    for name, count in given.items():
        missing = count - there[name]
        if missing > known and (whole or not known):
            why = f"{name} that are not in the records: see `qawl validate`"
            report.left_out[why] += missing - known
    if (more := there["attributes"] - given["attributes"]) > 0:
        report.notes.append(
            f"attributes: {more} more than came in: one of a region with several labels is of each span"
        )


def _of_readers(seen: Look) -> bool:
    """Whether all texts come by readers of other tools, which call their field `text`."""
    own = {LABEL_STUDIO, JSON_MIN}
    return all(spool.source.format not in own for spool in seen.spools)


def _reasons(left_out: Counter[str]) -> str:
    return "; ".join(f"{n} × {r}" for r, n in left_out.most_common(3)) or "the source is empty"


def _refuse_taken(folder: Path, layer: str) -> None:
    """A layer of this name in the corpus already is not written over, nor what is left of one."""
    if layer in load(folder).settings.layers:
        raise ProjectError(
            f"{folder} has a layer {layer} already: more work of this layer comes in with `qawl pull "
            "--from FILE` in that folder; for a layer of its own, give --layer NAME"
        )
    for each in _of_layer(folder, layer):
        raise ProjectError(
            f"{each} is of a layer {layer}, which qawl.yaml does not name: give --layer NAME"
        )


def _of_layer(folder: Path, layer: str) -> Iterator[Path]:
    """The files of a corpus that are a layer's alone."""
    own = {
        "label_config": f"{layer}.*",
        "schemas": f"annotation.{layer}.json",
        "exports/journal": f"{layer}.*",
        "exports/annotations": f"{layer}.*",
    }
    for part, pattern in own.items():
        yield from files.listed(folder / part, pattern)


@contextmanager
def _place(
    folder: Path, found: Made, language: str, annotators: Sequence[str]
) -> Iterator[Project]:
    """The corpus with the layer's scheme in it; where the block fails, all is as it was."""
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder} is a file: name a folder")
    if (folder / SETTINGS).is_file():
        with lock(load(folder), "adopt"):  # first: others' work must not be put back to what it was
            _refuse_taken(folder, found.layer)
            with _as_it_was(folder, found.layer):
                _add_layer(folder, found.layer, annotators)
                yield _with_scheme(folder, found)
        return
    with temporary.folder(folder.resolve()) as building:
        init.empty(
            building,
            name=init.name_of(folder),
            language=language,
            layers=[found.layer],
            annotators=annotators or ["a1"],
        )
        try:
            corpus = _with_scheme(building, found)
            with lock(corpus, "adopt"):
                yield corpus
        except QawlError as error:
            said = str(error).replace(str(building), str(folder))
            raise type(error)(said) from error
        _move(building, folder)


def _with_scheme(folder: Path, found: Made) -> Project:
    files.write_text(folder / "label_config" / f"{found.layer}.yaml", found.text)
    project = load(folder)
    generated.make(project)
    return project


def _move(building: Path, folder: Path) -> None:
    """Gives what was built its place: as a whole where nothing is there, else file by file."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        building.rename(folder)
        return
    every = _movable(building, folder)
    every.sort(key=lambda each: each.name == SETTINGS)  # qawl.yaml last: then it is a corpus
    for each in every:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(building / each, folder / each)


def _movable(building: Path, folder: Path) -> list[Path]:
    """The files that go into a folder: notes and rules for git that are there stay. Raises ProjectError
    where others are in the way."""
    every = [each.relative_to(building) for each in files.below(building)]
    every = [each for each in every if not (each.name in init.KEPT and (folder / each).exists())]
    for each in every:
        hidden = each.parts[0].startswith(".")  # of this machine
        if not hidden and (there := _in_the_way(building / each, folder / each)):
            raise ProjectError(f"{there} is there: name a new folder, or move it away")
    return every


def _in_the_way(built: Path, target: Path) -> Path | None:
    """What stands in the place of a file; an adoption that was cut off leaves the same, which may go."""
    there = next(each for each in (target, *target.parents) if each.exists())
    if there != target:
        return None if there.is_dir() else there
    same = there.is_file() and filecmp.cmp(built, there, shallow=False)
    return None if same else there


@contextmanager
def _as_it_was(folder: Path, layer: str) -> Iterator[None]:
    """Brings a corpus back to what it was where the block fails."""
    project = load(folder)
    changed = [folder / SETTINGS, project.journal / heads.NAME, *project.articles_files]
    with temporary.folder(project.state / "as-it-was") as copies:
        kept = {each: copies / each.name for each in changed if each.is_file()}
        for each, copy in kept.items():
            shutil.copy2(each, copy)
        try:
            yield
        except BaseException:
            for each, copy in kept.items():
                Path(shutil.copy2(copy, f"{each}.back")).replace(each)
            for each in project.articles_files:
                if each not in kept and shards.is_own(each, project.root):
                    each.unlink(missing_ok=True)
            for each in _of_layer(folder, layer):
                each.unlink()
            raise


def _add_layer(folder: Path, layer: str, annotators: Sequence[str]) -> None:
    """Names a layer and its annotators in qawl.yaml."""
    path = folder / SETTINGS
    project = load(folder)
    known = project.annotators
    fresh = [each for each in annotators if each not in known]
    text = path.read_text("utf-8")
    said = yaml.safe_load(text)
    whole: dict[str, tuple[Sequence[object], list[str]]] = {
        "layers": (project.settings.layers, [layer]),
        "annotators": ([*known], fresh),
    }
    for key, (default, more) in whole.items():
        there = [] if key in said or not more else default
        text = with_more(text, str(path), (key,), [*there, *more])
    files.write_text(path, text)


def _say(project: Project, report: Report, least: int, home: server.Home | None) -> None:
    """Says in qawl.yaml what follows from the work: the plan asks for as many annotators as every
    annotated text has, what no scheme can say is no error of the annotators, and annotation goes on in
    the project that was adopted."""
    path, settings = project.root / SETTINGS, project.settings
    text = path.read_text("utf-8")
    if report.layer not in settings.overlap:
        text = with_more(text, str(path), ("overlap",), {report.layer: least})
    passed = {each.check for each in settings.dispensations if not each.articles and not each.until}
    more = [each for each in _dispensed(report) if each["check"] not in passed]
    text = with_more(text, str(path), ("dispensations",), more)
    if home:
        text = _with_home(text, str(path), report, home)
    files.write_text(path, text)


def _with_home(text: str, where: str, report: Report, home: server.Home) -> str:
    """The settings with the project to go on in; a note where they name another server."""
    there = {report.layer: home.project}
    said = yaml.safe_load(text).get("label_studio")
    if not said:
        return with_more(text, where, ("label_studio",), {"url": home.url, "adopted": there})
    if str(said.get("url")).rstrip("/") == home.url:
        return with_more(text, where, ("label_studio", "adopted"), there)
    whole = written({"url": home.url, "adopted": there})
    report.notes.append(
        f"to go on in project {home.project} there, say in qawl.yaml: label_studio: {whole}"
    )
    return text


def _dispensed(report: Report) -> Iterator[dict[str, str]]:
    """Dispensations for what the work has and no scheme can say."""
    unread = {
        "result-unsupported": (report.left_out, UNREAD),
        "attribute-unknown": (report.notes, LEFT_OUT),
    }
    for check, (listed, start) in unread.items():
        told = [each.removeprefix(start) for each in listed if each.startswith(start)]
        if told:
            names = ", ".join(each.partition(":")[0] for each in told)
            yield {
                "check": check,
                "reason": f"the adopted work has {names}, which a scheme can't express",
            }


def _count_records(project: Project, layer: str, report: Report) -> None:
    """What stands in the records now."""
    counts = report.records
    for each in annotation_store.findings(project, layer):
        if each.check in IN_PART:
            report.left_out[IN_PART[each.check]] += 1
        elif each.check in UNREAD_CHECKS:
            again = _TIMES.search(each.message)
            report.left_out[CHECKS[each.check].explanation] += int(again[1]) if again else 1
    displaced = 0
    for article, records in derive.beside(project, layer, article_store.by_id(project)):
        for record in records:
            counts.annotations += 1
            counts.spans += len(record.spans)
            counts.relations += len(record.relations)
            counts.attributes += len(record.attributes)
            counts.attributes += sum(len(each.attributes) for each in record.spans)
            displaced += sum(s.text != article.text[s.start : s.end] for s in record.spans)
    if displaced:
        report.notes.append(
            f"{displaced} spans do not stand where their own words are: `qawl validate` lists them; "
            "`qawl validate --fix` moves those of exports that count UTF-16 units"
        )
