"""A release says last what waits in gold and is therefore not in it, by layer and reason."""

import json
import re

import pyarrow.parquet as pq
from test_growing import SCHEME, TEXTS, WORK, annotate, desk, marks, run

import corpora

OTHERS = marks(TEXTS["t1"], ("ORG", "Layla Haddad"), ("PER", "Northwind"))
"""What another annotator says of the same places."""


def at_the_end(made, *words):
    done = run(made, "release", *words)
    assert done.exit_code == 0, done.output
    return [each for each in done.output.splitlines() if each.startswith("left out of toy: ")]


def ids(made):
    lines = (made / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    return {each["text"]: each["id"] for each in map(json.loads, lines)}


def test_what_waits_for_a_judge_is_told_last(tmp_path):
    """An edit in Label Studio after the release opens again what was decided: gold has less than before."""
    made = desk(tmp_path / "trial", "t1", "t2")
    annotate(made, "t1", "t2")
    assert at_the_end(made, "0.1.0") == []
    corpora.pull(made, "toy", TEXTS, {"a1": {"t1": WORK["t1"]}, "a2": {"t1": OTHERS}})
    said = run(made, "release", "0.2.0").output
    assert "the annotations are under cc-by-4.0 (release.license in qawl.yaml)" in said
    last = said.splitlines()[-1]
    corpora.qawl(made, "adjudicate")
    assert last == (
        f"left out of toy: what waits for a judge in 1 article ({ids(made)[TEXTS['t1']]}), released as not "
        "complete (`qawl adjudicate`, then `qawl push` makes the judge's tasks; "
        "without a server of Qawl's, `qawl tasks --judge --layer toy --out toy-judge.json --config "
        "toy-judge.xml` writes them, and the config of their project)"
    )
    for words in re.findall("`qawl (adjudicate|tasks [^`]+)`", last):
        corpora.qawl(made, *words.split())
    assert len(json.loads((made / "toy-judge.json").read_text("utf-8"))) == 1
    assert "<View" in (made / "toy-judge.xml").read_text("utf-8")
    rows = pq.read_table(made / "exports/releases/0.2.0/articles").to_pylist()
    assert sorted(each["toy_complete"] for each in rows) == [False, True]


def test_who_is_waited_for_is_told_apart(tmp_path):
    """One annotator alone where the plan asks for two: no judge can help, another annotator can."""
    made = desk(tmp_path / "trial", "t1", "t2", "t3")
    annotate(made, "t1")
    corpora.pull(made, "toy", TEXTS, {"a1": {"t2": WORK["t2"]}})
    corpora.pull(made, "toy", TEXTS, {"a1": {"t3": WORK["t3"]}, "a2": {"t3": marks(TEXTS["t3"])}})
    known = ids(made)
    one, judged = at_the_end(made, "0.1.0")
    assert one.startswith(
        "left out of toy: what waits for further annotators in 1 article that one alone did "
        f"({known[TEXTS['t2']]}), "
    )
    assert judged.startswith(
        f"left out of toy: what waits for a judge in 1 article ({known[TEXTS['t3']]})"
    )
    said = corpora.qawl(made, "adjudicate").output
    assert "1 waits for a judge" in said
    assert "1 waits for further annotators" in said
    assert at_the_end(made, "0.1.0") == [one, judged]


def test_adjudicate_counts_what_all_skipped(tmp_path):
    """It said `gold for 2 articles`, the card of the release `Gold for 1 article`."""
    made = desk(tmp_path / "trial", "t1", "t2")
    skipped = corpora.work(skipped=True)
    both = {"t1": WORK["t1"], "t2": skipped}
    corpora.pull(made, "toy", TEXTS, {"a1": both, "a2": both})
    said = corpora.qawl(made, "adjudicate").output
    assert "toy: gold for 2 articles (1 skipped by all), 2 changed; all complete" in said
    assert at_the_end(made, "0.1.0") == []
    assert "Gold for 1 article." in (made / "exports/releases/0.1.0/README.md").read_text("utf-8")


def test_the_card_tells_disagreement_from_one_annotator_alone(tmp_path):
    """It said of both that annotators differ and nobody has decided, also where nobody could differ."""
    made = desk(tmp_path / "trial", "t1", "t2", "t3")
    annotate(made, "t1")
    corpora.pull(made, "toy", TEXTS, {"a1": {"t2": WORK["t2"]}})
    corpora.pull(made, "toy", TEXTS, {"a1": {"t3": WORK["t3"]}, "a2": {"t3": marks(TEXTS["t3"])}})
    at_the_end(made, "0.1.0")
    card = (made / "exports/releases/0.1.0/README.md").read_text("utf-8")
    told = "2 articles are incomplete (1 that no judge has decided, 1 that one annotator alone did)"
    assert f"Gold for 3 articles. {told}." in card
    assert f"- `toy`: {told}." in card


def two_layers(folder, work):
    """A desk with the layers toy and other, both with this work."""
    made = desk(folder, "t1")
    settings = made / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8").replace("[toy]", "[toy, other]"), "utf-8")
    other = json.dumps({**SCHEME, "layer": "other"})
    (made / "label_config" / "other.yaml").write_text(other, "utf-8")
    corpora.qawl(made, "scheme")
    for layer in ("toy", "other"):
        corpora.pull(made, layer, TEXTS, work)
    return made


def test_what_to_do_is_said_once_for_all_layers(tmp_path):
    """Each layer had the same advice to adjudicate, push and judge after it."""
    made = two_layers(tmp_path / "trial", {"a1": {"t1": WORK["t1"]}, "a2": {"t1": OTHERS}})
    said = [
        line for line in run(made, "release", "0.1.0").output.splitlines() if "left out of" in line
    ]
    assert [line.split(":")[0] for line in said] == ["left out of other", "left out of toy"]
    assert ["qawl adjudicate" in line for line in said] == [False, True]


def test_a_gate_that_closes_for_two_layers_says_once_how_to_pass_it(tmp_path):
    made = two_layers(tmp_path / "trial", {"a1": {"t1": WORK["t1"]}})
    settings = made / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8") + "overlap: {toy: 2, other: 2}\n", "utf-8")
    said = [
        line for line in run(made, "release", "0.1.0").output.splitlines() if "no agreement" in line
    ]
    assert len(said) == 1
    assert "toy, other: the plan asks for 2" in said[0]
    assert "set overlap.toy, overlap.other to 1" in said[0]


def test_a_layer_that_the_settings_name_no_more_is_told(tmp_path):
    """A release without a layer that the last one has was built without a word."""
    made = desk(tmp_path / "trial", "t1")
    settings = made / "qawl.yaml"
    one = settings.read_text("utf-8")
    settings.write_text(one.replace("[toy]", "[toy, other]"), "utf-8")
    other = json.dumps({**SCHEME, "layer": "other"})
    (made / "label_config" / "other.yaml").write_text(other, "utf-8")
    corpora.qawl(made, "scheme")
    done = {"t1": WORK["t1"]}
    for layer in ("toy", "other"):
        corpora.pull(made, layer, TEXTS, {"a1": done, "a2": done})
    assert "layer other" not in run(made, "release", "0.1.0").output
    settings.write_text(one, "utf-8")
    line = "left out: all of the layer other, which release 0.1.0 has: layers in qawl.yaml does not name it"
    for _ in range(2):
        assert line in run(made, "release", "0.2.0").output.splitlines()


def test_the_card_of_work_that_the_judge_alone_did_does_not_call_it_open(tmp_path):
    """The judge is no annotator: a layer with gold of all articles was "not annotated yet"."""
    made = desk(tmp_path / "trial", "t1", "t2")
    export = tmp_path / "judged.json"
    work = [
        {
            "id": n,
            "data": {"text": TEXTS[name]},
            "annotations": [{"id": n, "completed_by": 1, "result": []}],
        }
        for n, name in enumerate(("t1", "t2"), start=1)
    ]
    export.write_text(json.dumps(work), "utf-8")
    corpora.qawl(made, "pull", "--from", export, "--judge")
    assert at_the_end(made, "0.1.0") == []
    card = (made / "exports/releases/0.1.0/README.md").read_text("utf-8")
    assert "decided by the judge (2). Gold decided by: the judge (2)." in card
    assert "not annotated yet" not in card


def test_a_withdrawn_article_that_is_back_is_told(tmp_path):
    """corpus/withdrawn.jsonl was lost, and the next release had the article again without a word."""
    made = desk(tmp_path / "trial", *TEXTS)
    corpora.pull(made, "toy", TEXTS, {"a1": WORK, "a2": WORK})
    first, second, *_ = sorted(ids(made).values())
    for each in (first, second):
        corpora.qawl(made, "withdraw", each, "--reason", "the source asked")
    assert "BACK IN" not in run(made, "release", "0.1.0").output
    kept = (made / "corpus/withdrawn.jsonl").read_bytes().splitlines(keepends=True)
    (made / "corpus/withdrawn.jsonl").write_bytes(kept[0])
    (lost,) = {first, second} - {json.loads(kept[0])["article_id"]}
    line = f"BACK IN: 1 article, withdrawn as release 0.1.0 says ({lost}): "
    for _ in range(2):
        assert line in run(made, "release", "0.2.0").output
    corpora.qawl(made, "withdraw", lost, "--reason", "the source asked")
    assert "BACK IN" not in run(made, "release", "0.3.0").output


def test_texts_that_the_last_release_withholds_are_told_where_they_are_shown(tmp_path):
    """An older corpus/articles.jsonl came back, from before the rights were taken away: the next release
    had the texts, without a word."""
    made = desk(tmp_path / "trial", *TEXTS)
    corpora.pull(made, "toy", TEXTS, {"a1": WORK, "a2": WORK})
    path = made / "corpus/articles.jsonl"
    older = path.read_bytes()
    assert older.count(b'"redistribute":true') == 5
    path.write_bytes(older.replace(b'"redistribute":true', b'"redistribute":false', 1))
    assert "SHOWN NOW" not in run(made, "release", "0.1.0").output
    path.write_bytes(older)
    shown = json.loads(older.splitlines()[0])["id"]
    line = f"SHOWN NOW: the text of 1 article, which release 0.1.0 withholds ({shown}): "
    assert line in run(made, "release", "0.2.0").output
