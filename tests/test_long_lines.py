"""One line of gigabytes, as a disk leaves it after a crash or a stranger packs it: one line is said, and memory stays.

The file is sparse; the command runs by itself, so that what it takes at most is its own.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

import corpora
from qawl.annotations import segments
from whole import Whole

GIB = 1 << 30
MOST = 900_000
"""Kibibytes that a command may take; a line of 3 GiB took 6.4 GB."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Whole(tmp_path_factory.mktemp("long"))


def run(folder, *words):
    """(exit code, what was said, memory at most in KiB) of a command in a process of its own."""
    measured = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=2)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.returncode)"
    )
    qawl = [sys.executable, "-c", "import sys; from qawl.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [sys.executable, "-c", measured, *qawl, "-C", str(folder), *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    memory, code = map(int, done.stdout.split())
    return code, done.stderr, memory


def null(path, size=GIB, start=b""):
    """A file that ends in null bytes which take no place on the disk."""
    path.write_bytes(start)
    os.truncate(path, size)


LINES = {
    "exports/journal/ner.a1.jsonl": ["validate"],
    "exports/annotations/ner.jsonl": ["validate"],
    "exports/gold/ner.jsonl": ["adjudicate"],
    "exports/corrections.jsonl": ["adjudicate"],
    "exports/suggestions/ner.jsonl": ["tasks", "--layer", "ner"],
    "exports/repairs.jsonl": ["validate"],
    "corpus/articles.jsonl": ["validate"],
    "corpus/withdrawn.jsonl": ["validate"],
    "corpus/set-aside.jsonl": ["ingest", "../more.jsonl"],
    "../predictions.jsonl": ["score", "exports/releases/0.1.0", "../predictions.jsonl"],
    "qawl.yaml": ["validate"],
    "label_config/ner.yaml": ["validate"],
    "../new.json": ["pull", "--from", "../new.json", "--layer", "ner"],
}


@pytest.mark.parametrize("begun", [True, False], ids=["in the middle", "from its start"])
@pytest.mark.parametrize("name", LINES)
def test_a_line_of_gigabytes_is_one_line(whole, name, begun):
    whole.restore()
    start = whole.files[name] if begun else b""
    null(whole.folder / name, start=start)
    code, said, memory = run(whole.folder, *LINES[name])
    os.truncate(whole.folder / name, 0)
    assert code == 1, said
    assert "a fault in qawl itself" not in said
    assert "Traceback" not in said
    assert name.rpartition("/")[2] in said
    assert memory < MOST, said


def packed(path, byte):
    """A gigabyte of one byte in one line, a megabyte on the disk."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(16):
            file.write(byte * (GIB >> 4))


def test_a_sealed_segment_that_unpacks_to_one_line(whole, monkeypatch):
    whole.restore()
    export = whole.folder / "../new.json"
    later = re.sub(r'"updated_at": "\d{4}', '"updated_at": "2031', export.read_text("utf-8"))
    export.write_text(later, "utf-8")
    monkeypatch.setattr(segments, "SEAL", 2000)
    corpora.qawl(whole.folder, "pull", "--from", "../new.json", "--layer", "ner")
    segment = whole.folder / "exports/journal/ner.a1.0001.jsonl.gz"
    assert segment.is_file()
    packed(segment, b"\0")
    shutil.rmtree(whole.folder / ".qawl/journal")
    code, said, memory = run(whole.folder, "validate")
    assert code == 1, said
    assert "Traceback" not in said
    assert "ner.a1.0001.jsonl.gz, line 1: longer than" in said
    assert memory < MOST, said


@pytest.mark.parametrize("name", ["doccano.jsonl", "table.csv"])
def test_adopt_leaves_out_what_holds_one_line(whole, name):
    whole.restore()
    path = whole.folder / "../tools" / name
    start = path.read_bytes() if path.is_file() else b"text,by\nOf tides.,x\n"
    null(path, start=start)
    code, said, memory = run(whole.folder, "adopt", f"../tools/{name}", "--into", "../out")
    path.unlink()
    assert code == (1 if name == "table.csv" else 0), said  # null bytes make a table UTF-16
    assert "1 × task that can't be read: too long" in said
    assert memory < MOST, said


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.tsv", "x.jsonl.gz", "x.txt", "x.html"])
def test_ingest_sets_aside_what_holds_one_line(whole, name):
    whole.restore()
    folder = whole.folder / "corpus" / "sources"
    path = folder / name
    if name.endswith("gz"):
        packed(path, b" ")
    else:
        start = b"text,title\nOf tides.,T\n" if "sv" in name else b'{"text": "Of tides."}\n'
        null(path, start=start if name[2:] not in {"txt", "html"} else b"")
    code, said, memory = run(whole.folder, "ingest", "corpus/sources")
    assert "Traceback" not in said
    assert code in (0, 1), said
    assert memory < MOST, said
    aside = whole.folder.joinpath("corpus/set-aside.jsonl").read_text("utf-8")
    assert name in aside
    path.unlink()


def test_lines_up_to_the_limit_are_read(whole):
    """A prediction of an article may have many spans; white space in JSON is no difference."""
    whole.restore()
    path = whole.folder / "../predictions.jsonl"
    (line,) = path.read_bytes().splitlines()
    path.write_bytes(line[:-1] + b" " * (100 << 20) + b"}\n")
    code, said, _ = run(whole.folder, *LINES["../predictions.jsonl"])
    assert code == 0, said
    assert json.loads(line)["article_id"]
