"""`qawl adopt`: tasks, their config and their work → a corpus with frozen texts, a scheme and a journal.

Each source is read once. What was annotated is journalled as it came; nothing is cleaned. A new corpus
appears whole or not at all, and a corpus that gets a layer stays as it was where that fails.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from qawl.articles import decoding, metadata
from qawl.articles.metadata import Metadata
from qawl.core import licences, names, odd_json, temporary
from qawl.core.errors import InputError
from qawl.core.project import SETTINGS, load
from qawl.formats.readers import own
from qawl.scheme import from_config
from qawl.scheme.from_config import Config
from qawl.setup import init
from qawl.setup.adoption import people as known_people
from qawl.setup.adoption import place, server, settings_said
from qawl.setup.adoption.corpus_writer import CorpusWriter
from qawl.setup.adoption.report import Report
from qawl.setup.adoption.said_of_articles import Language
from qawl.setup.adoption.scheme import made
from qawl.setup.adoption.sources import JSON_MIN, LABEL_STUDIO, Source, opened
from qawl.setup.adoption.spool import Look, look

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.:-]*)["']""", re.ASCII)
"""The encoding that XML declares."""


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


def adopt(request: Request) -> Report:
    """Makes the corpus, or adds the layer; raises InputError where nothing can be read.

    Nothing is written before all sources were read.
    """
    if request.dry_run:
        return _tried(request)
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
        return _adopt(request, look(sources, folder, people), config, home)


def _tried(request: Request) -> Report:
    """The report of the same with a copy of the corpus, which is thrown away."""
    init.refuse_file(request.into)
    with temporary.aside() as folder:
        into = folder / (request.into.resolve().name or "corpus")
        if (request.into / SETTINGS).is_file():
            unneeded = shutil.ignore_patterns(".git", "derived", "*.parquet", "*.sqlite*")
            shutil.copytree(request.into, into, symlinks=True, ignore=unneeded)
        with place.told_of(request.into, into):
            report = adopt(replace(request, into=into, dry_run=False))
        if request.into.exists() and not (request.into / SETTINGS).is_file():
            place.movable(into, request.into)
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
        return from_config.read(_decoded(path), str(path))
    return None


def _decoded(path: Path) -> str:
    """The text of an XML file: in UTF-8 or wider, else in the encoding that it declares."""
    content = path.read_bytes()
    name = odd_json.wide(content) or "utf-8-sig"
    declared = _DECLARED.match(content)
    for each in (name, declared[1].decode() if declared else name):
        with suppress(ValueError, LookupError):
            return content.decode(decoding.known(each))
    said = declared[1].decode() if declared else name.removesuffix("-sig").upper()
    raise InputError(f"{path}: not {said}: save the file as UTF-8")


def _adopt(request: Request, seen: Look, config: Config | None, home: server.Home | None) -> Report:
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
    taking = CorpusWriter(seen, found, text_field, spoken, report.left_out)
    with place.prepared(request.into, found, language, seen.people.names) as project:
        least = taking.into(project)
        settings_said.say(project, report, least, home)
        report.count(load(project.root))
        report.records.tasks = taking.taken
        report.explain(taking.written)
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


def _of_readers(seen: Look) -> bool:
    """Whether all texts come by readers of other tools, which call their field `text`."""
    own = {LABEL_STUDIO, JSON_MIN}
    return all(spool.source.format not in own for spool in seen.spools)


def _reasons(left_out: Counter[str]) -> str:
    return "; ".join(f"{n} × {r}" for r, n in left_out.most_common(3)) or "the source is empty"
