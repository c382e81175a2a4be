"""What a journal held is known: gone, shorter, replaced or without its annotations, it is named, through the commands."""

import json
import os
import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.annotations import heads, journal, journal_entries
from qawl.annotations.heads import Head


@pytest.fixture
def run(recorded, monkeypatch):
    monkeypatch.chdir(recorded.root)

    def command(*words):
        done = CliRunner().invoke(cli.group, list(words))
        return done.exit_code, f"{done.output}{done.exception or ''}"

    return command


WORKING = (["validate"], ["adjudicate"], ["release", "0.1.0"], ["pull", "--rebuild"])
LAYERS = ("claim", "entity", "quote")


def state(made):
    """Every byte of what was collected."""
    return {
        path: path.read_bytes()
        for name in ("journal", "annotations", "gold")
        for path in (made.exports / name).iterdir()
    }


def cut(path):
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def newline_lost(path):
    path.write_bytes(path.read_bytes().rstrip(b"\n"))


DAMAGE = {
    "gone": (lambda path: path.unlink(), "it is gone"),
    "its last line gone": (cut, "it holds 2"),
    "empty": (lambda path: path.write_bytes(b""), "it holds 0"),
    "rubbish": (lambda path: path.write_bytes(b"rubbish without an end"), "it holds 0"),
    "the end of its last line gone": (newline_lost, "it holds 2"),
    "another in its place": (
        lambda path: shutil.copy(path.with_name("quote.a1.jsonl"), path),
        "not the journal",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_less_than_was_is_an_error_that_names_the_file(recorded, run, kind):
    damage, said = DAMAGE[kind]
    path = recorded.journal_file("quote", "a2")
    damage(path)
    before = state(recorded)
    for words in WORKING:
        code, output = run(*words)
        assert code == 1, words
        assert path.name in output
        assert said in output
    assert state(recorded) == before


@pytest.mark.parametrize("what", ["all", "one", "one of a layer that has annotations alone"])
def test_annotations_without_their_journal_are_an_error(recorded, run, what):
    """With heads.json gone too, as where the folder was left out of a copy."""
    if what == "all":
        shutil.rmtree(recorded.journal)
    else:
        (recorded.journal / "heads.json").unlink()
        recorded.journal_file("quote", "a2" if what == "one" else "a1").unlink()
    if what.endswith("alone"):
        recorded.journal_file("quote", "a2").unlink()
        recorded.journal_file("quote", "adjudication").unlink()
    before = {path: path.read_bytes() for path in (recorded.exports / "annotations").iterdir()}
    code, output = run("validate", "--json")
    checks = {each["check"] for each in json.loads(output.removesuffix("1"))["findings"]}
    assert (code, "journal-missing" in checks, "annotations-stale" in checks) == (1, True, False)
    for words in WORKING[1:]:
        code, output = run(*words)
        assert code == 1, words
        assert "journal" in output
    assert {path: path.read_bytes() for path in before} == before


def test_rubbish_is_no_torn_line_even_where_nobody_counted(recorded, run):
    (recorded.journal / "heads.json").unlink()
    path = recorded.journal_file("quote", "a2")
    path.write_bytes(b"rubbish without an end")
    assert "line 1: the journal was changed" in run("pull", "--rebuild")[1]
    assert path.read_bytes() == b"rubbish without an end"


def test_a_journal_ahead_of_heads_is_right_and_is_said_by_the_next_pull(recorded, run):
    """As a run that was killed between the two leaves it; the torn line of one killed earlier goes."""
    path, known = recorded.journal_file("quote", "a2"), heads.load(recorded.journal)
    lines = path.read_bytes().splitlines(keepends=True)
    line = json.loads(lines[1])
    heads.move(path, Head(2, line["sha256"]))
    assert run("validate")[0] == 0
    with path.open("ab") as file:
        file.write(
            json.dumps({"format": 1, "prev": known["quote.a2"].sha256})
            .replace(" ", "")
            .encode()[:50]
        )
    assert "torn" in run("validate")[1]
    code, output = run("pull", "--rebuild")
    assert (code, "quote.a2: a torn last line was dropped" in output) == (0, True)
    assert path.read_bytes() == b"".join(lines)
    assert heads.load(recorded.journal) == known


def test_without_heads_the_next_pull_makes_them(recorded, run):
    path = recorded.journal / "heads.json"
    made = path.read_bytes()
    path.unlink()
    assert run("validate")[0] == 0
    assert not path.exists()
    assert run("pull", "--rebuild")[0] == 0
    assert path.read_bytes() == made


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"\xff", b'{"journals": {"quote.a2": 5}}', b"<<<<<<< HEAD\n"),
        # No journal is shorter than nothing, and a hash is a hash: neither may switch the check off.
        b'{"journals": {"quote.a1": {"versions": -2, "sha256": "%s"}}}' % (b"0" * 64),
        b'{"journals": {"quote.a1": {"versions": 1, "sha256": "x"}}}',
    ],
)
def test_heads_that_cant_be_read_are_an_error_with_what_to_do(recorded, run, content):
    (recorded.journal / "heads.json").write_bytes(content)
    code, output = run("validate")
    assert code == 1
    assert "heads.json can't be read" in output
    assert "bring it back" in output


def test_a_cleaning_killed_at_any_step_leaves_journal_and_heads_in_step(recorded, monkeypatch, run):
    """Before the heads, between heads and journal, after the journal."""
    from qawl.core import files

    path = recorded.journal_file("quote", "a1")
    path.unlink()
    recorded.annotations_file("quote").unlink()
    entry = journal_entries.Entry(
        key="x/1",
        article_id="x",
        scheme_version="0.1",
        annotation=msgspec.Raw(b'{"id": 1, "result": [], "reviews": ["someone@desk.example"]}'),
    )
    heads.move(path, Head(0, ""))
    journal.load(path).append([entry])
    whole = state(recorded)
    write = files.write_bytes
    for kill in range(6):
        for each, content in whole.items():
            each.write_bytes(content)
        recorded.journal.joinpath("cleaned.jsonl").unlink(missing_ok=True)
        left = kill

        def killed(*args, **more):
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            return write(*args, **more)

        monkeypatch.setattr(files, "write_bytes", killed)
        run("pull", "--clean-journal")
        monkeypatch.setattr(files, "write_bytes", write)
        assert journal.load(path).last
        assert run("pull", "--clean-journal")[0] == 0
        assert b"someone@" not in path.read_bytes()
        assert heads.load(recorded.journal)["quote.a1"] == Head(1, journal.load(path).last)


@pytest.mark.parametrize("words", WORKING)
def test_a_folder_that_may_not_be_read_is_not_an_empty_one(recorded, run, monkeypatch, words):
    """As the system says it to all but root: whoever lists the folder, by name or by a pattern."""
    before = state(recorded)
    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, shut(recorded.journal, getattr(os, name)))
    code, output = run(*words)
    monkeypatch.undo()
    assert code == 1
    assert "Permission denied: " in output
    assert state(recorded) == before


def shut(folder, listing):
    def refused(path="."):
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(folder))
        return listing(path)

    return refused
