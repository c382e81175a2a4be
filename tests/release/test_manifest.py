"""Every byte of a manifest is covered by its digest beside it, and a folder without a manifest gives way."""

import json
import random
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from conftest import ROOT
from qawl import cli
from qawl.release import build
from qawl.release.versions import manifest


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    from qawl.core import project

    folder = tmp_path_factory.mktemp("manifest") / "corpus"
    for part in ("corpus", "label_config", "schemas", "exports"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "qawl.yaml", folder / "qawl.yaml")
    return build.build(project.load(folder), "0.1.0", notes=[]).folder


@pytest.fixture
def copy(released, tmp_path):
    return shutil.copytree(released, tmp_path / "0.1.0")


def verify(folder):
    done = CliRunner().invoke(cli.group, ["verify", str(folder)])
    return done.exit_code, f"{done.output}{done.exception or ''}"


def test_a_changed_byte_anywhere_in_the_manifest_is_found(copy):
    assert verify(copy)[0] == 0
    path, choose = copy / "manifest.json", random.Random(7)
    whole = path.read_bytes()
    for at in [0, len(whole) - 1, *(choose.randrange(len(whole)) for _ in range(60))]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        code, said = verify(copy)
        assert code == 1, at
        assert "manifest" in said
    said = json.loads(whole)
    said["articles"]["withdrawn"] = {"0123456789ab": "a reason that nobody gave"}
    path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert "manifest.json is not the one that manifest.sha256 is of" in verify(copy)[1]


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff"])
def test_a_changed_digest_is_found(copy, content):
    (copy / "manifest.sha256").write_bytes(content)
    assert verify(copy)[0] == 1


def test_a_digest_that_is_gone_is_missed(copy):
    (copy / "manifest.sha256").unlink()
    assert verify(copy) == (1, "manifest.sha256 is missing\n1")


def test_a_release_from_before_verifies_with_a_word():
    code, said = verify(ROOT / "tests" / "data" / "kept" / "exports" / "releases" / "0.1.0")
    assert code == 0
    assert "without a digest of the manifest" in said


def test_others_can_check_the_digest_with_their_own_tools(copy):
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    done = subprocess.run(["sha256sum", "-c", "manifest.sha256"], cwd=copy, check=False)
    assert done.returncode == 0


def test_a_folder_without_its_manifest_gives_way_and_nothing_of_it_is_lost(recorded, caplog):
    draft = build.build(recorded, "0.1.0", notes=["an open gate"]).folder
    (draft / "manifest.json").unlink()
    for number in (1, 2):
        made = build.build(recorded, "0.1.0", notes=[])
        assert made.fresh
        assert list(manifest.verify(made.folder)) == []
        assert f"it is put aside as 0.1.0.aside-{number}" in caplog.text
        assert (draft.parent / f"0.1.0.aside-{number}" / "README.md").is_file()
        (made.folder / "manifest.json").unlink()
