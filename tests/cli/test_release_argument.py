"""A release is named by its folder or, as `qawl diff` always took it, by its version in the corpus."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qawl import cli


@pytest.fixture
def released(make_corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(make_corpus().root)
    (tmp_path / "one.jsonl").write_text(json.dumps({"text": "قال الوزير إن الجسر يغلق غدا."}))
    for words in (["ingest", str(tmp_path / "one.jsonl")], ["release", "0.1.0", "--draft"]):
        assert CliRunner().invoke(cli.group, words).exit_code == 0
    return tmp_path


def test_commands_take_the_version_and_the_folder(released):
    def run(*words: str):
        return CliRunner().invoke(cli.group, [*words])

    for name in ("0.1.0", "exports/releases/0.1.0"):
        verified = run("verify", name)
        assert verified.exit_code == 0, verified.output
        to = released / name.replace("/", "-")
        assert run("export", "jsonl", "--from", name, "--to", str(to / "jsonl")).exit_code == 0
        (released / "copy.txt").write_text("قال الوزير إن الجسر يغلق غدا.", encoding="utf-8")
        copy = str(released / "copy.txt")
        assert run("restore", name, "--articles", copy, "--to", str(to / "full")).exit_code == 0
        predicted = str(released / "predicted.jsonl")
        assert run("suggest", "--release", name, "--to", predicted).exit_code == 0
        assert "does not exist" not in run("score", name, predicted).output


def test_a_folder_of_that_name_comes_first_and_an_unknown_version_is_refused(released):
    Path("0.1.0").mkdir()
    assert CliRunner().invoke(cli.group, ["verify", "0.1.0"]).exit_code == 1
    unknown = CliRunner().invoke(cli.group, ["verify", "0.9.0"])
    assert unknown.exit_code == 2
    assert "no release 0.9.0 in exports/releases: there is 0.1.0" in unknown.output
