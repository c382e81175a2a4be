"""What commands say of what is there, what waits and what is left out, where they said less or an untruth."""

import json
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner
from huggingface_hub.utils import validate_repo_id

import corpora
from corpora import main, qawl
from qawl import cli
from qawl.core.settings import parse_settings

TEXT = "Taxes will rise, she said. Prices fell in May, he added."
KINDS = corpora.scheme("toy", ["PER"])


def test_no_command_prints_the_help():
    """It was one line with \\n in it."""
    words = [sys.executable, "-m", "qawl"]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "Usage: qawl [OPTIONS] COMMAND [ARGS]..."
    assert "\\n" not in done.stderr
    assert "  adjudicate " in done.stderr


def test_folders_add_up(tmp_path):
    """As git has it: each -C is looked for in the one before."""
    qawl(tmp_path, "init", "a/b")
    run = CliRunner().invoke
    (tmp_path / "f").write_text("")
    for words in (["-C", tmp_path, "-C", "a", "-C", "b"], ["-C", tmp_path / "x/..", "-C", "a/b"]):
        done = run(cli.group, [*map(str, words), "scheme", "--check"])
        assert done.exit_code == (2 if "x" in str(words[1]) else 0), done.output
    for wrong, why in (("x", "does not exist"), ("f", "is a file")):
        done = run(cli.group, ["-C", str(tmp_path), "-C", wrong, "scheme"])
        assert (done.exit_code, f"'{wrong}' {why}" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("order: nope", "published, random, useful, varied"),
        ("adjudication: {rule: most}", "majority, unanimous"),
    ],
)
def test_a_setting_says_which_values_there_are(line, values, tmp_path):
    (tmp_path / "qawl.yaml").write_text(f"name: x\n{line}\n")
    code, said = main(tmp_path, "status")
    assert (code, said.strip().endswith(f"; it is one of {values}")) == (1, True)


def desk(folder, texts, differing):
    """A corpus in which two annotators differ on these texts."""
    made = corpora.corpus(folder, KINDS, texts, ["a1", "a2"])
    mine = {name: corpora.work([corpora.mark("x", "PER", 0, 3)]) for name in texts}
    theirs = {
        **mine,
        **{name: corpora.work([corpora.mark("x", "PER", 0, 5)]) for name in differing},
    }
    corpora.pull(folder, "toy", texts, {"a1": mine, "a2": theirs})
    return made


def test_a_withdrawn_article_waits_for_no_judge(tmp_path):
    texts = {"t1": TEXT, "t2": "Nobody came to the port of Sour today, said Huda Aziz."}
    desk(tmp_path / "c", texts, ["t1"])
    said = qawl(tmp_path / "c", "adjudicate").output
    assert "1 waits for a judge" in said
    assert "--layer toy --out toy-judge.json --config toy-judge.xml` writes them" in said
    assert said.count("qawl push") == 1, "what to do is said once, not once a layer"
    lines = (tmp_path / "c/corpus/articles.jsonl").read_text("utf-8").splitlines()
    (identity,) = (each["id"] for each in map(json.loads, lines) if each["text"] == TEXT)
    qawl(tmp_path / "c", "withdraw", identity, "--reason", "it was asked for")
    assert "wait for a judge" not in qawl(tmp_path / "c", "adjudicate").output
    tasks = qawl(tmp_path / "c", "tasks", "--layer", "toy", "--judge").stdout
    assert json.loads(tasks) == []


def test_validate_says_that_errors_hide_findings_of_higher_levels(tmp_path):
    """A lead corrected all that was shown, and the next run had new errors in the same annotations."""
    made = tmp_path / "c"
    corpora.corpus(made, KINDS, {"t1": TEXT}, ["a1"])
    end = TEXT.index(" ") + 1
    work = corpora.work([corpora.mark("x", "PER", 0, end)])
    corpora.pull(made, "toy", {"t1": TEXT}, {"a1": {"t1": work}})
    said = "1 annotation with errors: the levels above are not checked there yet."
    code, printed = corpora.main(made, "validate")
    assert (code, said in printed) == (1, True), printed
    assert said not in corpora.main(made, "validate", "--check", "edge-whitespace")[1]
    assert said not in corpora.main(made, "validate", "--fix")[1]
    unknown = corpora.work([corpora.mark("x", "NOBODY", 0, end - 1)])
    corpora.pull(made, "toy", {"t1": TEXT}, {"a1": {"t1": unknown}, "a2": {"t1": unknown}})
    printed = corpora.main(made, "validate")[1]
    assert "the same 1 time more" in printed  # a name is said once, for all that use it
    assert said.replace("1 annotation ", "2 annotations ") in printed


def test_suggestions_without_complete_gold_are_told_who_is_waited_for(tmp_path):
    desk(tmp_path / "c", {"t1": TEXT}, ["t1"])
    assert (
        main(tmp_path / "c", "suggest", "--score")[1]
        .strip()
        .endswith("run `qawl adjudicate` first")
    )
    qawl(tmp_path / "c", "adjudicate")
    code, said = main(tmp_path / "c", "suggest", "--score")
    assert (code, "measure against: 1 article waits for a judge" in said) == (1, True)


def test_the_card_names_splits_without_an_article(tmp_path):
    """A first release of one group has a train split only."""
    desk(tmp_path / "c", {"t1": TEXT}, [])
    settings = yaml.safe_load((tmp_path / "c/qawl.yaml").read_text("utf-8"))
    settings["release"] = {"splits": {"train": 0.9, "dev": 0, "test": 0.1}}
    (tmp_path / "c/qawl.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    told = qawl(tmp_path / "c", "release", "0.1.0", "--draft").output
    assert "test: no article; with few articles a split may stay empty" in told.splitlines()
    assert "dev: no article" not in told  # its share is 0: no more articles fill it
    card = (tmp_path / "c/exports/releases/0.1.0/README.md").read_text("utf-8")
    said = "Splits without an article, and therefore left out of the configs: dev, test."
    assert said in card.splitlines()


def test_texts_that_may_not_be_shown_are_told_by_source(tmp_path):
    """A licence alone shows no text, and neither does redistribute alone: each is told, then what was set
    aside."""
    qawl(tmp_path, "init", "c", "--language", "en")
    given = [
        {"source": "A", "license": "CC0-1.0"},
        {"source": "B", "redistribute": True},
        {"source": "C", "license": "CC0-1.0", "redistribute": True},
        {"source": "D", "license": "cc nought", "redistribute": True},
    ]
    rows = [
        {"text": f"{TEXT} {number} {number}", **each} for number, each in enumerate(given, start=10)
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    said = qawl(tmp_path / "c", "ingest", path).stdout.splitlines()
    at = {each.strip(): number for number, each in enumerate(said)}
    first = next(n for n, each in enumerate(said) if each.startswith("no licence  "))
    second = next(n for n, each in enumerate(said) if each.startswith("withheld  "))
    assert first < at["1 × B"] < second < at["1 × A"] < at["set aside   1"]
    assert "1 × C" not in at
    last = qawl(tmp_path / "c", "release", "0.1.0", "--draft").output.splitlines()[-1]
    assert last.startswith("WITHHELD: the text of 2 articles (1 × ")
    assert "1 × no licence" in last
    assert "1 × redistribute is not true" in last
    rows[0]["redistribute"] = True
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    done = json.loads(qawl(tmp_path / "c", "ingest", path, "--json").stdout)
    assert (done["not_redistributed"], done["rights_undecided"]) == ({}, {"B": 1})


@pytest.mark.parametrize(
    "repo", ["xx", "a/b/c", "/b", "a/", "https://huggingface.co/a/b", "a/-b", "a b/c"]
)
def test_a_repository_is_refused_where_it_is_given(repo, tmp_path):
    """All but `publish` took it, and the card told readers to load it."""
    (tmp_path / "qawl.yaml").write_text(f"name: x\nrelease: {{repo: '{repo}'}}\n")
    code, said = main(tmp_path, "status")
    assert (code, "release.repo: " in said, "give OWNER/NAME" in said) == (1, True, True)


@pytest.mark.parametrize("repo", ["me/news", "U.N_1/a-b.c", "x/y_"])
def test_names_of_repositories_that_the_hub_takes(repo):
    assert parse_settings(f"name: x\nrelease: {{repo: {repo}}}", "qawl.yaml").release.repo == repo
    validate_repo_id(repo)


def test_an_arrow_without_a_name_is_told_every_name_that_fits(make_corpus, tmp_path):
    """An arrow can be drawn without a name, which Label Studio exports without labels; from a claim to
    another two names lead, of which none was told."""
    made = make_corpus(TEXT, settings="layers: [claim]\nannotators: [a1]")
    ends = [("a", 0, 15), ("b", 27, 38)]
    result = [
        {
            "id": name, "from_name": "claim", "to_name": "text", "type": "labels",
            "value": {"start": start, "end": end, "text": TEXT[start:end], "labels": ["CLAIM"]},
        }
        for name, start, end in ends
    ]  # fmt: skip
    result.append({"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"})
    work = {"id": 1, "completed_by": 1, "result": result, "updated_at": "2026-01-02T10:00:00Z"}
    task = {"id": 1, "project": 1, "data": {"text": TEXT}, "annotations": [work]}
    path = tmp_path / "e.json"
    path.write_text(json.dumps([task]))
    qawl(made.root, "pull", "--from", path, "--layer", "claim")
    said = json.loads(main(made.root, "validate", "--json", "--check", "relation-unnamed")[1])
    (message,) = (each["message"] for each in said["findings"])
    assert message.endswith("needs a name: same_claim or contradicts")


def test_articles_on_which_all_agree_are_not_those_with_the_least_agreement(tmp_path):
    """Five articles were listed, whatever their agreement: a lead looked for what was wrong with them."""
    texts = {"t1": TEXT, "t2": "Nobody came to the port of Sour today, said Huda Aziz."}
    made = desk(tmp_path / "c", texts, ["t1"])
    listed = qawl(made, "agreement").output.partition("the articles with the least agreement:\n")[2]
    assert listed.count("exact F1") == 1
    again = desk(tmp_path / "d", texts, [])
    assert "least agreement" not in qawl(again, "agreement").output


def test_the_judge_of_files_is_told_of_a_config_of_their_own(tmp_path):
    """Whoever wrote the tasks alone imported them into a project that can't show the open points."""
    made = desk(tmp_path / "c", {"t1": TEXT}, ["t1"])
    qawl(made, "adjudicate")
    words = ["tasks", "--layer", "toy", "--judge", "--out", "judge.json"]
    said = "the judge's project has a config of its own: --config FILE writes it"
    assert said in qawl(made, *words).output
    assert said not in qawl(made, *words, "--config", "judge.xml").output
