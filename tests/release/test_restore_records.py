"""Copies whose fields have other names, as a crawl writes them, give a text back under the same --map."""

import json

import pyarrow.parquet as pq
from click.testing import CliRunner

from qawl import cli

TEXT = "يغلق الجسر يوم الاثنين، قال رئيس البلدية."


def test_a_text_that_came_by_map_goes_back_by_map(make_corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(make_corpus().root)
    copy, target = tmp_path / "crawl.jsonl", tmp_path / "full"
    copy.write_text(json.dumps({"headline": "الجسر", "body": TEXT}) + "\n", encoding="utf-8")

    def run(*words: str):
        return CliRunner().invoke(cli.group, [*words])

    names = "text=body,title=headline"
    assert run("ingest", str(copy), "--map", names).exit_code == 0
    assert run("release", "0.1.0", "--draft").exit_code == 0
    back = ("restore", "exports/releases/0.1.0", "--articles", str(copy), "--to")
    without = run(*back, str(tmp_path / "none"))
    assert without.exit_code == 1
    assert "as in --map" in without.output
    done = run(*back, str(target), "--map", names)
    assert done.exit_code == 0, done.output
    assert [
        (row["text"], row["title"]) for row in pq.read_table(target / "articles").to_pylist()
    ] == [(TEXT, "الجسر")]
    assert "give OURS=THEIRS" in run(*back, str(tmp_path / "x"), "--map", "foo=body").output
