"""A corpus on disk: its settings (qawl.yaml), where its files stand, what was read; its lock."""

import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from qawl.core import files, names, temporary
from qawl.core.disk import Disk
from qawl.core.errors import CorpusLocked, JournalError, ProjectError
from qawl.core.records import JUDGE
from qawl.core.settings import Annotator, Settings, parse_settings

SETTINGS = "qawl.yaml"

CORPUS = Path("corpus")
ARTICLES = CORPUS / "articles.jsonl"
SHARDS = CORPUS / "articles"
ARTICLES_HEAD = CORPUS / "heads.jsonl"
SET_ASIDE = CORPUS / "set-aside.jsonl"
LABEL_CONFIG = Path("label_config")
EXPORTS = Path("exports")
JOURNAL = EXPORTS / "journal"
RELEASES = EXPORTS / "releases"
"""Where things stand in the folder of a corpus; a `Project` has the whole paths."""
_STATE, _SCHEMAS = Path(".qawl"), Path("schemas")
_ANNOTATIONS, _GOLD = EXPORTS / "annotations", EXPORTS / "gold"
_SUGGESTIONS, _GUIDELINES = EXPORTS / "suggestions", EXPORTS / "guidelines"
_PUBLISHED = EXPORTS / "published"
_REPAIRS, _CORRECTIONS = EXPORTS / "repairs.jsonl", EXPORTS / "corrections.jsonl"
_AGREEMENT = EXPORTS / "agreement.json"
_OWN = (
    *(Path(SETTINGS), CORPUS, LABEL_CONFIG, _SCHEMAS, _STATE),
    *(JOURNAL, _ANNOTATIONS, _GOLD, RELEASES),
    *(_SUGGESTIONS, _GUIDELINES, _PUBLISHED, _REPAIRS, _CORRECTIONS, _AGREEMENT),
)
"""What Qawl itself writes: what a user has written to a place of choice stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Project:
    """A corpus: the folder that holds its qawl.yaml, what is set there, and what was read of it."""

    root: Path
    settings: Settings = field(repr=False)
    disk: Disk = field(default_factory=Disk, repr=False, compare=False)

    @property
    def corpus(self) -> Path:
        """The articles: as received, and frozen."""
        return self.root / CORPUS

    @property
    def articles_file(self) -> Path:
        """The frozen articles; of many those that are in no shard yet."""
        return self.root / ARTICLES

    @property
    def shards(self) -> Path:
        """The frozen articles that are too many for one file, in shards."""
        return self.root / SHARDS

    @property
    def articles_head(self) -> Path:
        """How many articles stand in shards and beside them."""
        return self.root / ARTICLES_HEAD

    @property
    def articles_files(self) -> tuple[Path, ...]:
        """All files that the frozen articles are read from, and what says how many there are."""
        shards = files.listed(self.shards, "*.json*") if self.shards.is_dir() else ()
        return self.articles_file, self.articles_head, *shards

    @property
    def set_aside_file(self) -> Path:
        """What an ingest did not take, with the reasons."""
        return self.root / SET_ASIDE

    @property
    def withdrawn_file(self) -> Path:
        """The articles that were taken out, with the reasons."""
        return self.corpus / "withdrawn.jsonl"

    @property
    def label_config(self) -> Path:
        """The schemes and the Label Studio configs made from them."""
        return self.root / LABEL_CONFIG

    def scheme_file(self, layer: str) -> Path:
        """The scheme of a layer."""
        return self.label_config / f"{layer}.yaml"

    def config_file(self, layer: str) -> Path:
        """The Label Studio config that is made from the scheme of a layer."""
        return self.label_config / f"{layer}.xml"

    @property
    def schemas(self) -> Path:
        """The JSON Schemas of the records."""
        return self.root / _SCHEMAS

    def schema_file(self, name: str) -> Path:
        """A JSON Schema; that of a layer's annotations is named annotation.<layer>."""
        return self.schemas / f"{name}.json"

    @property
    def exports(self) -> Path:
        """What was collected: journal, annotations, gold, releases."""
        return self.root / EXPORTS

    @property
    def journal(self) -> Path:
        """The journals, one a layer and annotator."""
        return self.root / JOURNAL

    def journal_file(self, layer: str, annotator: str) -> Path:
        """The journal of an annotator in a layer; raises JournalError for what is not a pseudonym."""
        try:
            return self.journal / f"{layer}.{names.of_journal(annotator)}.jsonl"
        except ValueError as error:
            raise JournalError(f"{layer}: {error}") from error

    def annotations_file(self, layer: str) -> Path:
        """The annotations of a layer."""
        return self.root / _ANNOTATIONS / f"{layer}.jsonl"

    @property
    def repairs_file(self) -> Path:
        """The repairs of annotations."""
        return self.root / _REPAIRS

    @property
    def corrections_file(self) -> Path:
        """What readers of releases reported."""
        return self.root / _CORRECTIONS

    @property
    def agreement_file(self) -> Path:
        """The last agreement report."""
        return self.root / _AGREEMENT

    def suggestions_file(self, layer: str) -> Path:
        """What is suggested to the annotators of a layer."""
        return self.root / _SUGGESTIONS / f"{layer}.jsonl"

    def guidelines_file(self, layer: str) -> Path:
        """What the annotators of a layer were told."""
        return self.root / _GUIDELINES / f"{layer}.jsonl"

    def gold_file(self, layer: str) -> Path:
        """The gold of a layer."""
        return self.root / _GOLD / f"{layer}.jsonl"

    def judge_file(self, layer: str) -> Path:
        """The tasks of a layer's judge, as earlier versions of Qawl kept them."""
        return self.root / _GOLD / f"{layer}.tasks.jsonl"

    @property
    def releases(self) -> Path:
        """The releases, a folder each."""
        return self.root / RELEASES

    def release(self, version: str) -> Path:
        """The folder of a release."""
        return self.releases / version

    @property
    def state(self) -> Path:
        """What belongs to this machine alone (server, user map, lock); git ignores it."""
        return self.root / _STATE

    def make_state(self) -> None:
        """Makes `state`, which its owner alone can read: the server's data hold names and tokens.

        Whoever made it before, others are shut out. Git ignores it by a file of its own, whatever the
        folder around says.
        """
        self.state.mkdir(mode=0o700, exist_ok=True)
        if self.state.stat().st_mode & 0o077:
            self.state.chmod(0o700)
        ignore = self.state / ".gitignore"
        if not ignore.is_file():
            files.write_text(ignore, "*\n")

    @property
    def annotators(self) -> dict[str, Annotator]:
        """The annotators by pseudonym, in the order of qawl.yaml."""
        given = self.settings.annotators
        all_ = (Annotator(name=each) if isinstance(each, str) else each for each in given)
        return {annotator.name: annotator for annotator in all_}

    @property
    def contributors(self) -> dict[str, Annotator]:
        """Everybody whose work can stand in a release: the annotators, then the judge."""
        judge = self.settings.adjudication
        return {**self.annotators, JUDGE: Annotator(name=JUDGE, person=judge.person, how=judge.how)}

    def asked(self, layer: str, article_id: str) -> int:
        """How many annotators the plan gives an article of a layer; all of them where it is training."""
        if article_id in self.settings.training:
            return len(self.settings.annotators)
        return self.overlap(layer)

    def overlap(self, layer: str) -> int:
        """How many annotators see each article of a layer; all of them where nothing is set."""
        return self.settings.overlap.get(layer, len(self.settings.annotators))


def load(folder: Path) -> Project:
    """The corpus of a folder; raises ProjectError with the place of the mistake."""
    path = folder / SETTINGS
    if not path.is_file():
        if (folder / "manifest.json").is_file():
            raise ProjectError(
                f"{folder.resolve()} is a release, not a corpus: it has tables alone. Run this in the "
                "corpus that it was made from; `score`, `verify`, `diff`, `restore` and `export` take "
                "releases"
            )
        raise ProjectError(_no_corpus(folder.resolve()))
    settings = parse_settings(files.text(path, ProjectError), str(path))
    project = Project(root=folder.resolve(), settings=settings)
    for place in _written(project):
        if place != project.root:
            with suppress(OSError):  # who reads it says what is wrong
                only_files(place)
    return project


def _no_corpus(folder: Path) -> str:
    """That a folder is no corpus, in words: perhaps one above it is, or one in it."""
    inside: list[Path] = []
    with suppress(OSError):
        inside = [each for each in sorted(folder.iterdir()) if (each / SETTINGS).is_file()]
    above = (each for each in folder.parents if (each / SETTINGS).is_file())
    nearest = next(above, inside[0] if len(inside) == 1 else None)
    if nearest is not None:
        there = shlex.quote(str(nearest))
        return f"{folder} has no {SETTINGS}: the corpus is {nearest}, run `qawl -C {there} …`"
    for name in ("qawl.yml", f"{SETTINGS}.txt"):
        if (folder / name).is_file():
            return f"{folder} has no {SETTINGS}, but {name}: name it {SETTINGS}"
    return (
        f"{folder} has no {SETTINGS}, so it is no corpus: go to the folder of yours, or name it "
        "(`qawl -C FOLDER …`); `qawl init FOLDER` makes a new one"
    )


def own(place: Path) -> Path | None:
    """The file or folder of any corpus's own in which a path stands, or that stands in the path."""
    place = place.resolve()
    root = next((each for each in (place, *place.parents) if (each / SETTINGS).is_file()), None)
    if root is None:
        return None
    every = (root / each for each in _OWN)
    return next((e for e in every if place.is_relative_to(e) or e.is_relative_to(place)), None)


def only_files(place: Path) -> None:
    """Raises ProjectError where a place, or what stands in it, is neither a file nor a folder: to read
    a pipe or a device would wait for ever, or take all memory."""
    for path in (place, *(files.listed(place) if place.is_dir() else ())):
        if files.special(path):
            raise ProjectError(
                f"{path} is a pipe or a device, no file: remove it, or bring the file back"
            )


_HELD: set[Path] = set()
"""The corpora that this process holds."""


@contextmanager
def lock(project: Project, command: str) -> Iterator[None]:
    """Holds the corpus for one Qawl; raises CorpusLocked naming the holder.

    Who holds it already goes on holding it. What killed runs left unfinished is removed.
    """
    import filelock  # noqa: PLC0415 - who reads a release does without

    if project.root in _HELD:
        yield
        return
    project.make_state()
    holder = project.state / "holder.json"
    guard = filelock.FileLock(project.state / "lock", blocking=False)
    try:
        guard.acquire()
    except filelock.Timeout as error:
        raise CorpusLocked(
            f"{project.root} is in use by {_holder(holder)}: wait for it or end it"
        ) from error
    try:
        temporary.sweep(_written(project))
        with suppress(OSError):  # it only tells others who works here
            held = {"pid": os.getpid(), "command": f"qawl {command}"}
            files.write_text(holder, json.dumps(held))
        _HELD.add(project.root)
        yield
    finally:
        _HELD.discard(project.root)
        holder.unlink(missing_ok=True)
        guard.release()


def held(project: Project) -> bool:
    """Whether this Qawl holds the corpus: it may leave what the next one that holds it finds."""
    return project.root in _HELD


def _written(project: Project) -> Iterator[Path]:
    """The folders that Qawl writes to; not what was received."""
    yield from (project.root, project.state, project.state / "journal")
    yield from (project.corpus, project.shards, project.label_config, project.schemas)
    exports = files.listed(project.exports)
    for each in (project.exports, *filter(Path.is_dir, exports), project.state / "derived"):
        yield each
        yield from _below(each)


def _below(folder: Path) -> Iterator[Path]:
    """All folders below one that can be read, as far as they are no links."""
    with suppress(OSError), os.scandir(folder) as entries:
        below = [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        for each in below:
            if not each.name.endswith(temporary.ENDING) and os.access(each, os.R_OK | os.X_OK):
                yield each
                yield from _below(each)


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_bytes())
        return f"`{held['command']}` (process {held['pid']})"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another qawl"
