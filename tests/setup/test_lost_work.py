"""A journal that was cut together with heads.json: `qawl doctor` called it whole, as heads.json alone says how much it
held. The annotations and the last release, which were made of it, tell."""

import json
import shutil

import pytest

from conftest import TOY
from corpora import main
from loop import Loop


@pytest.fixture
def corpus(recorded, once, monkeypatch):
    """The recorded corpus with a release and no server."""
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    return once("lost work", recorded.root, lambda to: _released(recorded, to))


def _released(recorded, folder):
    shutil.copytree(recorded.root, folder)
    code, said = main(folder, "release", "0.1.0")
    assert code == 0, said


def journal_line(root):
    lines = main(root, "doctor")[1].splitlines()
    (found,) = [each for each in lines if " journal: " in each]
    return found


def cut(root):
    """Takes the last line of a journal away, and heads.json."""
    path = root / "exports/journal/entity.a1.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    (root / "exports/journal/heads.json").unlink()


def test_a_whole_corpus_with_a_release_is_called_whole(corpus):
    assert journal_line(corpus).startswith("ok ")


def test_journals_that_nothing_is_said_of_are_named(corpus):
    (corpus / "exports/journal/heads.json").unlink()
    said = journal_line(corpus)
    assert said.startswith("BAD")
    assert "heads.json says nothing of entity.a1.jsonl, entity.a2.jsonl" in said


def test_annotations_that_the_journal_lacks_are_named(corpus):
    cut(corpus)
    assert "the journal has nothing of 1 annotation in it" in journal_line(corpus)


def test_work_of_a_release_that_the_journal_lacks_is_named(corpus):
    """Also where the annotations were made again of what is left."""
    cut(corpus)
    (corpus / "exports/annotations/entity.jsonl").unlink()
    main(corpus, "pull", "--rebuild")
    assert "entity: the journals lack 1 annotation that release 0.1.0 has" in journal_line(corpus)


@pytest.mark.parametrize("left", ["gold", "releases"])
def test_without_any_journal_gold_and_releases_say_that_there_was_one(recorded, left):
    """The folders were not copied with the rest. `validate` called it a corpus that nobody has annotated, and
    `release` built the next version without any annotation."""
    root = recorded.root
    made = ["adjudicate"] if left == "gold" else ["release", "0.1.0"]
    assert main(root, *made)[0] == 0
    for name in {"journal", "annotations", "gold"} - {left}:
        shutil.rmtree(root / "exports" / name, ignore_errors=True)
    for command in (["validate"], ["adjudicate"], ["release", "0.2.0"], ["doctor"]):
        code, said = main(root, *command)
        assert code == 1, command
        assert "exports/journal has no file of entity" in said or "journal-missing" in said, command


def _export(path, task, day, regions):
    """One annotation of a task, changed on this day."""
    times = {"created_at": "2025-05-01T10:00:00Z", "updated_at": f"2025-05-{day:02}T10:00:00Z"}
    annotation = {"id": 7, "completed_by": 1, "result": regions, **times}
    path.write_text(json.dumps([{**task, "id": 1, "annotations": [annotation]}]), "utf-8")
    return str(path)


def test_a_newer_version_that_the_journal_lost_is_not_rebuilt_away(tmp_path):
    """exports/journal came back whole from an older backup, heads.json with it. `validate` said to run
    `pull --rebuild`, which took the spans of the newer version out and exited 0."""
    root, old = tmp_path / "c", tmp_path / "old"
    (task,) = Loop(root, {"toy": TOY}, ["Ada met Eve."]).tasks("toy")
    value = {"start": 0, "end": 3, "text": "Ada", "labels": ["A"]}
    region = {"id": "r", "from_name": "toy", "to_name": "text", "type": "labels", "value": value}
    newer = _export(tmp_path / "newer.json", task, 9, [region])
    assert main(root, "pull", "--from", _export(tmp_path / "older.json", task, 2, []))[0] == 0
    shutil.copytree(root / "exports/journal", old)
    assert main(root, "pull", "--from", newer)[0] == 0
    records = root / "exports/annotations/toy.jsonl"
    pulled = records.read_bytes()
    assert b"Ada" in pulled
    shutil.rmtree(root / "exports/journal")
    shutil.copytree(old, root / "exports/journal")
    for command in (["validate"], ["pull", "--rebuild"], ["adjudicate"], ["release", "0.1.0"]):
        code, said = main(root, *command)
        assert code == 1, command
        assert "only older versions of 1 annotation" in said or "journal-missing" in said, command
    assert records.read_bytes() == pulled
    assert main(root, "pull", "--from", newer)[0] == 0
    assert main(root, "validate")[0] == 0
    assert records.read_bytes() == pulled


@pytest.mark.parametrize("how", ["gone", "cut", "all"])
def test_a_loss_is_said_once(corpus, how):
    """The map of users is compared with the journal, and so are the annotations and the last release: each
    of them said the same loss again."""
    users = {"format": 2, "users": [{"annotator": "a1", "id": 1}]}
    (corpus / ".qawl/users.json").write_text(json.dumps(users), "utf-8")
    if how == "gone":
        (corpus / "exports/journal/entity.a1.jsonl").unlink()
    elif how == "cut":
        cut(corpus)
    else:
        shutil.rmtree(corpus / "exports/journal")
    code, said = main(corpus, "doctor")
    assert code == 1
    bad = [each for each in said.splitlines() if each.startswith("BAD") and "token" not in each]
    assert len(bad) == 1, bad
    losses = said.count("has nothing of") + said.count("journals lack")
    assert losses == {"gone": 0, "cut": 1, "all": 3}[how]
    assert said.count("heads.json says that it held") == (how == "gone")
