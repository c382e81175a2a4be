"""Every byte of a manifest is covered by its digest beside it, and a folder without a manifest gives way."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from conftest import ROOT
from corpora import fits_schema
from qawl import cli
from qawl.release import build
from qawl.release.versions import manifest
from qawl.scheme import json_schema


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


def _keys(schema, defs, place=""):
    """The keys that records of a schema can have, with their places."""
    while "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    for each in schema.get("anyOf", ()):
        yield from _keys(each, defs, place)
    for name, value in schema.get("properties", {}).items():
        yield f"{place}/{name}"
        yield from _keys(value, defs, f"{place}/{name}")
    for inside in ("additionalProperties", "items"):
        if isinstance(schema.get(inside), dict):
            yield from _keys(schema[inside], defs, f"{place}/*")


def test_every_key_that_a_manifest_can_have_is_described():
    (said,), parts = msgspec.json.schema_components(
        [manifest.Manifest], schema_hook=lambda _: {"title": "any"}
    )
    can = {*_keys(said, parts)}
    described = {*_keys(json_schema.load("release"), {})} - {"/features/*/*/name"}
    assert described == can
    assert {"/silver/*/measured", "/errata/*/address", "/chain/*/annotators/*/person"} <= can


def test_the_manifests_of_earlier_releases_fit_the_schema():
    folder = Path(__file__).parents[1] / "data/kept/exports/releases"
    assert [fits_schema(each)["version"] for each in sorted(folder.iterdir())]


def _pipe(path):
    os.mkfifo(path)


def _empty(path):
    path.mkdir()


def _link_to_nothing(path):
    path.symlink_to("nowhere")


def _link_to_a_folder(path):
    path.symlink_to("articles", target_is_directory=True)


def _file(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", "utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (_pipe, "pipe"),
        (_pipe, "articles/pipe"),
        (_empty, "empty"),
        (_empty, ".empty"),
        (_link_to_nothing, "link"),
        (_link_to_a_folder, "link"),
        (_file, ".cache/y.py"),
        (_file, ".hidden/y.py"),
        (_file, ".github/workflows/x.yml"),
        (_file, "articles/.git/x"),
        (_file, ".gitignore"),
        (_file, ".git.txt"),
    ],
)
def test_what_is_no_part_of_a_release_is_named(copy, make, name):
    make(copy / name)
    code, said = verify(copy)
    assert code == 1
    assert said.startswith(f"{name} is ")


def test_a_pipe_in_place_of_a_file_is_named(copy):
    (copy / "README.md").unlink()
    _pipe(copy / "README.md")
    code, said = verify(copy)
    assert code == 1
    assert "README.md is no file" in said


def test_what_git_and_the_hub_leave_beside_a_release_is_no_difference(copy):
    for name in (".git/objects/ab/x", ".gitattributes", ".cache/huggingface/download/x.lock"):
        _file(copy / name)
    _empty(copy / ".git" / "refs")
    assert verify(copy)[0] == 0
    shutil.rmtree(copy / ".git")
    _file(copy / ".git")  # as submodules have it
    assert verify(copy)[0] == 0
