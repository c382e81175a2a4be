"""What a command read stays in memory while it is small and unchanged."""

import hashlib

import pytest

from qawl.core import disk as core_disk
from qawl.core.disk import Disk


def test_what_was_made_of_a_file_is_made_once_and_again_when_the_file_changed(tmp_path):
    path, calls, disk = tmp_path / "a", [], Disk()

    def make():
        calls.append(1)
        return path.read_text() if path.exists() else None

    assert [disk.once("a", make, path) for _ in range(3)] == [None] * 3
    assert len(calls) == 1
    path.write_text("one")
    assert [disk.once("a", make, path) for _ in range(3)] == ["one"] * 3
    replaced = tmp_path / "b"
    replaced.write_text("two")
    replaced.replace(path)
    assert disk.once("a", make, path) == "two"
    path.unlink()
    assert disk.once("a", make, path) is None
    assert len(calls) == 4


@pytest.mark.parametrize("small", [0, 1 << 20])
@pytest.mark.parametrize("content", [b"", b"\n", b"1\n2", b"1\r\n\n 2\n\xe2\x80\xa8\n"])
def test_small_and_large_files_are_read_alike(tmp_path, monkeypatch, small, content):
    monkeypatch.setattr(core_disk, "SMALL", small or 1)
    path, disk = tmp_path / "a", Disk()
    path.write_bytes(content)
    for _ in range(2):
        assert list(disk.lines(path)) == list(core_disk.files.lines(path))
        assert disk.sha256(path) == hashlib.sha256(content).hexdigest()
        assert disk.text(path) == path.read_text("utf-8")


def test_a_missing_file_has_no_lines_and_no_records(tmp_path):
    assert list(Disk().lines(tmp_path / "none")) == []
    assert list(Disk().read(tmp_path / "none", int)) == []
