"""What commands say at their end: what was left out of a table, what comes next, what is known all the same."""

import contextlib
import json
import re

import pytest
from click.testing import CliRunner

import corpora
from corpora import main, qawl
from qawl import cli
from qawl.cli import validate
from qawl.core.phrases import phrases

TEXT = "Sami of Acme met Layla in Paris."


def work(name, user, *spans):
    """A task as Label Studio exports it: one user's spans (word, label)."""
    result = [
        {
            "id": f"{user}{at}",
            "from_name": "entity",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": TEXT.index(word),
                "end": TEXT.index(word) + len(word),
                "text": word,
                "labels": [label],
            },
        }
        for at, (word, label) in enumerate(spans)
    ]
    made = {
        "id": user,
        "completed_by": user,
        "result": result,
        "updated_at": "2026-01-02T10:00:00Z",
    }
    return {"id": 10 + user, "project": 1, "data": {"text": name}, "annotations": [made]}


@pytest.fixture
def differing(make_corpus, tmp_path):
    """A team without a server, of which two annotators differ on one span."""
    corpus = make_corpus(TEXT, settings="layers: [entity]\nannotators: [a1, a2]")
    tasks = [
        work(TEXT, 1, ("Sami", "PERS"), ("Paris", "GPE")),
        work(TEXT, 2, ("Sami", "PERS"), ("Paris", "LOC")),
    ]
    path = tmp_path / "two.json"
    path.write_text(json.dumps(tasks), "utf-8")
    qawl(corpus.root, "pull", "--from", path, "--layer", "entity")
    return corpus


def test_a_team_without_a_server_adjudicates_by_hand(differing, tmp_path):
    root = differing.root
    assert "run `qawl adjudicate`" in main(root, "tasks", "--layer", "entity", "--judge")[1]
    qawl(root, "adjudicate")
    out, config = tmp_path / "judge.json", tmp_path / "judge.xml"
    done = qawl(
        root, "tasks", "--layer", "entity", "--judge", "--out", str(out), "--config", str(config)
    )
    assert "1 task" in done.output
    (task,) = json.loads(out.read_text("utf-8"))
    assert "Paris" in json.dumps({**task["data"], "text": ""})
    assert task["data"]["basis"]
    said = config.read_text("utf-8")
    assert said != differing.config_file("entity").read_text("utf-8")
    assert all(f"${field}" in said for field in ("text", "disagreements"))
    (annotation,) = work(TEXT, 7, ("Sami", "PERS"), ("Paris", "GPE"))["annotations"]
    path = tmp_path / "judged.json"
    back = {"id": 99, "project": 2, "data": task["data"], "annotations": [annotation]}
    path.write_text(json.dumps([back]), "utf-8")
    qawl(root, "pull", "--from", path)
    qawl(root, "adjudicate")
    (gold,) = map(json.loads, differing.gold_file("entity").read_text("utf-8").splitlines())
    assert gold["complete"]
    assert {(each["label"], each["text"]) for each in gold["spans"]} == {
        ("PERS", "Sami"),
        ("GPE", "Paris"),
    }
    assert json.loads(qawl(root, "tasks", "--layer", "entity", "--judge").output) == []


def test_the_config_of_annotators_is_that_of_the_scheme(differing, tmp_path):
    config = tmp_path / "entity.xml"
    qawl(differing.root, "tasks", "--layer", "entity", "--config", str(config))
    assert (
        config.read_text("utf-8").strip()
        == differing.config_file("entity").read_text("utf-8").strip()
    )
    code, said = main(differing.root, "tasks", "--layer", "entity", "--judge", "--annotator", "a1")
    assert (code, "--judge or --annotator" in said) == (2, True)


def test_status_without_a_server_says_what_was_pulled(differing, monkeypatch):
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    code, said = main(differing.root, "status")
    assert code == 1
    assert re.search(r"entity +a1 +1 +1 +0", said)
    assert "no token" in said
    settings = (differing.root / "qawl.yaml").read_text("utf-8")
    away = settings.replace("[a1, a2]", "[{name: a1, away: true}, a3]")
    (differing.root / "qawl.yaml").write_text(away, "utf-8")
    said = main(differing.root, "status")[1]
    for name, counts in (("a1", "0 +1"), ("a2", "0 +1"), ("a3", "1 +0")):
        assert re.search(rf"entity +{name} +{counts} +0", said), said
    rows = status_without_a_server(differing.root)
    counts = {each["annotator"]: (each["assigned"], each["done"], each["left"]) for each in rows}
    # Two have done the article that is planned for a3, as many as it asks for: push would not add it.
    assert counts == {"a1": (0, 1, None), "a2": (0, 1, None), "a3": (1, 0, 0)}
    assert {each["url"] for each in rows} == {None}


def status_without_a_server(root):
    """What `status` says for machines; the page says the same."""
    with contextlib.chdir(root):
        done = CliRunner().invoke(cli.group, ["status", "--json", "--html", "team.html"])
    assert done.exit_code == 1
    assert "no token" in str(done.exception)
    rows = json.loads(done.stdout)
    page = (root / "team.html").read_text("utf-8")
    said = phrases("en" if 'lang="en"' in page else "ar")
    assert said("status.offline") in page
    assert said("status.finished") not in page
    assert sum(f"<bdi>{each['annotator']}</bdi>" in page for each in rows) == len(rows)
    return rows


def test_score_of_suggestions_without_gold_exits_1(differing):
    for more in ([], ["--json"]):
        code, said = main(differing.root, "suggest", "--score", *more)
        assert (code, "no complete gold to measure against" in said) == (1, True)


def test_validate_prints_ten_of_each_check_and_says_how_many_more_there_are(make_corpus, tmp_path):
    texts = [f"{TEXT} {number}" for number in range(25)]
    corpus = make_corpus(*texts, settings="layers: [entity]\nannotators: [a1]")
    tasks = []
    for number, text in enumerate(texts):
        (annotation,) = work(text, 1, ("Sami", f"NOBODY{number}"))["annotations"]
        annotation = {**annotation, "id": number}
        tasks.append(
            {"id": number, "project": 1, "data": {"text": text}, "annotations": [annotation]}
        )
    path = tmp_path / "one.json"
    path.write_text(json.dumps(tasks), "utf-8")
    qawl(corpus.root, "pull", "--from", path, "--layer", "entity")
    found = json.loads(main(corpus.root, "validate", "--json")[1])["findings"]
    (check,) = {each["check"] for each in found if each["severity"] == "error"}
    assert len([each for each in found if each["check"] == check]) == 25
    said = main(corpus.root, "validate")[1]
    assert said.count("NOBODY") <= 2 * validate.SHOWN
    assert f"and 15 more: `qawl validate --check {check}` shows all" in said
    assert f"error {check}: 25" in said
    one = main(corpus.root, "validate", "--check", check)[1]
    assert "more:" not in one
    assert len([line for line in one.splitlines() if line.startswith("  [")]) == 25


def test_adopt_ends_with_the_folder_and_the_next_step(tmp_path, monkeypatch):
    path = tmp_path / "export.json"
    path.write_text(json.dumps([work(TEXT, 1, ("Sami", "PERS"))]), "utf-8")
    config = tmp_path / "config.xml"
    config.write_text(
        '<View><Labels name="entity" toName="text"><Label value="PERS"/></Labels>'
        '<Text name="text" value="$text"/></View>',
        "utf-8",
    )
    monkeypatch.chdir(tmp_path)
    into = "a folder"
    done = corpora.qawl(tmp_path, "adopt", path, config, "--into", into)
    assert f"the corpus is in {tmp_path / into}" in done.output
    *_, last = done.output.splitlines()
    assert last.startswith("next: `cd 'a folder' && qawl validate`")
    dry = corpora.qawl(tmp_path, "adopt", path, config, "--into", "other", "--dry-run")
    assert "next:" not in dry.output
