"""What annotators are told, through `qawl guidelines`, a release and the plan of `qawl push`."""

import io
import json
import re

import pytest

from conftest import ROOT
from corpora import arrow, judge_tasks, main, mark, pull, qawl, work
from corpora import corpus as made_of
from corpora import scheme as scheme_of
from loop import Loop
from qawl.core import phrases, project
from qawl.core.findings import CHECKS
from qawl.core.records import JUDGE
from qawl.guidelines import page, versions
from qawl.guidelines.rules import sentence
from qawl.scheme import rules
from qawl.studio import projects, push

TEXTS = {
    "one": "Layla Haddad met the mayor of Millbrook.\nShe left.",
    "two": "The mayor of Millbrook spoke.",
}


def shipped(layer):
    return (ROOT / "label_config" / f"{layer}.yaml").read_text("utf-8")


@pytest.fixture
def english(tmp_path):
    return Loop(tmp_path / "english", {"entity": shipped("entity")}, TEXTS.values())


@pytest.fixture
def arabic(tmp_path):
    text = {"text": "وصل إلى بيروت", "language": "ar", "redistribute": True, "license": "CC0-1.0"}
    return Loop(tmp_path / "arabic", {"entity": shipped("entity")}, [text], languages="ar")


def test_english_guidelines_of_an_english_corpus_have_no_rule_of_arabic_clitics(english, tmp_path):
    said = english.run("guidelines")
    assert "proclitic" not in said
    assert "[و" not in said
    assert '<html lang="en" dir="ltr">' in said
    release = english.release(tmp_path / "cache") and next(
        english.folder.glob("exports/releases/*/GUIDELINES.md")
    ).read_text("utf-8")
    assert "proclitic" not in release
    assert "ق١" not in release


def test_one_arabic_article_in_an_english_corpus_brings_the_rule(tmp_path):
    given = [
        {"text": "Layla left.", "language": "en"},
        {"text": "وصل إلى بيروت", "language": "ar-LB"},
    ]
    said = Loop(tmp_path / "mixed", {"entity": shipped("entity")}, given).run("guidelines")
    assert "C1: leave a one-letter proclitic" in said


def test_arabic_guidelines_stand_right_to_left_with_every_definition(arabic, schemes):
    said = arabic.run("guidelines")
    assert '<html lang="ar" dir="rtl">' in said
    assert '<div dir="rtl" lang="ar">' in said
    assert "ق١" in said
    for label in schemes["entity"].labels:
        assert label.title["ar"] in said
        assert label.definition["ar"] in said
        for words in (label.example, label.counter_example):
            if words:
                inside = re.search(r"\[(.*)\]", words["ar"])[1]
                assert f"<mark>{inside}</mark>" in said
    assert "يجوز أن تتداخل المقاطع" in said


@pytest.mark.parametrize("language", ["fr", "fa", "zh-Hant"])
def test_where_the_scheme_lacks_a_language_the_words_are_english_and_stand_so(tmp_path, language):
    """A Persian corpus must not have English guidelines right to left."""
    given = [{"text": "Layla", "language": language}]
    loop = Loop(tmp_path / "other", {"entity": shipped("entity")}, given, languages=language)
    said = loop.run("guidelines")
    assert '<div dir="ltr" lang="en">' in said
    assert "proclitic" not in said


def test_a_page_to_a_file_and_names_with_angle_brackets(tmp_path):
    current = scheme_of("toy", ["A<b>", "B"])
    current["labels"][0]["counter_example"] = {"en": "<i>[x]</i> & [y"}
    folder = made_of(tmp_path / "c", current, TEXTS, ["a1"])
    qawl(folder, "guidelines", "--html", tmp_path / "g.html")
    said = (tmp_path / "g.html").read_text("utf-8")
    assert "A&lt;b&gt;" in said
    assert "&lt;i&gt;<mark>x</mark>&lt;/i&gt; &amp; [y" in said
    assert "<script" not in said
    assert "http" not in said


@pytest.fixture
def decided(tmp_path):
    """A corpus where annotators differ in one place and a judge decided."""
    current = scheme_of("toy", ["PER", "LOC"])
    folder = made_of(tmp_path / "c", current, TEXTS, ["a1", "a2"])
    town, mayor = TEXTS["one"].index("Millbrook"), TEXTS["one"].index("mayor")
    layla = mark("l", "PER", 0, 12)
    one = [layla, mark("t", "PER", town, town + 9), mark("m", "PER", mayor, mayor + 5)]
    two = [layla, mark("t", "LOC", town, town + 9)]
    same = work([mark("s", "LOC", 13, 22)])
    pull(
        folder,
        "toy",
        TEXTS,
        {"a1": {"one": work(one), "two": same}, "a2": {"one": work(two), "two": same}},
    )
    qawl(folder, "adjudicate")
    (task,) = judge_tasks(folder, "toy")
    results = [
        {
            "id": each["id"], "from_name": "toy", "to_name": "text", "type": "labels",
            "value": {"start": each["start"], "end": each["end"], "labels": [each["label"]]},
        }
        for each in two
    ]  # fmt: skip
    done = {"id": 900, "completed_by": 9, "result": results, "updated_at": "2025-06-01T00:00:00Z"}
    export = tmp_path / "judge.json"
    export.write_text(
        json.dumps([{"id": 90, "data": task["data"], "annotations": [done]}]), "utf-8"
    )
    qawl(folder, "pull", "--judge", "--from", export)
    qawl(folder, "adjudicate")
    return folder


def test_gold_gives_examples_and_what_the_judge_put_right_counter_examples(decided):
    said = qawl(decided, "guidelines").stdout
    assert "<mark>Layla Haddad</mark> met the mayor of Millbrook." in said
    assert (
        'Layla Haddad met the mayor of <mark>Millbrook</mark>. <i dir="auto">(this is LOC)</i>'
        in said
    )
    assert '<mark>mayor</mark> of Millbrook. <i dir="auto">(this is not marked)</i>' in said


def test_a_release_has_them_and_shows_no_text_that_is_withheld(decided):
    qawl(decided, "agreement")
    articles = decided / "corpus/articles.jsonl"
    kept = articles.read_text("utf-8")
    assert '"redistribute":true' in kept
    for version, rights in (("0.1.0", "false"), ("0.2.0", "true")):
        given = kept.replace('"redistribute":true', f'"redistribute":{rights}')
        articles.write_text(given, "utf-8")
        qawl(decided, "release", version, "--draft")
        (path,) = decided.glob(f"exports/releases/{version}*/GUIDELINES.md")
        said = path.read_text("utf-8")
        assert ('- `PER`: <span dir="ltr">[Layla Haddad] met' in said) is (rights == "true")
        assert ("not `PER` but `LOC`" in said) is (rights == "true")
        assert ("Layla" in said) is (rights == "true")


def test_what_changed_since_an_annotator_worked_is_said_to_that_annotator(decided):
    """Versions are told apart by what was told when, not by a clock; a second push says the same."""
    push.note_told(project.load(decided))
    path = decided / "label_config/toy.yaml"
    old = json.loads(path.read_text("utf-8"))
    old["version"] = "2"
    old["labels"][0]["definition"] = {"en": "A person's name."}
    old["labels"].append({"name": "ORG", "title": {"en": "Body"}})
    path.write_text(json.dumps(old), "utf-8")
    made = project.load(decided)
    told_ = page.briefings(made)["toy"]
    for said in (told_.html("a1"), qawl(decided, "guidelines").stdout):
        assert "What changed since you last worked (version 1)" in said
        assert "<li><b>new:</b> Body" in said
        assert "PER · A person&#39;s name." in said
        assert "(was: PER · PER" in said
    assert "What changed" not in told_.html("newcomer")
    assert "What changed" not in told_.html(JUDGE)
    before = projects.wanted(made, told_, "a1").instruction
    push.note_told(made)
    push.note_told(made)
    assert len(versions.history(made, "toy")) == 2
    assert projects.wanted(made, page.briefings(made)["toy"], "a1").instruction == before


def test_a_line_that_moves_is_no_change():
    past = [
        versions.GuidelinesVersion(
            layer="t", scheme_version="1", said={"instruction 1": "a", "instruction 2": "b"}
        )
    ]
    now = {"instruction 1": "b", "instruction 2": "c"}
    assert versions.changes(past, "1", now) == [
        versions.Change(None, "c"),
        versions.Change("a", None),
    ]
    assert versions.changes(past, "0", now) == []


def test_every_language_has_the_phrases_of_english_with_the_same_places():
    english = phrases.phrases("en")
    assert {"ar", "en", "fr"} <= set(phrases.languages())
    for language in phrases.languages():
        mine = phrases._file(language)
        own = {f"check.{each}" for each in CHECKS} if language != "en" else set()
        assert mine.keys() == phrases._file("en").keys() | own, language
        for key, said in mine.items():
            if key in own:
                continue
            places = re.findall(r"\{(\w+)", said)
            assert sorted(places) == sorted(re.findall(r"\{(\w+)", english.get(key))), (
                language,
                key,
            )


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"min": 1}, "at least 1"),
        ({"max": 0}, "no"),
        ({"min": 1, "max": 1}, "exactly 1"),
        ({"max": 2}, "at most 2"),
        ({"min": 1, "max": 2}, "1 to 2"),
    ],
)
def test_a_rule_in_words(counts, words):
    rule = rules.RelationCount(relation="r", of="A", where={"t": ("x", "y")}, **counts)
    assert sentence(rule, phrases.phrases("en")) == f"A where `t` is x or y has {words} `r`."
    for language in phrases.languages():
        assert "`r`" in sentence(rule, phrases.phrases(language))


def test_relations_are_told_by_their_titles(tmp_path):
    assert arrow("r", "a", "b")
    said = Loop(tmp_path / "q", {"quote": shipped("quote")}, TEXTS.values()).run("guidelines")
    assert "<b>has source</b>: from Content to Source" in said
    assert "has_source" not in said


@pytest.mark.parametrize(("several", "told"), [(False, "a path"), (True, "several paths")])
def test_a_tree_says_whether_it_takes_several_paths(tmp_path, several, told):
    """Annotators were told of one where they may choose several."""
    north = {"name": "North", "title": {"en": "North"}}
    tree = {"name": "place", "title": {"en": "Place"}, "kind": "tree", "values": [north]}
    current = scheme_of("toy", ["PER"], [{**tree, "multiple": several}])
    folder = made_of(tmp_path / "c", current, TEXTS, ["a1"])
    qawl(folder, "guidelines", "--html", tmp_path / "g.html")
    assert f"{told} in a tree" in (tmp_path / "g.html").read_text("utf-8")


class Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


def test_a_terminal_is_asked_for_a_file(tmp_path, monkeypatch):
    """Who typed the command alone saw the source of a page; programs get it as before."""
    folder = made_of(tmp_path / "c", scheme_of("toy", ["PER"], []), TEXTS, ["a1"])
    assert qawl(folder, "guidelines").stdout.startswith("<!doctype html>")
    monkeypatch.setattr(io, "TextIOWrapper", Terminal)
    code, said = main(folder, "guidelines")
    assert (code, "--html FILE" in said, "<html" in said) == (2, True, False)
