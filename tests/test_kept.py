"""What earlier versions wrote is still read: a corpus with its journal, gold and release as they left it."""

import shutil

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import ROOT
from qawl.annotations import journal, segments
from qawl.annotations import store as annotation_store
from qawl.articles import shards
from qawl.core import gold_file, project
from qawl.gold import decide
from qawl.release import build
from qawl.release.versions import diff, manifest
from qawl.validation import validate

KEPT = ROOT / "tests" / "data" / "kept"


@pytest.fixture
def kept(tmp_path):
    """A copy of the corpus, without what belongs to a machine."""
    shutil.copytree(KEPT, tmp_path / "kept")
    return project.load(tmp_path / "kept")


@pytest.mark.parametrize("sealed", [False, True])
def test_the_journal_gives_the_same_annotations_and_gold(kept, sealed, monkeypatch):
    """Also where it and the articles have become too large for one file."""
    if sealed:
        monkeypatch.setattr(segments, "SEAL", 1000)
        monkeypatch.setattr(shards, "SEAL", 100)
        lines = kept.articles_file.read_bytes().splitlines(keepends=True)
        shards.replace(kept, lines)
        for path in segments.journals(kept.journal):
            journal.opened_at(kept, path).append(())
            assert segments.sealed(path)
        assert len(shards.paths(kept)) == len(lines)
    for layer in kept.settings.layers:
        path = kept.annotations_file(layer)
        before = path.read_bytes()
        path.unlink()
        annotation_store.rebuild(kept, layer)
        assert path.read_bytes() == before
        now, then = decide.gold(kept, layer), gold_file.read(kept, layer)
        for one, other in zip(now, then, strict=True):
            assert _by_number(one) == other
    assert not [each for each in validate.validate(kept) if each.severity == "error"]


def _by_number(gold):
    """Gold with the span ids of earlier versions: s1, s2, … in the order of the text."""
    replace = msgspec.structs.replace
    ids = {span.id: f"s{number}" for number, span in enumerate(gold.spans, start=1)}
    return replace(
        gold,
        spans=tuple(replace(each, id=ids[each.id]) for each in gold.spans),
        relations=tuple(
            replace(each, from_=ids[each.from_], to=ids[each.to]) for each in gold.relations
        ),
    )


def test_a_release_whose_digests_are_of_rows_is_verified(kept):
    folder = kept.releases / "0.1.0"
    assert manifest.load(folder).content_of is None
    assert list(manifest.verify(folder)) == []
    path = folder / "entities" / "train.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(4, "start", pa.array([9, 9, 9], table.schema[4].type)), path)
    said = manifest.load(folder)
    said.files["entities/train.parquet"] = manifest.file_digests(folder)["entities/train.parquet"]
    manifest.write(folder, said)
    assert list(manifest.verify(folder)) == [
        "entities/train: the rows are not those of the manifest"
    ]


def test_a_release_that_does_not_say_what_its_digests_are_of_is_verified(kept):
    folder = build.build(kept, "0.1.1", notes=[]).folder
    manifest.write(folder, msgspec.structs.replace(manifest.load(folder), content_of=None))
    assert list(manifest.verify(folder)) == []


def test_a_release_is_compared_with_one_of_today(kept):
    new = build.build(kept, "0.1.1", notes=[]).folder
    found = diff.difference(kept.releases / "0.1.0", new)
    assert found.level == "patch"
    assert list(manifest.verify(new)) == []
    before, now = (manifest.load(kept.release(each)).chain for each in ("0.1.0", "0.1.1"))
    assert {layer: each.scheme_sha256 for layer, each in now.items()} == {
        layer: each.scheme_sha256 for layer, each in before.items()
    }, "a key that schemes may have since then changes the digest of those that lack it: UNSET"
    assert "The scheme of" not in (new / "CHANGELOG.md").read_text("utf-8")
