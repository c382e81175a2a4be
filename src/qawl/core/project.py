"""A corpus on disk: its settings (qawl.yaml), its folders, and the lock on it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import filelock

from qawl.core.errors import CorpusLocked, ProjectError
from qawl.core.records import JUDGE
from qawl.core.settings import Annotator, Settings, parse_settings

T = TypeVar("T")

SETTINGS = "qawl.yaml"
FOLDERS = ("corpus", "label_config", "schemas", "exports")


@dataclass(frozen=True, slots=True)
class Project:
    """A corpus: the folder that holds its qawl.yaml, and what is set there."""

    root: Path
    settings: Settings = field(repr=False)

    @property
    def corpus(self) -> Path:
        """The articles: as received, and frozen."""
        return self.root / "corpus"

    @property
    def label_config(self) -> Path:
        """The schemes and the Label Studio configs made from them."""
        return self.root / "label_config"

    @property
    def schemas(self) -> Path:
        """The JSON Schemas of the records."""
        return self.root / "schemas"

    @property
    def exports(self) -> Path:
        """What was collected: journal, annotations, gold, releases."""
        return self.root / "exports"

    @property
    def state(self) -> Path:
        """What belongs to this machine alone (server, user map, lock); git ignores it."""
        return self.root / ".qawl"

    def make_state(self) -> None:
        """Makes `state`, which its owner alone can read: the server's data hold names and tokens.

        Git ignores it by a file of its own, whatever the folder around says.
        """
        self.state.mkdir(mode=0o700, exist_ok=True)
        (self.state / ".gitignore").write_text("*\n")

    @property
    def annotators(self) -> dict[str, Annotator]:
        """The annotators by pseudonym, in the order of qawl.yaml."""
        given = self.settings.annotators
        all_ = (Annotator(name=each) if isinstance(each, str) else each for each in given)
        return {annotator.name: annotator for annotator in all_}

    @property
    def hands(self) -> dict[str, Annotator]:
        """Everybody whose work can stand in a release: the annotators, then the judge."""
        judge = self.settings.adjudication
        return {**self.annotators, JUDGE: Annotator(name=JUDGE, person=judge.person, how=judge.how)}

    def overlap(self, layer: str) -> int:
        """How many annotators see each article of a layer; all of them where nothing is set."""
        everyone = len(self.settings.annotators)
        return min(self.settings.overlap.get(layer, everyone), everyone)


def load(folder: Path) -> Project:
    """The corpus of a folder; raises ProjectError with the place of the mistake."""
    path = folder / SETTINGS
    if not path.is_file():
        raise ProjectError(f"{folder.resolve()} has no {SETTINGS}: run `qawl init` there first")
    settings = parse_settings(path.read_text("utf-8"), str(path))
    return Project(root=folder.resolve(), settings=settings)


@contextmanager
def lock(project: Project, command: str) -> Iterator[None]:
    """Holds the corpus for one Qawl; raises CorpusLocked naming the holder."""
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
        holder.write_text(json.dumps({"pid": os.getpid(), "command": f"qawl {command}"}))
        yield
        holder.unlink(missing_ok=True)
    finally:
        guard.release()


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text())
        return f"`{held['command']}` (process {held['pid']})"
    except (OSError, ValueError, KeyError):
        return "another qawl"
