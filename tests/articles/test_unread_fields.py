"""Columns that other tools name in their own way: what ingest does not read it names, with a remedy that works."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from qawl import cli

ROW = {"headline": "Rain", "text": "Heavy rain fell.", "date": "2024-05-01", "publisher": "Gazette"}


def _write(folder: Path, ending: str) -> Path:
    file = folder / f"rows.{ending}"
    if ending == "parquet":
        pq.write_table(pa.Table.from_pylist([ROW]), file)
    elif ending == "jsonl":
        file.write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    else:
        file.write_text(f"{','.join(ROW)}\n{','.join(ROW.values())}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_fields_that_are_not_read_are_named_and_the_remedy_reads_them(
    make_corpus, tmp_path, monkeypatch, ending
):
    monkeypatch.chdir(make_corpus().root)
    file = str(_write(tmp_path, ending))
    said = CliRunner().invoke(cli.group, ["ingest", file]).output
    assert "date" in said.split("not read    fields ")[1].splitlines()[0]
    remedy = said.split("add to --map: ")[1].split()[0]
    assert {*remedy.split(",")} == {"title=headline", "source=publisher", "published=date"}
    again = CliRunner().invoke(cli.group, ["ingest", file, "--map", remedy]).output
    assert "not read" not in again
    articles = Path("corpus/articles.jsonl").read_text(encoding="utf-8").splitlines()
    found = [each for each in map(json.loads, articles) if each["source"] == "Gazette"]
    assert [(each["title"], each["published"]) for each in found] == [("Rain", "2024-05-01")]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_field_of_map_that_no_record_has_is_named(make_corpus, tmp_path, monkeypatch, ending):
    """A slip in --map would leave every title out without a word."""
    monkeypatch.chdir(make_corpus().root)
    file = str(_write(tmp_path, ending))
    said = (
        CliRunner().invoke(cli.group, ["ingest", file, "--map", "title=head,published=date"]).output
    )
    assert said.count("no record has a field that --map names: head\n") == 1
    strict = ["ingest", file, "--map", "title=head", "--strict", "--json"]
    done = CliRunner().invoke(cli.group, strict)
    assert done.exit_code == 1
    assert json.loads(done.output)["map_not_found"] == ["head"]


def test_a_field_of_map_that_some_records_have_is_taken(make_corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(make_corpus().root)
    file = tmp_path / "some.jsonl"
    rows = [{"text": "Rain fell."}, {"text": "Snow fell.", "headline": "Snow"}]
    file.write_text("".join(json.dumps(each) + "\n" for each in rows))
    said = CliRunner().invoke(cli.group, ["ingest", str(file), "--map", "title=headline"]).output
    assert "NOT TAKEN" not in said


def test_no_remedy_replaces_a_field_that_is_there(make_corpus, tmp_path, monkeypatch):
    """A crawl often has both: `date` of the crawl and `published`."""
    monkeypatch.chdir(make_corpus().root)
    file = tmp_path / "crawl.jsonl"
    file.write_text(
        json.dumps({"text": "Rain.", "published": "2024-05-01", "date": "2024-06-01"}) + "\n"
    )
    said = CliRunner().invoke(cli.group, ["ingest", str(file)]).output
    assert "not read    fields date\n" in said
    assert "--map" not in said


def test_articles_that_were_exported_by_qawl_have_no_unread_fields(
    make_corpus, tmp_path, monkeypatch
):
    monkeypatch.chdir(make_corpus().root)
    CliRunner().invoke(cli.group, ["ingest", str(_write(tmp_path, "csv"))])
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(Path("corpus/articles.jsonl").read_bytes())
    assert "not read" not in CliRunner().invoke(cli.group, ["ingest", str(kept)]).output


def test_a_record_without_text_is_set_aside_with_the_names_of_its_fields(
    make_corpus, tmp_path, monkeypatch
):
    monkeypatch.chdir(make_corpus().root)
    file = tmp_path / "crawl.jsonl"
    file.write_text('{"headline": "Rain", "body": "Heavy rain fell."}\n')
    CliRunner().invoke(cli.group, ["ingest", str(file)])
    aside = Path("corpus/set-aside.jsonl").read_text(encoding="utf-8")
    assert "its fields are headline, body" in aside


ENGLISH, HEBREW, ARABIC = (
    "The bridge will close.",
    "הגשר ייסגר ביום שני.",
    "يغلق الجسر يوم الاثنين 2024 (BBC).",
)


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        (ENGLISH, None, True),
        (HEBREW, None, True),
        (ARABIC, None, False),
        ("12:30 – 14:00", None, False),
        (ENGLISH, "en", False),
        (ENGLISH, "ar", False),  # somebody said so
    ],
)
def test_a_text_in_other_letters_than_those_of_the_corpus_is_named(
    make_corpus, tmp_path, monkeypatch, text, language, named
):
    monkeypatch.chdir(make_corpus().root)
    settings = Path("qawl.yaml")
    assert "language: ar" in settings.read_text(encoding="utf-8")
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({"text": text, "language": language}) + "\n", encoding="utf-8")
    said = CliRunner().invoke(cli.group, ["ingest", str(file)]).output
    assert ("written in other letters" in said) == named
    assert ("one.jsonl:1" in said) == named


def test_a_key_that_source_yaml_does_not_have_is_named_with_those_it_has(
    make_corpus, tmp_path, monkeypatch
):
    """`licence` is the British spelling."""
    monkeypatch.chdir(make_corpus().root)
    (tmp_path / "a.txt").write_text("Heavy rain fell.")
    (tmp_path / "_source.yaml").write_text("licence: CC-BY-4.0\n")
    CliRunner().invoke(cli.group, ["ingest", str(tmp_path / "a.txt")])
    aside = Path("corpus/set-aside.jsonl").read_text(encoding="utf-8")
    assert "unknown field `licence`; the keys are title, language, source" in aside
