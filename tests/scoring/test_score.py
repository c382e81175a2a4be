"""`qawl score`: its figures are those of counts made by hand and of other scorers, through the command."""

import json
import random
import shutil
import warnings

import msgspec
import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.scoring.predictions import Prediction


@pytest.fixture
def scored(recorded, released, monkeypatch):
    """A release of the recorded corpus, and its gold by (article, layer) as the tables hold it."""
    monkeypatch.chdir(recorded.root)
    gold = {
        (record["article_id"], layer): record
        for layer in recorded.settings.layers
        for record in map(json.loads, recorded.gold_file(layer).read_text("utf-8").splitlines())
    }
    return released, gold


def run(*arguments):
    return CliRunner().invoke(cli.group, list(map(str, arguments)))


def score(release, path, *options):
    done = run("score", release, path, "--json", *options)
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def predicted(gold, layer, change):
    """Predictions made of gold: `change(span)` gives the spans that stand in its place."""
    rows = []
    for (article, name), record in gold.items():
        if name == layer:
            spans = [made for span in record["spans"] for made in change(span)]
            kept = {span["id"] for span in spans}
            arrows = [
                {key: each[key] for key in ("label", "from", "to")}
                for each in record["relations"]
                if {each["from"], each["to"]} <= kept
            ]
            rows.append(
                {"article_id": article, "layer": layer, "spans": spans, "relations": arrows}
            )
    return rows


WITHHELD = "1 × withheld articles have no line in entity, and count as empty: `qawl restore` puts texts back"


def plain(span):
    return [{key: span[key] for key in ("id", "label", "start", "end", "attributes")}]


def test_gold_scores_one_in_everything(scored, tmp_path):
    folder, gold = scored
    rows = [row for layer in ("entity", "quote", "claim") for row in predicted(gold, layer, plain)]
    found = score(folder, write(tmp_path / "p.jsonl", rows))
    for layer, figures in found["layers"].items():
        assert figures["exact_f1"]["value"] == figures["overlap_f1"]["value"] == 1, layer
        assert (figures["exact_precision"], figures["exact_recall"]) == (1, 1)
    assert found["layers"]["quote"]["relation_f1"]["value"] == 1
    assert found["layers"]["quote"]["who_said_what"]["value"] == 1
    assert found["layers"]["claim"]["ranking"]["checkworthiness"]["average_precision"] > 0.5


def test_an_export_of_the_release_is_scored_as_predictions_without_a_word(scored, tmp_path):
    """`qawl export jsonl` says more of each article: none of it is a key that a system got wrong."""
    done = run(
        "export", "jsonl", "--from", scored[0], "--to", tmp_path / "out", "--layer", "entity"
    )
    assert done.exit_code == 0, done.exception
    (path,) = (tmp_path / "out").glob("*.jsonl")
    found = score(scored[0], path)
    assert found["layers"]["entity"]["exact_precision"] == 1
    assert found["warnings"] == [WITHHELD]


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_counts_by_hand_and_of_nervaluate(scored, tmp_path, seed):
    folder, gold = scored
    rng = random.Random(seed)

    def change(span):
        (made,) = plain(span)
        dice = rng.random()
        if dice < 0.2:
            return []
        if dice < 0.4:
            made = {**made, "end": made["end"] - 1} if made["end"] - made["start"] > 1 else made
        if dice > 0.8:
            made = {**made, "label": rng.choice(["PERS", "ORG", "GPE"]), "attributes": {}}
        return [made]

    rows = predicted(gold, "entity", change)
    figures = score(folder, write(tmp_path / "p.jsonl", rows))["layers"]["entity"]
    wanted = {
        (article, s["label"], s["start"], s["end"])
        for (article, layer), record in gold.items()
        if layer == "entity"
        for s in record["spans"]
    }
    given = {
        (row["article_id"], s["label"], s["start"], s["end"]) for row in rows for s in row["spans"]
    }
    right = len(wanted & given)
    assert figures["exact_precision"] == pytest.approx(right / len(given))
    assert figures["exact_recall"] == pytest.approx(right / len(wanted))
    assert figures["exact_f1"]["value"] == pytest.approx(2 * right / (len(given) + len(wanted)))
    assert figures["overlap_f1"]["value"] >= figures["exact_f1"]["value"]
    if len(given) == sum(len(row["spans"]) for row in rows):
        assert figures["exact_precision"] == pytest.approx(nervaluate_precision(gold, rows))


def nervaluate_precision(gold, rows):
    """The precision of nervaluate's strict scheme."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nervaluate import Evaluator

        def entities(spans):
            return [{"label": s["label"], "start": s["start"], "end": s["end"]} for s in spans]

        true = [entities(gold[row["article_id"], "entity"]["spans"]) for row in rows]
        pred = [entities(row["spans"]) for row in rows]
        tags = sorted({each["label"] for doc in (*true, *pred) for each in doc})
        found = Evaluator(true, pred, tags=tags, loader="dict").evaluate()
        return found["overall"]["strict"].precision


def test_an_article_without_a_line_counts_as_empty_and_a_layer_without_lines_not(scored, tmp_path):
    folder, gold = scored
    rows = predicted(gold, "entity", plain)[:1]
    found = score(folder, write(tmp_path / "p.jsonl", rows))
    assert list(found["layers"]) == ["entity"]
    assert found["without_predictions"] == ["quote", "claim"]
    assert found["warnings"] == [
        "1 × articles have no line in entity, and count as empty",
        WITHHELD,
    ]
    total = sum(len(r["spans"]) for (_, layer), r in gold.items() if layer == "entity")
    assert found["layers"]["entity"]["exact_recall"] == pytest.approx(len(rows[0]["spans"]) / total)
    assert found["layers"]["entity"]["exact_precision"] == 1


def test_two_systems_are_compared_article_by_article(scored, tmp_path):
    folder, gold = scored
    good = write(tmp_path / "good.jsonl", predicted(gold, "entity", plain))
    bad = write(tmp_path / "bad.jsonl", predicted(gold, "entity", lambda _: []))
    test = score(folder, good, "--against", bad)["layers"]["entity"]["paired"]["exact_f1"]
    assert test["difference"] == 1
    assert 0.2 < test["p"] < 0.3  # three articles: one exchange in four looks the same
    assert (
        score(folder, good, "--against", good)["layers"]["entity"]["paired"]["exact_f1"]["p"] == 1
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"article_id": "nobody", "layer": "entity"}, "line 1: the release has no article nobody"),
        ({"article_id": "273fd3b431ad", "layer": "mood"}, "line 1: no layer mood"),
        (
            {
                "article_id": "273fd3b431ad",
                "layer": "entity",
                "spans": [{"label": "X", "start": 0, "end": 1}],
            },
            "line 1: no label X",
        ),
        (
            {
                "article_id": "273fd3b431ad",
                "layer": "entity",
                "spans": [{"label": "ORG", "start": 0, "end": 99999}],
            },
            "line 1: span 0 to 99999 lies outside",
        ),
        (
            {
                "article_id": "273fd3b431ad",
                "layer": "quote",
                "relations": [{"from": "a", "to": "b"}],
            },
            "line 1: a relation joins a and b",
        ),
        ({"article_id": "273fd3b431ad"}, "line 1: no prediction"),
    ],
)
def test_what_the_release_lacks_is_one_line(scored, tmp_path, row, said):
    done = run("score", scored[0], write(tmp_path / "p.jsonl", [row]), "--json")
    assert said in str(done.exception)


def test_a_split_that_is_none_is_named(scored, tmp_path):
    done = run("score", scored[0], write(tmp_path / "p.jsonl", []), "--split", "dev")
    assert "train" in str(done.exception)


def test_undecided_stretches_count_for_nobody(recorded, tmp_path, monkeypatch):
    """Without the judge's work places are open: what a system says there is neither right nor wrong."""
    monkeypatch.chdir(recorded.root)
    for path in recorded.journal.glob("*.adjudication.jsonl"):
        path.unlink()
    (recorded.journal / "heads.json").unlink(missing_ok=True)
    shutil.rmtree(recorded.exports / "annotations")
    for arguments in (["pull", "--rebuild"], ["adjudicate"], ["agreement"]):
        run(*arguments)
    done = run("release", "0.1.0", "--draft")
    folder = recorded.releases / "0.1.0"
    assert folder.is_dir(), done.output
    gold = [
        json.loads(line) for line in recorded.gold_file("quote").read_text("utf-8").splitlines()
    ]
    opened = [(g["article_id"], each) for g in gold for each in g["open"] if each["kind"] == "span"]
    assert opened
    empty = score(
        folder, write(tmp_path / "p.jsonl", [{"article_id": opened[0][0], "layer": "quote"}])
    )
    article, place = opened[0]
    guess = {"label": place["label"], "start": place["start"], "end": place["end"]}
    said = score(
        folder,
        write(tmp_path / "q.jsonl", [{"article_id": article, "layer": "quote", "spans": [guess]}]),
    )
    assert said["layers"]["quote"]["exact_f1"] == empty["layers"]["quote"]["exact_f1"]
    assert said["layers"]["quote"]["exact_precision"] is None


def test_the_chapter_on_scoring_runs():
    import re

    from conftest import ROOT

    page = (ROOT / "docs" / "scoring.md").read_text("utf-8")
    _, shown = re.findall(r"```python\n(.*?)```", page, re.DOTALL)  # test_light runs the first
    exec(shown, {})
    found = [json.loads(each) for each in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    assert [each["layer"] for each in found] == ["quote", "claim"]
    for each in found:
        msgspec.convert(each, Prediction)


def test_figures_of_nothing_are_counted_and_stand_in_the_json_alone(scored, tmp_path):
    folder, gold = scored
    path = write(tmp_path / "p.jsonl", predicted(gold, "entity", plain))
    done = run("score", folder, path)
    assert done.exit_code == 0, done.output
    counts = [line.split()[-1] for line in done.stdout.splitlines() if line.split()]
    assert "0" not in counts
    shown = json.loads(run("score", folder, path, "--json").stdout)["layers"]["entity"]
    empty = [name for name, each in shown["labels"].items() if each["exact_f1"]["n"] == 0]
    assert empty
    assert not any(
        line.split()[:1] == [name] for name in empty for line in done.stdout.splitlines()
    )
    (said,) = (line for line in done.stdout.splitlines() if "without anything to compare" in line)
    assert int("".join(filter(str.isdigit, said))) >= len(empty)
