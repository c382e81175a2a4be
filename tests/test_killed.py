"""Commands killed at any of their file operations: run again, each ends as if nothing had been, and no temporary
file is left."""

import json
import random
import signal

import pytest

import killing
from whole import Whole

COMMANDS = (
    ["ingest", "corpus/sources"],
    ["scheme"],
    ["suggest"],
    ["pull", "--from", "../new.json", "--layer", "ner"],
    ["pull", "--rebuild"],
    ["validate", "--fix"],
    ["adjudicate"],
    ["agreement"],
    ["withdraw", "ARTICLE", "--reason", "asked for"],
    ["release", "0.2.0", "--draft"],
    ["export", "jsonl", "--to", "../out"],
    ["export", "brat", "--to", "../out"],
    ["restore", "exports/releases/0.1.0", "--articles", "../more.jsonl", "--to", "../out"],
    ["guidelines", "--html", "../out.html"],
    ["tasks", "--layer", "ner", "--out", "../out.json"],
    ["adopt", "../new.json", "label_config/ner.xml", "--into", "../out"],
)
MOST = 24
"""About as many file operations as most commands have."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    made = Whole(tmp_path_factory.mktemp("killed"))
    made.article = json.loads(made.files["corpus/articles.jsonl"].splitlines()[2])["id"]
    for name in ("exports/annotations/ner.jsonl", "label_config/ner.xml"):
        made.files[name] += b" "  # so that there is something to mend
    return made


def attempt(whole, seed):
    """Kills a command at one of its file operations, runs it again, and compares; whether it was killed."""
    words = [
        whole.article if each == "ARTICLE" else each for each in COMMANDS[seed % len(COMMANDS)]
    ]
    at = random.Random(seed).randint(1, MOST)
    code, said, files, _ = whole.whole(words)
    whole.restore()
    done = killing.run(whole.folder, at, words)
    assert done.returncode in (-signal.SIGKILL, code), done.stderr
    again = whole.command(words)
    where = f"seed {seed}: {' '.join(words)}, killed at {at}: {again}"
    assert again[0] == code, f"{where}\n{said}"
    left = [path for path in whole.top.rglob("*") if path.name.endswith(".qawl-tmp")]
    assert not left, where
    there = whole.read()
    for name in files.keys() | there.keys():
        if ".qawl/" not in name:
            assert files.get(name) == there.get(name), f"{where}\n{name}"
    return done.returncode == -signal.SIGKILL


def test_a_command_killed_at_a_file_operation_ends_well_when_run_again(whole):
    assert sum(attempt(whole, seed) for seed in range(len(COMMANDS))) >= len(COMMANDS) / 2


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_hundred_kills(whole, tried):
    killed, seed = 0, 1000
    while killed < 200:
        killed += attempt(whole, seed)
        seed += 1
    tried("commands killed at a file operation, and run again", killed)
