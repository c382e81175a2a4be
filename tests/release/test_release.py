"""Releases: what was annotated is in the tables, withheld text is not, and bytes don't change."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
import table_files
from conftest import ROOT, TOY
from corpora import fits_schema, write_articles
from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.articles.splits import splits
from qawl.core import project
from qawl.core.column_types import STRING, ClassLabel, ListOf, Record
from qawl.core.errors import ReleaseError
from qawl.core.records import JUDGE, Annotation, Provenance, Relation, Span
from qawl.core.settings import Release
from qawl.release import build, gates
from qawl.release.rights.runs import RUN
from qawl.release.rights.withheld import Guard
from qawl.release.tables import arrays, columns, tables
from qawl.release.tables import rows as tables_rows
from qawl.release.tables.tables import Annotated
from qawl.release.versions import manifest
from qawl.scheme import scheme
from strategies import article


@pytest.fixture
def built(released):
    """A release of the repository's corpus."""
    return released


def table(folder, config):
    """All rows of a config, whatever the split."""
    return [
        row
        for path in sorted((folder / config).glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]


def as_annotation(row):
    """An annotation from its row of the table `annotations`."""

    def attributes(listed):
        return {
            each["name"]: each["values"] if each["value"] is None else each["value"]
            for each in listed
        }

    where = {name: row[name] for name in Provenance.__struct_fields__}
    drawn = []
    for each in row["relations"]:
        given_ = {} if each["direction"] == "right" else {"direction": each["direction"]}
        drawn.append(Relation(label=each["label"], from_=each["from"], to=each["to"], **given_))
    return Annotation(
        article_id=row["article_id"],
        layer=row["layer"],
        annotator=row["annotator"] or JUDGE,
        status=("submitted", "skipped")[row["status"]],
        text_sha256=row["text_sha256"],
        scheme_version=row["scheme_version"],
        spans=tuple(
            Span(
                each["id"],
                each["label"],
                each["start"],
                each["end"],
                each["text"],
                attributes(each["attributes"]),
            )
            for each in row["spans"]
        ),
        relations=tuple(drawn),
        attributes=attributes(row["attributes"]),
        provenance=Provenance(**where),
    )


@given(st.data())
def test_annotation_to_parquet_and_back_is_identity(tmp_path_factory, data):
    known = {
        layer: scheme.load_file(ROOT / "label_config" / f"{layer}.yaml")
        for layer in ("entity", "quote", "claim")
    }
    layer = data.draw(st.sampled_from(list(known)))
    text = data.draw(strategies.texts)
    before = data.draw(strategies.annotations(known[layer], text))
    frozen = article(text, redistribute=True)
    kinds = tables.all_columns(known)
    cells, _ = tables_rows.Maker(known, kinds, Guard(tuple)).cells(
        [Annotated(frozen, {}, [before])]
    )
    kinds = kinds["annotations"]
    folder = tmp_path_factory.mktemp("parquet")
    writer = table_files.opened(folder, "x", kinds)
    table_files.add(writer, arrays.batch(kinds, cells["annotations"]), frozen.id)
    writer.close()
    assert as_annotation(pq.read_table(folder / "x.parquet").to_pylist()[0]) == before


def test_the_dataset_holds_what_was_pulled(recorded, built):
    withheld = {each.id for each in article_store.articles(recorded) if not each.redistribute}
    got = {
        (each.layer, each.article_id, each.annotator): each
        for each in map(as_annotation, table(built, "annotations"))
    }
    count = 0
    for layer in recorded.settings.layers:
        for record in derive.read(recorded, layer):
            row = got[layer, record.article_id, record.annotator]
            assert row.relations == record.relations
            assert [(span.id, span.label, span.start, span.end) for span in row.spans] == [
                (span.id, span.label, span.start, span.end) for span in record.spans
            ]
            if record.article_id not in withheld:
                assert row == record
            count += 1
    assert count == len(got) > 0


def test_datasets_loads_every_config(built, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    expected = {name.partition("/")[0] for name in manifest.load(built).content}
    assert set(datasets.get_dataset_config_names(str(built))) == expected
    for config in expected:
        loaded = datasets.load_dataset(str(built), config, cache_dir=str(tmp_path / "cache"))
        assert sum(len(each) for each in loaded.values()) == len(table(built, config))
    default = datasets.load_dataset(str(built), cache_dir=str(tmp_path / "cache"))
    assert "entity_spans" in default["train"].features
    label = datasets.load_dataset(str(built), "entities", cache_dir=str(tmp_path / "cache"))[
        "train"
    ].features["label"]
    assert label.names == list(scheme.load_file(ROOT / "label_config" / "entity.yaml").label)


def test_withheld_text_is_nowhere_in_a_release(recorded, built):
    guard = Guard(lambda: article_store.articles(recorded))
    secret = next(each for each in article_store.articles(recorded) if not each.redistribute)
    for path in built.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes().decode("utf-8", "replace")
        assert guard.run_in(content, document=True) is None, path
    for config in {name.partition("/")[0] for name in manifest.load(built).content}:
        for row in table(built, config):
            assert guard.run_in(json.dumps(row, ensure_ascii=False)) is None
    (row,) = [each for each in table(built, "articles") if each["id"] == secret.id]
    assert row["withheld"]
    assert row["text"] is None
    assert {span["text"] for span in row["entity_spans"]} == {None}


@pytest.mark.parametrize("length", [RUN - 1, RUN])
def test_a_run_of_twenty_code_points_is_withheld_text(length):
    held = article("هذا نص لا يجوز نشره لأن حقوقه محفوظة", redistribute=False)
    guard = Guard(lambda: [held, article("نص آخر", redistribute=True)])
    piece = held.text[3 : 3 + length]
    assert (
        guard.run_in(f"قبل {piece} بعد".replace("قبل ", "#").replace(" بعد", "#")) is not None
    ) == (length == RUN)
    assert (guard.run_in(json.dumps({"x": piece}), document=True) is not None) == (length == RUN)


def test_text_that_stands_in_a_free_article_too_is_no_withheld_text():
    held = article("قالت الوزارة في بيان لها إن المحطة ستعمل غدا", redistribute=False)
    free = article("وقالت الوزارة في بيان لها إن المحطة ستعمل غدا صباحا", redistribute=True)
    assert Guard(lambda: [held, free]).run_in(held.text) is None


def test_the_same_inputs_give_the_same_bytes_anywhere(recorded, built, tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(recorded.root, copy, ignore=shutil.ignore_patterns("releases", ".qawl"))
    environment = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    script = "from pathlib import Path; from qawl.core import project; from qawl.release import build; build.build(project.load(Path('.')), '0.1.0', notes=[])"
    subprocess.run([sys.executable, "-c", script], cwd=copy, env=environment, check=True)
    other = copy / "exports" / "releases" / "0.1.0"
    assert manifest.file_digests(other) == manifest.file_digests(built)
    assert (other / "manifest.json").read_bytes() == (built / "manifest.json").read_bytes()


def test_a_version_that_exists_with_other_bytes_is_refused(recorded, built):
    assert not build.build(recorded, "0.1.0", notes=[]).fresh
    before = manifest.file_digests(built)
    articles = list(article_store.articles(recorded))
    write_articles(recorded, [*articles, article("مقال جديد", redistribute=True)])
    with pytest.raises(ReleaseError, match="stays as it is"):
        build.build(recorded, "0.1.0", notes=[])
    assert manifest.file_digests(built) == before
    assert not list(built.parent.glob(".building*"))


@pytest.mark.parametrize("version", ["1", "0.1", "v0.1.0", "0.1.0-rc1", "../x", "01.0.0"])
def test_a_wrong_version_is_one_line(recorded, version):
    with pytest.raises(ReleaseError, match="not a version"):
        build.build(recorded, version, notes=[])


def test_verify_says_what_was_changed(built):
    assert list(manifest.verify(built)) == []
    (built / "README.md").write_text("x", "utf-8")
    (built / "extra.txt").write_text("x", "utf-8")
    shutil.rmtree(built / "claims")
    said = list(manifest.verify(built))
    assert [each.split()[-1] for each in said] == ["changed", "missing", "release"]


def test_a_manifest_fits_its_schema(built):
    fits_schema(built)


def test_gates_are_closed_by_errors_and_stale_files(recorded):
    assert list(gates.failing(recorded)) == []
    (recorded.label_config / "quote.xml").write_text("old", "utf-8")
    path = recorded.annotations_file("quote")
    path.write_text(path.read_text("utf-8").replace('"CUE"', '"VERB"', 1), "utf-8")
    said = list(gates.failing(recorded))
    assert "stale" in said[0]
    assert "label-unknown" in said[1]


SETTINGS = Release()


def grouped(count):
    return [
        article(f"مقال {number}", published=f"2026-01-{number % 28 + 1:02}")
        for number in range(count)
    ]


def test_splits_never_move_when_articles_are_added():
    few, many = splits(grouped(50), SETTINGS), splits(grouped(400), SETTINGS)
    assert {identity: many[identity] for identity in few} == few
    share = sum(split == "train" for split in many.values()) / 400
    assert 0.74 < share < 0.86


def test_groups_never_straddle_and_one_group_is_train():
    one = article("نص", group="0" * 12)
    assert set(splits([one, article("نص آخر", group="0" * 12)], SETTINGS).values()) == {"train"}
    found = splits([*grouped(30), one, article("نص ثالث", group="0" * 12)], SETTINGS)
    assert len({found[each] for each in found if each in {one.id, article("نص ثالث").id}}) == 1


def test_a_locked_test_set_and_dates():
    articles = grouped(30)
    locked = Release(locked_test=(articles[3].id,))
    assert splits(articles, locked)[articles[3].id] == "test"
    dated = splits(articles, Release(split_from={"validation": "2026-01-10", "test": "2026-01-20"}))
    for each in articles:
        expected = (
            "test"
            if each.published >= "2026-01-20"
            else "validation"
            if each.published >= "2026-01-10"
            else "train"
        )
        assert dated[each.id] == expected


def test_quotes_are_rows_with_their_parts_resolved(recorded, built):
    english = next(each for each in article_store.articles(recorded) if each.language == "en")
    found = [row for row in table(built, "quotes") if row["article_id"] == english.id]
    for row in found:
        for piece in (*row["pieces"], *row["cue"], *row["source"], *row["addressee"]):
            assert english.text[piece["start"] : piece["end"]] == piece["text"]
    joined = [row for row in found if len(row["pieces"]) == 2]
    assert all(row["pieces"][0]["id"] == row["id"] for row in joined)


def test_a_new_layer_has_tables_of_its_own(make_corpus, schemes):
    text = "قال أحمد"
    made = make_corpus(text, settings="layers: [toy]\nannotators: [a1]", redistribute=True)
    yaml = f"""{TOY}relations:
  - {{name: r, title: {{en: r}}, from: [A], to: [A]}}
"""
    (made.label_config / "toy.yaml").write_text(yaml, "utf-8")
    spans = (Span("x", "A", 0, 3, "قال"), Span("y", "A", 4, 8, "أحمد"))
    record = Annotation(
        article_id=article(text).id,
        layer="toy",
        annotator="a1",
        text_sha256=article(text).text_sha256,
        scheme_version="1",
        spans=spans,
        relations=(Relation(label="r", from_="x", to="y"),),
    )
    made.annotations_file("toy").parent.mkdir(parents=True)
    from qawl.core import files

    files.write(made.annotations_file("toy"), [record])
    folder = build.build(project.load(made.root), "0.1.0", notes=[]).folder
    assert [row["text"] for row in table(folder, "toy")] == ["قال", "أحمد"]
    assert [row["label"] for row in table(folder, "toy_relations")] == ["r"]


def test_rows_become_arrays_and_come_back():
    kind = Record.of({"x": ListOf(ClassLabel(("a", "b"))), "y": STRING})
    values = [{"x": ["b", "a"], "y": None}, {"x": None, "y": "z"}, {"x": [], "y": ""}]
    cells = {"value": values, "of": [each["x"] for each in values]}
    made = arrays.batch({"value": kind, "of": kind.fields[0][1]}, cells)
    assert [columns.decode(kind, each) for each in made.column("value").to_pylist()] == values
    assert made.column("of").to_pylist() == [[1, 0], None, []]
    with pytest.raises(KeyError):
        arrays.batch({"value": kind}, {"value": [{"x": ["c"], "y": None}]})


def test_a_failed_build_leaves_nothing(recorded, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build.versions_manifest, "write", full)
    with pytest.raises(OSError, match="No space"):
        build.build(recorded, "0.9.0", notes=[])
    assert not list(Path(recorded.releases).glob("*0.9.0*"))
