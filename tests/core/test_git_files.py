"""No file that git is asked to keep grows past what its hosts take."""

import json
import shutil
import subprocess

import pytest

import corpora
from conftest import TOY
from loop import Loop
from qawl.core import git_files
from qawl.core.errors import InputError, JournalError

TEXTS = [f"Ana met Bo in Rome on day {number}." for number in range(9)]


def marks(who, text):
    return [
        {
            "id": f"{who}-{start}", "from_name": "toy", "to_name": "text", "type": "labels",
            "value": {"start": start, "end": start + 3, "labels": ["A"], "text": text[start : start + 3]},
        }
        for start in (0, 4 * who)
    ]  # fmt: skip


@pytest.fixture
def grown(tmp_path, monkeypatch):
    """A corpus in which everything that grows with the work is too large for git."""
    monkeypatch.setattr(git_files, "LARGEST", 500)
    return Loop(tmp_path / "c", {"toy": TOY}, TEXTS)


def ignored(folder):
    """What git leaves out of a folder of exports/."""
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    said = subprocess.run(
        ["git", "-C", str(folder), "status", "--short", "--ignored", "-uall"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return {line[3:] for line in said.splitlines() if line.startswith("!! exports/")}


def test_what_can_be_made_anew_is_left_out_of_git_once_it_is_large(grown, caplog):
    """With 20,000 tasks, exports/annotations had 87 MB, and a host refused the push."""
    (grown.folder / "exports/.gitignore").write_bytes(b"# mine\r\nnotes.txt")
    grown.annotate("toy", marks)
    assert "`qawl pull --rebuild` makes it again" in caplog.text
    grown.run("adjudicate")
    assert "`qawl adjudicate` makes it again" in caplog.text
    left = {"exports/annotations/toy.jsonl", "exports/gold/toy.jsonl"}
    assert ignored(grown.folder) == left
    lines = (grown.folder / "exports/.gitignore").read_text("utf-8").splitlines()
    assert lines == ["# mine", "notes.txt", "/annotations/toy.jsonl", "/gold/toy.jsonl"]
    caplog.clear()
    grown.run("pull", "--rebuild")
    grown.run("adjudicate")
    assert "gitignore" not in caplog.text
    assert (grown.folder / "exports/.gitignore").read_text("utf-8").splitlines() == lines


def test_a_clone_without_them_makes_the_same(grown):
    """What is left out must be no loss: the next lead's clone has the journal alone."""
    grown.annotate("toy", marks)
    grown.run("adjudicate")
    made = {each: (grown.folder / each).read_bytes() for each in ignored(grown.folder)}
    for each in made:
        (grown.folder / each).unlink()
    shutil.rmtree(grown.folder / ".qawl")
    said = json.loads(grown.run("validate", "--json", fails=True))["findings"]
    (stale,) = (each["message"] for each in said if each["severity"] == "error")
    assert "qawl pull --rebuild" in stale
    with pytest.raises(JournalError, match="qawl pull --rebuild"):
        grown.run("adjudicate")
    grown.run("pull", "--rebuild")
    grown.run("adjudicate")
    assert {each: (grown.folder / each).read_bytes() for each in made} == made


def test_status_and_doctor_name_what_a_clone_lacks(grown):
    """`status` showed that nobody had done anything, and `doctor` that all gold was as decided."""
    grown.annotate("toy", marks)
    grown.run("adjudicate")
    for of, command in (("annotations", "qawl pull --rebuild"), ("gold", "qawl adjudicate")):
        path = grown.folder / f"exports/{of}/toy.jsonl"
        content = path.read_bytes()
        path.unlink()
        told = f"exports/{of}/toy.jsonl is not here, and exports/.gitignore leaves it out of git: run `{command}`"
        code, said = corpora.main(grown.folder, "status")
        assert (code, f"warning: {told}" in said) == (1, True), said
        code, said = corpora.main(grown.folder, "doctor", "--dry-run")
        assert (code, f"BAD left out of git: {told}" in said) == (1, True), said
        assert ("ok  gold: no gold of toy here" in said) == (of == "gold")
        path.write_bytes(content)
    assert "is not here" not in corpora.main(grown.folder, "status")[1]
    assert "ok  gold: as decided\n" in corpora.main(grown.folder, "doctor", "--dry-run")[1]


@pytest.mark.parametrize("how", ["left out", "deleted"])
def test_nothing_is_made_of_annotations_that_a_clone_lacks(grown, how):
    """`agreement` wrote an empty report over the one in git, exit 0; `release --draft` said that nobody had
    annotated anything, and put a draft without annotations in the place of the same version; so did others."""
    grown.annotate("toy", marks)
    grown.run("adjudicate")
    grown.run("agreement")
    grown.run("release", "0.1.0", "--draft")
    made = {
        each: each.read_bytes()
        for each in (grown.folder / "exports").rglob("*")
        if each.is_file() and each.parent.name != "annotations"
    }
    (grown.folder / "exports/annotations/toy.jsonl").unlink()
    if how == "deleted":
        (grown.folder / "exports/.gitignore").unlink()
    for command in (
        ["agreement"],
        ["agreement", "--json"],
        ["release", "0.1.0", "--draft"],
        ["release", "0.1.0"],
        ["correct"],
        ["export", "jsonl", "--to", "../out"],
    ):
        code, said = corpora.main(grown.folder, *command)
        assert (code, "run `qawl pull --rebuild`" in said) == (1, True), (command, said)
    for each, content in made.items():
        assert each.name == ".gitignore" or each.read_bytes() == content, each
    assert not (grown.folder.parent / "out").exists()


def test_what_gold_gives_is_not_lost_in_a_clone_without_it(grown):
    """`suggest` found no names, and wrote fewer suggestions over those in git; pages had no examples."""
    grown.annotate("toy", marks)
    grown.run("adjudicate")
    grown.run("suggest")
    made = (grown.folder / "exports/suggestions/toy.jsonl").read_bytes()
    (grown.folder / "exports/gold/toy.jsonl").unlink()
    for command in (["suggest"], ["suggest", "--score"]):
        code, said = corpora.main(grown.folder, *command)
        assert (code, "run `qawl adjudicate`" in said) == (1, True), said
    assert (grown.folder / "exports/suggestions/toy.jsonl").read_bytes() == made
    code, said = corpora.main(grown.folder, "guidelines", "--html", "../g.html")
    told = (
        "warning: exports/gold/toy.jsonl is not here, and exports/.gitignore leaves it out of git"
    )
    assert (code, told in said) == (0, True), said


def test_what_is_small_again_is_in_git_again(grown, monkeypatch, caplog):
    """The line stayed for ever, so a clone had to make a small file anew before it could push."""
    (grown.folder / "exports/.gitignore").write_bytes(b"# mine\n!/gold/toy.jsonl\n")
    grown.annotate("toy", marks)
    grown.run("adjudicate")
    assert ignored(grown.folder) == {"exports/annotations/toy.jsonl"}
    monkeypatch.setattr(git_files, "LARGEST", 1_000_000)
    grown.run("pull", "--rebuild")
    grown.run("adjudicate")
    assert "exports/annotations/toy.jsonl is small enough for git again" in caplog.text
    assert not ignored(grown.folder)
    kept = (grown.folder / "exports/.gitignore").read_text("utf-8")
    assert kept == "# mine\n!/gold/toy.jsonl\n"


def test_who_keeps_a_large_file_in_git_is_obeyed(grown, caplog):
    """Git LFS takes large files: the line that leaves them out came back behind theirs at each pull."""
    line = "!/annotations/toy.jsonl\n"
    (grown.folder / "exports/.gitignore").write_text(line, "utf-8")
    grown.annotate("toy", marks)
    assert (grown.folder / "exports/.gitignore").read_text("utf-8") == line
    assert "gitignore" not in caplog.text


def test_small_files_stay_in_git(tmp_path):
    loop = Loop(tmp_path / "c", {"toy": TOY}, TEXTS)
    loop.annotate("toy", marks)
    loop.run("adjudicate")
    assert not ignored(loop.folder)
    assert not (loop.folder / "exports/.gitignore").exists()


def test_a_clone_without_suggestions_writes_no_tasks_without_them(grown):
    """`tasks` wrote them with exit code 0, and annotators of a server elsewhere got no suggestions."""
    out = grown.folder.parent / "tasks.json"
    (grown.folder / "exports/.gitignore").write_text("/suggestions/toy.jsonl\n", "utf-8")
    with pytest.raises(InputError, match="run `qawl suggest`"):
        grown.run("tasks", "--layer", "toy", "--out", str(out))
    assert not out.exists()


def test_the_judge_s_tasks_of_edited_annotations_are_told(tmp_path):
    """A verdict on such a task counts no more once the annotations are derived again."""
    loop = Loop(tmp_path / "c", {"toy": TOY}, TEXTS)
    loop.annotate("toy", marks)
    loop.run("adjudicate")
    judged = ("tasks", "--layer", "toy", "--judge", "--out", str(tmp_path / "judge.json"))
    assert "warning" not in loop.run(*judged)
    path = loop.folder / "exports/annotations/toy.jsonl"
    path.write_text(path.read_text("utf-8").replace('"label":"A"', '"label":"B"', 1), "utf-8")
    assert "warning: exports/annotations/toy.jsonl is not what the journal" in loop.run(*judged)
