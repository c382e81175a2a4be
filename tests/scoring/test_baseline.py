"""The rules as a baseline, and the leaderboard of the card: through the commands that the page names."""

import contextlib
import json
import shutil

import msgspec
import pytest
from click.testing import CliRunner

import corpora
from conftest import ROOT
from qawl import cli
from scoring import releases

FOLDER = "exports/releases/0.1.0"


def run(folder, *words):
    with contextlib.chdir(folder):
        return CliRunner().invoke(cli.group, [str(each) for each in words])


def right(folder, *words):
    done = run(folder, *words)
    assert done.exit_code == 0, (done.output, done.exception)
    return done


@pytest.fixture
def drafted(recorded):
    """The corpus of the repository with a draft, and the rules' predictions of it scored."""
    shutil.copy(ROOT / "exports" / "agreement.json", recorded.exports)
    right(recorded.root, "agreement")
    right(recorded.root, "release", "0.1.0", "--draft")
    right(recorded.root, "suggest", "--release", FOLDER, "--to", "rules.jsonl")
    (recorded.exports / "scores").mkdir()
    scored = right(recorded.root, "score", FOLDER, "rules.jsonl", "--json").stdout
    (recorded.exports / "scores" / "qawl | rules.json").write_text(scored, "utf-8")
    return recorded, json.loads(scored)


def test_the_card_has_what_the_command_said(drafted):
    recorded, scored = drafted
    done = right(recorded.root, "release", "0.1.0")
    assert "is of other content" not in done.stderr
    card = (recorded.root / FOLDER / "README.md").read_text("utf-8")
    table = card.split("### Leaderboard")[1].split("##")[0]
    rows = [
        line for line in table.splitlines() if line.startswith(("| entity", "| quote", "| claim"))
    ]
    assert [row.split(" | ")[0] for row in rows] == ["| claim", "| entity", "| quote"]
    for row in rows:
        layer = row.split(" | ")[0].strip("| ")
        figure = scored["layers"][layer]["exact_f1"]
        shown = f"{figure['value']:.3f} ({figure['low']:.2f} to {figure['high']:.2f})"
        assert f"qawl \\| rules | all | 3 | {shown} |" in row
    again = right(recorded.root, "release", "0.1.0")
    assert "is there already, with the same bytes" in again.output


def test_scores_of_other_content_are_left_out_and_named(drafted):
    recorded, scored = drafted
    path = recorded.exports / "scores" / "old.json"
    path.write_text(json.dumps({**scored, "content_sha256": "0" * 64}), "utf-8")
    done = right(recorded.root, "release", "0.1.0")
    assert "exports/scores/old.json is of other content" in done.stderr
    assert "| old |" not in (recorded.root / FOLDER / "README.md").read_text("utf-8")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"layers": {"a": 1}}'])
def test_a_file_that_holds_no_scores_is_one_line(drafted, content):
    recorded, _ = drafted
    (recorded.exports / "scores" / "broken.json").write_bytes(content)
    done = run(recorded.root, "release", "0.1.0")
    assert done.exit_code == 1
    assert "broken.json" in str(done.exception)
    assert "\n" not in str(done.exception)


def test_predictions_of_a_release_alone_leave_withheld_articles_out(drafted, tmp_path):
    recorded, _ = drafted
    shutil.copytree(recorded.root / FOLDER, tmp_path / "alone" / "release")
    done = right(tmp_path / "alone", "suggest", "--release", "release", "--to", "p.jsonl")
    assert "1 article has no text here, and no prediction: 32b362273587" in done.stderr
    lines = [
        json.loads(each)
        for each in (tmp_path / "alone" / "p.jsonl").read_text("utf-8").splitlines()
    ]
    assert {each["article_id"] for each in lines} == {"273fd3b431ad", "8a90ce3200c1"}
    said = right(tmp_path / "alone", "score", "release", "p.jsonl").stderr
    assert said.count("1 × withheld articles have no line in") == said.count("line") == 3


def test_a_withheld_text_in_which_rules_find_nothing_was_read(tmp_path):
    """It was said to have no prediction, as if the text had been missing."""
    of = msgspec.structs.replace(releases.article(0, "nobody was there"), redistribute=False)
    item = of, {"toy": releases.gold(of, "toy", [("NAME", 0, 6)])}, []
    folder = releases.write(tmp_path / "r", [corpora.scheme("toy", ("NAME",))], item)
    line = {"article_id": of.id, "layer": "toy", "spans": []}
    (tmp_path / "p.jsonl").write_text(json.dumps(line), "utf-8")
    (said,) = json.loads(right(tmp_path, "score", folder, "p.jsonl", "--json").stdout)["warnings"]
    assert said == (
        "1 × withheld articles have an empty line in toy: right if the system had their text, else "
        "`qawl restore` puts it back"
    )


@pytest.mark.parametrize("free", [True, False])
def test_that_proclitics_of_a_withheld_text_are_not_ignored_is_said(tmp_path, free):
    """The figure fell without a word where a text was withheld."""
    of = msgspec.structs.replace(releases.article(0, "قال وزيدون نعم"), redistribute=free)
    item = of, {"toy": releases.gold(of, "toy", [("NAME", 5, 10)])}, []
    folder = releases.write(tmp_path / "r", [corpora.scheme("toy", ("NAME",))], item)
    span = {"label": "NAME", "start": 4, "end": 10}
    line = {"article_id": of.id, "layer": "toy", "spans": [span]}
    (tmp_path / "p.jsonl").write_text(json.dumps(line), "utf-8")
    found = json.loads(right(tmp_path, "score", folder, "p.jsonl", "--json").stdout)
    assert found["layers"]["toy"]["clitic_f1"]["value"] == free
    said = (
        "1 × withheld articles have spans in toy that start elsewhere than in gold: clitic_f1 ignores no "
        "proclitics there, `qawl restore` puts texts back"
    )
    assert found["warnings"] == ([] if free else [said])


def test_names_are_learned_from_train_and_never_from_the_article_itself(tmp_path):
    made = corpora.scheme("toy", ("NAME",))
    texts = ["وصل زيدونبن عمار أمس", "قال زيدونبن عمار نعم", "وصل كنعانبن سعد أمس"]
    items = []
    for number, text in enumerate(texts):
        of = releases.article(number, text)
        start = text.index(" ") + 1
        end = text.rindex(" ")
        items.append((of, {"toy": releases.gold(of, "toy", [("NAME", start, end)])}, []))
    folder = releases.write(tmp_path / "r", [made], *items)
    right(tmp_path, "suggest", "--release", folder, "--to", "p.jsonl")
    lines = [json.loads(each) for each in (tmp_path / "p.jsonl").read_text("utf-8").splitlines()]
    found = [[(s["start"], s["end"]) for s in each["spans"]] for each in lines]
    assert found == [[(4, 16)], [(4, 16)], []], "the third stands in no other article"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--release", "r"], "go together"),
        (["--to", "x"], "go together"),
        (["--split", "test"], "go together"),
    ],
)
def test_options_go_together(tmp_path, words, said):
    (tmp_path / "r").mkdir()
    done = run(tmp_path, "suggest", *words)
    assert done.exit_code == 2
    assert said in done.output
