"""`qawl adopt`: tasks, their config and their work → a corpus with frozen texts, a scheme and a journal.

The sources are read twice: for what they show, then for what they hold. What was annotated is journalled
as it came; nothing is cleaned.
"""

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Self

import yaml

from qawl.annotations import derive, import_files, json_stream
from qawl.articles import adding
from qawl.articles import store as article_store
from qawl.core import files, names
from qawl.core.errors import InputError, ProjectError
from qawl.core.findings import reason
from qawl.core.project import LABEL_CONFIG, SETTINGS, Project, load, lock
from qawl.core.records import Article, to_json
from qawl.core.settings import parse_settings
from qawl.scheme import from_config, generated
from qawl.scheme import scheme as schemes
from qawl.scheme.from_config import Config
from qawl.setup import init
from qawl.setup.adoption import articles as adopted
from qawl.setup.adoption import server
from qawl.setup.adoption.facts import UNREAD, Counts, Facts, annotations
from qawl.setup.adoption.people import People
from qawl.setup.adoption.scheme import Made, made
from qawl.setup.adoption.sources import Source, Task, opened

SAMPLE = 50
"""Texts that the language is guessed from."""
TEXT_FIELDS = ("text", "body", "content", "article", "document")

Watch = Callable[[Iterable[Task], str], Iterable[Task]]


@dataclass(slots=True)
class Report:
    """How much came in and how much stands in the records, and each difference by its reason."""

    layer: str
    given: Counts
    records: Counts = field(default_factory=Counts)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The object that `qawl adopt --json` prints."""
        return {
            "in": _counted(self.given),
            "records": _counted(self.records),
            "left_out": [{"reason": r, "count": n} for r, n in self.left_out.most_common()],
            "layer": self.layer,
            "notes": self.notes,
        }


def _counted(counts: Counts) -> dict[str, int]:
    names_ = ("tasks", "annotations", "spans", "relations", "attributes")
    return {name: getattr(counts, name) for name in names_}


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asks for; `into` is a new folder or a corpus that gets another layer."""

    sources: tuple[str, ...]
    into: Path
    layer: str | None = None
    format: str | None = None
    language: str | None = None
    dry_run: bool = False


def adopt(request: Request, watch: Watch = lambda those, _: those) -> Report:
    """Makes the corpus, or adds the layer; raises InputError where nothing can be read.

    Nothing is written before all sources were read once.
    """
    with tempfile.TemporaryDirectory(prefix="qawl-adopt-") as folder:
        return _adopt(request, *_opened(request, Path(folder)), watch)


def _opened(request: Request, folder: Path) -> tuple[list[Source], Config | None]:
    """The sources and the config: of files, folders and projects of servers."""
    addresses = [each for each in request.sources if server.is_address(each)]
    paths = [Path(each) for each in request.sources if not server.is_address(each)]
    sources, configs = opened(paths, request.format, alone=not addresses)
    config = _config(configs)
    for each in addresses:
        source, text = server.fetched(each, folder)
        sources.append(source)
        config = config or from_config.read(text, each)
    return sources, config


def _adopt(request: Request, sources: list[Source], config: Config | None, watch: Watch) -> Report:
    facts, people, servers = _look(sources, watch)
    text_field = config.text_field if config else _text_field(facts)
    if facts.counts.tasks == 0:
        raise InputError(f"{request.sources[0]}: no task can be read: {_reasons(facts.left_out)}")
    language = request.language or adopted.language_of(_texts(sources, text_field))
    found = made(config, facts, request.layer, language, text_field)
    report = Report(
        found.layer, facts.counts, left_out=Counter(facts.left_out), notes=list(found.notes)
    )
    _refuse_taken(request.into, found.layer)
    if request.dry_run:
        return report
    taking = _Taking(sources, servers, people, found, text_field, language, report, watch)
    project = _corpus(request.into, found, language, people)
    with lock(project, "adopt"):
        taking.into(project)
    _count_records(project, found.layer, report)
    return report


def _reasons(left_out: Counter[str]) -> str:
    return "; ".join(f"{n} × {r}" for r, n in left_out.most_common(3)) or "the source is empty"


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


def _look(sources: list[Source], watch: Watch) -> tuple[Facts, People, list[int]]:
    """The first reading: what all sources show, and of which server each is."""
    facts, people = Facts(), People()
    servers = [people.server(source.tasks()) if len(sources) > 1 else 0 for source in sources]
    for source, number in zip(sources, servers, strict=True):
        for task in watch(source.tasks(), "read"):
            if json_stream.UNREADABLE in task:
                why = reason("task-unreadable", f": {task[json_stream.UNREADABLE]}")
                facts.left_out[why.words] += 1
                continue
            facts.add(task)
            for each in annotations(task):
                people.pseudonym(number, each)
        facts.left_out.update(source.notes)
        source.notes.clear()
    return facts, people, servers


def _text_field(facts: Facts) -> str:
    """The field of a task that holds its text, where no config says so."""
    for name in TEXT_FIELDS:
        if facts.fields[name]:
            return name
    if not facts.fields:
        raise InputError("no task has a text: give the config beside the export")
    if len(facts.fields) == 1:
        return next(iter(facts.fields))
    known = ", ".join(sorted(facts.fields))
    raise InputError(
        f"which field holds the text? Give the config beside the export; there are: {known}"
    )


def _texts(sources: Iterable[Source], text_field: str) -> Iterator[str]:
    for source in sources:
        for task in islice(source.tasks(), SAMPLE):
            data = task.get("data")
            text = data.get(text_field) if isinstance(data, dict) else None
            if isinstance(text, str):
                yield text
        source.notes.clear()


def _refuse_taken(folder: Path, layer: str) -> None:
    """A layer of this name in the corpus already is not written over."""
    if not (folder / SETTINGS).is_file():
        return
    if layer in load(folder).settings.layers:
        raise ProjectError(f"{folder} has a layer {layer} already: give --layer NAME")


def _corpus(folder: Path, found: Made, language: str, people: People) -> Project:
    """The corpus with the layer's scheme in it: made, or with one layer more."""
    if not (folder / SETTINGS).is_file():
        init.empty(
            folder, language=language, layers=[found.layer], annotators=people.names or ["a1"]
        )
    else:
        _add_layer(folder, found.layer, people.names)
    files.write_text(folder / LABEL_CONFIG / f"{found.layer}.yaml", found.text)
    project = load(folder)
    generated.make(project)
    return project


def _add_layer(folder: Path, layer: str, annotators: Sequence[str]) -> None:
    """Names a layer and its annotators in qawl.yaml; comments and order there stay."""
    path = folder / SETTINGS
    said = yaml.safe_load(path.read_text("utf-8"))
    project = load(folder)
    layers = [*project.settings.layers, layer]
    known = list(project.annotators)
    lines = [
        line
        for line in path.read_text("utf-8").splitlines()
        if not line.startswith(("layers:", "annotators:"))
    ]
    if any(isinstance(each, dict) for each in said.get("annotators", ())):
        raise ProjectError(
            f"{path}: add the layer {layer} by hand: layers: [{', '.join(layers)}]; then run this again"
        )
    fresh = [each for each in annotators if each not in known]
    lines += [f"layers: [{', '.join(layers)}]", f"annotators: [{', '.join([*known, *fresh])}]"]
    text = "\n".join(lines) + "\n"
    try:
        parse_settings(text, str(path))
    except ProjectError as error:
        raise ProjectError(
            f"{path}: add the layer {layer} by hand: layers: [{', '.join(layers)}]; then run this again"
        ) from error
    files.write_text(path, text)


@dataclass(slots=True)
class _Taking:
    """The second reading: articles into the corpus, work into the journals."""

    sources: list[Source]
    servers: list[int]
    people: People
    found: Made
    text_field: str
    language: str
    report: Report
    watch: Watch

    def into(self, project: Project) -> None:
        """Writes all; work is told apart by annotator in a folder of its own first."""
        project.make_state()
        there = self._there(project)
        with tempfile.TemporaryDirectory(dir=project.state) as name:
            folder = Path(name)
            with (folder / "articles.jsonl").open("wb") as spool, _Files(folder) as work:
                for task, article, number in self._tasks():
                    known = there.pop(article.text_sha256, None)
                    if known is None:
                        spool.write(to_json(article) + b"\n")
                    self._work(task, known or article.id, article.text_sha256, number, work)
            adding.add(project, files.read(folder / "articles.jsonl", Article), folder)
            self._plan(project, work)
            project = load(project.root)
            for annotator, path in work.paths.items():
                outcome = import_files.pull_files(
                    project, [path], layer=self.found.layer, annotator=annotator
                )
                self.report.left_out.update(outcome.set_aside)

    def _tasks(self) -> Iterator[tuple[Task, Article, int]]:
        """Each task with its article."""
        for source, number in zip(self.sources, self.servers, strict=True):
            for at, task in enumerate(self.watch(source.tasks(), "adopt"), start=1):
                data = task.get("data")
                text = data.get(self.text_field) if isinstance(data, dict) else None
                if json_stream.UNREADABLE in task:
                    continue
                if not isinstance(text, str) or not text.strip() or not isinstance(data, dict):
                    self.report.left_out[f"task without a text in {self.text_field}"] += 1
                    continue
                place = f"{source.path.name}:{at}"
                yield task, self._article(task, data, text, place), number

    def _article(self, task: Task, data: dict[str, Any], text: str, place: str) -> Article:
        own = data.get("source_id")
        project = task.get("project")
        number = f"{project if project is not None else ''}/{task.get('id', place)}"
        source_id = own if isinstance(own, str) and project is None else number
        article = adopted.article(data, text, source_id, place, self.language)
        return self.found.with_context(article, data)

    def _there(self, project: Project) -> dict[str, str]:
        """Hash of a text → the one article of the corpus that has it: a further layer is of the same."""
        found: dict[str, list[str]] = defaultdict(list)
        for each in article_store.articles(project):
            found[each.text_sha256].append(each.id)
        return {digest: ids[0] for digest, ids in found.items() if len(ids) == 1}

    def _work(self, task: Task, article_id: str, digest: str, number: int, work: "_Files") -> None:
        by_annotator: dict[str, list[Any]] = defaultdict(list)
        for annotation in annotations(task):
            by_annotator[self.people.pseudonym(number, annotation)].append(annotation)
        work.overlap[len(by_annotator)] += bool(by_annotator)
        data = {**task["data"], "text": task["data"][self.text_field]}
        data |= {"article_id": article_id, "text_sha256": digest}
        data["layer"] = self.found.layer
        for annotator, mine in by_annotator.items():
            work.write(
                annotator,
                {**task, "data": data, "annotations": mine, "drafts": [], "predictions": []},
            )

    def _plan(self, project: Project, work: "_Files") -> None:
        """Says in qawl.yaml what follows from the work: the plan asks for as many annotators as every
        annotated text has, and what no scheme can say is no error of the annotators."""
        least = min((n for n, count in work.overlap.items() if n and count), default=1)
        path = project.root / SETTINGS
        text = path.read_text("utf-8")
        more = []
        if not project.settings.overlap:
            more.append(f"overlap: {{{self.found.layer}: {least}}}")
        unread = [each for each in self.report.left_out if each.startswith(UNREAD)]
        if unread and not project.settings.dispensations:
            kinds = ", ".join(each.removeprefix(UNREAD) for each in unread)
            reason = f"adopted; no scheme can say {kinds}"
            said = {"check": "result-unsupported", "reason": reason}
            more.append(f"dispensations: [{json.dumps(said, ensure_ascii=False)}]")
        if more:
            files.write_text(path, "\n".join([text.rstrip(), *more]) + "\n")


class _Files:
    """A JSON list of tasks for each annotator."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._stack = folder, ExitStack()
        self.paths: dict[str, Path] = {}
        self.overlap: Counter[int] = Counter()
        self._open: dict[str, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            file.write(b"\n]\n")
        self._stack.close()

    def write(self, annotator: str, task: Task) -> None:
        """Adds a task to the list of an annotator."""
        first = annotator not in self._open
        if first:
            names.pseudonym(annotator)
            self.paths[annotator] = self._folder / f"{len(self.paths)}.json"
            self._open[annotator] = self._stack.enter_context(self.paths[annotator].open("wb"))
        said = json.dumps(task, ensure_ascii=True).encode()
        self._open[annotator].write((b"[\n" if first else b",\n") + said)


def _count_records(project: Project, layer: str, report: Report) -> None:
    """What stands in the records now."""
    counts = report.records
    schemes.load(project, layer)
    counts.tasks = sum(1 for _ in article_store.heads(project))
    for record in derive.read(project, layer):
        counts.annotations += 1
        counts.spans += len(record.spans)
        counts.relations += len(record.relations)
        counts.attributes += len(record.attributes) + sum(len(s.attributes) for s in record.spans)
