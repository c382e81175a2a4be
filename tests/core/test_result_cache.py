"""What was found and decided is kept while nothing that it depends on changes, and no longer."""

import hashlib
import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpora import qawl
from qawl.core import project, result_cache
from qawl.gold import decide
from qawl.validation import plugins, validate


def files_below(folder):
    """Name → digest of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def checked(monkeypatch):
    """The articles whose annotations were checked, each time."""
    seen = []
    check = validate.check_annotation

    def counted(record, *rest):
        seen.append(record.article_id)
        return check(record, *rest)

    monkeypatch.setattr(validate, "check_annotation", counted)
    return seen


@pytest.fixture
def worked(recorded):
    """A corpus whose findings and gold are kept."""
    qawl(recorded.root, "scheme")
    qawl(recorded.root, "validate")
    qawl(recorded.root, "adjudicate")
    return recorded.root


def kept_in(root):
    return sorted(path for path in (root / ".qawl/derived").rglob("*") if path.is_file())


def test_a_release_checks_and_decides_nothing_again_and_is_the_same(worked, checked, tmp_path):
    bare = tmp_path / "bare"
    shutil.copytree(worked, bare)
    shutil.rmtree(bare / ".qawl")
    checked.clear()
    qawl(worked, "release", "0.1.0", "--draft")
    assert not checked
    qawl(bare, "release", "0.1.0", "--draft")
    assert checked
    made = [files_below(root / "exports" / "releases" / "0.1.0") for root in (worked, bare)]
    assert made[0] == made[1]


def test_findings_and_gold_of_a_second_run_are_those_of_the_first(worked):
    gold = files_below(worked / "exports/gold")
    said = [qawl(worked, "validate", "--json").output for _ in range(2)]
    shutil.rmtree(worked / ".qawl/derived")
    said.append(qawl(worked, "validate", "--json").output)
    assert said[0] == said[1] == said[2]
    qawl(worked, "adjudicate")
    assert files_below(worked / "exports/gold") == gold


def change(path, old, new):
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")


def append(path, line):
    path.write_text(f"{path.read_text('utf-8')}{line}\n", "utf-8")


def first_article(root):
    return json.loads((root / "corpus/articles.jsonl").read_text("utf-8").splitlines()[0])["id"]


CHANGES = {
    "an annotation": lambda root: change(
        root / "exports/annotations/entity.jsonl", '"submitted"', '"skipped"'
    ),
    "an article": lambda root: change(root / "corpus/articles.jsonl", '"group"', '"group" '),
    "a scheme": lambda root: change(root / "label_config/entity.yaml", "version:", "version: "),
    "a setting": lambda root: append(root / "qawl.yaml", "seed: 9"),
    "a dispensation": lambda root: append(
        root / "qawl.yaml", "dispensations: [{check: label-unused, reason: a trial}]"
    ),
    "a withdrawal": lambda root: qawl(
        root, "withdraw", first_article(root), "--reason", "asked for"
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_findings_are_made_anew_once_anything_changed(worked, checked, what):
    before = kept_in(worked)
    CHANGES[what](worked)
    checked.clear()
    list(validate.validate(project.load(worked)))
    assert checked
    assert kept_in(worked) != before


def test_what_no_check_looks_at_makes_nothing_anew(worked, checked):
    """The card is filled in between `validate` and `release`."""
    append(worked / "qawl.yaml", "suggestions: {without: 0.5}")
    list(validate.validate(project.load(worked)))
    assert not checked


@pytest.mark.parametrize(
    "what", ["an annotation", "a scheme", "a setting", "the gold", "its own code"]
)
def test_gold_is_decided_anew_once_anything_changed(worked, monkeypatch, what):
    if what == "the gold":
        change(worked / "exports/gold/entity.jsonl", '"complete":', '"complete": ')
    elif what == "its own code":
        made = worked.parent / "changed.py"
        made.write_text("")
        monkeypatch.setattr(result_cache, "_code", lambda: (made,))
    else:
        CHANGES[what](worked)
    decided = []
    one = decide.decide
    monkeypatch.setattr(
        decide, "decide", lambda records, *rest: decided.append(1) or one(records, *rest)
    )
    corpus = project.load(worked)
    assert list(decide.gold(corpus, "entity"))
    assert decided


def test_edited_gold_is_not_released(worked):
    """A slip in exports/gold, or a merge of two: what is released is decided from the annotations."""
    path = worked / "exports/gold/entity.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[1:]), "utf-8")
    corpus = project.load(worked)
    assert len(list(decide.gold(corpus, "entity"))) == len(lines)


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "of others"])
def test_what_is_damaged_is_put_aside_and_made_anew(worked, checked, caplog, damage):
    (path,) = (worked / ".qawl/derived/findings").rglob("*.kept")
    content = path.read_bytes()
    found = list(validate.validate(project.load(worked)))
    assert not checked
    middle = len(content) // 2
    wrong = {
        "cut": content[:middle],
        "changed": content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :],
        "empty": b"",
        "of others": next((worked / ".qawl/derived/gold").rglob("*.kept")).read_bytes(),
    }
    path.write_bytes(wrong[damage])
    with caplog.at_level(logging.WARNING):
        assert list(validate.validate(project.load(worked))) == found
    assert checked
    assert "put aside" in caplog.text
    assert path.read_bytes() == content


def test_however_qawl_is_called_the_same_is_kept(recorded):
    """The script stands in a folder with numpy-config, which was taken for a version of numpy: a notebook
    and the commands made each other's results anew."""
    kept = set()
    for call in ([str(Path(sys.executable).with_name("qawl"))], [sys.executable, "-m", "qawl"]):
        subprocess.run([*call, "validate"], cwd=recorded.root, check=True, capture_output=True)
        kept.add(tuple(kept_in(recorded.root)))
    (paths,) = kept
    assert paths


def test_nothing_is_kept_of_a_run_that_was_ended_early(recorded):
    found = validate.everything(recorded)
    next(found)
    found.close()
    assert not (recorded.root / ".qawl/derived/findings").exists()


def test_where_other_packages_check_nothing_is_kept(worked, monkeypatch, checked):
    """What they look at is not known."""
    for _ in range(2):
        monkeypatch.setattr(
            plugins, "offered", lambda: [("own", lambda *_: [("so says a plug-in", None)])]
        )
        checked.clear()
        found = list(validate.validate(project.load(worked)))
        assert checked
        assert any("so says a plug-in" in each.message for each in found)
    monkeypatch.undo()
    assert not any("so says" in each.message for each in validate.validate(project.load(worked)))


def test_findings_are_shown_where_they_can_not_be_kept(worked, monkeypatch):
    """A disk that is full, or a copy that may only be read."""
    shutil.rmtree(worked / ".qawl/derived")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(result_cache.files, "write_bytes", full)
    assert "errors" in qawl(worked, "validate").output
