"""`qawl export`: the formats, and a folder written whole with a report of what it can't carry."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from qawl.core import files as core_files
from qawl.core import temporary
from qawl.core.errors import InputError
from qawl.core.records import to_json
from qawl.core.text import file_sha256
from qawl.formats import (
    brat,
    conll,
    docbin,
    doccano,
    json_lines,
    label_studio,
    prodigy,
    tei,
    uima,
    web_annotation,
)
from qawl.formats.job import Folder, Job
from qawl.formats.losses import KINDS, Losses
from qawl.formats.source import Source
from qawl.release.versions.manifest import SUM

REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written, and what it holds of no span, whatever the data."""

    write: Callable[[Job], None]
    never: tuple[str, ...]


_WHERE = "the version of the scheme, and where in Label Studio the work stands"
_SUPPORT = (
    "who supports a span of gold, how it was decided, and what annotators said where it is open"
)
_IDS = "the ids of spans"
_ABOUT = "the articles' titles, sources and dates"
_SPLIT = "the splits of articles"
_OPEN = "what is undecided"
_PAST = "white space and invisible marks between words"

FORMATS: dict[str, Format] = {
    "jsonl": Format(json_lines.write_plain, (_WHERE, _SUPPORT)),
    "spacy": Format(docbin.write, (_WHERE, _SUPPORT, _ABOUT)),
    "gliner": Format(
        json_lines.write_gliner, (_IDS, _WHERE, _SUPPORT, _ABOUT, f"{_PAST}, and what is undecided")
    ),
    "chat": Format(json_lines.write_chat, (_IDS, _WHERE, _SUPPORT, _ABOUT, _OPEN)),
    "conll2003": Format(
        conll.write_conll2003,
        (
            _IDS,
            _WHERE,
            _SUPPORT,
            f"{_PAST}, and with them every offset",
            "parts of speech and chunks: nobody annotated them",
        ),
    ),
    "iob2": Format(
        conll.write_iob2, (_IDS, _WHERE, _SUPPORT, _SPLIT, f"{_PAST} (offsets are there)")
    ),
    "uima": Format(uima.write, (_WHERE, _SUPPORT, _ABOUT, _SPLIT)),
    "web-annotation": Format(web_annotation.write, (_WHERE, _SUPPORT, _ABOUT, _SPLIT)),
    "tei": Format(tei.write, (_WHERE, _SUPPORT, _SPLIT)),
    "brat": Format(brat.write, (_IDS, _WHERE, _SUPPORT, _ABOUT, _SPLIT)),
    "doccano": Format(doccano.write, (_IDS, _WHERE, _SUPPORT, _ABOUT, _SPLIT, _OPEN)),
    "prodigy": Format(prodigy.write, (_IDS, _WHERE, _SUPPORT, _ABOUT, _SPLIT, _OPEN)),
    "label-studio": Format(
        label_studio.write,
        (_SUPPORT, _SPLIT, "whose annotations they are: give `qawl pull --annotator`"),
    ),
}


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for, as the report has it: no layers are all, no annotators are gold."""

    format: str
    layers: tuple[str, ...] = ()
    annotators: tuple[str, ...] = ()
    with_withheld: bool = False


def several(names: str | Sequence[str]) -> tuple[str, ...]:
    """Names, each once; one that is given alone is one."""
    return (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    files : int
        How many files were written, beside report.json.
    losses : mapping of str to int
        How many there were of each kind of loss; report.json lists every one.
    never : tuple of str
        What the format can't carry at all, in words.
    warnings : tuple of str
        What is wrong with the annotations of the corpus, such as articles that are gone, in words.

    Examples
    --------
    >>> done = qawl.Corpus(".").export("conll2003", "as-conll", layers="entity")
    >>> done.files, done.losses["withheld"], len(done.never) > 0
    (1, 1, True)
    """

    files: int
    losses: Mapping[str, int]
    never: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def export(source: Source, request: Request, target: Path) -> Exported:
    """Writes the folder with its report, or leaves everything as it was; raises InputError."""
    every = source.schemes
    warnings = tuple(_check(source, request))
    schemes = {name: each for name, each in every.items() if name in (request.layers or every)}
    _check_target(target, request)
    with core_files.naming(target), temporary.folder(target) as work:
        building = work / "new"
        building.mkdir()
        with (work / "losses").open("w+b") as spool:
            losses, folder = Losses(spool), Folder(building)
            annotators = request.annotators or (None,)
            job = Job(source, schemes, annotators, request.with_withheld, losses, folder)
            FORMATS[request.format].write(job)
            core_files.write_bytes(building / REPORT, _report(request, job))
        _swap(building, target, work / "old")
    return Exported(len(folder.files), losses.counts(), FORMATS[request.format].never, warnings)


def _check(source: Source, request: Request) -> list[str]:
    """What the annotations lack; raises InputError where something that is asked for is not there."""
    if request.format not in FORMATS:
        raise InputError(f"{request.format}: no such format: take one of {', '.join(FORMATS)}")
    for layer in request.layers:
        if layer not in source.schemes:
            known = ", ".join(source.schemes)
            raise InputError(f"{layer}: no such layer: take one of {known}")
    people = source.annotators if request.annotators else ()
    for name in request.annotators:
        if name not in people:
            raise InputError(
                f"{name}: no such annotator: take one of {', '.join(sorted(people)) or 'none'}"
            )
    return source.check(request.layers or tuple(source.schemes))


class _Report(msgspec.Struct):
    """What a report says of what was asked for, and of the files."""

    export: Request
    files: dict[str, str]


def _check_target(target: Path, request: Request) -> None:
    """Raises InputError unless the folder is new, empty, or as the same export left it.

    A release takes no more files: `qawl verify` would refuse it.
    """
    if any((above / SUM).is_file() for above in target.resolve().parents):
        raise InputError(f"{target} is in a release: name a folder outside of it")
    if not target.exists():
        return
    other = InputError(f"{target} holds something else: name a new folder")
    if not target.is_dir():
        raise other
    there = {path.relative_to(target).as_posix() for path in core_files.below(target)}
    if not there:
        return
    try:
        report = msgspec.json.decode((target / REPORT).read_bytes(), type=_Report)
    except (OSError, *core_files.UNREADABLE):
        raise other from None
    if report.export != request:
        raise other
    for name in sorted(there - {REPORT}):
        if report.files.get(name) != file_sha256(target / name):
            raise InputError(f"{target / name} is not as it was exported: name a new folder")


def _swap(building: Path, target: Path, aside: Path) -> None:
    """Puts the new folder in the place of the old one; the old one stays if that fails."""
    if not target.exists():
        building.rename(target)
        return
    target.rename(aside)
    try:
        building.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    shutil.rmtree(aside)


def _report(request: Request, job: Job) -> Iterator[bytes]:
    """report.json: what was asked for, the files, the losses by kind and one by one."""
    counts = job.losses.counts()
    head = {
        "export": request,
        "of": job.source.name,
        "may_be_passed_on": not request.with_withheld,
        "never_carried": list(FORMATS[request.format].never),
        "counts": counts,
        "meaning": {kind: KINDS[kind] for kind in counts},
        "files": dict(sorted(job.folder.files.items())),
    }
    yield to_json(head)[:-1] + b',"losses":['
    for number, line in enumerate(job.losses.lines()):
        yield (b",\n" if number else b"\n") + line
    yield b"\n]}\n"


def kinds(losses: Mapping[str, int], never: Sequence[str]) -> Iterator[str]:
    """What is lost, in lines."""
    for each in never:
        yield f"never carried: {each}"
    for kind, count in losses.items():
        yield f"{kind}: {count} ({KINDS[kind]})"
