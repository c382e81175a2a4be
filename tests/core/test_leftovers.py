"""What a killed command leaves is removed by the next one that holds the corpus, whatever that is."""

import json
import os
import signal
import tempfile
from pathlib import Path

import pytest

import corpora
import killing
from qawl.core import temporary

TEXTS = {"1": "Sami met Layla in Oslo.", "2": "Layla left Acme."}


@pytest.fixture
def folder(tmp_path):
    folder = corpora.corpus(
        tmp_path / "corpus", corpora.scheme("ner", ["PER", "ORG"]), TEXTS, ["a1", "a2"]
    )
    corpora.pull(folder, "ner", TEXTS, {
        "a1": {"1": corpora.work([corpora.mark("s1", "PER", 0, 4)])},
        "a2": {"1": corpora.work([corpora.mark("s1", "ORG", 0, 4)])},
    })  # fmt: skip
    return folder


def left(folder):
    return sorted(path for path in folder.rglob("*") if path.name.endswith(".qawl-tmp"))


def killed(folder, number, *words):
    """Whether a command was killed when a file was written and had not its name yet."""
    done = killing.run(folder, number, words, operations={"os.rename"})
    return done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    "words",
    [
        ["pull", "--from", "{}/corpus-a2.json", "--layer", "ner", "--annotator", "a3"],
        ["adjudicate"],
        ["agreement"],
        ["ingest", "{}/corpus.jsonl", "{}/more.jsonl"],
        ["validate", "--html", "{}/corpus/exports/findings.html"],
        ["release", "0.1.0", "--draft"],
        ["scheme"],
    ],
    ids=lambda words: words[0],
)
def test_another_command_removes_what_a_killed_one_left(folder, words):
    """Killed between the last byte and the name of each of its files."""
    more = {"id": "9", "text": "Nada stayed.", "source": "desk", **corpora.RIGHTS}
    (folder.parent / "more.jsonl").write_text(json.dumps(more) + "\n", "utf-8")
    for path in folder.glob("label_config/*.xml"):
        path.unlink()  # so that `qawl scheme` has something to write
    given = [each.format(folder.parent) for each in words]
    found = 0
    for number in range(1, 9):
        if not killed(folder, number, *given):
            break
        found += bool(left(folder))
        corpora.main(folder, "pull", "--rebuild")
        assert not left(folder), number
    assert found


@pytest.mark.parametrize("where", ["page.html", "tables/page.html"])
def test_a_file_elsewhere_is_made_anew_without_a_trace_of_the_killed_run(folder, where):
    """Outside the corpus nobody looks, but who writes the same file."""
    target = folder.parent / where
    target.parent.mkdir(exist_ok=True)

    def beside():
        return sorted(target.parent.glob("*.qawl-tmp")) + sorted(target.parent.glob(".*.qawl-tmp"))

    number = 1
    while killed(folder, number, "validate", "--html", str(target)) and not beside():
        number += 1
    assert beside()
    code, said = corpora.main(folder, "validate", "--html", str(target))
    assert target.is_file(), (code, said)
    assert not beside()


def test_no_folder_of_a_corpus_keeps_what_a_killed_run_left(folder):
    corpora.qawl(folder, "adjudicate")
    corpora.qawl(folder, "release", "0.1.0", "--draft")
    for name in ("corpus/articles", "exports/guidelines", ".qawl/derived/annotations/ner/more"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    received = folder / "corpus/sources"
    every = [folder, *(path for path in folder.rglob("*") if path.is_dir() and path != received)]
    for each in every:
        (each / ".x.0123abcd.qawl-tmp").write_text("x", "utf-8")
        (each / ".y.0123abcd.qawl-tmp").mkdir()
        (each / ".y.0123abcd.qawl-tmp" / "z").write_text("x", "utf-8")
    corpora.main(folder, "pull", "--rebuild")
    assert not left(folder)


@pytest.mark.skipif(os.name == "nt", reason="a lock on an open file")
def test_what_a_living_run_writes_stays(folder):
    import fcntl

    path = folder / "corpus/.x.0123abcd.qawl-tmp"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        corpora.main(folder, "pull", "--rebuild")
        assert path.exists()
    corpora.main(folder, "pull", "--rebuild")
    assert not path.exists()


def test_a_sweep_of_another_command_takes_no_folder_that_is_just_made(tmp_path, monkeypatch):
    """Two adoptions at once: one removed the temporary folder of the other before that held it, and the
    other ended with an error of the disk."""
    value = {"start": 0, "end": 4, "text": "Sami", "labels": ["PER"]}
    mark = {"id": "s", "from_name": "ner", "to_name": "text", "type": "labels", "value": value}
    done = {"id": 2, "completed_by": 1, "result": [mark]}
    task = {"id": 1, "data": {"text": TEXTS["1"]}, "annotations": [done]}
    (tmp_path / "export.json").write_text(json.dumps([task]), "utf-8")
    (tmp_path / "tmp").mkdir()
    make, met = Path.mkdir, []

    def made_and_swept(path, *given, **named):
        make(path, *given, **named)
        if path.parent == tmp_path / "tmp" and not met:
            met.append(path)
            temporary.sweep([path.parent])

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(Path, "mkdir", made_and_swept)
    code, said = corpora.main(tmp_path, "adopt", "export.json", "--into", "new")
    assert (code, len(met), met[0].exists()) == (0, 1, False), said
