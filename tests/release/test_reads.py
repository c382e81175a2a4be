"""One command reads each file once, or nearly: counted by the interpreter's audit hook."""

import json
import subprocess
import sys
from collections import Counter

import pytest

COUNTED = """
import json, os, sys
from collections import Counter
from pathlib import Path

opened, root = Counter(), Path.cwd()

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        path = Path(os.fsdecode(arguments[0]))
        if path.is_absolute() and path.is_relative_to(root):
            path = path.relative_to(root)
        opened[path.as_posix()] += 1

sys.addaudithook(note)
from qawl.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps(opened), file=sys.stderr)
"""


def opened(corpus, *arguments):
    """How often a command opens each file below the corpus."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, *arguments],
        cwd=corpus.root,
        capture_output=True,
        check=True,
        text=True,
    )
    return Counter(json.loads(done.stderr.splitlines()[-1]))


def test_a_release_reads_each_file_of_its_corpus_once(recorded):
    counts = opened(recorded, "release", "0.1.0")
    assert 1 <= counts["corpus/articles.jsonl"] <= 3
    for layer in recorded.settings.layers:
        assert counts[f"label_config/{layer}.yaml"] == 1
        assert 1 <= counts[f"exports/annotations/{layer}.jsonl"] <= 2


@pytest.mark.parametrize(
    "arguments", [("validate",), ("agreement",), ("adjudicate",), ("export", "brat", "--to", "out")]
)
def test_other_commands_read_each_file_once_too(recorded, arguments):
    counts = opened(recorded, *arguments)
    assert counts["corpus/articles.jsonl"] == 1
    for layer in recorded.settings.layers:
        assert counts[f"label_config/{layer}.yaml"] == 1
        assert counts[f"exports/annotations/{layer}.jsonl"] == 1
