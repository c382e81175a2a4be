"""Records of annotation tools hold more than a text; whoever ingests them learns that it was not taken."""

import json

import pytest
from click.testing import CliRunner

from qawl import cli

TEXT = "Layla Haddad works for Northwind in Amman."
HELD = {
    "doccano": ({"label": [[0, 12, "PER"], [23, 32, "ORG"]]}, ["label"]),
    "doccano with relations": (
        {"entities": [{"id": 1, "start_offset": 0, "end_offset": 12}], "relations": [{"from_id": 1, "to_id": 2}]},
        ["entities", "relations"],
    ),
    "doccano of documents": ({"label": ["sport"]}, ["label"]),
    "prodigy": ({"spans": [{"start": 0, "end": 12, "label": "PER"}], "answer": "accept"}, ["spans"]),
    "spacy": ({"ents": [{"start": 0, "end": 12, "label": "PER"}]}, ["ents"]),
    "the Hub": ({"ner_tags": [0, 1, 2]}, ["ner_tags"]),
    "another name": ({"الكيانات": [[0, 12, "شخص"]]}, ["الكيانات"]),
    "Label Studio": ({"annotations": [{"result": []}]}, ["annotations"]),
    "nothing in it": ({"label": [], "spans": None, "entities": ""}, []),
    "plain metadata": ({"tags": ["sport", "news"], "scores": [1, 2, 3], "authors": [{"name": "x"}]}, []),
}  # fmt: skip


@pytest.mark.parametrize("tool", HELD)
def test_annotations_in_records_are_named_by_their_fields(make_corpus, tmp_path, monkeypatch, tool):
    more, fields = HELD[tool]
    corpus = make_corpus()
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps({"text": TEXT, "id": "1", **more}, ensure_ascii=False))
    monkeypatch.chdir(corpus.root)
    done = CliRunner().invoke(cli.group, ["ingest", str(path)])
    assert done.exit_code == 0
    assert ("NOT TAKEN" in done.output) == bool(fields)
    for name in fields:
        assert f"1 × field {name}" in done.output
    again = CliRunner().invoke(cli.group, ["ingest", str(path), "--json", "--strict"])
    assert again.exit_code == bool(fields)
    assert json.loads(again.output)["annotations_not_taken"] == dict.fromkeys(fields, 1)


def test_annotations_in_a_parquet_file_are_named(make_corpus, tmp_path, monkeypatch):
    import pyarrow as pa
    import pyarrow.parquet as pq

    corpus = make_corpus()
    path = tmp_path / "records.parquet"
    rows = {"text": [TEXT, "Another text."], "spans": [[{"start": 0, "end": 5}], []]}
    pq.write_table(pa.table(rows), path)
    monkeypatch.chdir(corpus.root)
    done = CliRunner().invoke(cli.group, ["ingest", str(path)])
    assert "2 × field spans" in done.output
