"""Who receives a release needs six libraries: everything else is blocked, and all that is for them runs."""

import json
import os
import shutil
import subprocess
import sys
import venv

import pytest

from conftest import ROOT
from qawl.articles import store
from qawl.core import project
from qawl.formats.export import FORMATS
from qawl.release import build

LIBRARIES = ("click", "PyYAML", "pyarrow", "numpy", "msgspec", "regex")
EXTRAS = ("spacy", "uima")
"""Formats whose library the receiver asks for by name."""

BLOCK = """
import importlib.abc, sys
ALLOWED = {"click", "yaml", "_yaml", "pyarrow", "numpy", "msgspec", "regex", "qawl"}

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if "." in name or top in ALLOWED or top in sys.stdlib_module_names:
            return None
        if top.startswith(("__editable__", "_distutils", "_sysconfigdata", "sitecustomize")):
            return None
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in [each for each in sys.modules if "." not in each]:
    if name not in ALLOWED and name not in sys.stdlib_module_names and not name.startswith("_"):
        del sys.modules[name]
sys.meta_path.insert(0, Blocked())
"""

USE = """
import json, sys, traceback
from pathlib import Path
import pyarrow.parquet as pq
import qawl
from qawl.cli.commands import group

release, copy, out, formats = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]

def run(*words):
    try:
        group.main([str(each) for each in words], prog_name="qawl", standalone_mode=False)
    except SystemExit as end:
        assert not end.code, (words, end.code)

assert qawl.verify(release) == []
run("verify", release)
run("--help")
table = pq.read_table(release / "articles" / "train.parquet")
restored = qawl.restore(table, [copy.read_text("utf-8")], release=release)
assert table["text"].null_count == 1 and restored["text"].null_count == 0
assert restored.schema == table.schema
run("restore", release, "--articles", copy, "--to", out / "restored")
for source in (release, out / "restored"):
    done = qawl.export(source, "jsonl", out / f"lines-{source.name}", with_withheld=True)
    predictions = out / f"{source.name}.jsonl"
    lines = (each.read_bytes() for each in sorted((out / f"lines-{source.name}").glob("*.jsonl")))
    predictions.write_bytes(b"".join(lines))
    found = qawl.score(source, predictions)
    assert found["layers"]["entity"]["n_articles"] > 0
    run("score", source, predictions, "--json")
    run("score", source, predictions, "--html", out / "page.html")
    run("score", source, predictions, "--soft", "--against", predictions)
    for name in formats:
        run("export", name, "--from", source, "--to", out / f"{name}-{source.name}")
        run("export", name, "--from", source, "--to", out / f"{name}-a1-{source.name}", "--annotator", "a1")
row = pq.read_table(release / "tokens" / "train.parquet").slice(0, 1).to_pylist()[0]
offsets = list(zip(row["starts"], row["ends"]))
spans = [{"label": "PERS", "start": start, "end": end} for start, end in offsets[:1]]
tags = qawl.align(spans, offsets)
assert [(each.start, each.end) for each in qawl.spans(tags, offsets)] == offsets[:1]
print("all of it ran")
"""


@pytest.fixture
def held(recorded, released, tmp_path, monkeypatch):
    """(a release, a copy of its withheld text)."""
    monkeypatch.chdir(recorded.root)
    secret = next(each for each in store.articles(recorded) if not each.redistribute)
    copy = tmp_path / "copy.txt"
    copy.write_text(secret.text, "utf-8")
    return released, copy


def ran(python, code, *arguments, folder=None):
    done = subprocess.run(
        [python, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.endswith("all of it ran\n")
    return done.stdout


def test_the_documentation_has_the_lines_that_set_it_up():
    shown = (ROOT / "docs/dataset.md").read_text("utf-8")
    assert f"pip install {' '.join(LIBRARIES)}\npip install --no-deps .\n" in shown


def test_receivers_need_six_libraries(held, tmp_path):
    formats = [each for each in FORMATS if each not in EXTRAS]
    (tmp_path / "out").mkdir()
    ran(sys.executable, BLOCK + USE, *held, tmp_path / "out", *formats)


STRANGER = r"""
import json, re, sys
from qawl.cli.commands import group

page = open(sys.argv[1], encoding="utf-8").read()
code = re.search(r"```python\n(.*?)```\n\n```\nqawl (.*?)\n", page, re.DOTALL)
assert len([line for line in code[1].splitlines() if line]) <= 21
exec(code[1], {})
lines = [json.loads(line) for line in open("names.jsonl", encoding="utf-8")]
assert sum(len(each["spans"]) for each in lines) > 20
try:
    group.main([*code[2].split(), "--json"], prog_name="qawl", standalone_mode=False)
except SystemExit as end:
    assert not end.code
print("all of it ran")
"""


def test_a_stranger_writes_a_system_and_scores_it_with_what_the_page_says(recorded, tmp_path):
    """No `datasets`, no corpus: a release, the six libraries, and the lines of docs/scoring.md."""
    ids = [each.id for each in store.articles(recorded) if each.redistribute]
    path = recorded.root / "qawl.yaml"
    lines = path.read_text("utf-8").replace(
        "release:\n", f"release:\n  locked_test: ['{ids[0]}']\n"
    )
    path.write_text(lines, "utf-8")
    folder = build.build(project.load(recorded.root), "0.1.0", notes=[]).folder
    alone = tmp_path / "stranger"
    shutil.copytree(folder, alone / "exports" / "releases" / "0.1.0")
    said = ran(sys.executable, BLOCK + STRANGER, ROOT / "docs" / "scoring.md", folder=alone)
    found = json.loads(said.splitlines()[-2])
    assert (found["split"], found["articles"]) == ("test", 1)
    assert found["layers"]["entity"]["exact_f1"]["n"] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "spacy"], "spacy needs spaCy: `pip install qawl[spacy]`"),
        (["export", "uima"], "uima needs dkpro-cassis: `pip install qawl[uima]`"),
    ],
)
def test_what_needs_more_says_so(held, tmp_path, words, said):
    assert refused(*words, "--from", held[0], "--to", tmp_path / "out") == f"qawl: {said}"


def refused(*words):
    """What a command says that fails where all but the six libraries are blocked."""
    code = BLOCK + "from qawl.cli import main; sys.argv[0] = 'qawl'; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    return done.stderr.strip()


@pytest.mark.parametrize(
    ("ending", "library"),
    [(".html", "trafilatura"), (".docx", "lxml"), (".zst", "zstandard")],
)
def test_copies_that_need_more_say_so(held, tmp_path, ending, library):
    """Pages were `a fault in qawl itself (ModuleNotFoundError)`."""
    copy = tmp_path / f"copy{'.jsonl' * (ending == '.zst')}{ending}"
    copy.write_text("x", "utf-8")
    said = refused("restore", held[0], "--articles", copy, "--to", tmp_path / "out")
    assert said == f"qawl: {copy}: reading {ending} needs `pip install {library}`"


@pytest.mark.soak
def test_an_environment_with_these_alone_runs_it(held, tmp_path):
    """The two lines of docs/dataset.md, on the newest versions that there are."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    for line in (LIBRARIES, ("--no-deps", str(ROOT))):
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *line]
        subprocess.run(install, check=True, capture_output=True)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"],
        check=True,
        capture_output=True,
        text=True,
    )
    names = {each["name"].lower() for each in json.loads(listed.stdout)}
    assert names <= {*(each.lower() for each in LIBRARIES), "qawl", "pip", "setuptools", "colorama"}
    (tmp_path / "out").mkdir()
    ran(python, USE, *held, tmp_path / "out", *(each for each in FORMATS if each not in EXTRAS))
