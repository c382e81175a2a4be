"""Columns that other tools name in their own way: what ingest does not read it names, with a remedy that works."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpora import main
from qawl import cli
from qawl.articles.frozen import article_id

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


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("<p>The bridge closes.</p><p>It opens in May.</p>", True),
        ("The bridge closes.<br/>It opens in May.", True),
        ("AT&amp;T won&#8217;t pay for the bridge.", True),
        ("AT&T won't pay; if a < b and b > c, x & y;", False),
        ("Press <Enter> & wait for 3 <i> 4 to show.", False),
    ],
)
def test_a_text_with_tags_is_named(make_corpus, tmp_path, monkeypatch, text, named):
    """Sites give their articles as HTML in a field; they were frozen with all tags, and nobody said so."""
    monkeypatch.chdir(make_corpus().root)
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({"text": text, "language": "en"}) + "\n", encoding="utf-8")
    said = CliRunner().invoke(cli.group, ["ingest", str(file)]).output
    assert ("html        1 text has tags or references" in said) == named


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (r"{\rtf1\ansi The bridge closes.\par}", "it is RTF: save it as .docx"),
        ("\ufeff\n<!DOCTYPE html>\n<html><p>The bridge closes.", "it is a page: name it .html"),
        ("%PDF-1.4\n1 0 obj\n<< >>\n", "it is a PDF: save its text as .txt"),
        ("From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n", "it is a saved page (MHTML)"),
    ],
)
def test_what_is_no_text_is_told_by_its_start(make_corpus, tmp_path, monkeypatch, content, said):
    """Named .txt, RTF was an article with all its commands."""
    monkeypatch.chdir(make_corpus().root)
    file = tmp_path / "one.txt"
    file.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(cli.group, ["ingest", str(file)])
    assert done.exit_code == 1
    assert f"one.txt: {said}" in " ".join(done.output.split())


def test_a_field_that_map_gives_twice_is_refused(make_corpus, tmp_path, monkeypatch):
    """The last one won: a corpus of headlines."""
    monkeypatch.chdir(make_corpus().root)
    file = str(_write(tmp_path, "jsonl"))
    done = CliRunner().invoke(cli.group, ["ingest", file, "--map", "text=text,text=headline"])
    assert done.exit_code == 2
    assert "text is given twice, as text and as headline" in done.output
    twice = CliRunner().invoke(
        cli.group, ["ingest", file, "--map", "title=headline,title=headline"]
    )
    assert twice.exit_code == 0


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("mapped", [None, "context=around"])
def test_a_context_that_is_no_object_is_named(make_corpus, tmp_path, monkeypatch, ending, mapped):
    """Sets of questions (SQuAD) have a passage in `context`; ours has what annotators see beside the text."""
    monkeypatch.chdir(make_corpus().root)
    name = mapped.partition("=")[2] if mapped else "context"
    monkeypatch.setitem(ROW, name, "What readers saw")
    file = str(_write(tmp_path, ending))
    said = (
        CliRunner()
        .invoke(cli.group, ["ingest", file, *(["--map", mapped] if mapped else [])])
        .output
    )
    assert name in said.split("not read    fields ")[1].splitlines()[0].split(", ")
    read = ["--map", f"title={name}" if mapped else "text=context"]
    fields = (
        CliRunner()
        .invoke(cli.group, ["ingest", file, *read])
        .output.partition("not read    fields ")[2]
    )
    assert name not in fields.splitlines()[0].split(", ")


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_context_that_is_an_object_is_read(make_corpus, tmp_path, monkeypatch, ending):
    monkeypatch.chdir(make_corpus().root)
    monkeypatch.setitem(ROW, "context", {"before": "What readers saw"})
    said = CliRunner().invoke(cli.group, ["ingest", str(_write(tmp_path, ending))]).output
    assert "context" not in said
    assert '"context":{"before":"What readers saw"}' in Path("corpus/articles.jsonl").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("name", ["_source.yaml", "_source.yml", "_source.json"])
def test_what_is_said_of_a_folder_may_have_each_ending_that_an_article_may(
    make_corpus, tmp_path, monkeypatch, name
):
    monkeypatch.chdir(make_corpus().root)
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.txt").write_text("Heavy rain fell.")
    (tmp_path / "s" / name).write_text('{"source": "Gazette", "license": "CC0-1.0"}\n')
    said = CliRunner().invoke(cli.group, ["ingest", str(tmp_path / "s")]).output
    assert "set aside   0" in said
    assert '"source":"Gazette"' in Path("corpus/articles.jsonl").read_text("utf-8")


def test_a_source_file_that_an_editor_gave_txt_is_no_article(make_corpus, tmp_path, monkeypatch):
    """Notepad adds .txt to what it saves."""
    monkeypatch.chdir(make_corpus().root)
    (tmp_path / "_source.yaml.txt").write_text("license: CC0-1.0\n")
    said = CliRunner().invoke(cli.group, ["ingest", str(tmp_path)]).output
    assert "frozen      0" in said
    assert "name it _source.yaml" in Path("corpus/set-aside.jsonl").read_text("utf-8")


def test_sources_that_differ_in_what_nobody_sees_are_one(make_corpus, tmp_path, monkeypatch):
    """Spreadsheets leave spaces, web pages no-break spaces, Arabic editors direction marks, macOS decomposed
    letters; licences, samples and duplicates go by the source."""
    monkeypatch.chdir(make_corpus().root)
    names = [
        "Café  Press",
        " Café Press",
        "Cafe\u0301\u00a0Press ",
        "\u200fCafé Press\u200e",
        "Café\tPress",
        "\u200f \u200e",
    ]
    file = tmp_path / "a.jsonl"
    rows = [
        {"text": f"Rain number {at} fell heavily.", "source": name} for at, name in enumerate(names)
    ]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    said = CliRunner().invoke(cli.group, ["ingest", str(file)]).output
    assert "5 × Café Press\n" in said
    assert "1 × (no source)\n" in said


def test_an_article_that_was_frozen_with_white_space_around_its_source_is_known(
    make_corpus, tmp_path, monkeypatch
):
    """Earlier versions froze sources as they came; an article keeps its source, and its id."""
    monkeypatch.chdir(make_corpus().root)
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"text": "Heavy rain fell.", "source": "Gazette"}), "utf-8")
    CliRunner().invoke(cli.group, ["ingest", str(file)])
    articles = Path("corpus/articles.jsonl")
    lines = articles.read_text("utf-8").splitlines()
    (article,) = (json.loads(each) for each in lines if "Heavy rain" in each)
    old = {**article, "source": " Gazette ", "id": article_id(" Gazette ", article["text"])}
    kept = [each for each in lines if "Heavy rain" not in each]
    every = sorted(
        [*kept, json.dumps({**old, "group": old["id"]})], key=lambda line: json.loads(line)["id"]
    )
    articles.write_text("\n".join(every) + "\n", "utf-8")
    file.write_text(json.dumps({"text": "Heavy rain fell.", "source": " Gazette "}), "utf-8")
    said = CliRunner().invoke(cli.group, ["ingest", str(file)]).output
    assert "(1 was there already)" in said
    assert "frozen      0" in said
    assert "nothing to do" in said


def test_a_key_that_source_yaml_does_not_have_is_named_with_those_it_has(
    make_corpus, tmp_path, monkeypatch
):
    """`licence` is the British spelling."""
    monkeypatch.chdir(make_corpus().root)
    (tmp_path / "a.txt").write_text("Heavy rain fell.")
    (tmp_path / "_source.yaml").write_text("licence: CC-BY-4.0\n")
    CliRunner().invoke(cli.group, ["ingest", str(tmp_path / "a.txt")])
    aside = Path("corpus/set-aside.jsonl").read_text(encoding="utf-8")
    assert "there is no key `licence`; the keys are title, language, source" in aside


@pytest.mark.parametrize(
    ("language", "own"),
    [
        ("zh", "这座桥将于周一关闭。"),
        ("zh-TW", "這座橋將於週一關閉。"),
        ("ja", "東京タワーは月曜日にしまる。"),
        ("ja", "タワー"),
        ("ta", "பாலம் திங்கட்கிழமை மூடப்படும்."),
        ("te", "వంతెన సోమవారం మూసివేయబడుతుంది."),
        ("my", "တံတားကို တနင်္လာနေ့တွင် ပိတ်မည်။"),
        ("km", "ស្ពាននឹងបិទនៅថ្ងៃចន្ទ។"),
    ],
)
def test_other_letters_are_told_in_languages_of_several_scripts_too(tmp_path, language, own):
    """Japanese is written in three, and languages without an alphabet were taken for any letters."""
    assert main(tmp_path, "init", "c", "--language", language)[0] == 0
    file = tmp_path / "two.jsonl"
    lines = (json.dumps({"text": text}) + "\n" for text in (own, ENGLISH))
    file.write_text("".join(lines), encoding="utf-8")
    said = main(tmp_path / "c", "ingest", str(file))[1]
    assert "1 taken for the language of qawl.yaml, but written in other letters" in said
    assert "two.jsonl:2" in said
