"""A folder of temporary files that is full or can't be written: one line that says where and what to do."""

import sqlite3
import tempfile

import pytest

from corpora import main
from whole import Whole


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Whole(tmp_path_factory.mktemp("temporary"))


def refused(whole, *words):
    before = whole.read()
    code, said = main(whole.folder, *words)
    assert code == 1
    assert len(said.splitlines()) == 1, said
    assert "a fault in qawl" not in said
    now = whole.read()
    assert {name for name in now if now[name] != before.get(name)} <= {".qawl/holder.json"}
    return said


def test_a_database_that_finds_no_room_is_no_fault_of_the_index(whole, monkeypatch, tmp_path):
    """SQLite keeps large questions in a temporary file of its own."""
    whole.restore()
    made = sqlite3.connect

    def small(place, *words, **more):
        found = made(place, *words, **more)
        if place == "":
            found.execute("PRAGMA max_page_count = 2")
        return found

    monkeypatch.setattr(sqlite3, "connect", small)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said = refused(whole, "pull", "--from", str(whole.folder / "../new.json"), "--layer", "ner")
    assert "full" in said
    assert f"temporary files stand in {tmp_path}" in said
    assert "--rebuild" not in said


def test_no_folder_for_temporary_files_is_one_line(whole, monkeypatch):
    whole.restore()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nowhere"])
    said = refused(
        whole, "adopt", str(whole.folder / "../new.json"), "--into", "../new", "--layer", "x"
    )
    assert "No usable temporary directory" in said
