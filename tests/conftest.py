"""What tests share: schemes, corpora in temporary folders, one real Label Studio for a session."""

import gc
import importlib
import json
import os
import shutil
import sqlite3
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

import postgresql
from corpora import write_articles
from qawl.core import project
from qawl.scheme import scheme
from qawl.setup import init
from qawl.studio import server
from strategies import article

ROOT = Path(__file__).parents[1]
LAYERS = ("entity", "quote", "claim")

TOY = """
format: 1
layer: toy
version: "1"
title: {en: Toy}
labels:
  - {name: A, title: {en: a}, definition: {en: a}, example: {en: a}, color: "#111111", hotkey: a}
"""
"""The smallest scheme of a layer: one label."""

SLOW = {
    line
    for line in (ROOT / "tests" / "slow.txt").read_text("utf-8").splitlines()
    if line[:1] != "#"
}

settings.register_profile("qawl", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("qawl")


def pytest_collection_modifyitems(items):
    """Marks the tests of the modules in slow.txt; those of a real server are where make finds them."""
    for item in items:
        if item.path.relative_to(ROOT).as_posix() in SLOW:
            item.add_marker(pytest.mark.slow)
    for path in {item.path for item in items if item.get_closest_marker("live")}:
        if "mark.live" not in path.read_text("utf-8"):
            raise pytest.UsageError(f"{path}: `make live` finds modules by the words mark.live")


def pytest_collection_finish():
    """What was imported and collected stays to the end: to look at it for garbage again and again took a
    twelfth of the time."""
    gc.collect()
    gc.freeze()


def skip_or_fail(reason):
    """Skips a test whose part is missing; fails where nothing may skip (QAWL_NO_SKIP)."""
    if os.environ.get("QAWL_NO_SKIP"):
        pytest.fail(reason)
    pytest.skip(reason)


def needs(module):
    """A module of an extra; without it the test is skipped or fails."""
    try:
        return importlib.import_module(module)
    except ImportError:
        skip_or_fail(f"{module} is not installed")


TRIED = []


@pytest.fixture
def tried():
    """tried(what, how often): a row of the table that a soak prints, where nothing was wrong."""
    return lambda what, count: TRIED.append((what, count))


def pytest_terminal_summary(terminalreporter):
    """The table of docs/reliability.md, with the counts of this run."""
    if TRIED:
        terminalreporter.write_line("| what was tried | times | faults |\n|---|---|---|")
    for what, count in TRIED:
        terminalreporter.write_line(f"| {what} | {count:,} | 0 |")


class _Unsynced(sqlite3.Connection):
    """An index of a journal that does not wait for the disk."""

    def execute(self, sql, *values):
        return super().execute(sql.replace("synchronous = NORMAL", "synchronous = OFF"), *values)


@pytest.fixture(scope="session", autouse=True)
def _without_waiting_for_the_disk():
    """In this process no write waits for the disk, which took a third of the time of the tests: only a
    power cut could tell. Commands that tests start as processes wait, as they do for users."""
    connect = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        patch.setattr(sqlite3, "connect", partial(connect, factory=_Unsynced))
        yield


@pytest.fixture(scope="session")
def schemes():
    """The three schemes that come with Qawl."""
    return {layer: scheme.load_file(ROOT / "label_config" / f"{layer}.yaml") for layer in LAYERS}


@pytest.fixture
def make_corpus(tmp_path):
    """make_corpus(text, …, settings="yaml lines") → a corpus with these texts frozen."""

    def make(*texts, name="trial", settings="", **fields):
        folder = tmp_path / name
        made = init.init(folder, name=name)
        if settings:
            path = folder / "qawl.yaml"
            path.write_text(f"name: {name}\n{settings}\n", "utf-8")
            made = project.load(folder)
        write_articles(made, [article(text, **fields) for text in texts])
        return made

    return make


@pytest.fixture
def recorded(tmp_path):
    """A copy of the repository's own corpus with its recorded annotations."""
    return _recorded(tmp_path / "recorded")


def _recorded(folder):
    for part in ("corpus", "label_config", "schemas", "exports"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "qawl.yaml", folder / "qawl.yaml")
    return project.load(folder)


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """once(key, folder, make) → a folder as `make(folder)` makes it: it is made for the first who asks,
    and copied for all."""
    kept = {}

    def copied(key, folder, make):
        if key not in kept:
            made = tmp_path_factory.mktemp("once") / folder.name
            make(made)
            kept[key] = made
        return shutil.copytree(kept[key], folder, dirs_exist_ok=True)

    return copied


@pytest.fixture
def released(recorded, once):
    """The folder of version 0.1.0 of the copy of the repository's corpus."""
    from qawl.release import build

    once("released", recorded.root, lambda to: build.build(_recorded(to), "0.1.0", notes=[]))
    return recorded.release("0.1.0")


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory):
    """How to reach a real Label Studio, started for this session: on SQLite, or on PostgreSQL
    (QAWL_TEST_POSTGRESQL, as `make postgresql` sets it)."""
    home = init.init(tmp_path_factory.mktemp("server") / "home")
    with ExitStack() as parts:
        # Webhooks of these tests call this machine, which Label Studio else refuses.
        database = {
            "SSRF_PROTECTION_ENABLED": "false",
            "PYTHONPATH": str(ROOT / "tests" / "unsynced"),
        }
        if os.environ.get("QAWL_TEST_POSTGRESQL"):
            if postgresql.programs() is None:
                skip_or_fail("PostgreSQL is not installed (Debian's package `postgresql`)")
            database |= parts.enter_context(postgresql.running())
        yield parts.enter_context(
            server.running(home, port=server.free_port(), say=print, database=database)
        )


@pytest.fixture
def served(make_corpus, label_studio, monkeypatch):
    """served(text, …, name=…) → (corpus that names the session's server, client)."""
    from qawl.studio.client import connect

    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)

    def make(*texts, name, settings="", **fields):
        lines = f"label_studio: {{url: {label_studio.url}}}\n{settings}"
        made = make_corpus(*texts, name=name, settings=lines, **fields)
        opened.append(connect(made))
        return made, opened[-1]

    opened = []
    yield make
    for client in opened:
        client.__exit__()


@pytest.fixture
def suggested(tmp_path):
    """suggested(text, language, layer) → the labels and words of what the command suggests for an article."""

    from corpora import RIGHTS, qawl
    from qawl.setup import init

    def made(text, language, layer="quote"):
        root = init.init(tmp_path / "c", name="c", language=language).root
        (root / "in.jsonl").write_text(json.dumps({"text": text, "source": "s", **RIGHTS}), "utf-8")
        qawl(root, "ingest", root / "in.jsonl")
        assert "left out" not in qawl(root, "suggest").output
        file = root / "exports" / "suggestions" / f"{layer}.jsonl"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return [
            (each["label"], each["text"]) for line in lines for each in json.loads(line)["spans"]
        ]

    return made
